"""Origin is read where it is registered, and nowhere else."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

import beboersim.month
from beboersim.month.order import MONTH
from beboersim.month.origin import READINGS, Reading
from beboersim.policy.catalogue import catalogue
from beboersim.show.words import catalogue_of_words
from beboersim.town import Town
from small_towns import people, small_town

FOLDER = Path(beboersim.month.__file__).parent
TELLS = {"reasons"}  # says what the month decides by, and decides nothing


def reads_origin(path: Path) -> bool:
    """Say whether a file reads a person's origin or an area's share by origin."""
    nodes = [*ast.walk(ast.parse(path.read_text()))]
    read = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    named = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return bool(read & {"origin", "non_western"} or "nonwestern_share" in named)


def test_every_module_of_the_month_that_reads_origin_is_registered() -> None:
    registered = {module for one in READINGS for module in one.modules} | TELLS
    reading = {path.stem for path in FOLDER.glob("*.py") if reads_origin(path)}
    assert "work" in reading
    assert reading <= registered


@pytest.mark.parametrize("one", READINGS, ids=lambda one: one.key)
def test_a_reading_names_a_process_that_reads_a_setting_that_is_there_and_words(one: Reading) -> None:
    assert one.process in {process.__name__ for process in MONTH}
    assert any(reads_origin(FOLDER / f"{name}.py") for name in one.modules if (FOLDER / f"{name}.py").is_file())
    assert {f"origin.{one.key}", f"origin.ground_{one.ground}"} <= catalogue_of_words().keys()
    if one.equal:
        name, value = equal(one)
        assert catalogue()[name].accept(value) == value


def equal(one: Reading) -> tuple[str, float | bool]:
    """Return the setting under which a reading makes no difference."""
    name, value = one.equal.split("=")
    words = {"true": True, "false": False}
    return name, words[value] if value in words else float(value)


def town_with(settings: dict[str, float | bool], mixed: bool, within_origin: float) -> Town:
    """Return Odense after fifteen months, its people's origin mixed among them on the first day, or not."""
    town = small_town(("Odense",), scale=0.03, months=15, settings=settings, events=60_000)
    c = town.context
    # That couples share a background is a fact with a range that does not hold nought; here it is switched off.
    c.parameters = c.parameters._replace(demography=c.parameters.demography._replace(within_origin=within_origin))
    rows = people(town.world)
    if mixed:
        origin = town.world.persons.origin
        origin[rows] = np.random.default_rng(1).permutation(origin[rows])
    town.run(town.until)
    return town


def test_with_every_reading_equalised_mixing_origin_leaves_the_log_as_it_is() -> None:
    settings = dict(equal(one) for one in READINGS if one.equal)
    plain, mixed = (town_with(settings, mixed, 0.0) for mixed in (False, True))
    np.testing.assert_array_equal(plain.events, mixed.events)
    assert (plain.world.persons.origin[:2000] != mixed.world.persons.origin[:2000]).any()


def test_without_that_mixing_origin_changes_the_log() -> None:
    plain, mixed = (town_with({}, mixed, 0.8) for mixed in (False, True))
    assert not np.array_equal(plain.events, mixed.events)
