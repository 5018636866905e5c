"""`python -m beboersim.calibration.sanity`: whether an indicator of a named area runs away, under any preset.

The scenario `law` for the municipalities with areas on a list in 2010-2015, from 2015 to 2030, under every preset. The
bounds were written down before the runs, from the lists of 2010-2015: no area leaves the lowest and the highest reading
by more than half of the width between them, and the mean over areas stays within one standard deviation of the readings
from their mean. Written to docs/sanity.md.
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
from beboersim.policy.catalogue import PRESETS, Preset
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import Town
from beboersim.world.codes import NAMED_AREA

FIRST, LAST = 2015, 2030
SEED = 1
SCALE = 1.0  # in a part of a town single areas leave the bounds by chance
SMALLEST = 50.0  # persons simulated in an area; of fewer, shares are chance
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


def ran(preset: Preset, place: str) -> Run:
    """Run a municipality and look at every 1 January."""
    first, until = date(FIRST, 1, 1), date(LAST, 1, 1)
    plan = Plan(Scenario.load("law"), preset, start=first, until=until)
    town = Town(places=[place], plan=plan, start=first, until=until, scale=SCALE, seed=SEED)
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


def means(runs: Sequence[Run], name: str) -> tuple[tuple[float, int], tuple[float, int]]:
    """Return the lowest and the highest mean over areas of a year, each with the year."""
    found = []
    for year in range(FIRST + 1, LAST + 1):
        values = [value for run in runs for value in run.by_year.get((name, year), [])]
        if values:
            found.append((float(np.mean(values)), year))
    return min(found), max(found)


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


def page(runs: Sequence[Run]) -> str:
    """Return docs/sanity.md."""
    towns = len({run.place for run in runs})
    about = (
        f"The scenario `law` for the {towns} municipalities with areas on a list in 2010-2015, 1 January {FIRST} to"
        f" {LAST}, every preset, scale {SCALE:g}, seed {SEED}. Bounds were written down before the runs, from the lists"
        " of 2010-2015: no area leaves the lowest and the highest reading by more than half of the width between them,"
        " and the mean over areas stays within one standard deviation of the readings from their mean. Areas with fewer"
        f" than {SMALLEST:g} simulated residents are left out."
    )
    areas = ["| preset | indicator | bound | lowest (area, year) | highest (area, year) | inside |",
             "| --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    over = ["| preset | indicator | bound | lowest mean (year) | highest mean (year) | inside |",
            "| --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    for preset in PRESETS:
        mine = [run for run in runs if run.preset == preset]
        for name, bound in bounds().items():
            low = min(run.lowest[name] for run in mine if name in run.lowest)
            high = max(run.highest[name] for run in mine if name in run.highest)
            areas.append(
                f"| {preset} | {name} | {bound.low:.3f} to {bound.high:.3f} | {low[0]:.3f} ({low[1]}, {low[2]}) |"
                f" {high[0]:.3f} ({high[1]}, {high[2]}) | {inside(bound.low, low[0], high[0], bound.high)} |"
            )
            first, last = means(mine, name)
            over.append(
                f"| {preset} | {name} | {bound.mean_low:.3f} to {bound.mean_high:.3f} | {first[0]:.3f} ({first[1]}) |"
                f" {last[0]:.3f} ({last[1]}) | {inside(bound.mean_low, first[0], last[0], bound.mean_high)} |"
            )
    off, untied = max(run.persons_off for run in runs), max(run.homes_off for run in runs)
    accounts = (
        f"Residents that births, deaths and moves do not explain, in the worst year of all runs: {off:g}. Households"
        f" and homes that do not point at each other: {untied:g}."
    )
    kept = [sum(row.endswith("| yes |") for row in rows) for rows in (areas, over)]
    kept_at = (
        f"**Kept: {kept[0]} of {len(areas) - 2} bounds on areas and {kept[1]} of {len(over) - 2} on means over areas.**"
        " What listed areas do by themselves, and what of it has been traced, is in [soundness.md](soundness.md),"
        " section 5 and *Named areas*. Scenarios on the same seeds drift alike, so differences between them can be"
        " read; the level of a named area after some years cannot."
    )
    made = "<!-- Made by `python -m beboersim.calibration.sanity`. -->"
    title = "# Sanity: does an indicator run away, and does anybody vanish?"
    parts = [made, title, about, kept_at, "## Areas", "\n".join(areas), "## The mean over areas", "\n".join(over)]
    return "\n\n".join([*parts, "## Accounts", accounts]) + "\n"


def inside(low: float, lowest: float, highest: float, high: float) -> str:
    """Say whether what was found lies within the bounds."""
    return "yes" if low <= lowest and highest <= high else "**no**"


@click.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("docs/sanity.md"))
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.option("--place", "chosen", multiple=True, help="Only these municipalities, to try it out.")
def main(out: Path, workers: int, chosen: tuple[str, ...]) -> None:
    """Run every municipality with listed areas under every preset, and write the page."""
    places = tuple(one for one in listed_municipalities() if not chosen or one in chosen)
    runs: list[Run] = []
    for preset in PRESETS:
        click.echo(f"{preset} ...")
        runs += in_processes(workers, partial(ran, preset), places)
    out.write_text(page(runs), encoding="utf-8")
    click.echo(f"Written to {out}.")


if __name__ == "__main__":
    main()
