"""Three pictures of a comparison for readers who are not statisticians.

Over time (one line a scenario), the paired differences (one dot a seed), and the areas one by one. Matplotlib's
objects are used without its global state, and files are the same byte for byte whenever they are drawn.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from beboersim.experiments.compare import PARTS, AreaChange, Comparison, Outcome
from beboersim.experiments.paired import Estimate, estimate
from beboersim.show.numbers import MISSING, SHARES, day_words, direction, estimate_words, plain_scale, unit_words
from beboersim.show.words import word

if TYPE_CHECKING:
    from beboersim.experiments.options import RunOptions

# Okabe & Ito's colours, told apart with any colour vision; the baseline is dark grey and dashed as well.
BASELINE = "#4d4d4d"
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
INK, PALE = "#222222", "#8a8a8a"
STYLE: Any = {
    "svg.hashsalt": "beboersim",
    "svg.fonttype": "none",
    "font.size": 10.0,
    "font.family": "DejaVu Sans",
    "text.color": INK,
    "axes.edgecolor": PALE,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
MOST_AREAS = 24  # more rows than this cannot be read on a page

OVER_TIME = (
    Outcome("town", "listed_areas"),
    Outcome("listed", "stigma"),
    Outcome("listed", "share_working"),
    Outcome("listed", "refusal_rate"),
    Outcome("rest", "outside"),
    Outcome("town", "wait_assigned_months"),
)
DIFFERENCES = (
    Outcome("listed", "stigma"),
    Outcome("listed", "refusal_rate"),
    Outcome("listed", "share_working"),
    Outcome("listed", "work_people"),
    Outcome("listed", "work_composition"),
    Outcome("listed", "work_age"),
    Outcome("rest", "outside"),
    Outcome("town", "listed_areas"),
    Outcome("town", "dissimilarity_outside"),
    Outcome("town", "wait_assigned_months"),
)


def colour(scenario: int) -> str:
    """Return the colour of a scenario by its number; 0 is the baseline."""
    return BASELINE if scenario == 0 else COLOURS[(scenario - 1) % len(COLOURS)]


def draw(found: Comparison, options: RunOptions, lang: str) -> dict[str, Figure]:
    """Return the three figures by name; a town in which no area is known has no picture of areas."""
    with matplotlib.rc_context(STYLE):
        figures = {"over-time": over_time(found, options, lang), "differences": differences(found, options, lang)}
        return figures | ({"areas": area_by_area(found, options, lang)} if found.areas else {})


def save(figures: dict[str, Figure], folder: Path) -> list[Path]:
    """Write every figure as SVG and PNG; return the files, relative to the folder's parent."""
    folder.mkdir(exist_ok=True)
    written = []
    with matplotlib.rc_context(STYLE):
        for name, figure in figures.items():
            for kind, metadata in (("svg", {"Date": None, "Creator": "beboersim"}), ("png", {"Software": "beboersim"})):
                figure.savefig(folder / f"{name}.{kind}", metadata=cast("dict[str, Any]", metadata), dpi=150)
                written.append(Path(folder.name) / f"{name}.{kind}")
    return written


def over_time(found: Comparison, options: RunOptions, lang: str) -> Figure:
    """Draw small multiples: one outcome a panel, one line a scenario, a band over replications."""
    figure = _figure(12.0, 8.0)
    panels = figure.subplots(2, 3, sharex=True)
    figure.subplots_adjust(left=0.06, right=0.885, top=0.86, bottom=0.2, hspace=0.42, wspace=0.9)
    years = np.array([day.year + (day.timetuple().tm_yday - 1) / 365 for day in found.dates])
    for panel, outcome in zip(panels.flat, OVER_TIME, strict=True):
        _bare(panel)
        _panel_title(panel, outcome, found, lang)
        values = found.values[outcome.key]
        ends: list[tuple[float, int]] = []
        for at in range(len(found.scenarios)):
            line = _mean(values[at])
            if np.isfinite(line).any():
                panel.plot(
                    years, line, color=colour(at), lw=2, ls=(0, (4, 2)) if at == 0 else "-", zorder=3 - (at == 0)
                )
                ends.append((float(line[np.isfinite(line)][-1]), at))
            if len(found.seeds) > 1:
                low, high = _middle(values[at])
                panel.fill_between(
                    years, low, high, color=colour(at), alpha=0.16 if len(found.scenarios) < 4 else 0.09, lw=0
                )
        if not ends:
            panel.text(0.5, 0.5, word("compare.missing", lang), transform=panel.transAxes, ha="center", color=PALE)
            continue
        _readable_scale(panel, outcome.unit, lang)
        _name_lines(panel, years, ends, found)
        panel.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
        panel.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
        panel.tick_params(labelbottom=True)
    _title(figure, word("compare.figure_time", lang))
    _caption(figure, found, options, lang, "compare.caption_band" if len(found.seeds) > 1 else "")
    return figure


