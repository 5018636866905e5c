"""The few agents that are no households: areas, housing organisations, municipalities and the fund.

They store nothing. What they tell is read from the town's tables and from its last record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import mesa
import numpy as np
from mesa.agent import AgentSet

from beboersim.agents.sets import HouseholdSet
from beboersim.month.recording import Record
from beboersim.outcomes.metrics import municipality_metrics
from beboersim.world.codes import AREA_KINDS, SOCIAL
from beboersim.world.columns import I64

if TYPE_CHECKING:
    from beboersim.model import BeboerModel

NOTHING_SPENT = 0.0


class Institution(mesa.Agent):  # type: ignore[misc]
    """What stays in the town for the whole run.

    Attributes
    ----------
    name
        The name as people know it; organisations are anonymous and have a number.
    """

    def __init__(self, model: BeboerModel, name: str) -> None:
        super().__init__(model)
        self.name = name

    @property
    def record(self) -> Record:
        """The record of the present date, or of the last one."""
        last: Record = self.model.town.monthly[-1]
        return last

    def step(self) -> None:
        """Do nothing: what institutions decide is in the levers, see `BeboerModel.step`."""

    def remove(self) -> NoReturn:
        """Refuse: an institution stays for the whole run."""
        raise TypeError(f"{type(self).__name__} {self.name} cannot be removed: it is there for the whole run.")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


class Area(Institution):
    """An area where people live: a named area of the lists, another social estate, or a private neighbourhood.

    Attributes
    ----------
    unique_id
        The area's own 64-bit id, the same whatever else is in the run.
    index
        Its place in the tables and records.
    """

    def __init__(self, model: BeboerModel, index: int) -> None:
        super().__init__(model, model.town.world.names[index])
        self.index = index
        self.unique_id = int(model.town.world.areas.id[index])

    @property
    def kind(self) -> str:
        """One of named_area, estate and neighbourhood."""
        return AREA_KINDS[self.model.town.world.areas.kind[self.index]]

    @property
    def municipality(self) -> Municipality:
        """The municipality it lies in."""
        found: Municipality = self.model.municipalities[self.model.town.world.areas.municipality[self.index]]
        return found

    @property
    def organisation(self) -> HousingOrganisation | None:
        """The housing organisation that lets its social homes, or None."""
        code = int(self.model.town.world.areas.organisation[self.index])
        return self.model.organisations[code] if code >= 0 else None

    @property
    def status(self) -> str:
        """Status on the list in force, in the words of that list."""
        return str(self.model.town.context.status_words[self.index])

    @property
    def years_listed(self) -> int:
        """Consecutive lists on which it has been."""
        return int(self.model.town.world.areas.years_listed[self.index])

    @property
    def stigma(self) -> float:
        """Reputation outside, 0 is none."""
        return float(self.model.town.world.areas.stigma[self.index])

    @property
    def stigma_inside(self) -> float:
        """Reputation among its residents, 0 is none."""
        return float(self.model.town.world.areas.stigma_inside[self.index])

    @property
    def households(self) -> HouseholdSet:
        """The households that live here, lodgers included."""
        areas = self.model.town.world.households.area
        found: HouseholdSet = self.model.households_where(lambda rows: areas[rows] == self.index)
        return found

    @property
    def residents(self) -> int:
        """Persons who live here now."""
        return int(self.households.agg("size", sum))

    @property
    def homes(self) -> int:
        """Dwellings of every tenure, let or vacant."""
        return homes_in(self.model, np.array([self.index]))

    @property
    def vacant_homes(self) -> int:
        """Dwellings in which nobody lives, those under notice included."""
        return homes_in(self.model, np.array([self.index]), vacant=True)

    @property
    def grant(self) -> float:
        """Money of the running helhedsplan over what the fund's frame of 2015-2018 gave."""
        return float(self.model.town.context.dose[self.index])

    @property
    def counts(self) -> dict[str, float]:
        """Everything that the last record counts here, by the names of `beboersim.outcomes.counts`."""
        return {name: float(values[self.index]) for name, values in self.record.counts.items()}


