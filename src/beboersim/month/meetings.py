"""Meetings: who meets whom, and what that does to language, prejudice, work and the choice of school."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from beboersim.month.context import Context


class Meetings(NamedTuple):
    """Parameters of this process; see evidence/parameters/meetings.toml."""


def meetings(c: Context) -> None:
    """Meetings: who meets whom, language, prejudice, and the choice of school."""


def begin(c: Context) -> None:
    """Set what this process keeps as it is on the first day; no lever is read, for what was is the same everywhere."""
