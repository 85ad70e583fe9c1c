"""A scheduled run over 10,000 due pages of 50 hosts that all answer 304: CPU a page, and memory.

usage: python -m benchmarks.unchanged [--check] [COUNT]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from benchmarks.measure import article, clip, environment, gate, gate_ms, served
from clipper.archive import Archive
from clipper.models import Capture, Extraction, Verdict
from clipper.urls import url_key

HOSTS, PAGES = 50, 10_000
LIMIT_MS, LIMIT_MB = 3.0, 200.0


def main() -> int:
    count = next((int(word) for word in sys.argv[1:] if word.isdigit()), PAGES)
    pages = {f"/report/{number}": article(number) for number in range(count)}
    with tempfile.TemporaryDirectory() as folder, served(pages, hosts=HOSTS) as bases:
        db = Path(folder) / "a.db"
        _fill(db, {bases[n % HOSTS] + path: body for n, (path, body) in enumerate(pages.items())})
        few, _, _ = _run(db, "--limit", "100")
        cpu, memory, wall = _run(db)
        left = _due(db)
        outcomes = _outcomes(db)
    print(
        f"{outcomes} of {count} answers were 304, {left} pages left; {wall:.1f} s, {(count - 100) / wall:.0f} pages a second"
    )
    print(f"CPU of a run over 100 of them, start included: {few:.2f} s")
    kept = [
        gate_ms("CPU for each page that answers 304, start included, ms", 1000 * cpu / (count - 100), LIMIT_MS),
        gate("memory at its most, MB", memory, LIMIT_MB),
    ]
    return 0 if (all(kept) and outcomes == count and not left) or "--check" not in sys.argv else 1


def _fill(db: Path, pages: dict[str, bytes]) -> None:
    """An archive in which every page is there, and due."""
    at = datetime.now(UTC) - timedelta(days=2)
    with Archive.open(db, create=True, clock=lambda: at) as archive:
        source = archive.watch("list:benchmark", kind="list", title="benchmark")
        with archive.batch():
            for number, (url, body) in enumerate(pages.items()):
                key, text = url_key(url), f"Report {number}. The pressure held, and nobody was called out."
                headers = (("Content-Type", "text/html"), ("ETag", f'"{sha256(body).hexdigest()[:16]}"'))
                archive.list_entry(source, url, url_key=key, title=None, published=None, at=at)
                reading = Extraction(Verdict.OK, title=f"Report {number}", markdown=text, text=text, words=11)
                archive.record(Capture(url, url, 200, headers, body, at), reading, url_key=key)


def _run(db: Path, *options: str) -> tuple[float, float, float]:
    """(seconds of CPU, MB of memory, seconds) of one `clip sync`."""
    allowed = [word for n in range(1, HOSTS + 1) for word in ("--allow-private", f"127.0.0.{n}")]
    command = [*clip(), "sync", "--db", str(db), "--sleep", "0", "--robots", "ignore", *allowed, *options]
    begun = time.perf_counter()
    process = os.posix_spawn(command[0], command, environment())
    memory, ended = 0.0, 0
    while not ended:
        memory = max(memory, _memory(process))
        ended, status, used = os.wait4(process, os.WNOHANG)
        time.sleep(0.02)
    if status:
        raise SystemExit(f"clip sync ended with {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime + used.ru_stime, memory, time.perf_counter() - begun


def _memory(process: int) -> float:
    """The most that a process ever had, in MB; `ru_maxrss` would begin with what this one has."""
    try:
        told = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in told.splitlines() if line.startswith("VmHWM")), 0.0)


def _due(db: Path) -> int:
    with Archive.open(db, readonly=True) as archive:
        found = archive.connection.execute("SELECT count(*) FROM due WHERE reason = 'new'").fetchone()
        return int(found[0])


def _outcomes(db: Path) -> int:
    with Archive.open(db, readonly=True) as archive:
        found = archive.connection.execute("SELECT count(*) FROM checks WHERE outcome = 'not modified'").fetchone()
        return int(found[0])


if __name__ == "__main__":
    sys.exit(main())
