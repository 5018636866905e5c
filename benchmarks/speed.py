"""How much a person-month costs, in NumPy's own unit, where it goes, how it grows, and how soon there is a result.

    python benchmarks/speed.py [--json] [--place Aarhus] [--scale 0.25] [--months 36] [--rounds 5] [--quick]

Times are given as ratios to one NumPy PCG64 double, filled into a warm buffer in the same round: absolute times of a
shared machine mean little. The first town compiles; it is not measured. `--quick` leaves out what takes minutes: the
million persons, the fifteen years, the agents and the first result.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # one thread, as the command line asks for; read when NumPy is imported

import numpy as np

import beboersim.town as town_module
from beboersim import BeboerModel
from beboersim.evidence.municipalities import municipality
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario

START = date(2015, 1, 1)
FIRST_RESULT = ("run", "law", "--place", "Svendborg", "--scale", "0.1", "--from", "2015", "--until", "2016")
SIZES: tuple[tuple[tuple[str, ...], int], ...] = (  # places, persons simulated
    (("Aarhus",), 10_000),
    (("Aarhus",), 32_000),
    (("Aarhus",), 100_000),
    (("Aarhus",), 320_000),
    (("København", "Aarhus", "Odense"), 1_000_000),
)
AGENT_HOUSEHOLDS = 20_000
FIFTEEN_YEARS = 180


def nanoseconds_per_draw() -> float:
    """Return the time of one PCG64 double, filled into a warm buffer of a million."""
    rng = np.random.Generator(np.random.PCG64(1))
    buffer = np.empty(1_000_000)
    rng.random(out=buffer)
    begin = time.perf_counter()
    for _ in range(10):
        rng.random(out=buffer)
    return (time.perf_counter() - begin) / 10e6 * 1e9


def town_of(places: Sequence[str], scale: float, months: int) -> town_module.Town:
    """Return a town at its first day."""
    until = date(2015 + (months + 11) // 12, 1, 1)
    plan = Plan(Scenario.load("law"), start=START, until=until)
    return town_module.Town(places=list(places), plan=plan, start=START, until=until, scale=scale, seed=1)


def timed_town(places: Sequence[str], scale: float, months: int) -> tuple[dict[str, float], float, float, float]:
    """Return seconds by process, seconds in all, person-months, and bytes of the tables a resident at the end."""
    town = town_of(places, scale, months)
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


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return the least, the middle and the greatest."""
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def exponent(months: int = 14) -> dict[str, Any]:
    """Return how a month's time grows with the persons: the slope of the logarithms, and the times themselves."""
    persons, seconds = [], []
    for places, wanted in SIZES:
        scale = min(1.0, wanted / sum(municipality(place).population(2015.0) for place in places))
        _, whole, person_months, _ = timed_town(places, scale, months)
        persons.append(person_months / months)
        seconds.append(whole / months)
    slope = float(np.polyfit(np.log(persons), np.log(seconds), 1)[0])
    return {"exponent": slope, "persons": [round(p) for p in persons], "ms_per_month": [1e3 * s for s in seconds]}


def ratio_to_agents(rounds: int) -> list[float]:
    """Return how many times longer a month takes when every household is asked as an agent, round by round."""
    scale = AGENT_HOUSEHOLDS * 2.0 / municipality("Aarhus").population(2015.0)
    ratios = []
    for _ in range(rounds):
        seconds = {}
        for engine, months in (("kernels", 13), ("agents", 1)):
            model = BeboerModel(place="Aarhus", scale=scale, start=START.year, until=2017, engine=engine)
            model.step()
            begin = time.perf_counter()
            for _ in range(months):
                model.step()
            seconds[engine] = (time.perf_counter() - begin) / months
        ratios.append(seconds["agents"] / seconds["kernels"])
    return ratios


def first_result(rounds: int) -> tuple[float, list[float]]:
    """Return the seconds from the command to its end: first with no kernels on disk, then with them, some rounds."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        variables = {**os.environ, "XDG_CACHE_HOME": folder}
        variables.pop("NUMBA_CACHE_DIR", None)
        # As on a user's machine, Python keeps what it has compiled of its own; here it goes with the folder.
        variables.pop("PYTHONDONTWRITEBYTECODE", None)
        variables["PYTHONPYCACHEPREFIX"] = folder
        for _ in range(1 + rounds):
            begin = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "beboersim", *FIRST_RESULT], check=True, env=variables, stdout=subprocess.DEVNULL
            )
            found.append(time.perf_counter() - begin)
    return found[0], found[1:]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--place", default="Aarhus")
    parser.add_argument("--scale", type=float, default=0.25)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="leave out what takes minutes")
    options = parser.parse_args()
    timed_town([options.place], 0.02, 13)
    rounds = []
    for _ in range(options.rounds):
        draw = nanoseconds_per_draw()
        spent, whole, person_months, _ = timed_town([options.place], options.scale, options.months)
        cost = whole / person_months * 1e9
        rounds.append((cost / draw, cost, draw, {name: s / whole for name, s in spent.items()}))
    middle = sorted(rounds, key=lambda one: one[0])[len(rounds) // 2]
    result: dict[str, Any] = {
        "draws_per_person_month": middle[0],
        "draws_per_person_month_spread": spread([one[0] for one in rounds]),
        "ns_per_person_month": middle[1],
        "ns_per_draw": middle[2],
        "share_by_process": dict(sorted(middle[3].items(), key=lambda item: -item[1])),
    }
    if not options.quick:
        cold, warm = first_result(rounds=3)
        result["first_result_s"] = {"warm": statistics.median(warm), "cold": cold, "warm_spread": spread(warm)}
        grown = exponent()
        result["exponent"] = grown["exponent"]
        result["exponent_points"] = {"persons": grown["persons"], "ms_per_month": grown["ms_per_month"]}
        result["bytes_per_person"] = timed_town([options.place], 0.1, FIFTEEN_YEARS)[3]
        ratios = ratio_to_agents(3)
        result["ratio_to_agents"] = statistics.median(ratios)
        result["ratio_to_agents_spread"] = spread(ratios)
    if options.json:
        print(json.dumps(result, indent=2))
        return
    print(f"{options.place}, scale {options.scale}, {options.months} months, {options.rounds} rounds")
    for name, value in result.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
