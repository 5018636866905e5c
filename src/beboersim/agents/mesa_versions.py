"""What differs between Mesa 3.3.1 (Python 3.11) and Mesa 3.5 (Python 3.12 and later), in one place.

===================  =========================================  ====================================================
what                 3.3.1                                      3.5
===================  =========================================  ====================================================
ids of agents        counted in a dictionary of the class that  counted by the model
                     holds every model for good (issue 3179)
`GroupBy`            in mesa.agent                              in mesa.agentset
records are stamped  with `model.steps`                         with `model.time`
`model.scenario`     is not there                               is Mesa's own object, put into the keyword `scenario`
                                                                whenever SolaraViz makes the model anew
===================  =========================================  ====================================================

3.4 is like the one or the other; the code asks what is there and not for a version.
Indexing an agent set (`agents[0]`) is on its way out of Mesa, and 3.5 warns of it; the sets of this package keep it.
"""

from __future__ import annotations

from typing import Any

import mesa

try:
    from mesa.agentset import GroupBy
except ImportError:  # 3.3.1
    from mesa.agent import GroupBy

__all__ = ["GroupBy", "MesaModel", "clock"]


def clock(model: Any) -> float:
    """Return what Mesa's data collector stamps its records with."""
    time: float = getattr(model, "time", model.steps)
    return time


class MesaModel(mesa.Model):  # type: ignore[misc]
    """A `mesa.Model` that numbers its agents itself and leaves the keyword `scenario` to its subclass.

    Parameters
    ----------
    rng
        As `mesa.Model` takes it.
    """

    def __init__(self, rng: Any) -> None:
        super().__init__(rng=rng)
        self._next_id = 1

    @property
    def scenario(self) -> None:
        """None: with an object of Mesa's here, a reset of SolaraViz would put it in the place of our scenario."""

    @scenario.setter
    def scenario(self, _: Any) -> None:
        """Take no notice of the object that Mesa 3.5 makes."""

    def register_agent(self, agent: mesa.Agent) -> None:
        """Register an agent, as Mesa does, with an id that is counted in this model."""
        super().register_agent(agent)
        counters = getattr(mesa.Agent, "_ids", None)
        if counters is not None:
            counters.pop(self, None)
            agent.unique_id = self._next_id
            self._next_id += 1
