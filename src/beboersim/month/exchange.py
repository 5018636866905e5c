"""Exchange with the rest of the country: who comes to a municipality, and how many more leave than mobility says.

A sample town of the municipality, the deck, is drawn on the first day, for every seed another. A copy of it lives a
year in which nobody comes or goes; what that year would change, by age, sex, education, study, work, origin, and size
of household, is what net migration must make good for the town to stand still. The households of the deck are also
those who come: newcomers look like those who leave. Where the published path says so, more come than leave. All of it
is fixed before anything happens in the run, so no policy shifts it. That the difference is made good by migration is an
assumption; the gross exchange is the model's own mobility (world.mobility).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from beboersim.evidence.areas import AreaRow
from beboersim.evidence.municipalities import municipality
from beboersim.month.alone import ORIGINS, SIZES, YearAlone, a_year_alone, alone_in
from beboersim.month.deck import Deck, deck_of, groups_of, kinds_and_mobility
from beboersim.month.demography import Demography, LocalRates, birth_multiple
from beboersim.month.schooling import chance_of_weak_leaver, parents_odds
from beboersim.world import life_course
from beboersim.world.ages import OLDEST
from beboersim.world.attachment import (
    BASIC_SCHOOLING,
    FIRST_AGE,
    LAST_AGE,
    ODDS_UNIT,
    AttachmentRates,
    SchoolLeavers,
    Work,
)
from beboersim.world.codes import BASIC, EMPLOYED, KEEPER, NONWESTERN_IMMIGRANT, OUTSIDE, STUDENT
from beboersim.world.columns import F64, I64
from beboersim.world.kinds import AGE_GROUP, FIRST_AGES, KINDS
from beboersim.world.layout import Synthesis, logistic
from beboersim.world.life_course import exponent_of, uniting
from beboersim.world.livelihoods import weak_from_school
from beboersim.world.mobility import Leaving
from beboersim.world.offending import Crime
from beboersim.world.outlook import Outlook, local_fertility, outlook
from beboersim.world.school import Schooling
from beboersim.world.state import World
from beboersim.world.synthesis import Start, synthesise

DECK_PERSONS = 24_000  # residents of the sample town: one in so many that about this number is drawn
FIRST_DECK = 20150100  # the deck of a seed is drawn apart from its town
SETTLED = 36  # from this age education moves with people; before it, study and work sort who comes and who goes

# What net migration is fitted to, cell by cell.
AGE_FROM = (0, 5, 10, *range(17, 36), *range(40, 96, 5))  # first ages of the groups of residents
EDUCATION_FROM = (25, 30, 35, 40, 50, 60)  # first ages of the groups
FIRST_STUDENT, LAST_STUDENT = 16, 34
WOMEN_FROM = (0, 18, 22, 26, 30, 35, 40, 45, 50, 60, 70, 80)  # first ages of the groups of women
SINGLE_FROM = (18, 22, 26, 30, 35, 40, 50, 60, 70, 80)  # first ages of the groups of those who live alone
WEAK_FROM = (18, 22, 25, 28, 31, 35, 40, 45, 50, 55, 60, 65)  # of those weakly attached, the last not included
AGE_CELLS = slice(0, len(AGE_FROM))
EDUCATION_CELLS = slice(AGE_CELLS.stop, AGE_CELLS.stop + 4 * len(EDUCATION_FROM))
STUDENT_CELLS = slice(EDUCATION_CELLS.stop, EDUCATION_CELLS.stop + LAST_STUDENT - FIRST_STUDENT + 1)
WEAK_CELLS = slice(STUDENT_CELLS.stop, STUDENT_CELLS.stop + len(WEAK_FROM) - 1)
SIZE_CELLS = slice(WEAK_CELLS.stop, WEAK_CELLS.stop + SIZES)
ORIGIN_CELLS = slice(SIZE_CELLS.stop, SIZE_CELLS.stop + ORIGINS)
WOMEN_CELLS = slice(ORIGIN_CELLS.stop, ORIGIN_CELLS.stop + len(WOMEN_FROM))
SINGLE_CELLS = slice(WOMEN_CELLS.stop, WOMEN_CELLS.stop + len(SINGLE_FROM))
CELLS = SINGLE_CELLS.stop
# How much each group of cells counts in the fit, and how dear it is to depart from mobility (numerical choices; the
# result is judged by how still the town stands).
WEIGHTS = (
    (AGE_CELLS, 4.0), (EDUCATION_CELLS, 5.0), (STUDENT_CELLS, 3.0), (WEAK_CELLS, 6.0), (SIZE_CELLS, 4.0),
    (ORIGIN_CELLS, 8.0), (WOMEN_CELLS, 4.0), (SINGLE_CELLS, 4.0),
)  # fmt: skip
DEPARTURE_FROM_MOBILITY = 0.002
SMALL_CELL = 0.05  # of the residents: an error counts against what a cell holds, but not against more than this
FEWEST_COME = 0.05  # of those of a group whom mobility would bring
MOST_LEAVE = 0.8  # share of a kind that the fit may let leave in a year
MOST_OFTEN = 8.0  # times that the fit may let a kind leave for once that mobility does; assumption, 6-10 fit alike
ROUNDS = 6  # of finding which groups are at these limits


@dataclass(frozen=True, eq=False)
class Exchange:
    """What is a municipality's own: its rates, its path, who comes and who goes."""

    deck: Deck
    scale: float  # of the deck
    local: LocalRates
    attachment: AttachmentRates
    youth_weak: float
    youth_weak_usual: float
    wage_level: float
    wage_spread: float
    path: Outlook
    standstill: bool
    alone: YearAlone
    stock: F64  # households of each kind on the first day, at scale 1
    gross: F64  # of these, those who leave in a year as mobility goes
    brought: F64  # households of each group that come in a year as mobility goes
    of_kind: F64  # kind x cell: what leaves with one household of a kind
    of_group: F64  # group x cell: what comes with one of a group
    kind_of_group: I64
    years: dict[int, YearOfExchange] = field(default_factory=dict)  # those asked for so far (see `year_of`)

    def balance(self, time: float) -> F64:
        """Return how much more often each kind leaves than mobility says, in the year of a date."""
        return year_of(self, self.path.in_year(time)).leaving


