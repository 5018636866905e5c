"""A municipality's own categories: points against the town's average."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beboersim.errors import InputError
from beboersim.law.lists import load_rules
from beboersim.law.lists.points import classify_points, points_for
from beboersim.law.lists.table import read_points_table

CASES = tomllib.loads((Path(__file__).parent / "points.toml").read_text(encoding="utf-8"))["case"]
AARHUS = load_rules("aarhus")
assert AARHUS.points is not None
NAMES = [one.name for one in AARHUS.points.indicators]
HEADER = ",".join(["year", "area", "municipality", "residents", *(one.column for one in AARHUS.points.indicators)])


@pytest.mark.parametrize("case", CASES, ids=[case["says"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    averages = {name: 4.0 * (1 + place) for place, name in enumerate(NAMES)}
    values = {name: times * averages[name] for name, times in zip(NAMES, case["times"], strict=False)}
    status = classify_points(values, averages, case.get("residents", 800), AARHUS)
    assert (status.lowest, status.name or "unknown") == (case["points"], case["expect"])


@given(
    values=st.lists(st.floats(0.0, 10.0), min_size=8, max_size=8), worse=st.floats(0.0, 5.0), which=st.integers(0, 7)
)
@settings(derandomize=True, max_examples=300, deadline=None)
def test_a_worse_figure_never_gives_fewer_points_nor_a_better_class(
    values: list[float], worse: float, which: int
) -> None:
    averages = dict.fromkeys(NAMES, 2.0)
    order = [one.name for one in AARHUS.points.classes]  # type: ignore[union-attr]
    here = dict(zip(NAMES, values, strict=True))
    there = here | {NAMES[which]: here[NAMES[which]] + worse}
    before, after = (classify_points(one, averages, 900, AARHUS) for one in (here, there))
    assert after.lowest >= before.lowest
    assert order.index(str(after.name)) <= order.index(str(before.name))


def test_the_margins_are_the_points_to_the_next_classes() -> None:
    averages = dict.fromkeys(NAMES, 2.0)
    status = classify_points(dict.fromkeys(NAMES[:4], 4.0) | dict.fromkeys(NAMES[4:], 1.0), averages, 900, AARHUS)
    assert (status.lowest, status.name, status.up, status.down) == (12, "aarhus_udsat", 6, 1)


def test_no_average_gives_all_points_to_whoever_is_above_nothing() -> None:
    assert AARHUS.points is not None
    assert (points_for(0.0, 0.0, AARHUS.points), points_for(1.0, 0.0, AARHUS.points)) == (0, 3)


def test_the_towns_averages_stand_in_a_row_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    town = "2017,Aarhus,Aarhus,330000," + ",".join(["10"] * 8)
    path.write_text(f"{HEADER}\n{town}\n2017,Vestbo,Aarhus,900,{','.join(['21'] * 8)}\n", encoding="utf-8")
    (row,) = read_points_table(path, AARHUS)
    assert (row.area, row.status.name, row.status.lowest) == ("Vestbo", "aarhus_saerligt_udsat", 24)
    path.write_text(f"{HEADER}\n2017,Vestbo,Aarhus,900,{','.join(['21'] * 8)}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"row 2: there is no row for Aarhus as a whole in 2017"):
        read_points_table(path, AARHUS)
    path.write_text("year,area,municipality\n2017,Vestbo,Aarhus\n", encoding="utf-8")
    with pytest.raises(InputError, match="has no value in any of the columns that aarhus reads"):
        read_points_table(path, AARHUS)
