"""The commands as functions and objects: `compare(...)`, `Sweep(...).run(...)`, `open_results(...)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from beboersim.errors import InputError
from beboersim.evidence.areas import read_areas
from beboersim.evidence.municipalities import municipality
from beboersim.experiments.compare import Comparison, run_scenarios, summarise
from beboersim.experiments.experiment import Experiment
from beboersim.experiments.experiment_file import read_experiment
from beboersim.experiments.options import RunOptions
from beboersim.experiments.results import Results, open_results
from beboersim.experiments.sweep import Executor, How, Measured, dry_run, status, sweep
from beboersim.policy.catalogue import Preset, Value
from beboersim.policy.scenario import Scenario

__all__ = ["Results", "Sweep", "compare", "open_results"]


def compare(
    *scenarios: str | Path | Scenario,
    place: str | Sequence[str],
    start: int | date = 2015,
    until: int | date = 2025,
    seed: int = 1,
    replications: int = 10,
    scale: float = 1.0,
    preset: Preset = "central",
    settings: Mapping[str, Value] | None = None,
    areas: Path | None = None,
    workers: int = 1,
) -> Comparison:
    """Run scenarios on the same seeds; the first is the baseline.

    Parameters
    ----------
    scenarios
        Shipped names, files of your own, or scenarios that were loaded.
    place
        One municipality or several.
    start, until
        A year means its 1 January; `until` is not included.
    scale
        Share of the households simulated, in (0, 1].

    Raises
    ------
    InputError
        On the first mistake, in one sentence.
    """
    if len(scenarios) < 2:
        raise InputError("compare takes a baseline and at least one scenario.")
    first, last = (date(day, 1, 1) if isinstance(day, int) else day for day in (start, until))
    towns = tuple(dict.fromkeys(municipality(name).name for name in ([place] if isinstance(place, str) else place)))
    rows = read_areas(areas)
    names = {row.area for row in rows}
    loaded = tuple(one if isinstance(one, Scenario) else Scenario.load(one, names) for one in scenarios)
    for one in loaded:
        one.check_dates(first, last)
        one.check_places({town: {row.area for row in rows if row.municipality == town} for town in towns})
    options = RunOptions(
        scenarios=loaded, places=towns, start=first, until=last, seed=seed, replications=replications, scale=scale,
        preset=preset, settings=settings or {}, areas=areas, workers=workers,
    )  # fmt: skip
    return summarise(run_scenarios(options), len(loaded))


class Sweep:
    """A sweep that can be run, left and continued.

    Parameters
    ----------
    experiment
        A shipped name, a file of your own, or an experiment that was loaded. Without it, the keys of an experiment
        file are given by name, `start` for `from`.
    id
        Name of a sweep that has no file.
    design, stop, target
        The tables of those names.

    Examples
    --------
    >>> sweep = Sweep(places=["Svendborg"], start=2015, until=2016, scale=0.02, scenarios=["law", "flexible-off"])
    >>> len(sweep)
    2
    """

    def __init__(
        self,
        experiment: str | Path | Experiment | None = None,
        *,
        id: str = "sweep",
        design: Mapping[str, Any] | None = None,
        stop: Mapping[str, Any] | None = None,
        target: Sequence[Mapping[str, Any]] = (),
        **keys: Any,
    ) -> None:
        if isinstance(experiment, Experiment):
            self.experiment = experiment
        elif experiment is not None:
            if keys or design or stop or target:
                raise InputError("a sweep is given by its file or by its keys, not by both.")
            self.experiment = Experiment.load(experiment)
        else:
            head = {"from" if key == "start" else key: value for key, value in keys.items()}
            for key in ("from", "until"):
                if isinstance(head.get(key), int):
                    head[key] = date(head[key], 1, 1)
            head.setdefault("name", {"en": id, "da": id})
            tables = {"experiment": head, "design": design, "stop": stop, "target": list(target)}
            text = toml_of({name: table for name, table in tables.items() if table})
            self.experiment = read_experiment(f"{id}.toml", text, Path(f"{id}.toml"))

    def run(
        self,
        out: str | Path,
        *,
        workers: int = 1,
        executor: Executor = "processes",
        scheduler: str | None = None,
        shard: tuple[int, int] | None = None,
        limit: int | None = None,
        again: bool = False,
    ) -> Results:
        """Run what is missing in a folder and return its results. A failed run is a row, not an exception."""
        how = How(workers, executor, scheduler, shard, limit, again)
        sweep(self.experiment, Path(out), how, command=["beboersim", "sweep", self.experiment.path])
        return open_results(out)

    def status(self, out: str | Path) -> dict[str, int]:
        """Return how many runs are done, have failed, and there are in all."""
        return status(self.experiment, Path(out))

    def dry_run(self, workers: int = 1) -> Measured:
        """Run one run, keep nothing, and say what all will take."""
        return dry_run(self.experiment, None, workers)

    def __len__(self) -> int:
        return len(self.experiment.planned())

    def __repr__(self) -> str:
        one = self.experiment
        return f"Sweep({one.id!r}: {len(self)} runs, {len(one.policies)} policies, {len(one.futures)} futures)"


def toml_of(tables: Mapping[str, Any]) -> str:
    """Return an experiment's tables as TOML."""
    lines: list[str] = []
    for name, table in tables.items():
        for one in table if isinstance(table, list) else [table]:
            lines.append(f"[[{name}]]" if isinstance(table, list) else f"[{name}]")
            lines += [f"{_quoted(key)} = {_toml(value)}" for key, value in one.items()]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_quoted(key)} = {_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    return _quoted(str(value))


def _quoted(text: str) -> str:
    """Return a text as a TOML string: JSON's strings are among TOML's."""
    import json

    return json.dumps(text, ensure_ascii=False)
