"""What run and compare print and write."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import fake_town as fake
from beboersim.errors import InputError
from beboersim.experiments.options import RunOptions
from beboersim.show.commands import compare_command, run_command


def asked(**changed: object) -> RunOptions:
    made: RunOptions = fake.options(**({"replications": 3, "scale": 0.1} | changed))
    return made


def one_scenario(**changed: object) -> RunOptions:
    return asked(replications=1, scenarios=fake.options().scenarios[:1], **changed)


def test_compare_says_what_it_rests_on(fake_town: None, capsys: pytest.CaptureFixture[str]) -> None:
    compare_command(asked())
    out, err = capsys.readouterr()
    assert "3 runs of each scenario on the same seeds 1–3; scale 0.1; preset central." in out
    assert "law, no-public-list in Aarhus, Odense, 1 January 2015 to 1 January 2019" in out
    assert "±" in out
    assert "Ahornvej" in out
    assert err == ""


def test_compare_speaks_danish(fake_town: None, capsys: pytest.CaptureFixture[str]) -> None:
    compare_command(asked(lang="da"))
    out = capsys.readouterr().out
    assert "3 kørsler af hvert scenarie" in out
    assert "- fordi andre bor her" in out
    assert "Ingen offentlig liste" in out


def test_compare_writes_the_folder_and_names_its_files(
    tmp_path: Path, fake_town: None, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "results"
    compare_command(asked(out=folder))
    out = capsys.readouterr().out
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert len(files) == 10
    assert all(name in out for name in files)


def test_compare_prints_json_and_nothing_else(fake_town: None, capsys: pytest.CaptureFixture[str]) -> None:
    compare_command(asked(json=True))
    answer = json.loads(capsys.readouterr().out)
    assert answer["replications"] == 3
    assert answer["files"] == []


def test_a_folder_with_other_runs_is_refused_before_anything_runs(tmp_path: Path, fake_town: None) -> None:
    folder = tmp_path / "results"
    run_command(one_scenario(out=folder, json=True))
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(InputError, match="holds other runs"):
        run_command(one_scenario(out=folder, json=True, seed=7))
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_run_prints_start_end_and_change(fake_town: None, capsys: pytest.CaptureFixture[str]) -> None:
    run_command(one_scenario())
    out = capsys.readouterr().out
    assert "One run, seed 1; scale 0.1; preset central." in out
    assert "1 January 2015\t1 January 2019\tChange" in out
    assert "Birkeparken" in out


def test_run_answers_in_json(fake_town: None, capsys: pytest.CaptureFixture[str]) -> None:
    run_command(replace(one_scenario(), json=True))
    answer = json.loads(capsys.readouterr().out)
    assert answer["dates"][0] == "2015-01-01"
    assert len(answer["areas"]) == 5


def test_nothing_is_left_when_a_run_fails(tmp_path: Path, fake_town: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("stop")

    monkeypatch.setattr(fake.FakeTown, "run", fail)
    with pytest.raises(RuntimeError):
        run_command(one_scenario(out=tmp_path / "results"))
    assert list(tmp_path.iterdir()) == []
