"""`python -m beboersim.calibration.sanity`: whether an indicator of a named area runs away, under any preset.

The scenario `law` for the municipalities with areas on a list in 2010-2015, from 2015 to 2030, under every preset. The
bounds were written down before the runs, from the lists of 2010-2015: no area leaves the lowest and the highest reading
by more than half of the width between them, and the mean over areas stays within one standard deviation of the readings
from their mean. What leaves a bound may do so because the scenario says so: so each is run without the rules of the
list as well, and with time standing still too. Written to docs/sanity.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import click
import numpy as np

from beboersim.calibration.runs import in_processes
from beboersim.calibration.targets import listed_municipalities
from beboersim.evidence.areas import read_areas
from beboersim.policy.catalogue import PRESETS, Preset, Value
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import Town
from beboersim.world.codes import NAMED_AREA

FIRST, LAST = 2015, 2030
SEED = 1  # that the page is made with
SCALE = 1.0  # in a part of a town single areas leave the bounds by chance
SMALLEST = 50.0  # persons simulated in an area; of fewer, shares are chance
# What is run: the law; the same without the list's rules; and that with every dated rate and stock as in 2015.
LAW: dict[str, Value] = {}
NO_LIST: dict[str, Value] = {"list.rules": "none"}
ALONE: dict[str, Value] = {"list.rules": "none", "time.standstill": True}
SHOWN = PRESETS[0]  # the preset of the table of what moves the means
# The model's measure, and the column of the lists.
INDICATORS = {
    "outside_work_share": "outside_work",
    "nonwestern_share": "non_western",
    "convicted_share": "convicted",
    "basic_education_share": "basic_education",
    "income_ratio": "income_ratio",
}


@dataclass(frozen=True)
class Bound:
    """What an indicator may be in an area, and its mean over areas."""

    low: float
    high: float
    mean_low: float
    mean_high: float


@dataclass
class Run:
    """A municipality under a preset: the extremes of every indicator, and how far the accounts are off."""

    place: str
    preset: str
    lowest: dict[str, tuple[float, str, int]]
    highest: dict[str, tuple[float, str, int]]
    persons_off: float
    homes_off: float
    by_year: dict[tuple[str, int], list[float]]


def bounds() -> dict[str, Bound]:
    """Return the bounds by indicator, from the rows of the lists alone. A share stays between nought and one."""
    found = {}
    for name, column in INDICATORS.items():
        values = np.array([getattr(row, column) for row in read_areas(None)], np.float64)
        values = values[np.isfinite(values)]
        half = 0.5 * float(values.max() - values.min())
        low, high = max(float(values.min()) - half, 0.0), float(values.max()) + half
        mean, spread = float(values.mean()), float(values.std())
        found[name] = Bound(low, high if name == "income_ratio" else min(high, 1.0), mean - spread, mean + spread)
    return found


def ran(preset: Preset, settings: dict[str, Value], seed: int, place: str) -> Run:
    """Run a municipality under the scenario `law` with some settings, and look at every 1 January."""
    first, until = date(FIRST, 1, 1), date(LAST, 1, 1)
    plan = Plan(Scenario.load("law"), preset, settings=settings, start=first, until=until)
    town = Town(places=[place], plan=plan, start=first, until=until, scale=SCALE, seed=seed)
    found = Run(place, preset, {}, {}, 0.0, 0.0, {})
    for year in range(FIRST + 1, LAST + 1):
        before = town.monthly[-1]
        town.run(date(year, 1, 1))
        look(town, found)
        found.persons_off = max(found.persons_off, unaccounted(town, float(before.counts["residents"].sum())))
        found.homes_off = max(found.homes_off, homes_untied(town))
    return found


def look(town: Town, found: Run) -> None:
    """Keep the extremes of the named areas."""
    record = town.yearly[-1]
    named = (town.world.areas.kind[: town.world.places] == NAMED_AREA) & (record.counts["residents"] >= SMALLEST)
    for name in INDICATORS:
        for place in np.flatnonzero(named).tolist():
            value = float(record.counts[name][place])
            if np.isnan(value):
                continue
            told = (value, record.names[place], record.date.year)
            found.lowest[name] = min(found.lowest.get(name, told), told)
            found.highest[name] = max(found.highest.get(name, told), told)
            found.by_year.setdefault((name, record.date.year), []).append(value)


def means(runs: Sequence[Run], name: str) -> list[tuple[float, int]]:
    """Return the mean over areas of every year, with the year."""
    found = []
    for year in range(FIRST + 1, LAST + 1):
        values = [value for run in runs for value in run.by_year.get((name, year), [])]
        if values:
            found.append((float(np.mean(values)), year))
    return found


def unaccounted(town: Town, before: float) -> float:
    """Return how many residents of the year are not explained by births, deaths and moves."""
    now = town.yearly[-1].counts
    flows = {name: float(now[name].sum()) for name in ("births", "deaths", "arrivals", "departures")}
    after = before + flows["births"] - flows["deaths"] + flows["arrivals"] - flows["departures"]
    return abs(after - float(now["residents"].sum()))


def homes_untied(town: Town) -> float:
    """Return how many households and homes do not point at each other."""
    world = town.world
    m, n = int(world.used[1]), int(world.used[2])
    home = world.households.dwelling[:m]
    housed = np.flatnonzero((world.households.head[:m] >= 0) & (home >= 0))
    wrong = int((world.dwellings.household[home[housed]] != housed).sum())
    tenant = world.dwellings.household[:n]
    let = np.flatnonzero(tenant >= 0)
    return float(wrong + int((world.households.dwelling[tenant[let]] != let).sum()))


@dataclass(frozen=True)
class Found:
    """How far an indicator went under a preset, in single areas and in the mean over them."""

    lowest: tuple[float, str, int]
    highest: tuple[float, str, int]
    means: list[tuple[float, int]]

    def areas_inside(self, bound: Bound) -> bool:
        """Say whether no area left its bound."""
        return bound.low <= self.lowest[0] and self.highest[0] <= bound.high

    def mean_inside(self, bound: Bound) -> bool:
        """Say whether the mean over areas stayed within its bound."""
        return all(bound.mean_low <= mean <= bound.mean_high for mean, _ in self.means)


def found_in(runs: Sequence[Run], preset: str, name: str) -> Found:
    """Return how far an indicator went in the runs of a preset."""
    mine = [run for run in runs if run.preset == preset]
    return Found(
        min(run.lowest[name] for run in mine if name in run.lowest),
        max(run.highest[name] for run in mine if name in run.highest),
        means(mine, name),
    )


YES, RULES, DATES, NO = "yes", "the list's rules say so", "what is dated says so", "**no**"


def verdict(kept: bool, without_the_list: bool, without_dates: bool) -> str:
    """Say whether a bound is kept; if not, whether it is without the list's rules, or where time stands still too."""
    return YES if kept else RULES if without_the_list else DATES if without_dates else NO