class YearOfExchange(NamedTuple):
    """Who comes and goes in one year."""

    until: F64  # households like each of the deck's that come, cumulated, at scale 1
    leaving: F64  # by kind: those who leave over those whom mobility makes leave


class Beliefs(NamedTuple):
    """The parameters that decide an exchange; equal ones share it."""

    synthesis: Synthesis
    work: Work
    crime: Crime
    schooling: Schooling
    demography: Demography
    leaving: Leaving


@lru_cache(maxsize=8)  # some 6 MB each; runs that follow each other share one
def exchange(
    name: str, rows: tuple[AreaRow, ...], year: int, standstill: bool, seed: int, p: Beliefs
) -> Exchange:
    """Return the exchange of one municipality from 1 January of a year.

    Parameters
    ----------
    rows
        Its named areas as they read in the year.
    standstill
        Whether its path stays as on the first day.
    seed
        Of the run. Replications draw other decks, so that what a sample leaves open is part of their spread.
    """
    scale = min(1.0, DECK_PERSONS / municipality(name).population(float(year)))
    start = synthesise(
        [name], rows, year, scale, FIRST_DECK + seed, p.synthesis, p.work, p.crime, p.schooling, p.leaving
    )
    month = 12 * year
    world, margins = start.world, start.margins[0]
    local = local_rates(start, month, p.demography)
    level, spread = wages(world, month)
    weak, usual = youth_weak(start, month, p.schooling)
    leavers = SchoolLeavers(*(np.array([one]) for one in (weak, usual, level, spread)))
    alone = a_year_alone(start, month, local, leavers, p.demography, p.schooling)
    kinds, moving = kinds_and_mobility(start, month, p.leaving)
    groups = groups_of(world, kinds)
    kind_of_group = np.zeros(int(groups.max()) + 1, np.int64)
    kind_of_group[groups] = kinds
    of_kind = np.zeros((KINDS, CELLS))
    of_kind[: int(kinds.max()) + 1] = contents_of(world, month, kinds, moving, alone)
    return Exchange(
        deck_of(start, month, kinds, groups, moving),
        scale,
        local,
        attachment_rates(alone, world, month, p.work.turns),
        weak,
        usual,
        level,
        spread,
        outlook(margins, alone.sizes / alone.sizes.sum(), standstill),
        standstill,
        alone,
        np.bincount(kinds, minlength=KINDS) / scale,
        np.bincount(kinds, weights=moving, minlength=KINDS) / scale,
        np.bincount(groups, weights=moving) / scale,
        of_kind,
        contents_of(world, month, groups, moving, alone),
        kind_of_group,
    )


