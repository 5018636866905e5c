"""What an area is compared with: the national share of convicted residents, as the list of a year reads it."""

from __future__ import annotations

from typing import NamedTuple

from beboersim.evidence import trends

# Years of a list whose national average was read in some source, and how (list_thresholds.csv, lists.md §4, S37).
READ = {
    2018: "read in one source: a third of the line 1.98 per cent",
    2019: "read in two sources: a third of the line 2.03 per cent",
    2020: "read in one source: a third of the line 2.27 per cent",
    2022: "derived: half of twice the average, 1.45 per cent (S37)",
    2023: "one commercial source, low trust: a third of the line 2.35 per cent",
}


class Reference(NamedTuple):
    """The national share of residents 18+ convicted, mean of two years, or None; and where it is from."""

    value: float | None
    source: str


def national_convicted(year: int) -> Reference:
    """Return the national share for the list of a year.

    From 2018 on it is what was published, for the years in which it was found. Before, when no rule asked for it, it is
    the mean of the two calendar years before the measurement on 1 January (derived from Danmarks Statistik).
    """
    if year in READ:
        return Reference(trends.convicted_reference(float(year)), READ[year])
    by_year = dict(trends.national("convicted_pct_18plus"))
    if float(year - 1) in by_year and float(year - 2) in by_year:
        mean = (by_year[float(year - 1)] + by_year[float(year - 2)]) / 200.0
        return Reference(mean, f"derived: mean of {year - 2} and {year - 1}, national_trends.csv convicted_pct_18plus")
    return Reference(None, "not found")
