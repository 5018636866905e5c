"""Letting law: who may be refused, who comes first. Pure functions of numbers; the dated rules are data.

`in_force` reads law/letting/letting.toml and says, for a day and the areas' statuses, which bars and duties hold. The
kernels decide single applicants; the month's letting and the law's own command use the same ones.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.kernel import kernel

NO_BAR, BAR_GROUNDS_1_TO_4, BAR_BENEFIT_TOO = 0, 1, 2
FULL_TIME_WEEK = 37.0  # hours, the Danish full-time week


class LettingInForce(NamedTuple):
    """What the law says of each area on a day: the bar on assignment, and whether flexible letting is a duty."""

    assignment_bar: NDArray[np.int64]
    flexible_duty: NDArray[np.int64]


@lru_cache
def rules() -> dict[str, Any]:
    """Return the dated letting rules as they stand in the data file."""
    text = resources.files("beboersim.law").joinpath("letting", "letting.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def holds(rule: dict[str, Any], day: date) -> bool:
    """Say whether a dated rule is in force on a day; `until` is not included."""
    return bool(rule["from"] <= day and ("until" not in rule or day < rule["until"]))


def in_force(day: date, status: NDArray[np.int64]) -> LettingInForce:
    """Return the bars and duties that follow from the areas' statuses on a day.

    Parameters
    ----------
    day
        The day of the letting.
    status
        Status code of each area (see law.lists).
    """
    bar = np.zeros(len(status), np.int64)
    duty = np.zeros(len(status), np.int64)
    for rule in rules()["assignment_bar"]:
        if holds(rule, day):
            applies = (status >= rule["status_from"]) & (status <= rule["status_to"])
            bar[applies] = np.maximum(bar[applies], rule["bar"])
    for rule in rules()["flexible_duty"]:
        if holds(rule, day):
            duty[(status >= rule["status_from"]) & (status <= rule["status_to"])] = 1
    return LettingInForce(bar, duty)


@kernel
def barred_from_assignment(bar: int, recently_convicted: int, foreign_citizen: int, six_months_on_benefit: int) -> int:
    """Say whether § 59(6)-(7) forbids assigning a household; any member's ground is enough.

    Parameters
    ----------
    bar
        0 none, 1 grounds 1-4 (release, youth institution, cancelled lease, citizenship), 2 benefit as well.
    recently_convicted
        1 if a member was convicted in the last six months (stands for release within six months).
    foreign_citizen
        1 if a member is a citizen of a country outside EU, EEA and Switzerland and not a student.
    six_months_on_benefit
        1 if a member has lived on cash or similar benefit for six months in a row.
    """
    if bar >= BAR_GROUNDS_1_TO_4 and (recently_convicted == 1 or foreign_citizen == 1):
        return 1
    if bar >= BAR_BENEFIT_TOO and six_months_on_benefit == 1:
        return 1
    return 0


@kernel
def meets_flexible_criteria(hours_a_week: float, in_education: int, all_seniors: int) -> int:
    """Say whether a household meets usual flexible-letting criteria (§ 60): work, education, or senior.

    Parameters
    ----------
    hours_a_week
        The longest working week of a keeper; 25 hours or more counts (S59).
    in_education
        1 if a keeper is in education that gives SU, or an apprentice (S59).
    all_seniors
        1 if every keeper is 65 or older, who are exempt (S60).
    """
    return 1 if hours_a_week >= 25.0 or in_education == 1 or all_seniors == 1 else 0


@kernel
def fits_the_home(persons: int, rooms: int, spare: int) -> int:
    """Say whether a household is offered a home of so many rooms.

    At most two persons a room (the usual limit in letting rules). Not more than one room above the number of persons,
    the size that rehousing law calls suitable (almenlejeloven § 86, S67), and `spare` rooms more when nobody of that
    size wants the home: for those on a list it is a practice, not a right.
    """
    return 1 if persons <= 2 * rooms and rooms <= persons + 1 + spare else 0
