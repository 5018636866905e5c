"""The page docs/claims.md: every claim of the two documents in both languages, made from the table of claims.

Make it anew with `python -m beboersim.show.claims_page docs/claims.md`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from beboersim.evidence.findings import findings
from beboersim.show.claims import ACTING, Claim, all_claims, facts, finding_words, strength_words, summary, type_words
from beboersim.show.words import LANGS, word

IN_CODE = ("module", "levers", "tests")  # names that are copied into commands
PAGE_TITLES = {acting: f"claims.page_{acting.replace(' ', '_')}" for acting in ACTING}
BESIDE = ("says", "acting", "evidence")  # the heading says so already; findings are told once, at the end


def claims_page() -> str:
    """Return the whole page."""
    made = "python -m beboersim.show.claims_page docs/claims.md"
    parts = [f"<!-- Made by `{made}`. Change the table of claims, not this page. -->"]
    parts += [f"# {word('claims.page_title', 'en')} · {word('claims.page_title', 'da')}"]
    parts += [f"**{summary(lang)}**" for lang in LANGS]
    parts += [word("claims.page_where", lang) for lang in LANGS]
    for lang in LANGS:
        parts += [f"## {word('claims.page_language', lang)}", word("claims.page_intro", lang)]
        for acting in ACTING:
            claims = [one for one in all_claims().claim if one.acting == acting]
            parts += [f"### {word(PAGE_TITLES[acting], lang)} ({len(claims)})"]
            parts += [_table(claims, lang)] if acting == "not yet" else [_told(one, lang) for one in claims]
        for key, words in (("mechanisms", all_claims().mechanisms), ("questions", all_claims().questions)):
            lines = [f"- {name}: {said.in_language(lang)}" for name, said in words.items()]
            parts += [f"### {word(f'claims.page_{key}', lang)}", "\n".join(lines)]
    return "\n\n".join(parts + _findings()) + "\n"


def _findings() -> list[str]:
    """Return the findings that claims name, once for both languages, each with its address."""
    named = {name for one in all_claims().claim for name in one.evidence}
    lines = [
        f"- {finding_words(one, 'en')}" + (f" <{one.url}>" if one.url else "")
        for one in findings().values()
        if one.id in named
    ]
    title = " · ".join(word("claims.page_findings", lang) for lang in LANGS)
    return [f"## {title}", *(word("claims.page_findings_intro", lang) for lang in LANGS), "\n".join(lines)]


def _told(claim: Claim, lang: str) -> str:
    """Return a claim that acts, with all there is to say of it."""
    lines = [f"#### {claim.id}: {claim.says.in_language(lang)}", ""]
    for fact in facts(claim, lang):
        if fact.key not in BESIDE:
            said = ", ".join(f"`{one}`" for one in fact.says.split(", ")) if fact.key in IN_CODE else fact.says
            lines.append(f"- {word(f'claims.{fact.key}', lang)}: {said}")
        if fact.key == "strength" and claim.evidence:
            lines.append(f"- {word('claims.evidence', lang)}: {', '.join(claim.evidence)}")
    return "\n".join(lines)


def _table(claims: list[Claim], lang: str) -> str:
    """Return the claims that do not act yet, a row each."""
    keys = ("id", "says", "type", "mechanism", "strength", "evidence", "contradictions", "missing")
    lines = [_row([word(f"claims.{key}", lang) for key in keys]), _row(["---"] * len(keys))]
    for one in claims:
        missing = one.missing.in_language(lang) if one.missing else ""
        lines.append(
            _row([one.id, one.says.in_language(lang), type_words(one, lang), ", ".join(one.mechanisms),
                  strength_words(one, lang), ", ".join(one.evidence), ", ".join(one.contradictions), missing])
        )  # fmt: skip
    return "\n".join(lines)


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(claims_page(), encoding="utf-8")
