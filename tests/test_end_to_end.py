"""The commands on a real town from end to end: what is printed, what is written, and what a second run changes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from click.testing import CliRunner, Result

from beboersim.cli import main
from beboersim.month.order import MONTH
from beboersim.policy.catalogue import PRESETS
from beboersim.show.words import LANGS, word

TOWN = ("--place", "Svendborg", "--scale", "0.02", "--from", "2015")
YEAR = (*TOWN, "--until", "2016")
TABLES = ("runs.parquet", "areas/part-00000.parquet", "towns/part-00000.parquet")
MOST_SEED = 2**64 - 1


def call(*arguments: object) -> Result:
    result = CliRunner().invoke(main, ["--debug", *map(str, arguments)])
    assert not isinstance(result.exception, Exception), result.exception
    return result


def done(*arguments: object) -> Result:
    result = call(*arguments)
    assert result.exit_code == 0, result.stderr
    return result


def as_seen(folder: Path) -> dict[str, pl.DataFrame]:
    return {name: pl.read_parquet(folder / name) for name in TABLES}


@pytest.fixture(scope="module", name="compared")
def compared_with_one_and_two_workers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One comparison, run in this process and again in two others; the highest seed is among them."""
    top = tmp_path_factory.mktemp("compared")
    for workers in (1, 2):
        done(
            "compare", "law", "no-public-list", *YEAR, "--seed", MOST_SEED - 1, "--replications", 2,
            "--workers", workers, "--out", top / str(workers),
        )  # fmt: skip
    return top / "1", top / "2"


def test_only_what_the_clock_said_differs_between_one_and_two_workers(compared: tuple[Path, Path]) -> None:
    one, two = map(as_seen, compared)
    for name in TABLES:
        differing = [column for column in one[name].columns if not one[name][column].equals(two[name][column])]
        assert all(column.startswith("wall_") for column in differing), (name, differing)
    for figure in (compared[0] / "figures").iterdir():
        assert figure.read_bytes() == (compared[1] / "figures" / figure.name).read_bytes()


@pytest.mark.parametrize("name", TABLES)
def test_missing_is_null_and_rows_are_sorted_and_each_there_once(compared: tuple[Path, Path], name: str) -> None:
    table = pl.read_parquet(compared[0] / name)
    numbers = table.select(pl.col(pl.Float64))
    assert numbers.select(pl.all().is_finite().all()).row(0) == (True,) * numbers.width
    keys = table.select([key for key in ("run_id", "date", "municipality", "area") if key in table.columns]).rows()
    assert keys == sorted(set(keys))


def test_duckdb_polars_and_pandas_read_the_same_folder(compared: tuple[Path, Path]) -> None:
    folder = compared[0]
    asked = f"""
        select r.scenario, r.seed, sum(a.residents) as residents
        from '{folder}/areas/*.parquet' a join '{folder}/runs.parquet' r using (run_id)
        where a.date = date '2016-01-01' group by all order by all
    """
    found = duckdb.execute(asked).fetchall()
    assert [(scenario, seed) for scenario, seed, _ in found] == [
        (scenario, seed) for scenario in ("law", "no-public-list") for seed in (MOST_SEED - 1, MOST_SEED)
    ]
    areas, runs = pd.read_parquet(folder / "areas"), pd.read_parquet(folder / "runs.parquet")
    last = areas[areas["date"] == date(2016, 1, 1)].merge(runs, on="run_id")
    assert last.groupby(["scenario", "seed"])["residents"].sum().tolist() == [residents for *_, residents in found]
    types = pl.read_parquet_schema(folder / "areas/part-00000.parquet")
    assert [types[name] for name in ("date", "area", "residents", "stigma")] == [
        pl.Date, pl.String, pl.Int64, pl.Float64,
    ]  # fmt: skip
    assert pl.read_parquet(folder / "areas/part-00000.parquet")["refusal_rate"].null_count() > 0, "no flows on day one"


def test_the_folder_tells_how_to_run_it_again(compared: tuple[Path, Path]) -> None:
    about = json.loads((compared[0] / "provenance.json").read_text(encoding="utf-8"))
    assert about["seeds"] == [MOST_SEED - 1, MOST_SEED]
    assert set(about["runs"]) == set(pl.read_parquet(compared[0] / "runs.parquet")["run_id"])


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_runs(preset: str) -> None:
    assert f"preset {preset}." in done("run", "law", *YEAR, "--preset", preset).stdout


@pytest.mark.parametrize("year", range(2010, 2016))
@pytest.mark.parametrize("rules", ["2010", "none"])
def test_a_run_starts_in_any_year_under_any_rules(year: int, rules: str) -> None:
    result = done("run", "law", *TOWN[:4], "--from", year, "--until", year + 1, "--set", f"list.rules={rules}")
    assert f"1 January {year}" in result.stdout


