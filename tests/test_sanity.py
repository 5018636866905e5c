"""The page that says whether an indicator leaves the spread of the lists of 2010-2015."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.calibration.sanity import LAST, Run, along_the_country, bounds, page
from beboersim.evidence import trends
from beboersim.evidence.areas import read_areas
from beboersim.policy.catalogue import PRESETS


def runs(value: float, of: str = "outside_work_share") -> list[Run]:
    """Return a run a preset in which every indicator but one stands at the middle of the lists."""
    middle = {name: (bound.mean_low + bound.mean_high) / 2 for name, bound in bounds().items()}
    middle[of] = value
    told = {name: (value, "Skovvejen/Skovparken", LAST) for name, value in middle.items()}
    by_year = {(name, LAST): [value] for name, value in middle.items()}
    return [Run("Kolding", preset, dict(told), dict(told), 0.0, 0.0, dict(by_year)) for preset in PRESETS]


def test_bounds_are_half_a_width_beyond_the_readings_of_the_lists() -> None:
    read = np.array([row.outside_work for row in read_areas(None)], np.float64)
    read = read[np.isfinite(read)]
    found = bounds()["outside_work_share"]
    assert found.high - found.low == pytest.approx(2 * (read.max() - read.min()))
    assert found.mean_high - found.mean_low == pytest.approx(2 * read.std())


@pytest.mark.parametrize(
    ("law", "no_list", "alone", "areas", "means"),
    [
        (0.43, 0.43, 0.43, (30, 0, 0, 0), (30, 0, 0, 0)),
        (0.25, 0.43, 0.25, (30, 0, 0, 0), (24, 6, 0, 0)),
        (0.25, 0.25, 0.43, (30, 0, 0, 0), (24, 0, 6, 0)),
        (0.25, 0.25, 0.25, (30, 0, 0, 0), (24, 0, 0, 6)),
        (0.9, 0.43, 0.9, (24, 6, 0, 0), (24, 6, 0, 0)),
        (0.9, 0.9, 0.43, (24, 0, 6, 0), (24, 0, 6, 0)),
        (0.9, 0.9, 0.9, (24, 0, 0, 6), (24, 0, 0, 6)),
    ],
)
def test_the_page_says_what_is_kept_and_what_of_the_scenario_is_why_it_is_not(
    law: float, no_list: float, alone: float, areas: tuple[int, ...], means: tuple[int, ...]
) -> None:
    text = page(runs(law), runs(no_list), runs(alone))
    assert f"Of 30 bounds on areas {told(areas)}" in text
    assert f"Of 30 on means over areas {told(means)}" in text
    assert text.count("| **no** |") == areas[3] + means[3]
    assert (
        f"| outside_work_share | 0.372 to 0.495 | not dated | 0.434 | {law:.3f} | {no_list:.3f} | {alone:.3f} |" in text
    )


def told(bounds: tuple[int, ...], rate: int = 0) -> str:
    kept, rules, dates, left = bounds
    return (
        f"{kept} are kept, {rules} are left because of the rules of the list, {dates} because of what is dated, {rate}"
        f" because of the country's rate of convictions, {left} for no reason of the scenario"
    )


def test_the_country_had_seven_tenths_of_the_convictions_in_2018_and_other_measures_have_no_date() -> None:
    years = [row.year for row in read_areas(None) if row.convicted is not None]
    before = sum(trends.convicted_reference(float(year)) for year in years) / len(years)
    assert along_the_country("convicted_share", 2018) == pytest.approx(0.0066 / before)
    assert along_the_country("convicted_share", 2018) == pytest.approx(0.7, abs=0.05)
    assert along_the_country("outside_work_share", 2018) == 1.0


def test_few_convictions_are_the_countrys_where_they_fall_as_in_the_country_and_no_further() -> None:
    bound = bounds()["convicted_share"]
    low = bound.mean_low * along_the_country("convicted_share", LAST)
    fallen, further = (runs(value, "convicted_share") for value in (low + 1e-6, low - 1e-6))
    assert told((24, 0, 0, 0), 6) in page(fallen, fallen, fallen)
    assert told((24, 0, 0, 6), 0) in page(further, further, further)
