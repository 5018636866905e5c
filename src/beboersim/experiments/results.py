"""What a sweep's folder holds, read when it is asked for: the tables, and outcomes by policy, future and seed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.errors import InputError
from beboersim.experiments import parts
from beboersim.experiments.compare import Outcome, followed_areas, outcomes_of
from beboersim.experiments.runs import CODES, History
from beboersim.experiments.store import PROVENANCE, RUNS, Columns
from beboersim.outcomes.counts import NAMES

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Floats = NDArray[np.float64]
DISCOUNT = 0.035  # a year; Finansministeriet, methods Q54
KEYS = ("run_id", "date", "municipality", "area", "kind", "listed_status")  # of a row of areas


class Values(NamedTuple):
    """Outcomes on one day, by outcome, policy, future and seed; the cost by policy, future and seed.

    A run that is missing or has failed is NaN. `cost` is what the social programme cost in all, in DKK of the whole
    population, and `discounted` the same at its value on the first day.
    """

    outcomes: tuple[Outcome, ...]
    policies: tuple[str, ...]
    futures: tuple[str, ...]
    seeds: tuple[int, ...]
    baseline: int
    at: Floats
    cost: Floats
    discounted: Floats

    def of(self, outcome: str) -> Floats:
        """Return an outcome by policy, future and seed."""
        return np.asarray(self.at[[one.key for one in self.outcomes].index(outcome)])


class FactorRead(NamedTuple):
    """A factor as the folder tells it."""

    name: str
    kind: str
    type: str
    values: tuple[Any, ...]
    low: float
    high: float


class Results:
    """A sweep's results.

    Parameters
    ----------
    folder
        What `sweep --out` was given.

    Raises
    ------
    InputError
        If the folder does not hold a sweep.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        try:
            self.provenance: dict[str, Any] = json.loads((self.folder / PROVENANCE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self.provenance = {}
        if "experiment" not in self.provenance or not (self.folder / parts.DESIGN).is_file():
            raise InputError(f"{folder} holds no results of a sweep. `beboersim sweep ... --out DIR` makes them.")

    # The tables

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row a run."""
        return self.runs_table().to_pandas()

    @cached_property
    def areas(self) -> pd.DataFrame:
        """One row a run, 1 January and area. Large sweeps are better read with `table` or from the files."""
        return self.table("areas").to_pandas()

    @cached_property
    def towns(self) -> pd.DataFrame:
        """One row a run, month and municipality."""
        return self.table("towns").to_pandas()

    @cached_property
    def design(self) -> pd.DataFrame:
        """One row a point, scenario and preset of the design."""
        return self.design_table.to_pandas()

    def runs_table(self) -> pa.Table:
        """Return the runs, from `runs.parquet` or, where a sweep is under way, from the parts."""
        import pyarrow.parquet as pq

        path = self.folder / RUNS
        return pq.ParquetFile(path).read() if path.is_file() else parts.all_runs(self.folder)

    def table(self, name: str, columns: Sequence[str] | None = None, where: Any = None) -> pa.Table:
        """Return `areas` or `towns`, only some columns, only the rows of a pyarrow condition."""
        import pyarrow.dataset as ds

        files = [str(path) for path in sorted((self.folder / name).glob("part-*.parquet"))]
        if not files:
            raise InputError(f"{self.folder}: there are no finished runs.")
        return ds.dataset(files, format="parquet").to_table(columns=columns, filter=where).sort_by("run_id")

    @cached_property
    def design_table(self) -> pa.Table:
        """The design as it is stored."""
        import pyarrow.parquet as pq

        return pq.ParquetFile(self.folder / parts.DESIGN).read()

    @property
    def factors(self) -> tuple[FactorRead, ...]:
        """What the design varies."""
        given = self.provenance["design"]["factors"]
        return tuple(FactorRead(**(one | {"values": tuple(one["values"])})) for one in given)

    @property
    def kind(self) -> str:
        """The kind of design; `scenarios` if there is none."""
        return str(self.provenance["design"]["kind"])

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What is looked at."""
        return tuple(Outcome(*key.split(".", 1)) for key in self.provenance["outcomes"])

    # Outcomes

    def values(self, replications: int | None = None) -> Values:
        """Return the outcomes on the last day; of the first so many seeds if `replications` says so."""
        design = self.design_table.select(["policy", "future"]).to_pydict()
        policies, futures = (tuple(dict.fromkeys(design[name])) for name in ("policy", "future"))
        rows = parts.all_runs(self.folder).to_pylist()
        first = int(self.provenance["first_seed"])
        last = None if replications is None else first + replications
        wanted = [row for row in rows if last is None or row["seed"] < last]
        seeds = tuple(sorted({int(row["seed"]) for row in wanted}))
        # A policy and a future on a seed are as many runs as there are places run apart.
        cells: dict[tuple[int, int, int], list[str]] = {}
        for row in wanted:
            if row["policy"] in policies and row["future"] in futures:
                cell = policies.index(row["policy"]), futures.index(row["future"]), seeds.index(int(row["seed"]))
                cells.setdefault(cell, []).append(row["run_id"] if row["status"] == "done" else "")
        apart = len(self.provenance["places"])
        whole = {cell: ids for cell, ids in cells.items() if len(ids) == apart and all(ids)}
        shape = (len(policies), len(futures), len(seeds))
        at = np.full((len(self.outcomes), *shape), np.nan)
        cost, discounted = np.full(shape, np.nan), np.full(shape, np.nan)
        for cell, history, spent in self._histories(whole):
            found = outcomes_of(history, spent.followed, self.outcomes)
            at[(slice(None), *cell)] = [found[outcome.key][-1] for outcome in self.outcomes]
            cost[cell], discounted[cell] = spent.cost, spent.discounted
        baseline = policies.index(str(self.provenance["baseline"]))
        return Values(self.outcomes, policies, futures, seeds, baseline, at, cost, discounted)

    def _histories(
        self, cells: Mapping[tuple[int, int, int], Sequence[str]]
    ) -> Iterator[tuple[tuple[int, int, int], History, Spent]]:
        """Yield the last day of each cell, all its places side by side, with the areas followed and the cost.

        Each part is read once; what a cell needs is kept until its last place has been read.
        """
        first, until = (np.datetime64(self.provenance[key]) for key in ("start", "until"))
        # The last 1 January that is recorded.
        last = np.datetime64(f"{str(until)[:4]}-01-01")
        scale = float(self.provenance["scale"])
        cell_of = {run: cell for cell, those in cells.items() for run in those}
        read: dict[str, Columns] = {}
        left = {cell: len(those) for cell, those in cells.items()}
        for run, rows in self._areas_by_run():
            cell = cell_of.get(run)
            # A sweep cut off while it moved parts about may have left a run in two.
            if cell is None or run in read or not left[cell]:
                continue
            # The last day and the first are all that is needed of what is not money.
            ends = np.isin(rows["date"], [first, last])
            years = (rows["date"] - first).astype(np.int64) / 365.25
            spend = rows["programme_spend"]
            read[run] = {name: column[ends] for name, column in rows.items()} | {
                "cost": np.nansum(spend), "discounted": np.nansum(spend / (1 + DISCOUNT) ** years)
            }  # fmt: skip
            left[cell] -= 1
            if left[cell]:
                continue
            places = [read.pop(one) for one in cells[cell]]
            cost, discounted = (sum(float(one.pop(key)) for one in places) / scale for key in ("cost", "discounted"))
            whole = {name: np.concatenate([place[name] for place in places]) for name in places[0]}
            start, end = ({name: column[whole["date"] == day] for name, column in whole.items()}
                          for day in (first, last))  # fmt: skip
            yield cell, _history(end), Spent(followed_areas(_history(start)), cost, discounted)

    def _areas_by_run(self) -> Iterator[tuple[str, Columns]]:
        """Yield each run's rows of areas: what says which area and day, and the counts."""
        import pyarrow.parquet as pq

        for path in sorted((self.folder / "areas").glob("part-*.parquet")):
            with pq.ParquetFile(path) as file:
                known = set(file.schema_arrow.names)
                table = file.read([name for name in (*KEYS, *NAMES) if name in known])
            columns = {name: table.column(name).to_numpy() for name in table.column_names}
            runs, begin = np.unique(columns["run_id"], return_index=True)
            for run, at, end in zip(runs, begin, (*begin[1:], len(table)), strict=True):
                yield str(run), {name: column[at:end] for name, column in columns.items()}

    # Analyses

    def effects(self) -> pd.DataFrame:
        """Return the paired differences from the baseline, with their intervals."""
        from beboersim.experiments.effects import effects

        return _frame(effects(self.cached_values))

    def shapley(self) -> pd.DataFrame:
        """Return each lever's fair share of the package, alone, last in, with intervals; empty without a factorial."""
        from beboersim.experiments.shapley import shapley

        return _frame(shapley(self))

    def ema(self) -> tuple[pd.DataFrame, dict[str, Floats]]:
        """Return the pair of EMA workbench: experiments (a row a run) and outcomes (an array each, in that order)."""
        from beboersim.experiments.exchange_formats import ema_pair

        return ema_pair(self)

    def salib_problem(self) -> dict[str, Any]:
        """Return the design as SALib describes a problem, in the factors' own units."""
        from beboersim.experiments.exchange_formats import salib_problem

        return salib_problem(self)

    @cached_property
    def cached_values(self) -> Values:
        """The outcomes on the last day, computed once."""
        return self.values()

    def __repr__(self) -> str:
        done = self.runs_table().column("status").to_pylist().count("done")
        return f"Results({str(self.folder)!r}: {self.provenance['experiment']}, {done} runs done)"

    def _repr_html_(self) -> str:
        from html import escape

        effects = self.effects().to_html(index=False, float_format=lambda value: f"{value:.4g}", max_rows=40)
        return f"<p>{escape(repr(self))}</p>{effects}"


class Spent(NamedTuple):
    """Which areas are followed, and what the social programme cost."""

    followed: NDArray[np.bool_]
    cost: float
    discounted: float


def _history(rows: Columns) -> History:
    """Return the areas of one day as the metrics want them."""
    words = rows["listed_status"].astype(str)
    # A municipality's own categories are no status of the law.
    codes = np.array([max(CODES.get(part, 0) for part in word.split("+")) for word in words], np.int64)
    return History(
        dates=(rows["date"][0].astype(date),),
        names=tuple(rows["area"]),
        municipalities=tuple(rows["municipality"]),
        kinds=tuple(rows["kind"]),
        counts={name: rows[name].astype(np.float64)[None, :] for name in NAMES if name in rows},
        status=codes[None, :],
        words=words[None, :],
    )


def _frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(rows))


def open_results(folder: str | Path) -> Results:
    """Open the results of a sweep."""
    return Results(folder)
