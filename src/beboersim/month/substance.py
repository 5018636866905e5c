"""Substance use: onset, heavy use, recovery and relapse, by kind of use."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from beboersim.month.context import Context


class Substance(NamedTuple):
    """Parameters of this process; see evidence/parameters/substance.toml."""


def substance(c: Context) -> None:
    """Substance use: onset, heavy use, recovery, relapse."""


def begin(c: Context) -> None:
    """Set what this process keeps as it is on the first day; no lever is read, for what was is the same everywhere."""
