"""The decisions of letting law, one household and one vacancy at a time: small functions of numbers, compiled.

`beboersim law letting` and the month call the same ones. A household comes as `Applicant`, an area's rules of the month
as `AreaRule` (one row of `rules.LettingRules`), flags as 0 and 1, times as whole months. Grounds and merits are sets of
bits, so that a household's facts are one number and a rule is a mask.
"""

from __future__ import annotations

from typing import NamedTuple

from beboersim.kernel import kernel

# Routes, in the legal order (law.md §2.1); the first six are those of world.codes.ROUTES.
REHOUSING, ASSIGNED, FLEXIBLE, INTERNAL, LIST, OTHER, SWAP, SUBLET = range(8)
ROUTES = ("rehousing", "assigned", "flexible", "internal", "list", "other", "swap", "sublet")
IN_ORDER = (REHOUSING, ASSIGNED, FLEXIBLE, INTERNAL, LIST, OTHER)
UNDER_DUTY = (REHOUSING, ASSIGNED, INTERNAL, FLEXIBLE, LIST, OTHER)

# Kinds of dwelling, as in world.codes.
FAMILY, YOUTH, ELDERLY = 0, 1, 2
KINDS = ("family", "youth", "elderly")

# Grounds of § 59, stk. 6 and 7, that any member may give.
GROUNDS = (
    "released", "youth_institution", "lease_cancelled", "foreign_citizen", "cash_benefit", "disability_pension",
    "insured_benefit", "integration_benefit",
)  # fmt: skip
(
    RELEASED, YOUTH_INSTITUTION, LEASE_CANCELLED, FOREIGN_CITIZEN, CASH_BENEFIT, DISABILITY_PENSION, INSURED_BENEFIT,
    INTEGRATION_BENEFIT,
) = (1, 2, 4, 8, 16, 32, 64, 128)  # fmt: skip

# Criteria of flexible letting that a household may meet.
MERITS = ("work", "study", "senior", "releases_larger", "separated")
WORK, STUDY, SENIOR, RELEASES_LARGER, SEPARATED = 1, 2, 4, 8, 16

# Why a household is refused: 0 is not at all; the grounds of § 59 are FIRST_GROUND + their place in GROUNDS.
REASONS = (
    "none", "too_young", *GROUNDS, "criteria", "duty", "work_share", "clean_record", "combined", "hard_area", "size",
    "kind",
)  # fmt: skip
NOT_REFUSED, TOO_YOUNG, FIRST_GROUND = 0, 1, 2
CRITERIA, DUTY, WORK_SHARE, NO_CLEAN_RECORD, COMBINED, HARD_AREA, SIZE, KIND = range(10, 18)

NEVER = 10_000  # months since something that has not happened
PERMANENT = 10_000  # months of a contract without end
LEASE_AGE = 18  # udlejningsbekendtgørelsen § 2 (S25); rule waiting_list_seniority
YOUNG = 26  # youth dwellings and local young people: under this age (assumption, 24 to 30)


class Applicant(NamedTuple):
    """What the rules ask about a household; whole numbers but the hours, flags as 0 and 1.

    "Keepers" are those who would hold the lease: the applicant and a spouse or cohabitant. A cohabitant counts beside
    the applicant in §§ 51 b and 51 c after two years, a spouse at once.
    """

    age: int  # of the applicant
    persons: int
    children: int  # under 18, at home
    youth: int  # one for whom youth dwellings are meant
    grounds: int  # bits of GROUNDS, of any member
    hours: float  # the longest working week of a keeper
    contract_months: int  # of that job; PERMANENT without end
    subsidised: int  # that job has a wage subsidy
    in_education: int  # a keeper has a student grant or an apprenticeship
    youngest_keeper: int  # age
    rooms_given_up: int  # of the dwelling that is given up, 0 if none
    separated_months: int  # since a separation, NEVER if none
    shared_months: int  # at one address before it
    clean_record: int
    cash_now: int  # the applicant, and who counts beside, receive cash benefits now
    cash_months: int  # how many months in a row each of them has: the least
    widened_months: int  # the same with the benefits of the widened scheme; disability pension counts at once
    lives_here: int  # in the estate of the vacancy
    in_organisation: int  # in the organisation of the vacancy
    local_youth: int  # grew up in the area, is young, and is in education or steady work
    dispensation: int  # given under § 51 c
    nothing_elsewhere: int  # the municipality finds no dwelling outside the areas (§ 59)


