from __future__ import annotations

import numpy as np
import pytest

from beboersim.month.stigma import Stigma, as_spoken_of, listed_level, next_salience, next_stigma, stigma_target
from beboersim.policy.catalogue import PRESETS, catalogue, of_kind
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import of_plan
from beboersim.world.codes import NEIGHBOURHOOD
from small_towns import small_town

P = of_plan(Plan(Scenario.load("law")), "stigma", Stigma)


def target(**changed: float) -> float:
    facts: dict[str, float] = dict(
        status=3, years_listed=5.0, public=1.0, ethnicity_criterion=1.0, non_western=0.6, salience=0.5, conditions=0.7
    )
    facts |= changed
    return stigma_target(
        int(facts["status"]), facts["years_listed"], facts["public"], facts["ethnicity_criterion"],
        facts["non_western"], facts["salience"], facts["conditions"], P,
    )  # fmt: skip


def test_a_heavier_status_weighs_more() -> None:
    levels = [listed_level(status, P) for status in range(5)]
    assert levels[0] == 0.0
    assert levels == sorted(levels)
    assert levels[4] <= 1.0


@pytest.mark.parametrize(
    ("fact", "low", "high"),
    [("years_listed", 0.0, 10.0), ("public", 0.0, 1.0), ("non_western", 0.1, 0.9), ("salience", 0.0, 1.0),
     ("conditions", 0.0, 1.0), ("ethnicity_criterion", 0.0, 1.0), ("status", 0, 4)],
)  # fmt: skip
def test_each_ground_feeds_the_reputation(fact: str, low: float, high: float) -> None:
    assert target(**{fact: low}) < target(**{fact: high})


def test_without_a_public_list_only_media_and_conditions_are_left() -> None:
    assert target(public=0.0) == pytest.approx(P.media * 0.5 + P.conditions * 0.7, rel=1e-12)


def test_a_harsher_tone_is_heard_without_a_list() -> None:
    quiet = target(public=0.0)
    assert as_spoken_of(quiet, 0.0) == quiet
    assert as_spoken_of(quiet, 0.1) == pytest.approx(quiet + 0.1)
    assert as_spoken_of(quiet, -0.1) == pytest.approx(quiet - 0.1)
    assert (as_spoken_of(quiet, 9.0), as_spoken_of(quiet, -9.0)) == (1.0, 0.0)


def test_without_the_criterion_the_share_of_origin_does_not_count() -> None:
    assert target(ethnicity_criterion=0.0, non_western=0.1) == target(ethnicity_criterion=0.0, non_western=0.9)


def test_an_unlisted_quiet_area_without_problems_has_no_stigma() -> None:
    assert target(status=0, years_listed=0.0, salience=0.0, conditions=0.0) == 0.0


def test_with_all_weights_at_zero_there_is_no_stigma() -> None:
    nothing = P._replace(listed=0.0, years=0.0, ethnicity=0.0, media=0.0, conditions=0.0)
    assert stigma_target(4, 9.0, 1.0, 1.0, 1.0, 1.0, 1.0, nothing) == 0.0


@pytest.mark.parametrize("preset", PRESETS)
def test_reputation_stays_between_0_and_1_in_every_preset(preset: str) -> None:
    p = of_plan(Plan(Scenario.load("law"), preset), "stigma", Stigma)  # type: ignore[arg-type]
    assert 0.0 <= stigma_target(4, 1e6, 1.0, 1.0, 1.0, 1.0, 1.0, p) <= 1.0 + 1e-12


def test_reputation_rises_faster_than_it_falls() -> None:
    up = next_stigma(0.4, 0.8, P.half_life_up, P.half_life_down) - 0.4
    down = 0.4 - next_stigma(0.4, 0.0, P.half_life_up, P.half_life_down)
    assert up > down > 0.0
    assert next_stigma(0.4, 0.4, P.half_life_up, P.half_life_down) == 0.4


def test_attention_is_lifted_by_a_publication_and_forgotten() -> None:
    lifted = next_salience(0.0, 1.0, 0.9, 0.6)
    assert lifted == 0.6
    assert next_salience(lifted, 0.0, 0.9, 0.6) == pytest.approx(0.54)
    assert next_salience(0.9, 1.0, 1.0, 0.6) == 0.9  # news does not lower it


def test_private_neighbourhoods_have_no_reputation() -> None:
    town = small_town(months=14)
    town.run(town.until)
    areas = town.world.areas
    private = areas.kind == NEIGHBOURHOOD
    assert (areas.stigma[private] == 0.0).all()
    assert (areas.stigma[~private][: int((~private).sum()) - 2] > 0.0).any()
    inside = town.context.parameters.stigma.inside
    np.testing.assert_allclose(areas.stigma_inside, inside * areas.stigma, rtol=1e-12)


def test_years_on_the_list_have_left_their_mark_at_the_start() -> None:
    town = small_town(("Aarhus",), scale=0.02)
    areas, places = town.world.areas, town.world.places
    listed = areas.years_listed[:places] > 0
    assert areas.stigma[:places][listed].min() > areas.stigma[:places][~listed].max()


def test_every_link_of_stigma_has_a_switch() -> None:
    switches = {q.name for q in of_kind("switch")}
    assert {"stigma.on_applying", "stigma.on_refusing", "stigma.on_leaving", "stigma.on_callbacks"} <= switches
    assert all(catalogue()[name].type == "flag" for name in switches)
