"""A town that runs months: a world, a plan and the order of the month. Free of Mesa."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np

from beboersim.chance import signed
from beboersim.errors import InputError
from beboersim.evidence.areas import AreaRow, areas_in, listed_history, read_areas, years_running
from beboersim.evidence.municipalities import municipality
from beboersim.kernel import note_compiled
from beboersim.law.lists import ListRules, listed_as, load_rules, rules_on
from beboersim.month.applicants import Letting
from beboersim.month.asking import WHOLE, Pieces
from beboersim.month.beginning import begin
from beboersim.month.buildings import Buildings
from beboersim.month.clearing import Clearing
from beboersim.month.context import Context, Parameters
from beboersim.month.democracy import Democracy
from beboersim.month.demography import Demography
from beboersim.month.exchange import Beliefs, Exchange, exchange
from beboersim.month.ledger import Ledger
from beboersim.month.measuring import SUMS, YEARS_KEPT, Measurement, Measuring, take_measurement
from beboersim.month.meetings import Meetings
from beboersim.month.money import Money, first_doses
from beboersim.month.order import MONTH, Process
from beboersim.month.recording import Record, start_cohort, taken
from beboersim.month.safety import Safety
from beboersim.month.seekers import Seekers, Spots, fill_the_gate, spots
from beboersim.month.staff import Staff
from beboersim.month.stigma import Stigma, first_stigma
from beboersim.month.substance import Substance
from beboersim.month.volunteering import Volunteering
from beboersim.month.youth import Youth
from beboersim.outcomes.counts import FLOWS
from beboersim.policy.plan import Places, Plan
from beboersim.world.attachment import SchoolLeavers, Work
from beboersim.world.codes import GHETTO, OWNER_OCCUPIED
from beboersim.world.layout import Synthesis
from beboersim.world.mobility import Leaving
from beboersim.world.offending import Crime
from beboersim.world.profile import income_steps
from beboersim.world.school import Schooling
from beboersim.world.state import World
from beboersim.world.synthesis import Start, synthesise

FIRST_YEAR, LAST_YEAR = 2010, 2015  # 1 Januaries on which a world can start
COMPACT_MONTH = 0  # rows are put in order every January
NEVER_A_COHORT = 1 << 30

P = TypeVar("P")


def of_plan(plan: Plan, group: str, kind: type[P]) -> P:
    """Return a process's parameters from the plan; the fields of the tuple are the names in the catalogue."""
    return kind(**plan.parameters(group))


class Town:
    """One or more municipalities, month by month.

    Parameters
    ----------
    places
        Names of municipalities.
    plan
        The levers, switches and parameters of the run.
    start, until
        First day, a 1 January of 2010-2015 (or a year of the area file), and the day the run ends, not included.
    scale
        Share of persons and homes simulated, in (0, 1].
    seed
        0 to 2**64 - 1.
    areas_file
        A table of named areas instead of the shipped one.
    cohorts
        At most one date: who lives in the named areas on it is followed from then on, wherever they live.
    events
        Room for so many events in the log; 0 keeps none.
    pieces
        In how many pieces, and by how many threads, everybody is asked. It changes nothing but the time.
    """

    def __init__(
        self,
        *,
        places: Sequence[str],
        plan: Plan,
        start: date,
        until: date,
        scale: float = 1.0,
        seed: int = 0,
        areas_file: Path | None = None,
        cohorts: Sequence[date] = (),
        events: int = 0,
        pieces: Pieces = WHOLE,
    ) -> None:
        if len(cohorts) > 1:
            raise ValueError("a town follows one cohort")
        names = tuple(municipality(name).name for name in places)
        if start.month != 1 or start.day != 1:
            raise InputError(f"{start}: a run starts on a 1 January.")
        self.plan = plan
        self.until = until
        rows = read_areas(areas_file)
        drawn = draw_world(names, rows, plan, start.year, scale, seed)
        self.context = first_context(drawn, rows, plan, start, scale, seed, tuple(cohorts), events, pieces)
        self.start = drawn

    @property
    def date(self) -> datetime.date:
        """The present day, always the first of a month."""
        return self.context.day

    @property
    def world(self) -> World:
        """The tables of the world."""
        return self.context.world

    @property
    def monthly(self) -> list[Record]:
        """One record for the first of every month, the first day included."""
        return self.context.monthly

    @property
    def yearly(self) -> list[Record]:
        """One record for every 1 January, the first day included, with the year's flows."""
        return self.context.yearly

    def step(self, order: Sequence[Process] | None = None) -> None:
        """Run one month.

        Parameters
        ----------
        order
            The processes of the month, if not the usual ones: they may be watched, or ask another way.
        """
        c = self.context
        c.ledger.flows[:] = 0.0
        places = self.places()
        c.levers = self.plan.levers_on(self.plan.start if c.standstill else c.day, places)
        c.levers_next = self.plan.levers_on(self.plan.start if c.standstill else c.next_day, places)
        for process in MONTH if order is None else order:
            process(c)
        c.month += 1
        if c.month % 12 == COMPACT_MONTH:
            c.world.compact()
            note_compiled()

    def run(self, until: datetime.date) -> None:
        """Run to a day, which is not included."""
        while self.date < until:
            self.step()

    def places(self) -> Places:
        """Return the areas as the plan sees them, with their present status."""
        world = self.context.world
        return Places(world.names, self.context.place_municipalities, world.areas.status[: world.places].copy())

    @property
    def events(self) -> np.ndarray:
        """The events so far: month, kind, who, with whom or where, value."""
        ledger = self.context.ledger
        return ledger.events[: int(ledger.noted[0])]


