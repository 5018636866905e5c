"""What a process of the month may read and change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np

from beboersim.chance import Purpose, address
from beboersim.law.lists import Indicators, ListRules
from beboersim.month.clearing import Clearing
from beboersim.month.demography import Demography
from beboersim.month.leaving import Leaving
from beboersim.month.ledger import Ledger
from beboersim.month.letting import Letting
from beboersim.month.measuring import Measurement, Measuring
from beboersim.month.money import Money
from beboersim.month.recording import Record
from beboersim.month.schooling import Schooling
from beboersim.month.stigma import Stigma
from beboersim.policy.plan import Lever
from beboersim.world.attachment import Work
from beboersim.world.columns import F64, I64
from beboersim.world.layout import Area
from beboersim.world.margins import Margins
from beboersim.world.offending import Crime
from beboersim.world.outlook import Outlook, Seekers
from beboersim.world.state import World


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


@dataclass
class Context:
    """One town in one month: its state, the month's date and rules, and the ledger in which events are booked.

    `month` counts from year 0; a process runs in it, from the first of the month to the first of the next.
    """

    world: World
    parameters: Parameters
    margins: tuple[Margins, ...]
    outlooks: tuple[Outlook, ...]
    areas: tuple[Area, ...]
    organisations: I64
    couple_share: F64  # municipality x age
    citizens_immigrant: float  # share of non-Western immigrants, and of descendants, who are Danish citizens
    citizens_descendant: float
    contacts: F64  # municipality x background x area, cumulated shares of residents at the start
    homes_at_start: F64  # dwellings by municipality
    owned_share: F64  # owner-occupied among private dwellings at the start, by municipality
    seed: int
    scale: float
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
    standing: F64  # nearness to the list's lines without origin, by area
    list_margins: F64
    income_reference_factor: float  # a region's mean without students over that with them
    status_words: list[str]
    place_municipalities: tuple[str, ...]
    cohort_month: int
    cohort_then: F64  # persons of 18-64 and those of them in work at the cohort date, by area
    year_flows: F64
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

    def address(self, purpose: Purpose) -> int:
        """Return this month's address word for a purpose."""
        return address(purpose, self.month)

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
        """Return a lever that varies by place, over all areas; those that are no place get 0."""
        value = self.levers[name]
        assert isinstance(value, np.ndarray)
        whole = np.zeros(len(self.world.areas.kind))
        whole[: len(value)] = value
        return whole
