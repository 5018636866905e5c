"""A household as a Mesa agent: a window on its row of the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import mesa

from beboersim.agents.attributes import ATTRIBUTES, first_of_month
from beboersim.chance import Purpose, philox
from beboersim.month.crime import crime_now, is_convicted
from beboersim.month.demography import NOTHING, Rates, family_event
from beboersim.month.leaving import STAYS, Departures, reply
from beboersim.month.schooling import around, schooling_now, step_of
from beboersim.month.work import UNCHANGED, Market, event_at_work
from beboersim.world.codes import ACTIVITIES, EDUCATIONS, KEEPER, ORIGINS
from beboersim.world.school import STAYS as NO_STEP

if TYPE_CHECKING:
    from beboersim.agents.institutions import Area, HousingOrganisation
    from beboersim.model import BeboerModel
    from beboersim.show.words import Lang


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


class Answer(NamedTuple):
    """What a household says of a member, or of itself: the row of whom it is about, and the code of what happens."""

    row: int
    what: int


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
        """Do nothing: the month goes process by process, see `BeboerModel.step` and the questions below."""

    # What a household is asked in a month, in order. It answers, and changes nothing: what is answered is carried out
    # when everybody has been asked. `beboersim.agents.stepping` asks (engine="agents"); engine="kernels" puts the same
    # questions to rows of the tables, by the same functions.

    def about_family(self, rates: Rates) -> Iterator[Answer]:
        """Tell which members die, give birth, leave home, part, or seek a partner."""
        c = self.model.town.context
        for member, words in self.members_with_chance(Purpose.DEMOGRAPHY):
            event = family_event(
                c.world.persons, c.world.households, c.world.areas, member, c.month, words[0], words[1], words[2],
                rates, c.parameters.demography,
            )  # fmt: skip
            if event != NOTHING:
                yield Answer(member, event)

    def about_school(self) -> Iterator[Answer]:
        """Tell which members start school or an education, complete it, or leave it."""
        c = self.model.town.context
        p = schooling_now(c)
        here = around(c, p)
        for member, words in self.members_with_chance(Purpose.SCHOOLING):
            step = step_of(
                c.world.persons, c.world.ties, c.world.households, member, c.month, words[0], here, p
            )
            if step != NO_STEP:
                yield Answer(member, step)

    def about_work(self, market: Market) -> Iterator[Answer]:
        """Tell which members find work, lose it, retire, or change in their attachment to work."""
        c = self.model.town.context
        for member, words in self.members_with_chance(Purpose.WORK):
            event = event_at_work(
                c.world.persons, c.world.ties, c.world.households, c.world.areas, member, c.month, words[0], words[2],
                market,
                c.parameters.work,
            )  # fmt: skip
            if event != UNCHANGED:
                yield Answer(member, event)

    def about_convictions(self, trend: float) -> Iterator[Answer]:
        """Tell which members are convicted of what the lists count."""
        c = self.model.town.context
        p = crime_now(c)
        for member, words in self.members_with_chance(Purpose.CRIME):
            if is_convicted(c.world.persons, c.world.ties, member, c.month, words[0], trend, p):
                yield Answer(member, 1)

    def about_home(self, conditions: Departures) -> Iterator[Answer]:
        """Tell whether the household looks for another home, leaves the town, gives up looking, or joins lists."""
        c, world = self.model.town.context, self.model.town.world
        words = philox(c.seed, self.unique_id, conditions.address, 0)
        answer = reply(
            world.persons, world.households, world.dwellings, world.areas, self.row, c.month, words[0], words[3],
            conditions, c.parameters.leaving,
        )  # fmt: skip
        if answer != STAYS:
            yield Answer(self.row, answer)

    def members_with_chance(self, purpose: Purpose) -> Iterator[tuple[int, tuple[int, int, int, int]]]:
        """Yield every member's row, with the words of chance that the month holds for a purpose."""
        c = self.model.town.context
        persons, word = c.world.persons, c.address(purpose)
        member = int(c.world.households.head[self.row])
        while member >= 0:
            yield member, philox(c.seed, int(persons.id[member]), word, 0)
            member = int(persons.next[member])

    def explain(self, lang: Lang = "en") -> str:
        """Tell how the household lives, where it stands in queues, and its chances of moving this month, and why.

        The numbers come from the functions by which the month decides (`month.reasons`). The whole life in a run is
        told by `beboersim explain household`.
        """
        from beboersim.show.life import present_words

        return present_words(self.model.town.context, self.unique_id, lang)

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
