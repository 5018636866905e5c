"""What `run` and `compare` do: run, write the result folder, and say what happened so that a person can read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import numpy as np

from beboersim.evidence.municipalities import social_share
from beboersim.experiments.compare import (
    HEADLINE,
    PARTS,
    Comparison,
    Outcome,
    as_json,
    cohort_of,
    run_as_json,
    run_scenarios,
    summarise,
)
from beboersim.experiments.lives import Row, lives
from beboersim.experiments.provenance import provenance
from beboersim.experiments.runs import RunResult, januaries, run_id, specs_of
from beboersim.experiments.store import check_folder, whole_or_not_at_all, write_results
from beboersim.kernel import is_compiled
from beboersim.show.lives import lives_as_json, print_lives, write_lives
from beboersim.show.numbers import MISSING, day_words, direction, estimate_words, plain, plain_scale, signed, unit_words
from beboersim.show.tables import print_json, print_table
from beboersim.show.words import word

if TYPE_CHECKING:
    from beboersim.experiments.options import RunOptions

NAMED = "named_area"  # the kind of area that has a name of its own (world.codes.AREA_KINDS)


def run_command(options: RunOptions) -> None:
    """Run one scenario once and print what happened."""
    results = _run(options)
    found = summarise(results, 1)
    files = _write(options, results, None)
    if options.json:
        print_json(run_as_json(found, results[0], options) | _files(options, files))
        return
    lang = options.lang
    _print_head(found, results[0], options)
    first, last = found.dates[0], found.dates[-1]
    headers = [word("compare.outcome", lang), "", day_words(first, lang), day_words(last, lang),
               word("compare.change", lang)]  # fmt: skip
    rows = []
    for outcome in filter(found.has, HEADLINE):
        line = found.values[outcome.key][0, 0]
        unit = outcome.unit
        before, after = float(line[0]), float(line[-1])
        if outcome in PARTS:
            # A part of a change is a change already.
            rows.append([*_names(outcome, found, lang), "", "", _changed(after, unit, lang)])
            continue
        rows.append(
            [*_names(outcome, found, lang), plain(before, unit, lang), plain(after, unit, lang),
             _changed(after - before, unit, lang)]
        )  # fmt: skip
    print_table(headers, rows)
    click.echo()
    click.echo(_split_note(found, lang))
    click.echo()
    _print_areas_of(results[0], lang)
    _print_files(options, files)


def compare_command(options: RunOptions, with_lives: bool = False) -> None:
    """Run every scenario on the same seeds and print the differences from the first; with lives, whom they touch."""
    results = _run(options)
    found = summarise(results, len(options.scenarios))
    followed = lives([result.spec for result in results], len(options.scenarios), options.workers) if with_lives else []
    files = _write(options, results, found, followed)
    if options.json:
        print_json(as_json(found, options) | (lives_as_json(followed) if with_lives else {}) | _files(options, files))
        return
    lang = options.lang
    _print_head(found, results[0], options)
    others = range(1, len(found.scenarios))
    headers = [word("compare.outcome", lang), "", found.scenarios[0]]
    headers += [word("compare.difference", lang).format(scenario=found.scenarios[at]) for at in others]
    rows = []
    for outcome in filter(found.has, HEADLINE):
        level = "" if outcome in PARTS else plain(found.level(outcome, 0).mean, outcome.unit, lang)
        cells = [_estimated(found, outcome, at, lang) for at in others]
        rows.append([*_names(outcome, found, lang), level, *cells])
    print_table(headers, rows)
    click.echo()
    end = day_words(found.dates[-1], lang)
    reading = "compare.reading" if len(found.seeds) > 1 else "compare.reading_one"
    click.echo(word(reading, lang).format(baseline=found.scenarios[0], day=end))
    click.echo(_split_note(found, lang))
    if len(found.seeds) > 1:
        click.echo(word("compare.spread_note", lang))
    click.echo()
    _print_area_changes(found, lang)
    if with_lives:
        print_lives(followed, lang)
    _print_files(options, files)


def _run(options: RunOptions) -> list[RunResult]:
    """Run everything, after looking whether the results can be put where they are wanted."""
    if options.out is not None:
        check_folder(options.out, {run_id(spec) for spec in specs_of(options, (cohort_of(options),))})
    if not (options.quiet or is_compiled()):
        click.echo(word("text.compiling", options.lang), err=True)
    years = len(list(januaries(options.start, options.until)))
    with _progress(options, len(options.scenarios) * options.replications * years) as tick:
        return run_scenarios(options, tick)


@contextmanager
def _progress(options: RunOptions, years: int) -> Iterator[Callable[[], None]]:
    """Show a bar on standard error, a step a simulated year."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=options.quiet or not console.is_terminal) as bar:
        task = bar.add_task(word("compare.progress", options.lang), total=years)
        yield lambda: bar.advance(task)


def _write(
    options: RunOptions, results: list[RunResult], found: Comparison | None, rows: Sequence[Row] = ()
) -> list[str]:
    """Write the result folder where one is asked for; return its files."""
    if options.out is None:
        return []
    about = provenance(options, {result.run_id: result.spec for result in results})
    with whole_or_not_at_all(options.out) as folder:
        files = write_results(folder, results, about)
        if found is not None:
            from beboersim.show.figures import draw, save

            files += save(draw(found, options, options.lang), folder / "figures")
        if rows:
            files.append(write_lives(rows, folder))
    return [path.as_posix() for path in files]


