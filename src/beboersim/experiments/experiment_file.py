"""The file of an experiment, read and checked: the same catalogue and the same errors as a scenario's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

from beboersim.errors import InputError, meant
from beboersim.experiments.compare import Outcome
from beboersim.experiments.design import DESIGNS, SAMPLED, Design, DesignKind, Factor
from beboersim.experiments.experiment import ANALYSED, Experiment, Stop, Target
from beboersim.experiments.options import FIRST_START, LAST_START, LAST_YEAR, MOST_REPLICATIONS, MOST_SEED
from beboersim.outcomes.metrics import metrics
from beboersim.policy.catalogue import PRESETS, Preset, Quantity, Value, catalogue, shown
from beboersim.policy.file_reader import FileReader, Key
from beboersim.policy.scenario import Scenario
from beboersim.policy.shipped import shipped_files
from beboersim.policy.toml_lines import text_of
from beboersim.policy.where import EVERYWHERE, read_where

TABLES = ("experiment", "design", "stop", "target")
EXPERIMENT_KEYS = ("name", "about", "places", "apart", "from", "until", "scale", "seed", "replications", "preset",
                   "presets", "set", "scenarios", "baseline", "areas", "cohort", "outcomes")  # fmt: skip
DESIGN_KEYS = ("kind", "combine", "factors", "parameters", "except", "points", "trajectories", "seed", "file")
FACTOR_KEYS = ("values", "range", "levels", "from", "until", "where")
STOP_KEYS = ("half_width", "outcome", "at_most", "step")
TARGET_KEYS = ("outcome", "above", "below")
SIZE_KEYS: dict[str, str] = {"latin": "points", "sobol": "points", "morris": "trajectories"}
MOST_POINTS = 1_000_000
MOST_LEVELS = 1000

SUMS = ("outside", "lodged_households", "residents")  # counts that are outcomes as they are


def read_experiment(path: str, text: str, file: Path) -> Experiment:
    """Read an experiment; tables that it names lie beside `file`."""
    try:
        return _Reader(path, text, file).experiment()
    except RecursionError:
        raise InputError(f"{path}: tables or lists lie too deep within each other.") from None


class _Reader(FileReader):
    """One experiment file being read."""

    kind = "experiment"

    def __init__(self, path: str, text: str, file: Path) -> None:
        super().__init__(path, text)
        self.file = file

    def experiment(self) -> Experiment:
        self.only(self.table, TABLES, ())
        head = self.table.get("experiment")
        if not isinstance(head, dict):
            self.wrong(("experiment",), "the table [experiment] with a name is missing.")
        self.only(head, EXPERIMENT_KEYS, ("experiment",))
        areas = self.areas(head)
        start, until = self.years(head, areas)
        places = self.places(head)
        names = self.known_areas(areas)
        scenarios = self.scenarios(("experiment", "scenarios"), head.get("scenarios", ["law"]), names)
        design, combined = self.design(names)
        for scenario in (*scenarios, *combined.values()):
            scenario.check_dates(start, until)
        seed = self.whole(head, ("experiment", "seed"), 1, 0, MOST_SEED)
        replications = self.whole(head, ("experiment", "replications"), 1, 1, MOST_REPLICATIONS)
        outcomes = self.outcomes(head)
        settings = self.settings(head)
        found = Experiment(
            id=Path(self.path).stem,
            name=self.words(head, "name"),
            about=self.words(head, "about") if "about" in head else None,
            places=places,
            start=start,
            until=until,
            scale=self.number(head, ("experiment", "scale"), 1.0, 0.0, 1.0),
            seed=seed,
            replications=replications,
            presets=self.presets(head),
            settings=settings,
            scenarios=scenarios,
            baseline=None,
            design=design,
            combined=combined,
            stop=self.stop(outcomes, replications),
            targets=self.targets(outcomes),
            outcomes=outcomes,
            areas=areas,
            given_cohort=self.cohort(head, start, until),
            path=self.path,
            text=self.text,
        )
        for name in settings:
            if design and any(factor.name == name for factor in design.factors):
                self.wrong(("experiment", "set", name), f"{name} is set for all runs and is a factor of the design.")
        self.check_dates_of_factors(design, start, until)
        most = found.stop.at_most if found.stop else replications
        if seed + most - 1 > MOST_SEED:
            self.wrong(("experiment", "seed"), f"seed = {seed} leaves no room for {most} replications below 2 to 64.")
        return self.with_baseline(found, head)

    def with_baseline(self, found: Experiment, head: Mapping[str, Any]) -> Experiment:
        baseline = head.get("baseline")
        labels = [policy.label for policy in found.policies]
        if baseline is not None and baseline not in labels:
            near = meant(str(baseline), labels) or f" The policies are {', '.join(labels[:6])}."
            self.wrong(("experiment", "baseline"), f"baseline = {shown(baseline)} is not a policy here.{near}")
        return replace(found, baseline=baseline)

    # What stands in [experiment]

    def areas(self, head: Mapping[str, Any]) -> Path | None:
        given = head.get("areas")
        if given is None:
            return None
        if not isinstance(given, str):
            self.wrong(("experiment", "areas"), f"areas = {shown(given)} is not the name of a table of areas.")
        from beboersim.evidence.areas import read_areas

        path = self.file.parent / given
        read_areas(path)
        return path

    def known_areas(self, areas: Path | None) -> set[str]:
        from beboersim.evidence.areas import read_areas

        return {row.area for row in read_areas(areas)} if areas else set()

    def years(self, head: Mapping[str, Any], areas: Path | None) -> tuple[date, date]:
        from beboersim.evidence.areas import read_areas

        start, until = (self.day(("experiment",), head, key) for key in ("from", "until"))
        if start is None or until is None:
            self.wrong(("experiment",), "the experiment needs from and until, such as from = 2015-01-01.")
        last = max(LAST_START, max(row.year for row in read_areas(areas))) if areas else LAST_START
        if (start.month, start.day) != (1, 1) or not FIRST_START <= start.year <= last:
            self.wrong(
                ("experiment", "from"),
                f"from = {start}: a run starts on 1 January of a year from {FIRST_START} to {last}, "
                "the years that the table of areas can fill a town for.",
            )
        if until.day != 1:
            self.wrong(("experiment", "until"), f"until = {until}: a run ends with a month, on the first of the next.")
        if not start < until <= date(LAST_YEAR, 1, 1):
            self.wrong(
                ("experiment", "until"), f"until = {until} is not after from = {start} and at most {LAST_YEAR}-01-01."
            )
        return start, until

    def cohort(self, head: Mapping[str, Any], start: date, until: date) -> date | None:
        day = self.day(("experiment",), head, "cohort")
        if day is not None and (day.day != 1 or not start <= day < until):
            self.wrong(("experiment", "cohort"), f"cohort = {day} is not the first of a month within the run.")
        return day

    def places(self, head: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
        from beboersim.evidence.municipalities import known_as, names

        key: Key = ("experiment", "places")
        given = head.get("places")
        apart = head.get("apart", given == "all")
        if not isinstance(apart, bool):
            self.wrong(("experiment", "apart"), f"apart = {shown(apart)} is not true or false.")
        if given == "all":
            found = tuple(names())
        else:
            if not isinstance(given, list) or not given:
                self.wrong(key, 'places is a list of municipalities, such as ["Svendborg"], or "all".')
            known: list[str] = []
            for at, name in enumerate(given):
                right = known_as(name) if isinstance(name, str) else None
                if right is None:
                    self.wrong((*key, at), f"{shown(name)} is not a Danish municipality.{meant(str(name), names())}")
                known.append(str(right))
            found = tuple(dict.fromkeys(known))
        return tuple((name,) for name in found) if apart else (found,)

    def presets(self, head: Mapping[str, Any]) -> tuple[Preset, ...]:
        if "preset" in head and "presets" in head:
            self.wrong(("experiment", "preset"), "preset and presets say the same; give one of them.")
        given = head.get("presets", [head.get("preset", "central")])
        key: Key = ("experiment", "presets" if "presets" in head else "preset")
        if not isinstance(given, list) or not given:
            self.wrong(key, 'presets is a list, such as ["central", "null"].')
        for name in given:
            if name not in PRESETS:
                near = meant(str(name), PRESETS)
                self.wrong(key, f"{shown(name)} is not a preset.{near} The presets are {', '.join(PRESETS)}.")
        return tuple(dict.fromkeys(cast("list[Preset]", given)))

    def scenarios(self, key: Key, given: object, areas: set[str]) -> tuple[Scenario, ...]:
        if not isinstance(given, list) or not given or not all(isinstance(name, str) for name in given):
            self.wrong(key, f'{key[-1]} is a list of scenarios, such as ["law", "flexible-off"].')
        found: dict[str, Scenario] = {}
        for at, name in enumerate(given):
            scenario = self.scenario(name, (*key, at), areas)
            if scenario.id in found:
                self.wrong((*key, at), f"two scenarios are called {scenario.id}. Results are told apart by name.")
            found[scenario.id] = scenario
        return tuple(found.values())

    def scenario(self, name: str, key: Key, areas: set[str]) -> Scenario:
        shipped = shipped_files("scenarios")
        if name in shipped:
            return Scenario.load(name, areas)
        path = self.file.parent / name
        if path.suffix != ".toml" or not path.exists():
            self.wrong(
                key,
                f"{shown(name)} is not a scenario.{meant(name, shipped)} "
                "Your own is given by its file, beside this one.",
            )
        return Scenario.load(path, areas)

    def settings(self, head: Mapping[str, Any]) -> dict[str, Value]:
        given = head.get("set", {})
        if not isinstance(given, dict):
            self.wrong(("experiment", "set"), 'set is a table, such as { "letting.flexible_share" = 0.5 }.')
        return {
            name: self.accepted(self.quantity(name, key), value, key)
            for name, value, key in flat(given, ("experiment", "set"))
        }

    def quantity(self, name: str, key: Key) -> Quantity:
        found = catalogue().get(name)
        if found is None:
            self.wrong(key, f"{shown(name)[1:-1]} is not a lever, switch or parameter.{meant(name, catalogue())}")
        return found

    def accepted(self, quantity: Quantity, value: object, key: Key) -> Value:
        try:
            return quantity.accept(value)
        except ValueError as error:
            self.wrong(key, str(error))

    def whole(self, table: Mapping[str, Any], key: Key, default: int, low: int, high: int) -> int:
        given = table.get(str(key[-1]), default)
        if not isinstance(given, int) or isinstance(given, bool) or not low <= given <= high:
            self.wrong(key, f"{key[-1]} = {shown(given)} is not a whole number from {low} to {high}.")
        return given

    def number(self, table: Mapping[str, Any], key: Key, default: float, above: float, most: float) -> float:
        given = table.get(str(key[-1]), default)
        if not isinstance(given, int | float) or isinstance(given, bool) or not above < given <= most:
            self.wrong(key, f"{key[-1]} = {shown(given)} is not a number above {above:g} and at most {most:g}.")
        return float(given)

    # Outcomes, [stop] and [[target]]

    def outcomes(self, head: Mapping[str, Any]) -> tuple[Outcome, ...]:
        given = head.get("outcomes")
        if given is None:
            return ANALYSED
        if not isinstance(given, list) or not given:
            self.wrong(("experiment", "outcomes"), 'outcomes is a list, such as ["town.dissimilarity"].')
        return tuple(self.outcome(one, ("experiment", "outcomes", at)) for at, one in enumerate(given))

    def outcome(self, given: object, key: Key) -> Outcome:
        of_towns = [metric.id for metric in metrics() if "municipality" in metric.levels]
        valid = [f"{scope}.{name}" for scope in ("listed", "rest", "town") for name in (*of_towns, *SUMS)]
        if given not in valid:
            near = meant(str(given), valid)
            self.wrong(
                key,
                f"{shown(given)} is not an outcome.{near} An outcome is listed, rest or town, a point and a metric, "
                "such as listed.stigma; `beboersim metrics` lists them.",
            )
        scope, _, name = str(given).partition(".")
        return Outcome(scope, name)

    def stop(self, outcomes: Sequence[Outcome], replications: int) -> Stop | None:
        table = self.table.get("stop")
        if table is None:
            return None
        if not isinstance(table, dict):
            self.wrong(("stop",), "[stop] is a table with half_width, outcome and at_most.")
        self.only(table, STOP_KEYS, ("stop",))
        given = table.get("outcome")
        names: list[Any] = given if isinstance(given, list) else [given]
        keys = [outcome.key for outcome in outcomes]
        for name in names:
            if name not in keys:
                near = meant(str(name), keys) or f" The outcomes are {', '.join(keys[:6])}."
                self.wrong(("stop", "outcome"), f"outcome = {shown(name)} is not an outcome of this experiment.{near}")
        if "half_width" not in table:
            self.wrong(("stop",), "[stop] needs the half_width that is wanted, in the unit of the outcome.")
        if replications < 2:
            self.wrong(("experiment", "replications"), "a half-width needs replications = 2 or more to begin with.")
        at_most = self.whole(table, ("stop", "at_most"), max(replications, 200), replications, MOST_REPLICATIONS)
        return Stop(
            tuple(names),
            self.number(table, ("stop", "half_width"), 0.0, 0.0, float("inf")),
            at_most,
            self.whole(table, ("stop", "step"), 10, 1, MOST_REPLICATIONS),
        )

    def targets(self, outcomes: Sequence[Outcome]) -> tuple[Target, ...]:
        tables = self.table.get("target", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.wrong(("target",), "a target is written as a table under [[target]].")
        found = []
        keys = [outcome.key for outcome in outcomes]
        for at, table in enumerate(tables):
            self.only(table, TARGET_KEYS, ("target", at))
            name = table.get("outcome")
            if name not in keys:
                near = meant(str(name), keys) or f" The outcomes are {', '.join(keys[:6])}."
                self.wrong(("target", at, "outcome"), f"outcome = {shown(name)} is not one of this experiment.{near}")
            sides = [table.get(side) for side in ("above", "below")]
            if sum(side is not None for side in sides) != 1:
                self.wrong(("target", at), "a target has either above or below.")
            for side, value in zip(("above", "below"), sides, strict=True):
                if value is not None and (not isinstance(value, int | float) or isinstance(value, bool)):
                    self.wrong(("target", at, side), f"{side} = {shown(value)} is not a number.")
            found.append(Target(str(name), *(None if side is None else float(side) for side in sides)))
        return tuple(found)

    # [design]

    def design(self, areas: set[str]) -> tuple[Design | None, dict[str, Scenario]]:
        table = self.table.get("design")
        if table is None:
            return None, {}
        if not isinstance(table, dict):
            self.wrong(("design",), "[design] is a table with a kind and factors.")
        self.only(table, DESIGN_KEYS, ("design",))
        kind = table.get("kind")
        if kind not in DESIGNS:
            self.wrong(("design", "kind"), f"kind = {shown(kind)} is not one of {', '.join(DESIGNS)}."
                       f"{meant(str(kind), DESIGNS)}")  # fmt: skip
        combined = {}
        if "combine" in table:
            loaded = self.scenarios(("design", "combine"), table["combine"], areas)
            combined = {scenario.id: scenario for scenario in loaded}
            self.check_disjoint(loaded)
        factors = [Factor(name, "scenario", "flag", (False, True)) for name in combined]
        if kind == "table":
            return self.from_table(table, combined, tuple(factors)), combined
        factors += self.factors(table, kind) + self.all_parameters(table, kind)
        if not factors:
            self.wrong(("design",), "the design varies nothing: give factors, combine or parameters.")
        size_key = SIZE_KEYS.get(kind)
        for key in ("points", "trajectories"):
            if key in table and key != size_key:
                self.wrong(("design", key), f"{key} is not for the design {kind}.")
        size = 0
        if size_key:
            if size_key not in table:
                self.wrong(("design",), f"the design {kind} needs {size_key}.")
            size = self.whole(table, ("design", size_key), 0, 1, MOST_POINTS)
            if kind == "sobol" and size & (size - 1):
                self.wrong(("design", "points"), f"points = {size} is not a power of two, as a Sobol design needs.")
            if kind == "morris" and size < 2:
                self.wrong(("design", "trajectories"), "a Morris design needs two trajectories or more.")
        found = Design(kind, tuple(factors), size, self.whole(table, ("design", "seed"), 1, 0, 2**32 - 1))
        if len(found) > MOST_POINTS:
            self.wrong(("design",), f"the design has {len(found)} points; at most {MOST_POINTS} are run.")
        return found, combined

    def check_disjoint(self, scenarios: Sequence[Scenario]) -> None:
        """Refuse to combine scenarios that set the same lever: which one would hold?"""
        owner: dict[str, str] = {}
        for at, scenario in enumerate(scenarios):
            for name in {name for change in scenario.changes for name in change.set}:
                if owner.setdefault(name, scenario.id) != scenario.id:
                    self.wrong(
                        ("design", "combine", at),
                        f"{scenario.id} sets {name}, which {owner[name]} sets already. Scenarios that are combined "
                        "must have levers of their own.",
                    )

    def factors(self, table: Mapping[str, Any], kind: DesignKind) -> list[Factor]:
        given = table.get("factors", {})
        if not isinstance(given, dict):
            self.wrong(("design", "factors"), "factors are a table: [design.factors] with a line for each.")
        return [self.factor(name, value, key, kind) for name, value, key in flat_factors(given, ("design", "factors"))]

    def factor(self, name: str, given: object, key: Key, kind: DesignKind) -> Factor:
        quantity = self.quantity(name, key)
        if given == "range":
            given = {"range": "catalogue"}
        if isinstance(given, list):
            given = {"values": given}
        if not isinstance(given, dict):
            self.wrong(key, f'{name} is given as a list of values, as {{ range = [a, b] }} or as "range".')
        self.only(given, FACTOR_KEYS, key)
        if ("values" in given) == ("range" in given):
            self.wrong(key, f"{name} has either values or a range.")
        if "levels" in given and ("range" not in given or kind in SAMPLED):
            self.wrong((*key, "levels"), "levels are for the range of a grid, factorial or one-at-a-time design.")
        start, until = self.day(key, given, "from"), self.day(key, given, "until")
        where = EVERYWHERE
        if "where" in given:
            try:
                where = read_where(given["where"])
            except ValueError as error:
                self.wrong((*key, "where"), str(error))
        if (start or until or where != EVERYWHERE) and quantity.kind != "lever":
            self.wrong(key, f"{name} is a {quantity.kind}: it is the same for the whole run and in all places.")
        if where != EVERYWHERE and not quantity.places:
            self.wrong((*key, "where"), f"{name} is the same in all places; it cannot be set for {where}.")
        made = Factor(name, quantity.kind, quantity.type, start=start, until=until, where=where)
        if "values" in given:
            values = given["values"]
            if not isinstance(values, list) or not values:
                self.wrong((*key, "values"), f"{name} needs a list with a value or more.")
            accepted = tuple(self.accepted(quantity, value, key) for value in values)
            if len(set(accepted)) < len(accepted):
                self.wrong(key, f"{name} has the same value twice.")
            if kind == "factorial" and len(accepted) != 2:
                self.wrong(key, f"{name} has {len(accepted)} values; a factorial design has two. A grid takes more.")
            return replace(made, values=accepted)
        low, high = self.bounds(quantity, given["range"], (*key, "range"))
        if quantity.range is None:
            return replace(made, values=self.accepted_choices(quantity))
        made = replace(made, low=low, high=high)
        if kind in SAMPLED:
            return made
        levels = self.whole(given, (*key, "levels"), 2 if kind == "factorial" else 5, 2, MOST_LEVELS)
        if kind == "factorial" and levels != 2:
            self.wrong((*key, "levels"), "a factorial design has two levels. A grid takes more.")
        return replace(made, values=tuple(dict.fromkeys(made.at(step / (levels - 1)) for step in range(levels))))

    def accepted_choices(self, quantity: Quantity) -> tuple[Value, ...]:
        return (False, True) if quantity.type == "flag" else tuple(quantity.choices)

    def bounds(self, quantity: Quantity, given: object, key: Key) -> tuple[float, float]:
        if given == "catalogue":
            return quantity.range or (0.0, 1.0)
        if quantity.range is None:
            self.wrong(key, f"{quantity.name} has no range of numbers: list its values.")
        if not isinstance(given, list) or len(given) != 2:
            self.wrong(key, f"a range has two ends, such as [{quantity.range[0]:g}, {quantity.range[1]:g}].")
        low, high = (self.accepted(quantity, end, key) for end in given)
        if not float(low) < float(high):
            self.wrong(key, f"the range of {quantity.name} is empty: {shown(low)} is not below {shown(high)}.")
        return float(low), float(high)

    def all_parameters(self, table: Mapping[str, Any], kind: DesignKind) -> list[Factor]:
        given, left_out = table.get("parameters"), table.get("except", [])
        if given is None:
            return []
        if given != "all":
            self.wrong(("design", "parameters"), 'parameters = "all" takes every parameter with its range.')
        if not isinstance(left_out, list):
            self.wrong(("design", "except"), "except is a list of names of parameters.")
        for at, name in enumerate(left_out):
            if self.quantity(str(name), ("design", "except", at)).kind != "parameter":
                self.wrong(("design", "except", at), f"{name} is not a parameter.")
        named = {name for name, *_ in flat_factors(table.get("factors", {}), ())} | {*left_out}
        return [
            self.factor(quantity.name, "range", ("design", "parameters"), kind)
            for quantity in catalogue().values()
            if quantity.kind == "parameter" and quantity.name not in named
        ]

    def from_table(
        self, table: Mapping[str, Any], combined: Mapping[str, Scenario], factors: tuple[Factor, ...]
    ) -> Design:
        """Return a design whose points are the rows of a CSV or Parquet file beside the experiment."""
        for key in ("factors", "parameters", "points", "trajectories"):
            if key in table:
                self.wrong(("design", key), f"{key} is not for the design table: the columns of the file say it.")
        name = table.get("file")
        if not isinstance(name, str) or Path(name).suffix not in (".csv", ".parquet"):
            self.wrong(("design", "file") if name else ("design",), "the design table needs file, a .csv or .parquet.")
        columns, rows = read_points(self.file.parent / name)
        for column in columns:
            if column not in combined:
                known = [*catalogue(), *combined]
                if column not in catalogue():
                    self.wrong(
                        ("design", "file"), f"{name}: the column {column} is not a lever, switch or parameter."
                        f"{meant(column, known)}"
                    )  # fmt: skip
        points = []
        for number, row in enumerate(rows, start=2):
            point: dict[str, Value] = dict.fromkeys(combined, False)
            for column, value in zip(columns, row, strict=True):
                if value is None or value == "":
                    continue
                try:
                    if column in combined:
                        point[column] = {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]
                    elif isinstance(value, str):
                        point[column] = catalogue()[column].read(value)
                    else:
                        point[column] = catalogue()[column].accept(value)
                except KeyError:
                    self.wrong(("design", "file"), f"{name}, row {number}: {column} is not true or false.")
                except ValueError as error:
                    self.wrong(("design", "file"), f"{name}, row {number}: {error}")
            points.append(point)
        if not points:
            self.wrong(("design", "file"), f"{name} has no rows.")
        made = [
            Factor(column, catalogue()[column].kind, catalogue()[column].type,
                   values=tuple(dict.fromkeys(point[column] for point in points if column in point)))
            for column in columns if column not in combined
        ]  # fmt: skip
        return Design("table", (*factors, *made), rows=tuple(points))

    def check_dates_of_factors(self, design: Design | None, start: date, until: date) -> None:
        for factor in design.factors if design else ():
            if factor.start is not None and not start <= factor.start < until:
                self.wrong(
                    ("design", "factors", factor.name, "from"),
                    f"from = {factor.start} is outside the run: the run goes from {start} to {until}, not included.",
                )


def flat(table: Mapping[str, Any], at: Key, name: str = "") -> Iterator[tuple[str, object, Key]]:
    """Yield dotted name, value and key; a name without quotes makes TOML nest tables and means the same."""
    for key, value in table.items():
        dotted = f"{name}.{key}" if name else key
        if isinstance(value, dict):
            yield from flat(value, (*at, key), dotted)
        else:
            yield dotted, value, (*at, key)


def flat_factors(table: Mapping[str, Any], at: Key, name: str = "") -> Iterator[tuple[str, object, Key]]:
    """Yield factors as `flat` does; a table of a factor's own keys is its value."""
    for key, value in table.items():
        dotted = f"{name}.{key}" if name else key
        if isinstance(value, dict) and not ({*value} & {*FACTOR_KEYS}) and value:
            yield from flat_factors(value, (*at, key), dotted)
        else:
            yield dotted, value, (*at, key)


def read_points(path: Path) -> tuple[list[str], list[list[Any]]]:
    """Return the columns and rows of a table of points; InputError says why it cannot be read."""
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq
        from pyarrow import ArrowException

        try:
            table = pq.read_table(path)
        except (ArrowException, OSError) as error:
            raise InputError(f"{path} cannot be read as Parquet: {error}.") from None
        return list(table.column_names), [list(row.values()) for row in table.to_pylist()]
    import csv

    lines = list(csv.reader(text_of(path).splitlines()))
    if not lines:
        raise InputError(f"{path} is empty.")
    columns = [column.strip() for column in lines[0]]
    for number, line in enumerate(lines[1:], start=2):
        if line and len(line) != len(columns):
            raise InputError(f"{path}, row {number}: {len(line)} cells; the first row has {len(columns)}.")
    return columns, [[cell.strip() for cell in line] for line in lines[1:] if line]
