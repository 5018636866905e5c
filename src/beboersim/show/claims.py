"""The claims of the two documents: the table that is read, and what `explain claims` prints of it.

One claim is one row of `evidence/claims.toml`. Values by preset are never typed there: they are those of the catalogue.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple, get_args

import click
from pydantic import Field, StrictStr, model_validator

from beboersim.errors import InputError, meant
from beboersim.evidence.findings import Finding, findings
from beboersim.law.reading import Form, read_form, wrong_at
from beboersim.policy.catalogue import PRESETS, Kind, Text, Value, catalogue, shown
from beboersim.policy.shipped import PACKAGE
from beboersim.show.tables import print_json, print_table
from beboersim.show.words import word

Type = Literal["arithmetic", "mechanical", "contested", "zero", "definitional"]
Strength = Literal["strong", "strong, against", "some", "weak", "assumption"]
Acting = Literal["acts", "partly", "not yet"]

ACTING: tuple[Acting, ...] = get_args(Acting)
FILE = "evidence/claims.toml"
LAST = {"C": 57, "A": 25}  # the council's paper and the article
KINDS: Mapping[str, tuple[Kind, ...]] = {"levers": ("lever", "switch"), "parameters": ("parameter",)}
# What the ids of a list look like, and one to show.
IDS = {"mechanisms": (r"M\d\db?", "M07"), "evidence": (r"E\d{3}", "E140"), "contradictions": (r"X\d+", "X1")}
TEST = re.compile(r"tests/[\w/]+\.py::test_\w+(\[.+\])?")
EXAMPLE_TEXT = '{ en = "...", da = "..." }'


class Claim(Form):
    """A claim as it stands in the file."""

    id: str = Field(examples=['"C-08"'])
    type: Type = Field(examples=['"contested"'])
    mechanisms: tuple[StrictStr, ...] = Field(min_length=1, examples=['["M07"]'])
    module: str = ""
    levers: tuple[StrictStr, ...] = ()
    parameters: tuple[StrictStr, ...] = ()
    strength: Strength = Field(examples=['"weak"'])
    evidence: tuple[StrictStr, ...] = ()
    contradictions: tuple[StrictStr, ...] = ()
    acting: Acting = Field(examples=['"not yet"'])
    tests: tuple[StrictStr, ...] = ()
    says: Text = Field(examples=[EXAMPLE_TEXT])
    missing: Text | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Claim:
        if self.id not in ids_of_documents():
            raise wrong_at(("id",), _unknown(self.id))
        for key, (form, example) in IDS.items():
            for one in getattr(self, key):
                if not re.fullmatch(form, one):
                    raise wrong_at((key,), f'{self.id}: {key} holds "{one}", and such an id is written {example}.')
        for one in self.evidence:
            if one not in findings():
                raise wrong_at(("evidence",), f"{self.id}: evidence holds {one}, and there is no such finding.")
        for key, kinds in KINDS.items():
            known = [name for name, quantity in catalogue().items() if quantity.kind in kinds]
            for one in getattr(self, key):
                if one not in known:
                    said = f'{self.id}: {key} holds "{one}", which is not a {" or ".join(kinds)}.{meant(one, known)}'
                    raise wrong_at((key,), said)
        for test in self.tests:
            if not TEST.fullmatch(test):
                said = f'{self.id}: tests holds "{test}", and a test is written tests/month/test_grants.py::test_name.'
                raise wrong_at(("tests",), said)
        if self.module and not (PACKAGE / self.module).is_file():
            modules = [path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")]
            said = f'{self.id}: module = "{self.module}" is no file of the package.{meant(self.module, modules)}'
            raise wrong_at(("module",), said)
        if self.acting == "not yet":
            for key in ("module", "levers", "parameters", "tests"):
                if getattr(self, key):
                    raise wrong_at((key,), f"{self.id} does not act yet, and {key} says where it does.")
        else:
            for key in ("module", "tests"):
                if not getattr(self, key):
                    raise wrong_at(("acting",), f"{self.id} acts, and {key} does not say where that is seen.")
            if not self.levers + self.parameters:
                raise wrong_at(("acting",), f"{self.id} acts, and no lever and no parameter switches or sizes it.")
        if self.acting != "acts" and self.missing is None:
            raise wrong_at(("acting",), f"{self.id}: missing does not say what is not there, in both languages.")
        return self


class Claims(Form):
    """The file of claims: the claims, the questions on which findings disagree, and the names of mechanisms."""

    claim: tuple[Claim, ...] = Field(min_length=1)
    questions: dict[str, Text]
    mechanisms: dict[str, Text]

    @model_validator(mode="after")
    def _belongs_together(self) -> Claims:
        seen: set[str] = set()
        for place, one in enumerate(self.claim):
            if one.id in seen:
                raise wrong_at(("claim", place, "id"), f"{one.id} stands twice.")
            seen.add(one.id)
            for key, known in (("mechanisms", self.mechanisms), ("contradictions", self.questions)):
                for name in getattr(one, key):
                    if name not in known:
                        said = f"{one.id}: {key} holds {name}, which has no words.{meant(name, known)}"
                        raise wrong_at(("claim", place, key), said)
        return self


def ids_of_documents() -> tuple[str, ...]:
    """Return the ids of all claims that the two documents make."""
    return tuple(f"{letter}-{number:02}" for letter, last in LAST.items() for number in range(1, last + 1))


def read_claims(path: str, text: str) -> Claims:
    """Return the claims of a file; InputError says in which line something is wrong."""
    return read_form(path, text, Claims, "a file of claims")


@cache
def all_claims() -> Claims:
    """Return the shipped claims."""
    return read_claims(FILE, (PACKAGE / FILE).read_text(encoding="utf-8"))


def claim_of(given: str) -> Claim:
    """Return a claim by its id; InputError says which was probably meant."""
    found = next((one for one in all_claims().claim if one.id == given.upper()), None)
    if found is None:
        raise InputError(_unknown(given))
    return found


def _unknown(given: str) -> str:
    """Return the sentence that an id is none, and the nearest one."""
    parts = re.fullmatch(r"\s*([A-Za-z])\W*0*(\d{1,9})\s*", given)
    if parts is not None and parts[1].upper() in LAST:
        letter = parts[1].upper()
        near = f" Did you mean {letter}-{min(max(int(parts[2]), 1), LAST[letter]):02}?"
    else:
        near = " Claims are " + " and ".join(f"{letter}-01 to {letter}-{last}" for letter, last in LAST.items()) + "."
    return f"{shown(given)} is not the id of a claim.{near}"


def values_by_preset(claim: Claim) -> dict[str, dict[str, Value]]:
    """Return what the claim's parameters are under each preset, as the catalogue has them; empty without parameters."""
    if not claim.parameters:
        return {}
    return {preset: {name: catalogue()[name].preset(preset) for name in claim.parameters} for preset in PRESETS}


