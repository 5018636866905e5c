"""Time lived in the home at the start is as if people had long moved out at the model's own rates."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.town import Town
from beboersim.world.codes import PRIVATE_RENTED
from beboersim.world.mobility import OTHER_MOVES, hazard_of, settle_in
from beboersim.world.profile import income_steps, profile
from small_towns import small_town

DRAWS = 4000


@pytest.fixture(scope="module")
def town() -> Town:
    return small_town(scale=0.05)


def test_stays_so_far_are_those_of_a_renewal_process_with_the_hazard_of_leaving(town: Town) -> None:
    """A plain product of monthly survivals is the oracle: a stay so far is as likely as it is to be survived."""
    world, c = town.world, town.context
    p = c.parameters.leaving
    steps = income_steps(world, c.month)
    households = world.households
    for row in range(int(world.used[1])):
        home = int(households.dwelling[row])
        if home < 0 or world.dwellings.tenure[home] != PRIVATE_RENTED:
            continue
        who = profile(world.persons, households, row, c.month, steps[0])
        if 50.0 < who.age < 60.0:  # a long life of one's own and no pension yet
            break
    area = int(households.area[row])
    survival = np.cumprod([
        1.0 - OTHER_MOVES * hazard_of(who, world.dwellings, world.areas, home, area, month, 0.0, p)
        for month in range(int((who.age - 18.0) * 12.0) - 1)
    ])  # fmt: skip
    rng = np.random.default_rng(1)
    was = int(households.moved_in[row])
    stays = np.empty(DRAWS)
    for k, waited in enumerate(rng.gamma(1.0 / p.tenure_shape, size=DRAWS)):
        settle_in(
            world.persons, households, world.dwellings, world.areas, row, row + 1, c.month, steps,
            np.array([waited]), p,
        )  # fmt: skip
        stays[k] = c.month - 1 - int(households.moved_in[row])
    households.moved_in[row] = was
    # Up to the longest stay that anyone of the age can have had.
    longest = len(survival)
    stays = stays[stays < longest]
    expected = np.cumsum(survival) / survival.sum()
    found = np.searchsorted(np.sort(stays), np.arange(longest), side="right") / len(stays)
    # Kolmogorov's bound at one in ten thousand, and a month for counting in months.
    assert np.abs(found - expected).max() < 2.23 / np.sqrt(len(stays)) + 1.0 / survival.sum()


def test_nobody_has_lived_in_a_home_before_eighteen(town: Town) -> None:
    world, c = town.world, town.context
    steps = income_steps(world, c.month)
    for row in range(int(world.used[1])):
        if world.households.dwelling[row] >= 0:
            who = profile(world.persons, world.households, row, c.month, steps[0])
            stay = c.month - 1 - int(world.households.moved_in[row])
            assert 0 <= stay <= max((who.age - 18.0) * 12.0, 1.0)
