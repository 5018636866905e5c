"""The line of a key is found wherever TOML lets it stand."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beboersim.policy.toml_lines import lines_of_keys

TEXT = '''# a comment with [brackets] and = signs
title = "one # not a comment"

[scenario]          # another
name = { en = "a, b]", da = 'c } d' }
about."en" = """
key = 1
[table]
"""
"quoted \\"key\\" \\u00e6" = [1, [2,
  3], { deep = 4 }]

[[change]]
set = { "list.public" = 0.5,   "list.rules" = "2014" }
from = 2019-01-01
[change.where]
places = ["A",
  "B"]

[[change]]
set.letting.share = 1
text = \'\'\'it's '' here\'\'\'\'
after = true
'''


def test_every_kind_of_key_has_its_line() -> None:
    lines = lines_of_keys(TEXT)
    assert lines["title",] == 2
    assert lines["scenario",] == 4
    assert lines["scenario", "name", "da"] == 5
    assert lines["scenario", "about", "en"] == 6
    assert lines["scenario", 'quoted "key" æ'] == 10
    assert lines["scenario", 'quoted "key" æ', 1, 1] == 11
    assert lines["scenario", 'quoted "key" æ', 2, "deep"] == 11
    assert lines["change", 0] == 13
    assert lines["change", 0, "set", "list.rules"] == 14
    assert lines["change", 0, "from"] == 15
    assert lines["change", 0, "where"] == 16
    assert lines["change", 0, "where", "places", 1] == 18
    assert lines["change", 1] == 20
    assert lines["change", 1, "set", "letting", "share"] == 21
    assert lines["change", 1, "after"] == 23


def paths(value: object, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = {path} if path else set()
    for key, inner in parts:
        found |= paths(inner, (*path, key))
    return found


def test_the_keys_found_are_the_keys_tomllib_reads() -> None:
    assert set(lines_of_keys(TEXT)) == paths(tomllib.loads(TEXT))


@given(
    st.lists(st.sampled_from(['"', "'", '"""', "'''", "\\", "#", "\n", "a", "[", "]", "{", "}", ",", "=", " ", "."]))
)
@settings(derandomize=True, max_examples=300, deadline=None)
def test_whatever_tomllib_accepts_is_read(parts: list[str]) -> None:
    for text in ("".join(parts), "a = " + "".join(parts), "[[a]]\nb = " + "".join(parts) + "\n[a.c]\n[[a]]"):
        try:
            read = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            continue
        assert set(lines_of_keys(text)) == paths(read)


@pytest.mark.parametrize("text", ["", "\n\n", "# only\r\n# comments"])
def test_a_text_without_keys_has_no_lines(text: str) -> None:
    assert lines_of_keys(text) == {}
