"""What can be read of a household: one table of attributes, each read for one household or for many at once.

An attribute gathers codes from the columns, and decodes them into what a person reads: names, words, dates. What is a
number already needs no decoding. The same two functions serve a window and a whole set, so that they cannot disagree.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.errors import meant
from beboersim.kernel import borrowing
from beboersim.world.codes import DWELLING_KINDS, NOT_SEARCHING, REASONS, TENURES, WANTS_CHANGE
from beboersim.world.columns import F64, I64, NEVER, described
from beboersim.world.profile import Profile, profile
from beboersim.world.state import Areas, Households, Persons

if TYPE_CHECKING:
    from beboersim.model import BeboerModel

Rows = Any  # one row (int) or an array of rows: what gathers from columns takes both
Code = Callable[["BeboerModel", Rows], Any]
Decode = Callable[["BeboerModel", int], object]
Write = Callable[["BeboerModel", I64, object], None]

FEW = 1024  # a table of so many codes costs nothing
NO_MEMBER = "it follows from the members"
MOVES = "a household moves by a letting, by the private market, or out of town with remove()"
QUEUES = "places on waiting lists follow from signing up and being let a home"
DERIVED = "it is derived from the tables"


class Values(NamedTuple):
    """One attribute of many households: numbers, or codes into a legend without duplicates."""

    codes: NDArray[Any]
    legend: NDArray[Any] | None = None

    def array(self) -> NDArray[Any]:
        """Return an array: int64 or float64 for numbers, objects for everything else."""
        if self.legend is not None:
            return np.asarray(self.legend[self.codes])
        return self.codes.astype(np.float64 if self.codes.dtype.kind == "f" else np.int64, copy=False)

    def to_list(self) -> list[Any]:
        """Return Python values, as Mesa's own sets do."""
        found: list[Any] = self.array().tolist()
        return found

    def ranks(self) -> NDArray[Any]:
        """Return numbers that sort as the values do."""
        if self.legend is None:
            return self.codes
        used = np.unique(self.codes)
        rank = np.zeros(len(self.legend), np.int64)
        rank[sorted(used.tolist(), key=self.legend.__getitem__)] = np.arange(len(used))
        return np.asarray(rank[self.codes])


def distinct(codes: NDArray[Any]) -> tuple[NDArray[Any], I64]:
    """Return the values that occur, sorted, and for every element which of them it is, as `np.unique` does."""
    if len(codes) and codes.dtype.kind in "iu":
        low = int(codes.min())
        span = int(codes.max()) - low + 1
        if span <= 4 * len(codes) + FEW:  # codes of areas, months and words: counted faster than sorted
            from_low = codes.astype(np.int64) - low
            occurs = np.bincount(from_low, minlength=span) > 0
            return np.flatnonzero(occurs) + low, (np.cumsum(occurs) - 1)[from_low]
    used, place = np.unique(codes, return_inverse=True)
    return used, place


def objects(values: list[Any]) -> NDArray[Any]:
    """Return an array of objects, one for each value, tuples and lists left whole."""
    return np.fromiter(values, dtype=object, count=len(values))


class Attribute:
    """One attribute of a household, and the descriptor by which a window reads it.

    Parameters
    ----------
    name, unit, meaning
        As in the tables of the world; "-" where there is no unit.
    code
        Gathers the attribute for one row or for an array of rows.
    decode
        Turns a code into what is shown; without it the code is the value.
    write
        Sets it for rows, all or none; without it the attribute cannot be set.
    fixed
        Why it cannot be set.
    """

    def __init__(
        self,
        name: str,
        unit: str,
        meaning: str,
        code: Code,
        decode: Decode | None = None,
        write: Write | None = None,
        fixed: str = DERIVED,
    ) -> None:
        self.name = name
        self.unit = unit
        self.meaning = meaning
        self.code = code
        self.decode = decode
        self.write = write
        self.fixed = fixed
        self.__doc__ = f"{meaning[0].upper()}{meaning[1:]}."

    def one(self, model: BeboerModel, row: int) -> Any:
        """Return the attribute of the household in a row."""
        code = self.code(model, row)
        return code.item() if self.decode is None else self.decode(model, int(code))

    def many(self, model: BeboerModel, rows: I64) -> Values:
        """Return the attribute of the households in these rows, copied."""
        codes = self.code(model, rows)
        if self.decode is None:
            return Values(codes)
        used, place = distinct(codes)
        seen: dict[Any, int] = {}
        legend = [seen.setdefault(self.decode(model, int(one)), len(seen)) for one in used]
        return Values(np.asarray(legend, np.int64)[place], objects(list(seen)))

    def set(self, model: BeboerModel, rows: I64, value: object) -> None:
        """Give the households in these rows a value, all of them or, if it is not valid for one, none."""
        if self.write is None:
            raise AttributeError(f"Household.{self.name} cannot be set: {self.fixed}.")
        self.write(model, rows, value)

    def __get__(self, household: Any, owner: type | None = None) -> Any:
        return self if household is None else self.one(household.model, household.row)

    def __set__(self, household: Any, value: object) -> None:
        self.set(household.model, np.array([household.row]), value)


