from __future__ import annotations

import numpy as np
import pytest

from beboersim.world.codes import AT_HOME, KEEPER, NOT_SEARCHING, WANTS_CHANGE
from beboersim.world.columns import made
from beboersim.world.membership import (
    join,
    make_keeper,
    new_household,
    new_person,
    occupy,
    oldest,
    part,
    vacate,
)
from beboersim.world.state import Dwellings, Households, Persons

Tables = tuple[Persons, Households, Dwellings, np.ndarray]


@pytest.fixture
def family() -> Tables:
    """A couple and a child in household 0, in dwelling 0 of area 3; dwelling 1 of area 5 is vacant."""
    persons, households, dwellings = made(Persons, 8), made(Households, 4), made(Dwellings, 2)
    used = np.array([0, 0, 2], np.int64)
    dwellings.area[:2] = (3, 5)
    household = new_household(households, used, 77, 3, 3)
    for birth, role in ((100, KEEPER), (90, KEEPER), (400, AT_HOME)):
        person = new_person(used)
        persons.id[person] = 1000 + person
        persons.birth[person] = birth
        persons.role[person] = role
        join(persons, households, person, household)
    occupy(households, dwellings, household, 0, 500)
    return persons, households, dwellings, used


def test_a_household_counts_its_members_and_its_keepers(family: Tables) -> None:
    _, households, _, used = family
    assert (households.size[0], households.adults[0]) == (3, 2)
    assert used.tolist() == [3, 1, 2]


@pytest.mark.parametrize("leaver", [0, 1, 2])
def test_whoever_parts_the_others_stay_linked(family: Tables, leaver: int) -> None:
    persons, households, _, _ = family
    assert part(persons, households, leaver) == 0
    left = []
    member = households.head[0]
    while member >= 0:
        left.append(int(member))
        member = persons.next[member]
    assert sorted(left) == [row for row in range(3) if row != leaver]
    assert households.size[0] == 2
    assert households.adults[0] == (2 if leaver == 2 else 1)
    assert persons.household[leaver] == -1


def test_moving_in_gives_up_the_old_home_and_ends_the_search(family: Tables) -> None:
    _, households, dwellings, _ = family
    households.searching[0] = WANTS_CHANGE
    occupy(households, dwellings, 0, 1, 512)
    assert dwellings.household.tolist() == [-1, 0]
    assert dwellings.vacant_since[0] == 512
    assert (households.dwelling[0], households.area[0], households.moved_in[0]) == (1, 5, 512)
    assert households.searching[0] == NOT_SEARCHING


def test_giving_up_a_home_one_does_not_have_changes_nothing(family: Tables) -> None:
    _, households, dwellings, _ = family
    vacate(households, dwellings, 0, 512)
    vacate(households, dwellings, 0, 999)
    assert dwellings.vacant_since[0] == 512
    assert households.dwelling[0] == -1


def test_the_oldest_member_is_the_one_born_first_and_of_twins_the_lower_id(family: Tables) -> None:
    persons, households, _, _ = family
    assert oldest(persons, households, 0) == 1
    persons.birth[0] = 90
    assert oldest(persons, households, 0) == 0


def test_a_grown_child_can_take_the_household_over_once(family: Tables) -> None:
    persons, households, _, _ = family
    part(persons, households, 0)
    part(persons, households, 1)
    make_keeper(persons, households, 2)
    make_keeper(persons, households, 2)
    assert (households.size[0], households.adults[0]) == (1, 1)
