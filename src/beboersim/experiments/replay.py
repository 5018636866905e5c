"""A run once more: what it was, from the provenance beside its results, so that it can be repeated and watched."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beboersim.errors import InputError, meant
from beboersim.experiments.provenance import data_version, file_hash, package_version
from beboersim.experiments.runs import RunSpec, run_id
from beboersim.experiments.store import PROVENANCE

if TYPE_CHECKING:
    from collections.abc import Collection

SHOWN = 3  # run ids named in an error


def spec_of(folder: Path, chosen: str | None, areas: Path | None = None) -> RunSpec:
    """Return what decided a run of a result folder.

    Parameters
    ----------
    folder
        What `--out` was.
    chosen
        Id of the run; may be left out where the folder holds one.
    areas
        The user's table of areas, where the run had one: results hold its hash and not the table.

    Raises
    ------
    InputError
        If there is no such folder or run, or if this version of beboersim would run it another way.
    """
    told = read_provenance(folder)
    try:
        return _spec(folder, told, chosen, areas)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"--run {folder}: {PROVENANCE} there does not say what was run ({error}).") from None


def read_provenance(folder: Path) -> dict[str, Any]:
    """Return the provenance of a result folder."""
    if not folder.is_dir():
        raise InputError(f"--run {folder}: there is no such folder. Give the one that `--out` wrote.")
    path = folder / PROVENANCE
    if not path.is_file():
        raise InputError(f"--run {folder}: there is no {PROVENANCE} in it, so it holds no results of beboersim.")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: it cannot be read as JSON ({error}).") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: it does not say what was run.")
    return found


def _spec(folder: Path, told: dict[str, Any], chosen: str | None, areas: Path | None) -> RunSpec:
    made_by = (told["versions"]["beboersim"], told["versions"]["data"])
    here = (package_version(), data_version())
    if made_by != here:
        raise InputError(
            f"--run {folder}: the run was made by beboersim {made_by[0]} with data {made_by[1]}, and this is "
            f"{here[0]} with data {here[1]}. Only the version that made a run can repeat it."
        )
    if "runs" not in told:
        raise InputError(f"--run {folder}: only a folder of `beboersim run` or `compare` says what each run was.")
    wanted = _which(folder, told["runs"], chosen)
    run = told["runs"][wanted]
    table = _areas(folder, told["areas_file"], areas)
    spec = RunSpec(
        scenario=_scenario(run["scenario"], told, table),
        places=tuple(told["places"]),
        start=date.fromisoformat(told["start"]),
        until=date.fromisoformat(told["until"]),
        seed=run["seed"],
        scale=told["scale"],
        preset=told["preset"],
        settings=tuple(sorted(told["settings"].items())),
        areas=table,
        cohorts=tuple(date.fromisoformat(day) for day in run["cohorts"]),
    )
    if run_id(spec) != wanted:
        raise InputError(
            f"--run {folder}: {PROVENANCE} there does not say the whole of run {wanted}; it was changed afterwards."
        )
    return spec


def _which(folder: Path, runs: Collection[str], chosen: str | None) -> str:
    """Return the id of the run that is meant."""
    first = ", ".join(sorted(runs)[:SHOWN]) + (", ..." if len(runs) > SHOWN else "")
    if chosen is None:
        if len(runs) == 1:
            return next(iter(runs))
        raise InputError(f"--run {folder}: the folder holds {len(runs)} runs. Name one of them: {first}.")
    if chosen not in runs:
        raise InputError(f"--run {folder}: the folder holds no run {chosen}.{meant(chosen, runs)} It holds {first}.")
    return chosen


def _areas(folder: Path, held: dict[str, str] | None, given: Path | None) -> Path | None:
    """Return the table of areas that the run had."""
    if held is None:
        if given is not None:
            raise InputError(f"--areas {given}: the run had no table of areas of its own. Leave --areas out.")
        return None
    if given is None:
        raise InputError(f"--run {folder}: the run had its own table of areas, {held['name']}. Give it with --areas.")
    if not given.is_file():
        raise InputError(f"--areas {given}: there is no such file.")
    if file_hash(given) != held["sha256"]:
        raise InputError(f"--areas {given}: the run had another table ({held['name']}), or this one was changed since.")
    return given


def _scenario(name: str, told: dict[str, Any], areas: Path | None) -> Any:
    from beboersim.evidence.areas import read_areas
    from beboersim.policy.scenario import Scenario

    known = {row.area for row in read_areas(areas)} if areas is not None else set()
    return Scenario.of_text(name, told["scenarios"][name]["text"], known)