def differences(found: Comparison, options: RunOptions, lang: str) -> Figure:
    """Draw the paired differences: a row an outcome, a column a scenario, a dot a seed."""
    columns = len(found.scenarios) - 1
    shown_here = [outcome for outcome in DIFFERENCES if found.has(outcome)]
    rows = len(shown_here)
    height = 2.6 + 0.72 * rows
    figure = _figure(max(9.5, 4.4 + 3.4 * columns), height)
    panels = figure.subplots(rows, columns, squeeze=False)
    width = figure.get_figwidth()
    figure.subplots_adjust(
        left=3.35 / width, right=1 - 1.55 / width, top=1 - 1.05 / height, bottom=1.6 / height, hspace=0.18,
        wspace=1.5 / 3.4 if columns > 1 else 0,
    )  # fmt: skip
    for row, outcome in enumerate(shown_here):
        each = [found.differences(outcome, at + 1) for at in range(columns)]
        reach = _reach(outcome, found)
        for column in range(columns):
            panel = panels[row, column]
            shown = found.difference(outcome, column + 1)
            _dot_row(panel, each[column], shown, reach or 1.0, colour(column + 1))
            panel.text(1.03, 0.5, _in_words(shown, outcome.unit, lang), transform=panel.transAxes, va="center",
                       fontsize=8.5)  # fmt: skip
            if row == 0:
                panel.set_title(found.scenarios[column + 1], color=colour(column + 1), fontweight="bold", fontsize=11,
                                pad=18)  # fmt: skip
                panel.text(0.5, 1.06, word("compare.no_change_line", lang), transform=panel.transAxes, ha="center",
                           fontsize=8, color=PALE)  # fmt: skip
            if row == rows - 1:
                panel.text(0.0, -0.3, f"◀ {word('compare.lower', lang)}", transform=panel.transAxes, fontsize=8.5,
                           color=PALE, va="top")  # fmt: skip
                panel.text(1.0, -0.3, f"{word('compare.higher', lang)} ▶", transform=panel.transAxes, fontsize=8.5,
                           color=PALE, va="top", ha="right")  # fmt: skip
        _row_label(panels[row, 0], outcome, found, lang)
    title = _filled(
        "compare.figure_differences", lang, baseline=found.scenarios[0], day=day_words(found.dates[-1], lang)
    )
    _title(figure, title)
    _caption(figure, found, options, lang, "compare.caption_dots" if len(found.seeds) > 1 else "")
    return figure


def _reach(outcome: Outcome, found: Comparison) -> float:
    """Return how far from nought a row must show, intervals whole; a whole and its parts share one scale."""
    whole = Outcome("listed", "share_working")
    together = (whole, *PARTS) if outcome == whole or outcome in PARTS else (outcome,)
    each = [found.differences(one, at) for one in together for at in range(1, len(found.scenarios))]
    finite = np.concatenate([values[np.isfinite(values)] for values in each])
    ends = [end for shown in map(estimate, each) for end in (shown.low, shown.high) if end is not None]
    return float(np.abs([*finite, *ends]).max()) if len(finite) else 0.0