class InColumn(Attribute):
    """An attribute that is a column of the households' table; one value is taken out of it without an array."""

    def one(self, model: BeboerModel, row: int) -> Any:
        """Return the attribute of the household in a row."""
        code = getattr(model.town.context.world.households, self.name).item(row)
        return code if self.decode is None else self.decode(model, code)


class Built(Attribute):
    """An attribute that is an object of its own for every household, such as the tuple of its members."""

    def one(self, model: BeboerModel, row: int) -> Any:
        """Return the attribute of the household in a row."""
        return self.code(model, row)

    def many(self, model: BeboerModel, rows: I64) -> Values:
        """Return the attribute of the households in these rows."""
        found = objects([self.code(model, row) for row in rows.tolist()])
        return Values(np.arange(len(rows)), found)


def attribute_of(kind: type, name: str) -> Attribute | None:
    """Return the attribute by which a kind of household reads a name, or None if it is something else."""
    found = inspect.getattr_static(kind, name, None)
    return found if isinstance(found, Attribute) else None


# What stands in the columns


def column(name: str) -> Code:
    """Return what gathers a column of the households' table."""
    return lambda model, rows: getattr(model.town.world.households, name)[rows]


def area_name(model: BeboerModel, code: int) -> str:
    """Return the name of an area, "elsewhere" out of town, "at the gate" before settling."""
    world = model.town.world
    if code < world.places:
        return world.names[code]
    return "elsewhere" if code == world.elsewhere else "at the gate"


