"""One run, from what decides it to what it recorded; and many runs, in one process or several."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.experiments.past import begun
from beboersim.experiments.provenance import data_version, file_hash, package_version
from beboersim.outcomes.counts import FLOWS, NAMES, WHOLE
from beboersim.outcomes.metrics import municipality_metrics, sums_over

if TYPE_CHECKING:
    from beboersim.experiments.options import RunOptions
    from beboersim.month.recording import Record
    from beboersim.policy.catalogue import Preset, Value
    from beboersim.policy.plan import Plan
    from beboersim.policy.scenario import Scenario

Floats = NDArray[np.float64]
Progress = Callable[[date], None]

CODES = {"none": 0, "forebyggelse": 1, "udsat": 2, "ghetto": 3, "parallelsamfund": 3, "hard_ghetto": 4,
         "omdannelsesomraade": 4}  # fmt: skip
CHUNK = 12  # months whose metrics are computed at once: a long run of a large town then needs little memory


@dataclass(frozen=True)
class RunSpec:
    """All that decides the result of one run."""

    scenario: Scenario
    places: tuple[str, ...]
    start: date
    until: date
    seed: int
    scale: float = 1.0
    preset: Preset = "central"
    settings: tuple[tuple[str, Value], ...] = ()
    areas: Path | None = None
    cohorts: tuple[date, ...] = ()

    def plan(self) -> Plan:
        """Return what holds in this run."""
        from beboersim.policy.plan import Plan

        return Plan(self.scenario, self.preset, dict(self.settings), self.start, self.until)


def run_id(spec: RunSpec) -> str:
    """Return 16 hex digits over all that decides the result, versions of package and data included.

    A scenario is what its changes say, and its name; comments in its file do not count.
    """
    decides = {
        "version": package_version(),
        "data": data_version(),
        "scenario": spec.scenario.id,
        "changes": [
            (lever, _number(value), str(start), str(until), str(where))
            for lever, value, start, until, where in spec.scenario.rows()
        ],
        "places": spec.places,
        "start": str(spec.start),
        "until": str(spec.until),
        "seed": spec.seed,
        "scale": float(spec.scale),
        "preset": spec.preset,
        "settings": sorted((name, _number(value)) for name, value in spec.settings),
        "areas": None if spec.areas is None else file_hash(spec.areas),
        "cohorts": [str(day) for day in spec.cohorts],
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]


def _number(value: Value) -> Value:
    """Write 1 and 1.0 alike."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@dataclass(frozen=True)
class History:
    """The areas of a town over time: counts and status codes have dates and then areas as axes."""

    dates: tuple[date, ...]
    names: tuple[str, ...]
    municipalities: tuple[str, ...]
    kinds: tuple[str, ...]
    counts: Mapping[str, Floats]
    status: NDArray[np.int64]
    words: NDArray[np.str_]

    @property
    def towns(self) -> tuple[str, ...]:
        """The municipalities, in alphabetical order."""
        return tuple(sorted(set(self.municipalities)))

    @property
    def groups(self) -> NDArray[np.int64]:
        """Each area's municipality, as its number among `towns`."""
        return np.array([self.towns.index(name) for name in self.municipalities], np.int64)

    def with_status(self) -> dict[str, NDArray[Any]]:
        """Return the counts and the status codes, as the metrics of a municipality want them."""
        return {**self.counts, "status": self.status}


class Towns(NamedTuple):
    """The municipalities of a town over time: columns have dates and then municipalities as axes."""

    dates: tuple[date, ...]
    names: tuple[str, ...]
    columns: dict[str, Floats]


class RunResult(NamedTuple):
    """What one run gave."""

    spec: RunSpec
    run_id: str
    yearly: History
    monthly: Towns
    wall_seconds: float


def _status(record: Record, plan: Plan | None) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
    """Return a record's status as codes and as the words of the list in force."""
    given = np.asarray(record.status)
    if not np.issubdtype(given.dtype, np.integer):
        words = given.astype(np.str_)
        return np.array([max(CODES[part] for part in word.split("+")) for word in words], np.int64), words
    from beboersim.law.lists import load_rules, rules_on
    from beboersim.policy.plan import Places

    codes = given.astype(np.int64)
    in_force = rules_on(record.date)
    if plan is not None:
        places = Places(tuple(record.names), tuple(record.municipalities), codes)
        in_force = str(plan.levers_on(record.date, places)["list.rules"])
    if load_rules(in_force).points is not None:  # a municipality's own categories are no status of the law
        return codes, np.asarray(record.status_words, np.str_)
    # A status may outlive the rules that gave it by some months: then the law's last words for it hold.
    says = {0: "none"}
    for name in ("2010", "2014", "2018", "2021", in_force):
        says |= {tier.status: tier.listed_as for tier in load_rules(name).tiers}
    return codes, np.array([says[int(code)] for code in codes], np.str_)


