"""Every declaration is complete, and a value is accepted or refused in one sentence."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from beboersim.policy.catalogue import FOLDERS, PRESETS, Quantity, catalogue, of_kind, read_declarations
from beboersim.policy.shipped import PACKAGE

FILES = [path for folder in FOLDERS for path in sorted((PACKAGE / folder).glob("*.toml"))]

DECLARED = {
    "kind": "parameter",
    "type": "share",
    "unit": "share",
    "default": 0.02,
    "range": [0.0, 0.1],
    "presets": {"council": 0.1, "null": 0},
    "strength": "weak",
    "source": "effects M22b: E053",
    "label": {"en": "A", "da": "B"},
    "help": {"en": "A.", "da": "B."},
}
CHOICE = {"type": "choice", "choices": ["a", "b"], "default": "a", "range": None, "kind": "lever", "presets": {}}


def test_the_files_that_are_read_hold_the_levers_of_the_design() -> None:
    levers = {quantity.name for quantity in of_kind("lever", "switch")}
    assert {"list.rules", "letting.flexible_share", "funding.social_frame", "stigma.on_leaving"} <= levers


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name + "/" + path.stem)
def test_every_declaration_of_a_file_is_complete(path) -> None:
    quantities = read_declarations(path.name, path.read_text(encoding="utf-8"))
    assert quantities
    belongs = {"lever", "switch"} if path.parent.name == "levers" else {"parameter"}
    for quantity in quantities:
        assert quantity.kind in belongs, quantity.name
        assert quantity.name in catalogue()
        for text in (quantity.label, quantity.help):
            assert text.en.strip() == text.en
            assert text.da.strip() == text.da


def test_no_two_quantities_have_one_name() -> None:
    declared = sum(len(read_declarations(path.name, path.read_text(encoding="utf-8"))) for path in FILES)
    assert declared == len(catalogue())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"source": "somewhere"}, "source"),
        ({"unit": ""}, "unit"),
        ({"label": {"en": "A"}}, "label.da"),
        ({"help": {"en": "A\nB", "da": "B"}}, "one line"),
        ({"range": None}, "every number has one"),
        ({"range": [1.0, 0.0]}, "range is empty"),
        ({"default": 0.2}, "outside 0 to 0.1"),
        ({"presets": {"council": 0.2}}, "outside 0 to 0.1"),
        ({"presets": {"central": 0.02}}, "central preset"),
        ({"presets": {"hopeful": 0.02}}, "hopeful"),
        ({"places": True}, "only a lever"),
        ({"kind": "lever"}, "presets are for parameters"),
        ({"kind": "switch", "presets": {}}, "a switch is a flag"),
        ({**CHOICE, "choices": []}, "choices"),
        ({**CHOICE, "kind": "parameter"}, "number or a flag"),
        ({**CHOICE, "places": True}, "whole town"),
        ({"colour": "red"}, "colour"),
        (
            {
                "kind": "lever",
                "presets": {},
                "default": [
                    {"from": date(2012, 1, 1), "value": 0.0},
                    {"from": date(2011, 1, 1), "value": 0.1},
                ],
            },
            "in order",
        ),
    ],
)
def test_a_declaration_that_is_not_complete_is_refused(change: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Quantity(name="some.thing", **{**DECLARED, **change})


def test_a_name_begins_with_the_name_of_its_file() -> None:
    with pytest.raises(ValueError, match="another file"):
        read_declarations("list.toml", '[letting.share]\nkind = "lever"\n')
    with pytest.raises(ValueError, match="belongs to no declaration"):
        read_declarations("list.toml", 'unit = "share"\n')


def test_a_dated_default_holds_from_its_day_and_the_first_one_before() -> None:
    frame = catalogue()["funding.social_frame"]
    assert frame.default_on(date(2010, 1, 1)) == 220e6
    assert frame.default_on(date(2014, 12, 31)) == 220e6
    assert frame.default_on(date(2015, 1, 1)) == 235e6
    assert frame.default_on(date(2019, 1, 1)) == 135e6
    assert [catalogue()["list.rules"].default_on(date(2021, 11, day)) for day in (29, 30)] == ["2018", "2021"]


def test_a_preset_says_otherwise_or_leaves_the_default() -> None:
    quantity = Quantity(name="some.thing", **DECLARED)
    assert {preset: quantity.preset(preset) for preset in PRESETS} == {
        "central": 0.02, "council": 0.1, "null": 0.0, "optimistic": 0.02, "govind": 0.02, "foged": 0.02,
    }  # fmt: skip


def test_a_number_is_held_as_a_number_whatever_toml_wrote() -> None:
    share = catalogue()["letting.flexible_share"]
    assert type(share.accept(1)) is float
    assert type(catalogue()["letting.internal_every"].accept(2)) is int


@pytest.mark.parametrize("given", ["inf", "-inf", "nan", "1e400", "-" + "9" * 400])
def test_no_number_is_too_strange_to_be_refused(given: str) -> None:
    value = tomllib.loads(f"x = {given}")["x"]
    with pytest.raises(ValueError, match=r"letting\.flexible_share = .* is (outside 0 to 1|not a number)\."):
        catalogue()["letting.flexible_share"].accept(value)
