"""What matters most: Morris and Sobol indices, ranks and dose curves, with the seed's own share as a row.

Chance is part of every outcome. Beside the factors there is therefore a row *seed*: what another seed does on its own.
A factor that does less than the seed cannot be told from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.experiments.design import MORRIS_LEVELS, salib_analyze, unit_problem
from beboersim.experiments.paired import LEVEL, estimate

if TYPE_CHECKING:
    from beboersim.experiments.results import Results

Floats = NDArray[np.float64]
Rows = list[dict[str, Any]]
SEED = "seed"
RESAMPLES = 500
ENOUGH = 0.9  # of the points that the fullest seed has
FEWEST_POINTS = 8  # for a rank to mean anything


class Response(NamedTuple):
    """An outcome over the points of a design, by seed: the level of the first scenario, or another's effect."""

    outcome: str
    unit: str
    preset: str
    scenario: str
    of: str
    y: Floats

    @property
    def about(self) -> dict[str, str]:
        """What it is, for a row."""
        return {"outcome": self.outcome, "unit": self.unit, "preset": self.preset, "scenario": self.scenario,
                "of": self.of}  # fmt: skip


def responses(results: Results) -> Iterator[Response]:
    """Yield every outcome over the points: (points, seeds), NaN where a run is missing."""
    values, rows = results.cached_values, results.design_table.to_pylist()
    bases = tuple(dict.fromkeys(row["base"] for row in rows))
    points = 1 + max(row["point"] for row in rows)
    policy_at = {policy: at for at, policy in enumerate(values.policies)}
    future_at = {future: at for at, future in enumerate(values.futures)}
    where = {
        (row["preset"], row["base"], row["point"]): (policy_at[row["policy"]], future_at[row["future"]]) for row in rows
    }
    for preset in dict.fromkeys(row["preset"] for row in rows):
        cells = {base: np.array([where[preset, base, point] for point in range(points)]) for base in bases}
        for outcome in values.outcomes:
            at = values.of(outcome.key)
            levels = {base: at[cell[:, 0], cell[:, 1]] for base, cell in cells.items()}
            yield Response(outcome.key, outcome.unit, preset, bases[0], "level", levels[bases[0]])
            for base in bases[1:]:
                yield Response(outcome.key, outcome.unit, preset, base, "effect", levels[base] - levels[bases[0]])


def units_of(results: Results) -> Floats:
    """Return the points of a sampled design in the unit cube."""
    table = results.design_table
    rows = np.array(table.column("point"))
    _, first = np.unique(rows, return_index=True)
    columns = [np.array(table.column(f"unit.{factor.name}"), np.float64)[first] for factor in results.factors]
    return np.stack(columns, axis=1)


def over_seeds(y: Floats) -> Floats:
    """Return each point's mean over the same seeds; NaN for a point that lacks one of them.

    Seeds that few points have, as while a sweep is under way, are left out.
    """
    known = np.isfinite(y).sum(0)
    return np.asarray(y[:, known >= ENOUGH * known.max()].mean(1))


