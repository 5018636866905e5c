"""What is wrong is said in one clear sentence, with exit code 2, and nothing is written. Never a traceback."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beboersim.cli import main
from beboersim.evidence.tables import shipped
from beboersim.policy.shipped import shipped_files

FIXTURES = Path(__file__).parent / "fixtures"
TABLE = (FIXTURES / "own_areas.csv").read_text(encoding="utf-8")
SCENARIO = (FIXTURES / "own_scenario.toml").read_text(encoding="utf-8")
RUN = ("run", "law", "--place", "Svendborg", "--scale", "0.02", "--until", "2016", "--quiet")
BROKEN = sorted((Path(__file__).parent / "policy" / "broken").glob("*.toml"))

FEW = settings(
    derandomize=True,
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in; it holds afterwards what the test put there, and nothing else."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(result: Result, says: str) -> None:
    """Check that one sentence, and at most one more that helps, was said and nothing else happened."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1, result.stderr
    assert says in result.stderr
    assert re.search(r"[.?]$", result.stderr.strip()), "a sentence ends with a full stop"
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--set", "letting.flexible_shar=0.5"], "Did you mean letting.flexible_share?"),
        (["--set", "letting.flexible_share=50"], "is outside 0 to 1. A share is written 0.5."),
        (["--set", "letting.flexible_share=-0.1"], "is outside 0 to 1"),
        (["--set", "letting.flexible_share=nan"], "is not a number"),
        (["--set", "letting.flexible_share=1e999"], "is outside 0 to 1"),
        (["--set", "letting.flexible_share=half"], '"half" is not a number'),
        (["--set", "letting.flexible_share=0,5"], "The decimal mark is a point."),
        (["--set", "letting.flexible_share"], "a setting is written NAME=VALUE"),
        (["--set", "=1"], "a setting is written NAME=VALUE"),
        (["--set", "list.rules=2019"], 'is not one of "none", "2010"'),
        (["--set", "list.public=0", "--set", "list.public=1"], "set twice"),
        (["--set", "list.criteria_needed=2.5"], "is not a whole number"),
        (["--set", "list.ethnicity_criterion=maybe"], "is not true or false"),
        (["--set", "leaving.stigma=7"], "leaving.stigma = 7 is outside"),
        (["--place", "Christiansø"], "Christiansø is not a Danish municipality. `beboersim places` lists all."),
        (["--place", "kobenhavn"], "Did you mean København?"),
        (["--place", "Århus"], "Did you mean Aarhus?"),
        (["--place", ""], "is not a Danish municipality"),
        (["--from", "2009"], "from 2010 to 2015"),
        (["--from", "2016", "--until", "2017"], "from 2010 to 2015"),
        (["--from", "2015-07-01"], "a run starts on 1 January"),
        (["--from", "2015-02-30"], "--from 2015-02-30 is not a date"),
        (["--until", "2014"], "--until 2014-01-01 is not after --from 2015-01-01"),
        (["--until", "2015"], "--until 2015-01-01 is not after --from 2015-01-01"),
        (["--until", "2051"], "at most 2050-01-01"),
        (["--until", "2016-01-15"], "--until is the first of one"),
        (["--until", ""], "is not a date"),
        (["--scale", "0"], "--scale 0 is not above 0 and at most 1. 0.1 is every tenth household."),
        (["--scale", "1.5"], "--scale 1.5 is not above 0"),
        (["--scale", "-1"], "--scale -1 is not above 0"),
        (["--scale", "nan"], "--scale nan is not above 0"),
        (["--scale", "all"], "'all' is not a valid float"),
        (["--seed", str(2**64)], "18446744073709551616 is not in the range"),
        (["--seed", "1.5"], "'1.5' is not a valid integer"),
        (["--preset", "centrl"], "Did you mean central?"),
        (["--workers", "0"], "0 is not in the range"),
        (["--lang", "de"], "'de' is not one of 'en', 'da'"),
        (["--no-such-option"], "`main run --help` says what is valid."),
        (["--areas", "gone.csv"], "gone.csv: there is no such file."),
        (["--areas", "."], "is a folder; a CSV file is needed."),
        (["--out", ""], "--out is empty"),
        (["--out", "x" * 300], "File name too long"),
    ],
)
def test_a_wrong_option_is_told_in_a_sentence(arguments: list[str], says: str, here: Path) -> None:
    refused(call(*RUN, *arguments), says)
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run"], "Missing argument 'SCENARIO'."),
        (["run", "law"], "no municipality is given"),
        (["run", "lav", "--place", "Svendborg"], "lav is not a scenario. Did you mean law?"),
        (["run", "gone.toml", "--place", "Svendborg"], "gone.toml: there is no such file."),
        (["run", ".", "--place", "Svendborg"], ". is a folder, not a file."),
        (["run", "no-cut", "--place", "Svendborg", "--until", "2018"], "from = 2019-01-01 is outside the run"),
        (["compare", "law", "--place", "Svendborg"], "compare takes a baseline and at least one scenario"),
        (["compare", "law", "law", "--place", "Svendborg"], "two scenarios are called law"),
        (["compare", "law", "no-cut", "--place", "Svendborg", "--replications", "0"], "0 is not in the range"),
        (["simulate"], "No such command 'simulate'."),
        (["--langt", "da"], "No such option"),
        (["check"], "Missing argument 'FILE...'."),
        (["check", "gone.csv"], "gone.csv: there is no such file."),
        (["check", "law"], "law is neither a scenario (.toml) nor a table of areas (.csv)."),
    ],
)
def test_a_wrong_command_is_told_in_a_sentence(arguments: list[str], says: str, here: Path) -> None:
    refused(call(*arguments), says)
    assert list(here.iterdir()) == []


