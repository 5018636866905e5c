"""The list that a table of areas gives: statuses and margins, and what the table does not say.

A figure that is there is used as it stands, and where it was measured otherwise than the rules ask, that is said
(`Note`). A figure that is not there is never filled in: the status is then open where it matters.

The table holds the figures as they are published: shares of work and convictions as means over the years that the rules
of the row's own year ask for. Earlier rows are read where a rule needs them: statuses on lists running, means over four
years where the rows hold means of two, and the plan that outlives a status.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from beboersim.errors import InputError
from beboersim.evidence.areas import COLUMN_OF, MEASURED, AreaRow, Place, read_areas, status_code
from beboersim.evidence.municipalities import AGE_YEARS, age_table
from beboersim.evidence.tables import Column, read_table
from beboersim.law.dated import rule_on
from beboersim.law.lists import (
    A_LONG_TIME,
    IN_THE_LAW,
    LISTED,
    Indicators,
    ListRules,
    Status,
    classify,
    listed_as,
    load_rules,
    rules_on,
)
from beboersim.law.lists.points import PointsStatus, classify_points
from beboersim.law.lists.references import Reference, national_convicted
from beboersim.law.margins import Bases, TierMargin, tier_margins

FIRST_LIST = 2010
EDUCATION_BREAK = 2018  # from this year on the figure counts only education taken or approved in Denmark (S06 S10)
GHETTO = 3  # from this status code on a list counts among those running
PLAN_STATUS = 4
COMPARED = ("2010", "2014", "2018-proposal", "2018", "2021")  # what `--rules all` goes through
POINTS = "aarhus"

# The persons behind the shares, where a table has them; estimated from the municipality's ages where it has not.
BASE_COLUMNS: Mapping[str, str] = {
    "age_18_64": "residents_18_64",
    "age_18": "residents_18_and_over",
    "age_30_59": "residents_30_59",
    "taxpayers": "taxpayers_15_64",
}
KEY_COLUMNS = (Column("year", "int"), Column("area", "str"), Column("municipality", "str"))


class Note(NamedTuple):
    """Something that is to be said of a status: a key of the catalogue of words (law.note_…) and what goes into it."""

    key: str
    values: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an area is by a rule set: its status, or between which it lies, and how far it is from another.

    `status` is "unknown" where it is open whether the area is listed at all; where it surely is and only a further
    status is open, it is what is sure. `missing` names what is not known, whether or not it mattered.
    """

    row: AreaRow
    rules: ListRules
    status: str
    at_least: str
    at_most: str
    met: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...]
    notes: tuple[Note, ...]
    margins: tuple[TierMargin, ...]
    bases_estimated: bool
    national: Reference
    plan_duty: bool | None

    @property
    def open(self) -> bool:
        """Whether another status is possible by what is known."""
        return self.at_least != self.at_most

    @property
    def listed(self) -> bool | None:
        """Whether the area is on the list of disadvantaged areas; None is not known."""
        sure = status_code(self.at_least) >= LISTED
        return sure if sure == (status_code(self.at_most) >= LISTED) else None


@dataclass(frozen=True, slots=True)
class AreaTable:
    """A user's table: its rows, and the persons behind the shares where it has them."""

    name: str
    rows: tuple[AreaRow, ...]
    bases: Mapping[tuple[int, str, str], Mapping[str, float]]


def read_area_table(path: Path) -> AreaTable:
    """Read a table with the columns of area_criteria.csv, and those of `BASE_COLUMNS` where it has them."""
    rows = read_areas(path)
    columns = [Column(name, "int", required=False, low=1, high=1_000_000) for name in BASE_COLUMNS.values()]
    bases = {}
    for line, row in zip(read_table(path, (*KEY_COLUMNS, *columns)), rows, strict=True):
        found = {field: value for field, name in BASE_COLUMNS.items() if (value := line.number(name)) is not None}
        for field, value in found.items():
            if row.residents is not None and value > row.residents:
                raise InputError(
                    f"{path.name}, row {line.line}, {BASE_COLUMNS[field]}: {value:g} is more than the "
                    f"{row.residents} residents."
                )
        if found:
            bases[row.year, *row.place] = found
    return AreaTable(path.name, rows, bases)


