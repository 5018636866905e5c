"""Every lever, switch and parameter: one name, one declaration, one use.

A lever is what a policy decides, a parameter is what nature decides, a switch is which mechanisms the model has.
Declarations are data: levers and switches in ``policy/levers``, parameters in ``evidence/parameters``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator

from beboersim.policy.shipped import PACKAGE

Kind = Literal["lever", "parameter", "switch"]
Type = Literal["share", "number", "integer", "money", "flag", "choice"]
Preset = Literal["central", "council", "null", "optimistic", "govind", "foged"]
Value = bool | int | float | str

KINDS: tuple[Kind, ...] = get_args(Kind)
PRESETS: tuple[Preset, ...] = get_args(Preset)
FOLDERS = ("policy/levers", "evidence/parameters")
# What counts as a source: an id of the research, a paragraph of law, or the plain word for a guess.
SOURCE = re.compile(r"\b(S|E|L|Q|M|M\d-)\d+|\b[CA]-\d+|§|assumption")


class Text(BaseModel):
    """A sentence in the two languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: str = Field(min_length=1)
    da: str = Field(min_length=1)

    def in_language(self, lang: str) -> str:
        """Return the Danish sentence for ``da`` and the English one otherwise."""
        return self.da if lang == "da" else self.en


class Dated(BaseModel):
    """A default that holds from a date on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: date = Field(alias="from")
    value: StrictBool | StrictInt | StrictFloat | StrictStr


class Quantity(BaseModel):
    """The declaration of one lever, switch or parameter."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")
    kind: Kind
    type: Type
    unit: str = Field(min_length=1)
    default: StrictBool | StrictInt | StrictFloat | StrictStr | tuple[Dated, ...]
    choices: tuple[StrictStr, ...] = ()
    range: tuple[float, float] | None = None
    presets: dict[Preset, StrictBool | StrictInt | StrictFloat | StrictStr] = {}
    strength: str = Field(min_length=1)
    source: str = Field(min_length=1)
    places: bool = False
    held: bool = False  # declared from the law, not yet acting in the simulation
    label: Text
    help: Text

    @model_validator(mode="after")
    def _is_complete(self) -> Quantity:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("choices are for the type choice, and only for it")
        if (self.type in ("flag", "choice")) != (self.range is None):
            raise ValueError("a range is for numbers, and every number has one")
        if self.range is not None and not self.range[0] < self.range[1]:
            raise ValueError("the range is empty")
        if self.kind == "switch" and self.type not in ("flag", "choice"):
            raise ValueError("a switch is a flag or a choice")
        if self.kind == "parameter" and self.type == "choice":
            raise ValueError("a parameter is a number or a flag")
        if self.kind != "lever" and (self.places or isinstance(self.default, tuple)):
            raise ValueError("only a lever varies by place or by date")
        if self.kind != "parameter" and self.presets:
            raise ValueError("presets are for parameters")
        if self.places and self.type == "choice":
            raise ValueError("a choice holds for the whole town")
        if self.held and self.kind != "lever":
            raise ValueError("only a lever can be held before it acts")
        if "central" in self.presets:
            raise ValueError("the default is the central preset")
        if not SOURCE.search(self.source):
            raise ValueError("the source names an id of the research or a paragraph, or says assumption")
        if "\n" in self.help.en + self.help.da:
            raise ValueError("the help is one line")
        starts = [dated.start for dated in self.history]
        if not starts or starts != sorted(set(starts)):
            raise ValueError("dated defaults come in order, each date once")
        for value in (*(dated.value for dated in self.history), *self.presets.values()):
            self.accept(value)
        return self

    @cached_property
    def history(self) -> tuple[Dated, ...]:
        """The defaults by date; a default without a date holds from the beginning."""
        if isinstance(self.default, tuple):
            return self.default
        return (Dated(**{"from": date.min}, value=self.default),)

    @property
    def group(self) -> str:
        """The first part of the name."""
        return self.name.split(".", 1)[0]

    def default_on(self, day: date) -> Value:
        """Return the default in force on a day; before the first date the first one holds."""
        held = [dated.value for dated in self.history if dated.start <= day]
        return self.accept(held[-1] if held else self.history[0].value)

    def preset(self, preset: Preset) -> Value:
        """Return the value under a preset: the default, unless the preset says otherwise."""
        return self.accept(self.presets.get(preset, self.history[0].value))

    def accept(self, given: object) -> Value:
        """Return the value as this quantity holds it, or raise ValueError with one sentence for the user."""
        said = f"{self.name} = {shown(given)}"
        if self.type == "flag":
            if not isinstance(given, bool):
                raise ValueError(f"{said} is not true or false.")
            return given
        if self.type == "choice":
            if given not in self.choices or not isinstance(given, str):
                valid = ", ".join(f'"{choice}"' for choice in self.choices)
                hint = "" if isinstance(given, str) else " A choice is written in quotation marks."
                raise ValueError(f"{said} is not one of {valid}.{hint}")
            return given
        if isinstance(given, bool) or not isinstance(given, int | float) or given != given:
            raise ValueError(f"{said} is not a number.")
        if self.type == "integer" and not isinstance(given, int):
            raise ValueError(f"{said} is not a whole number.")
        assert self.range is not None
        low, high = self.range
        if not low <= given <= high:
            hint = f" A share is written {given / 100:g}." if self.type == "share" and 1 < given <= 100 else ""
            raise ValueError(f"{said} is outside {shown(low)} to {shown(high)}.{hint}")
        return given if self.type == "integer" else float(given)

    def read(self, text: str) -> Value:
        """Return the value written in a text such as a command line, or raise ValueError with one sentence."""
        if self.type == "flag":
            return self.accept({"true": True, "false": False}.get(text.lower(), text))
        if self.type == "choice":
            return self.accept(text)
        try:
            return self.accept(int(text) if self.type == "integer" else float(text))
        except ValueError as error:
            if str(error).startswith(self.name):
                raise
            kind = "a whole number" if self.type == "integer" else "a number"
            hint = " The decimal mark is a point." if "," in text else ""
            raise ValueError(f"{self.name} = {shown(text)} is not {kind}.{hint}") from None


