"""Tapes: WARC files read, replayed as an httpx transport, recorded and written.

    Tape.open(path)         the records of a tape, by method and address
    replay(path)            a transport that answers from it, for `Fetcher(transport=…)`
    Recorder(path)          what was on the wire, written as it comes: `Fetcher(tap=…)`
    captures(path)          every page of a tape, for `clip import`
    write(place, captures)  captures as a tape, for `clip export`

The door to warcio; importing the room loads neither it nor httpx.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clipper.tape.reading import Skipped as Skipped
    from clipper.tape.reading import captures as captures
    from clipper.tape.recording import Recorder as Recorder
    from clipper.tape.replaying import Tape as Tape
    from clipper.tape.replaying import replay as replay
    from clipper.tape.writing import write as write

__all__ = ["Recorder", "Skipped", "Tape", "captures", "replay", "write"]

HOMES = {
    "Recorder": "recording",
    "Skipped": "reading",
    "Tape": "replaying",
    "captures": "reading",
    "replay": "replaying",
    "write": "writing",
}


def __getattr__(name: str) -> Any:
    if name in HOMES:
        return getattr(import_module(f"clipper.tape.{HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
