"""The areas of a municipality at the start: named areas, other social estates, and private neighbourhoods.

Named areas are the rows of the lists. The other estates are drawn with dispersion and stay anonymous; one of 1,000
residents or more that would have been listed at the start is moved just inside the lines, because the list did not hold
it.
The neighbourhoods are what is left of the municipality, so that its totals add up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

import numpy as np

from beboersim.chance import stream
from beboersim.errors import InputError
from beboersim.evidence import trends
from beboersim.evidence.areas import AreaRow
from beboersim.law.lists import LISTED, Indicators, ListRules, classify, load_rules, rules_on
from beboersim.world.codes import ESTATE, NAMED_AREA, NEIGHBOURHOOD
from beboersim.world.columns import F64
from beboersim.world.margins import Margins

ESTATE_STREAM, NEIGHBOURHOOD_STREAM = 1, 2

# Published year-to-year changes against the spread between areas (lists.md §3, mobility §6): the share of the variance
# of a reading that is latent. Outside work: change s.d. 2.07, spread 6; convicted: 0.45 and 0.65 points.
RELIABLE_OUTSIDE = 1.0 - 0.5 * 2.07**2 / 6.0**2
RELIABLE_CONVICTED = 1.0 - 0.5 * 0.45**2 / 0.65**2
NAMED_OUTSIDE = 0.441  # resident-weighted mean of the rows 2010-2015 (mobility §8 no_attachment_share_area)
NAMED_CONVICTED = 0.030  # the same (mobility §8 convicted_share_area)
NAMED_BASIC, NAMED_INCOME = 0.566, 0.564  # the same 2014-2015, for areas that left before the two were published
NATIONAL_OUTSIDE = 0.219  # 18-64 without work or education, estimate of 2015 (municipal.md §2)


class Synthesis(NamedTuple):
    """Parameters of the starting world; see evidence/parameters/synthesis.toml."""

    named_household_size: float
    named_children: float
    named_young: float
    social_old: float
    social_household_size: float
    estate_dwellings: float
    estate_size_spread: float
    estate_spread: float
    neighbourhood_residents: float
    neighbourhood_spread: float
    social_origin_odds: float
    social_outside: float
    social_basic_education: float
    social_convicted: float
    social_income: float
    named_western: float
    private_vacancy: float
    social_vacancy: float
    lodged_share: float
    foreign_education: float
    descendant_citizens: float
    immigrant_citizens: float
    within_origin_couples: float
    organisation_dwellings: float
    passive_members: float
    passive_years: float
    searching_share: float
    youth_share: float
    elderly_share: float
    income_reference: float
    benefit_churn: float
    knows_elsewhere: float


@dataclass(frozen=True)
class Area:
    """One area as it is to be filled: whole persons and homes at scale 1, shares as fractions."""

    name: str
    kind: int
    residents: float
    households: float
    non_western: float
    western: float
    outside_work: float
    latent_outside: float
    convicted: float
    latent_convicted: float
    basic_education: float
    income_ratio: float
    price: float
    published: AreaRow | None = None


def named_area(row: AreaRow, mean_outside: float, mean_convicted: float, p: Synthesis) -> Area:
    """Return a named area as its published row has it. The latent levels lie nearer the mean than the reading."""
    values = (row.residents, row.non_western, row.outside_work, row.convicted)
    if any(value is None for value in values):
        raise InputError(
            f"{row.area} ({row.municipality}) has no residents, non_western_pct, unemployed_pct or convicted_pct in any"
            " year of the file."
        )
    residents, non_western, outside, convicted = (float(v) for v in values if v is not None)
    basic = NAMED_BASIC if row.basic_education is None else row.basic_education
    income = NAMED_INCOME if row.income_ratio is None else row.income_ratio
    households = row.dwellings * (1.0 - p.social_vacancy) if row.dwellings else residents / p.named_household_size
    return Area(
        name=row.area,
        kind=NAMED_AREA,
        residents=residents,
        households=min(households, residents / 1.3),
        non_western=non_western,
        western=min(p.named_western, 1.0 - non_western),
        outside_work=outside,
        latent_outside=mean_outside + RELIABLE_OUTSIDE * (outside - mean_outside),
        convicted=convicted,
        latent_convicted=mean_convicted + RELIABLE_CONVICTED * (convicted - mean_convicted),
        basic_education=basic,
        income_ratio=income,
        price=0.0,
        published=row,
    )


def social_non_western(share_social: float, non_western: float, odds: float) -> float:
    """Return the non-Western share of social tenants, from the town's shares and the odds ratio between them.

    Half of the non-Western residents live in social housing (M4-139) against one in seven of the others: odds 6.2.
    """
    # With q = P(social | non-Western) and r = P(social | other): q/(1-q) = odds * r/(1-r), n q + (1-n) r = s.
    low, high = 0.0, 1.0
    for _ in range(60):
        r = 0.5 * (low + high)
        q = odds * r / (1.0 - r + odds * r)
        if non_western * q + (1.0 - non_western) * r < share_social:
            low = r
        else:
            high = r
    return non_western * q / share_social


def logistic(x: F64) -> F64:
    """Return the logistic function."""
    return 1.0 / (1.0 + np.exp(-x))


def logit(share: float) -> float:
    """Return the log-odds of a share."""
    return float(np.log(share / (1.0 - share)))


def scattered(rng: np.random.Generator, mean: float, spread: float, common: F64, loading: float) -> F64:
    """Return shares around a mean, logit-normal with a common factor; the plain mean is kept."""
    noise = loading * common + np.sqrt(1.0 - loading**2) * rng.standard_normal(len(common))
    shares = logistic(logit(min(max(mean, 0.001), 0.97)) + spread * noise)
    return shares * (mean / shares.mean()) if len(shares) else shares


def estates(margins: Margins, dwellings: float, non_western: float, seed: int, p: Synthesis) -> list[Area]:
    """Draw the social estates that are not named.

    Size is log-normal. Few resources go together: one factor carries a third of the variance of origin, outside work,
    education and income between estates (assumption; 2015 correlations between named areas are 0.2-0.6, mobility §6).
    """
    rng = stream(seed, margins.municipality.code, ESTATE_STREAM)
    number = max(1, round(dwellings / p.estate_dwellings))
    sizes = np.exp(p.estate_size_spread * rng.standard_normal(number))
    sizes *= dwellings / sizes.sum()
    common = rng.standard_normal(number)
    tilt = margins.outside_work / NATIONAL_OUTSIDE
    foreign = scattered(rng, non_western, p.estate_spread, common, 0.6)
    outside_mean = min(p.social_outside * tilt, 0.6)
    outside = scattered(rng, outside_mean, 0.4 * p.estate_spread, common, 0.6)
    basic_mean = min(p.social_basic_education * margins.basic_education, 0.55)
    basic = scattered(rng, basic_mean, 0.4 * p.estate_spread, common, 0.6)
    convicted = scattered(rng, p.social_convicted * margins.convicted, 0.6 * p.estate_spread, common, 0.4)
    income = p.social_income * np.exp(-0.06 * (0.6 * common + 0.8 * rng.standard_normal(number)))
    drawn = []
    for k in range(number):
        households = sizes[k] * (1.0 - p.social_vacancy)
        area = Area(
            name=f"{margins.municipality.name} bebyggelse {k + 1}",
            kind=ESTATE,
            residents=households * p.social_household_size,
            households=households,
            non_western=float(foreign[k]),
            western=margins.western,
            outside_work=float(outside[k]),
            latent_outside=float(outside_mean + RELIABLE_OUTSIDE * (outside[k] - outside_mean)),
            convicted=float(convicted[k]),
            latent_convicted=float(
                p.social_convicted * margins.convicted
                + RELIABLE_CONVICTED * (convicted[k] - p.social_convicted * margins.convicted)
            ),
            basic_education=float(basic[k]),
            income_ratio=float(income[k]),
            price=0.0,
        )
        drawn.append(off_the_list(area, margins.year))
    return drawn


def off_the_list(area: Area, year: int) -> Area:
    """Return the estate, moved just inside the lines it crosses if its reading would have put it on the list.

    The published lists hold every area that met the rules, so an estate that is not named did not.
    """
    rules = load_rules(rules_on(date(year, 12, 1)))
    while area.residents >= rules.min_residents and would_be_listed(area, rules, year):
        area = replace(
            area,
            outside_work=area.outside_work * 0.97,
            latent_outside=area.latent_outside * 0.97,
            convicted=area.convicted * 0.97,
            latent_convicted=area.latent_convicted * 0.97,
            basic_education=area.basic_education * 0.97,
            income_ratio=area.income_ratio * 1.01,
            non_western=area.non_western * 0.99,
        )
    return area


def neighbourhoods(margins: Margins, households: float, rest: dict[str, float], seed: int, p: Synthesis) -> list[Area]:
    """Draw the private rest of the municipality, in neighbourhoods of about equal size along a price ladder."""
    rng = stream(seed, margins.municipality.code, NEIGHBOURHOOD_STREAM)
    number = max(1, round(rest["residents"] / p.neighbourhood_residents))
    # Spreads and loadings below are assumptions (half to twice as much); the municipality's means are kept.
    sizes = np.exp(0.25 * rng.standard_normal(number))
    sizes /= sizes.sum()
    price = (rng.permutation(number) + 0.5) / number
    dear = (price - 0.5) * np.sqrt(12.0)
    foreign = scattered(rng, rest["non_western"], p.neighbourhood_spread, -dear, 0.5)
    outside = scattered(rng, rest["outside_work"], 0.6 * p.neighbourhood_spread, -dear, 0.7)
    basic = scattered(rng, rest["basic_education"], 0.6 * p.neighbourhood_spread, -dear, 0.7)
    convicted = scattered(rng, rest["convicted"], 0.6 * p.neighbourhood_spread, -dear, 0.5)
    income = rest["income_ratio"] * np.exp(0.15 * dear)
    income *= rest["income_ratio"] / float((income * sizes).sum())
    return [
        Area(
            name=f"{margins.municipality.name} kvarter {k + 1}",
            kind=NEIGHBOURHOOD,
            residents=float(rest["residents"] * sizes[k]),
            households=float(households * sizes[k]),
            non_western=float(min(foreign[k], 0.9)),
            western=float(rest["western"]),
            outside_work=float(outside[k]),
            latent_outside=float(outside[k]),
            convicted=float(convicted[k]),
            latent_convicted=float(convicted[k]),
            basic_education=float(basic[k]),
            income_ratio=float(income[k]),
            price=float(price[k]),
        )
        for k in range(number)
    ]


def layout(margins: Margins, rows: tuple[AreaRow, ...], seed: int, p: Synthesis) -> list[Area]:
    """Return the areas of one municipality, in order: named areas, estates, neighbourhoods.

    The sums over the areas are the municipality's margins; what the named areas and the estates take is taken from
    the neighbourhoods.
    """
    population = float(margins.ages.population.sum())
    households = population / margins.household_size
    dwellings = households / (1.0 - p.private_vacancy)
    named = [named_area(row, NAMED_OUTSIDE, NAMED_CONVICTED, p) for row in rows]
    social = max(margins.social_share * dwellings - sum(a.households for a in named), 0.0)
    social = min(social, 0.85 * (dwellings - sum(a.households for a in named)))
    in_social = social * p.social_household_size + sum(a.residents for a in named)
    share = social_non_western(min(in_social / population, 0.95), margins.non_western, p.social_origin_odds)
    foreign = share * in_social - sum(a.residents * a.non_western for a in named)
    estate_residents = social * (1.0 - p.social_vacancy) * p.social_household_size
    estate_share = min(max(foreign / max(estate_residents, 1.0), 0.5 * margins.non_western), 0.6)
    other = estates(margins, social, estate_share, seed, p) if social > 0.5 * p.estate_dwellings else []
    housed = [*named, *other]
    left = population - sum(a.residents for a in housed)
    if left <= 0.0:
        raise InputError(
            f"{margins.municipality.name}: the areas hold more residents than the municipality has ({population:.0f})."
        )
    weights = np.array([a.residents for a in housed]) / left if housed else np.zeros(0)

    def remainder(total: float, values: list[float], low: float, high: float) -> float:
        rest = total * population / left - float(np.dot(weights, values)) if housed else total
        return min(max(rest, low), high)

    rest = {
        "residents": left,
        "non_western": remainder(
            margins.non_western, [a.non_western for a in housed], 0.2 * margins.non_western, 0.8
        ),
        "western": remainder(margins.western, [a.western for a in housed], 0.2 * margins.western, 0.5),
        "outside_work": remainder(margins.outside_work, [a.outside_work for a in housed], 0.04, 0.6),
        "convicted": remainder(margins.convicted, [a.convicted for a in housed], 0.3 * margins.convicted, 0.05),
        "basic_education": remainder(margins.basic_education, [a.basic_education for a in housed], 0.03, 0.6),
        "income_ratio": remainder(income_level(margins), [a.income_ratio for a in housed], 0.6, 3.0),
    }
    private_households = max(households - sum(a.households for a in housed), left / 3.2)
    return [*housed, *neighbourhoods(margins, min(private_households, left / 1.35), rest, seed, p)]


def income_level(margins: Margins) -> float:
    """Return the municipality's mean gross income over its region's, both with students (municipal.md §2)."""
    year = float(margins.year)
    own = margins.municipality.mean_gross_income(year)
    return own / trends.regional_gross_income(margins.municipality.region, year)


def would_be_listed(area: Area, rules: ListRules, year: int) -> bool:
    """Say whether an area's reading meets the rules of the list."""
    reading = Indicators(
        residents=area.residents,
        non_western=area.non_western,
        outside_work=area.outside_work,
        convicted=area.convicted,
        basic_education=area.basic_education,
        income_ratio=area.income_ratio,
    )
    status = classify(reading, rules, national_convicted=trends.convicted_reference(float(year)))
    return status.highest >= LISTED
