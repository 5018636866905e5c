"""The agents' engine: every household asked one after the other gives the town that the kernels give."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.agents import stepping
from beboersim.errors import InputError
from beboersim.model import BeboerModel
from beboersim.month.order import MONTH
from beboersim.month.work import work
from small_towns import assert_consistent, differing

ROOM = 100_000  # events


def model(engine: str, scale: float, **settings: object) -> BeboerModel:
    return BeboerModel(scale=scale, seed=3, until=2019, engine=engine, events=ROOM, **settings)


def test_agents_and_kernels_write_the_same_event_log_row_for_row() -> None:
    kernels, agents = model("kernels", 0.07), model("agents", 0.07)
    assert 1900 < len(kernels.households) < 2200
    for _ in range(36):
        kernels.step()
        agents.step()
    assert 4000 < len(kernels.town.events) < ROOM
    np.testing.assert_array_equal(agents.town.events, kernels.town.events)
    assert not differing(agents.town.monthly, kernels.town.monthly)
    assert_consistent(agents.town)


def test_the_order_is_the_months_and_only_questions_to_people_are_asked_another_way() -> None:
    asked = stepping.month_of(model("agents", 0.01))
    assert len(asked) == len(MONTH)
    names = [process.__name__ for process, other in zip(MONTH, asked, strict=True) if process is not other]
    assert names == ["demography", "schooling", "work", "crime", "leaving"]


def test_asking_changes_nothing_and_a_second_time_gives_the_same_answers() -> None:
    one = model("agents", 0.02)
    c, before = one.town.context, one.town.world.persons.activity.copy()
    trades = stepping.work.market(c)
    first = stepping.answers(household.about_work(trades) for household in stepping.everyone(one))
    second = stepping.answers(household.about_work(trades) for household in stepping.everyone(one))
    assert len(first[0]) > 0
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(before, one.town.world.persons.activity)
    work(c)
    assert (one.town.world.persons.activity != before).any()


def test_households_at_the_gate_and_elsewhere_are_asked_too() -> None:
    one = model("agents", 0.02)
    households, used = one.town.world.households, int(one.town.world.used[1])
    assert len(list(stepping.everyone(one))) == (households.head[:used] >= 0).sum() > len(one.households)


def test_an_unknown_engine_is_told_in_a_sentence() -> None:
    with pytest.raises(InputError, match=r"engine = 'agent' is not one of kernels, agents\. Did you mean agents"):
        BeboerModel(scale=0.01, engine="agent")
    with pytest.raises(InputError, match="events = -1 is not a whole number from 0"):
        BeboerModel(scale=0.01, events=-1)
