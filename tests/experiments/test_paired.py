"""Paired differences and their t intervals."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.experiments.paired import estimate, paired_difference


def test_the_interval_is_student_s() -> None:
    # Five values 1..5: mean 3, sd sqrt(2.5), t(4, 0.975) = 2.776445.
    found = estimate([1, 2, 3, 4, 5])
    assert found.mean == 3
    assert found.sd == pytest.approx(2.5**0.5)
    assert found.half_width == pytest.approx(2.7764451052 * 2.5**0.5 / 5**0.5)
    assert (found.low, found.high) == pytest.approx((3 - found.half_width, 3 + found.half_width))


def test_chance_that_both_worlds_share_drops_out() -> None:
    shared = np.random.default_rng(1).normal(0, 100, 12)
    found = paired_difference(shared, shared + np.linspace(0.9, 1.1, 12))
    assert found.mean == pytest.approx(1)
    assert found.clear
    assert estimate(shared).half_width > 100 * found.half_width


def test_one_replication_has_no_interval() -> None:
    found = paired_difference([3.0], [5.0])
    assert found == (2.0, None, None, 1)
    assert (found.low, found.high, found.clear) == (None, None, None)


def test_a_seed_that_is_missing_on_one_side_is_left_out() -> None:
    assert paired_difference([1.0, np.nan, 3.0], [2.0, 5.0, 5.0]).n == 2
    assert paired_difference([np.nan], [1.0]) == (None, None, None, 0)


def test_worlds_that_are_alike_differ_by_nothing_at_all() -> None:
    same = [0.1, 0.7, 0.3]
    assert paired_difference(same, same) == (0.0, 0.0, 0.0, 3)
    assert estimate([0.1, 0.1, 0.1]).sd == 0


def test_different_seeds_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="same seeds"):
        paired_difference([1.0, 2.0], [1.0])
