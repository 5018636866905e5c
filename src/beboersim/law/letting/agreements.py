"""What agreements hold: sets of criteria for flexible letting, and practices that give each area its shares."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from beboersim.errors import InputError, meant
from beboersim.law.letting.decisions import PERMANENT
from beboersim.law.reading import EXAMPLE_TEXT, Form, Share, Source, read_form, wrong_at
from beboersim.policy.catalogue import Text
from beboersim.policy.where import STATUSES

Age = Annotated[int, Field(ge=0, le=120)]
Months = Annotated[int, Field(ge=0, le=1200)]


class CriteriaForm(Form):
    """A set of criteria; a household meets it by meeting one of them."""

    id: str = Field(min_length=1)
    label: Text = Field(examples=[EXAMPLE_TEXT])
    source: Source = Field(examples=['"S59"'])
    hours: float = Field(default=0.0, ge=0.0, le=60.0)
    permanent_only: bool = False
    contract_months: Months = 0
    subsidised_counts: bool = True
    study: bool = False
    exempt_age: Age = 0
    releasing_age: Age = 0
    separated_months: Months = 0
    shared_months: Months = 0
    clean_record: bool = False
    work_share: Share = 1.0
    binds_internal: bool = False


class StepForm(Form):
    """A step of a practice: when an area is on it, and what it then gets."""

    status: Literal["udsat", "forebyggelse", "omdannelsesomraade", "parallelsamfund"] | None = None
    outside_adults_above: Share | None = None
    combined_area: bool = False
    assignment_share: Share | None = None
    flexible_share: Share | None = None
    criteria: str | None = None


class PracticeForm(Form):
    """A municipality's practice."""

    id: str = Field(min_length=1)
    rule: str = Field(min_length=1)
    label: Text = Field(examples=[EXAMPLE_TEXT])
    criteria: str = Field(min_length=1)
    step: tuple[StepForm, ...] = Field(min_length=1)


class AgreementsForm(Form):
    """The file of criteria and practices."""

    criteria: tuple[CriteriaForm, ...] = Field(min_length=1)
    practice: tuple[PracticeForm, ...] = ()

    @model_validator(mode="after")
    def _names_are_known(self) -> AgreementsForm:
        known = {one.id for one in self.criteria}
        for place, practice in enumerate(self.practice):
            at = ("practice", place)
            steps = [((*at, "step", number, "criteria"), step.criteria) for number, step in enumerate(practice.step)]
            for key, name in [((*at, "criteria"), practice.criteria), *steps]:
                if name is not None and name not in known:
                    raise wrong_at(key, f"{practice.id}: {name} is not a set of criteria.{meant(name, known)}")
        return self


class Criteria(NamedTuple):
    """A set of criteria as the decisions read it; 0 is not asked."""

    id: str
    label: Text
    hours: float
    contract_months: int
    subsidised_counts: int
    study: int
    exempt_age: int
    releasing_age: int
    separated_months: int
    shared_months: int
    clean_record: int
    work_share: float
    binds_internal: int


class Step(NamedTuple):
    """A step of a practice. An area is on it when it meets one of the conditions; without any it is for the rest."""

    codes: tuple[int, ...]
    outside_adults_above: float | None
    combined_area: bool
    assignment_share: float | None
    flexible_share: float | None
    criteria: str | None

    @property
    def for_the_rest(self) -> bool:
        """Whether the step has no condition."""
        return not self.codes and self.outside_adults_above is None and not self.combined_area

    def holds(self, code: int, outside_adults: float | None, combined_area: bool) -> bool | None:
        """Return whether an area is on the step; None where that turns on a share that is not known."""
        if self.for_the_rest or code in self.codes or (self.combined_area and combined_area):
            return True
        if self.outside_adults_above is None:
            return False
        return None if outside_adults is None else outside_adults > self.outside_adults_above + 1e-9


class Practice(NamedTuple):
    """A practice: which dated rule tells of it, its criteria, and its steps from the first."""

    id: str
    rule: str
    label: Text
    criteria: str
    steps: tuple[Step, ...]

    def step_of(self, code: int, outside_adults: float | None, combined_area: bool) -> Step | None:
        """Return the step of an area, or None where a share that is not known decides it."""
        for step in self.steps:
            on_it = step.holds(code, outside_adults, combined_area)
            if on_it is None:
                return None
            if on_it:
                return step
        return None


def read_agreements(path: str, text: str) -> tuple[Mapping[str, Criteria], Mapping[str, Practice]]:
    """Return the criteria and practices of a file, by id."""
    form = read_form(path, text, AgreementsForm, "a file of agreements")
    return (
        MappingProxyType({one.id: _criteria(one) for one in form.criteria}),
        MappingProxyType({one.id: _practice(one) for one in form.practice}),
    )


@cache
def _shipped() -> tuple[Mapping[str, Criteria], Mapping[str, Practice]]:
    text = files("beboersim.law").joinpath("letting", "agreements.toml").read_text(encoding="utf-8")
    return read_agreements("agreements.toml", text)


def criteria(name: str) -> Criteria:
    """Return a set of criteria by its id."""
    known, _ = _shipped()
    if name not in known:
        raise InputError(f"{name} is not a set of criteria.{meant(name, known)} Known: {', '.join(known)}.")
    return known[name]


def practice(name: str) -> Practice:
    """Return a practice by its id."""
    _, known = _shipped()
    if name not in known:
        raise InputError(f"{name} is not a practice.{meant(name, known)} Known: {', '.join(known)}.")
    return known[name]


def criteria_names() -> tuple[str, ...]:
    """Return the ids of the sets of criteria."""
    return tuple(_shipped()[0])


def practice_names() -> tuple[str, ...]:
    """Return the ids of the practices."""
    return tuple(_shipped()[1])


def _criteria(form: CriteriaForm) -> Criteria:
    return Criteria(
        id=form.id,
        label=form.label,
        hours=form.hours,
        contract_months=PERMANENT if form.permanent_only else form.contract_months,
        subsidised_counts=int(form.subsidised_counts),
        study=int(form.study),
        exempt_age=form.exempt_age,
        releasing_age=form.releasing_age,
        separated_months=form.separated_months,
        shared_months=form.shared_months,
        clean_record=int(form.clean_record),
        work_share=form.work_share,
        binds_internal=int(form.binds_internal),
    )


def _practice(form: PracticeForm) -> Practice:
    steps = tuple(
        Step(
            codes=STATUSES[step.status] if step.status else (),
            outside_adults_above=step.outside_adults_above,
            combined_area=step.combined_area,
            assignment_share=step.assignment_share,
            flexible_share=step.flexible_share,
            criteria=step.criteria,
        )
        for step in form.step
    )
    return Practice(form.id, form.rule, form.label, form.criteria, steps)
