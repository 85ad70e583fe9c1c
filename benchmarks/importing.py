"""How fast a folder of clippings is imported: 100,000 generated Markdown files with front matter.

    python -m benchmarks.importing [COUNT] [--check SHARE]

One in twenty has front matter that is no YAML. Then the same again, which files nothing. Rates are clippings a second,
by the clock and by the processor's time (a busy machine has less of it to give).
`--check` demands at least that share of the rate at which the same texts are written into a bare SQLite table with the
same full-text index, in processor time.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clipper.archive import Archive
from clipper.archive.search import spaced
from clipper.imports import import_path
from clipper.models import Capture, Extraction

START = datetime(2024, 1, 1, tzinfo=UTC)
CHARACTERS = [chr(0x4E00 + n) for n in range(2500)]
WORDS = [f"word{n}" for n in range(5000)]


class NoReader:
    """Clippings come with their article; nothing has to be read."""

    def read(self, capture: Capture) -> Extraction:
        raise AssertionError(capture.url)


def text(rng: random.Random) -> str:
    """An article of about 2,000 characters in ten paragraphs, half of it Chinese."""
    return "\n\n".join(
        " ".join(rng.choices(WORDS, k=12)) + "".join(rng.choices(CHARACTERS, k=100)) + "。" for _ in range(10)
    )


def document(number: int, body: str) -> str:
    title = f"Clipping {number}: 漏洞" if number % 20 == 0 else f"'Clipping {number}'"
    return (
        f"---\ntitle: {title}\nurl: https://host{number % 997}.example/posts/{number}\nsource: Host {number % 997}\n"
        f"date: 2024-01-01\nfetch_date: {(START + timedelta(minutes=number)).replace(tzinfo=None).isoformat()}\n---\n\n{body}\n"
    )


def generate(folder: Path, count: int) -> None:
    rng = random.Random(7)
    bodies = [text(rng) for _ in range(2000)]
    for number in range(count):
        place = folder / str(number % 100)
        place.mkdir(exist_ok=True)
        body = bodies[number % 2000] + f"\n\nNumber {number}: " + " ".join(rng.choices(WORDS, k=30))
        (place / f"{number}.md").write_text(document(number, body), "utf-8")


def bare(folder: Path, path: Path) -> float:
    """Seconds of the processor that SQLite alone takes for the same texts and their index."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE clippings (id INTEGER PRIMARY KEY, name TEXT, text TEXT)")
    connection.execute("CREATE VIRTUAL TABLE found USING fts5(text, content='', tokenize='unicode61')")
    started = time.process_time()
    for number, file in enumerate(sorted(folder.rglob("*.md"))):
        if number % 500 == 0:
            connection.execute("COMMIT") if number else None
            connection.execute("BEGIN IMMEDIATE")
        words = file.read_text("utf-8")
        connection.execute("INSERT INTO clippings (name, text) VALUES (?, ?)", (file.name, words))
        connection.execute("INSERT INTO found (rowid, text) VALUES (?, ?)", (number + 1, spaced(words)))
    connection.execute("COMMIT")
    took = time.process_time() - started
    connection.close()
    return took


def main(count: int, floor: float | None) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "clippings"
        folder.mkdir()
        generate(folder, count)
        alone = bare(folder, Path(place) / "bare.db")
        spent = []
        with Archive.open(Path(place) / "archive.db", create=True) as archive:
            for turn in ("first", "again"):
                clock, processor = time.perf_counter(), time.process_time()
                report = import_path(folder, archive=archive, reader=NoReader())
                clock, processor = time.perf_counter() - clock, time.process_time() - processor
                spent.append(processor)
                print(f"{turn}: {report.filed:,} filed, {report.unchanged:,} there, {len(report.skipped)} skipped,"
                      f" {count / clock:,.0f} a second by the clock, {count / processor:,.0f} of the processor's")  # fmt: skip
                assert (report.filed, len(report.skipped)) == ((count, 0) if turn == "first" else (0, 0))
        size = (Path(place) / "archive.db").stat().st_size
    share = alone / spent[0]
    print(
        f"{size / 1e6:,.0f} MB; SQLite alone {count / alone:,.0f} of the processor's: the import has {share:.2f} of that"
    )
    if floor is not None and share < floor:
        sys.exit(f"the import is slower than it was: {share:.2f} of SQLite alone, the floor is {floor}")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    wanted = float(arguments[arguments.index("--check") + 1]) if "--check" in arguments else None
    main(int(arguments[0]) if arguments and arguments[0].isdigit() else 100_000, wanted)
