"""Small towns that have run once and are read by many tests. Whoever changes a town makes one of their own."""

from __future__ import annotations

import pytest

from beboersim.town import Town
from small_towns import START, small_town

# What takes longest starts first, so that no process is left with it when the others are done.
LONG = (
    "test_with_kernels_compiled_now", "test_the_notebook_makes", "test_a_run_can_go_on_to_2050",
    "test_a_sweep_of_a_town_that_was_killed", "test_analyse_tells_people", "test_agents_and_kernels_write",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not any(name in item.nodeid for name in LONG))


@pytest.fixture(scope="session")
def fresh() -> Town:
    """Svendborg on its first day; not to be changed."""
    return small_town()


@pytest.fixture(scope="session")
def two_years() -> Town:
    """Svendborg after two years, a cohort followed; not to be changed."""
    town = small_town(cohorts=(START,), months=24)
    town.run(town.until)
    return town