def test_a_file_in_the_way_of_the_results_is_left_as_it_is(here: Path) -> None:
    (here / "out").write_text("mine", encoding="utf-8")
    for out in ("out", "out/results"):
        refused(call(*RUN, "--out", out), "is a file, not a folder")
    assert (here / "out").read_text(encoding="utf-8") == "mine"


def test_a_folder_with_other_files_is_left_as_it_is(here: Path) -> None:
    (here / "out").mkdir()
    (here / "out" / "thesis.txt").write_text("mine", encoding="utf-8")
    refused(call(*RUN, "--out", "out"), "the folder holds other files, such as thesis.txt.")
    assert [path.name for path in (here / "out").iterdir()] == ["thesis.txt"]


def test_a_folder_that_cannot_be_written_to_is_refused_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    # Root may write where permissions forbid it, so the refusal is the file system's.
    monkeypatch.setattr("beboersim.experiments.store.tempfile.TemporaryDirectory", refuses)
    refused(call(*RUN, "--out", "out"), "cannot be written to (Read-only file system).")


def changed(column: str, value: str, row: int = 1) -> str:
    """Return the table with one cell changed."""
    rows = list(csv.reader(io.StringIO(TABLE)))
    rows[row][rows[0].index(column)] = value
    return written(rows)


def written(rows: Sequence[Sequence[str]], separator: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(rows)
    return text.getvalue()


def without(column: str) -> str:
    rows = list(csv.reader(io.StringIO(TABLE)))
    at = rows[0].index(column)
    return written([row[:at] + row[at + 1 :] for row in rows])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (without("income_pct_of_region"), "areas.csv, row 1: the column income_pct_of_region is missing."),
        (without("year"), "the column year is missing"),
        (changed("unemployed_pct", "mange"), 'areas.csv, row 2, unemployed_pct: "mange" is not a number.'),
        (changed("residents", "1.234"), "residents:"),
        (changed("residents", "-5"), "residents: -5 is outside 1 to 1000000"),
        (changed("non_western_pct", "120"), "non_western_pct: 120 is outside 0 to 100. A percentage is written 43.5."),
        (changed("convicted_pct", "NaN"), "Leave the cell blank if the value is unknown."),
        (changed("municipality", "Svenborg"), 'municipality: "Svenborg" is not a Danish municipality. Did you mean'),
        (changed("municipality", "Xyz"), "`beboersim places` lists all."),
        (changed("area", "Solbakken", row=2), "Solbakken in Svendborg has a row for 2015 already, row 2."),
        (changed("year", "15"), "year: 15 is outside 1990 to 2100"),
        (TABLE.split("\n")[0], "has a header but no rows"),
        ("", "areas.csv is empty."),
        (TABLE + '2015,"open', "the quotation marks do not match"),
        (TABLE + "2015,Aakanten\n", "2 cells, but the header has 9 columns"),
        ("\0\1\2", "is not a text file"),
    ],
)
def test_a_wrong_table_is_refused_by_row_column_and_reason(text: str, says: str, here: Path) -> None:
    (here / "areas.csv").write_text(text, encoding="utf-8")
    refused(call("check", "areas.csv"), says)
    refused(call(*RUN, "--areas", "areas.csv", "--out", "out"), says)
    assert [path.name for path in here.iterdir()] == ["areas.csv"]


