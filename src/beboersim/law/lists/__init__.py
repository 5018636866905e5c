"""Which list an area comes on: a pure test of its indicators against a dated rule set.

A rule set is a ladder of tiers. A tier is met when the tier it lies within is met, all its required criteria are met,
at least so many of its counted criteria are met (or, where the rule set says so, others instead), and, where the law
asks for it, the area has been on that list for so many years running. An area gets the highest tier that it meets;
below the least number of residents it gets none.

A criterion without a value is unknown. The status is decided where the known ones decide it either way; where they do
not, it is unknown, and `Status.lowest` and `Status.highest` say between what. It is never guessed.

Aarhus's own categories are no list of the law: they have points and classes (`lists.points`) and no tiers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from beboersim.errors import InputError, meant
from beboersim.policy.catalogue import Text
from beboersim.policy.toml_lines import text_of

Test = Literal["above", "at_least", "below", "at_least_times_national"]

ORIGIN = "non_western"
LISTED = 2  # from this status code on an area is on the list of disadvantaged areas
IN_THE_LAW: tuple[str, ...] = ("2010", "2014", "2018", "2021")
NAMES: tuple[str, ...] = ("none", "2010", "2014", "2018-proposal", "2018", "2021", "aarhus")
A_LONG_TIME = 1_000  # lists running, where it is not known how many and there may be any number

# Shares come from divisions and means: a value this close to a line is on the line. Far below one resident of any area.
DUST = 1e-9


class Criterion(NamedTuple):
    """One test of one indicator. The line is a share, or a multiple of the national share."""

    indicator: str
    test: Test
    line: float

    def line_at(self, national_convicted: float | None) -> float | None:
        """Return the line as a share, or None where the national share it depends on is not known."""
        if self.test != "at_least_times_national":
            return self.line
        return None if national_convicted is None else self.line * national_convicted

    def met(self, value: float | None, national_convicted: float | None) -> bool | None:
        """Return whether a value meets the criterion, or None where that is not known."""
        line = self.line_at(national_convicted)
        return None if value is None or line is None else self.is_beyond(line, value)

    @overload
    def is_beyond(self, line: float, value: float) -> bool: ...

    @overload
    def is_beyond(self, line: float, value: NDArray[np.float64]) -> NDArray[np.bool_]: ...

    def is_beyond(self, line: float, value: float | NDArray[np.float64]) -> bool | NDArray[np.bool_]:
        """Return whether a value, or each of many, is on the side of its line that meets the criterion."""
        if self.test == "above":
            return value > line + DUST
        if self.test == "below":
            return value < line - DUST
        return value >= line - DUST


class Tier(NamedTuple):
    """A step of the ladder: its name, status code, words in `listed_as`, and what it takes to be on it.

    `instead` are criteria that, met together, stand instead of the count of `counted`.
    """

    name: str
    status: int
    listed_as: str
    paragraph: str
    within: str | None
    required: tuple[Criterion, ...]
    counted: tuple[Criterion, ...]
    instead: tuple[Criterion, ...]
    at_least: int
    lists_running: int

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Every criterion of the tier."""
        return (*self.required, *self.counted, *self.instead)


class PointsIndicator(NamedTuple):
    """An indicator of a rule set with points: more is worse."""

    name: str
    column: str
    label: Text


class PointsClass(NamedTuple):
    """A class of a rule set with points, and the sum of points it begins at."""

    name: str
    start: int
    label: Text


class Points(NamedTuple):
    """Points against the town's average: one above the first step, two from the second, three from the third."""

    steps: tuple[float, float, float]
    most: int
    indicators: tuple[PointsIndicator, ...]
    classes: tuple[PointsClass, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ListRules:
    """A dated rule set; tiers stand in order of status, the lowest first. Each is loaded once, and equals itself."""

    name: str
    title: Text
    paragraph: str
    source: str
    reading: tuple[str, ...]
    open: Text | None
    in_force: date | None
    until: date | None
    min_residents: float
    education_abroad_counts: bool
    windows: Mapping[str, int]
    tiers: tuple[Tier, ...]
    published: tuple[int, int] | None
    published_instead: Mapping[int, tuple[date, ...]]
    points: Points | None

    @property
    def listing(self) -> Tier | None:
        """The tier that makes an area listed: the first with a status from `LISTED` on."""
        return next((tier for tier in self.tiers if tier.status >= LISTED), None)

    def publications(self, year: int) -> tuple[date, ...]:
        """Return the days of a year on which a list by these rules is published."""
        days = self.published_instead.get(year)
        if days is None:
            days = () if self.published is None else (date(year, *self.published),)
        return tuple(day for day in days if self.covers(day))

    def covers(self, day: date) -> bool:
        """Return whether the rules are in force on a day; `until` is not included."""
        return (self.in_force is None or day >= self.in_force) and (self.until is None or day < self.until)


class Indicators(NamedTuple):
    """What the law measures of an area on 1 January; shares and the ratio as fractions. None is not known."""

    residents: float | None
    non_western: float | None
    outside_work: float | None
    convicted: float | None
    basic_education: float | None
    income_ratio: float | None


class Status(NamedTuple):
    """What an area is: the code and its words, the criteria it meets by tier, and what is not known of it.

    `code` is None, and `listed_as` "unknown", where missing values leave the status open between `lowest` and
    `highest`. `missing` names the indicators without a value (or whose line is not known), whether or not it mattered.
    """

    code: int | None
    listed_as: str
    met: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...]
    lowest: int
    highest: int


