"""A vacancy and its applicants: who gets it, by which route, and for every other applicant why not.

A case is a file (`CaseForm`). Its facts become the numbers that `decisions` ask for, its area a table of one row
(`rules.letting_rules`), and the routes are tried in the legal order. `number` counts the family dwellings that have
fallen vacant, this one included: by it the municipality's share, the flexible share and the internal list's turn are
told, each from what the one before has left.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, NamedTuple

import numpy as np
from pydantic import Field, field_validator, model_validator

from beboersim.errors import meant
from beboersim.evidence.areas import STATUS_CODES, status_code
from beboersim.law.dated import FIRST_DAY, rule_on
from beboersim.law.letting.agreements import criteria_names, practice_names
from beboersim.law.letting.decisions import (
    ASSIGNED,
    DUTY,
    FAMILY,
    FLEXIBLE,
    GROUNDS,
    INTERNAL,
    KIND,
    KINDS,
    LIST,
    MERITS,
    NEVER,
    OTHER,
    PERMANENT,
    REASONS,
    REHOUSING,
    ROUTES,
    SIZE,
    SUBLET,
    SWAP,
    Applicant,
    AreaRule,
    both,
    fits_the_home,
    for_youth,
    grounds_of,
    is_local_youth,
    is_open,
    is_the_turn,
    meant_for,
    merits_of,
    partner_counts,
    place_in_queue,
    refusal,
    relabelled,
    route_at,
    suits_rehousing,
)
from beboersim.law.letting.rules import (
    WORDINGS,
    Choices,
    law_day,
    letting_rules,
    plain_facts,
    plain_terms,
    rule_of,
    times_of_assignment_bars,
    wording,
)
from beboersim.law.reading import Form, read_form, wrong_at
from beboersim.policy.catalogue import Text

STEPS = 6
PAST_DAYS = ("released", "youth_institution", "lease_cancelled", "listed_since", "applied", "separated")

Benefit = Literal[
    "none", "kontanthjaelp", "uddannelseshjaelp", "sho", "overgangsydelse", "integrationsydelse", "starthjaelp",
    "introduktionsydelse", "foertidspension", "dagpenge", "sygedagpenge", "ressourceforloebsydelse",
]  # fmt: skip
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Age = Annotated[int, Field(ge=0, le=120)]
MonthCount = Annotated[int, Field(ge=0, le=1200)]


class PersonForm(Form):
    """A member of a household, as far as the rules ask."""

    age: Age = 40
    citizen: Literal["danish", "eu", "other"] = "danish"
    in_education: bool = False
    benefit: Benefit = "none"
    benefit_months: MonthCount = 0
    hours: float = Field(default=0.0, ge=0.0, le=100.0)
    job: Literal["permanent", "fixed_term", "subsidised"] = "permanent"
    contract_months: MonthCount = 0
    released: date | None = None
    youth_institution: date | None = None
    lease_cancelled: date | None = None

    @model_validator(mode="after")
    def _belongs_together(self) -> PersonForm:
        if self.benefit_months and self.benefit == "none":
            raise ValueError("benefit_months is given without a benefit.")
        if self.contract_months and self.job == "permanent":
            raise ValueError('contract_months is given for a job = "permanent", which has no end.')
        return self


class PartnerForm(PersonForm):
    """A spouse or cohabitant."""

    married: bool = False
    together_months: MonthCount = 0


class RehousedForm(Form):
    """Why a household must be rehoused."""

    reason: Literal["demolition", "conversion", "sale"] = Field(examples=['"demolition"'])
    rooms: int = Field(ge=1, le=20, examples=["3"])
    from_this_area: bool = False
    since: date | None = None


class ApplicantForm(PersonForm):
    """A household that wants the dwelling: the applicant, and who lives with them."""

    name: str = Field(min_length=1, examples=['"A"'])
    partner: PartnerForm | None = None
    children: tuple[Annotated[int, Field(ge=0, le=17)], ...] = ()
    others: tuple[PersonForm, ...] = ()
    listed_since: date | None = None
    applied: date | None = None
    lives_in: Literal["elsewhere", "organisation", "estate"] = "elsewhere"
    need: float | None = Field(default=None, ge=0.0)
    rehoused: RehousedForm | None = None
    rooms_given_up: int = Field(default=0, ge=0, le=20)
    separated: date | None = None
    shared_months: MonthCount = 0
    clean_record: bool = True
    grew_up_here: bool = False
    dispensation: bool = False
    nothing_elsewhere: bool = False


class AreaForm(Form):
    """The area of the vacancy."""

    name: str = ""
    status: str = "none"
    residents: float | None = Field(default=None, ge=0.0)
    outside_work: Share | None = None
    outside_adults: Share | None = None
    was_transformation_area: bool = False
    plan_done: bool = False
    years_off: int = Field(default=0, ge=0, le=50)

    @field_validator("status")
    @classmethod
    def _is_known(cls, status: str) -> str:
        for word in status.split("+"):
            if word not in STATUS_CODES:
                near = meant(word, STATUS_CODES) or f" Known are {', '.join(STATUS_CODES)}, joined by +."
                raise ValueError(f'status = "{status}": "{word}" is not a status.{near}')
        return status


class VacancyForm(Form):
    """The dwelling, and the day on which it is let."""

    on: date = Field(examples=["2019-08-01"])
    kind: Literal["family", "youth", "elderly"] = "family"
    rooms: int = Field(default=3, ge=1, le=20)
    m2: float = Field(default=0.0, ge=0.0, le=1000.0)
    number: int = Field(default=1, ge=1, le=1_000_000)
    by: Literal["letting", "swap", "sublet"] = "letting"

    @field_validator("on")
    @classmethod
    def _is_held(cls, on: date) -> date:
        if on < FIRST_DAY:
            raise ValueError(f"on = {on}: the law is held from {FIRST_DAY} on.")
        return on


class AgreementForm(Form):
    """What municipality and organisation have agreed or decided; names as those of the levers."""

    rules: str = "law"
    assignment_share: Share | None = None
    assignment_bars: bool = True
    flexible_share: Share = 0.0
    flexible_obligatory: bool = True
    criteria: str = "usual"
    practice: str = "none"
    work_share: Share | None = None
    clean_record: bool = False
    internal_every: int | None = Field(default=None, ge=0, le=12)
    internal_exempt: bool = False
    combined_letting: bool = False
    combined_widened: bool = False
    hard_area_bar: bool = True
    family_first: bool = False
    youth_relabel: bool = False
    local_youth_priority: bool = False
    size_rule: bool = False
    spare_rooms: int = Field(default=0, ge=0, le=10)

    @field_validator("criteria")
    @classmethod
    def _criteria_are_known(cls, criteria: str) -> str:
        return _one_of("criteria", criteria, criteria_names())

    @field_validator("practice")
    @classmethod
    def _practice_is_known(cls, practice: str) -> str:
        return _one_of("practice", practice, ("none", *practice_names()))

    @field_validator("rules")
    @classmethod
    def _rules_are_known(cls, rules: str) -> str:
        return _one_of("rules", rules, ("law", *WORDINGS))


class CaseForm(Form):
    """A case: a vacancy, its area, what is agreed, and who applies."""

    vacancy: VacancyForm = Field(examples=["{ on = 2019-08-01 }"])
    area: AreaForm = AreaForm()
    agreement: AgreementForm = AgreementForm()
    applicant: tuple[ApplicantForm, ...] = Field(min_length=1, examples=['[{ name = "A" }]'])

    @model_validator(mode="after")
    def _adds_up(self) -> CaseForm:
        names = [one.name for one in self.applicant]
        for place, one in enumerate(self.applicant):
            at = ("applicant", place)
            if names.index(one.name) < place:
                raise wrong_at((*at, "name"), f"two applicants are called {one.name}. Answers are told apart by name.")
            partner = [] if one.partner is None else [((*at, "partner"), one.partner)]
            others = [((*at, "others", number), person) for number, person in enumerate(one.others)]
            for within, person in [(at, one), *partner, *others]:
                for key in PAST_DAYS:
                    day: date | None = getattr(person, key, None)
                    if day is not None and day > self.vacancy.on:
                        raise wrong_at((*within, key), f"{key} = {day} is after the letting on {self.vacancy.on}.")
        return self


class Why(NamedTuple):
    """Why an applicant did not get the dwelling by a route. `rule` is the dated rule behind it, if it is a rule."""

    route: str
    reason: str
    rule: str | None


class Refused(NamedTuple):
    """An applicant who did not get the dwelling, and why, route by route in their order."""

    name: str
    why: tuple[Why, ...]


class Decision(NamedTuple):
    """Who got the dwelling and by which route (None where nobody did), and for every other applicant why not."""

    tenant: str | None
    route: str | None
    rule: str | None
    kind: str
    open_routes: tuple[str, ...]
    merits: tuple[str, ...]
    refused: tuple[Refused, ...]


def read_case(path: str, text: str) -> CaseForm:
    """Return a case from the text of its file; InputError says what is wrong, and in which line."""
    return read_form(path, text, CaseForm, "a case")


@cache
def benefits() -> Mapping[str, tuple[Text, frozenset[str]]]:
    """Return the benefits that the rules name: their words and their groups."""
    text = files("beboersim.law").joinpath("letting", "benefits.toml").read_text(encoding="utf-8")
    return {name: (Text(**one["label"]), frozenset(one["groups"])) for name, one in tomllib.loads(text).items()}


def whole_months(since: date, until: date) -> int:
    """Return how many whole months have gone from one day to another."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return months - 1 if until.day < since.day else months


