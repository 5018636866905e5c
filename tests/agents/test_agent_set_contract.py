"""What Mesa's agent set promises, ours promises: the same assertions on both.

`mesa` is a plain `AgentSet` of plain agents that hold the households' values as Python objects, `chosen` a
`HouseholdSet`, `town` the model's own set of who lives in the town now. Expected values come from the plain objects.
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

import mesa
import numpy as np
import pytest
from mesa.agent import AgentSet

from beboersim import BeboerModel
from beboersim.agents import Household, HouseholdSet

pytestmark = [
    # Mesa 3.5 warns that it will drop indexing; the sets here are asked for it all the same.
    pytest.mark.filterwarnings("ignore:AgentSet.__getitem__ is deprecated:PendingDeprecationWarning"),
]
ATTRIBUTES = ("size", "adults", "age", "resources", "income", "area", "searching", "moved_in", "rooms")
KINDS = ("mesa", "chosen", "town")


class Verbs:
    """What agents of both kinds can do when they are told to."""

    @property
    def key(self) -> int:
        return self.unique_id  # type: ignore[attr-defined, no-any-return]

    def tell(self, told: list[int], add: int = 0) -> int:
        told.append(self.key)
        return self.size + add  # type: ignore[attr-defined, no-any-return]


class Teller(Verbs, Household):
    pass


class Plain(Verbs, mesa.Agent):
    def __init__(self, model: mesa.Model, household: Household) -> None:
        super().__init__(model)
        self.household_id = household.unique_id
        for name in ATTRIBUTES:
            setattr(self, name, getattr(household, name))

    @property
    def key(self) -> int:
        return self.household_id


class TellingModel(BeboerModel):
    household_type = Teller


class Case(NamedTuple):
    """A set of all households of a small town, in the order of their ids, and what was put into it."""

    kind: str
    agents: AgentSet
    plain: list[Plain]
    stranger: mesa.Agent
    model: mesa.Model

    @property
    def can_change(self) -> bool:
        return self.kind != "town"

    def of(self, chosen: list[Plain]) -> list[int]:
        return [agent.key for agent in chosen]


class Town(NamedTuple):
    model: TellingModel
    plain_model: mesa.Model
    plain: list[Plain]
    stranger: mesa.Agent


@pytest.fixture(scope="module")
def town() -> Town:
    """A small town and its copy in plain agents; neither is changed."""
    model = TellingModel(place="Svendborg", scale=0.01, start=2015, until=2016, seed=1)
    plain_model = mesa.Model(rng=1)
    plain = [Plain(plain_model, household) for household in model.households]
    assert len(plain) > 200
    return Town(model, plain_model, plain, mesa.Agent(mesa.Model(rng=1)))


def make(kind: str, town: Town) -> Case:
    if kind == "mesa":
        made: AgentSet = AgentSet(town.plain, random=Random(5))
        return Case(kind, made, town.plain, town.stranger, town.plain_model)
    if kind == "chosen":
        made = HouseholdSet(list(town.model.households), random=Random(5))
    else:
        made = town.model.households.__class__(town.model)
        made.random = Random(5)
    return Case(kind, made, town.plain, town.stranger, town.model)


@pytest.fixture(params=KINDS)
def case(request: pytest.FixtureRequest, town: Town) -> Case:
    return make(request.param, town)


@pytest.fixture(params=KINDS[:2])
def loose(request: pytest.FixtureRequest, town: Town) -> Case:
    """A set that may be changed; the model's own follows the town."""
    return make(request.param, town)


def keys(agents: Any) -> list[int]:
    return [agent.key for agent in agents]


# A sequence


def test_a_set_has_a_length_and_an_order(case: Case) -> None:
    assert len(case.agents) == len(case.plain)
    assert keys(case.agents) == case.of(case.plain)


def test_a_set_is_an_agent_set_of_agents(case: Case) -> None:
    assert isinstance(case.agents, AgentSet)
    assert all(isinstance(agent, mesa.Agent) and agent.model is case.model for agent in case.agents)


@pytest.mark.parametrize("at", [0, 7, -1, -8])
def test_an_index_counts_from_either_end(case: Case, at: int) -> None:
    assert case.agents[at].key == case.plain[at].key