def area_by_area(found: Comparison, options: RunOptions, lang: str) -> Figure:
    """Draw each named area's difference in reputation and work, and its chance of being listed."""
    places = _most_changed(found.areas)
    rows, others = max(len(places), 1), len(found.scenarios) - 1
    height = 2.95 + rows * max(0.3, 0.17 * others)
    figure = _figure(11.0, height)
    panels = figure.subplots(1, 3, sharey=True)
    figure.subplots_adjust(left=0.24, right=0.965, top=1 - 1.2 / height, bottom=1.6 / height, wspace=0.12)
    titles = ("compare.area_stigma", "compare.area_outside", "compare.list_chance")
    for panel, key, unit in zip(panels, titles, ("0-1", "share", "share"), strict=True):
        _bare(panel)
        panel.set_title(word(key, lang), fontsize=10.5, loc="left", fontweight="bold", pad=8)
        panel.grid(axis="y", color="#eeeeee")
        panel.set_axisbelow(True)
        panel.tick_params(axis="y", length=0)
        _across(panel, unit, lang, differences=panel is not panels[2])
    for change in found.areas:
        if (change.municipality, change.area) not in places:
            continue
        at = found.scenarios.index(change.scenario)
        y = places.index((change.municipality, change.area)) + 0.55 * ((at - 0.5) / others - 0.5) * (others > 1)
        for panel, shown in ((panels[0], change.stigma), (panels[1], change.outside)):
            if shown.mean is not None:
                panel.plot([shown.mean], [y], "o", color=colour(at), ms=5.5, zorder=3)
                if shown.low is not None and shown.high is not None:
                    panel.plot([shown.low, shown.high], [y, y], color=colour(at), lw=1.6, zorder=2)
        panels[2].plot([change.listed_before, change.listed], [y, y], color=colour(at), lw=1.2, alpha=0.6, zorder=2)
        panels[2].plot([change.listed_before], [y], "o", mfc="white", mec=BASELINE, ms=6.5, zorder=3)
        panels[2].plot([change.listed], [y], "o", color=colour(at), ms=4.5, zorder=4)
    for panel in panels[:2]:
        reach = max(abs(end) for end in panel.dataLim.intervalx) if panel.lines else 1.0
        panel.set_xlim(-1.12 * (reach or 1.0), 1.12 * (reach or 1.0))
        panel.axvline(0, color=INK, lw=1, zorder=1)
        panel.text(0, -0.5, word("compare.no_change_line", lang), ha="center", va="bottom", fontsize=8, color=PALE)
    panels[2].set_xlim(-0.06, 1.06)
    panels[0].set_ylim(rows - 0.45, -0.95)
    panels[0].set_yticks(range(len(places)), [_place_label(place, options) for place in places])
    title = _filled("compare.figure_areas", lang, baseline=found.scenarios[0], day=day_words(found.dates[-1], lang))
    _title(figure, title)
    _key(figure, found, height)
    more = ""
    everywhere = {(change.municipality, change.area) for change in found.areas}
    if len(places) < len(everywhere):
        more = _filled("compare.caption_most", lang, shown=len(places), all=len(everywhere))
    _caption(figure, found, options, lang, "compare.caption_areas", more)
    return figure


