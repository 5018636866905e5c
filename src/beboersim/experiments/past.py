"""What runs have in common: until policies part, the same seed in the same future is the same town.

A process keeps the town of the last run as it stood the month before the policies part. The next run goes on from
there if everything that decided the town until then is the same, which is compared and not taken for granted. It
changes nothing but the time: a town that was put away and continued has the same events (tests/test_exactness.py).
"""

from __future__ import annotations

import pickle
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from beboersim.experiments.provenance import file_hash

if TYPE_CHECKING:
    from beboersim.experiments.runs import RunSpec
    from beboersim.month.exchange import Exchange
    from beboersim.policy.plan import Plan
    from beboersim.town import Town

LARGEST = 600_000  # rows of persons; a larger town would take too much of a worker's memory (some 110 bytes a row)


class Past(NamedTuple):
    """A town on a day, and what decided it until then. Its exchanges, which never change, all runs use."""

    facts: tuple[object, ...]
    plan: Plan
    day: date
    town: bytes
    exchanges: tuple[Exchange, ...]

    def is_of(self, spec: RunSpec, plan: Plan) -> bool:
        """Say whether a run would have come to this very town by this day."""
        if self.facts != facts_of(spec):
            return False
        parted = self.plan.differs_from(plan)
        # A month reads the levers of its first day and of the next month's, and the last one read those of this day.
        return parted is None or parted > self.day


kept: list[Past] = []
"""At most one: runs come future by future, so that another would seldom be asked for."""


def begun(spec: RunSpec, plan: Plan) -> Town:
    """Return the town of a run, which has come as far as it is the same for all policies."""
    from beboersim.town import Town

    for past in kept:
        if past.is_of(spec, plan):
            town: Town = pickle.loads(past.town)  # bytes that this process made itself
            town.plan, town.context.exchanges = plan, past.exchanges
            return town
    town = Town(
        places=spec.places,
        plan=plan,
        start=spec.start,
        until=spec.until,
        scale=spec.scale,
        seed=spec.seed,
        areas_file=spec.areas,
        cohorts=spec.cohorts,
    )
    day = before_parting(spec)
    if spec.start < day < spec.until and len(town.world.persons.birth) <= LARGEST:
        town.run(day)
        exchanges, town.context.exchanges = town.context.exchanges, ()
        kept[:] = [Past(facts_of(spec), plan, day, pickle.dumps(town, pickle.HIGHEST_PROTOCOL), exchanges)]
        town.context.exchanges = exchanges
    return town


def before_parting(spec: RunSpec) -> date:
    """Return the first of the month before the one from which the same people are followed: there policies part."""
    month = max((day.year * 12 + day.month - 2 for day in spec.cohorts), default=0)
    return date(month // 12, month % 12 + 1, 1) if month >= 12 else date.min


def facts_of(spec: RunSpec) -> tuple[object, ...]:
    """Return what decides a town beside its plan."""
    areas = None if spec.areas is None else file_hash(spec.areas)
    return spec.places, spec.start, spec.until, spec.seed, spec.scale, areas, spec.cohorts
