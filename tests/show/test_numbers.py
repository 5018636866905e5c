"""Numbers as people read them."""

from __future__ import annotations

from datetime import date

import pytest

from beboersim.experiments.paired import Estimate
from beboersim.show.numbers import day_words, direction, estimate_words, plain, signed


@pytest.mark.parametrize(
    ("value", "unit", "en", "da"),
    [
        (0.4567, "share", "45.7 %", "45,7 %"),
        (12345.0, "persons", "12,345", "12.345"),
        (1.5, "areas", "1.5", "1,5"),
        (0.45, "0-1", "0.450", "0,450"),
        (7.25, "months", "7.2 months", "7,2 måneder"),
        (2.0, "areas", "2", "2"),
        (None, "share", "–", "–"),
        (float("nan"), "persons", "–", "–"),
    ],
)
def test_levels(value: float | None, unit: str, en: str, da: str) -> None:
    assert plain(value, unit, "en") == en
    assert plain(value, unit, "da") == da


def test_differences_have_a_sign_and_nought_has_none() -> None:
    assert signed(0.012, "share", "en") == "+1.2"
    assert signed(-0.012, "share", "da") == "−1,2"
    assert signed(-0.0001, "share", "en") == "0.0"


def test_an_interval_too_small_to_write_is_said_to_be_so() -> None:
    assert estimate_words(Estimate(0.05, 0.0001, 0.0001, 9), "share", "en") == "+5.0 ± <0.1"
    assert estimate_words(Estimate(0.05, 0.0, 0.0, 9), "share", "en") == "+5.0 ± 0.0"
    assert estimate_words(Estimate(0.05, None, None, 1), "share", "en") == "+5.0"


@pytest.mark.parametrize(
    ("mean", "half", "says"),
    [(0.05, 0.01, "higher"), (-0.05, 0.01, "lower"), (0.05, 0.06, "unclear"), (0.0, 0.0, "no change"),
     (0.05, None, ""), (None, None, "")],
)  # fmt: skip
def test_direction_in_a_word(mean: float | None, half: float | None, says: str) -> None:
    assert direction(Estimate(mean, half, half, 5), "share", "en") == says


def test_dates_as_they_are_said() -> None:
    assert day_words(date(2021, 5, 1), "en") == "1 May 2021"
    assert day_words(date(2021, 5, 1), "da") == "1. maj 2021"
