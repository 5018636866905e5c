"""What is collected by column is what Mesa's own collector makes of the same agents, row by row and type by type."""

from __future__ import annotations

import pickle
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest

from beboersim import BeboerModel
from beboersim.agents import ATTRIBUTES, Area, ColumnCollector, Household

NAMES = ("size", "age", "area", "searching", "rooms", "resources", "moved_in")


def doubled(agent: Any) -> int:
    return 2 * int(agent.size)


def times(agent: Any, factor: int) -> float:
    return float(agent.age * factor)


def with_both(model: BeboerModel, months: int, **reporters: Any) -> tuple[ColumnCollector, Any]:
    """Run a model while our collector and Mesa's collect the same reporters."""
    ours, theirs = ColumnCollector(**reporters), mesa.DataCollector(**reporters)
    for month in range(months + 1):
        if month:
            model.step()
        ours.collect(model)
        theirs.collect(model)
    return ours, theirs


@pytest.fixture
def model() -> BeboerModel:
    return BeboerModel(place="Svendborg", scale=0.01, until=2016, seed=1)


def test_reports_by_name_are_those_of_mesa(model: BeboerModel) -> None:
    reporters = {Household: {name: name for name in NAMES} | {"id": "unique_id"}, Area: {"at": "index", "name": "name"}}
    ours, theirs = with_both(model, 3, agenttype_reporters=reporters)
    assert model._windows, "Mesa's collector made windows"
    for kind in reporters:
        found, expected = (one.get_agenttype_vars_dataframe(kind) for one in (ours, theirs))
        pd.testing.assert_frame_equal(found, expected)
        assert found.index.names == ["Step", "AgentID"]
        assert set(found.index.get_level_values("Step")) == {0, 1, 2, 3}


def test_reports_by_function_are_those_of_mesa(model: BeboerModel) -> None:
    reporters = {Household: {"twice": doubled, "triple": [times, [3]], "lambda": lambda agent: agent.area[:3]}}
    ours, theirs = with_both(model, 2, agenttype_reporters=reporters)
    found, expected = (one.get_agenttype_vars_dataframe(Household) for one in (ours, theirs))
    pd.testing.assert_frame_equal(found, expected)


def test_reports_of_all_agents_are_those_of_mesa(model: BeboerModel) -> None:
    """Mesa 3.5 refuses a name that one agent lacks, so Mesa's side asks with a default."""
    ours = ColumnCollector(agent_reporters={"id": "unique_id", "size": "size", "area": "area", "name": "name"})
    theirs = mesa.DataCollector(
        agent_reporters={"id": "unique_id"}
        | {name: [getattr, [name, None]] for name in ("size", "area", "name")}
    )
    for _ in range(3):
        ours.collect(model)
        theirs.collect(model)
        model.step()
    found, expected = ours.get_agent_vars_dataframe(), theirs.get_agent_vars_dataframe()
    pd.testing.assert_frame_equal(found, expected)
    assert found["size"].isna().any()


def test_a_base_class_reports_for_all_its_agents(model: BeboerModel) -> None:
    ours, theirs = with_both(model, 1, agenttype_reporters={mesa.Agent: {"id": "unique_id"}})
    found, expected = (one.get_agenttype_vars_dataframe(mesa.Agent) for one in (ours, theirs))
    pd.testing.assert_frame_equal(found, expected)
    assert len(found.loc[1]) == len(model.agents)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_attribute_can_be_collected(model: BeboerModel, name: str) -> None:
    collector = ColumnCollector(agenttype_reporters={Household: {"value": name}})
    collector.collect(model)
    found = collector.get_agenttype_vars_dataframe(Household)["value"]
    told = [None if value != value else value for value in found.astype(object).tolist()]  # pandas has NaN for None
    assert told == model.households.get(name)
    assert found.index.get_level_values("AgentID").tolist() == model.households.get("unique_id")


def test_ids_beside_none_stay_exact(model: BeboerModel) -> None:
    collector = ColumnCollector(
        agent_reporters={"id": "id", "dwelling": "dwelling"}, agenttype_reporters={Household: {"dwelling": "dwelling"}}
    )
    collector.collect(model)
    by_type = collector.get_agenttype_vars_dataframe(Household)["dwelling"]
    assert by_type.tolist() == model.households.get("dwelling")
    assert max(one for one in by_type if one is not None) > 2**53
    of_all = collector.get_agent_vars_dataframe()
    assert of_all["id"].tolist() == model.agents.get("id", "default")
    assert of_all["dwelling"].tolist() == model.agents.get("dwelling", "default")


