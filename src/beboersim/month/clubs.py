"""What the young take part in, and what it is worth: clubs and cafés, jobs with a mentor, homework cafés.

Rates are those of 2015 with what ran then. Each worth is therefore over what was to be expected of the same person at
the reference, so that those who take part and those who do not come to one together, and a town stands still.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from beboersim.kernel import kernel

if TYPE_CHECKING:
    from beboersim.month.youth import Youth

SCHOOL_YEAR = 12.0  # months of a job before leaving school that count (E030: hours in the last school year)
CLUB_YEARS = 6.0  # a pupil's years of clubs that the difference in results was measured over (E021: one to six)
PERCENTILES = 100.0 / np.sqrt(2.0 * np.pi)  # a standard deviation around the median, in percentiles
MOST = 3.0  # no pull and no company changes a chance more than so many times


@kernel
def club_chance(hours: float, fit: float, burdened: int, p: Youth) -> float:
    """Return the probability that somebody of 10-17 comes to a club at least weekly (M08, E146).

    Parameters
    ----------
    hours
        Opening hours of the area's clubs over those of 2015-2018; a further hour draws fewer new ones.
    fit
        How well activities fit those they are for, times.
    burdened
        1 where there are heavy problems at home: then fewer come (C-34).
    """
    more = (1.0 - np.exp(-p.saturation * hours)) / (1.0 - np.exp(-p.saturation))
    return min(p.club_reach * more * fit * (p.home_apart if burdened == 1 else 1.0), 1.0)


@kernel
def usual_club(burdened: int, p: Youth) -> float:
    """Return `club_chance` at the reference, written out: it is asked for often."""
    return p.club_reach * (p.home_apart if burdened == 1 else 1.0)


@kernel
def led_by(staffed: float, volunteers: float, heavy: int, p: Youth) -> float:
    """Return the part of a club's hours that adults whom this young person listens to lead, 0-1 (C-20).

    Volunteers lead a part of the hours that staff do not, but do not carry the young with heavy problems.
    """
    return staffed + (1.0 - staffed) * (0.0 if heavy == 1 else p.volunteers_worth * volunteers)


@kernel
def club_worth(structure: float, p: Youth) -> float:
    """Return what coming to a club does to the risk of a conviction, times (M08).

    `club_rr` is the ratio of a whole area where `club_reach` come (E020); those who come carry all of it. Without
    adults and without a plan for the evening a club does harm (E109, X9): the worth turns at `club_turn`.

    Parameters
    ----------
    structure
        Part of the hours in which adults lead something, 0-1.
    """
    if structure < p.club_turn:
        return 1.0 + (p.club_harm - 1.0) * (1.0 - structure / p.club_turn)
    return 1.0 - (1.0 - p.club_rr) / p.club_reach * (structure - p.club_turn) / (1.0 - p.club_turn)


@kernel
def over_usual(worth: float, member: float, usual_worth: float, usual: float) -> float:
    """Return a worth over what is expected at the reference, where a share `usual` takes part in `usual_worth`."""
    return (1.0 + (worth - 1.0) * member) / (1.0 + (usual_worth - 1.0) * usual)


@kernel
def job_chance(helped: float, p: Youth) -> float:
    """Return the probability of a spare-time job with a mentor at 13-17 (M09).

    Parameters
    ----------
    helped
        Share who are offered help; their chance of a job is `job_gain` times the usual one (E010, E032).
    """
    return min(helped * min(p.job_gain * p.job_usual, 1.0), 1.0)


@kernel
def job_worth(has_job: int, lasts: int, mentored: int, p: Youth) -> float:
    """Return what a job with a mentor does to the risk of a conviction, times (E024 to E028).

    One that ends within half a year does harm (E115); what a longer one gave is kept when it is over.
    """
    if has_job == 1:
        return p.job_rr if lasts == 1 else p.job_short_rr
    return p.job_rr if mentored == 1 else 1.0


@kernel
def job_worth_expected(months_old: int, job: float, lasting: float, p: Youth) -> float:
    """Return the mean of `job_worth` at the reference of those who have lived here since they were 13.

    Parameters
    ----------
    job, lasting
        Share with such a job at 13-17, and the part of these jobs that last.
    """
    if months_old < 18 * 12:
        return 1.0 + job * (lasting * (p.job_rr - 1.0) + (1.0 - lasting) * (p.job_short_rr - 1.0))
    return 1.0 + job * lasting * 0.5 ** ((months_old / 12.0 - 18.0) / p.lasting_years) * (p.job_rr - 1.0)


@kernel
def homework_chance(hours: float, burdened: int, p: Youth) -> float:
    """Return the probability that a pupil of 10-15 comes to the homework café; `hours` as in `club_chance` (M19)."""
    return min(p.homework_reach * hours * (p.home_apart if burdened == 1 else 1.0), 1.0)


@kernel
def results_gained(
    homework: int, usual_homework: float, club: float, usual_club: float, poor: int, role_models: float, p: Youth,
    member: float = 0.0,
) -> float:  # fmt: skip
    """Return the percentiles that a year adds to a pupil's results over those of the reference (M19, M08, M25).

    Parameters
    ----------
    homework, usual_homework
        1 for who comes to the homework café, and the share that came at the reference.
    club, usual_club
        The same of clubs, times the part of their hours that adults lead.
    poor
        1 where nobody at home works or studies: the loss of clubs cost those three times as much (E021).
    role_models
        Share of older youths in work or education over that of the first day, in standard deviations of areas (E128).
    member
        1 for members of an association, less the share who were in 2015; 0 at an age at which nobody is asked (C-29).
    """
    deviations = p.homework * (homework - usual_homework)
    clubs = p.club_results / p.club_reach / CLUB_YEARS * (p.club_results_poor if poor == 1 else 1.0)
    deviations += clubs * (club - usual_club) + p.association_results * member
    return PERCENTILES * deviations + p.role_results / CLUB_YEARS * role_models


@kernel
def learning_of(has_job: int, usual_job: float, results: float, results_expected: float, p: Youth) -> float:
    """Return what is added to the chance of starting youth education (M04, M19).

    Parameters
    ----------
    has_job, usual_job
        1 for who has a job with a mentor in the last school year, and the share that had at the reference (E030).
    results, results_expected
        Percentile of the results, and what it would be with what ran in 2015.
    """
    hours = p.job_hours * SCHOOL_YEAR / 100.0
    return p.job_start * hours * (has_job - usual_job) + p.results_start * (results - results_expected) / PERCENTILES


@kernel
def cafe_chance(
    evenings: float, open_share: float, run_by_young: float, role_models: float, fit: float, burdened: int, p: Youth
) -> float:
    """Return the probability that somebody of 14-24 comes to the area's café in a week (A-11, A-13, A-14; E147).

    Parameters
    ----------
    evenings
        Evenings a week.
    open_share
        Part of them that there is somebody to open: volunteers, or staff where staff run it.
    run_by_young
        1 where the young run it themselves.
    role_models
        As in `results_gained`: older youths whom the younger look up to.
    """
    more = 1.0 + p.cafe_own * run_by_young
    more *= min(max(1.0 + p.role_attend * role_models, 0.0), MOST)
    more *= p.home_apart if burdened == 1 else 1.0
    return min(p.cafe_reach * evenings * open_share * more * fit, 1.0)


@kernel
def on_a_debate_evening(chance: float, p: Youth) -> float:
    """Return the same in a month with an evening on what is hard to talk about (A-15)."""
    return min(chance * (1.0 + p.debate_peak), 1.0)


def debates_in(month: int, a_year: float) -> int:
    """Return the debate evenings of a month, spread evenly over the year."""
    return int(np.floor((month % 12 + 1) * a_year / 12.0) - np.floor(month % 12 * a_year / 12.0))
