"""The dated rules: every value has a paragraph, a source and a sentence, and a broken file is told with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

from beboersim.errors import InputError
from beboersim.law.dated import (
    FIRST_DAY,
    all_rules,
    from_first_day,
    read_rules,
)
from beboersim.law.letting.agreements import practice, practice_names, read_agreements
from beboersim.law.letting.case import benefits, read_case
from beboersim.law.letting.rules import WORDINGS
from beboersim.law.lists import NAMES, load_rules
from beboersim.law.lists.forms import rules_of
from beboersim.policy.catalogue import catalogue
from beboersim.show.law import LISTS, differences, in_force, register, sentence
from beboersim.show.law_page import cases_in, law_page

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BROKEN = sorted((HERE / "broken").glob("*/*.toml"))
READ: dict[str, Callable[[str, str], object]] = {
    "case": read_case,
    "rules": lambda path, text: read_rules("letting", path, text),
    "lists": lambda path, text: rules_of("mine", path, text),
    "agreements": read_agreements,
}
# Rules that decide nothing in a function: they are told, and have no case.
TOLD_ONLY = {
    "municipal_assignment_cost", "combined_letting_rehousing", "hard_area_internal_list", "refugee_placement",
    "list_publication", "list_name", "list_unit", "ethnicity_criterion_court", "plan_by_the_municipality",
    "strategic_demolition", "rehousing_vacancy_rent", "state_approval", "police_tell_convictions", "penalty_zone",
    "daycare_obligation", "family_reunification", "language_of_boards", "priority_of_grants", "focus_areas",
    "knowledge_centre",
}  # fmt: skip


def test_there_is_a_broken_file_for_every_mistake() -> None:
    assert {path.parent.name for path in BROKEN} == {*READ}
    assert len(BROKEN) > 60


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_mistake_is_told_with_its_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    expected = text.split("\n")[0].removeprefix("# ")
    with pytest.raises(InputError) as caught:
        READ[path.parent.name](path.name, text)
    assert str(caught.value) == f"{path.name}{', ' if expected.startswith('line') else ': '}{expected}"
    assert caught.value.exit_code == 2


def test_every_kind_of_file_that_is_right_is_read() -> None:
    whole = {"rules": "letting/letting.toml", "agreements": "letting/agreements.toml", "lists": "lists/2021.toml",
             "case": "letting/example.toml"}  # fmt: skip
    for kind, name in whole.items():
        text = files("beboersim.law").joinpath(*name.split("/")).read_text(encoding="utf-8")
        assert READ[kind](name, text)


def test_every_source_that_a_rule_names_says_where_it_was_read() -> None:
    sources = tomllib.loads(files("beboersim.law").joinpath("sources.toml").read_text(encoding="utf-8"))
    named = {found for entry in register() for found in re.findall(r"\b(?:[SL]\d+[bc]?|M\d-\d+|C-\d+)\b", entry.source)}
    assert named
    assert named <= {*sources}


def test_what_was_not_read_whole_says_what_is_open_in_both_languages() -> None:
    for entry in register():
        assert (entry.open is None) == (entry.reading == ("read",)), entry.id
    marks = {mark for entry in register() for mark in entry.reading}
    assert marks == {"read", "cut", "unverified", "gap", "derived"}


def test_every_rule_says_something_with_its_values_in_both_languages() -> None:
    for entry in register():
        for lang in ("en", "da"):
            said = sentence(entry, lang)
            assert said.endswith("."), entry.id
            assert "{" not in said, entry.id
            assert not re.search(r"\.\.|  ", said), entry.id


def test_a_rule_that_acts_names_a_file_that_there_is() -> None:
    for entry in register():
        if entry.acting_in:
            assert files("beboersim").joinpath(*entry.acting_in.split("/")).is_file(), entry.id


def test_every_case_names_a_rule_and_every_rule_that_decides_has_cases() -> None:
    cases, ids = cases_in(HERE), {entry.id for entry in register()}
    assert {*cases} <= ids
    assert ids - {*cases} == TOLD_ONLY
    assert sum(map(len, cases.values())) >= 60
    once = {"list_none", "frame_after_2026", "local_cofinance", "grant_cycle"}
    one_sided = {rule for rule, says in cases.items() if len(says) < 2}
    assert one_sided <= once, "a rule has a case on both sides of its line"


def test_no_two_cases_say_the_same() -> None:
    says = [one for group in cases_in(HERE).values() for one in group]
    assert len(says) == len(set(says))


def test_the_page_of_the_law_is_up_to_date() -> None:
    page = (ROOT / "docs" / "law.md").read_text(encoding="utf-8")
    assert page == law_page(cases_in(HERE)), "python -m beboersim.show.law_page tests/law docs/law.md"


def test_the_page_names_every_rule_in_both_languages() -> None:
    english, danish = law_page(cases_in(HERE)).split("\n## På dansk\n")
    for entry in register():
        for half, lang in ((english, "en"), (danish, "da")):
            assert f"`{entry.id}`: {entry.title.in_language(lang)}" in half
            assert sentence(entry, lang) in half


def test_letting_law_changes_on_the_first_days_of_its_wordings_and_on_no_other() -> None:
    days = {day for rule in all_rules() if rule.topic == "letting" for day in (rule.start, rule.until) if day}
    assert {day for day in days if day > FIRST_DAY} == {day for day in WORDINGS.values() if day > FIRST_DAY}


def test_the_levers_hold_what_the_law_says_by_date() -> None:
    assert [(one.start, one.value) for one in catalogue()["letting.rules"].history] == [
        (day, name) for name, day in WORDINGS.items()
    ]
    assert catalogue()["letting.internal_every"].history[0].value == -1, "as the letting rules have it"
    for one in catalogue()["list.rules"].history:
        assert load_rules(str(one.value)).in_force == one.start
    assert catalogue()["list.rules"].choices == NAMES
    assert catalogue()["letting.practice"].choices == ("none", *practice_names())


@pytest.mark.parametrize("day", [date(2014, 2, 1), date(2018, 12, 1), date(2019, 7, 1), date(2021, 11, 30)])
def test_between_two_days_the_rules_that_differ_are_those_that_began_or_ended(day: date) -> None:
    told = differences(day - timedelta(days=1), day)
    starts = {rule.id for rule in all_rules() if rule.start == day}
    ends = {rule.id for rule in all_rules() if rule.until == day}
    assert {one.after.id for one in told if one.after and one.after.topic != LISTS} == starts
    assert {one.before.id for one in told if one.before and one.before.topic != LISTS} == ends


def test_nothing_changes_from_a_day_to_itself_and_back_is_the_mirror() -> None:
    first, second = date(2018, 11, 30), date(2021, 12, 1)
    assert differences(first, first) == []
    there, back = differences(first, second), differences(second, first)
    assert {(one.before and one.before.id, one.after and one.after.id) for one in there} == {
        (one.after and one.after.id, one.before and one.before.id) for one in back
    }


def test_a_rule_that_changed_says_something_else_than_before() -> None:
    days = {day for rule in register() if rule.in_law for day in (rule.start, rule.until) if day and day > FIRST_DAY}
    for day in days:
        for one in differences(FIRST_DAY, day) + differences(day - timedelta(days=1), day):
            if one.before and one.after:
                for lang in ("en", "da"):
                    assert sentence(one.before, lang) != sentence(one.after, lang), one.after.id


def test_a_rule_holds_from_its_first_day_until_a_day_that_is_not_included() -> None:
    for rule in all_rules():
        if rule.start is not None:
            assert rule.holds(rule.start)
            assert not rule.holds(rule.start - timedelta(days=1))
        if rule.until is not None:
            assert not rule.holds(rule.until)
            assert rule.holds(rule.until - timedelta(days=1))


def test_wordings_of_a_rule_follow_on_each_other() -> None:
    for rule_id in {rule.id for rule in all_rules()}:
        wordings = [rule for rule in all_rules() if rule.id == rule_id]
        for earlier, later in pairwise(wordings):
            assert earlier.until == later.start, rule_id


def test_the_rules_of_a_status_are_those_for_it_and_those_for_all() -> None:
    day = date(2022, 5, 1)
    prevention, plain, everything = in_force(day, 1), in_force(day, 0), in_force(day)
    ids = {rule.id for rule in prevention}
    assert "assignment_bar_prevention" in ids
    assert not {"assignment_bar_udsat", "hard_area_entry_bar"} & ids
    assert {rule.id for rule in plain} <= ids
    assert ids < {rule.id for rule in everything}
    assert {entry.id for entry in in_force(day, 4)} >= {"list_2021_omdannelsesomraade", "development_plan", "wind_up"}


def test_the_law_is_held_from_2010_on() -> None:
    assert from_first_day(FIRST_DAY) == FIRST_DAY
    with pytest.raises(InputError, match="2009-12-31: the law is held from 2010-01-01 on"):
        from_first_day(date(2009, 12, 31))


def test_every_practice_is_told_by_a_dated_rule() -> None:
    ids = {rule.id for rule in all_rules()}
    assert all(practice(name).rule in ids for name in practice_names())


def test_the_benefits_have_words_and_known_groups() -> None:
    assert {group for _, groups in benefits().values() for group in groups} == {
        "cash", "integration", "insured", "pension",
    }  # fmt: skip
    assert all(groups >= {"cash"} for _, groups in benefits().values() if "integration" in groups)
