"""How an archive behaves when it is large: a million versions of a hundred thousand pages.

    python -m benchmarks.archive_scale [SNAPSHOTS] [--keep FILE]

The archive is filled through `Archive.record`, as `clip` does, and each capture is a new version
of its page. Inserts are timed at the beginning and at the end; then reads, the median of 50.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clipper.archive import Archive
from clipper.models import Capture, Extraction, Verdict

START = datetime(2020, 1, 1, tzinfo=UTC)
VERSIONS = 10  # of each page
CHARACTERS = [chr(0x4E00 + n) for n in range(2500)]
WORDS = [f"word{n}" for n in range(5000)]
HEADERS = (("Content-Type", "text/html; charset=utf-8"),)


def text(rng: random.Random) -> str:
    """About 900 characters, half Chinese; in one of 50 of them 漏洞."""
    words = rng.choices(WORDS, k=60)
    chinese = "".join(rng.choices(CHARACTERS, k=400))
    return f"{' '.join(words)}\n\n{chinese}{'漏洞' if rng.random() < 0.02 else ''}"


def fill(archive: Archive, count: int) -> list[float]:
    """File `count` versions; the seconds that each tenth of them took."""
    rng = random.Random(1)
    pages = max(1, count // VERSIONS)
    texts: dict[int, str] = {}
    took = []
    started = time.perf_counter()
    for number in range(count):
        page, version = number % pages, number // pages
        # Each version rewrites the second half of its page.
        fresh = text(rng)
        texts[page] = fresh if not version else texts[page][:400] + fresh[400:]
        url = f"https://host{page % 1000}.example/posts/{page}"
        at = START + timedelta(hours=version, seconds=page)
        body = f"<html><p>{texts[page]}</p></html>".encode()
        capture = Capture(url, url, 200, HEADERS, body, at)
        reading = Extraction(
            Verdict.OK,
            title=f"Post {page}, {version}",
            markdown=texts[page],
            text=texts[page],
            words=460,
        )
        archive.record(capture, reading, url_key=url)
        if (number + 1) % max(1, count // 10) == 0:
            took.append(time.perf_counter() - started)
            started = time.perf_counter()
    return took


def median(action: Callable[[int], object], times: int = 50) -> float:
    """Milliseconds."""
    took = []
    for n in range(times):
        started = time.perf_counter()
        action(n)
        took.append(time.perf_counter() - started)
    return 1000 * sorted(took)[times // 2]


def main(count: int, path: Path) -> None:
    with Archive.open(path, create=True) as archive:
        took = fill(archive, count)
    size = path.stat().st_size
    print(f"{count:,} versions, {size / 1e6:,.0f} MB, {size / count:,.0f} bytes each")
    rates = [count / 10 / seconds for seconds in took]
    print("filed a second, by tenths: " + " ".join(f"{rate:.0f}" for rate in rates))
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


if __name__ == "__main__":
    arguments = sys.argv[1:]
    kept = Path(arguments[arguments.index("--keep") + 1]) if "--keep" in arguments else None
    number = int(arguments[0]) if arguments and arguments[0].isdigit() else 1_000_000
    with tempfile.TemporaryDirectory() as place:
        main(number, kept or Path(place) / "archive.db")
