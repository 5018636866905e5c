"""A household seen through its row: what is read, what can be written, and how one leaves the town."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from beboersim import BeboerModel
from beboersim.agents import ATTRIBUTES, Area, Household, HouseholdSet, Person
from beboersim.agents.attributes import distinct
from beboersim.month.order import MONTH
from beboersim.month.reasons import about_home
from beboersim.show.life import chance_words
from beboersim.world.codes import ACTIVITIES, AT_HOME, KEEPER, ORIGINS, REASONS, SOCIAL, TENURES
from beboersim.world.columns import NEVER, described
from beboersim.world.state import Households
from small_towns import assert_consistent


@pytest.fixture(scope="module")
def model() -> BeboerModel:
    """Two municipalities after three months; not to be changed."""
    made = BeboerModel(place=["Svendborg", "Odense"], scale=0.02, until=2016, seed=1)
    for _ in range(3):
        made.step()
    return made


@pytest.fixture
def own() -> BeboerModel:
    """A town that a test may change."""
    return BeboerModel(place="Svendborg", scale=0.03, until=2017, seed=1)


def members_of(model: BeboerModel, household: Household) -> list[int]:
    """Return the rows of a household's members, found without the chain of members."""
    persons, used = model.town.world.persons, model.town.world.used
    return np.flatnonzero(persons.household[: int(used[0])] == household.row).tolist()


# What is read


def test_every_column_of_the_table_is_read_by_its_name() -> None:
    assert set(described(Households)) <= set(ATTRIBUTES)
    for name, attribute in ATTRIBUTES.items():
        assert getattr(Household, name) is attribute
        assert attribute.name == name
        assert attribute.meaning
        assert attribute.unit


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_a_set_reads_what_the_windows_read(model: BeboerModel, name: str) -> None:
    everyone = model.households
    by_window = [getattr(household, name) for household in everyone]
    assert everyone.get(name) == by_window
    assert [type(value) for value in everyone.get(name)] == [type(value) for value in by_window]
    assert everyone.array(name).tolist() == by_window


def test_the_households_are_those_who_live_in_the_town(model: BeboerModel) -> None:
    world = model.town.world
    n = int(world.used[1])
    living = (world.households.head[:n] >= 0) & (world.households.area[:n] < world.places)
    assert model.households.get("unique_id") == sorted(world.households.id[:n][living].tolist())
    counts = model.town.monthly[-1].counts
    assert len(model.households) == int((counts["households"] + counts["lodged_households"]).sum())
    assert model.households.agg("size", sum) == int(counts["residents"].sum())


def test_a_household_is_its_members(model: BeboerModel) -> None:
    persons, now = model.town.world.persons, model.town.context.month
    for household in model.households[::40]:
        rows = members_of(model, household)
        ages = [(now - int(persons.birth[row])) / 12 for row in rows]
        keepers = [k for k, row in enumerate(rows) if persons.role[row] == KEEPER]
        assert household.size == len(rows) == len(household.members)
        assert household.adults == len(keepers)
        assert household.age == pytest.approx(max(ages[k] for k in keepers))
        assert household.children == sum(age < 18 for age in ages)
        assert household.income == pytest.approx(sum(float(persons.income_past[row]) for row in rows), rel=1e-6)
        doing = [ACTIVITIES[persons.activity[rows[k]]] for k in keepers]
        for name, activity in (("employed", "employed"), ("students", "student"), ("pensioners", "pensioner")):
            assert getattr(household, name) == doing.count(activity)
        assert 0.0 <= household.resources <= 1.0
        assert {member.id for member in household.members} == {int(persons.id[row]) for row in rows}
        assert household.head in {member.id for member in household.members}


def test_a_member_is_told_in_words(model: BeboerModel) -> None:
    persons = model.town.world.persons
    household = next(one for one in model.households if one.children and one.adults == 2)
    by_id = {int(persons.id[row]): row for row in members_of(model, household)}
    first = household.members[0]
    assert isinstance(first, Person)
    assert [member.keeps_household for member in household.members[:3]] == [True, True, False]
    for member in household.members:
        row = by_id[member.id]
        assert member.origin == ORIGINS[persons.origin[row]]
        assert member.sex == ("woman" if persons.sex[row] == 1 else "man")
        assert member.born.year * 12 + member.born.month - 1 == persons.birth[row]
        assert member.keeps_household == (persons.role[row] != AT_HOME)
    with pytest.raises(AttributeError):
        first.age = 3  # type: ignore[misc]


