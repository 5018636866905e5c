"""Education, work, income and convictions at the start, so that every area reads as it was published."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from beboersim.kernel import borrowing, kernel
from beboersim.world.ages import OLDEST, between_bands
from beboersim.world.attachment import (
    BASIC_SCHOOLING,
    MOST_ODDS,
    ODDS_UNIT,
    WAGE_BY_EDUCATION,
    YOUNG_WAGE,
    YOUNG_WAGE_UNTIL,
    Work,
    WorkingLives,
    times_by_attachment,
    working_lives,
)
from beboersim.world.attachment import FIRST_AGE as FIRST_WORKING_AGE
from beboersim.world.attachment import LAST_AGE as LAST_WORKING_AGE
from beboersim.world.codes import (
    BASIC,
    CHILD,
    EMPLOYED,
    HIGHER,
    NAMED_AREA,
    NONWESTERN_DESCENDANT,
    NONWESTERN_IMMIGRANT,
    OUTSIDE,
    PENSIONER,
    PUPIL,
    STUDENT,
    UPPER_SECONDARY,
    VOCATIONAL,
)
from beboersim.world.columns import F64, I64, NEVER
from beboersim.world.layout import Area, Synthesis, logistic
from beboersim.world.margins import Margins
from beboersim.world.offending import RISK_UNIT, Crime, conviction_risk
from beboersim.world.quotas import chosen
from beboersim.world.school import AGES, FIRST_AGE, Schooling, careers

YEARS_OF_CONVICTIONS = 4  # the longest window of any rule set
YEAR_UNITS = 200  # persons.outside_past is kept in 1/200 of a year
STUDENTS_UNTIL = 45  # first age at which nobody studies

# Basic schooling falls from one age to the next by 0.49 points, since the share of 30-59 fell so much a year from 2008
# to 2015 (24.39 to 20.98 per cent, national_trends.csv): those who left were so many points above those who came, over
# thirty years. In log-odds at the share of 2015: 0.0049 / (0.21 * 0.79).
BASIC_BY_AGE = 0.0295
MIDDLE_AGE = 44.5  # of 30-59
NATIONAL_BASIC = 0.2098  # share of 30-59, 2015 (national_trends.csv basic_education_pct_30_59)
OLDEST_GRADIENT = 75  # ages above are taken alike
# Of those above basic schooling at 35 and at 65: upper secondary, vocational, higher; straight between (assumption;
# national 25-69 in 2009-2019: vocational 34-38, higher 30-40 per cent; national_trends.csv).
ABOVE_BASIC_AT_35, ABOVE_BASIC_AT_65 = (0.08, 0.37, 0.55), (0.10, 0.56, 0.34)
# Odds of standing outside work against others of the same age (assumption, 1-3; the area's number is published).
OUTSIDE_ODDS = {
    "basic": float(np.exp(BASIC_SCHOOLING)), "nonwestern_immigrant": 1.8, "nonwestern_descendant": 1.2, "woman": 1.05,
}  # fmt: skip
# Foreign background and not of Danish origin lower the chance of education above basic (assumption 1.2-2.5 in odds).
BASIC_ODDS = {"nonwestern_immigrant": 1.8}
STUDENTS_IN_NAMED = 0.75  # students in named areas over those of the same age elsewhere (assumption, 0.6-1.0)
# Share of the young who leave school weakly attached, over the share outside work of those of 20-29 who do not study
# (assumption, 0.4-0.8).
WEAK_FROM_SCHOOL = 0.6
CAME_BACK_FROM = 20
CAME_BACK_WEAK = 0.75  # share weakly attached over that of those who do not study (assumption, 0.5-1)
COMPLETED_BEFORE_WORK = 0.8  # educations behind those who end their studies, drop-outs among them (fitted)
WAGE_SPREAD = 0.5  # standard deviation of the log of full-time wages (mobility §8 income_log_sd_within)


@dataclass(frozen=True)
class People:
    """The persons of one municipality, one array a fact; `area` is the index within the municipality."""

    area: I64
    months_old: I64
    woman: I64
    origin: I64

    @property
    def age(self) -> I64:
        """Years."""
        return self.months_old // 12


@dataclass(frozen=True)
class Livelihoods:
    """What `People` do and have; one array a fact, the columns of the same names."""

    education: I64
    danish_education: I64
    citizen: I64
    activity: I64
    since: I64
    weak: I64
    weak_odds: I64
    hours: I64
    outside_past: I64
    wage: F64
    income_past: F64
    convicted: I64
    convicted_years: I64
    risk: I64


def livelihoods(
    people: People,
    areas: list[Area],
    margins: Margins,
    region_income: float,
    national_convicted: float,
    rng: np.random.Generator,
    work: Work,
    crime: Crime,
    schooling: Schooling,
    p: Synthesis,
) -> Livelihoods:
    """Draw what the residents of a municipality do and have.

    Every area's indicators equal its reading as nearly as whole persons allow: the number who meet an indicator is
    set, and who they are is drawn.
    """
    n = len(people.area)
    age, origin, area = people.age, people.origin, people.area
    month = margins.year * 12

    def per_area(name: str) -> F64:
        return np.array([getattr(a, name) for a in areas])

    def count(mask: np.ndarray) -> I64:
        return np.bincount(area[mask], minlength=len(areas))

    # Who studies: the published share of each age, fewer in named areas.
    kind = np.array([a.kind for a in areas])
    student_weight = np.where(kind[area] == NAMED_AREA, STUDENTS_IN_NAMED, 1.0)
    studying = students_by_age(margins)[np.minimum(age, OLDEST)]
    student = (age >= 16) & (age < STUDENTS_UNTIL) & (rng.random(n) < np.clip(studying * student_weight, 0.0, 0.98))

    # Education: of 30-59 the published number has basic schooling only, the older more often; other ages by the same
    # odds. Below 35 the level is that of a career drawn for the age (world.school).
    basic_odds = np.exp(BASIC_BY_AGE * (np.clip(age, 30, OLDEST_GRADIENT) - MIDDLE_AGE))
    basic_odds *= np.where(origin == NONWESTERN_IMMIGRANT, BASIC_ODDS["nonwestern_immigrant"], 1.0)
    mid = (age >= 30) & (age < 60)
    basic_share = per_area("basic_education")
    quota = np.rint(basic_share * count(mid)).astype(np.int64)
    basic = chosen(area, quota, np.where(mid, basic_odds, 0.0), rng.random(n))
    share = np.clip(basic_share[area], 0.01, 0.97)
    chance = basic_odds * share / (1.0 - share + basic_odds * share)
    basic |= (age >= 60) & (rng.random(n) < chance)
    low = np.interp(age, (35, 65), (ABOVE_BASIC_AT_35[0], ABOVE_BASIC_AT_65[0]))
    middle = low + np.interp(age, (35, 65), (ABOVE_BASIC_AT_35[1], ABOVE_BASIC_AT_65[1]))
    university = university_odds(margins, schooling)
    u = rng.random(n)
    lesser = middle / (middle + university * (1.0 - middle))  # share below higher education
    level = np.where(u < low / middle * lesser, UPPER_SECONDARY, np.where(u < lesser, VOCATIONAL, HIGHER))
    education = np.where(basic | (age < 16), BASIC, level)
    months_in = np.zeros(n, np.int64)
    young = (age >= FIRST_AGE) & (age < FIRST_AGE + AGES)
    twenties = (age >= 20) & (age < 30) & ~student
    usual = basic_of_the_young(people.months_old, schooling)
    odds = share / (1.0 - share) / (NATIONAL_BASIC / (1.0 - NATIONAL_BASIC))
    basic |= twenties & (rng.random(n) < odds * usual / (1.0 - usual + odds * usual))
    settled = np.where(mid | twenties, basic, -1)
    education[young], months_in[young] = drawn_careers(people, student, settled, young, university, rng, schooling)
    abroad = (origin == NONWESTERN_IMMIGRANT) & (education > BASIC) & ~student & (rng.random(n) < p.foreign_education)
    danish_education = np.where(abroad, 0, 1)

    # One in seven Western residents is taken as a Danish citizen (assumption, 0.05-0.3).
    citizen_share = np.array([1.0, 0.15, p.immigrant_citizens, p.descendant_citizens])
    citizen = (rng.random(n) < citizen_share[origin]).astype(np.int64)

    activity = np.where(age < 6, CHILD, np.where(age < 16, PUPIL, EMPLOYED))
    activity = np.where(age >= 65, PENSIONER, activity)
    activity = np.where(student, STUDENT, activity)

    working_age = (age >= 18) & (age < 65)
    not_working = outside_by_age(margins)[np.clip(age, FIRST_WORKING_AGE, LAST_WORKING_AGE - 1) - FIRST_WORKING_AGE]
    weight = np.where(education == BASIC, OUTSIDE_ODDS["basic"], 1.0)
    weight *= np.where(origin == NONWESTERN_IMMIGRANT, OUTSIDE_ODDS["nonwestern_immigrant"], 1.0)
    weight *= np.where(origin == NONWESTERN_DESCENDANT, OUTSIDE_ODDS["nonwestern_descendant"], 1.0)
    weight *= np.where(people.woman == 1, OUTSIDE_ODDS["woman"], 1.0)
    able = working_age & ~student
    outside_share = per_area("outside_work")
    quota = np.rint(outside_share * count(working_age)).astype(np.int64)
    # In a race a weight of -log(1 - share) gives the share; what sorts people of an age does not sort the ages.
    number = np.maximum(np.bincount(age[able], minlength=OLDEST + 1), 1)
    odds_by_traits: F64 = np.log(weight)
    mean = np.bincount(age[able], weights=weight[able], minlength=OLDEST + 1) / number
    expected = shares_by_age_and_area(quota.astype(np.float64), age, area, not_working, able)
    weight = weight / np.maximum(mean, 1e-9)[age] * -np.log1p(-np.minimum(expected, 0.999))
    outside = chosen(area, quota, np.where(able, weight, 0.0), rng.random(n))
    activity = np.where(outside, OUTSIDE, activity)
    idle_youth = (age >= 16) & (age < 18) & ~student
    activity = np.where(idle_youth, OUTSIDE, activity)

    # Latent attachment: by age as the town's working lives have it, in each area around its latent level, by the odds
    # of standing outside work of people of an age; who they are follows Bayes.
    lives = lives_of(margins, work, schooling)
    at = np.clip(age, FIRST_WORKING_AGE, LAST_WORKING_AGE - 1) - FIRST_WORKING_AGE
    level = shares_by_age_and_area(per_area("latent_outside") * count(working_age), age, area, not_working, able)
    if_weak, if_stable = lives.outside_if_weak[at], lives.outside_if_stable[at]
    of_area = np.clip((level - if_stable) / (if_weak - if_stable), 0.01, 0.98)
    mean_odds = np.bincount(age[able], weights=odds_by_traits[able], minlength=OLDEST + 1) / number
    weak_log_odds: F64 = np.log(of_area / (1.0 - of_area)) + odds_by_traits - mean_odds[age]
    wanted: F64 = np.bincount(area[able], weights=of_area[able], minlength=len(areas)).astype(np.float64)
    weak_log_odds += levels_by_area(wanted, area, logistic(weak_log_odds), able)[area]
    weak_share = logistic(weak_log_odds)
    when_outside = weak_share * if_weak / (weak_share * if_weak + (1.0 - weak_share) * if_stable)
    when_working = weak_share * (1.0 - if_weak)
    when_working /= when_working + (1.0 - weak_share) * (1.0 - if_stable)
    when_able = np.where(activity == OUTSIDE, when_outside, when_working)
    # Students are as those who have left school were, less those whom a completed education has helped.
    student_weak = weak_from_school(margins) * np.where(education == BASIC, 1.0, 1.0 - schooling.weak_lost_by_education)
    student_weak = student_weak * of_area / np.maximum(lives.weak[at], 1e-9)
    # Who is in youth education at twenty has mostly come back to it, and is like those who have not.
    came_back = (education == BASIC) & (age >= CAME_BACK_FROM)
    student_weak = np.where(came_back, CAME_BACK_WEAK * of_area, student_weak)
    weak_chance = np.where(student, np.minimum(student_weak, 0.95), when_able)
    weak = ((rng.random(n) < weak_chance) & (activity >= STUDENT) & (activity != PENSIONER)).astype(np.int64)

    # What of it is lasting in each person, beside age and schooling (world.attachment).
    lasting = weak_log_odds + mean_odds[age] - np.log(lives.weak[at] / (1.0 - lives.weak[at]))
    lasting -= np.where(education == BASIC, BASIC_SCHOOLING, 0.0)
    lasting -= lasting[able].mean() if able.any() else 0.0
    of_working_age = (activity >= STUDENT) & (activity != PENSIONER)
    weak_odds = np.clip(np.rint(ODDS_UNIT * np.where(of_working_age, lasting, 0.0)), -MOST_ODDS, MOST_ODDS)

    # Spells so far, from the rate at which each spell ends.
    ends = np.where(
        activity == OUTSIDE,
        np.where(weak == 1, work.find_weak, work.find_stable),
        np.where(weak == 1, work.lose_weak, work.lose_stable),
    )
    spell = np.minimum(-np.log(rng.random(n)) / ends, np.maximum(people.months_old - 16 * 12, 0)).astype(np.int64)
    # Of the weakly attached at work some have a fresh job, the others have had it for longer.
    fresh = rng.random(n) < lives.fresh_if_working[at]
    jobs = np.where(fresh, rng.random(n) * work.fresh_months, work.fresh_months + spell)
    spell = np.where((activity == EMPLOYED) & (weak == 1), jobs, spell).astype(np.int64)
    spell = np.where(student & young, months_in, np.where(student, np.minimum(spell, 48), spell))
    spell = np.where(young & ~student, np.minimum(spell, months_in), spell)
    since = np.where(activity >= STUDENT, month - 1 - spell, month - people.months_old)
    since = np.maximum(since, month - 800)
    part_time = (activity == EMPLOYED) & (rng.random(n) < work.part_time_share)
    hours = np.where(activity == EMPLOYED, np.where(part_time, round(100 * work.part_time_hours), 100), 0)

    outside_past = time_outside(people, activity, spell, outside_share, rng, p)
    wage, income_past = incomes(
        people, areas, activity, education, hours, outside_past, weak, region_income, rng, work, p
    )
    attached = by_attachment(weak_odds, crime.weak_risk)
    convicted, convicted_years = convictions(people, areas, activity, attached, month, rng, crime)
    risk = own_risk(people, areas, activity, attached, national_convicted, crime)
    return Livelihoods(
        education=education,
        danish_education=danish_education,
        citizen=citizen,
        activity=activity,
        since=since,
        weak=weak,
        weak_odds=weak_odds.astype(np.int64),
        hours=hours,
        outside_past=outside_past,
        wage=wage,
        income_past=income_past,
        convicted=convicted,
        convicted_years=convicted_years,
        risk=risk,
    )


def students_by_age(margins: Margins) -> F64:
    """Return the share in education by age 0-110 (municipality_age.csv)."""
    ages = margins.ages
    share = ages.in_education / np.maximum(ages.population, 1.0)
    share[ages.age_from == 15] *= 1.5  # the count in the band 15-17 covers 16 and 17 only (municipal.md §8)
    by_age = between_bands(ages, share)
    by_age[16:18] = by_age[16:18].max()
    by_age[:16] = 0.0
    return by_age


def outside_by_age(margins: Margins) -> F64:
    """Return the share outside work of those aged 18-64 who do not study, by age (municipality_age.csv).

    Work and study are taken as independent within an age (municipal.md §2).
    """
    by_age = 1.0 - between_bands(margins.ages, margins.ages.employed)
    return np.clip(by_age[FIRST_WORKING_AGE:LAST_WORKING_AGE], 0.02, 0.98)


def weak_from_school(margins: Margins) -> float:
    """Return the share of the young who leave school weakly attached."""
    return WEAK_FROM_SCHOOL * float(outside_by_age(margins)[20 - FIRST_WORKING_AGE : 30 - FIRST_WORKING_AGE].mean())


def lives_of(margins: Margins, work: Work, schooling: Schooling) -> WorkingLives:
    """Return a municipality's working lives."""
    known = careers(schooling)
    yearly = known.student[:, ::4]
    ends = ((yearly[:, :-1] == 1) & (yearly[:, 1:] == 0)).sum(axis=0) / np.maximum((yearly[:, :-1] == 1).sum(axis=0), 1)
    # Ages at the end of the year; who of the students of the age before have ended, over those who do not study then.
    ages = FIRST_AGE + 1 + np.arange(len(ends))
    share = students_by_age(margins)
    cohort = margins.residents[ages - 1] / np.maximum(margins.residents[ages], 1e-9)
    found = np.minimum(share[ages - 1] * ends * cohort / np.maximum(1.0 - share[ages], 0.05), 0.6)
    entering = np.zeros(LAST_WORKING_AGE - FIRST_WORKING_AGE)
    entering[ages[ages >= FIRST_WORKING_AGE] - FIRST_WORKING_AGE] = found[ages >= FIRST_WORKING_AGE]
    completed = 1.0 - COMPLETED_BEFORE_WORK * schooling.weak_lost_by_education
    weak = weak_from_school(margins) * completed
    return working_lives(outside_by_age(margins), entering, weak, schooling.job_at_once, work)


