"""Small towns that have run once and are read by many tests. Whoever changes a town makes one of their own."""

from __future__ import annotations

import pytest

from beboersim.town import Town
from small_towns import START, small_town


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
