"""Kinds of household, by which coming to the town and leaving it are counted: age, family, work and study.

Origin is no part of a kind.
"""

from __future__ import annotations

import numpy as np

from beboersim.kernel import kernel
from beboersim.world.ages import OLDEST
from beboersim.world.profile import Profile

FIRST_AGES = (18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 32, 34, 36, 40, 45, 50, 55, 60, 65, 70, 75, 80)
AGE_GROUP = np.clip(np.searchsorted(np.array(FIRST_AGES), np.arange(OLDEST + 1), side="right") - 1, 0, None)
STUDIES = 4  # of those who keep it: nobody works or studies; somebody works; has higher education; studies
FAMILIES = 3  # one adult, a couple, or more; with children
KINDS = len(FIRST_AGES) * FAMILIES * STUDIES


@kernel
def kind_number(age: float, children: int, couple: int, employed: int, higher: int, students: int) -> int:
    """Return the number of a kind, from the age of the oldest keeper and whether (0/1) there are such members."""
    group = AGE_GROUP[min(max(int(age), 0), OLDEST)]
    study = employed
    if higher == 1:
        study = 2
    if students == 1:
        study = 3
    family = 2 if children == 1 else couple
    return (group * FAMILIES + family) * STUDIES + study


@kernel
def couple_in(who: Profile) -> int:
    """Say whether two or more keep a household."""
    return 1 if who.employed + who.students + who.outside + who.pensioners >= 2.0 else 0


@kernel
def kind_of(who: Profile) -> int:
    """Return the number of a household's kind."""
    return kind_number(
        who.age,
        1 if who.children > 0.0 else 0,
        couple_in(who),
        1 if who.employed > 0.0 else 0,
        1 if who.higher > 0.0 else 0,
        1 if who.students > 0.0 else 0,
    )
