"""The permutation test: where origin is read, and that it is read nowhere else.

The first day's origins are dealt out anew among the residents. With every registered reading (month.origin) made equal,
not a single event of the town may change; with one reading left on, the events that change are what it does.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import numpy as np

from beboersim.month.origin import READINGS, Reading
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.policy.settings import parse_settings
from beboersim.show.words import word
from beboersim.town import Town
from beboersim.world.columns import I64

EVENTS = 2_000_000
COUPLES = next(reading for reading in READINGS if reading.key == "couples")  # its range does not hold nought
SWITCHED = tuple(reading for reading in READINGS if reading.equal or reading is COUPLES)


def town_with(place: str, scale: float, until: date, settings: Collection[str]) -> Town:
    """Return a town at its first day, with an event log."""
    start = date(2015, 1, 1)
    plan = Plan(Scenario.load("law"), settings=parse_settings(settings), start=start, until=until)
    return Town(places=[place], plan=plan, start=start, until=until, scale=scale, seed=1, events=EVENTS)


def permute_origins(town: Town, seed: int) -> int:
    """Deal the residents' origins out anew; return how many have another one now."""
    persons, n = town.world.persons, int(town.world.used[0])
    before = persons.origin[:n].copy()
    persons.origin[:n] = np.random.default_rng(seed).permutation(before)
    return int((persons.origin[:n] != before).sum())


def changed_events(place: str, scale: float, until: date, but: Reading | None = None) -> tuple[int, int]:
    """Return how many events of a town change when its origins are dealt out anew, and how many there are.

    Every reading is made equal, but for one.
    """
    logs = []
    for permuted in (False, True):
        town = town_with(place, scale, until, all_equal(but))
        if but is not COUPLES:
            c = town.context
            c.parameters = c.parameters._replace(demography=c.parameters.demography._replace(within_origin=0.0))
        if permuted:
            assert permute_origins(town, 1) > 0
        town.run(until)
        logs.append(np.asarray(town.events))
    return differing(*logs), len(logs[0])


def differing(one: I64, other: I64) -> int:
    """Return how many rows stand in one log or the other, but not in both."""
    rows, numbers = np.unique(np.concatenate([one, other]), axis=0, return_inverse=True)
    count = np.bincount(numbers[: len(one)], minlength=len(rows))
    count -= np.bincount(numbers[len(one) :], minlength=len(rows))
    return int(np.abs(count).sum())


def all_equal(but: Reading | None = None) -> list[str]:
    """Return the settings under which every reading is equal, but for one."""
    return [reading.equal for reading in SWITCHED if reading.equal and reading is not but]


def table_of_readings(place: str, scale: float, until: date) -> str:
    """Return what each reading does, as a Markdown table, and what is left when all are equal."""
    none, events = changed_events(place, scale, until)
    lines = [
        f"{place}, {scale:g} of it, 1 January 2015 to {until.isoformat()}, {events:,} events. The residents' origins",
        "of the first day are dealt out anew; counted are events that are then in one log and not in the other. *All",
        "equal* must be 0.",
        "",
        "| what is left on | ground | process | events that change |",
        "| --- | --- | --- | ---: |",
        f"| nothing: all equal | | | {none} |",
    ]
    for reading in SWITCHED:
        changed, _ = changed_events(place, scale, until, reading)
        said, ground = word(f"origin.{reading.key}", "en"), word(f"origin.ground_{reading.ground}", "en")
        lines.append(f"| {said} | {ground} | {reading.process} | {changed:,} |")
    lines += [
        "",
        "Besides, origin decides at the start who has which age, education, work and citizenship and who lives with",
        "whom, and it comes with newcomers: both are evidence, drawn before the first month, the same under every",
        "policy.",
    ]
    return "\n".join(lines)
