"""The 98 municipalities: what surrounded the areas, year by year.

Figures stand at the date they were counted (decimal years; annual figures at their year) and are interpolated to the
date asked for. `Series.reading` says whether a figure was read on that date, interpolated or extrapolated. All from
municipality_year.csv, municipality_age.csv and municipalities.csv (Danmarks Statistik, CC BY 4.0; docs/data.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.errors import InputError, meant
from beboersim.evidence import trends
from beboersim.evidence.series import Series, series
from beboersim.evidence.tables import Column, Row, read_table, shipped

FIRST_YEAR, LAST_YEAR = 2008, 2026  # the years for which municipality_year.csv holds anything but income of 2007
AGE_YEARS = (2010, 2017)  # the years of municipality_age.csv

NOVEMBER = 11 / 12  # register employment is counted at the end of November
OCTOBER = 9 / 12  # persons in education are counted on 1 October
FEBRUARY = 1 / 12
JULY = 6 / 12
MEAN_OF_QUARTERS = 4.5 / 12  # the mean of 1 January, 1 April, 1 July and 1 October

# Column of municipality_year.csv -> (part of the year that has passed, factor to the unit of the model)
POPULATION = {"population_1jan": 0.0, "population_1feb": FEBRUARY, "population_1jul": JULY}
PER_CENT = 0.01


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality and its dated figures; shares are fractions. Call a series with a decimal year.

    `outside_work` is an estimate between `not_employed` and a lower bound: work and study taken as independent within
    an age (municipal.md §2). `non_western` follows the nation after July 2017, by a ratio that ends in a derived
    estimate for 2026.
    """

    code: int
    name: str
    region: str
    population: Series
    non_western: Series
    immigrants: Series
    basic_education: Series
    outside_work: Series
    not_employed: Series
    mean_gross_income: Series
    convicted: Series
    one_person_households: Series
    owner_occupied: Series

    def readings(self, year: float) -> dict[str, str]:
        """Return for each series whether its value at a date is read, interpolated, extrapolated or estimated."""
        found: dict[str, str] = {}
        for name in SERIES:
            one: Series = getattr(self, name)
            found[name] = "estimated" if one.estimate else one.reading(year)
        return found


SERIES: tuple[str, ...] = (
    "population", "non_western", "immigrants", "basic_education", "outside_work", "not_employed",
    "mean_gross_income", "convicted", "one_person_households", "owner_occupied",
)  # fmt: skip


class AgeTable(NamedTuple):
    """Residents by age on 1 January; both ages are in the band. Not known is nan.

    `employed` is the share of the band in work. `in_education` counts persons; in the band 15-17 it covers ages 16
    and 17 only.
    """

    age_from: NDArray[np.int64]
    age_to: NDArray[np.int64]
    population: NDArray[np.float64]
    employed: NDArray[np.float64]
    in_education: NDArray[np.float64]


class SocialShare(NamedTuple):
    """The share of a municipality's dwellings that are social (almene), and whether it is estimated."""

    value: float
    is_estimate: bool


class National(NamedTuple):
    """National figures that anchor what is not known by municipality."""

    social_share: float  # of all dwellings, 1 January 2015 (Landsbyggefonden, tema 2018:8)
    social_share_2018: float  # 1 January 2018 (the same)
    population_in_social_share: float  # of all residents, 2016 (sm.dk, April 2016)
    households: int  # 2022 (Danmarks Statistik, Nyt)
    one_person_households: float  # share of households, 2022 (Danmarks Statistik, Nyt)


def names() -> tuple[str, ...]:
    """Return the names of the 98 municipalities, by code."""
    return tuple(_municipalities())


def known_as(name: str) -> str | None:
    """Return a municipality's name as written here, or None; capital letters do not matter."""
    return _by_folded_name().get(name.strip().casefold())


@cache
def _by_folded_name() -> Mapping[str, str]:
    return {known.casefold(): known for known in names()}


def municipality(name: str) -> Municipality:
    """Return a municipality by name; capital letters do not matter."""
    known = known_as(name)
    if known is None:
        near = meant(name.strip().capitalize(), names()) or " `beboersim places` lists all."
        raise InputError(f"{name.strip() or 'An empty text'} is not a Danish municipality.{near}")
    return _municipalities()[known]


def region_of(name: str) -> str:
    """Return the region a municipality lies in."""
    return municipality(name).region