@pytest.mark.parametrize(
    ("text", "arguments", "says"),
    [
        (changed("residents", "90000"), [], "Svendborg: the areas hold more residents than the municipality has"),
        (TABLE, ["--from", "2012"], "areas.csv: no area in Svendborg belongs to 2012, in which the run starts."),
        (TABLE, ["--from", "2018", "--until", "2019"], "a run starts on 1 January of a year from 2010 to 2015"),
        (
            changed("residents", ""), [],
            "Solbakken (Svendborg) has no residents",
        ),
    ],
)  # fmt: skip
def test_a_right_table_that_fits_no_town_is_refused(text: str, arguments: list[str], says: str, here: Path) -> None:
    (here / "areas.csv").write_text(text, encoding="utf-8")
    assert call("check", "areas.csv").exit_code == 0
    refused(call(*RUN, "--areas", "areas.csv", "--out", "out", *arguments), says)
    assert [path.name for path in here.iterdir()] == ["areas.csv"]


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda text: text.encode("utf-8"), id="commas"),
        pytest.param(lambda text: danish(text).encode("utf-8"), id="semicolons"),
        pytest.param(lambda text: danish(text).encode("utf-8-sig"), id="byte order mark"),
        pytest.param(lambda text: danish(text).replace("\n", "\r\n").encode("latin-1"), id="Latin-1 from Windows"),
    ],
)
def test_a_danish_file_gives_the_same_town(write: Callable[[str], bytes], here: Path) -> None:
    """The shipped table in a Danish spreadsheet's hands is the shipped table."""
    own = here / "areas.csv"
    own.write_bytes(write(shipped("area_criteria.csv").read_text(encoding="utf-8")))
    given_table, shipped_table = call(*RUN, "--areas", own), call(*RUN)
    assert given_table.exit_code == 0, given_table.stderr
    assert given_table.stdout == shipped_table.stdout


def danish(text: str) -> str:
    """Write a table with semicolons and decimal commas."""
    header, *rows = csv.reader(io.StringIO(text))
    numbers = [at for at, name in enumerate(header) if name.endswith("_pct") or name == "income_pct_of_region"]
    return written(
        [header, *([c.replace(".", ",") if at in numbers else c for at, c in enumerate(row)] for row in rows)], ";"
    )


@pytest.mark.parametrize(
    "words", ["none", "udsat", "ghetto", "forebyggelse", "udsat+parallelsamfund+omdannelsesomraade"]
)
def test_a_table_may_hold_any_status_in_any_year(words: str, here: Path) -> None:
    rows = list(csv.reader(io.StringIO(TABLE)))
    earlier = [["2014", *row[1:]] for row in rows[1:]]
    table = [[*rows[0], "listed_as"], *([*row, words] for row in (*rows[1:], *earlier))]
    (here / "areas.csv").write_text(written(table), encoding="utf-8")
    result = call(*RUN, "--areas", "areas.csv")
    assert result.exit_code == 0, result.stderr
    assert "Solbakken" in result.stdout


