"""What `analyse` prints and draws: for each question the design answers a table, and for the chief ones a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from beboersim.experiments.analysis import analyse, write_analysis
from beboersim.experiments.compare import Outcome
from beboersim.experiments.paired import Estimate
from beboersim.experiments.results import Results
from beboersim.experiments.sensitivity import SEED
from beboersim.show.figures import BASELINE, COLOURS, INK, PALE, STYLE
from beboersim.show.numbers import MISSING, SHARES, direction, estimate_words, plain, signed, unit_words
from beboersim.show.tables import print_json, print_table
from beboersim.show.words import word

Rows = list[dict[str, Any]]
MOST_ROWS = 40  # of a table on a screen
MOST_FACTORS = 12
DRAWN = ("town.dissimilarity", "listed.share_working", "listed.share_convicted", "listed.stigma")
"""The outcomes in the figures: segregation, work, crime and stigma."""


def analyse_command(folder: Path, smallest: float, lang: str, as_json: bool, quiet: bool) -> None:
    """Analyse a sweep, write the tables and figures below `analysis/`, and print the chief ones."""
    results = Results(folder)
    tables = analyse(results, smallest)
    files = write_analysis(results, tables) + draw(results, tables, lang)
    status = results.runs_table().column("status").to_pylist()
    if as_json:
        about = {"experiment": results.provenance["experiment"], "done": status.count("done"),
                 "failed": status.count("failed"), "baseline": results.provenance["baseline"]}  # fmt: skip
        print_json(about | tables | {"files": files})
        return
    values = results.cached_values
    click.echo(
        word("analyse.heading", lang).format(
            experiment=results.provenance["experiment"], done=status.count("done"), failed=status.count("failed"),
            policies=len(values.policies), futures=len(values.futures), seeds=len(values.seeds),
            baseline=values.policies[values.baseline],
        )
    )  # fmt: skip
    few = len(values.futures) <= MOST_FACTORS
    cells = np.isfinite(values.at).any(0)
    if not cells.all():
        click.echo(word("analyse.missing", lang).format(n=int((~cells).sum()), total=cells.size))
    for name, show in SHOWN.items():
        rows = tables[name]
        # A thousand futures one by one tell a reader nothing: then the mean over them is shown.
        if rows and name != ("pooled" if few else "effects"):
            columns, lines = show(chief(rows), lang)
            click.echo()
            click.echo(word(f"analyse.{name}", lang))
            print_table(columns, lines[:MOST_ROWS])
            if len(rows) > min(len(lines), MOST_ROWS):
                click.echo(word("analyse.more", lang).format(n=len(rows) - min(len(lines), MOST_ROWS)))
    click.echo()
    click.echo(word("analyse.spread_note", lang))
    if not quiet:
        names = ", ".join(file.removeprefix("analysis/") for file in files)
        click.echo(word("analyse.written", lang).format(folder=folder, files=names))


def chief(rows: Rows) -> Rows:
    """Return the rows of the chief outcomes, or all where none of these was looked at."""
    found = [row for row in rows if row.get("outcome") in DRAWN]
    return found or rows


def outcome_words(row: Mapping[str, Any], lang: str) -> list[str]:
    """Return what is measured and where."""
    outcome = Outcome(*str(row["outcome"]).split(".", 1))
    return [str(getattr(outcome.label, lang)), word(f"compare.scope_{outcome.scope}", lang)]


def headers(lang: str, *keys: str) -> list[str]:
    """Return the heads of a table's columns."""
    return [word(f"analyse.{key}", lang) for key in keys]


def number(mean: float | None, half: float | None, unit: str, lang: str) -> str:
    """Return a difference with its half-width and unit."""
    if mean is None:
        return MISSING
    said = estimate_words(Estimate(mean, None, half, 2), unit, lang) if half is not None else signed(mean, unit, lang)
    return f"{said} {unit_words(unit, lang)}"