def test_an_index_gives_the_same_agent_each_time(case: Case) -> None:
    assert case.agents[3] is case.agents[3]
    assert case.agents[3] is list(case.agents)[3]


@pytest.mark.parametrize("piece", [slice(0, 5), slice(3, 40, 7), slice(-4, None), slice(None, None, -1)])
def test_a_slice_is_a_list(case: Case, piece: slice) -> None:
    found = case.agents[piece]
    assert isinstance(found, list)
    assert keys(found) == case.of(case.plain[piece])


def test_an_index_beyond_the_end_is_an_index_error(case: Case) -> None:
    with pytest.raises(IndexError):
        case.agents[len(case.plain)]
    with pytest.raises(IndexError):
        case.agents[-len(case.plain) - 1]


def test_a_set_knows_who_is_in_it(case: Case) -> None:
    agent = case.agents[5]
    assert agent in case.agents
    assert case.stranger not in case.agents
    assert "5" not in case.agents
    assert (agent in case.agents.select(lambda other: other.key != agent.key)) is False


def test_a_set_is_a_sequence(case: Case) -> None:
    fifth = case.agents[5]
    assert case.agents.index(fifth) == 5
    assert case.agents.count(fifth) == 1
    assert keys(reversed(case.agents)) == case.of(case.plain[::-1])
    assert Random(3).choice(case.agents).key == Random(3).choice(case.plain).key


def test_a_set_that_is_empty_is_false(case: Case) -> None:
    assert case.agents
    nobody = case.agents.select(lambda agent: False)
    assert not nobody
    assert len(nobody) == 0
    assert list(nobody) == []
    assert nobody.get("size") == []
    assert nobody.agg("size", sum) == 0
    assert len(nobody.shuffle()) == len(nobody.sort("size")) == len(nobody.groupby("area")) == 0


# select


def test_select_keeps_whom_the_function_accepts(case: Case) -> None:
    found = case.agents.select(lambda agent: agent.size >= 3)
    assert keys(found) == case.of([agent for agent in case.plain if agent.size >= 3])
    assert isinstance(found, AgentSet)
    assert found.random is case.agents.random


@pytest.mark.parametrize("number", [0, 1, 10, 10**6])
def test_select_at_most_a_number_takes_the_first(case: Case, number: int) -> None:
    assert keys(case.agents.select(at_most=number)) == case.of(case.plain[:number])


@pytest.mark.parametrize("share", [0.0, 0.25, 0.999, 1.0])
def test_select_at_most_a_share_is_of_all_and_rounds_down(case: Case, share: float) -> None:
    assert keys(case.agents.select(at_most=share)) == case.of(case.plain[: int(len(case.plain) * share)])
    few = case.agents.select(lambda agent: agent.size == 2, at_most=share)
    two = [agent for agent in case.plain if agent.size == 2]
    assert keys(few) == case.of(two[: int(len(case.plain) * share)])


def test_select_at_most_a_number_with_a_fraction_rounds_up(case: Case) -> None:
    assert len(case.agents.select(at_most=2.5)) == 3


def test_select_stops_asking_when_it_has_enough(case: Case) -> None:
    asked: list[int] = []

    def accepts(agent: Any) -> bool:
        asked.append(agent.key)
        return True

    case.agents.select(accepts, at_most=4)
    assert len(asked) == 4


def test_select_by_type(case: Case) -> None:
    kind = type(case.agents[0])
    assert keys(case.agents.select(agent_type=kind)) == case.of(case.plain)
    assert keys(case.agents.select(agent_type=mesa.Agent, at_most=3)) == case.of(case.plain[:3])

    class Other(mesa.Agent):
        pass

    assert len(case.agents.select(agent_type=Other)) == 0


def test_select_in_place_changes_the_set_and_returns_it(loose: Case) -> None:
    assert loose.agents.select(lambda agent: agent.size == 1, inplace=True) is loose.agents
    assert keys(loose.agents) == loose.of([agent for agent in loose.plain if agent.size == 1])


def test_select_of_everyone_is_another_set(case: Case) -> None:
    found = case.agents.select()
    assert found is not case.agents
    assert keys(found) == case.of(case.plain)