def drawn_careers(
    people: People,
    student: np.ndarray,
    basic: np.ndarray,
    young: np.ndarray,
    university: float,
    rng: np.random.Generator,
    p: Schooling,
) -> tuple[I64, I64]:
    """Return education of the young, and months since their study or break from it began, from careers like theirs.

    Parameters
    ----------
    student
        Whether each studies.
    basic
        Whether each has basic schooling only, where that is settled already; -1 where it is not.
    young
        Who is of the ages that careers cover.
    university
        Odds of higher education here against the nation, see `university_odds`.
    """
    known = careers(p)
    rows = np.flatnonzero(young)
    quarter = np.minimum((people.months_old[rows] - 12 * FIRST_AGE) // 3, known.student.shape[1] - 1)
    wanted = (student[rows] * 3 + basic[rows] + 1).astype(np.int64)
    u = rng.random((len(rows), 2))
    education = np.zeros(len(rows), np.int64)
    months_in = np.zeros(len(rows), np.int64)
    order = np.argsort(quarter * 8 + wanted, kind="stable")
    groups, starts = np.unique((quarter * 8 + wanted)[order], return_index=True)
    stops = np.append(starts[1:], len(order))
    for group, start, stop in zip(groups.tolist(), starts.tolist(), stops.tolist(), strict=False):
        mine = order[start:stop]
        q, kind = divmod(group, 8)
        studies, level = divmod(kind, 3)
        like = known.student[:, q] == studies
        if level > 0:
            like &= (known.education[:, q] == BASIC) == (level == 2)
        pool = np.flatnonzero(like)
        if len(pool) == 0:
            pool = np.flatnonzero(known.student[:, q] == studies)
        higher = pool[known.education[pool, q] == HIGHER]
        others = pool[known.education[pool, q] != HIGHER]
        chance = university * len(higher) / max(university * len(higher) + len(others), 1e-9)
        graduates = u[mine, 0] < chance
        picked = np.empty(len(mine), np.int64)
        for among, these in ((higher, graduates), (others, ~graduates)):
            if len(among):
                picked[these] = among[(u[mine[these], 1] * len(among)).astype(np.int64)]
        education[mine] = known.education[picked, q]
        months_in[mine] = known.months_in[picked, q]
    education[basic[rows] == 1] = BASIC
    education[(basic[rows] == 0) & (education == BASIC)] = UPPER_SECONDARY
    return education, months_in


def university_odds(margins: Margins, p: Schooling) -> float:
    """Return the odds of higher education over the nation's: the odds of studying at 20-29 over the nation's.

    Where many study many have studied (assumption: in proportion; the published tables of education by municipality
    hold basic schooling only).
    """
    known = careers(p)
    national = float(known.student[:, 4 * (20 - FIRST_AGE) : 4 * (30 - FIRST_AGE)].mean())
    number = margins.residents[20:30]
    here = float((students_by_age(margins)[20:30] * number).sum() / number.sum())
    return here / (1.0 - here) / (national / (1.0 - national))


def basic_of_the_young(months_old: I64, p: Schooling) -> F64:
    """Return the national share with basic schooling among those of an age who do not study, from their careers."""
    known = careers(p)
    free = known.student == 0
    share = (free & (known.education == BASIC)).sum(axis=0) / np.maximum(free.sum(axis=0), 1)
    return share[np.clip((months_old - 12 * FIRST_AGE) // 3, 0, len(share) - 1)]


def shares_by_age_and_area(wanted: F64, age: I64, area: I64, share: F64, able: np.ndarray) -> F64:
    """Return each person's share such that the able of every area add up to a wanted number.

    All areas have the same log-odds by age but for a shift each; by age, the able of the town have the given shares.
    """
    by_age = np.log(share / (1.0 - share))
    number = np.bincount(age[able], minlength=OLDEST + 1)
    target = np.bincount(age[able], weights=share[able], minlength=OLDEST + 1)
    target *= wanted.sum() / max(target.sum(), 1e-9)
    known = number > 0
    target = np.clip(np.divide(target, number, out=np.full(OLDEST + 1, 0.5), where=known), 0.005, 0.995)
    for _ in range(4):
        found = logistic(by_age + levels_by_area(wanted, area, logistic(by_age), able)[area])
        now = np.divide(
            np.bincount(age[able], weights=found[able], minlength=OLDEST + 1), number,
            out=np.full(OLDEST + 1, 0.5), where=known,
        )  # fmt: skip
        now = np.clip(now, 0.005, 0.995)
        by_age = by_age + (np.log(target / (1.0 - target)) - np.log(now / (1.0 - now)))[np.minimum(age, OLDEST)]
    return logistic(by_age + levels_by_area(wanted, area, logistic(by_age), able)[area])


def levels_by_area(wanted: F64, area: I64, share: F64, able: np.ndarray) -> F64:
    """Return a shift of the log-odds for each area that brings the sum of the shares of the able to a wanted number."""
    low, high = np.full(len(wanted), -6.0), np.full(len(wanted), 6.0)
    logit = np.log(share[able] / (1.0 - share[able]))
    for _ in range(30):
        middle = 0.5 * (low + high)
        total = np.bincount(area[able], weights=logistic(logit + middle[area[able]]), minlength=len(wanted))
        low, high = np.where(total < wanted, middle, low), np.where(total < wanted, high, middle)
    return 0.5 * (low + high)


def time_outside(
    people: People, activity: I64, spell: I64, outside_share: F64, rng: np.random.Generator, p: Synthesis
) -> I64:
    """Return last year's time outside work in 1/200 years, one a person, whose mean over 18-64 is the reading.

    Some who are outside now worked for part of the year and as much time is spread over those now in work.
    """
    n = len(people.area)
    in_base = (people.age >= 18) & (people.age < 65)
    units = np.where(activity == OUTSIDE, YEAR_UNITS, 0)
    units = np.where((activity == OUTSIDE) & (spell < 12), np.rint(YEAR_UNITS * spell / 12.0).astype(np.int64), units)
    back_in_work = (activity == EMPLOYED) & (spell < 12) & (rng.random(n) < p.benefit_churn)
    units = np.where(back_in_work, YEAR_UNITS - np.rint(YEAR_UNITS * spell / 12.0).astype(np.int64), units)
    number = len(outside_share)
    order = rng.permutation(n)
    target = np.rint(outside_share * np.bincount(people.area[in_base], minlength=number) * YEAR_UNITS).astype(np.int64)
    gap = target - np.bincount(people.area, weights=np.where(in_base, units, 0), minlength=number).astype(np.int64)
    possible = in_base & ((activity == OUTSIDE) | (activity == EMPLOYED))
    close_gap(order[possible[order]], people.area, units, gap)
    return units


@borrowing
def close_gap(order: I64, area: I64, units: I64, gap: I64) -> None:
    """Give or take units person by person, in order, until every area's gap is closed."""
    for k in range(order.shape[0]):
        person = order[k]
        here = area[person]
        if gap[here] > 0:
            step = min(YEAR_UNITS - units[person], gap[here])
        else:
            step = -min(units[person], -gap[here])
        units[person] += step
        gap[here] -= step


def incomes(
    people: People,
    areas: list[Area],
    activity: I64,
    education: I64,
    hours: I64,
    outside_past: I64,
    weak: I64,
    region_income: float,
    rng: np.random.Generator,
    work: Work,
    p: Synthesis,
) -> tuple[F64, F64]:
    """Return own wage levels and last year's income; mean income of 15-64 outside education is the published ratio.

    A full-time wage is the person's own level times what education and age pay (attachment.relative_wage). Own levels
    are log-normal; one factor an area brings the mean to what the ratio leaves after benefits.
    """
    n = len(people.area)
    number = len(areas)
    own = np.exp(WAGE_SPREAD * rng.standard_normal(n) - 0.5 * WAGE_SPREAD**2)
    young = people.months_old < YOUNG_WAGE_UNTIL
    wage = own * np.array(WAGE_BY_EDUCATION)[education] * np.where(young, YOUNG_WAGE, 1.0)
    worked = 1.0 - outside_past / YEAR_UNITS
    working = activity == EMPLOYED
    benefits = np.where(activity == OUTSIDE, outside_past / YEAR_UNITS, 0.0) * work.benefit
    # Of the weakly attached at work benefit tops up what is missing in a full week, as month.work.earn has it.
    idle = np.where(weak == 1, 1.0 - hours / 100.0, 0.0)
    benefits += np.where(working, outside_past / YEAR_UNITS + idle * worked, 0.0) * work.benefit
    benefits = np.where(activity == STUDENT, work.student_grant, benefits)
    benefits = np.where(activity == PENSIONER, work.pension, benefits)
    # Young people under 18 have little income; benefits start at 18.
    benefits = np.where(people.age < 18, np.where(people.age >= 16, work.youth_income, 0.0), benefits)
    earned_shape = np.where(working, wage * np.maximum(hours, 1) / 100.0 * worked, 0.0)
    earned_shape += np.where(activity == OUTSIDE, wage * worked, 0.0)  # by who has lost work since
    base = (people.age >= 15) & (people.age < 65) & (activity != STUDENT) & (activity != PUPIL)
    target = np.array([a.income_ratio for a in areas]) * region_income * p.income_reference
    in_base = np.bincount(people.area[base], minlength=number)
    from_benefits = np.bincount(people.area[base], weights=benefits[base], minlength=number)
    from_work = np.bincount(people.area[base], weights=earned_shape[base], minlength=number)
    needed = np.maximum(target * in_base - from_benefits, 0.0)
    factor = np.divide(needed, from_work, out=np.full(number, region_income), where=from_work > 0)
    total = from_benefits + from_work * factor
    squeeze = np.divide(target * in_base, total, out=np.ones(number), where=total > 0)
    return own * factor[people.area], (benefits + earned_shape * factor[people.area]) * squeeze[people.area]


def convictions(
    people: People,
    areas: list[Area],
    activity: I64,
    attached: F64,
    month: int,
    rng: np.random.Generator,
    crime: Crime,
) -> tuple[I64, I64]:
    """Return month of the last conviction and the bits of the last four years; the mean of any two is the reading.

    `attached` is how many times the mean a person's risk is by what is lasting in attachment to work.
    """
    n = len(people.area)
    number = len(areas)
    adult = people.age >= 18
    twice = 2.0 * np.array([a.convicted for a in areas]) * np.bincount(people.area[adult], minlength=number)
    total = np.rint(twice).astype(np.int64)
    last_year = total - total // 2
    weight = np.exp(-crime.decline_per_year * np.maximum(people.age - 20.0, 0.0))
    weight *= np.where(people.woman == 1, crime.women, 1.0) * np.where(activity == OUTSIDE, crime.outside, 1.0)
    weight = np.where(adult, weight * attached, 0.0)
    bits = np.zeros(n, np.int64)
    latest = np.full(n, NEVER, np.int64)
    before = np.zeros(n, np.bool_)
    # The oldest year first, so that who was convicted before is likelier to be again; odd years get the odd person.
    for years_ago in range(YEARS_OF_CONVICTIONS, 0, -1):
        quota = last_year if years_ago % 2 == 1 else total // 2
        found = chosen(people.area, quota, weight * np.where(before, crime.earlier, 1.0), rng.random(n))
        bits += np.where(found, 1 << years_ago, 0)
        latest = np.where(found, month - 12 * years_ago + rng.integers(0, 12, n), latest)
        before = found
    return latest, bits


def own_risk(
    people: People, areas: list[Area], activity: I64, attached: F64, national: float, crime: Crime
) -> I64:
    """Return each person's own risk in sixteenths: the area's latent level over what its composition explains."""
    risk = attached * yearly_risk(people.age, people.woman, (activity == OUTSIDE).astype(np.int64), crime)
    adult = people.age >= 18
    number = len(areas)
    expected = np.bincount(people.area[adult], weights=risk[adult], minlength=number)
    wanted = np.array([a.latent_convicted for a in areas]) * np.bincount(people.area[adult], minlength=number)
    factor = np.divide(wanted, expected, out=np.ones(number), where=expected > 0)
    # Earlier convictions multiply the risk; their mean part is taken out so that the level stays (fixed point).
    factor /= 1.0 + (crime.earlier - 1.0) * np.minimum(crime.earlier_months / 12.0 * national * factor, 0.5)
    return np.clip(np.rint(factor * RISK_UNIT), 1, 255).astype(np.int64)[people.area]


@kernel
def by_attachment(weak_odds: F64, steepness: float) -> F64:
    """Return `times_by_attachment` of persons."""
    times = np.empty(weak_odds.shape[0])
    for i in range(weak_odds.shape[0]):
        times[i] = times_by_attachment(weak_odds[i], steepness)
    return times


@kernel
def yearly_risk(age: I64, woman: I64, outside: I64, crime: Crime) -> F64:
    """Return the year's risk of a conviction of persons without an earlier one, at the nation's level."""
    risk = np.empty(age.shape[0])
    for i in range(age.shape[0]):
        risk[i] = 12.0 * conviction_risk(max(float(age[i]), 15.0), woman[i], outside[i], 1e6, 1.0, 1.0, crime)
    return risk
