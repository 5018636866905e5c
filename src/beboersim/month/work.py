"""Work and income: losing and finding work, retiring, and the income of the month.

Two latent types of attachment to work, because one Markov chain fits either the level or the persistence of being
outside work, not both (mobility §5). Half of the jobs found from cash benefit end within a year (M5-181, M5-182).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import ANY_WORD, Purpose, fill, highest_word, philox, uniform
from beboersim.evidence import trends
from beboersim.kernel import borrowing, kernel
from beboersim.month.asking import BLOCK, asked, each_piece, listed
from beboersim.month.ledger import EV_ACTIVITY, FLOW, Ledger, note
from beboersim.month.meetings import danish_on_jobs
from beboersim.month.reach import JOB_CHANCE_UNIT, without_plan
from beboersim.month.substance import job_loss_by_use
from beboersim.world.ages import AGES_IN_MONTHS, in_range
from beboersim.world.attachment import FIRST_AGE, LAST_AGE, AttachmentRates, Work, chance_of_weak, relative_wage
from beboersim.world.codes import ACTIVITIES, EMPLOYED, NONWESTERN_IMMIGRANT, OUTSIDE, PENSIONER, STUDENT
from beboersim.world.columns import F64, I16, I32, I64, U8, U32
from beboersim.world.state import Areas, Households, Persons, Ties
from beboersim.world.taking_part import HELPS

if TYPE_CHECKING:
    from beboersim.month.context import Context

ADULT_MONTHS = 18 * 12  # grants and benefits of one's own begin at eighteen
MIDDLE_FROM, MIDDLE_UNTIL = 21 * 12, 57 * 12  # months old between which few change their attachment in a month
JOB_STARTS = FLOW["job_starts"]
# From date, years: pensionsloven § 1 a, and § 1 a, stk. 2 for 2030.
PENSION_AGES = ((0.0, 65.0), (2019.0, 65.5), (2019.5, 66.0), (2021.0, 66.5), (2022.0, 67.0), (2030.0, 68.0))
JOB_CHANCES = FLOW["job_chances"]
UNCHANGED, RETIRES, WITHDRAWS, RECOVERS, LOSES, FINDS = range(6)


@kernel
def finds_work(
    age: int,
    weak: int,
    trend: float,
    stigma: float,
    foreign: int,
    help: float,
    p: Work,
) -> float:
    """Return the probability that somebody outside work finds it this month.

    Parameters
    ----------
    trend
        Log-odds of employment against the start year, by date and origin; an exogenous rate (M5-190 to M5-195).
    stigma, foreign
        Callbacks fall with the address's reputation for applicants of foreign background only (methods §2.3, M23).
    help
        Times the chance of others, by what the person takes part in and whom they know (`help_of`).
    """
    rate = p.find_weak if weak == 1 else p.find_stable
    if age >= 55:
        rate *= p.find_after_55
    rate *= np.exp(0.5 * trend)
    rate *= 1.0 - p.callback_penalty * stigma * foreign
    rate *= help
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
def work_event(
    months_old: int,
    activity: int,
    weak: int,
    months_in: int,
    trend: float,
    stigma: float,
    foreign: int,
    help: float,
    becomes_weak: float,
    recovers: float,
    pension_age_months: int,
    u_job: float,
    u_attachment: float,
    p: Work,
) -> int:
    """Return what happens this month to the work of an adult who does not study.

    Parameters
    ----------
    months_in
        Months since the job, or the time outside work, began.
    becomes_weak, recovers
        Monthly rates between the types of attachment, of this person at this age (month.exchange).
    u_job, u_attachment
        Uniform draws.
    """
    if months_old >= pension_age_months:
        return RETIRES
    if weak == 0 and u_attachment < becomes_weak:
        return WITHDRAWS
    if weak == 1 and u_attachment < recovers:
        return RECOVERS
    if activity == EMPLOYED:
        return LOSES if u_job < loses_work(months_in, weak, trend, p) else UNCHANGED
    chance = finds_work(months_old // 12, weak, trend, stigma, foreign, help, p)
    return FINDS if u_job < chance else UNCHANGED


class Market(NamedTuple):
    """The month's market for work, the same for everybody."""

    pension_age_months: int
    trend_danish: float
    trend_nonwestern: float
    callbacks_on: float
    help_on: float  # whether help towards work helps
    without_plan: F64  # area x sex: chance of finding work of who is not helped, over that of 2015 (month.reach)
    becomes_weak: F64  # municipality x age 18-64, monthly; see `AttachmentRates`
    recovers: F64
    log_odds: F64
    most_help: float  # of anybody, see `help_of`
    losing: F64  # code of use of drugs and alcohol: times the chance of others to lose a job
    finding: F64  # code of command of Danish: times the chance of others to find one
    helping: float  # the same of older youths who help the younger