@cache
def load_rules(name: str) -> ListRules:
    """Return a shipped rule set by name."""
    from beboersim.law.lists.forms import rules_of

    if name not in NAMES:
        raise InputError(f"{name} is not a rule set for lists.{meant(name, NAMES)} Known: {', '.join(NAMES)}.")
    text = (files("beboersim.law.lists") / f"{name}.toml").read_text(encoding="utf-8")
    return rules_of(name, f"{name}.toml", text)


def read_rules(path: Path) -> ListRules:
    """Return a rule set of the user's own, from a file in the form of the shipped ones."""
    from beboersim.law.lists.forms import rules_of

    return rules_of(path.stem, str(path), text_of(path))


def rules_on(day: date) -> str:
    """Return the name of the rule set in force on a day."""
    for name in IN_THE_LAW:
        if load_rules(name).covers(day):
            return name
    first = load_rules(IN_THE_LAW[0]).in_force
    raise InputError(f"{day.isoformat()}: the first rules for lists are of {first}.")


def classify(
    indicators: Indicators,
    rules: ListRules,
    *,
    national_convicted: float | None,
    years_listed_as_ghetto: int = 0,
    years_at_most: int | None = None,
    ethnicity_criterion: bool = True,
    duties_on_all_udsat: bool = False,
    criteria_needed: int = 0,
    min_residents: float | None = None,
) -> Status:
    """Return the status of an area.

    Parameters
    ----------
    indicators
        The area's indicators.
    rules
        The rule set.
    national_convicted
        The national share of convicted residents 18+, mean of two years; only relative criteria need it.
    years_listed_as_ghetto
        How many lists running, before this one, the area was on as ghetto or parallelsamfund. A tier that asks for
        five is met on the fifth list.
    years_at_most
        How many it may have been where the earlier lists are not all known; None is as many as are known.
    ethnicity_criterion
        If false, origin is taken out: where it is counted among others the number needed stays as it was (unless
        `criteria_needed` says otherwise); a tier that requires it lapses, and with it the tiers within.
    duties_on_all_udsat
        If true and origin is taken out, tiers within the list that require it do not lapse: they fall on every area
        that meets the rest. A tier below the list (prevention) lapses all the same.
    criteria_needed
        How many criteria must be met to be listed; 0 is as the rule set says. Other tiers are not touched.
    min_residents
        The least number of residents, where it is not the rule set's (in a sample of the households).
    """
    least = rules.min_residents if min_residents is None else min_residents
    most_years = years_listed_as_ghetto if years_at_most is None else max(years_at_most, years_listed_as_ghetto)
    tiers = tiers_in_use(rules, ethnicity_criterion, criteria_needed, duties_on_all_udsat)
    missing = [] if indicators.residents is not None else ["residents"]
    met: dict[str, tuple[str, ...]] = {}
    for tier in tiers:
        names: list[str] = []
        for criterion in tier.criteria:
            answer = criterion.met(getattr(indicators, criterion.indicator), national_convicted)
            if answer and criterion.indicator not in names:
                names.append(criterion.indicator)
            elif answer is None and criterion.indicator not in missing:
                missing.append(criterion.indicator)
        met[tier.name] = tuple(names)

    def code(*, unknown: bool) -> int:
        """Return the status if every unknown answer were this one."""
        residents = indicators.residents
        if not (unknown if residents is None else residents >= least - DUST):
            return 0

        def holds(criterion: Criterion) -> bool:
            answer = criterion.met(getattr(indicators, criterion.indicator), national_convicted)
            return unknown if answer is None else answer

        return _highest(tiers, holds, most_years if unknown else years_listed_as_ghetto)

    lowest = code(unknown=False)
    highest = code(unknown=True) if missing or most_years > years_listed_as_ghetto else lowest
    decided = lowest if lowest == highest else None
    return Status(
        decided, "unknown" if decided is None else listed_as(decided, rules), met, tuple(missing), lowest, highest
    )


def listed_as(code: int, rules: ListRules) -> str:
    """Return the words of a status code under a rule set, as in the column listed_as."""
    if code == 0:
        return "none"
    for tier in rules.tiers:
        if tier.status == code:
            return tier.listed_as
    raise ValueError(f"the rules {rules.name} have no status {code}")


@cache
def tiers_in_use(
    rules: ListRules, ethnicity_criterion: bool = True, criteria_needed: int = 0, duties_on_all_udsat: bool = False
) -> tuple[Tier, ...]:
    """Return the tiers of a rule set as the levers leave them: origin taken out or not, and how many must be met."""
    kept: list[Tier] = []
    for tier in rules.tiers:
        listing = tier is rules.listing
        if not ethnicity_criterion:
            kept_without = duties_on_all_udsat and tier.status >= LISTED
            if any(criterion.indicator == ORIGIN for criterion in tier.required) and not kept_without:
                continue
            if tier.within is not None and tier.within not in {one.name for one in kept}:
                continue
            tier = tier._replace(
                required=tuple(one for one in tier.required if one.indicator != ORIGIN),
                counted=tuple(one for one in tier.counted if one.indicator != ORIGIN),
                instead=() if any(one.indicator == ORIGIN for one in tier.instead) else tier.instead,
            )
        if criteria_needed and listing and tier.counted:
            tier = tier._replace(at_least=criteria_needed)
        kept.append(tier)
    return tuple(kept)


def _highest(tiers: tuple[Tier, ...], holds: Callable[[Criterion], bool], years_listed_as_ghetto: int) -> int:
    reached: dict[str, int] = {}
    for tier in tiers:
        if tier.within is not None and tier.within not in reached:
            continue
        if tier.lists_running > years_listed_as_ghetto + 1:
            continue
        enough = sum(map(holds, tier.counted)) >= tier.at_least
        if all(map(holds, tier.required)) and (enough or (bool(tier.instead) and all(map(holds, tier.instead)))):
            reached[tier.name] = tier.status
    return max(reached.values(), default=0)
