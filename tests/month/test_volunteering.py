from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from beboersim.chance import Purpose, address
from beboersim.month import volunteering as v
from beboersim.month import volunteers as vs
from beboersim.month.volunteering import Offers
from beboersim.month.volunteers import Reference, Volunteering
from beboersim.policy.catalogue import catalogue
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import Town, of_plan
from beboersim.world.codes import ESTATE, KEEPER, NAMED_AREA
from beboersim.world.columns import F64, made
from beboersim.world.state import Areas, Households, Persons, Ties
from beboersim.world.taking_part import ASSOCIATION, CLUB, MEETINGS, NETWORK, VOLUNTEER
from small_towns import small_town

P = of_plan(Plan(Scenario.load("law")), "volunteering", Volunteering)
MONTH = 2015 * 12
MANY = 20_000


class People:
    """Adults who live alone in one named area, without a town around them."""

    def __init__(self, number: int = MANY) -> None:
        self.persons, self.ties = made(Persons, number), made(Ties, number)
        self.households, self.areas = made(Households, number), made(Areas, 2)
        self.persons.id[:] = 1_000_003 + 7 * np.arange(number)
        self.persons.household[:] = self.households.head[:] = np.arange(number)
        self.persons.birth[:] = MONTH - 12 * 30 - np.arange(number) % 360
        self.persons.role[:] = KEEPER
        self.areas.kind[:] = NAMED_AREA, ESTATE
        self.month = MONTH

    def live(self, offers: Offers, months: int = 1, p: Volunteering = P) -> F64:
        """Let months go by and return the volunteers by area."""
        for _ in range(months):
            volunteers = np.zeros(2)
            v.go_through(
                self.persons, self.ties, self.households, self.areas.kind, len(self.households.id), self.month, 1,
                address(Purpose.VOLUNTEERING, self.month), offers, p, volunteers,
            )  # fmt: skip
            self.month += 1
        return volunteers

    def takes_part(self, bit: int) -> np.ndarray:
        return self.ties.takes_part & bit != 0


def of_2015(p: Volunteering = P) -> Offers:
    """Return the rates of the first day, in two areas."""
    stop, leave = vs.month_rate(p.quit_year), vs.month_rate(p.member_quit_year)
    joins = stop * vs.odds_at_mean_trust(p.local, p.trust_odds), leave * vs.odds_at_mean_trust(
        p.member_share, p.trust_odds
    )
    return Offers(*(np.full(2, rate) for rate in (joins[0], stop, joins[1], leave, 0.0, 0.0, 0.0)))


def within_chance(share: float, expected: float, number: int) -> bool:
    """Say whether a share of so many is within four standard deviations of sampling."""
    return abs(share - expected) < 4.0 * np.sqrt(expected * (1.0 - expected) / number)


def staffed(per_thousand: float | None = None, scenario: str = "law", **levers: float | bool) -> Town:
    """Return a town with so many staff-years per 1,000 residents of the named areas, or those of 2015."""
    settings = {f"volunteering.{name}": value for name, value in levers.items()}
    town = small_town(("Aarhus",), scale=0.05, scenario=scenario, settings=settings)
    c, areas = town.context, town.world.areas
    staff = v.reference(c).staff if per_thousand is None else per_thousand
    areas.staff[:] = 0.0
    areas.staff[: town.world.places] = staff / 1000.0 * c.measurement.residents
    areas.staff[areas.kind != NAMED_AREA] = 0.0
    return town


def lived_in(town: Town) -> np.ndarray:
    """Return the named areas with residents."""
    kind = town.world.areas.kind[: town.world.places]
    return np.flatnonzero((kind == NAMED_AREA) & (town.context.measurement.residents > 0.0))


def offers_in(town: Town) -> Offers:
    return v.offers_of(town.context, v.in_force(town.context))


# Who takes part


