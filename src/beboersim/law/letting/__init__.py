"""Letting law: who may be refused, who comes first. Dated rules are data; decisions are small functions of numbers.

* `letting.toml`, `practice.toml`: the dated rules and practices, read by `law.dated`.
* `agreements.toml`, `benefits.toml`: criteria, practices' shares, and the benefits that the rules name.
* `decisions`: what holds for one household and one vacancy. Kernels; `beboersim law letting` calls the same ones.
* `rules`: the dated rules compiled to a table for a day, one row an area.
* `case`: a vacancy and its applicants from a file, decided and explained.

How the month calls it
----------------------
Once a month `month.letting` makes a table for its first day: `letting_rules(day, AreaFacts, Terms, Choices)`, from the
areas' statuses and last measurement and from the levers `letting.<field>`. `month.applicants` describes every seeker as
an `Applicant`, with proxies for what the tables do not hold. For each vacancy, `r = rule_of(table, area)`,
`kind = relabelled(kind, square_metres, r)`, and the turns are addressed coins with chance `r.assignment_share`,
`r.flexible_share`, `1 / r.internal_every` and `1 - r.work_share`, where a case counts them with `is_the_turn`. Then
for `step` in 0 to 5: `route = route_at(step, duty)`, skipped unless `is_open(route, kind, ...)`. The route's seekers
stand in the order of `place_in_queue`; the first whom `meant_for` and `fits_the_home` suit, whom `refusal(...)` does
not refuse, and who says yes, gets the home. `refusal` returns a place in REASONS, which is logged with the event.
"""
