"""Numbers that name an area for good, whatever else is in the run."""

from __future__ import annotations

import hashlib


def area_key(municipality: str, name: str) -> int:
    """Return a number of 56 bits made of an area's municipality and name."""
    digest = hashlib.sha256(f"{municipality}/{name}".encode()).digest()
    return int.from_bytes(digest[:7], "big")
