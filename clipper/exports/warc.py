"""The archive as a WARC file: what servers answered, in the order of time, each with its request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from clipper import tape
from clipper.exports.files import new_file
from clipper.models import Capture

if TYPE_CHECKING:
    from clipper.archive import Archive

__all__ = ["Written", "write_warc"]

NOT_MODIFIED = 304


@dataclass(slots=True)
class Written:
    """How many captures were written, and how many checks are none, by reason."""

    captures: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def write_warc(archive: Archive, path: Path, *, url_key: str | None = None, since: datetime | None = None) -> Written:
    """Write all captures, or those of one page, to a new file (`.warc` or `.warc.gz`).

    The file gets its name when it is complete. Raises `FileError` if it exists or cannot be written.
    """
    written = Written()
    with new_file(path) as aside:
        tape.write(aside, _captures(archive, written, url_key, since))
    return written


def _captures(archive: Archive, written: Written, url_key: str | None, since: datetime | None) -> Iterator[Capture]:
    for capture in archive.captures(url_key=url_key, since=since):
        if isinstance(capture, Capture):
            written.captures += 1
            yield replace(capture, headers=()) if capture.status == NOT_MODIFIED else capture
        else:
            written.left_out[capture.reason] += 1
