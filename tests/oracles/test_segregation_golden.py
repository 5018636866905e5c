"""Oracles for the segregation indices: algebra (A), golden tables (A2, A3b), invariances (A3), H^R (A4), chance (B)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import comb

import numpy as np
import pytest

from beboersim.outcomes import segregation as s

# The table, and every value, of PySAL segregation 2.5.4 (research methods 1.5); columns are groups a, b, c, d.
TABLE = np.array(
    [(520, 310, 120, 50), (300, 420, 200, 80), (900, 60, 30, 10), (150, 500, 250, 100), (700, 180, 80, 40),
     (430, 0, 0, 0)],
    dtype=np.float64,
)  # fmt: skip
GROUP, TOTAL = TABLE[:, 1], TABLE.sum(1)
PRINTED = 6e-13  # twelve decimals are printed

Two = Callable[[np.ndarray, np.ndarray], np.ndarray]
Many = Callable[[np.ndarray], np.ndarray]

TWO_GROUPS: dict[str, tuple[Two, float]] = {
    "D": (s.dissimilarity, 0.389764996908),
    "xPx": (s.isolation, 0.379931972789),
    "xPy": (lambda x, t: s.exposure(x, t - x, t), 0.620068027211),
    "eta2": (s.eta2, 0.149755205112),
    "H": (s.theil_h, 0.151394356613),
    "Gini": (s.gini, 0.493386243386),
    "Atkinson": (s.atkinson, 0.258409688091),
}
MANY_GROUPS: dict[str, tuple[Many, float]] = {
    "MultiD": (s.multigroup_d, 0.421898196050),
    "MultiH": (s.multigroup_h, 0.180849560243),
    "MultiGini": (s.multigroup_gini, 0.544885060057),
    "P": (s.normalised_exposure, 0.237382045574),
    "R": (s.relative_diversity, 0.201890885780),
    "C": (s.squared_variation, 0.113483486728),
    "Divergence": (s.divergence, 0.197959919597),
    "Diversity": (s.diversity, 1.094611008902),
    "Simpson": (s.simpson_interaction, 0.603129059281),
}


@pytest.mark.parametrize("name", TWO_GROUPS)
def test_a2_two_group_indices_give_the_golden_values(name: str) -> None:
    index, golden = TWO_GROUPS[name]
    assert index(GROUP, TOTAL) == pytest.approx(golden, abs=PRINTED)


@pytest.mark.parametrize("name", MANY_GROUPS)
def test_a2_multigroup_indices_give_the_golden_values(name: str) -> None:
    index, golden = MANY_GROUPS[name]
    assert index(TABLE) == pytest.approx(golden, abs=PRINTED)


def test_a2_shapley_split_gives_the_golden_values_and_adds_up() -> None:
    later = TABLE.copy()
    later[:, 1] = (280, 380, 90, 430, 220, 20)
    second = (later[:, 1], later.sum(1))
    split = s.space_and_composition((GROUP, TOTAL), second)
    assert s.dissimilarity(*second) == pytest.approx(0.3206359368, abs=6e-11)
    assert split == pytest.approx((0.0059450625, 0.0631839975), abs=6e-11)
    assert sum(split) == pytest.approx(float(s.dissimilarity(GROUP, TOTAL) - s.dissimilarity(*second)), rel=1e-12)


def test_a_two_areas_of_100_follow_from_algebra() -> None:
    x, t = np.array([80.0, 20.0]), np.array([100.0, 100.0])
    assert s.dissimilarity(x, t) == pytest.approx(0.6, rel=1e-12)
    assert s.isolation(x, t) == pytest.approx(0.68, rel=1e-12)
    assert s.exposure(x, t - x, t) == pytest.approx(0.32, rel=1e-12)
    assert s.eta2(x, t) == pytest.approx(0.36, rel=1e-12)
    assert s.atkinson(x, t) == pytest.approx(0.36, rel=1e-12)
    assert s.theil_h(x, t) == pytest.approx(0.2780719051126377, rel=1e-12)


CHANGES = {
    "seven times as many": TABLE * 7,
    "areas in another order": TABLE[[3, 0, 5, 2, 4, 1]],
    "an area split in two alike": np.vstack([TABLE[:5], TABLE[5:] / 2, TABLE[5:] / 2]),
    "an empty area": np.vstack([TABLE, np.zeros(4)]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a3_indices_do_not_depend_on(change: str) -> None:
    table = CHANGES[change]
    for index, _ in TWO_GROUPS.values():
        assert index(table[:, 1], table.sum(1)) == pytest.approx(index(GROUP, TOTAL), rel=1e-12)
    for many, _ in MANY_GROUPS.values():
        assert many(table) == pytest.approx(many(TABLE), rel=1e-12)


def test_a3b_h_is_between_plus_within_municipalities() -> None:
    split = s.h_between_within(TABLE, ["one", "one", "one", "two", "two", "two"])
    assert split == pytest.approx((0.0011482164, 0.1797013439), abs=6e-11)
    assert sum(split) == pytest.approx(float(s.multigroup_h(TABLE)), rel=1e-12)


def test_a4_rank_order_h_is_zero_when_areas_are_alike_and_one_when_fully_sorted() -> None:
    assert s.income_rank_h(np.tile(np.arange(1.0, 11), (5, 1))) == pytest.approx(0, abs=1e-9)
    assert s.income_rank_h(np.eye(10) * 100) == pytest.approx(1, abs=1e-9)


EXPECTED_D = [(20, 0.1, 0.28518), (50, 0.3, 0.12235), (100, 0.4, 0.08122), (500, 0.4, 0.03640), (1000, 0.5, 0.02523)]


@pytest.mark.parametrize(("size", "share", "expected"), EXPECTED_D)
def test_b_chance_alone_gives_the_closed_form(size: int, share: float, expected: float) -> None:
    sizes = np.full(4, size)
    assert s.expected_dissimilarity(sizes * share, sizes) == pytest.approx(expected, abs=6e-6)


def test_b_the_closed_form_holds_for_areas_of_different_sizes() -> None:
    # P is held at its true value here, as in the closed form; five standard errors of 4,000 draws.
    sizes, share = np.array([10, 40, 40, 90, 400, 1500]), 0.3
    draws = np.random.default_rng(1).binomial(sizes, share, (4000, len(sizes)))
    d = np.abs(draws - sizes * share).sum(1) / (2 * sizes.sum() * share * (1 - share))
    closed = s.expected_dissimilarity(sizes * share, sizes)
    assert abs(d.mean() - closed) < 5 * d.std() / np.sqrt(len(d))


@pytest.mark.parametrize("size", [20, 170, 1000])
def test_b_the_closed_form_is_that_of_whole_numbers(size: int) -> None:
    share, k = Fraction(3, 8), int(size * 0.375) + 1
    exact = k * comb(size, k) * share**k * (1 - share) ** (size - k + 1) / (size * share * (1 - share))
    sizes = np.full((2, 5), size)
    assert s.expected_dissimilarity(sizes * 0.375, sizes) == pytest.approx(np.full(2, float(exact)), rel=1e-12)


def test_b_large_areas_meet_the_approximation() -> None:
    # 1/sqrt(2 pi n p q) is within 1/n of the closed form.
    for size in (1000, 1001, 100_000):
        sizes = np.full(3, size)
        assert s.expected_dissimilarity(sizes * 0.4, sizes) == pytest.approx(
            1 / np.sqrt(2 * np.pi * size * 0.24), rel=1 / size
        )
