"""A year alone changes the sample town by its own rates, and by nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.month.alone import COPIES, SIZES, YearAlone, a_year_alone, copied, live_on, sizes_of
from beboersim.town import Town
from beboersim.world.codes import STUDENT
from beboersim.world.life_course import deaths
from beboersim.world.outlook import survival
from small_towns import small_town

MONTH = 12 * 2015


@pytest.fixture(scope="module")
def town() -> Town:
    return small_town(("Svendborg",), scale=0.2)


@pytest.fixture(scope="module")
def sample(town: Town) -> Town:
    """A town without those at the gate: the deck's kind."""
    world = town.start.world
    gone = np.flatnonzero(world.households.area[: int(world.used[1])] >= world.places)
    first = int(gone.min()) if len(gone) else int(world.used[1])
    world.used[1] = first
    world.used[0] = int(np.flatnonzero(world.persons.household[: int(world.used[0])] < first).max()) + 1
    return town


def year(sample: Town) -> YearAlone:
    c = sample.context
    return a_year_alone(
        sample.start, MONTH, c.local_rates[0], c.school_leavers, c.parameters.demography, c.parameters.schooling
    )  # fmt: skip


def test_a_year_alone_leaves_the_town_itself_untouched_and_is_the_same_each_time(sample: Town) -> None:
    world = sample.start.world
    before = [column.copy() for column in (*world.persons, *world.households)]
    one, same = year(sample), year(sample)
    for was, now in zip(before, (*world.persons, *world.households), strict=True):
        assert np.array_equal(was, now)
    for a, b in zip(one, same, strict=True):
        assert np.array_equal(a, b)


def test_as_many_are_alive_half_a_year_on_as_mortality_says(sample: Town) -> None:
    world = sample.start.world
    n = int(world.used[0])
    found = year(sample).levels_midway.sum(axis=1)
    age = np.minimum((MONTH - world.persons.birth[:n].astype(int)) // 12, 110)
    yearly = np.where(world.persons.sex[:n] == 1, deaths("women")[age], deaths("men")[age])
    expected = np.exp(-0.5 * yearly)
    error = np.sqrt((expected * (1.0 - expected)).sum() / COPIES)
    # Some have a birthday on the way, which raises the rate by a tenth a year at most.
    assert abs(found.sum() - expected.sum()) < 5.0 * error + 0.05 * (1.0 - expected).sum()


def test_what_a_year_changes_is_shares_that_add_up(sample: Town) -> None:
    one = year(sample)
    assert np.array_equal(one.alive, survival())
    assert one.born.sum() == pytest.approx(1.0)
    assert one.died.sum() == pytest.approx(1.0)
    inhabited = one.education.sum(axis=1) > 0.0
    np.testing.assert_allclose(one.education[inhabited].sum(axis=1), 1.0)
    # Nobody loses a level without gaining another.
    np.testing.assert_allclose(one.education_change.sum(axis=1), 0.0, atol=1e-12)
    assert (one.education_change[:, 0] <= 1e-12).all()  # basic schooling is only left behind
    assert ((one.studies_midway >= 0.0) & (one.studies_midway <= 1.0)).all()
    assert np.array_equal(one.sizes, sizes_of(sample.start.world))
    assert one.sizes.sum() == int((sample.start.world.households.head[: int(sample.start.world.used[1])] >= 0).sum())


def test_people_in_households_change_by_births_and_deaths_alone(sample: Town) -> None:
    c = sample.context
    then = copied(sample.start.world)
    n = int(then.used[0])
    p, schooling = c.parameters.demography, c.parameters.schooling
    live_on(then, range(MONTH, MONTH + 12), 0, c.local_rates[0], c.school_leavers, p, schooling)
    alive = then.persons.household[: int(then.used[0])] >= 0
    born, died = int(then.used[0]) - n, int((~alive[:n]).sum())
    assert born > 50
    assert died > 50
    rows = np.flatnonzero(then.households.head[: int(then.used[1])] >= 0)
    assert then.households.size[rows].astype(int).sum() == n + born - died - int((~alive[n:]).sum())
    assert len(sizes_of(then)) == SIZES
    assert (then.persons.activity[:n] == STUDENT).any()
