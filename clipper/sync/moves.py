"""Where a source is now: as far as it said that it moved for good."""

from __future__ import annotations

from itertools import pairwise

from clipper.models import Capture

__all__ = ["moved_to"]

FOR_GOOD = (301, 308)
FOR_NOW = (302, 303, 307)


def moved_to(capture: Capture) -> str | None:
    """The address that redirects of the lasting kind led to, and nothing else before them; None if none did."""
    here = capture.url
    for hop, following in pairwise(capture.hops):
        if hop.status in FOR_NOW or following.via != "http":
            break
        if hop.status in FOR_GOOD:
            here = following.url
    return here if here != capture.url else None
