"""Trusting: how much better work for integration succeeds where people trust each other (effects M12 M17, C-24).

Help towards work and the language effort are that work here. Trust is the mean of the area's residents as of last
month, in standard deviations from the nation's: on the first day about nought, so that the mean effect is what was
measured. No study was read: by default trust makes no difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from beboersim.world.columns import F64

if TYPE_CHECKING:
    from beboersim.month.context import Context


def succeeds_by_trust(c: Context) -> F64:
    """Return how many times its usual effect work for integration has, by area; 1 at the nation's mean of trust."""
    size = c.parameters.democracy.trust_work * c.number("democracy.trust_on_integration")
    return np.maximum(1.0 + size * c.mean_trust, 0.0)
