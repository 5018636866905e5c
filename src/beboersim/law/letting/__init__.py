"""Letting law: who may be refused, who comes first. Dated rules are data; decisions are small functions of numbers.

* `letting.toml`, `practice.toml`: the dated rules and practices, read by `law.dated`.
* `agreements.toml`, `benefits.toml`: criteria, practices' shares, and the benefits that the rules name.
* `decisions`: what holds for one household and one vacancy. Kernels; `beboersim law letting` calls the same ones.
* `rules`: the dated rules compiled to a table for a day, one row an area.
* `case`: a vacancy and its applicants from a file, decided and explained.

How the month calls it
----------------------
Once a month, on its first day:

1. `facts = AreaFacts(...)`: the areas' status codes; residents and the share of 18-64 outside work as last measured
   (nan where unknown); the share of all adults outside work; and for §§ 51 c and 168 a whether the area was a
   transformation area with a plan, whether the plan is carried out, and the lists running since it left.
2. `terms = Terms(...)`: the levers `letting.<field>` by area. `choices = Choices(rules=letting.rules,
   criteria=letting.criteria, practice=letting.practice, work_share=letting.work_share,
   internal_every=letting.internal_every, special_rules=list.special_rules)`.
3. `table = letting_rules(day, facts, terms, choices)`, handed to the kernels.

For each seeker, once a month, an `Applicant`:

* age of the applicant, persons, children under 18, `youth` (one for whom youth dwellings are meant);
* `grounds`: the bits of `grounds_of` of every member, or-ed. Needs of a member: age, months since a release and since a
  lease cancelled for disorder (NEVER if not), release from a youth institution, citizenship, student or not, and the
  months in a row on each group of benefits (`benefits.toml`);
* of the keepers: the longest working week in hours, the months of that contract (PERMANENT without end), whether it is
  subsidised, whether one is in education, the age of the youngest;
* rooms of the home given up, months since a separation and months at one address before it, a clean record;
* `cash_now`, `cash_months`, `widened_months`: `both(own, partner_counts(married, months_together, 24), partner's)`;
* `lives_here`, `in_organisation`: to be set for each vacancy, from the seeker's own estate and organisation;
* `local_youth`, `dispensation`, `nothing_elsewhere` (a draw with the chance `letting.assignment_fallback`).

For each vacancy, `r = rule_of(table, area)`, `kind = relabelled(kind, square_metres, r)`, and three turns. The month
draws them as addressed coins with chance `r.assignment_share`, `r.flexible_share` and `1 / r.internal_every`, where a
case counts them with `is_the_turn`; `others_turn` likewise with `1 - r.work_share`. Then for `step` in 0 to 5:
`route = route_at(step, r.flexible_duty)` (under a duty only for family dwellings), skipped unless
`is_open(route, kind, ...)`. The route's seekers stand sorted by `place_in_queue`; the first whom
`meant_for` and `fits_the_home` suit, whom `refusal(...)` does not refuse, and who says yes, gets the home. `refusal`
returns a place in REASONS, to be logged with the event.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.kernel import kernel
from beboersim.law.letting.agreements import criteria
from beboersim.law.letting.decisions import CASH_BENEFIT, fits_the_home
from beboersim.law.letting.rules import bars_by_status, duty_by_status

__all__ = [
    "BAR_BENEFIT_TOO", "BAR_GROUNDS_1_TO_4", "FULL_TIME_WEEK", "NO_BAR", "LettingInForce", "barred_from_assignment",
    "fits_the_home", "in_force", "meets_flexible_criteria",
]  # fmt: skip

# What follows is what the month used before the table of `rules`; it reads the same dated rules.
NO_BAR, BAR_GROUNDS_1_TO_4, BAR_BENEFIT_TOO = 0, 1, 2
FULL_TIME_WEEK = 37.0  # hours, the Danish full-time week
USUAL_HOURS = criteria("usual").hours


class LettingInForce(NamedTuple):
    """What the law says of each area on a day: the bar on assignment, and whether flexible letting is a duty."""

    assignment_bar: NDArray[np.int64]
    flexible_duty: NDArray[np.int64]


def in_force(day: date, status: NDArray[np.int64]) -> LettingInForce:
    """Return the bars and duties that follow from the areas' statuses on a day.

    Parameters
    ----------
    day
        The day of the letting.
    status
        Status code of each area (see law.lists).
    """
    levels = [
        NO_BAR if mask == 0 else BAR_BENEFIT_TOO if mask & CASH_BENEFIT else BAR_GROUNDS_1_TO_4
        for mask in bars_by_status(day)
    ]
    return LettingInForce(np.array(levels, np.int64)[status], np.array(duty_by_status(day), np.int64)[status])


@kernel
def barred_from_assignment(bar: int, recently_convicted: int, foreign_citizen: int, six_months_on_benefit: int) -> int:
    """Say whether § 59(6)-(7) forbids assigning a household; any member's ground is enough.

    Parameters
    ----------
    bar
        0 none, 1 grounds 1-4 (release, youth institution, cancelled lease, citizenship), 2 benefit as well.
    recently_convicted
        1 if a member was convicted in the last six months (stands for release within six months).
    foreign_citizen
        1 if a member is a citizen of a country outside EU, EEA and Switzerland and not a student.
    six_months_on_benefit
        1 if a member has lived on cash or similar benefit for six months in a row.
    """
    if bar >= BAR_GROUNDS_1_TO_4 and (recently_convicted == 1 or foreign_citizen == 1):
        return 1
    if bar >= BAR_BENEFIT_TOO and six_months_on_benefit == 1:
        return 1
    return 0


@kernel
def meets_flexible_criteria(hours_a_week: float, in_education: int, all_seniors: int) -> int:
    """Say whether a household meets the usual flexible-letting criteria (§ 60): work, education, or senior.

    Parameters
    ----------
    hours_a_week
        The longest working week of a keeper; 25 hours or more counts (S59).
    in_education
        1 if a keeper is in education that gives SU, or an apprentice (S59).
    all_seniors
        1 if every keeper is 65 or older, who are exempt (S60).
    """
    return 1 if hours_a_week >= USUAL_HOURS or in_education == 1 or all_seniors == 1 else 0
