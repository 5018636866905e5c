"""Results in the forms of other tools: EMA workbench's pair and SALib's problem. Neither needs to be installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from beboersim.experiments.results import Results


def ema_pair(results: Results) -> tuple[pd.DataFrame, dict[str, NDArray[np.float64]]]:
    """Return experiments (a row for each run that is whole) and outcomes in the same order, as EMA workbench does.

    Columns are the factors, then `seed`, `scenario` (EMA's word for a future), `policy` and `model`. So
    ``prim.Prim(experiments, outcomes["listed.stigma"] > 0.4)`` finds where a policy fails.
    """
    import pandas as pd

    values = results.cached_values
    rows = {(row["policy"], row["future"]): row for row in results.design_table.to_pylist()}
    whole = np.argwhere(np.isfinite(values.at).any(0))
    found = []
    for p, f, s in whole:
        row = rows.get((values.policies[p], values.futures[f]))
        factors = {factor.name: None if row is None else row[factor.name] for factor in results.factors}
        about = {"seed": values.seeds[s], "preset": None if row is None else row["preset"]}
        found.append(factors | about | {"scenario": values.futures[f], "policy": values.policies[p],
                                        "model": "beboersim"})  # fmt: skip
    columns = [factor.name for factor in results.factors] + ["seed", "preset", "scenario", "policy", "model"]
    outcomes = {one.key: values.at[(at, *whole.T)] for at, one in enumerate(values.outcomes)}
    return pd.DataFrame(found, columns=columns), outcomes


def salib_problem(results: Results) -> dict[str, Any]:
    """Return the factors with a range as SALib's problem dictionary, in their own units."""
    ranged = [factor for factor in results.factors if not factor.values]
    return {"num_vars": len(ranged), "names": [factor.name for factor in ranged],
            "bounds": [[factor.low, factor.high] for factor in ranged]}  # fmt: skip


