"""What the user sets for a whole run with ``--set PATH=VALUE``."""

from __future__ import annotations

from collections.abc import Iterable

from beboersim.errors import InputError, meant
from beboersim.policy.catalogue import Value, catalogue, shown


def parse_settings(texts: Iterable[str]) -> dict[str, Value]:
    """Return the value by name of texts such as ``letting.flexible_share=0.5``; a mistake raises InputError."""
    found: dict[str, Value] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name or not value:
            raise InputError(f"--set {text}: a setting is written NAME=VALUE, such as letting.flexible_share=0.5.")
        quantity = catalogue().get(name)
        if quantity is None:
            raise InputError(f"--set {text}: {name} is not a lever, switch or parameter.{meant(name, catalogue())}")
        if name in found:
            raise InputError(f"--set {text}: {name} is set twice; it is {shown(found[name])} already.")
        try:
            found[name] = quantity.read(value)
        except ValueError as error:
            raise InputError(f"--set {text}: {error}") from None
    return found
