"""The command, with the real town: killed in the middle and given again, it ends with what each run gives alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from beboersim.experiments.chunks import as_parquet
from beboersim.experiments.experiment import Experiment
from beboersim.experiments.results import open_results
from beboersim.experiments.runs import execute
from beboersim.experiments.store import areas_table

SOURCES = str(Path(__file__).parent.parent.parent / "src")
TEXT = """
[experiment]
name = { en = "A tiny town", da = "En lillebitte by" }
places = ["Svendborg"]
from = 2015-01-01
until = 2016-01-01
scale = 0.02
replications = 4
scenarios = ["law", "no-public-list"]
"""


def command(path: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "beboersim", "sweep", str(path), "--workers", "2", *more], text=True,
        env={**os.environ, "PYTHONPATH": SOURCES}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_a_sweep_of_a_town_that_was_killed_ends_with_what_each_run_gives_alone(tmp_path: Path) -> None:
    path, folder = tmp_path / "tiny.toml", tmp_path / "out"
    path.write_text(TEXT, encoding="utf-8")
    first = command(path, "--out", str(folder), "--quiet")
    until = time.monotonic() + 600  # kernels may have to be compiled
    while not list((folder / "runs").glob("part-*.parquet")):
        assert time.monotonic() < until
        assert first.poll() is None, first.communicate()
        time.sleep(0.02)
    first.kill()
    first.communicate()
    second = command(path, "--out", str(folder), "--json")
    out, err = second.communicate(timeout=600)
    assert second.returncode == 0, err
    assert json.loads(out) | {"out": ""} == {
        "out": "", "done": 8, "failed": 0, "total": 8, "replications": 4, "half_width_reached": None,
    }  # fmt: skip
    assert "8 of 8 runs, 0 failed" in err or "0 left to run" in err
    experiment = Experiment.load(path)
    results = open_results(folder)
    assert len(results.runs) == 8
    run = experiment.planned()[3]
    alone = pq.read_table(BytesIO(as_parquet(areas_table(execute(run.spec)))))
    stored = pl.read_parquet(folder / "areas" / "part-*.parquet").filter(pl.col("run_id") == run.run_id)
    assert pl.DataFrame(alone).equals(stored)
    # Nobody was listed by the scenario: the name fades, and the people are the same.
    rows = {row["outcome"]: row for row in results.effects().to_dict("records")}
    assert rows["listed.stigma"]["effect"] < 0
    assert rows["listed.stigma"]["n"] == 4


def test_a_dry_run_keeps_nothing_and_says_what_all_will_take(tmp_path: Path) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(TEXT, encoding="utf-8")
    process = command(path, "--dry-run", "--json", "--quiet")
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    found = json.loads(out)
    assert (found["total"], found["left"]) == (8, 8)
    assert found["bytes"] == 8 * found["bytes_a_run"] > 0
    assert found["seconds"] == 4 * found["seconds_a_run"] > 0
    assert [one.name for one in tmp_path.iterdir()] == ["tiny.toml"]
