"""One address, one call: `Fetcher.fetch(url) -> Capture`, or an error that says what happened.

The door to httpx, httpcore, tenacity and protego; importing the room loads none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clipper.fetch.policy import Policy

if TYPE_CHECKING:
    from clipper.fetch.fetcher import Fetcher as Fetcher

__all__ = ["Fetcher", "Policy"]


def __getattr__(name: str) -> Any:
    if name == "Fetcher":
        from clipper.fetch.fetcher import Fetcher

        return Fetcher
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
