"""The runs behind the table of soundness: each municipality by itself, in four ways.

*Standstill*: rates, law and stock as on the first day, with who comes and goes fitted to hold the ages. *Real trends*:
the scenario `law` as time went. *Left alone*: a standstill without any list. *Looking back*: `law` from 2010 on.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

import numpy as np

from beboersim.calibration.classes import class_shares
from beboersim.calibration.targets import table
from beboersim.calibration.watching import (
    Adults,
    Aged,
    MenAlone,
    Watch,
    YoungConvicted,
    adults,
    aged,
    men_alone,
    tenures,
    watch_month,
    young_convicted,
)
from beboersim.evidence.areas import read_areas
from beboersim.evidence.municipalities import AGE_YEARS, age_table, municipality
from beboersim.law.lists import Indicators, classify, load_rules
from beboersim.month.measuring import MEASURED
from beboersim.month.recording import Record
from beboersim.policy.catalogue import Value
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import Town
from beboersim.world.codes import NAMED_AREA

SEED = 1
EVENTS = 200_000  # rows of the log; it is used up every month
STARTS, BACK, ENDS = 2015, 2010, 2026
STANDSTILL_YEARS = 15
WATCHED = (2018, 2019, 2020)  # the years of the published rates of moving
CONVICTED = (2016, 2017, 2018)  # 1 January
Result = TypeVar("Result")


def scale_of(place: str) -> float:
    """Return the share of a municipality that is simulated: about the persons that targets.toml names."""
    return min(1.0, float(table()["sample"]["persons"]) / municipality(place).population(float(STARTS)))


def town_of(place: str, start: int, years: int, settings: dict[str, Value], events: int = 0) -> Town:
    """Return a municipality under the scenario `law` with some settings."""
    first, until = date(start, 1, 1), date(start + years, 1, 1)
    plan = Plan(Scenario.load("law"), settings=settings, start=first, until=until)
    return Town(
        places=[place], plan=plan, start=first, until=until, scale=scale_of(place), seed=SEED, events=events
    )


@dataclass
class Stood:
    """A standstill: shares by kind of class at the start and the end; by year, waits and queues."""

    place: str
    start: dict[str, dict[str, float]]
    end: dict[str, dict[str, float]]
    residents: tuple[float, float]
    waits: list[float] = field(default_factory=list)  # months on the waiting list of those who were let a home
    queues: list[float] = field(default_factory=list)  # lodged households per 1,000 residents on 1 January
    vacant: list[float] = field(default_factory=list)  # per 1,000 social homes

    def drift(self) -> dict[str, tuple[str, float]]:
        """Return for each kind of class the one that moved most, and by how many points."""
        found = {}
        for kind, shares in self.start.items():
            moves = {name: self.end[kind][name] - share for name, share in shares.items()}
            name = max(moves, key=lambda one: abs(moves[one]))
            found[kind] = (name, moves[name])
        return found


def stood_still(place: str) -> Stood:
    """Run a municipality at a standstill."""
    town = town_of(place, STARTS, STANDSTILL_YEARS, {"time.standstill": True})
    start, at_first = class_shares(town), total(town.monthly[0], "residents")
    found = Stood(place, start, {}, (at_first, 0.0))
    for year in range(1, STANDSTILL_YEARS + 1):
        town.run(date(STARTS + year, 1, 1))
        months = town.monthly[-12:]
        let = sum(total(one, "let_list") for one in months)
        found.waits.append(sum(total(one, "wait_list") for one in months) / max(let, 1.0))
        now = town.monthly[-1]
        found.queues.append(1000.0 * total(now, "lodged_households") / total(now, "residents"))
        found.vacant.append(1000.0 * total(now, "vacant_social") / total(now, "dwellings_social"))
    found.end = class_shares(town)
    found.residents = (at_first, total(town.monthly[-1], "residents"))
    return found


def total(record: Record, name: str) -> float:
    """Return a count of the whole town."""
    return float(record.counts[name].sum())


@dataclass
class Compared:
    """One figure of a municipality in a year: the model's, and the one published. Shares in per cent."""

    place: str
    name: str
    year: int
    model: float
    published: float

    @property
    def error(self) -> float:
        """Points of a share, or per cent of a population."""
        if self.name == "population":
            return 100.0 * (self.model / self.published - 1.0)
        return self.model - self.published


def compared(place: str, record: Record, scale: float) -> list[Compared]:
    """Return every figure of a 1 January that was published for the municipality."""
    here, year = municipality(place), record.date.year
    at = float(year)
    residents = total(record, "residents")
    of_age = total(record, "age_18_64")
    homes = total(record, "dwellings_social") + total(record, "dwellings_private")
    non_western = total(record, "nonwestern_immigrants") + total(record, "nonwestern_descendants")
    # Households that lodge have a home in the register: that of those they live with.
    pairs = {
        "population": (residents / scale, here.population, 1.0),
        "non-Western origin": (non_western / residents, here.non_western, 100.0),
        "one-person households": (
            total(record, "one_person_households") / total(record, "households"), here.one_person_households, 100.0,
        ),
        "owner-occupied homes": (total(record, "dwellings_owner") / homes, here.owner_occupied, 100.0),
        "outside work and education": (total(record, "outside") / of_age, here.outside_work, 100.0),
    }  # fmt: skip
    found = [
        Compared(place, name, year, model * unit, series(at) * unit)
        for name, (model, series, unit) in pairs.items()
        if series.reading(at) != "extrapolated"
    ]
    if AGE_YEARS[0] <= year <= AGE_YEARS[1]:
        ages = age_table(place, year)
        for name, count, low, high in (("aged 0-17", "age_0_17", 0, 17), ("aged 65 and over", "age_65", 65, 200)):
            within = (ages.age_from >= low) & (ages.age_to <= high)
            known = 100.0 * float(ages.population[within].sum() / ages.population.sum())
            found.append(Compared(place, name, year, 100.0 * total(record, count) / residents, known))
    return found


