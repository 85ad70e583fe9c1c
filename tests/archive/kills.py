"""Processes that work on an archive, say what they have done, and are killed in the middle of it.

    python -m tests.archive.kills KIND PATH SEED     the work, until it is killed or done

Each line on standard output is an acknowledgement: what it names has to be there after the kill.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path

from clipper.archive import Archive, bodies
from clipper.archive.prune import Rule
from clipper.archive.schema import LATEST
from clipper.models import Capture, Extraction, Outcome, Site
from tests.archive.archive_material import capture, extraction

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "fixtures" / "archives"
LONG = "words of a long article that are many enough to be packed " * 160
PAGES = 5


def say(line: str) -> None:
    """One write, so that a kill cannot cut the line in two."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def file_one(archive: Archive, name: str, number: int) -> str:
    """One capture, every fourth of them out of order, every seventh a failure; what names it."""
    address = f"https://example.com/{name}/{number % PAGES}"
    hour = number if number % 4 else number - 10.5
    text = f"article {name} {number // 2} {LONG if number % 3 else ''}"
    if number % 7 == 6:
        archive.record_failure(
            address, url_key=address[6:], outcome=Outcome.FAILED, reason="HTTP 503", status=503,
            checked_at=capture(hour=hour).fetched_at,
        )  # fmt: skip
    else:
        archive.record(capture(text, hour=hour, url=address), extraction(text), url_key=address[6:])
    return f"{address} {capture(hour=hour).fetched_at:%Y-%m-%dT%H:%M:%S.%fZ}"


def record(path: Path, name: str) -> None:
    with Archive.open(path, create=True) as archive:
        for number in range(1000):
            say(file_one(archive, name, number))


def batch(path: Path, name: str) -> None:
    with Archive.open(path, create=True) as archive:
        for start in range(0, 1000, 20):
            with archive.batch():
                done = [file_one(archive, name, number) for number in range(start, start + 20)]
            for line in done:
                say(line)


def merge(path: Path, name: str) -> None:
    other = path.with_name(f"other-{name}.db")
    with Archive.open(other, create=True, keep_bodies="all") as archive, archive.batch():
        done = [file_one(archive, name, number) for number in range(60)]
    say("")
    with Archive.open(path, create=True) as archive:
        archive.merge(other)
    for line in done:
        say(line)


def prune(path: Path, name: str) -> None:
    with Archive.open(path, create=True) as archive:
        with archive.batch():
            done = [file_one(archive, name, number) for number in range(60)]
        for line in done:  # the checks stay, whatever is pruned
            say(line)
        for version in archive.prune(Rule(keep=1)):
            say(f"pruned {version.snapshot_id}")


def repair(path: Path, name: str) -> None:
    with Archive.open(path, create=True) as archive:
        with archive.batch():
            done = [file_one(archive, name, number) for number in range(20)]
        for line in done:
            say(line)
        for _ in range(1000):
            archive.repair()


class Marking:
    """Reads every page differently from all that read it before."""

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, capture: Capture, site: Site | None = None) -> Extraction:  # noqa: ARG002
        mark = f"{self.name} {sha256(capture.body).hexdigest()[:12]}"
        return extraction(f"{mark}\n\n{LONG if int(mark[-1], 16) % 2 else 'short'}")

    def warm(self) -> None: ...

    def close(self) -> None: ...


def reextract(path: Path, name: str) -> None:
    from clipper.sync.rereading import Run

    with Archive.open(path, create=True) as archive:
        with archive.batch():
            done = [file_one(archive, name, number) for number in range(20)]
        for line in done:
            say(line)
        for turn in range(1000):
            for read in Run(archive).read(open_reader=partial(Marking, f"{name} turn {turn}"), jobs=1):
                if read.came == "better":
                    say(f"read {read.extraction.markdown.splitlines()[0]}")


def migrate(path: Path, name: str) -> None:
    say("")
    with Archive.open(path) as archive:
        say(file_one(archive, name, 0))


WORK: dict[str, Callable[[Path, str], None]] = {
    "record": record,
    "batch": batch,
    "merge": merge,
    "prune": prune,
    "reextract": reextract,
    "repair": repair,
    "migrate": migrate,
}


def killed(kind: str, path: Path, name: str, *, rng: random.Random) -> list[str]:
    """Let a process work and kill it after a random time; what it acknowledged."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.archive.kills", kind, str(path), name],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(rng.random() ** 2 * 0.3)
    process.send_signal(signal.SIGKILL)
    rest, error = process.communicate()
    assert error == "", error
    return [line for line in (first + rest).splitlines() if line]


def check(path: Path, acknowledged: list[str]) -> None:
    """Every acknowledged capture is there, pruned versions are not, and all of the archive is as it was filed."""
    with Archive.open(path, create=True) as archive:
        connection = archive.connection
        filed = {f"{url} {at}" for url, at in connection.execute("SELECT url, checked_at FROM checks")}
        there = {f"pruned {number}" for (number,) in connection.execute("SELECT id FROM snapshots")}
        buried = {f"pruned {number}" for (number,) in connection.execute("SELECT snapshot FROM tombstones")}
        marks = {text.split("\n", 1)[0] for text in every_text(connection)}
        for line in acknowledged:
            if line.startswith("read "):
                assert line.removeprefix("read ") in marks, f"{line} is lost"
            elif line.startswith("pruned "):
                assert line in buried - there, f"{line} came back"
            else:
                assert line in filed, f"{line} is lost"
        assert list(archive.verify()) == []
        halves = (
            "SELECT id FROM snapshots WHERE NOT EXISTS (SELECT 1 FROM texts WHERE snapshot_id = snapshots.id)"
            " OR NOT EXISTS (SELECT 1 FROM search WHERE snapshot_id = snapshots.id)"
            " OR NOT EXISTS (SELECT 1 FROM checks WHERE snapshot_id = snapshots.id)"
        )
        assert connection.execute(halves).fetchall() == []


def every_text(connection: sqlite3.Connection) -> Iterator[str]:
    """All readings that were ever filed, packed or not."""
    for markdown, packed in connection.execute("SELECT markdown, packed_sha256 FROM texts").fetchall():
        yield bodies.read(connection, packed).decode() if packed else markdown


def rounds(folder: Path, kind: str, count: int, *, seed: int) -> int:
    """Kill that often, in an archive that is begun anew every ten times; how much was acknowledged."""
    rng = random.Random(f"{kind} {seed}")
    acknowledged: list[str] = []
    total = 0
    path = folder / f"{kind}.db"
    for number in range(count):
        if number % 10 == 0 or kind == "migrate":
            for old in folder.iterdir():
                old.unlink()
            acknowledged = []
            if kind == "migrate":
                path.write_bytes((SHIPPED / f"v{1 + number % (LATEST - 1)}.db").read_bytes())
        new = killed(kind, path, f"{kind}{number}", rng=rng)
        acknowledged += new
        total += len(new)
        check(path, acknowledged)
    return total


if __name__ == "__main__":
    WORK[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])