def page(law: Sequence[Run], no_list: Sequence[Run], alone: Sequence[Run], seed: int = SEED) -> str:
    """Return docs/sanity.md, from the runs of `LAW`, `NO_LIST` and `ALONE` under every preset."""
    towns = len({run.place for run in law})
    about = (
        f"The scenario `law` for the {towns} municipalities with areas on a list in 2010-2015, 1 January {FIRST} to"
        f" {LAST}, every preset, scale {SCALE:g}, seed {seed}. Bounds were written down before the runs, from the lists"
        " of 2010-2015: no area leaves the lowest and the highest reading by more than half of the width between them,"
        " and the mean over areas stays within one standard deviation of the readings from their mean. Areas with fewer"
        f" than {SMALLEST:g} simulated residents are left out.\n\n"
        "An indicator may leave its bound where the scenario says so. `law` says so by the rules of the list: who may"
        " be let a home, and plans that build and sell homes. So every preset is run without them as well"
        " (`--set list.rules=none`); a bound that is kept there is left because of the rules. And `law` says so by what"
        " is dated, the country's employment, population, births and homes among it: so every preset is run with time"
        " standing still too (`--set time.standstill=true`); a bound that is kept only there is left because of what is"
        " dated."
    )
    areas = [
        "| preset | indicator | bound | lowest (area, year) | highest (area, year) | without the list | time standing"
        " still as well | inside |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    over = [
        "| preset | indicator | bound | lowest mean (year) | highest mean (year) | without the list | time standing"
        " still as well | inside |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for preset in PRESETS:
        for name, bound in bounds().items():
            one, other, still = (found_in(runs, preset, name) for runs in (law, no_list, alone))
            low, high = one.lowest, one.highest
            areas.append(
                f"| {preset} | {name} | {bound.low:.3f} to {bound.high:.3f} | {low[0]:.3f} ({low[1]}, {low[2]}) |"
                f" {high[0]:.3f} ({high[1]}, {high[2]}) | {other.lowest[0]:.3f} to {other.highest[0]:.3f} |"
                f" {still.lowest[0]:.3f} to {still.highest[0]:.3f} |"
                f" {verdict(one.areas_inside(bound), other.areas_inside(bound), still.areas_inside(bound))} |"
            )
            first, last = min(one.means), max(one.means)
            over.append(
                f"| {preset} | {name} | {bound.mean_low:.3f} to {bound.mean_high:.3f} | {first[0]:.3f} ({first[1]}) |"
                f" {last[0]:.3f} ({last[1]}) | {min(other.means)[0]:.3f} to {max(other.means)[0]:.3f} |"
                f" {min(still.means)[0]:.3f} to {max(still.means)[0]:.3f} |"
                f" {verdict(one.mean_inside(bound), other.mean_inside(bound), still.mean_inside(bound))} |"
            )
    moves = [
        f"| indicator | bound | mean of the lists | {LAST}: law | without the list | time standing still as well |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, bound in bounds().items():
        three = [found_in(runs, SHOWN, name).means[-1][0] for runs in (law, no_list, alone)]
        middle = (bound.mean_low + bound.mean_high) / 2
        moves.append(
            f"| {name} | {bound.mean_low:.3f} to {bound.mean_high:.3f} | {middle:.3f} |"
            f" {three[0]:.3f} | {three[1]:.3f} | {three[2]:.3f} |"
        )
    everything = [*law, *no_list, *alone]
    off, untied = max(run.persons_off for run in everything), max(run.homes_off for run in everything)
    accounts = (
        f"Residents that births, deaths and moves do not explain, in the worst year of all {len(everything)} runs:"
        f" {off:g}. Households and homes that do not point at each other: {untied:g}."
    )
    kept = [tally(rows) for rows in (areas, over)]
    kept_at = (
        f"**Of {len(areas) - 2} bounds on areas {kept[0]}. Of {len(over) - 2} on means over areas {kept[1]}.**"
        " What listed areas do by themselves, and what of it has been traced, is in [soundness.md](soundness.md),"
        " section 5 and *Named areas*. Scenarios on the same seeds drift alike, so differences between them can be"
        " read; the level of a named area after some years cannot."
    )
    made = "<!-- Made by `python -m beboersim.calibration.sanity`. -->"
    title = "# Sanity: does an indicator run away, and does anybody vanish?"
    parts = [made, title, about, kept_at, "## Areas", "\n".join(areas), "## The mean over areas", "\n".join(over)]
    parts += [f"## What moves the means, under `{SHOWN}`", "\n".join(moves), "## Accounts", accounts]
    return "\n\n".join(parts) + "\n"


def tally(rows: Sequence[str]) -> str:
    """Say of how many rows of a table the bound is kept, left for a reason of the scenario, and left without one."""
    kept, rules, dates, left = (sum(row.endswith(f"| {end} |") for row in rows) for end in (YES, RULES, DATES, NO))
    return (
        f"{kept} are kept, {rules} are left because of the rules of the list, {dates} because of what is dated,"
        f" {left} for no reason of the scenario"
    )


@click.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("docs/sanity.md"))
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True)
@click.option("--place", "chosen", multiple=True, help="Only these municipalities, to try it out.")
def main(out: Path, workers: int, seed: int, chosen: tuple[str, ...]) -> None:
    """Run every municipality with listed areas under every preset, and write the page."""
    places = tuple(one for one in listed_municipalities() if not chosen or one in chosen)
    law: list[Run] = []
    no_list: list[Run] = []
    alone: list[Run] = []
    for preset in PRESETS:
        click.echo(f"{preset} ...")
        for settings, runs in ((LAW, law), (NO_LIST, no_list), (ALONE, alone)):
            runs += in_processes(workers, partial(ran, preset, settings, seed), places)
    out.write_text(page(law, no_list, alone, seed), encoding="utf-8")
    click.echo(f"Written to {out}.")


if __name__ == "__main__":
    main()
