"""Edges of the indices: nobody, only one group, histories."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from beboersim.outcomes import segregation as s

TWO = (s.dissimilarity, s.isolation, s.eta2, s.theil_h, s.gini, s.atkinson)


@pytest.mark.parametrize("index", TWO)
def test_a_group_without_members_has_no_index(index: object) -> None:
    assert np.isnan(index([0, 0, 0], [10, 0, 30]))  # type: ignore[operator]


@pytest.mark.parametrize("index", TWO)
def test_an_empty_town_has_no_index(index: object) -> None:
    assert np.isnan(index([0, 0], [0, 0]))  # type: ignore[operator]


def test_a_group_that_is_everyone_is_wholly_isolated_but_not_uneven() -> None:
    assert s.isolation([10, 30], [10, 30]) == 1
    assert np.isnan(s.dissimilarity([10, 30], [10, 30]))


def test_a_history_is_one_call() -> None:
    group, total = np.array([[5.0, 10], [9, 1]]), np.array([[20.0, 20], [20, 20]])
    each = [float(s.dissimilarity(group[row], total[row])) for row in (0, 1)]
    assert s.dissimilarity(group, total) == pytest.approx(each)


def test_adjusted_dissimilarity_takes_chance_out() -> None:
    group, total = np.array([10.0, 30, 20]), np.array([50.0, 50, 50])
    chance = s.expected_dissimilarity(group, total)
    assert s.adjusted_dissimilarity(group, total) == pytest.approx(
        (float(s.dissimilarity(group, total)) - chance) / (1 - chance)
    )


def test_rank_order_h_without_taxpayers_or_with_one_class_has_no_value() -> None:
    assert np.isnan(s.income_rank_h(np.zeros((3, 5))))
    assert np.isnan(s.income_rank_h([[0, 7, 0], [0, 3, 0]]))


@given(arrays(np.int64, (5, 2), elements=st.integers(0, 500)))
def test_indices_stay_between_zero_and_one(table: np.ndarray) -> None:
    for index in TWO:
        value = index(table[:, 0], table.sum(1))
        assert np.isnan(value) or -1e-9 <= value <= 1 + 1e-9
