"""How apart groups live: the indices that Danish and international readers know.

Formulas: Massey & Denton 1988, Reardon & Firebaugh 2002 (Q08), Reardon 2011 (Q09); small-unit bias: De Moivre's mean
absolute deviation (research methods 1.3, 1.4). Counts lie along the last axis, one element an area; leading axes
(months, runs) are free, so a whole history is one call. Multigroup tables have areas and then groups as the last two
axes.

An area without residents counts for nothing. Where an index has no meaning (no residents, no member of the group, or
nobody else) it is NaN, which the store writes as null.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# 2 ln 2 times the integral of p^m E2(p), E2 the binary entropy in bits: Reardon 2011, checked by quadrature.
RANK_ORDER_WEIGHTS = (1.0, 1 / 2, 11 / 36, 5 / 24, 137 / 900)


def _divide(over: ArrayLike, under: ArrayLike) -> Floats:
    """Divide, with NaN where there is nothing to divide by."""
    over, under = np.broadcast_arrays(np.asarray(over, np.float64), np.asarray(under, np.float64))
    return np.asarray(np.divide(over, under, out=np.full(over.shape, np.nan), where=under != 0))


def _shares(counts: ArrayLike, total: ArrayLike) -> Floats:
    """Divide, with 0 in empty areas, which then carry no weight."""
    return np.nan_to_num(_divide(counts, total), nan=0.0)


def _two_groups(group: ArrayLike, total: ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
    """Residents t, group share p by area; T and P of the whole with an axis kept for broadcasting."""
    t = np.asarray(total, np.float64)
    x = np.asarray(group, np.float64)
    whole = t.sum(-1, keepdims=True)
    return t, _shares(x, t), whole, _divide(x.sum(-1, keepdims=True), whole)


def _entropy(shares: Floats) -> Floats:
    """Sum of -q ln q over the last axis, with 0 ln 0 = 0."""
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    return np.asarray(-(shares * logs).sum(-1))


def dissimilarity(group: ArrayLike, total: ArrayLike) -> Floats:
    """D: the share of the group that would have to move to be spread like everyone else."""
    t, p, whole, share = _two_groups(group, total)
    return _divide((t * np.abs(p - share)).sum(-1), (2 * whole * share * (1 - share))[..., 0])


def exposure(group: ArrayLike, other: ArrayLike, total: ArrayLike) -> Floats:
    """Return xPy: the share of `other` among the neighbours of a typical member of `group`."""
    x = np.asarray(group, np.float64)
    return _divide((x * _shares(other, total)).sum(-1), x.sum(-1))


def isolation(group: ArrayLike, total: ArrayLike) -> Floats:
    """Return xPx: the share of their own group among the neighbours of a typical member."""
    return exposure(group, group, total)


def eta2(group: ArrayLike, total: ArrayLike) -> Floats:
    """Variance ratio: isolation beyond what the size of the group explains."""
    _, _, _, share = _two_groups(group, total)
    overall = share[..., 0]
    return _divide(isolation(group, total) - overall, 1 - overall)


def theil_h(group: ArrayLike, total: ArrayLike) -> Floats:
    """Theil's H of one group against the rest."""
    x, t = np.asarray(group, np.float64), np.asarray(total, np.float64)
    return multigroup_h(np.stack([x, t - x], axis=-1))


def gini(group: ArrayLike, total: ArrayLike) -> Floats:
    """Gini index of the group's shares, areas weighted by residents."""
    t, p, whole, share = _two_groups(group, total)
    order = np.argsort(p, axis=-1, kind="stable")
    t, p = np.take_along_axis(t, order, -1), np.take_along_axis(p, order, -1)
    # With p ascending, the sum of t_i t_j |p_i - p_j| over all pairs is 2 sum_j t_j (p_j T_<j - X_<j).
    below, group_below = np.cumsum(t, -1) - t, np.cumsum(t * p, -1) - t * p
    pairs = 2 * (t * (p * below - group_below)).sum(-1)
    return _divide(pairs, (2 * whole**2 * share * (1 - share))[..., 0])


def atkinson(group: ArrayLike, total: ArrayLike, aversion: float = 0.5) -> Floats:
    """Atkinson index; `aversion` b in (0, 1) says how areas below (b < 0.5) or above the mean weigh."""
    t, p, whole, share = _two_groups(group, total)
    terms = _divide(((1 - p) ** (1 - aversion) * p**aversion * t).sum(-1), (share * whole)[..., 0])
    overall = share[..., 0]
    return np.asarray(1 - _divide(overall, 1 - overall) * np.abs(terms) ** (1 / (1 - aversion)))


