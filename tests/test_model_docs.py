"""The notebook and the guide's Mesa section run as they stand, and say what is there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import mesa
import pytest

import beboersim.agents
from beboersim.agents import ATTRIBUTES, Household, HouseholdSet

DOCS = Path(__file__).parent.parent / "docs"
GUIDE = (DOCS / "guide.md").read_text(encoding="utf-8")
SECTION = GUIDE[GUIDE.index("## From Python, with Mesa") : GUIDE.index("### Several processes need")]
NOTEBOOK = json.loads((DOCS / "notebooks" / "mesa.ipynb").read_text(encoding="utf-8"))
CODE = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


def run(blocks: list[str], name: str) -> list[Any]:
    """Run blocks of code one after the other, as a notebook does, and return what the last line of each gives."""
    names: dict[str, Any] = {"__name__": "notebook"}
    shown = []
    for number, block in enumerate(blocks, start=1):
        *before, last = block.rstrip().splitlines()
        exec(compile("\n".join(before), f"{name}, block {number}", "exec"), names)
        try:
            code = compile(last, f"{name}, block {number}", "eval")
        except SyntaxError:
            exec(compile(block, f"{name}, block {number}", "exec"), names)
            shown.append(None)
        else:
            shown.append(eval(code, names))
    return [*shown, names]


def test_the_notebook_runs_and_shows_what_it_says() -> None:
    *shown, names = run(CODE, "mesa.ipynb")
    model, households = names["model"], names["households"]
    assert model.date.isoformat() == "2016-01-01"
    people, alone, oldest = shown[1]
    assert people == model.headlines["population"]
    assert alone == households.get("size").count(1)
    assert set(oldest) <= {"social", "private_rented", "owner_occupied", None}
    frame = shown[2]
    assert list(frame.index) == list(range(1, 13))
    assert set(frame.columns) == {"social", "private_rented", "owner_occupied"}
    assert ((frame >= 1) & (frame < 6)).all(axis=None)
    areas = shown[3]
    assert areas
    assert [name for name, *_ in areas] == [area.name for area in model.places if area.kind == "named_area"]


def test_the_notebook_is_short_and_holds_no_results() -> None:
    lines = [line for block in CODE for line in block.splitlines() if line.strip()]
    assert len(lines) <= 12
    for cell in NOTEBOOK["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
    words = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "markdown"]
    assert all(re.search(r"\n\n\*.+\*$", said) for said in words), "each text is there in Danish as well"


def test_the_guides_examples_run(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", SECTION, flags=re.DOTALL | re.MULTILINE)
    assert len(blocks) == 5
    *_, names = run(blocks, "guide.md")
    printed = capsys.readouterr().out
    assert "2016-01-01" in printed
    assert isinstance(names["households"], HouseholdSet)
    assert names["frame"].index.names == ["Step", "AgentID"]
    assert len(names["rows"]) in (48, 52)
    assert callable(names["page"])


def test_the_guide_names_every_attribute_and_every_type() -> None:
    assert not [name for name in ATTRIBUTES if f"`{name}`" not in SECTION]
    listed = set(re.findall(r"`(\w+)`", SECTION[SECTION.index("- from the household's") : SECTION.index("`members`")]))
    assert listed == set(ATTRIBUTES)
    types = [name for name in beboersim.agents.__all__ if isinstance(getattr(beboersim.agents, name), type)]
    for name in types:
        if issubclass(getattr(beboersim.agents, name), mesa.Agent):
            assert f"| `{name}` |" in SECTION


def test_the_guide_says_what_can_be_set() -> None:
    (said,) = re.findall(r"\*\*Setting\.\*\* (.*?) can be set", SECTION)
    assert set(re.findall(r"`(\w+)`", said)) == {name for name, one in ATTRIBUTES.items() if one.write is not None}
    assert all(hasattr(Household, name) for name in ("members", "place", "waiting_lists", "exists", "lives_here"))
