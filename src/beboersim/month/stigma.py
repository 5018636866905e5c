"""Stigma: an area's reputation rises fast and falls slowly towards what feeds it (methods §2.2; speeds M20).

What feeds it: being listed in public, years on the list, the origin criterion, attention in the media, actual
conditions, and, where a preset says so, the tone in which the areas are spoken of. Evidence is mixed, so every link
from stigma to behaviour has its own switch, and the weights are swept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.kernel import borrowing, kernel
from beboersim.month.publication import publication_in
from beboersim.world.codes import GHETTO, NAMED_AREA, NEIGHBOURHOOD, PREVENTION, UDSAT, UNLISTED
from beboersim.world.columns import F64
from beboersim.world.state import Areas

if TYPE_CHECKING:
    from beboersim.month.context import Context


class Stigma(NamedTuple):
    """Parameters of this process; see evidence/parameters/stigma.toml."""

    listed: float
    years: float
    ethnicity: float
    media: float
    conditions: float
    half_life_up: float
    half_life_down: float
    inside: float
    years_scale: float
    media_memory: float
    media_event: float
    step_prevention: float
    step_udsat: float
    step_ghetto: float
    step_hard: float
    renewal: float
    special_rules: float
    words: float


@kernel
def listed_level(status: int, p: Stigma) -> float:
    """Return how heavy a status weighs in public, 0 to 1."""
    if status <= UNLISTED:
        return 0.0
    if status == PREVENTION:
        return p.step_prevention
    if status == UDSAT:
        return p.step_udsat
    if status == GHETTO:
        return p.step_ghetto
    return p.step_hard


@kernel
def stigma_target(
    status: int,
    years_listed: float,
    public: float,
    ethnicity_criterion: float,
    non_western: float,
    salience: float,
    conditions: float,
    p: Stigma,
) -> float:
    """Return the reputation an area moves towards.

    Parameters
    ----------
    public
        How public the list is, 0 internal monitoring to 1.
    ethnicity_criterion
        1 if the rules count origin, else 0.
    non_western
        Share of the residents, which the criterion makes part of the name (Q15).
    salience, conditions
        Attention in the media; mean nearness to the lines of the criteria that are not origin; both 0 to 1.
    """
    level = public * listed_level(status, p)
    years = public * (1.0 - np.exp(-years_listed / p.years_scale))
    if status == UDSAT:  # udsat alone is decided without origin (the rules of 2018 and later)
        ethnicity_criterion = 0.0
    target = (
        p.listed * level
        + p.years * years
        + p.ethnicity * ethnicity_criterion * level * non_western
        + p.media * salience
        + p.conditions * conditions
    )
    return min(target, 1.0)  # the weights need not add up to one when one of them is swept


@kernel
def target_here(target: float, special_rules: float, appeal: float, p: Stigma) -> float:
    """Return the target where special rules hold and where much has been renewed (C-55, M27).

    Parameters
    ----------
    target
        See `stigma_target`.
    special_rules, appeal
        How many of the special rules hold, and how much is renewed, 0 to 1 each.
    """
    return min(max(target + p.special_rules * special_rules - p.renewal * appeal, 0.0), 1.0)


@kernel
def as_spoken_of(target: float, words: float) -> float:
    """Return the target where an area is spoken of otherwise than in 2015, apart from any list (C-41, M20).

    Parameters
    ----------
    target
        See `target_here`.
    words
        What the tone adds: above nought harsher, below it milder.
    """
    return min(max(target + words, 0.0), 1.0)


@kernel
def next_stigma(now: float, target: float, half_life_up: float, half_life_down: float) -> float:
    """Return next month's reputation: half the way up in one half-life, half the way down in another (months)."""
    half_life = half_life_up if target > now else half_life_down
    return now + (1.0 - 2.0 ** (-1.0 / half_life)) * (target - now)


@kernel
def next_salience(now: float, published: float, memory: float, event: float) -> float:
    """Return next month's attention in the media; a publication lifts it, and it is forgotten month by month."""
    return max(now * memory, event * published)


@borrowing
def move_stigma(
    areas: Areas, places: int, public: float, counts_origin: float, news: float, non_western: F64, standing: F64,
    p: Stigma,
) -> None:  # fmt: skip
    """Move the attention and the reputation of every area by a month. `news` is how public a list of the day is."""
    for area in range(places):
        if areas.kind[area] == NEIGHBOURHOOD:
            continue
        status = areas.status[area]
        event = news * listed_level(status, p)
        areas.salience[area] = next_salience(areas.salience[area], event, p.media_memory, p.media_event)
        target = stigma_target(
            status, float(areas.years_listed[area]), public, counts_origin, non_western[area], areas.salience[area],
            standing[area], p,
        )  # fmt: skip
        target = target_here(target, areas.special_rules[area], areas.appeal[area], p)
        if areas.kind[area] == NAMED_AREA:  # those that are spoken of
            target = as_spoken_of(target, p.words)
        areas.stigma[area] = next_stigma(areas.stigma[area], target, p.half_life_up, p.half_life_down)
        areas.stigma_inside[area] = p.inside * areas.stigma[area]


@borrowing
def start_stigma(areas: Areas, places: int, non_western: F64, standing: F64, p: Stigma) -> None:
    """Set the reputation of every area as the years on the list so far have made it."""
    for area in range(places):
        if areas.kind[area] == NEIGHBOURHOOD:
            continue
        quiet = p.conditions * standing[area]
        years = float(areas.years_listed[area])
        target = stigma_target(areas.status[area], years, 1.0, 1.0, non_western[area], 0.0, standing[area], p)
        reached = 1.0 - 2.0 ** (-12.0 * years / p.half_life_up)
        areas.stigma[area] = quiet + reached * (target - quiet)
        areas.stigma_inside[area] = p.inside * areas.stigma[area]


def stigma(c: Context) -> None:
    """Stigma: every area's reputation moves towards what feeds it, fast up and slowly down."""
    counts_origin = 1.0 if c.flag("list.ethnicity_criterion") and c.rules.tiers else 0.0
    news = c.number("list.public", next_day=True) if publication_in(c.rules, c.next_day) else 0.0
    p = c.parameters.stigma
    p = p._replace(
        renewal=p.renewal * c.number("buildings.renewal_on_stigma"),
        special_rules=p.special_rules * c.number("stigma.special_rules_on_name"),
        words=p.words * c.number("list.tone") * c.number("stigma.words_on_name"),
    )
    move_stigma(
        c.world.areas, c.world.places, c.number("list.public"), counts_origin, news, non_western_shares(c), c.standing,
        p,
    )  # fmt: skip


def first_stigma(c: Context) -> None:
    """Set the reputations at the start: where the years on the public list so far have brought them.

    What was is the same in every scenario, so no lever is read here.
    """
    start_stigma(c.world.areas, c.world.places, non_western_shares(c), c.standing, c.parameters.stigma)


def non_western_shares(c: Context) -> F64:
    """Return the measured share of every place, nought where nobody lives."""
    share = c.measured["nonwestern_share"]
    return np.where(np.isnan(share), 0.0, share)