def test_on_the_first_day_so_many_take_part_as_the_survey_found() -> None:
    people = People()
    volunteers = people.live(of_2015())
    assert volunteers[0] == people.takes_part(VOLUNTEER).sum()
    assert within_chance(volunteers[0] / MANY, P.local, MANY)
    assert within_chance(people.takes_part(ASSOCIATION).mean(), P.member_share, MANY)
    assert not people.takes_part(NETWORK).any()


def test_with_what_ran_in_2015_taking_part_stands_still() -> None:
    """Ten years on; trust moves, so that shares may lag behind it by a tenth of themselves at most."""
    people = People()
    people.live(of_2015(), 120)
    assert people.takes_part(VOLUNTEER).mean() == pytest.approx(P.local, rel=0.1)
    assert people.takes_part(ASSOCIATION).mean() == pytest.approx(P.member_share, rel=0.1)


def test_with_the_staff_and_levers_of_2015_the_rates_are_those_of_the_first_day() -> None:
    town = staffed()
    offers, then, was = offers_in(town), of_2015(), v.reference(town.context)
    areas, residents = town.world.areas, np.zeros(len(town.world.areas.kind))
    residents[: town.world.places] = town.context.measurement.residents
    # In a small sample an area may by chance have too few volunteers for its rooms, or more than its staff can support.
    few = areas.volunteers <= P.supported_per_staff * was.staff * residents / 1000.0
    full = (areas.premises == was.rooms) & few
    assert full[lived_in(town)].any()
    for name in ("volunteer_join", "volunteer_quit", "member_quit"):
        assert getattr(offers, name)[full] == pytest.approx(getattr(then, name)[0], rel=1e-12)
    assert not offers.network_join.any()


def test_rows_do_not_matter() -> None:
    one, other = People(2_000), People(2_000)
    other.persons.id[:] = one.persons.id[::-1]
    other.persons.birth[:] = one.persons.birth[::-1]
    for people in (one, other):
        people.live(of_2015(), 14)
    assert np.array_equal(one.ties.takes_part, other.ties.takes_part[::-1])
    assert np.array_equal(one.ties.trust, other.ties.trust[::-1])


def test_who_moves_away_leaves_the_local_ties() -> None:
    people = People(2_000)
    people.live(of_2015())
    people.ties.takes_part[:] |= MEETINGS | 1
    people.households.area[:1_000] = 1
    people.households.moved_in[:1_000] = people.month - 1
    people.live(of_2015())
    assert (people.ties.takes_part[:1_000] == 1).all(), "what other processes write is left alone"
    assert (people.ties.takes_part[1_000:] & MEETINGS).all()


def test_who_moves_in_takes_part_as_those_who_live_there() -> None:
    people = People()
    people.live(of_2015())
    people.ties.takes_part[:] = 0
    people.households.moved_in[:] = people.month - 1
    people.live(of_2015())
    assert within_chance(people.takes_part(ASSOCIATION).mean(), P.member_share, MANY)


def test_a_network_of_parents_is_for_parents() -> None:
    """Those of even number have a child of ten; its row is the one before."""
    people = People()
    parent, child = np.arange(0, MANY, 4) + 1, np.arange(0, MANY, 4)
    people.persons.role[child] = 1
    people.persons.birth[child] = MONTH - 120
    people.persons.household[child] = parent
    people.households.head[child] = -1
    people.persons.next[parent] = child
    odds = vs.odds_at_mean_trust(P.network_share, P.trust_odds)
    people.live(of_2015()._replace(network_join=np.full(2, vs.month_rate(P.quit_year) * odds)))
    there = people.takes_part(NETWORK)
    assert within_chance(there[parent].mean(), P.network_share, len(parent))
    assert there.sum() == there[parent].sum()
    people.live(of_2015())
    assert not people.takes_part(NETWORK).any(), "a network that is given up has nobody"


# Trust


