"""How an archive behaves when it is large: a million versions of a hundred thousand pages.

    python -m benchmarks.archive_scale [SNAPSHOTS] [--keep FILE [--again]] [--check]

The archive is filled through `Archive.record`, as an import does (500 in a transaction), and each capture is a new
version of its page. Its last tenth is filed in turn with the second versions of an archive of the same pages that has
no more than their first ones, so that a machine that slows down slows both: what an insert costs is the median of those
pairs, in seconds of CPU. Then reads, the median of 50 by the clock, and Datasette's page of a table. `--again` only
reads, from a file that was kept; `--check` demands that inserts cost at most 1.5 times what they do in the young one.
"""

from __future__ import annotations

import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from urllib.request import urlopen

from benchmarks.writers import datasette
from clipper.archive import Archive
from clipper.models import Capture, Extraction, Verdict

START = datetime(2020, 1, 1, tzinfo=UTC)
VERSIONS = 10  # of each page
AT_ONCE = 500
CHARACTERS = [chr(0x4E00 + n) for n in range(2500)]
WORDS = [f"word{n}" for n in range(5000)]
HEADERS = (("Content-Type", "text/html; charset=utf-8"),)


def text(rng: random.Random) -> str:
    """About 900 characters, half Chinese; in one of 50 of them 漏洞."""
    words = rng.choices(WORDS, k=60)
    chinese = "".join(rng.choices(CHARACTERS, k=400))
    return f"{' '.join(words)}\n\n{chinese}{'漏洞' if rng.random() < 0.02 else ''}"


def fill(archive: Archive, count: int) -> None:
    """File `count` versions."""
    for _ in batches(archive, count):
        pass


def batches(archive: Archive, count: int) -> Iterator[float]:
    """File `count` versions, some in each transaction; the milliseconds of CPU that one of each took."""
    rng = random.Random(1)
    pages = max(1, count // VERSIONS)
    texts: dict[int, str] = {}
    for start in range(0, count, _size(count)):
        numbers = range(start, min(count, start + _size(count)))
        began = time.process_time()
        with archive.batch():
            for number in numbers:
                file(archive, number % pages, number // pages, texts, rng)
        took = 1000 * (time.process_time() - began) / len(numbers)
        if not numbers.stop % (20 * AT_ONCE):
            print(f"  {numbers.stop:9,} filed, {took:.2f} ms of CPU each", flush=True)
        yield took


def _size(count: int) -> int:
    """Versions in a transaction: AT_ONCE, or of a small archive all pages' first ones."""
    return min(AT_ONCE, max(1, count // VERSIONS))


def file(archive: Archive, page: int, version: int, texts: dict[int, str], rng: random.Random) -> None:
    """A version that rewrites the second half of its page."""
    fresh = text(rng)
    texts[page] = fresh if not version else texts[page][:400] + fresh[400:]
    url = f"https://host{page % 1000}.example/posts/{page}"
    at = START + timedelta(hours=version, seconds=page)
    capture = Capture(url, url, 200, HEADERS, f"<html><p>{texts[page]}</p></html>".encode(), at)
    title = f"Post {page}, {version}"
    reading = Extraction(Verdict.OK, title=title, markdown=texts[page], text=texts[page], words=460)
    archive.record(capture, reading, url_key=url)


def median(action: Callable[[int], object], times: int = 50) -> float:
    """Milliseconds."""
    took = []
    for n in range(times):
        started = time.perf_counter()
        action(n)
        took.append(time.perf_counter() - started)
    return 1000 * sorted(took)[times // 2]


def main(count: int, path: Path, *, again: bool, check: bool) -> None:
    growth = 1.0 if again else filled(count, path)
    reads(count, path)
    tables(path)
    if check and growth > 1.5:
        sys.exit(f"inserts became {growth:.2f} times as dear")


def filled(count: int, path: Path) -> float:
    """Fill the archive; how many times as dear an insert became."""
    every, tenth = (math.ceil(versions / _size(count)) for versions in (count, count // VERSIONS))
    with (
        tempfile.TemporaryDirectory() as place,
        Archive.open(path, create=True) as archive,
        Archive.open(Path(place) / "young.db", create=True) as other,
    ):
        old, young = batches(archive, count), batches(other, count)
        first, *_ = list(islice(old, every - tenth))
        list(islice(young, tenth))
        pairs = list(zip(old, young, strict=False))  # the old one ends first
    size = path.stat().st_size
    print(f"{count:,} versions, {size / 1e6:,.0f} MB, {size / count:,.0f} bytes each")
    growth = statistics.median(late / early for late, early in pairs)
    late, early = (statistics.median(took) for took in zip(*pairs, strict=True))
    print(f"an insert costs {first:.2f} ms of CPU at first, {early:.2f} at the second version of the first pages,"
          f" {late:.2f} at the end: {growth:.2f} times")  # fmt: skip
    return growth


def reads(count: int, path: Path) -> None:
    """What a user asks for, in milliseconds."""
    pages = max(1, count // VERSIONS)
    rng = random.Random(2)
    keys = []
    for _ in range(50):
        page = rng.randrange(pages)
        keys.append(f"https://host{page % 1000}.example/posts/{page}")
    with Archive.open(path, readonly=True) as archive:
        for name, action in {
            "latest version": lambda n: archive.snapshot(keys[n]),
            "history": lambda n: archive.history(keys[n]),
            "body": lambda n: archive.body(archive.snapshot(keys[n]).body_sha256 or ""),
            "list, first 50": lambda _: list(archive.pages(limit=50)),
            "list of a host": lambda n: list(archive.pages(host=f"host{n}.example", limit=50)),
            "search 漏洞": lambda _: archive.search("漏洞"),
            "search 一个": lambda n: archive.search(CHARACTERS[n] + CHARACTERS[n + 1]),
            "search word17": lambda _: archive.search("word17"),
            "search word17 word18": lambda _: archive.search("word17 word18"),
        }.items():
            print(f"{name:22} {median(action):8.2f} ms")


def tables(path: Path) -> None:
    """Datasette's pages of the tables that people look at first."""
    server, base = datasette(path, path.with_suffix(".log"))
    try:
        for table in ("pages", "snapshots", "checks", "texts", "recent_changes", "failures", "latest", "hosts"):
            address = f"{base}/{path.stem}/{table}"
            print(
                f"Datasette, {table:15} {median(lambda _, a=address: urlopen(a, timeout=60).read(), times=7):8.0f} ms"
            )  # type: ignore[misc]
    finally:
        server.terminate()
        server.wait(timeout=30)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    kept = Path(arguments[arguments.index("--keep") + 1]) if "--keep" in arguments else None
    number = int(arguments[0]) if arguments and arguments[0].isdigit() else 1_000_000
    with tempfile.TemporaryDirectory() as place:
        main(number, kept or Path(place) / "archive.db", again="--again" in arguments, check="--check" in arguments)
