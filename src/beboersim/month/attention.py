"""Attention: which users of drugs and alcohol the social work in an area has an eye on.

Kinds of use differ in how far they are seen: hash and pills on the street, alcohol in the shed, khat behind curtains
(the article on Herredsvang). The young are what the plans look at; of adults, only the part that the focus of the work
gives them. Attention treats nobody: it decides with whom a relation can come about (month.substance).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from beboersim.kernel import kernel
from beboersim.world.columns import F64

if TYPE_CHECKING:
    from beboersim.month.context import Context


def is_watched(c: Context) -> bool:
    """Say whether the municipality follows health and children's well-being in its areas (effects M28, C-53)."""
    return c.flag("substance.health_indicators") or c.rules.points is not None


def focus_on_adults(focus: F64, crowded_out: float, counts_origin: float, steering: float, watched: float) -> F64:
    """Return the share of the visible adult users that is noticed, by area.

    Parameters
    ----------
    focus
        What the work in the area gives to adult users, share of a full attention.
    crowded_out, counts_origin
        Share that is lost while the policy counts origin, and whether it does, 0 or 1 (effects M28, A-04).
    steering, watched
        Share of those overlooked who are noticed where health and child well-being are watched, and whether they are
        (effects M28, C-53; none found, so nought by default).
    """
    own = focus * (1.0 - crowded_out * counts_origin)
    return own + steering * watched * (1.0 - own)


@kernel
def attention(visible: float, young: int, focus: float) -> float:
    """Return the chance that staff notice a user: how visible the use is, and for adults the focus on them."""
    return visible if young == 1 else visible * focus


@kernel
def handled(months_known: float, relation_months: float, seen: float) -> float:
    """Return how far somebody's use is dealt with in a relation with staff, 0 to 1 (effects M10 M30, A-08)."""
    return min(months_known / relation_months, 1.0) * seen
