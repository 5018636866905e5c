"""Designs: which values of which levers and parameters are run together.

A design is a table with a row a point and a column a factor. The samplers fill the unit cube; a factor turns a number
of 0 to 1 into one of its values. Factorials, grids and one-at-a-time list the values themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from beboersim.errors import InputError
from beboersim.policy.where import EVERYWHERE, Where

if TYPE_CHECKING:
    from beboersim.policy.catalogue import Kind, Type, Value

Floats = NDArray[np.float64]
DesignKind = Literal["factorial", "grid", "one-at-a-time", "latin", "sobol", "morris", "table"]
DESIGNS: tuple[DesignKind, ...] = get_args(DesignKind)
SAMPLED: tuple[DesignKind, ...] = ("latin", "sobol", "morris")
MORRIS_LEVELS = 4  # the customary number; methods §3.3
SHOWN_DIGITS = 12


@dataclass(frozen=True)
class Factor:
    """What a design varies: a lever, switch or parameter by its name, or a whole scenario on top of the others.

    Either `values` lists what it may be, or `low` and `high` bound it.
    """

    name: str
    kind: Kind | Literal["scenario"]
    type: Type
    values: tuple[Value, ...] = ()
    low: float = 0.0
    high: float = 1.0
    start: date | None = None
    until: date | None = None
    where: Where = EVERYWHERE

    @property
    def of_policy(self) -> bool:
        """Whether somebody decides it; otherwise it belongs to the future."""
        return self.kind in ("lever", "scenario")

    @property
    def dated(self) -> bool:
        """Whether it holds only from a date or in some places, and not for the whole run."""
        return self.start is not None or self.until is not None or self.where != EVERYWHERE

    def at(self, unit: float) -> Value:
        """Return the value at a place between 0 and 1."""
        if self.values:
            return self.values[min(int(unit * len(self.values)), len(self.values) - 1)]
        value = self.low + unit * (self.high - self.low)
        if self.type == "integer":
            return round(value)
        # Written in a file and read again, it is the same number.
        return float(f"{value:.{SHOWN_DIGITS}g}")

    def ends(self) -> tuple[Value, ...]:
        """Return the values listed, or both ends of the range."""
        return self.values or (self.at(0.0), self.at(1.0))


class Points(NamedTuple):
    """The points of a design: `rows[i]` gives each factor's value, `units[i]` its place in the unit cube if sampled."""

    rows: tuple[dict[str, Value], ...]
    units: Floats | None


@dataclass(frozen=True)
class Design:
    """A kind of design, its factors and its size.

    `size` is the number of points (latin), the base number N (sobol) or of trajectories (morris). A table brings its
    own rows.
    """

    kind: DesignKind
    factors: tuple[Factor, ...]
    size: int = 0
    seed: int = 1
    rows: tuple[Mapping[str, Value], ...] = ()

    def points(self) -> Points:
        """Return the points, always the same ones."""
        names = [factor.name for factor in self.factors]
        if self.kind in SAMPLED:
            units = self._units()
            rows = tuple(
                {factor.name: factor.at(float(unit)) for factor, unit in zip(self.factors, line, strict=True)}
                for line in units
            )
            return Points(rows, units)
        if self.kind == "table":
            return Points(tuple(dict(row) for row in self.rows), None)
        if self.kind == "one-at-a-time":
            return Points(tuple(self._one_at_a_time()), None)
        levels = [factor.ends() for factor in self.factors]
        return Points(tuple(dict(zip(names, chosen, strict=True)) for chosen in product(*levels)), None)

    def __len__(self) -> int:
        if self.kind == "table":
            return len(self.rows)
        if self.kind == "latin":
            return self.size
        if self.kind == "sobol":
            return self.size * (len(self.factors) + 2)
        if self.kind == "morris":
            return self.size * (len(self.factors) + 1)
        lengths = [len(factor.ends()) for factor in self.factors]
        if self.kind == "one-at-a-time":
            return 1 + sum(length - (factor.kind == "scenario") for factor, length in zip(self.factors, lengths,
                                                                                          strict=True))  # fmt: skip
        return int(np.prod(lengths))

    def _one_at_a_time(self) -> Iterator[dict[str, Value]]:
        """Yield a point where nothing is set, and then each value of each factor by itself."""
        yield {factor.name: False for factor in self.factors if factor.kind == "scenario"}
        for factor in self.factors:
            for value in factor.ends():
                if factor.kind == "scenario" and value is False:
                    continue
                off = {other.name: False for other in self.factors if other.kind == "scenario"}
                yield off | {factor.name: value}

    def problem(self) -> dict[str, Any]:
        """Return the factors as SALib describes a problem, over the unit cube."""
        return unit_problem([factor.name for factor in self.factors])

    def _units(self) -> Floats:
        if self.kind == "latin":
            from scipy.stats import qmc

            return np.asarray(qmc.LatinHypercube(len(self.factors), rng=self.seed).random(self.size))
        sample = _salib("sample", self.kind)
        if self.kind == "sobol":
            found = sample(self.problem(), self.size, calc_second_order=False, seed=self.seed)
        else:
            found = sample(self.problem(), self.size, num_levels=MORRIS_LEVELS, seed=self.seed)
        return np.asarray(found, np.float64)


def unit_problem(names: Sequence[str]) -> dict[str, Any]:
    """Return SALib's description of factors that all go from 0 to 1."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _salib(what: Literal["sample", "analyze"], method: str) -> Any:
    """Return SALib's function of a method."""
    from importlib import import_module

    try:
        return getattr(import_module(f"SALib.{what}.{method}"), what)
    except ModuleNotFoundError:
        raise InputError(
            f"the design {method} needs SALib, which is not installed: pip install 'beboersim[sensitivity]'."
        ) from None


def salib_analyze(method: str) -> Any:
    """Return SALib's analysis of a method."""
    return _salib("analyze", method)
