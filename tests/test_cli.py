"""What the command line prints, refuses and hands on."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import types
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beboersim.cli import LAST_YEAR, main
from beboersim.experiments.options import RunOptions
from beboersim.policy.shipped import shipped_files

HEAVY = ("mesa", "pandas", "numba", "scipy", "matplotlib", "pyarrow", "numpy")
RUN = ("run", "law", "--place", "Svendborg")
COMMANDS = (
    "analyse", "check", "compare", "explain", "law", "levers", "metrics", "parameters", "places", "run", "scenarios",
    "sweep", "warm-up",
)  # fmt: skip
SHIPPED = {name: path.read_text(encoding="utf-8") for name, path in shipped_files("scenarios").items()}


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture
def handed_on(monkeypatch: pytest.MonkeyPatch) -> list[RunOptions]:
    """What `run` and `compare` hand to the experiments."""
    found: list[RunOptions] = []
    for function in ("run_command", "compare_command"):
        monkeypatch.setattr(f"beboersim.show.commands.{function}", lambda options, *_: found.append(options))
    return found


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["compare", "--help"], ["sweep", "--help"], ["--version"]]
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom beboersim.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit as end:\n    assert not end.code\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\nassert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    result = call(command, "--help")
    assert result.exit_code == 0
    assert "Example:\n" in result.output
    assert f"  beboersim {command}" in result.output


def test_the_commands_are_those_named_here() -> None:
    assert sorted(main.commands) == sorted(COMMANDS)


@pytest.mark.parametrize("command", ["levers", "parameters", "scenarios", "places", "metrics"])
def test_a_catalogue_speaks_both_languages_and_json(command: str) -> None:
    english, danish, as_json = (call(command, *more) for more in ((), ("--lang", "da"), ("--json",)))
    assert [result.exit_code for result in (english, danish, as_json)] == [0, 0, 0], as_json.output
    assert english.stdout.split("\n")[0] != danish.stdout.split("\n")[0]
    assert len(json.loads(as_json.stdout)) == len(english.stdout.strip().split("\n")) - 1


def test_the_levers_are_listed_with_default_and_range() -> None:
    line = next(line for line in call("levers").stdout.split("\n") if line.startswith("letting.flexible_share"))
    assert line.split("\t") == [
        "letting.flexible_share",
        "Share of the remaining lettings that go to applicants in work or education by agreement",
        "0.1", "0 - 1", "share 0-1", "yes",
    ]  # fmt: skip
    assert "220000000; from 2015-01-01: 235000000; from 2019-01-01: 135000000" in call("levers").stdout


def test_a_scenario_is_shown_as_lever_value_dates_and_places() -> None:
    result = call("scenarios", "no-cut")
    assert "funding.social_frame\t235000000\t2019-01-01\tend of the run\teverywhere" in result.stdout
    assert "områder med status på listen" in call("scenarios", "no-assignment-in-listed", "--lang", "da").stdout
    assert "Nothing is changed" in call("scenarios", "law").stdout
    assert json.loads(call("scenarios", "no-cut", "--json").stdout)["changes"] == [
        {
            "lever": "funding.social_frame",
            "value": 235e6,
            "from": "2019-01-01",
            "until": None,
            "where": {"kind": "all", "names": []},
        }
    ]
    assert call("scenarios", "no-cutt").exit_code == 2


def test_the_places_are_the_98_municipalities() -> None:
    places = {place["name"]: place for place in json.loads(call("places", "--json").stdout)}
    assert len(places) == 98
    assert "Bispehaven" in places["Aarhus"]["areas"]


def test_explain_month_prints_the_order_with_the_first_line_of_each_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave() -> None:
        """Let households decide.

        And more.
        """

    def let() -> None:
        """Fill the vacancies."""

    order = types.ModuleType("beboersim.month.order")
    order.MONTH = (leave, let)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, order.__name__, order)
    expected = [
        {"process": "leave", "says": "Let households decide.", "reads_origin": []},
        {"process": "let", "says": "Fill the vacancies.", "reads_origin": []},
    ]
    assert json.loads(call("explain", "month", "--json").stdout) == expected
    assert call("explain", "month").stdout.split("\n")[1] == "1\tleave\tLet households decide."


def test_explain_month_shows_where_origin_is_read() -> None:
    told = call("explain", "month").stdout
    assert "Where origin is read in a month, and nowhere else:" in told
    readings = {one["process"]: one["reads_origin"] for one in json.loads(call("explain", "month", "--json").stdout)}
    assert readings["leaving"] == readings["crime"] == []
    assert {read["equal"] for read in readings["measuring"]} == {"list.ethnicity_criterion=false"}


def test_check_says_ok_or_what_is_wrong(tmp_path: Path) -> None:
    right, wrong = tmp_path / "right.toml", tmp_path / "wrong.toml"
    right.write_text(SHIPPED["no-cut"], encoding="utf-8")
    wrong.write_text(SHIPPED["no-cut"].replace("social_frame", "social_frmae"), encoding="utf-8")
    result = call("check", str(right))
    assert (result.exit_code, result.output) == (0, f"{right}: ok\n")
    assert call("check", "--quiet", str(right)).output == ""
    result = call("check", str(wrong), str(right), "nothing.txt")
    assert (result.exit_code, result.stdout) == (2, f"{right}: ok\n")
    assert result.stderr.split("\n")[0].endswith(
        "wrong.toml, line 8: funding.social_frmae is not a lever. Did you mean funding.social_frame?"
    )
    assert "nothing.txt is neither a scenario (.toml) nor a table of areas (.csv)." in result.stderr
    assert [one["ok"] for one in json.loads(call("check", "--json", str(right), str(wrong)).stdout)] == [True, False]


def test_check_reads_tables_of_areas_and_their_names(tmp_path: Path) -> None:
    table, scenario = tmp_path / "areas.csv", tmp_path / "here.toml"
    columns = ["year", "area", "municipality", "residents", "non_western_pct", "unemployed_pct", "convicted_pct",
               "basic_education_pct", "income_pct_of_region"]  # fmt: skip
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, [2015, "Eksempelby", "Aarhus", 1200, 40, 41, 2.0, 50, 60]])
    scenario.write_text(
        SHIPPED["flexible-wide"].replace('where = "all"', 'where = { places = ["Eksempelby"] }'), encoding="utf-8"
    )
    assert call("check", str(table)).output == f"{table}: ok\n"
    assert call("check", str(scenario)).exit_code == 2
    assert call("check", "--areas", str(table), str(scenario)).exit_code == 0
    table.write_text(table.read_text(encoding="utf-8").replace("1200", "many"), encoding="utf-8")
    result = call("check", str(table))
    assert result.exit_code == 2
    assert "residents" in result.stderr


def test_run_hands_on_what_was_asked_for(handed_on: list[RunOptions], tmp_path: Path) -> None:
    result = call(
        *RUN, "--place", "aarhus", "--place", "Svendborg", "--from", "2014-01-01", "--until", "2016", "--seed", "7",
        "--scale", "0.1", "--preset", "null", "--set", "list.public=0", "--workers", "2",
        "--out", str(tmp_path / "a/b"), "--quiet", "--lang", "da", "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    (options,) = handed_on
    assert [one.id for one in options.scenarios] == ["law"]
    assert options == RunOptions(
        scenarios=options.scenarios, places=("Svendborg", "Aarhus"), start=date(2014, 1, 1), until=date(2016, 1, 1),
        seed=7, replications=1, scale=0.1, preset="null", settings={"list.public": 0.0}, workers=2,
        out=tmp_path / "a/b", quiet=True, lang="da", json=True,
    )  # fmt: skip
    assert not (tmp_path / "a").exists()


def test_compare_hands_on_its_scenarios_in_order(handed_on: list[RunOptions]) -> None:
    result = call("compare", "law", "no-cut", "local-youth", "--place", "Svendborg", "--replications", "3")
    assert result.exit_code == 0, result.output
    (options,) = handed_on
    assert [one.id for one in options.scenarios] == ["law", "no-cut", "local-youth"]
    assert options.replications == 3
    assert options.workers >= 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "law"], "no municipality is given"),
        (["run", "law", "--place", "Svendbor"], "Did you mean Svendborg?"),
        (["run", "lov", "--place", "Svendborg"], "lov is not a scenario"),
        ([*RUN, "--from", "2015-13-01"], "--from 2015-13-01 is not a date"),
        ([*RUN, "--from", "soon"], "--from soon is not a date"),
        ([*RUN, "--from", "2009"], "from 2010 to 2015"),
        ([*RUN, "--from", "2016"], "from 2010 to 2015"),
        ([*RUN, "--from", "2015-02-01"], "1 January"),
        ([*RUN, "--until", "2015"], "--until 2015-01-01 is not after --from 2015-01-01"),
        ([*RUN, "--until", str(LAST_YEAR + 1)], f"at most {LAST_YEAR}-01-01"),
        ([*RUN, "--until", "2016-01-15"], "the first of one"),
        ([*RUN, "--scale", "0"], "--scale 0 is not above 0"),
        ([*RUN, "--scale", "nan"], "--scale nan is not above 0"),
        ([*RUN, "--scale", "10"], "--scale 10 is not above 0"),
        ([*RUN, "--seed", "-1"], "0<=x<=18446744073709551615"),
        ([*RUN, "--preset", "centrl"], "--preset centrl is not a preset. Did you mean central?"),
        ([*RUN, "--set", "list.publc=0"], "Did you mean list.public?"),
        ([*RUN, "--areas", "gone.csv"], "gone.csv"),
        ([*RUN, "--workers", "0"], "x>=1"),
        ([*RUN, "--out", "pyproject.toml"], "pyproject.toml is a file, not a folder"),
        ([*RUN, "--out", "pyproject.toml/results"], "pyproject.toml is a file, not a folder"),
        ([*RUN, "--lang", "de"], "'de' is not one of 'en', 'da'"),
        (["run", "no-cut", "--place", "Svendborg", "--until", "2018"], "no-cut.toml, line 6: from = 2019-01-01"),
        (["compare", "law", "--place", "Svendborg"], "compare takes a baseline and at least one scenario"),
        (["compare", "law", "law", "--place", "Svendborg"], "two scenarios are called law"),
        (["compare", "law", "no-cut", "--place", "Svendborg", "--seed", str(2**64 - 1)], "leaves no room"),
        (["levers", "--langt", "da"], "--lang"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_a_sentence_and_exits_with_2(
    arguments: list[str], says: str, handed_on: list[RunOptions], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parent.parent)
    result = call(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr.replace("\n", " ")
    assert result.stdout == ""
    assert not handed_on


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (RuntimeError("lost"), "it is not your input: RuntimeError: lost"),
        (OSError(28, "No space left"), "No space left"),
    ],
)
def test_a_failure_of_our_own_is_told_without_a_traceback(
    error: Exception, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(options: RunOptions) -> None:
        raise error

    monkeypatch.setattr("beboersim.show.commands.run_command", fails)
    result = call(*RUN)
    assert result.exit_code == 1
    assert says in result.stderr
    assert "Traceback" not in result.output
    assert call("--debug", *RUN).exception is error


def mutations() -> st.SearchStrategy[str]:
    """Shipped scenarios with a stretch cut out and another text put in, or any text at all."""
    bits = st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            ['"', "[[change]]\n", "[", "}", "= nan", "-1", "1e999", "[scenario]\n", "\n", "{ status = 1 }", "[]"]
        ),
    )

    def cut(text: str, at: int, length: int, bit: str) -> str:
        at %= len(text)
        return text[:at] + bit + text[at + length :]

    whole = st.integers(0, 10_000)
    return st.one_of(
        st.text(), st.builds(cut, st.sampled_from(sorted(SHIPPED.values())), whole, st.integers(0, 60), bits)
    )


@given(text=mutations())
@settings(
    derandomize=True, max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_check_never_fails_whatever_the_file_holds(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    result = call("check", str(path))
    assert result.exit_code in (0, 2), result.output
    assert (result.exit_code == 0) == (result.output == f"{path}: ok\n")


@pytest.mark.parametrize(
    "make", [lambda text: text.encode("utf-16"), lambda text: text.encode("latin-1") + b"\xff\x00"]
)
def test_check_never_fails_on_bytes_that_are_no_text(make: Callable[[str], bytes], tmp_path: Path) -> None:
    path = tmp_path / "any.toml"
    path.write_bytes(make(SHIPPED["no-cut"]))
    assert call("check", str(path)).exit_code == 2
