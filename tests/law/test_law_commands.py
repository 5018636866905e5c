"""What `beboersim law` prints, in English and Danish and as JSON, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beboersim.cli import main
from beboersim.evidence.areas import STATUS_CODES
from beboersim.evidence.tables import shipped
from beboersim.law.lists import NAMES
from beboersim.show.law import register
from beboersim.show.law_letting import example_case

OWN = (Path(__file__).parent.parent / "fixtures" / "own_areas.csv").read_text(encoding="utf-8")
DANISH = (
    "income_pct_of_region;basic_education_pct;convicted_pct;unemployed_pct;non_western_pct;residents;municipality;"
    "area;year\r\n"
    "53,1;61,5;2,05;44,2;51,3;1.834;Svendborg;Solbakken;2018\r\n"
    ";58,0;;38,1;22,0;1.200;Svendborg;Åkanten;2018\r\n"
)
CASE = 'vacancy = { on = 2019-08-01, number = 4 }\n[area]\nstatus = "udsat"\n[[applicant]]\nname = "A"\nneed = 5\n'
FEW = settings(
    derandomize=True,
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["law", *map(str, arguments)])


def right(*arguments: object) -> str:
    result = call(*arguments)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def as_json(*arguments: object) -> Any:
    return json.loads(right(*arguments, "--json"))


def written(name: str, content: str | bytes) -> str:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return name


# Lists


@pytest.mark.parametrize(
    ("on", "listed"),
    [("2010-10-26", 29), ("2011", 26), ("2012-10-01", 33), ("2013-10-01", 39), ("2014-12-01", 31), ("2015-12-01", 25)],
)
def test_the_shipped_lists_come_out_as_published(on: str, listed: int, here: Path) -> None:
    table = written("areas.csv", shipped("area_criteria.csv").read_bytes())
    found = as_json("lists", table, "--on", on)
    assert {one["year"] for one in found} == {int(on[:4])}
    with (here / table).open(encoding="utf-8", newline="") as file:
        published = {(int(row["year"]), row["area"]): row["listed_as"] for row in csv.DictReader(file)}
    odd = {one["area"] for one in found if one["status"] != published[one["year"], one["area"]]}
    assert odd <= {"Gellerupparken/Toveshøj"}
    assert sum(one["status"] == "ghetto" for one in found) == listed
    assert all({"area", "municipality", "year", "status", "margins"} <= {*one} for one in found)


def test_without_a_file_the_shipped_lists_are_read_each_by_its_own_rules() -> None:
    found = as_json("lists")
    assert len(found) == 210
    assert sum(one["as_published"] is True for one in found) == 209
    assert {one["rules"] for one in found} == {"2010", "2014"}
    text = right("lists", "--lang", "da")
    assert "209 af de 210 rækker med en offentliggjort status bliver som offentliggjort." in text
    assert "Gellerupparken/Toveshøj (Aarhus), 2013: offentliggjort ghettoområde, vides ikke her." in text


def test_a_strangers_danish_table_works() -> None:
    table = written("lister.csv", b"\xef\xbb\xbf" + DANISH.encode("utf-8"))
    one, other = as_json("lists", table, "--on", "2018-12-01")
    assert (one["area"], one["status"], one["published"]) == ("Solbakken", "udsat+ghetto", None)
    assert (other["status"], other["missing"]) == ("unknown", ["convicted_pct", "income_pct_of_region"])
    assert one["criteria_met"]["udsat"] == ["outside_work", "convicted", "basic_education", "income_ratio"]
    text = right("lists", table, "--on", "2018-12-01", "--lang", "da")
    assert "Solbakken\tSvendborg\t2018\tudsat boligområde, ghettoområde; kan være" in text
    assert "vides ikke: mellem ikke på listen og udsat boligområde" in text


def test_statuses_are_in_the_words_of_the_column() -> None:
    for name in NAMES:
        if name != "aarhus":
            for one in as_json("lists", "--on", "2015", "--rules", name):
                for words in (one["status"], one["at_least"], one["at_most"]):
                    assert words == "unknown" or {*words.split("+")} <= {*STATUS_CODES}


def test_every_status_has_margins_by_indicator_in_residents() -> None:
    (found,) = (one for one in as_json("lists", "--on", "2015", "--rules", "2021") if one["area"] == "Vollsmose")
    assert [*found["margins"]] == ["forebyggelse", "udsat", "parallelsamfund", "omdannelsesomraade"]
    udsat = found["margins"]["udsat"]
    assert udsat["holds"] is True
    assert {*udsat["by_indicator"]} == {"outside_work", "convicted", "basic_education", "income_ratio"}
    assert all(isinstance(residents, int) and residents > 0 for residents in udsat["by_indicator"].values())
    assert udsat["residents"] in udsat["by_indicator"].values()
    assert [*found["margins"]["parallelsamfund"]["by_indicator"]] == ["non_western"]


def test_all_compares_the_rule_sets_in_one_call() -> None:
    found = as_json("lists", "--on", "2015", "--rules", "all")
    assert len(found) == 5 * 34
    text = right("lists", "--on", "2015", "--rules", "all")
    rows = {line.split("\t")[0]: line.split("\t") for line in text.splitlines() if "\t" in line}
    for name in ("2010", "2014", "2018-proposal", "2018", "2021"):
        listed = [one["area"] for one in found if one["rules"] == name and one["listed"]]
        assert rows[name][1] == str(len(listed))
        assert rows[name][3] == ", ".join(listed)
    assert rows["2014"][1] == "25"


def test_all_over_several_years_says_which_year_an_area_is_listed_in() -> None:
    table = written("own.csv", DANISH.replace("\r\n", "\n") + DANISH.splitlines()[1].replace("2018", "2017") + "\n")
    rows = [line.split("\t") for line in right("lists", table, "--rules", "all").splitlines() if "\t" in line]
    assert {row[0]: row[3] for row in rows}["2018"] == "Solbakken 2017, Solbakken 2018"
    told = right("lists", table, "--on", "2018-12-01", "--lang", "da")
    assert "Én række for et andet år er læst som forhistorie" in told


def test_a_rule_set_of_ones_own_is_given_by_its_file() -> None:
    mine = (
        "min_residents = 500\n[[tier]]\nname = 'udsat'\nstatus = 2\nlisted_as = 'udsat'\nat_least = 1\n"
        "[[tier.criterion]]\nindicator = 'outside_work'\nabove = 0.44\n"
    )
    found = as_json("lists", written("own.csv", OWN), "--rules", written("mine.toml", mine))
    assert {one["area"]: one["status"] for one in found} == {"Solbakken": "udsat", "Åkanten": "none"}
    result = call("lists", "own.csv", "--rules", written("mine.toml", mine.replace("0.44", "44")))
    assert result.exit_code == 2
    assert result.stderr == "Error: mine.toml, line 9: above = 44 is above 1. A share is written 0.44.\n"


def test_the_national_share_may_be_given_with_a_comma() -> None:
    table = written("lister.csv", DANISH)
    (one, _) = as_json("lists", table, "--on", "2018-12-01", "--national", "0,70")
    assert one["national_convicted"] == {"value": pytest.approx(0.007), "how": "given"}
    told = right("lists", table, "--on", "2018-12-01", "--national", "0,725", "--lang", "da")
    assert "gennemsnit af to år: 0,725 pct. (som angivet)." in told
    assert "convicted" not in one["criteria_met"]["udsat"]


def test_aarhuss_categories_have_columns_of_their_own() -> None:
    columns = ("adults_outside_work_pct", "young_with_measures_pct", "free_places_pct", "school_absence_pct",
               "poor_health_pct", "youth_crime_pct", "no_youth_education_pct", "feel_unsafe_pct")  # fmt: skip
    header = ";".join(["year", "area", "municipality", "residents", *columns])
    town, estate = ";".join(["10"] * 8), ";".join(["15,5"] * 8)
    table = f"{header}\n2017;Aarhus;Aarhus;330.000;{town}\n2017;Vestbo;Aarhus;900;{estate}\n"
    (one,) = as_json("lists", written("aarhus.csv", table), "--rules", "aarhus")
    assert (one["status"], one["points"], one["margins"]) == (
        "aarhus_udsat", 16, {"points_to_worse": 2, "points_to_better": 5},
    )  # fmt: skip
    assert "Vestbo\tAarhus\t2017\tudsat\t16" in right("lists", "aarhus.csv", "--rules", "aarhus", "--lang", "da")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["gone.csv"], "gone.csv: there is no such file."),
        (["own.csv", "--on", "2014"], "own.csv has rows for 2015, and none for 2014 or before."),
        (["own.csv", "--on", "2015-13-01"], "--on 2015-13-01 is not a date."),
        (["own.csv", "--on", "2009-05-01"], "and none for 2009 or before."),
        (["own.csv", "--rules", "2017"], "--rules 2017 is not a rule set for lists. Known are none, 2010,"),
        (["own.csv", "--rules", "2018-propsal"], "Did you mean 2018-proposal?"),
        (["own.csv", "--rules", "gone.toml"], "gone.toml: there is no such file."),
        (["own.csv", "--rules", "aarhus"], "own.csv has no value in any of the columns that aarhus reads:"),
        (["--rules", "aarhus"], "--rules aarhus reads a table with columns of its own:"),
        (["own.csv", "--national", "mange"], "--national mange is not a number."),
        (["own.csv", "--national", "0"], "--national 0 is not above 0 and at most 100."),
        (["own.csv", "--lang", "de"], "'de' is not one of 'en', 'da'"),
    ],
)
def test_a_wrong_question_about_lists_is_told_in_a_sentence(arguments: Sequence[str], says: str, here: Path) -> None:
    written("own.csv", OWN)
    refused(call("lists", *arguments), says)
    assert [path.name for path in here.iterdir()] == ["own.csv"]


def refused(result: Result, says: str) -> None:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1, result.stderr
    assert says in result.stderr
    assert re.search(r"[.?]$", result.stderr.strip())


# Letting


def test_the_example_case_is_a_case_and_decides() -> None:
    assert right("letting", "--example") == example_case()
    found = as_json("letting", written("case.toml", example_case()))
    assert (found["tenant"], found["route"], found["paragraph"]) == ("B", "assigned", "almenboligloven § 59")
    assert {one["name"] for one in found["others"]} == {"A", "C", "D"}


def test_who_gets_the_home_and_why_not_the_others_is_told_with_paragraphs_in_both_languages() -> None:
    others = '[[applicant]]\nname = "B"\nneed = 1\n[[applicant]]\nname = "C"\nlisted_since = 2001-01-01\n'
    written("case.toml", CASE + 'citizen = "other"\n' + others)
    danish = right("letting", "case.toml", "--lang", "da").splitlines()
    assert danish[0] == "En familiebolig på 3 værelser (udsat boligområde), udlejes den 1. august 2019."
    assert "Boligen går til B ved kommunal anvisning (almenboligloven § 59)." in danish
    assert (
        "- Kommunal anvisning: et medlem er statsborger i et land uden for EU, EØS og Schweiz og studerer ikke "
        "(almenboligloven § 59, stk. 6)."
    ) in danish
    assert "- Fleksibel udlejning: opfylder ikke kriterierne, som gælder for enhver udlejning her (almenboligloven § 60, stk. 4)." in danish  # noqa: E501
    found = as_json("letting", "case.toml")
    assert {one["name"]: one["why"][0]["reason"] for one in found["others"]} == {"A": "foreign_citizen", "C": "duty"}
    assert all({"en", "da", "paragraph", "route", "reason"} <= {*why} for one in found["others"] for why in one["why"])


def test_nobody_gets_it_is_an_answer_too() -> None:
    written("case.toml", CASE + 'citizen = "other"\n')
    assert "Ingen får boligen." in right("letting", "case.toml", "--lang", "da")
    found = as_json("letting", "case.toml")
    assert (found["tenant"], found["route"]) == (None, None)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "no case is given. `beboersim law letting --example` prints one to start from."),
        (["gone.toml"], "gone.toml: there is no such file."),
        (["."], ". is a folder, not a file."),
        (["latin.toml"], "latin.toml, line 2: the file is not UTF-8. Save it as UTF-8."),
        (["wrong.toml"], 'wrong.toml, line 3: status = "udsatt": "udsatt" is not a status. Did you mean udsat?'),
    ],
)
def test_a_wrong_case_is_told_in_a_sentence(arguments: Sequence[str], says: str) -> None:
    written("latin.toml", b"a = 1\n# \xe6\n")
    written("wrong.toml", CASE.replace('"udsat"', '"udsatt"'))
    refused(call("letting", *arguments), says)


# Show, diff, coverage


@pytest.mark.parametrize("on", ["2010-10-26", "2014-12-01", "2018-11-30", "2018-12-01", "2019-07-01", "2022", "2027"])
@pytest.mark.parametrize("lang", ["en", "da"])
def test_the_rules_of_a_day_are_told_as_sentences_with_paragraphs(on: str, lang: str) -> None:
    lines = right("show", "--on", on, "--lang", lang).splitlines()
    rules = [line for line in lines if line.startswith("- ")]
    assert len(rules) == len(as_json("show", "--on", on))
    assert all(re.search(r"[.] \([^()]+(\([^()]+\))?[^()]*\)$", line) for line in rules)
    later = "Later law than" if lang == "en" else "Der er ikke ledt efter nyere ret"
    assert any(line.startswith(later) for line in lines) == (on == "2027")


def test_show_tells_the_rules_that_hold_on_the_day_and_no_other() -> None:
    for on in ("2015-06-01", "2019-12-01", "2021-12-01"):
        shown = as_json("show", "--on", on)
        assert all((one["from"] or "") <= on < (one["until"] or "9999") for one in shown)
        held = [
            entry for entry in register()
            if entry.in_law and (entry.start or date.min) <= date.fromisoformat(on) < (entry.until or date.max)
        ]  # fmt: skip
        assert [one["id"] for one in shown] == [entry.id for entry in held]


def test_show_can_be_asked_about_areas_of_one_status() -> None:
    ids = {one["id"] for one in as_json("show", "--on", "2022", "--area-status", "forebyggelse")}
    assert "assignment_bar_prevention" in ids
    assert not {"assignment_bar_udsat", "development_plan", "list_2021_udsat"} & ids
    status = "udsat+parallelsamfund+omdannelsesomraade"
    hard = {one["id"] for one in as_json("show", "--on", "2022", "--area-status", status)}
    assert {"hard_area_entry_bar", "development_plan", "assignment_bar_udsat", "list_2021_udsat"} <= hard
    refused(call("show", "--area-status", "udsatt"), "udsatt is not a status. Did you mean udsat?")
    refused(call("show", "--area-status", ""), "an empty text is not a status")


def test_what_was_not_read_whole_is_told_with_its_mark() -> None:
    text = right("show", "--on", "2022", "--lang", "da")
    assert "Forbehold (tekst brød af [cut]): Lovforslaget er læst, og teksten brød af efter den sidste grund." in text
    marks = {mark for one in as_json("coverage") for mark in one["reading"]}
    assert {"cut", "gap", "unverified", "derived"} <= marks


def test_diff_tells_what_is_new_changed_and_ended() -> None:
    found = as_json("diff", "2018-11-30", "2018-12-01")
    by_kind = {kind: {(one["after"] or one["before"])["id"] for one in found if one["change"] == kind}
               for kind in ("new", "changed", "ended")}  # fmt: skip
    assert {"list_2018_udsat", "list_2018_hard_ghetto", "flexible_letting_obligatory_udsat"} <= by_kind["new"]
    assert by_kind["changed"] == {"list_2018_ghetto", "assignment_bar_udsat"}
    assert by_kind["ended"] == set()
    back = as_json("diff", "2018-12-01", "2018-11-30")
    assert {one["before"]["id"] for one in back if one["change"] == "ended"} == by_kind["new"]
    text = right("diff", "2019-06-30", "2019-07-01", "--lang", "da")
    assert "Ændret\n- Oprykningsret\n  Før: Hver bolig, der udlejes fra ventelisterne" in text
    assert "  Nu: Hver anden bolig, der udlejes fra ventelisterne" in text
    told = right("diff", "2021-11-29", "2021-12-01", "--lang", "da")
    assert "  Nu: Vurderer kommunen" in told
    assert "Så viger forbuddet, også i forebyggelsesområder." in told
    assert "Nothing that is held here has changed." in right("diff", "2016", "2016-06-01")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["diff", "2018"], "Missing argument 'DATE2'."),
        (["diff", "2018", "snart"], "DATE2 snart is not a date."),
        (["diff", "2009", "2015"], "2009-01-01: the law is held from 2010-01-01 on."),
        (["show", "--on", "2009-12-31"], "2009-12-31: the law is held from 2010-01-01 on."),
        (["show", "--on", "i dag"], "--on i dag is not a date."),
        (["shw"], "No such command 'shw'."),
    ],
)
def test_a_wrong_question_about_the_law_is_told_in_a_sentence(arguments: Sequence[str], says: str) -> None:
    refused(call(*arguments), says)


def test_coverage_lists_every_rule_with_where_it_acts() -> None:
    found = as_json("coverage")
    assert len(found) == len(register())
    lines = right("coverage", "--lang", "da").splitlines()
    assert len(lines) == len(found) + 1
    assert any(line.endswith("gemt, virker ikke endnu") for line in lines)
    assert any(line.endswith("virker: month/letting.py") for line in lines)


@pytest.mark.parametrize("command", ["lists", "letting", "show", "diff", "coverage"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    text = right(command, "--help")
    assert "Example:\n" in text
    assert f"  beboersim law {command}" in text


# Whatever is given


def cut(text: str, at: int, length: int, bit: str) -> str:
    at %= len(text)
    return text[:at] + bit + text[at + length :]


def files_like(seeds: Sequence[str], bits: Sequence[str]) -> st.SearchStrategy[bytes]:
    """Right files with stretches replaced, in one encoding or another, or any bytes."""
    bit = st.one_of(st.sampled_from(bits), st.text(max_size=8))
    mutated = st.sampled_from(seeds)
    for _ in range(3):
        mutated = st.one_of(mutated, st.builds(cut, mutated, st.integers(0, 10_000), st.integers(0, 30), bit))
    encoded = st.builds(
        lambda text, code: text.encode(code, "replace"), mutated, st.sampled_from(["utf-8", "latin-1", "utf-8-sig"])
    )
    return st.one_of(encoded, st.binary(max_size=40))


def answered(result: Result) -> None:
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code in (0, 2), result.output
    if result.exit_code == 2:
        refused(result, "")


@given(
    content=files_like(
        [CASE, example_case()], ['"', "[", "}", "= nan", "-1", "1e999", "true", "[[applicant]]\n", "\n"]
    ),
    lang=st.sampled_from(["en", "da"]),
)
@FEW
def test_any_case_is_decided_or_refused(content: bytes, lang: str) -> None:
    written("case.toml", content)
    answered(call("letting", "case.toml", "--lang", lang))


@given(
    content=files_like([OWN, DANISH], ["", ",", ";", '"', "\n", "-1", "1e9", "1.234", "100", "nan", "0", "2014"]),
    on=st.sampled_from([None, "2010-10-26", "2015-12-01", "2018-12-01", "2022-12-01"]),
    rules=st.sampled_from([None, "none", "2010", "2018-proposal", "2021", "aarhus", "all"]),
    lang=st.sampled_from(["en", "da"]),
)
@FEW
def test_any_table_is_classified_or_refused(content: bytes, on: str | None, rules: str | None, lang: str) -> None:
    written("areas.csv", content)
    more = [*(["--on", on] if on else []), *(["--rules", rules] if rules else []), "--lang", lang]
    answered(call("lists", "areas.csv", *more))


def test_the_tables_of_a_program_are_read_back_as_they_are() -> None:
    rows = list(csv.reader(io.StringIO(right("lists", "--on", "2015")), delimiter="\t"))
    header, *areas = [row for row in rows if len(row) > 1]
    assert len(areas) == 34
    assert {len(row) for row in areas} == {len(header)}