def draw_world(
    names: tuple[str, ...], rows: Sequence[AreaRow], plan: Plan, year: int, scale: float, seed: int
) -> Start:
    """Draw the starting world of a plan."""
    here = tuple(row for row in areas_in(year, rows) if row.municipality in names)
    return synthesise(
        names, here, year, scale, seed, of_plan(plan, "synthesis", Synthesis), of_plan(plan, "work", Work),
        of_plan(plan, "crime", Crime), of_plan(plan, "schooling", Schooling), of_plan(plan, "leaving", Leaving),
    )  # fmt: skip


def exchanges_of(
    start: Start, rows: Sequence[AreaRow], plan: Plan, year: int, standstill: bool, seed: int
) -> tuple[Exchange, ...]:
    """Return who comes to each municipality of a run and who goes."""
    beliefs = Beliefs(
        of_plan(plan, "synthesis", Synthesis),
        of_plan(plan, "work", Work),
        of_plan(plan, "crime", Crime),
        of_plan(plan, "schooling", Schooling),
        of_plan(plan, "demography", Demography),
        of_plan(plan, "leaving", Leaving),
    )
    here = areas_in(year, rows)
    return tuple(
        exchange(name, tuple(row for row in here if row.municipality == name), year, standstill, seed, beliefs)
        for name in start.world.municipalities
    )


def first_context(
    start: Start,
    rows: Sequence[AreaRow],
    plan: Plan,
    first_day: date,
    scale: float,
    seed: int,
    cohorts: tuple[date, ...],
    events: int,
    pieces: Pieces,
) -> Context:
    """Return the town on its first day: statuses from the last list, histories, reputations and the first record."""
    world = start.world
    everywhere = len(world.areas.kind)
    municipalities = tuple(world.municipalities[m] for m in world.areas.municipality[: world.places])
    set_status(world, municipalities, listed_history(rows), first_day.year)
    places = Places(world.names, municipalities, world.areas.status[: world.places].copy())
    levers = plan.levers_on(first_day, places)
    standstill = bool(levers["time.standstill"])
    exchanges = exchanges_of(start, rows, plan, first_day.year, standstill, seed)
    parameters = Parameters(
        of_plan(plan, "demography", Demography),
        of_plan(plan, "seekers", Seekers),
        of_plan(plan, "schooling", Schooling),
        of_plan(plan, "work", Work),
        of_plan(plan, "crime", Crime),
        of_plan(plan, "money", Money),
        of_plan(plan, "leaving", Leaving),
        of_plan(plan, "letting", Letting),
        of_plan(plan, "clearing", Clearing),
        of_plan(plan, "measuring", Measuring),
        of_plan(plan, "stigma", Stigma),
        of_plan(plan, "staff", Staff),
        of_plan(plan, "volunteering", Volunteering),
        of_plan(plan, "youth", Youth),
        of_plan(plan, "meetings", Meetings),
        of_plan(plan, "safety", Safety),
        of_plan(plan, "substance", Substance),
        of_plan(plan, "democracy", Democracy),
        of_plan(plan, "buildings", Buildings),
    )
    n_homes = int(world.used[2])
    homes = world.dwellings
    owner_of = world.areas.municipality[homes.area[:n_homes]]
    number = np.bincount(owner_of, minlength=len(world.municipalities)).astype(np.float64)
    owned = np.bincount(owner_of[homes.tenure[:n_homes] == OWNER_OCCUPIED], minlength=len(number))
    rules = load_rules(str(levers["list.rules"]))
    # The last list was made by the law of its day, whatever rules the scenario begins with.
    of_last_list = load_rules(rules_on(date(max(first_day.year - 1, FIRST_YEAR), 12, 1)))
    cohort_month = cohorts[0].year * 12 + cohorts[0].month - 1 if cohorts else NEVER_A_COHORT
    empty = Measurement(first_day, np.zeros((0, 0)), np.zeros((0, 0)), np.zeros((0, 0)), np.zeros(0))
    c = Context(
        world=world,
        parameters=parameters,
        margins=start.margins,
        exchanges=exchanges,
        school_leavers=SchoolLeavers(
            np.array([one.youth_weak for one in exchanges]),
            np.array([one.youth_weak_usual for one in exchanges]),
            np.array([one.wage_level for one in exchanges]),
            np.array([one.wage_spread for one in exchanges]),
        ),
        areas=start.areas,
        organisations=start.organisations,
        spots=spots_of(start),
        homes_at_start=number,
        owned_at_start=owned / np.maximum(number, 1.0),
        tenure_backlog=np.zeros(len(number)),
        seed=signed(seed),
        scale=scale,
        standstill=standstill,
        pieces=pieces,
        start_month=first_day.year * 12,
        month=first_day.year * 12,
        levers=levers,
        levers_next=levers,
        ledger=Ledger(
            np.zeros((len(FLOWS), everywhere)), np.zeros((events, 5), np.int64), np.zeros(1, np.int64)
        ),
        income_steps=income_steps(world, first_day.year * 12),
        low_income=0.0,
        high_income=0.0,
        dose=np.zeros(everywhere),
        rules=rules,
        measurement=empty,
        indicators=[],
        measured={},
        standing=np.zeros(0),
        list_margins=np.zeros(0),
        income_reference_factor=plan.parameter("synthesis.income_reference"),
        status_words=[words_at_start(int(code), of_last_list) for code in world.areas.status[: world.places]],
        place_municipalities=municipalities,
        cohort_month=cohort_month,
        cohort_then=np.zeros((2, everywhere)),
        year_flows=np.zeros((len(FLOWS), world.places)),
        mean_trust=np.zeros(everywhere),
        institutions=np.zeros((everywhere, 3)),
        safety_then=np.zeros(everywhere),
    )
    take_measurement(c, first_day, earlier_years(start, world.places))
    first_stigma(c)
    c.dose = first_doses(c)
    fill_the_gate(c)
    begin(c)
    if cohort_month == c.month:
        start_cohort(c)
    c.monthly.append(taken(c, first_day, None, True))
    c.yearly.append(c.monthly[0])
    return c


