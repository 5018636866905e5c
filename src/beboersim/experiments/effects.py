"""What a policy does: paired differences from the baseline, how sure they are, and from where they vary.

Three kinds of spread are kept apart. *Seed*: the same world again with other chance. *Parameter*: other values of
what nature decides. *Structure*: other readings of the evidence (presets) and other mechanisms (switches).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from beboersim.experiments.paired import LEVEL, estimate

if TYPE_CHECKING:
    from beboersim.experiments.results import Results, Values

Floats = NDArray[np.float64]
Rows = list[dict[str, Any]]
RESAMPLES = 2000
PARTS = ("work_people", "work_composition", "work_age")
DISPLACED = ("rest.outside", "town.outside_elsewhere", "listed.residents", "listed.share_nonwestern")
ROUNDING = 1e-12  # a difference below this share of the level is how sums round


def bootstrap(values: Floats, level: float = LEVEL) -> tuple[float | None, float | None]:
    """Return the percentile interval of the mean over resampled replications, always from the same resamples."""
    found = values[np.isfinite(values)]
    if len(found) < 2:
        return None, None
    chosen = np.random.default_rng(len(found)).integers(0, len(found), (RESAMPLES, len(found)))
    low, high = np.quantile(found[chosen].mean(1), [0.5 - level / 2, 0.5 + level / 2])
    return float(low), float(high)


def variance_reduction(baseline: Floats, other: Floats) -> float | None:
    """Return how many times more runs independent seeds would need: Var(a) + Var(b) over Var(b - a), seeds shared.

    Seeds are independent of each other, so the variances of both sides over seeds are what a difference of runs on
    different seeds would have.
    """
    both = np.isfinite(baseline) & np.isfinite(other)
    if both.sum() < 2:
        return None
    a, b = baseline[both], other[both]
    paired = float(np.var(b - a, ddof=1))
    if paired <= (ROUNDING * float(np.abs(a).max() + np.abs(b).max())) ** 2:
        return None
    return float((np.var(a, ddof=1) + np.var(b, ddof=1)) / paired)


def effects(values: Values) -> Rows:
    """Return a row an outcome, future and policy: levels, paired difference, t and bootstrap interval, half-width."""
    found: Rows = []
    for outcome in values.outcomes:
        at = values.of(outcome.key)
        for f, future in enumerate(values.futures):
            base = at[values.baseline, f]
            for p, policy in enumerate(values.policies):
                if p == values.baseline:
                    continue
                difference = at[p, f] - base
                shown = estimate(difference)
                low, high = bootstrap(difference)
                found.append(
                    {
                        "outcome": outcome.key,
                        "unit": outcome.unit,
                        "future": future,
                        "policy": policy,
                        "baseline": values.policies[values.baseline],
                        "n": shown.n,
                        "level_baseline": estimate(base).mean,
                        "level": estimate(at[p, f]).mean,
                        "effect": shown.mean,
                        "sd": shown.sd,
                        "half_width": shown.half_width,
                        "low": shown.low,
                        "high": shown.high,
                        "boot_low": low,
                        "boot_high": high,
                        "clear": shown.clear,
                        "variance_reduction": variance_reduction(base, at[p, f]),
                    }
                )
    return found


def pooled(values: Values) -> Rows:
    """Return a row an outcome and policy: the mean difference over the futures that are whole, seed by seed."""
    found: Rows = []
    for outcome in values.outcomes:
        at = values.of(outcome.key)
        for p, policy in enumerate(values.policies):
            difference = at[p] - at[values.baseline]
            whole = np.isfinite(difference).all(1)
            if p == values.baseline or not whole.any():
                continue
            shown = estimate(difference[whole].mean(0))
            found.append(
                {"outcome": outcome.key, "unit": outcome.unit, "policy": policy, "futures": int(whole.sum()),
                 "n": shown.n, "effect": shown.mean, "sd": shown.sd, "half_width": shown.half_width, "low": shown.low,
                 "high": shown.high, "clear": shown.clear,
                 "share_of_futures_above": float((difference[whole].mean(1) > 0).mean())}
            )  # fmt: skip
    return found


def widest(values: Values, outcome: str) -> float:
    """Return the largest half-width of an outcome's differences; infinite while one is not known."""
    wide = [row["half_width"] for row in effects(values) if row["outcome"] == outcome]
    return max((np.inf if one is None else float(one) for one in wide), default=np.inf)


