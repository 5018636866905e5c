from __future__ import annotations

from pathlib import Path

import pytest

from beboersim.errors import InputError
from beboersim.evidence.tables import Column, Row, Value, read_table

COLUMNS = (
    Column("area", "str"),
    Column("residents", "int", low=1),
    Column("pct", "float", blank=True, low=0, high=100, hint="A percentage is written 43.5."),
    Column("listed_as", "str", required=False),
)


def read(tmp_path: Path, content: str | bytes) -> tuple[Row, ...]:
    path = tmp_path / "lister.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path, COLUMNS)


def values(tmp_path: Path, content: str | bytes) -> list[list[Value]]:
    return [list(row.values.values()) for row in read(tmp_path, content)]


def refused(tmp_path: Path, content: str | bytes) -> str:
    with pytest.raises(InputError) as error:
        read(tmp_path, content)
    return error.value.message


WANTED: list[list[Value]] = [["Høje Kolstrup", 1579, 31.3, None], ["Løget by", 1591, None, None]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_danish_letters_survive_any_usual_encoding(tmp_path: Path, encoding: str, newline: str) -> None:
    text = newline.join(["area,residents,pct", "Høje Kolstrup,1579,31.3", "Løget by,1591,", ""])
    assert values(tmp_path, text.encode(encoding)) == WANTED


def test_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    text = '\ufeffArea;Residents;Pct\n"Høje Kolstrup";1.579;31,3\nLøget by;1591,0;\n;;\n'
    assert values(tmp_path, text) == WANTED


def test_semicolons_and_decimal_points(tmp_path: Path) -> None:
    assert values(tmp_path, "area;residents;pct\nHøje Kolstrup;1579;31.3\nLøget by;1591;\n") == WANTED


def test_quoted_texts_may_hold_separators_and_lines(tmp_path: Path) -> None:
    rows = read(tmp_path, 'area,residents,pct\n"A, the ""old"" part\nof town",1000,1\n\nB,2000,2\n')
    assert rows[0].text("area") == 'A, the "old" part\nof town'
    assert [row.line for row in rows] == [2, 5]


def test_columns_may_stand_in_any_order_beside_others(tmp_path: Path) -> None:
    assert values(tmp_path, "note,pct,area,residents\nx,1e1,A,1000.0\n") == [["A", 1000, 10.0, None]]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("A,1000,abc", 'lister.csv, row 2, pct: "abc" is not a number.'),
        ("A,1000,143.0", "lister.csv, row 2, pct: 143.0 is outside 0 to 100. A percentage is written 43.5."),
        ("A,1000,-1", "lister.csv, row 2, pct: -1 is outside 0 to 100. A percentage is written 43.5."),
        ("A,1000,NaN", 'row 2, pct: "NaN" is not a number. Leave the cell blank if the value is unknown.'),
        ("A,1000,inf", 'row 2, pct: "inf" is not a number.'),
        ("A,1000,1e999", 'row 2, pct: "1e999" is not a number.'),
        ("A,1000,43 %", 'row 2, pct: "43 %" is not a number.'),
        ('A,1000,"43,5"', 'row 2, pct: "43,5" is not a number. In a file with commas between the columns'),
        ('A,"6,464",1', 'row 2, residents: "6,464" may be 6464 or a number with decimals. Write 6464'),
        ("A,6.464,1", 'row 2, residents: "6.464" may be 6464 or a number with decimals. Write 6464'),
        ("A,12.5,1", 'row 2, residents: "12.5" is not a whole number.'),
        ("A,0,1", "row 2, residents: 0 is below 1."),
        ("A,,1", "row 2, residents: the cell is blank."),
        ("A," + "9" * 5000 + ",1", "is not a number"),
        ("A,1000", "row 2: 2 cells, but the header has 3 columns."),
        ("A,1000,43,5", "row 2: 4 cells, but the header has 3 columns."),
        ('"A,1000,1', "row 2: the quotation marks do not match"),
        ("A,1000,١٢", "is not a number"),
    ],
)
def test_a_defect_is_said_by_row_and_column(tmp_path: Path, row: str, message: str) -> None:
    assert message in refused(tmp_path, f"area,residents,pct\n{row}\n")


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("cell", ["6 464", "6\u00a0464", "6\u202f464"])
def test_a_blank_between_thousands_has_one_reading(tmp_path: Path, separator: str, cell: str) -> None:
    text = f"area{separator}residents{separator}pct\nA{separator}{cell}{separator}1\n"
    assert values(tmp_path, text)[0][1] == 6464


def test_a_grouped_number_with_decimals_has_one_reading_beside_semicolons(tmp_path: Path) -> None:
    path = tmp_path / "lister.csv"
    path.write_text("dkk\n1.234,5\n", encoding="utf-8")
    column = Column("dkk", "float")
    with pytest.raises(InputError, match="row 2: 2 cells"):
        read_table(path, (column,))  # a comma separates here
    path.write_text("dkk;area\n1.234,5;A\n", encoding="utf-8")
    assert read_table(path, (column,))[0].number("dkk") == 1234.5


@pytest.mark.parametrize("cell", ["43.125", "6.464"])
def test_a_point_before_three_digits_is_ambiguous_beside_semicolons(tmp_path: Path, cell: str) -> None:
    assert "may be" in refused(tmp_path, f"area;residents;pct\nA;1000;{cell}\n")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("area,residents", "row 1: the column pct is missing."),
        ("area,residents,pctt", "row 1: the column pct is missing. Is pctt meant to be it?"),
        ("area,area,residents,pct", "row 1: the column area is there twice."),
        ("area,residents,pct,", "row 1: column 4 has no name."),
        ("area,residents,pct,listedas", "row 1: listedas is not a known column. Did you mean listed_as?"),
        ("area,residents,pct", "has a header but no rows"),
    ],
)
def test_a_wrong_header_is_said(tmp_path: Path, header: str, message: str) -> None:
    assert message in refused(tmp_path, header + "\n")


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_said(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path, content) == "lister.csv is empty."


@pytest.mark.parametrize(
    "content",
    [
        bytes(range(256)),
        b"PK\x03\x04" + bytes(40),
        "area,residents,pct\nA,1,1\n".encode("utf-16"),
        b"\x81\x8d\xff" * 50,
    ],
)
def test_what_is_not_text_is_no_traceback(tmp_path: Path, content: bytes) -> None:
    assert "lister.csv" in refused(tmp_path, content)


def test_a_missing_file_and_a_folder_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_table(tmp_path / "nowhere.csv", COLUMNS)
    with pytest.raises(InputError, match="is a folder"):
        read_table(tmp_path, COLUMNS)
