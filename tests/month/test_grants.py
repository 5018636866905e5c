from __future__ import annotations

import numpy as np
import pytest

from beboersim.month.ledger import FLOW
from beboersim.month.money import children_in_need, grant_dose, grant_ends, steered
from beboersim.policy.catalogue import Value
from beboersim.world.codes import NAMED_AREA
from beboersim.world.names import area_key
from small_towns import ROOM, START, differing, has_run, log_of, small_town

CUT = START.replace(year=2019)
SHARE = 0.25


def test_the_frame_of_2015_with_a_quarter_local_money_is_a_whole_dose() -> None:
    assert grant_dose(235e6, 235e6, SHARE, SHARE, 0.0) == 1.0
    assert grant_dose(135e6, 235e6, SHARE, SHARE, 0.0) == pytest.approx(135 / 235)
    assert grant_dose(0.0, 235e6, SHARE, SHARE, 0.0) == 0.0


def test_a_municipality_can_make_a_cut_good_but_takes_nothing_of_a_rise() -> None:
    assert grant_dose(135e6, 235e6, SHARE, SHARE, 1.0) == pytest.approx(1.0)
    assert grant_dose(135e6, 235e6, SHARE, SHARE, 0.5) == pytest.approx(0.5 * (1 + 135 / 235))
    assert grant_dose(300e6, 235e6, SHARE, SHARE, 1.0) == pytest.approx(300 / 235)


def test_more_local_money_makes_a_plan_larger() -> None:
    assert grant_dose(235e6, 235e6, 0.5, SHARE, 0.0) == pytest.approx(1.5)


def test_every_areas_grant_ends_once_in_a_cycle_and_the_ends_are_spread() -> None:
    keys = [area_key("Aarhus", f"area {n}") for n in range(200)]
    ends = np.array([[grant_ends(key, month, 48) for month in range(24180, 24180 + 96)] for key in keys])
    assert (ends[:, :48].sum(axis=1) == 1).all()
    assert (ends[:, :48] == ends[:, 48:]).all()
    assert ends[:, :24].sum() == pytest.approx(100, abs=36)  # five standard deviations
    assert ends[:, :48].sum(axis=0).max() <= 15


def test_an_area_is_known_by_municipality_and_name() -> None:
    assert area_key("Aarhus", "Toveshøj") == area_key("Aarhus", "Toveshøj")
    assert area_key("Aarhus", "Toveshøj") != area_key("Odense", "Toveshøj")
    assert 0 <= area_key("Aarhus", "Toveshøj") < 2**56


def test_a_cut_bites_as_the_grants_run_out() -> None:
    town = small_town(("København", "Aarhus", "Høje-Taastrup"), scale=0.005, months=12 * 9)
    town.run(CUT)
    c = town.context
    named = np.flatnonzero(c.world.areas.kind == NAMED_AREA)
    assert (c.dose[named] == 1.0).all()
    assert (np.delete(c.dose, named) == 1.0).all()  # no plan, nothing to cut
    after = []
    for _ in range(48):
        town.step()
        after.append(np.isclose(c.dose[named], 135 / 235).mean())
    assert after == sorted(after)
    assert 0.0 < after[23] < 1.0
    assert after[-1] == 1.0
    assert len(set(after)) > 5  # in many steps, not at once
    town.run(town.until)
    assert np.allclose(c.dose[named], 135 / 235)


def test_without_the_cut_the_doses_stay_and_before_it_the_worlds_are_one() -> None:
    law, kept = (
        small_town(("Aarhus",), scale=0.02, months=12 * 8, events=ROOM, scenario=name) for name in ("law", "no-cut")
    )
    for town in (law, kept):
        town.run(CUT)
    assert (log_of(law) == log_of(kept)).all()
    assert differing(law.monthly, kept.monthly) == set()
    named = law.world.areas.kind == NAMED_AREA
    while (law.context.dose[named] == 1.0).all():
        assert differing(law.monthly, kept.monthly) == set()
        law.step()
        kept.step()
    has_run(law)
    has_run(kept)
    assert (kept.context.dose[named] == 1.0).all()
    assert "programme_spend" in differing(law.monthly, kept.monthly)


def test_money_spent_follows_the_dose_and_the_residents() -> None:
    town = small_town(("Aarhus",), scale=0.02, months=2)
    town.step()
    c = town.context
    spent = c.ledger.flows[FLOW["programme_spend"]]
    per_resident = c.parameters.money.spend_per_resident / (1.0 - SHARE) / 12.0
    places = c.world.places
    named = c.world.areas.kind == NAMED_AREA
    np.testing.assert_allclose(
        spent[:places], named[:places] * c.dose[:places] * per_resident * c.measurement.sums[:, 0]
    )
    assert (spent[places:] == 0).all()
    assert spent.sum() > 0


def test_a_municipality_that_watches_children_moves_money_and_makes_none() -> None:
    """C-53, assumption: half of the money by children in homes of low income; by default none, nor unwatched."""
    watched: dict[str, Value] = {"substance.health_indicators": True}
    half: dict[str, Value] = {"money.steering": 0.5}
    for settings in ({}, watched, half, watched | half | {"funding.steering_on_money": False}):
        assert (steered(small_town(("Aarhus",), settings=settings).context) == 1.0).all()
    c = small_town(("Aarhus",), settings=watched | half).context
    named, moved = c.named_areas, steered(c)
    assert moved[named] == pytest.approx(0.5 + 0.5 * children_in_need(c)[named])
    assert np.ptp(moved[named]) > 0.05
    assert np.average(moved[named], weights=c.measurement.residents[named]) == pytest.approx(1.0)
    assert (np.delete(moved, named) == 1.0).all()