class HousingOrganisation(Institution):
    """A housing organisation (almen boligorganisation): it lets social homes, and keeps a waiting list."""

    def __init__(self, model: BeboerModel, index: int, municipality: Municipality, number: int) -> None:
        super().__init__(model, f"{municipality.name}, organisation {number}")
        self.index = index
        self.municipality = municipality

    @property
    def areas(self) -> AgentSet:
        """The areas whose social homes it lets."""
        own = np.flatnonzero(self.model.town.world.areas.organisation[: len(self.model.places)] == self.index)
        return AgentSet([self.model.places[index] for index in own], random=self.model.random)

    @property
    def homes(self) -> int:
        """Social dwellings, let or vacant."""
        return homes_in(self.model, indices(self.areas), social=True)

    @property
    def vacant_homes(self) -> int:
        """Social dwellings in which nobody lives, those under notice included."""
        return homes_in(self.model, indices(self.areas), social=True, vacant=True)

    @property
    def waiting_list(self) -> HouseholdSet:
        """Everyone on its waiting list by seniority, passive members and those at the gate included."""
        world = self.model.town.world
        households, used = world.households, int(world.used[1])
        stands = (households.organisation[:used] == self.index) & (households.head[:used] >= 0)[:, None]
        rows, place = np.nonzero(stands)
        order = np.lexsort((households.id[rows], households.listed_since[rows, place]))
        return HouseholdSet.of(self.model, households.id[rows[order]], rows[order])


class Municipality(Institution):
    """A municipality (kommune): it assigns tenants to social homes, and decides with the organisations on letting."""

    def __init__(self, model: BeboerModel, index: int) -> None:
        super().__init__(model, model.town.world.municipalities[index])
        self.index = index

    @property
    def areas(self) -> AgentSet:
        """Its areas, private neighbourhoods included."""
        own = np.flatnonzero(self.model.town.world.areas.municipality[: len(self.model.places)] == self.index)
        return AgentSet([self.model.places[index] for index in own], random=self.model.random)

    @property
    def organisations(self) -> AgentSet:
        """The housing organisations with homes here."""
        own = [organisation for organisation in self.model.organisations if organisation.municipality is self]
        return AgentSet(own, random=self.model.random)

    @property
    def households(self) -> HouseholdSet:
        """The households that live here."""
        world = self.model.town.world
        found: HouseholdSet = self.model.households_where(
            lambda rows: world.areas.municipality[world.households.area[rows]] == self.index
        )
        return found

    @property
    def residents(self) -> int:
        """Persons who live here now."""
        return int(self.households.agg("size", sum))

    @property
    def homes(self) -> int:
        """Dwellings of every tenure, let or vacant."""
        return homes_in(self.model, indices(self.areas))

    @property
    def assignment_share(self) -> float:
        """Share of vacant family dwellings that it assigns, weighed over its areas by social homes."""
        areas = indices(self.areas)
        homes = np.array([homes_in(self.model, np.array([index]), social=True) for index in areas], np.float64)
        shares = np.asarray(self.model.town.context.by_area("letting.assignment_share"))[areas]
        return float(np.average(shares, weights=homes)) if homes.sum() else 0.0

    @property
    def metrics(self) -> dict[str, float]:
        """Every metric of a municipality over the month that ends on the record's date, NaN where there is none."""
        areas = indices(self.areas)
        told: dict[str, Any] = {**self.record.counts, "status": self.record.status}
        counts = {name: values[areas] for name, values in told.items()}
        found = municipality_metrics(counts, np.zeros(len(areas), np.int64), months=1)
        return {name: float(values[0]) for name, values in found.items()}


class Fund(Institution):
    """Landsbyggefonden: the tenants' own building fund, which decides the money for helhedsplaner."""

    def __init__(self, model: BeboerModel) -> None:
        super().__init__(model, "Landsbyggefonden")

    @property
    def social_frame(self) -> float:
        """The frame for social plans in force, DKK a year for the nation."""
        return float(self.model.town.context.number("funding.social_frame"))

    @property
    def local_share(self) -> float:
        """The local part of a plan's money."""
        return float(self.model.town.context.number("funding.local_share"))

    @property
    def spent(self) -> float:
        """Money spent in the town's areas in the last month, DKK, local part included."""
        flows = self.record.counts.get("programme_spend")
        return NOTHING_SPENT if flows is None else float(flows.sum())

    @property
    def grants(self) -> dict[Area, float]:
        """The running grant of every named area, over what the frame of 2015-2018 gave."""
        return {area: area.grant for area in self.model.places if area.kind == "named_area"}


def indices(areas: AgentSet) -> I64:
    """Return the places of areas in the tables."""
    return np.array([area.index for area in areas], np.int64)


def homes_in(model: BeboerModel, areas: I64, *, social: bool = False, vacant: bool = False) -> int:
    """Count the dwellings in some areas, all of them, or the social ones, or the vacant ones."""
    world = model.town.world
    homes, used = world.dwellings, int(world.used[2])
    counted = np.isin(homes.area[:used], areas)
    if social:
        counted &= homes.tenure[:used] == SOCIAL
    if vacant:
        counted &= homes.household[:used] < 0
    return int(counted.sum())
