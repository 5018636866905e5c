from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import building_levers
import youth_levers
from beboersim.errors import InputError
from beboersim.outcomes.counts import COUNTS
from beboersim.outcomes.people import split_work, split_work_of
from beboersim.policy.catalogue import Quantity, Value, of_kind
from beboersim.show.claims import all_claims
from beboersim.town import Town
from beboersim.world.codes import EMPLOYED, KEEPER, NAMED_AREA, NEIGHBOURHOOD, PENSIONER, SOCIAL
from beboersim.world.state import World
from people_levers import MOVES
from small_towns import ROOM, START, after, assert_consistent, differing, has_run, log_of, people, small_town


def fingerprint(seed: int) -> tuple[int, float]:
    """Run a small town and return its number of events and a sum over them; another process can do it too."""
    town = has_run(small_town(months=14, events=ROOM, seed=seed))
    return len(town.events), float((town.events.astype(np.float64) % 1_000_003).sum())


def default_of(quantity: Quantity) -> Value:
    return quantity.default_on(date(2015, 1, 1))


def identical(one: Town, other: Town) -> None:
    assert len(one.events) > 500
    assert np.array_equal(one.events, other.events)
    assert differing(one.monthly, other.monthly) == set()


# Chance


@pytest.mark.parametrize("seed", [0, 1, 2**64 - 1])
def test_the_same_seed_twice_is_the_same_town(seed: int) -> None:
    identical(*(has_run(small_town(events=ROOM, seed=seed)) for _ in range(2)))


def test_another_seed_is_another_town() -> None:
    one, other = (has_run(small_town(events=ROOM, seed=seed)) for seed in (1, 2))
    assert not np.array_equal(log_of(one)[:200], log_of(other)[:200])


def test_the_log_is_only_a_witness() -> None:
    assert differing(has_run(small_town(events=ROOM)).monthly, has_run(small_town()).monthly) == set()


ACTING = [quantity for quantity in of_kind("lever", "switch") if not quantity.held]


@cache
def plain(scale: float, months: int) -> Town:
    """Svendborg under the law; not to be changed."""
    return has_run(small_town(scale=scale, months=months, events=ROOM))


@pytest.mark.parametrize("quantity", ACTING, ids=lambda q: q.name)
def test_a_lever_at_its_baseline_value_changes_nothing(quantity: Quantity) -> None:
    given = has_run(small_town(events=ROOM, settings={quantity.name: default_of(quantity)}))
    identical(plain(0.05, 24), given)


@pytest.mark.parametrize("quantity", of_kind("parameter"), ids=lambda q: q.name)
def test_a_parameter_at_its_default_changes_nothing(quantity: Quantity) -> None:
    given = has_run(small_town(scale=0.02, months=2, settings={quantity.name: default_of(quantity)}))
    assert differing(plain(0.02, 2).monthly, given.monthly) == set()


def test_another_process_gives_the_same_events() -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(fingerprint, 3).result(timeout=300) == fingerprint(3)


def test_stopping_on_the_way_changes_nothing() -> None:
    through, stepped = small_town(events=ROOM), small_town(events=ROOM)
    has_run(through)
    for months in (1, 5, 12, 13, 24):
        stepped.run(after(START, months))
        assert stepped.date == after(START, months)
    identical(through, stepped)


def with_a_bystander(town: Town) -> Town:
    """Add a household of one that lives outside the town and is followed there, with an id of its own."""
    world: World = town.world
    world.reserve(1, 1, 0)
    person, household = int(world.used[0]), int(world.used[1])
    world.used[:2] += 1
    persons, households = world.persons, world.households
    persons.id[person], persons.household[person], persons.next[person] = 424242, household, -1
    persons.birth[person], persons.role[person] = town.context.month - 12 * 40, KEEPER
    persons.activity[person], persons.since[person] = EMPLOYED, town.context.month - 50
    persons.hours[person], persons.wage[person], persons.income_past[person] = 100, 9e6, 9e6
    persons.cohort_area[person], persons.area_grown[person] = -1, -1
    households.id[household], households.head[household] = 434343, person
    households.dwelling[household], households.area[household] = -1, world.elsewhere
    households.size[household] = households.adults[household] = 1
    households.organisation[household] = -1
    return town


