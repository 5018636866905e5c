"""The dated rules beside the lists: letting, what follows from a status, money. One form, one reader, one register.

A rule holds from a day until another that is not included, in areas of some statuses or everywhere. Its numbers stand
in `value` (said in its sentence) and `data` (read by the functions). The functions of `law.letting` and
`law.consequences` read them from here, and so do `beboersim law show`, `law diff` and the register in docs/law.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from pydantic import Field, StrictStr, field_validator, model_validator

from beboersim.errors import InputError, meant
from beboersim.law.reading import EXAMPLE_TEXT, DatedForm, Form, Source, read_form, wrong_at
from beboersim.policy.catalogue import Text, shown
from beboersim.policy.where import STATUSES

Unit = Literal[
    "share", "months", "years", "years of age", "every so many years", "vacancies", "residents", "children", "rooms",
    "m2", "km", "hours a week", "DKK", "number", "year", "day",
]  # fmt: skip
Number = int | float | date

TOPICS: Mapping[str, str] = {
    "letting": "letting/letting.toml",
    "practice": "letting/practice.toml",
    "consequences": "consequences.toml",
    "funding": "funding.toml",
}
LAW_READ_UNTIL = date(2026, 2, 28)  # no later law was looked for (law.md §1.5)
FIRST_DAY = date(2010, 1, 1)


class ValueForm(Form):
    """A number of a rule and its unit."""

    value: Any = Field(alias="is", examples=["6"])
    unit: Unit = Field(examples=['"months"'])

    @field_validator("value")
    @classmethod
    def _is_a_number(cls, value: object) -> Number:
        if isinstance(value, bool | datetime) or not isinstance(value, int | float | date):
            raise ValueError(f"is = {shown(value)} is neither a number nor a date.")
        return value


class RuleForm(DatedForm):
    """A dated rule as it stands in a file."""

    id: str = Field(examples=['"municipal_assignment"'])
    title: Text = Field(examples=[EXAMPLE_TEXT])
    paragraph: str = Field(min_length=1, examples=['"almenboligloven § 59"'])
    statuses: tuple[StrictStr, ...] = ()
    source: Source = Field(examples=['"S29"'])
    acting_in: str = ""
    in_simulation: Text | None = None
    says: Text = Field(examples=[EXAMPLE_TEXT])
    value: dict[str, ValueForm] = Field(default_factory=dict)
    data: dict[str, Any] = Field(default_factory=dict)

    @field_validator("id")
    @classmethod
    def _is_a_name(cls, rule_id: str) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", rule_id):
            raise ValueError(f'id = "{rule_id}" is not a name of small letters, digits and underscores.')
        return rule_id

    @field_validator("statuses")
    @classmethod
    def _are_known(cls, statuses: tuple[str, ...]) -> tuple[str, ...]:
        for status in statuses:
            if status not in STATUSES:
                near = meant(status, STATUSES) or f" Known are {', '.join(STATUSES)}."
                raise ValueError(f'statuses: "{status}" is not a status.{near}')
        return statuses

    @model_validator(mode="after")
    def _says_its_values(self) -> RuleForm:
        for lang in ("en", "da"):
            try:
                self.says.in_language(lang).format(**dict.fromkeys(self.value, ""))
                if self.open is not None:
                    self.open.in_language(lang).format(**dict.fromkeys(self.value, ""))
            except (KeyError, IndexError, ValueError) as error:
                said = f"{self.id}: the sentence in {lang} asks for {error}, no value of the rule."
                raise wrong_at(("says", lang), said) from None
            for name in self.value:
                if f"{{{name}}}" not in self.says.in_language(lang):
                    raise wrong_at(("says", lang), f"{self.id}: the sentence in {lang} does not say the value {name}.")
        return self


class RulesForm(Form):
    """A file of dated rules."""

    rule: tuple[RuleForm, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_wording_at_a_time(self) -> RulesForm:
        for place, rule in enumerate(self.rule):
            if any(earlier.id == rule.id and _overlap(earlier, rule) for earlier in self.rule[:place]):
                said = f"{rule.id} stands twice for the same days; a rule has one wording at a time."
                raise wrong_at(("rule", place, "id"), said)
        return self


class Rule(NamedTuple):
    """A dated rule, or a status of a rule set for lists: what it says, where and when it holds, how well it was read.

    A rule that is not in the law, a proposal or a municipality's own, holds on no day.
    """

    topic: str
    id: str
    title: Text
    paragraph: str
    start: date | None
    until: date | None
    codes: tuple[int, ...]
    statuses: tuple[str, ...]
    source: str
    reading: tuple[str, ...]
    open: Text | None
    acting_in: str
    in_simulation: Text | None
    says: Text
    values: Mapping[str, tuple[Number, str]]
    data: Mapping[str, Any]
    in_law: bool = True

    def holds(self, day: date) -> bool:
        """Return whether the rule is in force on a day; `until` is not included."""
        return self.in_law and (self.start is None or self.start <= day) and (self.until is None or day < self.until)

    def holds_in(self, code: int) -> bool:
        """Return whether the rule is about areas with a status code."""
        return not self.codes or code in self.codes

    def number(self, name: str) -> float:
        """Return a value as a number."""
        value = self.values[name][0]
        assert isinstance(value, int | float)
        return float(value)


def read_rules(topic: str, path: str, text: str) -> tuple[Rule, ...]:
    """Return the rules of a file; periods of one rule do not overlap."""
    return tuple(_rule(topic, one) for one in read_form(path, text, RulesForm, "a file of rules").rule)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every dated rule, by topic and in the order of its file."""
    folder = files("beboersim.law")
    return tuple(
        rule
        for topic, name in TOPICS.items()
        for rule in read_rules(topic, name, folder.joinpath(*name.split("/")).read_text(encoding="utf-8"))
    )


@cache
def rule_on(rule_id: str, day: date) -> Rule | None:
    """Return a rule as it is on a day, or None where it does not hold."""
    return next((rule for rule in _by_id(rule_id) if rule.holds(day)), None)


def from_first_day(day: date) -> date:
    """Return the day, or say that the law is not held so far back."""
    if day < FIRST_DAY:
        raise InputError(f"{day}: the law is held from {FIRST_DAY} on.")
    return day


@cache
def _by_id(rule_id: str) -> tuple[Rule, ...]:
    found = tuple(rule for rule in all_rules() if rule.id == rule_id)
    if not found:
        raise KeyError(rule_id)
    return found


def _rule(topic: str, form: RuleForm) -> Rule:
    return Rule(
        topic=topic,
        id=form.id,
        title=form.title,
        paragraph=form.paragraph,
        start=form.start,
        until=form.until,
        codes=tuple(sorted({code for status in form.statuses for code in STATUSES[status]})),
        statuses=form.statuses,
        source=form.source,
        reading=form.reading,
        open=form.open,
        acting_in=form.acting_in,
        in_simulation=form.in_simulation,
        says=form.says,
        values={name: (value.value, value.unit) for name, value in form.value.items()},
        data=form.data,
    )


def _overlap(one: RuleForm, other: RuleForm) -> bool:
    latest_start = max(one.start or date.min, other.start or date.min)
    return latest_start < min(one.until or date.max, other.until or date.max)
