"""Asking everyone: the half of a process that only reads, in one piece or in several, by one thread or by more.

A question goes over a span of rows and writes down to whom something happens, and what. It changes nothing, so how the
rows are divided cannot change the answer; what happens is carried out afterwards, by one thread, in order.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np

from beboersim.kernel import borrowing
from beboersim.world.columns import I32, I64, U8

BLOCK = 1024  # rows for which chance is drawn at a time

Question = Callable[[int, int, I32, U8], int]
"""From row, to row (not included), room for the rows and for what happens to them; returns how many were written."""


@borrowing
def listed(marks: U8, rows: int, near: I64) -> int:
    """Write down which of a block's rows are marked (1, the others 0), in order; return how many.

    Marking is a straight loop of its own, so that the compiler uses the processor's vector instructions. Here eight
    marks are looked at as one number, which is nought for most.
    """
    eights = marks.view(np.uint64)
    whole = rows // 8
    number = 0
    for eight in range(whole):
        if eights[eight] != 0:
            for k in range(8 * eight, 8 * eight + 8):
                near[number] = k
                number += marks[k]
    for k in range(8 * whole, rows):
        near[number] = k
        number += marks[k]
    return number


class Pieces(NamedTuple):
    """How a table is gone through: rows a piece (0: even shares), and threads at work."""

    rows: int = 0
    threads: int = 1

    def of(self, total: int) -> list[tuple[int, int]]:
        """Return the spans of a table of so many rows."""
        size = self.rows or -(-total // self.threads)
        return [(start, min(start + size, total)) for start in range(0, total, max(size, 1))]


WHOLE = Pieces()


@cache
def workers(threads: int) -> ThreadPoolExecutor:
    """Return threads that wait for questions; kernels run without the interpreter lock."""
    return ThreadPoolExecutor(threads, thread_name_prefix="beboersim")


def each_piece(pieces: Pieces, total: int, act: Callable[[int, int], int]) -> list[int]:
    """Let `act` go over every span of the rows and return what it returned, in order."""
    spans = pieces.of(total)
    if pieces.threads == 1 or len(spans) == 1:
        return [act(start, stop) for start, stop in spans]
    return list(workers(pieces.threads).map(lambda span: act(*span), spans))


def asked(pieces: Pieces, total: int, question: Question) -> tuple[I32, U8]:
    """Return the rows to whom something happens, in the order of the rows, and what happens."""
    who = np.empty(total, np.int32)
    what = np.empty(total, np.uint8)
    found = each_piece(pieces, total, lambda start, stop: question(start, stop, who[start:stop], what[start:stop]))
    if len(found) == 1:
        return who[: found[0]], what[: found[0]]
    spans = zip(pieces.of(total), found, strict=True)
    chosen = np.concatenate([np.arange(start, start + n) for (start, _), n in spans]) if found else np.zeros(0, int)
    return who[chosen], what[chosen]
