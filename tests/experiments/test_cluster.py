"""The same sweep on a dask cluster: a scheduler and workers in processes of their own, and workers that are lost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import fake_sweep as fake
import psutil
import pytest

from beboersim.errors import InputError
from beboersim.experiments import cluster
from beboersim.experiments.chunks import Chunk, Payload, do_chunk
from beboersim.experiments.experiment import Experiment
from beboersim.experiments.sweep import How, sweep
from fake_town import in_fake_town

pytest.importorskip("distributed")


def chunk_there(chunk: Chunk) -> Payload:
    """Do a chunk in the fake town, on a worker of a cluster."""
    time.sleep(0.2)
    assert "mesa" not in sys.modules
    with in_fake_town():
        return do_chunk(chunk)


@pytest.fixture(name="experiment")
def on_a_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Experiment:
    monkeypatch.setattr(cluster, "do_chunk_there", chunk_there)
    return fake.small_experiment(tmp_path)


@pytest.fixture(name="started")
def scheduler_and_two_workers(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """What a shell starts: `dask scheduler` and twice `dask worker`."""
    file = tmp_path / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": fake.PATHS, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "2"}

    def start(*words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *words, "--scheduler-file", str(file)], env=environment, cwd=tmp_path,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    scheduler = start("scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1")
    # Without a nanny: what is killed is the worker.
    workers = [start("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard") for _ in range(2)]
    try:
        until = time.monotonic() + 60
        while not file.exists():
            assert time.monotonic() < until
            time.sleep(0.1)
        import json

        yield json.loads(file.read_text(encoding="utf-8"))["address"], workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


@pytest.mark.filterwarnings("ignore")  # of dask, as workers go
def test_a_scheduler_and_workers_give_the_rows_of_this_machine_though_a_worker_is_killed(
    experiment: Experiment, started: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    address, workers = started
    told: list[int] = []

    def tell(state: object) -> None:
        told.append(state.done)  # type: ignore[attr-defined]
        if state.done == 3:  # type: ignore[attr-defined]
            workers[0].kill()

    ended = sweep(experiment, tmp_path / "there", How(executor="dask", scheduler=address), tell)
    assert (ended.state.done, ended.state.failed) == (fake.RUNS, 0)
    assert workers[0].wait(10) != 0
    fake.fake_sweep(experiment, tmp_path / "here", How())
    assert fake.the_same(fake.tables(tmp_path / "there"), fake.tables(tmp_path / "here"))


@pytest.mark.filterwarnings("ignore")
def test_without_an_address_the_cluster_is_of_this_machine_and_ends_with_the_sweep(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", fake.PATHS)
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    ended = sweep(experiment, tmp_path / "out", How(workers=2, executor="dask", limit=4))
    assert (ended.state.done, ended.state.failed) == (4, 0)
    left = [one for one in psutil.Process().children(recursive=True) if one.pid not in before]
    alive = psutil.wait_procs(left, timeout=20)[1]
    assert not [one for one in alive if "resource_tracker" not in "".join(one.cmdline())]


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_does_not_answer_is_said(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(InputError, match="no dask scheduler answers there"):
        sweep(experiment, tmp_path / "out", How(executor="dask", scheduler="tcp://127.0.0.1:9"))
