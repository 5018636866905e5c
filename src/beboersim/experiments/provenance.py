"""What decided a result: written beside it, so that it can be repeated."""

from __future__ import annotations

import hashlib
import platform
import shlex
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from beboersim.experiments.experiment import Experiment
    from beboersim.experiments.options import RunOptions
    from beboersim.experiments.runs import RunSpec

PACKAGE = Path(__file__).parent.parent
FOLDERS = ("evidence", "law", "policy")
DATA = (".csv", ".toml")
PACKAGES = ("numpy", "numba", "llvmlite", "scipy", "pyarrow", "matplotlib")


def package_version() -> str:
    """Return the version of beboersim."""
    from beboersim import __version__

    return __version__


@cache
def data_version() -> str:
    """Return 16 hex digits over the tables that results depend on: evidence, parameters, levers, rules of law."""
    digest = hashlib.sha256()
    for folder in FOLDERS:
        for path in sorted(path for path in (PACKAGE / folder).rglob("*") if path.suffix in DATA):
            digest.update(path.relative_to(PACKAGE).as_posix().encode())
            # Line ends may differ between a clone and a wheel; the data does not.
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions that results may depend on."""
    found = {"beboersim": package_version(), "data": data_version(), "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # a copy without metadata
            continue
    return found | {"platform": f"{platform.system()} {platform.machine()}"}


def provenance(
    options: RunOptions, runs: Mapping[str, RunSpec], command: Iterable[str] | None = None
) -> dict[str, Any]:
    """Return everything that decides the result, ready for JSON; `runs` maps run id to what was run."""
    from beboersim.policy.catalogue import of_kind
    from beboersim.policy.plan import Plan

    plan = Plan(options.scenarios[0], options.preset, options.settings, options.start, options.until)
    areas = options.areas
    return {
        "versions": versions(),
        "command": shlex.join(["beboersim", *sys.argv[1:]] if command is None else command),
        "scenarios": {
            scenario.id: {"name": scenario.name.model_dump(), "text": scenario.text} for scenario in options.scenarios
        },
        "places": list(options.places),
        "start": options.start.isoformat(),
        "until": options.until.isoformat(),
        "scale": options.scale,
        "preset": options.preset,
        "settings": dict(options.settings),
        "parameters": {quantity.name: plan.parameter(quantity.name) for quantity in of_kind("parameter")},
        "areas_file": None if areas is None else {"name": areas.name, "sha256": file_hash(areas)},
        "seeds": sorted({spec.seed for spec in runs.values()}),
        "runs": {
            run_id: {
                "scenario": spec.scenario.id,
                "seed": spec.seed,
                "cohorts": [day.isoformat() for day in spec.cohorts],
            }
            for run_id, spec in sorted(runs.items())
        },
    }


def sweep_provenance(experiment: Experiment, command: Iterable[str] | None = None) -> dict[str, Any]:
    """Return everything that decides the results of a sweep, ready for JSON; each run's own is in the table of runs."""
    from beboersim.policy.catalogue import of_kind
    from beboersim.policy.plan import Plan

    scenarios = {one.id: one for one in (*experiment.scenarios, *experiment.combined.values())}
    parameters = {
        preset: Plan(experiment.scenarios[0], preset, start=experiment.start, until=experiment.until)
        for preset in experiment.presets
    }
    areas = experiment.areas
    return {
        "experiment": experiment.id,
        "versions": versions(),
        "command": shlex.join(["beboersim", *sys.argv[1:]] if command is None else command),
        "scenarios": {name: {"name": one.name.model_dump(), "text": one.text} for name, one in scenarios.items()},
        "places": [list(places) for places in experiment.places],
        "start": experiment.start.isoformat(),
        "until": experiment.until.isoformat(),
        "cohort": experiment.cohort.isoformat(),
        "scale": experiment.scale,
        "presets": list(experiment.presets),
        "settings": dict(experiment.settings),
        "parameters": {
            preset: {quantity.name: plan.parameter(quantity.name) for quantity in of_kind("parameter")}
            for preset, plan in parameters.items()
        },
        "areas_file": None if areas is None else {"name": areas.name, "sha256": file_hash(areas)},
        "baseline": experiment.first_policy,
        "outcomes": [outcome.key for outcome in experiment.outcomes],
        "targets": [target._asdict() for target in experiment.targets],
        "design": {
            "kind": "scenarios" if experiment.design is None else experiment.design.kind,
            "factors": [
                {"name": factor.name, "kind": factor.kind, "type": factor.type, "values": list(factor.values),
                 "low": factor.low, "high": factor.high}
                for factor in (experiment.design.factors if experiment.design else ())
            ],
        },
        "first_seed": experiment.seed,
        "replications": experiment.replications,
    }
