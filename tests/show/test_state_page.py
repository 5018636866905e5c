"""The page of the state is made from its table, and the table names what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from beboersim.errors import InputError
from beboersim.law.reading import read_form
from beboersim.show.state_page import MADE, State, all_held, exists, state_page
from beboersim.world.columns import described
from beboersim.world.state import Ties

ROOT = Path(__file__).parents[2]


def test_the_page_is_the_one_that_the_table_gives() -> None:
    assert (ROOT / "docs" / "state.md").read_text(encoding="utf-8") == state_page(), MADE


def test_every_column_of_ties_is_asked_for() -> None:
    held = {place for one in all_held() for place in one.places}
    assert {f"ties.{name}" for name in described(Ties)} <= held


def test_a_proxy_says_what_it_assumes() -> None:
    assert all("assumption" in one.source or one.source.startswith("E") for one in all_held() if one.how == "proxy")


def test_a_place_that_is_not_there_is_found_out() -> None:
    assert exists("persons.birth")
    assert exists("month.applicants.need")
    assert not exists("persons.shoe_size")
    assert not exists("month.applicants.wish")
    text = """[[state]]
needs = { en = "a", da = "b" }
by = ["M01"]
held = "persons.shoe_size"
how = "column"
source = "E014"
"""
    with pytest.raises(InputError, match="shoe_size"):
        read_form("own.toml", text, State, "a file of state")