def _figure(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def _bare(panel: Axes) -> None:
    for side in ("top", "right", "left"):
        panel.spines[side].set_visible(False)
    panel.tick_params(length=3, labelsize=8.5)


def _filled(key: str, lang: str, **parts: object) -> str:
    return word(key, lang).format(**parts)


def _panel_title(panel: Axes, outcome: Outcome, found: Comparison, lang: str) -> None:
    label = textwrap.fill(getattr(outcome.label, lang), 30)
    panel.set_title(label, loc="left", fontsize=10.5, fontweight="bold", pad=20)
    where = word(f"compare.scope_{found.scope_of(outcome)}", lang)
    unit = "" if outcome.unit in SHARES else f", {unit_words(outcome.unit, lang)}"
    panel.text(0, 1.035, where + unit, transform=panel.transAxes, fontsize=8.5, color=PALE)


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over seeds, NaN where no seed has a value."""
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(0)
    return np.asarray(np.divide(total, known.sum(0), out=np.full(total.shape, np.nan), where=known.any(0)))


def _middle(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the middle 95 % of the seeds on each date."""
    found = np.full((2, values.shape[1]), np.nan)
    for at, column in enumerate(values.T):
        known = column[np.isfinite(column)]
        if len(known):
            found[:, at] = np.quantile(known, (0.025, 0.975))
    return found[0], found[1]


def _readable_scale(panel: Axes, unit: str, lang: str) -> None:
    low, high = panel.get_ylim()
    # Nought belongs to amounts; a share may show a part of its range, or small changes could not be seen.
    if low > 0 and (unit not in SHARES or low < 0.6 * high):
        low = 0.0
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    panel.set_ylim(min(low, 0.0) if abs(low) < 0.02 * high else low, high + 0.04 * (high - low))
    panel.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=unit == "areas"))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, unit, lang)))
    panel.grid(axis="y", color="#e6e6e6", lw=0.8)
    panel.set_axisbelow(True)


def _tick(value: float, unit: str, lang: str, difference: bool = False) -> str:
    number = round(100 * value, 6) if unit in SHARES else value
    text = f"{abs(number):,.10g}"
    if lang == "da":
        text = text.translate(str.maketrans(",.", ".,"))
    sign = "−" if number < 0 else "+" if difference and number > 0 else ""
    return sign + text + (" %" if unit in SHARES and not difference else "")


def _across(panel: Axes, unit: str, lang: str, differences: bool) -> None:
    panel.xaxis.set_major_locator(MaxNLocator(nbins=5, symmetric=differences))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, unit, lang, differences)))
    if differences:
        lower, higher = word("compare.lower", lang), word("compare.higher", lang)
        panel.set_xlabel(f"◀ {lower}      {unit_words(unit, lang)}      {higher} ▶", fontsize=8.5, color=PALE)


def _name_lines(panel: Axes, years: NDArray[np.float64], ends: Sequence[tuple[float, int]], found: Comparison) -> None:
    """Write each scenario's name at the end of its line, apart from each other."""
    low, high = panel.get_ylim()
    lines = max(len(textwrap.wrap(name, 18)[:2]) for name in found.scenarios)
    apart = (0.085 if lines == 1 else 0.12) * (high - low)
    ordered = sorted(ends)
    heights = [value for value, _ in ordered]
    for at in range(1, len(heights)):
        heights[at] = max(heights[at], heights[at - 1] + apart)
    above = max(0.0, heights[-1] - high)
    for (value, at), y in zip(ordered, heights, strict=True):
        # A long id goes on in a second line at one of its hyphens.
        name = "\n".join(textwrap.wrap(found.scenarios[at], 18)[:2])
        panel.annotate(
            name, (years[-1], value), ((years[-1] + 0.03 * (years[-1] - years[0] or 1)), y - above), color=colour(at),
            fontsize=8.5, va="center", fontweight="bold", annotation_clip=False,
        )  # fmt: skip
    panel.set_xlim(years[0], years[-1] if years[-1] > years[0] else years[0] + 1)


def _dot_row(panel: Axes, values: NDArray[np.float64], shown: Estimate, reach: float, tint: str) -> None:
    """One dot a seed, stacked where they meet; mean and interval below them."""
    for side in panel.spines.values():
        side.set_visible(False)
    panel.set(xlim=(-1.1 * reach, 1.1 * reach), ylim=(-1.1, 1.6), xticks=[], yticks=[])
    panel.axhline(-0.55, color="#e6e6e6", lw=1, zorder=0)
    panel.axvline(0, color=INK, lw=1, zorder=1)
    known = np.sort(values[np.isfinite(values)])
    if len(known):
        wide = 2.2 * reach / 44
        place = np.round(known / wide).astype(int)
        level = np.array([(place[:at] == place[at]).sum() for at in range(len(place))])
        # A stack that would leave its row is pressed together instead.
        step = min(0.34, 1.25 / max(int(level.max()), 1))
        panel.plot(known, 0.1 + level * step, "o", ms=4, color=tint, alpha=0.75, mew=0, zorder=3)
    if shown.mean is not None and len(known) > 1:
        low, high = cast(float, shown.low), cast(float, shown.high)
        panel.plot([low, high], [-0.55, -0.55], color=tint, lw=3, solid_capstyle="round", zorder=3)
        panel.plot([shown.mean], [-0.55], "D", color=tint, mec="white", ms=7, zorder=4)


