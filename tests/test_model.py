"""The Mesa model around a town: its constructor, its month, its life and its end."""

from __future__ import annotations

import copy
import gc
import inspect
import json
import pickle
import weakref
from collections.abc import Callable
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest

from beboersim import BeboerModel, InputError
from beboersim.agents import Area, ColumnCollector, Household
from beboersim.model import HEADLINES

MESA = tuple(int(part) for part in mesa.__version__.split(".")[:2])
SMALL = {"place": "Svendborg", "scale": 0.01, "start": 2015, "until": 2016}


@pytest.fixture(scope="module")
def model() -> BeboerModel:
    """A model after three months; not to be changed."""
    made = BeboerModel(place="Svendborg", scale=0.05, start=2015, until=2016, seed=1)
    for _ in range(3):
        made.step()
    return made


def ran(model: BeboerModel, months: int) -> BeboerModel:
    for _ in range(months):
        model.step()
    return model


def state(model: BeboerModel) -> dict[str, Any]:
    """Return everything that a town is: its tables, without the rows that are not in use, and its records."""
    world = model.town.world
    tables = {"persons": world.persons, "households": world.households, "dwellings": world.dwellings}
    used = dict(zip(tables, world.used.tolist(), strict=True))
    columns = {
        f"{name}.{column}": getattr(table, column)[: used[name]]
        for name, table in tables.items()
        for column in table._fields
    }
    counts = {
        f"{record.date} {name}": values for record in model.town.monthly for name, values in record.counts.items()
    }
    return columns | counts


def assert_same(one: BeboerModel, other: BeboerModel) -> None:
    first, second = state(one), state(other)
    assert first.keys() == second.keys()
    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name], err_msg=name)


# A month


def test_a_step_is_a_month_and_the_run_ends() -> None:
    model = BeboerModel(scale=0.02, start=2015, until=2016, seed=1)
    assert model.running
    months = 0
    while model.running:
        model.step()
        months += 1
    assert months == model.steps == 12
    assert model.date.isoformat() == "2016-01-01"


def test_run_model_runs_to_the_end() -> None:
    model = BeboerModel(**SMALL, seed=1)
    model.run_model()
    assert model.date.isoformat() == "2016-01-01"


def test_the_data_collector_has_a_row_for_the_start_and_one_a_step(model: BeboerModel) -> None:
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame["date"].tolist() == ["2015-01-01", "2015-02-01", "2015-03-01", "2015-04-01"]
    assert frame["seed"].tolist() == [1] * 4
    assert set(frame.columns) == {"date", "seed", *HEADLINES}
    assert (frame["population"] > 0).all()
    assert frame["population"].iloc[-1] == sum(model.town.monthly[-1].counts["residents"])


def test_the_headlines_are_those_of_the_present_date(model: BeboerModel) -> None:
    assert model.headlines["population"] == model.households.agg("size", sum)
    assert list(model.headlines) == list(HEADLINES)
    assert {name: getattr(model, name) for name in HEADLINES} == model.headlines
    assert all(getattr(BeboerModel, name).__doc__ for name in HEADLINES)


def test_the_model_gives_what_the_town_gives() -> None:
    model = ran(BeboerModel(scale=0.02, seed=2**64 - 1), 4)
    other = BeboerModel(scale=0.02, seed=2**64 - 1)
    for _ in range(4):
        other.town.step()
    assert_same(model, other)


def test_looking_at_agents_changes_nothing() -> None:
    looked, left_alone = (BeboerModel(place="Svendborg", scale=0.02, until=2017, seed=1) for _ in range(2))
    for _ in range(13):
        looked.step()
        left_alone.step()
        looked.agents.shuffle_do("step")
        looked.households.sort("resources", inplace=True).get(["age", "area"])
        looked.households.groupby("area").agg("income", np.mean)
        looked.places[0].households.do(lambda household: household.members)
        looked.random.random()
        looked.rng.random()
    assert_same(looked, left_alone)


# What the constructor takes


def test_settings_and_scenarios_reach_the_town() -> None:
    model = ran(
        BeboerModel(scenario="flexible-off", scale=0.02, settings={"letting.assignment_share": 0.5}, preset="null"), 1
    )
    assert model.town.context.levers["letting.assignment_share"].max() == 0.5  # type: ignore[union-attr]
    assert model.town.plan.scenario.id == "flexible-off"
    assert model.town.plan.preset == "null"


