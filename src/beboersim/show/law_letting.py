"""What `beboersim law letting` prints: who gets the dwelling, by which route, and why not the others."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from beboersim.law.dated import Rule, rule_on
from beboersim.law.letting.case import CaseForm, Decision, Why, decide, read_case
from beboersim.law.letting.rules import law_day
from beboersim.policy.toml_lines import text_of
from beboersim.show.law import status_words, value_words
from beboersim.show.numbers import day_words
from beboersim.show.tables import print_json
from beboersim.show.words import LANGS, word


def letting_command(path: str, lang: str, as_json: bool) -> None:
    """Decide the case in a file and print the answer."""
    case = read_case(path, text_of(Path(path)))
    decision = decide(case)
    if as_json:
        print_json(decision_as_json(case, decision))
    else:
        print_decision(case, decision, lang)


def example_case() -> str:
    """Return a case with every key explained, to start from."""
    return files("beboersim.law").joinpath("letting", "example.toml").read_text(encoding="utf-8")


def decision_as_json(case: CaseForm, decision: Decision) -> dict[str, Any]:
    """Return a decision for programs, its reasons in both languages."""
    return {
        "on": case.vacancy.on.isoformat(),
        "area": case.area.name,
        "status": case.area.status,
        "kind": decision.kind,
        "tenant": decision.tenant,
        "route": decision.route,
        "paragraph": _paragraph(decision.rule, case),
        "routes": list(decision.open_routes),
        "criteria_met": list(decision.merits),
        "others": [
            {
                "name": one.name,
                "why": [
                    {
                        "route": why.route,
                        "reason": why.reason,
                        "rule": why.rule,
                        "paragraph": _paragraph(why.rule, case),
                        **{lang: _why_words(why, decision, case, lang) for lang in LANGS},
                    }
                    for why in one.why
                ],
            }
            for one in decision.refused
        ],
    }


def print_decision(case: CaseForm, decision: Decision, lang: str) -> None:
    """Print a decision in sentences with paragraphs."""
    click.echo(_heading(case, lang))
    if decision.kind != case.vacancy.kind:
        click.echo(word("law.relabelled", lang))
    letting = case.vacancy.by == "letting"
    if letting:
        routes = ", ".join(word(f"law.route_{route}", lang) for route in decision.open_routes)
        click.echo(word("law.routes_open", lang).format(routes=routes))
    click.echo("")
    if decision.tenant is None:
        key, by = ("let_to_nobody", "none") if letting else ("may_not_move_in", case.vacancy.by)
        click.echo(word(f"law.{key}", lang).format(route=word(f"law.route_{by}", lang)))
    else:
        click.echo(
            word("law.let_to" if letting else "law.may_move_in", lang).format(
                name=decision.tenant,
                route=word(f"law.route_{decision.route}", lang),
                paragraph=_in_brackets(_paragraph(decision.rule, case)),
            )
        )
        if decision.merits:
            met = ", ".join(word(f"law.merit_{merit}", lang) for merit in decision.merits)
            click.echo(word("law.merits_met", lang).format(merits=met))
    for one in decision.refused:
        click.echo(f"\n{one.name}:")
        for why in one.why:
            said = _why_words(why, decision, case, lang) + _in_brackets(_paragraph(why.rule, case))
            route = word(f"law.route_{why.route}", lang)
            click.echo(f"- {route[0].upper()}{route[1:]}: {said}.")


def _heading(case: CaseForm, lang: str) -> str:
    vacancy, area = case.vacancy, case.area
    where = f" {word('law.in_area', lang).format(area=area.name)}" if area.name else ""
    if area.status != "none":
        where += f" ({status_words(area.status, lang)})"
    return word("law.heading_case", lang).format(
        kind=word(f"law.kind_{vacancy.kind}", lang),
        rooms=word("law.rooms_of_a_home" if vacancy.rooms > 1 else "law.room_of_a_home", lang).format(x=vacancy.rooms),
        m2=f", {value_words(vacancy.m2, 'm2', lang)}" if vacancy.m2 else "",
        where=where,
        day=day_words(vacancy.on, lang),
    ) + "."  # fmt: skip


def _why_words(why: Why, decision: Decision, case: CaseForm, lang: str) -> str:
    key = why.reason
    if key == "behind" and why.route == "assigned":
        key = "behind_need"
    elif key == "behind" and why.route == "flexible":
        key = "behind_merit"
    rule = _rule(why.rule, case)
    values = {} if rule is None else {name: value_words(*value, lang) for name, value in rule.values.items()}
    return word(f"law.why_{key}", lang).format(tenant=decision.tenant, **values)


def _rule(rule_id: str | None, case: CaseForm) -> Rule | None:
    return None if rule_id is None else rule_on(rule_id, law_day(case.vacancy.on, case.agreement.rules))


def _paragraph(rule_id: str | None, case: CaseForm) -> str | None:
    rule = _rule(rule_id, case)
    return None if rule is None else rule.paragraph


def _in_brackets(paragraph: str | None) -> str:
    return f" ({paragraph})" if paragraph else ""
