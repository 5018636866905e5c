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
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from beboersim.errors import InputError
from beboersim.experiments.provenance import data_version, package_version
from beboersim.outcomes.counts import COUNTS
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

BROKEN = ("share", "ratio", "0-1", "sum", "staff-years", "premises", "DKK", "months")
"""Units of counts that are not whole numbers."""

WHOLE = {count.name for count in COUNTS if count.unit not in BROKEN}
"""Counts that are whole numbers, and are so in the files."""


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
    return table_of([area_columns(result) for result in results])


def towns_table(*results: RunResult) -> pa.Table:
    """Return one row a run, municipality and month: the metrics, and the counts added over its areas."""
    return table_of([town_columns(result) for result in results])


def area_columns(result: RunResult) -> Columns:
    """Return the columns of one run's areas; a count that should be whole and is not raises ValueError."""
    yearly = result.yearly
    names = np.array(yearly.names)
    order = np.lexsort((names, np.array(yearly.municipalities)))

    def each_year(words: Sequence[str]) -> NDArray[np.str_]:
        return np.tile(np.array(words)[order], len(yearly.dates))

    dates = np.repeat(np.array(yearly.dates, "datetime64[D]"), len(names))
    found: Columns = {
        "run_id": np.full(len(dates), result.run_id),
        "date": dates,
        "municipality": each_year(yearly.municipalities),
        "area": each_year(yearly.names),
        "kind": each_year(yearly.kinds),
        "listed_status": yearly.words[:, order].ravel(),
    }
    computed = area_metrics(yearly.counts, yearly.groups)
    for name, column in ({**yearly.counts} | {k: v for k, v in computed.items() if k not in yearly.counts}).items():
        found[name] = checked(name, column[:, order])
    return found


def town_columns(result: RunResult) -> Columns:
    """Return the columns of one run's municipalities, as `area_columns` does."""
    monthly = result.monthly
    dates = np.repeat(np.array(monthly.dates, "datetime64[D]"), len(monthly.names))
    found: Columns = {
        "run_id": np.full(len(dates), result.run_id),
        "date": dates,
        "municipality": np.tile(np.array(monthly.names), len(monthly.dates)),
    }
    ordered = [metric.id for metric in metrics() if metric.id in monthly.columns]
    for name in (*ordered, *(name for name in ADDED if name not in ordered)):
        found[name] = checked(name, monthly.columns[name])
    return found


def checked(name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values in one line; a count that is not whole raises ValueError."""
    flat = np.ascontiguousarray(values, np.float64).ravel()
    if name in WHOLE:
        wrong = flat[np.isfinite(flat) & (flat != np.rint(flat))]
        if len(wrong):
            raise ValueError(f"{name} is a count and is not whole: {wrong[0]}")
    return flat


def table_of(parts: Sequence[Columns]) -> pa.Table:
    """Return the columns of several runs, one after the other, as a table."""
    import pyarrow as pa

    found: dict[str, Any] = {}
    for name in parts[0]:
        joined = np.concatenate([part[name] for part in parts])
        if joined.dtype.kind == "f":
            found[name] = column_of(name, joined)
        else:
            found[name] = pa.array(joined, pa.date32() if joined.dtype.kind == "M" else pa.string())
    return pa.table(found)


def column_of(name: str, values: NDArray[np.float64]) -> pa.Array:
    """Return checked values as a column: null where they are missing, whole numbers where the count is one."""
    import pyarrow as pa

    missing = ~np.isfinite(values)
    if name in WHOLE:
        return pa.array(np.where(missing, 0, values).astype(np.int64), pa.int64(), mask=missing)
    return pa.array(values, pa.float64(), mask=missing)
