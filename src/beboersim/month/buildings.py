"""Buildings: development plans, demolition, sale, conversion, infill, renovation and business premises.

Where the law lays the duty of a plan on an area (§ 168 a), its social family dwellings are brought down to the share
the law allows by its deadline, along an even path. Which home is next is drawn once, by its id. A home that comes down
or is sold is emptied first, and those who live there have a right to another one (month.rehousing); a home that becomes
one for young or elderly people changes when its tenants have moved by themselves, until the last notice.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, address, draw, order_of_turns, philox, uniform
from beboersim.evidence import trends
from beboersim.kernel import borrowing, kernel
from beboersim.law.consequences import family_share, plan_duty, plan_laws, small_area_dispensation
from beboersim.law.dated import rule_on
from beboersim.law.letting.rules import duty_by_status, law_day
from beboersim.law.lists import load_rules
from beboersim.month.ledger import EV_HOME_GONE, EV_NOTICE, FLOW, Ledger, note
from beboersim.month.renewal import premises_built, renew
from beboersim.world.codes import (
    COMES_DOWN,
    ELDERLY,
    FAMILY,
    HARD,
    IS_CONVERTED,
    IS_KEPT,
    IS_SOLD,
    MUST_MOVE,
    NAMED_AREA,
    NO_FATE,
    OWNER_OCCUPIED,
    PREVENTION,
    PRIVATE_RENTED,
    SOCIAL,
    UDSAT,
    WANTS_CHANGE,
    YOUTH,
)
from beboersim.world.columns import F64, I64, U8
from beboersim.world.state import Areas, Dwellings, Households

if TYPE_CHECKING:
    from beboersim.month.context import Context

NOTICES, DEMOLISHED = FLOW["notices"], FLOW["demolished"]
SOLD, CONVERTED, RENEWAL_SPEND = FLOW["sold"], FLOW["converted"], FLOW["renewal_spend"]
WORDINGS = {"2018": date(2018, 12, 1), "2021": date(2021, 11, 30)}  # of the law on plans, by their first day
MEANS = ("demolition", "sale", "conversion", "infill")
DEMOLITION, CONVERSION = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])  # weights of the means that take a home
ALL, OPEN_FAMILY, FAMILY_HOMES, PRIVATE = range(4)


class Buildings(NamedTuple):
    """Parameters of this process; see evidence/parameters/buildings.toml."""

    lead_months: float
    last_notice: float
    internal_share: float
    patience_months: float
    sold_to_owners: float
    converted_to_youth: float
    new_price: float
    renovation_price: float
    appeal: float
    hold: float
    young_stay: float
    business_plain: float
    business_appeal: float
    business_years: float
    jobs_a_business: float
    displacement: float
    local_hire: float
    moved_child: float
    moved_teen: float


class PlanLaw(NamedTuple):
    """What the law of plans says: whether there is one, whether it sticks, and its numbers (§ 168 a)."""

    in_law: int
    sticks: int
    most: float  # share of family dwellings
    deadline: int  # month
    business_m2: float  # that count as one dwelling


@kernel
def steps_of_month(gap: float, months_left: float, means: F64, most: float) -> tuple[float, float, float, float]:
    """Return how many homes a plan takes down, sells, converts and asks to be built this month, on an even path.

    A home that is taken down, sold or converted closes the gap by one; one that is built by the share the plan allows,
    for it counts among all.

    Parameters
    ----------
    gap
        Family dwellings more than the share allows, those already spoken for left out.
    months_left
        Until the last notice can be given.
    means
        Share of the gap that is closed by each of MEANS.
    most
        Share of family dwellings that is allowed.
    """
    now = max(gap, 0.0) / max(months_left, 1.0)
    return now * means[0], now * means[1], now * means[2], now * means[3] / most


@kernel
def fate_of(u: float, demolition: float, sale: float, conversion: float) -> int:
    """Return what becomes of the next home of a plan, by the weights of its means; `u` is the home's own draw."""
    whole = demolition + sale + conversion
    if whole <= 0.0:
        return NO_FATE
    if u * whole < demolition:
        return COMES_DOWN
    return IS_SOLD if u * whole < demolition + sale else IS_CONVERTED