def shipped_table() -> AreaTable:
    """Return the official lists of 2010-2015 that the package carries."""
    return AreaTable("area_criteria.csv", read_areas(), {})


def rows_on(table: AreaTable, day: date) -> tuple[AreaRow, ...]:
    """Return the rows of the latest year that is not after a day's own, by municipality and name."""
    years = sorted({row.year for row in table.rows})
    before = [year for year in years if year <= day.year]
    if not before:
        raise InputError(
            f"{table.name} has rows for {', '.join(map(str, years))}, and none for {day.year} or before. "
            "Give a later --on, and with --rules the rules that you mean."
        )
    return tuple(sorted((row for row in table.rows if row.year == before[-1]), key=lambda row: row.place))


def verdicts(
    table: AreaTable, rows: Iterable[AreaRow], rules: ListRules | None = None, national: float | None = None
) -> tuple[Verdict, ...]:
    """Return the status of rows of a table.

    Parameters
    ----------
    table
        The table, whose other rows are the history.
    rows
        The rows to classify.
    rules
        The rule set; None is, for each row, the one under which the list of its year was published.
    national
        The national share of convicted residents 18+, mean of two years; None is what was published for the row's year.
    """
    history: dict[Place, dict[int, AreaRow]] = {}
    for row in table.rows:
        history.setdefault(row.place, {})[row.year] = row
    return tuple(
        _verdict(table, row, rules or rules_of_year(row.year), history[row.place], national) for row in rows
    )


def rules_of_year(year: int) -> ListRules:
    """Return the rule set under which the list of a year was published."""
    return load_rules(rules_on(date(year, 12, 1)))


def _verdict(
    table: AreaTable, row: AreaRow, rules: ListRules, history: Mapping[int, AreaRow], national: float | None
) -> Verdict:
    reference = national_convicted(row.year) if national is None else Reference(national, "given")
    years = _lists_running(history, row.year)
    indicators, notes = _as_the_rules_ask(row, rules, history)

    def status_of(values: Indicators, years: tuple[int, int]) -> Status:
        return classify(
            values, rules, national_convicted=reference.value, years_listed_as_ghetto=years[0], years_at_most=years[1]
        )

    status = status_of(indicators, years)
    lowest, highest = status.lowest, status.highest
    if _education_differs(row, rules) and indicators.basic_education is not None:
        # The newer figure is the higher of the two: what stands in the table bounds the other from one side.
        if rules.education_abroad_counts:
            highest = max(highest, status_of(indicators._replace(basic_education=1.0), years).highest)
        else:
            lowest = min(lowest, status_of(indicators._replace(basic_education=0.0), years).lowest)
    words = {code: listed_as(code, rules) for code in {status.lowest, status.highest, lowest, highest}}
    return Verdict(
        row=row,
        rules=rules,
        status=_surely(words[status.lowest], words[status.highest]),
        at_least=words[lowest],
        at_most=words[highest],
        met=status.met,
        missing=_missing(
            indicators, rules, reference, lists_matter=status != status_of(indicators, (years[0], years[0]))
        ),
        notes=notes,
        margins=tier_margins(
            indicators, bases := _bases(table, row), rules, national_convicted=reference.value,
            years_listed_as_ghetto=years[0], years_at_most=years[1],
        ),
        bases_estimated=_estimated(table, row, bases),
        national=reference,
        plan_duty=_plan_duty(row, rules, words[status.lowest], history),
    )  # fmt: skip


def _surely(lowest: str, highest: str) -> str:
    """Return what is sure of a status that lies between two: the lower one if the higher holds it, else unknown."""
    if lowest == highest:
        return lowest
    return lowest if lowest != "none" and {*lowest.split("+")} <= {*highest.split("+")} else "unknown"


def _used(rules: ListRules) -> set[str]:
    return {criterion.indicator for tier in rules.tiers for criterion in tier.criteria}


def _education_differs(row: AreaRow, rules: ListRules) -> bool:
    return "basic_education" in _used(rules) and rules.education_abroad_counts != (row.year >= EDUCATION_BREAK)


