"""Each link of a claim that acts: it moves its immediate target, it does nothing when off, and cut it is found out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from link import Link, in_named_areas, switches_of, under
from links import ELSEWHERE, LINKS
from links_staff import CYCLE, dose

from beboersim.evidence.findings import findings
from beboersim.month import money, reach
from beboersim.month.context import Context
from beboersim.policy.catalogue import PRESETS, Value, catalogue
from beboersim.show.claims import all_claims, claim_of
from beboersim.world.codes import OUTSIDE
from beboersim.world.taking_part import JOB_HELP
from small_towns import ROOM, ages, has_run, log_of, small_town

ROOT = Path(__file__).parents[2]
# Those that tests/test_town.py and the files beside it move, as every lever is.
TESTS = ROOT / "tests"
FILES = [*TESTS.glob("*_levers.py"), *TESTS.glob("claims/links*.py"), *TESTS.glob("month/*.py"), TESTS / "test_town.py"]
WRITTEN = "".join(path.read_text(encoding="utf-8") for path in FILES)
BESIDE_CLAIMS = {name for name in catalogue() if f'"{name}"' in WRITTEN}
ACTIVE = {one.id for one in all_claims().claim if one.acting != "not yet"}
# Claims of the first mechanisms, with a switch and with parameters on which presets disagree: their switches are also
# looked at over a whole town and two years. A link that names its switch is looked at where it acts.
SWITCHED = [
    one.id
    for one in all_claims().claim
    if any(catalogue()[name].kind == "switch" for name in one.levers)
    and any(catalogue()[name].presets for name in one.parameters)
    and not any(link.switch for link in LINKS if link.claim == one.id)
]
# Links that name their switch and begin from where nothing is left of their sizes. The switches of four close more than
# the claim sizes: attention, command of Danish, the whole choice of school, meetings of all kinds.
WIDER = {
    ("C-53", "substance.on_attention"),
    ("C-40", "meetings.language"),
    ("C-56", "meetings.school_choice"),
    ("A-19", "meetings.across_groups"),
}
WITHOUT_SIZE = [
    link
    for link in LINKS
    if link.switch
    and (link.claim, link.switch) not in WIDER
    and any(catalogue()[name].presets for name in claim_of(link.claim).parameters)
    and link.off.items() >= under("null", link.claim).items()
]


def name_of(link: Link) -> str:
    """Return the claim's id; a further link of the same claim is told by what it measures."""
    first = next(other for other in LINKS if other.claim == link.claim)
    return link.claim if link is first else f"{link.claim}-{link.measure.__name__}"


def log(settings: dict[str, Value]) -> np.ndarray:
    """Return all that happens in a small town in two years in which grants are cut to nothing as they run out."""
    cut: dict[str, Value] = {"funding.social_frame": 0.0, "funding.grant_months": CYCLE}
    return log_of(has_run(small_town(("Høje-Taastrup",), months=30, settings=cut | settings, events=ROOM)))


def test_every_claim_that_acts_is_looked_at() -> None:
    looked_at = {link.claim for link in LINKS}
    assert looked_at | ELSEWHERE == ACTIVE
    assert not looked_at & ELSEWHERE
    assert {one.id for one in all_claims().claim if one.acting == "acts"} <= looked_at


def test_a_claim_that_is_looked_at_names_the_test_of_its_link_first() -> None:
    test = "tests/claims/test_links.py::test_the_link_moves_its_target_in_the_direction_that_is_claimed"
    named = {one.id: one.tests[0] for one in all_claims().claim if one.tests and one.tests[0].startswith(test)}
    assert named == {link.claim: f"{test}[{link.claim}]" for link in LINKS}


def test_what_opens_closes_or_doses_a_claim_is_set_by_a_link_or_tested_by_what_the_claim_names() -> None:
    set_by_links = {link.switch for link in LINKS} | {name for link in LINKS for name in (*link.off, *link.on)}
    for claim in all_claims().claim:
        for name in claim.levers:
            where = "".join((ROOT / test.split("::")[0]).read_text(encoding="utf-8") for test in claim.tests)
            assert name in set_by_links or f'"{name}"' in where or name in BESIDE_CLAIMS, (claim.id, name)


@pytest.mark.parametrize("link", LINKS, ids=name_of)
def test_the_link_moves_its_target_in_the_direction_that_is_claimed(link: Link) -> None:
    moved = link.moved()
    assert moved > 0.0 if link.sign else moved == 0.0


