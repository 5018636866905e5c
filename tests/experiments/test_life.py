"""A run is repeated from its folder, and one household's life told from it."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from beboersim.cli import main
from beboersim.errors import InputError
from beboersim.experiments.life import Diary, Happening, Home, Life, Member, busiest, life_of, town_again
from beboersim.experiments.options import RunOptions
from beboersim.experiments.provenance import provenance
from beboersim.experiments.replay import spec_of
from beboersim.experiments.runs import RunSpec, run_id, specs_of
from beboersim.month.ledger import Event
from beboersim.month.reasons import Odds, Reason
from beboersim.policy.scenario import Scenario
from beboersim.show.life import TELLS, sentences, time_words
from beboersim.show.words import LANGS, catalogue_of_words

OPTIONS = RunOptions(
    scenarios=(Scenario.load("law"),),
    places=("Svendborg",),
    start=date(2015, 1, 1),
    until=date(2017, 1, 1),
    seed=3,
    scale=0.05,
    settings={"letting.flexible_share": 0.5},
)
KINDS = {
    "let": Event.LET, "private_move": Event.PRIVATE_MOVE, "refused": Event.OFFER_REFUSED, "search": Event.SEARCH,
    "departed": Event.DEPARTURE,
}  # fmt: skip


def folder_of(path: Path, options: RunOptions = OPTIONS) -> tuple[Path, list[RunSpec]]:
    """Write a provenance as `run --out` does; the tables are not read."""
    specs = specs_of(options, (options.start,))
    told = provenance(options, {run_id(spec): spec for spec in specs}, ["run"])
    (path / "provenance.json").write_text(json.dumps(told), encoding="utf-8")
    return path, specs


@pytest.fixture(scope="module")
def spec() -> RunSpec:
    return specs_of(OPTIONS, ())[0]


@pytest.fixture(scope="module")
def log(spec: RunSpec) -> np.ndarray:
    town = town_again(spec)
    town.run(town.until)
    return town.events.copy()


@pytest.fixture(scope="module")
def lives(spec: RunSpec, log: np.ndarray) -> list[Life]:
    """The lives of one household for each kind of event that is the household's own."""
    found = {}
    for kind in KINDS.values():
        found[kind] = int(log[log[:, 1] == kind][-1, 2])
    return [life_of(spec, household) for household in dict.fromkeys(found.values())]


def test_a_run_is_what_its_folder_says(tmp_path: Path) -> None:
    folder, specs = folder_of(tmp_path)
    assert spec_of(folder, None) == replace(specs[0], scenario=spec_of(folder, None).scenario)
    assert run_id(spec_of(folder, run_id(specs[0]))) == run_id(specs[0])


def test_watching_changes_nothing(spec: RunSpec, log: np.ndarray) -> None:
    town = town_again(spec)
    diary = Diary(town.context, int(log[log[:, 1] == Event.LET][0, 2]))
    while town.date < town.until:
        town.step(diary.order)
    np.testing.assert_array_equal(town.events, log)


def test_a_life_holds_every_event_of_the_household(lives: list[Life], log: np.ndarray) -> None:
    for life in lives:
        own = log[log[:, 2] == life.household]
        for kind, event in KINDS.items():
            months = [12 * one.day.year + one.day.month - 1 for one in life.happenings if one.kind == kind]
            assert months == own[own[:, 1] == event, 0].tolist(), (life.household, kind)


def test_every_turn_that_chance_decides_is_told_with_its_chance(lives: list[Life]) -> None:
    for life in lives:
        for one in life.happenings:
            if one.kind in ("search", "departed", "refused", "death", "birth", "conviction"):
                assert one.odds is not None, one
                assert 0.0 < one.odds.chance < 1.0


def test_a_life_begins_and_ends_as_the_household_does(lives: list[Life]) -> None:
    for life in lives:
        first, last = life.happenings[0], life.happenings[-1]
        assert first.kind in ("there", "came", "begins_left_home", "begins_separation")
        assert (last.kind == "end") == (last.day == life.until)


def test_the_busiest_are_those_with_most_events(spec: RunSpec, log: np.ndarray) -> None:
    own = Counter(log[np.isin(log[:, 1], [Event.LET, Event.OFFER_REFUSED, Event.SEARCH]), 2].tolist())
    found = busiest(spec, 10_000)
    number = dict(found)
    assert [events for _, events in found] == sorted(number.values(), reverse=True)
    assert all(number[household] >= events for household, events in own.items() if household in number)
    # A household that comes and is gone within a month is in no table on a first day.
    for household in own.keys() - number.keys():
        assert len(set(log[log[:, 2] == household, 0].tolist())) == 1


def test_a_household_that_never_was_is_told_in_a_sentence(spec: RunSpec) -> None:
    with pytest.raises(InputError, match="household 12 is never in this run"):
        life_of(replace(spec, until=date(2016, 1, 1), scale=0.01), 12)


