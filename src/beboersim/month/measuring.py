"""Measuring and listing: the law's indicators on 1 January, and the list on its day of publication.

A share over years is the mean of the area's annual shares, as the law words it ("the mean of the last two years"); the
switch `measuring.over_residents` takes the mean over today's residents' own years instead. Which of the two the
official computing note prescribes could not be read (law.md, open point 2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.evidence import trends
from beboersim.kernel import borrowing
from beboersim.law.lists import LISTED, Indicators, ListRules, Status, classify, listed_as, load_rules
from beboersim.law.margins import BASE_OF, Bases, ByIndicator, margins_by_area
from beboersim.month.categories import categories_of
from beboersim.month.publication import publication_in
from beboersim.month.recording import income_lines
from beboersim.month.work import close_year
from beboersim.world.codes import (
    BASIC,
    GHETTO,
    HARD,
    NEIGHBOURHOOD,
    NONWESTERN_IMMIGRANT,
    OUTSIDE,
    PENSIONER,
    PUPIL,
    STUDENT,
)
from beboersim.world.columns import F64, I64
from beboersim.world.state import Households, Persons

if TYPE_CHECKING:
    from beboersim.month.context import Context

class Measuring(NamedTuple):
    """Parameters of this process; see evidence/parameters/measuring.toml."""

    reliable_persons: float
    free_place_income: float


# Outcome and the indicator of the law that it shows.
MEASURED = {
    "outside_work_share": "outside_work",
    "convicted_share": "convicted",
    "basic_education_share": "basic_education",
    "income_ratio": "income_ratio",
    "nonwestern_share": "non_western",
}
YEARS_KEPT = 4  # the longest window of any rule set

# Columns of the sums taken on 1 January.
(
    RESIDENTS,
    NON_WESTERN,
    AGE_18_64,
    ADULTS,
    AGE_30_59,
    BASIC_ANY,
    BASIC_DANISH,
    TAXPAYERS,
    INCOME,
) = range(9)
OUTSIDE_TIME = 9  # last year and the three before it, by today's residents
CONVICTED = OUTSIDE_TIME + YEARS_KEPT  # the same
ADULTS_OUTSIDE = CONVICTED + YEARS_KEPT  # of all ages from 18, neither in work nor in education
SUMS = ADULTS_OUTSIDE + 1
BASE_SUMS = dict(zip(Bases._fields, (RESIDENTS, AGE_18_64, ADULTS, AGE_30_59, TAXPAYERS), strict=True))


class Measurement(NamedTuple):
    """The indicators of every place on a 1 January, by year of the window where they have one; shares as fractions."""

    day: date
    sums: F64  # place x sum
    outside: F64  # place x year, newest first: the share of those who lived there at the end of each year
    convicted: F64  # the same
    income_reference: F64  # place, DKK in wages of the start year

    def share(self, over: int, of: int) -> F64:
        """Return one sum over another, nan where there is nobody."""
        whole = self.sums[:, of]
        return np.divide(self.sums[:, over], whole, out=np.full(len(whole), np.nan), where=whole > 0)

    @property
    def residents(self) -> F64:
        """The residents of every place, as simulated."""
        return self.sums[:, RESIDENTS]

    @property
    def outside_adults(self) -> F64:
        """The share of all adults outside the labour market, pensioners with them (S104)."""
        return self.share(ADULTS_OUTSIDE, ADULTS)


@borrowing
def take_sums(persons: Persons, households: Households, used: I64, places: int, month: int, sums: F64) -> None:
    """Add up what the indicators need, by area, for everyone who lives in the town on the first of a month."""
    birth, origin, activity, education = persons.birth, persons.origin, persons.activity, persons.education
    danish_education, convicted_years, outside_past = (
        persons.danish_education, persons.convicted_years, persons.outside_past,
    )  # fmt: skip
    household, income_past, area_of = persons.household, persons.income_past, households.area
    for row in range(used[0]):
        if household[row] < 0 or area_of[household[row]] >= places:
            continue
        here = sums[area_of[household[row]]]
        months_old = month - birth[row]
        doing = activity[row]
        here[RESIDENTS] += 1.0
        here[NON_WESTERN] += origin[row] >= NONWESTERN_IMMIGRANT
        if months_old >= 18 * 12:
            here[ADULTS] += 1.0
            here[ADULTS_OUTSIDE] += (doing == OUTSIDE) | (doing == PENSIONER)
            if convicted_years[row] != 0:
                for year in range(YEARS_KEPT):
                    here[CONVICTED + year] += convicted_years[row] >> (year + 1) & 1
            if months_old < 65 * 12:
                here[AGE_18_64] += 1.0
                for year in range(YEARS_KEPT):
                    here[OUTSIDE_TIME + year] += outside_past[row, year]
            if 30 * 12 <= months_old < 60 * 12:
                basic = education[row] == BASIC
                here[AGE_30_59] += 1.0
                here[BASIC_ANY] += basic
                here[BASIC_DANISH] += basic | (danish_education[row] == 0)
        if 15 * 12 <= months_old < 65 * 12 and doing != STUDENT and doing != PUPIL:
            here[TAXPAYERS] += 1.0
            here[INCOME] += income_past[row]


def measured(
    persons: Persons,
    households: Households,
    used: I64,
    day: date,
    income_reference: F64,
    earlier: Measurement | None,
) -> Measurement:
    """Return the measurement of a 1 January; annual shares of earlier years come from the one before."""
    places = len(income_reference)
    sums = np.zeros((places, SUMS))
    take_sums(persons, households, used, places, day.year * 12 + day.month - 1, sums)
    sums[:, OUTSIDE_TIME : OUTSIDE_TIME + YEARS_KEPT] /= 200.0  # after the sum of whole numbers, which has no order
    now = Measurement(day, sums, np.zeros((places, YEARS_KEPT)), np.zeros((places, YEARS_KEPT)), income_reference)
    now.outside[:, 0] = now.share(OUTSIDE_TIME, AGE_18_64)
    now.convicted[:, 0] = now.share(CONVICTED, ADULTS)
    if earlier is not None:
        now.outside[:, 1:] = earlier.outside[:, :-1]
        now.convicted[:, 1:] = earlier.convicted[:, :-1]
    return now


def over_window(m: Measurement, by_area: F64, first: int, of: int, years: int, over_residents: bool) -> F64:
    """Return a share over years: the mean of the area's annual shares, or of today's residents' own years."""
    if not over_residents:
        return by_area[:, :years].mean(axis=1)
    return np.stack([m.share(first + year, of) for year in range(years)], axis=1).mean(axis=1)


