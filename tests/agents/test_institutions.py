"""Areas, housing organisations, municipalities and the fund tell what the tables and records hold."""

from __future__ import annotations

import mesa
import numpy as np
import pytest

from beboersim import BeboerModel
from beboersim.agents import Area, Fund, Household, HousingOrganisation, Municipality
from beboersim.world.codes import AREA_KINDS, SOCIAL


@pytest.fixture(scope="module")
def model() -> BeboerModel:
    """Two municipalities after five months; not to be changed."""
    made = BeboerModel(place=["Svendborg", "Aarhus"], scale=0.03, until=2016, seed=1)
    for _ in range(5):
        made.step()
    return made


def test_every_kind_of_agent_is_there(model: BeboerModel) -> None:
    assert set(model.agent_types) == {Household, Area, HousingOrganisation, Municipality, Fund}
    by_type = model.agents_by_type
    assert sum(len(agents) for agents in by_type.values()) == len(model.agents)
    assert len(by_type[Area]) == model.town.world.places
    assert len(by_type[HousingOrganisation]) == model.town.world.organisations
    assert [one.name for one in by_type[Municipality]] == ["Svendborg", "Aarhus"]
    assert [one.name for one in by_type[Fund]] == ["Landsbyggefonden"]
    for kind, agents in by_type.items():
        assert all(type(agent) is kind and isinstance(agent, mesa.Agent) for agent in agents)


def test_every_agent_has_an_id_of_its_own(model: BeboerModel) -> None:
    ids = model.agents.get("unique_id")
    assert len(set(ids)) == len(ids) == len(model.agents)
    assert all(type(identity) is int for identity in ids)
    assert [area.unique_id for area in model.places] == model.town.world.areas.id[: len(model.places)].tolist()


def test_an_area_keeps_its_id_in_another_run(model: BeboerModel) -> None:
    alone = BeboerModel(place="Aarhus", scale=0.01, until=2016, seed=2)
    ids = {area.name: area.unique_id for area in model.places}
    assert all(ids[area.name] == area.unique_id for area in alone.places)


def test_the_areas_hold_the_town(model: BeboerModel) -> None:
    world, counts = model.town.world, model.town.monthly[-1].counts
    n = int(world.used[2])
    for area in model.places:
        assert area.name == world.names[area.index]
        assert area.kind == AREA_KINDS[world.areas.kind[area.index]]
        assert area.residents == counts["residents"][area.index]
        assert len(area.households) == counts["households"][area.index] + counts["lodged_households"][area.index]
        here = world.dwellings.area[:n] == area.index
        assert area.homes == here.sum()
        assert area.vacant_homes == (here & (world.dwellings.household[:n] < 0)).sum()
        assert area.counts["residents"] == area.residents
        assert area.stigma == world.areas.stigma[area.index]
    assert sum(area.residents for area in model.places) == model.households.agg("size", sum)


def test_the_listed_areas_say_so(model: BeboerModel) -> None:
    words = model.town.monthly[-1].status_words
    assert [area.status for area in model.places] == list(words)
    listed = [area for area in model.places if area.status != "none"]
    assert len(listed) == model.headlines["listed_areas"]
    assert all(area.kind == "named_area" and area.years_listed > 0 for area in listed)


def test_organisations_share_the_social_homes(model: BeboerModel) -> None:
    world = model.town.world
    n = int(world.used[2])
    homes = sum(organisation.homes for organisation in model.organisations)
    assert homes == (world.dwellings.tenure[:n] == SOCIAL).sum()
    for organisation in model.organisations:
        assert all(area.organisation is organisation for area in organisation.areas)
        assert organisation in organisation.municipality.organisations
        assert 0 <= organisation.vacant_homes <= organisation.homes
        assert organisation.name.startswith(organisation.municipality.name)
    private = next(area for area in model.places if area.kind == "neighbourhood")
    assert private.organisation is None


def test_a_waiting_list_is_in_order_of_seniority(model: BeboerModel) -> None:
    organisation = max(model.organisations, key=lambda one: one.homes)
    since = []
    for household in organisation.waiting_list:
        (month,) = [begun for held, begun in household.waiting_lists if held is organisation]
        since.append((month, household.unique_id))
    assert len(since) > 20
    assert since == sorted(since)
    held = model.town.world.households.organisation[: int(model.town.world.used[1])] == organisation.index
    taken = model.town.world.households.head[: int(model.town.world.used[1])] >= 0
    assert len(since) == (held.any(axis=1) & taken).sum()


def test_a_municipality_is_its_areas(model: BeboerModel) -> None:
    svendborg, aarhus = model.municipalities
    assert svendborg.residents + aarhus.residents == model.households.agg("size", sum)
    assert len(svendborg.areas) + len(aarhus.areas) == len(model.places)
    assert all(area.municipality is aarhus for area in aarhus.areas)
    assert len(svendborg.households) + len(aarhus.households) == len(model.households)
    assert set(svendborg.households.get("municipality")) == {"Svendborg"}
    assert aarhus.homes == sum(area.homes for area in aarhus.areas)
    assert aarhus.metrics["population"] == aarhus.residents
    assert svendborg.metrics["listed_areas"] + aarhus.metrics["listed_areas"] == model.headlines["listed_areas"]


