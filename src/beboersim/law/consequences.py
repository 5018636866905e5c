"""What follows from a status beside letting: the development plan, winding up, leases. Functions of numbers.

The plan, the dispensation for small areas and what they ask act in month/buildings.py; the rest is held (docs/law.md).
"""

from __future__ import annotations

from datetime import date

from beboersim.kernel import kernel
from beboersim.law.dated import rule_on


def plan_laws(day: date) -> tuple[int, int]:
    """Return whether there is a duty of a development plan on a day, and whether it sticks: 1 or 0 each."""
    return int(rule_on("development_plan", day) is not None), int(rule_on("plan_sticks", day) is not None)


@kernel
def family_share(family: float, all_dwellings: float, demolished: float, business_m2: float, m2_a_home: float) -> float:
    """Return the share of social family dwellings that the plan counts (§ 168 a).

    Parameters
    ----------
    family, all_dwellings
        Social family dwellings, and all dwellings of the area.
    demolished
        Dwellings taken down since 2010 and not replaced: they count among all.
    business_m2, m2_a_home
        Business premises in square metres, and how many count as one dwelling.
    """
    counted = all_dwellings + demolished + business_m2 / m2_a_home
    return family / counted if counted > 0.0 else 0.0


@kernel
def plan_is_met(share: float, most: float) -> int:
    """Say whether the share of family dwellings is low enough."""
    return 1 if share <= most + 1e-9 else 0


@kernel
def plan_duty(status: int, was_hard: int, in_law: int, sticks: int) -> int:
    """Say whether the duty of a plan rests on an area: now in the category, or once there, for the plan sticks.

    Parameters
    ----------
    status
        Status code; 4 is hard ghetto or transformation area.
    was_hard
        1 if an earlier list under the rules of 2018 or later had it so.
    in_law, sticks
        1 on a day on which there is such a duty, and on which it outlives the status (see `plan_laws`).
    """
    return 1 if (in_law == 1 and status == 4) or (sticks == 1 and was_hard == 1) else 0


@kernel
def small_area_dispensation(residents: float, convicted_met: int, residents_below: float) -> int:
    """Say whether the minister may give dispensation to a small area (§ 168 a, stk. 4)."""
    return 1 if residents < residents_below and convicted_met == 0 else 0


@kernel
def special_dispensation(
    share_in_areas: float, credible_way_off: int, infill_possible: int, only_at_a_loss: int, line: float
) -> int:
    """Say whether the minister may give dispensation in special cases (§ 168 a, stk. 3): all four must hold."""
    enough = share_in_areas > line + 1e-9
    return 1 if enough and credible_way_off == 1 and infill_possible == 0 and only_at_a_loss == 1 else 0


@kernel
def lease_is_cancelled(
    unconditional_prison: int, distance_km: float, judgment_final: int, radius_km: float, final_needed: int
) -> int:
    """Say whether the household's lease is cancelled for crime (almenlejeloven § 90, stk. 1, nr. 10)."""
    near = distance_km <= radius_km + 1e-9
    return 1 if unconditional_prison == 1 and near and (judgment_final == 1 or final_needed == 0) else 0


@kernel
def daycare_room(from_areas: int, taken_in: int, cap: float) -> int:
    """Return how many more children from disadvantaged areas an institution may take in among so many in all."""
    most = int(taken_in * cap + 1e-9)
    return max(0, most - from_areas)
