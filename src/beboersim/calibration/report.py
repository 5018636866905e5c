"""The table of soundness, docs/soundness.md: what was run, what was published, what was found, and what was missed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from textwrap import fill

import numpy as np

from beboersim.calibration.runs import CONVICTED, STANDSTILL_YEARS, WATCHED, AreaYears, Compared, Followed, Stood
from beboersim.calibration.targets import bounds, table, targets
from beboersim.evidence.areas import read_areas
from beboersim.evidence.municipalities import municipality, names, region_of
from beboersim.month.measuring import MEASURED

INDICATORS = {
    "nonwestern_share": "non-Western share",
    "outside_work_share": "outside work and education",
    "convicted_share": "convicted",
    "basic_education_share": "basic education",
    "income_ratio": "income over the region's",
}
Row = Sequence[object]


def markdown(head: Sequence[str], rows: Iterable[Row]) -> str:
    """Return a Markdown table; numbers stand to the right."""
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def filled(text: str) -> str:
    """Return a text whose paragraphs are filled again; headings and tables stay as they are."""
    blocks = [
        block if block.startswith(("#", "|")) else fill(block, 118, break_long_words=False, break_on_hyphens=False)
        for block in text.strip().split("\n\n")
    ]
    return "\n\n".join(blocks) + "\n"


def said(ok: bool) -> str:
    """Return how a bound was kept."""
    return "yes" if ok else "**no**"


def drifts(stood: Sequence[Stood]) -> dict[tuple[str, str], list[float]]:
    """Return the drift of every class in every municipality, by kind of class and class."""
    found: dict[tuple[str, str], list[float]] = {}
    for one in stood:
        for kind, shares in one.start.items():
            for name, share in shares.items():
                found.setdefault((kind, name), []).append(one.end[kind][name] - share)
    return found


def standstill(stood: Sequence[Stood]) -> str:
    """Return the section on the standstill."""
    limit = bounds().share_points
    by_class = [
        (
            kind,
            name,
            f"{np.mean(d):+.1f}",
            f"{min(d):+.1f}",
            f"{max(d):+.1f}",
            f"{sum(abs(v) <= limit for v in d)} of {len(d)}",
        )
        for (kind, name), d in drifts(stood).items()
    ]
    by_place = []
    for one in stood:
        drift = one.drift()
        early, late = np.mean(one.waits[:2]), np.mean(one.waits[3:5])
        queues = np.mean(one.queues[:2]), np.mean(one.queues[3:5])
        worst = [f"{name} {move:+.1f}" for name, move in drift.values()]
        people = 100.0 * (one.residents[1] / one.residents[0] - 1.0)
        by_place.append(
            (one.place, *worst, f"{people:+.1f} %", f"{early:.0f} / {late:.0f}", f"{queues[0]:.1f} / {queues[1]:.1f}")
        )
    moved = drifts(stood)
    within = sum(abs(v) <= limit for d in moved.values() for v in d)
    in_all = sum(len(d) for d in moved.values())
    means = sum(abs(float(np.mean(d))) <= limit for d in moved.values())
    waits = np.array([[np.mean(one.waits[:2]), np.mean(one.waits[3:5])] for one in stood]).mean(axis=0)
    queue = np.array([[np.mean(one.queues[:2]), np.mean(one.queues[3:5])] for one in stood]).mean(axis=0)
    return f"""## 1. Standstill

Rates, law and stock as on 1 January 2015 for {STANDSTILL_YEARS} years (`--set time.standstill=true`). Bound: every
class
within {limit:g} points of its start. **{within} of {in_all} classes of the {len(stood)} municipalities are within;
of the
means over all municipalities {means} of {len(moved)}.**

Waits on the list of those who were let a home: {waits[0]:.0f} months in years 1-2, {waits[1]:.0f} in years 4-5.
Households
without a home of their own: {queue[0]:.2f} and {queue[1]:.2f} per 1,000 residents. Bound: a ratio of
{bounds().wait_ratio:g}; kept:
{said(max(waits) / min(waits) <= bounds().wait_ratio and max(queue) / min(queue) <= bounds().wait_ratio)}.

