"""The first day of the processes that keep something of their own: ties between people, staff, buildings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from beboersim.month import buildings, democracy, meetings, safety, staff, substance, volunteering, youth

if TYPE_CHECKING:
    from beboersim.month.context import Context


def begin(c: Context) -> None:
    """Set what these processes keep as it is on the first day, in the order of the month."""
    for process in (staff, volunteering, youth, meetings, safety, substance, democracy, buildings):
        process.begin(c)