def test_the_levers_of_institutions_are_those_in_force() -> None:
    model = BeboerModel(
        place="Svendborg", scale=0.02, until=2016, seed=1,
        settings={"letting.assignment_share": 0.2, "funding.social_frame": 235e6 / 2},
    )  # fmt: skip
    model.step()
    assert model.municipalities[0].assignment_share == pytest.approx(0.2)
    assert model.fund.social_frame == 235e6 / 2


def test_the_fund_spends_on_named_areas(model: BeboerModel) -> None:
    named = [area for area in model.places if area.kind == "named_area"]
    assert set(model.fund.grants) == set(named)
    assert all(grant == area.grant > 0 for area, grant in model.fund.grants.items())
    assert model.fund.spent == pytest.approx(sum(area.counts["programme_spend"] for area in named))
    assert model.fund.spent > 0
    assert 0 < model.fund.local_share < 1
    assert BeboerModel(scale=0.01, until=2016, seed=1).fund.spent == 0.0


@pytest.mark.parametrize("kind", [Area, HousingOrganisation, Municipality, Fund])
def test_an_institution_stays(model: BeboerModel, kind: type) -> None:
    agent = next(iter(model.agents_by_type[kind]))
    with pytest.raises(TypeError, match="for the whole run"):
        agent.remove()
    assert agent in model.agents
    agent.step()
    assert agent.name in repr(agent)


def test_what_an_institution_tells_cannot_be_set(model: BeboerModel) -> None:
    with pytest.raises(AttributeError):
        model.places[0].stigma = 0.0  # type: ignore[misc]


# All agents together


def test_all_agents_are_the_households_and_then_the_few(model: BeboerModel) -> None:
    everyone = list(model.agents)
    n = len(model.households)
    assert everyone[:n] == list(model.households)
    assert all(not isinstance(agent, Household) for agent in everyone[n:])
    assert len(everyone) == len(set(everyone)) == len(model.agents)
    assert model.agents[0] is model.agents[0] is everyone[0]
    assert model.agents[n] is everyone[n]
    assert model.agents[-1] is everyone[-1]
    assert model.agents[-len(everyone)] is everyone[0]
    assert model.agents[n - 2 : n + 2] == everyone[n - 2 : n + 2]
    with pytest.raises(IndexError):
        model.agents[len(everyone)]
    assert model.agents is model.agents


def test_all_agents_are_selected_and_grouped_by_type(model: BeboerModel) -> None:
    assert list(model.agents.select(agent_type=Area)) == list(model.places)
    assert list(model.agents.select(agent_type=Household)) == list(model.households)
    assert len(model.agents.select(at_most=3)) == 3
    assert len(model.agents.select()) == len(model.agents)
    groups = model.agents.groupby(type)
    assert groups.count() == {kind: len(agents) for kind, agents in model.agents_by_type.items()}
    assert model.agents.groupby(type).groups[Household].agg("size", np.mean) == model.households.agg("size", np.mean)
    assert len(model.agents.shuffle()) == len(model.agents.sort("unique_id")) == len(model.agents)
    assert model.agents.sort("unique_id", ascending=True).get("unique_id") == sorted(model.agents.get("unique_id"))


def test_an_attribute_of_households_alone_is_read_from_households(model: BeboerModel) -> None:
    with pytest.raises(AttributeError, match=r"model.households.get\('size'\)"):
        model.agents.agg("size", sum)
    with pytest.raises(AttributeError, match="wealth"):
        model.agents.get("wealth")
    found = model.agents.get("size", handle_missing="default", default_value=0)
    assert sum(found) == model.households.agg("size", sum)
    assert model.agents.get(["unique_id", "size"], handle_missing="default", default_value=0) == [
        list(pair) for pair in zip(model.agents.get("unique_id"), found, strict=True)
    ]


def test_an_agent_of_your_own_joins_the_others() -> None:
    class Journalist(mesa.Agent):
        pass

    model = BeboerModel(scale=0.01, until=2016, seed=1)
    before, types = len(model.agents), len(model.agent_types)
    one, other = Journalist(model), Journalist(model)
    assert one.unique_id != other.unique_id
    assert one in model.agents
    assert len(model.agents) == before + 2
    assert list(model.agents_by_type[Journalist]) == [one, other]
    assert len(model.agent_types) == types + 1
    told: list[mesa.Agent] = []
    model.agents.do(lambda agent: (told.append(agent), other.remove() if agent is one else None))
    assert one in told
    assert other not in told
    assert len(model.agents) == before + 1
    model.agents.set("seen", True)
    assert one.seen
    assert model.households[0].seen
