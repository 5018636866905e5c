"""People, composition and age add up to the change, for any counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beboersim.outcomes.people import NEEDED, split_work, split_work_of

PAIRS = (
    ("working", "age_18_64"),
    ("cohort_then_working", "cohort_then"),
    ("cohort_now_working", "cohort_now"),
    ("cohort_both_working_then", "cohort_both"),
    ("cohort_both_working_now", "cohort_both"),
)


@st.composite
def counts(draw: st.DrawFn, areas: int = 3) -> dict[str, np.ndarray]:
    """Any counts in which nobody works who is not there."""
    sizes = {name: draw(st.integers(1, 5000)) for _, name in PAIRS}
    found = {name: np.full(areas, size) for name, size in sizes.items()}
    for part, whole in PAIRS:
        found[part] = np.array([draw(st.integers(0, sizes[whole])) for _ in range(areas)])
    return found


@given(counts())
def test_the_three_parts_add_up_to_the_change(recorded: dict[str, np.ndarray]) -> None:
    parts = split_work(recorded)
    then = recorded["cohort_then_working"] / recorded["cohort_then"]
    change = recorded["working"] / recorded["age_18_64"] - then
    # Six shares of order one are added: a few times the spacing of floats at one.
    assert parts.change == pytest.approx(change, abs=1e-15)
    assert parts.people + parts.composition + parts.age == pytest.approx(change, abs=2e-15)


@given(counts(), counts())
def test_differences_between_worlds_add_up_too(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    difference = split_work(other).less(split_work(one))
    total = difference.people + difference.composition + difference.age
    assert total == pytest.approx(difference.change, abs=4e-15)


def test_a_cohort_in_which_nobody_moves_ages_or_changes_work_gives_zeros() -> None:
    still = {name: np.array([40.0 if "working" in name else 100.0]) for name in NEEDED}
    assert [float(part[0]) for part in split_work(still)] == [0, 0, 0, 0]


def test_newcomers_in_work_are_composition_and_not_people() -> None:
    parts = split_work({name: np.array([60.0 if name == "working" else 40.0 if "working" in name else 100.0])
                        for name in NEEDED})  # fmt: skip
    assert float(parts.composition[0]) == pytest.approx(0.2)
    assert float(parts.people[0]) == 0


def test_a_set_of_areas_is_split_as_one() -> None:
    recorded = {name: np.array([[10.0, 20, 5]]) if "working" in name else np.array([[50.0, 60, 70]]) for name in NEEDED}
    recorded["working"] = np.array([[30.0, 10, 60]])
    both = split_work_of(recorded, np.array([True, True, False]))
    assert both.change == pytest.approx(np.array([40 / 110 - 30 / 110]))


def test_an_empty_area_has_no_change() -> None:
    nobody = {name: np.zeros(1) for name in NEEDED}
    assert np.isnan(split_work(nobody).change[0])
