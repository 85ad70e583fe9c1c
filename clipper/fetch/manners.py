"""How a run behaves towards hosts, whichever of its fetchers asks."""

from __future__ import annotations

from dataclasses import dataclass

from clipper.fetch.breaker import Breaker
from clipper.fetch.pace import Pace
from clipper.fetch.robots import Robots

__all__ = ["Manners"]


@dataclass(frozen=True, slots=True)
class Manners:
    """The pauses, the broken hosts and the robots.txt files that the fetchers of one run share."""

    pace: Pace
    breaker: Breaker
    robots: Robots
