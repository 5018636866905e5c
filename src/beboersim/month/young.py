"""One young person's month: what is taken part in, whether the street is joined or left, and what it all is worth.

Whether somebody comes to a club, a café or a homework café, or has a job with a mentor, is settled by lots of their own
that never change: where more is on offer more come, and the same come again where it is opened anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from beboersim.chance import Purpose, address, philox, uniform
from beboersim.kernel import kernel
from beboersim.month.clubs import (
    MOST,
    cafe_chance,
    club_chance,
    club_worth,
    homework_chance,
    job_chance,
    job_worth,
    job_worth_expected,
    led_by,
    on_a_debate_evening,
    over_usual,
    usual_club,
)
from beboersim.month.street import (
    FIRST,
    OLDEST_YOUNG,
    contact_chance,
    fading,
    held_by,
    joining,
    leaving_the_street,
    street_worth,
)
from beboersim.world.taking_part import (
    ASSOCIATION,
    CLUB,
    COMMUNITY,
    DEBATED,
    HELPS,
    HOMEWORK,
    MEETINGS,
    MENTORED,
    NETWORK,
    NOBODY,
    OUTREACH,
    SPARE_TIME_JOB,
    STREET,
    VOLUNTEER,
)

if TYPE_CHECKING:
    from beboersim.month.offers import Offer
    from beboersim.month.youth import Youth

CLUB_AGE, CAFE_AGE, JOB_AGE = 10 * 12, 14 * 12, 13 * 12  # months old
SIXTEEN, ADULT = 16 * 12, 18 * 12
COMPANY = CLUB | SPARE_TIME_JOB | OUTREACH | ASSOCIATION | NETWORK | VOLUNTEER
# Times the reference, of who is not left out: groups and friends pull, and who is not held joins twice as readily.
MOST_JOIN = 4.0 * MOST**2
ALWAYS = address(Purpose.YOUTH, 0)  # lots that never change; no month of a run is month 0


class Lots(NamedTuple):
    """Lots of a person's own, which never change: uniform numbers by what they settle."""

    club: float
    job: float
    homework: float
    lasts: float  # how long a job lasts
    cafe: float
    results: float


@kernel
def lots_of(person: int, seed: int) -> Lots:
    """Return the lots of a person."""
    a, b, c, d = philox(seed, person, ALWAYS, 0)
    e, f, _, _ = philox(seed, person, ALWAYS, 1)
    return Lots(uniform(a), uniform(b), uniform(c), uniform(d), uniform(e), uniform(f))


@kernel
def parts_of(
    bits: int, months_old: int, pupil: int, burdened: int, lots: Lots, u_fade: float, o: Offer, p: Youth
) -> int:
    """Return what a young person takes part in this month, as bits.

    Parameters
    ----------
    bits
        The same last month.
    u_fade
        Uniform draw of the month. The company of a club that has closed fades (E020); a job is over with its help.
    """
    comes = months_old < ADULT and lots.club < club_chance(o.club_hours, o.fit, burdened, p)
    if months_old >= CAFE_AGE and o.evenings > 0.0 and lots.cafe < weekly_chance(burdened, o, p):
        comes = True
    if comes:
        bits |= CLUB
    elif bits & CLUB and (u_fade < fading(p.place_months) or (months_old >= ADULT and o.evenings == 0.0)):
        bits &= ~CLUB
    bits &= ~(SPARE_TIME_JOB | HOMEWORK | HELPS)
    if JOB_AGE <= months_old < ADULT and lots.job < job_chance(o.jobs, p):
        bits |= SPARE_TIME_JOB
        if lots.lasts < o.lasting:
            bits |= MENTORED
    elif bits & MENTORED and u_fade < fading(12.0 * p.lasting_years):
        bits &= ~MENTORED
    if pupil == 1 and months_old < SIXTEEN and lots.homework < homework_chance(o.homework, burdened, p):
        bits |= HOMEWORK
    if helps_the_younger(bits, months_old, o):
        bits |= HELPS
    return bits


@kernel
def after_debates(bits: int, months_old: int, burdened: int, lots: Lots, o: Offer, p: Youth) -> int:
    """Return the same after the month's debate evening, if there is one and the young person comes to it (A-15).

    What is learnt there is asked about in the month of birth (month.meetings), and counted anew from the month after.
    """
    if months_old % 12 == 1:
        bits &= ~DEBATED
    if o.debate == 0.0 or months_old < CAFE_AGE:
        return bits
    if lots.cafe < on_a_debate_evening(weekly_chance(burdened, o, p), p):
        bits |= DEBATED
    return bits


@kernel
def helps_the_younger(bits: int, months_old: int, o: Offer) -> bool:
    """Say whether an older youth helps to run a café that the young run themselves (A-25)."""
    of_age = SIXTEEN <= months_old < OLDEST_YOUNG
    return of_age and bits & VOLUNTEER != 0 and o.evenings * o.run_by_young > 0.0


