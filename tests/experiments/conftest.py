"""A town that needs no months, in place of the real one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fake_town import in_fake_town


@pytest.fixture(name="fake_town")
def in_place_of_the_real_one() -> Iterator[None]:
    with in_fake_town():
        yield
