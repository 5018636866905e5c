"""Published and analytic results that letting and reputation must reproduce (numbers C, C2 and L of the oracles)."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.month.stigma import next_stigma
from beboersim.world.codes import LEFT_HOME, WANTS_CHANGE
from estates import Estate


@pytest.mark.parametrize("start", [0.0, 0.2, 0.9, 1.0])
@pytest.mark.parametrize("target", [0.0, 0.35, 1.0])
@pytest.mark.parametrize(("up", "down"), [(15.0, 79.0), (6.0, 120.0)])
def test_reputation_moves_to_a_constant_target_in_half_lives(
    start: float, target: float, up: float, down: float
) -> None:
    """S(t) = T + (S0 - T) 2^(-t/h), with one half-life up and another down."""
    half_life = up if target > start else down
    level = start
    for month in range(1, 241):
        level = next_stigma(level, target, up, down)
        assert level == pytest.approx(target + (start - target) * 2.0 ** (-month / half_life), rel=1e-12, abs=1e-14)


def test_reputation_is_half_way_after_one_half_life() -> None:
    level = 0.0
    for _ in range(15):
        level = next_stigma(level, 0.8, 15.0, 79.0)
    assert level == pytest.approx(0.4, rel=1e-12)


ASSIGNED_V, LIST_V = 0.9, 0.35  # share of V among those in need and on the list
LEAVES_V, LEAVES_R = 0.10, 0.15  # a year


def two_state_chain(assignment_share: float, years: int, homes_wanted: int = 60) -> tuple[float, int, float]:
    """Let homes for years with the model's letting; return V's share of lettings, their number, V's share of homes.

    Whoever moves out comes back to one of two queues, those in need and the waiting list, with a newly drawn type.
    """
    rng = np.random.default_rng(7)
    estate = Estate(scale=0.2, assignment_share=assignment_share, internal_every=0)
    c = estate.c
    households, dwellings = c.world.households, c.world.dwellings
    homes = [estate.vacancy() for _ in range(homes_wanted)]
    needy = [estate.lodger() for _ in range(homes_wanted + 40)]
    listed = [estate.seeker(queued=int(rng.integers(1, 200))) for _ in range(homes_wanted + 40)]
    in_need = set(needy)
    is_v = {row: rng.random() < (ASSIGNED_V if row in in_need else LIST_V) for row in needy + listed}
    monthly = {kind: 1.0 - (1.0 - rate) ** (1 / 12) for kind, rate in ((True, LEAVES_V), (False, LEAVES_R))}
    let = v_let = 0
    shares = []
    for month in range(12 * years):
        for home in homes:
            row = int(dwellings.household[home])
            if row >= 0 and rng.random() < monthly[is_v[row]]:
                dwellings.household[home] = -1
                households.dwelling[row] = -1
                households.area[row] = 0 if estate.area != 0 else 1
                households.searching[row] = LEFT_HOME if row in in_need else WANTS_CHANGE
                is_v[row] = rng.random() < (ASSIGNED_V if row in in_need else LIST_V)
                households.search_since[row] = c.month
                households.organisation[row] = -1
                households.organisation[row, 0] = 500 if row in in_need else estate.organisation
                households.listed_since[row, 0] = c.month
        empty = [home for home in homes if dwellings.household[home] < 0]
        estate.let()
        tenants = [int(dwellings.household[home]) for home in empty]
        assert all(tenant >= 0 for tenant in tenants)
        if month:
            let += len(tenants)
            v_let += sum(is_v[row] for row in tenants)
        shares.append(np.mean([is_v[int(dwellings.household[home])] for home in homes]))
        c.month += 1
    return v_let / let, let, float(np.mean(shares[len(shares) // 4 :]))


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
def test_assignment_changes_who_moves_in_as_the_two_state_chain_says(share: float) -> None:
    """q = a v_a + (1 - a) v_w; the share living there is m_R q / (m_R q + m_V (1 - q)), here with monthly chances."""
    years = 60
    q = share * ASSIGNED_V + (1.0 - share) * LIST_V
    found, lettings, lives = two_state_chain(share, years)
    assert abs(found - q) < 5.0 * np.sqrt(q * (1.0 - q) / lettings)
    m_v, m_r = (1.0 - (1.0 - rate) ** (1 / 12) for rate in (LEAVES_V, LEAVES_R))
    expected = m_r * q / (m_r * q + m_v * (1.0 - q))
    if share == 0.25:
        assert expected == pytest.approx(0.5941188358, abs=1e-9)
    # Homes are independent; in one home the state is forgotten at 0.12 a year, so 45 years are about 2.8 looks.
    looks = 60 * 0.75 * years * 0.124375 / 2.0
    assert abs(lives - expected) < 5.0 * np.sqrt(expected * (1.0 - expected) / looks)


@pytest.mark.parametrize("share", [0.0, 0.19, 1.0])
def test_the_share_of_vacancies_assigned_is_the_lever(share: float) -> None:
    estate = Estate(scale=0.2, assignment_share=share)
    n = 100
    for _ in range(n):
        estate.vacancy()
        estate.lodger()
        estate.seeker()
    estate.let()
    assigned, listed = estate.flow("let_assigned"), estate.flow("let_list") + estate.flow("let_internal")
    assert assigned + listed == n
    assert abs(assigned - n * share) <= 5.0 * np.sqrt(n * share * (1.0 - share))


@pytest.mark.parametrize(("every", "share"), [(0, 0.0), (1, 1.0), (2, 0.5), (3, 1 / 3)])
def test_every_nth_vacancy_goes_to_the_internal_list_first(every: int, share: float) -> None:
    estate = Estate(scale=0.3, internal_every=every)
    n = 60
    for _ in range(n):
        estate.vacancy()
        estate.seeker()
    for _ in range(n):
        estate.tenant(queued=None)
    estate.let()
    internal = estate.flow("let_internal")
    assert internal + estate.flow("let_list") == n
    assert abs(internal - n * share) <= 5.0 * np.sqrt(n * share * (1.0 - share))


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_the_share_let_flexibly_is_the_lever(share: float) -> None:
    estate = Estate(scale=0.2, flexible_share=share, internal_every=0)
    n = 100
    for _ in range(n):
        estate.vacancy()
        estate.seeker()
        estate.seeker()
    estate.let()
    assert estate.flow("let_flexible") + estate.flow("let_list") == n
    assert abs(estate.flow("let_flexible") - n * share) <= 5.0 * np.sqrt(n * share * (1.0 - share))
