"""The documents say what is there, and the files hold nothing that does not belong in them."""

from __future__ import annotations

import csv
import importlib
import re
import shlex
import subprocess
import tomllib
from functools import cache
from itertools import takewhile
from pathlib import Path

import click
import pytest

from beboersim.cli import main
from beboersim.policy.catalogue import catalogue, of_kind
from beboersim.policy.scenario import Scenario
from beboersim.policy.shipped import shipped_files
from beboersim.policy.where import STATUSES
from beboersim.show.words import word

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.da.md")
SPOKEN = (*READMES, "docs/guide.md")
LAST_LIST = 2015  # lists from 2016 on are held out: no area's status or figures after this year
AREA_TABLES = ("area_criteria.csv", "area_criteria_notes.csv")
# These reach further. They may count homes, or areas of the nation, but hold no area's status or figures.
DATED_LATER = {
    "area_dwellings.csv": {"year", "area", "municipality", "dwellings", "note", "source_url"},
    "list_counts.csv": {"year", "category", "count", "source_url"},
}
# Words are put together here, so that this file does not hold them.
REGISTRIES = ("py" + "pi.", "pythonhosted" + ".", "files.python" + "hosted", "conda.ana" + "conda", "index" + "-url")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:home|root|work|Users|mnt|var/lib)/\w")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def tracked() -> tuple[Path, ...]:
    """The files that a clone holds, those not yet committed included."""
    listing = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return tuple(sorted({ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()}))


