"""The result folder: three Parquet tables and the provenance.

`runs.parquet` has one row a run, `areas/` one row an area and 1 January, `towns/` one row a municipality and month.
Missing is null and never NaN; rows are sorted by run, date, municipality and area. Everything is written beside the
folder and renamed at the end, so that a folder is whole or not there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from beboersim.errors import InputError
from beboersim.experiments.provenance import data_version, package_version
from beboersim.outcomes.counts import WHOLE
from beboersim.outcomes.metrics import ADDED, area_metrics, metrics

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from beboersim.experiments.runs import RunResult, RunSpec

ASIDE = ".beboersim-"  # what is being written has a name that begins so, and is gone afterwards
RUNS = "runs.parquet"
AREAS = "areas/part-00000.parquet"
TOWNS = "towns/part-00000.parquet"
PROVENANCE = "provenance.json"
FIGURES = "figures"
OURS = re.compile(
    rf"{re.escape(RUNS)}|{re.escape(PROVENANCE)}|lives\.parquet|(areas|towns)(/part-\d{{5}}\.parquet)?"
    rf"|{FIGURES}(/(over-time|differences|areas)\.(svg|png))?|{re.escape(ASIDE)}.*"
)
"""What a result folder may hold. Anything else is the user's, and would be lost when the runs replace themselves."""

Columns = dict[str, NDArray[Any]]

def check_folder(folder: Path, run_ids: Collection[str]) -> None:
    """Raise InputError unless results of exactly these runs can be put in the folder."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"--out {folder}: this is a file. Results need a folder of their own.")
    if folder.is_dir() and any(folder.iterdir()):
        strange = _not_ours(folder)
        if strange is not None or not (folder / RUNS).is_file():
            such = "" if strange is None else f", such as {strange}"
            raise InputError(f"--out {folder}: the folder holds other files{such}. Results need a folder of their own.")
        if set(stored_runs(folder)) != set(run_ids):
            raise InputError(f"--out {folder}: the folder holds other runs. Give another folder, or remove this one.")
    nearest = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    try:
        # Asked by trying: who may write is more than the permission bits say.
        with tempfile.TemporaryDirectory(prefix=ASIDE, dir=nearest):
            pass
    except OSError as error:
        raise InputError(f"--out {folder}: {nearest} cannot be written to ({error.strerror or error}).") from None


def _not_ours(folder: Path) -> str | None:
    """Return a file or folder that no result folder holds, or None. What lies at the top is looked at first."""
    for found in (folder.iterdir(), folder.rglob("*")):
        for path in found:
            name = path.relative_to(folder).as_posix()
            if OURS.fullmatch(name) is None:
                return name
    return None


def stored_runs(folder: Path) -> list[str]:
    """Return the ids of the runs that a result folder holds."""
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    try:
        found: list[str] = pq.read_table(folder / RUNS, columns=["run_id"]).column("run_id").to_pylist()
    except (ArrowException, OSError, KeyError) as error:
        raise InputError(f"--out {folder}: {RUNS} there is not a table of runs: {error}") from None
    return found


@contextmanager
def whole_or_not_at_all(folder: Path) -> Iterator[Path]:
    """Give a new folder to write in; what it holds is moved to `folder` when all went well, and is gone otherwise.

    A folder that is there already stays itself (it may be where the user stands, a link or a mounted disk).
    """
    target = folder.resolve()
    there = target.is_dir()
    home = target if there else target.parent
    home.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=ASIDE, dir=home))
    try:
        results = aside / "results"
        results.mkdir()
        yield results
        if there:
            _replace_inside(target, results, aside)
        else:
            os.replace(results, target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _replace_inside(target: Path, results: Path, aside: Path) -> None:
    """Put new results in the place of those in a folder; the table of runs leaves first and comes last."""
    before = aside / "before"
    before.mkdir()
    for name in (RUNS, PROVENANCE, "areas", "towns", FIGURES):
        if (target / name).exists():
            os.replace(target / name, before / name)
    for path in sorted(results.iterdir(), key=lambda path: path.name == RUNS):
        os.replace(path, target / path.name)


def write_results(folder: Path, results: Sequence[RunResult], provenance: Mapping[str, Any]) -> list[Path]:
    """Write the tables and the provenance into a folder (see `whole_or_not_at_all`); return the paths below it."""
    import pyarrow.parquet as pq

    ordered = sorted(results, key=lambda result: result.run_id)
    tables = {
        RUNS: runs_table(ordered),
        AREAS: areas_table(*ordered),
        TOWNS: towns_table(*ordered),
    }
    for name, table in tables.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        pq.write_table(table, path, compression="zstd")
    text = json.dumps(provenance, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / PROVENANCE).write_text(text + "\n", encoding="utf-8")
    return [Path(name) for name in (*tables, PROVENANCE)]


def runs_schema() -> pa.Schema:
    """Return the columns of the table of runs; what the clock said stands only here."""
    import pyarrow as pa

    return pa.schema(
        [
            ("run_id", pa.string()),
            ("scenario", pa.string()),
            ("places", pa.list_(pa.string())),
            ("start", pa.date32()),
            ("until", pa.date32()),
            ("cohort", pa.date32()),
            ("scale", pa.float64()),
            ("preset", pa.string()),
            ("settings", pa.string()),
            ("seed", pa.uint64()),
            ("status", pa.string()),
            ("message", pa.string()),
            ("version", pa.string()),
            ("data_version", pa.string()),
            ("wall_seconds", pa.float64()),
        ]
    )


def run_row(spec: RunSpec, run_id: str, wall_seconds: float | None, message: str | None = None) -> dict[str, Any]:
    """Return a run's row; a run with a message has failed."""
    return {
        "run_id": run_id,
        "scenario": spec.scenario.id,
        "places": list(spec.places),
        "start": spec.start,
        "until": spec.until,
        "cohort": spec.cohorts[0] if spec.cohorts else None,
        "scale": spec.scale,
        "preset": spec.preset,
        "settings": json.dumps(dict(spec.settings), ensure_ascii=False),
        "seed": spec.seed,
        "status": "done" if message is None else "failed",
        "message": message,
        "version": package_version(),
        "data_version": data_version(),
        "wall_seconds": wall_seconds,
    }


