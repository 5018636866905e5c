"""Numbers as people read them, in Danish and English."""

from __future__ import annotations

import math
from datetime import date

from beboersim.experiments.paired import Estimate
from beboersim.show.words import word

MISSING = "–"
SHARES = ("share", "share a year", "share a month")
WHOLE = ("areas", "persons", "households", "residents")


def decimals(unit: str, scale: float = 1.0) -> int:
    """Return how many decimals a number of this unit has; a mean of few runs of whole numbers has one."""
    if unit == "whole":
        return 0
    if unit in WHOLE:
        return 0 if abs(scale) >= 100 else 1
    return 1 if unit in SHARES or unit == "months" else 3


def plain(value: float | None, unit: str, lang: str) -> str:
    """Return a level: 12.3 %, 1,234, 7.2 months or 0.450."""
    if value is None or not math.isfinite(value):
        return MISSING
    if unit in SHARES:
        return f"{written(100 * value, decimals(unit), lang)} %"
    if unit == "months":
        return f"{written(value, 1, lang)} {unit_words(unit, lang)}"
    return written(value, 0 if value.is_integer() and unit in WHOLE else decimals(unit, value), lang)


def signed(value: float | None, unit: str, lang: str) -> str:
    """Return a difference with its sign; shares in percentage points, without the word."""
    if value is None or not math.isfinite(value):
        return MISSING
    number = 100 * value if unit in SHARES else value
    text = written(abs(number), decimals(unit, value), lang)
    if not _digits(text):
        return text
    return ("+" if number > 0 else "−") + text


def half_width(value: float, unit: str, lang: str, beside: float = 0.0) -> str:
    """Return the half of an interval, with the decimals of the number it stands beside."""
    places = decimals(unit, beside)
    text = written(100 * value if unit in SHARES else value, places, lang)
    if value > 0 and not _digits(text):
        return "<" + written(10.0**-places, places, lang)
    return text


def nonzero(value: float, unit: str, lang: str) -> bool:
    """Say whether anything but nought is left of a difference as it is written."""
    return _digits(signed(value, unit, lang))


def day_words(day: date, lang: str) -> str:
    """Return a date as it is said: 1 January 2025, 1. januar 2025."""
    month = word(f"month.{day.month}", lang)
    return f"{day.day}. {month} {day.year}" if lang == "da" else f"{day.day} {month} {day.year}"


def plain_scale(scale: float, lang: str) -> str:
    """Return the scale of a run as a number."""
    return f"{scale:g}".replace(".", "," if lang == "da" else ".")


def estimate_words(shown: Estimate, unit: str, lang: str) -> str:
    """Return a difference and the half of its interval: +1.2 ± 0.4."""
    number = signed(shown.mean, unit, lang)
    if shown.mean is None or shown.half_width is None:
        return number
    return f"{number} ± {half_width(shown.half_width, unit, lang, shown.mean)}"


def direction(shown: Estimate, unit: str, lang: str) -> str:
    """Return lower, higher, unclear or no change; nothing without an interval."""
    if shown.mean is None or shown.half_width is None:
        return word("compare.same", lang) if shown.mean == 0 else ""
    if not nonzero(shown.mean, unit, lang) and not nonzero(shown.half_width, unit, lang):
        return word("compare.same", lang)
    return word("compare." + (("higher" if shown.mean > 0 else "lower") if shown.clear else "unclear"), lang)


def unit_words(unit: str, lang: str) -> str:
    """Return the unit of a difference."""
    key = "points" if unit in SHARES else "index" if unit == "0-1" else unit
    return word(f"compare.unit_{key}", lang)


def _digits(text: str) -> bool:
    return any(digit in text for digit in "123456789")


def written(number: float, places: int, lang: str) -> str:
    """Return a number with so many decimals: 1,234.5 or 1.234,5."""
    text = f"{number:,.{places}f}"
    text = text.replace("-", "−")
    return text.translate(str.maketrans(",.", ".,")) if lang == "da" else text
