from __future__ import annotations

import numpy as np
import pytest

from beboersim.town import Town
from beboersim.world.codes import AT_THE_GATE, ELSEWHERE
from beboersim.world.state import World
from small_towns import ROOM, START, assert_consistent, differing, has_run, log_of, small_town


@pytest.mark.parametrize(
    ("places", "scale", "cohort"),
    [(("Svendborg",), 0.05, True), (("Aarhus", "Odense"), 0.02, False), (("Ærø",), 0.2, True)],
)
def test_tables_are_consistent_after_every_month(places: tuple[str, ...], scale: float, cohort: bool) -> None:
    town = small_town(places, scale=scale, months=26, cohorts=(START,) if cohort else ())
    assert_consistent(town)
    for _ in range(26):
        town.step()
        assert_consistent(town)


def test_compaction_changes_no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = has_run(small_town(months=27, events=ROOM, cohorts=(START,)))
    monkeypatch.setattr(World, "compact", lambda self: None)
    without = has_run(small_town(months=27, events=ROOM, cohorts=(START,)))
    assert without.world.used[0] > with_it.world.used[0]
    assert (log_of(with_it) == log_of(without)).all()
    # Sums of fractions are added in the order of rows, so they may differ in the last digit.
    for one, other in zip(with_it.monthly, without.monthly, strict=True):
        for name, counts in one.counts.items():
            np.testing.assert_allclose(counts, other.counts[name], rtol=1e-12, err_msg=name)


def test_compaction_drops_free_rows_and_loses_nobody() -> None:
    town = small_town(months=11)
    has_run(town)
    before = np.sort(
        town.world.persons.id[: town.world.used[0]][town.world.persons.household[: town.world.used[0]] >= 0]
    )
    town.world.compact()
    n = int(town.world.used[0])
    assert (town.world.persons.household[:n] >= 0).all()
    assert (np.sort(town.world.persons.id[:n]) == before).all()
    assert_consistent(town)


def test_room_is_made_without_changing_what_is_there(fresh: Town) -> None:
    world = small_town(scale=0.02).world
    ids = world.persons.id[: world.used[0]].copy()
    world.reserve(10 * len(world.persons.id), 1, 1)
    assert len(world.persons.id) >= 10 * len(ids)
    assert (world.persons.id[: world.used[0]] == ids).all()


def test_after_the_places_come_elsewhere_and_a_gate_for_each_municipality() -> None:
    world = small_town(("Aarhus", "Odense"), scale=0.01).world
    assert world.areas.kind[world.elsewhere] == ELSEWHERE
    assert [int(world.areas.kind[world.gate(m)]) for m in range(2)] == [AT_THE_GATE] * 2
    assert [int(world.areas.municipality[world.gate(m)]) for m in range(2)] == [0, 1]
    assert world.areas.municipality[world.elsewhere] == -1
    assert len(world.areas.kind) == world.places + 3


def test_a_person_costs_no_more_memory_than_designed() -> None:
    """All tables over living persons at the end of a run: at most 128 bytes (design §9)."""
    town = has_run(small_town(months=13, scale=0.2))
    living = int((town.world.persons.household[: int(town.world.used[0])] >= 0).sum())
    assert town.world.size_in_bytes() / living <= 128.0


def test_following_a_cohort_changes_nothing_in_the_town() -> None:
    plain = has_run(small_town(months=37))
    followed = has_run(small_town(months=37, cohorts=(START,)))
    assert {name for name in differing(plain.monthly, followed.monthly) if not name.startswith("cohort_")} == set()
