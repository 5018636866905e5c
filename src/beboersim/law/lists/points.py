"""A municipality's own categories: points against the town's average, added up to a class (Aarhus, S107 S108).

Every indicator is written so that more is worse. A value that is not known gives between none and all of its points;
the class is decided where that makes no difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from beboersim.law.lists import DUST, ListRules, Points


class PointsStatus(NamedTuple):
    """The class of an area, its points by indicator, and how many points it is from another class.

    `name` is None where missing values leave it open; `lowest` and `highest` are the sums between which it lies.
    `up` and `down` are the points to the next worse and the next better class, None where there is none.
    """

    name: str | None
    points: Mapping[str, int]
    lowest: int
    highest: int
    missing: tuple[str, ...]
    up: int | None
    down: int | None


def points_for(value: float, average: float, points: Points) -> int:
    """Return the points of one indicator: one above the first step times the town's average, and so on."""
    if average <= 0.0:
        return points.most if value > DUST else 0
    ratio = value / average
    first, second, third = points.steps
    above = int(ratio > first + DUST)
    return min(points.most, above + int(ratio >= second - DUST) + int(ratio >= third - DUST))


def classify_points(
    values: Mapping[str, float | None], averages: Mapping[str, float | None], residents: float | None, rules: ListRules
) -> PointsStatus:
    """Return the class of an area by its indicators and the town's averages, both by name of the indicator."""
    points = rules.points
    if points is None:
        raise ValueError(f"the rules {rules.name} have no points")
    given: dict[str, int] = {}
    missing = []
    for indicator in points.indicators:
        value, average = values.get(indicator.name), averages.get(indicator.name)
        if value is None or average is None:
            missing.append(indicator.name)
        else:
            given[indicator.name] = points_for(value, average, points)
    lowest = sum(given.values())
    highest = lowest + points.most * len(missing)
    if residents is not None and residents < rules.min_residents:
        return PointsStatus("none", given, lowest, highest, tuple(missing), None, None)
    if residents is None:
        missing.insert(0, "residents")
    classes = {class_of(points, total) for total in (lowest, highest)}
    if len(classes) > 1 or residents is None:
        return PointsStatus(None, given, lowest, highest, tuple(missing), None, None)
    (name,) = classes
    starts = [one.start for one in points.classes]
    at = [one.name for one in points.classes].index(name)
    up = None if at == 0 else starts[at - 1] - lowest
    down = None if at == len(starts) - 1 else lowest - starts[at] + 1
    return PointsStatus(name, given, lowest, highest, tuple(missing), up, down)


def class_of(points: Points, total: int) -> str:
    """Return the class that a sum of points gives."""
    return next(one.name for one in points.classes if total >= one.start)
