"""Safety: how many residents feel safe where they live."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from beboersim.month.context import Context


class Safety(NamedTuple):
    """Parameters of this process; see evidence/parameters/safety.toml."""


def safety(c: Context) -> None:
    """Safety: how many feel safe where they live."""


def begin(c: Context) -> None:
    """Set what this process keeps as it is on the first day; no lever is read, for what was is the same everywhere."""