{markdown(("kind", "class", "mean drift, points", "lowest", "highest", "within"), by_class)}
The class that moved most, by municipality (points), the change in residents, and waits (months) and lodged households
(per 1,000) in years 1-2 / 4-5:

{markdown(("municipality", *stood[0].start, "residents", "waits", "lodged"), by_place)}"""


def trends_followed(figures: Sequence[Compared], limit_points: float, limit_people: float) -> str:
    """Return a table of errors against published figures, by figure."""
    rows = []
    for name in dict.fromkeys(one.name for one in figures):
        of = [one for one in figures if one.name == name]
        limit = limit_people if name == "population" else limit_points
        errors = np.array([one.error for one in of])
        worst = of[int(np.argmax(np.abs(errors)))]
        years = f"{min(one.year for one in of)}-{max(one.year for one in of)}"
        rows.append(
            (
                name,
                "%" if name == "population" else "points",
                years,
                len(of),
                f"{errors.mean():+.2f}",
                f"{np.sqrt(np.mean(errors**2)):.2f}",
                f"{worst.place} {worst.year}: {worst.error:+.1f}",
                f"{100.0 * np.mean(np.abs(errors) <= limit):.0f} %",
            )
        )
    return markdown(("figure", "unit", "years", "compared", "mean error", "root mean square", "worst", "within"), rows)


def weights(found: Sequence[Followed], listed: Sequence[str]) -> dict[str, float]:
    """Return what a simulated person of each municipality stands for: those without areas stand for all of those."""
    others = [one.place for one in found if one.place not in listed]
    stand_for = sum(municipality(name).population(2015.0) for name in names() if name not in listed)
    size = sum(municipality(name).population(2015.0) for name in others) or 1.0
    return {one.place: (1.0 if one.place in listed else stand_for / size) / one.scale for one in found}


def mobility(found: Sequence[Followed], listed: Sequence[str]) -> dict[str, float]:
    """Return the model's figures of the pooled towns, by name of the target."""
    w = weights(found, listed)

    def pooled(part: Callable[[Followed], float], whole: Callable[[Followed], float]) -> float:
        return sum(w[one.place] * part(one) for one in found) / sum(w[one.place] * whole(one) for one in found)

    def let(one: Followed, *routes: str) -> float:
        return sum(one.watch.flows[f"let_{route}"] for route in routes)

    every = ("rehousing", "assigned", "flexible", "internal", "list", "other")
    result: dict[str, float] = {}
    for kind in ("family", "youth", "elderly"):
        result[f"move_out_{kind}"] = 1200.0 * pooled(
            lambda one, kind=kind: float(one.watch.moved_out[kind]),  # type: ignore[misc]
            lambda one, kind=kind: float(one.watch.homes[kind]),  # type: ignore[misc]
        )
    result["long_tenure"] = 100.0 * pooled(
        lambda one: float(sum(stay >= 25.0 for stay in one.tenures["family"])),
        lambda one: float(len(one.tenures["family"])),
    )
    result["lettings"] = 100.0 * pooled(lambda one: let(one, *every), lambda one: one.home_years)
    for route, names_of in (
        ("list", ("list",)),
        ("assigned", ("assigned",)),
        ("internal", ("internal",)),
        ("other", ("other", "flexible", "rehousing")),
    ):
        result[f"route_{route}"] = 100.0 * pooled(
            lambda one, names_of=names_of: let(one, *names_of),  # type: ignore[misc]
            lambda one: let(one, *every),
        )
    result["moves"] = 1200.0 * pooled(lambda one: one.watch.moves + one.watch.away, lambda one: one.watch.residents)
    result["moves_within"] = 100.0 * pooled(
        lambda one: float(one.watch.moves), lambda one: one.watch.moves + one.watch.away
    )
    result["in_movers_from_social"] = 100.0 * pooled(
        lambda one: float(one.watch.in_movers.from_social), lambda one: float(one.watch.in_movers.persons)
    )
    result["age_in"] = pooled(lambda one: one.watch.in_movers.years, lambda one: float(one.watch.in_movers.persons))
    result["age_out"] = pooled(lambda one: one.watch.out_movers.years, lambda one: float(one.watch.out_movers.persons))
    return result