def year_of(one: Exchange, k: int) -> YearOfExchange:
    """Return who comes and goes in the k-th year of a path, 0 the first; it is worked out once."""
    if k not in one.years:
        one.years[k] = worked_out(one, k)
    return one.years[k]


def worked_out(one: Exchange, k: int) -> YearOfExchange:
    """Return who comes and goes in a year so that the path is followed."""
    now, first = one.path.residents[k], one.path.residents[0]
    present = one.stock > 0
    grown = np.divide(by_age_of_kind(now), by_age_of_kind(first), out=np.ones(KINDS), where=present)
    gross, stock = one.gross * grown, one.stock * grown
    brought = one.brought * grown[one.kind_of_group]
    weight = np.zeros(CELLS)
    for part, importance in WEIGHTS:
        weight[part] = importance
    held = one.stock @ one.of_kind
    weight /= DEPARTURE_FROM_MOBILITY * (np.minimum(held, SMALL_CELL * first.sum()) + 1.0)
    cells = wanted(one.path, k, one.alone, one.scale, one.standstill)
    come, leave = balanced(cells, weight, brought, one.of_group, gross, one.of_kind, stock)
    each = np.divide(come, one.brought * one.scale, out=np.zeros_like(come), where=one.brought > 0)
    until = np.cumsum(each[one.deck.group] * one.deck.mobility, dtype=np.float64)
    return YearOfExchange(until, np.divide(leave, gross, out=np.ones(KINDS), where=gross > 0))


def balanced(
    cells: F64, weight: F64, brought: F64, of_group: F64, gross: F64, of_kind: F64, stock: F64
) -> tuple[F64, F64]:
    """Return households that come by group and leave by kind, whose difference comes nearest to the wanted cells.

    Weighted least squares about mobility: what departs from it is dear in proportion to its square over its size.
    Fewer may come and more may leave than mobility says; never more than a limit, which is found in rounds.

    Parameters
    ----------
    cells, weight
        Wanted net change by cell, and how much an error counts against a departure from mobility.
    brought, gross
        Who comes, by group, and leaves, by kind, as mobility goes.
    of_group, of_kind
        What comes or leaves with one household: group x cell, kind x cell.
    stock
        Households by kind.
    """
    change = np.zeros(len(brought) + len(gross))
    contents = np.concatenate([of_group, -of_kind])
    size = np.concatenate([brought, gross])
    lowest = np.concatenate([(FEWEST_COME - 1.0) * brought, np.zeros(len(gross))])
    most = np.minimum(MOST_LEAVE * stock, MOST_OFTEN * gross)
    highest = np.concatenate([np.full(len(brought), np.inf), np.maximum(most - gross, 0.0)])
    wanted_cells = cells - brought @ of_group + gross @ of_kind
    free = size > 0
    for _ in range(ROUNDS):
        held = contents[free]
        missing = wanted_cells - change[~free] @ contents[~free]
        system = (held * size[free, None]).T @ held
        system[np.diag_indices(len(system))] += 1.0 / weight
        change[free] = size[free] * (held @ np.linalg.solve(system, missing))
        beyond = free & ((change < lowest) | (change > highest))
        if not beyond.any():
            break
        change = np.clip(change, lowest, highest)
        free &= ~beyond
    change = np.clip(change, lowest, highest)
    return brought + change[: len(brought)], gross + change[len(brought) :]


