from __future__ import annotations

from pathlib import Path

import pytest

from beboersim.errors import InputError
from beboersim.evidence.areas import (
    INDICATORS,
    MEASURED,
    AreaRow,
    areas_in,
    listed_history,
    read_areas,
    status_code,
    years_running,
)

HEADER = (
    "year,area,municipality,residents,non_western_pct,unemployed_pct,convicted_pct,basic_education_pct,"
    "income_pct_of_region"
)
ROW = "2015,Parken,Aarhus,1500,40,41,2.7,50,55"


def read(tmp_path: Path, *rows: str, header: str = HEADER) -> tuple[AreaRow, ...]:
    path = tmp_path / "lister.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return read_areas(path)


def refused(tmp_path: Path, *rows: str, header: str = HEADER) -> str:
    with pytest.raises(InputError) as error:
        read(tmp_path, *rows, header=header)
    return error.value.message


def only(year: int, area: str) -> AreaRow:
    (row,) = (row for row in areas_in(year, read_areas()) if row.area == area)
    return row


def test_2015_has_34_areas_with_every_indicator_in_18_municipalities() -> None:
    areas = areas_in(2015, read_areas())
    assert len(areas) == 34
    assert len({row.municipality for row in areas}) == 18
    assert all(row.known(field) is not None for row in areas for field in MEASURED)
    assert not any(row.imputed for row in areas)


def test_a_percentage_becomes_exactly_the_fraction_it_says() -> None:
    assert only(2014, "Aldersrogade").convicted == 0.027
    assert only(2015, "Bispeparken").income_ratio == 0.55


def test_a_value_that_was_not_published_comes_from_the_nearest_year_and_is_marked() -> None:
    gellerup = only(2013, "Gellerupparken/Toveshøj")
    assert gellerup.imputed == set(MEASURED)
    assert gellerup.residents == 7200  # 2012 and 2014 are equally near: the earlier
    assert gellerup.income_ratio == 0.521  # 2014, the first year it was published


def test_2011_repeats_2010_in_residents_origin_and_work() -> None:
    areas = areas_in(2011, read_areas())
    assert len(areas) == 29
    assert all({"residents", "non_western", "outside_work"} <= row.imputed for row in areas)
    assert all("convicted" not in row.imputed for row in areas)


def test_an_area_between_two_years_with_rows_belongs_to_the_year() -> None:
    stærevej = only(2014, "Stærevej")  # rows in 2013 and 2015
    assert stærevej.listed_as is None
    assert stærevej.imputed == set(MEASURED)
    assert all(row.area != "Houlkærvænget" for row in areas_in(2014, read_areas()))  # last row in 2011


def test_what_no_year_has_stays_unknown() -> None:
    vejleåparken = only(2010, "Vejleåparken")
    assert vejleåparken.basic_education is None
    assert "basic_education" not in vejleåparken.imputed


def test_later_years_are_not_looked_into_for_an_early_start(tmp_path: Path) -> None:
    rows = read(tmp_path, "2014,Parken,Aarhus,1500,40,41,2.7,50,", "2016,Parken,Aarhus,1500,40,41,2.7,50,60")
    assert areas_in(2014, rows)[0].income_ratio is None


def test_dwellings_come_from_the_nearest_count() -> None:
    assert only(2010, "Gellerupparken/Toveshøj").dwellings == 2331
    assert only(2015, "Gellerupparken/Toveshøj").dwellings == 2400
    assert only(2015, "Bispehaven").dwellings is None


def test_consecutive_years_on_the_list_are_counted_back_from_the_year_before() -> None:
    history = listed_history(read_areas())
    assert years_running(history["Odense", "Vollsmose"], 2015) == 5
    assert years_running(history["Høje-Taastrup", "Tåstrupgård"], 2015) == 3  # not on the list of 2011
    assert years_running(history["København", "Stærevej"], 2015) == 0  # not on the list of 2014


def test_status_words() -> None:
    assert [status_code(words) for words in ("none", "ghetto", "udsat", "udsat+ghetto+hard_ghetto")] == [0, 3, 2, 4]


def test_a_users_table_needs_no_more_than_the_nine_columns(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "2015,Parken,aarhus,1500,40,,,,")
    assert (row.municipality, row.region, row.source) == ("Aarhus", "Midtjylland", "lister.csv")
    assert [row.known(field) for field in INDICATORS] == [0.4, None, None, None, None]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["2015,Parken,Arhus,1500,40,41,2.7,50,55"], 'row 2, municipality: "Arhus" is not a Danish municipality. '
         "Did you mean Aarhus?"),
        ([ROW, "2014,Parken,Aarhus,1,1,1,1,1,55", ROW.replace("Parken", "parken")],
         "row 4: parken in Aarhus has a row for 2015 already, row 2."),
        ([ROW.replace(",55", ",0.55")], "income_pct_of_region: 0.55 is outside 2 to 1000."),
        ([ROW.replace(",41,", ",0.41,")], "unemployed_pct: no value is above 1. A percentage is written 43.5."),
        ([ROW.replace("2015", "15")], "row 2, year: 15 is outside 1990 to 2100."),
    ],
)  # fmt: skip
def test_a_wrong_row_is_said(tmp_path: Path, rows: list[str], message: str) -> None:
    assert message in refused(tmp_path, *rows)


def test_a_wrong_region_or_status_is_said(tmp_path: Path) -> None:
    header = HEADER + ",region,listed_as"
    assert "Aarhus lies in Midtjylland" in refused(tmp_path, ROW + ",Sjælland,none", header=header)
    assert 'listed_as: "gheto" is not a status. Did you mean ghetto?' in refused(
        tmp_path, ROW + ",,gheto", header=header
    )


def test_no_row_of_the_shipped_table_is_later_than_2015() -> None:
    assert {row.year for row in read_areas()} == set(range(2010, 2016))