def test_members_trust_more_though_membership_does_nothing() -> None:
    """Selection (E117 E118): at odds of 1.5 some 0.4 standard deviations apart, with a sampling error of 0.015."""
    people, p = People(), P._replace(member_trust=0.0, meetings_trust=0.0)
    people.live(of_2015(), 60, p)
    trust, member = people.ties.trust / vs.TRUST_UNIT, people.takes_part(ASSOCIATION)
    assert trust[member].mean() - trust[~member].mean() > 0.2
    even = p._replace(trust_odds=1.0)
    people = People()
    people.live(of_2015(even), 60, even)
    trust, member = people.ties.trust / vs.TRUST_UNIT, people.takes_part(ASSOCIATION)
    assert abs(trust[member].mean() - trust[~member].mean()) < 4.0 * 0.015


def test_trust_goes_with_that_of_four_years_before_as_was_found() -> None:
    """E118; a correlation of 20,000 has a sampling error of 0.0033, and the column's ends and steps take less."""
    people, p = People(), P._replace(member_trust=0.0, meetings_trust=0.0)
    people.live(of_2015())
    before = people.ties.trust.astype(np.float64)
    people.live(of_2015(), 48, p)
    after = people.ties.trust.astype(np.float64)
    assert np.corrcoef(before, after)[0, 1] == pytest.approx(0.73, abs=4 * 0.0033)
    assert np.std(after) == pytest.approx(vs.TRUST_UNIT, rel=0.02)


def test_the_trust_that_membership_builds_is_within_what_was_found() -> None:
    """0 to 0.02 standard deviations under central (M12 M14); in the long run a member's trust is higher by that."""
    assert 0.0 <= P.member_trust <= 0.02
    assert 0.0 <= P.meetings_trust <= 0.02
    trust = 0.0
    for _ in range(200):
        trust = vs.next_trust(trust, P.member_trust, P.trust_stability**0.25, 0.0)
    assert trust == pytest.approx(P.member_trust, rel=1e-6)


