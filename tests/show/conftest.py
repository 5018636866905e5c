"""The fake town of tests/experiments serves here too."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "experiments"))


@pytest.fixture(name="fake_town")
def in_place_of_the_real_one() -> Iterator[None]:
    from fake_town import in_fake_town

    with in_fake_town():
        yield
