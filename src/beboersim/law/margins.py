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

All of it is worked out for many areas at once; one area is an array of one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.law.lists import DUST, Criterion, Indicators, ListRules, Tier, tiers_in_use

F64 = NDArray[np.float64]
B1 = NDArray[np.bool_]

ByIndicator = Mapping[str, F64]
"""An array over areas for the residents and each indicator of the law; nan is not known."""

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
    found = _by_tier(
        _values_of_one_area(indicators), _persons_of_one_area(bases), rules, national_convicted,
        years_listed_as_ghetto, years_at_most, ethnicity_criterion, duties_on_all_udsat, criteria_needed, min_residents,
    )  # fmt: skip
    return tuple(_tier_margin(indicators, tier, distances, ways) for tier, distances, ways in found)


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
    margins = tier_margins(
        indicators, bases, rules, national_convicted=national_convicted, ethnicity_criterion=ethnicity_criterion,
        criteria_needed=criteria_needed, min_residents=min_residents,
    )  # fmt: skip
    here = next((one for one in margins if rules.listing is not None and one.tier == rules.listing.name), None)
    if here is None:
        return Margin(None, {}, False)
    distances = {one.indicator: one.residents for one in here.criteria if one.residents is not None}
    return Margin(here.residents, distances, here.holds)


def margins_by_area(
    values: ByIndicator,
    persons: ByIndicator,
    rules: ListRules,
    *,
    national_convicted: float | None,
    ethnicity_criterion: bool,
    criteria_needed: int,
) -> F64:
    """Return for many areas the residents of `margin_residents`, nan where it has None.

    Parameters
    ----------
    values
        The areas' indicators, and their residents.
    persons
        The persons that each indicator is a share of.
    national_convicted, ethnicity_criterion, criteria_needed
        See `lists.classify`.
    """
    found = _by_tier(
        values, persons, rules, national_convicted, 0, None, ethnicity_criterion, False, criteria_needed, None
    )
    for tier, _, ways in found:
        if rules.listing is not None and tier.name == rules.listing.name:
            return _changes(ways)
    return np.full(len(values["residents"]), np.nan)


def _values_of_one_area(indicators: Indicators) -> ByIndicator:
    return {
        name: np.array([value], np.float64)  # None becomes nan
        for name, value in zip(Indicators._fields, indicators, strict=True)
    }


def _persons_of_one_area(bases: Bases) -> ByIndicator:
    return {indicator: np.array([float(bases.of(indicator))]) for indicator in BASE_OF}


class _Distance(NamedTuple):
    """A criterion: its line, where it is met, and how many residents each area is from the line; nan is not known."""

    line: float | None
    met: B1
    residents: F64


class _Ways(NamedTuple):
    """Where a tier holds, and the fewest residents who would end that or bring it about; all of it where known."""

    known: B1
    holds: B1
    to_lose: F64
    to_gain: F64


def _tier_margin(
    indicators: Indicators, tier: Tier, distances: Sequence[_Distance], ways: _Ways
) -> TierMargin:
    """Return the margin of a tier for the only area there is."""
    criteria = []
    for criterion, one in zip(tier.criteria, distances, strict=True):
        residents = _whole(one.residents)
        met = None if residents is None else bool(one.met[0])
        value: float | None = getattr(indicators, criterion.indicator)
        criteria.append(CriterionMargin(criterion.indicator, criterion.test, value, one.line, met, residents))
    return TierMargin(
        tier=tier.name,
        status=tier.status,
        listed_as=tier.listed_as,
        holds=bool(ways.holds[0]) if ways.known[0] else None,
        residents=_whole(_changes(ways)),
        criteria=tuple(criteria),
    )


def _whole(residents: F64) -> int | None:
    """Return the residents of the only area there is, None if not known."""
    return None if math.isnan(residents[0]) else int(residents[0])


def _changes(ways: _Ways) -> F64:
    """Return the fewest residents who would change whether a tier holds; nan where not known, or where none would."""
    changed = np.where(ways.holds, ways.to_lose, ways.to_gain)
    return np.where(ways.known & np.isfinite(changed), changed, np.nan)


def _by_tier(
    values: ByIndicator,
    persons: ByIndicator,
    rules: ListRules,
    national_convicted: float | None,
    years_listed_as_ghetto: int,
    years_at_most: int | None,
    ethnicity_criterion: bool,
    duties_on_all_udsat: bool,
    criteria_needed: int,
    min_residents: float | None,
) -> Iterator[tuple[Tier, Sequence[_Distance], _Ways]]:
    """Give the margins tier by tier, in the order of the rules: what a tier lies within comes before it."""
    least = rules.min_residents if min_residents is None else min_residents
    most_years = years_listed_as_ghetto if years_at_most is None else max(years_at_most, years_listed_as_ghetto)
    ways: dict[str, _Ways] = {}
    for tier in tiers_in_use(rules, ethnicity_criterion, criteria_needed, duties_on_all_udsat):
        distances = [
            _distance(one, values[one.indicator], one.line_at(national_convicted), persons[one.indicator])
            for one in tier.criteria
        ]
        within = None if tier.within is None else ways[tier.within]
        ways[tier.name] = _ways(
            tier, within, values["residents"], distances, least, years_listed_as_ghetto, most_years
        )
        yield tier, distances, ways[tier.name]


