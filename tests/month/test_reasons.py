"""The chances that are told are those by which the month decides."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from beboersim.chance import Purpose, philox, uniform
from beboersim.month import crime, demography, leaving, reasons, schooling, work
from beboersim.month.reasons import Odds
from beboersim.town import Town
from beboersim.world.codes import EMPLOYED, NOT_SEARCHING, OUTSIDE, STUDENT
from beboersim.world.school import BECOMES_STUDENT, COMPLETES, DROPS_OUT
from small_towns import people, small_town

TRIES = 400  # draws between 0 and 1 that each household or person is tried with
WORDS = ((np.arange(TRIES) + 0.5) / TRIES * 2**32).astype(np.int64)
ONE_TRY = 1.0 / TRIES  # a share of tries and a chance can differ by less than this


@pytest.fixture(scope="module")
def town() -> Town:
    """Svendborg after a year, in which reputations and trends have moved; not to be changed."""
    found = small_town(scale=0.03, months=24, settings={"leaving.stigma": 0.1, "work.callback_penalty": 0.2})
    for _ in range(14):
        found.step()
    return found


def some(rows: np.ndarray, number: int = 25) -> list[int]:
    """Return some rows from all over a table."""
    return rows[np.linspace(0, len(rows) - 1, min(number, len(rows))).astype(int)].tolist()


def share(decides: Callable[[int], bool]) -> float:
    """Return in how many of the tries something is decided."""
    return sum(decides(int(word)) for word in WORDS) / TRIES


def close(told: Odds, decided: float) -> None:
    assert decided == pytest.approx(told.chance, abs=ONE_TRY)


def test_chances_of_moving_are_those_that_decide(town: Town) -> None:
    c, world = town.context, town.world
    m, p, n = leaving.departures(c), c.parameters.leaving, int(world.used[1])
    free = (world.households.head[:n] >= 0) & (world.households.searching[:n] == NOT_SEARCHING)
    here = np.flatnonzero(free & (world.households.area[:n] < world.places))
    never = 2**32 - 1  # the other draw, of giving up and joining lists
    for row in some(here):
        told = reasons.about_home(c, row)

        def says(word: int, row: int = row) -> int:
            return int(
                leaving.reply(
                    world.persons, world.households, world.dwellings, world.areas, row, c.month, word, never, m, p
                )
            )

        close(told["leaves"], share(lambda word, says=says: says(word) == leaving.LEAVES_TOWN))
        close(told["looks"], share(lambda word, says=says: says(word) == leaving.LOOKS))


def test_chances_in_the_family_are_those_that_decide(town: Town) -> None:
    c, world = town.context, town.world
    rates, p = demography.rates_of(c), c.parameters.demography
    low, persons = 2**32 - 1, world.persons
    asked = {"dies": (0, demography.DIES), "gives_birth": (1, demography.GIVES_BIRTH)}
    asked |= {"leaves_home": (2, demography.LEAVES_HOME), "separates": (2, demography.SEPARATES)}
    spaced = c.month - persons.last_birth[people(world)].astype(int) >= p.birth_spacing_months
    for row in some(people(world)[spaced]):
        told = reasons.about_family(c, row)
        for name, odds in told.items():
            at, event = asked[name]

            def happens(word: int, row: int = row, at: int = at, event: int = event) -> bool:
                words = [low, low, low]
                words[at] = word
                return event == demography.family_event(
                    persons, world.households, world.areas, row, c.month, *words, rates, p
                )

            close(odds, share(happens))


def test_chances_at_work_are_those_that_decide(town: Town) -> None:
    c, world = town.context, town.world
    m, p, persons = work.market(c), c.parameters.work, world.persons
    living = people(world)
    for doing, name, event in ((EMPLOYED, "loses_work", work.LOSES), (OUTSIDE, "finds_work", work.FINDS)):
        young = c.month - persons.birth[living].astype(int) < m.pension_age_months
        for row in some(living[(persons.activity[living] == doing) & young]):

            def happens(word: int, row: int = row, event: int = event) -> bool:
                return event == work.event_at_work(
                    persons, world.ties, world.households, world.areas, row, c.month, word, 2**32 - 1, m, p
                )

            close(reasons.about_work(c, row)[name], share(happens))


def test_chances_of_education_and_conviction_are_those_that_decide(town: Town) -> None:
    c, world = town.context, town.world
    persons, p, trend = world.persons, c.parameters.schooling, crime.crime_trend(c)
    around = schooling.around(c, p)
    living = people(world)
    steps = {"completes": COMPLETES, "drops_out": DROPS_OUT, "starts": BECOMES_STUDENT}
    told_of = set()
    for row in some(living[persons.activity[living] == STUDENT]) + some(living):
        for name, odds in reasons.about_school(c, row).items():

            def happens(word: int, row: int = row, name: str = name) -> bool:
                return steps[name] == schooling.step_of(
                    persons, world.ties, world.households, row, c.month, word, around, p
                )

            close(odds, share(happens))
            told_of.add(name)
        for odds in reasons.about_convictions(c, row).values():

            def convicted(word: int, row: int = row) -> bool:
                return crime.is_convicted(persons, world.ties, row, c.month, word, trend, c.parameters.crime) == 1

            close(odds, share(convicted))
    assert told_of == {*steps}


def test_a_reason_that_is_not_there_is_told_as_one_time(town: Town) -> None:
    c, world = town.context, town.world
    n = int(world.used[1])
    homed = np.flatnonzero((world.households.head[:n] >= 0) & (world.households.dwelling[:n] >= 0))
    for row in some(homed):
        told = {reason.name: reason for reason in reasons.about_home(c, row)["leaves"].reasons}
        inside = world.areas.stigma_inside[world.households.area[row]]
        assert (told["stigma"].times > 1.0) == (inside > 0.0)
        assert told["stigma"].value == inside
        assert told["tenure"].value == c.month - world.households.moved_in[row]
        assert (told["child"].times == 1.0) == (told["child"].value == 0.0)


def test_places_in_queues_count_who_signed_up_earlier(town: Town) -> None:
    c, households = town.context, town.world.households
    n = int(town.world.used[1])
    seeking = (households.searching[:n] != NOT_SEARCHING) & (households.head[:n] >= 0)
    listed = np.flatnonzero(seeking & (households.organisation[:n] >= 0).any(axis=1))
    first = min(some(listed), key=lambda row: int(households.listed_since[row].min()))
    for place in reasons.places_in_queue(c, first):
        others = [
            int(households.listed_since[row, slot])
            for row in np.flatnonzero(seeking)
            for slot in range(households.organisation.shape[1])
            if households.organisation[row, slot] == place.organisation
        ]
        assert place.searching == len(others)
        assert place.before == sum(since < place.since for since in others)


def test_asking_for_reasons_changes_no_draw() -> None:
    plain, asked = (small_town(scale=0.02, months=3, events=20_000) for _ in range(2))
    for _ in range(3):
        plain.step()
        for row in some(people(asked.world), 5):
            reasons.about_work(asked.context, row)
            reasons.about_home(asked.context, int(asked.world.persons.household[row]))
        asked.step()
    np.testing.assert_array_equal(plain.events, asked.events)


def test_the_words_of_a_draw_are_those_of_the_kernels_blocks(town: Town) -> None:
    c, persons = town.context, town.world.persons
    words = np.empty((4, 8), np.uint32)
    from beboersim.chance import fill

    fill(c.seed, persons.id, 0, 8, c.address(Purpose.WORK), words)
    for k in range(8):
        assert philox(c.seed, int(persons.id[k]), c.address(Purpose.WORK), 0) == tuple(words[:, k].tolist())
        assert 0.0 < uniform(int(words[0, k])) < 1.0