class AreaRule(NamedTuple):
    """The rules of letting in one area on a day. Masks are bits of GROUNDS; 0 is "does not hold" or "not asked"."""

    assignment_share: float
    assignment_bars: int
    assignment_fallback: int
    flexible_share: float
    flexible_duty: int
    work_share: float  # most of the flexible lettings by work and study
    hours: float
    contract_months: int
    subsidised_counts: int
    study: int
    exempt_age: int
    releasing_age: int
    separated_months: int
    shared_months: int
    clean_record: int
    binds_internal: int
    internal_exempt: int
    internal_every: int
    combined_months: int  # § 51 b: months in a row that bar; 0 where it is not used
    combined_widened: int
    hard_area: int
    family_rooms: int  # homes from so many rooms go to families first; 0 nowhere
    family_children: int
    youth_from_m2: float
    youth_to_m2: float
    local_youth: int
    swap_control: int


@kernel
def grounds_of(
    age: int,
    months_since_release: int,
    months_since_youth_release: int,
    months_since_cancelled: int,
    foreign_citizen: int,
    student: int,
    cash_months: int,
    integration_months: int,
    disability_pension: int,
    insured_months: int,
    recent_months: int,
    benefit_months: int,
) -> int:
    """Return the grounds of § 59, stk. 6 and 7, that one member of a household gives, as bits.

    Parameters
    ----------
    months_since_release, months_since_youth_release, months_since_cancelled
        Whole months since a sentence was served, since a release from a youth institution after a sentence (a ground
        under 18), and since a lease was cancelled for disorder; NEVER if not.
    foreign_citizen, student
        1 if a citizen of neither EU, EEA nor Switzerland; students at recognised institutions are exempt.
    cash_months, integration_months, insured_months
        Whole calendar months in a row on each group of benefits (law/letting/benefits.toml).
    recent_months, benefit_months
        The law's two times: within how many months, and how many in a row.
    """
    found = 0
    if months_since_release < recent_months:
        found |= RELEASED
    if months_since_youth_release < recent_months and age < LEASE_AGE:
        found |= YOUTH_INSTITUTION
    if months_since_cancelled < recent_months:
        found |= LEASE_CANCELLED
    if foreign_citizen == 1 and student == 0:
        found |= FOREIGN_CITIZEN
    if cash_months >= benefit_months:
        found |= CASH_BENEFIT
    if integration_months >= benefit_months:
        found |= INTEGRATION_BENEFIT
    if disability_pension == 1:
        found |= DISABILITY_PENSION
    if insured_months >= benefit_months:
        found |= INSURED_BENEFIT
    return found


@kernel
def both(own: int, partner_counts: int, partners: int) -> int:
    """Return what holds of the applicant and, where one counts, of the partner too: the lesser (§§ 51 b, 51 c)."""
    return min(own, partners) if partner_counts == 1 else own


@kernel
def partner_counts(married: int, months_together: int, cohabiting_months: int) -> int:
    """Say whether a partner is tested beside the applicant: a spouse at once, a cohabitant after two years."""
    return 1 if married == 1 or months_together >= cohabiting_months else 0


@kernel
def for_youth(age: int, in_education: int) -> int:
    """Say whether a household is one that youth dwellings are meant for: in education, or young."""
    return 1 if in_education == 1 or age < YOUNG else 0


@kernel
def is_local_youth(grew_up_here: int, age: int, in_education: int, hours: float, r: AreaRule) -> int:
    """Say whether a household is a local young one: grew up in the area, and is in education or steady work."""
    works = r.hours > 0.0 and hours >= r.hours
    return 1 if grew_up_here == 1 and age < YOUNG and (in_education == 1 or works) else 0


@kernel
def merits_of(a: Applicant, r: AreaRule, rooms: int) -> int:
    """Return which criteria of flexible letting a household meets, as bits (§ 60)."""
    met = 0
    works = a.hours >= r.hours and a.contract_months >= r.contract_months
    if r.hours > 0.0 and works and (a.subsidised == 0 or r.subsidised_counts == 1):
        met |= WORK
    if r.study == 1 and a.in_education == 1:
        met |= STUDY
    if r.exempt_age > 0 and a.youngest_keeper >= r.exempt_age:
        met |= SENIOR
    if r.releasing_age > 0 and a.age >= r.releasing_age and a.rooms_given_up > rooms:
        met |= RELEASES_LARGER
    if r.separated_months > 0 and a.separated_months < r.separated_months and a.shared_months >= r.shared_months:
        met |= SEPARATED
    return met


