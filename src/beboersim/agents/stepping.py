"""A month in which every household is asked as an agent, one after the other: `BeboerModel(engine="agents")`.

The order of the month is that of `month.order`. In the five processes that ask people, the question goes to each
household, which answers by the same functions of one person or household as the kernels call; and the answers are
carried out by the same functions. What is decided among many (letting, private homes, grants, lists, reputations) is
the process itself. So there is one behaviour and two ways of asking, and the event log is the same row for row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from beboersim.agents.household import Answer, Household
from beboersim.agents.sets import HouseholdSet
from beboersim.month import crime, demography, leaving, schooling, work
from beboersim.month.context import Context
from beboersim.month.order import MONTH, Process
from beboersim.world.columns import I32, U8

if TYPE_CHECKING:
    from beboersim.model import BeboerModel


def month_of(model: BeboerModel) -> tuple[Process, ...]:
    """Return the processes of the month in their order, those that ask people bound to the agents of a model."""
    return tuple(partial(ASKING[process], model) if process in ASKING else process for process in MONTH)


def family(model: BeboerModel, c: Context) -> None:
    """Ask about births, deaths, leaving home, couples and separations."""
    rates = demography.rates_of(c)
    demography.carry_out(c, *answers(household.about_family(rates) for household in everyone(model)))


def school(model: BeboerModel, c: Context) -> None:
    """Ask about school and education."""
    schooling.carry_out(c, *answers(household.about_school() for household in everyone(model)))


def jobs(model: BeboerModel, c: Context) -> None:
    """Ask about work."""
    market = work.market(c)
    work.carry_out(c, *answers(household.about_work(market) for household in everyone(model)))


def convictions(model: BeboerModel, c: Context) -> None:
    """Ask about convictions."""
    trend = crime.crime_trend(c)
    who, _ = answers(household.about_convictions(trend) for household in everyone(model))
    crime.carry_out(c, who)


def homes(model: BeboerModel, c: Context) -> None:
    """Ask who looks for another home, and who leaves."""
    conditions = leaving.departures(c)
    who, what = answers(household.about_home(conditions) for household in everyone(model))
    leaving.carry_out(c, conditions, who, what)


ASKING: dict[Process, Callable[[Any, Context], None]] = {
    demography.demography: family,
    schooling.schooling: school,
    work.work: jobs,
    crime.crime: convictions,
    leaving.leaving: homes,
}
"""The processes that ask people, and how agents are asked instead."""


def everyone(model: BeboerModel) -> Iterable[Household]:
    """Return every household in the tables: in the town, at its gates, and followed elsewhere."""
    world = model.town.world
    rows = np.flatnonzero(world.households.head[: int(world.used[1])] >= 0)
    return HouseholdSet.of(model, world.households.id[rows], rows)


def answers(given: Iterable[Iterable[Answer]]) -> tuple[I32, U8]:
    """Return whom something happens to, and what, in the order of the tables, in which it is carried out."""
    found = sorted(chain.from_iterable(given))
    return np.array([one.row for one in found], np.int32), np.array([one.what for one in found], np.uint8)
