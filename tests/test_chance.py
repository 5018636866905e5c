from __future__ import annotations

import numpy as np
import pytest

from beboersim.chance import (
    PLACE_BITS,
    Purpose,
    address,
    draw,
    fill,
    gumbel,
    in_turn,
    mix,
    normal,
    order_of_turns,
    philox,
    signed,
    stream,
    take_places,
    uniform,
)

ZERO = (0, 0, 0, 0), (0, 0)
ONES = (0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2
PI = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)
# Random123 1.14, kat_vectors, philox4x32-10 (Salmon and others 2011)
KNOWN = [
    (ZERO, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    (ONES, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (PI, (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]


@pytest.mark.parametrize(("given", "expected"), KNOWN)
def test_philox_gives_the_published_known_answers(
    given: tuple[tuple[int, ...], tuple[int, ...]], expected: tuple[int, ...]
) -> None:
    counter, key = given
    seed, entity = signed(key[1] << 32 | key[0]), signed(counter[1] << 32 | counter[0])
    assert tuple(int(word) for word in philox(seed, entity, counter[2], counter[3])) == expected


def test_a_block_is_filled_with_the_published_known_answer() -> None:
    words = np.empty((4, 1), np.uint32)
    fill(0, np.zeros(1, np.int64), 0, 1, 0, words)
    assert tuple(words[:, 0].tolist()) == KNOWN[0][1]


@pytest.mark.parametrize("seed", [0, 1, -1, 2**63 - 1, -(2**63)])
def test_a_block_equals_single_draws_for_any_chunking(seed: int) -> None:
    ids = np.concatenate([np.random.default_rng(3).integers(-(2**62), 2**62, 95), [0, -1, 2**63 - 1, -(2**63), 1]])
    where = address(Purpose.WORK, 24180)
    single = np.array([[int(w) for w in philox(seed, int(i), where, 0)] for i in ids]).T
    for chunk in (1, 7, 64, 100):
        found = np.empty((4, len(ids)), np.uint32)
        for start in range(0, len(ids), chunk):
            stop = min(start + chunk, len(ids))
            words = np.zeros((4, chunk), np.uint32)
            fill(seed, ids, start, stop, where, words)
            found[:, start:stop] = words[:, : stop - start]
        assert (found == single).all()


def test_a_uniform_number_lies_strictly_between_0_and_1() -> None:
    assert 0.0 < uniform(0) < 1e-9
    assert 1.0 - 1e-9 < uniform(2**32 - 1) < 1.0
    assert uniform(2**31) == pytest.approx(0.5, abs=1e-9)


def test_noise_stays_finite_at_both_ends_of_the_words() -> None:
    for word in (0, 2**32 - 1):
        assert np.isfinite(gumbel(uniform(word)))
        assert np.isfinite(normal(uniform(word), uniform(word)))


def test_every_part_of_an_address_changes_the_draw() -> None:
    base = draw(1, 2, 3, 4)
    assert base == draw(1, 2, 3, 4)
    assert len({base, draw(9, 2, 3, 4), draw(1, 9, 3, 4), draw(1, 2, 9, 4), draw(1, 2, 3, 9)}) == 5
    # and so do the upper 32 bits of seed and entity
    assert len({base, draw(1 + 2**40, 2, 3, 4), draw(1, 2 + 2**40, 3, 4)}) == 3


def test_a_purpose_has_a_number_of_its_own_and_never_meets_another_in_any_month() -> None:
    assert len({int(p) for p in Purpose}) == len(Purpose.__members__)
    months = (0, 1, 2010 * 12, 2051 * 12 + 11, 65535)
    assert len({address(p, m) for p in Purpose for m in months}) == len(Purpose) * len(months)
    assert max(address(p, 65535) for p in Purpose) < 2**32


def test_no_two_of_a_million_pairs_share_an_id() -> None:
    # Neighbouring small numbers, as codes, months and ordinals are, and large ids with small numbers.
    small = {mix(a, b) for a in range(1000) for b in range(500)}
    large = {mix(mix(17, a), b) for a in range(1000) for b in range(500)}
    assert len(small | large) == 1_000_000
    assert min(small | large) >= 0


def test_a_pair_is_ordered() -> None:
    assert mix(1, 2) != mix(2, 1)


def test_a_choice_by_gumbel_noise_is_a_logit_choice() -> None:
    """Oracle E: shares equal softmax(U), within five standard errors."""
    utility = np.array([0.0, 0.7, -1.2, 1.5])
    expected = np.exp(utility) / np.exp(utility).sum()
    n = 40_000
    chosen = np.zeros(len(utility))
    for person in range(n):
        noise = [gumbel(draw(5, mix(person, k), address(Purpose.NEIGHBOURHOOD, 1), 0)) for k in range(len(utility))]
        chosen[int(np.argmax(utility + noise))] += 1
    error = np.sqrt(expected * (1.0 - expected) / n)
    assert (np.abs(chosen / n - expected) < 5.0 * error).all()


def test_normal_noise_has_mean_0_and_variance_1() -> None:
    n = 40_000
    words = np.empty((4, n), np.uint32)
    fill(11, np.arange(n), 0, n, 1, words)
    values = np.array([normal(uniform(int(a)), uniform(int(b))) for a, b in zip(words[0], words[1], strict=True)])
    assert abs(values.mean()) < 5.0 / np.sqrt(n)
    assert abs(values.var() - 1.0) < 5.0 * np.sqrt(2.0 / n)


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1, 2**63, 2**64 - 1])
def test_every_seed_of_64_bits_is_taken_and_keeps_its_bits(seed: int) -> None:
    assert -(2**63) <= signed(seed) < 2**63
    assert signed(seed) & 0xFFFFFFFFFFFFFFFF == seed
    assert 0.0 < draw(signed(seed), 1, 2, 3) < 1.0


def test_a_part_of_the_starting_world_has_a_stream_of_its_own() -> None:
    assert stream(1, 101, 3).random() == stream(1, 101, 3).random()
    starts = [stream(1, 101, 3), stream(1, 101, 4), stream(1, 147, 3), stream(2, 101, 3), stream(1, 101, 3, 1)]
    assert len({one.random() for one in starts}) == 5
    assert 0.0 <= stream(2**64 - 1, 101).random() < 1.0


def test_turns_go_by_the_draw_and_equal_draws_by_id() -> None:
    ids = np.random.default_rng(1).permutation(1000).astype(np.int64) * 7919
    turn = order_of_turns(ids, 1, 2)
    assert np.array_equal(in_turn(ids, 1, 2), np.lexsort((ids, turn)))
    assert len(in_turn(ids[:0], 1, 2)) == 0
    places = np.empty(1000, np.int64)
    take_places(np.sort((turn % 10) << PLACE_BITS | np.arange(1000)), ids, places)
    assert np.array_equal(places, np.lexsort((ids, turn % 10)))