def test_a_setting_can_be_a_keyword() -> None:
    as_keyword = BeboerModel(**SMALL, seed=1, **{"letting.assignment_share": 0.5})
    as_setting = BeboerModel(**SMALL, seed=1, settings={"letting.assignment_share": 0.5})
    assert_same(ran(as_keyword, 3), ran(as_setting, 3))
    assert as_keyword.municipalities[0].assignment_share == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"scal": 0.1}, r"^scal is not a lever, switch or parameter\. Did you mean scale\?$"),
        ({"settings": {"letting.asignment_share": 0.1}}, r"Did you mean letting\.assignment_share\?"),
        ({"letting.assignment_share": 25}, r"letting\.assignment_share = 25 is outside 0 to 1\. A share is .* 0\.25"),
        ({"settings": {"letting.assignment_share": "many"}}, r'letting\.assignment_share = "many" is not a number'),
        ({"scenario": "flexible-of"}, r"Did you mean flexible-off\?"),
        ({"place": "Svenborg"}, r"Did you mean Svendborg\?"),
        ({"place": []}, r"no municipality is given"),
        ({"place": [3]}, r"3 is not a Danish municipality"),
        ({"preset": "nul"}, r"Did you mean null\?"),
        ({"scale": 0.0}, r"scale = 0\.0 is not above 0 and at most 1"),
        ({"scale": 10}, r"scale = 10 is not above 0 and at most 1"),
        ({"scale": "0.1"}, r"scale = '0\.1' is not above 0"),
        ({"start": 2016}, r"start = 2016 is not a year from 2010 to 2015"),
        ({"start": 2015.0}, r"start = 2015\.0 is not a year"),
        ({"until": 2015}, r"until = 2015 is not a year after start = 2015"),
        ({"seed": -1}, r"seed = -1 is not a whole number from 0 to 2\*\*64 - 1"),
        ({"seed": 2**64}, r"seed = 18446744073709551616 is not a whole number"),
        ({"seed": 1.5}, r"seed = 1\.5 is not a whole number"),
        ({"rng": "1"}, r"rng = '1' is not a whole number"),
        ({"seed": 1, "rng": 1}, r"seed and rng are both given"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        BeboerModel(**{**SMALL, **given})


def test_numbers_of_numpy_are_numbers() -> None:
    given = {
        "scale": np.float64(0.01), "until": np.int64(2016), "seed": np.uint64(2**64 - 1),
        "letting.assignment_share": np.float64(0.5),
    }  # fmt: skip
    model = BeboerModel(place="Svendborg", **given)
    assert_same(model, BeboerModel(**SMALL, seed=2**64 - 1, settings={"letting.assignment_share": 0.5}))


def test_a_page_can_make_the_model_anew_from_flat_keywords(model: BeboerModel) -> None:
    """SolaraViz takes names that the signature has, or any if it ends with `**kwargs`; and none but keywords."""
    parameters = inspect.signature(BeboerModel.__init__).parameters
    assert parameters["kwargs"].kind is inspect.Parameter.VAR_KEYWORD
    assert not [one for one in parameters.values() if one.kind is inspect.Parameter.VAR_POSITIONAL]
    assert all(one.default is not one.empty for one in parameters.values() if one.name not in ("self", "kwargs"))
    again = type(model)(**{**SMALL, "scenario": "flexible-off", "letting.assignment_share": 0.1, "seed": 3})
    assert again.town.plan.scenario.id == "flexible-off"


def test_mesas_own_scenario_object_is_kept_out_of_ours(model: BeboerModel) -> None:
    """Mesa 3.5 would put `model.scenario`, if there is one, into our keyword when a page is reset."""
    assert not model.scenario


# Seeds


def test_a_seed_decides_everything() -> None:
    assert_same(ran(BeboerModel(**SMALL, seed=5), 4), ran(BeboerModel(**SMALL, seed=5), 4))
    fifth, sixth = (BeboerModel(**SMALL, seed=seed).households.get(["unique_id", "age"]) for seed in (5, 6))
    assert fifth != sixth


def test_a_whole_number_means_the_same_as_seed_and_as_rng() -> None:
    as_seed, as_rng = BeboerModel(**SMALL, seed=7), BeboerModel(**SMALL, rng=7)
    assert as_seed.seed == as_rng.seed == 7
    assert_same(as_seed, as_rng)
    assert as_seed.random.random() == as_rng.random.random()
    assert as_seed.rng.random() == as_rng.rng.random()


@pytest.mark.parametrize(
    "make",
    [
        lambda: np.random.default_rng(3),
        lambda: np.random.PCG64(3),
        lambda: np.random.SeedSequence(3),
        lambda: [3, 1, 4],
    ],
    ids=["Generator", "BitGenerator", "SeedSequence", "sequence"],
)
def test_what_makes_a_generator_of_numpys_is_a_seed(make: Callable[[], Any]) -> None:
    one, other = BeboerModel(**SMALL, rng=make()), BeboerModel(**SMALL, rng=make())
    assert one.seed == other.seed
    assert_same(one, other)
    assert one.rng.random() == other.rng.random()
    assert 0 <= one.seed < 2**64


def test_a_generator_that_is_given_is_the_models() -> None:
    given = np.random.default_rng(3)
    assert BeboerModel(**SMALL, rng=given).rng is given


def test_without_a_seed_one_is_drawn_and_told() -> None:
    drawn = BeboerModel(**SMALL)
    assert_same(ran(drawn, 2), ran(BeboerModel(**SMALL, seed=drawn.seed), 2))
    assert len({BeboerModel(**SMALL).seed for _ in range(3)}) == 3  # two of 2**32 alike: less than one in a billion


# Several models, and the end of one


def test_models_in_one_process_do_not_disturb_each_other() -> None:
    settings = ({"seed": 1}, {"seed": 2, "scenario": "flexible-off"}, {"seed": 1, "place": "Odense"})
    apart = [ran(BeboerModel(**{**SMALL, **given}), 13) for given in settings]
    together = [BeboerModel(**{**SMALL, **given}) for given in settings]
    for _ in range(13):
        for model in together:
            model.step()
            model.households[0].note = model.seed
            model.households.shuffle_do("step")
    for one, other in zip(apart, together, strict=True):
        assert_same(one, other)
    assert not set(together[0]._windows.values()) & set(together[1]._windows.values())


@pytest.mark.parametrize(
    "again", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["deepcopy", "pickle"]
)
def test_a_copied_model_goes_on_as_the_first_would(again: Callable[[BeboerModel], BeboerModel]) -> None:
    model = ran(BeboerModel(place="Svendborg", scale=0.02, until=2017, seed=1), 5)
    straight = ran(BeboerModel(place="Svendborg", scale=0.02, until=2017, seed=1), 15)
    model.households.sort("age", inplace=True)
    model.households[3].note = "three"
    copied = again(model)
    order, noted = model.households.get("unique_id"), model.households[3].unique_id
    assert copied.households.get("unique_id") == order
    assert copied.window(noted).note == "three"
    assert copied.window(noted).model is copied is not model
    assert copied.random.random() == model.random.random()
    ran(copied, 10)
    assert_same(copied, straight)
    assert copied.steps == 15
    pd.testing.assert_frame_equal(
        copied.datacollector.get_model_vars_dataframe(), straight.datacollector.get_model_vars_dataframe()
    )
    assert model.steps == 5, "the copy shares nothing with the first"
    assert_same(ran(model, 10), straight)


def test_a_copied_model_numbers_new_agents_on() -> None:
    class Journalist(mesa.Agent):
        pass

    model = BeboerModel(**SMALL, seed=1)
    copied = copy.deepcopy(model)
    one, other = Journalist(copied), Journalist(model)
    for agents in (copied.agents, model.agents):
        ids = agents.get("unique_id")
        assert len(set(ids)) == len(ids)
    assert one.unique_id == other.unique_id


def test_windows_are_not_what_a_pickle_is_made_of() -> None:
    """As many households more make a pickle larger by their rows; looking at them adds less than 100 bytes each."""
    model = BeboerModel(place="Svendborg", scale=0.05, until=2016, seed=1)
    bare = len(pickle.dumps(model))
    assert len(list(model.households)) > 1000
    assert len(pickle.dumps(model)) - bare < 100 * len(model.households)


class Observer(mesa.Agent):
    """An agent of the user's own: Mesa 3.3.1 counts it where it would keep the model."""


def test_a_finished_model_is_collected() -> None:
    def whole_life() -> tuple[weakref.ref[BeboerModel], weakref.ref[Household], weakref.ref[Area]]:
        model = BeboerModel(**SMALL, seed=1)
        Observer(model)
        model.datacollector = ColumnCollector(agent_reporters={"size": "size"})
        model.run_model()
        model.agents.shuffle_do("step")
        model.households.groupby("area").agg("age", np.mean)
        _ = model.datacollector.get_agent_vars_dataframe()
        return weakref.ref(model), weakref.ref(model.households[0]), weakref.ref(model.places[0])

    left = [whole_life() for _ in range(3)]
    gc.collect()
    assert [one() for held in left for one in held] == [None] * 9


def test_a_copy_is_collected_as_well() -> None:
    model = BeboerModel(**SMALL, seed=1)
    for make in (copy.deepcopy, lambda given: pickle.loads(pickle.dumps(given))):
        again = make(model)
        Observer(again)
        left = weakref.ref(again)
        del again
        gc.collect()
        assert left() is None


# batch_run


class Reporting(BeboerModel):
    """A model with reporters of its own, as one writes it for `mesa.batch_run`."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.datacollector = ColumnCollector(
            model_reporters={"population": lambda model: model.headlines["population"], "seed": "seed"},
            agent_reporters={"id": "unique_id"},
        )
        self.datacollector.collect(self)


def batch_run(kind: type, seeds: list[int], parameters: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    """Call `mesa.batch_run` as its version wants seeds: an argument of its own in 3.5, a parameter in 3.3.1."""
    if "rng" in inspect.signature(mesa.batch_run).parameters:
        options["rng"] = seeds
    else:
        parameters = {**parameters, "seed": seeds}
    rows: list[dict[str, Any]] = mesa.batch_run(kind, {**SMALL, **parameters}, display_progress=False, **options)
    return rows


def test_batch_run_runs_scenarios_on_the_same_seeds() -> None:
    """Rows are labelled with the month they tell of; Mesa before 3.5 leaves the last month out."""
    rows = batch_run(BeboerModel, [1, 2], {"scenario": ["law", "flexible-off"]}, data_collection_period=1)
    frame = pd.DataFrame(rows)
    assert frame["RunId"].nunique() == 4
    assert frame.groupby(["scenario", "seed"]).ngroups == 4
    for (scenario, seed), run in frame.groupby(["scenario", "seed"]):
        model = BeboerModel(**SMALL, scenario=scenario, seed=seed)
        model.run_model()
        told = model.datacollector.get_model_vars_dataframe()
        assert run["Step"].tolist() == list(range(12 if MESA < (3, 5) else 13))
        for name in ("date", "population", "stigma"):
            assert run[name].tolist() == told[name].loc[run["Step"].astype(int)].tolist()


def test_batch_run_varies_a_lever_and_reports_agents() -> None:
    shares = [0.0, 0.25]
    frame = pd.DataFrame(batch_run(Reporting, [1], {"letting.assignment_share": shares}, data_collection_period=6))
    assert sorted(frame["letting.assignment_share"].unique()) == shares
    for (share, step), at_once in frame.groupby(["letting.assignment_share", "Step"]):
        model = ran(Reporting(**SMALL, seed=1, **{"letting.assignment_share": share}), int(step))
        assert at_once["AgentID"].tolist() == model.agents.get("unique_id")
        assert set(at_once["population"]) == {model.headlines["population"]}


def test_batch_run_makes_runs_of_their_own_without_seeds() -> None:
    repeated = {"iterations": 3} if MESA < (3, 4) else {"rng": [None] * 3}
    rows = mesa.batch_run(BeboerModel, SMALL, max_steps=1, display_progress=False, **repeated)
    assert len({row["seed"] for row in rows}) == len(rows) == 3  # two of 2**32 alike: less than one in a billion


def test_batch_run_runs_in_several_processes() -> None:
    one, two = (
        sorted(batch_run(BeboerModel, [1, 2], {}, number_processes=number, max_steps=3), key=lambda row: row["RunId"])
        for number in (1, 2)
    )
    assert json.dumps(one) == json.dumps(two)  # the words of numbers: a rate of nothing is NaN in both