def morris(results: Results) -> Rows:
    """Return mean effects over the whole range (mu), their mean size (mu_star, with interval) and spread (sigma)."""
    if results.kind != "morris":
        return []
    names, units = [factor.name for factor in results.factors], units_of(results)
    analyze, step = salib_analyze("morris"), len(names) + 1
    found: Rows = []
    for one in responses(results):
        mean = over_seeds(one.y)
        # A trajectory with a missing point says nothing of any factor.
        whole = np.isfinite(mean.reshape(-1, step)).all(1).repeat(step)
        if whole.sum() < 2 * step:
            continue
        answer = analyze(unit_problem(names), units[whole], mean[whole], num_levels=MORRIS_LEVELS, seed=1,
                         conf_level=LEVEL, print_to_console=False)  # fmt: skip
        for at, name in enumerate(names):
            found.append(
                one.about | {"factor": name, "mu": float(answer["mu"][at]), "mu_star": float(answer["mu_star"][at]),
                             "mu_star_half_width": float(answer["mu_star_conf"][at]),
                             "sigma": float(answer["sigma"][at]), "n": int(whole.sum() // step)}
            )  # fmt: skip
        of_seed = {"factor": SEED, "mu": 0.0, "mu_star": seed_distance(one.y), "mu_star_half_width": None}
        found.append(one.about | of_seed | {"sigma": None, "n": int(np.isfinite(one.y).sum())})
    return ranked(found, "mu_star")


def seed_distance(y: Floats) -> float | None:
    """Return the mean distance between two seeds at the same point, to be read beside mu_star; None with one seed."""
    distances = [abs(line[i] - line[j]) for line in y for i in range(len(line)) for j in range(i)]
    known = np.array(distances)[np.isfinite(distances)] if distances else np.empty(0)
    return float(known.mean()) if len(known) else None


def sobol(results: Results) -> Rows:
    """Return first-order and total indices with intervals, and the seed's share of the variance of a single run."""
    if results.kind != "sobol":
        return []
    names, analyze = [factor.name for factor in results.factors], salib_analyze("sobol")
    found: Rows = []
    for one in responses(results):
        mean = over_seeds(one.y)
        # The method compares whole blocks of points: a block with a missing run is left out.
        block = len(names) + 2
        whole = np.isfinite(mean.reshape(-1, block)).all(1).repeat(block)
        chosen = mean[whole]
        if len(chosen) < 2 * block or np.ptp(chosen) == 0:
            continue
        answer = analyze(unit_problem(names), chosen, calc_second_order=False, conf_level=LEVEL, seed=1,
                         num_resamples=RESAMPLES, print_to_console=False)  # fmt: skip
        for at, name in enumerate(names):
            found.append(
                one.about | {"factor": name, "first": float(answer["S1"][at]),
                             "first_half_width": float(answer["S1_conf"][at]), "total": float(answer["ST"][at]),
                             "total_half_width": float(answer["ST_conf"][at]), "n": len(chosen) // block}
            )  # fmt: skip
        share = seed_share(one.y[whole])
        found.append(one.about | {"factor": SEED, "first": share, "first_half_width": None, "total": share,
                                  "total_half_width": None, "n": len(chosen) // block})  # fmt: skip
    return ranked(found, "total")


def seed_share(y: Floats) -> float | None:
    """Return which part of the variance of a single run is the seed's; None with one seed."""
    y = y[:, np.isfinite(y).all(0)]
    if y.shape[1] < 2 or len(y) < 2:
        return None
    seed = float(np.var(y, axis=1, ddof=1).mean())
    points = max(float(np.var(y.mean(1), ddof=1)) - seed / y.shape[1], 0.0)
    return seed / (seed + points) if seed + points > 0 else None


def ranked(rows: Rows, by: str) -> Rows:
    """Return rows with a rank among those of the same response; 1 matters most, the seed takes part."""
    groups: dict[tuple[str, ...], Rows] = {}
    for row in rows:
        groups.setdefault((row["outcome"], row["preset"], row["scenario"], row["of"]), []).append(row)
    for group in groups.values():
        ordered = sorted(group, key=lambda row: -(row[by] if row[by] is not None else -1.0))
        for rank, row in enumerate(ordered, start=1):
            row["rank"] = rank
    return [row for group in groups.values() for row in sorted(group, key=lambda row: int(row["rank"]))]


def ranking(results: Results) -> Rows:
    """Return rank correlations of factors with outcomes over a sampled design.

    The interval is Fisher's with the variance of Bonett and Wright (2000) for ranks.
    """
    if results.kind not in ("latin", "sobol", "morris"):
        return []
    from scipy.stats import norm, rankdata

    names, units = [factor.name for factor in results.factors], units_of(results)
    wide = float(norm.ppf(0.5 + LEVEL / 2))
    found: Rows = []
    for one in responses(results):
        mean = over_seeds(one.y)
        known = np.isfinite(mean)
        n = int(known.sum())
        if n < FEWEST_POINTS or np.ptp(mean[known]) == 0:
            continue
        x, y = rankdata(units[known], axis=0), rankdata(mean[known])
        for at, name in enumerate(names):
            rho = correlation(x[:, at], y)
            low = high = rho
            if rho is not None and abs(rho) < 1:
                half = wide * np.sqrt((1 + rho**2 / 2) / (n - 3))
                low, high = float(np.tanh(np.arctanh(rho) - half)), float(np.tanh(np.arctanh(rho) + half))
            found.append(
                one.about | {"factor": name, "rho": rho, "low": low, "high": high, "size": abs(rho or 0.0), "n": n}
            )
    return ranked(found, "size")


def correlation(x: Floats, y: Floats) -> float | None:
    """Return the correlation of two lists of numbers; None if one of them does not vary."""
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def dose(results: Results) -> Rows:
    """Return what each value of a factor does against its first value, all else alike, paired by seed."""
    if results.kind not in ("grid", "factorial", "one-at-a-time", "table"):
        return []
    names = [factor.name for factor in results.factors]
    table = results.design_table.to_pylist()
    first_of_point = {row["point"]: row for row in reversed(table)}
    points = [first_of_point[number] for number in sorted(first_of_point)]
    found: Rows = []
    for one in responses(results):
        if one.of == "effect":
            continue
        for factor in results.factors:
            if len(factor.values) < 2 or factor.kind == "scenario":
                continue
            others = [name for name in names if name != factor.name]
            blocks: dict[Any, dict[Any, Floats]] = {}
            for point, line in zip(points, one.y, strict=True):
                if point[factor.name] is not None:
                    blocks.setdefault(tuple(point[name] for name in others), {})[point[factor.name]] = line
            whole = [block for block in blocks.values() if all(value in block for value in factor.values)]
            for value in factor.values:
                # A seed is one replication: what differs between blocks is averaged before the interval is taken.
                if not whole:
                    break
                level = estimate(np.mean([block[value] for block in whole], axis=0))
                change = estimate(np.mean([block[value] - block[factor.values[0]] for block in whole], axis=0))
                found.append(
                    one.about | {"factor": factor.name, "value": str(value), "against": str(factor.values[0]),
                                 "level": level.mean, "level_half_width": level.half_width, "effect": change.mean,
                                 "half_width": change.half_width, "n": change.n, "averaged_over": len(whole)}
                )  # fmt: skip
    return found
