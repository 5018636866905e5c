"""How far an area is from the list: the fewest residents who would change whether it is listed.

For each criterion of the tier that lists an area, the distance is the least whole number of residents whose change
takes the indicator to the other side of its line, with the number of residents unchanged:

* a share s of N persons against a line L: the least n for which (s N ± n) / N lies on the other side. The share of a
  mean over years moves by n / N when the n residents differ in all the years of the window.
* the income ratio r of T taxpayers against L: n taxpayers who go from the area's mean income to the region's raise it
  by n (1 - r) / T; n who go from the area's mean to nothing lower it by n r / T.

An area that meets k of the criteria where m are needed leaves the list when k - m + 1 of those it meets are lost, or
when residents - least + 1 move out; it comes on the list when m - k of those it does not meet are gained, and its
residents are enough. One resident may count in several criteria at once, so the fewest residents who change j criteria
are the j-th smallest distance, and not the sum of the j smallest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from beboersim.law.lists import DUST, LISTED, Criterion, Indicators, ListRules, tiers_in_use

BASE_OF: Mapping[str, str] = {
    "non_western": "residents",
    "outside_work": "age_18_64",
    "convicted": "age_18",
    "basic_education": "age_30_59",
    "income_ratio": "taxpayers",
}


class Bases(NamedTuple):
    """The persons that each indicator is a share of."""

    residents: float
    age_18_64: float
    age_18: float
    age_30_59: float
    taxpayers: float

    def of(self, indicator: str) -> float:
        """Return the number of persons behind an indicator."""
        persons: float = getattr(self, BASE_OF[indicator])
        return persons


class Margin(NamedTuple):
    """The fewest residents who would change whether the area is listed, and each criterion's own distance.

    `residents` is None where an indicator is not known, or no change of residents would do it. `listed` is None where
    it is not known whether the area is on the list.
    """

    residents: int | None
    by_criterion: Mapping[str, int]
    listed: bool | None


def margin_residents(
    indicators: Indicators,
    bases: Bases,
    rules: ListRules,
    *,
    national_convicted: float | None,
    ethnicity_criterion: bool = True,
    criteria_needed: int = 0,
    min_residents: float | None = None,
) -> Margin:
    """Return how many residents an area is from the line between listed and not listed.

    The keyword parameters are those of `lists.classify`.
    """
    tiers = tiers_in_use(rules, ethnicity_criterion, criteria_needed)
    tier = next((tier for tier in tiers if tier.status >= LISTED), None)
    if tier is None:
        return Margin(None, {}, False)
    least = rules.min_residents if min_residents is None else min_residents
    met: list[int] = []
    unmet: list[int] = []
    distances: dict[str, int] = {}
    known = indicators.residents is not None
    for criterion in tier.counted:
        value: float | None = getattr(indicators, criterion.indicator)
        line = criterion.line_at(national_convicted)
        if value is None or line is None:
            known = False
            continue
        holds = bool(criterion.met(value, national_convicted))
        distance = _distance(criterion, value, line, bases.of(criterion.indicator), holds)
        distances[criterion.indicator] = distance
        (met if holds else unmet).append(distance)
    if not known or indicators.residents is None:
        return Margin(None, distances, None)

    short = max(0, math.ceil(least - indicators.residents - DUST))
    if short == 0 and len(met) >= tier.at_least:
        lost = sorted(met)[len(met) - tier.at_least] if tier.at_least else math.inf
        moved_out = math.floor(indicators.residents - least + DUST) + 1
        return Margin(int(min(lost, moved_out)), distances, True)
    gained = tier.at_least - len(met)
    if gained > len(unmet):
        return Margin(None, distances, False)
    return Margin(max(short, sorted(unmet)[gained - 1] if gained > 0 else 0), distances, False)


def _distance(criterion: Criterion, value: float, line: float, persons: float, met: bool) -> int:
    """Return the least whole number of persons who take a value to the other side of its line."""
    rises = met == (criterion.test == "below")  # the value must rise to lose "below" or to gain the other tests
    step = (1.0 - value if rises else value) if criterion.indicator == "income_ratio" else 1.0
    if step <= DUST:
        return math.ceil(persons)
    exact = abs(value - line) * persons / step
    # On the line itself "above" and "below" are not met and "at least" is: who must pass the line needs one more.
    stops_on_line = met == (criterion.test in ("above", "below"))
    dust = DUST * max(1.0, persons)
    return math.ceil(exact - dust) if stops_on_line else math.floor(exact + dust) + 1