# sort and shuffle


@pytest.mark.parametrize("name", ["size", "age", "resources", "area", "searching"])
@pytest.mark.parametrize("ascending", [False, True])
def test_sort_by_name_leaves_equals_as_they_were(case: Case, name: str, ascending: bool) -> None:
    expected = sorted(case.plain, key=lambda agent: getattr(agent, name), reverse=not ascending)
    assert keys(case.agents.sort(name, ascending=ascending)) == case.of(expected)
    assert keys(case.agents) == case.of(case.plain)


def test_sort_is_descending_unless_told(case: Case) -> None:
    sizes = case.agents.sort("size").get("size")
    assert sizes == sorted(sizes, reverse=True)


def test_sort_by_a_function(case: Case) -> None:
    expected = sorted(case.plain, key=lambda agent: (-agent.size, agent.key), reverse=True)
    assert keys(case.agents.sort(lambda agent: (-agent.size, agent.key))) == case.of(expected)


def test_sort_by_what_cannot_be_compared_is_a_type_error(case: Case) -> None:
    assert None in case.agents.get("rooms")
    with pytest.raises(TypeError):
        case.agents.sort("rooms")


def test_sort_in_place_changes_the_set_and_returns_it(case: Case) -> None:
    assert case.agents.sort("age", inplace=True) is case.agents
    expected = case.of(sorted(case.plain, key=lambda agent: agent.age, reverse=True))
    assert keys(case.agents) == expected
    assert case.agents[0].key == expected[0]
    assert case.agents.get("age") == sorted((agent.age for agent in case.plain), reverse=True)


def test_shuffle_is_an_order_of_chance_of_the_same_agents(case: Case) -> None:
    mixed = case.agents.shuffle()
    assert sorted(keys(mixed)) == sorted(case.of(case.plain))
    assert keys(mixed) != case.of(case.plain)
    assert keys(case.agents) == case.of(case.plain)


def test_shuffle_depends_on_the_generator_alone(case: Case) -> None:
    case.agents.random.seed(11)
    one, next_one = keys(case.agents.shuffle()), keys(case.agents.shuffle())
    case.agents.random.seed(11)
    assert keys(case.agents.shuffle()) == one != next_one


def test_shuffle_in_place_changes_the_set_and_returns_it(case: Case) -> None:
    assert case.agents.shuffle(inplace=True) is case.agents
    mixed = keys(case.agents)
    assert sorted(mixed) == sorted(case.of(case.plain))
    assert mixed != case.of(case.plain)
    assert case.agents.get("size") == [agent.size for agent in case.agents]


# do, map


def test_do_calls_a_method_in_order_and_returns_the_set(case: Case) -> None:
    told: list[int] = []
    assert case.agents.do("tell", told) is case.agents
    assert told == case.of(case.plain)


def test_do_calls_a_function_with_arguments(case: Case) -> None:
    told: list[tuple[int, int, int]] = []
    case.agents.do(lambda agent, one, other=0: told.append((agent.key, one, other)), 1, other=2)
    assert told == [(agent.key, 1, 2) for agent in case.plain]


def test_shuffle_do_calls_everyone_once_in_an_order_of_chance(case: Case) -> None:
    orders = []
    for seed in (4, 4, 5):
        told: list[int] = []
        case.agents.random.seed(seed)
        assert case.agents.shuffle_do("tell", told) is case.agents
        assert sorted(told) == sorted(case.of(case.plain))
        orders.append(told)
    assert orders[0] == orders[1] != orders[2]
    assert keys(case.agents) == case.of(case.plain)


def test_map_returns_what_the_calls_return(case: Case) -> None:
    assert case.agents.map("tell", [], add=10) == [agent.size + 10 for agent in case.plain]
    assert case.agents.map(lambda agent, more: agent.age + more, 1) == [agent.age + 1 for agent in case.plain]


# agg, get, set


@pytest.mark.parametrize("func", [sum, min, max, len, np.mean, np.median, np.std, np.sum, np.max, sorted])
@pytest.mark.parametrize("name", ["size", "age", "resources"])
def test_agg_is_the_function_of_the_list(case: Case, name: str, func: Callable[..., Any]) -> None:
    found, expected = case.agents.agg(name, func), func([getattr(agent, name) for agent in case.plain])
    assert found == expected
    assert type(found) is type(expected)


