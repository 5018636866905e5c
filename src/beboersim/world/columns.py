"""Columns: how a table of the world is declared, made, grown and described."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from beboersim.kernel import borrowing

I8 = NDArray[np.int8]
I16 = NDArray[np.int16]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
B1 = NDArray[np.bool_]

GROWTH = 1.03  # little empty room, and few copies: once it holds its fullest month, a table keeps its size
NEVER = -32768  # "has not happened", in columns that hold a month


class Column(NamedTuple):
    """What one column holds: its type, its unit, its meaning, and the value of an unused row."""

    dtype: str
    unit: str
    meaning: str
    empty: float = 0
    width: int = 1


Table = TypeVar("Table", bound=tuple[Any, ...])


@cache
def described(table: type[Table]) -> dict[str, Column]:
    """Return the declared columns of a table, in order."""
    columns = {}
    for name, hint in get_type_hints(table, include_extras=True).items():
        if get_origin(hint) is Annotated:
            columns[name] = next(part for part in get_args(hint) if isinstance(part, Column))
    return columns


def made(table: type[Table], capacity: int) -> Table:
    """Return an empty table with room for `capacity` rows."""
    arrays = []
    for column in described(table).values():
        shape = capacity if column.width == 1 else (capacity, column.width)
        arrays.append(np.full(shape, column.empty, dtype=column.dtype))
    return table(*arrays)


def grown(table: Table, rows: int, capacity: int) -> Table:
    """Return the table with room for `capacity` rows, its first `rows` kept."""
    larger = made(type(table), capacity)
    for old, new in zip(table, larger, strict=True):
        new[:rows] = old[:rows]
    return larger


def keep(table: tuple[NDArray[Any], ...], rows: I64) -> None:
    """Keep the given rows of a table, in that order, and no others; its room stays as it is.

    This is done column by column through room for one. New columns would be memory that the system hands out page by
    page, which takes longer than to put the rows in order.
    """
    room = np.empty(len(rows), np.uint64)
    for array, column in zip(table, described(type(table)).values(), strict=True):
        if array.ndim == 1:
            words = as_words(array)
            chosen = room.view(words.dtype)[: len(rows)]
            gather(words, rows, chosen)
            words[: len(rows)] = chosen
        else:
            array[: len(rows)] = array.take(rows, axis=0)
        array[len(rows) :] = column.empty


@borrowing
def gather(column: U64, rows: I64, values: U64) -> None:
    """Fill in values from rows of a column, which are not negative."""
    for k in range(len(rows)):
        values[k] = column[np.uint64(rows[k])]


def as_words(column: NDArray[Any]) -> NDArray[Any]:
    """Return a column as unsigned words of its width, so that one kernel for each width serves all columns."""
    return column.view(f"u{column.itemsize}")


def size_in_bytes(table: tuple[NDArray[Any], ...]) -> int:
    """Return the bytes that a table has allocated."""
    return sum(array.nbytes for array in table)