def as_json(claims: Sequence[Claim]) -> list[dict[str, Any]]:
    """Return claims with their words in both languages. `test` is the first of `tests`, or null."""
    return [
        {
            "id": one.id,
            "type": one.type,
            "says": one.says.model_dump(),
            "mechanism": list(one.mechanisms),
            "module": one.module,
            "levers": list(one.levers),
            "parameters": list(one.parameters),
            "strength": one.strength,
            "evidence": list(one.evidence),
            "contradictions": list(one.contradictions),
            "findings": [findings()[name]._asdict() for name in one.evidence],
            "presets": values_by_preset(one),
            "test": one.tests[0] if one.tests else None,
            "tests": list(one.tests),
            "acting": one.acting,
            "missing": one.missing.model_dump() if one.missing else None,
        }
        for one in claims
    ]


def summary(lang: str) -> str:
    """Return how many claims act, act in part, and do not act yet."""
    number = Counter(one.acting for one in all_claims().claim)
    counts = {acting.replace(" ", "_"): number[acting] for acting in ACTING}
    return word("claims.summary", lang).format(all=number.total(), **counts)


def type_words(claim: Claim, lang: str) -> str:
    """Return the type of a claim in words."""
    return word(f"claims.type_{claim.type}", lang)


def strength_words(claim: Claim, lang: str) -> str:
    """Return how strong the evidence is, in words."""
    return word(f"claims.strength_{claim.strength.replace(', ', '_')}", lang)


