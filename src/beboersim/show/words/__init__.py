"""The words that people read, in English and Danish, from one catalogue."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

Lang = Literal["en", "da"]
LANGS: tuple[Lang, ...] = get_args(Lang)


@cache
def catalogue_of_words() -> Mapping[str, Mapping[str, str]]:
    """Return every key with its word in each language. A key is the name of a file and a name in it."""
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        for name, both in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if {*both} != {*LANGS} or not all(both.values()):
                raise ValueError(f"{path.name}: {name} is needed in {' and '.join(LANGS)}")
            found[f"{path.stem}.{name}"] = MappingProxyType(both)
    return MappingProxyType(found)


def word(key: str, lang: str) -> str:
    """Return the word for a key such as ``table.unit``."""
    return catalogue_of_words()[key][lang]