def _row_label(panel: Axes, outcome: Outcome, found: Comparison, lang: str) -> None:
    label = textwrap.fill(getattr(outcome.label, lang), 38)
    part = outcome in PARTS
    panel.text(-0.04, 0.62, label, transform=panel.transAxes, ha="right", va="center", fontsize=9.5,
               fontweight="normal" if part else "bold", linespacing=1.05)  # fmt: skip
    if not part:
        below = 0.62 - 0.2 * (1 + label.count("\n")) - 0.08
        scope = word(f"compare.scope_{found.scope_of(outcome)}", lang)
        panel.text(-0.04, below, scope, transform=panel.transAxes, ha="right", va="center", fontsize=8, color=PALE)


def _in_words(shown: Estimate, unit: str, lang: str) -> str:
    if shown.mean is None:
        return MISSING
    number = estimate_words(shown, unit, lang)
    return "\n".join(part for part in (number, unit_words(unit, lang), direction(shown, unit, lang)) if part)


def _most_changed(areas: Sequence[AreaChange]) -> list[tuple[str, str]]:
    """Return the places to draw, by municipality and name; the most changed where they are too many."""
    size: dict[tuple[str, str], float] = {}
    for change in areas:
        place = (change.municipality, change.area)
        moved = abs(change.stigma.mean or 0) + abs(change.outside.mean or 0) + abs(change.listed - change.listed_before)
        size[place] = max(size.get(place, 0.0), moved)
    return sorted(sorted(size, key=lambda place: (-size[place], place))[:MOST_AREAS])


def _place_label(place: tuple[str, str], options: RunOptions) -> str:
    municipality, area = place
    name = textwrap.shorten(area, 34, placeholder="…")
    return name if len(options.places) == 1 else f"{name}, {municipality}"


def _key(figure: Figure, found: Comparison, height: float) -> None:
    """Name the scenarios in their colours, in one line under the title."""
    x = 0.02
    for at in range(1, len(found.scenarios)):
        text = figure.text(x, 1 - 0.68 / height, f"● {found.scenarios[at]}", color=colour(at), fontsize=10,
                           fontweight="bold", va="center")  # fmt: skip
        x += text.get_window_extent().width / (figure.get_figwidth() * figure.dpi) + 0.025


def _title(figure: Figure, title: str) -> None:
    height = figure.get_figheight()
    figure.text(0.02, 1 - 0.33 / height, title, fontsize=14, fontweight="bold", va="center")


def _caption(figure: Figure, found: Comparison, options: RunOptions, lang: str, key: str, more: str = "") -> None:
    """Say below the picture how many runs it rests on and what a band or dot is."""
    n = len(found.seeds)
    runs = _filled(
        "compare.caption_runs" if n > 1 else "compare.caption_one",
        lang,
        n=n,
        seeds=f"{found.seeds[0]}–{found.seeds[-1]}" if n > 1 else found.seeds[0],
        scale=plain_scale(options.scale, lang),
        preset=options.preset,
        places=", ".join(options.places),
    )
    names = "; ".join(f"{at}: {getattr(name, lang)}" for at, name in zip(found.scenarios, found.names, strict=True))
    parts = [f"{names}.", runs, _filled(key, lang, baseline=found.scenarios[0]) if key else "", more]
    wide = int(figure.get_figwidth() * 13.2)
    text = "\n".join(textwrap.fill(part, wide) for part in parts if part)
    figure.text(0.02, 0.16 / figure.get_figheight(), text, fontsize=8.5, color="#555555", va="bottom", linespacing=1.35)