@borrowing
def count_homes(dwellings: Dwellings, used: I64, counts: F64) -> None:
    """Count the homes of every area (see ALL): all, social family ones not spoken for and those in all, private."""
    area_of = dwellings.area
    first = 0  # of neighbours, who are counted together
    for home in range(1, used[2] + 1):
        if home == used[2] or area_of[home] != area_of[first]:
            if area_of[first] >= 0:
                count_neighbours(
                    dwellings.tenure[first:home], dwellings.kind[first:home], dwellings.fate[first:home],
                    counts[:, area_of[first]],
                )  # fmt: skip
            first = home


@borrowing
def count_neighbours(tenure: U8, kind: U8, fate: U8, counts: F64) -> None:
    """Count homes of one area."""
    private = family = still_open = 0
    for k in range(len(tenure)):
        of_families = (tenure[k] == SOCIAL) & (kind[k] == FAMILY)
        private += tenure[k] != SOCIAL
        family += of_families
        still_open += of_families & ((fate[k] == NO_FATE) | (fate[k] == IS_KEPT))
    counts[ALL] += len(tenure)
    counts[PRIVATE] += private
    counts[FAMILY_HOMES] += family
    counts[OPEN_FAMILY] += still_open


@borrowing
def give_fates(
    households: Households, dwellings: Dwellings, chosen: I64, weights: F64, month: int, seed: int, word: int,
    ledger: Ledger,
) -> None:  # fmt: skip
    """Decide what becomes of the next homes of a plan, and tell those whose home comes down or is sold."""
    for home in chosen:
        u = uniform(philox(seed, dwellings.id[home], word, 0)[0])
        dwellings.fate[home] = fate_of(u, weights[0], weights[1], weights[2])
        if dwellings.household[home] >= 0 and (dwellings.fate[home] == COMES_DOWN or dwellings.fate[home] == IS_SOLD):
            tell(households, dwellings, home, month, ledger)


@borrowing
def tell(households: Households, dwellings: Dwellings, home: int, month: int, ledger: Ledger) -> None:
    """Tell a household that it must move: from now on it has a right to rehousing."""
    row = dwellings.household[home]
    households.searching[row] = MUST_MOVE
    households.search_since[row] = month
    ledger.flows[NOTICES, dwellings.area[home]] += 1.0
    note(ledger, month, EV_NOTICE, households.id[row], dwellings.id[home], dwellings.fate[home])


@borrowing
def carry_out(
    households: Households, dwellings: Dwellings, areas: Areas, used: I64, month: int, seed: int, word: int,
    owners: float, youth: float, late: int, ledger: Ledger,
) -> int:  # fmt: skip
    """Take down, sell or convert the homes that are empty and spoken for; return how many.

    Parameters
    ----------
    owners, youth
        Share of sold homes that become owner-occupied, and of converted ones that become youth dwellings.
    late
        1 once the last notice is given: then those must move too whose home is to be converted and is lived in still.
    """
    done = 0
    for home in range(used[2]):
        fate = dwellings.fate[home]
        if fate == NO_FATE or fate == IS_KEPT:
            continue
        area = dwellings.area[home]
        if dwellings.household[home] >= 0:
            # A couple formed in such a home since, or a search given up: the right stays.
            if (fate != IS_CONVERTED or late == 1) and households.searching[dwellings.household[home]] != MUST_MOVE:
                tell(households, dwellings, home, month, ledger)
            continue
        u = uniform(philox(seed, dwellings.id[home], word, 0)[1])
        dwellings.fate[home] = NO_FATE
        if fate == COMES_DOWN:
            ledger.flows[DEMOLISHED, area] += 1.0
            areas.demolished[area] += 1.0
            dwellings.area[home] = -1
        elif fate == IS_SOLD:
            ledger.flows[SOLD, area] += 1.0
            dwellings.tenure[home] = OWNER_OCCUPIED if u < owners else PRIVATE_RENTED
            dwellings.vacant_since[home] = month
        else:
            ledger.flows[CONVERTED, area] += 1.0
            dwellings.kind[home] = YOUTH if u < youth else ELDERLY
        note(ledger, month, EV_HOME_GONE, dwellings.id[home], areas.id[area], fate)
        done += 1
    return done