def test_a_household_that_never_acts_in_the_town_changes_nobody_else() -> None:
    plain = has_run(small_town(months=37, events=ROOM))
    watched = has_run(with_a_bystander(small_town(months=37, events=ROOM)))
    assert 424242 in watched.world.persons.id[people(watched.world)] or 424242 in watched.events[:, 2]
    own = np.isin(watched.events[:, 2], (424242, 434343)) | np.isin(watched.events[:, 3], (424242, 434343))
    events = watched.events[~own]
    assert np.array_equal(log_of(plain), events[np.lexsort(events.T[::-1])])
    assert differing(plain.monthly, watched.monthly) == set()


def test_a_household_that_never_acts_is_not_missed_by_anybody() -> None:
    """Take away a pensioner who owns a home and to whom nothing happens: nobody else's life changes, near or far."""
    both = ("Svendborg", "Odense")
    plain = has_run(small_town(both, scale=0.03, months=25, events=ROOM))
    poorer = small_town(both, scale=0.03, months=25, events=ROOM)
    world = poorer.world
    persons, households, dwellings = world.persons, world.households, world.dwellings
    quiet = np.setdiff1d(households.id[: int(world.used[1])], plain.events[:, 2:4])
    heads = households.head[: int(world.used[1])]
    alone = (
        np.isin(households.id[: len(heads)], quiet)
        & (households.size[: len(heads)] == 1)
        & (persons.activity[heads] == PENSIONER)
        & (households.dwelling[: len(heads)] >= 0)
        & (world.areas.kind[households.area[: len(heads)]] == NEIGHBOURHOOD)
        & ~np.isin(persons.id[heads], plain.events[:, 2])
    )
    row = int(np.flatnonzero(alone)[0])
    home = households.dwelling[row]
    persons.household[households.head[row]] = -1
    households.head[row] = -1
    households.size[row] = 0
    dwellings.household[home] = -1
    dwellings.area[home] = -1
    dwellings.tenure[home] = SOCIAL
    assert np.array_equal(log_of(has_run(poorer)), log_of(plain))


def test_a_town_is_the_same_alone_and_beside_another_in_any_order() -> None:
    alone = has_run(small_town(("Svendborg",), scale=0.05, months=25))
    for both in (("Svendborg", "Odense"), ("Odense", "Svendborg")):
        town = has_run(small_town(both, scale=0.05, months=25))
        own = np.array([m == "Svendborg" for m in town.context.place_municipalities])
        for one, other in zip(alone.monthly, town.monthly, strict=True):
            for name in ("residents", "births", "deaths", "moves_in", "let_list", "working", "stigma"):
                if name in one.counts:
                    assert np.array_equal(one.counts[name], other.counts[name][own]), (name, one.date, both)


def scenario_file(folder: Path, *changes: str) -> Path:
    path = folder / "mine.toml"
    head = '[scenario]\nbase = "law"\nname = { en = "Mine", da = "Min" }\n'
    path.write_text(head + "".join(f"[[change]]\n{change}\n" for change in changes), encoding="utf-8")
    return path


def test_a_policy_that_touches_nobody_changes_nothing(tmp_path: Path) -> None:
    """A bar where no area has the status it is for."""
    mine = scenario_file(
        tmp_path, 'set = { "letting.flexible_share" = 1.0 }\nwhere = { status = "omdannelsesomraade" }'
    )
    identical(has_run(small_town(events=ROOM)), has_run(small_town(events=ROOM, scenario=mine)))


