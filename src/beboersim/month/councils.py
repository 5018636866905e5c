"""The local integration council: what it lends to the work of staff and to the residents' meetings (effects M15).

No study of what such a council does was found: the multiplier is 1 unless a preset says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from beboersim.evidence.councils import NO_COUNCIL, coverage
from beboersim.kernel import kernel

if TYPE_CHECKING:
    from beboersim.month.context import Context


@kernel
def council_reach(
    link: float, known: float, local: float, hearings: float, link_gain: float, open_gain: float
) -> float:
    """Return how many times as far staff and residents' meetings reach with an integration council (M15).

    Parameters
    ----------
    link
        1 where there is a council, 0 otherwise.
    known
        Share of the subjects that its members know (evidence/councils.toml).
    local, hearings
        Share of its meetings held out in the areas, and open to all.
    link_gain, open_gain
        What a council gives by being there (C-36), and by knowing, coming out and being open (C-37); assumption.
    """
    return 1.0 + link * (link_gain + open_gain * (known + local + hearings) / 3.0)


def meetings_by_council(c: Context) -> float:
    """Return what the municipality's council adds to the share of chance meetings across groups (C-36).

    The claim is that the tie between municipality and residents helps integration itself, beside whom staff and
    meetings reach. Meetings across groups are what integration goes through here.
    """
    there = c.word("democracy.council") != NO_COUNCIL and c.flag("democracy.council_on_integration")
    return c.parameters.democracy.council_across if there else 0.0


def reach_of_council(c: Context) -> float:
    """Return the multiplier of the council that the municipality has this month."""
    council, p = c.word("democracy.council"), c.parameters.democracy
    return council_reach(
        0.0 if council == NO_COUNCIL else 1.0,
        coverage()[council],
        c.number("democracy.local_meetings"),
        c.number("democracy.open_hearings"),
        p.council_gain if c.flag("democracy.council_on_reach") else 0.0,
        p.open_gain if c.flag("democracy.openness_on_reach") else 0.0,
    )
