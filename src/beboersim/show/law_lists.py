"""What `beboersim law lists` prints: statuses, margins, and what the table does not say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from beboersim.errors import InputError, meant
from beboersim.law.lists import LISTED, NAMES, ListRules, load_rules, read_rules
from beboersim.law.lists import rules_on as rules_on_day
from beboersim.law.lists.table import (
    BASE_COLUMNS,
    FIRST_LIST,
    POINTS,
    AreaTable,
    Note,
    PointsRow,
    Verdict,
    agreement,
    by_rules,
    read_area_table,
    read_points_table,
    rows_on,
    rules_of_year,
    shipped_table,
)
from beboersim.law.lists.table import verdicts as verdicts_of
from beboersim.law.margins import TierMargin
from beboersim.show.law import status_words, value_words
from beboersim.show.numbers import written
from beboersim.show.tables import print_json, print_table
from beboersim.show.words import LANGS, word

ALL = "all"
FEW = 3  # areas named in a note; more are counted


def lists_command(
    path: Path | None, day: date | None, given: str | None, national: float | None, lang: str, as_json: bool
) -> None:
    """Read a table and print its statuses: by one rule set, by each year's own, or by all."""
    rules = None if given is None or given == ALL else _rules(given)
    if rules is not None and rules.points is not None:
        _points_command(path, day, rules, lang, as_json)
        return
    table = shipped_table() if path is None else read_area_table(path)
    rows = tuple(sorted(table.rows, key=lambda row: (row.year, *row.place))) if day is None else rows_on(table, day)
    if given == ALL:
        compared = by_rules(table, rows, national)
        if as_json:
            print_json([verdict_as_json(one) for verdicts in compared.values() for one in verdicts])
        else:
            print_by_rules(compared, _left_out(lang), lang)
        return
    if rules is None and day is not None:
        rules = load_rules(rules_on_day(day))
    found = verdicts_of(table, rows, rules, national)
    if as_json:
        print_json([verdict_as_json(one) for one in found])
    else:
        print_lists(table, found, lang)


def _points_command(path: Path | None, day: date | None, rules: ListRules, lang: str, as_json: bool) -> None:
    if path is None:
        raise InputError(f"--rules {rules.name} reads a table with columns of its own: {columns_of(rules)}.")
    rows = read_points_table(path, rules)
    if day is not None:
        years = [one.year for one in rows if one.year <= day.year]
        rows = tuple(one for one in rows if years and one.year == max(years))
        if not rows:
            raise InputError(f"{path.name} has no row for {day.year} or before. Give a later --on.")
    if as_json:
        print_json([points_as_json(one, rules) for one in rows])
    else:
        print_points(rows, rules, lang)


def _rules(given: str) -> ListRules:
    """Return a rule set by its name, or one of the user's own by its file."""
    if given.casefold().endswith(".toml"):
        return read_rules(Path(given))
    if given not in NAMES:
        near = "" if given.isdigit() else meant(given, (*NAMES, ALL))  # a year is not a slip of the pen for another
        known = f" Known are {', '.join(NAMES)} and {ALL}; your own is given by its file, such as my-rules.toml."
        raise InputError(f"--rules {given} is not a rule set for lists.{near or known}")
    return load_rules(given)


def _left_out(lang: str) -> list[str]:
    """Return what `all` leaves out, and why: other columns are needed for it."""
    return [word("law.points_apart", lang).format(name=POINTS)]


def verdict_as_json(verdict: Verdict) -> dict[str, Any]:
    """Return a status for programs; shares as fractions."""
    row = verdict.row
    return {
        "area": row.area,
        "municipality": row.municipality,
        "region": row.region,
        "year": row.year,
        "rules": verdict.rules.name,
        "status": verdict.status,
        "at_least": verdict.at_least,
        "at_most": verdict.at_most,
        "listed": verdict.listed,
        "criteria_met": {tier: list(names) for tier, names in verdict.met.items()},
        "margins": {margin.tier: _margin_as_json(margin) for margin in verdict.margins},
        "margins_estimated": verdict.bases_estimated,
        "missing": list(verdict.missing),
        "notes": [_note_as_json(note) for note in verdict.notes],
        "national_convicted": {"value": verdict.national.value, "how": verdict.national.how},
        "plan_duty": verdict.plan_duty,
        "published": row.listed_as,
        "as_published": agreement(verdict),
    }


def _margin_as_json(margin: TierMargin) -> dict[str, Any]:
    by_indicator: dict[str, int | None] = {}
    for one in margin.criteria:
        by_indicator.setdefault(one.indicator, one.residents)
    return {
        "status": margin.listed_as,
        "holds": margin.holds,
        "residents": margin.residents,
        "by_indicator": by_indicator,
        "criteria": [one._asdict() for one in margin.criteria],
    }


def _note_as_json(note: Note) -> dict[str, Any]:
    return {"note": note.key, **{lang: _note_words(note, lang) for lang in LANGS}}


