"""What an area is compared with: the national share of convicted residents, as the list of a year reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from beboersim.evidence import trends

How = Literal["given", "computed", "read", "read_twice", "half", "low_trust", "from_years", "not_found"]

# Years of a list whose national average was read in some source, and how (list_thresholds.csv, lists.md §4, S37).
READ: Mapping[int, How] = {
    2018: "read",  # a third of the line 1.98 per cent; consistent with a second source
    2019: "read_twice",  # a third of the line 2.03 per cent
    2020: "read",  # a third of the line 2.27 per cent
    2022: "half",  # half of twice the average, 1.45 per cent (S37)
    2023: "low_trust",  # a third of the line 2.35 per cent, one commercial source
}


class Reference(NamedTuple):
    """The national share of residents 18+ convicted, mean of two years, or None; and how it is known."""

    value: float | None
    how: How


def national_convicted(year: int) -> Reference:
    """Return the national share for the list of a year.

    From 2018 on it is what was published, for the years in which it was found. Before, when no rule asked for it, it is
    the mean of the two calendar years before the measurement on 1 January (derived from Danmarks Statistik).
    """
    if year in READ:
        return Reference(trends.convicted_reference(float(year)), READ[year])
    by_year = dict(trends.national("convicted_pct_18plus"))
    if float(year - 1) in by_year and float(year - 2) in by_year:
        return Reference((by_year[float(year - 1)] + by_year[float(year - 2)]) / 200.0, "from_years")
    return Reference(None, "not_found")


def convicted_of(convicted: Sequence[float], adults: Sequence[float]) -> Reference:
    """Return the national share as counted in a simulated nation: the mean of the yearly shares.

    Parameters
    ----------
    convicted, adults
        Persons of 18 and over, convicted and in all, in each year of the window.
    """
    shares = [found / all_adults for found, all_adults in zip(convicted, adults, strict=True) if all_adults > 0]
    return Reference(sum(shares) / len(shares), "computed") if shares else Reference(None, "not_found")


def income_ratio(
    own_income: float, own_taxpayers: float, region_income: float, region_taxpayers: float
) -> float | None:
    """Return the mean income of an area over its region's, from sums in one money; None where there is nobody."""
    if own_taxpayers <= 0 or region_taxpayers <= 0 or region_income <= 0:
        return None
    return (own_income / own_taxpayers) / (region_income / region_taxpayers)
