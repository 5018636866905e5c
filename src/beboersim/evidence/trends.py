"""What moved in the nation and its regions, by date, whatever a council did.

A whole year gives the figure of that year: an annual figure (income, convictions, fertility, employment) stands at its
year, a stock (population, origin) at its date. Between two figures the line is straight; outside them the nearest
figure holds, unless the table `TRENDS` says otherwise. `national_trends.csv` and `regions.csv` say for each figure
where it was read or how it was derived.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from typing import Literal, NamedTuple

from beboersim.errors import InputError, meant
from beboersim.evidence.series import Series, series
from beboersim.evidence.tables import Column, read_table, shipped

REGIONS: tuple[str, ...] = ("Hovedstaden", "Sjælland", "Syddanmark", "Midtjylland", "Nordjylland")

# The criterion of the list years was read as three times the average, rounded to 0.01 per cent (list_thresholds.csv).
# The line that was published rules, so the average is a third of it; for 2022 twice the average was read (S37).
LIST_YEARS_READ_AS_THREE_TIMES = (2018, 2019, 2020, 2023)

INCOME_GROWTH = 0.025  # assumption, 0.015-0.035: yearly growth of gross income after the last year of the data
UKRAINE_JUMP = 0.0045  # 26,785 net Ukrainian citizens in 2022 = 0.45 per cent of the population (municipal.md §4)
UKRAINE_FROM, UKRAINE_UNTIL = 2022.0 + 2 / 12, 2023.0  # March to December 2022
NONWESTERN_GROWTH = 0.00275  # assumption, 0-0.005: yearly growth of the share after 2025 (municipal.md §6)
TRENDS_END = 2036.0  # the last 1 January that the assumptions on population and origin are carried to

# Employment of non-Western immigrants aged 30-59 (M5-190 to M5-193)
NONWESTERN_30_59 = ((2015.0, 0.520), (2020.0, 0.607), (2021.0, 0.652), (2022.0, 0.664))

Sex = Literal["men", "women"]


class Trend(NamedTuple):
    """One dated driver: its function, unit, source, how sure it is, and how the gaps are filled."""

    name: str
    unit: str
    source: str
    status: str
    rule: str


class AgeRate(NamedTuple):
    """A yearly rate per person in an age band; both ages are in the band."""

    age_from: int
    age_to: int
    rate: float


TRENDS: tuple[Trend, ...] = (
    Trend(
        "convicted_reference",
        "share of residents 18+, a year",
        "national_trends.csv convicted_pct_18plus 2008-2016; list_thresholds.csv 2018-2023; S37 for 2022",
        "derived; 2023 low trust; 2017 and 2021 filled in",
        "straight lines; from 2018 the two-year mean behind the list of that year; held after 2023",
    ),
    Trend(
        "regional_gross_income",
        "DKK a year, mean of persons 15-64 with income, students included",
        "regions.csv mean_gross_income_15_64_dkk 2008-2016",
        "read 2008-2016; derived 2017-2024; assumption after",
        "2017-2024 grows as national mean_disposable_income_dkk; 2.5 per cent a year after (assumption 1.5-3.5)",
    ),
    Trend(
        "social_vacancy",
        "share of a region's social homes that stand empty at a loss",
        "social_vacancy.csv: M1-020 to M1-028, M1-034 to M1-038, M1-040",
        "read for the nation 2018, 2020, 2023 and 2024, for two regions 2023, for all 2024; derived otherwise",
        "regions not read have the nation's change since, or until, October 2024; held before 2018 and after 2024",
    ),
    Trend(
        "nonwestern_employment_logit_trend",
        "change of log-odds since 2015",
        "M5-190 to M5-193 (30-59); national_trends.csv employment_pct_25_64_nonwestern_immigrants 2000-2010",
        "read; 2011-2014 filled in; the join of 25-64 and 30-59 is an assumption",
        "straight lines in log-odds; held after 2022",
    ),
    Trend(
        "danish_employment_logit_trend",
        "change of log-odds since 2015",
        "national_trends.csv employment_pct_18_64_all 2008-2015; "
        "employment_pct_age_not_stated_danish_origin_men and _women 2015 and 2021",
        "derived; before 2015 all origins stand for Danish origin; 2016-2020 filled in",
        "straight lines in log-odds; 2021 is the change of the mean of men and women since 2015; held after 2021",
    ),
    Trend(
        "total_fertility",
        "children a woman",
        "national_trends.csv total_fertility_rate",
        "read; 2020, 2021 and 2024 filled in",
        "straight lines; held after 2025",
    ),
    Trend(
        "fertility_rates",
        "births a woman and year, by age",
        "national_trends.csv fertility_rate_15_19 to fertility_rate_45_49",
        "derived",
        "the shape of 2010, 2015 and 2019 between straight lines, scaled to total_fertility",
    ),
    Trend(
        "mortality",
        "deaths a person and year, by sex and age",
        "national_trends.csv mortality_rate_*, October 2016 to September 2019",
        "derived",
        "constant",
    ),
    Trend(
        "national_population",
        "persons",
        "national_trends.csv population_1jan, population_projection 2030 and 2035",
        "read; projection after 2026",
        "straight lines; held after 2035",
    ),
    Trend(
        "national_nonwestern_share",
        "share of all residents",
        "national_trends.csv non_western_pct_1jan, _1jul, _1oct; municipal.md §4 and §6",
        "read and derived to 2018 and 2025; 2019-2024 filled in; assumption after",
        "straight lines, with 0.45 point from March to December 2022; 0.275 point a year after 2025 (assumption 0-0.5)",
    ),
)


def social_vacancy(region: str, year: float) -> float:
    """Return the share of a region's social homes that stand empty at a loss."""
    return _vacancies()[region](year)


