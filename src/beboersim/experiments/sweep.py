"""A sweep: all runs of an experiment, in a folder that can be left at any moment and continued.

The runs are done chunk by chunk; each chunk is a part in the folder (see `parts`). What is there already is not run
again. The process that holds the folder's lock writes, and nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from beboersim.errors import InputError
from beboersim.experiments import parts
from beboersim.experiments.chunks import Chunk, chunk_size, chunked
from beboersim.experiments.experiment import Experiment, PlannedRun
from beboersim.experiments.pool import Heard, in_processes
from beboersim.experiments.provenance import data_version, package_version

if TYPE_CHECKING:
    import pyarrow as pa

Executor = Literal["processes", "dask"]
Shard = tuple[int, int]
LONG = 20.0  # seconds beside which starting a worker does not weigh


class State(NamedTuple):
    """How far a sweep is: runs done and failed, of how many, and seconds since it began. `fresh` were run now."""

    done: int
    failed: int
    total: int
    fresh: int
    seconds: float

    @property
    def left(self) -> float | None:
        """Seconds until the end at the present pace, or None before anything is known."""
        rest = self.total - self.done - self.failed
        return rest * self.seconds / self.fresh if self.fresh else None


@dataclass(frozen=True)
class How:
    """How a sweep is carried out. Nothing here decides a result."""

    workers: int = 1
    executor: Executor = "processes"
    scheduler: str | None = None
    shard: Shard | None = None
    limit: int | None = None
    again: bool = False


class Ended(NamedTuple):
    """What a sweep came to: the state, and what its folder held before."""

    state: State
    settled: parts.Settled
    replications: int
    reached: bool | None


class Measured(NamedTuple):
    """What a dry run found: runs in all and left, seconds and bytes of one, and what is expected of all."""

    total: int
    left: int
    seconds_a_run: float | None
    bytes_a_run: int | None
    seconds: float | None
    bytes: int | None


def size_of_chunks(experiment: Experiment, runs: int) -> int:
    """Return how many runs of an experiment are done together."""
    from beboersim.evidence.municipalities import municipality

    months = (experiment.until.year - experiment.start.year) * 12 + experiment.until.month - experiment.start.month
    persons = max(
        sum(municipality(name).population(experiment.start.year) for name in places) for places in experiment.places
    )
    return chunk_size(runs, persons * experiment.scale, months)


def chunks_of(experiment: Experiment, runs: Sequence[PlannedRun], first: int = 0) -> list[Chunk]:
    """Return runs as chunks, the same ones every time."""
    return list(chunked(runs, size_of_chunks(experiment, len(runs)), experiment.path, first))


def left_to_do(chunks: Sequence[Chunk], there: set[str], how: How) -> list[Chunk]:
    """Return the chunks of a shard without the runs that are there, and no more runs than the limit."""
    found, room = [], how.limit
    for number, chunk in enumerate(chunks):
        if how.shard is not None and number % how.shard[1] != how.shard[0] - 1:
            continue
        runs = tuple(run for run in chunk.runs if run.run_id not in there)
        if room is not None:
            runs, room = runs[:room], room - min(room, len(runs))
        if runs:
            found.append(chunk._replace(runs=runs))
    return found


def sweep(
    experiment: Experiment,
    folder: Path,
    how: How,
    tell: Callable[[State], None] = lambda _: None,
    warn: Callable[[parts.Settled], None] = lambda _: None,
    command: Sequence[str] | None = None,
) -> Ended:
    """Run what is missing of an experiment.

    Parameters
    ----------
    tell
        Hears of the state whenever it changes.
    warn
        Hears what the folder held, before anything is run.

    Raises
    ------
    InputError
        If the folder holds something else, or another sweep is at work in it.
    OSError
        If the folder cannot be written to, as on a full disk. What is there stays good.
    """
    if experiment.stop is not None and how.shard is not None:
        raise InputError("--shard is not for an experiment with [stop]: when to stop is seen only by who has all runs.")
    parts.check_folder(folder, experiment.id)
    began = perf_counter()
    with parts.locked(folder, how.shard) as lock:
        wanted = experiment.planned(experiment.stop.at_most if experiment.stop else None)
        ids = {run.run_id for run in wanted}
        if lock.alone:
            now = f"{package_version()} (data {data_version()})"
            settled = parts.settle(folder, ids, now, how.again)
            _write_about(experiment, folder, command)
        else:
            there = {one for part in parts.parts(folder) for one in part.ids}
            settled = parts.Settled(there & ids, 0, 0, ())
        if how.shard is not None:
            lock.share()
        warn(settled)
        replications, first = experiment.replications, 0
        done, limit, reached = set(settled.ids), how.limit, None
        count = parts.counted(folder, ids)
        state = State(count["done"], count["failed"], len(experiment.planned()), 0, 0.0)
        while True:
            runs = experiment.planned(replications)
            state = state._replace(total=len(runs))
            chunks = chunks_of(experiment, runs[first:], first)
            todo = left_to_do(chunks, done, How(shard=how.shard, limit=limit))
            before = state.fresh
            tell(state)
            for heard in _executed(todo, how):
                if heard.payload is not None:
                    parts.commit(folder, heard.payload)
                    fresh = state.fresh + heard.payload.done + heard.payload.failed
                    state = State(
                        state.done + heard.payload.done, state.failed + heard.payload.failed, len(runs), fresh,
                        perf_counter() - began,
                    )  # fmt: skip
                    tell(state)
            done |= {run.run_id for chunk in todo for run in chunk.runs}
            limit = None if limit is None else limit - (state.fresh - before)
            stop = experiment.stop
            if stop is None or limit == 0 or not {run.run_id for run in runs} <= done:
                break
            reached = _precise(experiment, folder, replications)
            if reached or replications >= stop.at_most:
                break
            first, replications = len(runs), min(replications + stop.step, stop.at_most)
        parts.finish(folder)
        return Ended(state, settled, replications, reached)


def _executed(chunks: Sequence[Chunk], how: How) -> Iterator[Heard]:
    if not chunks:
        return iter(())
    if how.executor == "dask":
        from beboersim.experiments.cluster import in_cluster

        return in_cluster(chunks, how.scheduler, how.workers)
    from beboersim.kernel import is_compiled

    return in_processes(chunks, how.workers, is_compiled())


def _precise(experiment: Experiment, folder: Path, replications: int) -> bool:
    """Say whether every difference that [stop] names is known to the half-width wanted."""
    from beboersim.experiments.effects import widest
    from beboersim.experiments.results import Results

    assert experiment.stop is not None
    values = Results(folder).values(replications)
    return all(widest(values, outcome) <= experiment.stop.half_width for outcome in experiment.stop.outcomes)


def _write_about(experiment: Experiment, folder: Path, command: Sequence[str] | None) -> None:
    """Write what decided the results beside them: the experiment's text, its design and the provenance."""
    from beboersim.experiments.chunks import as_parquet
    from beboersim.experiments.provenance import sweep_provenance

    parts.write_aside(folder / parts.EXPERIMENT, experiment.text.encode())
    parts.write_aside(folder / parts.DESIGN, as_parquet(design_table(experiment)))
    parts.write_json(folder / "provenance.json", sweep_provenance(experiment, command))


