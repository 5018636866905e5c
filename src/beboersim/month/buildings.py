"""Buildings: development plans, demolition, sale, conversion, renovation, business premises and rehousing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from beboersim.month.context import Context


class Buildings(NamedTuple):
    """Parameters of this process; see evidence/parameters/buildings.toml."""


def buildings(c: Context) -> None:
    """Buildings: development plans, demolition, sale, renovation, rehousing."""


def begin(c: Context) -> None:
    """Set what this process keeps as it is on the first day; no lever is read, for what was is the same everywhere."""
