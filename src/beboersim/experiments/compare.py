"""Scenarios side by side on common seeds: outcomes over time, paired differences, and which areas gain or lose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.experiments.paired import LEVEL, Estimate, estimate, paired_difference, paired_values
from beboersim.experiments.runs import History, RunResult, execute_all, specs_of
from beboersim.outcomes.metrics import LISTED, Words, metrics, municipality_metrics

if TYPE_CHECKING:
    import pandas as pd

    from beboersim.experiments.options import RunOptions

Floats = NDArray[np.float64]


class Outcome(NamedTuple):
    """One thing compared: a metric of the areas listed at the start, of all others, or of the whole town."""

    scope: str
    id: str

    @property
    def key(self) -> str:
        """Scope and metric in one name."""
        return f"{self.scope}.{self.id}"

    @property
    def unit(self) -> str:
        """The metric's unit."""
        return _UNITS.get(self.id) or next(metric.unit for metric in metrics() if metric.id == self.id)

    @property
    def label(self) -> Words:
        """The metric's short name."""
        return _LABELS.get(self.id) or next(metric.label for metric in metrics() if metric.id == self.id)


# Those that are sums of recorded counts and no metric of their own.
_UNITS = {"outside": "persons", "lodged_households": "households", "residents": "persons"}
_LABELS = {
    "outside": Words("Outside work and education, persons", "Uden arbejde og uddannelse, personer"),
    "lodged_households": Words("Households without a home of their own", "Husstande uden egen bolig"),
    "residents": Words("Residents", "Beboere"),
}

PARTS = tuple(Outcome("listed", name) for name in ("work_people", "work_composition", "work_age"))
"""What the change in the share in work is made of."""

HEADLINE: tuple[Outcome, ...] = (
    Outcome("listed", "share_working"),
    *PARTS,
    Outcome("listed", "share_outside"),
    Outcome("listed", "stigma"),
    Outcome("listed", "avoidance_rate"),
    Outcome("listed", "refusal_rate"),
    Outcome("listed", "entry_exit_gap"),
    Outcome("listed", "turnover"),
    # Displacement: whoever is no longer in the listed areas lives somewhere.
    Outcome("rest", "outside"),
    Outcome("town", "listed_areas"),
    Outcome("town", "listed_residents"),
    Outcome("town", "dissimilarity"),
    Outcome("town", "dissimilarity_outside"),
    Outcome("town", "wait_list_months"),
    Outcome("town", "wait_assigned_months"),
    Outcome("town", "denied_share"),
    Outcome("town", "lodged_households"),
    Outcome("town", "vacancy_social"),
)


class AreaChange(NamedTuple):
    """One area under one scenario against the baseline, at the end."""

    municipality: str
    area: str
    scenario: str
    stigma: Estimate
    outside: Estimate
    listed_before: float
    listed: float


@dataclass(frozen=True)
class Comparison:
    """What was found. `values` has scenarios, seeds and dates as axes; the first scenario is the baseline."""

    scenarios: tuple[str, ...]
    names: tuple[Words, ...]
    seeds: tuple[int, ...]
    dates: tuple[date, ...]
    cohort: date
    followed: int
    listed_at_start: bool
    values: dict[str, Floats]
    areas: tuple[AreaChange, ...]

    def scope_of(self, outcome: Outcome) -> str:
        """Return an outcome's scope: where no area was listed at the start, those known by name stand in."""
        return "named" if outcome.scope == "listed" and not self.listed_at_start else outcome.scope

    def has(self, outcome: Outcome) -> bool:
        """Say whether an outcome's areas are in the run: a town may have no area that was ever listed."""
        return outcome.scope != "listed" or self.followed > 0

    def level(self, outcome: Outcome, scenario: int) -> Estimate:
        """Estimate an outcome at the end."""
        return estimate(self.values[outcome.key][scenario, :, -1])

    def differences(self, outcome: Outcome, scenario: int) -> Floats:
        """Return scenario - baseline at the end, seed by seed."""
        found = self.values[outcome.key]
        return paired_values(found[0, :, -1], found[scenario, :, -1])

    def difference(self, outcome: Outcome, scenario: int) -> Estimate:
        """Estimate scenario - baseline at the end."""
        found = self.values[outcome.key]
        return paired_difference(found[0, :, -1], found[scenario, :, -1])

    def effects(self) -> pd.DataFrame:
        """Return the differences at the end: a row an outcome and scenario, with the interval over seeds."""
        import pandas as pd

        rows = []
        for outcome in filter(self.has, HEADLINE):
            for at in range(1, len(self.scenarios)):
                found = self.difference(outcome, at)
                rows.append(
                    {"outcome": outcome.key, "unit": outcome.unit, "policy": self.scenarios[at],
                     "level_baseline": self.level(outcome, 0).mean, "effect": found.mean,
                     "half_width": found.half_width, "low": found.low, "high": found.high, "n": found.n}
                )  # fmt: skip
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        return str(self.effects().to_html(index=False, float_format=lambda value: f"{value:.4g}"))


