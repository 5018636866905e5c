"""The law as people read it: the register of rules, the rules of a day as sentences, and what changed between two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

import click

from beboersim.evidence.areas import status_code
from beboersim.law.dated import LAW_READ_UNTIL, TOPICS, Rule, all_rules, from_first_day
from beboersim.law.lists import IN_THE_LAW, LISTED, NAMES, Criterion, ListRules, Tier, load_rules
from beboersim.policy.catalogue import Text
from beboersim.policy.where import STATUSES
from beboersim.show.numbers import day_words, written
from beboersim.show.words import LANGS, word

LISTS = "lists"
SECTIONS = (LISTS, *TOPICS)


# Numbers and sentences


def value_words(value: float | date, unit: str, lang: str, places: int = 2) -> str:
    """Return a value with its unit: 25 %, 25 pct., 6 months, 440 mio. kr., 1. januar 2030.

    `places` is how many decimals are told at most.
    """
    if isinstance(value, date):
        return day_words(value, lang)
    if unit == "year":
        return str(int(value))
    if unit == "share":
        return word("law.share", lang).format(x=_trimmed(100.0 * value, lang, places))
    if unit == "DKK" and value >= 1e6:
        scale, size = ("billion", 1e9) if value >= 1e9 else ("million", 1e6)
        return word(f"law.{scale}", lang).format(x=_trimmed(value / size, lang, places))
    one = f"law.{unit}_1"
    key = one if value == 1 and unit in ("months", "years", "years of age", "children", "rooms") else f"law.{unit}"
    return word(key, lang).format(x=_trimmed(value, lang, places))


def _trimmed(number: float, lang: str, most: int = 2) -> str:
    """Return a number with the decimals it needs, at most so many."""
    number = round(number, 9)
    needed = next(places for places in range(most + 1) if places == most or round(number, places) == round(number, 6))
    return written(number, needed, lang)


def sentence(entry: Rule, lang: str) -> str:
    """Return what a rule says, with its values."""
    return _filled(entry.says, entry, lang)


def caveat(entry: Rule, lang: str) -> str | None:
    """Return what is not settled of a rule, or None if it was read whole."""
    if entry.open is None:
        return None
    return word("law.caveat", lang).format(reading=reading_words(entry, lang), open=_filled(entry.open, entry, lang))


def reading_words(entry: Rule, lang: str) -> str:
    """Return how well a rule was read."""
    return ", ".join(word(f"law.reading_{mark}", lang) for mark in entry.reading)


def _filled(text: Text, entry: Rule, lang: str) -> str:
    values = {name: value_words(value, unit, lang) for name, (value, unit) in entry.values.items()}
    said = text.in_language(lang).format(**values) if values else text.in_language(lang)
    return said.replace("pct..", "pct.")  # an abbreviation at the end of a sentence has one point


def tier_words(rules: ListRules, tier: Tier, lang: str) -> str:
    """Return what it takes to have a status, as a sentence."""

    def said(criteria: Iterable[Criterion], join: str = "; ") -> str:
        return join.join(criterion_words(one, rules, lang) for one in criteria)

    names = {
        "status": _article(tier.name, lang),
        "within": _article(tier.within or "", lang),
        "residents": written(rules.min_residents, 0, lang),
        "required": said(tier.required, f", {word('law.and', lang)} "),
        "criteria": said(tier.counted),
        "n": tier.at_least,
        "of": len(tier.counted),
        "instead": word("law.tier_instead", lang).format(instead=said(tier.instead)) if tier.instead else "",
    }
    if tier.lists_running and tier.within:
        return word("law.tier_running", lang).format(**names | {"n": tier.lists_running})
    if tier.within:
        key = "tier_within_counted" if tier.counted else "tier_within"
    else:
        key = "tier_counted_required" if tier.required else "tier_counted"
    sentences = [word(f"law.{key}", lang).format(**names)]
    if tier.status < LISTED and rules.listing is not None:
        sentences.append(word("law.tier_not_udsat", lang))
    return " ".join(sentences)


def criterion_words(criterion: Criterion, rules: ListRules, lang: str) -> str:
    """Return a criterion within a sentence."""
    relative = criterion.test == "at_least_times_national"
    number = _trimmed(criterion.line, lang) if relative else value_words(criterion.line, "share", lang)
    key = f"law.says_{criterion.indicator}"
    if criterion.indicator == "convicted" and relative:
        key = "law.says_convicted_national"
    elif criterion.indicator == "basic_education" and rules.education_abroad_counts:
        key = "law.says_basic_education_danish"
    line = word(f"law.test_{criterion.test}", lang).format(x=number)
    return word(key, lang).format(line=line, window=rules.windows.get(criterion.indicator, 1))


def _article(name: str, lang: str) -> str:
    return word(f"law.article_{name}", lang) if name in STATUSES else name


def status_words(words: str, lang: str) -> str:
    """Return a text of the column listed_as in words: disadvantaged area, ghetto."""
    if words == "unknown":
        return word("law.unknown", lang)
    return ", ".join(word(f"status.{one}", lang).split(" (")[0] for one in words.split("+"))


# The register


def register() -> tuple[Rule, ...]:
    """Return every rule that is held: the rule sets for lists by status, then the dated rules by topic."""
    return (*(entry for name in NAMES for entry in _list_entries(load_rules(name))), *all_rules())


def in_force(day: date, code: int | None = None) -> tuple[Rule, ...]:
    """Return the rules in force on a day, in areas of a status code or anywhere."""
    return tuple(
        entry for entry in register() if entry.holds(day) and (code is None or entry.holds_in(code))
    )


def _list_entries(rules: ListRules) -> list[Rule]:
    in_law = rules.name in IN_THE_LAW

    def entry(
        name: str, title: Text, paragraph: str, codes: tuple[int, ...], statuses: tuple[str, ...], says: Text
    ) -> Rule:
        acting_in = "month/measuring.py" if rules.points is None else "month/categories.py"
        in_simulation = _both(_of_points, rules) if rules.points is not None else None
        return Rule(
            LISTS, name, title, paragraph or rules.paragraph, rules.in_force, rules.until, codes, statuses,
            rules.source, rules.reading, rules.open, acting_in, in_simulation, says, {}, {}, in_law,
        )  # fmt: skip

    if not rules.tiers:
        return [entry(f"list_{rules.name}", rules.title, "", (), (), _both(_without_tiers, rules))]
    found = []
    for tier in rules.tiers:
        words = tier.listed_as.split("+")[-1]
        title = Text(**{lang: f"{rules.title.in_language(lang)}: {_article(words, lang)}" for lang in LANGS})
        says = Text(**{lang: tier_words(rules, tier, lang) for lang in LANGS})
        paragraph = f"{rules.paragraph.split(' §')[0]} {tier.paragraph}" if in_law else rules.paragraph
        found.append(entry(f"list_{rules.name}_{tier.name}", title, paragraph, STATUSES[words], (words,), says))
    return found


def _both(words: Any, rules: ListRules) -> Text:
    return Text(**{lang: words(rules, lang) for lang in LANGS})


def _of_points(_rules: ListRules, lang: str) -> str:
    return word("law.points_in_simulation", lang)


def _without_tiers(rules: ListRules, lang: str) -> str:
    points = rules.points
    if points is None:
        return word("law.says_none", lang)
    return word("law.says_points", lang).format(
        residents=written(rules.min_residents - 1, 0, lang),
        most=points.most,
        n=len(points.indicators),
        indicators="; ".join(one.label.in_language(lang) for one in points.indicators),
        classes=len(points.classes),
    )


def period_words(entry: Rule, lang: str) -> str:
    """Return from when until when a rule holds."""
    if not entry.in_law:
        return word("law.never", lang)
    start = entry.start.isoformat() if entry.start else word("law.since_before", lang)
    return f"{start} – {entry.until.isoformat() if entry.until else word('law.in_force', lang)}"


def simulation_words(entry: Rule, lang: str) -> str:
    """Return where the simulation uses a rule, or that it is held only; what stands in there, or why it is held."""
    said = word("law.acting", lang).format(where=entry.acting_in) if entry.acting_in else word("law.held", lang)
    return said if entry.in_simulation is None else f"{said}. {entry.in_simulation.in_language(lang)}"


def entry_as_json(entry: Rule) -> dict[str, Any]:
    """Return a rule for programs, in both languages."""
    return {
        "id": entry.id,
        "topic": entry.topic,
        "title": entry.title.model_dump(),
        "paragraph": entry.paragraph,
        "from": _iso(entry.start),
        "until": _iso(entry.until),
        "in_law": entry.in_law,
        "statuses": list(entry.statuses),
        "source": entry.source,
        "reading": list(entry.reading),
        "open": {lang: _filled(entry.open, entry, lang) for lang in LANGS} if entry.open else None,
        "acting_in": entry.acting_in or None,
        "in_simulation": entry.in_simulation.model_dump() if entry.in_simulation else None,
        "says": {lang: sentence(entry, lang) for lang in LANGS},
        "values": {
            name: {"value": value.isoformat() if isinstance(value, date) else value, "unit": unit}
            for name, (value, unit) in entry.values.items()
        },
    }


# law show and law diff


def print_show(day: date, status: str | None, lang: str) -> None:
    """Print the rules in force on a day as sentences with their paragraphs."""
    from_first_day(day)
    code = None if status is None else status_code(status)
    said = day_words(day, lang)
    if status is None:
        click.echo(word("law.heading_show", lang).format(day=said))
    else:
        click.echo(word("law.heading_show_status", lang).format(day=said, status=status_words(status, lang)))
    _print_sections(in_force(day, code), lang)
    _print_read_until(day, lang)


def show_as_json(day: date, status: str | None) -> list[dict[str, Any]]:
    """Return the rules in force on a day."""
    from_first_day(day)
    return [entry_as_json(entry) for entry in in_force(day, None if status is None else status_code(status))]


def _print_sections(entries: Sequence[Rule], lang: str) -> None:
    for topic in SECTIONS:
        here = [entry for entry in entries if entry.topic == topic]
        if here:
            click.echo(f"\n{word(f'law.topic_{topic}', lang)}")
        told: set[str] = set()
        for entry in here:
            click.echo(f"- {sentence(entry, lang)} ({entry.paragraph})")
            doubt = caveat(entry, lang)
            if doubt is not None and doubt not in told:
                click.echo(f"  {doubt}")
                told.add(doubt)


def _print_read_until(day: date, lang: str) -> None:
    if day > LAW_READ_UNTIL:
        click.echo("\n" + word("law.read_until", lang).format(day=day_words(LAW_READ_UNTIL, lang)))


class Difference(NamedTuple):
    """What became of a rule between two days; None where it did not hold."""

    before: Rule | None
    after: Rule | None

    @property
    def kind(self) -> str:
        """The word for it: new, ended or changed."""
        return "new" if self.before is None else "ended" if self.after is None else "changed"


def differences(first: date, second: date) -> list[Difference]:
    """Return the rules that differ between two days. Statuses of the list are paired by their code."""
    before = {_key(entry): entry for entry in in_force(from_first_day(first))}
    after = {_key(entry): entry for entry in in_force(from_first_day(second))}
    found = []
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old != new and not (old is not None and new is not None and _same(old, new)):
            found.append(Difference(old, new))
    return found


def _key(entry: Rule) -> tuple[str, str]:
    return (LISTS, str(min(entry.codes, default=0))) if entry.topic == LISTS else (entry.topic, entry.id)


def _same(one: Rule, other: Rule) -> bool:
    return all(sentence(one, lang) == sentence(other, lang) for lang in LANGS) and one.codes == other.codes


def print_diff(first: date, second: date, lang: str) -> None:
    """Print what changed between two days: new rules, changed ones (before and now), and those that ended."""
    found = differences(first, second)
    click.echo(word("law.heading_diff", lang).format(first=day_words(first, lang), second=day_words(second, lang)))
    if not found:
        click.echo(word("law.nothing_changed", lang))
    for kind in ("new", "changed", "ended"):
        here = [one for one in found if one.kind == kind]
        if here:
            click.echo(f"\n{word(f'law.{kind}_rules', lang)}")
        for one in here:
            if one.before is not None and one.after is not None:
                click.echo(f"- {one.after.title.in_language(lang)}")
                for label, held in (("before", one.before), ("after", one.after)):
                    click.echo(f"  {word(f'law.{label}', lang)}: {sentence(held, lang)} ({held.paragraph})")
            for alone in (one.before, one.after) if kind != "changed" else ():
                if alone is not None:
                    click.echo(f"- {sentence(alone, lang)} ({alone.paragraph})")
    _print_read_until(max(first, second), lang)


def diff_as_json(first: date, second: date) -> list[dict[str, Any]]:
    """Return what changed between two days."""
    return [
        {
            "change": one.kind,
            "before": entry_as_json(one.before) if one.before else None,
            "after": entry_as_json(one.after) if one.after else None,
        }
        for one in differences(first, second)
    ]


def coverage(lang: str) -> tuple[list[str], list[list[str]]]:
    """Return the register as a table."""
    rows = [
        [
            entry.id,
            entry.title.in_language(lang),
            entry.paragraph,
            period_words(entry, lang),
            entry.source,
            reading_words(entry, lang),
            simulation_words(entry, lang),
        ]
        for entry in register()
    ]
    keys = ("table.name", "law.rule", "law.paragraph", "law.period", "law.source", "law.reading", "law.simulation")
    return [word(key, lang) for key in keys], rows


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None

