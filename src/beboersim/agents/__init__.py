"""The agents of a `BeboerModel`, for those who know Mesa."""

from beboersim.agents.attributes import ATTRIBUTES
from beboersim.agents.collector import ColumnCollector
from beboersim.agents.household import Household, Person
from beboersim.agents.institutions import Area, Fund, HousingOrganisation, Municipality
from beboersim.agents.sets import HouseholdSet

__all__ = [
    "ATTRIBUTES",
    "Area",
    "ColumnCollector",
    "Fund",
    "Household",
    "HouseholdSet",
    "HousingOrganisation",
    "Municipality",
    "Person",
]
