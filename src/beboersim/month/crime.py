"""Crime: individual risk of a conviction that the lists count (penal code, weapons, drugs).

Risk falls with age after 20, is higher for men, for those outside work and education, and after an earlier
conviction; it follows the national trend. A person's own risk carries the latent level of the published row of the
area lived in at the start: it belongs to the person and moves along, so that a place as such convicts nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from beboersim.chance import Purpose, fill, uniform
from beboersim.evidence import trends
from beboersim.kernel import kernel
from beboersim.month.ledger import EV_CONVICTION, FLOW, Ledger, note
from beboersim.world.codes import OUTSIDE
from beboersim.world.columns import I64
from beboersim.world.offending import LOWEST_AGE_MONTHS, RISK_UNIT, Crime, conviction_risk
from beboersim.world.state import Households, Persons

if TYPE_CHECKING:
    from beboersim.month.context import Context

BLOCK = 1024
CONVICTED = FLOW["convicted"]


@kernel
def convict(
    persons: Persons,
    households: Households,
    used: I64,
    places: int,
    month: int,
    seed: int,
    address: int,
    trend: float,
    bound: float,
    p: Crime,
    ledger: Ledger,
) -> None:
    """Draw the month's convictions. `bound` is at least the highest risk anyone can have, so that most need no look."""
    household = persons.household
    birth = persons.birth
    ceiling = np.uint32(min(bound, 1.0) * 4294967295.0)
    words = np.empty((4, BLOCK), np.uint32)
    total = used[0]
    for start in range(0, total, BLOCK):
        stop = min(start + BLOCK, total)
        fill(seed, persons.id, start, stop, address, words)
        for row in range(start, stop):
            if words[0, row - start] > ceiling:
                continue
            home = household[row]
            months_old = month - birth[row]
            if home < 0 or months_old < LOWEST_AGE_MONTHS:
                continue
            risk = conviction_risk(
                months_old / 12.0,
                persons.sex[row],
                1 if persons.activity[row] == OUTSIDE else 0,
                float(month - persons.convicted[row]),
                persons.risk[row] / RISK_UNIT,
                trend,
                p,
            )
            if uniform(words[0, row - start]) < risk:
                area = households.area[home]
                if persons.convicted_years[row] & 1 == 0 and months_old >= 216 and area < places:
                    ledger.flows[CONVICTED, area] += 1.0
                persons.convicted[row] = month
                persons.convicted_years[row] |= 1
                note(ledger, month, EV_CONVICTION, persons.id[row], 0, area)


def crime(c: Context) -> None:
    """Crime: convictions that the lists count, by individual risk."""
    p = c.parameters.crime
    trend = trends.convicted_reference(c.time) / trends.convicted_reference(c.start_month / 12.0)
    highest = float(c.world.persons.risk[: int(c.world.used[0])].max(initial=0)) / RISK_UNIT
    bound = p.base / 12.0 * max(p.women, 1.0) * max(p.outside, 1.0) * max(p.earlier, 1.0) * highest * trend
    convict(
        c.world.persons, c.world.households, c.world.used, c.world.places, c.month, c.seed, c.address(Purpose.CRIME),
        trend, bound, p, c.ledger,
    )  # fmt: skip
