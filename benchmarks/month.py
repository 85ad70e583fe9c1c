"""A month of hourly runs on the little web of tests/sync: 60 hosts, 2,000 pages, and all that befalls them.

usage: python -m benchmarks.month [--check] [DAYS]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from benchmarks.measure import gate
from tests.sync import month
from tests.sync.month import Lived, Script
from tests.sync.web import DAY, HOUR, START

HOSTS, PAGES = 60, 2000
FEWER, FOUND, BLOCKED = 10, 0.95, 6
MEMORY = 250.0  # MB, with the extractor in this process
BYTES_A_PAGE = 30_000


def wrong(moment: datetime) -> timedelta:
    """The machine's clock jumps: three days ahead for two runs, two hours back for three."""
    if timedelta(days=12) <= moment - START < timedelta(days=12, hours=2):
        return 3 * DAY
    return -2 * HOUR if timedelta(days=20) <= moment - START < timedelta(days=20, hours=3) else timedelta()


def main() -> int:
    days = next((int(word) for word in sys.argv[1:] if word.isdigit()), 30)
    script = month.scripted(hosts=HOSTS, pages=PAGES, days=days)
    begun, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder, script.web.open():
        path = Path(folder) / "a.db"
        lived = month.live(script, path, wrong=wrong)
        spent = time.perf_counter() - begun, time.process_time() - cpu
        found = month.judged(script, path)
        size = path.stat().st_size
    web = script.web
    asked = sum(web.asked.values())
    plain, edits, plainly = month.plain_loop(script)
    where = "sockets" if web.sockets else "a transport: port 80 cannot be had here"
    print(f"{days} days, {lived.runs} runs over {where}: {spent[0]:.0f} s, {spent[1]:.0f} s of CPU")
    print(f"{len(web.hosts)} hosts, {len(web.pages)} pages, {lived.extractions} readings")
    print(f"events: {dict(Counter(event.kind for event in lived.events))}")
    delays = sorted(delay.total_seconds() / 3600 for delay in found.delays)
    print(
        f"edits found after: median {statistics.median(delays):.1f} h, nine tenths {delays[len(delays) * 9 // 10]:.1f} h"
    )
    print(f"edits: {edits}, of which the plain loop finds {plainly}; with time left to be found {found.edits}")
    kept = [
        gate("requests against the plain loop's, in its", asked / plain, 1 / FEWER),
        gate("edits not found", 1 - found.found / found.edits, 1 - FOUND),
        gate("edits found after their bound", len(found.late), 0),
        gate("articles lost", len(found.lost), 0),
        gate("articles that are there twice", len(found.twice), 0),
        gate("requests to a blocking host before it is left alone", _before_left(script, lived), BLOCKED),
        gate("requests to a host closer than a second", _too_close(script), 0),
        gate("alarms told twice", _twice(lived), 0),
        gate("memory at its most, MB", lived.memory, MEMORY),
        gate("bytes of the archive for each page", size / len(web.pages), BYTES_A_PAGE),
    ]
    print(f"requests: {asked:,} against {plain:,}, {plain / asked:.1f} times fewer")
    for url, delay in found.late[:10]:
        _tell(script, url, str(delay))
    for url in found.lost[:10]:
        _tell(script, url, "lost")
    return 0 if all(kept) or "--check" not in sys.argv else 1


def _tell(script: Script, url: str, what: str) -> None:
    """What befell a page that was not found in time, and when it was asked for."""
    page = next(page for page in script.known if page.url == url)
    asked = [f"{at:%d %H:%M} {status}" for at, path, status in script.web.heard[page.host] if page.path in path]
    edits = [f"{edit:%d %H:%M}" for edit in page.edits]
    print(f"{what}: {url} born {page.born:%m-%d %H:%M}, edited {edits}, gone {page.gone}; asked for {asked}")


def _before_left(script: Script, lived: Lived) -> int:
    host, begin, _ = script.challenge
    left = next((event.at for event in lived.events if event.kind == "host left" and event.host == host), script.end)
    return sum(begin <= at <= left for at, _, _ in script.web.heard[host])


def _too_close(script: Script) -> int:
    """Visits of one host less than a second after the one before; what a redirect leads to is of the same visit."""
    pairs = (pair for heard in script.web.heard.values() for pair in pairwise(heard))
    return sum(earlier[2] != 301 and (later[0] - earlier[0]).total_seconds() < 1 for earlier, later in pairs)


def _twice(lived: Lived) -> int:
    """Alarms about what had been told and had not ended."""
    told: set[tuple[str, str | None]] = set()
    twice = 0
    for event in lived.events:
        kind = event.kind.split(" ")[0] if " " in event.kind else "page"
        about = (kind, event.host if kind == "host" else event.url)
        if event.kind in ("failing", "gone", "feed failing", "host left"):
            twice += about in told
            told.add(about)
        elif event.kind.endswith("back"):
            told.discard(about)
    return twice


if __name__ == "__main__":
    sys.exit(main())
