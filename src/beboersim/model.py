"""The Mesa model around a town. Households are Mesa agents: windows on rows of the tables, made when looked at."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args

import mesa
import numpy as np
from mesa.agent import AgentSet
from numpy.typing import NDArray

from beboersim.agents.collector import ColumnCollector
from beboersim.agents.household import Household
from beboersim.agents.institutions import Area, Fund, HousingOrganisation, Institution, Municipality
from beboersim.agents.mesa_versions import MesaModel
from beboersim.agents.sets import AllAgents, HouseholdSet, TownHouseholds
from beboersim.agents.stepping import month_of
from beboersim.errors import InputError, meant
from beboersim.evidence.areas import read_areas
from beboersim.evidence.municipalities import municipality
from beboersim.month.leaving import depart, is_followed
from beboersim.outcomes.counts import FLOWS
from beboersim.outcomes.metrics import metrics, municipality_metrics
from beboersim.policy.catalogue import PRESETS, Preset, Value, catalogue
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import FIRST_YEAR, LAST_YEAR, Town
from beboersim.world.columns import F64, I64

HEADLINES = ("population", "dissimilarity", "isolation", "listed_areas", "stigma", "refusal_rate", "vacancy_social")
Engine = Literal["kernels", "agents"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
ARGUMENTS = (
    "scenario", "place", "start", "until", "scale", "preset", "settings", "seed", "rng", "engine", "events",
)  # fmt: skip
LAST_SEED = 2**64 - 1  # the key of the generator has 64 bits
LAST_UNTIL = 9999


class BeboerModel(MesaModel):
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
        Levers, switches and parameters by dotted name that overrule scenario and preset.
    seed
        0 to 2**64 - 1. Without `seed` and `rng` one is drawn, and told by `model.seed`.
    rng
        As in Mesa: a seed, a sequence of numbers, or a generator of NumPy's. The town's seed is drawn from it; it
        becomes `model.rng`, which only Mesa's own verbs use (`shuffle`, `shuffle_do`): no draw of the town does.
    engine
        How people are asked each month: "kernels" goes over columns, "agents" asks every household as a Mesa agent,
        one after the other, by the same functions. Both give the same town, event by event; "agents" is there to be
        read (`beboersim.agents.stepping`) and is some hundred times slower.
    events
        Room for so many events in `town.events`; 0 keeps none.
    **kwargs
        Settings again, one by one, so that `mesa.batch_run` and SolaraViz can vary them:
        ``BeboerModel(**{"letting.assignment_share": 0.5})``.

    Raises
    ------
    InputError
        On the first thing that is wrong with what was given.

    Examples
    --------
    >>> model = BeboerModel(scenario="law", place="Svendborg", scale=0.05, seed=1)
    >>> model.step()
    >>> model.datacollector.get_model_vars_dataframe()  # doctest: +SKIP
    """

    household_type: type[Household] = Household
    """The class of the windows; a subclass of the model may name a subclass of `Household`."""

    def __init__(
        self,
        scenario: str = "law",
        place: str | Sequence[str] = "Svendborg",
        start: int = 2015,
        until: int = 2031,
        scale: float = 0.1,
        preset: Preset = "central",
        settings: Mapping[str, Value] | None = None,
        seed: int | None = None,
        rng: Any = None,
        engine: Engine = "kernels",
        events: int = 0,
        **kwargs: Value,
    ) -> None:
        self.seed = seed_of(seed, rng)
        super().__init__(rng=self.seed if rng is None or isinstance(rng, int | np.integer) else rng)
        first, last = years(start, until)
        if preset not in PRESETS:
            raise InputError(f"preset = {preset!r} is not one of {', '.join(PRESETS)}.{meant(str(preset), PRESETS)}")
        if isinstance(scale, bool) or not isinstance(scale, int | float) or not 0.0 < scale <= 1.0:
            raise InputError(f"scale = {scale!r} is not above 0 and at most 1. 0.1 is every tenth household.")
        places = towns([place] if isinstance(place, str) else place)
        rows, chosen = read_areas(None), Scenario.load(scenario)
        chosen.check_places({town: {row.area for row in rows if row.municipality == town} for town in places})
        plan = Plan(chosen, preset, checked({**(settings or {}), **kwargs}), first, last)
        if engine not in ENGINES:
            raise InputError(f"engine = {engine!r} is not one of {', '.join(ENGINES)}.{meant(str(engine), ENGINES)}")
        if isinstance(events, bool) or not isinstance(events, int | np.integer) or events < 0:
            raise InputError(f"events = {events!r} is not a whole number from 0, such as 100000.")
        self.engine = engine
        self.town = Town(
            places=places, plan=plan, start=first, until=last, scale=scale, seed=self.seed, events=int(events)
        )

        self._windows: dict[int, Household] = {}
        self._living: tuple[NDArray[np.bool_], I64, I64] | None = None
        self._index: tuple[I64, int, I64, I64] | None = None
        self._stepping = False
        self._left: F64 = np.zeros((len(FLOWS), self.town.world.places))
        self._headlines: tuple[datetime.date, dict[str, float]] | None = None
        self.households: HouseholdSet = TownHouseholds(self)
        self._everyone = AllAgents(self)
        self._found_institutions()

        # Names and no functions: a model with functions in it cannot be pickled.
        reporters = {"date": "date_in_words", "seed": "seed"} | {name: name for name in HEADLINES}
        self.datacollector = ColumnCollector(model_reporters=reporters)
        self.datacollector.collect(self)

    def _found_institutions(self) -> None:
        """Make the few agents that are no households."""
        world = self.town.world
        self.fund = Fund(self)
        self.municipalities = tuple(Municipality(self, number) for number in range(len(world.municipalities)))
        self.organisations = tuple(
            HousingOrganisation(self, int(first) + number, municipality, number + 1)
            for municipality, (first, many) in zip(self.municipalities, self.town.context.organisations, strict=True)
            for number in range(int(many))
        )
        self.places = tuple(Area(self, number) for number in range(world.places))

    def step(self) -> None:
        """Run one month and collect."""
        self._stepping = True
        try:
            self.town.step(month_of(self) if self.engine == "agents" else None)
        finally:
            self._stepping = False
        self._book_who_left()
        self._forget_who_is_gone()
        self.running = self.town.date < self.town.until
        self.datacollector.collect(self)

    # Outcomes

    @property
    def date(self) -> datetime.date:
        """The present day, always the first of a month."""
        return self.town.date

    @property
    def date_in_words(self) -> str:
        """The present day as it is written, 2015-01-01."""
        return self.town.date.isoformat()

    @property
    def headlines(self) -> dict[str, float]:
        """The town's headline outcomes now, over all its municipalities together."""
        if self._headlines is None or self._headlines[0] != self.town.date:
            record = self.town.monthly[-1]
            counts: dict[str, Any] = {**record.counts, "status": record.status}
            found = municipality_metrics(counts, np.zeros(len(record.names), np.int64), months=1)
            self._headlines = (self.town.date, {name: float(found[name][0]) for name in HEADLINES})
        return self._headlines[1]

    # The agents

    @property
    def agents(self) -> AgentSet:
        """Every agent: the households that live in the town now, by id, then institutions and your own agents."""
        return self._everyone

    @property
    def registered(self) -> AgentSet:
        """Every agent that is no household, as Mesa keeps them."""
        return super().agents

    @property
    def agents_by_type(self) -> dict[type[mesa.Agent], AgentSet]:
        """The agents by their class; `agents_by_type[Household]` is `households`."""
        return {self.household_type: self.households, **super().agents_by_type}

    @property
    def agent_types(self) -> list[type[mesa.Agent]]:
        """The classes of the agents."""
        return list(self.agents_by_type)

    def deregister_agent(self, agent: mesa.Agent) -> None:
        """Take an agent out of the model; a household leaves the town."""
        if isinstance(agent, Household):
            self._leaves_town(agent)
        else:
            super().deregister_agent(agent)

    def remove_all_agents(self) -> None:
        """Let every household leave the town, and take out your own agents; institutions stay for the whole run."""
        for agent in [*self.households, *self.registered]:
            if not isinstance(agent, Institution):
                agent.remove()

    def window(self, identity: int) -> Household:
        """Return the agent of a household's id; the same object each time."""
        return self.windows(np.array([identity]), np.array([-1]))[0]

    def windows(self, ids: I64, rows: I64) -> list[Household]:
        """Return the agents of these ids, which stand in these rows (-1 if not known)."""
        held, kind = self._windows, self.household_type
        wanted = ids.tolist()
        try:
            return [held[identity] for identity in wanted]
        except KeyError:
            for identity, row in zip(wanted, rows.tolist(), strict=True):
                if identity not in held:
                    held[identity] = kind(self, identity, row)
            return [held[identity] for identity in wanted]

    # Where households stand in the tables

    def living_rows(self) -> I64:
        """Return the rows of households that live in the town, by id; the same array until something changes."""
        world = self.town.world
        n = int(world.used[1])
        living = (world.households.head[:n] >= 0) & (world.households.area[:n] < world.places)
        ids, then = world.households.id[:n], self._living
        if then is None or not (np.array_equal(living, then[0]) and np.array_equal(ids, then[1])):
            rows = np.flatnonzero(living)
            then = self._living = (living, ids.copy(), rows[np.argsort(ids[rows], kind="stable")])
        return then[2]

    def households_where(self, holds: Callable[[I64], NDArray[np.bool_]]) -> HouseholdSet:
        """Return the households that live in the town and for whose rows a condition holds."""
        rows = self.living_rows()
        chosen = rows[holds(rows)]
        return HouseholdSet.of(self, self.town.world.households.id[chosen], chosen)

    def rows_of(self, ids: I64) -> I64:
        """Return the rows of households by id, -1 for those no longer in the tables."""
        rows = self._looked_up(ids)
        missed = rows < 0
        if missed.any():
            self._index = None  # once more, from the tables as they stand now
            rows[missed] = self._looked_up(ids[missed])
        return rows

    def row_of(self, identity: int) -> int:
        """Return the row of a household by id, -1 if it is no longer in the tables."""
        row = int(self._looked_up(np.array([identity]))[0])
        if row >= 0:
            return row
        world = self.town.world
        n = int(world.used[1])
        found = np.flatnonzero((world.households.id[:n] == identity) & (world.households.head[:n] >= 0))
        return int(found[0]) if len(found) else -1

    def _looked_up(self, ids: I64) -> I64:
        """Return rows by id from an index that is made anew when rows have been added or put in order."""
        world = self.town.world
        n, known = int(world.used[1]), world.households.id
        if self._index is None or self._index[0] is not known or self._index[1] != n:
            taken = np.flatnonzero(world.households.head[:n] >= 0)
            rows = taken[np.argsort(known[taken])]
            self._index = (known, n, rows, known[rows])
        _, _, rows, in_order = self._index
        if not len(rows):
            return np.full(len(ids), -1)
        found = rows[np.minimum(np.searchsorted(in_order, ids), len(rows) - 1)]
        return np.where((known[found] == ids) & (world.households.head[found] >= 0), found, -1)

    def stand_in(self, ids: I64, rows: I64) -> bool:
        """Say whether households stand in these rows."""
        households = self.town.world.households
        if len(rows) and int(rows.max()) >= len(households.id):
            return False
        return bool((households.id[rows] == ids).all() and (households.head[rows] >= 0).all())

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_living": None, "_index": None}

    # Leaving by `remove`

    def _leaves_town(self, household: Household) -> None:
        """Let a household leave, as `month.leaving` does; between months the departure waits for the next record."""
        c = self.town.context
        world, flows = c.world, c.ledger.flows
        if not household.exists or world.households.area[household.row] == world.elsewhere:
            return
        row = household.row
        before = flows.copy()
        depart(
            world.persons, world.households, world.dwellings, world.used, world.places, row, c.month,
            is_followed(world.persons, world.households, row), c.ledger,
        )  # fmt: skip
        if not self._stepping:
            self._left += (flows - before)[:, : world.places]

    def _book_who_left(self) -> None:
        """Book those who were removed before the month began: its flows, and the year's, hold them as well."""
        if not self._left.any():
            return
        c, record = self.town.context, self.town.monthly[-1]
        for name, flow in zip(FLOWS, self._left, strict=True):
            record.counts[name][:] += flow
            if self.town.date.month == 1:
                self.town.yearly[-1].counts[name][:] += flow
        if self.town.date.month != 1:
            c.year_flows += self._left
        self._left[:] = 0.0

    def _forget_who_is_gone(self) -> None:
        """Keep no windows on households that are no longer in the tables."""
        if self._windows:
            ids = np.fromiter(self._windows, np.int64, len(self._windows))
            for identity in ids[self.rows_of(ids) < 0].tolist():
                del self._windows[identity]


