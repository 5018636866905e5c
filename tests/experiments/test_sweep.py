"""A sweep that is killed, cut off or damaged, and started again, ends with the rows of one that was left in peace."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import fake_sweep as fake
import polars as pl
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from fake_sweep import PATHS, RUNS, TEXT, fake_sweep, small_experiment, tables, the_same

from beboersim.cli import main
from beboersim.errors import InputError
from beboersim.experiments import chunks, parts
from beboersim.experiments.chunks import Chunk
from beboersim.experiments.experiment import Experiment
from beboersim.experiments.sweep import Ended, How, chunks_of, left_to_do, status


@pytest.fixture(name="experiment")
def in_a_folder(tmp_path: Path) -> Experiment:
    return small_experiment(tmp_path)


@pytest.fixture(name="peace", scope="module")
def left_in_peace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("peace")
    ended = fake_sweep(small_experiment(folder), folder / "out", How())
    assert (ended.state.done, ended.state.failed) == (RUNS, 0)
    return folder / "out"


@pytest.fixture(name="undisturbed", scope="module")
def its_tables(peace: Path) -> dict[str, pl.DataFrame]:
    return tables(peace)


def started(experiment: Experiment, folder: Path, seconds: float = 0.3) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, fake.__file__, experiment.path, str(folder), str(seconds)],
        env={**os.environ, "PYTHONPATH": PATHS}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def number_of_parts(folder: Path) -> int:
    return len(list((folder / "runs").glob("part-*.parquet")))


def wait_for(met: Callable[[], bool], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.01)


@pytest.fixture(name="halfway")
def a_sweep_halfway(experiment: Experiment, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    folder = tmp_path / "out"
    process = started(experiment, folder)
    wait_for(lambda: number_of_parts(folder) >= 3)
    yield process, folder
    process.kill()
    process.wait()


@pytest.mark.parametrize("killed", ["parent", "worker", "both"])
def test_a_sweep_that_was_killed_ends_with_the_same_rows(
    killed: str, experiment: Experiment, halfway: tuple[subprocess.Popen[bytes], Path],
    undisturbed: dict[str, pl.DataFrame],
) -> None:  # fmt: skip
    process, folder = halfway
    workers = [child for child in psutil.Process(process.pid).children(recursive=True) if "spawn_main" in "".join(
        child.cmdline())]  # fmt: skip
    assert workers
    if killed != "worker":
        process.kill()
    if killed != "parent":
        workers[0].kill()
    if killed == "worker":
        # The parent replaces the worker and goes on to the end.
        assert process.wait(60) == 0
        assert number_of_parts(folder) == len(chunks_of(experiment, experiment.planned()))
    else:
        process.wait(60)
        _, alive = psutil.wait_procs(workers, timeout=20)
        assert not alive, "a worker outlived its parent"
        before = number_of_parts(folder)
        assert 3 <= before < len(chunks_of(experiment, experiment.planned()))
        time.sleep(0.5)
        assert number_of_parts(folder) == before
        ended = fake_sweep(experiment, folder, How())
        assert ended.state.fresh == RUNS - before
    assert the_same(tables(folder), undisturbed)


def test_what_is_there_is_not_run_again(experiment: Experiment, tmp_path: Path) -> None:
    first = fake_sweep(experiment, tmp_path / "out", How(workers=1, limit=5))
    assert (first.state.done, first.state.fresh) == (5, 5)
    assert status(experiment, tmp_path / "out") == {"done": 5, "failed": 0, "total": RUNS}
    second = fake_sweep(experiment, tmp_path / "out", How(workers=1))
    assert (second.state.done, second.state.fresh) == (RUNS, RUNS - 5)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda content: content[: len(content) // 2],
    "emptied": lambda _: b"",
    "one bit wrong": lambda content: content[:600] + bytes([content[600] ^ 4]) + content[601:],
    "gone": lambda _: b"gone",
}


@pytest.mark.parametrize("table", ["runs", "areas", "towns"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_part_is_found_and_run_again(
    damage: str, table: str, experiment: Experiment, tmp_path: Path, peace: Path, undisturbed: dict[str, pl.DataFrame]
) -> None:
    folder = Path(shutil.copytree(peace, tmp_path / "out"))
    chosen = sorted((folder / table).glob("part-*.parquet"))[2]
    held = len(parts.read_part(folder, chosen.stem).ids)  # type: ignore[union-attr]
    content = DAMAGES[damage](chosen.read_bytes())
    chosen.unlink() if content == b"gone" else chosen.write_bytes(content)
    ended = fake_sweep(experiment, folder, How(workers=1))
    # A table of runs that is gone leaves a part that never was.
    assert ended.settled.damaged == (0 if (damage, table) == ("gone", "runs") else 1)
    assert ended.state.fresh == held
    assert the_same(tables(folder), undisturbed)


def test_what_was_written_half_is_no_part(
    experiment: Experiment, tmp_path: Path, undisturbed: dict[str, pl.DataFrame]
) -> None:
    folder = tmp_path / "out"
    fake_sweep(experiment, folder, How(workers=1, limit=8))
    (folder / "areas" / ".beboersim-part-0000020-abc.parquet-1").write_bytes(b"half")
    (folder / "areas" / "part-0000099-00000000.parquet").write_bytes(b"areas without their runs")
    fake_sweep(experiment, folder, How(workers=2))
    assert the_same(tables(folder), undisturbed)
    assert not list(folder.rglob(".beboersim-*"))


def test_a_full_disk_is_said_and_the_sweep_goes_on_when_there_is_room(
    experiment: Experiment, tmp_path: Path, undisturbed: dict[str, pl.DataFrame]
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=800k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a disk of its own cannot be mounted here")
    try:
        with pytest.raises(OSError, match="No space left"):
            fake_sweep(experiment, disk / "out", How(workers=2))
        assert not list((disk / "out").rglob(".beboersim-*"))
        assert 0 < number_of_parts(disk / "out") < len(chunks_of(experiment, experiment.planned()))
        subprocess.run(["mount", "-o", "remount,size=50m", str(disk)], check=True)
        fake_sweep(experiment, disk / "out", How(workers=2))
        assert the_same(tables(disk / "out"), undisturbed)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_run_that_raises_becomes_a_row_with_the_command_that_repeats_it(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    monkeypatch.setenv(fake.BROKEN, "2")
    ended = fake_sweep(experiment, folder, How(workers=2))
    assert (ended.state.done, ended.state.failed) == (RUNS - 4, 4)
    failed = pl.read_parquet(folder / "runs.parquet").filter(pl.col("status") == "failed")
    row = failed.row(0, named=True)
    assert row["message"].startswith("InputError: ")
    assert "Traceback" in row["traceback"]
    assert row["command"] == f"beboersim --debug sweep {experiment.path} --only {row['run_id']}"
    areas = pl.read_parquet(folder / "areas" / "part-*.parquet")
    assert not set(failed["run_id"]) & set(areas["run_id"])
    monkeypatch.delenv(fake.BROKEN)
    assert fake_sweep(experiment, folder, How(workers=2)).state.fresh == 0
    again = fake_sweep(experiment, folder, How(workers=2, again=True)).state
    assert (again.done, again.failed, again.fresh) == (RUNS, 0, 4)


def test_a_run_that_ends_its_process_is_given_up_and_the_rest_goes_on(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(fake.DEADLY, "3")
    fewer = changed(experiment, ('["central", "null"]', '["central"]'), ('["law", "no-public-list"]', '["law"]'))
    ended = fake_sweep(fewer, tmp_path / "out", How(workers=2), processes=True)
    assert (ended.state.done, ended.state.failed) == (2, 1)
    failed = pl.read_parquet(tmp_path / "out" / "runs.parquet").filter(pl.col("status") == "failed")
    assert set(failed["seed"]) == {3}
    assert set(failed["message"].str.contains("exit code 9, 3 times")) == {True}


def changed(experiment: Experiment, *pairs: tuple[str, str]) -> Experiment:
    text = TEXT
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    Path(experiment.path).write_text(text, encoding="utf-8")
    return Experiment.load(experiment.path)


def test_a_changed_experiment_keeps_what_still_belongs_and_takes_back_what_belongs_again(
    experiment: Experiment, tmp_path: Path, undisturbed: dict[str, pl.DataFrame]
) -> None:
    folder = tmp_path / "out"
    fake_sweep(experiment, folder, How(workers=2))
    fewer = changed(experiment, ('["central", "null"]', '["central"]'), ("replications = 3", "replications = 4"))
    ended = fake_sweep(fewer, folder, How(workers=2))
    assert (len(ended.settled.ids), ended.settled.set_aside, ended.state.fresh) == (6, 6, 2)
    held = set(pl.read_parquet(folder / "areas" / "part-*.parquet")["run_id"])
    assert held == {run.run_id for run in fewer.planned()}
    again = changed(experiment)
    ended = fake_sweep(again, folder, How(workers=2))
    assert (len(ended.settled.ids), ended.settled.set_aside, ended.state.fresh) == (RUNS, 2, 0)
    assert the_same(tables(folder), undisturbed)


def test_another_version_makes_new_runs_and_says_so(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_sweep(experiment, tmp_path / "out", How(workers=2, limit=4))
    monkeypatch.setattr("beboersim.experiments.runs.data_version", lambda: "other")
    monkeypatch.setattr("beboersim.experiments.sweep.data_version", lambda: "other")
    ended = fake_sweep(Experiment.load(experiment.path), tmp_path / "out", How(workers=2, limit=1))
    assert (len(ended.settled.ids), ended.settled.set_aside) == (0, 4)
    assert len(ended.settled.other_versions) == 1


def test_shards_share_the_runs_and_are_whole_together(
    experiment: Experiment, tmp_path: Path, undisturbed: dict[str, pl.DataFrame]
) -> None:
    every = chunks_of(experiment, experiment.planned())
    held = [left_to_do(every, set(), How(shard=(part, 3))) for part in (1, 2, 3)]
    assert sorted(run.run_id for shard in held for chunk in shard for run in chunk.runs) == sorted(
        run.run_id for run in experiment.planned()
    )
    for part in (2, 3, 1):
        fake_sweep(experiment, tmp_path / "out", How(workers=1, shard=(part, 3)))
    assert the_same(tables(tmp_path / "out"), undisturbed)


def test_two_sweeps_do_not_work_in_one_folder(
    experiment: Experiment, halfway: tuple[subprocess.Popen[bytes], Path]
) -> None:
    _, folder = halfway
    with pytest.raises(InputError, match="another sweep is at work in this folder"):
        fake_sweep(experiment, folder, How(workers=1))


def test_a_shard_and_the_same_shard_do_not_work_at_once_and_two_shards_do(tmp_path: Path) -> None:
    with parts.locked(tmp_path, (1, 2)) as first:
        assert first.alone
        first.share()
        with parts.locked(tmp_path, (2, 2)) as second:
            assert not second.alone
        with pytest.raises(InputError, match="at work on shard 1/2"), parts.locked(tmp_path, (1, 2)):
            pass
        with pytest.raises(InputError, match="another sweep"), parts.locked(tmp_path, None):
            pass
    with parts.locked(tmp_path, None) as whole:
        assert whole.alone


def test_a_folder_that_holds_other_things_is_refused(experiment: Experiment, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.odt").touch()
    with pytest.raises(InputError, match="other files, such as thesis"):
        fake_sweep(experiment, tmp_path / "mine", How())
    other = Path(experiment.path).with_name("other.toml")
    other.write_text(TEXT, encoding="utf-8")
    fake_sweep(experiment, tmp_path / "out", How(limit=1))
    with pytest.raises(InputError, match="holds the sweep small, not other"):
        fake_sweep(Experiment.load(other), tmp_path / "out", How())


def test_chunks_are_smaller_for_larger_towns_and_never_depend_on_the_clock() -> None:
    assert chunks.chunk_size(1000, 2000, 24) == chunks.MOST_RUNS
    assert chunks.chunk_size(1000, 330_000, 192) == 1
    assert chunks.chunk_size(24, 2000, 24) == 2
    assert chunks.chunk_size(12, 2000, 24) == 1


def test_one_run_costs_little_beside_itself(experiment: Experiment) -> None:
    """What a chunk needs to be packed is small: a hundred times the aim of 5 ms still passes on a busy machine."""
    run = experiment.planned()[0]
    with fake.in_fake_town():
        alone = chunks.do_chunk(Chunk(0, (run,), "x"))
    began = time.perf_counter()
    chunks.payload_of("part", *_unpacked(alone))
    assert time.perf_counter() - began < 0.5


def _unpacked(payload: chunks.Payload) -> tuple[pa.Table, pa.Table, pa.Table]:
    runs, areas, towns = (pq.read_table(BytesIO(one)) for one in (payload.runs, payload.areas, payload.towns))
    return runs, areas, towns


def test_status_and_errors_are_told_on_the_command_line(experiment: Experiment, tmp_path: Path) -> None:
    def call(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["sweep", experiment.path, *arguments])
        return result.exit_code, result.output

    folder = str(tmp_path / "out")
    ended: Ended = fake_sweep(experiment, tmp_path / "out", How(limit=3))
    assert ended.state.done == 3
    code, said = call("--out", folder, "--status", "--json")
    assert (code, json.loads(said)) == (0, {"done": 3, "failed": 0, "total": RUNS})
    assert call("--out", folder, "--status", "--lang", "da") == (0, f"3 færdige, 0 fejlet, {RUNS} i alt.\n")
    for wrong, sentence in (
        (("--status",), "no folder is given"),
        (("--out", folder, "--shard", "3/2"), "--shard 3/2 is not among 1/2 to 2/2."),
        (("--out", folder, "--scheduler", "tcp://x:1"), "--scheduler is for --executor dask."),
        (("--only", "0123"), "--only 0123 is not a run"),
        (("--status", "--dry-run", "--out", folder), "are asked one at a time"),
    ):
        code, said = call(*wrong)
        assert (code, sentence in said) == (2, True), said


def test_the_workers_end_with_ctrl_c(experiment: Experiment, halfway: tuple[subprocess.Popen[bytes], Path]) -> None:
    process, _ = halfway
    workers = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    process.wait(30)
    assert not psutil.wait_procs(workers, timeout=20)[1]
