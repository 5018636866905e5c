"""Waiting lists: housing organisations have them, a household can stand on several, and most members are passive."""

from __future__ import annotations

from beboersim.chance import philox
from beboersim.kernel import borrowing
from beboersim.world.columns import I64
from beboersim.world.state import LISTS_HELD, Areas, Households


@borrowing
def sign_up(
    households: Households,
    areas: Areas,
    organisations: I64,
    household: int,
    month: int,
    seed: int,
    address: int,
) -> None:
    """Put a household on waiting lists of its municipality, from this month, on those it does not stand on yet.

    Parameters
    ----------
    organisations
        First organisation and number of organisations, by municipality.
    """
    municipality = areas.municipality[households.area[household]]
    put_on_lists(households, areas, organisations, household, municipality, month, seed, address)


@borrowing
def put_on_lists(
    households: Households,
    areas: Areas,
    organisations: I64,
    household: int,
    municipality: int,
    month: int,
    seed: int,
    address: int,
) -> None:
    """Put a household on up to three lists of a municipality from a given month; see `put_on_lists_since`."""
    word = philox(seed, households.id[household], address, 0)[0]
    known = areas.organisation[households.contact[household]]
    put_on_lists_since(households, organisations, household, municipality, month, known, word)


@borrowing
def put_on_lists_since(
    households: Households, organisations: I64, household: int, municipality: int, month: int, known: int, word: int
) -> None:
    """Put a household on up to three lists of a municipality from a given month.

    First where it knows people, for that is where it looks (local ties: Q77, direction only); a draw says which others.

    Parameters
    ----------
    known
        The organisation of the area where the household knows people, -1 if none lets homes there.
    """
    first = organisations[municipality, 0]
    number = organisations[municipality, 1]
    if number == 0:
        return
    for slot in range(-1, min(LISTS_HELD, number)):
        organisation = known if slot < 0 else first + (word + slot) % number
        if organisation < 0:
            continue
        held = False
        for other in range(LISTS_HELD):
            if households.organisation[household, other] == organisation:
                held = True
        if not held:
            for other in range(LISTS_HELD):
                if households.organisation[household, other] < 0:
                    households.organisation[household, other] = organisation
                    households.listed_since[household, other] = month
                    break


@borrowing
def sign_up_with(households: Households, household: int, organisation: int, month: int) -> None:
    """Put a household on one organisation's list, if need be instead of the one where it has stood the shortest."""
    shortest = 0
    for slot in range(LISTS_HELD):
        if households.organisation[household, slot] == organisation:
            return
        free = households.organisation[household, slot] < 0
        later = households.listed_since[household, slot] > households.listed_since[household, shortest]
        if households.organisation[household, shortest] >= 0 and (free or later):
            shortest = slot
    households.organisation[household, shortest] = organisation
    households.listed_since[household, shortest] = month


@borrowing
def on_a_list(households: Households, household: int) -> int:
    """Say whether a household stands on any waiting list."""
    for slot in range(LISTS_HELD):
        if households.organisation[household, slot] >= 0:
            return 1
    return 0


@borrowing
def leave_list(households: Households, household: int, organisation: int) -> None:
    """Use up the place on one list: a let dwelling ends the seniority with that organisation."""
    for slot in range(LISTS_HELD):
        if households.organisation[household, slot] == organisation:
            households.organisation[household, slot] = -1