def headline(name: str) -> property:
    """Return the property by which a model tells one of its headline outcomes."""
    sentence = next(metric.sentence.en for metric in metrics() if metric.id == name)
    return property(lambda model: model.headlines[name], doc=sentence)


for _name in HEADLINES:
    setattr(BeboerModel, _name, headline(_name))


def seed_of(seed: object, rng: Any) -> int:
    """Return the town's seed from what Mesa's users give: a seed, or whatever makes a generator of NumPy's."""
    if seed is not None and rng is not None:
        raise InputError("seed and rng are both given: give one of them.")
    if seed is None and rng is None:
        return secrets.randbits(32)  # short enough to be written down
    if isinstance(rng, np.random.Generator | np.random.BitGenerator):
        return int(np.random.default_rng(rng).integers(LAST_SEED, dtype=np.uint64, endpoint=True))
    if isinstance(rng, np.random.SeedSequence):
        return int(rng.generate_state(1, np.uint64)[0])
    if isinstance(rng, Sequence) and rng and all(isinstance(part, int) and part >= 0 for part in rng):
        return int(np.random.SeedSequence(rng).generate_state(1, np.uint64)[0])
    name, given = ("seed", seed) if rng is None else ("rng", rng)
    if isinstance(given, bool) or not isinstance(given, int | np.integer) or not 0 <= given <= LAST_SEED:
        raise InputError(f"{name} = {given!r} is not a whole number from 0 to 2**64 - 1.")
    return int(given)


