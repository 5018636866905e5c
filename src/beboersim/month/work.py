"""Work and income: losing and finding work, retiring, and the income of the month.

Two latent types of attachment to work, because one Markov chain fits either the level or the persistence of being
outside work, not both (mobility §5). Half of the jobs found from cash benefit end within a year (M5-181, M5-182).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from beboersim.chance import Purpose, fill, uniform
from beboersim.evidence import trends
from beboersim.kernel import kernel
from beboersim.month.ledger import EV_ACTIVITY, FLOW, Ledger, note
from beboersim.world.attachment import Work
from beboersim.world.codes import CHILD, EMPLOYED, NONWESTERN_IMMIGRANT, OUTSIDE, PENSIONER, PUPIL, STUDENT
from beboersim.world.columns import F64, I64
from beboersim.world.state import Areas, Households, Persons

if TYPE_CHECKING:
    from beboersim.month.context import Context

BLOCK = 1024
ADULT_MONTHS = 18 * 12  # grants and benefits of one's own begin at eighteen
HEALTH_AGE_MONTHS = 30 * 12  # health and hardship begin to part people from work (assumption, fitted by age)
JOB_STARTS = FLOW["job_starts"]
# From date, years: pensionsloven § 1 a, and § 1 a, stk. 2 for 2030.
PENSION_AGES = ((0.0, 65.0), (2019.0, 65.5), (2019.5, 66.0), (2021.0, 66.5), (2022.0, 67.0), (2030.0, 68.0))
JOB_CHANCES = FLOW["job_chances"]


@kernel
def finds_work(
    age: int,
    sex: int,
    weak: int,
    trend: float,
    stigma: float,
    foreign: int,
    programme: float,
    p: Work,
) -> float:
    """Return the probability that somebody outside work finds it this month.

    Parameters
    ----------
    trend
        Log-odds of employment against the start year, by date and origin; an exogenous rate (M5-190 to M5-195).
    stigma, foreign
        Callbacks fall with the address's reputation for applicants of foreign background only (methods §2.3, M23).
    programme
        Helhedsplan money running in the area over what the frame of 2015-2018 gave it, less one (M05). The rates are
        those of 2015 with that money running, so the same money changes nothing and a cut takes its part away.
    """
    rate = p.find_weak if weak == 1 else p.find_stable
    if age >= 55:
        rate *= p.find_after_55
    rate *= np.exp(0.5 * trend)
    rate *= 1.0 - p.callback_penalty * stigma * foreign
    gain = p.programme_men if sex == 0 else p.programme_women
    rate *= 1.0 + p.programme_reach * (gain - 1.0) * programme
    return min(rate, 0.9)


@kernel
def loses_work(months_in_job: int, weak: int, trend: float, p: Work) -> float:
    """Return the probability that somebody loses or leaves work this month; fresh jobs of the weakly attached more."""
    if weak == 1:
        rate = p.lose_fresh if months_in_job < p.fresh_months else p.lose_weak
    else:
        rate = p.lose_stable
    return rate * np.exp(-0.5 * trend)


@kernel
def work_month(
    persons: Persons,
    households: Households,
    areas: Areas,
    used: I64,
    places: int,
    month: int,
    seed: int,
    address: int,
    pension_age_months: int,
    trend_danish: float,
    trend_nonwestern: float,
    callbacks_on: float,
    programme: F64,
    p: Work,
    ledger: Ledger,
) -> None:
    """Let everyone of working age keep, lose or find work, and book the month's income and time outside work."""
    household = persons.household
    birth = persons.birth
    activity = persons.activity
    hours = persons.hours
    wage = persons.wage
    income = persons.income_now
    outside_now = persons.outside_now
    area_of = households.area
    weak = persons.weak
    weak_bound = np.uint32(min(p.become_weak / 12.0, 1.0) * 4294967295.0)
    words = np.empty((4, BLOCK), np.uint32)
    total = used[0]
    for start in range(0, total, BLOCK):
        stop = min(start + BLOCK, total)
        fill(seed, persons.id, start, stop, address, words)
        for row in range(start, stop):
            home = household[row]
            if home < 0:
                continue
            doing = activity[row]
            if doing == CHILD or doing == PUPIL:
                continue
            months_old = month - birth[row]
            if doing == PENSIONER:
                income[row] += p.pension / 12.0
                continue
            if doing == STUDENT:
                income[row] += (p.student_grant if months_old >= ADULT_MONTHS else p.youth_income) / 12.0
                continue
            u = uniform(words[0, row - start])
            if months_old >= pension_age_months:
                activity[row] = PENSIONER
                persons.since[row] = month
                hours[row] = 0
                income[row] += p.pension / 12.0
                note(ledger, month, EV_ACTIVITY, persons.id[row], 0, PENSIONER)
                continue
            area = area_of[home]
            if weak[row] == 0 and words[2, row - start] < weak_bound and months_old >= HEALTH_AGE_MONTHS:
                weak[row] = 1
            foreign = 1 if persons.origin[row] >= NONWESTERN_IMMIGRANT else 0
            trend = trend_nonwestern if foreign == 1 else trend_danish
            if doing == EMPLOYED:
                if u < 0.2 and u < loses_work(month - persons.since[row], persons.weak[row], trend, p):
                    activity[row] = OUTSIDE
                    persons.since[row] = month
                    hours[row] = 0
                    note(ledger, month, EV_ACTIVITY, persons.id[row], 0, OUTSIDE)
            else:
                if area < places:
                    ledger.flows[JOB_CHANCES, area] += 1.0
                chance = finds_work(
                    months_old // 12,
                    persons.sex[row],
                    persons.weak[row],
                    trend,
                    areas.stigma[area] * callbacks_on,
                    foreign,
                    programme[area],
                    p,
                )
                if u < chance:
                    activity[row] = EMPLOYED
                    persons.since[row] = month
                    part_time = uniform(words[1, row - start]) < p.part_time_share
                    hours[row] = np.uint8(100.0 * p.part_time_hours) if part_time else 100
                    if area < places:
                        ledger.flows[JOB_STARTS, area] += 1.0
                    note(ledger, month, EV_ACTIVITY, persons.id[row], 0, EMPLOYED)
            if activity[row] == EMPLOYED:
                income[row] += wage[row] * hours[row] / 1200.0
                if hours[row] < 100 and persons.weak[row] == 1:
                    # The law counts hours: benefit that tops up part-time work is time outside (S14).
                    income[row] += p.benefit * (100 - hours[row]) / 1200.0
                    outside_now[row] += 100 - hours[row]
            else:
                income[row] += (p.benefit if months_old >= ADULT_MONTHS else p.youth_income) / 12.0
                outside_now[row] += 100


