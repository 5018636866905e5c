"""Policies that hold whatever nature decides, and what one would have to believe for one that does not.

Regret and satisficing over futures (methods §3.5); for each parameter the value at which an effect changes sign or
falls below a size that matters; and what it would be worth to know a parameter before choosing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.experiments.paired import LEVEL
from beboersim.policy.catalogue import catalogue

if TYPE_CHECKING:
    from beboersim.experiments.results import Results

Floats = NDArray[np.float64]
Rows = list[dict[str, Any]]
RESAMPLES = 200
FEWEST_FUTURES = 8  # for a line over a parameter
SHUFFLES = 20
ROUNDING = 1e-12  # of an outcome: two policies so near are alike
# Which way is wanted, where no target of the experiment says it: what the council's paper argues for. assumption.
WANTED: dict[str, int] = {
    "share_working": 1, "work_people": 1, "share_outside": -1, "share_convicted": -1, "stigma": -1,
    "dissimilarity": -1, "dissimilarity_outside": -1, "avoidance_rate": -1, "refusal_rate": -1, "outside": -1,
    "outside_elsewhere": -1, "wait_list_months": -1, "wait_assigned_months": -1, "denied_share": -1,
    "lodged_households": -1, "vacancy_social": -1,
}  # fmt: skip


class Direction(NamedTuple):
    """An outcome that is wanted high (1) or low (-1)."""

    outcome: str
    unit: str
    sign: int


def directions(results: Results) -> list[Direction]:
    """Return the outcomes of which it is known which way is wanted."""
    by_target = {one["outcome"]: 1 if one["above"] is not None else -1 for one in results.provenance["targets"]}
    found = []
    for outcome in results.outcomes:
        sign = by_target.get(outcome.key, WANTED.get(outcome.id))
        if sign is not None:
            found.append(Direction(outcome.key, outcome.unit, sign))
    return found


def by_future(results: Results, outcome: str) -> Floats:
    """Return an outcome by policy and future: the mean over the seeds that every policy has there."""
    at = results.cached_values.of(outcome)
    whole = np.isfinite(at).all(0)
    sums = np.where(whole, at, 0.0).sum(2)
    n = whole.sum(1)
    return np.asarray(np.divide(sums, n, out=np.full(sums.shape, np.nan), where=n > 0))


def regret(results: Results) -> Rows:
    """Return how much worse than the best each policy is: at worst, in nine of ten futures, and on the mean."""
    found: Rows = []
    if len(results.cached_values.policies) < 2:
        return found
    for outcome, unit, sign in directions(results):
        worth = sign * by_future(results, outcome)
        known = np.isfinite(worth).all(0)
        if not known.any():
            continue
        lost = worth[:, known].max(0) - worth[:, known]
        for p, policy in enumerate(results.cached_values.policies):
            found.append(
                {"outcome": outcome, "unit": unit, "wanted": "high" if sign > 0 else "low", "policy": policy,
                 "regret_max": float(lost[p].max()), "regret_90": float(np.quantile(lost[p], 0.9)),
                 "regret_mean": float(lost[p].mean()), "best_share": float((lost[p] <= ROUNDING).mean()),
                 "futures": int(known.sum())}
            )  # fmt: skip
    return found


def satisficing(results: Results) -> Rows:
    """Return in which share of the futures each policy reaches all targets, and each one."""
    from beboersim.experiments.experiment import Target

    targets = [Target(**one) for one in results.provenance["targets"]]
    if not targets:
        return []
    reached = []
    for target in targets:
        found = by_future(results, target.outcome)
        ok = np.vectorize(target.reached, otypes=[float])(found)
        reached.append(np.where(np.isfinite(found), ok, np.nan))
    rows: Rows = []
    every = np.prod(reached, axis=0)
    for p, policy in enumerate(results.cached_values.policies):
        for name, which in (("all", every), *((t.outcome, r) for t, r in zip(targets, reached, strict=True))):
            known = np.isfinite(which[p])
            share = float(which[p][known].mean()) if known.any() else None
            rows.append({"policy": policy, "target": name, "share_of_futures": share, "futures": int(known.sum())})
    return rows


def parameter_values(results: Results) -> tuple[list[str], Floats, list[list[bool]]]:
    """Return the parameters varied, each future's value of them, and which of them a future sets itself."""
    names = [factor.name for factor in results.factors if factor.kind == "parameter"]
    rows = {row["future"]: row for row in results.design_table.to_pylist()}
    futures = [rows[future] for future in results.cached_values.futures]
    given = [[row[name] is not None for name in names] for row in futures]
    values = [
        [float(row[name] if row[name] is not None else catalogue()[name].preset(row["preset"])) for name in names]
        for row in futures
    ]
    return names, np.array(values).reshape(len(futures), len(names)), given


