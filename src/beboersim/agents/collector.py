"""Mesa's data collector; what households report by the name of an attribute is kept as columns.

`get_agent_vars_dataframe` gives the frame that Mesa gives. A snapshot of a hundred thousand households is a copy of a
column, not a hundred thousand tuples; they are made only if somebody reads them, as `mesa.batch_run` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple

import mesa
import numpy as np
from mesa.agent import AgentSet
from numpy.typing import NDArray

from beboersim.agents.attributes import Values, objects
from beboersim.agents.mesa_versions import clock
from beboersim.agents.sets import AllAgents, HouseholdSet
from beboersim.errors import meant
from beboersim.world.columns import I64

if TYPE_CHECKING:
    import pandas as pd

EXACT_IN_FLOAT = 2**53  # larger whole numbers, such as ids, are not exact as floats
Reporter = str | list[Any] | Callable[..., Any]
# What cannot change; and agents and sets of them, whose copy would be a copy of the model.
NOT_COPIED = (str, int, float, bool, tuple, type(None), mesa.Agent, AgentSet)


class Column(NamedTuple):
    """What the agents of a snapshot answered to one reporter: the households, and after them the few others."""

    many: Values
    few: list[Any]

    def to_list(self) -> list[Any]:
        """Return the answers in the order of the agents."""
        return [*self.many.to_list(), *self.few]

    def numbers(self) -> NDArray[Any] | None:
        """Return the answers as an array of numbers, NaN for None; None if they are no numbers or would lose digits."""
        if self.many.legend is not None or not all(type(one) in (int, float, type(None)) for one in self.few):
            return None
        many = self.many.array()
        if None in self.few and many.dtype.kind != "f" and np.abs(many).max(initial=0) > EXACT_IN_FLOAT:
            return None
        few = np.array(self.few, np.float64 if None in self.few else None)
        return np.concatenate([many, few]) if self.few else many


class Snapshot(Sequence[tuple[Any, ...]]):
    """What some agents reported at one time: read as Mesa's rows (time, id, values), kept as columns."""

    def __init__(self, time: float, ids: I64, columns: list[Column]) -> None:
        self.time = time
        self.ids = ids
        self.columns = columns

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        values = [column.to_list() for column in self.columns]
        return zip(repeat(self.time, len(self.ids)), self.ids.tolist(), *values, strict=True)

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, item: Any) -> Any:
        return list(self)[item]


class Parts(NamedTuple):
    """The agents of a snapshot: the households, in a set that reads columns, and the others."""

    households: HouseholdSet
    others: list[Any]


class ColumnCollector(mesa.DataCollector):  # type: ignore[misc]
    """A `mesa.DataCollector` for models with very many households.

    It takes what Mesa's takes. An agent that has no attribute of a reporter's name reports None; a name that no agent
    has is an AttributeError. Frames are those of Mesa, but for ids beside None, which pandas would make inexact floats.

    Parameters
    ----------
    model_reporters, agent_reporters, agenttype_reporters, tables
        As in Mesa. Names of attributes are read by column, functions household by household.
    """

    agent_reporters: dict[str, Reporter]
    agenttype_reporters: dict[type, dict[str, Reporter]]

    def _new_agent_reporter(self, name: str, reporter: Reporter) -> None:
        self.agent_reporters[name] = reporter

    def _new_agenttype_reporter(self, agent_type: type, name: str, reporter: Reporter) -> None:
        self.agenttype_reporters.setdefault(agent_type, {})[name] = reporter

    def collect(self, model: Any) -> None:
        """Collect all reporters for a model as it stands."""
        by_agent, by_type = self.agent_reporters, self.agenttype_reporters
        self.agent_reporters, self.agenttype_reporters = {}, {}
        try:
            super().collect(model)
        finally:
            self.agent_reporters, self.agenttype_reporters = by_agent, by_type
        time = clock(model)
        if by_agent:
            self._agent_records[time] = snapshot(time, parts(model.agents), by_agent)
        if by_type:
            self._agenttype_records[time] = {
                kind: snapshot(time, parts(agents_of(model, kind)), reporters) for kind, reporters in by_type.items()
            }

    def get_agent_vars_dataframe(self) -> pd.DataFrame:
        """Return the agents' reports as Mesa does: one row for each time and agent."""
        if not self.agent_reporters:
            return super().get_agent_vars_dataframe()
        return frame(list(self._agent_records.values()), self.agent_reporters)

    def get_agenttype_vars_dataframe(self, agent_type: type) -> pd.DataFrame:
        """Return the reports of one type of agents as Mesa does."""
        if agent_type not in self.agenttype_reporters:
            return super().get_agenttype_vars_dataframe(agent_type)
        held = [records[agent_type] for records in self._agenttype_records.values() if agent_type in records]
        return frame(held, self.agenttype_reporters[agent_type])


