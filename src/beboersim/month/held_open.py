"""Processes that have their place in the month but no mechanism yet: nothing acts in them in this version."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from beboersim.month.context import Context


def communities(c: Context) -> None:
    """Communities: clubs, leisure jobs, associations, volunteers. Held open: nothing acts yet."""


def substance(c: Context) -> None:
    """Substance use: onset, heavy use, recovery, relapse. Held open: nothing acts yet."""


def democracy(c: Context) -> None:
    """Democracy: resident democracy, workshops, integration councils. Held open: nothing acts yet."""


def buildings(c: Context) -> None:
    """Buildings: development plans, demolition, sale, renovation, rehousing. Held open: nothing acts yet."""
