"""The list that a table gives: history, what was measured otherwise, what is missing, and each rule set's own list."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beboersim.errors import InputError
from beboersim.evidence.areas import MEASURED, AreaRow, read_areas
from beboersim.evidence.tables import shipped
from beboersim.law.lists import Indicators, classify, load_rules, read_rules
from beboersim.law.lists.references import Reference, convicted_of, income_ratio, national_convicted
from beboersim.law.lists.table import (
    AreaTable,
    Verdict,
    agreement,
    by_rules,
    read_area_table,
    rows_on,
    rules_of_year,
    shipped_table,
    verdicts,
)

HEADER = (
    "year", "area", "municipality", "residents", "non_western_pct", "unemployed_pct", "convicted_pct",
    "basic_education_pct", "income_pct_of_region", "listed_as",
)  # fmt: skip
HARD = (60.0, 45.0, 1.0, 65.0, 60.0)  # by the rules from 2018: udsat by work and education, and more than half
FEW = settings(derandomize=True, max_examples=200, deadline=None)


def table(folder: Path, rows: list[tuple[object, ...]], header: tuple[str, ...] = HEADER) -> AreaTable:
    path = folder / "own.csv"
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    path.write_text(text.getvalue(), encoding="utf-8")
    return read_area_table(path)


def years(folder: Path, listed: Mapping[int, str | None], values: tuple[object, ...] = HARD) -> Verdict:
    """The status in the last of some years, of an area with the same figures in all; None is a year without a row."""
    rows = [
        (year, "Vestbo", "Aarhus", 1500, *values, words) for year, words in listed.items() if words is not None
    ]
    own = table(folder, rows)
    (found,) = verdicts(own, rows_on(own, date(max(listed), 12, 1)))
    return found


def test_every_published_row_with_values_comes_out_as_published() -> None:
    own = shipped_table()
    found = verdicts(own, own.rows)
    assert [agreement(one) for one in found].count(True) == 209
    (other,) = (one for one in found if not agreement(one))
    assert (other.row.year, other.row.area, other.status) == (2013, "Gellerupparken/Toveshøj", "unknown")
    assert {"residents", "non_western_pct", "unemployed_pct", "convicted_pct"} <= {*other.missing}


def test_a_day_means_the_latest_year_that_is_not_after_its_own() -> None:
    own = shipped_table()
    assert {row.year for row in rows_on(own, date(2012, 3, 1))} == {2012}
    assert {row.year for row in rows_on(own, date(2030, 1, 1))} == {2015}
    with pytest.raises(InputError, match=r"and none for 2009 or before\. Give a later --on"):
        rows_on(own, date(2009, 12, 1))


def test_the_fifth_list_running_is_counted_from_what_the_table_tells(tmp_path: Path) -> None:
    ghetto = "udsat+ghetto"
    told: dict[int, str | None] = {2015: "ghetto", 2016: "ghetto", 2017: "ghetto", 2018: ghetto, 2019: ""}
    assert years(tmp_path, told).status == "udsat+ghetto+hard_ghetto"
    assert years(tmp_path, told | {2016: "none"}).status == "udsat+ghetto"
    assert years(tmp_path, told | {2015: "none"}).status == "udsat+ghetto"


def test_where_earlier_lists_are_not_known_what_is_sure_stands_and_what_may_be_is_told(tmp_path: Path) -> None:
    found = years(tmp_path, {2016: None, 2017: "ghetto", 2018: "udsat+ghetto", 2019: ""})
    assert (found.status, found.at_least, found.at_most) == (
        "udsat+ghetto", "udsat+ghetto", "udsat+ghetto+hard_ghetto",
    )  # fmt: skip
    assert "earlier_lists" in found.missing
    assert found.listed is True
    assert found.open


def test_an_earlier_list_that_is_not_told_is_made_by_the_rules_of_its_year(tmp_path: Path) -> None:
    listed: dict[int, str | None] = dict.fromkeys((2015, 2016, 2017, 2018, 2019), "")
    assert years(tmp_path, listed).status == "udsat+ghetto+hard_ghetto"
    # In 2018 and 2019 the same without a majority of non-Western origin is only udsat, so nothing runs.
    assert years(tmp_path, listed, (45.0, 45.0, 3.0, 65.0, 54.0)).status == "udsat"


def test_missing_figures_are_told_and_never_filled_in(tmp_path: Path) -> None:
    found = years(tmp_path, {2019: "", 2018: "none"}, (60.0, 45.0, "", 65.0, ""))
    assert found.status == "udsat+ghetto", "two of four are met whatever the two others are"
    assert found.missing == ("convicted_pct", "income_pct_of_region")
    open_one = years(tmp_path, {2019: "", 2018: "none"}, (60.0, 45.0, "", 55.0, ""))
    assert (open_one.status, open_one.at_least, open_one.at_most) == ("unknown", "none", "udsat+ghetto")
    assert open_one.listed is None
    assert agreement(open_one) is None


def test_without_the_national_share_the_status_is_open_where_it_turns_on_it(tmp_path: Path) -> None:
    values = (20.0, 45.0, 2.0, 40.0, 70.0)
    found = years(tmp_path, {2021: "", 2020: "none"}, values)
    assert national_convicted(2021).value is None
    assert (found.status, "national_convicted" in found.missing) == ("unknown", True)
    own = table(tmp_path, [(2021, "Vestbo", "Aarhus", 1500, *values, "")])
    for national, status in ((0.0066, "udsat"), (0.0067, "none")):
        (given_one,) = verdicts(own, own.rows, national=national)
        assert given_one.status == status
        assert given_one.national.how == "given"


def test_education_measured_before_2018_is_used_as_it_stands_and_bounds_what_may_be(tmp_path: Path) -> None:
    rows = [(2015, "Vestbo", "Aarhus", 1500, 30.0, 45.0, 1.0, pct, 70.0, "") for pct in (59.0,)]
    own = table(tmp_path, rows)
    (found,) = verdicts(own, own.rows, load_rules("2018"))
    assert (found.status, found.at_least, found.at_most) == ("none", "none", "udsat")
    assert [note.key for note in found.notes] == ["education_lower"]
    own = table(tmp_path, [(2015, "Vestbo", "Aarhus", 1500, 30.0, 45.0, 1.0, 60.1, 70.0, "")])
    (above,) = verdicts(own, own.rows, load_rules("2018"))
    assert (above.status, above.open) == ("udsat", False)
    own = table(tmp_path, [(2019, "Vestbo", "Aarhus", 1500, 60.0, 45.0, 1.0, 55.0, 70.0, "")])
    (newer,) = verdicts(own, own.rows, load_rules("2014"))
    assert (newer.status, newer.at_least, newer.at_most) == ("ghetto", "none", "ghetto")
    assert [note.key for note in newer.notes] == ["education_higher"]


def test_a_mean_over_four_years_is_made_of_two_over_two_or_told(tmp_path: Path) -> None:
    def row(year: int, outside: float) -> tuple[object, ...]:
        return (year, "Vestbo", "Aarhus", 1500, 60.0, outside, 1.0, 40.0, 70.0, "none")

    own = table(tmp_path, [row(2017, 38.0), row(2019, 42.0)])
    (found,) = verdicts(own, rows_on(own, date(2019, 12, 1)), load_rules("2010"))
    (margin,) = found.margins
    value = {one.indicator: one.value for one in margin.criteria}["outside_work"]
    assert value == pytest.approx(0.40, abs=1e-12)
    assert found.status == "none", "exactly 40 per cent is not above"
    assert [note.key for note in found.notes] == ["window_made", "window_made"]
    own = table(tmp_path, [row(2013, 38.0), row(2015, 42.0)])  # the row of 2013 is a mean of four itself
    (other,) = verdicts(own, rows_on(own, date(2015, 12, 1)), load_rules("2010"))
    assert other.status == "ghetto"
    assert [note.key for note in other.notes] == ["window", "window"]


def test_the_plan_outlives_the_status_from_2021_on(tmp_path: Path) -> None:
    hard, calm = "udsat+parallelsamfund+omdannelsesomraade", (40.0, 30.0, 1.0, 50.0, 70.0)
    told: dict[int, str | None] = {2018: "none", 2019: "none", 2020: hard, 2021: hard}
    assert years(tmp_path, told).plan_duty is True
    assert years(tmp_path, told | {2022: ""}, calm).plan_duty is True
    assert years(tmp_path, {2018: "none", 2019: "none", 2020: "none", 2021: "none", 2022: ""}, calm).plan_duty is False
    assert years(tmp_path, {2018: "udsat+ghetto+hard_ghetto", 2020: ""}, calm).plan_duty is False
    assert years(tmp_path, {2015: "ghetto"}).plan_duty is None


def test_the_persons_behind_the_shares_are_taken_from_the_table_where_it_has_them(tmp_path: Path) -> None:
    header = (*HEADER, "residents_18_64", "residents_18_and_over", "residents_30_59", "taxpayers_15_64")
    row = (2019, "Vestbo", "Aarhus", 1500, 60.0, 45.0, 1.0, 65.0, 60.0, "")
    (found,) = verdicts(own := table(tmp_path, [(*row, 1000, 1100, 600, 900)], header), own.rows)
    margin = next(one for one in found.margins if one.tier == "udsat")
    assert not found.bases_estimated
    assert {one.indicator: one.residents for one in margin.criteria} == {
        "outside_work": 50, "convicted": 12, "basic_education": 30, "income_ratio": 76,
    }  # fmt: skip
    (about,) = verdicts(own := table(tmp_path, [row]), own.rows)
    assert about.bases_estimated
    with pytest.raises(InputError, match=r"residents_18_64: 1600 is more than the 1500 residents"):
        table(tmp_path, [(*row, 1600, 1100, 600, 900)], header)


def test_every_rule_set_makes_its_own_list_of_the_same_figures() -> None:
    own = shipped_table()
    rows = rows_on(own, date(2015, 12, 1))
    found = by_rules(own, rows)
    assert [*found] == ["2010", "2014", "2018-proposal", "2018", "2021"]
    assert sum(bool(one.listed) for one in found["2014"]) == 25
    for name, statuses in found.items():
        assert [one.row for one in statuses] == [*rows]
        for one in statuses:
            plain = classify(
                Indicators(*(one.row.known(field) for field in MEASURED)), load_rules(name),
                national_convicted=national_convicted(2015).value,
            )  # fmt: skip
            assert (plain.lowest >= 2) == (one.status not in ("none", "forebyggelse"))


def test_a_shift_of_a_line_moves_exactly_the_areas_between(tmp_path: Path) -> None:
    """One criterion decides alone; moved by a little, it moves those whose share lies between, and nobody else."""
    own = shipped_table()
    with_values = [row for row in own.rows if row.outside_work is not None and row.year >= 2014]

    @cache
    def statuses(above: float) -> dict[AreaRow, str]:
        path = tmp_path / "mine.toml"
        path.write_text(
            "min_residents = 1\n[[tier]]\nname = 'udsat'\nstatus = 2\nlisted_as = 'udsat'\nat_least = 1\n"
            f"[[tier.criterion]]\nindicator = 'outside_work'\nabove = {above}\n",
            encoding="utf-8",
        )
        return {one.row: one.status for one in verdicts(own, with_values, read_rules(path))}

    for line, shift in product((0.40, 0.42, 0.45), (-0.03, -0.005, 0.005, 0.02)):
        before, after = statuses(line), statuses(line + shift)
        moved = {row for row in with_values if before[row] != after[row]}
        low, high = sorted((line, line + shift))
        assert moved == {row for row in with_values if low + 1e-9 < (row.outside_work or 0.0) <= high + 1e-9}


@given(
    values=st.tuples(*(st.floats(0.0, 1.0) for _ in range(4)), st.floats(0.2, 1.5)),
    residents=st.integers(500, 9000),
    hidden=st.sets(st.sampled_from(MEASURED), max_size=4),
    years_known=st.integers(0, 6),
    years_more=st.integers(0, 6),
    name=st.sampled_from(["2010", "2014", "2018-proposal", "2018", "2021"]),
)
@FEW
def test_what_is_told_of_missing_figures_holds_whatever_they_are(
    values: tuple[float, ...], residents: int, hidden: set[str], years_known: int, years_more: int, name: str
) -> None:
    whole = Indicators(float(residents), *values)
    part = whole._replace(**dict.fromkeys(hidden))
    rules = load_rules(name)
    told = classify(
        part, rules, national_convicted=0.0066, years_listed_as_ghetto=years_known,
        years_at_most=years_known + years_more,
    )  # fmt: skip
    true = classify(whole, rules, national_convicted=0.0066, years_listed_as_ghetto=years_known + years_more // 2)
    assert true.code is not None
    assert told.lowest <= true.code <= told.highest
    assert told.code is None or told.code == true.code


def test_references_can_be_counted_in_a_simulated_nation() -> None:
    assert convicted_of([60.0, 84.0], [10_000.0, 10_500.0]) == Reference((0.006 + 0.008) / 2, "computed")
    assert convicted_of([0.0], [0.0]).value is None
    assert income_ratio(55.0, 1.0, 1000.0, 10.0) == pytest.approx(0.55, rel=1e-12)
    assert income_ratio(0.0, 0.0, 1000.0, 10.0) is None


def test_the_national_share_is_what_was_published_or_made_of_two_years() -> None:
    assert national_convicted(2018).value == pytest.approx(0.0198 / 3, rel=1e-12)
    assert national_convicted(2022).value == pytest.approx(0.0145 / 2, rel=1e-12)
    assert national_convicted(2015).value == pytest.approx((0.00922 + 0.00908) / 2, rel=1e-12)
    assert [national_convicted(year).value for year in (2021, 2024)] == [None, None]
    assert rules_of_year(2010).name == "2010"


def danish(text: str) -> str:
    """The shipped table as a Danish spreadsheet has it: semicolons, decimal commas, thousands points, other order."""
    rows = list(csv.DictReader(io.StringIO(text)))
    names = [*reversed(rows[0])]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        cells = []
        for name in names:
            cell = row[name]
            if name.endswith("_pct") or name == "income_pct_of_region":
                cell = cell.replace(".", ",")
            elif name == "residents" and len(cell) > 3:
                cell = f"{cell[:-3]}.{cell[-3:]}"
            cells.append(cell)
        writer.writerow(cells)
    return out.getvalue()


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: text.encode("utf-8"), id="UTF-8"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="byte order mark"),
        pytest.param(lambda text: text.encode("cp1252"), id="Windows"),
    ],
)
def test_a_strangers_danish_table_gives_the_same_list(tmp_path: Path, encode: Callable[[str], bytes]) -> None:
    path = tmp_path / "lister.csv"
    path.write_bytes(encode(danish(shipped("area_criteria.csv").read_text(encoding="utf-8"))))
    own, ours = read_area_table(path), shipped_table()
    assert [row.area for row in own.rows] == [row.area for row in read_areas()]
    mine, theirs = verdicts(own, own.rows), verdicts(ours, ours.rows)
    assert [(one.status, one.margins, one.missing) for one in mine] == [
        (one.status, one.margins, one.missing) for one in theirs
    ]