def design_table(experiment: Experiment) -> pa.Table:
    """Return the design: a row a point, scenario and preset, with each factor's value and place in the unit cube."""
    import pyarrow as pa

    factors = experiment.design.factors if experiment.design else ()
    units = experiment.points.units
    rows: list[dict[str, Any]] = []
    for number, base, policy, future in experiment.rows:
        point = experiment.points.rows[number]
        row: dict[str, Any] = {"point": number, "base": base, "preset": future.preset, "policy": policy.label,
                               "future": future.label}  # fmt: skip
        row |= {factor.name: point.get(factor.name) for factor in factors}
        if units is not None:
            row |= {f"unit.{factor.name}": float(units[number, at]) for at, factor in enumerate(factors)}
        rows.append(row)
    kinds = {"flag": pa.bool_(), "choice": pa.string(), "integer": pa.int64()}
    fields = [("point", pa.int64()), *((name, pa.string()) for name in ("base", "preset", "policy", "future"))]
    fields += [(factor.name, kinds.get(factor.type, pa.float64())) for factor in factors]
    if units is not None:
        fields += [(f"unit.{factor.name}", pa.float64()) for factor in factors]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))


def status(experiment: Experiment, folder: Path) -> dict[str, int]:
    """Return how many runs are done, have failed, and there are in all; nothing is changed.

    With [stop] there are as many seeds as were begun.
    """
    replications = experiment.replications
    if experiment.stop is not None:
        there = {one for part in parts.parts(folder) for one in part.ids}
        begun = [run.spec.seed for run in experiment.planned(experiment.stop.at_most) if run.run_id in there]
        replications = max([replications, *(seed - experiment.seed + 1 for seed in begun)])
    return parts.counted(folder, {run.run_id for run in experiment.planned(replications)})


def dry_run(experiment: Experiment, folder: Path | None, workers: int) -> Measured:
    """Run one of the missing runs, keep nothing, and say what all of them will take."""
    from beboersim.kernel import is_compiled

    runs = experiment.planned()
    there = {one for part in parts.parts(folder) for one in part.ids} if folder is not None else set()
    missing = tuple(run for run in runs if run.run_id not in there)
    was_compiled = is_compiled()
    if not missing:
        return Measured(len(runs), 0, None, None, 0.0, 0)
    chunks = [Chunk(number, missing[:1], experiment.path) for number in range(2)]
    began, seconds, size = perf_counter(), 0.0, 0
    for heard in in_processes(chunks, 1, was_compiled):
        if heard.payload is not None:
            # The first has loaded the model, or compiled it: where that weighs, the second is a run's time.
            began, seconds = perf_counter(), perf_counter() - began
            size = len(heard.payload.runs) + len(heard.payload.areas) + len(heard.payload.towns)
            if was_compiled and seconds > LONG:
                break
    each = seconds / min(workers, len(missing))
    return Measured(len(runs), len(missing), seconds, size, each * len(missing), size * len(missing))


def run_alone(experiment: Experiment, run_id: str) -> float:
    """Run one run of an experiment here, in this process, as it was run; return its seconds. It raises as it raised."""
    from beboersim.experiments.runs import execute

    most = experiment.stop.at_most if experiment.stop else None
    for run in experiment.planned(most):
        if run.run_id == run_id:
            return execute(run.spec).wall_seconds
    raise InputError(
        f"--only {run_id} is not a run of {experiment.path} with this version of the package. "
        "`beboersim sweep ... --status` and runs.parquet tell which are."
    )