def crossing(x: Floats, y: Floats, level: float) -> float | None:
    """Return where the straight line through points meets a level; None where it is flat."""
    slope, start = np.polyfit(x, y, 1)
    return None if slope == 0 else float((level - start) / slope)


def beliefs(results: Results, smallest: float = 0.0) -> Rows:
    """Return for each parameter the value at which an effect changes sign, or falls below a size that matters.

    A straight line is laid through the effects over the parameter's values, the other parameters averaged out; the
    interval is over resampled futures. Where the line does not meet the level within the range that was run, the
    effect is on the same side of it for all that one may believe of this parameter.
    """
    names, x, given = parameter_values(results)
    values = results.cached_values
    found: Rows = []
    if not names:
        return found
    for outcome in values.outcomes:
        means = by_future(results, outcome.key)
        for p, policy in enumerate(values.policies):
            if p == values.baseline:
                continue
            effect = means[p] - means[values.baseline]
            for at, name in enumerate(names):
                chosen = np.isfinite(effect)
                if results.kind == "one-at-a-time":
                    # Others are at their defaults where this one is varied, and where nothing is.
                    chosen &= np.array([not any(s for j, s in enumerate(set_) if j != at) for set_ in given])
                here, there = x[chosen, at], effect[chosen]
                if len(here) < (3 if results.kind == "one-at-a-time" else FEWEST_FUTURES) or np.ptp(here) == 0:
                    continue
                sign = float(np.sign(there.mean())) or 1.0
                level = sign * smallest
                value, (low, high) = crossing(here, there, level), _crossings(here, there, level)
                inside = value is not None and here.min() <= value <= here.max()
                found.append(
                    {"outcome": outcome.key, "unit": outcome.unit, "policy": policy, "parameter": name,
                     "smallest": smallest, "effect": float(there.mean()), "slope": float(np.polyfit(here, there, 1)[0]),
                     "changes_at": value if inside else None, "low": low if inside else None,
                     "high": high if inside else None, "range_low": float(here.min()), "range_high": float(here.max()),
                     "changes_in_range": bool(inside), "n": len(here)}
                )  # fmt: skip
    return found


def _crossings(x: Floats, y: Floats, level: float) -> tuple[float | None, float | None]:
    """Return the interval of the crossing over resampled futures; None where most lines do not meet the level."""
    chosen = np.random.default_rng(len(x)).integers(0, len(x), (RESAMPLES, len(x)))
    here, there = x[chosen], y[chosen]
    across = here - here.mean(1, keepdims=True)
    below = (across**2).sum(1)
    slope = np.divide((across * there).sum(1), below, out=np.zeros(RESAMPLES), where=below > 0)
    known = slope != 0
    if known.sum() < RESAMPLES // 2:
        return None, None
    found = here.mean(1)[known] + (level - there.mean(1)[known]) / slope[known]
    low, high = np.quantile(found, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return float(low), float(high)


def gain_of_knowing(x: Floats, worth: Floats) -> float:
    """Return how much better the best choice is, on the mean, for who knows x: in the unit of `worth`.

    The mean of each policy given x is a parabola through its futures (regression as in Strong et al. 2014).
    """
    basis = np.vander((x - x.mean()) / (np.ptp(x) or 1.0), 3)
    fitted = basis @ np.linalg.lstsq(basis, worth.T, rcond=None)[0]
    return float(fitted.max(1).mean() - worth.mean(1).max())


def partial_information(results: Results) -> Rows:
    """Return for each parameter what it would be worth to know it before choosing a policy.

    `by_chance` is what a parameter without any meaning gives with so many futures (shuffled); what is not above it is
    nothing. The row that is largest would do most to settle which policy is best.
    """
    names, x, _ = parameter_values(results)
    found: Rows = []
    if not names or results.kind not in ("latin", "sobol", "morris", "table") or len(x) < FEWEST_FUTURES:
        return found
    for outcome, unit, sign in directions(results):
        worth = sign * by_future(results, outcome)
        known = np.isfinite(worth).all(0)
        if known.sum() < FEWEST_FUTURES or len(worth) < 2:
            continue
        worth, here = worth[:, known], x[known]
        chance = np.random.default_rng(1)
        everything = float(worth.max(0).mean() - worth.mean(1).max())
        for at, name in enumerate(names):
            if np.ptp(here[:, at]) == 0:
                continue
            by_chance = [gain_of_knowing(chance.permutation(here[:, at]), worth) for _ in range(SHUFFLES)]
            found.append(
                {"outcome": outcome, "unit": unit, "parameter": name, "worth": gain_of_knowing(here[:, at], worth),
                 "by_chance": float(np.quantile(by_chance, LEVEL)), "worth_of_everything": everything,
                 "best_now": results.cached_values.policies[int(worth.mean(1).argmax())], "n": int(known.sum())}
            )  # fmt: skip
    return sorted(found, key=lambda row: (row["outcome"], -row["worth"]))


