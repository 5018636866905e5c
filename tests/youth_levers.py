"""Levers and switches of the young that no link of a claim sets: what they are moved beside, and to."""

from __future__ import annotations

from beboersim.policy.catalogue import Value

MOVES: tuple[tuple[dict[str, Value], str, Value], ...] = (
    ({}, "youth.club_structure", 0.0),
    ({}, "youth.jobs_lasting", 0.0),
    ({}, "youth.street_authority", True),
    ({}, "youth.street_workers", 0.0),
    ({"youth.cafe_evenings": 2.0}, "youth.cafe_run_by_young", False),
    ({}, "youth.results_on_education", False),
    ({}, "youth.street_on_offending", False),
    ({}, "youth.workers_on_offending", False),
)