def published_rates(found: Sequence[Followed], listed: Sequence[str]) -> str:
    """Return the table of mobility against its published figures."""
    model = mobility(found, listed)
    rows = [
        (
            t.label,
            t.unit,
            f"{t.value:g} ± {t.within:g}",
            t.year,
            t.source,
            t.how,
            f"{model[t.name]:.1f}",
            said(t.met(model[t.name])),
        )
        for t in targets().values()
    ]
    return markdown(("figure", "unit", "published", "year", "source", "how", "model", "within"), rows)


def vacancies(found: Sequence[Followed], listed: Sequence[str]) -> str:
    """Return the table of vacant social homes by year and by region."""
    w = weights(found, listed)
    entry = table()["vacancy"]

    def rate(year: int, region: str | None = None) -> float:
        of = [one for one in found if region is None or region_of(one.place) == region]
        empty = sum(w[one.place] * one.vacant[year][0] for one in of)
        return 1000.0 * empty / max(sum(w[one.place] * one.vacant[year][1] for one in of), 1e-9)

    rows: list[Row] = [
        (
            "nation",
            year,
            f"{known['value']:g}",
            known["source"],
            f"{rate(int(year)):.1f}",
            said(abs(rate(int(year)) - known["value"]) <= entry["within"]),
        )
        for year, known in entry["nation"].items()
    ]
    rows += [
        (
            region,
            2025,
            f"{known['value']:g}",
            known["source"],
            f"{rate(2025, region):.1f}",
            said(abs(rate(2025, region) - known["value"]) <= entry["within"]),
        )
        for region, known in entry["region"].items()
    ]
    return markdown(("where", "1 January", "published", "source", "model", f"within {entry['within']:g}"), rows)


def who_lives_where(found: Sequence[Followed], listed: Sequence[str]) -> str:
    """Return the table of homes with a single adult, on the first day and five years later."""
    w = weights(found, listed)
    entry = table()["adults"]

    def share(year: int, tenure: int, count: str) -> float:
        part = sum(w[one.place] * float(getattr(one.adults[year][tenure], count)) for one in found)
        whole = sum(w[one.place] * float(one.adults[year][tenure].homes) for one in found)
        return 100.0 * float(part) / whole

    rows: list[Row] = []
    labels = {"single": "with a single adult", "parents": "with a single parent", "women": "with a single woman"}
    for tenure, homes in enumerate(("social homes", "other homes")):
        for count, known in entry[homes.split()[0]].items():
            model = share(2020, tenure, count)
            rows.append(
                (
                    f"{homes} {labels[count]}",
                    f"{known['value']:g}",
                    known["source"],
                    f"{share(2015, tenure, count):.1f}",
                    f"{model:.1f}",
                    said(abs(model - known["value"]) <= entry["within"]),
                )
            )
    return markdown(
        ("per cent of homes", "published, 2019", "source", "model, first day", "1 January 2020",
         f"within {entry['within']:g}"), rows
    )  # fmt: skip


def ages_in_social_homes(found: Sequence[Followed], listed: Sequence[str]) -> str:
    """Return the table of the young and the old in social homes, on the first day and six years later."""
    w = weights(found, listed)
    entry = table()["aged"]

    def share(year: int, count: str) -> float:
        part = sum(w[one.place] * float(getattr(one.aged[year], count)) for one in found)
        return 100.0 * float(part) / sum(w[one.place] * float(one.aged[year].residents) for one in found)

    rows: list[Row] = [
        (f"residents of social homes aged {label}", f"{entry[count]:g}", entry["source"], f"{share(2015, count):.1f}",
         f"{share(2021, count):.1f}", said(abs(share(2021, count) - entry[count]) <= entry["within"]))
        for count, label in (("young", "18-29"), ("old", "70 and over"))
    ]  # fmt: skip
    return markdown(
        ("per cent", "published, 2021", "source", "model, first day", "1 January 2021",
         f"within {entry['within']:g}"), rows
    )  # fmt: skip


