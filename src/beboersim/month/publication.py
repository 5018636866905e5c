"""When a list is published: the day a rule set names, also where a scenario keeps the rules beyond their time."""

from __future__ import annotations

from datetime import date

from beboersim.law.lists import ListRules


def publication_in(rules: ListRules, month: date) -> bool:
    """Say whether the year's list by these rules is published in the month that begins on a day.

    One list a year counts. The extra list of 1 February 2014, the first by new rules, is left out: its measurement
    date is not known (lists.md §2, defect c).
    """
    if rules.published is None:
        return False
    days = rules.published_instead.get(month.year) or (date(month.year, *rules.published),)
    last = max(days)
    return (last.year, last.month) == (month.year, month.month)
