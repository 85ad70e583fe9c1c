"""How small an archive is: captures of years, against WARC with gzip per record and revisits.

    python -m benchmarks.storage [FOLDER] [--check]

FOLDER holds one folder a page with captures named by time (`20250409T003004Z.html.gz`). All
captures are filed with all their bytes. Read back: each body, checked byte for byte. `--check` demands bodies at least 11 and the
whole file at least 2.5 times smaller.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha1, sha256
from io import BytesIO
from pathlib import Path

from clipper.archive import Archive
from clipper.models import Capture, Extraction, Verdict

DATA = Path(__file__).parents[1] / ".." / "shared" / "data" / "versions"
LEAST_BODIES, LEAST_WHOLE = 11, 2.5
HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-cache, must-revalidate"),
    ("Server", "nginx"),
)


def captures(folder: Path) -> Iterator[tuple[str, Capture]]:
    """Every capture of every page, in the order of time."""
    found = [(file.name.split(".")[0], file.parent.name, file) for file in folder.glob("*/*.html.gz")]
    for moment, page, file in sorted(found):
        at = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        url = f"https://{page}.example/"
        body = gzip.decompress(file.read_bytes())
        yield page, Capture(url, url, 200, HEADERS, body, at, source="import")


def read(capture: Capture) -> Extraction:
    """The article as trafilatura alone reads it, when it is at hand; the page's words otherwise."""
    try:
        import trafilatura
    except ImportError:
        text = " ".join(capture.body.decode("utf-8", "replace").split()[:2000])
        return Extraction(Verdict.OK, markdown=text, text=text, words=len(text.split()))
    markdown = trafilatura.extract(capture.body.decode("utf-8", "replace"), output_format="markdown", fast=True)
    text = markdown or ""
    verdict = Verdict.OK if text else Verdict.EMPTY
    return Extraction(verdict, markdown=text, text=text, words=len(text.split()))


def warc_size(every: list[tuple[str, Capture]]) -> int:
    """The same captures as warcio writes them: a record each, bytes seen before as a revisit."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = BytesIO()
    writer = WARCWriter(out, gzip=True)
    seen: dict[bytes, str] = {}
    for _, capture in every:
        http = StatusAndHeaders("200 OK", list(capture.headers), protocol="HTTP/1.1")
        date = capture.fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        digest = sha1(capture.body, usedforsecurity=False).digest()
        if digest in seen:
            record = writer.create_revisit_record(capture.url, f"sha1:{digest.hex()}", capture.url, seen[digest], http)
        else:
            seen[digest] = date
            record = writer.create_warc_record(
                capture.url,
                "response",
                payload=BytesIO(capture.body),
                http_headers=http,
                warc_headers_dict={"WARC-Date": date},
            )
        writer.write_record(record)
    return len(out.getvalue())


def main(folder: Path, *, check: bool) -> None:
    every = list(captures(folder))
    if not every:
        sys.exit(f"no captures in {folder}; the benchmark needs a series of saved pages")
    readings = [read(capture) for _, capture in every]
    raw, warc = sum(len(c.body) for _, c in every), warc_size(every)
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "archive.db"
        started = time.perf_counter()
        with Archive.open(path, create=True, keep_bodies="all") as archive:
            for (page, capture), reading in zip(every, readings, strict=True):
                archive.record(capture, reading, url_key=page)
        filing = time.perf_counter() - started
        bodies, whole = report(path, every, raw=raw, warc=warc, filing=filing)
    if check and (bodies < LEAST_BODIES or whole < LEAST_WHOLE):
        sys.exit(f"an archive has grown: {bodies:.1f} and {whole:.1f} times smaller than WARC")


def timed(archive: Archive, name: str) -> tuple[bytes, float]:
    """A body, and the seconds of the processor that reading it takes: the best of three, as others use it too."""
    took = []
    for _ in range(3):
        started = time.process_time()
        body = archive.body(name)
        took.append(time.process_time() - started)
    return body, min(took)


def report(path: Path, every: list[tuple[str, Capture]], *, raw: int, warc: int, filing: float) -> tuple[float, float]:
    """Print the numbers of an archive that holds all captures; how many times smaller bodies and file are."""
    with Archive.open(path, readonly=True) as archive:
        counts = archive.stats()
        times = []
        for _, capture in every:
            body, took = timed(archive, sha256(capture.body).hexdigest())
            times.append(took)
            if body != capture.body:
                sys.exit(f"{capture.url} {capture.fetched_at} came back changed")
        latest = []
        for page in {page for page, _ in every}:
            latest.append(timed(archive, archive.snapshot(page).body_sha256 or "")[1])
        (stored,) = archive.connection.execute(
            "SELECT sum(stored) FROM bodies WHERE sha256 NOT IN"
            " (SELECT packed_sha256 FROM texts WHERE packed_sha256 IS NOT NULL)"
        ).fetchone()
    size = path.stat().st_size
    times.sort()
    print(f"captures   {len(every)}, versions {counts['snapshots']}, raw {raw:,} bytes")
    print(f"WARC       {warc:,} bytes (gzip per record, revisits)")
    print(f"bodies     {stored:,} bytes: {warc / stored:.1f} times smaller")
    print(f"whole file {size:,} bytes: {warc / size:.1f} times smaller")
    print(f"filing     {1000 * filing / len(every):.1f} ms a capture")
    middle, slowest = 1000 * times[len(times) // 2], 1000 * times[-1]
    print(
        f"reading    in processor time: median {middle:.2f} ms, slowest {slowest:.2f} ms, latest versions {1000 * max(latest):.2f} ms"
    )
    return warc / stored, warc / size


if __name__ == "__main__":
    named = [word for word in sys.argv[1:] if word != "--check"]
    main(Path(named[0]) if named else DATA, check="--check" in sys.argv)