def test_a_household_has_its_place_and_home(model: BeboerModel) -> None:
    world = model.town.world
    seen = set()
    for household in model.households[::40]:
        area, home = int(world.households.area[household.row]), int(world.households.dwelling[household.row])
        assert household.area == world.names[area]
        assert household.municipality == world.municipalities[world.areas.municipality[area]]
        assert isinstance(household.place, Area)
        assert household.place.name == household.area
        assert household in household.place.households
        if home < 0:
            assert household.dwelling is household.tenure is household.rooms is household.dwelling_kind is None
        else:
            assert household.dwelling == world.dwellings.id[home]
            assert household.tenure == TENURES[world.dwellings.tenure[home]]
            assert household.rooms == world.dwellings.rooms[home]
        seen.add(household.municipality)
    assert seen == {"Svendborg", "Odense"}


def test_a_search_has_a_reason_and_a_beginning(model: BeboerModel) -> None:
    households = model.town.world.households
    found = set()
    for household in model.households:
        row = household.row
        assert household.searching == REASONS[households.searching[row]]
        if household.searching == "not_searching":
            assert household.search_since is None
        else:
            since = household.search_since
            assert since.year * 12 + since.month - 1 == households.search_since[row]
        found.add(household.searching)
    assert len(found) >= 3


def test_waiting_lists_are_those_of_organisations(model: BeboerModel) -> None:
    standing = [household for household in model.households if household.waiting_lists]
    assert standing
    for household in standing[::20]:
        for organisation, since in household.waiting_lists:
            assert organisation in model.organisations
            assert since is None or since <= model.town.date
            assert household in organisation.waiting_list
        held = [organisation.index for organisation, _ in household.waiting_lists]
        assert held == [number for number in household.organisation if number is not None]
        assert len(household.listed_since) == len(household.organisation)


def test_a_date_that_never_was_is_none(own: BeboerModel) -> None:
    household = own.households[0]
    own.town.world.households.moved_in[household.row] = NEVER
    assert household.moved_in is None
    assert own.households.get("moved_in")[0] is None


def test_a_window_says_who_it_is(model: BeboerModel) -> None:
    household = model.households[0]
    assert str(household.unique_id) in repr(household)
    assert household.area in repr(household)


# Identity


def test_there_is_one_window_for_a_household(model: BeboerModel) -> None:
    household = model.households[11]
    assert model.window(household.unique_id) is household
    assert model.agents[11] is household
    assert household.place.households.select(lambda one: one.unique_id == household.unique_id)[0] is household


def test_making_a_model_and_running_it_makes_no_window(own: BeboerModel) -> None:
    own.step()
    assert own.households.agg("resources", np.mean) > 0
    assert len(own.households.select(mask=own.households.array("size") > 2).sort("age").shuffle()) > 0
    assert own.households.groupby("area").count()
    assert own._windows == {}
    _ = own.households[0]
    assert len(own._windows) == 1


def test_windows_follow_their_households_through_the_new_order_of_a_year(own: BeboerModel) -> None:
    before = {household: household.size for household in own.households}
    ids = {household.unique_id for household in before}
    rows = {household: household.row for household in before}
    for _ in range(13):
        own.step()
    here = set(own.households.get("unique_id"))
    stayed = [household for household in before if household.unique_id in here]
    assert 0.7 * len(ids) < len(stayed) < len(ids)
    assert any(household.row != rows[household] for household in stayed)
    for household in stayed:
        assert own.town.world.households.id[household.row] == household.unique_id
        assert own.window(household.unique_id) is household
    gone = next(household for household in before if not household.exists)
    with pytest.raises(LookupError, match=str(gone.unique_id)):
        _ = gone.size
    assert not gone.lives_here
    assert gone not in own.households
    assert "gone" in repr(gone)


