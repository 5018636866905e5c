"""The page docs/law.md: the register of the law in both languages, made from the rules and the test cases.

Make it anew with `python -m beboersim.show.law_page tests/law docs/law.md`.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from beboersim.law.dated import Rule
from beboersim.law.lists.table import shipped_table, verdicts
from beboersim.show.law import (
    SECTIONS,
    caveat,
    period_words,
    reading_words,
    register,
    sentence,
    simulation_words,
)
from beboersim.show.law_lists import published_lines
from beboersim.show.words import LANGS, word

Cases = Mapping[str, Sequence[str]]


def cases_in(folder: Path) -> Cases:
    """Return the sentences of the test cases by the rule that they are about."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            found.setdefault(case["rule"], []).append(case["says"])
    return found


def law_page(cases: Cases) -> str:
    """Return the whole page."""
    made = "python -m beboersim.show.law_page tests/law docs/law.md"
    parts = [f"<!-- Made by `{made}`. Change the rules, not this page. -->"]
    parts += [f"# {word('law.page_title', 'en')} · {word('law.page_title', 'da')}", word("law.page_where", "en")]
    for lang in LANGS:
        parts += [f"## {word('law.page_language', lang)}", word("law.page_intro", lang)]
        parts += _register(cases, lang)
        parts += _sentences(lang)
        parts += _open(lang)
        parts += _rows(lang)
    parts += _sources()
    return "\n\n".join(parts) + "\n"


def _register(cases: Cases, lang: str) -> list[str]:
    keys = ("rule", "paragraph", "period", "source", "reading", "case", "simulation")
    lines = [_row([word(f"law.{key}", lang) for key in keys]), _row(["---"] * len(keys))]
    for entry in register():
        cells = [
            f"`{entry.id}`: {entry.title.in_language(lang)}",
            entry.paragraph,
            period_words(entry, lang),
            entry.source,
            reading_words(entry, lang),
            _cases_words(cases.get(entry.id, ()), lang),
            simulation_words(entry, lang),
        ]
        lines.append(_row(cells))
    return [f"### {word('law.page_register', lang)}", "\n".join(lines)]


def _sentences(lang: str) -> list[str]:
    parts = [f"### {word('law.page_sentences', lang)}"]
    for topic in SECTIONS:
        lines = [
            f"- {sentence(entry, lang)} ({entry.paragraph}; {period_words(entry, lang)})"
            for entry in register()
            if entry.topic == topic
        ]
        parts += [f"#### {word(f'law.topic_{topic}', lang)}", "\n".join(lines)]
    return parts


def _open(lang: str) -> list[str]:
    told: dict[str, list[Rule]] = {}
    for entry in register():
        doubt = caveat(entry, lang)
        if doubt is not None:
            told.setdefault(doubt, []).append(entry)
    lines = [f"- {', '.join(f'`{one.id}`' for one in entries)}: {doubt}" for doubt, entries in told.items()]
    return [f"### {word('law.page_open', lang)}", "\n".join(lines)]


def _rows(lang: str) -> list[str]:
    table = shipped_table()
    lines = [f"- {line}" for line in published_lines(verdicts(table, table.rows), lang)]
    return [f"### {word('law.page_rows', lang)}", "\n".join(lines)]


def _sources() -> list[str]:
    text = files("beboersim.law").joinpath("sources.toml").read_text(encoding="utf-8")
    lines = [f"- **{name}** {where}" for name, where in tomllib.loads(text).items()]
    title = " · ".join(word("law.page_sources", lang) for lang in LANGS)
    return [f"## {title}", word("law.page_sources_intro", "en"), word("law.page_sources_intro", "da"), "\n".join(lines)]


def _cases_words(says: Sequence[str], lang: str) -> str:
    if not says:
        return word("law.no_case", lang)
    if len(says) == 1:
        return says[0]
    return word("law.more_cases", lang).format(first=says[0], more=len(says) - 1)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(law_page(cases_in(Path(sys.argv[1]))), encoding="utf-8")