def _effects(rows: Rows, lang: str) -> tuple[list[str], list[list[str]]]:
    lines = []
    for row in rows:
        said = number(row["effect"], row["half_width"], row["unit"], lang)
        shown = Estimate(row["effect"], row["sd"], row["half_width"], row["n"])
        way = direction(shown, row["unit"], lang) if row["half_width"] is not None else ""
        saved = row["variance_reduction"]
        lines.append([*outcome_words(row, lang), row["future"], row["policy"], f"{said} ({way})" if way else said,
                      str(row["n"]), MISSING if saved is None else plain(saved, "ratio", lang)])  # fmt: skip
    return headers(lang, "outcome", "where", "future", "policy", "effect", "n", "reduction"), lines


def _pooled(rows: Rows, lang: str) -> tuple[list[str], list[list[str]]]:
    lines = [
        [*outcome_words(row, lang), row["policy"], number(row["effect"], row["half_width"], row["unit"], lang),
         plain(row["share_of_futures_above"], "share", lang), str(row["futures"])]
        for row in rows
    ]  # fmt: skip
    return headers(lang, "outcome", "where", "policy", "effect", "share_above", "futures"), lines


def _shapley(rows: Rows, lang: str) -> tuple[list[str], list[list[str]]]:
    lines = [
        [*outcome_words(row, lang), row["future"], row["lever"],
         *(number(row[key], row[f"{key}_half_width"], row["unit"], lang)
           for key in ("share", "alone", "last_in", "package"))]
        for row in rows
    ]  # fmt: skip
    return headers(lang, "outcome", "where", "future", "lever", "share", "alone", "last_in", "package"), lines


def _factor(row: Mapping[str, Any], lang: str) -> str:
    return word("analyse.seed", lang) if row["factor"] == SEED else str(row["factor"])


def _policy(row: Mapping[str, Any]) -> str:
    return f"{row['scenario']} ({row['of']}, {row['preset']})"


def _morris(rows: Rows, lang: str) -> tuple[list[str], list[list[str]]]:
    lines = [
        [*outcome_words(row, lang), _policy(row), str(row["rank"]), _factor(row, lang),
         MISSING if row["mu_star"] is None else number(row["mu_star"], row["mu_star_half_width"], row["unit"], lang)]
        for row in rows if row["rank"] <= MOST_FACTORS
    ]  # fmt: skip
    return [*headers(lang, "outcome", "where", "policy"), "#", *headers(lang, "factor", "size")], lines


def _sobol(rows: Rows, lang: str) -> tuple[list[str], list[list[str]]]:
    lines = [
        [*outcome_words(row, lang), _policy(row), str(row["rank"]), _factor(row, lang),
         plain(row["first"], "share", lang), plain(row["total"], "share", lang)]
        for row in rows if row["rank"] <= MOST_FACTORS
    ]  # fmt: skip
    return [*headers(lang, "outcome", "where", "policy"), "#", *headers(lang, "factor", "first", "total")], lines


def _dose(rows: Rows, lang: str) -> tuple[list[str], list[list[str]]]:
    lines = [
        [*outcome_words(row, lang), _policy(row), row["factor"], row["value"],
         number(row["effect"], row["half_width"], row["unit"], lang)]
        for row in rows
    ]  # fmt: skip
    return headers(lang, "outcome", "where", "policy", "factor", "value", "effect"), lines


def _regret(rows: Rows, lang: str) -> tuple[list[str], list[list[str]]]:
    lines = [
        [*outcome_words(row, lang), row["policy"], *(number(row[key], None, row["unit"], lang)
                                                     for key in ("regret_max", "regret_mean")),
         plain(row["best_share"], "share", lang)]
        for row in rows
    ]  # fmt: skip
    return headers(lang, "outcome", "where", "policy", "regret_max", "regret_mean", "best_share"), lines