def test_a_policy_in_one_area_leaves_another_municipality_alone(tmp_path: Path) -> None:
    mine = scenario_file(tmp_path, 'set = { "letting.assignment_share" = 1.0 }\nwhere = { municipality = "Odense" }')
    both = ("Aarhus", "Odense")
    law = has_run(small_town(both, scale=0.03, events=ROOM))
    changed = has_run(small_town(both, scale=0.03, events=ROOM, scenario=mine))
    odense = np.array([m == "Odense" for m in law.context.place_municipalities])
    moves = ("moves_in", "moves_out", "let_assigned", "births", "deaths")
    for one, other in zip(law.monthly[1:], changed.monthly[1:], strict=True):
        for name in moves:
            assert np.array_equal(one.counts[name][~odense], other.counts[name][~odense]), name
    total = [sum(r.counts["let_assigned"][odense].sum() for r in town.monthly[1:]) for town in (law, changed)]
    assert total[1] > 2 * total[0]


def test_before_a_change_the_worlds_are_one_and_after_it_two(tmp_path: Path) -> None:
    mine = scenario_file(tmp_path, 'from = 2016-01-01\nset = { "letting.assignment_share" = 0.9 }')
    law = has_run(small_town(scale=0.2, months=36))
    changed = has_run(small_town(scale=0.2, months=36, scenario=mine))
    assert differing(law.monthly[:13], changed.monthly[:13]) == set()
    assert "let_assigned" in differing(law.monthly[13:], changed.monthly[13:])


@pytest.mark.parametrize("scenario", ["rules-2010", "rules-2014", "rules-2018-proposal", "aarhus-monitor"])
def test_where_two_rules_list_nobody_chance_is_the_same(scenario: str) -> None:
    """With five criteria needed no rules list anybody in Holstebro: only what is shown of the list differs."""
    nobody: dict[str, Value] = {"list.criteria_needed": 5, "list.public": 0.0}
    law, other = (
        has_run(small_town(("Holstebro",), events=ROOM, settings=nobody, scenario=one)) for one in ("law", scenario)
    )
    assert not any(record.status.any() for town in (law, other) for record in town.monthly)
    assert len(law.events) > 500
    assert np.array_equal(law.events, other.events)


@pytest.mark.parametrize(
    ("scenario", "published"),
    [
        ("rules-2010", date(2015, 10, 1)),
        ("rules-2018-proposal", date(2015, 12, 1)),
        ("drop-ethnicity-criterion-all-udsat", date(2015, 12, 1)),
    ],
)
def test_until_the_first_list_that_differs_two_rules_are_one_town(scenario: str, published: date) -> None:
    """But for a name's part that rests on the criterion of origin: it goes with the criterion, and not with a list."""
    no_part: dict[str, Value] = {"stigma.ethnicity": 0.0}
    law, other = (
        has_run(small_town(("Aarhus",), scale=0.1, months=36, events=ROOM, scenario=one, settings=no_part))
        for one in ("law", scenario)
    )
    differ = [a.date for a, b in zip(law.monthly, other.monthly, strict=True) if (a.status != b.status).any()]
    assert differ[0] == published
    month = published.year * 12 + published.month - 1
    same, changed = (town.events[town.events[:, 0] < month] for town in (law, other))
    assert np.array_equal(same, changed)
    assert "stigma" in differing(law.monthly, other.monthly)


def test_without_the_ethnicity_criterion_duties_can_fall_on_every_disadvantaged_area() -> None:
    """§ 61 a: with the criterion left out nobody is more than udsat, unless its duties fall on all of those."""
    common: dict[str, object] = dict(places=("Aarhus",), scale=0.1, months=48)
    lapsed = has_run(small_town(**common, scenario="drop-ethnicity-criterion"))  # type: ignore[arg-type]
    falls = has_run(small_town(**common, scenario="drop-ethnicity-criterion-all-udsat"))  # type: ignore[arg-type]
    at = date(2018, 12, 1)
    one, all_udsat = (next(r for r in town.monthly if r.date == at) for town in (lapsed, falls))
    assert set(one.status[one.status >= 2]) == {2}
    assert np.array_equal(one.status >= 2, all_udsat.status >= 2)
    assert (all_udsat.status[all_udsat.status >= 2] >= 3).all()