@dataclass
class Followed:
    """A municipality under `law` with real trends."""

    place: str
    scale: float
    figures: list[Compared]
    watch: Watch
    tenures: dict[str, list[float]]  # years in the home so far, by kind, on 1 January 2020
    home_years: float  # social dwellings times years, in the watched years
    vacant: dict[int, tuple[float, float]]  # 1 January -> vacant social homes, social homes
    at_work: dict[int, tuple[float, float]]  # 1 January -> in work, aged 18-64
    adults: dict[int, tuple[Adults, Adults]]  # 1 January -> social homes, others
    men_alone: dict[int, MenAlone]  # 1 January
    aged: dict[int, Aged]  # 1 January
    young_convicted: dict[int, YoungConvicted] = field(default_factory=dict)  # 1 January; *there* the list of 2015


def followed(place: str) -> Followed:
    """Run a municipality from 2015 as time went; watch its moves in the years of the published rates."""
    town = town_of(place, STARTS, ENDS - STARTS, {}, EVENTS)
    scale = scale_of(place)
    watch = Watch()
    found = Followed(
        place, scale, [], watch, {}, 0.0, {}, {}, {2015: adults(town)}, {2015: men_alone(town)}, {2015: aged(town)}
    )
    listed = np.array([listed_in(place, name, STARTS) for name in town.world.names])
    for year in range(STARTS, ENDS):
        for _ in range(12):
            if year in WATCHED:
                watch_month(town, watch)
                found.home_years += total(town.monthly[-1], "dwellings_social") / 12.0
            else:
                town.context.ledger.noted[0] = 0
                town.step()
        now = town.monthly[-1]
        found.figures += compared(place, now, scale)
        found.vacant[year + 1] = (total(now, "vacant_social"), total(now, "dwellings_social"))
        found.at_work[year + 1] = (total(now, "working"), total(now, "age_18_64"))
        if year + 1 in CONVICTED:
            found.young_convicted[year + 1] = young_convicted(town, listed)
        if year + 1 == 2020:
            found.tenures = {kind: years.tolist() for kind, years in tenures(town).items()}
            found.adults[2020] = adults(town)
        if year + 1 == 2021:
            found.men_alone[2021] = men_alone(town)
            found.aged[2021] = aged(town)
    return found


@dataclass
class AreaYears:
    """A named area over years: the law's indicators by year since the start (shares as fractions), and residents."""

    place: str
    area: str
    listed: bool  # on the list in force at the start
    residents: dict[int, float] = field(default_factory=dict)
    indicators: dict[int, dict[str, float]] = field(default_factory=dict)

    def meets(self, year: int) -> bool:
        """Say whether the area would be listed by the rules of 2014, by its indicators of a year."""
        values = self.indicators[year]
        known = {field: None if np.isnan(values[name]) else values[name] for name, field in MEASURED.items()}
        area = Indicators(residents=self.residents[year], **known)
        return classify(area, load_rules("2014"), national_convicted=None).lowest > 0


def areas_over(
    place: str, start: int, years: int, settings: dict[str, Value]
) -> tuple[list[AreaYears], list[Compared]]:
    """Run a municipality and return its named areas year by year, and what is published of the municipality."""
    town = town_of(place, start, years, settings)
    scale = scale_of(place)
    named = [k for k in range(town.world.places) if town.world.areas.kind[k] == NAMED_AREA]
    found = {k: AreaYears(place, town.world.names[k], listed_in(place, town.world.names[k], start)) for k in named}
    figures: list[Compared] = []
    for year in range(start, start + years + 1):
        if year > start:
            town.run(date(year, 1, 1))
        now = town.monthly[-1]
        figures += compared(place, now, scale) if year > start else []
        for k in named:
            found[k].residents[year - start] = float(now.counts["residents"][k]) / scale
            found[k].indicators[year - start] = {name: float(now.counts[name][k]) for name in MEASURED}
    return list(found.values()), figures


def listed_in(place: str, area: str, year: int) -> bool:
    """Say whether an area was on the official list of a year."""
    return any(
        row.place == (place, area) and row.year == year and row.listed_as not in (None, "none") for row in read_areas()
    )


def left_alone(place: str) -> list[AreaYears]:
    """Run a municipality at a standstill without any list, and return its named areas."""
    return areas_over(place, STARTS, STANDSTILL_YEARS, {"time.standstill": True, "list.rules": "none"})[0]


def looking_back(place: str) -> tuple[list[AreaYears], list[Compared]]:
    """Run a municipality from 2010 to 2016 under `law`."""
    return areas_over(place, BACK, 6, {})


def in_processes(workers: int, work: Callable[[str], Result], places: Iterable[str]) -> list[Result]:
    """Return what a run returned for each place, the runs shared by processes."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as executor:
        return list(executor.map(work, places))


