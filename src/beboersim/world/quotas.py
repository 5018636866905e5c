"""Whole numbers of persons: exact totals shared out, and exactly so many chosen an area, likelier ones first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beboersim.world.columns import F64, I64


def whole_parts(total: I64, shares: F64, tie: F64) -> I64:
    """Split each row's total into whole parts in proportion to its shares (largest remainder; `tie` breaks ties).

    Parameters
    ----------
    total
        One a row.
    shares, tie
        Row x part. A row of shares that sums to 0 is only allowed for a total of 0.
    """
    sums = shares.sum(axis=1, keepdims=True)
    wanted = np.divide(shares * total[:, None], sums, out=np.zeros_like(shares), where=sums > 0)
    parts = np.floor(wanted + 1e-9).astype(np.int64)
    missing = total - parts.sum(axis=1)
    rank = np.argsort(np.argsort(-(wanted - parts + 1e-6 * tie), axis=1, kind="stable"), axis=1, kind="stable")
    parts += rank < missing[:, None]
    return parts


def even_parts(total: I64, shares: F64, start: F64) -> I64:
    """Split each row's total into whole parts, each of which is on average its share of it (systematic sampling).

    Every part is its share rounded down or up. Where parts are small, largest remainders would give most parts nothing
    and a few, the same ones in every row, all.

    Parameters
    ----------
    total
        One a row.
    shares
        Row x part, not all 0 in a row whose total is above 0. Neighbours make up for each other's rounding.
    start
        One a row, uniform in [0, 1).
    """
    until = np.cumsum(shares, axis=1)
    last = until[:, -1:]
    share = np.divide(until, last, out=np.zeros_like(until), where=last > 0)
    reached = np.floor(share * total[:, None] + start[:, None])
    reached[:, -1] = total
    return np.diff(reached, axis=1, prepend=0.0).astype(np.int64)


def chosen(group: I64, quota: I64, weight: F64, u: F64) -> NDArray[np.bool_]:
    """Choose `quota[g]` members of every group without replacement, with probability growing with weight.

    Exponential race: the smallest -log(u)/weight win. Members of weight 0 are never chosen; if too few others are
    left, the quota is not filled.
    """
    key = np.full(len(group), np.inf)
    possible = weight > 0
    key[possible] = -np.log(u[possible]) / weight[possible]
    order = np.lexsort((key, group))
    sorted_group = group[order]
    start = np.searchsorted(sorted_group, np.arange(len(quota)))
    place = np.arange(len(group)) - start[sorted_group]
    winners = np.zeros(len(group), dtype=np.bool_)
    winners[order] = place < quota[sorted_group]
    return winners & possible