def words_at_start(code: int, of_last_list: ListRules) -> str:
    """Return the words of a status at the start. A user's table may hold one that the law of its day did not have."""
    there = code == 0 or any(tier.status == code for tier in of_last_list.tiers)
    return listed_as(code, of_last_list if there else load_rules("2021"))


def spots_of(start: Start) -> tuple[Spots, ...]:
    """Return where newcomers may know people, by municipality."""
    own = start.world.areas.municipality[: start.world.places]
    firsts = np.searchsorted(own, np.arange(len(start.margins) + 1))
    return tuple(spots(start.areas[a:b], int(a)) for a, b in pairwise(firsts.tolist()))


def set_status(
    world: World, municipalities: tuple[str, ...], history: Mapping[tuple[str, str], Mapping[int, int]], year: int
) -> None:
    """Set every area's status from the list of the year before, and its years on the lists until then."""
    for place, name in enumerate(world.names):
        by_year = history.get((municipalities[place], name), {})
        world.areas.status[place] = by_year.get(year - 1, 0)
        world.areas.years_listed[place] = years_running(by_year, before=year)
        world.areas.years_ghetto[place] = years_running(by_year, before=year, at_least=GHETTO)


def earlier_years(start: Start, places: int) -> Measurement:
    """Return annual shares before the start: as the reading, so that the first mean over years is the reading.

    The year before last of the convictions is counted from the persons, whose two years were drawn together.
    """
    outside = np.repeat(np.array([a.outside_work for a in start.areas])[:, None], YEARS_KEPT, axis=1)
    convicted = np.repeat(np.array([a.convicted for a in start.areas])[:, None], YEARS_KEPT, axis=1)
    persons, households = start.world.persons, start.world.households
    n = int(start.world.used[0])
    month = start.margins[0].year * 12
    adult = (month - persons.birth[:n].astype(np.int64)) // 12 >= 18
    area = households.area[persons.household[:n]].astype(np.int64)
    adults = np.bincount(area[adult], minlength=places)
    twice = np.bincount(area[adult & (persons.convicted_years[:n] & 4 > 0)], minlength=places)
    convicted[:, 0] = twice / np.maximum(adults, 1)
    return Measurement(date(month // 12 - 1, 1, 1), np.zeros((places, SUMS)), outside, convicted, np.ones(places))


def warm_up() -> None:
    """Compile every kernel by running a small town for a year; compiled code is kept for later processes."""
    from beboersim.policy.scenario import Scenario

    start, until = date(2015, 1, 1), date(2016, 2, 1)
    plan = Plan(Scenario.load("law"), start=start, until=until)
    Town(places=["Svendborg"], plan=plan, start=start, until=until, scale=0.02, cohorts=(start,)).run(until)


__all__ = ["MONTH", "Context", "Process", "Town", "draw_world", "warm_up"]
