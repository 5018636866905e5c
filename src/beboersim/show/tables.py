"""Tables on standard output: boxed on a terminal, columns parted by tabs for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence

import click


def print_table(headers: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a table; nothing is cut off where the output is not a terminal."""
    if not sys.stdout.isatty():
        for row in (headers, *rows):
            click.echo("\t".join(" ".join(cell.split()) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title) if title else None, title_justify="left", header_style="bold")
    for index, header in enumerate(headers):
        # Names are copied into commands and files: they stay whole.
        table.add_column(header, no_wrap=index == 0, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def print_json(content: object) -> None:
    """Print JSON that people can read too."""
    click.echo(json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False))