def _files(options: RunOptions, files: list[str]) -> dict[str, object]:
    return {"out": None if options.out is None else str(options.out), "files": files}


def few_persons(result: RunResult) -> list[str]:
    """Return the named areas whose status rests on too few simulated persons, on the first day."""
    history = result.yearly
    few = history.counts["few_persons"][0]
    return [name for name, kind, mark in zip(history.names, history.kinds, few, strict=True) if mark and kind == NAMED]


def _print_head(found: Comparison, first: RunResult, options: RunOptions) -> None:
    """Say what was run: scenarios, places, years, runs, seeds, scale, preset."""
    lang, n = options.lang, len(found.seeds)
    click.echo(
        word("compare.heading", lang).format(
            scenarios=", ".join(found.scenarios),
            places=", ".join(options.places),
            start=day_words(options.start, lang),
            until=day_words(options.until, lang),
        )
    )
    for name, words in zip(found.scenarios, found.names, strict=True):
        click.echo(f"  {name}: {getattr(words, lang)}")
    seeds = f"{found.seeds[0]}–{found.seeds[-1]}" if n > 1 else str(found.seeds[0])
    key = "compare.runs_of_each" if n > 1 else "compare.one_run" if len(found.scenarios) == 1 else "compare.one_each"
    scale = plain_scale(options.scale, lang)
    click.echo(word(key, lang).format(n=n, seeds=seeds, scale=scale, preset=options.preset))
    if options.scale < 1:
        click.echo(word("compare.scale_note", lang).format(scale=scale))
    few = few_persons(first)
    if few:
        click.echo(word("compare.few_note", lang).format(areas=", ".join(few)))
    estimated = [name for name in options.places if social_share(name).is_estimate]
    if estimated:
        click.echo(word("compare.estimate_note", lang).format(places=", ".join(estimated)))
    if options.settings:
        settings = ", ".join(f"{name} = {value}" for name, value in sorted(options.settings.items()))
        click.echo(word("compare.settings_note", lang).format(settings=settings))
    click.echo()


def _split_note(found: Comparison, lang: str) -> str:
    """Return how the change in work is split, or why there is nothing to split."""
    if not found.followed:
        return word("compare.no_areas_note", lang)
    return word("compare.split_note", lang).format(day=day_words(found.cohort, lang))


def _names(outcome: Outcome, found: Comparison, lang: str) -> list[str]:
    """Return what is measured and where."""
    label = str(getattr(outcome.label, lang))
    return [f"  {label}" if outcome in PARTS else label, word(f"compare.scope_{found.scope_of(outcome)}", lang)]


def _changed(value: float, unit: str, lang: str) -> str:
    number = signed(value, unit, lang)
    return number if number == MISSING else f"{number} {unit_words(unit, lang)}"


def _estimated(found: Comparison, outcome: Outcome, scenario: int, lang: str) -> str:
    shown = found.difference(outcome, scenario)
    if shown.mean is None:
        return MISSING
    says = direction(shown, outcome.unit, lang)
    number = f"{estimate_words(shown, outcome.unit, lang)} {unit_words(outcome.unit, lang)}"
    return f"{number} ({says})" if says else number


def _print_area_changes(found: Comparison, lang: str) -> None:
    """Print which areas gain and lose."""
    if not found.areas:
        return
    title = word("compare.areas_title", lang).format(baseline=found.scenarios[0], day=day_words(found.dates[-1], lang))
    keys = ("area", "municipality", "scenario", "area_stigma", "area_outside", "area_listed")
    rows = []
    for change in sorted(found.areas, key=lambda one: (one.municipality, one.area)):
        cells = [
            f"{estimate_words(shown, unit, lang)} {unit_words(unit, lang)}" if shown.mean is not None else MISSING
            for shown, unit in ((change.stigma, "0-1"), (change.outside, "share"))
        ]
        listed = " → ".join(f"{100 * share:.0f} %" for share in (change.listed_before, change.listed))
        rows.append([change.area, change.municipality, change.scenario, *cells, listed])
    click.echo(title)
    print_table([word(f"compare.{key}", lang) for key in keys], rows)


def _print_areas_of(result: RunResult, lang: str) -> None:
    """Print the named areas of one run, at the start and at the end."""
    yearly = result.yearly
    keys = ("area", "municipality", "residents", "area_outside", "area_stigma", "status")
    rows = []
    for at in np.lexsort((np.array(yearly.names), np.array(yearly.municipalities))):
        if yearly.kinds[at] != "named_area" and not (yearly.status[[0, -1], at] >= 2).any():
            continue

        def both(name: str, unit: str, over: str = "", at: int = int(at)) -> str:
            ends = yearly.counts[name][[0, -1], at]
            below = yearly.counts[over][[0, -1], at] if over else np.ones(2)
            return " → ".join(
                plain(float(end / part) if part else None, unit, lang) for end, part in zip(ends, below, strict=True)
            )

        words = [word(f"status.{yearly.words[row, at].split('+')[-1]}", lang) for row in (0, -1)]
        status = " → ".join(dict.fromkeys(words))
        rows.append([yearly.names[at], yearly.municipalities[at], both("residents", "whole"),
                     both("outside", "share", "age_18_64"), both("stigma", "0-1"), status])  # fmt: skip
    if rows:
        print_table([word(f"compare.{key}", lang) for key in keys], rows)


def _print_files(options: RunOptions, files: list[str]) -> None:
    if files:
        click.echo()
        click.echo(word("compare.written", options.lang).format(folder=options.out, files=", ".join(files)))
