"""The month's ledger: what moved, area by area, and the log of single events."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from beboersim.kernel import borrowing
from beboersim.outcomes.counts import FLOWS
from beboersim.world.columns import F64, I64
from beboersim.world.state import Households

FLOW = {name: index for index, name in enumerate(FLOWS)}
BIRTHS = FLOW["births"]
DEATHS = FLOW["deaths"]
ARRIVALS = FLOW["arrivals"]
DEPARTURES = FLOW["departures"]
MOVES_IN = FLOW["moves_in"]
MOVES_OUT = FLOW["moves_out"]


class Event(IntEnum):
    """Kinds of events in the log."""

    BIRTH = 1
    DEATH = 2
    LEFT_HOME = 3
    SEPARATION = 4
    UNION = 5
    ACTIVITY = 6
    EDUCATION = 7
    CONVICTION = 8
    SEARCH = 9
    DEPARTURE = 10
    OFFER_REFUSED = 11
    LET = 12
    BARRED = 13
    PRIVATE_MOVE = 14
    SETTLED = 15
    GAVE_UP = 16
    LISTED = 17
    COMPLETED = 18
    TAKEN_IN = 19
    NOTICE = 30
    HOME_GONE = 31


EV_BIRTH = int(Event.BIRTH)
EV_DEATH = int(Event.DEATH)
EV_LEFT_HOME = int(Event.LEFT_HOME)
EV_SEPARATION = int(Event.SEPARATION)
EV_UNION = int(Event.UNION)
EV_ACTIVITY = int(Event.ACTIVITY)
EV_EDUCATION = int(Event.EDUCATION)
EV_CONVICTION = int(Event.CONVICTION)
EV_SEARCH = int(Event.SEARCH)
EV_DEPARTURE = int(Event.DEPARTURE)
EV_OFFER_REFUSED = int(Event.OFFER_REFUSED)
EV_LET = int(Event.LET)
EV_BARRED = int(Event.BARRED)
EV_PRIVATE_MOVE = int(Event.PRIVATE_MOVE)
EV_SETTLED = int(Event.SETTLED)
EV_GAVE_UP = int(Event.GAVE_UP)
EV_TAKEN_IN = int(Event.TAKEN_IN)
EV_NOTICE = int(Event.NOTICE)
EV_HOME_GONE = int(Event.HOME_GONE)


class Ledger(NamedTuple):
    """Flows of the month (flow × area) and the event log (month, kind, who, with whom or where, value).

    A log without rows is off: `note` then does nothing.
    """

    flows: F64
    events: I64
    noted: I64


@borrowing
def note(ledger: Ledger, month: int, kind: int, who: int, other: int, value: int) -> None:
    """Write one event into the log, if it is on."""
    n = ledger.noted[0]
    if n < ledger.events.shape[0]:
        ledger.events[n, 0] = month
        ledger.events[n, 1] = kind
        ledger.events[n, 2] = who
        ledger.events[n, 3] = other
        ledger.events[n, 4] = value
        ledger.noted[0] = n + 1


@borrowing
def moved(ledger: Ledger, households: Households, places: int, household: int, origin: int, target: int) -> None:
    """Book a household's change of area: moves within the town, arrivals from outside, departures from it.

    Areas with index `places` or more are outside the town. A move within one area is no flow between areas.
    """
    size = float(households.size[household])
    if origin == target:
        return
    if origin < places and target < places:
        ledger.flows[MOVES_OUT, origin] += size
        ledger.flows[MOVES_IN, target] += size
    elif origin < places:
        ledger.flows[DEPARTURES, origin] += size
    elif target < places:
        ledger.flows[ARRIVALS, target] += size