def decide(case: CaseForm) -> Decision:
    """Return who gets the dwelling of a case, and why the others do not."""
    rule = area_rule(case)
    vacancy = case.vacancy
    kind = int(relabelled(KINDS.index(vacancy.kind), vacancy.m2, rule))
    households = [household_of(one, case, rule) for one in case.applicant]
    if vacancy.by != "letting":
        return _swap(case, rule, households, SWAP if vacancy.by == "swap" else SUBLET)
    routes, others_turn = open_routes(case, rule, kind)
    found: list[list[Why]] = [[] for _ in case.applicant]
    tenant, route = None, None
    for step in range(STEPS):
        route = int(route_at(step, int(kind == FAMILY and rule.flexible_duty == 1)))
        standing = [k for k, one in enumerate(case.applicant) if _stands(one, route)]
        if route not in routes:
            for k in standing if route in (ASSIGNED, INTERNAL) else ():
                found[k].append(Why(ROUTES[route], "not_open", _rule_behind(route, "not_open", case)))
            continue
        order = sorted(standing, key=lambda k: _place(case.applicant[k], households[k], rule, route, vacancy))
        for k in order:
            reason = _refusal(case, rule, households[k], case.applicant[k], route, kind, others_turn)
            if reason is not None:
                found[k].append(Why(ROUTES[route], reason, _rule_behind(route, reason, case)))
            elif tenant is None:
                tenant = k
            elif k != tenant:
                found[k].append(Why(ROUTES[route], "behind", _rule_behind(route, "behind", case)))
        if tenant is not None:
            break
    if tenant is None:
        return Decision(None, None, None, KINDS[kind], _names(routes), (), _refused(case, found, None))
    assert route is not None
    for later in range(STEPS):
        following = int(route_at(later, int(kind == FAMILY and rule.flexible_duty == 1)))
        if following in routes and routes.index(following) > routes.index(route):
            for k, one in enumerate(case.applicant):
                if k != tenant and _stands(one, following):
                    reason = _refusal(case, rule, households[k], one, following, kind, others_turn)
                    behind = None if reason is None else _rule_behind(following, reason, case)
                    found[k].append(Why(ROUTES[following], reason or "not_reached", behind))
    return Decision(
        tenant=case.applicant[tenant].name,
        route=ROUTES[route],
        rule=_rule_behind(route, "none", case),
        kind=KINDS[kind],
        open_routes=_names(routes),
        merits=_merits(households[tenant], rule, vacancy.rooms) if route in (FLEXIBLE, INTERNAL) else (),
        refused=_refused(case, found, tenant),
    )