def _beliefs(rows: Rows, lang: str) -> tuple[list[str], list[list[str]]]:
    lines = []
    for row in rows:
        at = f"{row['changes_at']:.4g}" if row["changes_in_range"] else word("analyse.nowhere", lang)
        lines.append([*outcome_words(row, lang), row["policy"], row["parameter"], at,
                      f"{row['range_low']:g} – {row['range_high']:g}"])  # fmt: skip
    lines.sort(key=lambda line: line[4] == word("analyse.nowhere", lang))
    return headers(lang, "outcome", "where", "policy", "parameter", "changes_at", "range"), lines


def _information(rows: Rows, lang: str) -> tuple[list[str], list[list[str]]]:
    lines = [
        [*outcome_words(row, lang), row["parameter"], number(row["worth"], None, row["unit"], lang),
         number(row["by_chance"], None, row["unit"], lang)]
        for row in rows
    ]  # fmt: skip
    return headers(lang, "outcome", "where", "parameter", "worth", "by_chance"), lines


SHOWN = {"effects": _effects, "pooled": _pooled, "shapley": _shapley, "morris": _morris, "sobol": _sobol, "dose": _dose,
         "regret": _regret, "beliefs": _beliefs, "information": _information}  # fmt: skip


# Figures


def draw(results: Results, tables: Mapping[str, Rows], lang: str) -> list[str]:
    """Draw what the tables allow below `analysis/`, each as SVG and PNG; return the files."""
    folder = results.folder / "analysis"
    for old in (*folder.glob("figure-*.svg"), *folder.glob("figure-*.png")):
        old.unlink()
    made: dict[str, Figure] = {}
    with matplotlib.rc_context(STYLE):
        for name, rows, split, painter in (
            ("effects", tables["effects"], "future", _draw_effects),
            ("shapley", tables["shapley"], "future", _draw_shapley),
            ("morris", tables["morris"], "preset", _draw_morris),
            ("dose", tables["dose"], "preset", _draw_dose),
        ):
            kinds = list(dict.fromkeys(row[split] for row in rows))
            # A page for each of a few futures; a thousand of them are for the tables.
            for kind in kinds if len(kinds) <= MOST_FACTORS else []:
                chosen = [row for row in chief(rows) if row[split] == kind]
                if chosen:
                    title = word(f"analyse.figure_{name}", lang)
                    title = title.format(**{split: kind, "baseline": results.provenance["baseline"]})
                    made[f"figure-{name}-{_file_name(kind)}"] = painter(chosen, title, lang)
        files = []
        for name, figure in made.items():
            for suffix in ("svg", "png"):
                about: dict[str, Any] = {"Date": None} if suffix == "svg" else {"Software": None}
                figure.savefig(folder / f"{name}.{suffix}", metadata=about, dpi=150)
                files.append(f"analysis/{name}.{suffix}")
    return files


def _file_name(text: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in text).strip("-")


def _panels(rows: Rows, title: str, caption: str, lines: int) -> tuple[Figure, list[tuple[str, Any]]]:
    """Return a figure with a panel an outcome."""
    outcomes = list(dict.fromkeys(row["outcome"] for row in rows))[:6]
    figure = Figure(figsize=(9.0, 1.6 + len(outcomes) * (0.7 + 0.26 * max(lines, 2))), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(outcomes), 1, squeeze=False)[:, 0]
    figure.suptitle(title, x=0.02, ha="left", fontsize=12)
    figure.supxlabel(caption, fontsize=8, color=PALE, wrap=True)
    return figure, list(zip(outcomes, axes, strict=True))


def _factor_of(unit: str) -> float:
    return 100.0 if unit in SHARES else 1.0


