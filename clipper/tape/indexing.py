"""Where on a tape each answer is, for the indexes of other tools."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clipper.errors import TapeError

__all__ = ["Place", "places"]

REVISIT = "warc/revisit"


@dataclass(frozen=True, slots=True)
class Place:
    """One answer: its record begins at `offset` and is `length` bytes long, as it is on the disk."""

    url: str
    date: str  # as the record has it
    mime: str
    status: str
    digest: str
    offset: int
    length: int


def places(path: Path) -> Iterator[Place]:
    """Every response, revisit and resource in its order; raises `TapeError` where the tape is damaged."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    try:
        with path.open("rb") as file:
            records = ArchiveIterator(file)
            for record in records:
                if record.rec_type not in ("response", "revisit", "resource"):
                    continue
                headers = record.rec_headers
                http = record.http_headers
                mime = (http.get_header("Content-Type") if http else record.content_type) or "application/octet-stream"
                records.read_to_end(record)
                yield Place(
                    url=headers.get_header("WARC-Target-URI"),
                    date=headers.get_header("WARC-Date"),
                    mime=REVISIT if record.rec_type == "revisit" else mime.partition(";")[0].strip(),
                    status=http.get_statuscode() if http else "200",
                    digest=headers.get_header("WARC-Payload-Digest") or "",
                    offset=records.get_record_offset(),
                    length=records.get_record_length(),
                )
    except (OSError, ArchiveLoadFailed, EOFError, ValueError) as error:
        raise TapeError(f"cannot read the tape {path}: {error}") from error