@kernel
def barred_ground(a: Applicant, r: AreaRule) -> int:
    """Return the reason why § 59 forbids assigning a household, or 0; the first ground in the law's order."""
    if r.assignment_fallback == 1 and a.nothing_elsewhere == 1:
        return NOT_REFUSED
    barred = a.grounds & r.assignment_bars
    for place in range(8):
        if barred >> place & 1:
            return FIRST_GROUND + place
    return NOT_REFUSED


@kernel
def refusal(a: Applicant, r: AreaRule, route: int, kind: int, rooms: int, others_turn: int) -> int:
    """Return why a household may not have a dwelling by a route, as a place in REASONS; 0 if nothing forbids it.

    Parameters
    ----------
    route
        One of ROUTES.
    kind
        Kind of dwelling: §§ 51 b, 51 c, 59 and 60 are read as about family dwellings.
    rooms
        Rooms of the dwelling, kitchen not counted.
    others_turn
        1 if this flexible letting is one of those left to the other criteria than work and study.
    """
    if a.age < LEASE_AGE:
        return TOO_YOUNG
    if route == REHOUSING or kind != FAMILY:
        return NOT_REFUSED
    if route == ASSIGNED:
        return barred_ground(a, r)
    merits = merits_of(a, r, rooms)
    if route in (SWAP, SUBLET):
        return DUTY if r.swap_control == 1 and merits == 0 else NOT_REFUSED
    exempt = route == INTERNAL and a.lives_here == 1 and r.internal_exempt == 1
    bound = route == FLEXIBLE or (route == INTERNAL and r.binds_internal == 1)
    if merits == 0 and not exempt and (r.flexible_duty == 1 or bound):
        return DUTY if r.flexible_duty == 1 else CRITERIA
    if route == FLEXIBLE:
        if r.clean_record == 1 and a.clean_record == 0:
            return NO_CLEAN_RECORD
        if others_turn == 1 and (merits & ~(WORK | STUDY)) == 0:
            return WORK_SHARE
    # §§ 51 b and 51 c: applicants on the list who do not already live in the estate.
    if a.lives_here == 0:
        if r.hard_area == 1 and a.cash_now == 1 and a.dispensation == 0:
            return HARD_AREA
        months = a.widened_months if r.combined_widened == 1 else a.cash_months
        if r.combined_months > 0 and months >= r.combined_months:
            return COMBINED
    return NOT_REFUSED


@kernel
def is_the_turn(number: int, share: float) -> int:
    """Say whether the n-th of a row falls to somebody who has a share of it: the fourth of four at a quarter.

    Of the first n, floor(n x share) have fallen so, whatever n.
    """
    dust = 1e-9
    return 1 if int(number * share + dust) > int((number - 1) * share + dust) else 0


@kernel
def route_at(step: int, duty: int) -> int:
    """Return the route that is tried at a step, 0 to 5, whether or not it is open.

    Where flexible letting is a duty the internal list keeps its turn before the flexible one: a move-up that came after
    it would never be used. The sources do not say (docs/law.md).
    """
    return UNDER_DUTY[step] if duty == 1 else IN_ORDER[step]


@kernel
def is_open(route: int, kind: int, duty: int, municipal_turn: int, flexible_turn: int, internal_turn: int) -> int:
    """Say whether a vacancy may be let by a route. §§ 59 and 60 are about family dwellings; § 54 about the elderly's.

    The municipality assigns every dwelling for the elderly (§ 54), whatever its share of family dwellings.

    Where flexible letting is a duty every other route but rehousing and assignment is let by its criteria, so the
    waiting list is the flexible one.
    """
    family = kind == FAMILY
    if route == ASSIGNED:
        return 1 if kind == ELDERLY or (family and municipal_turn == 1) else 0
    if route == FLEXIBLE:
        return 1 if family and (duty == 1 or flexible_turn == 1) else 0
    if route == INTERNAL:
        return internal_turn
    if route == LIST:
        return 0 if family and duty == 1 else 1
    return 1