@kernel
def close_year(persons: Persons, used: I64) -> None:
    """Turn the year: this year's time outside work, income and convictions become last year's."""
    for row in range(used[0]):
        for year in range(3, 0, -1):
            persons.outside_past[row, year] = persons.outside_past[row, year - 1]
        persons.outside_past[row, 0] = np.uint8((persons.outside_now[row] + 3) // 6)
        persons.outside_now[row] = 0
        persons.income_past[row] = persons.income_now[row]
        persons.income_now[row] = 0.0
        persons.convicted_years[row] = (persons.convicted_years[row] << 1) & 0x1E


def pension_age_months(time: float) -> int:
    """Return the state pension age in months on a date (pensionsloven § 1 a; PENSION_AGES)."""
    age = PENSION_AGES[0][1]
    for since, years in PENSION_AGES:
        if time >= since:
            age = years
    return round(age * 12.0)


def work(c: Context) -> None:
    """Work and income: losing, finding and leaving work, and the month's income."""
    world = c.world
    start = c.start_month / 12.0
    work_month(
        world.persons, world.households, world.areas, world.used, world.places, c.month, c.seed,
        c.address(Purpose.WORK), pension_age_months(c.time),
        trends.danish_employment_logit_trend(c.time) - trends.danish_employment_logit_trend(start),
        trends.nonwestern_employment_logit_trend(c.time) - trends.nonwestern_employment_logit_trend(start),
        c.number("stigma.on_callbacks"), (c.dose - 1.0) * c.number("funding.on_jobs"), c.parameters.work, c.ledger,
    )  # fmt: skip