def acting_words(claim: Claim, lang: str) -> str:
    """Return whether a claim acts, in words."""
    return word(f"claims.{claim.acting.replace(' ', '_')}", lang)


def mechanism_words(claim: Claim, lang: str) -> str:
    """Return the mechanisms of a claim with their names."""
    named = all_claims().mechanisms
    return "; ".join(f"{name} {named[name].in_language(lang)}" for name in claim.mechanisms)


def question_words(claim: Claim, lang: str) -> str:
    """Return the questions on which findings about a claim disagree."""
    asked = all_claims().questions
    return " ".join(f"{name}: {asked[name].in_language(lang)}" for name in claim.contradictions)


def finding_words(one: Finding, lang: str) -> str:
    """Return a finding in a line: what on what, the effect, how it was found, where, and whether it was read."""
    size = f"{one.effect} {one.unit}".strip()
    where = f"{one.source}, {one.published}" if one.published and str(one.published) not in one.source else one.source
    unread = f"; {word('claims.unverified', lang)}" if one.reading == "unverified" else ""
    how = word(f"claims.design_{one.design}", lang)
    return f"{one.id} {one.about} → {one.outcome}: {size} ({how}; {where}{unread})"


def preset_words(name: str, lang: str) -> str:
    """Return a parameter's value, range, whether the size is an assumption, and the presets that depart from it."""
    quantity = catalogue()[name]
    said = shown(quantity.history[0].value)
    if quantity.range is not None:
        said += f" [{shown(quantity.range[0])} - {shown(quantity.range[1])}]"
    # Of a value that was read, only the range is an assumption.
    if "assumption" in quantity.strength + quantity.source and quantity.strength != "read":
        said += f" ({word('claims.assumption', lang)})"
    return ", ".join([said, *(f"{preset} {shown(value)}" for preset, value in quantity.presets.items())])


class Fact(NamedTuple):
    """A line about a claim: what it is about, and what it says."""

    key: str
    says: str


def facts(claim: Claim, lang: str) -> tuple[Fact, ...]:
    """Return what there is to say of a claim, line by line; nothing is said of what is empty."""
    told = (
        Fact("says", claim.says.in_language(lang)),
        Fact("type", type_words(claim, lang)),
        Fact("mechanism", mechanism_words(claim, lang)),
        Fact("acting", acting_words(claim, lang)),
        Fact("missing", claim.missing.in_language(lang) if claim.missing else ""),
        Fact("module", claim.module),
        Fact("levers", ", ".join(claim.levers)),
        Fact("strength", strength_words(claim, lang)),
        *(Fact("evidence", finding_words(findings()[name], lang)) for name in claim.evidence),
        Fact("contradictions", question_words(claim, lang)),
        *(Fact("parameters", f"{name} = {preset_words(name, lang)}") for name in claim.parameters),
        *(Fact("tests", test) for test in claim.tests),
    )
    return tuple(one for one in told if one.says)


def claims_command(given: str | None, lang: str, json: bool) -> None:
    """Print one claim with all that is known of it, or the list of all."""
    claims = all_claims().claim if given is None else (claim_of(given),)
    if json:
        print_json(as_json(claims))
    elif given is not None:
        (one,) = claims
        rows = [[word(f"claims.{fact.key}", lang), fact.says] for fact in facts(one, lang)]
        print_table([word("claims.id", lang), one.id], rows)
    else:
        click.echo(summary(lang))
        click.echo(word("claims.more", lang))
        click.echo()
        headers = [word(f"claims.{key}", lang) for key in ("id", "acting", "type", "mechanism", "says")]
        rows = [
            [one.id, acting_words(one, lang), type_words(one, lang), ", ".join(one.mechanisms),
             one.says.in_language(lang)]
            for one in claims
        ]  # fmt: skip
        print_table(headers, rows)