def test_only_the_young_of_a_club_with_adults_gain_trust_by_it() -> None:
    def trust(gain: float) -> np.ndarray:
        people = People()
        people.persons.birth[::2] = MONTH - 15 * 12 - np.arange(MANY // 2) % 12  # every second is fifteen
        people.ties.takes_part[: MANY // 2] = CLUB
        people.live(of_2015()._replace(club_trust=np.full(2, gain)), 24)
        return people.ties.trust.astype(np.float64)

    more = trust(0.1) - trust(0.0)
    of_club = np.arange(MANY) < MANY // 2
    young = np.arange(MANY) % 2 == 0
    assert more[of_club & young].mean() > 0.0
    assert not more[~(of_club & young)].any()


def test_nobodys_trust_is_kept_as_not_met() -> None:
    """Half a step from what was drawn, and from next to nothing at most one and a half."""
    trust = np.linspace(-4.0, 4.0, 4_001)
    kept = np.array([vs.as_kept(one) for one in trust])
    assert vs.NOT_MET not in kept
    assert (kept.min(), kept.max()) == (-127, 127)
    off = np.abs(kept / vs.TRUST_UNIT - trust)[np.abs(trust) < 2.5]
    assert off.max() <= 1.5 / vs.TRUST_UNIT + 1e-12
    assert off[np.abs(trust[np.abs(trust) < 2.5]) > 0.011].max() <= 0.5 / vs.TRUST_UNIT + 1e-12


# Staff, volunteers and members


def test_asking_everybody_makes_as_many_more_volunteers_as_the_gain_says() -> None:
    """P = base + q * P(asked), of those of average trust where trust does not matter."""
    was = Reference(3.0, 0.36, 0.6, 0.5, 0.07 / 0.93, 1.0, 1.0)

    def share(asked: float, gain: float) -> float:
        odds = vs.volunteer_odds(asked, was, 0.07, gain)
        return odds / (1.0 + odds)

    assert share(1.0, 0.05) - share(0.0, 0.05) == pytest.approx(0.05, rel=1e-9)
    assert share(was.asked, 0.05) == pytest.approx(0.07, rel=1e-9)
    assert share(0.0, 0.0) == share(1.0, 0.0)


def test_the_presets_of_being_asked_stay_within_what_was_proposed() -> None:
    gains = {preset: catalogue()["volunteering.asked_gain"].preset(preset) for preset in ("null", "central", "council")}
    assert gains["null"] == 0.0 < gains["central"] == 0.05 < gains["council"] <= 0.15


def test_half_of_what_staff_brought_about_is_gone_within_the_time_of_place_services() -> None:
    """0.5 to 1.5 years after closing (effects E1), with nobody left who asks or supports; of average trust."""
    was = Reference(3.0, vs.asked_share(3.0, 1.0, P.asked_per_staff), 0.6, 0.5, P.local / (1 - P.local), 1.0, 1.0)
    stop = vs.month_rate(P.quit_year)
    join = stop * vs.volunteer_odds(0.0, was, P.local, P.asked_gain)
    leave = stop * vs.stops_more(0.0, 1.0, 0.0, P)
    last, share, months = join / (join + leave), P.local, 0
    assert last < 0.06
    while share - last > 0.5 * (P.local - last):
        share += join * (1.0 - share) - leave * share
        months += 1
    assert 6 <= months <= 18


def test_a_staff_year_supports_no_more_than_it_can() -> None:
    assert vs.supported_share(50.0, 2.0, 1.0, 25.0) == 1.0
    assert vs.supported_share(100.0, 2.0, 1.0, 25.0) == 0.5
    assert vs.supported_share(100.0, 0.0, 1.0, 25.0) == 0.0
    assert vs.supported_share(0.0, 0.0, 1.0, 25.0) == 1.0


def test_members_are_worked_out_by_hand() -> None:
    """Odds against those of the first day: 1 + gain * (times shown * asked - asked in 2015)."""
    then = of_2015().member_join[0]
    for times in (0.0, 1.0, 2.0):
        town = staffed(6.0, referral=times, grounds_on_members=False, rooms_on_asking=False)
        asked = 1.0 - np.exp(-P.asked_per_staff * 6.0 / 1000.0)
        expected = then * (1.0 + P.referral_gain * (times * asked - v.reference(town.context).asked))
        assert offers_in(town).member_join[lived_in(town)] == pytest.approx(expected, rel=1e-12)


def test_the_hours_after_staff_go_home_are_worked_out_by_hand() -> None:
    """Volunteers of the month before over those that every evening takes; without staff there is no day."""
    town = staffed(0.0, premises=1.0, staff_with_volunteers=False)
    volunteers, places = town.world.areas.volunteers.copy(), lived_in(town)
    offers_in(town)
    evenings = np.minimum(1000.0 * volunteers[places] / town.context.measurement.residents[places] / P.evening_need, 1)
    assert town.world.areas.premises[places] == pytest.approx(0.5 * evenings, rel=1e-12)
    assert evenings.max() > 0.5


def test_what_takes_both_does_not_last_with_one() -> None:
    for together in (0.0, 0.3, 1.0):
        assert vs.continuity(1.0, 1.0, together) == pytest.approx(1.0)
        assert vs.continuity(1.0, 0.0, together) == vs.continuity(0.0, 1.0, together) == 0.5 * (1.0 - together)


def test_volunteers_carry_nobody_with_heavy_problems() -> None:
    """C-20: however many they are."""
    for staff in (0.0, 2.0):
        assert {vs.hands_for(1, staff, volunteers) for volunteers in (0.0, 5.0, 500.0)} == {staff}
        assert vs.hands_for(0, staff, 5.0) == staff + 5.0


def test_volunteers_who_are_to_do_the_work_of_staff_stop_sooner() -> None:
    asked_too_much, left_alone, with_staff, usual = (
        offers_in(staffed(staff, carry=carry)).volunteer_quit
        for staff, carry in ((0.0, True), (0.0, False), (None, True), (None, False))
    )
    assert asked_too_much == pytest.approx(left_alone * P.carry_quit, rel=1e-12)
    assert left_alone.max() == pytest.approx(vs.month_rate(P.quit_year) * P.unsupported, rel=1e-12)
    assert np.array_equal(with_staff, usual)


def test_volunteers_without_staff_become_fewer_and_keep_less_open() -> None:
    """The scenario, in which volunteers are asked to do what the staff did, once the staff have gone."""
    usual, without = staffed(), staffed(0.0, "volunteers-without-staff")
    first = usual.world.areas.volunteers.copy()
    assert np.array_equal(first, without.world.areas.volunteers)
    for town in (usual, without):
        for _ in range(24):
            town.step((v.volunteering,))
    assert without.world.areas.volunteers.sum() < 0.8 * first.sum()
    assert without.world.areas.volunteers.sum() < usual.world.areas.volunteers.sum()
    places = lived_in(usual)
    assert (without.world.areas.premises[places] < usual.world.areas.premises[places]).all()


# Rooms


def test_rooms_without_people_are_not_in_use() -> None:
    assert vs.in_use(1.0, 0.0, 1.0) == vs.in_use(0.0, 1.0, 1.0) == 0.0
    town = staffed(0.0, premises=1.0)
    town.world.areas.volunteers[:] = 0.0
    offers_in(town)
    assert not town.world.areas.premises.any(), "a venue alone does nothing (M13)"


@pytest.mark.parametrize("missing", ["premises", "catering", "structure", "regularity"])
def test_without_food_frame_or_fixed_day_there_is_no_community(missing: str) -> None:
    with_all, without = staffed(), staffed(**{missing: 0.0})
    for town in (with_all, without):
        offers_in(town)
    assert (with_all.world.areas.premises[lived_in(with_all)] > 0.0).all()
    assert not without.world.areas.premises.any()


def test_a_culture_house_adds_rooms() -> None:
    def rooms(**levers: float | bool) -> F64:
        return v.efforts(staffed(**levers).context).rooms

    town = staffed()
    places = lived_in(town)
    assert rooms(culture_house=True)[places] - rooms()[places] == pytest.approx(P.culture_rooms)
    assert rooms(culture_house=True, premises=1.0).max() == 1.0


SIZES: tuple[tuple[str, dict[str, float], Callable[[Town], F64]], ...] = (
    ("staff_on_volunteers", {"asked_gain": 0.15, "unsupported": 3.0}, lambda t: offers_in(t).volunteer_join),
    ("referral_on_members", {"referral_gain": 0.5}, lambda t: offers_in(t).member_join),
    ("grounds_on_members", {"grounds_gain": 0.3}, lambda t: offers_in(t).member_join),
    ("rooms_on_volunteers", {"rooms_gain": 0.5}, lambda t: offers_in(t).volunteer_join),
    ("rooms_on_asking", {"house_gain": 0.5}, lambda t: offers_in(t).volunteer_join),
)


def test_where_staff_and_volunteers_do_not_need_each_other_too_much_can_be_asked_of_nobody() -> None:
    off = {"staff_with_volunteers": False, "carry": True}
    one, other = (offers_in(staffed(0.0, carry_quit=size, **off)).volunteer_quit for size in (1.0, 3.0))
    assert np.array_equal(one, other)
    assert not np.array_equal(one, offers_in(staffed(0.0, carry_quit=3.0, carry=True)).volunteer_quit)


@pytest.mark.parametrize(("switch", "sizes", "measure"), SIZES, ids=[one[0] for one in SIZES])
def test_a_size_that_is_switched_off_is_as_if_it_were_nil(
    switch: str, sizes: dict[str, float], measure: Callable[[Town], F64]
) -> None:
    nil = {name: 1.0 if name == "unsupported" else 0.0 for name in sizes}
    also = {"premises": 1.0, "grounds": 1.0}
    off = measure(staffed(6.0, **also, **sizes, **{switch: False}))
    assert np.array_equal(off, measure(staffed(6.0, **also, **nil)))
    assert not np.array_equal(off, measure(staffed(6.0, **also, **sizes)))