def test_collecting_by_name_makes_no_windows_and_copies(model: BeboerModel) -> None:
    collector = ColumnCollector(agenttype_reporters={Household: {"size": "size", "area": "area"}})
    for _ in range(13):
        collector.collect(model)
        model.step()
    assert model._windows == {}
    frame = collector.get_agenttype_vars_dataframe(Household)
    counts = [record.counts["residents"].sum() for record in model.town.monthly[:-1]]
    assert frame.groupby(level="Step")["size"].sum().tolist() == counts
    assert frame.groupby(level="Step").size().tolist() == [len(frame.loc[step]) for step in range(13)]


def test_a_record_reads_as_mesas_rows(model: BeboerModel) -> None:
    collector = ColumnCollector(agent_reporters={"id": "unique_id"})
    collector.collect(model)
    (record,) = collector._agent_records.values()
    assert len(record) == len(model.agents)
    assert list(record) == [(0, agent.unique_id, agent.unique_id) for agent in model.agents]
    assert record[3] == (0, model.agents[3].unique_id, model.agents[3].unique_id)


def test_a_name_that_no_agent_has_is_an_error(model: BeboerModel) -> None:
    with pytest.raises(AttributeError, match=r"no agent has an attribute 'sise' to report\. Did you mean size\?"):
        ColumnCollector(agenttype_reporters={Household: {"size": "sise"}}).collect(model)
    with pytest.raises(AttributeError, match="wealth"):
        ColumnCollector(agent_reporters={"wealth": "wealth"}).collect(model)
    with pytest.raises(AttributeError, match="size"):
        ColumnCollector(agenttype_reporters={Area: {"size": "size"}}).collect(model)
    with pytest.raises(ValueError, match="is not a type of agent"):
        ColumnCollector(agenttype_reporters={int: {"size": "size"}}).collect(model)


def test_what_could_change_is_copied(model: BeboerModel) -> None:
    first = model.households[0]
    first.told = ["once"]
    collector = ColumnCollector(agenttype_reporters={Household: {"told": "told", "place": "place"}})
    collector.collect(model)
    first.told.append("twice")
    collector.collect(model)
    frame = collector.get_agenttype_vars_dataframe(Household)
    assert frame["told"].iloc[0] == ["once", "twice"], "a second report of the same time replaces the first"
    first.told.append("thrice")
    assert frame["told"].iloc[0] == ["once", "twice"]
    assert frame["place"].iloc[0] is first.place, "an agent is not copied: its copy would be a copy of the model"


def test_without_reporters_it_says_what_mesa_says(model: BeboerModel) -> None:
    collector = ColumnCollector()
    collector.collect(model)
    with pytest.raises(UserWarning, match="No agent reporters"):
        collector.get_agent_vars_dataframe()
    with pytest.warns(UserWarning, match="No agent-type reporters"):
        assert collector.get_agenttype_vars_dataframe(Household).empty
    assert ColumnCollector(agent_reporters={"size": "size"}).get_agent_vars_dataframe().empty


def test_tables_and_model_reporters_are_mesas(model: BeboerModel) -> None:
    collector = ColumnCollector(
        model_reporters={"people": lambda one: one.households.agg("size", sum), "day": "date"},
        tables={"moves": ["who", "where"]},
    )
    collector.collect(model)
    collector.add_table_row("moves", {"who": 1, "where": "here"})
    assert collector.get_model_vars_dataframe()["people"].tolist() == [model.households.agg("size", sum)]
    assert collector.get_table_dataframe("moves").to_dict("list") == {"who": [1], "where": ["here"]}


def test_a_collector_is_pickled_with_what_it_holds(model: BeboerModel) -> None:
    collector = ColumnCollector(
        agent_reporters={"id": "unique_id"}, agenttype_reporters={Household: {"size": "size", "twice": doubled}}
    )
    collector.collect(model)
    again = pickle.loads(pickle.dumps(collector))
    pd.testing.assert_frame_equal(again.get_agent_vars_dataframe(), collector.get_agent_vars_dataframe())
    pd.testing.assert_frame_equal(
        again.get_agenttype_vars_dataframe(Household), collector.get_agenttype_vars_dataframe(Household)
    )


def test_mesas_own_collector_works_as_well(model: BeboerModel) -> None:
    collector = mesa.DataCollector(agenttype_reporters={Household: {"size": "size"}})
    collector.collect(model)
    frame = collector.get_agenttype_vars_dataframe(Household)
    assert frame["size"].tolist() == model.households.get("size")
    assert frame["size"].dtype == np.int64