def commands_in(name: str) -> list[list[str]]:
    """Return the beboersim commands in the code blocks of a document, as arguments."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", text(name), flags=re.DOTALL | re.MULTILINE)
    lines = [line.strip() for language, block in blocks if not language for line in block.splitlines()]
    lines += re.findall(r"`(beboersim [^`]+)`", text(name))
    return [words[1:] for line in lines if (words := shlex.split(line)) and Path(words[0]).name == "beboersim"]


def python_blocks(name: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", text(name), flags=re.DOTALL | re.MULTILINE)


def public_commands() -> list[str]:
    """Every command by its whole name, `explain month` and not `explain`."""
    found = []
    for name, command in main.commands.items():
        inner = command.commands if isinstance(command, click.Group) else {}
        found += [f"{name} {part}" for part in inner] or [name]
    return found


@pytest.mark.parametrize("name", SPOKEN)
def test_the_commands_in_a_document_exist_with_these_options(name: str) -> None:
    found = commands_in(name)
    assert found
    for words in found:
        command: click.Command = main
        while isinstance(command, click.Group):
            assert words[0] in command.commands, f"{name}: {words[0]}"
            command = command.commands[words.pop(0)]
        known = {option for one in command.params for option in one.opts}
        given = {word.split("=")[0] for word in words if word.startswith("--")}
        assert given <= known, f"{name}: {command.name} {sorted(given - known)}"


@pytest.mark.parametrize("name", SPOKEN)
def test_the_scenarios_in_a_documents_commands_are_shipped(name: str) -> None:
    shipped = shipped_files("scenarios")
    for words in commands_in(name):
        if words[0] in ("run", "compare"):
            plain = list(takewhile(lambda one: not one.startswith("-"), words[1:]))
            own = ("SCENARIO", "BASELINE", "SCENARIO...", "my-scenario.toml", "...")
            assert not [word for word in plain if word not in shipped and word not in own], words


def test_the_guide_mentions_every_command() -> None:
    guide = text("docs/guide.md")
    assert not [name for name in public_commands() if f"`beboersim {name}" not in guide]


@pytest.mark.parametrize("name", READMES)
def test_a_readme_gives_the_two_commands_and_what_is_not_modelled(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), flags=re.MULTILINE))
    for command in ("make demo", "make test"):
        assert f"\n{command}\n" in text(name)
        assert command.split()[1] in targets
    for paragraph in ("§ 51 b", "§ 51 c"):
        assert paragraph in text(name)
    assert "CC BY 4.0" in text(name)
    assert "Danmarks Statistik" in text(name)


@pytest.mark.parametrize("name", READMES)
def test_a_readmes_make_variables_exist(name: str) -> None:
    variables = set(re.findall(r"^([A-Z_]+) \?=", text("Makefile"), flags=re.MULTILINE))
    assert set(re.findall(r"\b([A-Z_]{3,})=", text(name))) <= variables


def test_the_demo_compares_shipped_scenarios() -> None:
    scenarios = re.search(r"^SCENARIOS \?= (.*)$", text("Makefile"), flags=re.MULTILINE)
    assert scenarios is not None
    assert set(scenarios.group(1).split()) <= set(shipped_files("scenarios"))


def test_the_scenario_in_the_guide_is_right(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```toml\n(.*?)^```", text("docs/guide.md"), flags=re.DOTALL | re.MULTILINE)
    path = tmp_path / "my-scenario.toml"
    path.write_text(block, encoding="utf-8")
    assert Scenario.load(path).changes[0].set == {"letting.flexible_share": 0.5}


def test_the_python_in_the_guide_compiles_and_its_names_exist() -> None:
    blocks = python_blocks("docs/guide.md")
    assert blocks
    for block in blocks:
        compile(block, "guide.md", "exec")
        for module, names in re.findall(r"^from (beboersim\S*) import (.+)$", block, flags=re.MULTILINE):
            for name in names.split(", "):
                assert hasattr(importlib.import_module(module), name), f"{module}.{name}"


def test_the_guide_shows_the_guard_that_spawn_needs() -> None:
    guarded = [block for block in python_blocks("docs/guide.md") if "workers=" in block]
    assert guarded
    assert all('if __name__ == "__main__":' in block for block in guarded)


def test_the_glossary_holds_every_status_word_in_both_languages() -> None:
    glossary = text("docs/glossary.md")
    for status in STATUSES:
        assert f"`{status}`" in glossary, status
        assert word(f"status.{status}", "da").split(" (")[0] in glossary, status
        assert word(f"status.{status}", "en").split(" (")[0] in glossary, status


def test_a_lever_in_a_document_is_in_the_catalogue() -> None:
    groups = "|".join(sorted({name.split(".")[0] for name in catalogue()}))
    files = {path.name for path in tracked()}
    for name in (*SPOKEN, "docs/glossary.md", "docs/odd.md", "docs/decisions.md"):
        for found in re.findall(rf"`((?:{groups})\.[a-z_]+)`", text(name)):
            assert found in catalogue() or found in files, f"{name}: {found}"


def test_every_lever_and_switch_says_what_it_does_in_both_languages() -> None:
    for quantity in (*of_kind("lever"), *of_kind("switch"), *of_kind("parameter")):
        for said in (quantity.label, quantity.help):
            assert said.en.strip(), quantity.name
            assert said.da.strip(), quantity.name


def test_links_between_the_documents_lead_somewhere() -> None:
    for path in (ROOT / name for name in (*READMES, *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")))):
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), f"{path.name}: {link}"


def test_the_odd_names_every_process_of_the_month() -> None:
    from beboersim.month.order import MONTH

    odd = text("docs/odd.md")
    assert not [process.__name__ for process in MONTH if process.__name__ not in odd]


def test_the_version_is_the_same_everywhere() -> None:
    from beboersim import __version__

    assert f"version: {__version__}\n" in text("CITATION.cff")
    assert f"## {__version__}" in text("CHANGELOG.md")


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    for path in tracked():
        if path.suffix in (".png", ".parquet"):
            continue
        says = path.read_text(encoding="utf-8", errors="replace")
        assert not [host for host in REGISTRIES if host in says], path
        assert MACHINE_PATHS.search(says) is None, path


@pytest.mark.parametrize("name", AREA_TABLES)
def test_no_table_of_areas_reaches_into_the_years_held_out(name: str) -> None:
    with (ROOT / "src" / "beboersim" / "evidence" / "data" / name).open(encoding="utf-8", newline="") as file:
        years = [int(row["year"]) for row in csv.DictReader(file)]
    assert years
    assert max(years) <= LAST_LIST


@pytest.mark.parametrize("name", DATED_LATER)
def test_a_table_that_reaches_further_has_no_column_for_an_areas_figures(name: str) -> None:
    with (ROOT / "src" / "beboersim" / "evidence" / "data" / name).open(encoding="utf-8", newline="") as file:
        assert set(csv.DictReader(file).fieldnames or ()) == DATED_LATER[name]


def test_no_shipped_scenario_singles_out_a_named_area() -> None:
    for path in shipped_files("scenarios").values():
        changes = tomllib.loads(path.read_text(encoding="utf-8")).get("change", [])
        assert not [
            change for change in changes if isinstance(change.get("where"), dict) and "places" in change["where"]
        ]
