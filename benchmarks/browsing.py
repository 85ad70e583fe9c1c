"""How long the library's pages and Datasette's tables take on the server, on a large archive beside a small one.

    python -m benchmarks.browsing [SNAPSHOTS] [--archive FILE] [--check RATIO]

Archives of SNAPSHOTS (100,000) and of 1,000 versions are made as benchmarks.archive_scale makes them, unless --archive
names a large one; `clip browse` serves both. Each address is asked for in turn, and the median of its times is printed
with the size of the page. `--check` demands pages under 150 KB, and that none takes RATIO times what it takes on the small
archive (or 10 ms, where that is more).
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from benchmarks.archive_scale import VERSIONS, fill
from clipper.archive import Archive

TIMES = 15
SMALL = 1_000
LARGEST = 150_000  # bytes
LEAST = 10.0  # milliseconds; below that a ratio says nothing
HELD = 100.0  # milliseconds, at 100,000 versions on a quiet machine


def addresses(name: str, path: Path) -> dict[str, str]:
    """What is asked for, by what it is; a page in the middle, in its newest version."""
    with Archive.open(path, readonly=True) as archive:
        pages = archive.stats()["pages"]
        number = pages // 2
        page = next(iter(archive.pages(host=f"host{number % 1000}.example", limit=1)))
    latest = page.latest_snapshot
    return {
        "library": "/-/clips",
        "library, a host": f"/-/clips?host={page.host}",
        "library, a state": "/-/clips?state=alive",
        "search 漏洞": "/-/clips?q=%E6%BC%8F%E6%B4%9E",
        "search word17": "/-/clips?q=word17",
        "search in a host": f"/-/clips?q=word17&host={page.host}",
        "page": f"/-/clips/{latest}",
        "diff": f"/-/clips/{latest}/diff",
        "evidence": f"/-/clips/{latest}/evidence",
        "health": "/-/clips/health",
        "feed of changes": "/-/clips/changes.atom",
        "Datasette, pages": f"/{name}/pages",
        "Datasette, snapshots": f"/{name}/snapshots",
        "Datasette, checks": f"/{name}/checks",
        "Datasette, latest": f"/{name}/latest",
        "Datasette, recent_changes": f"/{name}/recent_changes",
        "Datasette, failures": f"/{name}/failures",
        "Datasette, hosts": f"/{name}/hosts",
        "Datasette, search": f"/{name}/pages?_search=%E6%BC%8F%E6%B4%9E",
    }


@contextmanager
def served(path: Path) -> Iterator[str]:
    """`clip browse` on the archive; its address."""
    command = [sys.executable, "-m", "clipper", "browse", "--db", str(path), "--no-open", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            said = process.stderr.readline()
            found = re.search(r"(http://[^/]+)/", said)
            if found is None:
                sys.exit(f"no server: {said}")
            yield found[1]
        finally:
            process.terminate()


def ask(address: str) -> tuple[float, int]:
    """Milliseconds and bytes of an answer."""
    begun = time.perf_counter()
    with urlopen(address, timeout=60) as answer:
        size = len(answer.read())
    return 1000 * (time.perf_counter() - begun), size


def main(large: Path, small: Path, *, check: float | None) -> None:
    wrong = []
    with served(large) as base, served(small) as beside:
        asked, known = addresses(large.stem, large), addresses(small.stem, small)
        for name, path in asked.items():
            ask(base + path), ask(beside + known[name])
            pairs = [(ask(base + path), ask(beside + known[name])) for _ in range(TIMES)]
            took, other = (statistics.median(pair[n][0] for pair in pairs) for n in (0, 1))
            size = pairs[0][0][1]
            ratio = took / max(LEAST, other)
            mark = "" if took <= HELD else f"  over {HELD:.0f} ms"
            print(
                f"{name:28} {took:7.1f} ms {size / 1000:7.1f} KB, {ratio:5.2f} times a small archive's{mark}",
                flush=True,
            )
            if size > LARGEST:
                wrong.append(f"{name}: {size:,} bytes")
            if check is not None and ratio > check:
                wrong.append(f"{name}: {ratio:.2f} times a small archive's")
    if check is not None and wrong:
        sys.exit("; ".join(wrong))


if __name__ == "__main__":
    arguments = sys.argv[1:]
    given = {name: arguments[arguments.index(name) + 1] for name in ("--archive", "--check") if name in arguments}
    count = int(arguments[0]) if arguments and arguments[0].isdigit() else 100_000
    with tempfile.TemporaryDirectory() as place:
        files = {"small": SMALL} if "--archive" in given else {"large": count, "small": SMALL}
        for name, number in files.items():
            with Archive.open(Path(place) / f"{name}.db", create=True) as archive:
                fill(archive, max(number, VERSIONS))
        chosen = Path(given["--archive"]) if "--archive" in given else Path(place) / "large.db"
        main(chosen, Path(place) / "small.db", check=float(given["--check"]) if "--check" in given else None)
