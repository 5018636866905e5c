"""The page docs/state.md: what mechanisms and rules ask of the state, and where the model holds it, in both languages.

Make it anew with `python -m beboersim.show.state_page docs/state.md`.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, StrictStr, model_validator

from beboersim.law.reading import Form, read_form, wrong_at
from beboersim.policy.catalogue import SOURCE, Text
from beboersim.policy.shipped import PACKAGE
from beboersim.show.words import LANGS, word

How = Literal["column", "derived", "proxy", "not held"]
HOW: tuple[How, ...] = get_args(How)
FILE = "evidence/state.toml"
MADE = "python -m beboersim.show.state_page docs/state.md"
EXAMPLE_TEXT = '{ en = "...", da = "..." }'


class Held(Form):
    """One thing that is asked for, and where it is held."""

    needs: Text = Field(examples=[EXAMPLE_TEXT])
    by: tuple[StrictStr, ...] = Field(min_length=1, examples=['["M05"]'])
    held: StrictStr = Field(examples=['"persons.activity"'])
    how: How = Field(examples=['"column"'])
    source: StrictStr = Field(min_length=1, examples=['"E014"'])

    @model_validator(mode="after")
    def _is_somewhere(self) -> Held:
        if (self.how == "not held") == bool(self.held):
            raise wrong_at(("held",), "what is held says where, and what is not held says nowhere.")
        for place in self.places:
            if not exists(place):
                raise wrong_at(("held",), f'"{place}" is no column of world/state.py and nothing in the package.')
        if not (SOURCE.search(self.source) or self.source.startswith("data: ")):
            raise wrong_at(("source",), "the source names an id or the data, or says assumption.")
        return self

    @property
    def places(self) -> tuple[str, ...]:
        """The columns or functions, one by one."""
        return tuple(self.held.split(", ")) if self.held else ()


class State(Form):
    """The file."""

    state: tuple[Held, ...] = Field(min_length=1)


def exists(place: str) -> bool:
    """Say whether a place is table.column of the state, or a module or function of the package."""
    from beboersim.world.columns import described
    from beboersim.world.state import Areas, Dwellings, Households, Persons, Ties

    tables = {"persons": Persons, "ties": Ties, "households": Households, "dwellings": Dwellings, "areas": Areas}
    table, _, column = place.partition(".")
    if table in tables:
        return column in described(tables[table])
    if (PACKAGE / f"{place.replace('.', '/')}.py").is_file():
        return True
    module, _, name = place.rpartition(".")
    there = (PACKAGE / f"{module.replace('.', '/')}.py").is_file()
    return there and hasattr(import_module(f"beboersim.{module}"), name)


@cache
def all_held() -> tuple[Held, ...]:
    """Return the shipped table."""
    return read_form(FILE, (PACKAGE / FILE).read_text(encoding="utf-8"), State, "a file of state").state


def state_page() -> str:
    """Return the whole page: a table a language."""
    parts = [f"<!-- Made by `{MADE}`. Change the table of state, not this page. -->"]
    parts += [f"# {word('state.title', 'en')} · {word('state.title', 'da')}"]
    for lang in LANGS:
        parts += [f"## {word('state.language', lang)}", word("state.intro", lang)]
        keys = ("needs", "by", "how", "held", "source")
        lines = [_row([word(f"state.{key}", lang) for key in keys]), _row(["---"] * len(keys))]
        for one in all_held():
            held = ", ".join(f"`{place}`" for place in one.places) or "–"
            how = word(f"state.how_{one.how.replace(' ', '_')}", lang)
            lines.append(_row([one.needs.in_language(lang), ", ".join(one.by), how, held, one.source]))
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(state_page(), encoding="utf-8")
