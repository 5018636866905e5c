"""How much a person-month costs, in NumPy's own unit, and where it goes.

    python benchmarks/speed.py [--json] [--place Aarhus] [--scale 0.25] [--months 36] [--rounds 3]

Everything is measured in one process and given as a ratio to one NumPy PCG64 double, filled into a warm buffer in the
same round: absolute times of a shared machine mean little. The first town compiles; it is not measured.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from datetime import date

import numpy as np

import beboersim.town as town_module
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario

START = date(2015, 1, 1)


def nanoseconds_per_draw() -> float:
    """Return the time of one PCG64 double, filled into a warm buffer of a million."""
    rng = np.random.Generator(np.random.PCG64(1))
    buffer = np.empty(1_000_000)
    rng.random(out=buffer)
    begin = time.perf_counter()
    for _ in range(10):
        rng.random(out=buffer)
    return (time.perf_counter() - begin) / 10e6 * 1e9


def timed_town(place: str, scale: float, months: int) -> tuple[dict[str, float], float, float, float]:
    """Return seconds by process, seconds in all, person-months, and bytes of the tables a resident at the end."""
    until = date(2015 + (months + 11) // 12, 1, 1)
    plan = Plan(Scenario.load("law"), start=START, until=until)
    town = town_module.Town(places=[place], plan=plan, start=START, until=until, scale=scale, seed=1)
    spent: dict[str, float] = {}

    def measured(process: town_module.Process) -> town_module.Process:
        def run(context: town_module.Context) -> None:
            begin = time.perf_counter()
            process(context)
            spent[process.__name__] = spent.get(process.__name__, 0.0) + time.perf_counter() - begin

        return run

    usual = town_module.MONTH
    town_module.MONTH = tuple(measured(process) for process in usual)
    try:
        begin = time.perf_counter()
        for _ in range(months):
            town.step()
        whole = time.perf_counter() - begin
    finally:
        town_module.MONTH = usual
    person_months = sum(float(record.counts["residents"].sum()) for record in town.monthly[:-1])
    residents = float(town.monthly[-1].counts["residents"].sum())
    return spent, whole, person_months, town.world.size_in_bytes() / residents


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--place", default="Aarhus")
    parser.add_argument("--scale", type=float, default=0.25)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    timed_town(options.place, 0.02, 13)
    rounds = []
    for _ in range(options.rounds):
        draw = nanoseconds_per_draw()
        spent, whole, person_months, size = timed_town(options.place, options.scale, options.months)
        cost = whole / person_months * 1e9
        rounds.append((cost / draw, cost, draw, size, {name: s / whole for name, s in spent.items()}))
    ratios = sorted(r[0] for r in rounds)
    result = {
        "draws_per_person_month": {"min": ratios[0], "median": statistics.median(ratios), "max": ratios[-1]},
        "ns_per_person_month": statistics.median(r[1] for r in rounds),
        "ns_per_draw": statistics.median(r[2] for r in rounds),
        "bytes_per_person": rounds[-1][3],
        "share_by_process": dict(sorted(rounds[-1][4].items(), key=lambda item: -item[1])),
    }
    if options.json:
        print(json.dumps(result, indent=2))
        return
    print(f"{options.place}, scale {options.scale}, {options.months} months, {options.rounds} rounds")
    for name, value in result.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
