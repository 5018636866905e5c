"""Agent sets over the tables: Mesa's verbs, answered from columns wherever an attribute stands in one.

`HouseholdSet` holds ids and nothing else; `TownHouseholds` is the model's own, always those who live in the town now;
`AllAgents` is every agent of the model, the few institutions after the households. A window on a household is made
when an agent is asked for, and only then.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from random import Random
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import numpy as np
from mesa.agent import AgentSet
from numpy.typing import NDArray

from beboersim.agents.attributes import Attribute, Values, attribute_of, distinct
from beboersim.agents.household import Household
from beboersim.agents.mesa_versions import GroupBy
from beboersim.world.columns import I64

if TYPE_CHECKING:
    from beboersim.model import BeboerModel

Missing = Literal["error", "default"]
ALL = float("inf")
NOBODY: I64 = np.zeros(0, np.int64)
# Python's own function, and NumPy's that gives the same for whole numbers.
EXACT: dict[Any, Callable[[NDArray[Any]], Any]] = {sum: np.sum, min: np.min, max: np.max}


class ViewedSet(AgentSet):  # type: ignore[misc]
    """An agent set that keeps no agents: they are made, or found, when looked at.

    Mesa's sets keep their agents in `_agents`. Here every verb goes through `to_list`, and what is chosen from a set
    is put together by `chosen`.
    """

    random: Random

    def to_list(self) -> list[Any]:
        """Return the agents, in order."""
        raise NotImplementedError

    def chosen(self, agents: list[Any]) -> AgentSet:
        """Return a set of some of the agents, in the order given."""
        return set_of(agents, self.random)

    @property
    def _agents(self) -> dict[Any, None]:
        return dict.fromkeys(self.to_list())

    def __iter__(self) -> Iterator[Any]:
        return iter(self.to_list())

    def __getitem__(self, item: int | slice) -> Any:
        return self.to_list()[item]

    def __copy__(self) -> AgentSet:
        return self.chosen(self.to_list())

    def copy(self) -> AgentSet:
        """Return a set of the same agents that no longer changes with the model."""
        return self.__copy__()

    @classmethod
    def _from_iterable(cls, agents: Iterable[Any]) -> AgentSet:
        found = list(agents)
        return set_of(found, found[0].model.random if found else Random())

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: float = ALL,
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> AgentSet:
        """Return the agents that a function accepts, at most so many, as Mesa does."""
        most = limit(at_most, len(self))
        found: list[Any] = []
        for agent in self:
            if len(found) >= most:
                break
            if (agent_type is None or isinstance(agent, agent_type)) and (filter_func is None or filter_func(agent)):
                found.append(agent)
        return self._update(found) if inplace else self.chosen(found)

    def shuffle(self, inplace: bool = False) -> AgentSet:
        """Put the agents in an order of chance."""
        agents = self.to_list()
        mixed = [agents[k] for k in permutation(len(agents), self.random)]
        return self._update(mixed) if inplace else self.chosen(mixed)

    def sort(self, key: Callable[[Any], Any] | str, ascending: bool = False, inplace: bool = False) -> AgentSet:
        """Put the agents in order, the highest first unless `ascending`."""
        by = attrgetter(key) if isinstance(key, str) else key
        found = sorted(self.to_list(), key=by, reverse=not ascending)
        return self._update(found) if inplace else self.chosen(found)

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> AgentSet:
        """Call a method of every agent, or a function with every agent; who has left meanwhile is passed over."""
        self._called(self.to_list(), method, args, kwargs)
        return self

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> AgentSet:
        """Do the same in an order of chance."""
        agents = self.to_list()
        self._called([agents[k] for k in permutation(len(agents), self.random)], method, args, kwargs)
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Do the same and return what the calls return."""
        return self._called(self.to_list(), method, args, kwargs)

    def _called(
        self, agents: list[Any], method: str | Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> list[Any]:
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in agents if self._still(agent)]
        return [method(agent, *args, **kwargs) for agent in agents if self._still(agent)]

    def _still(self, agent: Any) -> bool:
        """Say whether an agent of the set is still there when its turn comes."""
        return bool(agent.exists)

    def groupby(self, by: Callable[[Any], Any] | str, result_type: str = "agentset") -> GroupBy:
        """Group the agents by an attribute or by what a function returns."""
        key = attrgetter(by) if isinstance(by, str) else by
        groups: dict[Any, list[Any]] = {}
        for agent in self:
            groups.setdefault(key(agent), []).append(agent)
        if result_type != "agentset":
            return Groups(groups)
        return Groups({name: self.chosen(agents) for name, agents in groups.items()})