@pytest.mark.parametrize("link", LINKS, ids=name_of)
def test_a_cut_link_moves_nothing(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    link.cut(monkeypatch)
    moved = link.moved()
    assert moved == 0.0 if link.sign else moved > 0.0  # what claims no effect is found out when one is put in


@pytest.mark.parametrize("link", [link for link in LINKS if link.switch], ids=name_of)
def test_a_link_whose_switch_is_off_moves_nothing(link: Link) -> None:
    assert link.moved({link.switch: False}) == 0.0


@pytest.mark.parametrize("link", WITHOUT_SIZE, ids=name_of)
def test_under_null_a_links_switch_does_not_matter(link: Link) -> None:
    assert link.measure(link.off) == link.measure({**link.off, link.switch: False})


@pytest.mark.parametrize("claim", SWITCHED)
def test_with_the_switch_off_the_size_does_not_matter(claim: str) -> None:
    off: dict[str, Value] = dict.fromkeys(switches_of(claim), False)
    assert np.array_equal(log(off | under("null", claim)), log(off | under("council", claim)))


@pytest.mark.parametrize("claim", SWITCHED)
def test_under_null_the_switch_does_not_matter(claim: str) -> None:
    off: dict[str, Value] = dict.fromkeys(switches_of(claim), False)
    null = nothing_contested(claim)
    assert np.array_equal(log(null), log(null | off))


@pytest.mark.parametrize("claim", SWITCHED)
def test_with_the_switch_on_the_size_matters_to_the_town(claim: str) -> None:
    """Without this the two tests above could not fail."""
    assert not np.array_equal(log(under("null", claim)), log(under("council", claim)))


@pytest.mark.parametrize("claim", SWITCHED)
def test_a_switch_that_is_not_read_is_found_out(claim: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test that the size does not matter with the switch off fails where the code passes over the switch."""
    whole, switches = Context.number, switches_of(claim)

    def number(c: Context, name: str, *, next_day: bool = False) -> float:
        return 1.0 if name in switches else whole(c, name, next_day=next_day)

    monkeypatch.setattr(Context, "number", number)
    with pytest.raises(AssertionError):
        test_with_the_switch_off_the_size_does_not_matter(claim)


@pytest.mark.parametrize("claim", SWITCHED)
def test_where_sizes_are_not_null_the_switch_matters(claim: str) -> None:
    """The test that the switch does not matter under null fails where a size is left."""
    council = under("council", claim)
    assert not np.array_equal(log(council), log(council | dict.fromkeys(switches_of(claim), False)))


def test_a_cut_of_the_frame_is_worked_out_by_hand() -> None:
    """135 of 235 million DKK, once every grant has run out."""
    assert dose({"funding.social_frame": 135e6, "funding.grant_months": CYCLE}) == pytest.approx(135 / 235, rel=1e-12)


def nothing_contested(claim: str) -> dict[str, Value]:
    """Return null for every parameter that the claim's switches close."""
    switches = set(switches_of(claim))
    found: dict[str, Value] = {}
    for other in SWITCHED:
        if switches & set(switches_of(other)):
            found |= under("null", other)
    return found


@pytest.mark.parametrize(("gain", "finding"), [("men", "E140"), ("women", "E141")])
def test_under_central_the_programme_is_worth_what_danish_studies_found(gain: str, finding: str) -> None:
    """Percentage points of employment in the long run, of the loosely attached, where the frame of 2015-2018 is new.

    Those who take part find work at their own rate, the others at that of people without a plan.
    """
    assert finding in claim_of("C-06").evidence
    low, high = map(float, findings()[finding].effect.split(".."))
    value = {name: float(one.preset("central")) for name, one in catalogue().items() if one.type != "choice"
             and one.kind == "parameter"}  # fmt: skip
    share = takes_part(gain, value)
    without = value["work.find_weak"] * reach.rate_without(share, value[f"staff.jobs_{gain}"])
    employed = [find / (find + value["work.lose_weak"]) for find in (without, without * value[f"staff.jobs_{gain}"])]
    assert low <= 100.0 * share * (employed[1] - employed[0]) <= high


def takes_part(gain: str, value: dict[str, float]) -> float:
    """Return the share of those outside work who take part at the frame of 2015-2018, from the parameters alone."""
    a_resident = value["money.spend_per_resident"] / (1.0 - money.STATUTORY_LOCAL_SHARE)
    filled = 1.0 - np.exp(-value["staff.kappa"] * 1000.0 * a_resident / value["staff.cost_per_year"])
    reached = value["staff.reach_adults"] * filled * value["staff.outside"]
    reached *= value["staff.women"] if gain == "women" else 1.0
    return float(reached * (1.0 + reached * (value["staff.bridge"] - 1.0)))


def test_the_persons_who_take_part_are_as_many_as_the_parameters_say() -> None:
    """Of those outside work in the named areas of Aarhus on the first day; within four sampling errors."""
    value = {name: float(one.preset("central")) for name, one in catalogue().items() if one.kind == "parameter"}
    found = small_town(("Aarhus",), scale=0.15)
    world, rows = found.world, in_named_areas(found)
    rows = rows[(world.persons.activity[rows] == OUTSIDE) & (ages(found, rows) >= 18) & (ages(found, rows) <= 64)]
    for sex, gain in enumerate(("men", "women")):
        here = rows[world.persons.sex[rows] == sex]
        part, share = (world.ties.takes_part[here] & JOB_HELP > 0).mean(), takes_part(gain, value)
        assert len(here) > 100
        assert part == pytest.approx(share, abs=4.0 * np.sqrt(share * (1.0 - share) / len(here)))


def test_under_every_preset_an_address_costs_no_more_callbacks_than_were_measured() -> None:
    ceiling = -float(findings()["E058"].effect) / 100.0
    penalties = [float(catalogue()["work.callback_penalty"].preset(preset)) for preset in PRESETS]
    assert 0.0 == min(penalties) < max(penalties) <= ceiling


def test_under_central_a_bad_name_costs_the_income_that_danes_give_up_for_another_area() -> None:
    """3 per cent of income in the first version of the study, 4 in the second."""
    assert findings()["E047"].unit.startswith("percent of income (4%")
    low, high = float(findings()["E047"].effect) / 100.0, 0.04
    for name in ("letting.stigma_apply", "letting.stigma_accept"):
        assert low <= float(catalogue()[name].preset("central")) <= high