def _label(axes: Any, row: Mapping[str, Any], lang: str) -> None:
    label, where = outcome_words(row, lang)
    axes.set_title(f"{label}, {where}", loc="left", fontsize=10, color=INK)
    axes.set_xlabel(unit_words(row["unit"], lang), fontsize=8)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _rungs(axes: Any, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.axvline(0, color=PALE, lw=0.8, zorder=0)


def _draw_effects(rows: Rows, title: str, lang: str) -> Figure:
    most = max(sum(row["outcome"] == one["outcome"] for row in rows) for one in rows)
    caption = word("analyse.caption_effects", lang).format(n=max(row["n"] for row in rows))
    figure, panels = _panels(rows, title, caption, min(most, 32))
    for outcome, axes in panels:
        those = [row for row in rows if row["outcome"] == outcome and row["effect"] is not None][:32]
        for at, row in enumerate(those):
            by = _factor_of(row["unit"])
            half = by * row["half_width"] if row["half_width"] is not None else None
            axes.errorbar(by * row["effect"], at, xerr=half, fmt="o", color=COLOURS[0], ms=4, lw=1.4)
        _rungs(axes, [row["policy"] for row in those])
        if those:
            _label(axes, those[0], lang)
    return figure


def _draw_shapley(rows: Rows, title: str, lang: str) -> Figure:
    levers = list(dict.fromkeys(row["lever"] for row in rows))
    figure, panels = _panels(rows, title, word("analyse.caption_shapley", lang), len(levers))
    for outcome, axes in panels:
        those = [row for row in rows if row["outcome"] == outcome]
        for at, row in enumerate(those):
            by = _factor_of(row["unit"])
            half = by * row["share_half_width"] if row["share_half_width"] is not None else None
            axes.errorbar(by * row["share"], at, xerr=half, fmt="o", color=COLOURS[0], ms=5, lw=1.4)
            axes.plot(by * row["alone"], at, "o", mfc="none", mec=COLOURS[1], ms=8)
            axes.plot(by * row["last_in"], at, "x", color=BASELINE, ms=6)
        _rungs(axes, [row["lever"] for row in those])
        _label(axes, those[0], lang)
    return figure


def _draw_morris(rows: Rows, title: str, lang: str) -> Figure:
    levels = [row for row in rows if row["of"] == "level" and row["mu_star"] is not None]
    shown = [row for row in levels if row["rank"] <= MOST_FACTORS or row["factor"] == SEED]
    figure, panels = _panels(shown, title, word("analyse.caption_morris", lang), MOST_FACTORS)
    for outcome, axes in panels:
        those = [row for row in shown if row["outcome"] == outcome]
        for at, row in enumerate(those):
            by = _factor_of(row["unit"])
            half = by * row["mu_star_half_width"] if row["mu_star_half_width"] is not None else None
            tint = BASELINE if row["factor"] == SEED else COLOURS[0]
            axes.barh(at, by * row["mu_star"], xerr=half, color=tint, height=0.6)
        _rungs(axes, [_factor(row, lang) for row in those])
        _label(axes, those[0], lang)
    return figure


def _draw_dose(rows: Rows, title: str, lang: str) -> Figure:
    figure, panels = _panels(rows, title, word("analyse.caption_dose", lang), 6)
    for outcome, axes in panels:
        those = [row for row in rows if row["outcome"] == outcome and row["effect"] is not None]
        for at, factor in enumerate(dict.fromkeys(row["factor"] for row in those)):
            line = [row for row in those if row["factor"] == factor]
            by = _factor_of(line[0]["unit"])
            half = [by * (row["half_width"] or 0.0) for row in line]
            axes.errorbar(range(len(line)), [by * row["effect"] for row in line], yerr=half, marker="o", lw=1.4,
                          color=COLOURS[at % len(COLOURS)], label=factor)  # fmt: skip
            axes.set_xticks(range(len(line)), [row["value"] for row in line])
        if those:
            label, where = outcome_words(those[0], lang)
            axes.set_title(f"{label}, {where}", loc="left", fontsize=10, color=INK)
            axes.set_ylabel(unit_words(those[0]["unit"], lang), fontsize=8)
            axes.legend(frameon=False, fontsize=8)
        axes.axhline(0, color=PALE, lw=0.8, zorder=0)
    return figure