def values_of(m: Measurement, rules: ListRules, scale: float, over_residents: bool) -> ByIndicator:
    """Return every place's indicators as a rule set reads them; residents as at scale 1."""
    years = rules.windows
    outside = over_window(m, m.outside, OUTSIDE_TIME, AGE_18_64, years.get("outside_work", 2), over_residents)
    convicted = over_window(m, m.convicted, CONVICTED, ADULTS, years.get("convicted", 2), over_residents)
    return {
        "residents": m.sums[:, RESIDENTS] / scale,
        "non_western": m.share(NON_WESTERN, RESIDENTS),
        "outside_work": outside,
        "convicted": convicted,
        "basic_education": m.share(BASIC_DANISH if rules.education_abroad_counts else BASIC_ANY, AGE_30_59),
        "income_ratio": m.share(INCOME, TAXPAYERS) / m.income_reference,
    }


def indicators_of(values: ByIndicator) -> list[Indicators]:
    """Return the indicators place by place; None is not known."""
    columns = (
        [None if math.isnan(value) else value for value in values[name].tolist()] for name in Indicators._fields
    )
    return [Indicators(*one) for one in zip(*columns, strict=True)]


def persons_behind(m: Measurement, scale: float) -> ByIndicator:
    """Return the persons that each indicator of every place is a share of, as at scale 1."""
    sums = m.sums / scale
    return {indicator: sums[:, BASE_SUMS[base]] for indicator, base in BASE_OF.items()}


