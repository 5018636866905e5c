"""Staff: what the money of a plan employs from month to month, and the staff's meetings with the residents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from beboersim.month.money import grant_ends, months_into_grant, plan_money
from beboersim.month.reach import first_meetings, meet
from beboersim.month.staffing import (
    ADVICE,
    FOCUS,
    Staff,
    coordinated_prevention,
    coordinated_work,
    coordination_at_reference,
    coordination_next,
    dose,
    full_staff,
    hours,
    known_at_reference,
    known_next,
    staff_next,
    stay,
)

if TYPE_CHECKING:
    from beboersim.month.context import Context


def staff(c: Context) -> None:
    """Staff: the plans' staff, whom they reach, and how well they are known."""
    areas, p = c.world.areas, c.parameters.staff
    paid = plan_money(c, c.dose) / p.cost_per_year
    full = c.kept(full_staff)
    kept, agreed = c.by_area("staff.kept"), c.by_area("staff.coordination")
    breaks = np.zeros(len(full))
    cycle = int(c.number("funding.grant_months"))
    for area in np.flatnonzero(full > 0.0).tolist():
        now = areas.staff[area]
        then = staff_next(now, paid[area], p.rebuild_months)
        stays = stay(p.turnover, kept[area], grant_ends(areas.id[area], c.month, cycle))
        grows = max(then / now, 1.0) if now > 0.0 else 1.0
        breaks[area] = 1.0 - stays * (min(then / now, 1.0) if now > 0.0 else 1.0)
        known = known_next(areas.staff_known[area], stays, grows, p.known_months)
        areas.staff[area], areas.staff_known[area] = then, known if then > 0.0 else 0.0
        areas.coordination[area] = coordination_next(
            areas.coordination[area], agreed[area], then / full[area], p.coordination_months
        )
    meet(c, breaks)


def begin(c: Context) -> None:
    """Set what this process keeps as it is on the first day; no lever is read, for what was is the same everywhere."""
    areas, p = c.world.areas, c.parameters.staff
    full, known = full_staff(c), known_at_reference(c)
    areas.staff[:] = plan_money(c, c.dose) / p.cost_per_year
    for area in np.flatnonzero(full > 0.0):
        areas.staff_known[area] = known[months_into_grant(areas.id[area], c.month - 1, len(known))]
        areas.coordination[area] = coordination_at_reference(c) * min(areas.staff[area] / full[area], 1.0)
    first_meetings(c)


__all__ = [
    "ADVICE", "FOCUS", "Staff", "begin", "coordinated_prevention", "coordinated_work", "dose", "hours", "staff",
]
