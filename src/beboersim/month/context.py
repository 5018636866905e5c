"""What a process of the month may read and change."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar

import numpy as np

from beboersim.chance import Purpose, address
from beboersim.law.lists import Indicators, ListRules
from beboersim.month.applicants import Letting
from beboersim.month.asking import Pieces
from beboersim.month.buildings import Buildings
from beboersim.month.clearing import Clearing
from beboersim.month.democracy import Democracy
from beboersim.month.demography import Demography, LocalRates
from beboersim.month.exchange import Exchange
from beboersim.month.ledger import Ledger
from beboersim.month.letting import HeldRules
from beboersim.month.measuring import Measurement, Measuring
from beboersim.month.meetings import Meetings
from beboersim.month.money import Money
from beboersim.month.recording import Record
from beboersim.month.safety import Safety
from beboersim.month.searchers import Searchers
from beboersim.month.seekers import Seekers, Spots
from beboersim.month.staff import Staff
from beboersim.month.stigma import Stigma
from beboersim.month.substance import Substance
from beboersim.month.volunteering import Volunteering
from beboersim.month.youth import FirstDay, Youth, no_day_yet
from beboersim.policy.plan import Lever
from beboersim.world.attachment import AttachmentRates, SchoolLeavers, Work
from beboersim.world.codes import NAMED_AREA
from beboersim.world.columns import F64, I16, I64
from beboersim.world.layout import Area
from beboersim.world.margins import Margins
from beboersim.world.mobility import Leaving
from beboersim.world.offending import Crime
from beboersim.world.school import Schooling
from beboersim.world.state import World

T = TypeVar("T")


class Parameters(NamedTuple):
    """The parameters of a run, by process."""

    demography: Demography
    seekers: Seekers
    schooling: Schooling
    work: Work
    crime: Crime
    money: Money
    leaving: Leaving
    letting: Letting
    clearing: Clearing
    measuring: Measuring
    stigma: Stigma
    staff: Staff
    volunteering: Volunteering
    youth: Youth
    meetings: Meetings
    safety: Safety
    substance: Substance
    democracy: Democracy
    buildings: Buildings


@dataclass
class Kept:
    """What was made from levers, parameters and a measurement, by what made it; see `Context.kept`."""

    levers: dict[str, Lever]
    parameters: Parameters
    measurement: Measurement
    made: dict[Hashable, Any] = field(default_factory=dict)


class NamedHomes(NamedTuple):
    """The rows of the households in named areas, and the areas of all households that they were found from."""

    area: I16
    rows: I64


@dataclass
class Once:
    """What was made from parameters and what never changes in a run, by what made it; see `Context.made_once`."""

    parameters: Parameters
    made: dict[Hashable, Any] = field(default_factory=dict)


@dataclass
class Context:
    """One town in one month: its state, the month's date and rules, and the ledger in which events are booked.

    `month` counts from year 0; a process runs in it, from the first of the month to the first of the next.
    """

    world: World
    parameters: Parameters
    margins: tuple[Margins, ...]
    exchanges: tuple[Exchange, ...]
    school_leavers: SchoolLeavers
    areas: tuple[Area, ...]
    organisations: I64
    spots: tuple[Spots, ...]
    homes_at_start: F64  # dwellings by municipality
    owned_at_start: F64  # share of dwellings that were owner-occupied, by municipality
    tenure_backlog: F64  # homes still to be sold (or let, negative), by municipality
    seed: int
    scale: float
    standstill: bool  # dated rates and rules are read on the first day, whatever the date
    pieces: Pieces
    start_month: int
    month: int
    levers: dict[str, Lever]
    levers_next: dict[str, Lever]  # those of the first of the next month, by which a list of that day is made
    ledger: Ledger
    income_steps: F64  # municipality x percentile, as on the first day
    low_income: float
    high_income: float
    dose: F64  # helhedsplan money over the frame of 2015-2018, by area
    rules: ListRules
    measurement: Measurement
    indicators: list[Indicators]
    measured: dict[str, F64]  # the same by name of the outcome (month.measuring.MEASURED), nan where not known
    standing: F64  # nearness to the list's lines without origin, by area
    list_margins: F64
    income_reference_factor: float  # a region's mean without students over that with them
    status_words: list[str]
    place_municipalities: tuple[str, ...]
    cohort_month: int
    cohort_then: F64  # persons of 18-64 and those of them in work at the cohort date, by area
    year_flows: F64
    mean_trust: F64  # of residents from fifteen, by area, in standard deviations from the nation's (month.democracy)
    institutions: F64  # whom children meet in school and daycare, by area (month.school_choice)
    safety_then: F64  # what the conditions of the first day add to the log-odds of feeling safe (month.safety)
    young_at_start: FirstDay = field(default_factory=no_day_yet)
    held_rules: HeldRules | None = None  # those of letting, kept while nothing that they come from changes
    searchers: Searchers | None = None  # those of letting, until the private homes are taken
    kept_now: Kept | None = None
    once: Once | None = None
    named_homes: NamedHomes | None = None  # those of the last time, kept until some household's area is another
    read_from: Measurement | None = None  # the measurement that indicators and margins were read from, and how
    read_how: tuple[object, ...] = ()
    monthly: list[Record] = field(default_factory=list)
    yearly: list[Record] = field(default_factory=list)

    @property
    def day(self) -> date:
        """The first day of the month."""
        return date(self.month // 12, self.month % 12 + 1, 1)

    @property
    def next_day(self) -> date:
        """The first day of the next month, on which the month's outcome is read."""
        return date((self.month + 1) // 12, (self.month + 1) % 12 + 1, 1)

    @property
    def time(self) -> float:
        """The month as a decimal year."""
        return self.month / 12.0

    @property
    def rates_time(self) -> float:
        """The decimal year at which dated rates are read: the month's, or the first day's at a standstill."""
        return self.start_month / 12.0 if self.standstill else self.time

    @property
    def law_day(self) -> date:
        """The day on which dated law is read: the month's, or the first day's at a standstill."""
        return date(self.start_month // 12, 1, 1) if self.standstill else self.day

    def rates_year(self, year: int) -> float:
        """Return the year at which a rate of a year is read."""
        return self.start_month / 12.0 if self.standstill else float(year)

    @property
    def local_rates(self) -> tuple[LocalRates, ...]:
        """The families' rates by municipality."""
        return tuple(one.local for one in self.exchanges)

    @property
    def attachment(self) -> tuple[AttachmentRates, ...]:
        """The rates between types of attachment to work by municipality."""
        return tuple(one.attachment for one in self.exchanges)

    def address(self, purpose: Purpose) -> int:
        """Return this month's address word for a purpose."""
        return address(purpose, self.month)

    def kept(self, make: Callable[..., T], *given: Hashable) -> T:
        """Return `make(self, *given)`, made anew only when a lever, a parameter or the measurement has changed.

        For what follows from these alone, and from what never changes in a run. Nobody may change what is returned.
        """
        now = self.kept_now
        if (
            now is None
            or now.levers is not self.levers
            or now.parameters is not self.parameters
            or now.measurement is not self.measurement
        ):
            now = self.kept_now = Kept(self.levers, self.parameters, self.measurement)
        return made_by(now.made, self, make, *given)

    def made_once(self, make: Callable[..., T], *given: Hashable) -> T:
        """Return `make(self, *given)`, made anew only when a parameter has changed.

        For what follows from the parameters alone, and from what never changes in a run. Nobody may change what is
        returned.
        """
        once = self.once
        if once is None or once.parameters is not self.parameters:
            once = self.once = Once(self.parameters)
        return made_by(once.made, self, make, *given)

    def flag(self, name: str, *, next_day: bool = False) -> bool:
        """Say whether a flag lever or a switch that holds everywhere is on."""
        return self.number(name, next_day=next_day) > 0.5

    def number(self, name: str, *, next_day: bool = False) -> float:
        """Return a lever that holds everywhere, as it is in the month or on `next_day`."""
        value = (self.levers_next if next_day else self.levers)[name]
        assert not isinstance(value, str | np.ndarray)
        return float(value)

    def word(self, name: str, *, next_day: bool = False) -> str:
        """Return a lever that is a choice, as it is in the month or on `next_day`."""
        value = (self.levers_next if next_day else self.levers)[name]
        assert isinstance(value, str)
        return value

    def by_area(self, name: str) -> F64:
        """Return a lever that varies by place, over all areas; those that are no place get 0. Nobody may change it."""
        return self.kept(over_all_areas, name)

    @property
    def named_areas(self) -> I64:
        """The rows of the named areas, which have a social plan."""
        return self.made_once(rows_of_named_areas)

    def homes_in_named_areas(self) -> I64:
        """Return the rows of the households in named areas, in order; rows without members may be among them."""
        area = self.world.households.area[: int(self.world.used[1])]
        held = self.named_homes
        if held is None or not np.array_equal(held.area, area):
            named = self.world.areas.kind == NAMED_AREA
            held = self.named_homes = NamedHomes(area.copy(), np.flatnonzero(named.take(area)))
        return held.rows


def made_by(made: dict[Hashable, Any], c: Context, make: Callable[..., T], *given: Hashable) -> T:
    """Return `make(c, *given)` out of what was made, where it is made if it is not there."""
    key = (make, *given)
    if key not in made:
        made[key] = make(c, *given)
    found: T = made[key]
    return found


def over_all_areas(c: Context, name: str) -> F64:
    """Return a lever that varies by place, over all areas; those that are no place get 0."""
    value = c.levers[name]
    assert isinstance(value, np.ndarray)
    whole = np.zeros(len(c.world.areas.kind))
    whole[: len(value)] = value
    return whole


def rows_of_named_areas(c: Context) -> I64:
    """Return the rows of the named areas; the kind of an area never changes."""
    return np.flatnonzero(c.world.areas.kind == NAMED_AREA)