def test_agg_with_several_functions_is_a_list(case: Case) -> None:
    sizes = [agent.size for agent in case.plain]
    assert case.agents.agg("size", [min, max, sum]) == [min(sizes), max(sizes), sum(sizes)]
    assert case.agents.agg("size", (np.mean,)) == [np.mean(sizes)]


def test_agg_gives_an_own_function_the_list_of_values(case: Case) -> None:
    given = case.agents.agg("size", lambda values: values)
    assert isinstance(given, list)
    assert given == [agent.size for agent in case.plain]
    assert case.agents.agg("area", lambda names: len(set(names))) == len({agent.area for agent in case.plain})


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_get_is_a_list_of_python_values(case: Case, name: str) -> None:
    found = case.agents.get(name)
    expected = [getattr(agent, name) for agent in case.plain]
    assert isinstance(found, list)
    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]


def test_get_of_several_names_is_a_list_of_lists(case: Case) -> None:
    expected = [[agent.size, agent.area, agent.age] for agent in case.plain]
    assert case.agents.get(["size", "area", "age"]) == expected
    assert case.agents.get(["size"]) == [[agent.size] for agent in case.plain]
    assert case.agents.get([]) == [[] for _ in case.plain]


def test_get_of_a_missing_name_is_an_attribute_error(case: Case) -> None:
    with pytest.raises(AttributeError):
        case.agents.get("wealth")
    with pytest.raises(AttributeError):
        case.agents.get(["size", "wealth"])


def test_get_of_a_missing_name_can_have_a_default(case: Case) -> None:
    assert case.agents.get("wealth", handle_missing="default") == [None] * len(case.plain)
    assert case.agents.get("wealth", handle_missing="default", default_value=3) == [3] * len(case.plain)
    found = case.agents.get(["size", "wealth"], handle_missing="default", default_value=-1)
    assert found == [[agent.size, -1] for agent in case.plain]


@pytest.mark.parametrize("name", ["size", "wealth", ["size"]])
def test_get_refuses_another_way_to_handle_what_is_missing(case: Case, name: Any) -> None:
    with pytest.raises(ValueError, match="handle_missing"):
        case.agents.get(name, handle_missing="skip")


def test_get_reads_what_every_agent_has(case: Case) -> None:
    assert case.agents.get("unique_id") == [agent.unique_id for agent in case.agents]
    assert case.agents.get("pos") == [None] * len(case.plain)
    assert case.agents.get("key") == case.of(case.plain)


def test_set_gives_everyone_a_value_and_returns_the_set(case: Case) -> None:
    some = case.agents.select(at_most=20)
    assert some.set("asked", True) is some
    assert case.agents.get("asked", handle_missing="default", default_value=False)[:22] == [True] * 20 + [False] * 2
    some.do(lambda agent: delattr(agent, "asked"))


def test_what_is_set_on_an_agent_stays(case: Case) -> None:
    case.agents[4].note = "four"
    assert case.agents[4].note == "four"
    assert case.agents.select(lambda agent: hasattr(agent, "note"))[0].key == case.plain[4].key
    del case.agents[4].note


# groupby


def expected_groups(plain: list[Plain], key: Callable[[Plain], Any]) -> dict[Any, list[int]]:
    groups: dict[Any, list[int]] = {}
    for agent in plain:
        groups.setdefault(key(agent), []).append(agent.key)
    return groups


@pytest.mark.parametrize("name", ["size", "area", "searching", "moved_in", "rooms", "resources"])
def test_groupby_a_name_groups_as_first_met(case: Case, name: str) -> None:
    groups = case.agents.groupby(name)
    expected = expected_groups(case.plain, lambda agent: getattr(agent, name))
    assert list(groups.groups) == list(expected)
    assert [type(key) for key in groups.groups] == [type(key) for key in expected]
    assert {key: keys(group) for key, group in groups} == expected
    assert all(isinstance(group, AgentSet) for _, group in groups)


