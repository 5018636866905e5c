"""Youth: clubs, spare-time jobs, street workers and homework cafés against the pull of the street."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from beboersim.month.context import Context


class Youth(NamedTuple):
    """Parameters of this process; see evidence/parameters/youth.toml."""


def youth(c: Context) -> None:
    """Youth: clubs, spare-time jobs, street workers and homework cafés, and the pull of the street."""


def begin(c: Context) -> None:
    """Set what this process keeps as it is on the first day; no lever is read, for what was is the same everywhere."""