def test_windows_on_households_that_are_gone_are_not_kept(own: BeboerModel) -> None:
    held = len(list(own.households))
    for _ in range(6):
        own.step()
    left = own.rows_of(np.fromiter(own._windows, np.int64))
    assert (left >= 0).all()
    assert len(own._windows) < held


def test_a_set_keeps_its_households_and_forgets_those_that_are_gone(own: BeboerModel) -> None:
    large = own.households.select(mask=own.households.array("size") >= 3)
    ids = large.get("unique_id")
    for _ in range(13):
        own.step()
    world = own.town.world
    n = int(world.used[1])
    there = set(world.households.id[:n][world.households.head[:n] >= 0].tolist())
    assert large.get("unique_id") == [identity for identity in ids if identity in there]
    assert len(large) < len(ids)


# What can be written


@pytest.mark.parametrize(
    "name", [*sorted(set(ATTRIBUTES) - {"searching", "contact"}), "row", "members", "place", "waiting_lists"]
)
def test_what_would_break_the_tables_cannot_be_set(own: BeboerModel, name: str) -> None:
    before = [column.copy() for column in own.town.world.households]
    household = own.households[0]
    with pytest.raises(AttributeError) as refused:
        setattr(household, name, 1)
    if name in ATTRIBUTES:
        assert f"Household.{name} cannot be set: " in str(refused.value)
        with pytest.raises(AttributeError, match=f"Household.{name} cannot be set"):
            own.households.set(name, 1)
    for old, now in zip(before, own.town.world.households, strict=True):
        assert (old == now).all()


def test_the_id_cannot_be_set(own: BeboerModel) -> None:
    with pytest.raises(AttributeError):
        own.households[0].unique_id = 3


def test_a_household_can_begin_and_end_a_search(own: BeboerModel) -> None:
    housed = [one for one in own.households if one.dwelling and one.searching == "not_searching"]
    own.step()
    began = own.town.date
    still = [one for one in housed if one.lives_here and one.dwelling and one.searching == "not_searching"]
    for household in still:
        household.searching = "wants_change"
        assert household.searching == "wants_change"
        assert household.search_since == began
    own.step()
    searching = [one for one in still if one.exists and one.searching == "wants_change"]
    assert searching
    for household in searching:
        household.searching = "wants_change"
        assert household.search_since == began, "a search that goes on keeps its beginning"
        household.searching = "not_searching"
        assert household.search_since is None
    assert_consistent(own.town)


def test_a_set_begins_a_search_for_all_or_for_none(own: BeboerModel) -> None:
    housed = own.households.select(lambda one: one.dwelling is not None)
    assert housed.set("searching", "wants_change") is housed
    assert set(housed.get("searching")) == {"wants_change"}
    housed.set("searching", "not_searching")
    assert set(housed.get("searching")) == {"not_searching"}
    assert any(one.dwelling is None for one in own.households)
    with pytest.raises(ValueError, match="without a home"):
        own.households.set("searching", "wants_change")
    assert set(housed.get("searching")) == {"not_searching"}


def test_a_search_has_a_reason_that_fits(own: BeboerModel) -> None:
    housed = next(one for one in own.households if one.dwelling)
    lodger = next(one for one in own.households if one.dwelling is None)
    with pytest.raises(ValueError, match="Did you mean wants_change"):
        housed.searching = "want_change"
    with pytest.raises(ValueError, match="that has a home"):
        housed.searching = "arriving"
    with pytest.raises(ValueError, match="without a home"):
        lodger.searching = "wants_change"
    lodger.searching = "separated"
    assert lodger.searching == "separated"


def test_a_household_can_come_to_know_people_elsewhere(own: BeboerModel) -> None:
    household, other = own.households[0], own.town.world.names[3]
    household.contact = other
    assert household.contact == other
    assert own.town.world.households.contact[household.row] == 3
    with pytest.raises(ValueError, match=f"is not an area of this town. Did you mean {other}"):
        household.contact = other + "x"
    assert household.contact == other