def convicted_reference(year: float) -> float:
    """Return the national share of residents 18+ convicted in a year, as the list of that year measures it."""
    return _convicted()(year)


def regional_gross_income(region: str, year: float) -> float:
    """Return the mean gross income (DKK) of persons aged 15-64 in a region."""
    incomes = _incomes()
    if region not in incomes:
        raise InputError(f"{region} is not a region.{meant(region, incomes)}")
    return _grown(incomes[region], year)


def national_gross_income(year: float) -> float:
    """Return the mean gross income (DKK) of persons aged 15-64 in Denmark."""
    return _grown(_incomes()["Hele landet"], year)


def nonwestern_employment_logit_trend(year: float) -> float:
    """Return the change since 2015 in the log-odds that a non-Western immigrant works."""
    return _nonwestern_employment()(year)


def danish_employment_logit_trend(year: float) -> float:
    """Return the change since 2015 in the log-odds that a person of Danish origin works."""
    return _danish_employment()(year)


def total_fertility(year: float) -> float:
    """Return the number of children a woman would have at the rates of the year."""
    return _fertility()(year)


def fertility_rates(year: float) -> tuple[AgeRate, ...]:
    """Return births a woman and year by age band; the bands are five years and add up to the total fertility."""
    shapes = {ages: shape(year) for ages, shape in _fertility_shapes().items()}
    scale = total_fertility(year) / (5.0 * sum(shapes.values()))
    return tuple(AgeRate(*ages, rate * scale) for ages, rate in shapes.items())


@cache
def mortality(sex: Sex) -> tuple[AgeRate, ...]:
    """Return deaths a person and year by five-year age band."""
    bands = [(age, age + 4) for age in range(0, 95, 5)]
    rates = [AgeRate(low, high, _one(f"mortality_rate_{low}_{high}_{sex}") / 1000.0) for low, high in bands]
    return (*rates, AgeRate(95, 125, _one(f"mortality_rate_95_plus_{sex}") / 1000.0))


def national_population(year: float) -> float:
    """Return the number of residents of Denmark."""
    return _population()(year)


def national_nonwestern_share(year: float) -> float:
    """Return the non-Western share (immigrants and descendants) of the residents of Denmark."""
    return _nonwestern_share()(year)


def national(indicator: str) -> tuple[tuple[float, float], ...]:
    """Return (year, value) of an indicator of national_trends.csv as printed there, by year."""
    return tuple((float(year), value) for year, value in sorted(_national()[indicator].items()))


@cache
def _national() -> dict[str, dict[int, float]]:
    table = read_table(
        shipped("national_trends.csv"), (Column("year", "int"), Column("indicator", "str"), Column("value", "float"))
    )
    found: dict[str, dict[int, float]] = {}
    for row in table:
        year, value = row.whole("year"), row.number("value")
        assert year is not None
        assert value is not None
        found.setdefault(row.text("indicator"), {})[year] = value
    return found


def _one(indicator: str) -> float:
    ((_, value),) = national(indicator)
    return value


def _source(*indicators: str) -> str:
    return f"national_trends.csv {', '.join(indicators)}"


@cache
def _convicted() -> Series:
    lines = read_table(
        shipped("list_thresholds.csv"), (Column("year", "int"), Column("convicted_pct", "float", blank=True))
    )
    published = {row.whole("year"): row.number("convicted_pct") for row in lines}
    points = [(year, pct / 100.0) for year, pct in national("convicted_pct_18plus")]
    for year, pct in national("convicted_pct_18plus_list_average"):
        line = published.get(int(year))
        if int(year) in LIST_YEARS_READ_AS_THREE_TIMES and line is not None:
            pct = line / 3.0
        points.append((year, pct / 100.0))
    return series(points, _source("convicted_pct_18plus", "convicted_pct_18plus_list_average"))


