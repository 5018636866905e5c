"""The areas: what was published about each, year by year, and what has to be imputed for a start year.

A share is a fraction. `imputed` names the fields whose value was not published for that year. In the shipped table the
rows of 2011 repeat the residents, origin and work of 2010 (mobility.md §6): those three are marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path

from beboersim.errors import InputError, meant
from beboersim.evidence import municipalities
from beboersim.evidence.tables import Column, Row, read_table, shipped

INDICATORS: tuple[str, ...] = ("non_western", "outside_work", "convicted", "basic_education", "income_ratio")
MEASURED: tuple[str, ...] = ("residents", *INDICATORS)
LAST_START = 2015  # the last year a world can start in without a table of one's own

# The words of the column listed_as, and the status they come to (joined words: the highest counts)
STATUS_CODES: Mapping[str, int] = {
    "none": 0,
    "forebyggelse": 1,
    "udsat": 2,
    "ghetto": 3,
    "parallelsamfund": 3,
    "hard_ghetto": 4,
    "omdannelsesomraade": 4,
}

PERCENT = "A percentage is written 43.5."
COLUMNS: tuple[Column, ...] = (
    Column("year", "int", low=1990, high=2100),
    Column("area", "str"),
    Column("municipality", "str"),
    Column("residents", "int", blank=True, low=1, high=1_000_000),
    Column("non_western_pct", "float", blank=True, low=0, high=100, hint=PERCENT),
    Column("unemployed_pct", "float", blank=True, low=0, high=100, hint=PERCENT),
    Column("convicted_pct", "float", blank=True, low=0, high=100, hint=PERCENT),
    Column("basic_education_pct", "float", blank=True, low=0, high=100, hint=PERCENT),
    Column("income_pct_of_region", "float", blank=True, low=2, high=1000, hint="55 per cent is written 55."),
    Column("region", "str", required=False),
    Column("listed_as", "str", required=False),
    Column("source_url", "str", required=False),
    Column("dwellings", "int", required=False, low=1, high=1_000_000),
)
COLUMN_OF: Mapping[str, str] = {
    "non_western": "non_western_pct",
    "outside_work": "unemployed_pct",
    "convicted": "convicted_pct",
    "basic_education": "basic_education_pct",
    "income_ratio": "income_pct_of_region",
}

Place = tuple[str, str]  # municipality, area


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An area in a year. None is not known; `listed_as` is None where it is not known whether the area was listed."""

    year: int
    area: str
    municipality: str
    region: str
    residents: int | None
    non_western: float | None
    outside_work: float | None
    convicted: float | None
    basic_education: float | None
    income_ratio: float | None
    listed_as: str | None
    source: str
    dwellings: int | None
    imputed: frozenset[str] = frozenset()

    @property
    def place(self) -> Place:
        """Municipality and area: what an area is known by."""
        return self.municipality, self.area

    def known(self, field: str) -> float | int | None:
        """Return a measured value by its field name."""
        value: float | int | None = getattr(self, field)
        return value


def read_areas(path: Path | None = None) -> tuple[AreaRow, ...]:
    """Return the rows of a table of areas, or of the shipped one (official lists 2010-2015)."""
    return _shipped() if path is None else _read(path)


@cache
def _shipped() -> tuple[AreaRow, ...]:
    rows = _read(shipped("area_criteria.csv"))
    dwellings = _dwellings()
    return tuple(
        replace(row, dwellings=_nearest(dwellings[row.place], row.year)) if row.place in dwellings else row
        for row in rows
    )


def areas_in(year: int, rows: Iterable[AreaRow]) -> tuple[AreaRow, ...]:
    """Return the areas of a year, by municipality and name, with gaps filled from the nearest other year.

    An area belongs to a year in which it has a row, listed or not, and to a year between two years in which it has
    rows. A value that was not published that year is taken from the nearest year that has it (the earlier of two
    equally near), up to 2015, and its field is named in `imputed`. What no year has stays None.
    """
    histories: dict[Place, list[AreaRow]] = {}
    for row in rows:
        histories.setdefault(row.place, []).append(row)
    found = []
    for _, history in sorted(histories.items()):
        years = [row.year for row in history]
        here = next((row for row in history if row.year == year), None)
        if here is None and min(years) < year < max(years):
            model = _nearest_row(history, year)
            here = _without_values(model, year)
        if here is not None:
            found.append(_filled(here, history))
    return tuple(found)


def listed_history(rows: Iterable[AreaRow]) -> dict[Place, dict[int, int]]:
    """Return the status code by year of each area; years in which its status is not known are left out."""
    history: dict[Place, dict[int, int]] = {}
    for row in rows:
        by_year = history.setdefault(row.place, {})
        if row.listed_as is not None:
            by_year[row.year] = status_code(row.listed_as)
    return history


def years_running(by_year: Mapping[int, int], before: int, at_least: int = 2) -> int:
    """Return how many years in a row, ending with the year before `before`, an area had at least a status."""
    year = before
    while by_year.get(year - 1, 0) >= at_least:
        year -= 1
    return before - year


def status_code(listed_as: str) -> int:
    """Return the status code of a text of the column listed_as, such as "udsat+ghetto"."""
    return max(STATUS_CODES[word] for word in listed_as.split("+"))