class HouseholdSet(ViewedSet):
    """An ordered set of households, kept as ids.

    A set keeps its households wherever they live, also those followed out of the town; it forgets those that no
    longer exist. `agg`, `get`, `set`, `sort`, `groupby`, `shuffle` and `select(mask=...)` read whole columns where the
    attribute is one of `beboersim.agents.ATTRIBUTES`; everything else makes windows.

    Parameters
    ----------
    agents
        Windows on households of one model.
    random
        As in Mesa; the model's when left out.
    """

    _ids: I64
    _rows: I64 | None  # where they stood when last looked for
    _in_order: I64 | None  # the ids sorted, once somebody asks who is in the set
    _may_shrink = True  # whether it can be chosen among in place

    def __init__(self, agents: Iterable[Household] = (), random: Random | None = None) -> None:
        windows = list(agents)
        strangers = [agent for agent in windows if not isinstance(agent, Household)]
        if strangers:
            raise TypeError(f"A HouseholdSet holds households, and {strangers[0]!r} is none. Use mesa's AgentSet.")
        if len({id(window.model) for window in windows}) > 1:
            raise ValueError("A HouseholdSet holds households of one model.")
        self.model: BeboerModel | None = windows[0].model if windows else None
        self.random = random or (self.model.random if self.model else Random())
        self._put(np.array(list(dict.fromkeys(window.unique_id for window in windows)), np.int64))

    @staticmethod
    def of(model: BeboerModel, ids: I64, rows: I64 | None = None, random: Random | None = None) -> HouseholdSet:
        """Return the set of households with these ids, in this order, without making a window.

        `rows` is where they stand in the tables, if that is known.
        """
        made: HouseholdSet = object.__new__(HouseholdSet)
        made.model, made.random = model, random or model.random
        made._ids, made._rows, made._in_order = ids, rows, None
        return made

    # Which households, and where they stand

    def _settled(self) -> tuple[I64, I64]:
        """Return ids and present rows of the members, those forgotten who are no longer in the tables."""
        if self.model is None:
            return NOBODY, NOBODY
        if self._rows is None or not self.model.stand_in(self._ids, self._rows):
            rows = self.model.rows_of(self._ids)
            if (rows < 0).any():
                self._put(self._ids[rows >= 0])
                rows = rows[rows >= 0]
            self._rows = rows
        return self._ids, self._rows

    def _put(self, ids: I64, rows: I64 | None = None) -> HouseholdSet:
        """Let the set hold these households."""
        self._ids, self._rows, self._in_order = ids, rows, None
        return self

    def _set(self, ids: I64, rows: I64) -> HouseholdSet:
        """Return another set of households of the same model."""
        if self.model is None:
            return HouseholdSet((), self.random)
        return HouseholdSet.of(self.model, ids, rows, self.random)

    def _placed(self, chosen: Any, inplace: bool) -> HouseholdSet:
        """Put some of the members in a new order, here or in another set. `chosen` indexes the members."""
        ids, rows = self._settled()
        return self._put(ids[chosen], rows[chosen]) if inplace else self._set(ids[chosen], rows[chosen])

    @property
    def ids(self) -> I64:
        """The ids of the households, in order, as an array that cannot be written."""
        found = self._settled()[0].view()
        found.flags.writeable = False
        return found

    def to_list(self) -> list[Any]:
        """Return the households, in order."""
        ids, rows = self._settled()
        return self.model.windows(ids, rows) if self.model is not None else []

    def __len__(self) -> int:
        return len(self._settled()[0])

    def __contains__(self, agent: object) -> bool:
        if not isinstance(agent, Household) or agent.model is not self.model:
            return False
        ids = self._settled()[0]
        if self._in_order is None:
            self._in_order = np.sort(ids)
        at = int(np.searchsorted(self._in_order, agent.unique_id))
        return at < len(ids) and int(self._in_order[at]) == agent.unique_id

    def __getitem__(self, item: int | slice) -> Any:
        ids, rows = self._settled()
        if isinstance(item, slice):
            return self.model.windows(ids[item], rows[item]) if self.model is not None else []
        if not -len(ids) <= item < len(ids):
            raise IndexError(f"there is no household {item} in a set of {len(ids)}")
        assert self.model is not None
        return self.model.window(int(ids[item]))

    def __copy__(self) -> HouseholdSet:
        return self._set(*self._settled())

    def __getstate__(self) -> dict[str, Any]:
        return {"model": self.model, "random": self.random, "ids": self._settled()[0]}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.model, self.random = state["model"], state["random"]
        self._put(state["ids"])

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self)}>"

    # Mesa's verbs

    def _attribute(self, name: object) -> Attribute | None:
        """Return the attribute that a name stands for, or None if windows must be asked."""
        if not isinstance(name, str) or self.model is None:
            return None
        return attribute_of(self.model.household_type, "id" if name == "unique_id" else name)

    def values_of(self, name: object) -> Values | None:
        """Return an attribute's values by column, or None if windows must be asked."""
        attribute = self._attribute(name)
        if attribute is None or self.model is None:
            return None
        return attribute.many(self.model, self._settled()[1])

    def array(self, name: str) -> NDArray[Any]:
        """Return an attribute as an array: int64, float64, or objects where it is no number.

        An extension of Mesa's sets, for masks and for whatever NumPy does faster than a list.
        """
        values = self.values_of(name)
        return np.array(self.get(name)) if values is None else values.array()

    def get(
        self, attr_names: str | list[str], handle_missing: Missing = "error", default_value: Any = None
    ) -> list[Any]:
        """Return the values of one attribute, or lists of the values of several, as Mesa does."""
        if isinstance(attr_names, str):
            values = self.values_of(attr_names)
            if values is not None and handle_missing in ("error", "default"):
                return values.to_list()
            found: list[Any] = super().get(attr_names, handle_missing, default_value)
            return found
        if not attr_names:
            return [[] for _ in range(len(self))]
        columns = [self.get(name, handle_missing, default_value) for name in attr_names]
        return [list(row) for row in zip(*columns, strict=True)]

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """Apply one function or several to the values of an attribute, as Mesa does.

        NumPy's functions get numbers as an array, all others the list that Mesa gives them.
        """
        values = self.values_of(attribute)
        if values is None:
            return super().agg(attribute, func)
        if callable(func):
            return applied(func, values)
        return [applied(one, values) for one in func]

    def set(self, attr_name: str, value: Any) -> HouseholdSet:
        """Give every household the same value of an attribute: all of them or, if it is not valid for one, none."""
        attribute = self._attribute(attr_name)
        if attribute is None or self.model is None:
            for agent in self:
                setattr(agent, attr_name, value)
        else:
            attribute.set(self.model, self._settled()[1], value)
        return self

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: float = ALL,
        inplace: bool = False,
        agent_type: type | None = None,
        mask: NDArray[np.bool_] | None = None,
    ) -> HouseholdSet:
        """Return the households that a function accepts, at most so many, as Mesa does.

        Parameters
        ----------
        mask
            True or False for every household, in the order of the set: an extension that makes no windows, such as
            `households.select(mask=households.array("size") >= 3)`.
        """
        if inplace and not self._may_shrink:
            refuse("choose among the model's households in place", "leave inplace out")
        ids, rows = self._settled()
        most, chosen = limit(at_most, len(ids)), np.arange(len(ids))
        if agent_type is not None and not (self.model and issubclass(self.model.household_type, agent_type)):
            chosen = chosen[:0]
        elif mask is not None:
            wanted = np.asarray(mask)
            if wanted.dtype != np.bool_ or wanted.shape != ids.shape:
                raise ValueError(
                    f"mask has shape {wanted.shape} and type {wanted.dtype}; it is one True or False for each of the "
                    f"{len(ids)} households."
                )
            chosen = np.flatnonzero(wanted)
        if filter_func is not None and self.model is not None:
            kept: list[int] = []
            for k, agent in zip(chosen.tolist(), self.model.windows(ids[chosen], rows[chosen]), strict=True):
                if len(kept) >= most:
                    break
                if filter_func(agent):
                    kept.append(k)
            chosen = np.array(kept, np.int64)
        return self._placed(chosen[:most], inplace)

    def shuffle(self, inplace: bool = False) -> HouseholdSet:
        """Put the households in an order of chance."""
        return self._placed(permutation(len(self), self.random), inplace)

    def sort(self, key: Callable[[Any], Any] | str, ascending: bool = False, inplace: bool = False) -> HouseholdSet:
        """Put the households in order, the highest first unless `ascending`; equals stay as they were."""
        values = self.values_of(key)
        if values is None:
            by = attrgetter(key) if isinstance(key, str) else key
            asked = [by(agent) for agent in self.to_list()]
            return self._placed(sorted(range(len(asked)), key=asked.__getitem__, reverse=not ascending), inplace)
        ranks = values.ranks()
        if ascending:
            return self._placed(np.argsort(ranks, kind="stable"), inplace)
        # The lowest first, read backwards on both sides: from the highest, with equals as they were.
        return self._placed(len(ranks) - 1 - np.argsort(ranks[::-1], kind="stable")[::-1], inplace)

    def groupby(self, by: Callable[[Any], Any] | str, result_type: str = "agentset") -> GroupBy:
        """Group the households by an attribute or by what a function returns; groups come as they are first met."""
        values = self.values_of(by)
        if values is None or self.model is None:
            return super().groupby(by, result_type)
        ids, rows = self._settled()
        found, group = distinct(values.codes)
        # NumPy sorts 16 bits by radix, much faster than 64.
        order = np.argsort(group.astype(np.uint16) if len(found) < 2**16 else group, kind="stable")
        bounds = np.searchsorted(group[order], np.arange(len(found) + 1))
        names = Values(found, values.legend).to_list()
        groups: dict[Any, Any] = {}
        for k in np.argsort(order[bounds[:-1]]):  # by each group's first member
            members = order[bounds[k] : bounds[k + 1]]
            as_set = result_type == "agentset"
            at = (ids[members], rows[members])
            groups[names[k]] = self._set(*at) if as_set else self.model.windows(*at)
        return Groups(groups)

    def _update(self, agents: Iterable[Household]) -> HouseholdSet:
        return self._put(np.array([agent.unique_id for agent in agents], np.int64))

    def add(self, agent: Household) -> None:
        """Put a household of the same model at the end of the set, unless it is there."""
        if not isinstance(agent, Household) or (self.model is not None and agent.model is not self.model):
            raise TypeError(f"{agent!r} is not a household of this model.")
        if self.model is None:
            self.model = agent.model
        if agent not in self:
            self._put(np.append(self._settled()[0], agent.unique_id))

    def discard(self, agent: object) -> None:
        """Take a household out of the set, if it is there. It stays in the town."""
        if agent in self:
            ids = self._settled()[0]
            self._put(ids[ids != agent.unique_id])  # type: ignore[attr-defined]

    def remove(self, agent: object) -> None:
        """Take a household out of the set; KeyError if it is not there. It stays in the town."""
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)


