"""Education, work, income and convictions at the start, so that every area reads as it was published."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from beboersim.kernel import kernel
from beboersim.world.attachment import WAGE_BY_EDUCATION, Work, steady_states
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
)
from beboersim.world.columns import F64, I64, NEVER
from beboersim.world.layout import Area, Synthesis
from beboersim.world.margins import Margins
from beboersim.world.offending import RISK_UNIT, Crime, conviction_risk
from beboersim.world.quotas import chosen

YEARS_OF_CONVICTIONS = 4  # the longest window of any rule set
YEAR_UNITS = 200  # persons.outside_past is kept in 1/200 of a year

# Of 18-64-year-olds with more than basic schooling: upper secondary, vocational, higher (national 25-69 in 2009-2019:
# vocational 34-38, higher 30-40 per cent; national_trends.csv). Relative wage by education (assumption, fitted mean).
ABOVE_BASIC = (0.16, 0.45, 0.39)
# Odds of standing outside work against others of the same age (assumption, 1-3; the area's number is published).
OUTSIDE_ODDS = {"basic": 2.2, "nonwestern_immigrant": 1.8, "nonwestern_descendant": 1.2, "woman": 1.05}
# Foreign background and not of Danish origin lower the chance of education above basic (assumption 1.2-2.5 in odds).
BASIC_ODDS = {"nonwestern_immigrant": 1.8}


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
    p: Synthesis,
) -> Livelihoods:
    """Draw what the residents of a municipality do and have.

    Every area's indicators equal its reading as nearly as whole persons allow: the number who meet an indicator is
    set, and who they are is drawn.
    """
    n = len(people.area)
    age, origin, area = people.age, people.origin, people.area
    number = len(areas)
    month = margins.year * 12

    def per_area(name: str) -> F64:
        return np.array([getattr(a, name) for a in areas])

    def count(mask: np.ndarray) -> I64:
        return np.bincount(area[mask], minlength=number)

    # Education: of 30-59 the published number has basic schooling only; other ages by the same odds.
    basic_weight = np.where(origin == NONWESTERN_IMMIGRANT, BASIC_ODDS["nonwestern_immigrant"], 1.0)
    mid = (age >= 30) & (age < 60)
    basic_share = per_area("basic_education")
    quota = np.rint(basic_share * count(mid)).astype(np.int64)
    weight = np.where(mid, basic_weight, 0.0)
    basic = chosen(area, quota, weight, rng.random(n))
    # Basic schooling at other ages over that of 30-59: older generations more, the young are not done (assumption,
    # 1-1.6, 4-6 and 1.3-2.2).
    other_age_share = np.where(age >= 60, 1.3, np.where(age < 20, 5.0, np.where(age < 25, 1.7, 1.0)))
    chance = np.clip(basic_share[area] * other_age_share, 0.0, 0.98)
    basic |= ~mid & (rng.random(n) < np.where(age < 18, 1.0, chance))
    level = np.searchsorted(np.cumsum(ABOVE_BASIC), rng.random(n)) + UPPER_SECONDARY
    level = np.minimum(level, HIGHER)
    level = np.where((age < 25) & (level == HIGHER), UPPER_SECONDARY, level)
    education = np.where(basic, BASIC, level)
    abroad = (origin == NONWESTERN_IMMIGRANT) & ~basic & (rng.random(n) < p.foreign_education)
    danish_education = np.where(abroad, 0, 1)

    # One in seven Western residents is taken as a Danish citizen (assumption, 0.05-0.3).
    citizen_share = np.array([1.0, 0.15, p.immigrant_citizens, p.descendant_citizens])
    citizen = (rng.random(n) < citizen_share[origin]).astype(np.int64)

    # Activity by age, then students, then the published number outside, and the others in work.
    activity = np.where(age < 6, CHILD, np.where(age < 16, PUPIL, EMPLOYED))
    activity = np.where(age >= 65, PENSIONER, activity)
    band = np.searchsorted(margins.ages.age_from, age, side="right") - 1
    studying = np.nan_to_num(margins.ages.in_education / np.maximum(margins.ages.population, 1.0))
    studying[margins.ages.age_from == 15] *= 1.5  # the count in the band 15-17 covers 16 and 17 only (municipal.md §8)
    kind = np.array([a.kind for a in areas])
    # Students are fewer in named areas and among those with basic schooling (assumption, 0.6-1.0; 0.6-0.9, 1.0-1.3).
    student_weight = np.where(kind[area] == NAMED_AREA, 0.75, 1.0) * np.where(education == BASIC, 0.75, 1.15)
    student_weight = np.where(age < 20, 1.0, student_weight)
    student = (age >= 16) & (age < 45) & (rng.random(n) < np.clip(studying[band] * student_weight, 0.0, 0.97))
    student &= ~((education == HIGHER) & (age >= 30))
    # Who studies has not finished: under 20 mostly youth education, later higher education after upper secondary
    # (assumption, 0.05-0.3 and 0.75-0.95 in higher education).
    in_higher = rng.random(n) < np.where(age < 20, 0.15, 0.85)
    unfinished = np.where(in_higher, UPPER_SECONDARY, BASIC)
    education = np.where(student & ~mid, unfinished, education)
    activity = np.where(student, STUDENT, activity)

    working_age = (age >= 18) & (age < 65)
    with np.errstate(invalid="ignore"):
        odds = (1.0 - margins.ages.employed) / margins.ages.employed
    odds = np.nan_to_num(odds, nan=1.0)
    weight = odds[band] * np.where(education == BASIC, OUTSIDE_ODDS["basic"], 1.0)
    weight *= np.where(origin == NONWESTERN_IMMIGRANT, OUTSIDE_ODDS["nonwestern_immigrant"], 1.0)
    weight *= np.where(origin == NONWESTERN_DESCENDANT, OUTSIDE_ODDS["nonwestern_descendant"], 1.0)
    weight *= np.where(people.woman == 1, OUTSIDE_ODDS["woman"], 1.0)
    able = working_age & ~student
    outside_share = per_area("outside_work")
    quota = np.rint(outside_share * count(working_age)).astype(np.int64)
    outside = chosen(area, quota, np.where(able, weight, 0.0), rng.random(n))
    activity = np.where(outside, OUTSIDE, activity)
    idle_youth = (age >= 16) & (age < 18) & ~student
    activity = np.where(idle_youth, OUTSIDE, activity)

    # Latent attachment: the area's latent level sets the share of the weakly attached; who they are follows Bayes.
    u_stable, u_weak = steady_states(work)
    weak_share = np.clip((per_area("latent_outside") - u_stable) / (u_weak - u_stable), 0.01, 0.97)[area]
    if_outside = weak_share * u_weak / (weak_share * u_weak + (1.0 - weak_share) * u_stable)
    if_working = weak_share * (1.0 - u_weak) / (weak_share * (1.0 - u_weak) + (1.0 - weak_share) * (1.0 - u_stable))
    # A student is half as often weakly attached as the area's adults (assumption, 0.3-1).
    weak_chance = np.where(activity == OUTSIDE, if_outside, np.where(student, 0.5 * weak_share, if_working))
    weak = ((rng.random(n) < weak_chance) & (activity >= STUDENT) & (activity != PENSIONER)).astype(np.int64)

    # Spells so far, from the rate at which each spell ends.
    ends = np.where(
        activity == OUTSIDE,
        np.where(weak == 1, work.find_weak, work.find_stable),
        np.where(weak == 1, work.lose_weak, work.lose_stable),
    )
    spell = np.minimum(-np.log(rng.random(n)) / ends, np.maximum(people.months_old - 16 * 12, 0)).astype(np.int64)
    spell = np.where(student, np.minimum(spell, 48), spell)
    since = np.where(activity >= STUDENT, month - 1 - spell, month - people.months_old)
    since = np.maximum(since, month - 800)
    part_time = (activity == EMPLOYED) & (rng.random(n) < work.part_time_share)
    hours = np.where(activity == EMPLOYED, np.where(part_time, round(100 * work.part_time_hours), 100), 0)

    outside_past = time_outside(people, activity, spell, outside_share, rng, p)
    wage, income_past = incomes(people, areas, activity, education, hours, outside_past, region_income, rng, work, p)
    convicted, convicted_years = convictions(people, areas, activity, month, rng, crime)
    risk = own_risk(people, areas, activity, national_convicted, crime)
    return Livelihoods(
        education=education,
        danish_education=danish_education,
        citizen=citizen,
        activity=activity,
        since=since,
        weak=weak,
        hours=hours,
        outside_past=outside_past,
        wage=wage,
        income_past=income_past,
        convicted=convicted,
        convicted_years=convicted_years,
        risk=risk,
    )


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


@kernel
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
    region_income: float,
    rng: np.random.Generator,
    work: Work,
    p: Synthesis,
) -> tuple[F64, F64]:
    """Return full-time wages and last year's income; mean income of 15-64 outside education is the published ratio.

    Wages are log-normal around the level of the education (s.d. 0.5 of the log, mobility §8 income_log_sd_within);
    one factor an area brings their mean to what the ratio leaves after benefits.
    """
    n = len(people.area)
    number = len(areas)
    wage = np.array(WAGE_BY_EDUCATION)[education] * np.exp(0.5 * rng.standard_normal(n) - 0.125)
    wage *= np.where(people.age < 25, 0.75, 1.0)  # the young earn less (assumption, 0.6-0.9)
    worked = 1.0 - outside_past / YEAR_UNITS
    working = activity == EMPLOYED
    benefits = np.where(activity == OUTSIDE, outside_past / YEAR_UNITS, 0.0) * work.benefit
    benefits += np.where(working, outside_past / YEAR_UNITS, 0.0) * work.benefit
    benefits = np.where(activity == STUDENT, work.student_grant, benefits)
    benefits = np.where(activity == PENSIONER, work.pension, benefits)
    # Young people under 18 have little income; benefits start at 18.
    benefits = np.where(people.age < 18, np.where(people.age >= 16, work.youth_income, 0.0), benefits)
    earned_shape = np.where(working, wage * np.maximum(hours, 1) / 100.0 * worked, 0.0)
    # Who has lost work since earned less in it (assumption, 0.5-1.0).
    earned_shape += np.where((activity == OUTSIDE) & (outside_past < YEAR_UNITS), wage * 0.7 * worked, 0.0)
    base = (people.age >= 15) & (people.age < 65) & (activity != STUDENT) & (activity != PUPIL)
    target = np.array([a.income_ratio for a in areas]) * region_income * p.income_reference
    in_base = np.bincount(people.area[base], minlength=number)
    from_benefits = np.bincount(people.area[base], weights=benefits[base], minlength=number)
    from_work = np.bincount(people.area[base], weights=earned_shape[base], minlength=number)
    needed = np.maximum(target * in_base - from_benefits, 0.0)
    factor = np.divide(needed, from_work, out=np.full(number, region_income), where=from_work > 0)
    total = from_benefits + from_work * factor
    squeeze = np.divide(target * in_base, total, out=np.ones(number), where=total > 0)
    wage = wage * factor[people.area]
    return wage, (benefits + earned_shape * factor[people.area]) * squeeze[people.area]


def convictions(
    people: People, areas: list[Area], activity: I64, month: int, rng: np.random.Generator, crime: Crime
) -> tuple[I64, I64]:
    """Return month of the last conviction and the bits of the last four years; the mean of any two is the reading."""
    n = len(people.area)
    number = len(areas)
    adult = people.age >= 18
    twice = 2.0 * np.array([a.convicted for a in areas]) * np.bincount(people.area[adult], minlength=number)
    total = np.rint(twice).astype(np.int64)
    last_year = total - total // 2
    weight = np.exp(-crime.decline_per_year * np.maximum(people.age - 20.0, 0.0))
    weight *= np.where(people.woman == 1, crime.women, 1.0) * np.where(activity == OUTSIDE, crime.outside, 1.0)
    weight = np.where(adult, weight, 0.0)
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
    people: People, areas: list[Area], activity: I64, national: float, crime: Crime
) -> I64:
    """Return each person's own risk in sixteenths: the area's latent level over what its composition explains."""
    risk = yearly_risk(people.age, people.woman, (activity == OUTSIDE).astype(np.int64), crime)
    adult = people.age >= 18
    number = len(areas)
    expected = np.bincount(people.area[adult], weights=risk[adult], minlength=number)
    wanted = np.array([a.latent_convicted for a in areas]) * np.bincount(people.area[adult], minlength=number)
    factor = np.divide(wanted, expected, out=np.ones(number), where=expected > 0)
    # Earlier convictions multiply the risk; their mean part is taken out so that the level stays (fixed point).
    factor /= 1.0 + (crime.earlier - 1.0) * np.minimum(crime.earlier_months / 12.0 * national * factor, 0.5)
    return np.clip(np.rint(factor * RISK_UNIT), 1, 255).astype(np.int64)[people.area]


@kernel
def yearly_risk(age: I64, woman: I64, outside: I64, crime: Crime) -> F64:
    """Return the year's risk of a conviction of persons without an earlier one, at the nation's level."""
    risk = np.empty(age.shape[0])
    for i in range(age.shape[0]):
        risk[i] = 12.0 * conviction_risk(max(float(age[i]), 15.0), woman[i], outside[i], 1e6, 1.0, 1.0, crime)
    return risk
