"""The Mesa model around a town. Households are Mesa agents: windows on rows of the tables, made when looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import mesa
import numpy as np
from mesa.agent import AgentSet
from mesa.datacollection import DataCollector

from beboersim.outcomes.metrics import municipality_metrics
from beboersim.policy.catalogue import Preset, Value
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import Town
from beboersim.world.codes import REASONS
from beboersim.world.profile import profile

HEADLINES = ("population", "dissimilarity", "isolation", "listed_areas", "stigma", "refusal_rate", "vacancy_social")


class Household(mesa.Agent):  # type: ignore[misc]
    """One household, seen through its row. It holds nothing itself: every reading is of the table as it stands.

    Attributes
    ----------
    unique_id
        The household's 64-bit id, the same in every world with the same seed.
    """

    pos = None

    def __init__(self, model: BeboerModel, identity: int) -> None:
        # Registration is the model's: a window is made for a row that already exists.
        self.model = model
        self.unique_id = identity

    @property
    def row(self) -> int:
        """Present row in the households' table; it changes when rows are put in order."""
        return self.model.row_of(self.unique_id)

    @property
    def area(self) -> str:
        """Name of the area lived in, "at the gate" before settling, "elsewhere" after leaving the town."""
        world = self.model.town.world
        index = int(world.households.area[self.row])
        if index < world.places:
            return str(world.names[index])
        return "elsewhere" if index == world.elsewhere else "at the gate"

    @property
    def size(self) -> int:
        """Members."""
        return int(self.model.town.world.households.size[self.row])

    @property
    def dwelling(self) -> int | None:
        """Id of the dwelling, or None for lodgers and those at the gate."""
        world = self.model.town.world
        home = int(world.households.dwelling[self.row])
        return int(world.dwellings.id[home]) if home >= 0 else None

    @property
    def searching(self) -> str:
        """Why another home is sought, or "not_searching"."""
        return REASONS[int(self.model.town.world.households.searching[self.row])]

    @property
    def resources(self) -> float:
        """Resources from 0 to 1: mean of work or study, education above basic, and income rank."""
        c = self.model.town.context
        world = c.world
        steps = c.income_steps[world.areas.municipality[world.households.area[self.row]]]
        return float(profile(world.persons, world.households, self.row, c.month, steps).resources)

    def step(self) -> None:
        """Do nothing: the month runs over columns, see `BeboerModel.step`."""


class BeboerModel(mesa.Model):  # type: ignore[misc]
    """A town as a Mesa model; one step is one month.

    Parameters
    ----------
    scenario
        Name of a shipped scenario or path of a scenario file.
    place
        Municipality, or several.
    start, until
        First and last year: the run begins on 1 January of `start` and `running` turns False on that of `until`.
    scale
        Share of persons and homes that are simulated, in (0, 1].
    preset
        Which values contested parameters take: central, council, null, optimistic, govind or foged.
    settings
        Levers and parameters by dotted name that overrule scenario and preset.
    seed
        0 to 2**64 - 1.

    Examples
    --------
    >>> model = BeboerModel(scenario="law", place="Svendborg", scale=0.05)
    >>> model.step()
    >>> model.datacollector.get_model_vars_dataframe()  # doctest: +SKIP
    """

    def __init__(
        self,
        scenario: str = "law",
        place: str | Sequence[str] = "Svendborg",
        start: int = 2015,
        until: int = 2031,
        scale: float = 0.1,
        preset: Preset = "central",
        settings: Mapping[str, Value] | None = None,
        seed: int = 1,
    ) -> None:
        super().__init__(rng=seed % 2**32)
        first, last = date(start, 1, 1), date(until, 1, 1)
        places = [place] if isinstance(place, str) else list(place)
        plan = Plan(Scenario.load(scenario), preset, settings or {}, first, last)
        self.town = Town(places=places, plan=plan, start=first, until=last, scale=scale, seed=seed)
        self._windows: dict[int, Household] = {}
        self._rows: dict[int, int] = {}
        self._rows_of_month = -1
        self.datacollector = DataCollector(
            model_reporters={"date": lambda m: m.town.date.isoformat()}
            | {name: _reader(name) for name in HEADLINES}
        )
        self.datacollector.collect(self)

    def step(self) -> None:
        """Run one month and collect the headline outcomes."""
        self.town.step()
        self.running = self.town.date < self.town.until
        self.datacollector.collect(self)

    @property
    def agents(self) -> AgentSet:
        """The households that live in the town now, as Mesa agents in the order of their ids."""
        ids = self.town.world.households.id[self.living_rows()].tolist()
        # Mesa's set holds its members weakly, so the model keeps the windows of those who still live here.
        self._windows = {identity: self.window(identity) for identity in ids}
        return AgentSet(self._windows.values(), random=self.random)

    @property
    def headlines(self) -> dict[str, float]:
        """The town's headline outcomes now, over all its municipalities together."""
        record = self.town.monthly[-1]
        counts: dict[str, Any] = {**record.counts, "status": record.status}
        found = municipality_metrics(counts, np.zeros(len(record.names), np.int64), months=1)
        return {name: float(found[name][0]) for name in HEADLINES}

    def window(self, identity: int) -> Household:
        """Return the agent with an id; the same object each time."""
        if identity not in self._windows:
            self._windows[identity] = Household(self, identity)
        return self._windows[identity]

    def row_of(self, identity: int) -> int:
        """Return the row of a household's id; a household that no longer exists is a KeyError."""
        if self._rows_of_month != self.town.context.month:
            rows = self.living_rows()
            self._rows = dict(zip(self.town.world.households.id[rows].tolist(), rows.tolist(), strict=True))
            self._rows_of_month = self.town.context.month
        return self._rows[identity]

    def living_rows(self) -> np.ndarray:
        """Return the rows of households that live in the town, by id."""
        world = self.town.world
        n = int(world.used[1])
        rows = np.flatnonzero((world.households.head[:n] >= 0) & (world.households.area[:n] < world.places))
        return rows[np.argsort(world.households.id[rows], kind="stable")]


def _reader(name: str) -> Any:
    return lambda model: model.headlines[name]