@cache
def _vacancies() -> dict[str, Series]:
    table = read_table(
        shipped("social_vacancy.csv"),
        (Column("region", "str"), Column("date", "float"), Column("per_1000", "float"), Column("source", "str")),
    )
    points: dict[str, list[tuple[float, float]]] = {}
    for row in table:
        time, value = row.number("date"), row.number("per_1000")
        assert time is not None
        assert value is not None
        points.setdefault(row.text("region"), []).append((time, value / 1000.0))
    return {region: series(dated, "social_vacancy.csv") for region, dated in points.items()}


@cache
def _incomes() -> dict[str, Series]:
    table = read_table(
        shipped("regions.csv"),
        (Column("region", "str"), Column("year", "int"), Column("indicator", "str"), Column("value", "float")),
    )
    observed: dict[str, list[tuple[float, float]]] = {}
    for row in table:
        if row.text("indicator") == "mean_gross_income_15_64_dkk":
            observed.setdefault(row.text("region"), []).append((float(row.text("year")), row.number("value") or 0.0))
    disposable = dict(national("mean_disposable_income_dkk"))
    incomes = {}
    for region, points in observed.items():
        last_year, last = max(points)
        later = [(year, last * value / disposable[last_year]) for year, value in disposable.items() if year > last_year]
        incomes[region] = series([*points, *later], "regions.csv mean_gross_income_15_64_dkk")
    return incomes


def _grown(income: Series, year: float) -> float:
    """Return the income of a year, growing by assumption after the last figure."""
    years_beyond = max(0.0, year - income.times[-1])
    return income(year) * math.pow(1.0 + INCOME_GROWTH, years_beyond)


@cache
def _nonwestern_employment() -> Series:
    # Men of 30-59 and of 25-64 worked equally often in 2010 (54.8-56 against 55.1 per cent, the age groups of
    # national_trends.csv), so the two age groups are joined without a step.
    before = [(year, pct / 100.0) for year, pct in national("employment_pct_25_64_nonwestern_immigrants")]
    start = logit(NONWESTERN_30_59[0][1])
    return series(
        [(year, logit(share) - start) for year, share in (*before, *NONWESTERN_30_59)], "M5-190 M5-191 M5-192 M5-193"
    )


@cache
def _danish_employment() -> Series:
    before = [(year, pct / 100.0) for year, pct in national("employment_pct_18_64_all")]
    start = logit(dict(before)[2015.0])
    men = dict(national("employment_pct_age_not_stated_danish_origin_men"))
    women = dict(national("employment_pct_age_not_stated_danish_origin_women"))
    change = logit((men[2021.0] + women[2021.0]) / 200.0) - logit((men[2015.0] + women[2015.0]) / 200.0)
    return series(
        [*((year, logit(share) - start) for year, share in before), (2021.0, change)],
        _source("employment_pct_18_64_all", "employment_pct_age_not_stated_danish_origin"),
    )


@cache
def _fertility() -> Series:
    return series(
        [(year, rate / 1000.0) for year, rate in national("total_fertility_rate")], _source("total_fertility_rate")
    )


@cache
def _fertility_shapes() -> dict[tuple[int, int], Series]:
    return {
        (age, age + 4): series(
            [(year, rate / 1000.0) for year, rate in national(f"fertility_rate_{age}_{age + 4}")],
            _source(f"fertility_rate_{age}_{age + 4}"),
        )
        for age in range(15, 50, 5)
    }


@cache
def _population() -> Series:
    ahead = [(year, persons) for year, persons in national("population_projection") if year >= 2030]
    return series([*national("population_1jan"), *ahead], _source("population_1jan", "population_projection"))


@cache
def _nonwestern_share() -> Series:
    january = [point for point in national("non_western_pct_1jan") if point[0] >= 2008]
    july = [(year + 0.5, pct) for year, pct in national("non_western_pct_1jul")]
    october = [(year + 0.75, pct) for year, pct in national("non_western_pct_1oct")]
    points = [(year, pct / 100.0) for year, pct in (*january, *july, *october)]
    last_before, after = (2018.75, _at(points, 2018.75)), (2025.0, _at(points, 2025.0))
    slope = (after[1] - last_before[1] - UKRAINE_JUMP) / (after[0] - last_before[0])
    jump = [
        (UKRAINE_FROM, last_before[1] + slope * (UKRAINE_FROM - last_before[0])),
        (UKRAINE_UNTIL, after[1] - slope * (after[0] - UKRAINE_UNTIL)),
    ]
    ahead = [(TRENDS_END, after[1] + NONWESTERN_GROWTH * (TRENDS_END - after[0]))]
    return series([*points, *jump, *ahead], _source("non_western_pct_1jan", "_1jul", "_1oct"))


def _at(points: Iterable[tuple[float, float]], year: float) -> float:
    return dict(points)[year]


def logit(share: float) -> float:
    """Return the log-odds of a share."""
    return math.log(share / (1.0 - share))
