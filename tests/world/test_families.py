from __future__ import annotations

import numpy as np
import pytest

from beboersim.world.families import assemble, background
from beboersim.world.life_course import at_home, couple_weights

KEEPER, CHILD = 0, 1
Family = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]


def drawn(n: int, households: int, seed: int, youngest: int = 0, oldest: int = 95, foreign: float = 0.3) -> Family:
    rng = np.random.default_rng(seed)
    age = rng.integers(youngest, oldest, n)
    woman = rng.integers(0, 2, n)
    origin = np.where(rng.random(n) < foreign, rng.integers(1, 4, n), 0)
    role, home = np.zeros(n, np.int64), np.zeros(n, np.int64)
    made = assemble(
        age, woman, origin, households, 0.9, at_home(), couple_weights(), rng.random((n, 3)), role, home
    )  # fmt: skip
    return age, woman, origin, role, home, made


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("households", [1, 60, 250, 390])
def test_everybody_is_in_exactly_one_household_with_one_or_two_adults(households: int, seed: int) -> None:
    age, woman, _, role, home, made = drawn(400, households, seed)
    assert home.min() >= 0
    assert home.max() == made - 1
    keepers = np.bincount(home, weights=role == KEEPER, minlength=made)
    assert (keepers >= 1).all()
    assert (keepers <= 2).all()
    assert (age[role == KEEPER] >= 18).all()
    women = np.bincount(home, weights=(role == KEEPER) & (woman == 1), minlength=made)
    assert (women[keepers == 2] == 1).all()


@pytest.mark.parametrize("seed", range(5))
def test_the_wanted_number_of_households_is_made(seed: int) -> None:
    made = drawn(800, 430, seed)[-1]
    assert abs(made - 430) <= 4


def test_children_live_with_a_parent_of_the_right_age_almost_always() -> None:
    age, _, origin, role, home, made = drawn(2000, 1000, 1)
    gap, alike = [], []
    for child in np.flatnonzero((role == CHILD) & (age < 18)):
        parents = np.flatnonzero((home == home[child]) & (role == KEEPER))
        gap.append(min(abs(int(age[p] - age[child]) - 30) for p in parents))
        alike.append(any(background(int(origin[p])) == background(int(origin[child])) for p in parents))
    assert np.mean(np.array(gap) <= 15) > 0.99
    assert np.mean(alike) > 0.9
    assert made > 900


@pytest.mark.parametrize(("n", "youngest", "oldest"), [(1, 30, 31), (2, 0, 60), (7, 18, 30), (3, 90, 95)])
def test_a_few_persons_form_households_too(n: int, youngest: int, oldest: int) -> None:
    for seed in range(20):
        age, _, _, role, home, made = drawn(n, max(n // 2, 1), seed, youngest, oldest)
        if (age >= 18).any():
            assert (np.bincount(home, weights=role == KEEPER, minlength=made) >= 1).all()


def test_the_young_live_with_their_parents_as_often_as_the_profile_says() -> None:
    """Each draws for oneself, so the number of an age is binomial; who finds no parent keeps a household."""
    age, _, _, role, home, made = drawn(60_000, 30_000, 1)
    parents = np.bincount(home, weights=role == KEEPER, minlength=made)
    assert (parents >= 1).all()
    share = at_home()
    for years in range(40):
        mine = role[age == years]
        error = np.sqrt(share[years] * (1.0 - share[years]) / len(mine))
        assert abs((mine == CHILD).mean() - share[years]) <= 5.0 * error, years


def test_those_with_a_greater_weight_live_in_a_couple_more_often() -> None:
    age, woman, _, role, home, made = drawn(40_000, 24_000, 1, youngest=18)
    keepers = np.bincount(home, weights=role == KEEPER, minlength=made)
    both = (keepers[home] == 2) & (role == KEEPER)
    weights = couple_weights()
    for sex in (0, 1):
        mine = (role == KEEPER) & (woman == sex)
        number = np.bincount(age[mine], minlength=96)
        share = np.bincount(age[mine], weights=both[mine], minlength=96) / np.maximum(number, 1)
        # In a race of exponential clocks that stops at k, a weight w has the share 1 - exp(-k w).
        k = -np.log1p(-both[mine].mean()) / weights[sex][18:95].mean()
        low, high = 0.5 * k, 2.0 * k
        for _ in range(60):
            k = 0.5 * (low + high)
            low, high = (k, high) if (1.0 - np.exp(-k * weights[sex][age[mine]])).sum() < both[mine].sum() else (low, k)
        expected = 1.0 - np.exp(-k * weights[sex][:96])
        seen = number > 50
        error = np.sqrt(expected * (1.0 - expected) / np.maximum(number, 1))
        assert (np.abs(share - expected)[seen] < 5.0 * error[seen]).all()
