"""The page docs/parameters.md: every lever, switch and parameter in both languages, made from the catalogue.

Make it anew with `python -m beboersim.show.parameters_page docs/parameters.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from beboersim.policy.catalogue import KINDS, PRESETS, Quantity, of_kind, shown
from beboersim.show.words import LANGS, word

MADE = "python -m beboersim.show.parameters_page docs/parameters.md"


def parameters_page() -> str:
    """Return the whole page: a part a language, a table a kind and group."""
    parts = [f"<!-- Made by `{MADE}`. Change the catalogue, not this page. -->"]
    parts += [f"# {word('parameters.title', 'en')} · {word('parameters.title', 'da')}"]
    for lang in LANGS:
        parts += [f"## {word('parameters.language', lang)}", word("parameters.intro", lang)]
        parts += ["\n".join(f"- `{name}`: {word(f'preset.{name}', lang)}" for name in PRESETS)]
        for kind in KINDS:
            parts += [f"### {word(f'parameters.{kind}', lang)}", word(f"parameters.{kind}_intro", lang)]
            groups = sorted({one.group for one in of_kind(kind)})
            for group in groups:
                parts += [f"#### `{group}`", _table([one for one in of_kind(kind) if one.group == group], lang)]
    return "\n\n".join(parts) + "\n"


def _table(quantities: Sequence[Quantity], lang: str) -> str:
    """Return a row a quantity; the columns of presets only where a preset departs from the default."""
    presets = [name for name in PRESETS if any(name in one.presets for one in quantities)]
    keys = ("name", "label", "unit", "default", "range")
    heads = [word(f"parameters.{key}", lang) for key in keys]
    heads += [f"`{name}`" for name in presets]
    heads += [word(f"parameters.{key}", lang) for key in ("strength", "source")]
    lines = [_row(heads), _row(["---"] * len(heads))]
    for one in quantities:
        told = [f"`{one.name}`", f"{one.label.in_language(lang)}. {one.help.in_language(lang)}", one.unit]
        told += [_default(one, lang), _range(one, lang)]
        told += [shown(one.preset(name)) for name in presets]
        lines.append(_row([*told, one.strength, one.source]))
    return "\n".join(lines)


def _default(one: Quantity, lang: str) -> str:
    """Return the default, or each with the day from which it holds."""
    if len(one.history) == 1:
        return shown(one.history[0].value)
    since = word("parameters.since", lang)
    return "; ".join(f"{shown(dated.value)} {since} {dated.start.isoformat()}" for dated in one.history)


def _range(one: Quantity, lang: str) -> str:
    if one.range is not None:
        low, high = one.range
        return f"{shown(low)} – {shown(high)}" + (f" ({word('parameters.by_place', lang)})" if one.places else "")
    return ", ".join(one.choices) if one.choices else word("parameters.yes_or_no", lang)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(parameters_page(), encoding="utf-8")
