"""What an import finds: a page with its bytes, an address that somebody kept, or nothing that can be filed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clipper.models import Capture, Extraction

__all__ = ["Found", "Kept", "Saved", "Skipped"]


@dataclass(frozen=True, slots=True)
class Saved:
    """A page that was saved with its content; without an extraction it has still to be read."""

    capture: Capture
    extraction: Extraction | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """An address that somebody kept, without its content; `watch` if it was looked at regularly."""

    url: str
    title: str | None = None
    at: datetime | None = None
    tags: tuple[str, ...] = ()
    note: str | None = None
    watch: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    """What cannot be filed, and why."""

    name: str
    reason: str


Found = Saved | Kept | Skipped
