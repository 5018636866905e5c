from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from beboersim.evidence.municipalities import age_table, names
from beboersim.world.ages import OLDEST, OPEN_BAND, between_bands, by_single_year, graduated

BANDS = np.array([0, 5, 10, 15, 18, 20, *range(25, 95, 5)])
TOTALS = st.lists(st.floats(1.0, 1e5), min_size=len(BANDS), max_size=len(BANDS))


@pytest.mark.parametrize("year", [2010, 2015])
def test_single_years_add_up_to_the_published_bands_everywhere(year: int) -> None:
    for name in names():
        table = age_table(name, year)
        residents = by_single_year(table)
        assert len(residents) == OLDEST + 1
        assert (residents >= 0.0).all()
        last = np.append(table.age_from[1:], OLDEST + 1)
        sums = [residents[a:b].sum() for a, b in zip(table.age_from, last, strict=True)]
        np.testing.assert_allclose(sums, table.population, rtol=1e-9, atol=1e-6, err_msg=name)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(TOTALS)
def test_any_totals_are_kept_and_nothing_is_below_a_trace_of_its_band(totals: list[float]) -> None:
    line = graduated(BANDS, np.array(totals))
    edges = np.append(BANDS, OPEN_BAND)
    np.testing.assert_allclose(np.add.reduceat(line, BANDS), totals, rtol=1e-9)
    assert (line > 0.0).all()
    assert len(line) == edges[-1]


def test_a_straight_line_is_found_again() -> None:
    straight = 200.0 - 2.0 * np.arange(OPEN_BAND)
    np.testing.assert_allclose(graduated(BANDS, np.add.reduceat(straight, BANDS)), straight, rtol=1e-9)


def test_no_other_line_with_the_same_totals_is_smoother() -> None:
    """Against a general optimiser, on the first few bands of a gentle town."""
    first = np.array([0, 5, 10, 15, 18, 20, 25])
    totals = np.array([500.0, 520.0, 540.0, 330.0, 230.0, 560.0, 70 * 100.0])
    found = graduated(first, totals)
    edges = np.append(first, OPEN_BAND)
    assert (found > 0.2 * (totals / np.diff(edges)).min()).all()  # nothing is held
    constraint = {"type": "eq", "fun": lambda x: np.add.reduceat(x, first) - totals}
    start = np.repeat(totals / np.diff(edges), np.diff(edges))
    other = minimize(
        lambda x: (np.diff(x, n=2) ** 2).sum(), start, constraints=constraint, method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )  # fmt: skip
    assert (np.diff(found, n=2) ** 2).sum() <= other.fun * (1.0 + 1e-6)


def test_a_share_between_bands_is_that_of_the_band_in_its_middle_and_0_outside() -> None:
    table = age_table("Odense", 2015)
    values = np.where((table.age_from >= 20) & (table.age_to < 65), table.age_from / 100.0, np.nan)
    share = between_bands(table, values)
    assert (share[:20] == 0.0).all()
    assert (share[65:] == 0.0).all()
    for first, value in zip(table.age_from, values, strict=True):
        if not np.isnan(value):
            assert share[first + 2] == pytest.approx(value)  # the middle year of five
    assert (np.diff(share[22:63]) > 0.0).all()