def history(records: Sequence[Record], plan: Plan | None = None) -> History:
    """Put records one after the other. A count that a record lacks is NaN, and so are the first record's flows.

    Where records hold status codes, the plan says which list's words they are.
    """
    first = records[0]
    shape = (len(records), len(first.names))
    counts = {name: np.full(shape, np.nan) for name in NAMES}
    for row, record in enumerate(records):
        for name in NAMES:
            if name in record.counts and (row > 0 or name not in FLOWS):
                counts[name][row] = record.counts[name]
    statuses = [_status(record, plan) for record in records]
    return History(
        dates=tuple(record.date for record in records),
        names=tuple(first.names),
        municipalities=tuple(first.municipalities),
        kinds=tuple(str(kind) for kind in first.kinds),
        counts=counts,
        status=np.stack([codes for codes, _ in statuses]),
        words=np.stack([words for _, words in statuses]),
    )


def towns(records: Sequence[Record], plan: Plan | None = None) -> Towns:
    """Compute the metrics and sums of each municipality, month by month."""
    parts: list[dict[str, Floats]] = []
    for begin in range(0, len(records), CHUNK):
        # The record before comes along, because the first one of a history has no flows.
        part = history(records[max(begin - 1, 0) : begin + CHUNK], plan)
        counts, drop = part.with_status(), min(begin, 1)
        found = municipality_metrics(counts, part.groups, months=1) | sums_over(counts, part.groups)
        parts.append({name: column[drop:] for name, column in found.items()})
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Towns(tuple(record.date for record in records), part.towns, columns)


def execute(spec: RunSpec, progress: Progress | None = None) -> RunResult:
    """Run a town from start to end; `progress` hears of every 1 January."""
    began, plan = perf_counter(), spec.plan()
    town = begun(spec, plan)
    for day in januaries(spec.start, spec.until):
        town.run(day)
        if progress is not None:
            progress(day)
    town.run(spec.until)
    yearly, monthly = history(town.yearly, plan), towns(town.monthly, plan)
    for counts in (yearly.counts, monthly.columns):
        check_whole(counts)
    return RunResult(spec, run_id(spec), yearly, monthly, perf_counter() - began)


def check_whole(counts: Mapping[str, Floats]) -> None:
    """Raise ValueError if a count that should be whole is not."""
    names = [name for name in counts if name in WHOLE]
    values = np.stack([counts[name] for name in names])
    wrong = np.argwhere(np.isfinite(values) & (values != np.rint(values)))
    if len(wrong):
        raise ValueError(f"{names[wrong[0][0]]} is a count and is not whole: {values[tuple(wrong[0])]}")


def januaries(start: date, until: date) -> Iterator[date]:
    """Yield each 1 January after the start, up to and with the end."""
    for year in range(start.year + 1, until.year + 1):
        yield date(year, 1, 1)


def specs_of(options: RunOptions, cohorts: tuple[date, ...]) -> list[RunSpec]:
    """Return the runs asked for: every scenario with seeds S, S+1, ..., scenario by scenario."""
    return [
        RunSpec(
            scenario=scenario,
            places=options.places,
            start=options.start,
            until=options.until,
            seed=seed,
            scale=options.scale,
            preset=options.preset,
            settings=tuple(sorted(options.settings.items())),
            areas=options.areas,
            cohorts=cohorts,
        )
        for scenario in options.scenarios
        for seed in range(options.seed, options.seed + options.replications)
    ]


def execute_all(
    specs: Sequence[RunSpec], workers: int = 1, progress: Callable[[], None] | None = None
) -> list[RunResult]:
    """Run them all, seed by seed; return them in the order given. `progress` hears of every year run here.

    With several workers it hears of all years of a run when that run is done.
    """

    def tick(_: date) -> None:
        if progress is not None:
            progress()

    # Runs of one seed share their past (see `past`), so they follow each other.
    order = sorted(range(len(specs)), key=lambda at: specs[at].seed)
    asked = [specs[at] for at in order]
    results = _in_turn(asked, tick) if workers <= 1 or len(specs) <= 1 else _side_by_side(asked, workers, tick)
    return [result for _, result in sorted(zip(order, results, strict=True), key=lambda pair: pair[0])]


def _in_turn(specs: Sequence[RunSpec], tick: Progress) -> list[RunResult]:
    return [execute(spec, tick) for spec in specs]


def _side_by_side(specs: Sequence[RunSpec], workers: int, tick: Progress) -> list[RunResult]:
    from beboersim.kernel import is_compiled

    # Kernels are compiled once, here, and not by every worker at the same time.
    first = [] if is_compiled() else _in_turn(specs[:1], tick)
    return first + _in_processes(specs[len(first) :], workers, tick)


def _in_processes(specs: Sequence[RunSpec], workers: int, tick: Progress) -> list[RunResult]:
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    with ProcessPoolExecutor(min(workers, len(specs)), get_context("spawn"), begin_worker) as pool:
        waiting = {pool.submit(execute, spec): at for at, spec in enumerate(specs)}
        found: dict[int, RunResult] = {}
        try:
            for done in as_completed(waiting):
                result = done.result()
                found[waiting[done]] = result
                for day in januaries(result.spec.start, result.spec.until):
                    tick(day)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [found[at] for at in range(len(specs))]


def begin_worker() -> None:
    """Use one thread, and stop when the parent is gone."""
    import threading
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    # Read when numba is first imported, which is after this.
    os.environ["NUMBA_NUM_THREADS"] = "1"
    parent = parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def stop_when_alone() -> None:
            wait([sentinel])
            os._exit(1)

        threading.Thread(target=stop_when_alone, daemon=True).start()