def plan_law(c: Context) -> PlanLaw:
    """Return what the law of plans says this month, by the wording that holds."""
    wording = c.word("buildings.plan_rules")
    day = WORDINGS["2021" if wording == "none" else wording]
    rule = rule_on("development_plan", day)
    assert rule is not None
    in_law, sticks = plan_laws(day) if wording != "none" else (0, 0)
    deadline = rule.values["deadline"][0]
    assert isinstance(deadline, date)
    return PlanLaw(
        in_law, sticks, rule.number("family_share_max"), deadline.year * 12 + deadline.month - 1,
        rule.number("business_m2"),
    )  # fmt: skip


def plan_duties(c: Context, law: PlanLaw) -> I64:
    """Return where the duty of a plan rests this month, 1 or 0 by area."""
    areas = c.world.areas
    found = np.zeros(len(areas.kind), np.int64)
    if law.in_law == 0 or not c.flag("list.special_rules"):
        return found
    wanted, lenient = c.by_area("buildings.plan_duty"), c.by_area("buildings.dispensation")
    for area in np.flatnonzero((areas.kind[: c.world.places] == NAMED_AREA) & (wanted[: c.world.places] > 0.5)):
        found[area] = plan_duty(int(areas.status[area]), int(areas.was_hard[area]), law.in_law, law.sticks)
        if found[area] and lenient[area] > 0.5 and is_dispensed(c, int(area)):
            found[area] = 0
    return found


def is_dispensed(c: Context, area: int) -> bool:
    """Say whether the minister may free an area from the plan because it is small and few are convicted (stk. 4)."""
    rule = rule_on("plan_dispensation_small", WORDINGS["2018"])
    tier = load_rules("2018").listing
    assert rule is not None
    assert tier is not None
    times = next(criterion.line for criterion in tier.counted if criterion.indicator == "convicted")
    national = trends.convicted_reference(c.rates_year(c.day.year))
    convicted_met = int(c.measured["convicted_share"][area] >= times * national)
    residents = float(c.measurement.residents[area]) / c.scale
    return small_area_dispensation(residents, convicted_met, rule.number("residents_below")) == 1


def may_demolish(c: Context) -> I64:
    """Return where homes may be taken down because of social challenges without a duty: listed, from 2021 prevention.

    See rule strategic_demolition (§ 28, stk. 3); in disadvantaged areas it could be approved before.
    """
    least = UDSAT if rule_on("strategic_demolition", c.law_day) is None else PREVENTION
    return (c.world.areas.status >= least).astype(np.int64)


def special_rules(c: Context, duties: I64) -> F64:
    """Return how many of the three duties and bars that came with the law of 2018 hold in each area, 0 to 1.

    The plan, obligatory flexible letting, and the bar on those who live on cash benefits (law.md §3).
    """
    areas = c.world.areas
    law = law_day(c.law_day, c.word("letting.rules"))
    bar = rule_on("hard_area_entry_bar", law) is not None
    flexible = np.array(duty_by_status(law))[areas.status] * (c.by_area("letting.flexible_obligatory") > 0.5)
    barred = (areas.status == HARD) * bar * (c.by_area("letting.hard_area_bar") > 0.5)
    return (duties + flexible + barred) / 3.0 * c.number("list.special_rules")


def next_homes(c: Context, area: int, number: int, free_first: bool) -> I64:
    """Return the rows of the next homes of an area's plan: the order is drawn once, by the homes' ids.

    `free_first` takes vacant homes before others, and then those whose tenants want to move anyway.
    """
    dwellings, households = c.world.dwellings, c.world.households
    n = int(c.world.used[2])
    open_to = (dwellings.area[:n] == area) & (dwellings.tenure[:n] == SOCIAL) & (dwellings.kind[:n] == FAMILY)
    rows = np.flatnonzero(open_to & (dwellings.fate[:n] == NO_FATE))
    turn = order_of_turns(dwellings.id[rows], c.seed, address(Purpose.BUILDINGS, 0))
    lived_in = np.zeros(len(rows), np.int64)
    if free_first:
        tenant = dwellings.household[rows]
        lived_in = np.where(tenant < 0, 0, np.where(households.searching[tenant] == WANTS_CHANGE, 1, 2))
    return rows[np.lexsort((dwellings.id[rows], turn, lived_in))][:number]