def test_aarhus_has_its_own_categories_of_every_larger_estate_once_a_year_and_nothing_follows() -> None:
    town = has_run(small_town(("Aarhus",), scale=0.1, months=26, scenario="aarhus-monitor"))
    social = town.world.areas.kind[: town.world.places] != NEIGHBOURHOOD
    for before, now in pairwise(town.monthly[1:]):
        assert before.status_words == now.status_words or now.date.month == 1
        assert not now.status.any()
        large = social & (now.counts["residents"] > 600 * town.context.scale)
        named = np.array([word.startswith("aarhus_") for word in now.status_words])
        assert not named[~social].any()
        if now.date.month == 1:
            assert named[large].all()
    words = town.monthly[-1].status_words
    order = ["aarhus_uden_for_risiko", "aarhus_risiko", "aarhus_udsat", "aarhus_saerligt_udsat"]
    rank = np.array([order.index(word) if word in order else -1 for word in words])
    outside = town.monthly[-1].counts["outside_work_share"]
    assert outside[rank >= 2].mean() > outside[rank == 0].mean(), "the worse the category, the more outside work"


# Levers

LEVERS: tuple[tuple[str, Value, str], ...] = (
    ("list.rules", "none", "years_listed"),
    ("list.rules", "2021", "status"),
    ("list.rules", "2018-proposal", "status"),
    ("list.rules", "aarhus", "years_listed"),
    ("list.rules", "aarhus", "status"),
    ("list.ethnicity_criterion", False, "stigma"),
    ("list.criteria_needed", 5, "years_listed"),
    ("list.public", 0.0, "stigma"),
    ("list.special_rules", False, "refused_by_rule"),
    ("letting.assignment_share", 1.0, "let_assigned"),
    ("letting.assignment_share", 0.0, "let_assigned"),
    ("letting.assignment_bars", False, "refused_by_rule"),
    ("letting.flexible_share", 1.0, "let_flexible"),
    ("letting.flexible_share", 0.0, "let_flexible"),
    ("letting.flexible_obligatory", False, "let_flexible"),
    ("letting.internal_every", 0, "let_internal"),
    ("letting.internal_every", 3, "let_internal"),
    ("letting.rules", "2024", "refused_by_rule"),
    ("letting.criteria", "ballerup", "refused_by_rule"),
    ("letting.practice", "copenhagen-40-plus", "let_assigned"),
    ("letting.practice", "assignment-stair", "let_assigned"),
    ("letting.work_share", 0.0, "let_flexible"),
    ("letting.assignment_fallback", 1.0, "refused_by_rule"),
    ("letting.combined_letting", True, "refused_by_rule"),
    ("letting.family_first", True, "let_list"),
    ("letting.clean_record", True, "refused_by_rule"),
    ("funding.social_frame", 0.0, "programme_spend"),
    ("funding.local_share", 0.5, "programme_spend"),
    ("stigma.on_applying", False, "considered"),
    ("stigma.on_refusing", False, "refusals"),
    ("stigma.on_leaving", False, "moves_out"),
    ("stigma.on_callbacks", False, "job_starts"),
    ("measuring.over_residents", True, "outside_work_share"),
    ("time.standstill", True, "residents"),
)  # fmt: skip
AARHUS = {"places": ("Aarhus",), "scale": 0.15, "months": 62}


STOPS = (3, 13, 25, 37, 50, 62)  # months, at which it is asked whether an outcome differs yet


@pytest.fixture(scope="module")
def aarhus() -> Town:
    return has_run(small_town(**AARHUS))  # type: ignore[arg-type]


