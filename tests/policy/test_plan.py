"""What holds on a day in an area, and from when two plans differ."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from beboersim.errors import InputError
from beboersim.policy.catalogue import Quantity, catalogue, of_kind
from beboersim.policy.plan import Places, Plan, parse_settings
from beboersim.policy.scenario import Scenario

START, UNTIL = date(2015, 1, 1), date(2025, 1, 1)
HEAD = '[scenario]\nname = { en = "Mine", da = "Min" }\n'
LAW = Scenario.load("law")


def places(*status: int) -> Places:
    return Places(("Bispehaven", "Skovgårdsparken", "Vollsmose", "rest"), ("Aarhus", "Aarhus", "Odense", "Odense"),
                  np.array(status or (3, 2, 4, 0), dtype=np.int64))  # fmt: skip


def plan(folder: Path, text: str, **more: object) -> Plan:
    path = folder / "mine.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return Plan(Scenario.load(path), start=START, until=UNTIL, **more)  # type: ignore[arg-type]


def share(one: Plan, day: date, where: Places | None = None) -> list[float]:
    return list(one.levers_on(day, where or places())["letting.flexible_share"])  # type: ignore[arg-type]


def test_the_law_gives_every_lever_and_switch_its_dated_default() -> None:
    levers = Plan(LAW, start=START, until=UNTIL).levers_on(date(2019, 7, 1), places())
    assert {*levers} == {quantity.name for quantity in of_kind("lever", "switch")}
    assert levers["funding.social_frame"] == 135e6
    assert levers["list.rules"] == "2018"
    assert levers["letting.rules"] == "2019"
    assert levers["stigma.on_leaving"] == 1.0
    assert list(levers["letting.assignment_share"]) == [0.25] * 4  # type: ignore[arg-type]


def test_a_change_holds_from_its_day_and_until_is_not_included(tmp_path: Path) -> None:
    text = '[[change]]\nfrom = 2016-02-01\nuntil = 2016-03-01\nset = { "letting.flexible_share" = 0.5 }\n'
    one = plan(tmp_path, text)
    days = [date(2016, 1, 31), date(2016, 2, 1), date(2016, 2, 29), date(2016, 3, 1)]
    assert [share(one, day)[0] for day in days] == [0.1, 0.5, 0.5, 0.1]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ('"all"', [0.5, 0.5, 0.5, 0.5]),
        ('{ places = ["Vollsmose"] }', [0.1, 0.1, 0.5, 0.1]),
        ('{ municipality = "Aarhus" }', [0.5, 0.5, 0.1, 0.1]),
        ('{ status = "listed" }', [0.5, 0.5, 0.5, 0.1]),
        ('{ status = "ghetto" }', [0.5, 0.1, 0.5, 0.1]),
        ('{ status = "omdannelsesomraade" }', [0.1, 0.1, 0.5, 0.1]),
        ('{ status = "none" }', [0.1, 0.1, 0.1, 0.5]),
    ],
)
def test_a_change_holds_where_it_says(tmp_path: Path, where: str, expected: list[float]) -> None:
    one = plan(tmp_path, f'[[change]]\nset = {{ "letting.flexible_share" = 0.5 }}\nwhere = {where}\n')
    assert share(one, START) == expected


def test_a_later_change_overrules_an_earlier_one(tmp_path: Path) -> None:
    one = plan(
        tmp_path,
        '[[change]]\nset = { "letting.flexible_share" = 0.5 }\n'
        '[[change]]\nset = { "letting.flexible_share" = 0.2 }\nwhere = { municipality = "Aarhus" }\n'
        "[[change]]\nfrom = 2016-01-01\n"
        'set = { "letting.flexible_share" = 0.9 }\nwhere = { places = ["Bispehaven"] }\n',
    )
    assert share(one, START) == [0.2, 0.2, 0.5, 0.5]
    assert share(one, date(2016, 1, 1)) == [0.9, 0.2, 0.5, 0.5]


def test_a_new_status_is_seen_at_once(tmp_path: Path) -> None:
    one = plan(tmp_path, '[[change]]\nset = { "letting.flexible_share" = 0.5 }\nwhere = { status = "listed" }\n')
    where = places(0, 0, 0, 0)
    assert share(one, START, where) == [0.1, 0.1, 0.1, 0.1]
    where.status[1] = 2
    assert share(one, START, where) == [0.1, 0.5, 0.1, 0.1]


def test_nothing_is_worked_out_anew_while_nothing_changes() -> None:
    one, here = Plan(LAW, start=START, until=UNTIL), places()
    first = one.levers_on(date(2015, 2, 1), here)
    assert one.levers_on(date(2018, 11, 1), here) is first
    assert one.levers_on(date(2018, 12, 1), here) is not first
    with pytest.raises(ValueError, match="read-only"):
        first["letting.flexible_share"][0] = 1.0  # type: ignore[index]


def test_a_setting_overrules_the_scenario_and_the_dates(tmp_path: Path) -> None:
    settings = parse_settings(("letting.flexible_share=0.7", "list.rules=2010", "letting.local_youth_priority=true"))
    one = plan(tmp_path, '[[change]]\nset = { "letting.flexible_share" = 0.5 }\n', settings=settings)
    levers = one.levers_on(date(2022, 1, 1), places())
    assert list(levers["letting.flexible_share"]) == [0.7] * 4  # type: ignore[arg-type]
    assert list(levers["letting.local_youth_priority"]) == [1.0] * 4  # type: ignore[arg-type]
    assert levers["list.rules"] == "2010"


def test_parameters_follow_setting_then_preset_then_default(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {
        "kind": "parameter", "type": "share", "unit": "share", "default": 0.1, "range": (0, 1), "strength": "weak",
        "presets": {"null": 0}, "source": "assumption", "label": {"en": "A", "da": "B"}, "help": {"en": "A", "da": "B"},
    }  # fmt: skip
    two = tuple(Quantity(name=name, **fields) for name in ("example.one", "example.two"))  # type: ignore[arg-type]
    monkeypatch.setattr(
        "beboersim.policy.plan.of_kind", lambda *kinds: two if kinds == ("parameter",) else of_kind(*kinds)
    )
    law = Plan(LAW, start=START, until=UNTIL)
    none = Plan(LAW, "null", {"example.two": 0.3}, START, UNTIL)
    assert law.parameters("example") == {"one": 0.1, "two": 0.1}
    assert none.parameters("example") == {"one": 0.0, "two": 0.3}
    assert none.parameter("example.two") == 0.3
    assert law.differs_from(none) == START
    assert law.parameters("exam") == {}


@pytest.mark.parametrize(
    ("name", "since"),
    [("law", None), ("no-cut", date(2019, 1, 1)), ("flexible-wide", START), ("rules-2014", date(2018, 12, 1))],
)
def test_two_plans_differ_from_the_day_they_say_different_things(name: str, since: date | None) -> None:
    law, other = (Plan(Scenario.load(one), start=START, until=UNTIL) for one in ("law", name))
    assert law.differs_from(other) == other.differs_from(law) == since


def test_a_lever_set_to_what_it_is_changes_nothing(tmp_path: Path) -> None:
    text = '[[change]]\nset = { "letting.flexible_share" = 0.1 }\nwhere = { status = "listed" }\n'
    assert plan(tmp_path, text).differs_from(Plan(LAW, start=START, until=UNTIL)) is None


def test_a_change_outside_the_run_is_refused_and_a_day_before_it_has_no_levers() -> None:
    with pytest.raises(InputError, match="outside the run"):
        Plan(Scenario.load("no-cut"), start=START, until=date(2016, 1, 1))
    with pytest.raises(ValueError, match="before the run"):
        Plan(LAW, start=START, until=UNTIL).levers_on(date(2014, 12, 31), places())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("letting.flexible_shar=0.5", "letting.flexible_shar is not a lever, switch or parameter. "
         "Did you mean letting.flexible_share?"),
        ("letting.flexible_share", "a setting is written NAME=VALUE, such as letting.flexible_share=0.5."),
        ("letting.flexible_share=", "a setting is written NAME=VALUE, such as letting.flexible_share=0.5."),
        ("letting.flexible_share=50", "letting.flexible_share = 50 is outside 0 to 1. A share is written 0.5."),
        ("letting.flexible_share=half", 'letting.flexible_share = "half" is not a number.'),
        ("letting.flexible_share=nan", "letting.flexible_share = nan is not a number."),
        ("letting.internal_every=1.5", 'letting.internal_every = "1.5" is not a whole number.'),
        ("letting.local_youth_priority=yes", 'letting.local_youth_priority = "yes" is not true or false.'),
        ("list.rules=2015",
         'list.rules = "2015" is not one of "none", "2010", "2014", "2018-proposal", "2018", "2021", "aarhus".'),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_told(text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_settings((text,))
    assert str(caught.value) == f"--set {text}: {says}"


def test_a_setting_is_given_once() -> None:
    with pytest.raises(InputError, match="set twice"):
        parse_settings(("list.public=0", "list.public=1"))
    assert parse_settings(("list.public=0", "funding.social_frame=235e6", "list.criteria_needed=2")) == {
        "list.public": 0.0, "funding.social_frame": 235e6, "list.criteria_needed": 2,
    }  # fmt: skip


def test_the_names_of_the_catalogue_are_the_names_of_settings() -> None:
    for quantity in catalogue().values():
        value = quantity.history[0].value
        text = str(value).lower() if isinstance(value, bool) else str(value)
        assert parse_settings((f"{quantity.name}={text}",)) == {quantity.name: quantity.accept(value)}
