"""The page that says whether an indicator leaves the spread of the lists of 2010-2015."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.calibration.sanity import INDICATORS, LAST, Run, bounds, page
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


@pytest.mark.parametrize(("outside", "areas", "means"), [(0.43, 5, 5), (0.25, 5, 4), (0.9, 4, 4)])
def test_the_page_counts_what_is_kept_and_says_no_where_it_is_not(outside: float, areas: int, means: int) -> None:
    text, presets, all_of = page(runs(outside)), len(PRESETS), len(INDICATORS) * len(PRESETS)
    assert f"Kept: {areas * presets} of {all_of} bounds on areas and {means * presets} of {all_of} on means" in text
    assert text.count("| **no** |") == (10 - areas - means) * presets
