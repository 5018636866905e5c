"""Volunteers: what decides whether somebody lends a hand, joins, stops and trusts, and what rooms need to be in use.

Functions of one person or one area, without a town; `month.volunteering` applies them. Sizes and sources: effects M11
to M13, and evidence/parameters/volunteering.toml.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from beboersim.kernel import kernel

TRUST_UNIT = 50.0  # ties.trust is kept in these parts of a standard deviation
NOT_MET = 0  # of ties.trust: nobody's trust is drawn as exactly this
HIGHEST_TRUST = 127


class Volunteering(NamedTuple):
    """Parameters of this process; see evidence/parameters/volunteering.toml."""

    local: float
    quit_year: float
    asked_per_staff: float
    asked_gain: float
    supported_per_staff: float
    unsupported: float
    carry_quit: float
    helper_quit: float
    trust_odds: float
    trust_stability: float
    member_share: float
    member_quit_year: float
    member_trust: float
    meetings_trust: float
    club_trust: float
    advice_trust: float
    mediation_trust: float
    referral_gain: float
    rooms_gain: float
    house_gain: float
    grounds_gain: float
    together: float
    day_need: float
    evening_need: float
    network_share: float
    culture_rooms: float


class Reference(NamedTuple):
    """What ran in 2015, by which everything is measured: it does not depend on the scenario."""

    staff: float  # staff-years per 1,000 residents
    asked: float
    rooms: float
    grounds: float
    volunteer_odds: float
    member_odds: float
    network_odds: float


@kernel
def asked_share(staff: float, times: float, per_staff: float) -> float:
    """Return the share of residents whom staff ask in a year to lend a hand.

    Parameters
    ----------
    staff
        Staff-years per 1,000 residents.
    times
        The part of their time that goes to it, times that of 2015.
    per_staff
        Residents whom a staff-year asks (assumption; that many are never asked: E094).
    """
    return 1.0 - np.exp(-per_staff * times * staff / 1000.0)


@kernel
def supported_share(volunteers: float, staff: float, times: float, per_staff: float) -> float:
    """Return the share of volunteers whom staff support, with at most `per_staff` a staff-year (M11, assumption)."""
    if volunteers <= 0.0:
        return 1.0
    return min(1.0, per_staff * times * staff / volunteers)


@kernel
def volunteer_odds(asked: float, reference: Reference, local: float, asked_gain: float) -> float:
    """Return the odds that somebody of average trust is a volunteer, when so large a share is asked.

    The share is the published one in the local community (E092) at the reference, and q higher where all are asked than
    where nobody is (M11: P = base + q * P(asked)).
    """
    share = min(max(local + asked_gain * (asked - reference.asked), 0.0), 0.95)
    return reference.volunteer_odds * (share / (1.0 - share)) / (local / (1.0 - local))


@kernel
def stops_more(supported: float, missing: float, carry: float, p: Volunteering) -> float:
    """Return how many times as many volunteers stop, without support and where they carry what the staff did.

    Parameters
    ----------
    supported
        Share of the volunteers whom staff support.
    missing
        Share of the staff of 2015 that is not there.
    carry
        1 where volunteers are asked to do the staff's work as well.
    """
    return (supported + (1.0 - supported) * p.unsupported) * (1.0 + carry * missing * (p.carry_quit - 1.0))


@kernel
def open_after_hours(volunteers: float, need: float) -> float:
    """Return the share of evenings and weekends that so many volunteers per 1,000 residents keep open (C-21)."""
    return min(1.0, volunteers / need)


@kernel
def continuity(day: float, evening: float, together: float) -> float:
    """Return how much of the day and evening what is begun goes on, 0 to 1.

    Parameters
    ----------
    day, evening
        Share of the staff's hours and of the hours after them that are covered.
    together
        0: either does as well without the other; 1: neither lasts alone (C-22, assumption).
    """
    return (1.0 - together) * 0.5 * (day + evening) + together * np.sqrt(day * evening)


@kernel
def in_use(rooms: float, people: float, frame: float) -> float:
    """Return the rooms and grounds in use: rooms without people stand empty, people without rooms stand outside.

    A community needs a room, people who do something there, food, a frame and a fixed day: without one of them there is
    none (A-18; M13: a venue alone does nothing).
    """
    return min(rooms, people) * frame


@kernel
def hands_for(heavy: int, staff: float, volunteers: float) -> float:
    """Return the people who can carry a young person: volunteers too, but staff alone where problems are heavy.

    That volunteers carry nobody with heavy problems is the rule of C-20.
    """
    return staff if heavy == 1 else staff + volunteers


@kernel
def next_trust(trust: float, felt: float, kept: float, noise: float) -> float:
    """Return trust a year later, in standard deviations.

    Parameters
    ----------
    trust
        Trust in others now, against the nation's mean.
    felt
        What the person takes part in adds to the level that trust returns to (M12: next to nothing, E117 E118).
    kept
        Correlation of trust with that of a year before.
    noise
        A standard normal draw.
    """
    return felt + kept * (trust - felt) + np.sqrt(1.0 - kept**2) * noise


@kernel
def in_steady_state(join: float, leave: float) -> float:
    """Return the share that takes part where so many join and stop in a month."""
    return join / (join + leave) if join > 0.0 else 0.0


@kernel
def still_in(is_in: int, join: float, leave: float, u: float) -> int:
    """Say whether somebody takes part next month."""
    if is_in == 1:
        return 0 if u < leave else 1
    return 1 if u < join else 0


@kernel
def month_rate(yearly: float) -> float:
    """Return the chance a month that leaves the same share after a year."""
    return 1.0 - (1.0 - yearly) ** (1.0 / 12.0)


@kernel
def as_kept(trust: float) -> int:
    """Return trust as the column holds it; it is never the mark of those who were not met."""
    code = int(np.floor(min(max(trust * TRUST_UNIT, -HIGHEST_TRUST), HIGHEST_TRUST) + 0.5))
    return code if code != NOT_MET else 1


@cache
def odds_at_mean_trust(share: float, trust_odds: float) -> float:
    """Return the odds of somebody of average trust under which a share of all takes part.

    Parameters
    ----------
    share
        Of all whose trust is spread normally.
    trust_odds
        How many times the odds are higher with a standard deviation more trust.
    """
    at, weight = np.polynomial.hermite_e.hermegauss(40)
    low, high = -20.0, 20.0
    for _ in range(80):
        middle = 0.5 * (low + high)
        mean = weight @ (1.0 / (1.0 + np.exp(-middle - np.log(trust_odds) * at))) / weight.sum()
        low, high = (middle, high) if mean < share else (low, middle)
    return float(np.exp(low))