def points_as_json(one: PointsRow, rules: ListRules) -> dict[str, Any]:
    """Return a class of a municipality's own categories for programs."""
    status = one.status
    return {
        "area": one.area,
        "municipality": one.municipality,
        "year": one.year,
        "rules": rules.name,
        "status": status.name or "unknown",
        "points": status.lowest,
        "points_at_most": status.highest,
        "by_indicator": dict(status.points),
        "missing": list(status.missing),
        "margins": {"points_to_worse": status.up, "points_to_better": status.down},
    }


def print_lists(table: AreaTable, verdicts: Sequence[Verdict], lang: str) -> None:
    """Print the status and margins of each area, and below what is to be said of the table."""
    rules = {verdict.rules.name: verdict.rules for verdict in verdicts}
    years = sorted({verdict.row.year for verdict in verdicts})
    if len(rules) == 1:
        (one,) = rules.values()
        told = _years(years)
        click.echo(word("law.heading_lists", lang).format(title=one.title.in_language(lang), year=told))
    else:
        click.echo(word("law.heading_years", lang))
    keys = ("area", "municipality", "year", "status", "from_the_line", "by_indicator", "missing")
    rows = [
        [
            verdict.row.area,
            verdict.row.municipality,
            str(verdict.row.year),
            verdict_words(verdict, lang),
            _from_the_line(verdict, lang),
            _by_indicator(verdict, lang),
            ", ".join(missing_words(name, lang) for name in verdict.missing),
        ]
        for verdict in verdicts
    ]
    print_table([word(f"law.{key}", lang) for key in keys], rows)
    _print_remarks(table, verdicts, lang)


def verdict_words(verdict: Verdict, lang: str) -> str:
    """Return a status, and what it may be where that is open."""
    if not verdict.open:
        return status_words(verdict.status, lang)
    if verdict.status == "unknown":
        return word("law.between", lang).format(
            lowest=status_words(verdict.at_least, lang), highest=status_words(verdict.at_most, lang)
        )
    other = verdict.at_most if verdict.at_most != verdict.status else verdict.at_least
    sure = verdict.status.split("+")
    more = "+".join(one for one in other.split("+") if one not in sure)
    return word("law.at_most", lang).format(
        status=status_words(verdict.status, lang), highest=status_words(more or other, lang)
    )


def missing_words(name: str, lang: str) -> str:
    """Return what is missing: a column by its name in the table, or a thing by its word."""
    return word(f"law.{name}", lang) if name in ("national_convicted", "earlier_lists") else name


def _from_the_line(verdict: Verdict, lang: str) -> str:
    """Return for every status how many residents it is away."""
    told = []
    for margin in verdict.margins:
        if margin.residents is not None:
            name = status_words(margin.listed_as.split("+")[-1], lang)
            told.append(f"{name} {written(margin.residents, 0, lang)}")
    return "; ".join(told)


def _by_indicator(verdict: Verdict, lang: str) -> str:
    """Return how far each criterion of the status that lists an area is from its line."""
    listing = next((one for one in verdict.margins if one.status >= LISTED), None)
    if listing is None:
        return ""
    parts = []
    for met, key in ((True, "are_met"), (False, "are_not_met")):
        told = [
            f"{word(f'law.short_{one.indicator}', lang)} {written(one.residents, 0, lang)}"
            for one in listing.criteria
            if one.residents is not None and one.met == met
        ]
        if told:
            parts.append(word(f"law.{key}", lang).format(criteria=", ".join(told)))
    return "; ".join(parts)


def _print_remarks(table: AreaTable, verdicts: Sequence[Verdict], lang: str) -> None:
    """Print what holds of the table as a whole: sources, estimates, what differs, and what was published."""
    lines = []
    if any(verdict.margins for verdict in verdicts):
        lines.append(word("law.margins_note", lang))
    if any(verdict.bases_estimated and verdict.margins for verdict in verdicts):
        columns = ", ".join(BASE_COLUMNS.values())
        lines.append(word("law.margins_estimated", lang).format(columns=columns))
    lines += _references(verdicts, lang)
    lines += _notes(verdicts, lang)
    bound = [verdict for verdict in verdicts if verdict.plan_duty]
    if bound:
        lines.append(word("law.plan_duty", lang).format(areas=_areas([one.row.area for one in bound], lang)))
    lines += published_lines(verdicts, lang)
    others = len(table.rows) - len({(one.row.year, *one.row.place) for one in verdicts})
    if others:
        lines.append(word("law.rows_left_out_1" if others == 1 else "law.rows_left_out", lang).format(n=others))
    for line in lines:
        click.echo(f"\n{line}" if line is lines[0] else line)


def _references(verdicts: Sequence[Verdict], lang: str) -> list[str]:
    relative = [
        verdict
        for verdict in verdicts
        if any(one.test == "at_least_times_national" for margin in verdict.margins for one in margin.criteria)
    ]
    found = {}
    for verdict in relative:
        reference = verdict.national
        if reference.value is None:
            found[verdict.row.year] = word("law.reference_missing", lang).format(year=verdict.row.year)
        else:
            value = value_words(reference.value, "share", lang, places=4 if reference.how == "given" else 2)
            source = word(f"law.reference_{reference.how}", lang)
            found[verdict.row.year] = word("law.reference", lang).format(
                year=verdict.row.year, value=value, source=source
            )
    return list(dict.fromkeys(found.values()))


