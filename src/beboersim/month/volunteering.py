"""Volunteering: volunteers, associations and trust, and the premises that need people."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from beboersim.month.context import Context


class Volunteering(NamedTuple):
    """Parameters of this process; see evidence/parameters/volunteering.toml."""


def volunteering(c: Context) -> None:
    """Volunteering: who runs something, who joins an association, and the rooms that they use."""


def begin(c: Context) -> None:
    """Set what this process keeps as it is on the first day; no lever is read, for what was is the same everywhere."""
