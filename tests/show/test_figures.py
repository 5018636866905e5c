"""The pictures: the same bytes each time, words in both languages, no area called bad."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

import fake_town as fake
from beboersim.experiments.compare import Comparison, run_scenarios, summarise
from beboersim.experiments.options import RunOptions
from beboersim.show.figures import draw, save


def compared(given: RunOptions) -> Comparison:
    return summarise(run_scenarios(given), len(given.scenarios))


@pytest.fixture(name="given")
def given_options(fake_town: None) -> RunOptions:
    made: RunOptions = fake.options(replications=3)
    return made


def texts(path: Path) -> str:
    return " ".join(element.text or "" for element in ElementTree.parse(path).iter() if element.tag.endswith("text"))


def test_pictures_are_byte_stable_and_undated(tmp_path: Path, given: RunOptions) -> None:
    found = compared(given)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        files = save(draw(found, given, "en"), tmp_path / name / "figures")
    assert {path.as_posix() for path in files} == {
        f"figures/{name}.{kind}" for name in ("over-time", "differences", "areas") for kind in ("svg", "png")
    }
    for path in files:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes(), path
    assert b"dc:date" not in (tmp_path / "one" / "figures" / "areas.svg").read_bytes()


def test_pictures_say_runs_scale_and_what_a_band_is(tmp_path: Path, given: RunOptions) -> None:
    save(draw(compared(given), given, "en"), tmp_path)
    said = texts(tmp_path / "over-time.svg")
    assert "3 runs of each scenario on the same seeds (1–3); scale 1" in said
    assert "the band holds the middle 95 %" in said
    assert "no change" in texts(tmp_path / "differences.svg")


def test_pictures_speak_danish(tmp_path: Path, given: RunOptions) -> None:
    save(draw(compared(given), given, "da"), tmp_path)
    assert "båndet rummer de midterste 95 %" in texts(tmp_path / "over-time.svg")
    assert "ingen ændring" in texts(tmp_path / "differences.svg")
    assert "1. januar 2019" in texts(tmp_path / "areas.svg")


@pytest.mark.parametrize("replications", [1, 2])
def test_few_replications_and_many_scenarios_can_be_drawn(tmp_path: Path, fake_town: None, replications: int) -> None:
    others = [fake.other_scenario(f"variant-{number}") for number in range(4)]
    given = fake.options(replications=replications, scenarios=(fake.options().scenarios[0], *others))
    save(draw(compared(given), given, "en"), tmp_path)
    said = texts(tmp_path / "over-time.svg")
    assert ("the band holds" in said) == (replications > 1)


def test_worlds_that_are_alike_say_no_change(tmp_path: Path, fake_town: None) -> None:
    given = fake.options(replications=2)
    results = run_scenarios(given)[:2]
    found = summarise([*results, *results], 2)
    save(draw(found, given, "en"), tmp_path)
    assert texts(tmp_path / "differences.svg").count("no change") > 5
