"""Who the effect of a package belongs to: Shapley shares of levers that are on or off.

With all combinations on the same seeds, each lever's share is its mean contribution over all orders in which the
package can be put together (methods §3.4). It is computed seed by seed, so that its interval follows; the shares of a
seed add up to the package's effect exactly.
"""

from __future__ import annotations

from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.experiments.paired import estimate

if TYPE_CHECKING:
    from beboersim.experiments.results import FactorRead, Results

Floats = NDArray[np.float64]
MOST_LEVERS = 12  # 4096 combinations


class Package(NamedTuple):
    """Levers that are on or off, in every combination: `policies[bits]` is the policy with these levers on."""

    levers: tuple[str, ...]
    of: str
    policies: tuple[str, ...]


def shares(worth: Floats) -> Floats:
    """Return each lever's Shapley share.

    Parameters
    ----------
    worth
        (2**k, ...): the outcome of each combination; bit i of the row's number says whether lever i is on.

    Returns
    -------
    (k, ...)
    """
    k = int(worth.shape[0]).bit_length() - 1
    found = np.zeros((k, *worth.shape[1:]))
    for lever in range(k):
        for bits in range(1 << k):
            if not bits >> lever & 1:
                size = bits.bit_count()
                weight = factorial(size) * factorial(k - size - 1) / factorial(k)
                found[lever] += weight * (worth[bits | 1 << lever] - worth[bits])
    return found


def interactions(worth: Floats) -> dict[tuple[int, int], Floats]:
    """Return each pair's Shapley interaction: what two levers do together beyond what each does."""
    k = int(worth.shape[0]).bit_length() - 1
    found = {}
    for i, j in combinations(range(k), 2):
        both, total = 1 << i | 1 << j, np.zeros(worth.shape[1:])
        for bits in range(1 << k):
            if not bits & both:
                size = bits.bit_count()
                weight = factorial(size) * factorial(k - size - 2) / factorial(k - 1)
                total += weight * (worth[bits | both] - worth[bits | 1 << i] - worth[bits | 1 << j] + worth[bits])
        found[i, j] = total
    return found


def packages(results: Results) -> list[Package]:
    """Return the packages that the design holds whole: all levers with two values, the rest being alike."""
    levers = [factor for factor in results.factors if factor.kind in ("lever", "scenario") and len(factor.values) == 2]
    if not 1 < len(levers) <= MOST_LEVERS or results.kind not in ("factorial", "grid", "table"):
        return []
    names = [factor.name for factor in levers]
    others = [f.name for f in results.factors if f.kind in ("lever", "scenario") and f.name not in names]
    found: dict[tuple[Any, ...], dict[int, str]] = {}
    for row in results.design_table.to_pylist():
        alike = (row["base"], *(row[name] for name in others))
        bits = sum(_is_on(factor, row[factor.name]) << at for at, factor in enumerate(levers))
        found.setdefault(alike, {})[bits] = row["policy"]
    whole = {key: policies for key, policies in found.items() if len(policies) == 1 << len(names)}
    return [
        Package(tuple(names), ", ".join(map(str, key)), tuple(policies[bits] for bits in range(1 << len(names))))
        for key, policies in whole.items()
    ]


def _is_on(factor: FactorRead, value: Any) -> int:
    """Say whether a lever is at the second of its two values."""
    return int(value == factor.values[1])


def shapley(results: Results) -> list[dict[str, Any]]:
    """Return a row an outcome, future and lever: share, alone and last in, with intervals, and the package's effect."""
    values = results.cached_values
    found: list[dict[str, Any]] = []
    for package in packages(results):
        rows = [values.policies.index(policy) for policy in package.policies]
        full = len(rows) - 1
        for outcome in values.outcomes:
            at = values.of(outcome.key)[rows]
            for f, future in enumerate(values.futures):
                worth = at[:, f, np.isfinite(at[:, f]).all(0)]
                if not worth.shape[1]:
                    continue
                of_levers = shares(worth)
                whole = worth[full] - worth[0]
                wrong = float(np.abs(of_levers.sum(0) - whole).max())
                for i, lever in enumerate(package.levers):
                    share = estimate(of_levers[i])
                    alone = estimate(worth[1 << i] - worth[0])
                    last = estimate(worth[full] - worth[full ^ 1 << i])
                    found.append(
                        {
                            "outcome": outcome.key, "unit": outcome.unit, "future": future, "of": package.of,
                            "lever": lever, "n": share.n, "share": share.mean, "share_half_width": share.half_width,
                            "alone": alone.mean, "alone_half_width": alone.half_width, "last_in": last.mean,
                            "last_in_half_width": last.half_width, "package": estimate(whole).mean,
                            "package_half_width": estimate(whole).half_width, "sum_error": wrong,
                        }
                    )  # fmt: skip
    return found


def pairs(results: Results) -> list[dict[str, Any]]:
    """Return a row an outcome, future and pair of levers: their interaction with its interval."""
    values = results.cached_values
    found: list[dict[str, Any]] = []
    for package in packages(results):
        rows = [values.policies.index(policy) for policy in package.policies]
        for outcome in values.outcomes:
            at = values.of(outcome.key)[rows]
            for f, future in enumerate(values.futures):
                worth = at[:, f, np.isfinite(at[:, f]).all(0)]
                if not worth.shape[1]:
                    continue
                for (i, j), both in interactions(worth).items():
                    shown = estimate(both)
                    found.append(
                        {"outcome": outcome.key, "unit": outcome.unit, "future": future, "of": package.of,
                         "lever": package.levers[i], "with": package.levers[j], "interaction": shown.mean,
                         "half_width": shown.half_width, "clear": shown.clear, "n": shown.n}
                    )  # fmt: skip
    return found
