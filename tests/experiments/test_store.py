"""The result folder keeps its contract with DuckDB, Polars and pandas."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from beboersim.errors import InputError
from beboersim.experiments.compare import run_scenarios
from beboersim.experiments.provenance import provenance
from beboersim.experiments.runs import RunResult, check_whole
from beboersim.experiments.store import check_folder, column_of, whole_or_not_at_all, write_results
from beboersim.outcomes.counts import COUNTS
from beboersim.outcomes.metrics import metrics
from fake_town import in_fake_town, options

GIVEN = options(replications=2, until=date(2017, 1, 1))


@pytest.fixture(name="results", scope="module")
def two_scenarios() -> list[RunResult]:
    with in_fake_town():
        return run_scenarios(GIVEN)


def write(folder: Path, results: Sequence[RunResult]) -> Path:
    about = provenance(GIVEN, {result.run_id: result.spec for result in results}, ["beboersim", "compare"])
    with whole_or_not_at_all(folder) as inside:
        write_results(inside, results, about)
    return folder


def test_a_folder_has_runs_areas_towns_and_provenance(tmp_path: Path, results: list[RunResult]) -> None:
    folder = write(tmp_path / "out", results)
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert found == ["areas/part-00000.parquet", "provenance.json", "runs.parquet", "towns/part-00000.parquet"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_one_row_a_run_and_the_clock_only_there(tmp_path: Path, results: list[RunResult]) -> None:
    folder = write(tmp_path / "out", results)
    runs = pl.read_parquet(folder / "runs.parquet")
    assert runs["run_id"].to_list() == sorted(result.run_id for result in results)
    assert set(runs["scenario"]) == {"law", "no-public-list"}
    assert [name for name in runs.columns if name.startswith("wall_")] == ["wall_seconds"]
    for table in ("areas", "towns"):
        assert not [name for name in pl.read_parquet(folder / table / "*.parquet").columns if "wall" in name]


def test_areas_have_every_count_and_every_metric(tmp_path: Path, results: list[RunResult]) -> None:
    areas = pl.read_parquet(write(tmp_path / "out", results) / "areas" / "*.parquet")
    assert areas.columns[:6] == ["run_id", "date", "municipality", "area", "kind", "listed_status"]
    assert set(areas.columns) >= {count.name for count in COUNTS}
    assert set(areas.columns) >= {metric.id for metric in metrics() if "area" in metric.levels}
    assert areas.height == 4 * 3 * 5
    assert areas.schema["residents"] == pl.Int64
    assert areas.schema["date"] == pl.Date


def test_towns_have_every_metric_month_by_month(tmp_path: Path, results: list[RunResult]) -> None:
    towns = pl.read_parquet(write(tmp_path / "out", results) / "towns" / "*.parquet")
    assert set(towns.columns) >= {metric.id for metric in metrics() if "municipality" in metric.levels}
    assert towns.height == 4 * 25 * 2


@pytest.mark.parametrize(("table", "place"), [("areas", ["municipality", "area"]), ("towns", ["municipality"])])
def test_rows_are_sorted_and_never_nan(tmp_path: Path, results: list[RunResult], table: str, place: list[str]) -> None:
    rows = pl.read_parquet(write(tmp_path / "out", results) / table / "*.parquet")
    keys = rows.select("run_id", "date", *place).rows()
    assert keys == sorted(keys)
    numbers = rows.select(pl.col(pl.Float64))
    assert numbers.select(pl.all().is_nan().sum()).sum_horizontal().item() == 0
    assert rows["refusal_rate"].null_count() > 0


def test_duckdb_and_pandas_read_the_folder_as_it_is(tmp_path: Path, results: list[RunResult]) -> None:
    folder = write(tmp_path / "out", results)
    asked = f"""
        select r.scenario, count(*) as n, avg(a.working / a.age_18_64 - a.share_working) as off
        from '{folder}/areas/*.parquet' a join '{folder}/runs.parquet' r using (run_id) group by all order by all
    """
    found = duckdb.sql(asked).fetchall()
    assert [(scenario, n) for scenario, n, _ in found] == [("law", 30), ("no-public-list", 30)]
    assert all(abs(off) < 1e-12 for *_, off in found)
    assert len(pd.read_parquet(folder / "areas")) == 60


def test_metrics_can_be_recomputed_from_the_counts(tmp_path: Path, results: list[RunResult]) -> None:
    areas = pl.read_parquet(write(tmp_path / "out", results) / "areas" / "*.parquet").drop_nulls("refusal_rate")
    assert (areas["refusals"] / areas["offers"]).to_list() == pytest.approx(areas["refusal_rate"].to_list())


def test_the_same_runs_give_the_same_tables(fake_town: None, tmp_path: Path, results: list[RunResult]) -> None:
    one, other = write(tmp_path / "one", results), write(tmp_path / "other", run_scenarios(GIVEN))
    for table in ("areas", "towns"):
        assert pl.read_parquet(one / table / "*.parquet").equals(pl.read_parquet(other / table / "*.parquet"))


def test_provenance_names_what_decided_the_result(tmp_path: Path, results: list[RunResult]) -> None:
    found = json.loads((write(tmp_path / "out", results) / "provenance.json").read_text(encoding="utf-8"))
    assert found["seeds"] == [1, 2]
    assert found["command"] == "beboersim compare"
    assert set(found["scenarios"]) == {"law", "no-public-list"}
    assert found["scenarios"]["law"]["text"]
    assert set(found["runs"]) == {result.run_id for result in results}
    assert {"beboersim", "data", "python", "numpy", "numba"} <= set(found["versions"])
    assert found["parameters"] is not None


def test_the_same_runs_may_be_written_again(tmp_path: Path, results: list[RunResult]) -> None:
    folder = write(tmp_path / "out", results)
    check_folder(folder, {result.run_id for result in results})
    write(folder, results)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_with_other_runs_is_refused(tmp_path: Path, results: list[RunResult]) -> None:
    folder = write(tmp_path / "out", results)
    with pytest.raises(InputError, match="holds other runs"):
        check_folder(folder, {"another"})


def test_a_folder_that_is_no_result_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(InputError, match="holds other files"):
        check_folder(tmp_path, {"a"})
    with pytest.raises(InputError, match="is a file"):
        check_folder(tmp_path / "thesis.docx", {"a"})


def test_a_broken_runs_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "runs.parquet").write_text("not Parquet")
    with pytest.raises(InputError, match="not a table of runs"):
        check_folder(tmp_path, {"a"})


def test_an_empty_or_new_folder_is_fine(tmp_path: Path) -> None:
    check_folder(tmp_path, {"a"})
    check_folder(tmp_path / "a" / "new" / "one", {"a"})


def test_nothing_is_written_when_writing_fails(tmp_path: Path) -> None:
    def half() -> None:
        with whole_or_not_at_all(tmp_path / "out") as folder:
            (folder / "half").write_text("done")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert list(tmp_path.iterdir()) == []


def test_a_count_that_is_not_whole_is_an_error() -> None:
    with pytest.raises(ValueError, match="residents is a count"):
        check_whole({"residents": np.array([[2.0, np.nan], [1.5, 1.0]])})


def test_missing_is_null() -> None:
    assert column_of("residents", np.array([1.0, np.nan])).to_pylist() == [1, None]
    assert column_of("stigma", np.array([0.5, np.nan])).to_pylist() == [0.5, None]