def spread(results: Results, values: Values) -> Rows:
    """Return where the differences vary from: seed, parameters, structure; one row each, never one band for all."""
    futures = {row["future"]: row for row in results.design_table.to_pylist()}
    kinds = {factor.name: factor.kind for factor in results.factors}
    structure_of = [
        (futures[one]["preset"], *(futures[one][name] for name, kind in kinds.items() if kind == "switch"))
        for one in values.futures
    ]
    found: Rows = []
    for outcome in values.outcomes:
        at = values.of(outcome.key)
        for p, policy in enumerate(values.policies):
            if p == values.baseline:
                continue
            difference = at[p] - at[values.baseline]
            n = np.isfinite(difference).sum(1)
            known = n > 0
            if not known.any():
                continue
            means = np.array([_mean(line, np.nan) for line in difference])
            variances = np.array([np.var(row[np.isfinite(row)], ddof=1) if m > 1 else np.nan
                                  for row, m in zip(difference, n, strict=True)])  # fmt: skip
            about = {"outcome": outcome.key, "unit": outcome.unit, "policy": policy}
            seed = _mean(variances)
            found.append(
                about | {"kind": "seed", "sd": _root(seed), "low": _extreme(difference, min),
                         "high": _extreme(difference, max), "n": int(n.sum())}
            )  # fmt: skip
            groups: dict[Any, list[int]] = {}
            for at_future, key in enumerate(structure_of):
                if known[at_future]:
                    groups.setdefault(key, []).append(at_future)
            within = [np.var(means[those], ddof=1) - _mean(variances[those] / np.maximum(n[those], 1), 0.0)
                      for those in groups.values() if len(those) > 1]  # fmt: skip
            if within:
                centred = np.concatenate([means[those] - means[those].mean() for those in groups.values()])
                found.append(
                    about | {"kind": "parameter", "sd": _root(max(float(np.mean(within)), 0.0)),
                             "low": float(centred.min() + means[known].mean()),
                             "high": float(centred.max() + means[known].mean()), "n": int(known.sum())}
                )  # fmt: skip
            if len(groups) > 1:
                centres = np.array([means[those].mean() for those in groups.values()])
                found.append(
                    about | {"kind": "structure", "sd": float(np.std(centres, ddof=1)), "low": float(centres.min()),
                             "high": float(centres.max()), "n": len(centres)}
                )  # fmt: skip
    return found


def _mean(values: Floats, default: float | None = None) -> Any:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else default


def _root(value: float | None) -> float | None:
    return None if value is None else float(np.sqrt(value))


def _extreme(values: Floats, which: Any) -> float:
    return float(which(values[np.isfinite(values)]))


def cost_per_effect(values: Values, rows: Sequence[Mapping[str, Any]]) -> Rows:
    """Return what a clear effect costs: extra money for the social programme over the effect, by policy and outcome.

    Money is the whole run's, in DKK, and discounted at 3.5 % a year (methods Q54). A policy that costs nothing more,
    or whose effect may be none, has no cost per effect; the reason is said.
    """
    found: Rows = []
    for row in rows:
        p, f = values.policies.index(row["policy"]), values.futures.index(row["future"])
        extra = values.cost[p, f] - values.cost[values.baseline, f]
        now = values.discounted[p, f] - values.discounted[values.baseline, f]
        cost, discounted = estimate(extra), estimate(now)
        reason = None
        if not cost.clear:
            reason = "no clear extra cost"
        elif not row["clear"]:
            reason = "no clear effect"
        ratio = None if reason or not row["effect"] or discounted.mean is None else discounted.mean / row["effect"]
        at = values.of(row["outcome"])
        low, high = (None, None) if ratio is None else _ratio_interval(now, at[p, f] - at[values.baseline, f])
        found.append(
            {key: row[key] for key in ("outcome", "unit", "future", "policy", "effect")}
            | {"cost": cost.mean, "cost_half_width": cost.half_width, "cost_discounted": discounted.mean,
               "cost_per_unit": ratio, "cost_per_unit_low": low, "cost_per_unit_high": high, "why_not": reason}
        )  # fmt: skip
    return found


def _ratio_interval(cost: Floats, effect: Floats) -> tuple[float | None, float | None]:
    """Return the bootstrap interval of a ratio of means; None where the effect's sign is not the same throughout."""
    both = np.isfinite(cost) & np.isfinite(effect)
    chosen = np.random.default_rng(int(both.sum())).integers(0, both.sum(), (RESAMPLES, both.sum()))
    above, below = cost[both][chosen].mean(1), effect[both][chosen].mean(1)
    if (np.sign(below) != np.sign(below[0])).any() or not below.all():
        return None, None
    low, high = np.quantile(above / below, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return float(low), float(high)


def composition(rows: Sequence[Mapping[str, Any]]) -> Rows:
    """Return the split of the effect on work: people, composition and age, which add up to the whole."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        scope, _, name = row["outcome"].partition(".")
        if name in (*PARTS, "share_working"):
            one = found.setdefault((scope, row["future"], row["policy"]), {})
            one[name], one[f"{name}_half_width"] = row["effect"], row["half_width"]
    return [
        {"scope": scope, "future": future, "policy": policy, **one}
        for (scope, future, policy), one in found.items()
        if {*PARTS} <= {*one}
    ]


def displacement(rows: Sequence[Mapping[str, Any]]) -> Rows:
    """Return where people are instead: those without work outside the listed areas, and who lives in those."""
    keys = ("outcome", "unit", "future", "policy", "effect", "low", "high", "clear")
    return [{key: row[key] for key in keys} for row in rows if row["outcome"] in DISPLACED]