def _notes(verdicts: Sequence[Verdict], lang: str) -> list[str]:
    told: dict[str, list[str]] = {}
    for verdict in verdicts:
        for note in verdict.notes:
            told.setdefault(_note_words(note, lang), []).append(verdict.row.area)
    return [f"{words} ({_areas(areas, lang)})" for words, areas in told.items()]


def _note_words(note: Note, lang: str) -> str:
    return word(f"law.note_{note.key}", lang).format(**note.values)


def _areas(names: Sequence[str], lang: str) -> str:
    different = list(dict.fromkeys(names))
    return ", ".join(different) if len(different) <= FEW else word("law.on_areas", lang).format(n=len(names))


def published_lines(verdicts: Sequence[Verdict], lang: str) -> list[str]:
    """Return how many rows come out as the table says they were published, and which do not, with the reason."""
    told = [verdict for verdict in verdicts if verdict.row.listed_as is not None and _by_its_own_rules(verdict)]
    if not told:
        return []
    same = [verdict for verdict in told if agreement(verdict)]
    lines = [word("law.as_published", lang).format(same=len(same), all=len(told))]
    for verdict in told:
        if agreement(verdict):
            continue
        row = verdict.row
        key = "not_told" if verdict.status == "unknown" else "differs"
        lines.append(
            word(f"law.{key}", lang).format(
                area=row.area,
                municipality=row.municipality,
                year=row.year,
                published=status_words(row.listed_as or "none", lang),
                status=status_words(verdict.status, lang),
                missing=", ".join(missing_words(name, lang) for name in verdict.missing),
            )
        )
    return lines


def _by_its_own_rules(verdict: Verdict) -> bool:
    """Return whether a row is read by the rules of its own year: only so can it come out as published."""
    return verdict.row.year >= FIRST_LIST and verdict.rules is rules_of_year(verdict.row.year)


def print_by_rules(by_rules: Mapping[str, Sequence[Verdict]], left_out: Sequence[str], lang: str) -> None:
    """Print which areas each rule set would list, and which it may."""
    every = [verdict for verdicts in by_rules.values() for verdict in verdicts]
    years = sorted({verdict.row.year for verdict in every})
    click.echo(word("law.heading_all", lang).format(year=_years(years)))
    rows = []
    for name, verdicts in by_rules.items():
        listed = [verdict for verdict in verdicts if verdict.listed]
        may_be = [verdict for verdict in verdicts if verdict.listed is None]
        rows.append(
            [
                name,
                str(len(listed)),
                str(len(may_be)),
                ", ".join(_named(verdict, years) for verdict in listed),
                ", ".join(_named(verdict, years) for verdict in may_be),
            ]
        )
    print_table(
        [
            word("law.rules", lang), word("law.number_listed", lang), word("law.number_open", lang),
            word("law.which_listed", lang), word("law.which_open", lang),
        ],
        rows,
    )  # fmt: skip
    lines = [*_references(every, lang), *_notes_by_rules(by_rules, lang), *left_out]
    for line in lines:
        click.echo(f"\n{line}" if line is lines[0] else line)


def _named(verdict: Verdict, years: Sequence[int]) -> str:
    """Return an area's name, with the year where more than one are told of."""
    return verdict.row.area if len(years) == 1 else f"{verdict.row.area} {verdict.row.year}"


def _notes_by_rules(by_rules: Mapping[str, Sequence[Verdict]], lang: str) -> list[str]:
    return [f"{name}: {line}" for name, verdicts in by_rules.items() for line in _notes(verdicts, lang)]


def print_points(rows: Sequence[PointsRow], rules: ListRules, lang: str) -> None:
    """Print the classes of a municipality's own categories."""
    click.echo(word("law.heading_lists", lang).format(
        title=rules.title.in_language(lang), year=_years(sorted({one.year for one in rows}))
    ))  # fmt: skip
    keys = ("area", "municipality", "year", "class", "points", "by_indicator", "to_worse", "to_better", "missing")
    assert rules.points is not None
    labels = {one.name: one.label.in_language(lang) for one in rules.points.indicators}
    table = []
    for one in rows:
        status = one.status
        points = str(status.lowest) if status.lowest == status.highest else f"{status.lowest}–{status.highest}"
        table.append(
            [
                one.area,
                one.municipality,
                str(one.year),
                status_words(status.name or "unknown", lang),
                points,
                ", ".join(f"{labels[name]} {given}" for name, given in status.points.items()),
                "" if status.up is None else str(status.up),
                "" if status.down is None else str(status.down),
                ", ".join(labels.get(name, name) for name in status.missing),
            ]
        )
    print_table([word(f"law.{key}", lang) for key in keys], table)
    click.echo(f"\n{word('law.town_average', lang)}")


def _years(years: Sequence[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"


def columns_of(rules: ListRules) -> str:
    """Return the columns that a rule set with points reads."""
    assert rules.points is not None
    return ", ".join(one.column for one in rules.points.indicators)