def cohort_of(options: RunOptions) -> date:
    """Return the month in which the worlds part: who lives in an area then is followed in all of them.

    Until then the worlds are the same, so the same people are followed. A single run is followed from its start.
    """
    from beboersim.policy.plan import Plan

    plans = [
        Plan(scenario, options.preset, options.settings, options.start, options.until) for scenario in options.scenarios
    ]
    parted = [day for plan in plans[1:] if (day := plan.differs_from(plans[0])) is not None]
    return max(min(parted, default=options.start).replace(day=1), options.start)


def run_scenarios(options: RunOptions, progress: Callable[[], None] | None = None) -> list[RunResult]:
    """Run every scenario on every seed, scenario by scenario."""
    return execute_all(specs_of(options, (cohort_of(options),)), options.workers, progress)


def followed_areas(history: History) -> NDArray[np.bool_]:
    """Return the areas on the list at the start; where none is, those known by name."""
    listed = history.status[0] >= LISTED
    return listed if listed.any() else np.array([kind == "named_area" for kind in history.kinds])


def outcomes_of(
    history: History, followed: NDArray[np.bool_], outcomes: Sequence[Outcome] = HEADLINE
) -> dict[str, Floats]:
    """Return outcomes, all of the headline if none are named, on each date."""
    counts = history.with_status()
    found: dict[str, Floats] = {}
    for scope, chosen in (("listed", followed), ("rest", ~followed), ("town", np.ones_like(followed))):
        wanted = [outcome for outcome in outcomes if outcome.scope == scope]
        if not wanted:
            continue
        if not chosen.any():
            found |= {outcome.key: np.full(len(history.dates), np.nan) for outcome in wanted}
            continue
        here = {name: column[:, chosen] for name, column in counts.items()}
        whole = municipality_metrics(here, np.zeros(int(chosen.sum()), np.int64))
        for outcome in wanted:
            found[outcome.key] = here[outcome.id].sum(-1) if outcome.id in _UNITS else whole[outcome.id][:, 0]
    return found


def summarise(results: Sequence[RunResult], scenarios: int) -> Comparison:
    """Put the runs of some scenarios, given scenario by scenario on the same seeds, side by side."""
    seeds = len(results) // scenarios
    worlds = [results[at * seeds : (at + 1) * seeds] for at in range(scenarios)]
    # What a seed's worlds share until they part, the areas listed at its start among it, is read in the baseline.
    followed = [followed_areas(result.yearly) for result in worlds[0]]
    found = [
        [outcomes_of(result.yearly, chosen) for result, chosen in zip(world, followed, strict=True)] for world in worlds
    ]
    return Comparison(
        scenarios=tuple(world[0].spec.scenario.id for world in worlds),
        names=tuple(Words(**world[0].spec.scenario.name.model_dump()) for world in worlds),
        seeds=tuple(result.spec.seed for result in worlds[0]),
        dates=worlds[0][0].yearly.dates,
        cohort=worlds[0][0].spec.cohorts[0],
        followed=int(followed[0].sum()),
        listed_at_start=bool((worlds[0][0].yearly.status[0] >= LISTED).any()),
        values={key: np.array([[run[key] for run in world] for world in found]) for key in found[0][0]},
        areas=tuple(
            change for at in range(1, scenarios) for change in _area_changes(worlds[0], worlds[at], followed[0])
        ),
    )


