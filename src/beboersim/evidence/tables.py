"""Reading a table that somebody made: every defect is said by file, row, column and reason.

Text may be UTF-8 (with or without a byte order mark) or Latin-1 as Windows writes it; columns are separated by commas
or semicolons, told from the header. Row numbers are line numbers in the file; the header is row 1.

Numbers, by the separator of the file:

* commas: the decimal mark is a point. `6,464` in quotation marks may be 6464 or 6.464, and is an error.
* semicolons: the decimal mark is a comma or a point. `1.234,5` is 1234.5, since only one reading is possible.
  In a whole-number column `6.464` is 6464, since a whole number has no decimals; in any other column it may be 6464
  or 6.464, and is an error.

A blank between groups of three digits (`6 464`) has one reading beside either.

A whole number may be written with zero decimals (`1158.0`), as programs do when a column has blanks.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from beboersim.errors import InputError

Value = str | int | float | None
Kind = Literal["str", "int", "float"]

PLAIN = re.compile(r"[+-]?\d{1,15}(\.\d{1,30})?([eE][+-]?\d{1,2})?", re.ASCII)
GROUPED = re.compile(r"[+-]?\d{1,3}(\.\d{3}){1,4}", re.ASCII)
GROUPED_DECIMAL = re.compile(r"[+-]?\d{1,3}(\.\d{3}){1,4},\d{1,30}", re.ASCII)
ONE_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
SPACED = re.compile(r"[+-]?\d{1,3}([ \u00a0\u202f]\d{3}){1,4}([.,]\d{1,30})?", re.ASCII)
DIGITS = 15  # so many a number of PLAIN may have before its point
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Column:
    """A declared column: its name, what it holds, whether it must be there, and the bounds of its values.

    `required` speaks of the column, `blank` of its cells. `hint` ends the message when a value is outside the bounds.
    """

    name: str
    kind: Kind
    required: bool = True
    blank: bool = False
    low: float | None = None
    high: float | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line number in the file and its values by column name."""

    line: int
    values: dict[str, Value]

    def text(self, column: str) -> str:
        """Return the text of a column; blank is an empty text."""
        value = self.values.get(column)
        return "" if value is None else str(value)

    def number(self, column: str) -> float | None:
        """Return the number of a column, or None where it is blank."""
        value = self.values.get(column)
        return value if isinstance(value, int | float) else None

    def whole(self, column: str) -> int | None:
        """Return the whole number of a column, or None where it is blank."""
        value = self.values.get(column)
        return value if isinstance(value, int) else None


def shipped(name: str) -> Traversable:
    """Return a data file that the package carries."""
    return files("beboersim.evidence") / "data" / name


def read_table(
    source: Path | Traversable, columns: Sequence[Column], only: tuple[str, str] | None = None
) -> tuple[Row, ...]:
    """Return the rows of a CSV file with the declared columns as typed values; other columns are left out.

    Parameters
    ----------
    only
        A column and the text that it holds in the rows that are wanted; the values of the others are not looked at.
    """
    text = _text(source)
    separator = _separator(text, columns)
    records = _records(text, separator, source.name)
    try:
        _, header = next(records)
    except StopIteration:
        raise InputError(f"{source.name} is empty.") from None
    places = _places(header, columns, source.name)
    wanted = [(column, places.get(column.name)) for column in columns]
    rows = []
    for line, cells in records:
        if len(cells) != len(header):
            raise InputError(
                f"{source.name}, row {line}: {len(cells)} cells, but the header has {len(header)} columns. "
                f'A text that holds "{separator}" needs quotation marks.'
            )
        if only is not None and cells[places[only[0]]].strip() != only[1]:
            continue
        values: dict[str, Value] = {}
        for column, place in wanted:
            if place is None:
                values[column.name] = None
                continue
            try:
                values[column.name] = _value(cells[place].strip(), column, separator)
            except ValueError as error:
                raise InputError(f"{source.name}, row {line}, {column.name}: {error}") from None
        rows.append(Row(line, values))
    if not rows:
        raise InputError(f"{source.name} has a header but no rows.")
    return tuple(rows)


def _text(source: Path | Traversable) -> str:
    if isinstance(source, Path):
        if source.is_dir():
            raise InputError(f"{source} is a folder; a CSV file is needed.")
        if not source.exists():
            raise InputError(f"{source}: there is no such file.")
    try:
        raw = source.read_bytes()
    except OSError as reason:
        raise InputError(f"{source} cannot be read: {reason.strerror or reason}.") from None
    if not raw.strip():
        raise InputError(f"{source.name} is empty.")
    for encoding in ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if CONTROL.search(text):
        raise InputError(f"{source.name} is not a text file. Save the table as CSV, UTF-8.")
    return text


