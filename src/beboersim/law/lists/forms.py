"""A rule set for lists as a file: its form, and what must hold of it beside the types."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from beboersim.errors import meant
from beboersim.evidence.areas import INDICATORS, STATUS_CODES
from beboersim.law.lists import Criterion, ListRules, Points, PointsClass, PointsIndicator, Tier
from beboersim.law.reading import EXAMPLE_TEXT, DatedForm, Form, Share, read_form, wrong_at
from beboersim.policy.catalogue import Text

Indicator = Literal["non_western", "outside_work", "convicted", "basic_education", "income_ratio"]


class CriterionForm(Form):
    """One line: exactly one of the four tests."""

    indicator: Indicator = Field(examples=['"outside_work"'])
    above: Share | None = None
    at_least: Share | None = None
    below: Annotated[float, Field(ge=0.0, le=2.0)] | None = None
    at_least_times_national: Annotated[float, Field(gt=0.0, le=100.0)] | None = None

    @model_validator(mode="after")
    def _has_one_test(self) -> CriterionForm:
        tests = ("above", "at_least", "below", "at_least_times_national")
        given = [test for test in tests if getattr(self, test) is not None]
        if len(given) != 1:
            told = " and ".join(given) if given else "none of them"
            raise ValueError(f"a criterion has one of {', '.join(tests)}; {self.indicator} has {told}.")
        if self.at_least_times_national and self.indicator != "convicted":
            raise ValueError(
                f"at_least_times_national is for convicted, not for {self.indicator}: only the national share of "
                "convicted residents is known."
            )
        return self

    def criterion(self) -> Criterion:
        """Return the criterion as the law's functions read it."""
        if self.above is not None:
            return Criterion(self.indicator, "above", self.above)
        if self.at_least is not None:
            return Criterion(self.indicator, "at_least", self.at_least)
        if self.below is not None:
            return Criterion(self.indicator, "below", self.below)
        assert self.at_least_times_national is not None
        return Criterion(self.indicator, "at_least_times_national", self.at_least_times_national)


class TierForm(Form):
    """A step of the ladder."""

    name: str = Field(min_length=1, examples=['"udsat"'])
    status: int = Field(ge=1, le=4, examples=["2"])
    listed_as: str = Field(min_length=1, examples=['"udsat"'])
    paragraph: str = ""
    within: str | None = None
    required: tuple[CriterionForm, ...] = ()
    criterion: tuple[CriterionForm, ...] = ()
    instead: tuple[CriterionForm, ...] = ()
    at_least: int = Field(default=0, ge=0, le=len(INDICATORS))
    lists_running: int = Field(default=0, ge=0, le=50)

    @field_validator("listed_as")
    @classmethod
    def _is_known(cls, listed_as: str) -> str:
        for word in listed_as.split("+"):
            if word not in STATUS_CODES or word == "none":
                valid = [one for one in STATUS_CODES if one != "none"]
                raise ValueError(
                    f'listed_as = "{listed_as}": "{word}" is not a status.'
                    f"{meant(word, valid) or ' Known are ' + ', '.join(valid) + ', joined by +.'}"
                )
        return listed_as

    @model_validator(mode="after")
    def _can_be_met(self) -> TierForm:
        if self.at_least > len(self.criterion):
            raise ValueError(f"{self.name} asks for {self.at_least} criteria and has {len(self.criterion)}.")
        if self.criterion and not self.at_least:
            raise ValueError(f"{self.name} has criteria but not at_least, the number of them that must be met.")
        if self.instead and not self.criterion:
            raise ValueError(f"{self.name} has an instead, but no criteria that it could stand instead of.")
        if not (self.required or self.criterion or self.lists_running):
            raise ValueError(f"{self.name} asks for nothing: give it a criterion, a required one or lists_running.")
        return self

    def tier(self) -> Tier:
        """Return the tier as the law's functions read it."""
        return Tier(
            name=self.name,
            status=self.status,
            listed_as=self.listed_as,
            paragraph=self.paragraph,
            within=self.within,
            required=tuple(one.criterion() for one in self.required),
            counted=tuple(one.criterion() for one in self.criterion),
            instead=tuple(one.criterion() for one in self.instead),
            at_least=self.at_least,
            lists_running=self.lists_running,
        )