def towns(places: Sequence[str]) -> list[str]:
    """Return municipalities by their right names, each once, in the order given."""
    names = [municipality(name).name for name in map(str, places)]
    if not names:
        raise InputError('no municipality is given, such as place = "Svendborg".')
    return list(dict.fromkeys(names))


def years(start: object, until: object) -> tuple[datetime.date, datetime.date]:
    """Return the first day of a run and the day on which it ends, from two years."""
    if isinstance(start, bool) or not isinstance(start, int | np.integer) or not FIRST_YEAR <= start <= LAST_YEAR:
        raise InputError(f"start = {start!r} is not a year from {FIRST_YEAR} to {LAST_YEAR}, such as 2015.")
    if isinstance(until, bool) or not isinstance(until, int | np.integer) or not start < until <= LAST_UNTIL:
        raise InputError(f"until = {until!r} is not a year after start = {start!r}, such as 2031.")
    return datetime.date(int(start), 1, 1), datetime.date(int(until), 1, 1)


def checked(settings: Mapping[str, Value]) -> dict[str, Value]:
    """Return settings as the catalogue holds them; the first mistake raises InputError."""
    found: dict[str, Value] = {}
    for name, value in settings.items():
        quantity = catalogue().get(name)
        if quantity is None:
            known = [*catalogue(), *ARGUMENTS]
            raise InputError(f"{name} is not a lever, switch or parameter.{meant(name, known)}")
        try:
            found[name] = quantity.accept(value.item() if isinstance(value, np.generic) else value)
        except ValueError as error:
            raise InputError(str(error)) from None
    return found
