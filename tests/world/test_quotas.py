from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beboersim.world.quotas import chosen, even_parts, whole_parts

SHARES = st.lists(st.lists(st.floats(1e-6, 1.0), min_size=7, max_size=7), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(SHARES, st.integers(0, 300), st.integers(0, 1000))
def test_parts_are_the_share_rounded_and_add_up_to_the_total(shares: list[list[float]], total: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = np.array(shares)
    totals = np.full(len(table), total)
    exact = table / table.sum(axis=1, keepdims=True) * total
    for parts in (
        even_parts(totals, table, rng.random(len(table))),
        whole_parts(totals, table, rng.random(table.shape)),
    ):
        assert (parts.sum(axis=1) == total).all()
        assert (parts >= 0).all()
        assert (np.abs(parts - exact) < 1.0 + 1e-6).all()


def test_even_parts_are_on_average_their_share_and_largest_remainders_are_not() -> None:
    """Over a grid of starts the mean is the share but for the grid's width."""
    shares = np.array([[0.30, 0.20, 0.15, 0.10, 0.10, 0.08, 0.05, 0.02]])
    n = 1000
    starts = (np.arange(n) + 0.5) / n
    mean = even_parts(np.full(n, 2), np.repeat(shares, n, axis=0), starts).mean(axis=0)
    np.testing.assert_allclose(mean, 2.0 * shares[0], atol=1.0 / n + 1e-12)
    assert whole_parts(np.array([2]), shares, np.zeros_like(shares))[0].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]


def test_a_row_of_nothing_is_shared_out_to_nobody() -> None:
    nobody = even_parts(np.array([0, 3]), np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([0.9, 0.9]))
    assert nobody.sum(axis=1).tolist() == [0, 3]


@pytest.mark.parametrize("quota", [0, 1, 5, 20])
def test_so_many_of_each_group_are_chosen_and_nobody_of_weight_0(quota: int) -> None:
    rng = np.random.default_rng(1)
    group = rng.integers(0, 3, 60)
    weight = np.where(np.arange(60) % 4 == 0, 0.0, rng.random(60))
    found = chosen(group, np.full(3, quota), weight, rng.random(60))
    possible = np.bincount(group[weight > 0], minlength=3)
    assert np.bincount(group[found], minlength=3).tolist() == np.minimum(possible, quota).tolist()
    assert not found[weight == 0].any()
