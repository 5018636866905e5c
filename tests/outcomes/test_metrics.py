"""Every metric of the catalogue is computed, from the counts alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from beboersim.outcomes import segregation
from beboersim.outcomes.counts import COUNTS, NAMES
from beboersim.outcomes.metrics import ADDED, area_metrics, metrics, municipality_metrics, ratios

GROUPS = np.array([0, 0, 1])


def a_town() -> dict[str, np.ndarray]:
    """Three areas in two municipalities, with counts that could be."""
    town = {name: np.array([10.0, 20, 30]) for name in NAMES}
    town |= {
        "residents": np.array([1000.0, 2000, 3000]),
        "age_18_64": np.array([600.0, 1200, 1800]),
        "working": np.array([200.0, 800, 1500]),
        "outside": np.array([300.0, 200, 100]),
        "age_30_59": np.array([400.0, 800, 1200]),
        "taxpayers": np.array([500.0, 1000, 1500]),
        "low_income": np.array([250.0, 200, 100]),
        "high_income": np.array([20.0, 200, 500]),
        "nonwestern_immigrants": np.array([500.0, 100, 0]),
        "nonwestern_descendants": np.array([100.0, 100, 30]),
        "stigma": np.array([0.8, 0.2, 0.0]),
        "dwellings_social": np.array([400.0, 700, 0]),
        "households_in": np.array([40.0, 70, 0]),
        "offers": np.array([50.0, 40, 0]),
        "refusals": np.array([20.0, 4, 0]),
        "offers_resourceful": np.array([10.0, 20, 0]),
        "refusals_resourceful": np.array([8.0, 2, 0]),
        "status": np.array([3, 0, 0]),
    }
    return town


def test_every_metric_of_the_catalogue_is_computed_and_nothing_else() -> None:
    here, around = area_metrics(a_town(), GROUPS), municipality_metrics(a_town(), GROUPS)
    assert set(here) | {"listed_status"} == {metric.id for metric in metrics() if "area" in metric.levels}
    assert set(around) == {metric.id for metric in metrics() if "municipality" in metric.levels}


def test_every_metric_has_words_in_both_languages() -> None:
    for metric in metrics():
        for text in (*metric.label, *metric.sentence, metric.formula, metric.unit):
            assert text
            assert "{" not in text
        assert metric.sentence.en.endswith(".")
        assert metric.sentence.da.endswith(".")


def test_metric_names_are_unique() -> None:
    assert len({metric.id for metric in metrics()}) == len(metrics())


def test_ratios_use_recorded_counts_only() -> None:
    for ratio in ratios().values():
        assert set(ratio.top + ratio.bottom) <= set(NAMES)


def test_a_count_of_one_area_alone_is_not_added() -> None:
    for count in COUNTS:
        if count.name in ("stigma", "outside_work_share", "years_listed", "margin_residents", "income_ratio"):
            assert count.name not in ADDED


def test_shares_of_a_municipality_are_of_the_sums() -> None:
    found = municipality_metrics(a_town(), GROUPS)
    assert found["share_working"] == pytest.approx(np.array([1000 / 1800, 1500 / 1800]))
    assert found["population"] == pytest.approx(np.array([3000, 3000]))


def test_dissimilarity_is_that_of_the_municipality_s_own_areas() -> None:
    town = a_town()
    found = municipality_metrics(town, GROUPS)
    both = segregation.dissimilarity([600, 200], [1000, 2000])
    assert found["dissimilarity"][0] == pytest.approx(float(both))
    assert found["dissimilarity"][1] == 0


def test_stigma_of_a_municipality_is_weighted_by_residents() -> None:
    assert municipality_metrics(a_town(), GROUPS)["stigma"][0] == pytest.approx((800 + 400) / 3000)


def test_an_empty_area_without_a_reputation_does_not_hide_the_town_s() -> None:
    town = a_town()
    town["residents"] = np.array([1000.0, 0, 3000])
    town["stigma"] = np.array([0.8, np.nan, 0.0])
    assert municipality_metrics(town, GROUPS)["stigma"] == pytest.approx(np.array([0.8, 0.0]))


def test_the_list_counts_statuses_from_udsat_up() -> None:
    town = a_town() | {"status": np.array([1, 2, 4])}
    found = municipality_metrics(town, GROUPS)
    assert found["listed_areas"].tolist() == [1, 1]
    assert found["listed_residents"].tolist() == [2000, 3000]
    assert found["share_in_listed"] == pytest.approx(np.array([2 / 3, 1]))
    assert found["outside_elsewhere"].tolist() == [300, 0]


def test_refusal_gap_is_resourceful_less_others() -> None:
    assert area_metrics(a_town(), GROUPS)["refusal_gap"][0] == pytest.approx(0.8 - 12 / 40)


def test_turnover_is_per_year_whatever_the_period() -> None:
    assert area_metrics(a_town(), GROUPS)["turnover"][0] == pytest.approx(0.1)
    assert area_metrics(a_town(), GROUPS, months=1)["turnover"][0] == pytest.approx(1.2)


def test_distance_to_surroundings_is_nil_for_an_area_that_is_its_whole_municipality() -> None:
    distance = area_metrics(a_town(), GROUPS)["surroundings_distance"]
    assert distance[2] == pytest.approx(0, abs=1e-12)
    assert distance[0] > distance[1] > 0


def test_nothing_over_nothing_is_missing() -> None:
    assert np.isnan(area_metrics(a_town(), GROUPS)["turnover"][2])
    assert np.isnan(area_metrics(a_town(), GROUPS)["refusal_rate"][2])


def test_flows_that_were_not_recorded_are_missing() -> None:
    first = {name: column for name, column in a_town().items() if name not in ("refusals", "offers", "status")}
    found = municipality_metrics(first, GROUPS)
    assert np.isnan(found["refusal_rate"]).all()
    assert np.isnan(found["listed_areas"]).all()
    assert np.isfinite(found["share_working"]).all()


def test_a_history_gives_what_its_months_give() -> None:
    def stack(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: np.stack([one[name], other[name]]) for name in one}

    town = a_town()
    later = town | {"outside": np.array([100.0, 300, 250]), "working": np.array([300.0, 700, 1200])}
    history = municipality_metrics(stack(town, later), GROUPS)
    for row, month in enumerate((town, later)):
        for name, value in municipality_metrics(month, GROUPS).items():
            assert history[name][row] == pytest.approx(value, nan_ok=True), name