def test_several_municipalities_are_one_run_with_a_market_each() -> None:
    found = json.loads(
        done("run", "law", "--place", "Læsø", "--place", "fanø", *YEAR, "--scale", "0.05", "--json").stdout
    )
    assert found["places"] == ["Læsø", "Fanø", "Svendborg"]
    assert {area["municipality"] for area in found["areas"]} == {"Læsø", "Fanø", "Svendborg"}


def test_a_town_where_no_area_is_known_says_so_and_shows_the_town(tmp_path: Path) -> None:
    result = done(
        "compare", "law", "flexible-wide", "--place", "Bornholm", "--scale", "0.02", "--until", "2016",
        "--replications", 2, "--workers", 1, "--out", tmp_path / "out",
    )  # fmt: skip
    assert word("compare.no_areas_note", "en") in result.stdout
    assert "Empty social homes" in result.stdout
    assert "Offers turned down" not in result.stdout
    assert not (tmp_path / "out/figures/areas.svg").exists()


@pytest.mark.parametrize("scale", ["1e-9", "0.0005"])
def test_a_town_of_hardly_anyone_runs(scale: str) -> None:
    assert f"scale {float(scale):g}" in done("run", "law", *TOWN, "--until", "2016", "--scale", scale).stdout


def test_every_household_of_a_small_municipality_runs() -> None:
    found = json.loads(done("run", "law", "--place", "Læsø", "--scale", 1, "--until", "2016", "--json").stdout)
    assert 1700 < sum(area["residents"][0] for area in found["areas"] if area["residents"][0]) < 1900


def test_json_stands_alone_on_standard_output() -> None:
    result = done("run", "law", *YEAR, "--json", "--lang", "da")
    assert json.loads(result.stdout)["scenario"] == "law"
    assert "NaN" not in result.stdout


def test_danish_is_danish_to_the_last_line() -> None:
    english, danish = (
        done("compare", "law", "no-public-list", *YEAR, "--replications", 1, "--lang", lang).stdout for lang in LANGS
    )
    shared = set(english.splitlines()) & set(danish.splitlines())
    assert shared <= {""}, shared
    assert "1. januar 2016" in danish


def test_the_month_is_explained_in_both_languages() -> None:
    for process in MONTH:
        name, says = process.__name__, (process.__doc__ or "").strip().split("\n")[0]
        assert word(f"process.{name}", "en") == says, "words/process.toml follows the docstrings of month/"
    danish = done("explain", "month", "--lang", "da").stdout.splitlines()
    assert danish[1] == f"1\tdemography\t{word('process.demography', 'da')}"


def test_the_first_compilation_is_announced_unless_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beboersim.show.commands.is_compiled", lambda: False)
    assert done("run", "law", *YEAR).stderr.strip() == word("text.compiling", "en")
    assert done("run", "law", *YEAR, "--quiet").stderr == ""


def test_the_same_run_replaces_itself_and_another_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done("run", "law", *YEAR, "--out", out)
    before = as_seen(out)
    done("run", "law", *YEAR, "--out", out)
    after = as_seen(out)
    for name in TABLES[1:]:
        assert before[name].equals(after[name])
    result = call("run", "law", *YEAR, "--seed", 2, "--out", out)
    assert (result.exit_code, result.stdout) == (2, "")
    assert as_seen(out)["runs.parquet"].equals(after["runs.parquet"])
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_the_user_put_into_a_result_folder_is_never_removed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done("run", "law", *YEAR, "--out", out)
    for name in ("notes.txt", "areas/mine.parquet"):
        (out / name).write_text("mine", encoding="utf-8")
        result = call("run", "law", *YEAR, "--out", out)
        assert result.exit_code == 2
        assert name in result.stderr
        assert (out / name).read_text(encoding="utf-8") == "mine"
        (out / name).unlink()


def test_a_folder_that_is_there_stays_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    before = real.stat().st_ino
    done("run", "law", *YEAR, "--out", link)
    monkeypatch.chdir(real)
    done("run", "law", *YEAR, "--out", ".")
    assert link.is_symlink()
    assert real.stat().st_ino == before
    assert sorted(path.name for path in real.iterdir()) == ["areas", "provenance.json", "runs.parquet", "towns"]


@pytest.mark.skipif(os.name != "posix", reason="the signal of Ctrl-C")
def test_an_interrupted_run_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "beboersim", "run", "law", "--place", "København", "--scale", "0.5",
               "--until", "2050", "--out", str(tmp_path / "out")]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        time.sleep(2.0)  # whether it is still importing or already running, nothing may be left
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_the_package_runs_as_a_module_without_being_a_command() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "beboersim", "run", "law", *YEAR, "--json"], capture_output=True, text=True, check=True
    )
    assert found.stderr == ""
    values = [row["values"] for row in json.loads(found.stdout)["outcomes"]]
    assert all(len(row) == 2 for row in values)
    assert np.isfinite([row[-1] for row in values if row[-1] is not None]).all()
