"""Linked lives in words: how those fared whom only one of two worlds refused, rehoused or reached."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from beboersim.experiments.lives import HORIZONS, Row, Told, told
from beboersim.show.numbers import MISSING, estimate_words, plain
from beboersim.show.tables import print_table
from beboersim.show.words import word

ALL = "all"
BY_GROUP = ("in_town", "occupied")  # told group by group on paper; programs get everything
FILE = "lives.parquet"


def lives_as_json(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the groups over all seeds for programs. Missing is null."""
    return {
        "lives": [
            {**one._asdict(), "difference": {**one.difference._asdict(), "low": one.difference.low,
                                             "high": one.difference.high}}
            for one in told(rows)
        ]
    }  # fmt: skip


def write_lives(rows: Sequence[Row], folder: Path) -> Path:
    """Write a row a seed, group, horizon and outcome to lives.parquet; missing is null."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def column(name: str) -> list[Any]:
        values = [getattr(row, name) for row in rows]
        return [None if isinstance(value, float) and math.isnan(value) else value for value in values]

    pq.write_table(pa.table({name: column(name) for name in Row._fields}), folder / FILE, compression="zstd")
    return Path(FILE)


def print_lives(rows: Sequence[Row], lang: str) -> None:
    """Print how they fared: all outcomes for everybody, work and education by group."""
    found = [
        one
        for one in told(rows)
        if one.known > 0 and (one.by == ALL or (one.outcome in BY_GROUP and one.horizon == HORIZONS[-1]))
    ]
    click.echo(word("lives.title", lang))
    if not found:
        click.echo(word("lives.nobody", lang))
        click.echo()
        return
    columns = ("who", "group", "after", "outcome", "persons", "known", "level", "difference", "better", "worse")
    headers = [word(f"lives.{key}", lang) for key in columns]
    print_table(headers, [_cells(one, lang) for one in found])
    click.echo(word("lives.reading", lang))
    click.echo()


def _cells(one: Told, lang: str) -> list[str]:
    level = MISSING if one.baseline is None else plain(one.baseline, "share", lang)
    return [
        word(f"lives.{one.touch}_{one.only_in}", lang).format(scenario=one.scenario),
        word(f"lives.{one.by}_{one.group}" if one.by != ALL else "lives.everybody", lang),
        word("lives.years", lang).format(n=one.horizon),
        word(f"lives.outcome_{one.outcome}", lang),
        plain(one.persons, "persons", lang),
        plain(one.known, "persons", lang),
        level,
        MISSING if one.difference.mean is None else estimate_words(one.difference, "share", lang),
        plain(one.better, "persons", lang) if one.outcome != "in_listed" else "",
        plain(one.worse, "persons", lang) if one.outcome != "in_listed" else "",
    ]