@cache
def national() -> National:
    """Return the national anchors."""
    social = dict(trends.national("almene_share_of_dwellings_pct"))
    ((_, in_social),) = trends.national("population_in_almene_pct")
    ((_, one_person),) = trends.national("one_person_households_pct")
    return National(
        social_share=social[2015.0] * PER_CENT,
        social_share_2018=social[2018.0] * PER_CENT,
        population_in_social_share=in_social * PER_CENT,
        households=int(dict(trends.national("households"))[2022.0]),
        one_person_households=one_person * PER_CENT,
    )


def social_share(name: str) -> SocialShare:
    """Return the share of a municipality's dwellings that are social.

    Known (rounded, from prose, 2016-2023) for seven. For the others the share is proportional to the dwellings that
    are not owner-occupied, `k x (1 - owner-occupied share 2015)`, with one k for all of them, such that the mean over
    Denmark weighted by population of 2015 is the published 20.5 per cent (1 January 2015).
    """
    own = municipality(name).name
    known = _known_social_shares()
    if own in known:
        return SocialShare(known[own], is_estimate=False)
    return SocialShare(_social_per_not_owned() * (1.0 - municipality(own).owner_occupied(2015.0)), is_estimate=True)


def age_table(name: str, year: int) -> AgeTable:
    """Return residents by age on 1 January of 2010 to 2017.

    Population lies between 1 July of the year before and of the year (2010: 1 July 2010), and is scaled to the
    municipality's population on the 1 January. Work (end of November) and education (1 October) are interpolated
    between their own dates; before the first and after the last count, that count holds.
    """
    if not AGE_YEARS[0] <= year <= AGE_YEARS[1]:
        raise InputError(f"{year}: residents by age are known for {AGE_YEARS[0]} to {AGE_YEARS[1]}.")
    here = municipality(name)
    rows = _ages(here.name)
    bands = sorted(rows)
    population = np.array([_of_band(rows[band], "population", JULY, year) for band in bands])
    population *= here.population(float(year)) / population.sum()
    return AgeTable(
        age_from=np.array([band[0] for band in bands], dtype=np.int64),
        age_to=np.array([band[1] for band in bands], dtype=np.int64),
        population=population,
        employed=np.array([_of_band(rows[band], "employed_pct", NOVEMBER, year) * PER_CENT for band in bands]),
        in_education=np.array([_of_band(rows[band], "in_education", OCTOBER, year) for band in bands]),
    )


def _of_band(rows: list[Row], column: str, passed: float, year: int) -> float:
    points = _points(rows, column, passed)
    return series(points, f"municipality_age.csv {column}")(float(year)) if points else float("nan")


def _whole(row: Row, column: str) -> int:
    value = row.whole(column)
    assert value is not None
    return value


@cache
def _ages(name: str) -> Mapping[tuple[int, int], list[Row]]:
    """Return the rows of a municipality by band of ages."""
    table = read_table(
        shipped("municipality_age.csv"),
        (
            Column("municipality", "str"),
            Column("year", "int"),
            Column("age_from", "int"),
            Column("age_to", "int"),
            Column("population", "float"),
            Column("employed_pct", "float", blank=True),
            Column("in_education", "float", blank=True),
        ),
        only=("municipality", name),
    )
    found: dict[tuple[int, int], list[Row]] = {}
    for row in table:
        found.setdefault((_whole(row, "age_from"), _whole(row, "age_to")), []).append(row)
    return found


YEARLY = (
    "population_1jan", "population_1feb", "population_1jul", "population_mean_of_quarters", "non_western_pct_1jul",
    "immigrants_descendants_pct", "basic_education_pct_30_59", "not_employed_pct_18_64",
    "outside_work_and_education_pct_est", "mean_gross_income_15_64_dkk", "mean_disposable_income_dkk",
    "convicted_pct_18plus", "one_person_household_pct", "owner_occupied_pct",
)  # fmt: skip


@cache
def _municipalities() -> Mapping[str, Municipality]:
    yearly = read_table(
        shipped("municipality_year.csv"),
        (
            Column("code", "int"),
            Column("municipality", "str"),
            Column("region", "str"),
            Column("year", "int"),
            *(Column(name, "float", blank=True) for name in YEARLY),
        ),
    )
    by_name: dict[str, list[Row]] = {}
    for row in yearly:
        by_name.setdefault(row.text("municipality"), []).append(row)
    ahead = {row.text("municipality"): row.number("non_western_pct_2026_est_derived") for row in _fixed()}
    return {name: _one(name, rows, ahead[name]) for name, rows in by_name.items()}


