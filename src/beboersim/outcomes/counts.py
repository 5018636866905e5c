"""The counts that a town records, area by area. Every share, index and gap is computed from these and nothing else.

Counts are whole numbers or sums, so that areas, years and runs can be added and every metric recomputed by others.
A stock is the state on the date of the row; a flow is what happened in the period that ends on that date (a month in
the towns table, a year in the areas table).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["stock", "flow"]


class Count(NamedTuple):
    """One recorded column: name, stock or flow, unit, and meaning."""

    name: str
    kind: Kind
    unit: str
    meaning: str


COUNTS: tuple[Count, ...] = (
    # Homes and households
    Count("residents", "stock", "persons", "persons registered in the area, lodgers included"),
    Count("households", "stock", "households", "households with a dwelling of their own"),
    Count("lodged_households", "stock", "households", "households without a dwelling, living with others"),
    Count("lodged_persons", "stock", "persons", "persons in households without a dwelling of their own"),
    Count("dwellings_social", "stock", "dwellings", "social dwellings, let or vacant"),
    Count("dwellings_private", "stock", "dwellings", "private rented and owner-occupied dwellings"),
    Count("dwellings_owner", "stock", "dwellings", "owner-occupied dwellings"),
    Count("vacant_social", "stock", "dwellings", "social dwellings empty for over a month (before: under notice)"),
    Count("vacant_private", "stock", "dwellings", "private dwellings without a household"),
    Count("one_person_households", "stock", "households", "households of one person"),
    # Who lives here
    Count("danish", "stock", "persons", "persons of Danish origin, as Danmarks Statistik counts it"),
    Count("western", "stock", "persons", "immigrants and descendants from Western countries"),
    Count("nonwestern_immigrants", "stock", "persons", "immigrants from non-Western countries"),
    Count("nonwestern_descendants", "stock", "persons", "descendants of immigrants from non-Western countries"),
    Count("age_0_17", "stock", "persons", "residents aged 0-17"),
    Count("age_18_64", "stock", "persons", "residents aged 18-64"),
    Count("age_65", "stock", "persons", "residents aged 65 or more"),
    Count("age_30_59", "stock", "persons", "residents aged 30-59"),
    Count("working", "stock", "persons", "residents aged 18-64 in work"),
    Count("studying", "stock", "persons", "residents aged 18-64 in education"),
    Count("outside", "stock", "persons", "residents aged 18-64 with neither work nor education"),
    Count("basic_education", "stock", "persons", "residents aged 30-59 with basic schooling only or not stated"),
    Count("basic_education_danish", "stock", "persons", "the same; only education taken or approved in Denmark counts"),
    Count("low_income", "stock", "persons", "taxpayers aged 15-64 outside education, lowest income fifth"),
    Count("high_income", "stock", "persons", "taxpayers aged 15-64 outside education, highest income fifth"),
    Count("taxpayers", "stock", "persons", "residents aged 15-64 outside education, the base of the income indicator"),
    Count("resourceful", "stock", "households", "households whose resources are above the resourceful line"),
    # The law's indicators as measured on the last 1 January (shares as fractions)
    Count("outside_work_share", "stock", "share", "statutory: 18-64 without work or education, mean over the window"),
    Count("convicted_share", "stock", "share", "statutory: convicted residents aged 18+, mean over the window"),
    Count("basic_education_share", "stock", "share", "statutory: 30-59 with basic schooling only"),
    Count("income_ratio", "stock", "ratio", "statutory: mean gross income over the region's mean"),
    Count("nonwestern_share", "stock", "share", "statutory: non-Western share of the residents"),
    Count("few_persons", "stock", "0/1", "1 where so few residents are simulated that the status may be chance"),
    Count("years_listed", "stock", "years", "consecutive lists the area has been on"),
    Count("margin_residents", "stock", "residents", "fewest residents who would change whether the area is listed"),
    # Reputation
    Count("stigma", "stock", "0-1", "the area's reputation outside, 0 is none"),
    Count("stigma_inside", "stock", "0-1", "the area's reputation among its residents"),
    # Ties between people, on each 1 January
    Count("taking_part", "stock", "persons", "residents who take part in something a plan or an association offers"),
    Count("volunteers", "stock", "persons", "residents who run something as volunteers"),
    Count("on_the_street", "stock", "persons", "young residents who spend their time with a street group"),
    Count("heavy_use", "stock", "persons", "residents with heavy use of alcohol or drugs"),
    # Buildings
    Count("family_share", "stock", "share", "social family dwellings of all dwellings, as a development plan counts"),
    Count("renewal", "stock", "0-1", "what renovation, new tenures and demolition add to the area's attraction"),
    Count("businesses", "stock", "premises", "business premises in use, as at scale 1"),
    # The social plan and what residents have to do with it
    Count("staff", "stock", "staff-years", "a year's work of the social plan's staff, for the residents simulated"),
    Count("in_contact", "stock", "persons", "residents in contact with the staff of the area's social plan"),
    Count("helped_to_work", "stock", "persons", "residents without work who take part in the plan's help towards it"),
    Count("advised", "stock", "persons", "residents whom the plan's staff help with letters and authorities"),
    Count("feel_safe", "stock", "sum", "residents times the share of them who feel safe where they live"),
    # People moving
    Count("births", "flow", "persons", "children born to residents"),
    Count("deaths", "flow", "persons", "residents who died"),
    Count("arrivals", "flow", "persons", "persons who settled from outside the town"),
    Count("departures", "flow", "persons", "residents who left the town"),
    Count("moves_in", "flow", "persons", "persons who moved in from elsewhere in the town"),
    Count("moves_out", "flow", "persons", "persons who moved out to elsewhere in the town"),
    Count("households_in", "flow", "households", "households that took over a social dwelling here"),
    Count("households_out", "flow", "households", "households that moved on from a social dwelling here"),
    Count("resources_in", "flow", "sum", "sum of resources (0-1) of households that took over a social dwelling"),
    Count("resources_out", "flow", "sum", "sum of resources (0-1) of households that gave up a social dwelling"),
    # Letting of social dwellings
    Count("let_rehousing", "flow", "lettings", "social dwellings let as rehousing"),
    Count("let_assigned", "flow", "lettings", "social dwellings let by municipal assignment"),
    Count("let_flexible", "flow", "lettings", "social dwellings let on flexible criteria"),
    Count("let_internal", "flow", "lettings", "social dwellings let to tenants moving within their organisation"),
    Count("let_list", "flow", "lettings", "social dwellings let from the external waiting list by seniority"),
    Count("let_other", "flow", "lettings", "social dwellings let to others when nobody on a list took them"),
    Count("offers", "flow", "offers", "offers of a social dwelling"),
    Count("refusals", "flow", "offers", "offers turned down"),
    Count("offers_resourceful", "flow", "offers", "offers to resourceful households"),
    Count("refusals_resourceful", "flow", "offers", "offers turned down by resourceful households"),
    Count("refused_by_rule", "flow", "times", "times an applicant was passed over because a letting rule bars them"),
    Count("considered", "flow", "times", "times a seeker reached in a queue weighed applying for a home here"),
    Count("avoided", "flow", "times", "of these, would have applied but for the area's name"),
    Count("considered_resourceful", "flow", "times", "the same, by resourceful households"),
    Count("avoided_resourceful", "flow", "times", "of these, would have applied but for the area's name"),
    Count("wait_list", "flow", "months", "sum of months waited by households let from the waiting list"),
    Count("wait_assigned", "flow", "months", "sum of months waited by households assigned by the municipality"),
    Count("wait_flexible", "flow", "months", "sum of months waited by households let on flexible criteria"),
    Count("let_local_youth", "flow", "lettings", "social dwellings let to local young people by priority"),
    Count("convicted", "flow", "persons", "residents aged 18+ convicted at least once in the year"),
    Count("job_starts", "flow", "persons", "residents who found work"),
    Count("job_chances", "flow", "person-months", "months residents of 16 to pension age had no work or education"),
    Count("programme_spend", "flow", "DKK", "helhedsplan money spent in the area"),
    Count("notices", "flow", "households", "households told that they must move because of a plan"),
    Count("rehoused_from", "flow", "households", "households rehoused that lived here before"),
    Count("rehoused_within", "flow", "households", "of these, those that were rehoused in the same area"),
    Count("demolished", "flow", "dwellings", "social dwellings taken down"),
    Count("sold", "flow", "dwellings", "social dwellings that became private"),
    Count("converted", "flow", "dwellings", "family dwellings that became youth or elderly dwellings"),
    Count("infill", "flow", "dwellings", "private dwellings built in the area under a plan"),
    Count("renewal_spend", "flow", "DKK", "spent on renovation from the area's budget"),
    # The people who lived here at the cohort date, followed wherever they live (see outcomes.people)
    Count("cohort_then", "stock", "persons", "residents here at the cohort date who were 18-64 then"),
    Count("cohort_then_working", "stock", "persons", "of these, in work then"),
    Count("cohort_both", "stock", "persons", "of these, alive, known and still 18-64 now"),
    Count("cohort_both_working_then", "stock", "persons", "of those 18-64 both then and now, in work then"),
    Count("cohort_both_working_now", "stock", "persons", "of those 18-64 both then and now, in work now"),
    Count("cohort_now", "stock", "persons", "residents here at the cohort date, of any age then, who are 18-64 now"),
    Count("cohort_now_working", "stock", "persons", "of these, in work now"),
    Count("cohort_now_here", "stock", "persons", "of those 18-64 now, still living in the same area"),
)
NAMES: tuple[str, ...] = tuple(count.name for count in COUNTS)
STOCKS: tuple[str, ...] = tuple(count.name for count in COUNTS if count.kind == "stock")
FLOWS: tuple[str, ...] = tuple(count.name for count in COUNTS if count.kind == "flow")
BROKEN = ("share", "ratio", "0-1", "sum", "staff-years", "premises", "DKK", "months")  # units that are not counted
WHOLE: frozenset[str] = frozenset(count.name for count in COUNTS if count.unit not in BROKEN)
"""Counts that are whole numbers, and are so in the files."""
