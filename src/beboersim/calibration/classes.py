"""The classes a town's people fall into: age, household size, origin, education and work, as shares in per cent."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from beboersim.town import Town
from beboersim.world.codes import EDUCATIONS, EMPLOYED, ORIGINS, OUTSIDE, STUDENT

AGES = (0, 6, 18, 22, 26, 30, 40, 50, 65, 75)  # first ages of the classes
SIZES = 5
WORK = {"working": EMPLOYED, "studying": STUDENT, "outside work and education": OUTSIDE}

Shares = Mapping[str, float]


def residents(town: Town) -> NDArray[np.int64]:
    """Return the rows of persons who live in the town."""
    world = town.world
    home = world.persons.household[: int(world.used[0])]
    rows = np.flatnonzero(home >= 0)
    return rows[world.households.area[home[rows]] < world.places]


def households(town: Town) -> NDArray[np.int64]:
    """Return the rows of households that live in the town."""
    world = town.world
    m = int(world.used[1])
    return np.flatnonzero((world.households.head[:m] >= 0) & (world.households.area[:m] < world.places))


def ages(town: Town, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the ages of persons in years, today."""
    return (town.context.month - town.world.persons.birth[rows].astype(np.int64)) // 12


def class_shares(town: Town) -> dict[str, dict[str, float]]:
    """Return the town's shares by kind of class and class, per cent.

    Ages and origins are of all residents, education of those of 30-59, work of those of 18-64, sizes of households.
    """
    world = town.world
    rows = residents(town)
    age = ages(town, rows)
    persons = world.persons
    bands = np.bincount(np.searchsorted(np.array(AGES), age, side="right") - 1, minlength=len(AGES))
    names = [f"{low}-{high - 1}" for low, high in pairwise(AGES)] + [f"{AGES[-1]} and over"]
    middle = (age >= 30) & (age < 60)
    able = (age >= 18) & (age < 65)
    education = np.bincount(persons.education[rows[middle]], minlength=len(EDUCATIONS))
    origin = np.bincount(persons.origin[rows], minlength=len(ORIGINS))
    activity = np.bincount(persons.activity[rows[able]], minlength=6)
    sizes = np.bincount(np.minimum(world.households.size[households(town)].astype(int), SIZES) - 1, minlength=SIZES)
    size_names = [*(f"{size} person{'s' if size > 1 else ''}" for size in range(1, SIZES)), f"{SIZES} persons and more"]
    return {
        "age": per_cent(bands, names),
        "household size": per_cent(sizes, size_names),
        "origin": per_cent(origin, [name.replace("_", " ") for name in ORIGINS]),
        "education": per_cent(education, [name.replace("_", " ") for name in EDUCATIONS]),
        "work": per_cent(np.array([activity[code] for code in WORK.values()]), list(WORK), int(able.sum())),
    }


def per_cent(counts: NDArray[np.int64], names: list[str], whole: int | None = None) -> dict[str, float]:
    """Return counts as per cent of their sum, or of a whole, by name."""
    total = max(int(counts.sum()) if whole is None else whole, 1)
    return {name: 100.0 * float(count) / total for name, count in zip(names, counts, strict=True)}
