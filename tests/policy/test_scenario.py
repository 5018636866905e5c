"""A scenario says what it changes; a mistake in it is told with file, line, key and what is valid."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from beboersim.errors import InputError
from beboersim.policy import catalogue as catalogue_module
from beboersim.policy import shipped
from beboersim.policy.catalogue import SOURCE, Quantity, catalogue
from beboersim.policy.scenario import Scenario, shipped_scenarios
from beboersim.policy.where import STATUSES, Where

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.toml"))
HEAD = '[scenario]\nname = { en = "Mine", da = "Min" }\n'
SHIPPED = (
    "aarhus-monitor",
    "assignment-100",
    "combined-letting",
    "copenhagen-40-plus",
    "drop-ethnicity-criterion",
    "drop-ethnicity-criterion-all-udsat",
    "drop-ethnicity-criterion-two-of-four",
    "flexible-off",
    "flexible-wide",
    "law",
    "local-youth",
    "no-assignment-in-listed",
    "no-cut",
    "no-public-list",
    "rules-2010",
    "rules-2014",
    "rules-2018-proposal",
)


def written(folder: Path, changes: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(HEAD + changes, encoding="utf-8")
    return path


def test_there_is_a_broken_file_for_every_mistake() -> None:
    assert len(BROKEN) > 30


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_mistake_is_told_with_its_line(path: Path) -> None:
    expected = path.read_text(encoding="utf-8").split("\n")[0].removeprefix("# ")
    with pytest.raises(InputError) as caught:
        Scenario.load(path)
    assert str(caught.value) == f"{path}{', ' if expected.startswith('line') else ': '}{expected}"
    assert caught.value.exit_code == 2


def test_a_file_that_is_not_there_a_folder_and_a_file_that_is_not_utf8_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.toml: there is no such file"):
        Scenario.load(tmp_path / "gone.toml")
    with pytest.raises(InputError, match="is a folder"):
        Scenario.load(tmp_path)
    latin = tmp_path / "latin.toml"
    latin.write_bytes(HEAD.encode() + "# Nørrebro".encode("latin-1"))
    with pytest.raises(InputError, match=r"latin\.toml, line 3: the file is not UTF-8"):
        Scenario.load(latin)


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"^no-cutt is not a scenario\. Did you mean no-cut\?"):
        Scenario.load("no-cutt")


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5000,
        "[[change]]\nset = " + "{a=" * 150 + "1" + "}" * 150,
        "[[change]]\nset." + "a." * 3000 + "a = 1",
    ],
    ids=["lists", "inline tables", "dotted keys"],
)
def test_tables_within_tables_without_end_are_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        Scenario.load(written(tmp_path, text))


def test_a_parameter_is_not_for_a_scenario_to_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parameter = Quantity(
        name="leaving.example", kind="parameter", type="share", unit="share", default=0.1, range=(0, 1),
        strength="weak", source="assumption", label={"en": "A", "da": "B"}, help={"en": "A", "da": "B"},
    )  # fmt: skip
    known = {**catalogue(), parameter.name: parameter}
    monkeypatch.setattr(catalogue_module, "catalogue", lambda: known)
    monkeypatch.setattr("beboersim.policy.scenario.catalogue", lambda: known)
    with pytest.raises(
        InputError, match=r"line 4: leaving\.example is a parameter, not a lever.*--set leaving\.example"
    ):
        Scenario.load(written(tmp_path, '[[change]]\nset = { "leaving.example" = 0.2 }'))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_is_right_and_says_what_it_is(name: str) -> None:
    scenario = Scenario.load(name)
    assert scenario.id == name
    assert scenario.about is not None
    assert scenario.path == f"{name}.toml"
    assert all(SOURCE.search(change.source) or "council" in change.source for change in scenario.changes)
    assert bool(scenario.changes) == (name != "law")


def test_the_shipped_scenarios_are_those_of_the_design() -> None:
    assert {*SHIPPED} <= {scenario.id for scenario in shipped_scenarios()}


def test_the_meaning_of_the_shipped_scenarios_is_written_out() -> None:
    frame = ("funding.social_frame", 235e6, date(2019, 1, 1), None, Where())
    assert list(Scenario.load("no-cut").rows()) == [frame]
    assert list(Scenario.load("drop-ethnicity-criterion-two-of-four").rows()) == [
        ("list.ethnicity_criterion", False, None, None, Where()),
        ("list.criteria_needed", 2, None, date(2018, 12, 1), Where()),
    ]
    (row,) = Scenario.load("no-assignment-in-listed").rows()
    assert row == ("letting.assignment_share", 0.0, None, None, Where("status", ("listed",)))


def test_a_wheel_and_a_clone_find_the_shipped_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "src" / "beboersim"
    package.mkdir(parents=True)
    monkeypatch.setattr(shipped, "PACKAGE", package)
    for folder in (tmp_path / "scenarios", tmp_path / "experiments"):
        folder.mkdir()
        (folder / "clone.toml").touch()
    assert [*shipped.shipped_files("scenarios")] == [*shipped.shipped_files("experiments")] == ["clone"]
    for name in ("scenarios", "shipped_experiments"):
        (package / name).mkdir()
        (package / name / "wheel.toml").touch()
    assert [*shipped.shipped_files("scenarios")] == [*shipped.shipped_files("experiments")] == ["wheel"]


def test_a_change_that_begins_outside_the_run_is_told() -> None:
    scenario = Scenario.load("no-cut")
    scenario.check_dates(date(2019, 1, 1), date(2020, 1, 1))
    scenario.check_dates(date(2015, 1, 1), date(2019, 2, 1))
    for start, until in ((2019, 2), (2020, 1)), ((2015, 1), (2019, 1)):
        with pytest.raises(InputError, match=r"no-cut\.toml, line 6: from = 2019-01-01 is outside the run"):
            scenario.check_dates(date(*start, 1), date(*until, 1))


def test_a_change_that_is_over_before_the_run_is_told() -> None:
    scenario = Scenario.load("drop-ethnicity-criterion-two-of-four")
    scenario.check_dates(date(2018, 11, 1), date(2020, 1, 1))
    with pytest.raises(InputError, match="until = 2018-12-01 is over before the run"):
        scenario.check_dates(date(2018, 12, 1), date(2020, 1, 1))


def test_a_change_that_holds_nowhere_in_the_run_is_told(tmp_path: Path) -> None:
    text = '[[change]]\nset = { "letting.flexible_share" = 0.5 }\nwhere = { places = ["Bispehaven", "Vollsmose"] }\n'
    scenario = Scenario.load(written(tmp_path, text))
    scenario.check_places({"Aarhus": ["Bispehaven"]})
    with pytest.raises(InputError, match=r"line 3: Bispehaven, Vollsmose is not in the run, which holds Svendborg"):
        scenario.check_places({"Svendborg": ["Byparken/Skovparken"]})


def test_names_of_the_users_own_areas_are_known_when_they_are_given(tmp_path: Path) -> None:
    path = written(
        tmp_path, '[[change]]\nset = { "letting.flexible_share" = 0.5 }\nwhere = { places = ["Eksempelby"] }\n'
    )
    with pytest.raises(InputError, match='"Eksempelby" is not a known area'):
        Scenario.load(path)
    assert Scenario.load(path, {"Eksempelby"}).changes[0].where == Where("places", ("Eksempelby",))


def test_a_narrower_place_may_follow_a_wider_one_but_not_the_other_way(tmp_path: Path) -> None:
    everywhere = '[[change]]\nset = { "letting.flexible_share" = 0.5 }\n'
    here = '[[change]]\nset = { "letting.flexible_share" = 0.2 }\nwhere = { municipality = "aarhus" }\n'
    assert Scenario.load(written(tmp_path, everywhere + here)).changes[1].where == Where("municipality", ("Aarhus",))
    with pytest.raises(InputError, match="set again for the same place"):
        Scenario.load(written(tmp_path, here + everywhere))


def test_a_name_without_quotation_marks_means_the_same(tmp_path: Path) -> None:
    scenario = Scenario.load(written(tmp_path, "[[change]]\nset = { funding.social_frame = 3e8 }\n"))
    assert scenario.changes[0].set == {"funding.social_frame": 3e8}


def test_line_endings_and_a_byte_order_mark_are_no_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
    assert Scenario.load(str(path)).id == "windows"


def test_every_status_of_the_law_can_be_named(tmp_path: Path) -> None:
    for status, codes in STATUSES.items():
        text = f'[[change]]\nset = {{ "letting.flexible_share" = 0.5 }}\nwhere = {{ status = "{status}" }}\n'
        assert Scenario.load(written(tmp_path, text)).changes[0].where.codes == codes
