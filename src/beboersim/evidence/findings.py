"""Published findings that claims and parameters rest on, by the ids E001 to E147 that they name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from beboersim.evidence.tables import Column, read_table, shipped

FILE = "findings.csv"
DESIGNS = ("RCT", "quasi", "review", "descriptive", "expert")
READINGS = ("read", "unverified")
COLUMNS = (
    Column("id", "str"),
    Column("about", "str"),
    Column("outcome", "str"),
    Column("effect", "str"),
    Column("unit", "str", blank=True),
    Column("horizon_years", "str", blank=True),
    Column("population", "str", blank=True),
    Column("design", "str"),
    Column("source", "str"),
    Column("published", "int", blank=True),
    Column("url", "str", blank=True),
    Column("reading", "str"),
)


class Finding(NamedTuple):
    """What was found of one thing's effect on another, and where. The words are those of whoever read it, in English.

    `effect` and `unit` say the size, or only its sign. `published` is a year, None where it is not given. `reading` is
    read (mostly an abstract or a summary), or unverified: not read, to be checked before it is quoted.
    """

    id: str
    about: str
    outcome: str
    effect: str
    unit: str
    horizon_years: str
    population: str
    design: str
    source: str
    published: int | None
    url: str
    reading: str


@cache
def findings() -> Mapping[str, Finding]:
    """Return the findings by id."""
    found = {}
    for row in read_table(shipped(FILE), COLUMNS):
        texts = {name: row.text(name) for name in Finding._fields if name != "published"}
        one = Finding(published=row.whole("published"), **texts)
        if one.design not in DESIGNS or one.reading not in READINGS or one.id in found:
            raise ValueError(f"{FILE}, row {row.line}: {one.id} stands twice, or its design or reading is not known")
        found[one.id] = one
    return MappingProxyType(found)