def area_rule(case: CaseForm) -> AreaRule:
    """Return the rules of letting in the area of a case, on its day."""
    area, agreed = case.area, case.agreement
    facts = plain_facts(
        1,
        status=np.array([status_code(area.status)], np.int64),
        residents=np.array([np.nan if area.residents is None else area.residents]),
        outside_work=np.array([np.nan if area.outside_work is None else area.outside_work]),
        outside_adults=np.array([np.nan if area.outside_adults is None else area.outside_adults]),
        was_hard=np.array([int(area.was_transformation_area)], np.int64),
        plan_done=np.array([int(area.plan_done)], np.int64),
        years_off=np.array([area.years_off], np.int64),
    )
    flags = (
        "assignment_bars", "flexible_obligatory", "local_youth_priority", "combined_letting", "combined_widened",
        "hard_area_bar", "family_first", "youth_relabel", "internal_exempt", "clean_record",
    )  # fmt: skip
    terms = plain_terms(1, **{name: np.array([float(getattr(agreed, name))]) for name in flags})
    terms = terms._replace(flexible_share=np.array([agreed.flexible_share]))
    if agreed.assignment_share is not None:
        terms = terms._replace(assignment_share=np.array([agreed.assignment_share]))
    choices = Choices(
        rules=agreed.rules,
        criteria=agreed.criteria,
        practice=agreed.practice,
        work_share=agreed.work_share,
        internal_every=agreed.internal_every,
    )
    return rule_of(letting_rules(case.vacancy.on, facts, terms, choices), 0)