def test_every_word_of_a_life_is_there_in_both_languages() -> None:
    kinds = {
        "left_home", "separation", "begins_left_home", "begins_separation", "death", "conviction", "search",
        "moves_to_partner", "taken_in", "takes_in",
    }  # fmt: skip
    assert {f"life.{kind}" for kind in kinds} <= catalogue_of_words().keys()
    woman = Member(1, True, 34, True, "employed", "vocational")
    for kind in kinds:
        for lang in LANGS:
            told = sentences(Happening(date(2016, 3, 1), kind, woman, {"household": 7}), lang)
            assert told.endswith(".")
            assert "{" not in told
    assert not kinds & TELLS.keys()


def test_a_refusal_by_law_is_told_with_the_reasons_sentence_and_the_paragraph() -> None:
    home = Home("Estate 4", "social", "family", 3)
    facts = {"home": home, "reason": "cash_benefit", "status": 3, "status_words": "ghetto", "times": 2}
    one = Happening(date(2019, 5, 1), "barred", None, facts | {"law": date(2019, 5, 1)})
    danish = sentences(one, "da")
    assert danish.startswith("Den kan ikke få en almen familiebolig på 3 værelser i Estate 4: et medlem har i 6 ")
    assert re.search(r"§ 59", danish)
    assert "2 sådanne boliger" in danish


def test_a_chance_is_told_with_what_makes_it_high() -> None:
    odds = Odds(0.0142, (Reason("new_job", 1.3), Reason("child", 1.0, 0.0), Reason("tenure", 0.9, 50.0)))
    told = sentences(Happening(date(2016, 3, 1), "search", None, {}, odds), "da")
    assert told == (
        "Husstanden begynder at søge en anden bolig. Sandsynligheden for det var 1,4 % (nyt arbejde: 1,30 gange; "
        "efter 4 år og 2 måneder i boligen: 0,90 gange)."
    )


def test_time_is_told_as_people_say_it() -> None:
    assert [time_words(months, "en") for months in (0, 1, 12, 26)] == [
        "less than a month", "1 month", "1 year", "2 years and 2 months",
    ]  # fmt: skip


def test_origin_is_not_told(lives: list[Life]) -> None:
    for life in lives:
        for one in life.happenings:
            for lang in LANGS:
                assert not re.search(r"origin|oprindelse|western|vestlig|immigrant|indvandrer", sentences(one, lang))


def told(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["explain", "household", *args])
    assert "Traceback" not in result.output
    return result.exit_code, result.output


def test_mistakes_are_told_in_a_sentence(tmp_path: Path) -> None:
    folder, _ = folder_of(tmp_path, replace(OPTIONS, replications=2))
    ids = sorted(json.loads((folder / "provenance.json").read_text())["runs"])
    empty = tmp_path / "empty"
    empty.mkdir()
    cases = {
        ("12",): "--run is missing",
        ("--run", str(folder)): "no household is given",
        ("abc", "--run", str(folder)): "abc is not the id of a household",
        ("12", "--run", str(tmp_path / "nowhere")): "there is no such folder",
        ("12", "--run", str(empty)): "there is no provenance.json",
        ("12", "--run", str(folder)): "the folder holds 2 runs. Name one of them",
        ("12", ids[0][:-1], "--run", str(folder)): f"Did you mean {ids[0]}?",
        ("12", ids[0], "--run", str(folder), "--areas", "x.csv"): "the run had no table of areas of its own",
    }
    for args, sentence in cases.items():
        code, output = told(*args)
        assert (code, sentence in output) == (2, True), output


def test_a_run_of_another_version_or_one_that_was_changed_is_refused(tmp_path: Path) -> None:
    folder, specs = folder_of(tmp_path)
    path = folder / "provenance.json"
    held = json.loads(path.read_text())
    for change, sentence in (
        ({"versions": held["versions"] | {"data": "0" * 16}}, "Only the version that made a run can repeat it"),
        ({"scale": 0.06}, f"does not say the whole of run {run_id(specs[0])}"),
        ({"places": None}, "does not say what was run"),
    ):
        path.write_text(json.dumps(held | change))
        code, output = told("12", "--run", str(folder))
        assert (code, sentence in output) == (2, True), output
    path.write_text(json.dumps({"versions": held["versions"]}))
    code, output = told("12", "--run", str(folder))
    assert (code, "only a folder of `beboersim run` or `compare`" in output) == (2, True), output
    path.write_text("{")
    code, output = told("12", "--run", str(folder))
    assert code == 2
    assert "cannot be read as JSON" in output


def test_the_command_tells_a_life_in_words_and_in_json(tmp_path: Path) -> None:
    folder, _ = folder_of(tmp_path, replace(OPTIONS, until=date(2016, 1, 1), scale=0.02))
    code, output = told("--list", "--run", str(folder), "--quiet", "--json")
    assert code == 0
    household = str(json.loads(output)["households"][0]["household"])
    code, output = told(household, "--run", str(folder), "--quiet", "--lang", "da")
    assert code == 0
    assert output.startswith(f"Husstand {household} i kørsel ")
    code, output = told(household, "--run", str(folder), "--quiet", "--json")
    found = json.loads(output)
    assert code == 0
    assert str(found["household"]) == household
    assert all(one["en"] and one["da"] and one["kind"] for one in found["life"])
