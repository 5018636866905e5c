"""Who lives with whom, and where: the few moves from which every process is made.

Each kernel leaves the tables consistent: a household's size and adults equal its members, a dwelling and its household
point at each other, a household without members has neither dwelling nor row.
"""

from __future__ import annotations

from beboersim.kernel import borrowing
from beboersim.world.codes import AT_HOME, KEEPER, NOT_SEARCHING
from beboersim.world.columns import I64
from beboersim.world.state import Dwellings, Households, Persons


@borrowing
def join(persons: Persons, households: Households, person: int, household: int) -> None:
    """Put a person who is in no household into one."""
    persons.household[person] = household
    persons.next[person] = households.head[household]
    households.head[household] = person
    households.size[household] += 1
    if persons.role[person] == KEEPER:
        households.adults[household] += 1


@borrowing
def part(persons: Persons, households: Households, person: int) -> int:
    """Take a person out of the household, which is returned. The row of the person stays in use."""
    household = persons.household[person]
    if households.head[household] == person:
        households.head[household] = persons.next[person]
    else:
        member = households.head[household]
        while persons.next[member] != person:
            member = persons.next[member]
        persons.next[member] = persons.next[person]
    persons.next[person] = -1
    persons.household[person] = -1
    households.size[household] -= 1
    if persons.role[person] == KEEPER:
        households.adults[household] -= 1
    return household


@borrowing
def new_person(used: I64) -> int:
    """Return a free row of the persons' table."""
    used[0] += 1
    return used[0] - 1


@borrowing
def new_household(households: Households, used: I64, identity: int, area: int, contact: int) -> int:
    """Return the row of a new, empty household without dwelling, living in an area, with its people in another."""
    row = used[1]
    used[1] += 1
    households.id[row] = identity
    households.head[row] = -1
    households.dwelling[row] = -1
    households.area[row] = area
    households.contact[row] = contact
    households.size[row] = 0
    households.adults[row] = 0
    households.searching[row] = NOT_SEARCHING
    households.organisation[row, :] = -1
    return row


@borrowing
def vacate(households: Households, dwellings: Dwellings, household: int, month: int) -> None:
    """Give up the dwelling, if there is one."""
    dwelling = households.dwelling[household]
    if dwelling >= 0:
        dwellings.household[dwelling] = -1
        dwellings.vacant_since[dwelling] = month
        households.dwelling[household] = -1


@borrowing
def occupy(households: Households, dwellings: Dwellings, household: int, dwelling: int, month: int) -> None:
    """Move into a vacant dwelling, giving up the present one; the search ends."""
    vacate(households, dwellings, household, month)
    dwellings.household[dwelling] = household
    households.dwelling[household] = dwelling
    households.area[household] = dwellings.area[dwelling]
    households.moved_in[household] = month
    households.searching[household] = NOT_SEARCHING


@borrowing
def oldest(persons: Persons, households: Households, household: int) -> int:
    """Return the oldest member; of two born in the same month the one with the lower id."""
    best = households.head[household]
    member = persons.next[best]
    while member >= 0:
        if persons.birth[member] < persons.birth[best] or (
            persons.birth[member] == persons.birth[best] and persons.id[member] < persons.id[best]
        ):
            best = member
        member = persons.next[member]
    return best


@borrowing
def make_keeper(persons: Persons, households: Households, person: int) -> None:
    """Let a child of the house, grown up, take it over."""
    if persons.role[person] == AT_HOME:
        persons.role[person] = KEEPER
        households.adults[persons.household[person]] += 1