def open_routes(case: CaseForm, rule: AreaRule, kind: int) -> tuple[tuple[int, ...], int]:
    """Return the routes open to a vacancy by its number, and whether it is the other criteria's turn."""
    number = case.vacancy.number
    municipal = int(kind == FAMILY and is_the_turn(number, rule.assignment_share))
    # If the municipality has nobody, the dwelling is the next of the rest.
    rest = number - int(number * rule.assignment_share + 1e-9) + municipal
    duty = int(kind == FAMILY and rule.flexible_duty == 1)
    flexible = int(kind == FAMILY and (duty or is_the_turn(rest, rule.flexible_share)))
    let_flexibly = rest if duty else int(rest * rule.flexible_share + 1e-9)
    listed = rest if duty else rest - let_flexibly + flexible
    internal = int(rule.internal_every > 0 and listed % max(rule.internal_every, 1) == 0)
    order = [int(route_at(step, duty)) for step in range(STEPS)]
    routes = tuple(route for route in order if is_open(route, kind, duty, municipal, flexible, internal))
    others_turn = int(flexible == 1 and is_the_turn(max(let_flexibly, 1), rule.work_share) == 0)
    return routes, others_turn


def household_of(one: ApplicantForm, case: CaseForm, rule: AreaRule) -> Applicant:
    """Return a household's facts as the decisions take them."""
    law = law_day(case.vacancy.on, case.agreement.rules)
    partner = one.partner
    keepers: list[PersonForm] = [one] if partner is None else [one, partner]
    worker = max(keepers, key=lambda person: person.hours)
    combined = wording("combined_letting", law)
    counts = 0
    if partner is not None:
        months = int(12 * combined.number("cohabiting_years"))
        counts = int(partner_counts(int(partner.married), partner.together_months, months))

    def of_both(own: int, partners: int) -> int:
        return int(both(own, counts, partners))

    def on_cash(person: PersonForm) -> int:
        return int("cash" in benefits()[person.benefit][1])

    def cash_months(person: PersonForm) -> int:
        return person.benefit_months * on_cash(person)

    def widened_months(person: PersonForm) -> int:
        groups = benefits()[person.benefit][1]
        if "pension" in groups:
            return PERMANENT
        return person.benefit_months if groups & {"cash", "insured"} else 0

    grounds = 0
    for person in (*keepers, *one.others):
        grounds |= _grounds(person, case.vacancy.on, law)
    return Applicant(
        age=one.age,
        persons=1 + (partner is not None) + len(one.children) + len(one.others),
        children=len(one.children) + sum(person.age < 18 for person in one.others),
        youth=int(for_youth(one.age, int(one.in_education))),
        grounds=grounds,
        hours=worker.hours,
        contract_months=PERMANENT if worker.job == "permanent" else worker.contract_months,
        subsidised=int(worker.job == "subsidised"),
        in_education=int(any(person.in_education for person in keepers)),
        youngest_keeper=min(person.age for person in keepers),
        rooms_given_up=one.rooms_given_up,
        separated_months=NEVER if one.separated is None else whole_months(one.separated, case.vacancy.on),
        shared_months=one.shared_months,
        clean_record=int(one.clean_record),
        cash_now=of_both(on_cash(one), on_cash(partner) if partner is not None else 0),
        cash_months=of_both(cash_months(one), cash_months(partner) if partner is not None else 0),
        widened_months=of_both(widened_months(one), widened_months(partner) if partner is not None else 0),
        lives_here=int(one.lives_in == "estate"),
        in_organisation=int(one.lives_in != "elsewhere"),
        local_youth=int(
            is_local_youth(int(one.grew_up_here), one.age, int(one.in_education), worker.hours, rule)
        ),
        dispensation=int(one.dispensation),
        nothing_elsewhere=int(one.nothing_elsewhere),
    )


