"""An experiment: scenarios or a design, places, years, presets and replications.

What a run decides is told apart in two: a *policy* is what somebody decides (a scenario and levers set on top of it),
a *future* is what nobody decides (a preset, parameters, and which mechanisms are switched on). Every policy meets
every future on the same seeds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from beboersim.errors import InputError, meant
from beboersim.experiments.compare import HEADLINE, Outcome
from beboersim.experiments.design import Design, Factor, Points
from beboersim.experiments.runs import RunSpec, run_id
from beboersim.policy.catalogue import Preset, Text, Value, catalogue
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Change, Scenario
from beboersim.policy.shipped import shipped_files
from beboersim.policy.toml_lines import text_of

ANALYSED: tuple[Outcome, ...] = (
    *HEADLINE,
    Outcome("listed", "share_convicted"),
    Outcome("listed", "share_nonwestern"),
    Outcome("listed", "residents"),
    Outcome("town", "share_working"),
    Outcome("town", "share_convicted"),
    Outcome("town", "outside_elsewhere"),
)
"""What an experiment looks at unless it says otherwise."""
MOST_NAMED = 3  # settings in a label


class Policy(NamedTuple):
    """What somebody decides: a scenario, and levers set for the whole run."""

    label: str
    scenario: Scenario
    settings: tuple[tuple[str, Value], ...]


class Future(NamedTuple):
    """What nobody decides: a preset, parameters and switches."""

    label: str
    preset: Preset
    settings: tuple[tuple[str, Value], ...]


class Row(NamedTuple):
    """A row of the design: the number of its point, the scenario below it, and the policy and future it makes."""

    point: int
    base: str
    policy: Policy
    future: Future


class PlannedRun(NamedTuple):
    """A run, and where it stands in its experiment."""

    run_id: str
    policy: str
    future: str
    spec: RunSpec


class Stop(NamedTuple):
    """Go on with further seeds until every difference is known to a half-width, but not beyond a cap."""

    outcomes: tuple[str, ...]
    half_width: float
    at_most: int
    step: int


class Target(NamedTuple):
    """What a policy is wanted to reach."""

    outcome: str
    above: float | None
    below: float | None

    def reached(self, value: float) -> bool:
        """Say whether a value is good enough."""
        return (self.above is None or value >= self.above) and (self.below is None or value <= self.below)


@dataclass(frozen=True)
class Experiment:
    """Everything a sweep is told, checked. `places` holds the municipalities of one run each."""

    id: str
    name: Text
    about: Text | None
    places: tuple[tuple[str, ...], ...]
    start: date
    until: date
    scale: float
    seed: int
    replications: int
    presets: tuple[Preset, ...]
    settings: Mapping[str, Value]
    scenarios: tuple[Scenario, ...]
    baseline: str | None
    design: Design | None
    combined: Mapping[str, Scenario]
    stop: Stop | None
    targets: tuple[Target, ...]
    outcomes: tuple[Outcome, ...]
    areas: Path | None
    given_cohort: date | None
    path: str
    text: str = field(repr=False)

    @classmethod
    def load(cls, name_or_path: str | Path) -> Experiment:
        """Read a shipped experiment by its name, or the user's own by its path.

        Raises InputError on the first mistake.
        """
        from beboersim.experiments.experiment_file import read_experiment

        shipped = shipped_files("experiments")
        given = str(name_or_path)
        if isinstance(name_or_path, str) and given in shipped:
            return read_experiment(given, text_of(shipped[given]), shipped[given])
        path = Path(name_or_path)
        if path.suffix != ".toml" and not path.exists():
            raise InputError(
                f"{given} is not an experiment.{meant(given, shipped)} Shipped are {', '.join(shipped)}; "
                "your own is given by its file, such as my-experiment.toml."
            )
        return read_experiment(given, text_of(path), path)

    @cached_property
    def points(self) -> Points:
        """The points of the design; without one, a single point at which nothing is set."""
        return self.design.points() if self.design else Points(({},), None)

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """Every policy once, in the order of the file; the first is the baseline unless the file names another."""
        return tuple({row.policy.label: row.policy for row in self.rows}.values())

    @cached_property
    def futures(self) -> tuple[Future, ...]:
        """Every future once, in the order of the file."""
        return tuple({row.future.label: row.future for row in self.rows}.values())

    @property
    def first_policy(self) -> str:
        """The policy that the others are compared with."""
        return self.baseline or self.policies[0].label

    @cached_property
    def cohort(self) -> date:
        """The day from which the same people are followed: where the policies part, unless the file says another.

        What nature decides differs from the first day and does not count here.
        """
        if self.given_cohort is not None:
            return self.given_cohort
        plans = [Plan(p.scenario, "central", dict(p.settings), self.start, self.until) for p in self.policies]
        parted = [day for plan in plans[1:] if (day := plan.differs_from(plans[0])) is not None]
        return max(min(parted, default=self.start).replace(day=1), self.start)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The rows of the design: every point under every preset and scenario."""
        found = []
        for preset in self.presets:
            for number in range(len(self.points.rows)):
                future = self._future(preset, number)
                found += [Row(number, one.id, self._policy(one, number), future) for one in self.scenarios]
        return tuple(found)

    def _policy(self, scenario: Scenario, number: int) -> Policy:
        point, factors = self.points.rows[number], self._factors
        chosen = [name for name in point if name in self.combined and point[name]]
        named = scenario.id
        if chosen:
            added = tuple(change for name in chosen for change in self.combined[name].changes)
            # The law itself adds nothing to a name.
            named = "+".join([*([] if scenario.id == "law" else [scenario.id]), *chosen])
            scenario = replace(scenario, id=named, changes=scenario.changes + added)
        dated = tuple(
            Change({name: value}, factors[name].start, factors[name].until, factors[name].where, "design", 1)
            for name, value in point.items()
            if name in factors and factors[name].kind == "lever" and factors[name].dated
        )
        if dated:
            scenario = replace(scenario, changes=scenario.changes + dated)
        own = {name: value for name, value in point.items() if name not in self.combined and factors[name].of_policy}
        fixed = {name: value for name, value in self.settings.items() if catalogue()[name].kind == "lever"}
        whole = fixed | {name: value for name, value in own.items() if not factors[name].dated}
        return Policy(_label(named, own), scenario, tuple(sorted(whole.items())))

    def _future(self, preset: Preset, number: int) -> Future:
        own = {
            name: value
            for name, value in self.points.rows[number].items()
            if name not in self.combined and not self._factors[name].of_policy
        }
        fixed = {name: value for name, value in self.settings.items() if catalogue()[name].kind != "lever"}
        return Future(_label(preset, own), preset, tuple(sorted((fixed | own).items())))

    @cached_property
    def _factors(self) -> dict[str, Factor]:
        return {factor.name: factor for factor in self.design.factors} if self.design else {}

    def planned(self, replications: int | None = None) -> tuple[PlannedRun, ...]:
        """Return every run, seed by seed: what is finished early then holds all policies on the first seeds."""
        found: dict[str, PlannedRun] = {}
        pairs = list({(row.policy.label, row.future.label): (row.policy, row.future) for row in self.rows}.values())
        for seed in range(self.seed, self.seed + (self.replications if replications is None else replications)):
            for places in self.places:
                for policy, future in pairs:
                    spec = RunSpec(
                        scenario=policy.scenario,
                        places=places,
                        start=self.start,
                        until=self.until,
                        seed=seed,
                        scale=self.scale,
                        preset=future.preset,
                        settings=tuple(sorted({**dict(policy.settings), **dict(future.settings)}.items())),
                        areas=self.areas,
                        cohorts=(self.cohort,),
                    )
                    run = PlannedRun(run_id(spec), policy.label, future.label, spec)
                    found.setdefault(run.run_id, run)
        return tuple(found.values())


def _label(first: str, settings: Mapping[str, Value]) -> str:
    """Return a name for a policy or a future: what it starts from and what is set, or a hash where that is much."""
    if len(settings) > MOST_NAMED:
        return f"{first}, {hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:8]}"
    said = (f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in settings.items())
    return ", ".join([first, *said])
