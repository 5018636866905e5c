"""The order of a month, in one place."""

from __future__ import annotations

from collections.abc import Callable

from beboersim.month.buildings import buildings
from beboersim.month.clearing import clearing
from beboersim.month.context import Context
from beboersim.month.crime import crime
from beboersim.month.democracy import democracy
from beboersim.month.demography import demography
from beboersim.month.leaving import leaving
from beboersim.month.letting import letting
from beboersim.month.measuring import measuring
from beboersim.month.meetings import meetings
from beboersim.month.money import money
from beboersim.month.recording import recording
from beboersim.month.safety import safety
from beboersim.month.schooling import schooling
from beboersim.month.seekers import seekers
from beboersim.month.staff import staff
from beboersim.month.stigma import stigma
from beboersim.month.substance import substance
from beboersim.month.volunteering import volunteering
from beboersim.month.work import work
from beboersim.month.youth import youth

Process = Callable[[Context], None]

MONTH: tuple[Process, ...] = (
    demography,
    seekers,
    schooling,
    work,
    staff,
    volunteering,
    youth,
    meetings,
    safety,
    substance,
    crime,
    democracy,
    money,
    leaving,
    letting,
    clearing,
    buildings,
    measuring,
    stigma,
    recording,
)
