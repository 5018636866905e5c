from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from beboersim.world.columns import described, grown, keep, made, size_in_bytes
from beboersim.world.state import Areas, Dwellings, Households, Persons

TABLES = (Persons, Households, Dwellings, Areas)


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_declared_with_type_unit_and_meaning(table: type[Any]) -> None:
    columns = described(table)
    assert tuple(columns) == table._fields
    for name, column in columns.items():
        assert column.unit, name
        assert len(column.meaning) > 3, name
        assert np.dtype(column.dtype).kind in "iuf", name


@pytest.mark.parametrize("table", TABLES)
def test_a_new_table_has_the_declared_types_and_unused_rows(table: type[Any]) -> None:
    new = made(table, 5)
    for array, column in zip(new, described(table).values(), strict=True):
        assert array.dtype == np.dtype(column.dtype)
        assert array.shape == ((5,) if column.width == 1 else (5, column.width))
        assert (array == column.empty).all()


def test_a_grown_table_keeps_its_rows_and_the_new_ones_are_unused() -> None:
    table = made(Dwellings, 2)
    table.id[:] = (7, 8)
    table.area[:] = (1, 2)
    larger = grown(table, 2, 6)
    assert larger.id[:2].tolist() == [7, 8]
    assert larger.area.tolist() == [1, 2, -1, -1, -1, -1]
    assert size_in_bytes(larger) == 3 * size_in_bytes(table)


def test_kept_rows_stand_in_the_order_given() -> None:
    table = made(Households, 4)
    table.id[:] = (1, 2, 3, 4)
    table.organisation[:, 0] = (5, 6, 7, 8)
    keep(table, np.array([3, 1]))
    assert table.id.tolist() == [4, 2, 0, 0]
    assert table.organisation[:, 0].tolist() == [8, 6, -1, -1]
    assert (table.head[2:] == -1).all()
