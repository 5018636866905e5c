"""A small sweep of the fake town in processes of their own: what a test starts, kills and starts again.

Run as a program it is `sweep` with the fake town in its workers: fake_sweep.py EXPERIMENT OUT SECONDS [how=value].
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from beboersim.experiments import sweep as sweeping
from beboersim.experiments.chunks import Chunk, Payload, do_chunk
from beboersim.experiments.experiment import Experiment
from beboersim.experiments.pool import Heard, in_processes
from beboersim.experiments.sweep import How
from beboersim.policy.scenario import Change
from beboersim.policy.where import EVERYWHERE
from fake_town import in_fake_town

HERE = Path(__file__).parent
PATHS = os.pathsep.join([str(HERE.parent), str(HERE), str(HERE.parent.parent / "src")])  # for its processes
TEXT = """
[experiment]
name = { en = "A small sweep", da = "Et lille sweep" }
places = ["Aarhus", "Odense"]
from = 2015-01-01
until = 2016-01-01
scale = 0.01
replications = 3
scenarios = ["law", "no-public-list"]
presets = ["central", "null"]
"""
RUNS = 12

WAIT = "FAKE_SWEEP_SECONDS"  # how long a chunk takes
DEADLY = "FAKE_SWEEP_DEADLY"  # a seed that ends its process, as too little memory would
BROKEN = "FAKE_SWEEP_BROKEN"  # a seed whose run raises


def small_experiment(folder: Path) -> Experiment:
    """Write the small sweep into a folder and return it."""
    path = folder / "small.toml"
    path.write_text(TEXT, encoding="utf-8")
    return Experiment.load(path)


def tables(folder: Path) -> dict[str, pl.DataFrame]:
    """The three tables of a folder of results, without what the clock said."""
    runs = pl.read_parquet(folder / "runs.parquet")
    return {
        "runs": runs.drop([name for name in runs.columns if name.startswith("wall_")]),
        "areas": pl.read_parquet(folder / "areas" / "part-*.parquet").sort("run_id", "date", "municipality", "area"),
        "towns": pl.read_parquet(folder / "towns" / "part-*.parquet").sort("run_id", "date", "municipality"),
    }


def the_same(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> bool:
    """Say whether two sweeps ended with the same rows."""
    return all(one[name].equals(other[name]) for name in ("runs", "areas", "towns"))


def broken(chunk: Chunk) -> Chunk:
    """Return a chunk whose runs on a seed raise, if the test wants that: a change before the run begins."""
    early = Change({"list.public": 0.0}, date(1990, 1, 1), None, EVERYWHERE, "", 1)
    runs = (
        run._replace(spec=replace(run.spec, scenario=replace(run.spec.scenario, changes=(early,))))
        if str(run.spec.seed) == os.environ.get(BROKEN)
        else run
        for run in chunk.runs
    )
    return chunk._replace(runs=tuple(runs))


def chunk_in_fake_town(chunk: Chunk, told: Callable[[str], None]) -> Payload:
    """Do a chunk in the fake town."""
    time.sleep(float(os.environ.get(WAIT, "0")))
    assert os.environ["NUMBA_NUM_THREADS"] == "1"
    seed_of = {run.run_id: str(run.spec.seed) for run in chunk.runs}

    def heard(run_id: str) -> None:
        told(run_id)
        if seed_of[run_id] == os.environ.get(DEADLY) and run_id not in chunk.given_up:
            time.sleep(0.2)  # what was told is on its way
            os._exit(9)

    with in_fake_town():
        payload = do_chunk(broken(chunk), heard)
    assert "mesa" not in sys.modules
    return payload


def here(chunks: Sequence[Chunk], *_: object) -> Iterator[Heard]:
    """Do chunks in this process: for tests of what is written and not of who computes it."""
    for chunk in chunks:
        with in_fake_town():
            yield Heard(payload=do_chunk(broken(chunk)))


def fake_sweep(experiment: Experiment, folder: Path, how: How, processes: bool = False) -> sweeping.Ended:
    """Sweep with the fake town."""
    whole = sweeping.in_processes
    sweeping.in_processes = partial(in_processes, work=chunk_in_fake_town) if processes else here  # type: ignore[assignment]
    try:
        return sweeping.sweep(experiment, folder, how, command=["beboersim", "sweep"])
    finally:
        sweeping.in_processes = whole


if __name__ == "__main__":
    os.environ[WAIT] = sys.argv[3]
    fake_sweep(Experiment.load(sys.argv[1]), Path(sys.argv[2]), How(workers=2), processes=True)