class PublishedForm(Form):
    """The day of the year on which a list is published."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)


class WindowsForm(Form):
    """How many years an indicator is the mean of."""

    outside_work: int = Field(default=2, ge=1, le=4)
    convicted: int = Field(default=2, ge=1, le=4)


class PointsIndicatorForm(Form):
    """An indicator that gives points, and the column it stands in."""

    name: str = Field(min_length=1)
    column: str = Field(min_length=1)
    label: Text = Field(examples=[EXAMPLE_TEXT])


class PointsClassForm(Form):
    """A class and the sum of points it begins at."""

    name: str = Field(min_length=1)
    start: int = Field(alias="from", ge=0)
    label: Text = Field(examples=[EXAMPLE_TEXT])


class PointsForm(Form):
    """Points against the town's average."""

    above: float = Field(gt=0.0)
    two_from: float = Field(gt=0.0)
    three_from: float = Field(gt=0.0)
    most: int = Field(ge=1)
    indicator: tuple[PointsIndicatorForm, ...] = Field(min_length=1)
    classes: tuple[PointsClassForm, ...] = Field(alias="class", min_length=1)

    @model_validator(mode="after")
    def _is_in_order(self) -> PointsForm:
        if not self.above < self.two_from < self.three_from:
            raise ValueError("above, two_from and three_from rise, the first lowest.")
        starts = [one.start for one in self.classes]
        if starts != sorted(set(starts), reverse=True) or starts[-1] != 0:
            raise ValueError("the classes come from the highest points to the lowest, which is from = 0.")
        return self


class RuleSetForm(DatedForm):
    """A rule set for lists."""

    title: Text | None = None
    paragraph: str = ""
    source: str = ""
    min_residents: int = Field(ge=0, examples=["1000"])
    education_abroad_counts: bool = True
    published: PublishedForm | None = None
    published_instead: dict[str, tuple[date, ...]] = Field(default_factory=dict)
    windows: WindowsForm = WindowsForm()
    tier: tuple[TierForm, ...] = ()
    points: PointsForm | None = None

    @model_validator(mode="after")
    def _is_a_ladder(self) -> RuleSetForm:
        seen: dict[str, int] = {}
        for place, tier in enumerate(self.tier):
            at = ("tier", place)
            if tier.name in seen:
                raise wrong_at((*at, "name"), f"two tiers are called {tier.name}.")
            if seen and tier.status <= max(seen.values()):
                said = f"{tier.name}: status = {tier.status}, but tiers stand from the lowest status up."
                raise wrong_at((*at, "status"), said)
            if tier.within is not None and tier.within not in seen:
                near = meant(tier.within, seen)
                raise wrong_at(
                    (*at, "within"), f"{tier.name} is within {tier.within}, which is no tier above it.{near}"
                )
            seen[tier.name] = tier.status
        return self


def rules_of(name: str, path: str, text: str) -> ListRules:
    """Return a rule set from the text of its file."""
    form = read_form(path, text, RuleSetForm, "a rule set for lists")
    points = form.points
    return ListRules(
        name=name,
        title=form.title or Text(en=name, da=name),
        paragraph=form.paragraph,
        source=form.source,
        reading=form.reading,
        open=form.open,
        in_force=form.start,
        until=form.until,
        min_residents=form.min_residents,
        education_abroad_counts=form.education_abroad_counts,
        windows=form.windows.model_dump(),
        tiers=tuple(tier.tier() for tier in form.tier),
        published=None if form.published is None else (form.published.month, form.published.day),
        published_instead={int(year): days for year, days in form.published_instead.items()},
        points=None
        if points is None
        else Points(
            steps=(points.above, points.two_from, points.three_from),
            most=points.most,
            indicators=tuple(PointsIndicator(one.name, one.column, one.label) for one in points.indicator),
            classes=tuple(PointsClass(one.name, one.start, one.label) for one in points.classes),
        ),
    )
