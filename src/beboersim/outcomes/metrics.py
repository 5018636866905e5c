"""The metrics: what each is called, what it means, and how it follows from the counts.

The words and the plain ratios stand in metrics.toml, the segregation indices by group in indices.toml. What is more
than a ratio has a function here with the metric's name. Arrays have areas along the last axis (municipalities in the
answer of `municipality_metrics`); leading axes, such as months, are free. Missing is NaN here and null in the files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.outcomes import segregation
from beboersim.outcomes.counts import COUNTS
from beboersim.outcomes.people import NEEDED, split_work

Floats = NDArray[np.float64]
Counts = Mapping[str, NDArray[Any]]
Level = Literal["area", "municipality"]

LISTED = 2  # status codes from here up are on the published list
NONWESTERN = ("nonwestern_immigrants", "nonwestern_descendants")
KINDS: dict[str, str] = {count.name: count.kind for count in COUNTS}
# A recorded share, level or margin belongs to one area; only the others may be added over areas.
ADDED: tuple[str, ...] = tuple(
    count.name for count in COUNTS if count.unit not in ("share", "ratio", "0-1", "years", "residents")
)


class Words(NamedTuple):
    """One text in both languages."""

    en: str
    da: str


class Metric(NamedTuple):
    """One metric: a column in the areas table, the towns table or both."""

    id: str
    levels: tuple[Level, ...]
    unit: str
    kind: str
    formula: str
    label: Words
    sentence: Words

    @property
    def level(self) -> str:
        """The levels in words."""
        return ", ".join(self.levels)


class Ratio(NamedTuple):
    """Sum of some counts over the sum of others, per year where it says so."""

    top: tuple[str, ...]
    bottom: tuple[str, ...]
    per_year: bool

    def __str__(self) -> str:
        top, bottom = " + ".join(self.top), " + ".join(self.bottom)
        if not self.bottom:
            return top
        over = f"({top})" if len(self.top) > 1 else top
        under = f"({bottom})" if len(self.bottom) > 1 else bottom
        return f"{over} / {under}" + (" / years of the period" if self.per_year else "")


class Group(NamedTuple):
    """A group whose spread over the areas is measured."""

    suffix: str
    counts: tuple[str, ...]
    total: str


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("beboersim.outcomes").joinpath(name).read_text(encoding="utf-8"))


@cache
def ratios() -> dict[str, Ratio]:
    """Return the metrics that are a ratio of summed counts (a count is its own sum over nothing)."""
    found: dict[str, Ratio] = {}
    for name, row in _table("metrics.toml").items():
        if "sum" in row:
            found[name] = Ratio(tuple(row["sum"]), tuple(row.get("over", ())), row.get("per_year", False))
        elif "count" in row:
            found[name] = Ratio((row["count"],), (), False)
    return found


@cache
def groups_measured() -> tuple[Group, ...]:
    """Return the groups of indices.toml."""
    rows = _table("indices.toml")["group"].values()
    return tuple(Group(row["suffix"], tuple(row["counts"]), row["total"]) for row in rows)


@cache
def metrics() -> tuple[Metric, ...]:
    """Return the catalogue of metrics, in the order of the tables."""
    found: list[Metric] = []
    for name, row in _table("metrics.toml").items():
        ratio = ratios().get(name)
        kind = row.get("kind") or (
            "flow" if ratio and "flow" in [KINDS[count] for count in ratio.top + ratio.bottom] else "stock"
        )
        formula = str(ratio) if ratio else row["formula"]
        found.append(
            Metric(name, tuple(row["levels"]), row["unit"], kind, formula, Words(**row["label"]),
                   Words(**row["sentence"]))
        )  # fmt: skip
    table = _table("indices.toml")
    for name, index in table["index"].items():
        for group in table["group"].values():
            formula = f"{index['formula']}, x = {' + '.join(group['counts'])}, t = {group['total']}"
            label = {lang: text.format(group=group["label"][lang]) for lang, text in index["label"].items()}
            sentence = {lang: text.format(words=group["words"][lang]) for lang, text in index["sentence"].items()}
            found.append(
                Metric(name + group["suffix"], ("municipality",), index["unit"], "stock", formula, Words(**label),
                       Words(**sentence))
            )  # fmt: skip
    return tuple(found)


def divide(over: NDArray[Any], under: NDArray[Any]) -> Floats:
    """Divide, with NaN for 0/0 and for anything over nothing."""
    over, under = np.broadcast_arrays(np.asarray(over, np.float64), np.asarray(under, np.float64))
    return np.asarray(np.divide(over, under, out=np.full(over.shape, np.nan), where=under != 0))


def _get(counts: Counts, name: str) -> Floats:
    """Return a count, or NaN of the right shape where it was not recorded."""
    found = counts.get(name)
    if found is None:
        return np.full(np.shape(counts["residents"]), np.nan)
    return np.asarray(found, np.float64)


def _sum(counts: Counts, names: tuple[str, ...]) -> Floats:
    return np.asarray(sum((_get(counts, name) for name in names), start=np.zeros(1)))


def _ratio(counts: Counts, ratio: Ratio, months: int) -> Floats:
    if not ratio.bottom:
        return _sum(counts, ratio.top)
    per_year = 12 / months if ratio.per_year else 1.0
    return divide(_sum(counts, ratio.top), _sum(counts, ratio.bottom)) * per_year


def refusal_gap(counts: Counts) -> Floats:
    """Refusal rate of resourceful households less that of others."""
    offers, refusals = _get(counts, "offers"), _get(counts, "refusals")
    resourceful, theirs = _get(counts, "offers_resourceful"), _get(counts, "refusals_resourceful")
    return divide(theirs, resourceful) - divide(refusals - theirs, offers - resourceful)


def entry_exit_gap(counts: Counts) -> Floats:
    """Mean resources of households moving in less those of households moving out."""
    came = divide(_get(counts, "resources_in"), _get(counts, "households_in"))
    return came - divide(_get(counts, "resources_out"), _get(counts, "households_out"))


def _computed(counts: Counts, months: int) -> dict[str, Floats]:
    """Metrics that mean the same for an area and for a sum of areas."""
    parts = split_work({name: _get(counts, name) for name in NEEDED})
    return {name: _ratio(counts, ratio, months) for name, ratio in ratios().items()} | {
        "refusal_gap": refusal_gap(counts),
        "entry_exit_gap": entry_exit_gap(counts),
        "work_change": parts.change,
        "work_people": parts.people,
        "work_composition": parts.composition,
        "work_age": parts.age,
    }


def _at(level: Level, found: Mapping[str, Floats]) -> dict[str, Floats]:
    """Keep the metrics of a level, in the order of the catalogue."""
    return {metric.id: found[metric.id] for metric in metrics() if level in metric.levels and metric.id in found}


def surroundings_distance(counts: Counts, groups: NDArray[np.int64]) -> Floats:
    """Mean gap between an area's composition and its municipality's, over origin, work, education and income."""
    gaps = []
    whole = sums_over(counts, groups)
    for group in groups_measured():
        here = divide(_sum(counts, group.counts), _get(counts, group.total))
        around = divide(_sum(whole, group.counts), _get(whole, group.total))
        gaps.append(np.abs(here - around[..., groups]))
    return np.asarray(np.mean(gaps, axis=0))


def area_metrics(counts: Counts, groups: NDArray[np.int64], months: int = 12) -> dict[str, Floats]:
    """Return every metric of an area except its status, which is a word.

    `groups` numbers each area's municipality from 0; `months` is the length of the period that flows were counted in.
    """
    found = _computed(counts, months)
    found["stigma"], found["stigma_inside"] = _get(counts, "stigma"), _get(counts, "stigma_inside")
    found["surroundings_distance"] = surroundings_distance(counts, groups)
    return _at("area", found)


def sums_over(counts: Counts, groups: NDArray[np.int64]) -> dict[str, Floats]:
    """Add the counts that can be added over the areas of each municipality."""
    member = np.equal.outer(groups, np.arange(int(groups.max()) + 1)).astype(np.float64)
    return {name: np.asarray(_get(counts, name) @ member) for name in ADDED if name in counts}


def _by_table(index: Callable[[Floats], float], tables: Floats) -> Floats:
    """Apply an index of one table, which has two axes, to each table of a history."""
    found = np.empty(tables.shape[:-2])
    for at in np.ndindex(found.shape):
        found[at] = index(tables[at])
    return found


def _segregation(counts: Counts) -> dict[str, Floats]:
    """All indices over the areas given."""
    found: dict[str, Floats] = {}
    for group in groups_measured():
        x, t = _sum(counts, group.counts), _get(counts, group.total)
        found |= {
            "dissimilarity" + group.suffix: segregation.dissimilarity(x, t),
            "dissimilarity_adj" + group.suffix: segregation.adjusted_dissimilarity(x, t),
            "isolation" + group.suffix: segregation.isolation(x, t),
            "eta2" + group.suffix: segregation.eta2(x, t),
            "theil_h" + group.suffix: segregation.theil_h(x, t),
            "gini" + group.suffix: segregation.gini(x, t),
        }
    outside, working, total = (_get(counts, name) for name in ("outside", "working", "age_18_64"))
    found["exposure"] = segregation.exposure(outside, working, total)
    low, high, taxed = (_get(counts, name) for name in ("low_income", "high_income", "taxpayers"))
    classes = np.stack([low, taxed - low - high, high], axis=-1)
    found["income_rank_h"] = _by_table(segregation.income_rank_h, classes)
    return found


def municipality_metrics(counts: Counts, groups: NDArray[np.int64], months: int = 12) -> dict[str, Floats]:
    """Return every metric of a municipality over its areas.

    `counts` may hold `status`, the areas' status codes; without it whatever depends on the list is NaN. `groups` and
    `months` are as in `area_metrics`; all areas of the town as one whole are `groups = zeros`.
    """
    sums = sums_over(counts, groups)
    found = _computed(sums, months)
    listed = np.where(np.isnan(_get(counts, "status")), np.nan, _get(counts, "status") >= LISTED)
    residents = _get(counts, "residents")
    member = np.equal.outer(groups, np.arange(int(groups.max()) + 1)).astype(np.float64)
    found["listed_areas"] = listed @ member
    found["listed_residents"] = (listed * residents) @ member
    found["share_in_listed"] = divide(found["listed_residents"], sums["residents"])
    found["outside_elsewhere"] = ((1 - listed) * _get(counts, "outside")) @ member
    for name in ("stigma", "stigma_inside"):
        # An area without residents has no reputation to weigh.
        levels = np.where(residents > 0, _get(counts, name), 0.0)
        found[name] = divide((levels * residents) @ member, sums["residents"])
    found["stigma_resident_months"] = found["stigma"] * sums["residents"] * months
    spread = [
        _segregation({name: np.asarray(column)[..., groups == number] for name, column in counts.items()})
        for number in range(int(groups.max()) + 1)
    ]
    found |= {name: np.stack([one[name] for one in spread], axis=-1) for name in spread[0]}
    return _at("municipality", found)