def _grounds(person: PersonForm, on: date, law: date) -> int:
    recent, in_a_row = times_of_assignment_bars(law)
    groups = benefits()[person.benefit][1]

    def months(group: str) -> int:
        return person.benefit_months if group in groups else 0

    return int(
        grounds_of(
            person.age,
            NEVER if person.released is None else whole_months(person.released, on),
            NEVER if person.youth_institution is None else whole_months(person.youth_institution, on),
            NEVER if person.lease_cancelled is None else whole_months(person.lease_cancelled, on),
            int(person.citizen == "other"),
            int(person.in_education),
            months("cash"),
            months("integration"),
            int("pension" in groups),
            months("insured"),
            recent,
            in_a_row,
        )
    )


def _stands(one: ApplicantForm, route: int) -> bool:
    """Return whether an applicant asks for the dwelling by a route."""
    if route == REHOUSING:
        return one.rehoused is not None
    if route == ASSIGNED:
        return one.need is not None
    if route == INTERNAL:
        return one.listed_since is not None and one.lives_in != "elsewhere"
    if route in (FLEXIBLE, LIST):
        return one.listed_since is not None
    return one.listed_since is None and (one.applied is not None or (one.need is None and one.rehoused is None))


def _place(
    one: ApplicantForm, household: Applicant, rule: AreaRule, route: int, vacancy: VacancyForm
) -> tuple[float, float]:
    if route == REHOUSING:
        since = one.rehoused.since if one.rehoused is not None else None
    else:
        since = one.applied if route == OTHER else one.listed_since
    day = float((since or vacancy.on).toordinal())
    group, place = place_in_queue(household, rule, route, vacancy.rooms, float(one.need or 0.0), day)
    return float(group), float(place)


def _refusal(
    case: CaseForm, rule: AreaRule, household: Applicant, one: ApplicantForm, route: int, kind: int, others_turn: int
) -> str | None:
    """Return the word for why a household may not have the dwelling by a route, or None."""
    vacancy = case.vacancy
    if route == REHOUSING and one.rehoused is not None:
        sale = rule_on("rehousing_sale", vacancy.on)
        if one.rehoused.reason == "sale" and sale is not None and not one.rehoused.from_this_area:
            return "rehousing_outside"
        if not suits_rehousing(household.persons, vacancy.rooms, one.rehoused.rooms):
            return REASONS[SIZE]
    code = int(refusal(household, rule, route, kind, vacancy.rooms, others_turn))
    if code:
        return REASONS[code]
    if not meant_for(kind, household.age, household.youth, int(route == OTHER)):
        return REASONS[KIND]
    sized = case.agreement.size_rule and route != REHOUSING
    if sized and not fits_the_home(household.persons, vacancy.rooms, case.agreement.spare_rooms):
        return REASONS[SIZE]
    return None