def by_age_of_kind(residents: F64) -> F64:
    """Return residents of the ages of each kind of household."""
    groups = np.bincount(AGE_GROUP[18:], weights=residents[18:], minlength=len(FIRST_AGES))
    return np.repeat(groups, KINDS // len(FIRST_AGES))


def wanted(path: Outlook, k: int, alone: YearAlone, scale: float, standstill: bool) -> F64:
    """Return the net migration of a year that the path asks for, by cell."""
    now, then = path.residents[k], path.residents[k + 1]
    stayed = np.zeros(OLDEST + 1)
    stayed[1:] = now[:-1] * alone.alive[:-1]
    net = then - stayed
    net[0] = 0.0  # births are the model's own
    cells = np.zeros(CELLS)
    cells[AGE_CELLS] = np.add.reduceat(net, AGE_FROM)
    before = np.concatenate([[0.0], alone.students[:-1]])
    students = then * alone.students - stayed * (before + alone.students_change)
    cells[STUDENT_CELLS] = students[FIRST_STUDENT : LAST_STUDENT + 1]
    levels_before = np.concatenate([np.zeros((1, 4)), alone.education[:-1]])
    levels = then[:, None] * alone.education - stayed[:, None] * (levels_before + alone.education_change)
    if not standstill:  # education of the settled moves with them, and grows with the cohorts
        levels[SETTLED:] = net[SETTLED:, None] * alone.education[SETTLED:]
    for group, (low, high) in enumerate(pairwise((*EDUCATION_FROM, OLDEST + 1))):
        first = EDUCATION_CELLS.start + 4 * group
        cells[first : first + 4] = levels[low:high].sum(axis=0)
    # Who comes and goes leaves attachment as it is, of those who study and of those who do not.
    students[:FIRST_STUDENT] = students[LAST_STUDENT + 1 :] = 0.0
    weak = students * alone.weak_students + (net - students) * alone.weak_free
    cells[WEAK_CELLS] = [weak[low:high].sum() for low, high in pairwise(WEAK_FROM)]
    homes = alone.sizes.sum() / scale * path.homes
    growth = homes[k + 1] * path.households[k + 1] - homes[k] * path.households[k]
    cells[SIZE_CELLS] = growth - alone.sizes_change / scale * path.homes[k]
    born = alone.born * path.origins[k] / path.origins[0]
    died = alone.died * path.origins[k] / path.origins[0]
    natural = then[0] * born / born.sum() - (now * (1.0 - alone.alive)).sum() * died / died.sum()
    cells[ORIGIN_CELLS] = path.origins[k + 1] - path.origins[k] - natural
    women = then * alone.women
    women[1:] -= (now * alone.women * np.exp(-life_course.deaths("women")))[:-1]
    women[0] = 0.0
    # As many live alone at each age as then, and more as one-person households become more.
    more = path.households[k : k + 2, 0] / path.households[0, 0]
    before = np.concatenate([[0.0], alone.single[:-1]])
    singles = then * alone.single * more[1] - stayed * (before * more[0] + alone.single_change)
    singles[0] = 0.0
    cells[SINGLE_CELLS] = np.add.reduceat(singles, SINGLE_FROM)
    cells[WOMEN_CELLS] = np.add.reduceat(women, WOMEN_FROM)
    return cells


def contents_of(world: World, month: int, classes: I64, moving: F64, alone: YearAlone) -> F64:
    """Return by class of household and cell what the coming of one household adds to the end of the year.

    The likelier to move count more. Who comes during a year has on average lived half of it in the town at its end,
    grown so much older, and gone on with study and work; who leaves is missing in the same way.
    """
    n = int(world.used[0])
    persons = world.persons
    age = np.clip((month + 6 - persons.birth[:n].astype(np.int64)) // 12, 0, OLDEST)
    kind = classes[persons.household[:n]]
    weight = moving[persons.household[:n]]
    found = np.zeros((int(classes.max()) + 1, CELLS))
    single = alone_in(world, n) == 1
    group = np.searchsorted(np.array(SINGLE_FROM), age, side="right") - 1
    np.add.at(found, (kind[single], SINGLE_CELLS.start + np.maximum(group[single], 0)), weight[single])
    np.add.at(found, (kind, np.searchsorted(np.array(AGE_FROM), age, side="right") - 1), weight)
    group = np.searchsorted(np.array(EDUCATION_FROM), age, side="right") - 1
    grown = group >= 0
    for level in range(4):
        cell = EDUCATION_CELLS.start + 4 * group[grown] + level
        np.add.at(found, (kind[grown], cell), (weight * alone.levels_midway[:, level])[grown])
    young = (age >= FIRST_STUDENT) & (age <= LAST_STUDENT)
    cell = STUDENT_CELLS.start + age[young] - FIRST_STUDENT
    np.add.at(found, (kind[young], cell), (weight * alone.studies_midway)[young])
    weak = (persons.weak[:n] == 1) & (age >= WEAK_FROM[0]) & (age < WEAK_FROM[-1])
    group = np.searchsorted(np.array(WEAK_FROM), age, side="right") - 1
    np.add.at(found, (kind[weak], WEAK_CELLS.start + group[weak]), weight[weak])
    woman = persons.sex[:n] == 1
    group = np.searchsorted(np.array(WOMEN_FROM), age, side="right") - 1
    np.add.at(found, (kind[woman], WOMEN_CELLS.start + group[woman]), weight[woman])
    np.add.at(found, (kind, ORIGIN_CELLS.start + persons.origin[:n].astype(np.int64)), weight)
    m = int(world.used[1])
    size = np.minimum(world.households.size[:m].astype(np.int64), SIZES) - 1
    np.add.at(found, (classes, SIZE_CELLS.start + size), moving)
    total = np.bincount(classes, weights=moving, minlength=len(found))[:, None]
    return np.divide(found, total, out=np.zeros_like(found), where=total > 0)


def local_rates(start: Start, month: int, p: Demography) -> LocalRates:
    """Return the rates under which the families of a sample town stay as they are."""
    world, margins = start.world, start.margins[0]
    n = int(world.used[0])
    persons, households = world.persons, world.households
    women = np.flatnonzero(persons.sex[:n] == 1)
    age = np.clip((month - persons.birth[women].astype(np.int64)) // 12, 0, OLDEST)
    home = persons.household[women]
    keeper = persons.role[women] == KEEPER
    both = keeper & (households.adults[home] == 2)
    exponent = exponent_of({"women": np.bincount(age, minlength=OLDEST + 1).astype(np.float64)}, float(both.sum()))
    multiple = np.array([
        birth_multiple(2 if pair else 1, 1 if keeps else 0, children, p.partner_birth_ratio)
        for pair, keeps, children in zip(both.tolist(), keeper.tolist(), persons.births[women].tolist(), strict=True)
    ])  # fmt: skip
    multiple *= np.where(persons.origin[women] == NONWESTERN_IMMIGRANT, p.nonwestern_births, 1.0)
    multiple[month - persons.last_birth[women].astype(np.int64) < p.birth_spacing_months] = 0.0
    window = np.ones(5)
    total = np.convolve(np.bincount(age, minlength=OLDEST + 1), window, "same")
    mean = np.divide(
        np.convolve(np.bincount(age, weights=multiple, minlength=OLDEST + 1), window, "same"), total,
        out=np.ones(OLDEST + 1), where=total > 0,
    )  # fmt: skip
    separation = life_course.separating(p.separation_rate)
    at_home = life_course.town_at_home(margins.residents)
    return LocalRates(
        local_fertility(margins) / np.maximum(mean, 1e-9),
        uniting(exponent, "women", separation, at_home),
        uniting(exponent, "men", separation, at_home),
    )


def attachment_rates(alone: YearAlone, world: World, month: int, turns: float) -> AttachmentRates:
    """Return the monthly rates between the types of attachment that bring each age back to where it was.

    `turns` is the share dealt anew in a year, both ways.
    """
    n = int(world.used[0])
    persons = world.persons
    age = (month - persons.birth[:n].astype(np.int64)) // 12
    free = np.isin(persons.activity[:n], (EMPLOYED, OUTSIDE))
    own = persons.weak_odds[:n] / ODDS_UNIT + np.where(persons.education[:n] == BASIC, BASIC_SCHOOLING, 0.0)
    found = AttachmentRates(*(np.zeros(LAST_AGE - FIRST_AGE) for _ in AttachmentRates._fields))
    for k in range(LAST_AGE - FIRST_AGE):
        like = own[free & (np.abs(age - FIRST_AGE - k) <= 1)]  # over three years of age, as the shares are smooth
        found.log_odds[k] = shift_to(float(alone.weak_free[FIRST_AGE + k]), like)
        # Who is about to be an age is the age before: rates are met on the way to it.
        if k + 1 < LAST_AGE - FIRST_AGE:
            wanted_share = float(alone.weak_free[FIRST_AGE + k + 1])
            then = float(alone.weak_free_after[FIRST_AGE + k + 1])
            weak, turning = logistic(shift_to(then, like) + like), logistic(found.log_odds[k] + like)
            become, recover = (1.0 - weak) * turning, weak * (1.0 - turning)
            found.becomes_weak[k] = max(wanted_share - then, 0.0) / max(float(become.mean()), 0.01) / 12.0
            found.recovers[k] = max(then - wanted_share, 0.0) / max(float(recover.mean()), 0.01) / 12.0
    found.becomes_weak[:] += turns / 12.0
    found.recovers[:] += turns / 12.0
    return found


def shift_to(share: float, log_odds: F64) -> float:
    """Return what is to be added to log-odds so that their chances have a mean."""
    low, high = -8.0, 8.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        if float(logistic(middle + log_odds).mean()) < share:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def wages(world: World, month: int) -> tuple[float, float]:
    """Return mean and standard deviation of the logarithm of own wage levels at 25-59."""
    n = int(world.used[0])
    age = (month - world.persons.birth[:n].astype(np.int64)) // 12
    own = np.log(world.persons.wage[:n][(age >= 25) & (age < 60) & (world.persons.wage[:n] > 0.0)].astype(np.float64))
    return float(own.mean()), float(own.std())


def youth_weak(start: Start, month: int, p: Schooling) -> tuple[float, float]:
    """Return the chance that somebody whose parents are usual leaves school weakly attached, and the mean log-odds."""
    world = start.world
    n = int(world.used[0])
    persons, households = world.persons, world.households
    age = (month - persons.birth[:n].astype(np.int64)) // 12
    at_work = (persons.role[:n] == KEEPER) & ((persons.activity[:n] == EMPLOYED) | (persons.activity[:n] == STUDENT))
    works = np.bincount(persons.household[:n], weights=at_work, minlength=len(households.id)) > 0
    homes = persons.household[:n][(age >= 13) & (age < 16)]
    parents = np.array([parents_odds(persons, households, int(home)) for home in homes])
    working = works[homes].astype(np.int64)
    low, high = 0.005, 0.9
    chances = np.zeros(len(homes))
    for _ in range(30):
        middle = 0.5 * (low + high)
        chances[:] = [
            chance_of_weak_leaver(middle, one, works, p) for one, works in zip(parents, working, strict=True)
        ]
        if float(chances.mean()) < weak_from_school(start.margins[0]):
            low = middle
        else:
            high = middle
    return 0.5 * (low + high), float(np.log(chances / (1.0 - chances)).mean())
