"""How everyone is asked changes nothing: any pieces, any number of threads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beboersim.month.asking import WHOLE, Pieces, asked, each_piece, listed
from small_towns import ROOM, differing, has_run, small_town

PIECES = st.builds(Pieces, st.integers(0, 40), st.integers(1, 4))


@given(PIECES, st.integers(0, 200))
def test_spans_follow_each_other_and_hold_every_row_once(pieces: Pieces, total: int) -> None:
    rows = [row for start, stop in pieces.of(total) for row in range(start, stop)]
    assert rows == list(range(total))
    assert all(stop > start for start, stop in pieces.of(total))


@settings(deadline=None, max_examples=60, derandomize=True)
@given(PIECES, st.lists(st.booleans(), max_size=150))
def test_whoever_is_asked_in_pieces_answers_as_the_whole_does(pieces: Pieces, happens: list[bool]) -> None:
    yes = np.array(happens, dtype=bool)

    def question(start: int, stop: int, who: np.ndarray, what: np.ndarray) -> int:
        rows = start + np.flatnonzero(yes[start:stop])
        who[: len(rows)], what[: len(rows)] = rows, rows % 7
        return len(rows)

    who, what = asked(pieces, len(yes), question)
    whole_who, whole_what = asked(WHOLE, len(yes), question)
    assert who.tolist() == whole_who.tolist() == np.flatnonzero(yes).tolist()
    assert what.tolist() == whole_what.tolist()
    counted = each_piece(pieces, len(yes), lambda start, stop: int(yes[start:stop].sum()))
    assert sum(counted) == int(yes.sum())


@given(st.lists(st.booleans(), max_size=60))
def test_the_marked_rows_of_a_block_are_listed_in_order(happens: list[bool]) -> None:
    marks, near = np.ones(64, np.uint8), np.full(64, -1)  # beyond the block as another may have left them
    marks[: len(happens)] = happens
    number = listed(marks, len(happens), near)
    assert near[:number].tolist() == np.flatnonzero(happens).tolist()


@pytest.mark.parametrize("pieces", [Pieces(257), Pieces(0, 2), Pieces(1024, 3)])
def test_a_town_asked_in_pieces_by_threads_is_the_same_town(pieces: Pieces) -> None:
    whole, apart = (has_run(small_town(months=13, events=ROOM, pieces=how)) for how in (WHOLE, pieces))
    assert len(whole.events) > 500
    assert np.array_equal(whole.events, apart.events)
    assert differing(whole.monthly, apart.monthly) == set()
