"""Reading a file that somebody wrote for beboersim: every mistake is said with its line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any, NoReturn

from beboersim.errors import InputError, meant
from beboersim.policy.catalogue import Text, shown
from beboersim.policy.toml_lines import lines_of_keys, table_of

Key = tuple[str | int, ...]


class FileReader:
    """A TOML file being read. `kind` is what it is, and the name of the table with its name."""

    kind = "scenario"

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.table = table_of(path, text)

    @cached_property
    def lines(self) -> dict[Key, int]:
        """The line of every key."""
        return lines_of_keys(self.text)

    def wrong(self, key: Key, sentence: str) -> NoReturn:
        """Raise the error at the line of a key, or of the nearest table around it."""
        while key and key not in self.lines:
            key = key[:-1]
        at = f", line {self.lines[key]}" if key else ""
        raise InputError(f"{self.path}{at}: {sentence}")

    def only(self, table: Mapping[str, Any], valid: tuple[str, ...], at: Key) -> None:
        """Refuse a key that a table does not have."""
        for key in table:
            if key not in valid:
                article = "an" if self.kind[0] in "aeiou" else "a"
                within = f"[{at[0]}]" if at else f"{article} {self.kind} file"
                choices = ", ".join(valid)
                self.wrong(
                    (*at, key), f"{shown(key)} is not a key of {within}, which has {choices}.{meant(key, valid)}"
                )

    def words(self, head: Mapping[str, Any], key: str) -> Text:
        """Return a sentence that is needed in both languages."""
        given = head.get(key)
        example = f'{key} = {{ en = "...", da = "..." }}'
        if given is None:
            self.wrong((self.kind,), f"the {self.kind} has no {key}. It is written {example}.")
        complete = isinstance(given, dict) and {*given} == {"en", "da"}
        if not complete or not all(isinstance(text, str) and text.strip() for text in given.values()):
            self.wrong((self.kind, key), f"{key} is needed in English and in Danish: {example}.")
        return Text(**given)

    def day(self, at: Key, table: Mapping[str, Any], key: str) -> date | None:
        """Return a date, or None where none is given."""
        given = table.get(key)
        if given is not None and (not isinstance(given, date) or isinstance(given, datetime)):
            self.wrong((*at, key), f"{key} = {shown(given)} is not a date. A date is written 2019-01-01.")
        return given