def first_of_month(_: BeboerModel, code: int) -> date | None:
    """Return the first day of a month that is counted from year 0, or None if it never was."""
    return None if code == NEVER else date(code // 12, code % 12 + 1, 1)


def person_id(model: BeboerModel, code: int) -> int | None:
    """Return the id of the person in a row, or None."""
    return int(model.town.world.persons.id[code]) if code >= 0 else None


def dwelling_id(model: BeboerModel, code: int) -> int | None:
    """Return the id of the dwelling in a row, or None."""
    return int(model.town.world.dwellings.id[code]) if code >= 0 else None


def organisations(model: BeboerModel, row: int) -> tuple[int | None, ...]:
    """Return the numbers of the organisations on whose lists a household stands, None where a place is free."""
    held = model.town.world.households.organisation[row].tolist()
    return tuple(None if code < 0 else code for code in held)


def listed_since(model: BeboerModel, row: int) -> tuple[date | None, ...]:
    """Return when a household signed up on each of its lists, None where a place is free."""
    households = model.town.world.households
    held = zip(households.organisation[row].tolist(), households.listed_since[row].tolist(), strict=True)
    return tuple(first_of_month(model, since) if code >= 0 else None for code, since in held)


def search_since(model: BeboerModel, rows: Rows) -> Any:
    """Gather the month a search began; who is not searching has none, whatever the column remembers."""
    households = model.town.world.households
    return np.where(households.searching[rows] == NOT_SEARCHING, NEVER, households.search_since[rows].astype(np.int64))


def write_searching(model: BeboerModel, rows: I64, value: object) -> None:
    """Begin or end a search. Whoever has a home wants a change of it, whoever lodges has another reason."""
    said = f"Household.searching = {value!r}"
    if value not in REASONS:
        raise ValueError(f"{said} is not one of {', '.join(REASONS)}.{meant(str(value), REASONS)}")
    reason = REASONS.index(str(value))
    world, households = model.town.world, model.town.world.households
    if (households.area[rows] >= world.places).any():
        raise ValueError(f"{said} cannot be said of a household that does not live in the town.")
    if reason != NOT_SEARCHING:
        lodging = households.dwelling[rows] < 0
        if (lodging == (reason == WANTS_CHANGE)).any():
            without = "a household without a home" if reason == WANTS_CHANGE else "a household that has a home"
            raise ValueError(f"{said} cannot be said of {without}.")
        begins = rows[households.searching[rows] == NOT_SEARCHING]
        households.search_since[begins] = model.town.context.month
    households.searching[rows] = reason


def write_contact(model: BeboerModel, rows: I64, value: object) -> None:
    """Say in which area of its municipality the people a household knows best live; each is a market of its own."""
    world, said = model.town.world, f"Household.contact = {value!r}"
    by_municipality = {int(world.areas.municipality[k]): k for k, name in enumerate(world.names) if name == value}
    if not by_municipality:
        raise ValueError(f"{said} is not an area of this town.{meant(str(value), world.names)}")
    lived_in = world.areas.municipality[world.households.area[rows]].tolist()
    if not by_municipality.keys() >= set(lived_in):
        raise ValueError(f"{said} lies in another municipality than a household whose contact it is to be.")
    world.households.contact[rows] = [by_municipality[number] for number in lived_in]


def column_attributes() -> dict[str, Attribute]:
    """Return an attribute for every column of the households' table."""
    decoded: dict[str, Decode] = {
        "head": person_id,
        "dwelling": dwelling_id,
        "searching": lambda _, code: REASONS[code],
    }
    by_unit: dict[str, Decode] = {"area": area_name, "month": first_of_month}
    codes: dict[str, Code] = {"search_since": search_since}
    built: dict[str, Code] = {"organisation": organisations, "listed_since": listed_since}
    writes: dict[str, Write] = {"searching": write_searching, "contact": write_contact}
    fixed = {
        "id": "it is the household's identity",
        "head": NO_MEMBER,
        "size": NO_MEMBER,
        "adults": NO_MEMBER,
        "dwelling": MOVES,
        "area": MOVES,
        "moved_in": MOVES,
        "search_since": "it follows from searching",
        "organisation": QUEUES,
        "listed_since": QUEUES,
    }
    meanings = {
        "head": "id of the first member",
        "dwelling": "id of the dwelling, None when lodging with others or not settled",
        "search_since": "month the search began, None when not searching",
    }
    found: dict[str, Attribute] = {}
    for name, declared in described(Households).items():
        kind = Built if name in built else Attribute if name in codes else InColumn
        found[name] = kind(
            name,
            declared.unit,
            meanings.get(name, declared.meaning),
            built.get(name) or codes.get(name) or column(name),
            decoded.get(name, by_unit.get(declared.unit)),
            writes.get(name),
            fixed.get(name, DERIVED),
        )
    return found


# What is derived from other tables


@borrowing
def profiles(
    persons: Persons, households: Households, areas: Areas, rows: I64, month: int, steps: F64, found: F64
) -> None:
    """Fill `found` (household × field of `Profile`). Incomes are ranked in the municipality that is lived in."""
    for k in range(len(rows)):
        town = areas.municipality[households.area[rows[k]]]
        who = profile(persons, households, rows[k], month, steps[max(town, 0)])
        for field in range(found.shape[1]):
            found[k, field] = who[field]


def of_profile(name: str, whole: bool) -> Code:
    """Return what gathers one field of the profile, as whole numbers where persons are counted."""
    field, kind = Profile._fields.index(name), np.int64 if whole else np.float64

    def gathered(model: BeboerModel, rows: Rows) -> Any:
        c = model.town.context
        chosen = np.atleast_1d(np.asarray(rows, np.int64))
        found = np.empty((len(chosen), len(Profile._fields)))
        profiles(c.world.persons, c.world.households, c.world.areas, chosen, c.month, c.income_steps, found)
        return found[:, field].astype(kind) if np.ndim(rows) else kind(found[0, field])

    return gathered


def of_dwelling(name: str) -> Code:
    """Return what gathers a column of the dwellings' table, -1 for who has no dwelling."""

    def gathered(model: BeboerModel, rows: Rows) -> Any:
        world = model.town.world
        home = world.households.dwelling[rows]
        return np.where(home >= 0, getattr(world.dwellings, name)[home].astype(np.int64), -1)

    return gathered


def municipality(model: BeboerModel, rows: Rows) -> Any:
    """Return the number of the municipality lived in, -1 elsewhere."""
    world = model.town.world
    return world.areas.municipality[world.households.area[rows]]


def word_of(words: tuple[str, ...]) -> Decode:
    """Return what decodes a code into its word, and -1 into None."""
    return lambda _, code: words[code] if code >= 0 else None


def derived_attributes() -> dict[str, Attribute]:
    """Return the attributes that are derived from members, dwelling and area."""
    profile_units = {
        "age": ("years", "age of the oldest adult who keeps the household"),
        "children": ("persons", "members under 18"),
        "employed": ("persons", "adults who keep the household and are in work"),
        "students": ("persons", "adults who keep the household and are in education"),
        "outside": ("persons", "adults who keep the household, of working age, with neither work nor education"),
        "pensioners": ("persons", "adults who keep the household and are pensioners"),
        "income": ("DKK", "gross income of all members last year, in wages of the start year"),
        "resources": ("0-1", "mean of work or study, education above basic, and income rank; origin never enters"),
    }
    found = [
        Attribute(name, unit, meaning, of_profile(name, unit == "persons"), fixed=NO_MEMBER)
        for name, (unit, meaning) in profile_units.items()
    ]
    found += [
        Attribute(
            "municipality", "name", "municipality lived in, None elsewhere", municipality,
            lambda model, code: model.town.world.municipalities[code] if code >= 0 else None, fixed=MOVES,
        ),
        Attribute(
            "tenure", "code", "tenure of the dwelling, None without one", of_dwelling("tenure"), word_of(TENURES),
            fixed=MOVES,
        ),
        Attribute(
            "dwelling_kind", "code", "family, youth or elderly dwelling, None without one", of_dwelling("kind"),
            word_of(DWELLING_KINDS), fixed=MOVES,
        ),
        Attribute(
            "rooms", "rooms", "rooms of the dwelling, None without one", of_dwelling("rooms"),
            lambda _, code: code if code >= 0 else None, fixed=MOVES,
        ),
    ]  # fmt: skip
    return {attribute.name: attribute for attribute in found}


ATTRIBUTES = MappingProxyType(column_attributes() | derived_attributes())
"""Every attribute of a household that whole sets read at once, by name."""
