"""Every shipped scenario runs from before its changes until after them, and moves what it says it moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

import numpy as np
import pytest

from beboersim.law.letting.decisions import COMBINED
from beboersim.month.ledger import Event
from beboersim.policy.scenario import shipped_scenarios
from beboersim.town import Town
from beboersim.world.codes import ASSIGNED, FAMILY
from small_towns import ROOM, after, assert_consistent, has_run, small_town

MONTHS = 98  # the lists of 2018 are in it, and the end of every grant that was promised before the cut of 2019
CUT = date(2019, 1, 1)
START_OF_THE_FIVE = date(2021, 1, 1)  # the five recommendations
FIRST_LIST = date(2015, 12, 1)  # the first in the run by the rules of 2014
DUTIES = date(2018, 12, 1)  # from when the statuses that have duties harm a name more


@cache
def of(scenario: str) -> Town:
    """A small town with listed areas under a scenario; not to be changed."""
    return has_run(small_town(("Odense",), scale=0.06, months=MONTHS, scenario=scenario, events=ROOM))


def total(scenario: str, count: str, since: date = date(2015, 1, 1), until: date = date.max) -> float:
    records = [r for r in of(scenario).monthly if count in r.counts and since < r.date <= until]
    return float(sum(r.counts[count].sum() for r in records))


def more(count: str, since: date = date(2015, 1, 1)) -> Callable[[str], bool]:
    return lambda scenario: total(scenario, count, since) > total("law", count, since)


def less(count: str, since: date = date(2015, 1, 1), until: date = date.max) -> Callable[[str], bool]:
    return lambda scenario: total(scenario, count, since, until) < total("law", count, since, until)


def none(count: str) -> Callable[[str], bool]:
    return lambda scenario: total(scenario, count) == 0 < total("law", count)


def lists_otherwise(scenario: str) -> bool:
    pairs = zip(of("law").monthly, of(scenario).monthly, strict=True)
    return any((one.status != other.status).any() for one, other in pairs)


def no_status(scenario: str) -> bool:
    return not any(record.status.any() for record in of(scenario).monthly if record.date >= FIRST_LIST)


def highest_status(least: int, most: int) -> Callable[[str], bool]:
    """From December 2018 the statuses of listed areas lie between two codes."""
    def holds(scenario: str) -> bool:
        late = np.concatenate([r.status for r in of(scenario).monthly if r.date >= date(2018, 12, 1)])
        return bool((late[late >= 2] >= least).all() and (late <= most).all() and (late >= 2).any())

    return holds


def assigned_while_listed(scenario: str) -> int:
    """Return how many family dwellings of listed areas are assigned; those for the elderly may be (§ 54)."""
    town = small_town(("Odense",), scale=0.06, months=MONTHS, scenario=scenario, events=ROOM)
    world, seen = town.world, 0
    while town.date < town.until:
        listed, before = town.places().status >= 2, len(town.events)
        town.step()
        let = town.events[before:]
        let = let[(let[:, 1] == int(Event.LET)) & (let[:, 4] == ASSIGNED)]
        rows = np.flatnonzero(np.isin(world.households.id[: int(world.used[1])], let[:, 2]))
        homes = world.households.dwelling[rows]
        homes = homes[(homes >= 0) & listed[world.dwellings.area[homes]]]
        seen += int((world.dwellings.kind[homes] == FAMILY).sum())
    return seen


def no_assignment_while_listed(scenario: str) -> bool:
    return assigned_while_listed(scenario) == 0 < assigned_while_listed("law")


def lets_to_local_youth(scenario: str) -> bool:
    """Local young people come first a few times in these years, in a town twice as large as the others."""
    with_priority, without = (
        sum(record.counts["let_local_youth"].sum() for record in has_run(
            small_town(("Odense",), scale=0.12, months=MONTHS, scenario=name)
        ).monthly if "let_local_youth" in record.counts)
        for name in (scenario, "law")
    )  # fmt: skip
    return bool(with_priority > 0.0 == without)


def refuses_for_benefits(scenario: str) -> bool:
    events = of(scenario).events
    return bool(((events[:, 1] == int(Event.BARRED)) & (events[:, 4] == COMBINED)).any())


def no_duty_of_a_plan(scenario: str) -> bool:
    return total(scenario, "demolished") + total(scenario, "sold") + total(scenario, "converted") == 0


def all_of_the_recommendations(scenario: str) -> bool:
    return all(does(scenario) for one in range(1, 6) for does in DOES[f"recommendation-{one}"])


DOES: dict[str, tuple[Callable[[str], bool], ...]] = {
    "aarhus-monitor": (no_status, less("stigma")),
    "all-five": (all_of_the_recommendations,),
    "assignment-100": (more("let_assigned"), less("let_list")),
    "blaakilde": (),  # tests/month/test_youth.py looks at who is on the street; a small town has few
    "club-without-staff": (),  # the same
    "combined-letting": (refuses_for_benefits,),
    "copenhagen-40-plus": (more("let_flexible"), less("let_assigned")),
    "deep-cut": (less("programme_spend", CUT), less("staff", CUT)),
    "drop-ethnicity-criterion": (highest_status(2, 2), less("stigma")),
    "drop-ethnicity-criterion-all-udsat": (highest_status(3, 4), less("stigma", until=DUTIES)),
    "drop-ethnicity-criterion-two-of-four": (highest_status(2, 2), lists_otherwise),
    "flexible-off": (none("let_flexible"),),
    "flexible-wide": (more("let_flexible"), less("let_list")),
    "hard-area-plan-off": (no_duty_of_a_plan,),
    "herredsvang-cafe": (),  # tests/month/test_youth.py counts who comes
    "law": (),
    "local-youth": (lets_to_local_youth,),
    "no-assignment-in-listed": (no_assignment_while_listed,),
    "no-cut": (more("programme_spend", CUT),),
    "no-public-list": (less("stigma"),),
    "recommendation-1": (less("stigma", START_OF_THE_FIVE),),
    "recommendation-2": (more("programme_spend", START_OF_THE_FIVE), more("staff", START_OF_THE_FIVE)),
    "recommendation-3": (more("taking_part", START_OF_THE_FIVE), more("volunteers", START_OF_THE_FIVE)),
    "recommendation-4": (more("taking_part", START_OF_THE_FIVE),),
    "recommendation-5": (more("let_flexible", START_OF_THE_FIVE), more("businesses", START_OF_THE_FIVE)),
    "rules-2010": (lists_otherwise,),
    "rules-2014": (lists_otherwise,),
    "rules-2018-kept": (),  # tests/month/test_buildings.py: which plans go on after 2021
    "rules-2018-proposal": (lists_otherwise,),
    "substance-focus": (less("heavy_use", START_OF_THE_FIVE),),
    "volunteers-without-staff": (less("staff"), less("volunteers")),
}


def test_every_shipped_scenario_is_tried() -> None:
    assert [*DOES] == sorted(scenario.id for scenario in shipped_scenarios())


@pytest.mark.parametrize("scenario", DOES)
def test_a_shipped_scenario_runs_through_and_does_what_it_says(scenario: str) -> None:
    town = of(scenario)
    assert [record.date for record in town.monthly] == [after(date(2015, 1, 1), month) for month in range(MONTHS + 1)]
    assert_consistent(town)
    for does in DOES[scenario]:
        assert does(scenario)


@pytest.mark.parametrize(("scenario", "day"), [("no-cut", CUT), ("rules-2014", date(2018, 12, 1))])
def test_before_the_first_day_that_differs_a_scenario_is_the_law(scenario: str, day: date) -> None:
    month = day.year * 12 + day.month - 1
    law, other = (town.events[town.events[:, 0] < month] for town in (of("law"), of(scenario)))
    assert len(law) > 500
    assert np.array_equal(law, other)