class TownHouseholds(HouseholdSet):
    """The households that live in the town now: the model's own set, which follows the town.

    Their order is that of their ids, or the one that `shuffle` or `sort` put them in last; newcomers come at the end.
    """

    model: BeboerModel
    _may_shrink = False
    _order: I64 | None  # the ids in the order last asked for
    _living: I64  # the rows of which the town consisted then

    def __init__(self, model: BeboerModel) -> None:
        self.model, self.random = model, model.random
        self._put(None)

    def _settled(self) -> tuple[I64, I64]:
        living = self.model.living_rows()
        if self._rows is not None and living is self._living:
            return self._ids, self._rows
        ids, rows = self.model.town.world.households.id[living], living
        if self._order is not None and len(ids):
            at = np.minimum(np.searchsorted(ids, self._order), len(ids) - 1)
            stay = at[ids[at] == self._order]
            order = np.concatenate([stay, np.setdiff1d(np.arange(len(ids)), stay)])
            ids, rows = ids[order], living[order]
            self._order = ids
        self._living, self._ids, self._rows = living, ids, rows
        return ids, rows

    def __contains__(self, agent: object) -> bool:
        return isinstance(agent, Household) and agent.model is self.model and agent.lives_here

    def _still(self, agent: Any) -> bool:
        return bool(agent.lives_here)

    def __getstate__(self) -> dict[str, Any]:
        return {"model": self.model, "random": self.random, "ids": self._order}

    def _put(self, ids: I64 | None, rows: I64 | None = None) -> HouseholdSet:
        """Let the households come in this order, or in that of their ids."""
        self._order, self._rows = ids, None
        return self

    def add(self, agent: object) -> NoReturn:
        """Refuse: households come to the town by themselves."""
        refuse("add to the model's households", "households come with the town, as newcomers, or split off")

    def discard(self, agent: object) -> NoReturn:
        """Refuse: a household leaves by its own `remove`."""
        refuse("take from the model's households", "a household leaves the town by household.remove()")

    remove = discard


