"""Life courses: at which ages people live with their parents or in a couple, and how births follow each other.

The starting families are drawn from these profiles, and the rates of leaving home and of finding a partner are the
ones under which each cohort, as it ages, takes the place of the one before it. So families stand still when rates do.
All profiles are assumptions: no Danish table of family position by age was read. What is published checks the result:
one-person households by municipality (municipality_year.csv), separations (M2-117) and the move types (M2-112 to
M2-120).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from beboersim.evidence import trends
from beboersim.kernel import kernel
from beboersim.world.ages import OLDEST
from beboersim.world.columns import F64

AGES = np.arange(OLDEST + 1)
OLD = 65  # from this age couples end by death, and few begin (assumption, 60-75)
OLDER_HUSBAND = 2  # years that the man in a couple is older, on average (assumption, 1-3)

# Share who live with a parent, by age (assumption, a fifth either way; the move types say that leaving home is 12.5 +
# 3.4 per cent of all moves and moving back 4.3, M2-113 M2-118 M2-119).
AT_HOME = ((17, 1.0), (18, 0.82), (19, 0.64), (20, 0.47), (21, 0.34), (22, 0.245), (23, 0.175), (24, 0.125),
           (25, 0.09), (26, 0.066), (27, 0.048), (28, 0.035), (29, 0.026), (30, 0.019), (32, 0.011), (34, 0.007),
           (36, 0.0))  # fmt: skip
# Share of women who live in a couple, by age until 65 (assumption, a tenth either way). It begins at the age from which
# a home of one's own is kept: who is in a couple at eighteen would have to have found it before.
COUPLED = ((18, 0.0), (20, 0.12), (22, 0.27), (25, 0.48), (28, 0.62), (31, 0.69), (35, 0.73), (40, 0.74),
           (45, 0.735), (50, 0.73), (55, 0.725), (60, 0.715), (65, 0.70))  # fmt: skip
# Separations at an age over those of all couples (assumption: the young part more often; half to twice as much).
SEPARATES = ((18, 2.4), (25, 1.8), (35, 1.2), (45, 1.1), (55, 0.6), (65, 0.2), (75, 0.1), (110, 0.1))
# Births of a woman with so many children over those of a childless one, 0 to 4 and more (assumption: most have two).
AFTER_CHILDREN = (1.0, 1.7, 0.3, 0.2, 0.2)


def profile(points: tuple[tuple[int, float], ...]) -> F64:
    """Return a profile by age 0-110, straight lines between its points."""
    ages, values = np.array(points, float).T
    return np.interp(AGES, ages, values)


def at_home() -> F64:
    """Return the share who live with a parent, by age 0-110."""
    share = profile(AT_HOME)
    share[:18] = 1.0
    return share


def town_at_home(residents: F64) -> F64:
    """Return the share who live with a parent in a town with so many residents by age 0-110.

    Those at home are the town's own children, whoever has come or gone at their age since: the national share of the
    cohort of 15-17.
    """
    own_children = residents[15:18].mean()
    share = at_home() * own_children / np.maximum(residents, 1e-9)
    share[:18] = 1.0
    return np.minimum(share, np.where(AGES < 18, 1.0, 0.95))


def women() -> F64:
    """Return the share of women by age 0-110.

    They outnumber men as age grows: mortality by sex (national_trends.csv) against equal births (assumption, 0.02).
    """
    return np.interp(AGES, [0, 50, 65, 75, 85, 95], [0.487, 0.50, 0.51, 0.54, 0.63, 0.75])


def deaths(sex: trends.Sex) -> F64:
    """Return deaths a person and year by age 0-110."""
    yearly = np.zeros(OLDEST + 1)
    for band in trends.mortality(sex):
        yearly[band.age_from : band.age_to + 1] = band.rate
    return yearly


def partner_deaths(sex: trends.Sex) -> F64:
    """Return the yearly deaths of the partners of persons of a sex, by their own age 0-110."""
    other = deaths("women" if sex == "men" else "men")
    partner = AGES - OLDER_HUSBAND if sex == "men" else AGES + OLDER_HUSBAND
    return other[np.clip(partner, 0, OLDEST)]


def in_couples(couples: float, sex: trends.Sex) -> F64:
    """Return the share of a sex that lives in a couple, by age 0-110, in a town whose couples have an exponent.

    1 is the nation; until 65 the share is 1 - (1 - national share) ** couples. From 65 a cohort's couples only become
    fewer, by the deaths of partners.
    """
    own_age = AGES - OLDER_HUSBAND if sex == "men" else AGES
    share: F64 = 1.0 - (1.0 - np.interp(own_age, *np.array(COUPLED, float).T)) ** couples
    partner_dies = partner_deaths(sex)
    for age in range(OLD + 1, OLDEST + 1):
        share[age] = share[age - 1] * (1.0 - partner_dies[age - 1])
    return share


def exponent_of(persons: dict[trends.Sex, F64], in_all: float) -> float:
    """Return the exponent of a town's couples, from its adults by sex and age and how many of them live in couples."""
    low, high = 0.2, 4.0
    for _ in range(40):
        exponent = 0.5 * (low + high)
        found = sum(float((in_couples(exponent, sex) * number).sum()) for sex, number in persons.items())
        low, high = (exponent, high) if found < in_all else (low, exponent)
    return exponent