def test_a_start_after_2015_works_with_a_table_of_ones_own(here: Path) -> None:
    (here / "areas.csv").write_text(TABLE.replace("2015,", "2017,"), encoding="utf-8")
    result = call(*RUN, "--areas", "areas.csv", "--from", "2017", "--until", "2018")
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_scenario_is_refused_by_check_and_run_alike(path: Path, here: Path) -> None:
    checked, ran = call("check", path), call("run", path, *RUN[2:], "--out", "out")
    refused(checked, "")
    assert checked.stderr == ran.stderr
    assert list(here.iterdir()) == []


def test_check_lists_every_wrong_file(here: Path) -> None:
    (here / "areas.csv").write_text(without("year"), encoding="utf-8")
    (here / "right.toml").write_text(SCENARIO, encoding="utf-8")
    result = call("check", "areas.csv", "gone.toml", "right.toml", "notes.txt")
    assert result.exit_code == 2
    assert result.stdout == "right.toml: ok\n"
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["Error"] * 3


def cut(text: str, at: int, length: int, bit: str) -> str:
    """Return a text with a stretch of it replaced."""
    at %= len(text)
    return text[:at] + bit + text[at + length :]


def texts(seeds: Sequence[str], bits: Sequence[str]) -> st.SearchStrategy[bytes]:
    """Bytes of any kind, or a right file with up to three stretches replaced, in one encoding or another."""
    whole = st.integers(0, 10_000)
    bit = st.one_of(st.sampled_from(bits), st.text(max_size=8))
    mutated = st.sampled_from(seeds)
    for _ in range(3):
        mutated = st.one_of(mutated, st.builds(cut, mutated, whole, st.integers(0, 30), bit))
    encoded = st.builds(
        lambda text, code: text.encode(code, "replace"), mutated, st.sampled_from(["utf-8", "latin-1", "utf-8-sig"])
    )
    return st.one_of(st.binary(max_size=60), encoded)


def never_a_traceback_nor_half_a_result(results: Sequence[Result], here: Path, given_file: str) -> None:
    for result in results:
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code in (0, 2), result.output
        assert "Traceback" not in result.output
        if result.exit_code == 2:
            refused(result, "")
    assert {path.name for path in here.iterdir()} <= {given_file, "out"}
    if (here / "out").exists():
        assert (here / "out" / "runs.parquet").exists(), "a half-written result"


@given(
    content=texts([TABLE, danish(TABLE)], ["", ",", ";", '"', "\n", "-1", "1e9", "1.234", "100", "nan", "0", "2014"])
)
@FEW
def test_any_table_is_checked_and_run_or_refused(
    content: bytes, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path_factory.mktemp("any")
    monkeypatch.chdir(here)
    (here / "areas.csv").write_bytes(content)
    checked = call("check", "areas.csv")
    ran = call(*RUN, "--until", "2015-02-01", "--areas", "areas.csv", "--out", "out")
    never_a_traceback_nor_half_a_result([checked, ran], here, "areas.csv")
    assert ran.exit_code == 0 or not (here / "out").exists()
    assert checked.exit_code == 0 or ran.exit_code == 2, "a table that check refuses does not run"


@given(
    content=texts(
        [SCENARIO, *(path.read_text(encoding="utf-8") for path in shipped_files("scenarios").values())],
        ['"', "[[change]]\n", "[", "}", "= nan", "-1", "1e999", "2016-13-01", "true", "{ status = 1 }", "[]", "\n"],
    )
)
@FEW
def test_any_scenario_is_checked_and_run_or_refused(
    content: bytes, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path_factory.mktemp("any")
    monkeypatch.chdir(here)
    (here / "mine.toml").write_bytes(content)
    checked = call("check", "--quiet", "mine.toml")
    ran = call("run", "mine.toml", *RUN[2:], "--until", "2015-02-01", "--out", "out")
    never_a_traceback_nor_half_a_result([checked, ran], here, "mine.toml")
    assert ran.exit_code == 0 or not (here / "out").exists()
    assert checked.exit_code == 0 or ran.exit_code == 2, "a scenario that check refuses does not run"
