"""How likely each block is part of the article, by the trees of `forest` or `forest_heard`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import exp
from typing import Protocol

__all__ = ["Forest", "chances"]


class Forest(Protocol):
    """A module of trees."""

    @property
    def PARTS(self) -> Sequence[Callable[..., float]]: ...  # the sums of some trees each, of all features

    @property
    def SURELY(self) -> Mapping[int, tuple[float, float]]:
        """After so many parts: the sums beyond which no more are asked."""


def chances(forest: Forest, rows: Iterable[Sequence[float]]) -> list[float]:
    """The chance of each row of features, 0 to 1.

    Each part is asked about all rows before the next one is: most of its code stays in the processor's nearest memory.
    """
    asked = list(enumerate(rows))
    sums = [0.0] * len(asked)
    for n, part in enumerate(forest.PARTS, 1):
        for place, row in asked:
            sums[place] += part(*row)
        if n in forest.SURELY:
            low, high = forest.SURELY[n]
            asked = [(place, row) for place, row in asked if low <= sums[place] <= high]
    return [1 / (1 + exp(-total)) for total in sums]