def _swap(case: CaseForm, rule: AreaRule, households: list[Applicant], route: int) -> Decision:
    """Return whether who moves in by a swap or as a subtenant may; the first of them who may, if there are several."""
    found: list[list[Why]] = [[] for _ in households]
    tenant = None
    for k, household in enumerate(households):
        code = int(refusal(household, rule, route, KINDS.index(case.vacancy.kind), case.vacancy.rooms, 0))
        if code:
            reason = "swap" if code == DUTY else REASONS[code]
            found[k].append(Why(ROUTES[route], reason, _rule_behind(route, reason, case)))
        elif tenant is None:
            tenant = k
        else:
            found[k].append(Why(ROUTES[route], "behind", None))
    return Decision(
        tenant=None if tenant is None else case.applicant[tenant].name,
        route=None if tenant is None else ROUTES[route],
        rule=_rule_behind(route, "swap", case),
        kind=case.vacancy.kind,
        open_routes=(ROUTES[route],),
        merits=() if tenant is None else _merits(households[tenant], rule, case.vacancy.rooms),
        refused=_refused(case, found, tenant),
    )


def _refused(case: CaseForm, found: list[list[Why]], tenant: int | None) -> tuple[Refused, ...]:
    return tuple(
        Refused(one.name, tuple(found[k]) or (Why("none", "no_route", None),))
        for k, one in enumerate(case.applicant)
        if k != tenant
    )


def _merits(household: Applicant, rule: AreaRule, rooms: int) -> tuple[str, ...]:
    met = int(merits_of(household, rule, rooms))
    return tuple(name for place, name in enumerate(MERITS) if met >> place & 1)


def _names(routes: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(ROUTES[route] for route in routes)


def _rule_behind(route: int, reason: str, case: CaseForm) -> str | None:
    """Return the id of the dated rule that lets or refuses on a route, where it holds on the day of the law meant."""
    law = law_day(case.vacancy.on, case.agreement.rules)
    code = status_code(case.area.status)
    prevention = code == 1
    duty = "flexible_letting_obligatory_prevention" if prevention else "flexible_letting_obligatory_udsat"
    behind = rule_of_refusal(reason, code)
    if behind is not None:
        name = behind
    elif route == FLEXIBLE and rule_on(duty, law) is not None and code >= 1 and case.agreement.flexible_obligatory:
        name = duty
    elif route == ASSIGNED and case.vacancy.kind == "elderly":
        name = "elderly_assignment"
    else:
        name = BEHIND_ROUTE[route]
    return name if rule_on(name, law) is not None else None


def rule_of_refusal(reason: str, status: int) -> str | None:
    """Return the id of the dated rule by which a reason refuses in an area of a status, or None if it names none."""
    prevention = status == 1
    if reason in GROUNDS:
        return "assignment_bar_prevention" if prevention else "assignment_bar_udsat"
    if reason == "duty":
        return "flexible_letting_obligatory_prevention" if prevention else "flexible_letting_obligatory_udsat"
    if reason in ("work_share", "criteria", "clean_record"):
        return "flexible_letting_voluntary"
    return BEHIND_REASON.get(reason)


BEHIND_REASON: Mapping[str, str] = {
    "too_young": "waiting_list_seniority",
    "combined": "combined_letting",
    "hard_area": "hard_area_entry_bar",
    "swap": "swap_sublet_control",
    "rehousing_outside": "rehousing_sale",
    "kind": "youth_relabel",
}
BEHIND_ROUTE: Mapping[int, str] = {
    REHOUSING: "rehousing_right",
    ASSIGNED: "municipal_assignment_quarter",
    FLEXIBLE: "flexible_letting_voluntary",
    INTERNAL: "internal_moveup",
    LIST: "waiting_list_seniority",
    OTHER: "other_applicants",
    SWAP: "swap_sublet_control",
    SUBLET: "swap_sublet_control",
}


def _one_of(key: str, given: str, valid: tuple[str, ...]) -> str:
    if given not in valid:
        quoted = ", ".join(f'"{one}"' for one in valid)
        near = "" if given.isdigit() else meant(given, valid)  # a year is not a slip of the pen for another
        raise ValueError(f'{key} = "{given}" is not one of {quoted}.{near}')
    return given

