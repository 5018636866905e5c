"""Where origin is read in a month, and nowhere else. A test finds every module that reads it.

Origin is a statistical category that the law uses and that dated facts are published by. It never enters `resources`,
what a household likes, who applies, who accepts, or who is convicted. The start is drawn from published figures by
origin as well (docs/odd.md).
"""

from __future__ import annotations

from typing import NamedTuple


class Reading(NamedTuple):
    """One place where a process reads origin.

    `ground` is why: law, dated_fact, others (what other people do), or counted (reported, and decides nothing). `key`
    names what is read in words (show/words/origin.toml). `equal` is the setting under which it makes no difference, if
    there is one. `modules` are the files of month/ that read it.
    """

    process: str
    ground: str
    key: str
    equal: str
    modules: tuple[str, ...]


READINGS = (
    Reading("demography", "dated_fact", "births", "demography.nonwestern_births=1", ("demography",)),
    Reading("demography", "dated_fact", "couples", "", ("demography",)),
    Reading("demography", "counted", "newborns", "", ("demography",)),
    Reading("seekers", "dated_fact", "newcomers", "", ("seekers", "exchange", "deck", "alone")),
    Reading("work", "dated_fact", "employment", "time.standstill=true", ("work",)),
    Reading("work", "others", "callbacks", "stigma.on_callbacks=false", ("work",)),
    Reading("meetings", "others", "meetings", "meetings.across_groups=false", ("meetings",)),
    Reading("meetings", "dated_fact", "language", "meetings.language=false", ("meetings",)),
    Reading("meetings", "others", "neighbours", "meetings.contacts=false", ("meetings",)),
    Reading("meetings", "others", "schools", "meetings.school_choice=false", ("school_choice",)),
    Reading("letting", "law", "citizenship", "list.special_rules=false", ("letting", "applicants")),
    Reading("measuring", "law", "criterion", "list.ethnicity_criterion=false", ("measuring",)),
    Reading("stigma", "others", "label", "stigma.ethnicity=0", ("stigma",)),
    Reading("recording", "counted", "counts", "", ("tallies", "recording")),
)