def _read(source: Path | Traversable) -> tuple[AreaRow, ...]:
    table = read_table(source, COLUMNS)
    _refuse_fractions(table, source.name)
    first: dict[tuple[int, str, str], int] = {}
    rows = []
    for line in table:
        row = _area(line, source.name)
        key = (row.year, row.municipality, row.area.casefold())
        if key in first:
            raise InputError(
                f"{source.name}, row {line.line}: {row.area} in {row.municipality} has a row for {row.year} "
                f"already, row {first[key]}."
            )
        first[key] = line.line
        rows.append(row)
    return _mark_repeats(rows)


def _refuse_fractions(table: Iterable[Row], name: str) -> None:
    """Refuse a table whose shares are all written as fractions; a single small share can be right."""
    for column in ("non_western_pct", "unemployed_pct", "basic_education_pct"):
        values = [value for row in table if (value := row.number(column))]
        if values and max(values) <= 1.0:
            raise InputError(f"{name}, {column}: no value is above 1. {PERCENT}")


def _area(line: Row, name: str) -> AreaRow:
    where = f"{name}, row {line.line}"
    given = line.text("municipality")
    municipality = municipalities.known_as(given)
    if municipality is None:
        near = meant(given.capitalize(), municipalities.names()) or " `beboersim places` lists all."
        raise InputError(f'{where}, municipality: "{given}" is not a Danish municipality.{near}')
    region = municipalities.region_of(municipality)
    if line.text("region") and line.text("region").casefold() != region.casefold():
        raise InputError(f'{where}, region: "{line.text("region")}", but {municipality} lies in {region}.')
    year = line.whole("year")
    assert year is not None
    return AreaRow(
        year=year,
        area=" ".join(line.text("area").split()),
        municipality=municipality,
        region=region,
        residents=line.whole("residents"),
        listed_as=_listed_as(line.text("listed_as"), where),
        source=line.text("source_url") or name,
        dwellings=line.whole("dwellings"),
        non_western=_fraction(line, "non_western"),
        outside_work=_fraction(line, "outside_work"),
        convicted=_fraction(line, "convicted"),
        basic_education=_fraction(line, "basic_education"),
        income_ratio=_fraction(line, "income_ratio"),
    )


def _fraction(line: Row, field: str) -> float | None:
    percent = line.number(COLUMN_OF[field])
    # 2.7 / 100 is 0.027000000000000003: rounded, or a value on a line of the law would come out above it
    return None if percent is None else round(percent / 100.0, 12)


def _listed_as(text: str, where: str) -> str | None:
    if not text:
        return None
    words = [word.strip().casefold() for word in text.split("+")]
    for word in words:
        if word not in STATUS_CODES:
            near = meant(word, STATUS_CODES)
            raise InputError(f'{where}, listed_as: "{word}" is not a status.{near or " " + _statuses()}')
    return "+".join(words)


def _statuses() -> str:
    return f"Known are {', '.join(STATUS_CODES)}, joined by +."


def _mark_repeats(rows: list[AreaRow]) -> tuple[AreaRow, ...]:
    """Mark residents, origin and work of 2011 as imputed where they repeat all three of 2010."""
    repeated = ("residents", "non_western", "outside_work")
    values = {row.place: [row.known(field) for field in repeated] for row in rows if row.year == 2010}
    return tuple(
        replace(row, imputed=frozenset(repeated))
        if row.year == 2011 and values.get(row.place) == [row.known(field) for field in repeated]
        else row
        for row in rows
    )


def _without_values(row: AreaRow, year: int) -> AreaRow:
    return AreaRow(
        year=year,
        area=row.area,
        municipality=row.municipality,
        region=row.region,
        residents=None,
        non_western=None,
        outside_work=None,
        convicted=None,
        basic_education=None,
        income_ratio=None,
        listed_as=None,
        source=row.source,
        dwellings=row.dwellings,
    )


def _filled(here: AreaRow, history: list[AreaRow]) -> AreaRow:
    values: dict[str, float | int | None] = {}
    for field in MEASURED:
        if here.known(field) is None:
            others = [
                row
                for row in history
                if row.known(field) is not None and field not in row.imputed and row.year <= max(LAST_START, here.year)
            ]
            if others:
                values[field] = _nearest_row(others, here.year).known(field)
    return replace(here, imputed=here.imputed.union(values), **values)  # type: ignore[arg-type]


def _nearest_row(rows: Iterable[AreaRow], year: int) -> AreaRow:
    return min(rows, key=lambda row: (abs(row.year - year), row.year))


def _dwellings() -> dict[Place, dict[int, int]]:
    table = read_table(
        shipped("area_dwellings.csv"),
        (Column("year", "int"), Column("area", "str"), Column("municipality", "str"), Column("dwellings", "int")),
    )
    found: dict[Place, dict[int, int]] = {}
    for row in table:
        year, dwellings = row.whole("year"), row.whole("dwellings")
        assert year is not None
        assert dwellings is not None
        found.setdefault((row.text("municipality"), row.text("area")), {})[year] = dwellings
    return found


def _nearest(by_year: Mapping[int, int], year: int) -> int:
    return by_year[min(by_year, key=lambda known: (abs(known - year), known))]
