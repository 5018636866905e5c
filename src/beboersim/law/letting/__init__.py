"""Letting law: who may be refused, who comes first. Dated rules are data; decisions are small functions of numbers.

* `letting.toml`, `practice.toml`: the dated rules and practices, read by `law.dated`.
* `agreements.toml`, `benefits.toml`: criteria, practices' shares, and the benefits that the rules name.
* `decisions`: what holds for one household and one vacancy. Kernels; `beboersim law letting` calls the same ones.
* `rules`: the dated rules compiled to a table for a day, one row an area.
* `case`: a vacancy and its applicants from a file, decided and explained.

How the month calls it
----------------------
Once a month, on its first day:

1. `facts = AreaFacts(...)`: the areas' status codes; residents and the share of 18-64 outside work as last measured
   (nan where unknown); the share of all adults outside work; and for §§ 51 c and 168 a whether the area was a
   transformation area with a plan, whether the plan is carried out, and the lists running since it left.
2. `terms = Terms(...)`: the levers `letting.<field>` by area. `choices = Choices(rules=letting.rules,
   criteria=letting.criteria, practice=letting.practice, work_share=letting.work_share,
   internal_every=letting.internal_every, special_rules=list.special_rules)`.
3. `table = letting_rules(day, facts, terms, choices)`, handed to the kernels.

For each seeker, once a month, an `Applicant`:

* age of the applicant, persons, children under 18, `youth` (one for whom youth dwellings are meant);
* `grounds`: the bits of `grounds_of` of every member, or-ed. Needs of a member: age, months since a release and since a
  lease cancelled for disorder (NEVER if not), release from a youth institution, citizenship, student or not, and the
  months in a row on each group of benefits (`benefits.toml`);
* of the keepers: the longest working week in hours, the months of that contract (PERMANENT without end), whether it is
  subsidised, whether one is in education, the age of the youngest;
* rooms of the home given up, months since a separation and months at one address before it, a clean record;
* `cash_now`, `cash_months`, `widened_months`: `both(own, partner_counts(married, months_together, 24), partner's)`;
* `lives_here`, `in_organisation`: to be set for each vacancy, from the seeker's own estate and organisation;
* `local_youth`, `dispensation`, `nothing_elsewhere` (a draw with the chance `letting.assignment_fallback`).

For each vacancy, `r = rule_of(table, area)`, `kind = relabelled(kind, square_metres, r)`, and three turns. The month
draws them as addressed coins with chance `r.assignment_share`, `r.flexible_share` and `1 / r.internal_every`, where a
case counts them with `is_the_turn`; `others_turn` likewise with `1 - r.work_share`. Then for `step` in 0 to 5:
`route = route_at(step, r.flexible_duty)` (under a duty only for family dwellings), skipped unless
`is_open(route, kind, ...)`. The route's seekers stand sorted by `place_in_queue`; the first whom
`meant_for` and `fits_the_home` suit, whom `refusal(...)` does not refuse, and who says yes, gets the home. `refusal`
returns a place in REASONS, to be logged with the event.
"""