def agents_of(model: Any, kind: type) -> Any:
    """Return the agents of a type or, as Mesa does, of every type that is one of its kind."""
    if kind in model.agent_types:
        return model.agents_by_type[kind]
    if not issubclass(kind, mesa.Agent):
        raise ValueError(f"{kind.__name__} is not a type of agent: agenttype_reporters are given by agent class.")
    return model.agents.select(agent_type=kind)


def parts(agents: Any) -> Parts:
    """Return the households of a set, and its other agents."""
    if isinstance(agents, AllAgents):
        return Parts(agents.model.households, list(agents.others))
    return Parts(agents, []) if isinstance(agents, HouseholdSet) else Parts(HouseholdSet(), list(agents))


def snapshot(time: float, of: Parts, reporters: Mapping[str, Reporter]) -> Snapshot:
    """Return what these agents report now."""
    few = np.array([agent.unique_id for agent in of.others], np.int64)
    columns = [column(of, reporter) for reporter in reporters.values()]
    return Snapshot(time, np.concatenate([of.households.ids, few]), columns)


def column(of: Parts, reporter: Reporter) -> Column:
    """Return what every agent answers to one reporter."""
    by_column = of.households.values_of(reporter)
    if by_column is None and isinstance(reporter, str):
        check(reporter, [*of.others, *of.households])
    few = [answer(agent, reporter) for agent in of.others]
    if by_column is not None:
        return Column(by_column, few)
    asked = [answer(agent, reporter) for agent in of.households]
    return Column(Values(np.arange(len(asked)), objects(asked)), few)


def check(name: str, agents: list[Any]) -> None:
    """Refuse a name that none of the agents has."""
    if agents and not any(hasattr(agent, name) for agent in agents):
        known = {known for kind in {type(agent) for agent in agents} for known in dir(kind) if known[0] != "_"}
        raise AttributeError(f"no agent has an attribute {name!r} to report.{meant(name, sorted(known))}")


def answer(agent: Any, reporter: Reporter) -> Any:
    """Return what one agent answers, copied if it could change."""
    if isinstance(reporter, str):
        found = getattr(agent, reporter, None)
    elif isinstance(reporter, list):
        found = reporter[0](agent, *reporter[1])
    else:
        found = reporter(agent)
    return found if isinstance(found, NOT_COPIED) else deepcopy(found)


def frame(held: list[Snapshot], reporters: Mapping[str, Reporter]) -> pd.DataFrame:
    """Return snapshots as the frame that Mesa makes of its rows, with the same types."""
    import pandas as pd

    times = [np.full(len(one), one.time) for one in held]
    index = pd.MultiIndex.from_arrays([joined(times), joined([one.ids for one in held])], names=["Step", "AgentID"])
    columns = {}
    for k, name in enumerate(reporters):
        told = [one.columns[k] for one in held]
        numbers = [one.numbers() for one in told]
        if all(one is not None for one in numbers):
            columns[name] = pd.Series(joined(numbers), index=index)
            continue
        values = [value for one in told for value in one.to_list()]
        whole = [value for value in values if type(value) is int and abs(value) > EXACT_IN_FLOAT]
        # pandas would make None and whole numbers floats, and an id would no longer be the id.
        columns[name] = pd.Series(values, index=index, dtype=object if whole and None in values else None)
    return pd.DataFrame(columns, index=index)


def joined(arrays: list[Any]) -> Any:
    """Return arrays one after the other; none at all is an empty one."""
    return np.concatenate(arrays) if arrays else np.zeros(0, object)
