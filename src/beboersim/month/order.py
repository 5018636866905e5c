"""The order of a month, in one place."""

from __future__ import annotations

from collections.abc import Callable

from beboersim.month.clearing import clearing
from beboersim.month.context import Context
from beboersim.month.crime import crime
from beboersim.month.demography import demography
from beboersim.month.held_open import buildings, communities, democracy, substance
from beboersim.month.leaving import leaving
from beboersim.month.letting import letting
from beboersim.month.measuring import measuring
from beboersim.month.money import money
from beboersim.month.recording import recording
from beboersim.month.schooling import schooling
from beboersim.month.seekers import seekers
from beboersim.month.stigma import stigma
from beboersim.month.work import work

Process = Callable[[Context], None]

MONTH: tuple[Process, ...] = (
    demography,
    seekers,
    schooling,
    work,
    communities,
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