def _ways(
    tier: Tier,
    within: _Ways | None,
    residents: F64,
    distances: Sequence[_Distance],
    least: float,
    years: int,
    most_years: int,
) -> _Ways:
    """Return the ways to lose and gain a tier; they are known where all that it depends on is."""
    everywhere = np.ones(len(residents), np.bool_)
    never = np.full(len(residents), math.inf)
    if within is None:
        within = _Ways(everywhere, everywhere, never, 0.0 * residents)
    known = within.known & ~np.isnan(residents)
    for one in distances:
        known = known & ~np.isnan(one.residents)
    running, perhaps_running = (tier.lists_running <= count + 1 for count in (years, most_years))
    if running != perhaps_running:
        known = known & ~within.holds
    n, k = len(tier.required), len(tier.required) + len(tier.counted)
    required, counted, instead = distances[:n], distances[n:k], distances[k:]
    group = _count(counted, tier.at_least, everywhere)
    if instead:
        group = _either(group, _all(instead, everywhere))
    short = np.maximum(np.ceil(least - residents - DUST), 0.0)
    big_enough = _Ways(known, short == 0.0, np.floor(residents - least + DUST) + 1.0, short)
    lists = _Ways(known, everywhere & running, never, never)
    parts = (within, _all(required, everywhere), group, big_enough, lists)
    holds = reduce(np.logical_and, (part.holds for part in parts))
    to_lose = reduce(np.minimum, (part.to_lose for part in parts))
    to_gain = reduce(np.maximum, (np.where(part.holds, 0.0, part.to_gain) for part in parts))
    return _Ways(known, holds, np.where(holds, to_lose, 0.0), to_gain)


def _all(distances: Sequence[_Distance], everywhere: B1) -> _Ways:
    """Return the ways of criteria that must all be met: one lost is enough, every unmet one must be gained."""
    lost, gained, holds = np.full(len(everywhere), math.inf), np.zeros(len(everywhere)), everywhere
    for one in distances:
        lost = np.where(one.met, np.minimum(lost, one.residents), lost)
        gained = np.where(one.met, gained, np.maximum(gained, one.residents))
        holds = holds & one.met
    return _Ways(everywhere, holds, np.where(holds, lost, 0.0), gained)


def _count(distances: Sequence[_Distance], at_least: int, everywhere: B1) -> _Ways:
    """Return the ways of a number of criteria: the nearest of the met, or of the unmet, that it turns on."""
    never = np.full(len(everywhere), math.inf)
    if at_least == 0 or not distances:
        holds = everywhere & (at_least == 0)
        return _Ways(everywhere, holds, np.where(holds, never, 0.0), np.where(holds, 0.0, never))
    met = np.array([one.met for one in distances])
    residents = np.array([one.residents for one in distances])
    lacking = at_least - met.sum(axis=0)
    holds = lacking <= 0
    if at_least > len(distances):
        return _Ways(everywhere, holds, np.zeros(len(everywhere)), never)
    farthest_met = np.sort(np.where(met, residents, -math.inf), axis=0)
    nearest_unmet = np.sort(np.where(met, math.inf, residents), axis=0)
    to_lose = farthest_met[len(distances) - at_least]
    to_gain = np.take_along_axis(nearest_unmet, np.maximum(lacking - 1, 0)[None], axis=0)[0]
    return _Ways(everywhere, holds, np.where(holds, to_lose, 0.0), np.where(holds, 0.0, to_gain))


def _either(one: _Ways, other: _Ways) -> _Ways:
    """Return the ways of two that may stand for each other: both must be lost, one is enough to gain."""
    holds = one.holds | other.holds
    lose, gain = np.maximum(one.to_lose, other.to_lose), np.minimum(one.to_gain, other.to_gain)
    return _Ways(one.known, holds, np.where(holds, lose, 0.0), np.where(holds, 0.0, gain))


def _distance(criterion: Criterion, value: F64, line: float | None, persons: F64) -> _Distance:
    """Return the least whole number of persons who take a value to the other side of its line."""
    if line is None:
        return _Distance(None, np.zeros(len(value), np.bool_), np.full(len(value), np.nan))
    met = criterion.is_beyond(line, value)
    rises = met == (criterion.test == "below")  # the value must rise to lose "below" or to gain the other tests
    whole = np.ones(len(value))
    step = np.where(rises, 1.0 - value, value) if criterion.indicator == "income_ratio" else whole
    moves = step > DUST
    exact = np.abs(value - line) * persons / np.where(moves, step, whole)
    # On the line itself "above" and "below" are not met and "at least" is: who must pass the line needs one more.
    stops_on_line = met == (criterion.test in ("above", "below"))
    dust = DUST * np.maximum(persons, 1.0)
    residents = np.where(stops_on_line, np.ceil(exact - dust), np.floor(exact + dust) + 1.0)
    residents = np.where(moves, residents, np.ceil(persons))
    return _Distance(line, met, np.where(np.isnan(value), np.nan, residents))
