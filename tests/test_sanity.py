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
    ("outside", "alone", "areas", "means"),
    [
        (0.43, 0.43, "30 are kept, 0", "30 are kept, 0"),
        (0.25, 0.43, "30 are kept, 0", "24 are kept, 6"),
        (0.25, 0.25, "30 are kept, 0", "24 are kept, 0"),
        (0.9, 0.43, "24 are kept, 6", "24 are kept, 6"),
        (0.9, 0.9, "24 are kept, 0", "24 are kept, 0"),
    ],
)
def test_the_page_says_what_is_kept_and_whether_the_rules_of_the_list_are_why_it_is_not(
    outside: float, alone: float, areas: str, means: str
) -> None:
    text = page(runs(outside), runs(alone), runs(alone))
    assert f"Of 30 bounds on areas {areas} are left because of the rules of the list" in text
    assert f"Of 30 on means over areas {means} are left because of the rules of the list" in text
    left = {"kept, 0": 30, "kept, 6": 24}
    without = sum(left[told[3:].removeprefix("are ")] - int(told[:2]) for told in (areas, means))
    assert text.count("| **no** |") == without
    assert f"| outside_work_share | 0.372 to 0.495 | 0.434 | {outside:.3f} | {alone:.3f} | {alone:.3f} |" in text
