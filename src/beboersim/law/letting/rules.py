"""The rules of letting compiled to a table: for a day, one row an area, in numbers that a kernel takes.

The month makes the table once, on its first day, from the areas' statuses and the levers in force; `beboersim law
letting` makes a table of one area from a case. The values come from the dated rules and from nowhere else.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.errors import InputError, meant
from beboersim.kernel import borrowing, kernel
from beboersim.law.dated import Rule, all_rules, rule_on
from beboersim.law.letting.agreements import criteria, practice
from beboersim.law.letting.decisions import GROUNDS, AreaRule, bar_sticks, may_use_combined

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# The wordings of letting law since 2010: a year's name, and the day from which it held until the next.
WORDINGS: Mapping[str, date] = {
    "2010": date(2010, 1, 1),
    "2011": date(2011, 1, 1),
    "2018": date(2018, 12, 1),
    "2019": date(2019, 7, 1),
    "2021": date(2021, 11, 30),
    "2024": date(2024, 1, 1),
}
HARD = 4  # status code of hard ghetto and omdannelsesområde
BARS = ("assignment_bar_udsat", "assignment_bar_prevention")
DUTIES = ("flexible_letting_obligatory_udsat", "flexible_letting_obligatory_prevention")


class AreaFacts(NamedTuple):
    """What the rules of letting ask about each area on a day. A share that is not known is nan, and decides nothing."""

    status: I64  # code, see law.lists
    residents: F64
    outside_work: F64  # of 18-64, as the list measures it (§ 51 b)
    outside_adults: F64  # of all adults of 18 and over (Copenhagen's 40-plus rule)
    was_hard: I64  # 1 if it was a transformation area with a development plan
    plan_done: I64  # 1 if that plan is carried out
    years_off: I64  # lists running since it left the category


class Terms(NamedTuple):
    """What is agreed or decided for each area, as the levers of the same names hold it; flags are 0 and 1."""

    assignment_share: F64
    assignment_bars: F64
    assignment_fallback: F64
    flexible_share: F64
    flexible_obligatory: F64
    local_youth_priority: F64
    combined_letting: F64
    combined_widened: F64
    hard_area_bar: F64
    family_first: F64
    youth_relabel: F64
    internal_exempt: F64
    clean_record: F64


class Choices(NamedTuple):
    """What is the same in the whole town: the wording of the law, criteria, practice, and the internal list's turn.

    `rules` is "law" for the law of the day, or a year of `WORDINGS`. `practice` "none" leaves the terms as they are.
    `internal_every` None is as the law of the day has it; 0 is never.
    """

    rules: str = "law"
    criteria: str = "usual"
    practice: str = "none"
    work_share: float | None = None
    internal_every: int | None = None
    special_rules: bool = True


class LettingRules(NamedTuple):
    """The rules in every area on a day: the columns of `decisions.AreaRule`, one row an area."""

    assignment_share: F64
    assignment_bars: I64
    assignment_fallback: I64
    flexible_share: F64
    flexible_duty: I64
    work_share: F64
    hours: F64
    contract_months: I64
    subsidised_counts: I64
    study: I64
    exempt_age: I64
    releasing_age: I64
    separated_months: I64
    shared_months: I64
    clean_record: I64
    binds_internal: I64
    internal_exempt: I64
    internal_every: I64
    combined_months: I64
    combined_widened: I64
    hard_area: I64
    family_rooms: I64
    family_children: I64
    youth_from_m2: F64
    youth_to_m2: F64
    local_youth: I64
    swap_control: I64


def plain_facts(areas: int, **columns: Any) -> AreaFacts:
    """Return facts about so many areas: no status, nothing known, but the columns given."""
    unknown, none = np.full(areas, np.nan), np.zeros(areas, np.int64)
    return AreaFacts(none, unknown, unknown, unknown, none, none, none)._replace(**columns)


def plain_terms(areas: int, **columns: Any) -> Terms:
    """Return the terms where nothing is agreed: the municipality's quarter, the law's bars and duties, nothing else."""
    on, off = np.ones(areas), np.zeros(areas)
    quarter = np.full(areas, 1.0 / wording("municipal_assignment_quarter", date(2010, 1, 1)).number("one_in"))
    return Terms(quarter, on, on, off, on, off, off, off, on, off, off, off, off)._replace(**columns)


def law_day(day: date, rules: str) -> date:
    """Return the day whose letting law holds: the day itself, or the first day of a chosen wording."""
    if rules == "law":
        return day
    if rules not in WORDINGS:
        known = ", ".join(WORDINGS)
        raise InputError(f"{rules} is no wording of letting law.{meant(rules, WORDINGS)} Known: law, {known}.")
    return WORDINGS[rules]


def wording_of(day: date) -> int:
    """Return the number of days up to a day on which anything in the rules begins or ends.

    Two days with the same number have the same rules.
    """
    return bisect_right(turns(), day)


@cache
def turns() -> list[date]:
    """Return the days on which any dated rule begins or ends, or which a rule names, in order."""
    found = set()
    for rule in all_rules():
        named = [value for value, _ in rule.values.values()]
        found |= {day for day in (rule.start, rule.until, *named) if isinstance(day, date)}
    return sorted(found)


def wording(rule_id: str, day: date) -> Rule:
    """Return a rule that must hold on a day."""
    rule = rule_on(rule_id, day)
    assert rule is not None, f"{rule_id} on {day}"
    return rule


@cache
def bars_by_status(day: date) -> tuple[int, ...]:
    """Return for each status code the grounds that bar assignment on a day (§ 59, stk. 6 and 7), as bits."""
    masks = [0] * (HARD + 1)
    for rule_id in BARS:
        rule = rule_on(rule_id, day)
        if rule is not None:
            grounds = sum(1 << GROUNDS.index(ground) for ground in rule.data["grounds"])
            for code in rule.codes:
                masks[code] |= grounds
    return tuple(masks)


@cache
def times_of_assignment_bars(law: date) -> tuple[int, int]:
    """Return the two times of § 59, stk. 6: within how many months a ground counts, and how many of benefit in a row.

    On a day without the bar, or without its ground of benefits, the later wording's: nothing then turns on them.
    """
    later = wording("assignment_bar_udsat", WORDINGS["2018"])
    rule = rule_on("assignment_bar_udsat", law) or later
    return int(rule.number("recent_months")), int(later.number("benefit_months"))


@cache
def bars_in_combined_areas(day: date) -> int:
    """Return the grounds that bar assignment on a day where combined letting may be used, listed or not, as bits."""
    rule = rule_on("assignment_bar_udsat", day)
    if rule is None or not rule.data.get("combined_areas", False):
        return 0
    return sum(1 << GROUNDS.index(ground) for ground in rule.data["grounds"])


@cache
def duty_by_status(day: date) -> tuple[int, ...]:
    """Return for each status code whether flexible letting is a duty on a day (§ 60, stk. 4)."""
    found = [rule for rule_id in DUTIES if (rule := rule_on(rule_id, day)) is not None]
    return tuple(int(any(code in rule.codes for rule in found)) for code in range(HARD + 1))


def letting_rules(day: date, facts: AreaFacts, terms: Terms, choices: Choices) -> LettingRules:
    """Return the rules of letting in every area on a day.

    Parameters
    ----------
    day
        The day of the letting.
    facts, terms
        What is known of the areas, and what is agreed or decided for each.
    choices
        What holds in the whole town.
    """
    law = law_day(day, choices.rules)
    areas = len(facts.status)
    special = 1 if choices.special_rules else 0
    combined_here = combined_areas(law, facts)
    sticks = former_hard_areas(day, law, facts)
    bars = np.array(bars_by_status(law), np.int64)[facts.status]
    bars |= combined_here * bars_in_combined_areas(law) | sticks * bars_by_status(law)[HARD]
    bars *= _flag(terms.assignment_bars > 0.5) * special
    fallback = np.maximum(_where(rule_on("assignment_fallback", law), facts), sticks)
    duty = np.array(duty_by_status(law), np.int64)[facts.status] * (terms.flexible_obligatory > 0.5) * special
    assignment, flexible, names = by_practice(day, facts, terms, choices)
    known = {name: number for number, name in enumerate(dict.fromkeys(names))}
    which = np.array([known[name] for name in names], np.int64)
    sets = [criteria(name) for name in known]
    most_by_work = 1.0 if choices.work_share is None else choices.work_share

    def column(field: str) -> F64:
        return np.array([float(getattr(one, field)) for one in sets])[which]

    def whole(field: str) -> I64:
        return column(field).astype(np.int64)

    combined = wording("combined_letting", law)
    family, youth = wording("family_room_priority", law), rule_on("youth_relabel", law)
    relabel = _flag(terms.youth_relabel > 0.5, _where(youth, facts)).astype(np.float64) * special
    exempt = _where(rule_on("flexible_internal_exemption", law), facts)
    every = choices.internal_every
    if every is None:
        every = int(wording("internal_moveup", law).data["every"])
    in_combined = _flag(terms.combined_letting > 0.5, combined_here)
    return LettingRules(
        assignment_share=assignment,
        assignment_bars=bars,
        assignment_fallback=_flag(fallback, terms.assignment_fallback > 0.0),
        flexible_share=flexible,
        flexible_duty=duty.astype(np.int64),
        work_share=np.minimum(column("work_share"), most_by_work),
        hours=column("hours"),
        contract_months=whole("contract_months"),
        subsidised_counts=whole("subsidised_counts"),
        study=whole("study"),
        exempt_age=whole("exempt_age"),
        releasing_age=whole("releasing_age"),
        separated_months=whole("separated_months"),
        shared_months=whole("shared_months"),
        clean_record=np.maximum(whole("clean_record"), _flag(terms.clean_record > 0.5)),
        binds_internal=whole("binds_internal") * _flag(flexible > 0.0),
        internal_exempt=_flag(exempt, terms.internal_exempt > 0.5),
        internal_every=np.full(areas, every, np.int64),
        combined_months=in_combined * int(combined.number("benefit_months")),
        combined_widened=_flag(terms.combined_widened > 0.5),
        hard_area=_flag(hard_areas(law, facts, sticks), terms.hard_area_bar > 0.5) * special,
        family_rooms=_flag(terms.family_first > 0.5) * int(family.number("rooms")),
        family_children=np.full(areas, int(family.number("children")), np.int64),
        youth_from_m2=relabel * (0.0 if youth is None else youth.number("from_m2")),
        youth_to_m2=relabel * (0.0 if youth is None else youth.number("to_m2")),
        local_youth=_flag(terms.local_youth_priority > 0.5),
        swap_control=_where(rule_on("swap_sublet_control", law), facts) * special,
    )  # fmt: skip


def by_practice(day: date, facts: AreaFacts, terms: Terms, choices: Choices) -> tuple[F64, F64, list[str]]:
    """Return the shares of assignment and flexible letting and the criteria of each area, as a practice has them.

    What a practice does not say stays as the terms have it; so does an area whose step turns on a share not known.
    """
    assignment, flexible = terms.assignment_share.astype(np.float64), terms.flexible_share.astype(np.float64)
    names = [choices.criteria] * len(assignment)
    if choices.practice == "none":
        return assignment, flexible, names
    chosen = practice(choices.practice)
    combined = combined_areas(law_day(day, choices.rules), facts)
    for area in range(len(assignment)):
        outside = float(facts.outside_adults[area])
        step = chosen.step_of(int(facts.status[area]), None if math.isnan(outside) else outside, bool(combined[area]))
        names[area] = chosen.criteria
        if step is not None:
            names[area] = step.criteria or chosen.criteria
            assignment[area] = assignment[area] if step.assignment_share is None else step.assignment_share
            flexible[area] = flexible[area] if step.flexible_share is None else step.flexible_share
    return assignment, flexible, names


def combined_areas(law: date, facts: AreaFacts) -> I64:
    """Return where combined letting may be used: 1 where the area meets the test of § 51 b."""
    rule = wording("combined_letting", law)
    lines = [rule.number(name) for name in ("residents", "outside", "many_residents", "less_outside")]
    return _combined(facts.residents, facts.outside_work, *lines)


def hard_areas(law: date, facts: AreaFacts, sticks: I64) -> I64:
    """Return where § 51 c holds: in transformation areas, and in former ones where it sticks."""
    if rule_on("hard_area_entry_bar", law) is None:
        return np.zeros(len(facts.status), np.int64)
    return np.maximum(_flag(facts.status == HARD), sticks)


def former_hard_areas(day: date, law: date, facts: AreaFacts) -> I64:
    """Return where the bars stick: in former transformation areas with a plan, until it ends (§ 168 a, stk. 6)."""
    rule = rule_on("hard_area_bar_sticks", law)
    if rule is None:
        return np.zeros(len(facts.status), np.int64)
    end = rule.values["ends"][0]
    assert isinstance(end, date)
    over, years = int(day >= end), int(rule.number("years_off"))
    return _sticking(facts.was_hard, facts.plan_done, facts.years_off, years, over)


@kernel
def _combined(
    residents: F64, outside: F64, least: float, least_outside: float, many: float, many_outside: float
) -> I64:
    found = np.zeros(residents.shape[0], np.int64)
    for area in range(residents.shape[0]):
        found[area] = may_use_combined(residents[area], outside[area], least, least_outside, many, many_outside)
    return found


@kernel
def _sticking(was_hard: I64, plan_done: I64, years_off: I64, years: int, over: int) -> I64:
    found = np.zeros(was_hard.shape[0], np.int64)
    for area in range(was_hard.shape[0]):
        found[area] = bar_sticks(was_hard[area], plan_done[area], years_off[area], years, over)
    return found


@borrowing
def rule_of(rules: LettingRules, area: int) -> AreaRule:
    """Return one area's rules, as the decisions take them."""
    return AreaRule(
        rules.assignment_share[area],
        rules.assignment_bars[area],
        rules.assignment_fallback[area],
        rules.flexible_share[area],
        rules.flexible_duty[area],
        rules.work_share[area],
        rules.hours[area],
        rules.contract_months[area],
        rules.subsidised_counts[area],
        rules.study[area],
        rules.exempt_age[area],
        rules.releasing_age[area],
        rules.separated_months[area],
        rules.shared_months[area],
        rules.clean_record[area],
        rules.binds_internal[area],
        rules.internal_exempt[area],
        rules.internal_every[area],
        rules.combined_months[area],
        rules.combined_widened[area],
        rules.hard_area[area],
        rules.family_rooms[area],
        rules.family_children[area],
        rules.youth_from_m2[area],
        rules.youth_to_m2[area],
        rules.local_youth[area],
        rules.swap_control[area],
    )


def _where(rule: Rule | None, facts: AreaFacts) -> I64:
    """Return 1 in the areas of the statuses that a rule is about, 0 where it does not hold."""
    if rule is None:
        return np.zeros(len(facts.status), np.int64)
    return np.array([int(rule.holds_in(code)) for code in range(HARD + 1)], np.int64)[facts.status]


def _flag(*conditions: NDArray[np.generic]) -> I64:
    """Return 1 where every condition holds."""
    together = np.ones(len(conditions[0]), np.bool_)
    for one in conditions:
        together &= one.astype(np.bool_)
    return together.astype(np.int64)
