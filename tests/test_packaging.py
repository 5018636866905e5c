"""A shipped name works from a wheel, from an editable install and from a clone, and a wheel carries what it needs.

Each way gets a Python that sees the standard library, the dependencies and nothing else of this environment: neither
the working folder nor the beboersim that is installed here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
SCENARIOS = sorted(path.stem for path in (ROOT / "scenarios").glob("*.toml"))
DATA = ("*.csv", "*.toml")

# Run without `site`, so that no path of this environment comes along; arguments are the folders to look in.
PROGRAM = """
import json, site, sys
for folder in sys.argv[1:]:
    site.addsitedir(folder)
import beboersim
from beboersim.evidence.areas import read_areas
from beboersim.law.lists import NAMES, load_rules
from beboersim.policy.catalogue import of_kind
from beboersim.policy.scenario import Scenario
from beboersim.policy.shipped import shipped_files
from beboersim.show.words import word
print(json.dumps({
    "version": beboersim.__version__,
    "package": beboersim.__file__,
    "scenarios": {name: len(Scenario.load(name).changes) for name in shipped_files("scenarios")},
    "folders": sorted({str(path.parent) for path in shipped_files("scenarios").values()}),
    "experiments": len(shipped_files("experiments")),
    "areas": len(read_areas(None)),
    "rules": [load_rules(name).name for name in NAMES],
    "levers": len(of_kind("lever")),
    "parameters": len(of_kind("parameter")),
    "word": word("status.none", "da"),
}))
"""


class Built(NamedTuple):
    """The two wheels that pip would install."""

    wheel: Path
    editable: Path


def tracked() -> list[Path]:
    """Return the files that a clone holds, those not yet committed included."""
    listing = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return sorted({ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()})


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that a clone holds."""
    folder = tmp_path_factory.mktemp("clone")
    for path in tracked():
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return folder


@pytest.fixture(scope="module")
def built(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Both wheels of the clone, by the calls that pip makes (PEP 517, PEP 660)."""
    folder = tmp_path_factory.mktemp("built")
    program = (
        "import sys\nfrom hatchling import build\n"
        "print(build.build_wheel(sys.argv[1] + '/wheel'))\nprint(build.build_editable(sys.argv[1] + '/editable'))\n"
    )
    (folder / "wheel").mkdir()
    (folder / "editable").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)], cwd=clone, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    wheel, editable = done.stdout.split()[-2:]
    return Built(folder / "wheel" / wheel, folder / "editable" / editable)


@pytest.fixture(scope="module")
def dependencies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site folder of this environment without the beboersim that is installed in it."""
    folder = tmp_path_factory.mktemp("dependencies")
    for site in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for entry in Path(site).iterdir():
            if "beboersim" not in entry.name and entry.suffix != ".pth" and not (folder / entry.name).exists():
                (folder / entry.name).symlink_to(entry)
    return folder


def unpacked(wheel: Path, folder: Path) -> Path:
    """Unpack a wheel, as an installer does into a site folder."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def told_by(folder: Path, dependencies: Path, elsewhere: Path) -> dict[str, Any]:
    """Return what a Python says that finds beboersim in `folder` and stands in another folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-S", "-X", "utf8", "-c", PROGRAM, str(folder), str(dependencies)],
        cwd=elsewhere, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def check_shipped(found: dict[str, Any]) -> None:
    assert sorted(found["scenarios"]) == SCENARIOS
    assert found["scenarios"]["law"] == 0
    assert found["scenarios"]["flexible-off"] == 1
    assert found["areas"] == 210  # rows of the lists 2010-2015
    assert found["rules"] == ["none", "2010", "2014", "2018-proposal", "2018", "2021", "aarhus"]
    assert found["levers"] > 0
    assert found["parameters"] > 0
    assert found["word"] == "ikke på listen"


def test_a_shipped_name_works_from_a_wheel(built: Built, dependencies: Path, tmp_path: Path) -> None:
    site = unpacked(built.wheel, tmp_path / "site")
    found = told_by(site, dependencies, tmp_path)
    check_shipped(found)
    assert Path(found["package"]).is_relative_to(site)
    assert [Path(folder) for folder in found["folders"]] == [site / "beboersim" / "scenarios"]


def test_a_shipped_name_works_from_an_editable_install(
    built: Built, clone: Path, dependencies: Path, tmp_path: Path
) -> None:
    found = told_by(unpacked(built.editable, tmp_path / "site"), dependencies, tmp_path)
    check_shipped(found)
    assert Path(found["package"]).is_relative_to(clone)
    assert [Path(folder) for folder in found["folders"]] == [clone / "scenarios"]


def test_a_shipped_name_works_from_a_clone_that_is_not_installed(
    clone: Path, dependencies: Path, tmp_path: Path
) -> None:
    found = told_by(clone / "src", dependencies, tmp_path)
    check_shipped(found)
    assert Path(found["package"]).is_relative_to(clone)
    assert [Path(folder) for folder in found["folders"]] == [clone / "scenarios"]


def test_the_three_ways_give_the_same_version(built: Built, clone: Path, dependencies: Path, tmp_path: Path) -> None:
    ways = [unpacked(built.wheel, tmp_path / "wheel"), unpacked(built.editable, tmp_path / "editable"), clone / "src"]
    assert len({told_by(folder, dependencies, tmp_path)["version"] for folder in ways}) == 1


def test_a_wheel_carries_every_table_and_rule_of_the_package(built: Built) -> None:
    package = ROOT / "src" / "beboersim"
    wanted = {path.relative_to(ROOT / "src").as_posix() for kind in DATA for path in package.rglob(kind)}
    wanted |= {f"beboersim/scenarios/{name}.toml" for name in SCENARIOS}
    wanted |= {f"beboersim/shipped_experiments/{path.name}" for path in (ROOT / "experiments").glob("*.toml")}
    wanted.add("beboersim/py.typed")
    held = set(zipfile.ZipFile(built.wheel).namelist())
    assert not wanted - held
    for part in ("evidence/data/area_criteria.csv", "evidence/parameters/letting.toml", "law/lists/2018.toml",
                 "law/letting/letting.toml", "policy/levers/list.toml", "show/words/status.toml"):  # fmt: skip
        assert f"beboersim/{part}" in held


def test_a_wheel_carries_the_licence_and_no_tests(built: Built) -> None:
    held = zipfile.ZipFile(built.wheel).namelist()
    assert any(name.endswith("licenses/LICENSE") for name in held)
    assert not [name for name in held if name.startswith(("tests/", "docs/"))]


def test_every_requirement_is_pinned_once_in_lower_case() -> None:
    import re
    import tomllib

    pins = [line.split("==")[0] for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()]
    assert pins == sorted(set(pins))
    assert all(pin == pin.lower() for pin in pins)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + [one for extra in project["optional-dependencies"].values() for one in extra]
    names = {re.match(r"[A-Za-z0-9_.-]+", one).group().lower() for one in wanted}  # type: ignore[union-attr]
    assert names <= set(pins)