class AllAgents(ViewedSet):
    """Every agent of a model: the households that live in the town, then the institutions and the user's own agents."""

    def __init__(self, model: BeboerModel) -> None:
        self.model = model
        self.random = model.random

    @property
    def others(self) -> AgentSet:
        """Every agent that is no household."""
        return self.model.registered

    def to_list(self) -> list[Any]:
        """Return the agents, households first."""
        return [*self.model.households.to_list(), *self.others]

    def __len__(self) -> int:
        return len(self.model.households) + len(self.others)

    def __contains__(self, agent: object) -> bool:
        return agent in (self.model.households if isinstance(agent, Household) else self.others)

    def __getitem__(self, item: int | slice) -> Any:
        if not isinstance(item, slice):
            at = item + len(self) if item < 0 else item
            if 0 <= at < len(self.model.households):
                return self.model.households[at]
        return self.to_list()[item]

    def _still(self, agent: Any) -> bool:
        return agent in self

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: float = ALL,
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> AgentSet:
        """Return the agents that a function accepts, at most so many, as Mesa does; households alone as their set."""
        if inplace:
            refuse("choose among all agents in place", "leave inplace out")
        most = limit(at_most, len(self))
        if agent_type is not None and issubclass(agent_type, Household):
            return self.model.households.select(filter_func, most, agent_type=agent_type)
        if filter_func is None and agent_type is None and most <= len(self.model.households):
            return self.model.households.select(at_most=most)
        return super().select(filter_func, most, agent_type=agent_type)

    def get(
        self, attr_names: str | list[str], handle_missing: Missing = "error", default_value: Any = None
    ) -> list[Any]:
        """Return the values of one attribute, or lists of the values of several, as Mesa does."""
        # The few come first: an attribute of households alone is then missed at once.
        try:
            few = self.others.get(attr_names, handle_missing, default_value)
        except AttributeError as error:
            names = [attr_names] if isinstance(attr_names, str) else attr_names
            if all(hasattr(self.model.household_type, name) for name in names):
                raise AttributeError(
                    f"{error}: model.agents holds agents of every type. Households have it: "
                    f"model.households.get({attr_names!r})."
                ) from None
            raise
        return [*self.model.households.get(attr_names, handle_missing, default_value), *few]

    def set(self, attr_name: str, value: Any) -> AgentSet:
        """Give every agent the same value of an attribute."""
        self.others.set(attr_name, value)
        self.model.households.set(attr_name, value)
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {"model": self.model, "random": self.random}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.model, self.random = state["model"], state["random"]

    def __repr__(self) -> str:
        return f"<AllAgents of {len(self)}>"

    def _update(self, agents: Iterable[Any]) -> NoReturn:
        refuse("change the order of all agents in place", "leave inplace out")

    def add(self, agent: object) -> NoReturn:
        """Refuse: an agent is registered when it is made."""
        refuse("add to the model's agents", "an agent is registered by mesa.Agent.__init__")

    def discard(self, agent: object) -> NoReturn:
        """Refuse: an agent leaves by its own `remove`."""
        refuse("take from the model's agents", "an agent leaves by agent.remove()")

    remove = discard


