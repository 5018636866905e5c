"""The published findings: each id once, each with a source, and none is named that is not there."""

from __future__ import annotations

import re

from beboersim.evidence.findings import DESIGNS, findings
from beboersim.policy.catalogue import catalogue
from beboersim.show.claims import all_claims


def test_the_findings_have_ids_without_gaps_and_a_source() -> None:
    found = findings()
    assert list(found) == [f"E{number:03}" for number in range(1, len(found) + 1)]
    assert len(found) == 147
    assert all(one.source and one.about and one.outcome and one.effect for one in found.values())
    assert {one.design for one in found.values()} == {*DESIGNS}
    # The article itself has no address.
    assert [one.id for one in found.values() if not one.url.startswith("http")] == ["E147"]


def test_six_findings_are_marked_as_not_read() -> None:
    unread = {one.id for one in findings().values() if one.reading == "unverified"}
    assert unread == {"E023", "E036", "E076", "E143", "E144", "E145"}


def test_a_figure_of_a_finding_is_the_published_one() -> None:
    assert (findings()["E058"].effect, findings()["E058"].unit) == ("-42", "percent")
    assert (findings()["E040"].effect, findings()["E040"].unit) == ("3.05", "pct-points")


def test_no_claim_and_no_parameter_names_a_finding_that_is_not_there() -> None:
    named = {name for one in all_claims().claim for name in one.evidence}
    named |= {name for one in catalogue().values() for name in re.findall(r"\bE\d{3}\b", one.source)}
    assert len(named) > 50
    assert named <= {*findings()}
