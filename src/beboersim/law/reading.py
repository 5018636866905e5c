"""Reading a law file or a case: TOML against a declared form, every mistake said by file, line and key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from beboersim.errors import InputError, meant
from beboersim.policy.catalogue import SOURCE, Text, shown
from beboersim.policy.toml_lines import lines_of_keys, table_of

# What a value is said to be when it is not what the key holds.
NOT_A = {
    "string_type": "a text. A text is written in quotation marks",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "date_type": "a date. A date is written 2019-08-01",
    "date_from_datetime_inexact": "a date. A date is written 2019-08-01",
    "model_type": "a table",
    "dict_type": "a table",
    "tuple_type": "a list",
}
Key = tuple[str | int, ...]


class Form(BaseModel):
    """A declared form: these keys with these types, and no others."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


AnyForm = TypeVar("AnyForm", bound=Form)
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Reading = Literal["read", "cut", "unverified", "gap", "derived"]  # how well the law's text was read
EXAMPLE_TEXT = '{ en = "...", da = "..." }'


def _is_a_source(source: str) -> str:
    if not SOURCE.search(source) and "paper" not in source:
        raise ValueError(f'source = "{source}" names no id of the research and does not say assumption.')
    return source


Source = Annotated[str, AfterValidator(_is_a_source)]


def wrong_at(key: Key, sentence: str) -> PydanticCustomError:
    """Return the error of a check that spans several keys, with the key whose line is meant, from the form checked."""
    return PydanticCustomError("at", "{says}", {"says": sentence, "at": key})


class DatedForm(Form):
    """What holds from a day until another, and how well it was read."""

    start: date | None = Field(default=None, alias="from")
    until: date | None = None
    reading: tuple[Reading, ...] = ("read",)
    open: Text | None = None

    @model_validator(mode="after")
    def _is_dated_and_read(self) -> DatedForm:
        if self.start is not None and self.until is not None and self.until <= self.start:
            raise wrong_at(("until",), f"until = {self.until} is not after from = {self.start}.")
        if self.reading != ("read",) and self.open is None:
            raise wrong_at(("reading",), "what was not read whole says what is open, in both languages.")
        if self.reading == ("read",) and self.open is not None:
            raise wrong_at(("open",), "what is open is said, and reading says that it was read whole.")
        return self


def read_form(path: str, text: str, form: type[AnyForm], name: str) -> AnyForm:
    """Return a TOML text as a form; the mistake nearest the top is raised as an InputError.

    Parameters
    ----------
    path, text
        The file as the user named it, and what it holds.
    form
        The declared form.
    name
        What a file of this kind is called in a sentence, such as "a case".
    """
    try:
        return form.model_validate(_tuples(table_of(path, text)))
    except ValidationError as error:
        lines = lines_of_keys(text)
        mistakes = error.errors(include_url=False)
        # A list whose elements are all wrong is told as too short as well: only the elements are meant.
        within = {mistake["loc"][:depth] for mistake in mistakes for depth in range(len(mistake["loc"]))}
        told = [
            (mistake["type"] != "extra_forbidden", _line(lines, _place(mistake)), _sentence(mistake, form, name))
            for mistake in mistakes
            if mistake["type"] != "too_short" or mistake["loc"] not in within
        ]
        # A misspelled key comes before the right one that is missing.
        _, line, sentence = min(told, key=lambda one: one[:2])
        raise InputError(f"{path}, line {line}: {sentence}" if line else f"{path}: {sentence}") from None
    except RecursionError:
        raise InputError(f"{path}: tables or lists lie too deep within each other.") from None


def _tuples(value: Any) -> Any:
    """Return the value with tuples for lists: forms are frozen."""
    if isinstance(value, list):
        return tuple(_tuples(one) for one in value)
    if isinstance(value, dict):
        return {key: _tuples(one) for key, one in value.items()}
    return value


def _place(mistake: Mapping[str, Any]) -> Key:
    key: Key = mistake["loc"]
    return (*key, *mistake["ctx"]["at"]) if mistake["type"] == "at" else key