def test_groupby_a_function(case: Case) -> None:
    groups = case.agents.groupby(lambda agent: agent.size > 2)
    assert {key: keys(group) for key, group in groups} == expected_groups(case.plain, lambda agent: agent.size > 2)


def test_groupby_can_give_lists(case: Case) -> None:
    groups = case.agents.groupby("size", result_type="list")
    assert all(isinstance(group, list) for _, group in groups)
    assert {key: keys(group) for key, group in groups} == expected_groups(case.plain, lambda agent: agent.size)
    assert groups.agg("age", max) == case.agents.groupby("size").agg("age", max)


def test_groups_are_counted(case: Case) -> None:
    groups = case.agents.groupby("area")
    expected = expected_groups(case.plain, lambda agent: agent.area)
    assert groups.count() == {name: len(group) for name, group in expected.items()}
    assert len(groups) == len(expected)
    assert sum(groups.count().values()) == len(case.plain)


def test_groups_are_aggregated(case: Case) -> None:
    ages: dict[str, list[float]] = {}
    for agent in case.plain:
        ages.setdefault(agent.area, []).append(agent.age)
    found = case.agents.groupby("area").agg("age", np.mean)
    assert found == {name: np.mean(group) for name, group in ages.items()}


def test_groups_are_mapped_and_told(case: Case) -> None:
    groups = case.agents.groupby("size")
    assert groups.map(len) == groups.count()
    assert groups.map("get", "size") == {size: [size] * number for size, number in groups.count().items()}
    told: list[int] = []
    assert groups.do("do", "tell", told) is groups
    assert sorted(told) == sorted(case.of(case.plain))


# A set of its own


def test_add_discard_and_remove_change_the_set_alone(loose: Case) -> None:
    agent = loose.agents[2]
    loose.agents.discard(agent)
    assert agent not in loose.agents
    assert len(loose.agents) == len(loose.plain) - 1
    loose.agents.discard(agent)
    with pytest.raises(KeyError):
        loose.agents.remove(agent)
    loose.agents.add(agent)
    loose.agents.add(agent)
    assert keys(loose.agents) == loose.of([*loose.plain[:2], *loose.plain[3:], loose.plain[2]])
    loose.agents.remove(agent)
    assert len(loose.agents) == len(loose.plain) - 1


def test_a_copy_is_a_set_of_its_own(case: Case) -> None:
    copied = copy.copy(case.agents)
    assert keys(copied) == case.of(case.plain)
    assert copied.random is case.agents.random
    copied.discard(copied[0])
    assert len(copied) == len(case.plain) - 1
    assert len(case.agents) == len(case.plain)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda given: pickle.loads(pickle.dumps(given))])
def test_a_deep_copy_has_agents_of_its_own(case: Case, again: Callable[[Any], Any]) -> None:
    # The agents of a copied set belong to the copied model, which has to keep them.
    model, other = again((case.model, case.agents))
    assert keys(other) == case.of(case.plain)
    assert other[0] is not case.agents[0]
    assert other[0].model is model is not case.model
    assert other.get(["size", "area"]) == case.agents.get(["size", "area"])


def test_sets_can_be_combined(case: Case) -> None:
    large = case.agents.select(lambda agent: agent.size >= 3)
    old = case.agents.select(lambda agent: agent.age >= 50)
    assert set(keys(large & old)) == {agent.key for agent in case.plain if agent.size >= 3 and agent.age >= 50}
    assert set(keys(large | old)) == {agent.key for agent in case.plain if agent.size >= 3 or agent.age >= 50}
    assert set(keys(large - old)) == {agent.key for agent in case.plain if agent.size >= 3 and agent.age < 50}
    assert set(keys(large ^ old)) == {agent.key for agent in case.plain if (agent.size >= 3) != (agent.age >= 50)}
    assert (large & old) <= large
    assert large.isdisjoint(case.agents.select(lambda agent: agent.size == 1))
    assert large == case.agents.select(lambda agent: agent.size >= 3)


def test_an_agent_set_holds_no_agent_twice(case: Case) -> None:
    twice = type(case.agents.select(at_most=1))([*case.agents[:3], *case.agents[:3]], random=Random(1))
    assert keys(twice) == case.of(case.plain[:3])