def is_moved(without: Town, moved: Town, outcome: str) -> bool:
    """Run two towns, or the second alone if the first has run, until an outcome differs or their time is over."""
    for months in STOPS:
        for town in (without, moved):
            town.run(max(town.date, after(START, months)))
        if outcome in differing(without.monthly[: months + 1], moved.monthly):
            return True
    return False


@pytest.mark.parametrize(("lever", "value", "outcome"), LEVERS, ids=[f"{x[0]}={x[1]}" for x in LEVERS])
def test_every_lever_moves_its_outcome(aarhus: Town, lever: str, value: Value, outcome: str) -> None:
    assert is_moved(aarhus, small_town(**AARHUS, settings={lever: value}), outcome)  # type: ignore[arg-type]


def test_back_filling_a_cut_moves_what_is_spent(aarhus: Town) -> None:
    moved = has_run(small_town(**AARHUS, settings={"funding.backfill": 1.0}))  # type: ignore[arg-type]
    assert "programme_spend" in differing(aarhus.monthly, moved.monthly)
    assert differing(aarhus.monthly[:49], moved.monthly[:49]) == set()  # nothing to fill before 2019


# Levers that refine another one, moved beside it: what both have in common, and what is moved.
# Who lives on cash benefit meets no usual criterion: where the duty of § 60 holds, § 51 c refuses nobody more.
BESIDE: tuple[tuple[dict[str, Value], str, Value, str], ...] = (
    (
        {"list.rules": "2018", "letting.rules": "2024", "letting.flexible_obligatory": False},
        "letting.hard_area_bar", False, "refused_by_rule",
    ),
    ({"letting.flexible_share": 0.5}, "letting.local_youth_priority", True, "let_local_youth"),  # few homes else
    ({"letting.combined_letting": True}, "letting.combined_widened", True, "refused_by_rule"),
    ({"list.ethnicity_criterion": False, "list.rules": "2018"}, "list.duties_on_all_udsat", True, "status"),
    ({"list.rules": "2018", "letting.rules": "2024"}, "letting.internal_exempt", True, "let_internal"),
    ({"list.rules": "2018", "letting.rules": "2024"}, "letting.youth_relabel", True, "refused_by_rule"),
)  # fmt: skip


@pytest.mark.parametrize(("common", "lever", "value", "outcome"), BESIDE, ids=[row[1] for row in BESIDE])
def test_every_lever_that_refines_another_moves_its_outcome(
    common: dict[str, Value], lever: str, value: Value, outcome: str
) -> None:
    without = small_town(**AARHUS, settings=common)  # type: ignore[arg-type]
    moved = small_town(**AARHUS, settings=common | {lever: value})  # type: ignore[arg-type]
    assert is_moved(without, moved, outcome)


# Levers of the areas' social plans: what is common to both towns, what is moved, and the outcome of a named area.
SHORT: dict[str, Value] = {"funding.grant_months": 24}
PLANS: tuple[tuple[dict[str, Value], str, Value, str], ...] = (
    ({"funding.social_frame": 0.0}, "funding.grant_months", 24, "staff"),
    (SHORT, "funding.by_need", 1.0, "staff"),
    ({}, "staff.safety", 1.0, "feel_safe"),
    ({}, "staff.crime_prevention", 1.0, "helped_to_work"),
    ({}, "staff.education_and_jobs", 1.0, "helped_to_work"),
    ({}, "staff.parents", 1.0, "helped_to_work"),
    ({}, "staff.advice", 0.4, "advised"),
    (SHORT, "staff.kept", 1.0, "in_contact"),
    ({}, "staff.non_authority", 0.0, "in_contact"),
    ({}, "staff.on_contact", False, "in_contact"),
    ({}, "staff.on_advice", False, "advised"),
    ({}, "staff.bridge_on_help", False, "helped_to_work"),
    ({"funding.social_frame": 0.0} | SHORT, "safety.from_plan", False, "feel_safe"),
)  # fmt: skip
# Looked at where they act: at what a small town shows by luck alone, or at what the tests put into the street.
ELSEWHERE = {"staff.coordination", "staff.coordination_on_effects", "safety.from_networks", "safety.from_clubs"}