def weights_of_means(c: Context) -> F64:
    """Return how much of a plan is done by each means: means x area."""
    return np.stack([c.by_area(f"buildings.plan_{means}") for means in MEANS])


def go_on_with_plans(c: Context, law: PlanLaw, duties: I64, counts: F64) -> None:
    """Take the month's step of every plan, and of what a council takes down where the law lets it."""
    areas, p = c.world.areas, c.parameters.buildings
    areas.plan_month[:] = np.where(duties == 1, np.where(areas.plan_month < 0, c.month, areas.plan_month), -1)
    weights = c.kept(weights_of_means)
    strategic = c.by_area("buildings.strategic_demolition") * may_demolish(c)
    premises = c.kept(premises_built) * c.scale  # each of the size that counts as one dwelling
    word = c.address(Purpose.BUILDINGS)
    for area in np.flatnonzero((duties == 1) | (strategic > 0.0)):
        identity = int(areas.id[area])
        total = weights[:, area].sum()
        if duties[area] == 1 and c.month - areas.plan_month[area] >= p.lead_months and total > 0.0:
            means = weights[:, area] / total
            counted = counts[ALL, area] + areas.demolished[area] + premises[area] + areas.infill_due[area]
            left = law.deadline - p.last_notice - c.month
            gap = counts[OPEN_FAMILY, area] - law.most * counted
            down, sold, converted, built = steps_of_month(gap, left, means, law.most)
            areas.infill_due[area] += built
            decide(c, int(area), down + sold, draw(c.seed, identity, word, 0), np.array([down, sold, 0.0]))
            decide(c, int(area), converted, draw(c.seed, identity, word, 1), CONVERSION, free_first=True)
        if strategic[area] > 0.0:
            down = counts[OPEN_FAMILY, area] * strategic[area] / 12.0
            decide(c, int(area), down, draw(c.seed, identity, word, 2), DEMOLITION)


def decide(c: Context, area: int, expected: float, u: float, means: F64, *, free_first: bool = False) -> None:
    """Decide what becomes of so many more homes of an area; the part of a home is the chance of one more."""
    number = int(expected + u)
    if number > 0:
        world = c.world
        give_fates(
            world.households, world.dwellings, next_homes(c, area, number, free_first), means, c.month, c.seed,
            address(Purpose.BUILDINGS, 0), c.ledger,
        )  # fmt: skip


def counted_homes(c: Context) -> F64:
    """Return the homes of every area, see ALL."""
    counts = np.zeros((4, len(c.world.areas.kind)))
    count_homes(c.world.dwellings, c.world.used, counts)
    return counts


def note_family_shares(c: Context, law: PlanLaw, counts: F64) -> None:
    """Write down every social area's share of family dwellings, as a plan counts it."""
    areas, premises = c.world.areas, c.kept(premises_built) * c.scale * law.business_m2
    for area in c.named_areas:
        areas.family_share[area] = family_share(
            counts[FAMILY_HOMES, area], counts[ALL, area], areas.demolished[area], premises[area], law.business_m2
        )


def buildings(c: Context) -> None:
    """Buildings: development plans, demolition, sale, renovation, rehousing."""
    world, p, law = c.world, c.parameters.buildings, c.kept(plan_law)
    if world.dwellings.fate[: int(world.used[2])].any():
        carry_out(
            world.households, world.dwellings, world.areas, world.used, c.month, c.seed,
            address(Purpose.BUILDINGS, 0), p.sold_to_owners, p.converted_to_youth,
            1 if c.month >= law.deadline - p.last_notice else 0, c.ledger,
        )  # fmt: skip
    duties = plan_duties(c, law)
    counts = counted_homes(c)
    go_on_with_plans(c, law, duties, counts)
    note_family_shares(c, law, counts)
    world.areas.special_rules[:] = special_rules(c, duties)
    c.ledger.flows[RENEWAL_SPEND] += renew(c, counts[ALL], counts[PRIVATE])


def begin(c: Context) -> None:
    """Set what this process keeps as it is on the first day; no lever is read, for what was is the same everywhere."""
    counts = counted_homes(c)
    areas = c.world.areas
    for area in np.flatnonzero(areas.kind == NAMED_AREA):
        areas.family_share[area] = family_share(counts[FAMILY_HOMES, area], counts[ALL, area], 0.0, 0.0, 75.0)