def test_people_are_known_in_the_municipality_that_is_lived_in() -> None:
    model = BeboerModel(place=["Svendborg", "Odense"], scale=0.01, until=2016, seed=1)
    svendborg, odense = model.municipalities
    theirs = odense.areas.get("name")[0]
    before = model.households.get("contact")
    with pytest.raises(ValueError, match="another municipality"):
        svendborg.households.copy().set("contact", theirs)
    with pytest.raises(ValueError, match="another municipality"):
        model.households.set("contact", theirs)
    assert model.households.get("contact") == before
    odense.households.set("contact", theirs)
    assert set(odense.households.get("contact")) == {theirs}


def test_who_lives_elsewhere_seeks_no_home_here(own: BeboerModel) -> None:
    household = own.households[0]
    own.town.world.persons.cohort_area[members_of(own, household)] = 0
    household.remove()
    for reason in ("wants_change", "separated", "not_searching"):
        with pytest.raises(ValueError, match="does not live in the town"):
            household.searching = reason
    with pytest.raises(ValueError, match="another municipality"):
        household.contact = own.town.world.names[0]
    events = own.town.context.ledger.flows.copy()
    household.remove()
    assert household.exists
    assert (own.town.context.ledger.flows == events).all()


def test_searches_that_are_begun_and_ended_keep_the_town_whole(own: BeboerModel) -> None:
    for month in range(14):
        housed = own.households.select(lambda one: one.dwelling is not None)
        housed.set("searching", "wants_change" if month % 2 else "not_searching")
        lodgers = own.households.select(lambda one: one.dwelling is None)
        lodgers.set("searching", ("left_home", "separated", "arriving", "not_searching")[month % 4])
        own.households.set("contact", own.town.world.names[month])
        own.step()
        change_by_flows(own)
        assert_consistent(own.town)


def test_a_note_of_your_own_stays_with_the_household(own: BeboerModel) -> None:
    own.households[5].note = "asked"
    own.households.select(at_most=3).set("seen", True)
    for _ in range(13):
        own.step()
    noted = own.households.select(lambda one: hasattr(one, "note"))
    assert [one.note for one in noted] == ["asked"]
    assert own.households.get("seen", "default", False).count(True) <= 3


def test_households_are_not_created_one_by_one(own: BeboerModel) -> None:
    with pytest.raises(TypeError, match="Households are not created"):
        Household.create_agents(own, 10)


# remove


def test_a_removed_household_leaves_the_town(own: BeboerModel) -> None:
    household = next(one for one in own.households if one.tenure == "social" and one.size >= 3)
    area, size, home = household.place, household.size, household.dwelling
    households, residents, vacant = len(own.households), area.residents, area.vacant_homes
    everyone = own.households
    household.remove()
    assert household not in own.households
    assert household not in own.agents
    assert len(own.households) == len(everyone) == households - 1
    assert area.residents == residents - size
    assert area.vacant_homes == vacant + 1
    world = own.town.world
    row = np.flatnonzero(world.dwellings.id[: int(world.used[2])] == home)[0]
    assert world.dwellings.household[row] == -1
    assert world.dwellings.vacant_since[row] == own.town.context.month
    assert not household.exists
    assert_consistent(own.town)
    household.remove()
    assert len(own.households) == households - 1


def change_by_flows(model: BeboerModel) -> None:
    """Check that residents change by the flows that are booked, in every area, over the last month and year."""
    before, record = model.town.monthly[-2:]
    c = record.counts
    change = c["births"] + c["arrivals"] + c["moves_in"] - c["deaths"] - c["departures"] - c["moves_out"]
    assert (c["residents"] == before.counts["residents"] + change).all()


def test_a_removed_household_is_booked_in_the_month_and_in_the_year(own: BeboerModel) -> None:
    removed = 0
    for month in range(24):
        if month in (4, 11, 12, 23):
            household = own.households.select(mask=own.households.array("size") == 2)[0]
            household.remove()
            removed += 2
        own.step()
        change_by_flows(own)
        assert_consistent(own.town)
    yearly = own.town.yearly
    for flow in ("departures", "arrivals", "births"):
        booked = sum(record.counts[flow].sum() for record in yearly[1:])
        assert booked == sum(record.counts[flow].sum() for record in own.town.monthly[1:]), flow
    assert sum(record.counts["departures"].sum() for record in yearly[1:]) >= removed


