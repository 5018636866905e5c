"""Nobody vanishes: every person and home is accounted for, area by area and month by month."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from beboersim.town import Town
from small_towns import has_run, small_town

TOWNS = [
    (("Svendborg",), 0.05, "law"),
    (("Aarhus", "Odense"), 0.03, "law"),
    (("Aarhus", "Odense"), 0.03, "flexible-off"),
    (("Svendborg",), 0.3, "law"),
]


@pytest.fixture(scope="module", params=TOWNS, ids=[f"{'+'.join(t[0])} {t[1]} {t[2]}" for t in TOWNS])
def town(request: pytest.FixtureRequest) -> Town:
    places, scale, scenario = request.param
    return has_run(small_town(places, scale=scale, scenario=scenario, months=60))


def test_residents_change_by_births_deaths_and_moves_in_every_area_and_month(town: Town) -> None:
    for before, now in pairwise(town.monthly):
        c = now.counts
        change = c["births"] + c["arrivals"] + c["moves_in"] - c["deaths"] - c["departures"] - c["moves_out"]
        assert (c["residents"] == before.counts["residents"] + change).all(), now.date


def test_moves_within_the_town_sum_to_zero(town: Town) -> None:
    for record in town.monthly[1:]:
        assert record.counts["moves_in"].sum() == record.counts["moves_out"].sum(), record.date


def test_every_let_home_has_a_route(town: Town) -> None:
    routes = ("let_rehousing", "let_assigned", "let_flexible", "let_internal", "let_list", "let_other")
    for record in town.monthly[1:]:
        let = np.sum([record.counts[name] for name in routes], axis=0)
        assert (let == record.counts["households_in"]).all()
        assert (record.counts["let_local_youth"] <= record.counts["let_flexible"]).all()


def test_residents_are_counted_once_by_origin_and_by_age(town: Town) -> None:
    for record in town.monthly:
        c = record.counts
        by_origin = c["danish"] + c["western"] + c["nonwestern_immigrants"] + c["nonwestern_descendants"]
        assert (by_origin == c["residents"]).all()
        assert (c["age_0_17"] + c["age_18_64"] + c["age_65"] == c["residents"]).all()
        assert (c["working"] + c["studying"] + c["outside"] <= c["age_18_64"]).all()
        assert (c["basic_education"] <= c["basic_education_danish"]).all()
        assert (c["lodged_households"] <= c["lodged_persons"]).all()


def test_homes_are_let_or_vacant(town: Town) -> None:
    for record in town.monthly:
        c = record.counts
        free = c["dwellings_social"] + c["dwellings_private"] - c["households"]
        assert (free >= c["vacant_social"] + c["vacant_private"]).all()
        assert (c["dwellings_owner"] <= c["dwellings_private"]).all()


def test_homes_become_fewer_only_by_a_plan(town: Town) -> None:
    for before, now in pairwise(town.monthly):
        c, b = now.counts, before.counts
        assert (c["dwellings_social"] >= b["dwellings_social"] - c["demolished"] - c["sold"]).all()
        assert (c["dwellings_private"] >= b["dwellings_private"] + c["sold"] + c["infill"]).all()
        assert (c["rehoused_within"] <= c["rehoused_from"]).all()
        assert c["rehoused_from"].sum() == c["let_rehousing"].sum()


def test_the_years_flows_are_the_sums_of_the_months(town: Town) -> None:
    flows = ("births", "deaths", "arrivals", "departures", "moves_in", "moves_out", "let_list", "offers", "refusals")
    for year in town.yearly[1:]:
        months = [r for r in town.monthly[1:] if year.date.replace(year=year.date.year - 1) < r.date <= year.date]
        assert len(months) == 12
        for name in flows:
            assert (year.counts[name] == np.sum([m.counts[name] for m in months], axis=0)).all()
        assert (year.counts["residents"] == months[-1].counts["residents"]).all()


def test_parts_are_never_more_than_the_whole(town: Town) -> None:
    for record in town.monthly[1:]:
        c = record.counts
        for part, whole in (
            ("refusals", "offers"), ("offers_resourceful", "offers"), ("refusals_resourceful", "offers_resourceful"),
            ("avoided", "considered"), ("avoided_resourceful", "considered_resourceful"), ("job_starts", "job_chances"),
        ):  # fmt: skip
            assert (c[part] <= c[whole]).all(), part
        assert all(
            (values >= 0).all() for name, values in c.items() if name in ("births", "deaths", "offers", "convicted")
        )