@cache
def _fixed() -> tuple[Row, ...]:
    return read_table(
        shipped("municipalities.csv"),
        (
            Column("municipality", "str"),
            Column("almene_share_pct", "float", blank=True),
            Column("non_western_pct_2026_est_derived", "float", blank=True),
        ),
    )


def _points(rows: list[Row], column: str, passed: float = 0.0, factor: float = 1.0) -> list[tuple[float, float]]:
    return [(_whole(row, "year") + passed, value * factor) for row in rows if (value := row.number(column)) is not None]


def _one(name: str, rows: list[Row], non_western_2026: float | None) -> Municipality:
    def share(column: str, passed: float = 0.0) -> Series:
        return series(_points(rows, column, passed, PER_CENT), f"municipality_year.csv {column}")

    population = [point for column, passed in POPULATION.items() for point in _points(rows, column, passed)]
    population += _points(rows, "population_mean_of_quarters", MEAN_OF_QUARTERS)
    return Municipality(
        code=_whole(rows[0], "code"),
        name=name,
        region=rows[0].text("region"),
        population=series(population, "municipality_year.csv population"),
        non_western=_non_western(rows, non_western_2026),
        immigrants=share("immigrants_descendants_pct"),
        basic_education=share("basic_education_pct_30_59"),
        outside_work=share("outside_work_and_education_pct_est", NOVEMBER),
        not_employed=share("not_employed_pct_18_64", NOVEMBER),
        mean_gross_income=_gross_income(rows),
        convicted=share("convicted_pct_18plus"),
        one_person_households=share("one_person_household_pct"),
        owner_occupied=share("owner_occupied_pct"),
    )


def _non_western(rows: list[Row], pct_2026: float | None) -> Series:
    """Return the share: read 2008-2017, then the nation's share times a ratio that goes straight to the 2026 estimate.

    The ratio method (municipal.md §6) carries the jump of 2022 into every municipality in proportion.
    """
    observed = _points(rows, "non_western_pct_1jul", JULY, PER_CENT)
    if pct_2026 is None:
        return series(observed, "municipality_year.csv non_western_pct_1jul")
    last, end = observed[-1], 2026.0 + FEBRUARY
    ratios = series(
        [
            (last[0], last[1] / trends.national_nonwestern_share(last[0])),
            (end, pct_2026 * PER_CENT / trends.national_nonwestern_share(end)),
        ],
        "ratio to the nation",
    )
    later = [2018.75, *range(2019, 2023), trends.UKRAINE_FROM, *range(2023, 2027), end]
    filled = [(float(year), ratios(year) * trends.national_nonwestern_share(year)) for year in later]
    return series([*observed, *filled], "municipality_year.csv non_western_pct_1jul", observed_until=last[0])


def _gross_income(rows: list[Row]) -> Series:
    """Return mean gross income; Bornholm lacks it and gets the nation's times its own disposable income ratio."""
    observed = _points(rows, "mean_gross_income_15_64_dkk")
    if observed:
        return series(observed, "municipality_year.csv mean_gross_income_15_64_dkk")
    nation = dict(trends.national("mean_disposable_income_dkk"))
    estimated = [
        (year, trends.national_gross_income(year) * value / nation[year])
        for year, value in _points(rows, "mean_disposable_income_dkk")
        if 2008 <= year <= 2016
    ]
    return series(estimated, "nation's gross income x own over national disposable income", estimate=True)


@cache
def _known_social_shares() -> Mapping[str, float]:
    return {
        row.text("municipality"): pct * PER_CENT
        for row in _fixed()
        if (pct := row.number("almene_share_pct")) is not None
    }


@cache
def _social_per_not_owned() -> float:
    """Return k of `social_share`: what is left of the national share, over the rest's dwellings not owner-occupied."""
    known = _known_social_shares()
    wanted = not_owned = 0.0
    for name, one in _municipalities().items():
        people = one.population(2015.0)
        wanted += people * national().social_share
        if name in known:
            wanted -= people * known[name]
        else:
            not_owned += people * (1.0 - one.owner_occupied(2015.0))
    return wanted / not_owned