def listing(
    indicators: Sequence[Indicators],
    rules: ListRules,
    counts: NDArray[np.bool_],
    *,
    national_convicted: float,
    years_ghetto: I64,
    ethnicity_criterion: bool,
    criteria_needed: int,
    duties_on_all_udsat: bool = False,
) -> list[Status | None]:
    """Return the status of every place under a rule set; None for places that the list is not about."""
    return [
        None
        if not counts[place]
        else classify(
            values,
            rules,
            national_convicted=national_convicted,
            years_listed_as_ghetto=int(years_ghetto[place]),
            ethnicity_criterion=ethnicity_criterion,
            criteria_needed=criteria_needed,
            duties_on_all_udsat=duties_on_all_udsat,
        )
        for place, values in enumerate(indicators)
    ]


def margins_of(
    m: Measurement,
    values: ByIndicator,
    rules: ListRules,
    scale: float,
    counts: NDArray[np.bool_],
    *,
    national_convicted: float,
    ethnicity_criterion: bool,
    criteria_needed: int,
) -> F64:
    """Return for every place the fewest residents who would change whether it is listed; nan where none would."""
    margins = margins_by_area(
        values,
        persons_behind(m, scale),
        rules,
        national_convicted=national_convicted,
        ethnicity_criterion=ethnicity_criterion,
        criteria_needed=criteria_needed,
    )
    return np.where(counts & (values["residents"] >= 0.5 * rules.min_residents), margins, np.nan)


def line_of(rules: ListRules, indicator: str) -> float:
    """Return the line of an indicator in the tier that lists an area."""
    tier = rules.listing
    assert tier is not None
    return next(criterion.line for criterion in tier.counted if criterion.indicator == indicator)


def standing_of(m: Measurement, national_convicted: float) -> F64:
    """Return how near each place is to the lines of the criteria that are not origin, 0 to 1 (methods §2.2, C).

    What people see of an area, read the same way under every rule set: two years of work and convictions, any
    education, the lines of 2014, and convictions against three times the nation's (the rule of 2018).
    """
    rules = load_rules("2014")
    parts = np.stack(
        [
            m.outside[:, :2].mean(axis=1) / line_of(rules, "outside_work"),
            m.convicted[:, :2].mean(axis=1) / (line_of(load_rules("2018"), "convicted") * national_convicted),
            m.share(BASIC_ANY, AGE_30_59) / line_of(rules, "basic_education"),
            line_of(rules, "income_ratio") * m.income_reference / np.maximum(m.share(INCOME, TAXPAYERS), 1.0),
        ]
    )
    known = ~np.isnan(parts)
    total = np.where(known, np.minimum(parts, 1.0), 0.0).sum(axis=0)
    return total / np.maximum(known.sum(axis=0), 1)


def measuring(c: Context) -> None:
    """Measuring and listing: indicators on 1 January, the list on its day, statuses and years on it."""
    if c.next_day.month == 1:
        close_year(c.world.persons, c.world.used)
        take_measurement(c, c.next_day, c.measurement)
    before, c.rules = c.rules, load_rules(c.word("list.rules"))
    if not c.rules.tiers:
        words = c.status_words
        clear_list(c)
        if c.rules.points is not None:  # once a year, and when a municipality begins with it
            anew = c.rules is not before or c.next_day.month == 1 or c.month == c.start_month
            c.status_words = categories_of(c, c.rules) if anew else words
    # A list follows the rules of the day it is published on, which may be the first day of new rules.
    rules_then = load_rules(c.word("list.rules", next_day=True))
    if rules_then.tiers and publication_in(rules_then, c.next_day):
        c.rules = rules_then
        publish(c)


def take_measurement(c: Context, day: date, earlier: Measurement | None) -> None:
    """Measure the town on a 1 January by the rules of that day, and what follows from it: standing and margins."""
    world = c.world
    c.low_income, c.high_income = income_lines(
        world.persons, world.households, world.used, world.elsewhere, day.year * 12
    )
    reference = np.array([income_reference(c, index, c.rates_year(day.year)) for index in range(len(c.margins))])
    by_place = reference[world.areas.municipality[: world.places]]
    c.measurement = measured(world.persons, world.households, world.used, day, by_place, earlier)
    c.standing = np.zeros(len(world.areas.kind))
    c.standing[: world.places] = standing_of(c.measurement, trends.convicted_reference(c.rates_year(day.year)))
    c.rules = load_rules(c.word("list.rules", next_day=True))
    read_by_the_rules(c, c.rates_year(day.year))