def town_exponent(residents: F64, households: float) -> float:
    """Return the exponent of a town's couples, from its residents by age 0-110 and its households."""
    adults = residents * (1.0 - town_at_home(residents))
    pairs = max(float(adults.sum()) - households, 0.0)
    return exponent_of({"men": residents * (1.0 - women()), "women": residents * women()}, 2.0 * pairs)


def couple_weights(couples: float) -> F64:
    """Return the weight, sex x age, with which adults of an area are drawn for couples (0 man, 1 woman).

    In a race of exponential clocks a weight w gives the share 1 - exp(-k w); k, about 1, follows from the number of
    couples of the area.
    """
    weights = np.stack([-np.log1p(-in_couples(couples, "men")), -np.log1p(-in_couples(couples, "women"))])
    return np.maximum(weights, 1e-3)  # nobody is shut out, so that a race always ends


@cache
def leaving_home() -> F64:
    """Return the yearly rate of leaving the parents, by age 0-110, under which the profile reproduces itself."""
    share = at_home()
    rate = np.zeros(OLDEST + 1)
    for age in range(17, OLDEST):
        if share[age] > 0.0:
            rate[age] = 12.0 if share[age + 1] == 0.0 else np.log(share[age] / share[age + 1])
    # Nobody under eighteen moves out, and what is left of a profile after its end leaves within the year.
    rate[18] += rate[17]
    rate[17] = 0.0
    rate[35:70] = 1.0
    return rate


def separating(mean: float) -> F64:
    """Return the yearly rate at which couples part, by age 0-110, from the mean of all couples."""
    return mean * profile(SEPARATES)


def uniting(couples: float, sex: trends.Sex, separation: F64, at_home: F64) -> F64:
    """Return the yearly rate at which single adults find a partner, by age 0-110, so that the profile stays.

    Parameters
    ----------
    couples
        The exponent of the town, see `in_couples`.
    separation, at_home
        The yearly rate at which couples part, and the share who live with a parent, by age.
    """
    share = in_couples(couples, sex)
    kept = share[:-1] * (1.0 - np.minimum(separation[:-1] + partner_deaths(sex)[:-1], 1.0))
    free = np.maximum(1.0 - at_home[:-1] - share[:-1], 0.02)
    rate = np.zeros(OLDEST + 1)
    rate[:-1] = np.clip((share[1:] - kept) / free, 0.0, 0.6)
    rate[:18] = 0.0
    rate[75:] = 0.0
    return rate


@kernel
def parity_factor(children: int) -> float:
    """Return births of a woman with so many children over those of a childless one."""
    return AFTER_CHILDREN[min(max(children, 0), 4)]


# Yearly moves over a municipal border by age (assumption, a third either way; 38 per cent of the nation's 15.4 moves a
# hundred residents cross one, M2-109 M2-111, and the young move most). Here only how growth is spread over the ages.
MOBILE = ((0, 0.05), (10, 0.03), (17, 0.04), (20, 0.18), (25, 0.16), (30, 0.09), (40, 0.04), (60, 0.02), (80, 0.01))


def mobility() -> F64:
    """Return yearly moves over a municipal border a person, by age 0-110."""
    return profile(MOBILE)
