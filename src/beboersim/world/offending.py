"""A person's risk of a conviction that the lists count: parameters and the one function of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from beboersim.kernel import kernel

RISK_UNIT = 16.0  # persons.risk is kept in sixteenths
LOWEST_AGE_MONTHS = 15 * 12  # straffeloven § 15: fifteen years


class Crime(NamedTuple):
    """Parameters of this process; see evidence/parameters/crime.toml."""

    base: float
    women: float
    outside: float
    weak_risk: float
    earlier: float
    earlier_months: float
    decline_per_year: float
    heavy_use: float
    heavy_use_share: float


@kernel
def conviction_risk(
    age: float, sex: int, outside: int, months_since: float, own_risk: float, trend: float, p: Crime
) -> float:
    """Return the probability of a conviction this month.

    Parameters
    ----------
    age
        Years, 15 or more.
    months_since
        Months since the last conviction.
    own_risk, trend
        The person's own level, 1 is the nation's, by attachment to work too; and the nation's level against the start
        year.
    """
    risk = p.base / 12.0 * np.exp(-p.decline_per_year * max(age - 20.0, 0.0))
    if sex == 1:
        risk *= p.women
    if outside == 1:
        risk *= p.outside
    if months_since < p.earlier_months:
        risk *= p.earlier
    return min(risk * own_risk * trend, 0.5)
