"""Democracy: resident democracy, workshops, youth council and local integration council."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from beboersim.month.context import Context


class Democracy(NamedTuple):
    """Parameters of this process; see evidence/parameters/democracy.toml."""


def democracy(c: Context) -> None:
    """Democracy: meetings, workshops, youth council and integration council."""


def begin(c: Context) -> None:
    """Set what this process keeps as it is on the first day; no lever is read, for what was is the same everywhere."""
