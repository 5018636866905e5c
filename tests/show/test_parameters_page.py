"""The page of levers, switches and parameters is made from the catalogue."""

from __future__ import annotations

from pathlib import Path

from beboersim.policy.catalogue import PRESETS, catalogue
from beboersim.show.parameters_page import MADE, parameters_page

ROOT = Path(__file__).parents[2]


def test_the_page_is_the_one_that_the_catalogue_gives() -> None:
    assert (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8") == parameters_page(), MADE


def test_every_quantity_has_a_row_in_each_language_with_its_source() -> None:
    lines = parameters_page().splitlines()
    for name, one in catalogue().items():
        rows = [line for line in lines if line.startswith(f"| `{name}` |")]
        assert len(rows) == 2, name
        assert one.label.en in rows[0], name
        assert one.label.da in rows[1], name
        assert all(one.source.replace("|", "\\|") in row for row in rows), name


def test_every_preset_is_explained() -> None:
    assert all(parameters_page().count(f"- `{preset}`: ") == 2 for preset in PRESETS)