def shown(value: object) -> str:
    """Return a value as TOML writes it, short enough for a sentence."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value if len(value) <= 40 else value[:37] + "..."}"'
    if isinstance(value, int):
        return str(value) if value.bit_length() < 100 else "a very large whole number"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return "a table"
    return "a list" if isinstance(value, list) else str(value)


def _declarations(table: Mapping[str, Any], name: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Walk the tables of a file down to those that declare a kind."""
    for key, value in table.items():
        dotted = f"{name}.{key}" if name else key
        if not isinstance(value, Mapping):
            raise ValueError(f"{dotted} belongs to no declaration")
        if "kind" in value:
            yield dotted, value
        else:
            yield from _declarations(value, dotted)


def read_declarations(file_name: str, text: str) -> tuple[Quantity, ...]:
    """Return what a file declares; every name begins with the name of its file."""
    found = []
    for name, fields in _declarations(tomllib.loads(text)):
        if name.split(".", 1)[0] != file_name.removesuffix(".toml"):
            raise ValueError(f"{file_name}: {name} belongs in another file")
        try:
            found.append(Quantity(name=name, **fields))
        except ValueError as error:
            raise ValueError(f"{file_name}: {name}: {error}") from None
    return tuple(found)


@cache
def catalogue() -> Mapping[str, Quantity]:
    """Return every declared lever, switch and parameter by name, sorted."""
    found: dict[str, Quantity] = {}
    for folder in FOLDERS:
        for file in sorted((PACKAGE / folder).glob("*.toml")):
            for quantity in read_declarations(file.name, file.read_text(encoding="utf-8")):
                if quantity.name in found:
                    raise ValueError(f"{file.name}: {quantity.name} is declared twice")
                found[quantity.name] = quantity
    return MappingProxyType(dict(sorted(found.items())))


def of_kind(*kinds: Kind) -> tuple[Quantity, ...]:
    """Return the quantities of these kinds, by name."""
    return tuple(quantity for quantity in catalogue().values() if quantity.kind in kinds)
