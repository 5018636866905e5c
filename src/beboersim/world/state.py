"""The tables of the world. Every column is declared once, here: name, type, unit and meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

import numpy as np

from beboersim.kernel import borrowing, kernel
from beboersim.world.codes import AT_THE_GATE, ELSEWHERE
from beboersim.world.columns import (
    F32,
    F64,
    GROWTH,
    I8,
    I16,
    I32,
    I64,
    NEVER,
    U8,
    U16,
    Column,
    grown,
    keep,
    made,
    size_in_bytes,
)

LISTS_HELD = 3  # places on waiting lists a household can hold, one an organisation


class Persons(NamedTuple):
    """Everyone in the town, and those followed after they left it. A row without household is free."""

    id: Annotated[I64, Column("int64", "-", "identity and address in chance")]
    household: Annotated[I32, Column("int32", "row", "household, -1 when the row is free", -1)]
    next: Annotated[I32, Column("int32", "row", "next member of the household, -1 at the end", -1)]
    birth: Annotated[I16, Column("int16", "month", "month of birth, counted from year 0")]
    sex: Annotated[U8, Column("uint8", "0/1", "1 woman, 0 man")]
    origin: Annotated[U8, Column("uint8", "code", "origin group as Danmarks Statistik defines it")]
    citizen: Annotated[U8, Column("uint8", "0/1", "Danish citizen")]
    role: Annotated[U8, Column("uint8", "code", "keeps the household, or is a child of those who do")]
    education: Annotated[U8, Column("uint8", "code", "highest completed education")]
    danish_education: Annotated[U8, Column("uint8", "0/1", "education taken or approved in Denmark")]
    activity: Annotated[U8, Column("uint8", "code", "what the person does")]
    since: Annotated[I16, Column("int16", "month", "month the activity began", NEVER)]
    weak: Annotated[U8, Column("uint8", "0/1", "latent type: weakly attached to work")]
    weak_odds: Annotated[I8, Column("int8", "1/32", "log-odds of being weakly attached against others of the age")]
    hours: Annotated[U8, Column("uint8", "% of full time", "hours when employed")]
    outside_now: Annotated[U16, Column("uint16", "1/1200 year", "time outside work and education this year")]
    outside_past: Annotated[U8, Column("uint8", "1/200 year", "the same in the last four years, newest first", 0, 4)]
    wage: Annotated[F32, Column("float32", "DKK a year", "gross wage at full time, in wages of the start year")]
    income_now: Annotated[F32, Column("float32", "DKK", "gross income so far this year, in wages of the start year")]
    income_past: Annotated[F32, Column("float32", "DKK", "gross income last year, in wages of the start year")]
    convicted: Annotated[I16, Column("int16", "month", "month of the last conviction", NEVER)]
    convicted_years: Annotated[U8, Column("uint8", "bits", "years with a conviction; bit 0 this year, bit 1 last")]
    risk: Annotated[U8, Column("uint8", "1/16", "risk of conviction against the nation's, all else equal")]
    births: Annotated[U8, Column("uint8", "number", "children born")]
    last_birth: Annotated[I16, Column("int16", "month", "month of the last birth", NEVER)]
    area_grown: Annotated[I16, Column("int16", "area", "social area lived in at age 12, -1 unknown or none", -1)]
    cohort_area: Annotated[I16, Column("int16", "area", "named area lived in at the cohort date, -1 for others", -1)]
    cohort_worked: Annotated[U8, Column("uint8", "0/1", "in work at the cohort date")]


class Ties(NamedTuple):
    """What binds a person to others in the area, row by row beside `Persons`. A new row has no ties yet.

    Every column is written by one process, which is named; others read it.
    """

    takes_part: Annotated[U16, Column("uint16", "bits", "what the person takes part in; see world.taking_part")]
    known: Annotated[U8, Column("uint8", "month", "months in contact with the staff of the area (staff)")]
    job_chance: Annotated[U16, Column("uint16", "1/4096", "times others' chance of finding work (staff)", 4096)]
    offending: Annotated[U16, Column("uint16", "1/4096", "times others' risk of a conviction (youth)", 4096)]
    learning: Annotated[I16, Column("int16", "1/10000", "added chance of starting youth education (youth)")]
    results: Annotated[U8, Column("uint8", "percentile", "school results at sixteen, 255 not known (youth)", 255)]
    peers: Annotated[U8, Column("uint8", "code", "whom free time is spent with (youth)")]
    trust: Annotated[I8, Column("int8", "1/50 SD", "trust in others against the nation's mean (volunteering)")]
    substance: Annotated[U8, Column("uint8", "code", "use of alcohol and drugs, 255 not drawn yet (substance)", 255)]
    kind_of_use: Annotated[U8, Column("uint8", "code", "what is used (substance)")]
    danish: Annotated[U8, Column("uint8", "1/100", "command of Danish, 255 not drawn yet (meetings)", 255)]
    prejudice: Annotated[I8, Column("int8", "1/50 SD", "against the nation's mean (meetings)")]


class Households(NamedTuple):
    """Households: the agents. A row without members is free."""

    id: Annotated[I64, Column("int64", "-", "identity and address in chance")]
    head: Annotated[I32, Column("int32", "row", "first member, -1 when the row is free", -1)]
    dwelling: Annotated[I32, Column("int32", "row", "dwelling, -1 when lodging with others or not settled", -1)]
    area: Annotated[I16, Column("int16", "area", "area lived in, as tenant, owner or lodger")]
    size: Annotated[U8, Column("uint8", "persons", "members")]
    adults: Annotated[U8, Column("uint8", "persons", "those who keep the household: 2 is a couple")]
    contact: Annotated[I16, Column("int16", "area", "area where the people it knows best live")]
    moved_in: Annotated[I16, Column("int16", "month", "month of moving in; once parted, into the home shared", NEVER)]
    searching: Annotated[U8, Column("uint8", "code", "why a home is sought")]
    search_since: Annotated[I16, Column("int16", "month", "month the search began", NEVER)]
    organisation: Annotated[I16, Column("int16", "organisation", "waiting lists stood on, -1 none", -1, LISTS_HELD)]
    listed_since: Annotated[I16, Column("int16", "month", "month of signing up on each", NEVER, LISTS_HELD)]


class Dwellings(NamedTuple):
    """Homes. A row without area is free."""

    id: Annotated[I64, Column("int64", "-", "identity and address in chance")]
    area: Annotated[I16, Column("int16", "area", "area, -1 when the row is free", -1)]
    rooms: Annotated[U8, Column("uint8", "rooms", "rooms, kitchen not counted")]
    tenure: Annotated[U8, Column("uint8", "code", "social, private rented or owner-occupied")]
    kind: Annotated[U8, Column("uint8", "code", "family, youth or elderly dwelling")]
    household: Annotated[I32, Column("int32", "row", "household, -1 when vacant", -1)]
    vacant_since: Annotated[I16, Column("int16", "month", "month it became vacant", NEVER)]
    fate: Annotated[U8, Column("uint8", "code", "what a plan has decided for the home (buildings)")]


class Areas(NamedTuple):
    """Areas of the town, and those that are no place: elsewhere (followed leavers) and the gates (not yet settled)."""

    id: Annotated[I64, Column("int64", "-", "identity and address in chance, from municipality and name")]
    kind: Annotated[U8, Column("uint8", "code", "named area, estate or neighbourhood")]
    municipality: Annotated[I16, Column("int16", "index", "municipality in the run, -1 elsewhere", -1)]
    organisation: Annotated[I16, Column("int16", "index", "housing organisation, -1 where there is none", -1)]
    price: Annotated[F64, Column("float64", "rank 0-1", "price level of private homes, as a rank in the municipality")]
    stigma: Annotated[F64, Column("float64", "0-1", "reputation outside")]
    stigma_inside: Annotated[F64, Column("float64", "0-1", "reputation inside")]
    salience: Annotated[F64, Column("float64", "0-1", "attention in the media")]
    status: Annotated[I64, Column("int64", "code", "status on the list in force")]
    years_listed: Annotated[I64, Column("int64", "lists", "consecutive lists at status udsat or above")]
    years_ghetto: Annotated[I64, Column("int64", "lists", "consecutive lists at status ghetto or above")]
    was_hard: Annotated[I64, Column("int64", "0/1", "has been a transformation area, and so has a plan (§ 168 a)")]
    lists_since_hard: Annotated[I64, Column("int64", "lists", "consecutive lists since it left that status")]
    staff: Annotated[F64, Column("float64", "staff-years", "a year's work of the plan's staff (staff)")]
    staff_known: Annotated[F64, Column("float64", "0-1", "how well the staff are known in the area (staff)")]
    coordination: Annotated[F64, Column("float64", "0-1", "school, police and housing work together (staff)")]
    volunteers: Annotated[F64, Column("float64", "persons", "volunteers who run something (volunteering)")]
    premises: Annotated[F64, Column("float64", "0-1", "rooms and grounds in use by people (volunteering)")]
    street: Annotated[F64, Column("float64", "per 1,000", "young people of visible street groups (youth)")]
    safety: Annotated[F64, Column("float64", "share", "residents who feel safe in the area (safety)")]
    say: Annotated[F64, Column("float64", "share", "adults who have a say in what is decided (democracy)")]
    fit: Annotated[F64, Column("float64", "times", "how well activities fit those they are for (democracy)", 1.0)]
    contacts: Annotated[F64, Column("float64", "times", "job chance by neighbours in work (meetings)", 1.0)]
    opting_out: Annotated[F64, Column("float64", "share", "pupils who go to another school (meetings)")]
    appeal: Annotated[F64, Column("float64", "0-1", "what renewal adds to the area's attraction (buildings)")]
    premises_let: Annotated[F64, Column("float64", "number", "business premises in use (buildings)")]
    local_jobs: Annotated[F64, Column("float64", "times", "job chance by firms in the area (buildings)", 1.0)]
    plan_month: Annotated[I64, Column("int64", "month", "month the duty of a plan began, -1 none (buildings)", -1)]
    family_share: Annotated[F64, Column("float64", "share", "family dwellings as a plan counts them (buildings)")]
    demolished: Annotated[F64, Column("float64", "dwellings", "taken down and not replaced (buildings)")]
    infill_due: Annotated[F64, Column("float64", "dwellings", "private homes still to be built (buildings)")]
    renovated: Annotated[F64, Column("float64", "0-1", "homes renovated from the budget (buildings)")]
    special_rules: Annotated[F64, Column("float64", "0-1", "duties and bars since 2018 that hold here (buildings)")]


@dataclass
class World:
    """The whole state: five tables and how many rows of each are in use; ties go row by row with persons.

    `used` holds the used rows of persons, households and dwellings, so that kernels can add rows.
    """

    persons: Persons
    ties: Ties
    households: Households
    dwellings: Dwellings
    areas: Areas
    names: tuple[str, ...]
    municipalities: tuple[str, ...]
    organisations: int
    used: I64 = field(default_factory=lambda: np.zeros(3, np.int64))

    @property
    def places(self) -> int:
        """Number of areas that are places; elsewhere and the gates come after them."""
        return len(self.names)

    @property
    def elsewhere(self) -> int:
        """Index of the area that holds followed people who left the town."""
        return len(self.names)

    def gate(self, municipality: int) -> int:
        """Index of the area that holds those who seek a home in a municipality and have not settled."""
        return len(self.names) + 1 + municipality

    def reserve(self, persons: int, households: int, dwellings: int) -> None:
        """Make room for so many more rows of each table."""
        if self.used[0] + persons > len(self.persons.id):
            capacity = int((self.used[0] + persons) * GROWTH)
            self.persons = grown(self.persons, int(self.used[0]), capacity)
            self.ties = grown(self.ties, int(self.used[0]), capacity)
        if self.used[1] + households > len(self.households.id):
            self.households = grown(self.households, int(self.used[1]), int((self.used[1] + households) * GROWTH))
        if self.used[2] + dwellings > len(self.dwellings.id):
            self.dwellings = grown(self.dwellings, int(self.used[2]), int((self.used[2] + dwellings) * GROWTH))

    def compact(self) -> None:
        """Drop free rows and put neighbours beside each other. Ids, and so all chance, are untouched."""
        n_persons, n_households = int(self.used[0]), int(self.used[1])
        persons, households = np.empty(n_persons, np.int64), np.empty(n_households, np.int64)
        many = put_in_order(self.persons, self.households, self.used, len(self.areas.kind), persons, households)
        persons, households = persons[: many[0]], households[: many[1]]
        for table, rows in ((self.persons, persons), (self.ties, persons), (self.households, households)):
            keep(table, rows)
        self.used[:2] = many
        tie_again(self.persons, self.households, self.dwellings, self.used)

    def size_in_bytes(self) -> int:
        """Return the bytes that the tables have allocated."""
        tables = (self.persons, self.ties, self.households, self.dwellings, self.areas)
        return sum(size_in_bytes(table) for table in tables)


@kernel
def put_in_order(
    persons: Persons, households: Households, used: I64, areas: int, person_rows: I64, household_rows: I64
) -> tuple[int, int]:
    """Write down the rows in use, area by area and household by household; return how many there are of each."""
    first = np.zeros(areas + 1, np.int64)
    for row in range(used[1]):
        if households.head[row] >= 0:
            first[households.area[row] + 1] += 1
    for area in range(areas):
        first[area + 1] += first[area]
    many = first[areas]
    for row in range(used[1]):
        if households.head[row] >= 0:
            area = households.area[row]
            household_rows[first[area]] = row
            first[area] += 1
    people = 0
    for k in range(many):
        member = households.head[household_rows[k]]
        while member >= 0:
            person_rows[people] = member
            people += 1
            member = persons.next[member]
    return people, many


@borrowing
def tie_again(persons: Persons, households: Households, dwellings: Dwellings, used: I64) -> None:
    """Point members, households and dwellings at each other, after the rows were put in order."""
    person = 0
    for row in range(used[1]):
        households.head[row] = person
        last = person + households.size[row]
        while person < last:
            persons.household[person] = row
            persons.next[person] = person + 1
            person += 1
        persons.next[last - 1] = -1
        if households.dwelling[row] >= 0:
            dwellings.household[households.dwelling[row]] = row


def empty_areas(places: int, municipalities: int) -> Areas:
    """Return the area table for so many places, followed by elsewhere and by a gate for each municipality."""
    areas = made(Areas, places + 1 + municipalities)
    areas.kind[places] = ELSEWHERE
    areas.kind[places + 1 :] = AT_THE_GATE
    areas.municipality[places + 1 :] = range(municipalities)
    return areas


__all__ = ["F32", "LISTS_HELD", "Areas", "Dwellings", "Households", "Persons", "Ties", "World", "empty_areas"]
