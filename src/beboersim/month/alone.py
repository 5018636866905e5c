"""A year alone: what happens to a sample town's people in a year in which nobody comes or goes.

Births, deaths, families, study and education change; what a year alone changes is what the exchange with the rest of
the country must make good for a town to stand still (month.exchange).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.chance import Purpose, address
from beboersim.month.asking import WHOLE, Question, asked
from beboersim.month.demography import (
    Demography,
    LocalRates,
    Rates,
    ask_families,
    change_families,
    lasting_rates,
    monthly_rates,
)
from beboersim.month.ledger import Ledger
from beboersim.month.schooling import ask_pupils_and_students, take_steps
from beboersim.outcomes.counts import FLOWS
from beboersim.world import life_course
from beboersim.world.ages import OLDEST
from beboersim.world.attachment import SchoolLeavers
from beboersim.world.codes import EMPLOYED, OUTSIDE, STUDENT
from beboersim.world.columns import F64, grown
from beboersim.world.livelihoods import students_by_age
from beboersim.world.outlook import survival
from beboersim.world.school import Schooling
from beboersim.world.state import World
from beboersim.world.synthesis import Start

ALONE_SEED = 20160101
AS_IN_2015 = np.zeros((0, 2))  # of no area is anything known that makes school other than it was
COPIES = 4  # copies of the sample town that live the year, each with its own chance
SIZES = 5  # households of one, two, three, four, five and more
ORIGINS = 4


class YearAlone(NamedTuple):
    """The sample town on its first day, and what a year without migration changes in it."""

    alive: F64  # share of an age who live a year later, by age 0-110
    women: F64  # share of women, by age 0-110
    students: F64  # share in education, by age 0-110
    students_change: F64  # of those who are so old after the year
    weak_students: F64  # share of students weakly attached to work, by age
    weak_free: F64  # the same of those who work or are outside work
    weak_free_after: F64  # the same of those who are so old after the year, if nobody's attachment changed in work
    education: F64  # age x level, shares
    education_change: F64
    single: F64  # share who live alone, by age 0-110
    single_change: F64  # of those who are so old after the year
    sizes: F64  # households by size
    sizes_change: F64
    born: F64  # of the year's births, the share of each origin
    died: F64  # the same of deaths
    studies_midway: F64  # of each of the town's persons, the share of copies who study half a year later
    levels_midway: F64  # person x level, the same of education; the dead count in none


def a_year_alone(
    start: Start, month: int, local: LocalRates, leavers: SchoolLeavers, p: Demography, schooling: Schooling
) -> YearAlone:
    """Let copies of a sample town live a year in which nobody comes or goes, and return what it changes.

    Changes of study and education are those of the same persons, so the town's own chance of having drawn them counts
    for nothing; levels by age are smooth.
    """
    world, margins = start.world, start.margins[0]
    n = int(world.used[0])
    age = np.clip((month - world.persons.birth[:n].astype(np.int64)) // 12, 0, OLDEST)
    students_before = world.persons.activity[:n] == STUDENT
    education_before = world.persons.education[:n]
    sizes = sizes_of(world)
    lived_alone = alone_in(world, n)
    after_age = np.minimum(age + 1, OLDEST)
    living = np.zeros(OLDEST + 1)
    students = np.zeros(OLDEST + 1)
    education = np.zeros((OLDEST + 1, 4))
    sizes_change, born, died = np.zeros(SIZES), np.zeros(ORIGINS), np.zeros(ORIGINS)
    midway, levels_midway = np.zeros(n), np.zeros((n, 4))
    single = np.zeros(OLDEST + 1)
    free_then, weak_then = np.zeros(OLDEST + 1), np.zeros(OLDEST + 1)
    for copy in range(COPIES):
        then = copied(world)
        live_on(then, range(month, month + 6), copy, local, leavers, p, schooling)
        alive = then.persons.household[:n] >= 0
        midway += (then.persons.activity[:n] == STUDENT) & alive
        for level in range(4):
            levels_midway[:, level] += (then.persons.education[:n] == level) & alive
        live_on(then, range(month + 6, month + 12), copy, local, leavers, p, schooling)
        alive = then.persons.household[:n] >= 0
        counted = after_age[alive]
        living += np.bincount(counted, minlength=OLDEST + 1)
        studies = (then.persons.activity[:n] == STUDENT)[alive].astype(int) - students_before[alive].astype(int)
        students += np.bincount(counted, weights=studies, minlength=OLDEST + 1)
        single += np.bincount(
            counted, weights=alone_in(then, n)[alive].astype(int) - lived_alone[alive], minlength=OLDEST + 1
        )
        for level in range(4):
            gained = (then.persons.education[:n] == level)[alive].astype(int)
            gained -= (education_before == level)[alive].astype(int)
            education[:, level] += np.bincount(counted, weights=gained, minlength=OLDEST + 1)
        free = alive & np.isin(then.persons.activity[:n], (EMPLOYED, OUTSIDE))
        free_then += np.bincount(after_age[free], minlength=OLDEST + 1)
        weak_then += np.bincount(after_age[free], weights=then.persons.weak[:n][free], minlength=OLDEST + 1)
        sizes_change += (sizes_of(then) - sizes) / COPIES
        born += np.bincount(then.persons.origin[n : int(then.used[0])], minlength=ORIGINS)
        died += np.bincount(world.persons.origin[:n][~alive], minlength=ORIGINS)
    living = np.maximum(living, 1.0)
    studying = students_by_age(margins)
    number = np.bincount(age, minlength=OLDEST + 1)
    levels = np.stack([np.bincount(age, weights=education_before == e, minlength=OLDEST + 1) for e in range(4)], axis=1)
    free = np.isin(world.persons.activity[:n], (EMPLOYED, OUTSIDE))
    weak = world.persons.weak[:n].astype(np.float64)
    return YearAlone(
        survival(),
        life_course.women(),
        studying * students_before.sum() / max((studying * number).sum(), 1e-9),
        students / living,
        smooth(
            np.bincount(age[students_before], weights=weak[students_before], minlength=OLDEST + 1),
            np.bincount(age[students_before], minlength=OLDEST + 1),
        ),
        smooth(
            np.bincount(age[free], weights=weak[free], minlength=OLDEST + 1),
            np.bincount(age[free], minlength=OLDEST + 1),
        ),
        smooth(weak_then, free_then),
        np.stack([smooth(levels[:, level], number) for level in range(4)], axis=1),
        education / living[:, None],
        smooth(np.bincount(age, weights=lived_alone, minlength=OLDEST + 1), number),
        single / living,
        sizes,
        sizes_change,
        born / born.sum(),
        died / died.sum(),
        midway / COPIES,
        levels_midway / COPIES,
    )


def smooth(part: NDArray[Any], whole: NDArray[Any]) -> F64:
    """Return shares by age, each over three years of age."""
    window = np.ones(3)
    total = np.convolve(whole, window, "same")
    return np.divide(np.convolve(part, window, "same"), total, out=np.zeros(len(part)), where=total > 0)


def copied(world: World) -> World:
    """Return a copy of a world, with some room for those who are born and who move out."""
    n_persons, n_households = int(world.used[0]), int(world.used[1])
    return World(
        grown(world.persons, n_persons, n_persons + n_persons // 10 + 64),
        grown(world.ties, n_persons, n_persons + n_persons // 10 + 64),
        grown(world.households, n_households, n_households + n_households // 5 + 64),
        grown(world.dwellings, int(world.used[2]), int(world.used[2])),
        world.areas, world.names, world.municipalities, world.organisations, world.used.copy(),
    )  # fmt: skip


def live_on(
    then: World,
    months: range,
    copy: int,
    local: LocalRates,
    leavers: SchoolLeavers,
    p: Demography,
    schooling: Schooling,
) -> None:
    """Let a world live some months of family life and schooling, without any move to or from the town."""
    ledger = Ledger(
        np.zeros((len(FLOWS), len(then.areas.kind))), np.zeros((0, 5), np.int64), np.zeros(1, np.int64)
    )
    seed = ALONE_SEED + copy
    for now in months:
        rates = monthly_rates(lasting_rates([local], p), now, months[0] // 12, p)
        who, what = asked(WHOLE, int(then.used[0]), of_families(then, now, seed, rates, p))
        # Nobody moves, so that where couples meet makes no difference to ages and families.
        change_families(then, who, what, now, seed, np.zeros(len(then.areas.kind)), p, ledger)
        word = address(Purpose.SCHOOLING, now)
        who, what = asked(WHOLE, int(then.used[0]), of_schooling(then, now, seed, word, schooling))
        take_steps(
            then.persons, then.households, then.areas, now, seed, word, schooling, leavers, who, what, ledger
        )


def of_families(then: World, now: int, seed: int, rates: Rates, p: Demography) -> Question:
    """Return the month's question about births, deaths and families."""
    return lambda start, stop, who, what: ask_families(
        then.persons, then.households, then.areas, start, stop, now, seed, address(Purpose.DEMOGRAPHY, now), rates, p,
        who, what,
    )  # fmt: skip


def of_schooling(then: World, now: int, seed: int, word: int, schooling: Schooling) -> Question:
    """Return the month's question about school and study."""
    return lambda start, stop, who, what: ask_pupils_and_students(
        then.persons, then.ties, then.households, start, stop, now, seed, word, AS_IN_2015, schooling, who, what
    )


def alone_in(world: World, n: int) -> NDArray[np.int64]:
    """Return for each of the first persons of a world whether they live alone, 0 or 1."""
    home = world.persons.household[:n]
    return ((home >= 0) & (world.households.size[home] == 1)).astype(np.int64)


def sizes_of(world: World) -> F64:
    """Return the number of households by size, five and more together."""
    m = int(world.used[1])
    size = world.households.size[:m][world.households.head[:m] >= 0].astype(np.int64)
    return np.bincount(np.minimum(size, SIZES) - 1, minlength=SIZES).astype(np.float64)