@kernel
def weekly_chance(burdened: int, o: Offer, p: Youth) -> float:
    """Return `cafe_chance` in an area of the month."""
    return cafe_chance(
        o.evenings, o.open_share, o.run_by_young, o.role_models, o.fit, burdened, p
    )


@kernel
def join_chance(
    sex: int, months_old: int, bits: int, peers: int, burdened: int, heavy: int, o: Offer, p: Youth, left_out: int = 0
) -> float:
    """Return the probability of joining a street group this month (M18); `left_out` as `company.is_left_out` has it."""
    chance = joining(sex, months_old, burdened, p)
    if chance == 0.0:
        return 0.0
    led = led_by(o.staffed, o.volunteers, heavy, p)
    chance *= o.pull * ((o.friends_of_women if sex == 1 else o.friends_of_men) if peers == NOBODY else 1.0)
    # Volunteers alone do not hold the young with heavy problems (C-20).
    holds = o.staffed if heavy == 1 else 1.0
    chance *= held_by(p.community_street, holds if peers == COMMUNITY else 0.0, o.company_then)
    in_club = 1.0 if bits & CLUB and months_old < ADULT else 0.0
    usual = usual_club(burdened, p) if months_old < ADULT else 0.0
    chance *= held_by(p.activity_street, in_club * led, usual)
    chance *= held_by(p.left_out_street, left_out, o.left_out_then)
    # Who is heard makes less trouble (C-35); who is of age could go to the residents' meetings in 2015 as well.
    heard = 1.0 if bits & MEETINGS else 0.0
    chance *= held_by(p.heard_street, heard, o.usual_heard if months_old >= ADULT else 0.0)
    # Who helps the younger at the café has a reason to stay.
    return min(chance * (1.0 - p.helping if helps_the_younger(bits, months_old, o) else 1.0), 1.0)


@kernel
def street_step(
    sex: int, months_old: int, bits: int, peers: int, burdened: int, heavy: int, trust: float,
    u_move: float, u_touch: float, o: Offer, p: Youth, left_out: int = 0,
) -> tuple[int, int]:  # fmt: skip
    """Return bits and company after a month in which somebody may join or leave the street, or be met there."""
    on_street = peers == STREET
    if on_street:
        touched = 1 if bits & OUTREACH else 0
        if months_old >= OLDEST_YOUNG or u_move < leaving_the_street(touched, p):
            on_street = False
        elif touched == 0:
            if u_touch < contact_chance(o.workers, int(o.authority), trust, p):
                bits |= OUTREACH
        elif u_touch < fading(p.place_months) * (1.0 - min(o.workers, 1.0)):
            bits &= ~OUTREACH
    else:
        if bits & OUTREACH and (u_touch < fading(p.place_months) or months_old >= OLDEST_YOUNG):
            bits &= ~OUTREACH
        most = joining(sex, months_old, burdened, p) * MOST_JOIN * p.left_out_street
        if u_move < most:
            on_street = u_move < join_chance(sex, months_old, bits, peers, burdened, heavy, o, p, left_out)
    return bits, company_of(bits, on_street)


@kernel
def company_of(bits: int, on_street: bool) -> int:
    """Return the code of whom free time is spent with."""
    if on_street:
        return STREET
    return COMMUNITY if bits & COMPANY else NOBODY


@kernel
def offending_of(
    sex: int, months_old: int, bits: int, peers: int, burdened: int, heavy: int, lasts: int, grown_here: int,
    alone: float, touched: float, o: Offer, p: Youth,
) -> float:  # fmt: skip
    """Return the risk of a conviction over that of others of the same age, sex and home: 1 in the mean in 2015.

    `alone` and `touched` are the shares on the street at the reference, see `street_worth`.
    """
    times = 1.0
    if months_old < ADULT:
        worth = club_worth(led_by(o.staffed, o.volunteers, heavy, p), p)
        worth = 1.0 + (worth - 1.0) * o.coordinated
        usual = usual_club(burdened, p)
        times *= over_usual(worth, 1.0 if bits & CLUB else 0.0, club_worth(1.0, p), usual)
    if months_old >= JOB_AGE:
        worth = job_worth(1 if bits & SPARE_TIME_JOB else 0, lasts, 1 if bits & MENTORED else 0, p)
        worth = 1.0 + (worth - 1.0) * o.coordinated
        usual = job_chance(o.usual_jobs, p) if months_old < ADULT or grown_here == 1 else 0.0
        times *= worth / job_worth_expected(months_old, usual, o.usual_lasting, p)
    if FIRST <= months_old < OLDEST_YOUNG:
        met = 1 if bits & OUTREACH else 0
        times *= street_worth(sex, 1 if peers == STREET else 0, met, alone, touched, p)
    return times