def _as_the_rules_ask(
    row: AreaRow, rules: ListRules, history: Mapping[int, AreaRow]
) -> tuple[Indicators, tuple[Note, ...]]:
    """Return a row's indicators as near to what the rules ask as the table allows, and what differs."""
    values = {field: row.known(field) for field in MEASURED}
    notes = []
    for indicator in ("outside_work", "convicted"):
        if indicator not in _used(rules) or values[indicator] is None or row.year < FIRST_LIST:
            continue
        has, asks = rules_of_year(row.year).windows[indicator], rules.windows[indicator]
        if has == asks:
            continue
        mean = _longer_mean(history, row.year, indicator, has, asks)
        if mean is None:
            notes.append(Note("window", {"column": COLUMN_OF[indicator], "has": has, "asks": asks}))
        else:
            values[indicator] = mean
            notes.append(Note("window_made", {"column": COLUMN_OF[indicator], "has": has, "asks": asks}))
    if _education_differs(row, rules) and values["basic_education"] is not None:
        notes.append(Note("education_lower" if rules.education_abroad_counts else "education_higher", {}))
    if row.imputed:
        notes.append(Note("repeated", {"year": row.year}))
    return Indicators(**values), tuple(notes)


def _longer_mean(history: Mapping[int, AreaRow], year: int, indicator: str, has: int, asks: int) -> float | None:
    """Return the mean over a longer window from rows that each hold the mean of a shorter one, or None."""
    if asks % has:
        return None
    parts = []
    for back in range(0, asks, has):
        earlier = history.get(year - back)
        value = None if earlier is None else earlier.known(indicator)
        if value is None or year - back < FIRST_LIST or rules_of_year(year - back).windows[indicator] != has:
            return None
        parts.append(value)
    return sum(parts) / len(parts)


def _lists_running(history: Mapping[int, AreaRow], year: int) -> tuple[int, int]:
    """Return how many lists in a row before a year an area was surely on as ghetto or parallelsamfund, and at most."""
    surely = possibly = 0
    sure = True
    for before in range(year - 1, FIRST_LIST - 1, -1):
        lowest, highest = _on_list(history.get(before))
        if highest < GHETTO:
            return surely, possibly
        possibly += 1
        sure = sure and lowest >= GHETTO
        surely += int(sure)
    return surely, possibly


def _on_list(row: AreaRow | None) -> tuple[int, int]:
    """Return the least and the highest status an area can have had on a list, as told or as its rules say."""
    if row is None:
        return 0, A_LONG_TIME
    if row.listed_as is not None:
        return status_code(row.listed_as), status_code(row.listed_as)
    reference = national_convicted(row.year)
    status = classify(
        Indicators(*(row.known(field) for field in MEASURED)),
        rules_of_year(row.year),
        national_convicted=reference.value,
    )
    return status.lowest, status.highest


def _missing(
    indicators: Indicators, rules: ListRules, reference: Reference, *, lists_matter: bool
) -> tuple[str, ...]:
    """Return the columns without a value among those the rules read, and other things that are not known."""
    used = _used(rules)
    found = ["residents"] if rules.tiers and indicators.residents is None else []
    found += [column for field, column in COLUMN_OF.items() if field in used and getattr(indicators, field) is None]
    relative = any(one.test == "at_least_times_national" for tier in rules.tiers for one in tier.criteria)
    if relative and reference.value is None:
        found.append("national_convicted")
    if lists_matter:
        found.append("earlier_lists")
    return tuple(found)


def _bases(table: AreaTable, row: AreaRow) -> Bases:
    """Return the persons behind the shares: as the table says, or by the ages of the whole municipality."""
    residents = float(row.residents or 0)
    given = table.bases.get((row.year, *row.place), {})
    ages = _age_shares(row.municipality, row.year)
    return Bases(residents, *(given.get(field, residents * ages[field]) for field in BASE_COLUMNS))


def _estimated(table: AreaTable, row: AreaRow, bases: Bases) -> bool:
    return len(table.bases.get((row.year, *row.place), {})) < len(BASE_COLUMNS) and bases.residents > 0


