"""Where a change holds: everywhere, in named areas, in a municipality, or where an area has a status."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from beboersim.errors import meant
from beboersim.policy.catalogue import shown

if TYPE_CHECKING:
    from collections.abc import Collection

# Status codes of an area: 0 none, 1 prevention area, 2 disadvantaged, 3 also ghetto or parallel society,
# 4 also hard ghetto or transformation area. Every name of the law means "this or worse", but none and prevention.
STATUSES: dict[str, tuple[int, ...]] = {
    "none": (0,),
    "forebyggelse": (1,),
    "udsat": (2, 3, 4),
    "listed": (2, 3, 4),
    "ghetto": (3, 4),
    "parallelsamfund": (3, 4),
    "hard_ghetto": (4,),
    "omdannelsesomraade": (4,),
}


@dataclass(frozen=True)
class Where:
    """Where a change holds."""

    kind: Literal["all", "places", "municipality", "status"] = "all"
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.kind if self.kind == "all" else f"{self.kind}: {', '.join(self.names)}"

    @property
    def codes(self) -> tuple[int, ...]:
        """The status codes meant."""
        return STATUSES[self.names[0]] if self.kind == "status" else ()

    def hides(self, earlier: Where) -> bool:
        """Say whether this sets again, in part or whole, what an earlier change set from the same date.

        A narrower place after a wider one is meant: all areas so, this one otherwise.
        """
        if self.kind == "all":
            return True
        if self.kind != earlier.kind:
            return False
        return self.codes == earlier.codes if self.kind == "status" else bool({*self.names} & {*earlier.names})


EVERYWHERE = Where()


@cache
def known_areas() -> frozenset[str]:
    """Return the names of the shipped areas."""
    from beboersim.evidence.areas import read_areas

    return frozenset(row.area for row in read_areas())


def read_where(given: object, areas: Collection[str] = ()) -> Where:
    """Return the place a scenario means, or raise ValueError with one sentence.

    ``areas`` are names known beside the shipped ones, from the user's own area table.
    """
    from beboersim.evidence.municipalities import known_as, names

    if given == "all":
        return EVERYWHERE
    forms = '"all", { places = ["..."] }, { municipality = "..." } or { status = "..." }'
    if not isinstance(given, dict) or len(given) != 1:
        raise ValueError(f"where is {shown(given)}. It is written as one of {forms}.")
    kind, value = next(iter(given.items()))
    if kind == "places":
        if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
            raise ValueError('places is a list of names, such as ["Bispehaven"].')
        valid = known_areas().union(areas)
        for name in value:
            if name not in valid:
                raise ValueError(f"{shown(name)} is not a known area.{meant(name, sorted(valid))}")
        return Where("places", tuple(dict.fromkeys(value)))
    if kind == "municipality":
        known = known_as(value) if isinstance(value, str) else None
        if known is None:
            raise ValueError(f"{shown(value)} is not a Danish municipality.{meant(str(value), names())}")
        return Where("municipality", (known,))
    if kind == "status":
        if not isinstance(value, str) or value not in STATUSES:
            raise ValueError(f"{shown(value)} is not a status. The statuses are {', '.join(STATUSES)}.")
        return Where("status", (value,))
    raise ValueError(f"where has no {shown(kind)}. It is written as one of {forms}.")