def test_a_household_removed_within_a_month_is_booked_once(own: BeboerModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of the month, such as one that steps agents, may let a household leave."""
    own.step()
    size = own.households[0].size

    def first_leaves(_: object) -> None:
        own.households[0].remove()

    monkeypatch.setattr("beboersim.town.MONTH", (first_leaves, *MONTH))
    own.step()
    change_by_flows(own)
    assert own.town.monthly[-1].counts["departures"].sum() >= size
    assert_consistent(own.town)


def test_a_removal_changes_nobody_else_at_once(own: BeboerModel) -> None:
    ids, sizes = own.households.get("unique_id"), own.households.get("size")
    gone = own.households[7]
    gone.remove()
    assert own.households.get("unique_id") == [*ids[:7], *ids[8:]]
    assert own.households.get("size") == [*sizes[:7], *sizes[8:]]


def test_who_belongs_to_a_followed_cohort_lives_on_elsewhere(own: BeboerModel) -> None:
    household = own.households[0]
    world = own.town.world
    world.persons.cohort_area[members_of(own, household)] = 0
    chosen = own.households.select(at_most=1)
    household.remove()
    assert household.exists
    assert not household.lives_here
    assert household.area == "elsewhere"
    assert household.municipality is household.place is household.dwelling is None
    assert chosen.get("area") == ["elsewhere"]
    assert household not in own.households
    assert_consistent(own.town)


def test_removing_while_going_through_all_passes_over_who_has_left(own: BeboerModel) -> None:
    met: list[int] = []
    before = own.households.get("unique_id")

    def leave(household: Household) -> None:
        met.append(household.unique_id)
        household.place.households.do("remove")

    own.households.do(leave)
    assert len(own.households) == 0
    assert len(met) < len(before)
    assert len(set(met)) == len(met)
    assert_consistent(own.town)


def test_remove_all_agents_empties_the_town_but_not_its_institutions(own: BeboerModel) -> None:
    institutions = len(own.registered)
    own.remove_all_agents()
    assert len(own.households) == 0
    assert len(own.agents) == institutions
    assert_consistent(own.town)


# Sets that are the model's own


def test_the_models_set_follows_the_town(own: BeboerModel) -> None:
    everyone = own.households
    for _ in range(14):
        own.step()
        ids = own.town.world.households.id[own.living_rows()].tolist()
        assert everyone.get("unique_id") == ids == sorted(ids)
    assert own.households is everyone
    assert own.agents_by_type[Household] is everyone


def test_an_order_given_to_the_models_set_lasts_and_newcomers_come_at_the_end(own: BeboerModel) -> None:
    everyone = own.households.sort("age", inplace=True)
    order = everyone.get("unique_id")
    for _ in range(3):
        own.step()
    now = everyone.get("unique_id")
    known = [identity for identity in now if identity in set(order)]
    assert known == [identity for identity in order if identity in set(now)]
    newcomers = now[len(known) :]
    assert newcomers
    assert newcomers == sorted(newcomers)
    assert not set(newcomers) & set(order)


def test_the_models_set_is_changed_by_the_town_alone(own: BeboerModel) -> None:
    household = own.households[0]
    for everyone in (own.households, own.agents):
        for change in (everyone.add, everyone.discard, everyone.remove):
            with pytest.raises(TypeError, match="You cannot"):
                change(household)
        with pytest.raises(TypeError, match="in place"):
            everyone.select(lambda one: True, inplace=True)
    own.households.copy().discard(household)
    assert household in own.households


def test_a_household_set_holds_households_of_one_model(own: BeboerModel, model: BeboerModel) -> None:
    with pytest.raises(TypeError, match="holds households"):
        HouseholdSet([own.places[0]])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="one model"):
        HouseholdSet([own.households[0], model.households[0]])
    with pytest.raises(TypeError, match="not a household of this model"):
        own.households.copy().add(model.households[0])
    assert model.households[0] not in own.households


# Our own extensions


def test_a_mask_selects_by_column(model: BeboerModel) -> None:
    everyone = model.households
    large = everyone.select(mask=(everyone.array("size") >= 3) & (everyone.array("area") == model.town.world.names[2]))
    expected = [one.unique_id for one in everyone if one.size >= 3 and one.area == model.town.world.names[2]]
    assert large.get("unique_id") == expected
    assert everyone.select(lambda one: one.age < 40, at_most=5, mask=everyone.array("size") == 1).get(
        "unique_id"
    ) == [one.unique_id for one in everyone if one.size == 1 and one.age < 40][:5]


@pytest.mark.parametrize("mask", [[True], [1, 0], None])
def test_a_mask_is_one_truth_for_each_household(model: BeboerModel, mask: list[bool] | None) -> None:
    if mask is None:
        mask = model.households.get("size")
    with pytest.raises(ValueError, match="one True or False for each of the"):
        model.households.select(mask=np.array(mask))


def test_an_array_has_a_type_for_its_values(model: BeboerModel) -> None:
    assert model.households.array("size").dtype == np.int64
    assert model.households.array("age").dtype == np.float64
    assert model.households.array("area").dtype == object
    assert model.households.array("unique_id").tolist() == model.households.get("unique_id")
    assert model.households.array("lives_here").all()


@pytest.mark.parametrize(
    "codes",
    [
        np.array([3, -1, 3, 7, -1], np.int16), np.array([255, 0, 255], np.uint8), np.array([2**62, -5, 2**62]),
        np.array([1.5, -2.0, 1.5]), np.zeros(0, np.int32), np.array([NEVER, 32767], np.int16),
    ],
    ids=lambda codes: f"{codes.dtype} {len(codes)}",
)  # fmt: skip
def test_distinct_codes_are_those_of_numpy(codes: np.ndarray) -> None:
    used, place = distinct(codes)
    expected, inverse = np.unique(codes, return_inverse=True)
    assert used.tolist() == expected.tolist()
    assert place.tolist() == inverse.tolist()
    assert used[place].tolist() == codes.tolist()


def test_ids_cannot_be_written(model: BeboerModel) -> None:
    with pytest.raises(ValueError, match="read-only"):
        model.households.ids[0] = 1


def test_a_subclass_may_read_an_attribute_its_own_way() -> None:
    class Doubled(Household):
        @property
        def size(self) -> int:
            return 2 * int(super().size)

    class Model(BeboerModel):
        household_type = Doubled

    model = Model(place="Svendborg", scale=0.01, until=2016, seed=1)
    plain = BeboerModel(place="Svendborg", scale=0.01, until=2016, seed=1)
    assert model.households.get("size") == [2 * size for size in plain.households.get("size")]
    assert model.households.agg("size", sum) == 2 * plain.households.agg("size", sum)
    assert model.agent_types[0] is Doubled


def test_dates_of_moving_are_in_the_past(model: BeboerModel) -> None:
    moved = [one for one in model.households.get("moved_in") if one is not None]
    assert max(moved) <= model.town.date
    assert min(moved) > date(1900, 1, 1)
    world = model.town.world
    social = world.dwellings.tenure[world.households.dwelling[model.living_rows()]] == SOCIAL
    assert model.households.get("tenure").count("social") <= social.sum()


def test_a_household_explains_how_it_lives_and_how_likely_it_moves(model: BeboerModel) -> None:
    homed = next(one for one in model.households if one.tenure == "social" and one.searching == "not_searching")
    told = homed.explain()
    assert told.startswith(f"Household {homed.unique_id} on 1 April 2015.")
    assert str(homed.area) in told
    chance = about_home(model.town.context, homed.row)["leaves"].chance
    assert f"leaves the town this month: {chance_words(chance, 'en')}" in told
    danish = homed.explain("da")
    assert danish.startswith(f"Husstand {homed.unique_id} den 1. april 2015.")
    assert chance_words(chance, "da") in danish


def test_a_household_that_searches_tells_its_place_in_the_queue(model: BeboerModel) -> None:
    seeking = next(one for one in model.households if one.searching != "not_searching" and one.waiting_lists)
    told = seeking.explain()
    assert told.count("On the waiting list of") == len(seeking.waiting_lists)
    assert "begins to look" not in told