def runs_table(results: Iterable[RunResult]) -> pa.Table:
    """Return one row a run."""
    import pyarrow as pa

    rows = [run_row(result.spec, result.run_id, result.wall_seconds) for result in results]
    return pa.Table.from_pylist(rows, schema=runs_schema())


def areas_table(*results: RunResult) -> pa.Table:
    """Return one row a run, area and 1 January: the counts, and the metrics computed from them."""
    return _table(results, _alike, area_columns)


def towns_table(*results: RunResult) -> pa.Table:
    """Return one row a run, municipality and month: the metrics, and the counts added over its areas."""
    return _table(results, lambda result: (result.monthly.dates, result.monthly.names), town_columns)


def _alike(result: RunResult) -> tuple[Any, ...]:
    """Return what runs must share to have the same rows of areas."""
    yearly = result.yearly
    return yearly.dates, yearly.names, yearly.municipalities, yearly.kinds


def area_columns(results: Sequence[RunResult]) -> Columns:
    """Return the columns of the areas of runs that are alike: the same areas on the same days.

    Metrics are computed for all of them at once, because most of the work on a small town is a call for each metric.
    """
    yearly = results[0].yearly
    order = np.lexsort((np.array(yearly.names), np.array(yearly.municipalities)))
    counts = {name: np.stack([result.yearly.counts[name] for result in results]) for name in yearly.counts}
    computed = area_metrics(counts, yearly.groups)
    words = np.stack([result.yearly.words for result in results])
    found = _keys(results, yearly.dates, len(order)) | {
        "municipality": np.tile(np.array(yearly.municipalities)[order], len(results) * len(yearly.dates)),
        "area": np.tile(np.array(yearly.names)[order], len(results) * len(yearly.dates)),
        "kind": np.tile(np.array(yearly.kinds)[order], len(results) * len(yearly.dates)),
        "listed_status": words[..., order].ravel(),
    }
    # A metric that is a count by itself has the same values.
    return found | {name: column[..., order].ravel() for name, column in (counts | computed).items()}


def town_columns(results: Sequence[RunResult]) -> Columns:
    """Return the columns of the municipalities of runs that are alike, as `area_columns` does."""
    monthly = results[0].monthly
    found = _keys(results, monthly.dates, len(monthly.names)) | {
        "municipality": np.tile(np.array(monthly.names), len(results) * len(monthly.dates))
    }
    ordered = [metric.id for metric in metrics() if metric.id in monthly.columns]
    for name in dict.fromkeys((*ordered, *ADDED)):
        found[name] = np.concatenate([result.monthly.columns[name].ravel() for result in results])
    return found


def _keys(results: Sequence[RunResult], dates: Sequence[date], places: int) -> Columns:
    """Return the run and the day of each row."""
    days = np.repeat(np.array(dates, "datetime64[D]"), places)
    return {
        "run_id": np.repeat([result.run_id for result in results], len(days)),
        "date": np.tile(days, len(results)),
    }


def _table(
    results: Sequence[RunResult],
    alike: Callable[[RunResult], Hashable],
    columns: Callable[[Sequence[RunResult]], Columns],
) -> pa.Table:
    """Return the rows of runs, in the order in which the runs are given."""
    import pyarrow as pa

    groups: dict[Hashable, list[RunResult]] = {}
    for result in results:
        groups.setdefault(alike(result), []).append(result)
    tables = {at: _as_table(columns(group)) for at, group in groups.items()}
    if len(tables) == 1:
        return next(iter(tables.values()))
    rows: dict[str, pa.Table] = {}
    for at, group in groups.items():
        each = len(tables[at]) // len(group)
        rows |= {result.run_id: tables[at].slice(number * each, each) for number, result in enumerate(group)}
    return pa.concat_tables([rows[result.run_id] for result in results]).combine_chunks()


def _as_table(columns: Columns) -> pa.Table:
    import pyarrow as pa

    found: dict[str, Any] = {}
    for name, values in columns.items():
        if values.dtype.kind == "f":
            found[name] = column_of(name, values)
        else:
            found[name] = pa.array(values, pa.date32() if values.dtype.kind == "M" else pa.string())
    return pa.table(found)


def column_of(name: str, values: NDArray[np.float64]) -> pa.Array:
    """Return checked values as a column: null where they are missing, whole numbers where the count is one."""
    import pyarrow as pa

    missing = ~np.isfinite(values)
    if name in WHOLE:
        return pa.array(np.where(missing, 0, values).astype(np.int64), pa.int64(), mask=missing)
    return pa.array(values, pa.float64(), mask=missing)
