"""A household as a Mesa agent: a window on its row of the tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn

import mesa

from beboersim.agents.attributes import ATTRIBUTES, first_of_month
from beboersim.world.codes import ACTIVITIES, EDUCATIONS, KEEPER, ORIGINS

if TYPE_CHECKING:
    from beboersim.agents.institutions import Area, HousingOrganisation
    from beboersim.model import BeboerModel


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a household, as the tables had it when it was looked at.

    Attributes
    ----------
    origin
        Group that Danmarks Statistik counts the person in; a statistical category that the law uses.
    income
        Gross income last year, DKK in wages of the start year.
    hours
        Per cent of full time when employed.
    """

    id: int
    born: date
    age: int
    sex: str
    origin: str
    citizen: bool
    keeps_household: bool
    education: str
    activity: str
    hours: int
    income: float


class Household(mesa.Agent):  # type: ignore[misc]
    """One household, seen through its row. It holds nothing itself: every reading is of the tables as they stand.

    Every attribute in `beboersim.agents.ATTRIBUTES` is read by its name, such as `household.size`; those marked there
    with `write` can be set. Windows are made by the model, one for each household: `model.window(identity)`.

    Attributes
    ----------
    unique_id
        The household's 64-bit id, the same in every world with the same seed.
    """

    pos = None

    def __init__(self, model: BeboerModel, identity: int, row: int = -1) -> None:
        # Mesa's own __init__ would register a new agent; a window is made for a household that is there already.
        self.model = model
        self._identity = identity
        self._row = row

    @property
    def unique_id(self) -> int:
        """The household's 64-bit id."""
        return self._identity

    @property
    def row(self) -> int:
        """Present row in the households' table; it changes when rows are put in order. LookupError if gone."""
        households = self.model.town.context.world.households
        row = self._row
        if (
            0 <= row < len(households.id)
            and households.id.item(row) == self._identity
            and households.head.item(row) >= 0
        ):
            return row
        row = self.model.row_of(self._identity)
        if row < 0:
            raise LookupError(
                f"household {self._identity} is no longer in the tables: it left the town or was dissolved."
            )
        self._row = row
        return row

    @property
    def exists(self) -> bool:
        """Whether the household is in the tables: living in the town, seeking a home at its gate, or followed."""
        try:
            return self.row >= 0
        except LookupError:
            return False

    @property
    def lives_here(self) -> bool:
        """Whether the household lives in the town, with a home or as lodgers."""
        world = self.model.town.world
        return self.exists and world.households.area.item(self.row) < world.places

    @property
    def place(self) -> Area | None:
        """The area lived in, as an agent, or None out of town."""
        places: tuple[Area, ...] = self.model.places
        index = self.model.town.world.households.area.item(self.row)
        return places[index] if index < len(places) else None

    @property
    def members(self) -> tuple[Person, ...]:
        """The members, those who keep the household first, then by age."""
        town = self.model.town
        persons, now = town.world.persons, town.context.month
        found = []
        row = int(town.world.households.head[self.row])
        while row >= 0:
            born = int(persons.birth[row])
            found.append(
                Person(
                    id=int(persons.id[row]),
                    born=date(born // 12, born % 12 + 1, 1),
                    age=(now - born) // 12,
                    sex="woman" if persons.sex[row] else "man",
                    origin=ORIGINS[persons.origin[row]],
                    citizen=bool(persons.citizen[row]),
                    keeps_household=int(persons.role[row]) == KEEPER,
                    education=EDUCATIONS[persons.education[row]],
                    activity=ACTIVITIES[persons.activity[row]],
                    hours=int(persons.hours[row]),
                    income=float(persons.income_past[row]),
                )
            )
            row = int(persons.next[row])
        return tuple(sorted(found, key=lambda one: (not one.keeps_household, one.born, one.id)))

    @property
    def waiting_lists(self) -> tuple[tuple[HousingOrganisation, date | None], ...]:
        """The organisations on whose waiting lists the household stands, and since when."""
        households, row = self.model.town.world.households, self.row
        held = zip(households.organisation[row].tolist(), households.listed_since[row].tolist(), strict=True)
        return tuple(
            (self.model.organisations[code], first_of_month(self.model, since)) for code, since in held if code >= 0
        )

    def step(self) -> None:
        """Do nothing: the month runs over columns, see `BeboerModel.step`."""

    def remove(self) -> None:
        """Leave the town, as households do by themselves: the home falls vacant, the departure is booked.

        Who belongs to a cohort that is followed lives on elsewhere; others are forgotten.
        """
        self.model.deregister_agent(self)

    @classmethod
    def create_agents(cls, *_: Any, **__: Any) -> NoReturn:
        """Refuse: nobody comes from nowhere."""
        raise TypeError(
            "Households are not created: they come with the town, as newcomers, and when people part or leave home."
        )

    from_dataframe = create_agents  # Mesa 3.5

    def __repr__(self) -> str:
        where = self.area if self.exists else "gone"
        return f"<Household {self._identity}, {where}>"


for _attribute in ATTRIBUTES.values():
    setattr(Household, _attribute.name, _attribute)