@pytest.mark.parametrize(("common", "lever", "value", "outcome"), PLANS, ids=[row[1] for row in PLANS])
def test_every_lever_of_a_plan_moves_its_outcome(
    common: dict[str, Value], lever: str, value: Value, outcome: str
) -> None:
    town: dict[str, Any] = {"places": ("Aarhus",), "scale": 0.1, "months": 37}
    without = has_run(small_town(**town, settings=common))
    moved = has_run(small_town(**town, settings=common | {lever: value}))
    assert outcome in differing(without.monthly, moved.monthly)


def test_every_lever_and_switch_is_tested() -> None:
    tested = {lever for lever, *_ in LEVERS} | {lever for _, lever, *_ in BESIDE} | {lever for _, lever, *_ in PLANS}
    tested |= ELSEWHERE | {row[2] for row in MOVES}
    tested |= {lever for _, lever, *_ in building_levers.ROWS} | building_levers.ELSEWHERE
    tested |= {lever for _, lever, _ in youth_levers.MOVES}
    tested |= {name for claim in all_claims().claim for name in claim.levers}  # tests/claims looks at each
    assert tested | {"funding.backfill", "funding.on_jobs"} == {quantity.name for quantity in ACTING}
    assert not [quantity.name for quantity in of_kind("lever") if quantity.held], "a held lever acts in no run"


@pytest.mark.parametrize(
    ("switch", "parameter"),
    [
        ("stigma.on_applying", "letting.stigma_apply"),
        ("stigma.on_refusing", "letting.stigma_accept"),
        ("stigma.on_leaving", "leaving.stigma"),
        ("stigma.on_callbacks", "work.callback_penalty"),
    ],
)
def test_a_link_switched_off_is_the_link_at_zero(switch: str, parameter: str) -> None:
    off = has_run(small_town(("Aarhus",), scale=0.05, events=ROOM, settings={switch: False}))
    zero = has_run(small_town(("Aarhus",), scale=0.05, events=ROOM, settings={parameter: 0.0}))
    identical(off, zero)


def test_programmes_switched_off_are_programmes_without_gain() -> None:
    without_money: dict[str, Value] = {"funding.social_frame": 0.0}
    off, zero, on = (
        has_run(small_town(("Aarhus",), scale=0.15, months=60, events=ROOM, settings=settings))
        for settings in (
            without_money | {"funding.on_jobs": False},
            without_money | {"staff.jobs_men": 1.0, "staff.jobs_women": 1.0},
            without_money,
        )
    )
    identical(off, zero)
    assert "job_starts" in differing(off.monthly, on.monthly)


def test_where_nothing_contested_is_true_money_buys_what_it_buys_and_changes_nobodys_life() -> None:
    without, law = (
        has_run(small_town(("Aarhus",), scale=0.15, months=60, events=ROOM, preset="null", settings=settings))
        for settings in ({"funding.social_frame": 0.0}, {})
    )
    plan = {"programme_spend", "staff"}
    company = {"taking_part", "volunteers", "on_the_street", "feel_safe"}  # nobody is reached: M01 is nought there
    assert plan <= differing(without.monthly, law.monthly) <= plan | company
    assert np.array_equal(log_of(without), log_of(law))


# Records


def test_there_is_a_record_for_the_first_of_every_month(two_years: Town) -> None:
    assert [r.date for r in two_years.monthly] == [after(START, m) for m in range(25)]
    assert [r.date for r in two_years.yearly] == [after(START, m) for m in (0, 12, 24)]


