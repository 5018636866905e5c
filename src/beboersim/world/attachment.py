"""Attachment to work: the rates of two latent types, and the long-run shares outside work that follow from them."""

from __future__ import annotations

from typing import NamedTuple

WAGE_BY_EDUCATION = (0.80, 0.88, 1.0, 1.30)  # relative wage by education code (assumption, fitted mean)


class Work(NamedTuple):
    """Parameters of this process; see evidence/parameters/work.toml."""

    find_stable: float
    find_weak: float
    lose_stable: float
    lose_weak: float
    lose_fresh: float
    fresh_months: float
    find_after_55: float
    become_weak: float
    callback_penalty: float
    programme_men: float
    programme_women: float
    programme_reach: float
    part_time_share: float
    part_time_hours: float
    benefit: float
    student_grant: float
    pension: float
    youth_income: float


def steady_states(p: Work) -> tuple[float, float]:
    """Return the long-run share outside work of the stably and the weakly attached, from the monthly rates.

    A weakly attached person's job lasts `fresh_months` at the fresh rate, then goes on at the lower one.
    """
    stable = p.lose_stable / (p.lose_stable + p.find_stable)
    survive = (1.0 - p.lose_fresh) ** p.fresh_months
    in_job = (1.0 - survive) / p.lose_fresh + survive / p.lose_weak
    waiting = 1.0 / p.find_weak
    return stable, waiting / (waiting + in_job)