def young_with_a_conviction(found: Sequence[Followed], listed: Sequence[str]) -> str:
    """Return the table of those of 15-24 convicted in a year, in the areas of the list and in the nation."""
    w = weights(found, listed)
    entry = table()["young_convicted"]

    def share(young: str, convicted: str) -> float:
        of, part = (
            sum(w[one.place] * float(getattr(year, name)) for one in found for year in one.young_convicted.values())
            for name in (young, convicted)
        )
        return 100.0 * part / of

    areas, nation = share("young_there", "convicted_there"), share("young", "convicted")
    rows: list[Row] = [
        (f"of 15-24, {label}", f"{low:g} to {high:g}, about {about:g}", source, f"{model:.1f}",
         said(low <= model <= high))
        for label, model, (low, about, high), source in (
            ("in the areas of the list of 2015", areas, entry["areas"], entry["areas_source"]),
            ("in the nation", nation, entry["nation"], entry["nation_source"]),
        )
    ]  # fmt: skip
    return markdown(("per cent convicted in a year", "published", "source", "model", "within"), rows)


def men_who_live_alone(found: Sequence[Followed], listed: Sequence[str]) -> str:
    """Return the table of men with basic schooling who live alone, on the first day and six years later."""
    w = weights(found, listed)
    entry = table()["men_alone"]

    def shares(year: int) -> dict[str, float]:
        alone, alone_working, others, others_working = (
            sum(w[one.place] * float(one.men_alone[year][count]) for one in found) for count in range(4)
        )
        return {
            "alone": 100.0 * alone / (alone + others),
            "alone_working": 100.0 * alone_working / alone,
            "others_working": 100.0 * others_working / others,
        }

    labels = {
        "alone": "men of 30-59 with basic schooling who live alone",
        "alone_working": "of these, in work",
        "others_working": "of the other men of 30-59 with basic schooling, in work",
    }
    first, later = shares(2015), shares(2021)
    rows: list[Row] = [
        (label, f"{entry[name]:g}", entry["source"], f"{first[name]:.1f}", f"{later[name]:.1f}",
         said(abs(later[name] - entry[name]) <= entry["within"]))
        for name, label in labels.items()
    ]  # fmt: skip
    return markdown(
        ("per cent", "published, 2021", "source", "model, first day", "1 January 2021",
         f"within {entry['within']:g}"), rows
    )  # fmt: skip


def left_alone(areas: Sequence[AreaYears]) -> str:
    """Return the section on what areas of the list of 2015 do by themselves."""
    listed = [one for one in areas if one.listed]
    rows: list[Row] = []
    for name, label in INDICATORS.items():
        values = np.array([[one.indicators[year][name] for year in (0, 5, 10, 15)] for one in listed])
        start, *later = np.nanmean(values, axis=0)
        unit = 100.0
        change = values[:, 3] - values[:, 0]
        rows.append(
            (
                label,
                f"{unit * start:.1f}",
                *(f"{unit * value:.1f}" for value in later),
                f"{unit * np.nanstd(change):.1f}",
            )
        )
    still = [sum(one.meets(year) for one in listed) for year in (0, 5, 10, 15)]
    rows.append(("meet the lines of 2014", *(f"{number} of {len(listed)}" for number in still), ""))
    return markdown(
        ("mean of the areas, per cent", "start", "5 years", "10 years", "15 years", "sd of the change"), rows
    )


def looked_back(areas: Sequence[AreaYears]) -> str:
    """Return the table of the named areas from 2010 to 2015, beside what was published of the same areas."""
    known = {(row.place, row.year): row for row in read_areas()}
    both = [one for one in areas if ((one.place, one.area), 2010) in known and ((one.place, one.area), 2015) in known]
    then, now = (np.array([known[(one.place, one.area), year].residents for one in both]) for year in (2010, 2015))
    published = 100.0 * np.log(now / then)
    model = 100.0 * np.log(np.array([one.residents[5] / one.residents[0] for one in both]))
    rows: list[Row] = [
        (
            "residents, per cent",
            len(both),
            f"{published.mean():+.1f}",
            f"{published.std():.1f}",
            f"{model.mean():+.1f}",
            f"{model.std():.1f}",
        )
    ]
    for name in ("nonwestern_share", "outside_work_share", "convicted_share"):
        field = MEASURED[name]
        pairs = [
            (known[(one.place, one.area), 2010].known(field), known[(one.place, one.area), 2015].known(field), one)
            for one in both
        ]
        full = [(a, b, one) for a, b, one in pairs if a is not None and b is not None]
        published = np.array([100.0 * (b - a) for a, b, _ in full])
        model = np.array([100.0 * (one.indicators[5][name] - one.indicators[0][name]) for *_, one in full])
        rows.append(
            (
                INDICATORS[name],
                len(full),
                f"{published.mean():+.1f}",
                f"{published.std():.1f}",
                f"{model.mean():+.1f}",
                f"{model.std():.1f}",
            )
        )
    return markdown(("change 2010-2015, points", "areas", "published", "sd", "model", "sd"), rows)