class Groups(GroupBy):  # type: ignore[misc]
    """Mesa's groups; those that are sets of households are aggregated by column."""

    def agg(self, attr_name: str, func: Callable[..., Any]) -> dict[Any, Any]:
        """Apply a function to the values of an attribute in every group."""
        return {
            name: group.agg(attr_name, func)
            if isinstance(group, AgentSet)
            else func([getattr(agent, attr_name) for agent in group])
            for name, group in self.groups.items()
        }


def set_of(agents: list[Any], random: Random) -> AgentSet:
    """Return a set of these agents, by column if all are households of one model."""
    if agents and isinstance(agents[0], Household):
        model = agents[0].model
        if all(isinstance(agent, Household) and agent.model is model for agent in agents):
            return HouseholdSet(agents, random)
    return AgentSet(agents, random=random)


def limit(at_most: float, number: int) -> int:
    """Return how many agents Mesa means: a share of all for a float up to 1, else a number."""
    if isinstance(at_most, float) and at_most <= 1.0:
        return max(int(number * at_most), 0)
    return number if at_most >= number else max(math.ceil(at_most), 0)


def permutation(number: int, random: Random) -> I64:
    """Return an order of chance, decided by one number from the model's own generator."""
    return np.random.default_rng(random.getrandbits(64)).permutation(number)


def applied(func: Callable[..., Any], values: Values) -> Any:
    """Return what a function makes of the values, given as Mesa's list unless an array does the same faster."""
    if values.legend is None and len(values.codes):
        exact = EXACT.get(func) if values.codes.dtype.kind in "iu" else None
        if exact is not None:
            return int(exact(values.array()))
        if isinstance(func, np.ufunc) or (getattr(func, "__module__", None) or "").split(".")[0] == "numpy":
            return func(values.array())
    return func(values.to_list())


def refuse(what: str, instead: str) -> NoReturn:
    """Refuse what would part the model's own sets from the town."""
    raise TypeError(f"You cannot {what}: {instead}.")
