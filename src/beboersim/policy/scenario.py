"""A scenario: a table of lever, value and date, read from TOML and checked against the catalogue."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from beboersim.errors import InputError, meant
from beboersim.policy.catalogue import Text, Value, catalogue, of_kind, shown
from beboersim.policy.file_reader import FileReader
from beboersim.policy.shipped import shipped_files
from beboersim.policy.toml_lines import text_of
from beboersim.policy.where import EVERYWHERE, Where, read_where

BASES = ("law",)
TABLES = ("scenario", "change")
SCENARIO_KEYS = ("base", "name", "about")
CHANGE_KEYS = ("from", "until", "set", "where", "source")


@dataclass(frozen=True)
class Change:
    """Levers set to values from a date, until a date that is not included, in some places."""

    set: Mapping[str, Value]
    start: date | None
    until: date | None
    where: Where
    source: str
    line: int

    def holds_on(self, day: date) -> bool:
        """Say whether the change is in force on a day of the run."""
        return (self.start is None or self.start <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Scenario:
    """A policy world: the Danish rules as they stood, with dated changes."""

    id: str
    name: Text
    about: Text | None
    changes: tuple[Change, ...]
    path: str
    text: str

    @classmethod
    def load(cls, name_or_path: str | Path, areas: Collection[str] = ()) -> Scenario:
        """Read a shipped scenario by its name, or the user's own by its path.

        ``areas`` are names of areas known beside the shipped ones. Raises InputError on the first mistake.
        """
        shipped = shipped_files("scenarios")
        given = str(name_or_path)
        if isinstance(name_or_path, str) and given in shipped:
            return _read(shipped[given].name, text_of(shipped[given]), areas)
        path = Path(name_or_path)
        if path.suffix != ".toml" and not path.exists():
            raise InputError(
                f"{given} is not a scenario.{meant(given, shipped)} `beboersim scenarios` lists the shipped ones; "
                "your own is given by its file, such as my-scenario.toml."
            )
        return _read(given, text_of(path), areas)

    @classmethod
    def of_text(cls, scenario: str, text: str, areas: Collection[str] = ()) -> Scenario:
        """Read a scenario by its id from its text, as it stands beside the results of a run."""
        return _read(f"{scenario}.toml", text, areas)

    def check_dates(self, start: date, until: date) -> None:
        """Raise InputError if a change begins outside the run or is over before it."""
        run = f"the run goes from {start} to {until}, which is not included"
        for change in self.changes:
            at = f"{self.path}, line {change.line}"
            if change.start is not None and not start <= change.start < until:
                raise InputError(f"{at}: from = {change.start} is outside the run: {run}.")
            if change.until is not None and change.until <= start:
                raise InputError(f"{at}: until = {change.until} is over before the run: {run}.")

    def check_places(self, areas: Mapping[str, Collection[str]]) -> None:
        """Raise InputError if a change holds nowhere in the run; ``areas`` are the names of areas by municipality."""
        present = {"municipality": {*areas}, "places": {name for names in areas.values() for name in names}}
        for change in self.changes:
            kind, names = change.where.kind, change.where.names
            if kind in present and not present[kind].intersection(names):
                raise InputError(
                    f"{self.path}, line {change.line}: {', '.join(names)} is not in the run, which holds "
                    f"{', '.join(areas)}. Add the municipality with --place."
                )

    def rows(self) -> Iterator[tuple[str, Value, date | None, date | None, Where]]:
        """Yield the table that the scenario is: lever, value, from, until, where."""
        for change in self.changes:
            for name, value in change.set.items():
                yield name, value, change.start, change.until, change.where


def shipped_scenarios() -> tuple[Scenario, ...]:
    """Return the scenarios that come with beboersim, by name."""
    return tuple(Scenario.load(name) for name in shipped_files("scenarios"))


def _read(path: str, text: str, areas: Collection[str]) -> Scenario:
    try:
        return _Reader(path, text, areas).scenario()
    except RecursionError:
        raise InputError(f"{path}: tables or lists lie too deep within each other.") from None


class _Reader(FileReader):
    """One scenario file being read."""

    def __init__(self, path: str, text: str, areas: Collection[str]) -> None:
        super().__init__(path, text)
        self.areas = areas

    def scenario(self) -> Scenario:
        self.only(self.table, TABLES, ())
        head = self.table.get("scenario")
        if not isinstance(head, dict):
            self.wrong(("scenario",), "the table [scenario] with a name is missing.")
        self.only(head, SCENARIO_KEYS, ("scenario",))
        base = head.get("base", "law")
        if base not in BASES:
            self.wrong(("scenario", "base"), f'base = {shown(base)} is not a base. The base is "law".')
        changes = self.table.get("change", [])
        if not isinstance(changes, list) or not all(isinstance(change, dict) for change in changes):
            self.wrong(("change",), "a change is written as a table under [[change]].")
        return Scenario(
            id=Path(self.path).stem,
            name=self.words(head, "name"),
            about=self.words(head, "about") if "about" in head else None,
            changes=self.changes(changes),
            path=self.path,
            text=self.text,
        )

    def changes(self, tables: list[dict[str, Any]]) -> tuple[Change, ...]:
        found: list[Change] = []
        for index, table in enumerate(tables):
            change = self.change(index, table)
            for name in change.set:
                self.once(found, change, name, index)
            found.append(change)
        return tuple(found)

    def once(self, earlier: list[Change], change: Change, name: str, index: int) -> None:
        """Refuse a lever that is set twice at the same place from the same date: which one is meant?"""
        for other in earlier:
            if name in other.set and other.start == change.start and change.where.hides(other.where):
                since = f"from {change.start}" if change.start else "from the start of the run"
                self.wrong(
                    self.key_of(index, name),
                    f"{name} is set again for the same place {since}; the change on line {other.line} sets it already.",
                )

    def change(self, index: int, table: dict[str, Any]) -> Change:
        at = ("change", index)
        self.only(table, CHANGE_KEYS, at)
        start, until = self.day(at, table, "from"), self.day(at, table, "until")
        if start is not None and until is not None and until <= start:
            self.wrong((*at, "until"), f"until = {until} is not after from = {start}.")
        source = table.get("source", "")
        if not isinstance(source, str):
            self.wrong((*at, "source"), f"source = {shown(source)} is not a text.")
        try:
            where = read_where(table.get("where", "all"), self.areas)
        except ValueError as error:
            self.wrong((*at, "where"), str(error))
        return Change(
            set=self.settings(index, table, where),
            start=start,
            until=until,
            where=where,
            source=source,
            line=self.lines[at],
        )

    def settings(self, index: int, table: Mapping[str, Any], where: Where) -> dict[str, Value]:
        at = ("change", index)
        given = table.get("set")
        if not isinstance(given, dict) or not given:
            self.wrong(
                (*at, "set") if "set" in table else at,
                'a change sets at least one lever: set = { "letting.flexible_share" = 0.5 }.',
            )
        found: dict[str, Value] = {}
        for name, value, key in _flat(given, "", (*at, "set")):
            if name in found:
                self.wrong(key, f"{name} is set twice in one change.")
            found[name] = self.setting(name, value, key, where)
        return found

    def setting(self, name: str, value: object, key: tuple[str | int, ...], where: Where) -> Value:
        quantity = catalogue().get(name)
        if quantity is None:
            levers = [lever.name for lever in of_kind("lever", "switch")]
            self.wrong(key, f"{_short(name)} is not a lever.{meant(name, levers)}")
        if quantity.kind == "parameter":
            self.wrong(
                key,
                f"{name} is a parameter, not a lever: nobody decides it. Give it with --set {name}=... or by --preset.",
            )
        try:
            accepted = quantity.accept(value)
        except ValueError as error:
            self.wrong(key, str(error))
        if where != EVERYWHERE and not quantity.places:
            self.wrong(key, f"{name} is the same in all places; it cannot be set for {where}.")
        return accepted

    def key_of(self, index: int, name: str) -> tuple[str | int, ...]:
        given = self.table["change"][index]["set"]
        return next(key for found, _, key in _flat(given, "", ("change", index, "set")) if found == name)


def _flat(
    table: Mapping[str, Any], name: str, at: tuple[str | int, ...]
) -> Iterator[tuple[str, object, tuple[str | int, ...]]]:
    """Yield dotted name, value and key. A name without quotes makes TOML nest tables; it means the same."""
    for key, value in table.items():
        dotted = f"{name}.{key}" if name else key
        if isinstance(value, dict) and value:
            yield from _flat(value, dotted, (*at, key))
        else:
            yield dotted, value, (*at, key)


def _short(name: str) -> str:
    """Return a name as it can stand in a sentence."""
    return name if re.fullmatch(r"[\w.-]{1,60}", name) else shown(name)