@borrowing
def plan_help(ties: Ties, row: int, area: int, sex: int, m: Market) -> float:
    """Return a person's chance of finding work over that of 2015, by the area's plan: helped, or left without (M05)."""
    return m.without_plan[area, sex] * (1.0 + m.help_on * (ties.job_chance[row] / JOB_CHANCE_UNIT - 1.0))


@borrowing
def help_of(ties: Ties, areas: Areas, row: int, area: int, sex: int, m: Market) -> float:
    """Return how many times others' a person's chance of finding work is, by ties; 1 without any."""
    helping = m.helping if ties.takes_part[row] & HELPS else 1.0
    return plan_help(ties, row, area, sex, m) * areas.contacts[area] * areas.local_jobs[area] * helping


@kernel
def highest_words(m: Market, p: Work) -> U32:
    """Return a bound on the words of draws that let somebody lose or find work, by activity and attachment."""
    trend = max(abs(m.trend_danish), abs(m.trend_nonwestern))
    lift = np.exp(0.5 * trend)
    lift_found = lift * max(p.find_after_55, 1.0) * m.most_help * m.finding.max()
    if p.callback_penalty < 0.0:  # where the penalty is a gain, the bound is the whole
        lift_found = 100.0 * m.most_help * m.finding.max()
    words = np.zeros((len(ACTIVITIES), 2), np.uint32)
    lift_lost = lift * m.losing.max()
    words[EMPLOYED, 0] = highest_word(p.lose_stable * lift_lost)
    words[EMPLOYED, 1] = highest_word(max(p.lose_weak, p.lose_fresh) * lift_lost)
    words[OUTSIDE, 0] = highest_word(p.find_stable * lift_found)
    words[OUTSIDE, 1] = highest_word(p.find_weak * lift_found)
    return words


@kernel
def highest_words_of_turning(m: Market) -> U32:
    """Return a bound on the words of draws that change somebody's attachment or let them retire, by age in months."""
    words = np.zeros(AGES_IN_MONTHS, np.uint32)
    for years in range(FIRST_AGE, LAST_AGE):
        first = 0 if years == FIRST_AGE else 12 * years
        last = AGES_IN_MONTHS if years == LAST_AGE - 1 else 12 * years + 12
        age = years - FIRST_AGE
        words[first:last] = highest_word(max(m.becomes_weak[:, age].max(), m.recovers[:, age].max()))
    words[m.pension_age_months :] = ANY_WORD
    return words


@kernel
def ask_workers(
    persons: Persons,
    ties: Ties,
    households: Households,
    areas: Areas,
    start: int,
    stop: int,
    month: int,
    seed: int,
    address: int,
    m: Market,
    p: Work,
    who: I32,
    what: U8,
) -> int:
    """Ask a span of adults who do not study; write down whose work changes, and how. Nothing is changed."""
    household = persons.household
    birth = persons.birth
    activity = persons.activity
    weak = persons.weak
    highest = highest_words(m, p)
    highest_turn = highest_words_of_turning(m)
    most_turn = highest_turn[: m.pension_age_months].max()
    middle_turn = highest_turn[MIDDLE_FROM:MIDDLE_UNTIL].max()
    words = np.empty((4, BLOCK), np.uint32)
    first, third = words[0], words[2]
    marks = np.empty(BLOCK, np.uint8)
    near = np.empty(BLOCK, np.int64)
    found = 0
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        fill(seed, persons.id, begin, end, address, words)
        mark_near(
            first, third, highest, most_turn, middle_turn, activity[begin:end], weak[begin:end],
            birth[begin:end], month, month - m.pension_age_months, marks,
        )  # fmt: skip
        number = listed(marks, end - begin, near)
        for k in range(number):
            word, turn = first[near[k]], third[near[k]]
            row = begin + near[k]
            turns = turn <= highest_turn[in_range(month - birth[row])]
            if household[row] < 0 or not (turns or word <= highest[activity[row], weak[row]]):
                continue
            event = event_at_work(persons, ties, households, areas, row, month, word, turn, m, p)
            if event != UNCHANGED:
                who[found] = row
                what[found] = event
                found += 1
    return found


