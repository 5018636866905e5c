"""What a sweep adds to its runs, what a worker holds in memory, and what a shared past saves.

    python benchmarks/sweep.py [--json] [--households 2000] [--runs 48] [--rounds 3]

One worker does the runs of two policies, three years each. *Overhead* is the time between the first part and the last,
written to disk, less the time of the runs themselves. *Memory* is what the worker holds alone when it has done them;
*resident* counts also the pages of libraries, which all workers share. *Shared past* is the processor time of two
policies that part in the last year, in turn with what each has been through kept and not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from beboersim.evidence.municipalities import municipality
from beboersim.experiments import past
from beboersim.experiments.chunks import Chunk, Payload, do_chunk
from beboersim.experiments.experiment import Experiment
from beboersim.experiments.pool import in_processes
from beboersim.experiments.results import open_results
from beboersim.experiments.runs import execute
from beboersim.experiments.sweep import How, chunks_of, sweep

PERSONS_A_HOUSEHOLD = 2.0  # persons for --households; the town has 1.95 (Statistics Denmark, FAM55N)
EXPERIMENT = """
[experiment]
name = {{ en = "Benchmark", da = "Måling" }}
places = ["Svendborg"]
from = 2015-01-01
until = 2018-01-01
scale = {scale}
replications = {replications}
scenarios = ["law", "last-year.toml"]
"""
LAST_YEAR = """
[scenario]
base = "law"
name = { en = "Another last year", da = "Et andet sidste år" }
about = { en = "Half by flexible letting", da = "Halvdelen ved fleksibel udlejning" }
[[change]]
from = 2017-01-01
set = { "letting.flexible_share" = 0.5 }
where = "all"
source = "assumption, for the measurement"
"""


def held(process: int) -> tuple[float, float]:
    """Return the megabytes that a process holds alone and those resident."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return (kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]) / 1024, kilobytes["Rss"] / 1024


def worker_memory(experiment: Experiment) -> tuple[float, float]:
    """Return what a worker holds after all chunks of an experiment, in megabytes: alone, and resident."""
    chunks = chunks_of(experiment, experiment.planned())
    last = (0.0, 0.0)
    for heard in in_processes(chunks, 1, work=chunk_and_memory):
        if heard.begun is not None and heard.begun.startswith("memory "):
            alone, resident = heard.begun.split()[1:]
            last = (float(alone), float(resident))
    return last


def chunk_and_memory(chunk: Chunk, told: object) -> Payload:
    """Do a chunk, and say what this process then holds."""
    payload = do_chunk(chunk)
    assert callable(told)
    told("memory {:.1f} {:.1f}".format(*held(os.getpid())))
    return payload


def overhead(experiment: Experiment, folder: Path) -> float:
    """Return milliseconds a run that a sweep takes beside the runs, from its first part on disk to its last."""
    written: list[tuple[float, int]] = []
    sweep(experiment, folder, How(), lambda state: written.append((time.perf_counter(), state.done)))
    runs = open_results(folder).runs
    took = dict(zip(runs["run_id"], runs["wall_seconds"], strict=True))
    steps = [(at, done) for at, done in written if done]
    (first, before), (last, all_runs) = steps[0], steps[-1]
    # The runs of the first part are not in the time measured; parts are in the order of the runs.
    order = [run.run_id for run in experiment.planned()]
    inside = sum(took[run] for run in order[before:])
    return 1000.0 * ((last - first) - inside) / (all_runs - before)


def shared_past(experiment: Experiment, rounds: int) -> list[float]:
    """Return the processor time of a pair of runs without a shared past over that with one."""
    pair = [run.spec for run in experiment.planned()[:2]]
    found = []
    for _ in range(rounds):
        seconds = []
        for keep in (False, True):
            past.kept.clear()
            begin = time.thread_time()
            for spec in pair:
                if not keep:
                    past.kept.clear()
                execute(spec)
            seconds.append(time.thread_time() - begin)
        found.append(seconds[0] / seconds[1])
    return found


def main() -> None:
    """Measure, and print a line a figure or JSON."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--households", type=int, default=2000)
    asked.add_argument("--runs", type=int, default=48)
    asked.add_argument("--rounds", type=int, default=3)
    options = asked.parse_args()
    scale = options.households * PERSONS_A_HOUSEHOLD / municipality("Svendborg").population(2015)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "last-year.toml").write_text(LAST_YEAR, encoding="utf-8")
        file = folder / "benchmark.toml"
        file.write_text(EXPERIMENT.format(scale=round(scale, 4), replications=options.runs // 2), encoding="utf-8")
        experiment = Experiment.load(file)
        execute(experiment.planned()[0].spec)  # compiles
        saved = shared_past(experiment, options.rounds)
        added = [overhead(experiment, folder / f"out-{number}") for number in range(options.rounds)]
        alone, resident = worker_memory(experiment)
    found = {
        "overhead_ms_per_run": {"min": min(added), "median": statistics.median(added), "max": max(added)},
        "worker_mb": {"alone": alone, "resident": resident},
        "shared_past_ratio": {"min": min(saved), "median": statistics.median(saved), "max": max(saved)},
    }
    print(json.dumps(found, indent=2) if options.json else "\n".join(f"{name}: {what}" for name, what in found.items()))


if __name__ == "__main__":
    main()
