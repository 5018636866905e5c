"""Chance with addresses: every draw is a pure function of seed, entity, purpose, month and attempt.

Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011) turns a 64-bit key and a 128-bit counter into four 32-bit words. The
key is the seed. The counter is the address: the entity's 64-bit id, a word for purpose and month, and a word for the
attempt. No draw can shift another, so two scenarios that differ in one rule share all the chance that the rule does
not touch.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from beboersim.kernel import borrowing, kernel

MULTIPLIER_A = np.uint64(0xD2511F53)
MULTIPLIER_B = np.uint64(0xCD9E8D57)
WEYL_A = np.uint64(0x9E3779B9)
WEYL_B = np.uint64(0xBB67AE85)
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
ROUNDS = 10
# Golden-ratio increment and the two multipliers of the splitmix64 finaliser (Steele, Lea and Flood 2014).
MIX_STEP = np.uint64(0x9E3779B97F4A7C15)
MIX_A = np.uint64(0xBF58476D1CE4E5B9)
MIX_B = np.uint64(0x94D049BB133111EB)
SIGN_OFF = np.uint64(0x7FFFFFFFFFFFFFFF)
UNIT = 2.0**-32
ANY_WORD = np.uint32(0xFFFFFFFF)
PLACE_BITS = 31  # beside the 32 of a draw in a signed number of 64


class Purpose(IntEnum):
    """What a draw is for. A number is never reused for another purpose."""

    DEMOGRAPHY = 1
    SCHOOLING = 2
    WORK = 3
    CRIME = 4
    LEAVING = 5
    SEEKING = 6
    ROUTE = 7
    APPLYING = 8
    ACCEPTING = 9
    NEIGHBOURHOOD = 10
    ARRIVAL = 11
    BUILDING = 12
    JOINING = 13
    NEWBORN = 14
    SETTLING = 15
    PARTNER = 16
    LOOKING = 17
    TURN = 18
    TAKING_IN = 19
    TENURE = 20
    BENEFIT = 21
    FALLBACK = 22
    STAFF = 23
    VOLUNTEERING = 24
    YOUTH = 25
    STREET = 26
    MEETINGS = 27
    SAFETY = 28
    SUBSTANCE = 29
    DEMOCRACY = 30
    BUILDINGS = 31
    REHOUSED = 32
    TIES_AT_START = 33
    HARD_TO_LET = 34


def address(purpose: Purpose, month: int) -> int:
    """Return the 32-bit word that holds purpose (upper half) and month (lower half)."""
    return (int(purpose) << 16) | (month & 0xFFFF)


def signed(word: int) -> int:
    """Return a 64-bit word as the signed number that kernels take, so that every seed up to 2**64 - 1 can be used."""
    word &= 0xFFFFFFFFFFFFFFFF
    return word - (1 << 64) if word >> 63 else word


@kernel
def philox(seed: int, entity: int, purpose_month: int, attempt: int) -> tuple[int, int, int, int]:
    """Return four 32-bit words (as 64-bit numbers) for one address.

    Parameters
    ----------
    seed
        The key, 64 bits.
    entity
        Who draws, 64 bits.
    purpose_month
        See `address`; 32 bits.
    attempt
        The number of the draw within purpose and month; 32 bits.

    Notes
    -----
    32-bit arithmetic is done in 64 bits and masked, because numba widens 32-bit products silently.
    """
    k0 = np.uint64(seed) & LOW
    k1 = np.uint64(seed) >> HALF
    c0 = np.uint64(entity) & LOW
    c1 = np.uint64(entity) >> HALF
    c2 = np.uint64(purpose_month) & LOW
    c3 = np.uint64(attempt) & LOW
    for _ in range(ROUNDS):
        a = MULTIPLIER_A * c0
        b = MULTIPLIER_B * c2
        c0 = (b >> HALF) ^ c1 ^ k0
        c1 = b & LOW
        c2 = (a >> HALF) ^ c3 ^ k1
        c3 = a & LOW
        k0 = (k0 + WEYL_A) & LOW
        k1 = (k1 + WEYL_B) & LOW
    return c0, c1, c2, c3  # type: ignore[return-value]


@kernel
def uniform(word: int) -> float:
    """Turn a 32-bit word into a number strictly between 0 and 1."""
    return (float(word) + 0.5) * UNIT


@kernel
def highest_word(chance: float) -> int:
    """Return a word that no word exceeds whose number is below a chance: what rules most draws out at a glance."""
    return min(np.int64(np.ceil(chance / UNIT)), np.int64(ANY_WORD))  # type: ignore[return-value]


@kernel
def draw(seed: int, entity: int, purpose_month: int, attempt: int) -> float:
    """Return one number strictly between 0 and 1 for an address."""
    return uniform(philox(seed, entity, purpose_month, attempt)[0])


@kernel
def gumbel(u: float) -> float:
    """Turn a uniform number into standard Gumbel noise; the largest utility plus noise is a logit choice."""
    return -np.log(-np.log(u))


@kernel
def normal(u: float, v: float) -> float:
    """Turn two uniform numbers into a standard normal one (Box and Muller 1958)."""
    return np.sqrt(-2.0 * np.log(u)) * np.cos(2.0 * np.pi * v)


@kernel
def mix(a: int, b: int) -> int:
    """Return a 63-bit id from an ordered pair of ids, so that a pair has its own address.

    Two rounds of the splitmix64 finaliser. Over ten million pairs the chance of any collision is about 5e-6.
    """
    z = np.uint64(a) * MIX_STEP + np.uint64(b) + MIX_STEP
    z = (z ^ (z >> np.uint64(30))) * MIX_A
    z = (z ^ (z >> np.uint64(27))) * MIX_B
    z = z ^ (z >> np.uint64(31))
    z = (z ^ (np.uint64(b) * MIX_B)) * MIX_A
    z = (z ^ (z >> np.uint64(29))) * MIX_B
    return np.int64((z ^ (z >> np.uint64(32))) & SIGN_OFF)  # type: ignore[return-value]


@borrowing
def fill(
    seed: int, ids: NDArray[np.int64], start: int, stop: int, purpose_month: int, words: NDArray[np.uint32]
) -> None:
    """Draw a block: the four words of entities ``ids[start:stop]`` into ``words[0:4, 0:stop-start]``."""
    fill_attempt(seed, ids, start, stop, purpose_month, 0, words)


@borrowing
def fill_attempt(
    seed: int,
    ids: NDArray[np.int64],
    start: int,
    stop: int,
    purpose_month: int,
    attempt: int,
    words: NDArray[np.uint32],
) -> None:
    """Draw a block as `fill` does, of another attempt than the first.

    Straight loops without branches, so that the compiler uses the processor's vector instructions.
    """
    k0 = np.uint64(seed) & LOW
    k1 = np.uint64(seed) >> HALF
    purpose_word = np.uint64(purpose_month) & LOW
    attempt_word = np.uint64(attempt) & LOW
    own = ids[start:stop]
    first, second, third, fourth = words[0], words[1], words[2], words[3]
    for i in range(own.shape[0]):
        entity = np.uint64(own[i])
        c0 = entity & LOW
        c1 = entity >> HALF
        c2 = purpose_word
        c3 = attempt_word
        q0 = k0
        q1 = k1
        for _ in range(ROUNDS):
            a = MULTIPLIER_A * c0
            b = MULTIPLIER_B * c2
            c0 = (b >> HALF) ^ c1 ^ q0
            c1 = b & LOW
            c2 = (a >> HALF) ^ c3 ^ q1
            c3 = a & LOW
            q0 = (q0 + WEYL_A) & LOW
            q1 = (q1 + WEYL_B) & LOW
        first[i] = np.uint32(c0)
        second[i] = np.uint32(c1)
        third[i] = np.uint32(c2)
        fourth[i] = np.uint32(c3)


@kernel
def order_of_turns(ids: NDArray[np.int64], seed: int, purpose_month: int) -> NDArray[np.int64]:
    """Return a draw for each id that decides whose turn comes first."""
    words = np.empty((4, ids.shape[0]), np.uint32)
    fill_attempt(seed, ids, 0, ids.shape[0], purpose_month, 1, words)
    return words[0].astype(np.int64)


def in_turn(ids: NDArray[np.int64], seed: int, purpose_month: int) -> NDArray[np.int64]:
    """Return the places of ids in the order of their turns; those that draw the same go by id.

    Draws and places are sorted as one number each, which is a fraction of the work of sorting by two columns.
    """
    places = np.empty(len(ids), np.int64)
    take_places(np.sort(keys_of_turns(ids, seed, purpose_month)), ids, places)
    return places


@kernel
def keys_of_turns(ids: NDArray[np.int64], seed: int, purpose_month: int) -> NDArray[np.int64]:
    """Return for each id its draw and, in the low bits, its place."""
    keys = order_of_turns(ids, seed, purpose_month)
    for k in range(keys.shape[0]):
        keys[k] = keys[k] << PLACE_BITS | k
    return keys


@borrowing
def take_places(keys: NDArray[np.int64], ids: NDArray[np.int64], places: NDArray[np.int64]) -> None:
    """Fill in the places of sorted keys of turns; ids that drew the same are put in their own order."""
    for k in range(keys.shape[0]):
        place = keys[k] & ((1 << PLACE_BITS) - 1)
        at = k
        while at > 0 and keys[at - 1] >> PLACE_BITS == keys[k] >> PLACE_BITS and ids[places[at - 1]] > ids[place]:
            places[at] = places[at - 1]
            at -= 1
        places[at] = place


def stream(seed: int, *address_words: int) -> np.random.Generator:
    """Return a generator for building one part of the starting world, addressed by numbers that name the part.

    Only the synthesis uses streams: a part (an area, a municipality) is built whole before anything happens, so no
    event can shift it.
    """
    entity = 0
    for word in address_words:
        entity = mix(entity, word)
    key = np.array([seed & 0xFFFFFFFFFFFFFFFF, entity], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))