@borrowing
def mark_near(
    first: U32, third: U32, highest: U32, most_turn: int, middle_turn: int, doing: U8, attached: U8, born: I16,
    month: int, retiring: int, marks: U8,
) -> None:  # fmt: skip
    """Mark who in the market retires, being born no later than a month, or may have a word not above the bound.

    The bound on turning is that of any age, or of any in the middle of life, where few turn: nothing is looked up.
    """
    lose, lose_weak = highest[EMPLOYED, 0], highest[EMPLOYED, 1]
    find, find_weak = highest[OUTSIDE, 0], highest[OUTSIDE, 1]
    for k in range(len(born)):
        works, outside, weak = doing[k] == EMPLOYED, doing[k] == OUTSIDE, attached[k] == 1
        if_stable = lose if works else find
        if_weak = lose_weak if works else find_weak
        near = first[k] <= (if_weak if weak else if_stable)
        middle = (born[k] <= month - MIDDLE_FROM) & (born[k] > month - MIDDLE_UNTIL)
        turns = third[k] <= (middle_turn if middle else most_turn)
        marks[k] = (works | outside) & (near | turns | (born[k] <= retiring))


@borrowing
def event_at_work(
    persons: Persons,
    ties: Ties,
    households: Households,
    areas: Areas,
    row: int,
    month: int,
    word_job: int,
    word_attachment: int,
    m: Market,
    p: Work,
) -> int:
    """Return `work_event` for a person of the tables; only those in work and those outside it are asked."""
    if persons.activity[row] != EMPLOYED and persons.activity[row] != OUTSIDE:
        return UNCHANGED
    months_old = month - persons.birth[row]
    area = households.area[persons.household[row]]
    town = max(areas.municipality[area], 0)
    age = min(max(months_old // 12, FIRST_AGE), LAST_AGE - 1) - FIRST_AGE
    foreign = 1 if persons.origin[row] >= NONWESTERN_IMMIGRANT else 0
    # A draw so many times smaller is a chance so many times higher.
    losing = m.losing[ties.substance[row]] if persons.activity[row] == EMPLOYED else 1.0
    weak = chance_of_weak(m.log_odds[town, age], persons.weak_odds[row], persons.education[row])
    return work_event(
        months_old,
        persons.activity[row],
        persons.weak[row],
        month - persons.since[row],
        m.trend_nonwestern if foreign == 1 else m.trend_danish,
        areas.stigma[area] * m.callbacks_on,
        foreign,
        help_of(ties, areas, row, area, persons.sex[row], m) * m.finding[ties.danish[row]],
        m.becomes_weak[town, age] * weak,
        m.recovers[town, age] * (1.0 - weak),
        m.pension_age_months,
        uniform(word_job) / losing,
        uniform(word_attachment),
        p,
    )


@borrowing
def change_work(
    persons: Persons,
    households: Households,
    places: int,
    month: int,
    seed: int,
    address: int,
    p: Work,
    who: I32,
    what: U8,
    ledger: Ledger,
) -> None:
    """Let what was asked happen to people's work."""
    for k in range(who.shape[0]):
        row = who[k]
        event = what[k]
        if event == RECOVERS:
            persons.weak[row] = 0
            continue
        was = persons.activity[row]
        to = OUTSIDE
        hours = 0
        if event == RETIRES:
            to = PENSIONER
        elif event == WITHDRAWS:
            persons.weak[row] = 1
        elif event == FINDS:
            to = EMPLOYED
            part_time = uniform(philox(seed, persons.id[row], address, 0)[1]) < p.part_time_share
            hours = round(100.0 * p.part_time_hours) if part_time else 100
            area = households.area[persons.household[row]]
            if area < places:
                ledger.flows[JOB_STARTS, area] += 1.0
        persons.hours[row] = hours
        if to != was:
            persons.activity[row] = to
            persons.since[row] = month
            note(ledger, month, EV_ACTIVITY, persons.id[row], 0, to)


@borrowing
def earn(persons: Persons, start: int, stop: int, month: int, p: Work) -> int:
    """Book the month's income and time outside work of a span of persons.

    The law counts hours: benefit that tops up part-time work is time outside (S14).
    """
    doing, born, hours = persons.activity[start:stop], persons.birth[start:stop], persons.hours[start:stop]
    weak, wage, education = persons.weak[start:stop], persons.wage[start:stop], persons.education[start:stop]
    income, outside_now = persons.income_now[start:stop], persons.outside_now[start:stop]
    benefit, grant, pension, of_the_young = (
        p.benefit / 12.0, p.student_grant / 12.0, p.pension / 12.0, p.youth_income / 12.0,
    )  # fmt: skip
    # A straight loop that chooses by conditions and looks nothing up, so that the compiler uses the processor's vector
    # instructions.
    for k in range(stop - start):
        months_old = month - born[k]
        works, outside = doing[k] == EMPLOYED, doing[k] == OUTSIDE
        earned = wage[k] * relative_wage(education[k], months_old) * hours[k] / 1200.0
        idle = 100 - hours[k] if weak[k] == 1 else 0
        topped_up = earned + p.benefit * idle / 1200.0
        own = benefit if outside else grant
        own = own if months_old >= ADULT_MONTHS else of_the_young
        received = own if outside | (doing[k] == STUDENT) else (pension if doing[k] == PENSIONER else 0.0)
        income[k] += topped_up if works else received
        outside_now[k] += idle if works else (100 if outside else 0)
    return 0


@kernel
def count_chances(persons: Persons, households: Households, used: I64, places: int, chances: F64) -> None:
    """Add everybody outside work to the month's chances of a job, by area."""
    near = np.empty(BLOCK, np.int64)
    for begin in range(0, used[0], BLOCK):
        doing = persons.activity[begin : min(begin + BLOCK, used[0])]
        number = 0
        for k in range(doing.shape[0]):
            near[number] = k
            number += doing[k] == OUTSIDE
        for k in range(number):
            home = persons.household[begin + near[k]]
            if home >= 0 and households.area[home] < places:
                chances[households.area[home]] += 1.0


@borrowing
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


def turning(c: Context) -> AttachmentRates:
    """Return the rates between the types of attachment to work, municipality x age."""
    return AttachmentRates(*(np.stack(columns) for columns in zip(*c.attachment, strict=True)))


def market(c: Context) -> Market:
    """Return the month's market for work."""
    start = c.start_month / 12.0
    helping = c.parameters.youth.helping_work if c.flag("youth.helping_on_way") else 1.0
    between = c.made_once(turning)
    return Market(
        pension_age_months(c.rates_time),
        trends.danish_employment_logit_trend(c.rates_time) - trends.danish_employment_logit_trend(start),
        trends.nonwestern_employment_logit_trend(c.rates_time) - trends.nonwestern_employment_logit_trend(start),
        c.number("stigma.on_callbacks"),
        c.number("funding.on_jobs"),
        c.kept(without_plan) if c.flag("funding.on_jobs") else np.ones((len(c.dose), 2)),
        between.becomes_weak,
        between.recovers,
        between.log_odds,
        c.world.ties.job_chance[: int(c.world.used[0])].max() / JOB_CHANCE_UNIT * c.world.areas.contacts.max()
        * c.world.areas.local_jobs.max() * max(helping, 1.0),
        c.kept(job_loss_by_use),
        c.kept(danish_on_jobs),
        helping,
    )


def work(c: Context) -> None:
    """Work and income: losing, finding and leaving work, and the month's income."""
    world, p, m = c.world, c.parameters.work, market(c)
    persons, households = world.persons, world.households
    word = c.address(Purpose.WORK)
    who, what = asked(
        c.pieces,
        int(world.used[0]),
        lambda start, stop, who, what: ask_workers(
            persons, world.ties, households, world.areas, start, stop, c.month, c.seed, word, m, p, who, what
        ),
    )
    carry_out(c, who, what)


def carry_out(c: Context, who: I32, what: U8) -> None:
    """Let what was asked happen to people's work, and book the month's income."""
    world, p = c.world, c.parameters.work
    persons, households = world.persons, world.households
    count_chances(persons, households, world.used, world.places, c.ledger.flows[JOB_CHANCES])
    word = c.address(Purpose.WORK)
    change_work(persons, households, world.places, c.month, c.seed, word, p, who, what, c.ledger)
    each_piece(c.pieces, int(world.used[0]), lambda start, stop: earn(persons, start, stop, c.month, p))
