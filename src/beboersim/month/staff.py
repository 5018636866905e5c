"""Staff: what the money of a plan employs, whom the staff reach, and what that is worth to those who take part."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from beboersim.month.context import Context


class Staff(NamedTuple):
    """Parameters of this process; see evidence/parameters/staff.toml."""


def staff(c: Context) -> None:
    """Staff: the plans' staff, whom they reach, and how well they are known."""


def begin(c: Context) -> None:
    """Set what this process keeps as it is on the first day; no lever is read, for what was is the same everywhere."""
