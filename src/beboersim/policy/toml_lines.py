"""Reading a TOML file that somebody wrote, and the line of every key in it.

`tomllib` reads values and forgets where they stood. The reader here takes a text that `tomllib` has accepted, so it
only has to find the keys, not to judge them.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path as FilePath
from typing import Any, cast

from beboersim.errors import InputError

Path = tuple[str | int, ...]

BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
SCALAR = re.compile(r"[^,\]}#\n]*")


def text_of(path: FilePath) -> str:
    """Return the text of a file; InputError says why it cannot be read."""
    try:
        # A byte order mark is what some editors write before UTF-8: no mistake of the user's.
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file.") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder, not a file.") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{path}, line {line}: the file is not UTF-8. Save it as UTF-8.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None


def table_of(path: str, text: str) -> dict[str, Any]:
    """Return the values of a TOML text; InputError says in which line it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        told = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", str(error), re.DOTALL)
        if told is None:
            what, line = str(error).removesuffix(" (at end of document)"), text.rstrip().count("\n") + 1
            raise InputError(f"{path}, line {line}: the file ends too early: {what}.") from None
        raise InputError(f"{path}, line {told[2]}: this is not TOML, column {told[3]}: {told[1]}.") from None
    except ValueError as error:  # a number with too many digits
        raise InputError(f"{path}: this is not TOML: {error}.") from None


def lines_of_keys(text: str) -> dict[Path, int]:
    """Return the line, counted from 1, of every key, table and array element, by its path.

    ``{("change", 0, "set", "list.rules"): 12}`` says that the first change sets list.rules on line 12.
    """
    reader = _Reader(text)
    reader.document()
    return reader.lines


class _Reader:
    """A cursor over the text, with the lines found so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.counted = (0, 1)
        self.elements: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        self.skip()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip()

    def header(self) -> Path:
        """Read ``[a.b]`` or ``[[a.b]]``; a part that names an array of tables means its newest element."""
        many = self.text.startswith("[[", self.at)
        line = self.line()
        self.at += 2 if many else 1
        path: Path = ()
        keys = self.keys()
        for depth, key in enumerate(keys, start=1):
            path = (*path, key)
            if many and depth == len(keys):
                self.elements[path] = self.elements.get(path, -1) + 1
            self.lines.setdefault(path, line)
            if path in self.elements:
                path = (*path, self.elements[path])
                self.lines.setdefault(path, line)
        self.at += 2 if many else 1
        return path

    def pair(self, table: Path) -> None:
        line = self.line()
        path = table
        for key in self.keys():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.at += 1  # the equals sign
        self.skip()
        self.value(path)

    def keys(self) -> list[str]:
        """Read ``a."b.c".d`` and stop behind it."""
        found: list[str] = []
        while True:
            self.skip()
            quoted = STRING.match(self.text, self.at)
            if quoted is not None:
                found.append(cast(str, tomllib.loads(f"key = {quoted[0]}")["key"]))
                self.at = quoted.end()
            else:
                bare = BARE_KEY.match(self.text, self.at)
                assert bare is not None, "the text is not TOML"
                found.append(bare[0])
                self.at = bare.end()
            self.skip()
            if not self.text.startswith(".", self.at):
                return found
            self.at += 1

    def value(self, path: Path) -> None:
        opening = self.text[self.at]
        if opening in "\"'":
            string = STRING.match(self.text, self.at)
            assert string is not None, "the text is not TOML"
            self.at = string.end()
        elif opening == "[":
            self.group(path, "]")
        elif opening == "{":
            self.group(path, "}")
        else:
            scalar = SCALAR.match(self.text, self.at)
            assert scalar is not None
            self.at = scalar.end()

    def group(self, path: Path, closing: str) -> None:
        """Read the elements of an array or the pairs of an inline table."""
        self.at += 1
        index = 0
        self.skip()
        while self.text[self.at] != closing:
            if closing == "}":
                self.pair(path)
            else:
                self.lines[(*path, index)] = self.line()
                self.value((*path, index))
            index += 1
            self.skip()
            if self.text[self.at] == ",":
                self.at += 1
                self.skip()
        self.at += 1

    def skip(self) -> None:
        blank = BLANK.match(self.text, self.at)
        assert blank is not None
        self.at = blank.end()

    def line(self) -> int:
        at, line = self.counted
        self.counted = (self.at, line + self.text.count("\n", at, self.at))
        return self.counted[1]
