"""beboersim: an agent-based simulation of resident composition policies in Danish social-housing areas.

The public names are imported when first used, so that ``import beboersim`` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from beboersim.errors import InputError
    from beboersim.experiments.api import Sweep, compare
    from beboersim.experiments.results import Results, open_results
    from beboersim.model import BeboerModel
    from beboersim.policy.plan import Plan
    from beboersim.policy.scenario import Scenario
    from beboersim.town import Town

# The one place of the version: a clone that is not installed has no metadata to ask.
__version__ = "0.1.0"

_HOMES = {
    "BeboerModel": "beboersim.model",
    "InputError": "beboersim.errors",
    "Plan": "beboersim.policy.plan",
    "Results": "beboersim.experiments.results",
    "Scenario": "beboersim.policy.scenario",
    "Sweep": "beboersim.experiments.api",
    "Town": "beboersim.town",
    "compare": "beboersim.experiments.api",
    "open_results": "beboersim.experiments.results",
}
__all__ = [
    "BeboerModel", "InputError", "Plan", "Results", "Scenario", "Sweep", "Town", "__version__", "compare",
    "open_results",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'beboersim' has no attribute {name!r}")
