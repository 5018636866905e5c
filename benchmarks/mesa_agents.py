"""How much faster households as rows are than households as plain Mesa agents, verb by verb.

    python benchmarks/mesa_agents.py [--json] [--place Aarhus] [--scale 0.6] [--rounds 5]

The plain agents hold the values of the same households as Python attributes, registered as Mesa does. Both are asked in
turn, round by round, so that a shared machine disturbs both alike; what counts is the ratio of a round.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import mesa
import numpy as np

from beboersim import BeboerModel
from beboersim.agents import ColumnCollector, Household

COLUMNS = ("size", "adults", "area", "dwelling", "searching", "moved_in", "age", "income", "resources")
REPORTED = {"size": "size", "area": "area"}


class Plain(mesa.Agent):  # type: ignore[misc]
    def __init__(self, model: mesa.Model, values: tuple[Any, ...]) -> None:
        super().__init__(model)
        (
            self.size, self.adults, self.area, self.dwelling, self.searching, self.moved_in, self.age, self.income,
            self.resources,
        ) = values  # fmt: skip


def plain_model(rows: list[tuple[Any, ...]]) -> mesa.Model:
    """Return a model of plain agents."""
    model = mesa.Model(rng=1)
    for values in rows:
        Plain(model, values)
    return model


def seconds(do: Callable[[], Any]) -> float:
    """Return how long it takes, garbage of others collected before."""
    gc.collect()
    begin = time.perf_counter()
    do()
    return time.perf_counter() - begin


def collected(model: Any, kind: type, collector: type) -> Callable[[], Any]:
    """Return what collects two attributes once."""
    return lambda: collector(agenttype_reporters={kind: REPORTED}).collect(model)


def verbs(town: BeboerModel, plain: mesa.Model) -> dict[str, tuple[Callable[[], Any], Callable[[], Any]]]:
    """Return every verb on plain agents and on rows."""
    ours, theirs = town.households, plain.agents
    large = 4
    return {
        "agg a column (mean size)": (lambda: theirs.agg("size", np.mean), lambda: ours.agg("size", np.mean)),
        "agg from members (mean age)": (lambda: theirs.agg("age", np.mean), lambda: ours.agg("age", np.mean)),
        "get a column": (lambda: theirs.get("size"), lambda: ours.get("size")),
        "get names of areas": (lambda: theirs.get("area"), lambda: ours.get("area")),
        "select by a mask": (
            lambda: theirs.select(lambda agent: agent.size >= large),
            lambda: ours.select(mask=ours.array("size") >= large),
        ),
        "select by a function, windows made": (
            lambda: theirs.select(lambda agent: agent.size >= large),
            lambda: ours.select(lambda agent: agent.size >= large),
        ),
        "groupby area, count": (lambda: theirs.groupby("area").count(), lambda: ours.groupby("area").count()),
        "groupby area, mean size": (
            lambda: theirs.groupby("area").agg("size", np.mean),
            lambda: ours.groupby("area").agg("size", np.mean),
        ),
        "sort by age": (lambda: theirs.sort("age"), lambda: ours.sort("age")),
        "shuffle": (lambda: theirs.shuffle(), lambda: ours.shuffle()),
        "collect two attributes": (
            collected(plain, Plain, mesa.DataCollector),
            collected(town, Household, ColumnCollector),
        ),
    }


def allocated(make: Callable[[], Any]) -> int:
    """Return the bytes that are still held after making something."""
    gc.collect()
    tracemalloc.start()
    made = make()
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del made
    return held


def look(town: BeboerModel) -> int:
    """Ask for the households for the first time, without a window."""
    town._living, town.households._rows = None, None
    return len(town.households)


def windows(town: BeboerModel) -> list[Any]:
    """Make a window for every household."""
    town._windows.clear()
    return list(town.households)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--place", default="Aarhus")
    parser.add_argument("--scale", type=float, default=0.6)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    town = BeboerModel(place=options.place, scale=options.scale, until=2016, seed=1)
    rows = list(zip(*(town.households.get(name) for name in COLUMNS), strict=True))
    number = len(rows)

    spent: dict[str, list[tuple[float, float]]] = {}
    for _ in range(options.rounds):
        made = seconds(lambda: plain_model(rows))
        spent.setdefault("create (rows: first look, no windows)", []).append((made, seconds(lambda: look(town))))
        spent.setdefault("create (rows: a window for each)", []).append((made, seconds(lambda: windows(town))))
    plain = plain_model(rows)
    for _ in range(options.rounds):
        for name, (theirs, ours) in verbs(town, plain).items():
            spent.setdefault(name, []).append((seconds(theirs), seconds(ours)))
    size = {
        "plain": allocated(lambda: plain_model(rows)) / number,
        "windows": allocated(lambda: windows(town)) / number,
        "columns": sum(column.nbytes for column in town.town.world.households) / number,
    }
    result = {
        "households": number,
        "mesa": mesa.__version__,
        "bytes_per_household": size,
        "verbs": {
            name: {
                "plain_ms": statistics.median(one for one, _ in pairs) * 1e3,
                "rows_ms": statistics.median(other for _, other in pairs) * 1e3,
                "ratio": {
                    "min": min(one / other for one, other in pairs),
                    "median": statistics.median(one / other for one, other in pairs),
                    "max": max(one / other for one, other in pairs),
                },
            }
            for name, pairs in spent.items()
        },
    }
    if options.json:
        print(json.dumps(result, indent=2))
        return
    print(f"{number} households of {options.place}, Mesa {mesa.__version__}, {options.rounds} rounds")
    print("| verb | plain ms | rows ms | ratio (min / median / max) |\n| --- | --- | --- | --- |")
    for name, one in result["verbs"].items():
        ratio = " / ".join(f"{one['ratio'][part]:.3g}" for part in ("min", "median", "max"))
        print(f"| {name} | {one['plain_ms']:.3g} | {one['rows_ms']:.3g} | {ratio} |")
    print(f"bytes a household: {', '.join(f'{name} {value:.0f}' for name, value in size.items())}")


if __name__ == "__main__":
    main()