def _separator(text: str, columns: Sequence[Column]) -> str:
    """Return the separator under which the header holds most of the declared columns."""
    header = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    declared = {column.name for column in columns}

    def found(separator: str) -> tuple[int, int]:
        names = {cell.strip().strip('"').strip().casefold() for cell in header.split(separator)}
        return len(names & declared), header.count(separator)

    return max((",", ";"), key=found)


def _records(text: str, separator: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number where the record begins, cells), without the records that are wholly blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise InputError(
                f"{name}, row {begins}: the quotation marks do not match, or a text is far too long."
            ) from None
        if any(map(str.strip, cells)):
            yield begins, cells
        begins = reader.line_num + 1


def _places(header: Sequence[str], columns: Sequence[Column], name: str) -> dict[str, int]:
    """Return where each declared column stands in the header."""
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        given = cell.strip().casefold()
        if not given:
            raise InputError(f"{name}, row 1: column {place + 1} has no name.")
        if given in places:
            raise InputError(f"{name}, row 1: the column {given} is there twice.")
        places[given] = place
    declared = {column.name for column in columns}
    strangers = [given for given in places if given not in declared]
    for column in columns:
        if column.name in places:
            continue
        near = difflib.get_close_matches(column.name, strangers, n=1, cutoff=0.6 if column.required else 0.85)
        if column.required:
            looks = f" Is {near[0]} meant to be it?" if near else ""
            raise InputError(f"{name}, row 1: the column {column.name} is missing.{looks}")
        if near:  # a misspelled optional column would otherwise be left out without a word
            raise InputError(f"{name}, row 1: {near[0]} is not a known column. Did you mean {column.name}?")
    return places


def _value(cell: str, column: Column, separator: str) -> Value:
    """Return what a cell holds; a ValueError says what is wrong with it."""
    if not cell:
        if column.blank or not column.required:
            return None
        raise ValueError("the cell is blank.")
    if column.kind == "str":
        return cell
    number = _number(cell, column.kind, separator)
    low, high = column.low, column.high
    if (low is not None and number < low) or (high is not None and number > high):
        raise ValueError(f"{cell} is {_outside(low, high)}.{' ' + column.hint if column.hint else ''}")
    return number


def _outside(low: float | None, high: float | None) -> str:
    if high is None:
        return f"below {low:g}"
    return f"above {high:g}" if low is None else f"outside {low:g} to {high:.15g}"


def _number(cell: str, kind: Kind, separator: str) -> int | float:
    # Most cells are digits, or digits around a point in a file with commas: these have one reading.
    if cell.isascii() and len(cell) <= DIGITS:
        if cell.isdigit():
            return int(cell) if kind == "int" else float(cell)
        whole, point, decimals = cell.partition(".")
        if point and kind == "float" and separator == "," and whole.isdigit() and decimals.isdigit():
            return float(cell)
    if SPACED.fullmatch(cell):
        cell = re.sub(r"[ \u00a0\u202f]", "", cell)
    text = cell
    ambiguous = ONE_GROUP.fullmatch(cell) and (cell.count(",") or separator == ";" or kind == "int")
    if separator == ";" and kind == "int" and GROUPED.fullmatch(cell):
        text, ambiguous = cell.replace(".", ""), None
    elif separator == ";" and GROUPED_DECIMAL.fullmatch(cell):
        text, ambiguous = cell.replace(".", "").replace(",", "."), None
    elif separator == ";" and cell.count(",") == 1 and "." not in cell:
        text = cell.replace(",", ".")
        if kind == "float":
            ambiguous = None  # beside semicolons a comma is the decimal mark
    if ambiguous:
        whole = re.sub(r"[.,]", "", cell)
        raise ValueError(f'"{cell}" may be {whole} or a number with decimals. Write {whole} if that is meant.')
    if not PLAIN.fullmatch(text):
        raise ValueError(f'"{textwrap.shorten(cell, 40)}" is not a number.{_how(cell, separator)}')
    number = float(text)
    if kind == "float":
        return number
    if number != int(number):
        raise ValueError(f'"{cell}" is not a whole number.')
    return int(number)


def _how(cell: str, separator: str) -> str:
    if separator == "," and "," in cell:
        return " In a file with commas between the columns the decimal mark is a point."
    if cell.casefold() in {"nan", "na", "n/a", "null", "none", "-", ".", ".."}:
        return " Leave the cell blank if the value is unknown."
    return ""
