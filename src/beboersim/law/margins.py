"""How far an area is from a line of the list: the fewest residents who would change a status.

For each criterion the distance is the least whole number of residents whose change takes the indicator to the other
side of its line, with the number of residents unchanged:

* a share s of N persons against a line L: the least n for which (s N ± n) / N lies on the other side. The share of a
  mean over years moves by n / N when the n residents differ in all the years of the window.
* the income ratio r of T taxpayers against L: n taxpayers who go from the area's mean income to the region's raise it
  by n (1 - r) / T; n who go from the area's mean to nothing lower it by n r / T.

A tier that holds is lost by the smallest of: the tier it lies within is lost; a required criterion is lost; k - m + 1
of the k counted criteria met are lost where m are needed; residents - least + 1 move out. A tier that does not hold is
gained when all that lacks is gained, so by the largest of those. One resident may count in several criteria at once, so
the fewest residents who change j criteria are the j-th smallest distance, and not the sum of the j smallest. Lists
running cannot be gained by residents.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from beboersim.law.lists import DUST, Criterion, Indicators, ListRules, Tier, tiers_in_use

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


class CriterionMargin(NamedTuple):
    """A criterion of a tier: the value, its line, whether it is met, and how many residents from the line it is."""

    indicator: str
    test: str
    value: float | None
    line: float | None
    met: bool | None
    residents: int | None


class TierMargin(NamedTuple):
    """A status: whether it holds, the fewest residents who would change that, and each of its own criteria.

    `holds` and `residents` are None where an indicator is not known; `residents` also where no change would do it.
    """

    tier: str
    status: int
    listed_as: str
    holds: bool | None
    residents: int | None
    criteria: tuple[CriterionMargin, ...]


class Margin(NamedTuple):
    """The fewest residents who would change whether the area is listed, and each criterion's own distance.

    `residents` is None where an indicator is not known, or no change of residents would do it. `listed` is None where
    it is not known whether the area is on the list.
    """

    residents: int | None
    by_criterion: Mapping[str, int]
    listed: bool | None


def tier_margins(
    indicators: Indicators,
    bases: Bases,
    rules: ListRules,
    *,
    national_convicted: float | None,
    years_listed_as_ghetto: int = 0,
    years_at_most: int | None = None,
    ethnicity_criterion: bool = True,
    duties_on_all_udsat: bool = False,
    criteria_needed: int = 0,
    min_residents: float | None = None,
) -> tuple[TierMargin, ...]:
    """Return for every tier of a rule set how many residents an area is from crossing it.

    The keyword parameters are those of `lists.classify`.
    """
    return tuple(
        _by_tier(
            indicators, bases, rules, national_convicted, years_listed_as_ghetto, years_at_most, ethnicity_criterion,
            duties_on_all_udsat, criteria_needed, min_residents,
        )
    )  # fmt: skip


def _by_tier(
    indicators: Indicators,
    bases: Bases,
    rules: ListRules,
    national_convicted: float | None,
    years_listed_as_ghetto: int,
    years_at_most: int | None,
    ethnicity_criterion: bool,
    duties_on_all_udsat: bool,
    criteria_needed: int,
    min_residents: float | None,
) -> Iterator[TierMargin]:
    """Give the margins tier by tier, in the order of the rules: what a tier lies within comes before it."""
    least = rules.min_residents if min_residents is None else min_residents
    most_years = years_listed_as_ghetto if years_at_most is None else max(years_at_most, years_listed_as_ghetto)
    ways: dict[str, _Ways | None] = {}
    for tier in tiers_in_use(rules, ethnicity_criterion, criteria_needed, duties_on_all_udsat):
        margins = _criteria(tier, indicators, bases, national_convicted)
        ways[tier.name] = _ways(tier, ways, indicators, margins, least, years_listed_as_ghetto, most_years)
        here = ways[tier.name]
        changed = None if here is None else here.to_lose if here.holds else here.to_gain
        yield TierMargin(
            tier=tier.name,
            status=tier.status,
            listed_as=tier.listed_as,
            holds=None if here is None else here.holds,
            residents=None if changed is None or not math.isfinite(changed) else int(changed),
            criteria=margins,
        )


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
    listing = rules.listing
    margins = _by_tier(
        indicators, bases, rules, national_convicted, 0, None, ethnicity_criterion, False, criteria_needed,
        min_residents,
    )  # fmt: skip
    here = next((one for one in margins if listing is not None and one.tier == listing.name), None)
    if here is None:
        return Margin(None, {}, False)
    distances = {one.indicator: one.residents for one in here.criteria if one.residents is not None}
    return Margin(here.residents, distances, here.holds)


class _Ways(NamedTuple):
    """Whether a tier holds, and the fewest residents who would end that or bring it about."""

    holds: bool
    to_lose: float
    to_gain: float


def _criteria(
    tier: Tier, indicators: Indicators, bases: Bases, national_convicted: float | None
) -> tuple[CriterionMargin, ...]:
    found = []
    for criterion in tier.criteria:
        value: float | None = getattr(indicators, criterion.indicator)
        line = criterion.line_at(national_convicted)
        met = criterion.met_at(line, value)
        residents = None
        if value is not None and line is not None and met is not None:
            residents = _distance(criterion, value, line, bases.of(criterion.indicator), met)
        found.append(CriterionMargin(criterion.indicator, criterion.test, value, line, met, residents))
    return tuple(found)


def _ways(
    tier: Tier,
    ways: Mapping[str, _Ways | None],
    indicators: Indicators,
    margins: Sequence[CriterionMargin],
    least: float,
    years: int,
    most_years: int,
) -> _Ways | None:
    """Return the ways to lose and gain a tier, or None where something it depends on is not known."""
    within = ways[tier.within] if tier.within is not None else _Ways(True, math.inf, 0)
    if within is None or indicators.residents is None or any(one.residents is None for one in margins):
        return None
    enough_lists = [tier.lists_running <= count + 1 for count in (years, most_years)]
    if enough_lists[0] != enough_lists[1] and within.holds:
        return None
    running = enough_lists[0]
    n, k = len(tier.required), len(tier.required) + len(tier.counted)
    required, counted, instead = margins[:n], margins[n:k], margins[k:]
    group = _either(_count(counted, tier.at_least), _all(instead)) if instead else _count(counted, tier.at_least)
    short = max(0, math.ceil(least - indicators.residents - DUST))
    big_enough = _Ways(short == 0, math.floor(indicators.residents - least + DUST) + 1, short)
    lists = _Ways(running, math.inf, math.inf)
    parts = (within, _all(required), group, big_enough, lists)
    holds = all(part.holds for part in parts)
    return _Ways(
        holds,
        min((part.to_lose for part in parts), default=math.inf) if holds else 0,
        0 if holds else max(part.to_gain for part in parts if not part.holds),
    )


def _all(margins: Sequence[CriterionMargin]) -> _Ways:
    """Return the ways of criteria that must all be met: one lost is enough, every unmet one must be gained."""
    lost = min((one.residents or 0 for one in margins if one.met), default=math.inf)
    gained = max((one.residents or 0 for one in margins if not one.met), default=0)
    holds = all(one.met for one in margins)
    return _Ways(holds, lost if holds else 0, gained)


def _count(margins: Sequence[CriterionMargin], at_least: int) -> _Ways:
    """Return the ways of a number of criteria."""
    met = sorted(one.residents or 0 for one in margins if one.met)
    unmet = sorted(one.residents or 0 for one in margins if not one.met)
    if len(met) >= at_least:
        return _Ways(True, met[len(met) - at_least] if at_least else math.inf, 0)
    lacking = at_least - len(met)
    return _Ways(False, 0, unmet[lacking - 1] if lacking <= len(unmet) else math.inf)


def _either(one: _Ways, other: _Ways) -> _Ways:
    """Return the ways of two that may stand for each other: both must be lost, one is enough to gain."""
    holds = one.holds or other.holds
    lose, gain = max(one.to_lose, other.to_lose), min(one.to_gain, other.to_gain)
    return _Ways(holds, lose if holds else 0, 0 if holds else gain)


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