def at_work(found: Sequence[Followed], listed: Sequence[str]) -> str:
    """Return the share in work of the pooled towns by year."""
    w = weights(found, listed)
    years = sorted(found[0].at_work)
    shares = [
        100.0
        * sum(w[one.place] * one.at_work[year][0] for one in found)
        / sum(w[one.place] * one.at_work[year][1] for one in found)
        for year in years
    ]
    return markdown(
        ("in work, of 18-64, per cent", *map(str, years)), [("model", *(f"{share:.1f}" for share in shares))]
    )


def whole(
    stood: Sequence[Stood],
    found: Sequence[Followed],
    alone: Sequence[AreaYears],
    back: Sequence[AreaYears],
    figures_back: Sequence[Compared],
    listed: Sequence[str],
    permutation: str,
) -> str:
    """Return docs/soundness.md."""
    limit = bounds()
    others = [one.place for one in found if one.place not in listed]
    figures = [figure for one in found for figure in one.figures]
    return filled(f"""# Is the town sound?

Made by `make soundness`; the figures and bounds are in `calibration/targets.toml`. The bounds of shares, populations
and move-outs were set beforehand; the other tolerances were set by hand when earlier runs were known.
Each municipality is simulated by itself, about {table()["sample"]["persons"]:,} persons of it, with one seed: the
{len(listed)} that had an area on a list of 2010-2015, and {", ".join(others)},
which stand for all others where the nation is meant. "Fitted" says that a rate of the model was fitted to the
figure; "free" that none was. A miss is a miss: its reason stands in section 7.

{standstill(stood)}
## 2. The law with real trends, against what was published

Scenario `law` from 2015 to 2026 (population, homes, owners, origin and household size follow dated paths: fitted).
Bounds: {limit.share_points:g} points of a share, {limit.population_per_cent:g} per cent of a population. Years after
the
last count are left out.

{trends_followed(figures, limit.share_points, limit.population_per_cent)}
From 2010 to 2016 (work by municipality is known to 2015 only):

{trends_followed(figures_back, limit.share_points, limit.population_per_cent)}
{at_work(found, listed)}
## 3. Moving and letting, against their published rates

Years {WATCHED[0]}-{WATCHED[-1]} of the same runs, pooled to the nation.

{published_rates(found, listed)}
## 4. Vacant homes, and who lives in the others

{vacancies(found, listed)}
Who lives in social homes, and in all others (free):

{who_lives_where(found, listed)}
Ages in social homes (70 and over fitted by hand, 18-29 free):

{ages_in_social_homes(found, listed)}
Convictions of the young (fitted by hand), counted on 1 January of {CONVICTED[0]}-{CONVICTED[-1]} over the year before:

{young_with_a_conviction(found, listed)}
Men with basic schooling, by whether they live alone (fitted by hand; at the end of the range):

{men_who_live_alone(found, listed)}
## 5. What listed areas do by themselves

A standstill without any list, duty or bar: the areas on the list of 2015 and their indicators. What they improve here
no policy has done; an effect of a policy is what it adds to this, in the same worlds.

{left_alone(alone)}
The same areas' like in the past: those with published figures in 2010 and 2015. Areas that stay on the lists are
survivors, so the published change is biased to persistence (mobility §6b).

{looked_back(back)}
## 6. Origin is read only where it is registered

{permutation}
""")