def _many_groups(table: ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
    """Residents t and shares p by area; T, and the groups' overall shares."""
    counts = np.asarray(table, np.float64)
    t = counts.sum(-1)
    whole = t.sum(-1)
    return t, _shares(counts, t[..., None]), whole, _divide(counts.sum(-2), whole[..., None])


def diversity(table: ArrayLike) -> Floats:
    """E: the entropy of the whole's composition."""
    return _entropy(_many_groups(table)[3])


def simpson_interaction(table: ArrayLike) -> Floats:
    """I: the chance that two residents drawn from the whole belong to different groups."""
    shares = _many_groups(table)[3]
    return np.asarray((shares * (1 - shares)).sum(-1))


def divergence(table: ArrayLike) -> Floats:
    """Mean divergence of the areas' compositions from the whole's (H times E)."""
    t, p, whole, shares = _many_groups(table)
    ratio = _divide(p, shares[..., None, :])
    logs = np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
    return _divide((t * (p * logs).sum(-1)).sum(-1), whole)


def multigroup_h(table: ArrayLike) -> Floats:
    """Theil's H: how much less mixed the areas are than the whole."""
    t, p, whole, shares = _many_groups(table)
    entropy = _entropy(shares)
    return np.asarray(1 - _divide((t * _entropy(p)).sum(-1), whole * entropy))


class Split(NamedTuple):
    """H of areas as a part between municipalities and a part within them; the two add up."""

    between: float
    within: float


def h_between_within(table: ArrayLike, municipality: ArrayLike) -> Split:
    """Split H of one table (areas by groups) over the municipality that each area lies in."""
    counts, groups = np.asarray(table, np.float64), np.asarray(municipality)
    names = np.unique(groups)
    sums = np.stack([counts[groups == name].sum(0) for name in names])
    whole = float(counts.sum()) * float(diversity(counts))
    within = 0.0
    for name, row in zip(names, sums, strict=True):
        spread = float(row.sum()) * float(_entropy(_shares(row, row.sum())))
        if spread > 0:
            within += spread / whole * float(multigroup_h(counts[groups == name]))
    return Split(float(multigroup_h(sums)), within)


def multigroup_d(table: ArrayLike) -> Floats:
    """D for several groups at once."""
    t, p, whole, shares = _many_groups(table)
    gaps = (t[..., None] * np.abs(p - shares[..., None, :])).sum((-1, -2))
    return _divide(gaps, 2 * whole * simpson_interaction(table))


def multigroup_gini(table: ArrayLike) -> Floats:
    """Gini for several groups: each group's own, weighted by P(1-P)."""
    counts = np.asarray(table, np.float64)
    t, _, _, shares = _many_groups(counts)
    weights = shares * (1 - shares)
    each = np.stack([gini(counts[..., k], t) for k in range(counts.shape[-1])], axis=-1)
    return _divide((np.nan_to_num(each, nan=0.0) * weights).sum(-1), weights.sum(-1))


def _squared_gaps(table: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Sum over areas of t (p - P)^2 by group; T; and P."""
    t, p, whole, shares = _many_groups(table)
    return (t[..., None] * (p - shares[..., None, :]) ** 2).sum(-2), whole, shares


def relative_diversity(table: ArrayLike) -> Floats:
    """R: relative diversity."""
    gaps, whole, _ = _squared_gaps(table)
    return _divide(gaps.sum(-1), whole * simpson_interaction(table))


def normalised_exposure(table: ArrayLike) -> Floats:
    """P: normalised exposure."""
    gaps, whole, shares = _squared_gaps(table)
    return _divide(np.nan_to_num(_divide(gaps, 1 - shares), nan=0.0).sum(-1), whole)


def squared_variation(table: ArrayLike) -> Floats:
    """C: squared coefficient of variation; a group without members is left out of K."""
    gaps, whole, shares = _squared_gaps(table)
    groups = (shares > 0).sum(-1)
    return _divide(np.nan_to_num(_divide(gaps, shares), nan=0.0).sum(-1), whole * (groups - 1))


@lru_cache(maxsize=1)
def _log_factorials(most: int) -> Floats:
    """Return log k! for k = 0 .. most."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1.0, most + 1)))])


def _mean_deviation(size: NDArray[np.int64], share: Floats) -> Floats:
    """Mean absolute deviation of Binomial(size, share) counts: De Moivre's closed form."""
    k = (size * share).astype(np.int64) + 1
    some = (share > 0) & (share < 1) & (k <= size)
    k, p = np.where(some, k, 0), np.where(some, share, 0.5)
    # A power of two, so that the table is made anew only now and then.
    ln = _log_factorials(1 << int(size.max(initial=1)).bit_length())
    logs = ln[size] - ln[k] - ln[size - k] + k * np.log(p) + (size - k + 1) * np.log(1 - p)
    return np.where(some, 2 * k * np.exp(logs), 0.0)


def expected_dissimilarity(group: ArrayLike, total: ArrayLike) -> Floats:
    """D that chance alone gives if the group is spread at random over areas of these sizes.

    Areas are the last axis. Each is a binomial draw at the overall share, weighted by its size. For areas of one size
    n this is k C(n,k) p^k (1-p)^(n-k+1) / (n p (1-p)) with k = floor(np) + 1; about 1/sqrt(2 pi n p (1-p)).
    """
    sizes = np.asarray(total, np.float64)
    whole = sizes.sum(-1)
    share = _divide(np.asarray(group, np.float64).sum(-1), whole)
    share = np.where((share > 0) & (share < 1), share, np.nan)
    counts = np.nan_to_num(np.rint(sizes)).astype(np.int64)
    deviation = _mean_deviation(counts, np.nan_to_num(share)[..., None]).sum(-1)
    return _divide(deviation, 2 * whole * share * (1 - share))


def adjusted_dissimilarity(group: ArrayLike, total: ArrayLike) -> Floats:
    """D less what chance gives in units of this size: (D - E[D]) / (1 - E[D]) (Carrington & Troske)."""
    chance = expected_dissimilarity(group, total)
    return _divide(dissimilarity(group, total) - chance, 1 - chance)


def income_rank_h(table: ArrayLike, order: int = 4) -> float:
    """H^R: how sorted people are by income rank, whatever the income gaps are (Reardon 2011).

    `table` has areas by income classes, lowest first. H of "at or below" is taken at each threshold between classes,
    a polynomial is fitted with weights E(p)^2, and its coefficients are weighted by RANK_ORDER_WEIGHTS. The order
    is lowered to one less than the number of thresholds.
    """
    counts = np.asarray(table, np.float64)
    totals = counts.sum(-1)
    below = np.cumsum(counts, axis=-1)[:, :-1]
    if totals.sum() == 0:
        return float("nan")
    ranks = below.sum(0) / totals.sum()
    inside = (ranks > 0) & (ranks < 1)
    ranks, below = ranks[inside], below[:, inside]
    # Classes without members give the same threshold twice.
    ranks, first = np.unique(ranks, return_index=True)
    if len(ranks) == 0:
        return float("nan")
    segregation = theil_h(below[:, first].T, np.broadcast_to(totals, (len(ranks), len(totals))))
    weights = _entropy(np.stack([ranks, 1 - ranks], axis=-1))
    order = min(order, len(ranks) - 1, len(RANK_ORDER_WEIGHTS) - 1)
    # The weights multiply residuals, so E(p) here is E(p)^2 on their squares.
    powers = np.vander(ranks, order + 1, increasing=True)
    coefficients = np.linalg.lstsq(powers * weights[:, None], segregation * weights, rcond=None)[0]
    return float(coefficients @ np.array(RANK_ORDER_WEIGHTS[: order + 1]))


class Shapley(NamedTuple):
    """A difference in an index as a part from where people live and a part from how many they are; the two add up."""

    space: float
    composition: float


def _with_shares_of(own: Floats, other: Floats) -> Floats:
    """Give each area the share that has its rank among the other table's shares."""
    below = (own[None, :] < own[:, None]).sum(1)
    same = (own[None, :] == own[:, None]).sum(1)
    ranks = (below + (same + 1) / 2) / len(own)
    return np.asarray(np.quantile(other, ranks), np.float64)


def space_and_composition(
    first: tuple[ArrayLike, ArrayLike],
    second: tuple[ArrayLike, ArrayLike],
    index: Callable[[ArrayLike, ArrayLike], Floats] = dissimilarity,
) -> Shapley:
    """Split index(first) - index(second) into space and composition.

    Each table is (group, total). The counterfactual keeps an area's residents and its rank, and takes the share found
    at that rank in the other table. Each part is the mean over the two orders of changing one thing first.
    """
    (x1, t1), (x2, t2) = first, second
    p1, p2 = _shares(x1, t1), _shares(x2, t2)
    one, two = float(index(x1, t1)), float(index(x2, t2))
    one_as_two = float(index(_with_shares_of(p1, p2) * np.asarray(t1, np.float64), t1))
    two_as_one = float(index(_with_shares_of(p2, p1) * np.asarray(t2, np.float64), t2))
    space = 0.5 * ((one - two_as_one) + (one_as_two - two))
    return Shapley(space, 0.5 * ((one - one_as_two) + (two_as_one - two)))
