from __future__ import annotations

import itertools

import numpy as np
import pytest

from beboersim.month.leaving import Leaving, highest_hazard, leave_hazard, leaves_town
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import of_plan
from beboersim.world.codes import FAMILY, OWNER_OCCUPIED, PRIVATE_RENTED, SOCIAL, YOUTH

P = of_plan(Plan(Scenario.load("law")), "leaving", Leaving)


def hazard(p: Leaving = P, **changed: float) -> float:
    facts: dict[str, float] = {"age": 40.0, "couple": 0, "children": 0.0, "employed": 1.0, "students": 0.0}
    facts |= {"pensioners": 0.0, "new_job": 0.0, "resources": 0.5, "tenure": SOCIAL, "kind": FAMILY}
    facts |= {"months_here": 60.0, "stigma": 0.0}
    return leave_hazard(**(facts | changed), p=p)  # type: ignore[arg-type]


def test_students_leave_most_and_pensioners_least() -> None:
    student = hazard(students=1.0, employed=0.0, age=23.0)
    worker, idle = hazard(), hazard(employed=0.0)
    pensioner = hazard(employed=0.0, pensioners=1.0, age=70.0)
    assert student > worker > pensioner
    assert student > idle > pensioner


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (dict(months_here=120.0), dict(months_here=3.0)),
        (dict(new_job=0.0), dict(new_job=1.0)),
        (dict(children=2.0), dict(children=0.0)),
        (dict(tenure=OWNER_OCCUPIED), dict(tenure=PRIVATE_RENTED)),
        (dict(stigma=0.0), dict(stigma=1.0)),
        (dict(stigma=1.0, resources=0.0), dict(stigma=1.0, resources=1.0)),
        (dict(), dict(kind=YOUTH)),
    ],
)
def test_what_makes_a_household_leave_more(less: dict[str, float], more: dict[str, float]) -> None:
    assert hazard(**less) < hazard(**more)


def test_at_the_reference_tenure_a_tenants_hazard_is_a_twelfth_of_the_yearly_rate() -> None:
    assert hazard(months_here=P.tenure_months) == pytest.approx(P.social * P.employed / 12.0, rel=1e-12)


def test_with_the_parameter_at_zero_stigma_moves_nobody() -> None:
    off = P._replace(stigma=0.0)
    assert hazard(off, stigma=1.0, resources=1.0) == hazard(off, stigma=0.0)


EXTREMES = {
    "age": (18.0, 70.0),
    "couple": (0, 1),
    "children": (0.0, 3.0),
    "employed": (0.0, 2.0),
    "students": (0.0, 1.0),
    "pensioners": (0.0, 1.0),
    "new_job": (0.0, 1.0),
    "resources": (0.0, 1.0),
    "tenure": (SOCIAL, PRIVATE_RENTED, OWNER_OCCUPIED),
    "kind": (FAMILY, YOUTH),
    "months_here": (0.0, 1.0, 700.0),
}


@pytest.mark.parametrize("stigma", [0.0, 1.0])
def test_nobodys_hazard_is_above_the_bound_that_lets_the_month_skip_them(stigma: float) -> None:
    bound = highest_hazard(P, stigma)
    for values in itertools.product(*EXTREMES.values()):
        found = hazard(**dict(zip(EXTREMES, values, strict=True)), stigma=stigma)
        assert 0.0 < found <= bound + 1e-15


@pytest.mark.parametrize(
    ("age", "students", "share"),
    [(22.0, 1.0, "away_student"), (22.0, 0.0, "away_young"), (40.0, 0.0, "away_middle"), (75.0, 0.0, "away_old")],
)
def test_the_share_who_leave_the_town_is_the_parameter(age: float, students: float, share: str) -> None:
    wanted = getattr(P, share)
    u = (np.arange(1000) + 0.5) / 1000
    assert np.mean([leaves_town(age, students, x, P) for x in u]) == pytest.approx(wanted, abs=1e-3)