def _age_shares(municipality: str, year: int) -> Mapping[str, float]:
    """Return the shares of a municipality's residents that stand behind the indicators, in the nearest year known."""
    first, last = AGE_YEARS
    ages = age_table(municipality, min(max(year, first), last))
    bands = zip(ages.age_from, ages.age_to, ages.population, ages.in_education, strict=True)
    persons = [
        (int(low), int(high), float(number), 0.0 if np.isnan(students) else float(students))
        for low, high, number, students in bands
    ]
    whole = sum(number for _, _, number, _ in persons)

    def share(youngest: int, oldest: int, *, students: bool = True) -> float:
        return sum(
            number - (0.0 if students else studying)
            for low, high, number, studying in persons
            if low >= youngest and high <= oldest
        ) / whole

    return {
        "age_18_64": share(18, 64),
        "age_18": share(18, 125),
        "age_30_59": share(30, 59),
        "taxpayers": share(15, 64, students=False),
    }


def _plan_duty(row: AreaRow, rules: ListRules, words: str, history: Mapping[int, AreaRow]) -> bool | None:
    """Return whether the duty of a development plan rests on the area: now, or from an earlier list once it sticks."""
    plan, sticks = (rule_on(name, date(row.year, 12, 1)) for name in ("development_plan", "plan_sticks"))
    if rules.name not in IN_THE_LAW or plan is None or plan.start is None:
        return None
    if status_code(words) >= PLAN_STATUS:
        return True
    if sticks is None:
        return False
    earlier = [history.get(year) for year in range(plan.start.year, row.year)]
    told = [one.listed_as for one in earlier if one is not None and one.listed_as is not None]
    if any(status_code(one) >= PLAN_STATUS for one in told):
        return True
    return False if len(told) == len(earlier) or all(_on_list(one)[1] < GHETTO for one in earlier) else None


@dataclass(frozen=True, slots=True)
class PointsRow:
    """An area in a year by a municipality's own indicators."""

    year: int
    area: str
    municipality: str
    status: PointsStatus


def read_points_table(path: Path, rules: ListRules) -> tuple[PointsRow, ...]:
    """Return the classes of a table with one column for each indicator of a rule set with points.

    The row whose area has the name of the municipality holds the town's averages.
    """
    points = rules.points
    if points is None:
        raise ValueError(f"the rules {rules.name} have no points")
    columns = [Column(one.column, "float", required=False, low=0, high=100) for one in points.indicators]
    lines = read_table(path, (*KEY_COLUMNS, Column("residents", "int", required=False, low=1), *columns))
    if not any(line.number(column.name) is not None for line in lines for column in columns):
        raise InputError(
            f"{path.name} has no value in any of the columns that {rules.name} reads: "
            f"{', '.join(column.name for column in columns)}."
        )
    averages: dict[tuple[int, str], dict[str, float | None]] = {}
    for line in lines:
        if line.text("area").casefold() == line.text("municipality").casefold():
            averages[line.whole("year") or 0, line.text("municipality").casefold()] = {
                one.name: line.number(one.column) for one in points.indicators
            }
    found = []
    for line in lines:
        town = line.text("municipality").casefold()
        if line.text("area").casefold() == town:
            continue
        here = averages.get((line.whole("year") or 0, town))
        if here is None:
            raise InputError(
                f"{path.name}, row {line.line}: there is no row for {line.text('municipality')} as a whole in "
                f"{line.whole('year')}. Its averages stand in a row whose area is {line.text('municipality')} too."
            )
        values = {one.name: line.number(one.column) for one in points.indicators}
        status = classify_points(values, here, line.number("residents"), rules)
        found.append(PointsRow(line.whole("year") or 0, line.text("area"), line.text("municipality"), status))
    return tuple(sorted(found, key=lambda one: (one.year, one.municipality, one.area)))


def agreement(verdict: Verdict) -> bool | None:
    """Return whether a status comes out as the table says it was published; None where the table does not say."""
    published = verdict.row.listed_as
    return None if published is None or verdict.status == "unknown" else published == verdict.status


def by_rules(
    table: AreaTable, rows: Sequence[AreaRow], national: float | None = None
) -> Mapping[str, tuple[Verdict, ...]]:
    """Return the same rows by every rule set that has lists: what each would make of them."""
    return {name: verdicts(table, rows, load_rules(name), national) for name in COMPARED}
