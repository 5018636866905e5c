"""What the user gave is wrong: said in one sentence, exit code 2."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import click


class InputError(click.ClickException):
    """A mistake in the user's input.

    The message says what was given, where, and what is valid. The command line shows it and exits with 2.
    """

    exit_code = 2

    def __str__(self) -> str:
        return self.message


def meant(given: str, valid: Iterable[str]) -> str:
    """Return " Did you mean X?" for the nearest valid name, or nothing if none is near."""
    near = difflib.get_close_matches(given, list(valid), n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else ""
