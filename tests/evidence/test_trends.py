from __future__ import annotations

import math
from itertools import pairwise

import pytest

from beboersim.errors import InputError
from beboersim.evidence import trends
from beboersim.evidence.series import series


def test_a_series_is_straight_between_and_flat_outside() -> None:
    line = series([(2012.0, 3.0), (2010.0, 1.0)], "test")
    assert [line(year) for year in (2009, 2010, 2010.5, 2012, 2020)] == [1.0, 1.0, 1.5, 3.0, 3.0]
    assert [line.reading(year) for year in (2009, 2010, 2010.5, 2012, 2020)] == [
        "extrapolated", "read", "interpolated", "read", "extrapolated",
    ]  # fmt: skip


def test_three_times_the_reference_is_the_published_line() -> None:
    assert [round(3 * trends.convicted_reference(year), 12) for year in (2018, 2019, 2020)] == [0.0198, 0.0203, 0.0227]
    assert 2 * trends.convicted_reference(2022) == pytest.approx(0.0145)
    assert trends.convicted_reference(2030) == trends.convicted_reference(2023)


def test_regional_income_is_read_then_follows_the_nation_then_the_assumption() -> None:
    assert trends.regional_gross_income("Hovedstaden", 2015) == 356570
    growth = trends.regional_gross_income("Sjælland", 2024) / trends.regional_gross_income("Sjælland", 2016)
    assert growth == pytest.approx(287766 / 223726)
    later = trends.regional_gross_income("Sjælland", 2026) / trends.regional_gross_income("Sjælland", 2024)
    assert later == pytest.approx(1.025**2)
    with pytest.raises(InputError, match=r"Sjaelland is not a region. Did you mean Sjælland\?"):
        trends.regional_gross_income("Sjaelland", 2015)


def test_employment_moves_from_52_to_66_per_cent_and_stays() -> None:
    change = trends.nonwestern_employment_logit_trend(2022)
    assert 1 / (1 + math.exp(-(trends.logit(0.52) + change))) == pytest.approx(0.664)
    assert trends.nonwestern_employment_logit_trend(2015) == 0
    assert trends.nonwestern_employment_logit_trend(2010) < 0
    assert trends.nonwestern_employment_logit_trend(2030) == change
    assert trends.danish_employment_logit_trend(2015) == 0
    assert 0 < trends.danish_employment_logit_trend(2022) < change


@pytest.mark.parametrize("year", [2008, 2012.5, 2015, 2023, 2040])
def test_births_by_age_add_up_to_total_fertility(year: float) -> None:
    rates = trends.fertility_rates(year)
    assert 5 * sum(band.rate for band in rates) == pytest.approx(trends.total_fertility(year))
    assert (rates[0].age_from, rates[-1].age_to) == (15, 49)


def test_mortality_covers_every_age_and_rises_with_it() -> None:
    for sex in ("men", "women"):
        rates = trends.mortality(sex)
        assert rates[0].age_from == 0
        assert all(low.age_to + 1 == high.age_from for low, high in pairwise(rates))
        assert [band.rate for band in rates[8:]] == sorted(band.rate for band in rates[8:])
    assert trends.mortality("men")[10].rate == pytest.approx(0.003653)


def test_the_nation_as_published() -> None:
    assert trends.national_population(2015) == 5659624
    assert trends.national_nonwestern_share(2014) == pytest.approx(0.0718)
    assert trends.national_nonwestern_share(2025) == pytest.approx(0.1044)
    jump = trends.national_nonwestern_share(2023) - trends.national_nonwestern_share(2022)
    assert jump == pytest.approx(0.0045 + 0.0021, abs=0.0002)  # Ukrainians, and the slope of the other years


def test_every_trend_says_its_source_and_rule() -> None:
    for trend in trends.TRENDS:
        assert hasattr(trends, trend.name)
        assert all(trend)
