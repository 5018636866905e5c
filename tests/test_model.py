from __future__ import annotations

import mesa
import pytest

from beboersim import BeboerModel
from beboersim.model import HEADLINES, Household


@pytest.fixture(scope="module")
def model() -> BeboerModel:
    """A model after three months; not to be changed."""
    made = BeboerModel(place="Svendborg", scale=0.05, start=2015, until=2016, seed=1)
    for _ in range(3):
        made.step()
    return made


def test_a_step_is_a_month_and_the_run_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    model = BeboerModel(scale=0.02, start=2015, until=2016)
    assert model.running
    months = 0
    while model.running:
        model.step()
        months += 1
    assert months == 12
    assert model.town.date.isoformat() == "2016-01-01"


def test_households_are_mesa_agents(model: BeboerModel) -> None:
    agents = model.agents
    assert len(agents) > 500
    assert all(isinstance(agent, mesa.Agent) and isinstance(agent, Household) for agent in agents)
    assert len({agent.unique_id for agent in agents}) == len(agents)
    assert [agent.unique_id for agent in agents] == sorted(agent.unique_id for agent in agents)
    assert all(agent.model is model for agent in agents)


def test_the_verbs_of_an_agent_set_work(model: BeboerModel) -> None:
    agents = model.agents
    large = agents.select(lambda household: household.size >= 3)
    assert 0 < len(large) < len(agents)
    lived = sum(record for record in model.town.monthly[-1].counts["residents"])
    assert agents.agg("size", sum) == lived
    assert min(large.get("size")) >= 3
    groups = agents.groupby("area")
    assert sum(len(group) for _, group in groups) == len(agents)
    by_resources = agents.sort("resources", ascending=True).get("resources")
    assert by_resources == sorted(by_resources)
    assert all(0.0 <= r <= 1.0 for r in by_resources)
    assert agents.shuffle_do("step") is not None


def test_a_window_shows_the_row_of_its_household(model: BeboerModel) -> None:
    world = model.town.world
    for agent in list(model.agents)[:50]:
        row = agent.row
        assert world.households.id[row] == agent.unique_id
        assert agent.size == world.households.size[row]
        assert agent.area in world.names
        assert (agent.dwelling is None) == (world.households.dwelling[row] < 0)
    assert model.window(agent.unique_id) is agent


def test_a_window_follows_its_household_through_the_new_order_of_a_year() -> None:
    model = BeboerModel(scale=0.03, start=2015, until=2017)
    sizes = {agent.unique_id: agent.size for agent in model.agents}
    kept = list(model.agents)
    for _ in range(13):
        model.step()
    here = {agent.unique_id for agent in model.agents}
    still = [agent for agent in kept if agent.unique_id in here]
    assert len(still) > 0.7 * len(sizes)
    for agent in still:
        assert model.town.world.households.id[agent.row] == agent.unique_id
    gone = next(agent for agent in kept if agent.unique_id not in here)
    with pytest.raises(KeyError):
        _ = gone.row


def test_the_data_collector_has_a_row_for_the_start_and_one_a_step(model: BeboerModel) -> None:
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame["date"].tolist() == ["2015-01-01", "2015-02-01", "2015-03-01", "2015-04-01"]
    assert set(frame.columns) == {"date", *HEADLINES}
    assert (frame["population"] > 0).all()
    assert frame["population"].iloc[-1] == sum(model.town.monthly[-1].counts["residents"])


def test_the_model_gives_what_the_town_gives() -> None:
    one, other = (BeboerModel(scale=0.02, seed=2**64 - 1) for _ in range(2))
    for model in (one, other):
        for _ in range(4):
            model.step()
    assert one.headlines == pytest.approx(other.headlines, nan_ok=True)


def test_settings_and_scenarios_reach_the_town() -> None:
    model = BeboerModel(scenario="flexible-off", scale=0.02, settings={"letting.assignment_share": 0.5}, preset="null")
    model.step()
    assert model.town.context.levers["letting.assignment_share"].max() == 0.5  # type: ignore[union-attr]
    assert model.town.plan.scenario.id == "flexible-off"
    assert model.town.plan.preset == "null"