@kernel
def place_in_queue(
    a: Applicant, r: AreaRule, route: int, rooms: int, need: float, since: float
) -> tuple[float, float]:
    """Return what a household's place on a route is sorted by, the smallest first; equals stand as they came.

    Parameters
    ----------
    need
        How pressing the need is, the municipality's own measure; assignment goes by it and not by the queue (§ 59).
    since
        When the household came on this route's list, in days or months of any count.
    """
    if route == ASSIGNED:
        return 0.0, -need
    group = 0.0
    if route == FLEXIBLE:
        group = 1.0 if r.local_youth == 1 and a.local_youth == 0 else 0.0
    elif route == INTERNAL:
        group = 1.0 if a.lives_here == 0 else 0.0
    elif route == LIST:
        for_families = r.family_rooms > 0 and rooms >= r.family_rooms
        group = 1.0 if for_families and a.children < r.family_children else 0.0
    return group, since


@kernel
def two_groups(r: AreaRule, route: int, rooms: int) -> int:
    """Say whether some come before the others on a route, whatever the day they came on its list."""
    if route == INTERNAL:
        return 1
    if route == FLEXIBLE:
        return r.local_youth
    return 1 if route == LIST and r.family_rooms > 0 and rooms >= r.family_rooms else 0


@kernel
def relabelled(kind: int, square_metres: float, r: AreaRule) -> int:
    """Return the kind of a dwelling after a re-labelling: some family dwellings are let as youth dwellings (§ 4)."""
    small = r.youth_from_m2 <= square_metres <= r.youth_to_m2
    return YOUTH if kind == FAMILY and r.youth_to_m2 > 0.0 and small else kind


@kernel
def meant_for(kind: int, age: int, youth: int, others: int) -> int:
    """Say whether a household may have such a dwelling: youth, elderly (from 60, assumption) or family.

    Parameters
    ----------
    others
        1 if nobody of those it is meant for takes it: then it may be let to others (§ 54, stk. 1; that youth dwellings
        may is taken from ungdomsboligloven § 7, stk. 5, which is about those of private owners).
    """
    if others == 1:
        return 1
    if kind == YOUTH:
        return youth
    if kind == ELDERLY:
        return 1 if age >= 60 else 0
    return 1


@kernel
def fits_the_home(persons: int, rooms: int, spare: int) -> int:
    """Say whether a household is offered a home of so many rooms.

    At most two persons a room (the usual limit in letting rules). Not more than one room above the number of persons,
    the size that rehousing law calls suitable (almenlejeloven § 86, S67), and `spare` rooms more when nobody of that
    size wants the home: for those on a list it is a practice, not a right.
    """
    return 1 if persons <= 2 * rooms and rooms <= persons + 1 + spare else 0


@kernel
def suits_rehousing(persons: int, rooms: int, rooms_before: int) -> int:
    """Say whether a dwelling suits rehousing in size: one room more than persons, or as many as before (§ 86)."""
    return 1 if rooms in (persons + 1, rooms_before) else 0


@kernel
def may_use_combined(
    residents: float,
    outside: float,
    least: float,
    least_outside: float,
    many: float,
    many_outside: float,
) -> int:
    """Say whether combined letting may be used in an area (§ 51 b): enough residents and enough outside work.

    Parameters
    ----------
    residents, outside
        Residents, and the share of those of 18-64 who are outside the labour market.
    least, least_outside, many, many_outside
        The two pairs of lines, one for smaller areas and one for large.
    """
    dust = 1e-9
    smaller = residents >= least - dust and outside >= least_outside - dust
    larger = residents >= many - dust and outside >= many_outside - dust
    return 1 if smaller or larger else 0


@kernel
def bar_sticks(was_hard: int, plan_done: int, years_off: int, most_years: int, over: int) -> int:
    """Say whether § 51 c still holds in a former transformation area with a plan (S64).

    Parameters
    ----------
    was_hard, plan_done
        1 if it was a transformation area with a development plan; 1 if the plan is carried out.
    years_off, most_years
        Years running off the category, and how many end it.
    over
        1 from the day on which it ends anyway.
    """
    return 1 if was_hard == 1 and plan_done == 0 and years_off < most_years and over == 0 else 0


@kernel
def may_bind_all(covered: float, line: float) -> int:
    """Say whether the council may make agreements binding for every organisation (§ 60 b): above half the dwellings."""
    return 1 if covered > line + 1e-9 else 0
