"""The page that says whether an indicator leaves the spread of the lists of 2010-2015."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.calibration.sanity import LAST, Run, bounds, page
from beboersim.evidence.areas import read_areas
from beboersim.policy.catalogue import PRESETS


def runs(outside: float) -> list[Run]:
    """Return a run a preset in which every indicator stands at the middle of the lists, but for those outside work."""
    middle = {name: (bound.mean_low + bound.mean_high) / 2 for name, bound in bounds().items()}
    middle["outside_work_share"] = outside
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
    assert f"| outside_work_share | 0.372 to 0.495 | 0.434 | {law:.3f} | {no_list:.3f} | {alone:.3f} |" in text


def told(bounds: tuple[int, ...]) -> str:
    kept, rules, dates, left = bounds
    return (
        f"{kept} are kept, {rules} are left because of the rules of the list, {dates} because of what is dated,"
        f" {left} for no reason of the scenario"
    )