def _area_changes(
    baseline: Sequence[RunResult], world: Sequence[RunResult], followed: NDArray[np.bool_]
) -> list[AreaChange]:
    """Compare the areas known by name, and those listed at the start, one by one."""
    first = baseline[0].yearly
    # Estates that are drawn may differ from seed to seed; an area is compared where every run has it.
    shared = set.intersection(*(set(_places(result.yearly)) for result in (*baseline, *world)))
    chosen = [
        place
        for place, kind, mine in zip(_places(first), first.kinds, followed, strict=True)
        if (kind == "named_area" or mine) and place in shared
    ]

    def at_the_end(results: Sequence[RunResult], place: tuple[str, str]) -> Floats:
        """Stigma, share outside and whether listed, by seed."""
        rows = []
        for result in results:
            yearly, at = result.yearly, _places(result.yearly).index(place)
            stigma, outside, aged, status = (
                float(column[-1, at])
                for column in (yearly.counts["stigma"], yearly.counts["outside"], yearly.counts["age_18_64"],
                               yearly.status)
            )  # fmt: skip
            rows.append((stigma, outside / aged if aged > 0 else np.nan, float(status >= LISTED)))
        return np.array(rows)

    found = []
    for municipality, area in sorted(chosen):
        before, after = at_the_end(baseline, (municipality, area)), at_the_end(world, (municipality, area))
        found.append(
            AreaChange(
                municipality,
                area,
                world[0].spec.scenario.id,
                paired_difference(before[:, 0], after[:, 0]),
                paired_difference(before[:, 1], after[:, 1]),
                float(before[:, 2].mean()),
                float(after[:, 2].mean()),
            )
        )
    return found


def _places(history: History) -> list[tuple[str, str]]:
    return list(zip(history.municipalities, history.names, strict=True))


def run_as_json(found: Comparison, result: RunResult, options: RunOptions) -> dict[str, Any]:
    """Return one run for programs: every outcome on each 1 January. Missing is null."""

    def numbers(line: Floats) -> list[float | None]:
        return [float(value) if np.isfinite(value) else None for value in line]

    return {
        "run_id": result.run_id,
        "scenario": found.scenarios[0],
        "places": list(options.places),
        "start": options.start.isoformat(),
        "until": options.until.isoformat(),
        "cohort": found.cohort.isoformat(),
        "scale": options.scale,
        "preset": options.preset,
        "settings": dict(options.settings),
        "seed": options.seed,
        "followed_areas": found.followed,
        "dates": [day.isoformat() for day in found.dates],
        "outcomes": [
            {
                "scope": found.scope_of(outcome),
                "id": outcome.id,
                "unit": outcome.unit,
                "label": outcome.label._asdict(),
                "values": numbers(found.values[outcome.key][0, 0]),
            }
            for outcome in HEADLINE
        ],
        "areas": [
            {
                "municipality": municipality,
                "area": area,
                "kind": result.yearly.kinds[at],
                "listed_status": [str(word) for word in result.yearly.words[:, at]],
                "residents": numbers(result.yearly.counts["residents"][:, at]),
                "stigma": numbers(result.yearly.counts["stigma"][:, at]),
            }
            for at, (municipality, area) in enumerate(_places(result.yearly))
        ],
    }


def as_json(found: Comparison, options: RunOptions) -> dict[str, Any]:
    """Return the comparison for programs. Missing is null; differences are scenario - baseline at the end."""

    def estimated(value: Estimate) -> dict[str, float | int | None]:
        return {**value._asdict(), "low": value.low, "high": value.high}

    others = range(1, len(found.scenarios))
    return {
        "baseline": found.scenarios[0],
        "scenarios": list(found.scenarios),
        "places": list(options.places),
        "start": options.start.isoformat(),
        "until": options.until.isoformat(),
        "measured_on": found.dates[-1].isoformat(),
        "cohort": found.cohort.isoformat(),
        "scale": options.scale,
        "preset": options.preset,
        "settings": dict(options.settings),
        "replications": len(found.seeds),
        "seeds": list(found.seeds),
        "interval": LEVEL,
        "followed_areas": found.followed,
        "outcomes": [
            {
                "scope": found.scope_of(outcome),
                "id": outcome.id,
                "unit": outcome.unit,
                "label": outcome.label._asdict(),
                "level": {name: estimated(found.level(outcome, at)) for at, name in enumerate(found.scenarios)},
                "difference": {found.scenarios[at]: estimated(found.difference(outcome, at)) for at in others},
            }
            for outcome in HEADLINE
        ],
        "areas": [
            {
                "municipality": change.municipality,
                "area": change.area,
                "scenario": change.scenario,
                "stigma": estimated(change.stigma),
                "share_outside": estimated(change.outside),
                "listed_baseline": change.listed_before,
                "listed": change.listed,
            }
            for change in found.areas
        ],
    }