def read_by_the_rules(c: Context, year: float) -> None:
    """Read the last measurement by the rules now in force: the indicators, and how far each area is from the list."""
    how = (
        c.rules, year, c.flag("measuring.over_residents"), c.flag("list.ethnicity_criterion", next_day=True),
        c.number("list.criteria_needed", next_day=True),
    )  # fmt: skip
    if c.read_from is c.measurement and c.read_how == how:
        return
    c.read_from, c.read_how = c.measurement, how
    values = values_of(c.measurement, c.rules, c.scale, c.flag("measuring.over_residents"))
    c.indicators = indicators_of(values)
    c.measured = {name: values[indicator] for name, indicator in MEASURED.items()}
    c.list_margins = margins_of(
        c.measurement,
        values,
        c.rules,
        c.scale,
        social_places(c),
        national_convicted=trends.convicted_reference(year),
        ethnicity_criterion=c.flag("list.ethnicity_criterion", next_day=True),
        criteria_needed=int(c.number("list.criteria_needed", next_day=True)),
    )


def social_places(c: Context) -> NDArray[np.bool_]:
    """Return which places the list is about: social housing, not private neighbourhoods (§ 61 a)."""
    return c.world.areas.kind[: c.world.places] != NEIGHBOURHOOD


def income_reference(c: Context, municipality: int, year: float) -> float:
    """Return the region's mean gross income, students left out, in wages of the start year (municipal.md §6).

    Wages in the model are kept in those of the start year, so the reference does not move with prices. It moves with
    how many work: employment follows the national trend of persons of Danish origin, a job pays what makes the mean
    of the start year right, and the others have benefit.
    """
    here = c.margins[municipality]
    start = float(here.year)
    level = trends.regional_gross_income(here.municipality.region, start) * c.income_reference_factor
    work = dict(trends.national("employment_pct_18_64_all"))
    at_work = work.get(start, work[2015.0]) / 100.0
    wage = (level - (1.0 - at_work) * c.parameters.work.benefit) / at_work
    change = trends.danish_employment_logit_trend(year) - trends.danish_employment_logit_trend(start)
    then = 1.0 / (1.0 + np.exp(-(trends.logit(at_work) + change)))
    return float(then * wage + (1.0 - then) * c.parameters.work.benefit)


def publish(c: Context) -> None:
    """Publish the year's list: classify every place by the last measurement, by the rules of the day it is published.

    The years on the lists are counted on.
    """
    areas = c.world.areas
    places = c.world.places
    read_by_the_rules(c, c.rates_year(c.next_day.year))
    found = listing(
        c.indicators,
        c.rules,
        social_places(c),
        national_convicted=trends.convicted_reference(c.rates_year(c.next_day.year)),
        years_ghetto=areas.years_ghetto,
        ethnicity_criterion=c.flag("list.ethnicity_criterion", next_day=True),
        criteria_needed=int(c.number("list.criteria_needed", next_day=True)),
        duties_on_all_udsat=c.flag("list.duties_on_all_udsat", next_day=True),
    )
    status = np.array([0 if one is None else one.lowest for one in found], np.int64)
    areas.status[:places] = status
    areas.years_listed[:places] = np.where(status >= LISTED, areas.years_listed[:places] + 1, 0)
    areas.years_ghetto[:places] = np.where(status >= GHETTO, areas.years_ghetto[:places] + 1, 0)
    # The bars of a transformation area outlive the status for some lists (§ 168 a, stk. 6).
    hard = status == HARD
    since = np.where(areas.was_hard[:places] == 1, areas.lists_since_hard[:places] + 1, 0)
    areas.lists_since_hard[:places] = np.where(hard, 0, since)
    areas.was_hard[:places] |= hard
    words = {code: listed_as(code, c.rules) for code in set(status.tolist())}
    c.status_words = [words[code] for code in status.tolist()]


def clear_list(c: Context) -> None:
    """Without a list nobody has a status, nor what a status leaves behind."""
    places = c.world.places
    c.world.areas.status[:places] = 0
    c.world.areas.years_listed[:places] = 0
    c.world.areas.years_ghetto[:places] = 0
    c.world.areas.was_hard[:places] = 0
    c.world.areas.lists_since_hard[:places] = 0
    c.status_words = ["none"] * places
