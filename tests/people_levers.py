"""Every lever and switch of volunteering and democracy: what it is moved beside, and what it moves."""

from __future__ import annotations

from beboersim.policy.catalogue import Value

TWICE = 6.0  # staff-years per 1,000 residents, twice those of 2015

ISHOEJ: dict[str, Value] = {"democracy.council": "ishoej", "democracy.council_gain": 0.1, "democracy.open_gain": 0.1}
ROOMS: dict[str, Value] = {
    "volunteering.premises": 1.0, "volunteering.rooms_gain": 0.5, "volunteering.house_gain": 0.5,
}  # fmt: skip
TRUSTED: dict[str, Value] = {"volunteering.member_trust": 0.1, "volunteering.meetings_trust": 0.1}
TRUST: dict[str, Value] = {"democracy.trust_gain": 0.1}  # fit rises and falls with the trust that was drawn
HOUSE: dict[str, Value] = {"volunteering.premises": 1.0, "democracy.house_gain": 0.15}
GROUNDS: dict[str, Value] = {"volunteering.grounds": 1.0, "volunteering.grounds_gain": 0.3}

HELPERS: dict[str, Value] = {"youth.cafe_evenings": 3.0, "volunteering.helper_quit": 0.3, "volunteering.quit_year": 0.5}

# Staff, what is common to both towns, the lever and its value, and what it moves.
MOVES: tuple[tuple[float, dict[str, Value], str, Value, str], ...] = (
    (TWICE, {}, "volunteering.support", 3.0, "volunteers"),
    (TWICE, {}, "volunteering.referral", 0.0, "takes_part"),
    (TWICE, {}, "volunteering.premises", 0.2, "premises"),
    (TWICE, {}, "volunteering.catering", 0.5, "premises"),
    (TWICE, {}, "volunteering.structure", 0.5, "premises"),
    (TWICE, {}, "volunteering.regularity", 0.5, "premises"),
    (TWICE, GROUNDS, "volunteering.grounds", 0.1, "takes_part"),
    (TWICE, {"volunteering.network_share": 0.15}, "volunteering.parents_network", True, "takes_part"),
    (TWICE, {}, "volunteering.culture_house", True, "premises"),
    (0.0, {}, "volunteering.carry", True, "volunteers"),
    (TWICE, {}, "volunteering.staff_on_volunteers", False, "volunteers"),
    (TWICE, TRUSTED, "volunteering.membership_on_trust", False, "trust"),
    (TWICE, TRUSTED, "volunteering.meetings_on_trust", False, "trust"),
    (TWICE, HELPERS, "volunteering.helping_on_staying", False, "takes_part"),
    (TWICE, {"volunteering.club_trust": 0.1}, "volunteering.clubs_on_trust", False, "trust"),
    (TWICE, {"volunteering.advice_trust": 0.1}, "volunteering.advice_on_trust", False, "trust"),
    (TWICE, {"volunteering.mediation_trust": 0.1}, "volunteering.mediation_on_trust", False, "trust"),
    (TWICE, {}, "volunteering.referral_on_members", False, "takes_part"),
    (TWICE, ROOMS, "volunteering.rooms_on_volunteers", False, "volunteers"),
    (TWICE, ROOMS, "volunteering.rooms_on_asking", False, "takes_part"),
    (TWICE, GROUNDS, "volunteering.grounds_on_members", False, "takes_part"),
    (0.0, ROOMS, "volunteering.staff_with_volunteers", False, "premises"),
    (TWICE, ISHOEJ, "democracy.council", "none", "say"),
    (TWICE, ISHOEJ, "democracy.local_meetings", 1.0, "say"),
    (TWICE, ISHOEJ, "democracy.open_hearings", 1.0, "say"),
    (TWICE, {}, "democracy.workshops", 12.0, "say"),
    (TWICE, {}, "democracy.youth_council", True, "takes_part"),
    (TWICE, {}, "democracy.residents_steer", 1.0, "fit"),
    (TWICE, TRUST, "democracy.dialogue", 1.0, "fit"),
    (TWICE, {}, "democracy.plan_on_meetings", False, "say"),
    (TWICE, {"democracy.workshops": 12.0}, "democracy.workshops_on_meetings", False, "say"),
    (TWICE, {"democracy.youth_council": True}, "democracy.youth_council_on_meetings", False, "takes_part"),
    (TWICE, ISHOEJ, "democracy.council_on_reach", False, "say"),
    (TWICE, ISHOEJ, "democracy.openness_on_reach", False, "say"),
    (TWICE, {"democracy.residents_steer": 1.0}, "democracy.residents_on_fit", False, "fit"),
    (TWICE, TRUST, "democracy.trust_on_fit", False, "fit"),
    (TWICE, HOUSE, "democracy.house_on_fit", False, "fit"),
    (TWICE, TRUST | {"democracy.dialogue": 1.0}, "democracy.dialogue_on_fit", False, "fit"),
)

# What acts on reach and on meetings, which do not go on here: tests/claims, C-24 and C-36.
ON_OTHERS = {"democracy.trust_on_integration", "democracy.council_on_integration"}
