"""The levers and switches of buildings: what is common to two towns, what is moved, and the outcome that moves."""

from __future__ import annotations

from beboersim.policy.catalogue import Value

# A list by the rules of 2018 from the start makes transformation areas; a plan that begins at once shows what it does.
PLAN: dict[str, Value] = {"list.rules": "2018", "buildings.plan_rules": "2018", "buildings.lead_months": 6}
RENEWED: dict[str, Value] = {"buildings.renovation_budget": 100_000.0, "buildings.business_premises": 10.0}
ROWS: tuple[tuple[dict[str, Value], str, Value, str], ...] = (
    (PLAN, "buildings.plan_duty", False, "notices"),
    (PLAN, "buildings.plan_rules", "none", "notices"),
    (PLAN, "buildings.plan_demolition", 0.0, "demolished"),
    (PLAN, "buildings.plan_sale", 0.0, "sold"),
    (PLAN, "buildings.plan_conversion", 0.0, "converted"),
    (PLAN, "buildings.plan_infill", 0.0, "infill"),
    (PLAN, "stigma.special_rules_on_name", False, "stigma"),
    (RENEWED, "buildings.renovation_budget", 0.0, "renewal_spend"),
    (RENEWED, "buildings.business_premises", 0.0, "businesses"),
    (RENEWED, "buildings.renewal_on_businesses", False, "businesses"),
    (RENEWED, "buildings.renewal_on_stigma", False, "stigma"),
    ({}, "buildings.strategic_demolition", 0.2, "demolished"),
)
# Looked at where they act, in tests/month/test_buildings.py and tests/claims: a small town shows them by luck alone.
ELSEWHERE = {
    "buildings.businesses_on_jobs",
    "buildings.conditions_on_leaving",
    "buildings.dispensation",
    "buildings.moving_on_children",
    "buildings.priority_on_staying",
    "buildings.renewal_on_seekers",
    "buildings.retention",
}
