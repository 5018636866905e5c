"""What holds in a run: parameters under a preset, and the levers in force on a day in every area."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from beboersim.policy.catalogue import Preset, Quantity, Value, catalogue, of_kind
from beboersim.policy.scenario import Scenario
from beboersim.policy.settings import parse_settings
from beboersim.policy.where import EVERYWHERE, Where

__all__ = ["Lever", "Places", "Plan", "parse_settings"]

Lever = NDArray[np.float64] | float | str
"""A place-lever is an array over the areas, a global one a number (a flag is 0 or 1), a choice its word."""

Layers = tuple[tuple[Where, Value], ...]
"""What a lever is, widest first: the later layer wins where both hold."""


@dataclass(frozen=True, eq=False)
class Places:
    """The areas of a run: name, municipality and status code of each, in the order of the run."""

    names: tuple[str, ...]
    municipalities: tuple[str, ...]
    status: NDArray[np.int64]

    def where(self, where: Where) -> NDArray[np.bool_]:
        """Return which areas are meant."""
        if where.kind == "places":
            return np.array([name in where.names for name in self.names], dtype=np.bool_)
        if where.kind == "municipality":
            return np.array([name in where.names for name in self.municipalities], dtype=np.bool_)
        if where.kind == "status":
            return np.isin(self.status, where.codes)
        return np.ones(len(self.names), dtype=np.bool_)


class Plan:
    """The levers, switches and parameters of one run.

    A setting overrules the scenario, a later change of the scenario overrules an earlier one, and where nothing is
    said the dated default of the lever holds.
    """

    def __init__(
        self,
        scenario: Scenario,
        preset: Preset = "central",
        settings: Mapping[str, Value] = MappingProxyType({}),
        start: date = date(2010, 1, 1),
        until: date = date.max,
    ) -> None:
        scenario.check_dates(start, until)
        self.scenario = scenario
        self.preset = preset
        self.settings = dict(settings)
        self.start = start
        self.until = until
        self._levers = of_kind("lever", "switch")
        self._parameters = {
            quantity.name: float(settings.get(quantity.name, quantity.preset(preset)))
            for quantity in of_kind("parameter")
        }
        self._starts = self._segment_starts()
        self._layers: dict[int, dict[str, Layers]] = {}
        self._held: tuple[int, Places, bytes | None, dict[str, Lever]] | None = None

    def parameter(self, name: str) -> float:
        """Return a parameter: as set, else as the preset says, else its default."""
        return self._parameters[name]

    def parameters(self, group: str) -> dict[str, float]:
        """Return the parameters of a group, named without the group."""
        prefix = f"{group}."
        return {name.removeprefix(prefix): value for name, value in self._parameters.items() if name.startswith(prefix)}

    def levers_on(self, day: date, places: Places) -> dict[str, Lever]:
        """Return every lever and switch as it is on a day, by its full name.

        The arrays are read-only: the same ones are returned until a date changes something, or a status where a change
        holds by status.
        """
        segment = bisect_right(self._starts, day) - 1
        if self._held is not None:
            held_segment, held_places, held_status, levers = self._held
            same_status = held_status is None or held_status == places.status.tobytes()
            if segment == held_segment and same_status and _same_areas(places, held_places):
                return levers
        layers_of = self._layers_in(segment)
        levers = {name: self._spread(catalogue()[name], layers, places) for name, layers in layers_of.items()}
        by_status = any(where.kind == "status" for layers in layers_of.values() for where, _ in layers)
        self._held = (segment, places, places.status.tobytes() if by_status else None, levers)
        return levers

    def differs_from(self, other: Plan) -> date | None:
        """Return the first date at which this plan and another say different things, or None if they never do."""
        start, until = max(self.start, other.start), min(self.until, other.until)
        if self._parameters != other._parameters:
            return start
        for day in sorted({start, *self._starts, *other._starts}):
            if start <= day < until:
                here, there = (plan._layers_in(bisect_right(plan._starts, day) - 1) for plan in (self, other))
                if here != there:
                    return day
        return None

    def _segment_starts(self) -> list[date]:
        """Return the dates, from the start on, at which a default or a change begins or ends."""
        dates = {self.start}
        for lever in self._levers:
            dates.update(dated.start for dated in lever.history)
        for change in self.scenario.changes:
            dates.update(day for day in (change.start, change.until) if day is not None)
        return sorted(day for day in dates if self.start <= day < self.until)

    def _layers_in(self, segment: int) -> dict[str, Layers]:
        """Return every lever's layers between two dates at which something changes."""
        if segment < 0:
            raise ValueError("the day is before the run")
        if segment not in self._layers:
            day = self._starts[segment]
            self._layers[segment] = {lever.name: self._layers_of(lever, day) for lever in self._levers}
        return self._layers[segment]

    def _layers_of(self, lever: Quantity, day: date) -> Layers:
        if lever.name in self.settings:
            return ((EVERYWHERE, self.settings[lever.name]),)
        layers: Layers = ((EVERYWHERE, lever.default_on(day)),)
        for change in self.scenario.changes:
            if lever.name in change.set and change.holds_on(day):
                layer = (change.where, change.set[lever.name])
                layers = (layer,) if change.where == EVERYWHERE else (*layers, layer)
        # A change to what holds anyway is no change.
        return layers[:1] if len({value for _, value in layers}) == 1 else layers

    def _spread(self, lever: Quantity, layers: Layers, places: Places) -> Lever:
        if not lever.places:
            value = layers[-1][1]
            return value if isinstance(value, str) else float(value)
        array = np.full(len(places.names), layers[0][1], dtype=np.float64)  # the widest layer is everywhere
        for where, value in layers[1:]:
            array[places.where(where)] = value
        array.flags.writeable = False
        return array


def _same_areas(one: Places, other: Places) -> bool:
    return one is other or (one.names == other.names and one.municipalities == other.municipalities)