def test_a_record_has_every_count_of_the_contract_and_no_other(two_years: Town) -> None:
    names = {count.name for count in COUNTS}
    assert set(two_years.yearly[-1].counts) == names
    for record in two_years.monthly:
        assert set(record.counts) <= names
        assert all(len(values) == len(record.names) for values in record.counts.values())
    assert two_years.monthly[1].names == two_years.world.names


def test_records_are_not_touched_by_what_comes_after() -> None:
    town = small_town(months=14)
    town.step()
    before = {name: values.copy() for name, values in town.monthly[-1].counts.items()}
    has_run(town)
    assert all(np.array_equal(before[n], v, equal_nan=True) for n, v in town.monthly[1].counts.items())


# People or composition


def test_people_composition_and_age_add_up_exactly(aarhus: Town) -> None:
    town = has_run(small_town(**AARHUS, cohorts=(START,)))  # type: ignore[arg-type]
    named = np.array([kind == "named_area" for kind in town.monthly[0].kinds])
    for record in town.yearly:
        parts = split_work_of(record.counts, named)
        assert parts.change == pytest.approx(parts.people + parts.composition + parts.age, abs=1e-12)
        for name in ("working", "age_18_64"):
            assert np.isfinite(record.counts[name]).all()
        known = split_work({name: values[named] for name, values in record.counts.items()})
        whole = np.isfinite(known.change)
        total = known.people + known.composition + known.age
        np.testing.assert_allclose(known.change[whole], total[whole], atol=1e-12)
    first = split_work_of(town.yearly[0].counts, named)
    assert tuple(float(part) for part in first) == (0.0, 0.0, 0.0, 0.0)


def test_the_cohort_is_followed_wherever_it_lives_and_only_dies_or_ages_out(two_years: Town) -> None:
    then = two_years.yearly[0].counts["cohort_then"]
    for before, now in pairwise(two_years.yearly):
        assert np.array_equal(now.counts["cohort_then"], then)
        assert (now.counts["cohort_both"] <= before.counts["cohort_both"]).all()
        assert (now.counts["cohort_now_here"] <= now.counts["cohort_now"]).all()


def test_whoever_belongs_to_the_cohort_and_lives_is_found() -> None:
    town = small_town(("Aarhus",), scale=0.1, months=60, cohorts=(START,), events=ROOM)
    persons = town.world.persons
    cohort = set(persons.id[people(town.world)][persons.cohort_area[people(town.world)] >= 0].tolist())
    has_run(town)
    dead = {who for _, kind, who, _, _ in town.events.tolist() if kind == 2}
    living = set(town.world.persons.id[people(town.world)].tolist())
    assert cohort - dead - living == set()


def test_a_cohort_can_begin_later_and_then_is_left_out_before() -> None:
    day = after(START, 12)
    town = has_run(small_town(months=24, cohorts=(day,)))
    assert "cohort_then" not in town.yearly[0].counts
    assert town.yearly[1].date == day
    named = town.world.areas.kind[: town.world.places] == NAMED_AREA
    assert (town.yearly[1].counts["cohort_then"][named] == town.yearly[1].counts["age_18_64"][named]).all()
    assert (town.yearly[1].counts["cohort_then"][~named] == 0).all()


# What the user may get wrong


def test_a_run_starts_on_a_first_of_january() -> None:
    with pytest.raises(InputError, match="1 January"):
        small_town(start=date(2015, 2, 1))


def test_a_start_year_without_data_is_refused() -> None:
    with pytest.raises(InputError, match="2009"):
        small_town(start=date(2009, 1, 1))


def test_a_place_that_is_no_municipality_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match="Svendborg"):
        small_town(("Svendbrog",))


def test_a_run_can_go_on_to_2050() -> None:
    town = has_run(small_town(scale=0.02, months=12 * 35))
    assert town.date == date(2050, 1, 1)
    assert_consistent(town)
    assert town.monthly[-1].counts["residents"].sum() > 0
