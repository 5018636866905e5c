"""Everything that is made of a sweep's results: tidy tables, each as Parquet and CSV."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc

from beboersim.experiments import parts
from beboersim.experiments.chunks import as_parquet
from beboersim.experiments.effects import composition, cost_per_effect, displacement, effects, pooled, spread
from beboersim.experiments.exchange_formats import ema_pair, salib_problem
from beboersim.experiments.results import Results
from beboersim.experiments.robust import beliefs, partial_information, regret, satisficing
from beboersim.experiments.sensitivity import dose, morris, ranking, sobol
from beboersim.experiments.shapley import pairs, shapley

Rows = list[dict[str, Any]]
TABLES = (
    "effects", "pooled", "spread", "composition", "displacement", "cost", "shapley", "interactions", "dose", "morris",
    "sobol", "ranking", "regret", "satisficing", "beliefs", "information",
)  # fmt: skip


def analyse(results: Results, smallest: float = 0.0) -> dict[str, Rows]:
    """Return every table by its name; one that the design does not allow is empty. Missing is None, never NaN."""
    values = results.cached_values
    differences = effects(values)
    found: dict[str, Rows] = {
        "effects": differences,
        "pooled": pooled(values),
        "spread": spread(results, values),
        "composition": composition(differences),
        "displacement": displacement(differences),
        "cost": cost_per_effect(values, differences),
        "shapley": shapley(results),
        "interactions": pairs(results),
        "dose": dose(results),
        "morris": morris(results),
        "sobol": sobol(results),
        "ranking": ranking(results),
        "regret": regret(results),
        "satisficing": satisficing(results),
        "beliefs": beliefs(results, smallest),
        "information": partial_information(results),
    }
    return {name: [_known(row) for row in rows] for name, rows in found.items()}


def _known(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with None for what is not a number."""
    return {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in row.items()}


def write_analysis(results: Results, tables: Mapping[str, Rows]) -> list[str]:
    """Write the tables that have rows, EMA workbench's pair and SALib's problem below `analysis/`; return the files."""
    parts.finish(results.folder)
    folder = results.folder / parts.ANALYSIS
    written: list[Path] = []

    def put(name: str, content: bytes) -> None:
        parts.write_aside(folder / name, content)
        written.append(folder / name)

    for name in TABLES:
        rows = tables[name]
        for suffix in (".parquet", ".csv"):
            (folder / f"{name}{suffix}").unlink(missing_ok=True)
        if rows:
            table = table_of(rows)
            put(f"{name}.parquet", as_parquet(table))
            put(f"{name}.csv", _csv(table))
    experiments, outcomes = ema_pair(results)
    put("ema-experiments.csv", experiments.to_csv(index=False).encode())
    columns = {name: pa.array(column, from_pandas=True) for name, column in outcomes.items()}
    put("ema-outcomes.csv", _csv(pa.table(columns)))
    problem = json.dumps(salib_problem(results), ensure_ascii=False, indent=1, allow_nan=False)
    put("salib-problem.json", problem.encode())
    return [path.relative_to(results.folder).as_posix() for path in written]


def table_of(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return rows as a table; a column that is missing throughout is one of numbers."""
    table = pa.Table.from_pylist(list(rows))
    for at, one in enumerate(table.schema):
        if pa.types.is_null(one.type):
            table = table.set_column(at, one.name, table.column(at).cast(pa.float64()))
    return table


def _csv(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pc.write_csv(table, sink)
    return bytes(sink.getvalue().to_pybytes())
