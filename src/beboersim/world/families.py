"""Families at the start: persons of an area put together into households.

The number of households is given. Keepers beyond it are couples; couples share background and age roughly as in
life; children go to a mother (or a father) of the right age and background. Every person ends in exactly one household.
"""

from __future__ import annotations

import numpy as np

from beboersim.kernel import kernel
from beboersim.world.ages import OLDEST
from beboersim.world.codes import DANISH, WESTERN
from beboersim.world.columns import F64, I64

FIRST_CHILD, LAST_CHILD, USUAL_CHILD = 18, 45, 30  # years between a parent and a child
TRIES = 12


@kernel
def background(origin: int) -> int:
    """Return the group within which most couples and all parents and children are: Danish, Western, non-Western."""
    if origin == DANISH:
        return 0
    if origin == WESTERN:
        return 1
    return 2


@kernel
def assemble(
    age: I64,
    woman: I64,
    origin: I64,
    households: int,
    within: float,
    at_home: F64,
    couple_weight: F64,
    u: F64,
    role: I64,
    home: I64,
) -> int:
    """Fill in role and household of the persons of one area; return the number of households made.

    Parameters
    ----------
    age, woman, origin
        Years, 0/1, code; one a person.
    households
        How many are wanted.
    within
        Share of couples within one background.
    at_home, couple_weight
        Share who live with a parent by age; weight of living in a couple by sex (1 woman) and age. See life_course.
    u
        Uniform numbers, person x 3.
    role, home
        Results: 0 keeper or 1 child; number of the household within the area.
    """
    n = age.shape[0]
    keepers = 0
    men = 0
    for i in range(n):
        role[i] = 1 if u[i, 0] < at_home[min(age[i], OLDEST)] else 0
        home[i] = -1
        if role[i] == 0:
            keepers += 1
            men += 1 - woman[i]
    if keepers == 0:
        for i in range(n):
            role[i] = 0
        keepers = n
        men = n - woman.sum()
    women = keepers - men
    couples = min(max(keepers - households, 0), int(0.98 * min(men, women)))
    made = 0
    if couples > 0:
        her = chosen_partners(age, woman, role, couple_weight, u, 1, couples)
        his = chosen_partners(age, woman, role, couple_weight, u, 0, couples)
        hers = partner_order(age, origin, her, 2, within, u)
        theirs = partner_order(age, origin, his, 0, within, u)
        for k in range(couples):
            home[her[hers[k]]] = made
            home[his[theirs[k]]] = made
            made += 1
    couples_made = made
    for i in range(n):
        if role[i] == 0 and home[i] < 0:
            home[i] = made
            made += 1
    place_children(age, woman, origin, role, home, couples_made, made, u)
    for i in range(n):
        if home[i] < 0:  # an adult child for whom there is no parent keeps a household alone
            role[i] = 0
            home[i] = made
            made += 1
    return made


@kernel
def chosen_partners(age: I64, woman: I64, role: I64, couple_weight: F64, u: F64, sex: int, number: int) -> I64:
    """Return the keepers of one sex who live in a couple: weighted draws without replacement."""
    n = age.shape[0]
    key = np.full(n, np.inf)
    for i in range(n):
        if role[i] == 0 and woman[i] == sex:
            weight = couple_weight[sex, min(age[i], OLDEST)]
            if weight > 0.0:
                key[i] = -np.log(u[i, 1]) / weight
    return np.argsort(key, kind="mergesort")[:number]


@kernel
def partner_order(age: I64, origin: I64, persons: I64, older: int, within: float, u: F64) -> I64:
    """Return the order in which partners are matched: by background, then age; some across backgrounds."""
    key = np.empty(persons.shape[0])
    for k in range(persons.shape[0]):
        i = persons[k]
        group = background(origin[i])
        if u[i, 2] > within:
            group = int(u[i, 1] * 3.0)
        key[k] = group * 1000.0 + age[i] + older + 2.0 * (u[i, 2] - 0.5)
    return np.argsort(key, kind="mergesort")


@kernel
def place_children(
    age: I64, woman: I64, origin: I64, role: I64, home: I64, couples: int, made: int, u: F64
) -> None:
    """Give every child a home: with a woman of the right age and background, else a man, else any adult."""
    n = age.shape[0]
    children = np.zeros(made, np.int64)
    parents = np.empty(n, np.int64)
    number = 0
    for i in range(n):
        if role[i] == 0:
            parents[number] = i
            number += 1
    parents = parents[:number]
    ages = np.empty(number, np.int64)
    for k in range(number):
        ages[k] = age[parents[k]]
    order = np.argsort(ages, kind="mergesort")
    parents = parents[order]
    ages = ages[order]
    for i in range(n):
        if role[i] == 0:
            continue
        low = np.searchsorted(ages, age[i] + FIRST_CHILD)
        high = np.searchsorted(ages, age[i] + LAST_CHILD + 1)
        best = -1
        best_score = -1e9
        if high > low:
            step = max(1, (high - low) // TRIES)
            offset = int(u[i, 1] * step)
            for k in range(low + offset, high, step):
                parent = parents[k]
                house = home[parent]
                if children[house] >= 6:
                    continue
                gap = float(age[parent] - age[i] - USUAL_CHILD)
                score = -((gap / 5.0) ** 2)
                if background(origin[parent]) != background(origin[i]):
                    score -= 12.0
                if woman[parent] == 0 and house >= couples:
                    score -= 2.0
                if children[house] == 1:
                    score -= 0.25
                elif children[house] >= 2:
                    score -= 0.9 * (children[house] - 1)
                score += 2.5 * ((k * 7919 + i * 104729) % 1009) / 1009.0
                if score > best_score:
                    best = parent
                    best_score = score
        if best < 0 and age[i] < 18:
            for k in range(number):
                parent = parents[k]
                if ages[k] >= 18 and children[home[parent]] < 8 and ages[k] >= age[i] + 16:
                    best = parent
                    break
        if best < 0 and age[i] < 18:
            best = parents[number - 1]
        if best >= 0:
            home[i] = home[best]
            children[home[best]] += 1



