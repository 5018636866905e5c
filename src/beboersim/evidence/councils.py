"""Local integration councils: how municipalities have made theirs up."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("councils.toml")
NO_COUNCIL = "none"


@cache
def coverage() -> dict[str, float]:
    """Return, by council, the share of the subjects that its members know; 0 without a council.

    A council whose make-up was not read has the mean of those whose was (assumption).
    """
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    subjects = table.pop("subjects")
    known = {name: len(one["subjects"]) / len(subjects) for name, one in table.items() if "subjects" in one}
    mean = sum(known.values()) / len(known)
    return {NO_COUNCIL: 0.0} | {name: known.get(name, mean) for name in table}