def _line(lines: Mapping[Key, int], key: Key) -> int:
    """Return the line of a key, or of the nearest table around it; 0 is the file as a whole."""
    while key and key not in lines:
        key = key[:-1]
    return lines.get(key, 0) if key else 0


def _sentence(mistake: Mapping[str, Any], form: type[Form], name: str) -> str:
    """Return what is wrong, in a sentence, and in a second one what is meant or valid."""
    kind, key, given = mistake["type"], mistake["loc"], mistake["input"]
    if kind == "at":
        return str(mistake["ctx"]["says"])
    if kind == "tuple_type" and isinstance(given, dict):
        return f"{_last(key)} is a list of tables: each begins with [[{'.'.join(map(str, key))}]]."
    if kind == "value_error":
        return str(mistake["msg"]).removeprefix("Value error, ")
    said = f"{_last(key)} = {shown(list(given) if isinstance(given, tuple) else given)}"
    if kind == "missing":
        field = _field(form, key)
        example = f" It is written {key[-1]} = {field.examples[0]}." if field is not None and field.examples else ""
        return f"{_table(key[:-1], name)} has no {key[-1]}.{example}"
    if kind == "extra_forbidden":
        valid = [field.alias or known for known, field in _keys(form, key[:-1]).items()]
        where, near = _table(key[:-1], name), meant(str(key[-1]), valid)
        return f"{shown(str(key[-1]))} is not a key of {where}, which has {', '.join(valid)}.{near}"
    if kind == "literal_error":
        field = _field(form, key)
        valid = [str(one) for one in _choices(field.annotation)] if field is not None else []
        quoted = ", ".join(f'"{one}"' for one in valid)
        hint = meant(given, valid) if isinstance(given, str) else " A choice is written in quotation marks."
        return f"{said} is not one of {quoted}.{hint}"
    if kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        line = next(iter(mistake["ctx"].values()))
        side = "below" if kind.startswith("greater") else "above"
        hint = f" A share is written {given / 100:g}." if line == 1 and side == "above" and 1 < given <= 100 else ""
        return f"{said} is {side} {shown(line)}.{hint}"
    if kind in ("string_too_short", "too_short"):
        return f"{_last(key)} is empty."
    return f"{said} is not {NOT_A.get(kind, 'what belongs there')}."


def _last(key: Key) -> str:
    """Return the last name of a key; the second of a list is `members, 2`."""
    *_, last = key
    return f"{key[-2]}, {last + 1}" if isinstance(last, int) and len(key) > 1 else str(last)


def _table(key: Key, name: str) -> str:
    names = [str(part) for part in key if isinstance(part, str)]
    return f"[{'.'.join(names)}]" if names else name


def _keys(form: type[Form], key: Key) -> Mapping[str, FieldInfo]:
    """Return the fields of the form that a table must follow."""
    fields: Mapping[str, FieldInfo] = form.model_fields
    free_name = False
    for part in key:
        if isinstance(part, int) or free_name:
            free_name = False
            continue
        field = next((one for known, one in fields.items() if part in (known, one.alias)), None)
        inner = next(iter(_forms(field.annotation)), None) if field is not None else None
        if inner is None:
            return {}
        fields = inner.model_fields
        free_name = field is not None and get_origin(field.annotation) is dict
    return fields


def _field(form: type[Form], key: Key) -> FieldInfo | None:
    names = [part for part in key if isinstance(part, str)]
    fields = _keys(form, tuple(names[:-1]))
    return next((one for known, one in fields.items() if names[-1] in (known, one.alias)), None) if names else None


def _forms(annotation: Any) -> list[type[BaseModel]]:
    """Return the models within an annotation such as `tuple[Person, ...]` or `Person | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [form for part in get_args(annotation) for form in _forms(part)]


def _choices(annotation: Any) -> list[object]:
    if get_origin(annotation) in (Union, UnionType, tuple):
        return [choice for part in get_args(annotation) for choice in _choices(part)]
    return [choice for choice in get_args(annotation) if not isinstance(choice, type)]
