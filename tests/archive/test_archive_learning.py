"""A line of a host is counted from its second page on, and readers are told what they were when each line had a row."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from clipper.archive import Archive, learning, lone_lines
from clipper.models import Observed
from tests.archive.archive_material import capture, extraction, save

HOST = "school.example"
PLACES = ("above", "within", "below", "beside")
V8 = Path(__file__).parents[2] / "fixtures" / "archives" / "v8.db"
Lines = Iterable[tuple[str, str]]


def digest(line: str) -> str:
    return sha256(line.encode()).hexdigest()[:16]


def teach(archive: Archive, number: int, lines: Lines, *, host: str = HOST) -> None:
    """File page `number`, with lines in their places."""
    url = f"https://{host}/{number}"
    observed = Observed(host, tuple((digest(line), place, line) for line, place in lines), "div.main")
    reading = replace(extraction(f"page {number}"), observed=observed)
    archive.record(capture(f"page {number}", hour=number, url=url), reading, url_key=url[6:])


def told(archive: Archive, host: str = HOST) -> dict[str, tuple[int, ...]]:
    return {block.digest: block[1:5] for block in archive.site(host).blocks}


class Model:
    """One row a line, as it was before lines of one page were kept apart: pages, above, within, below, turn."""

    def __init__(self) -> None:
        self.turn = 0
        self.rows: dict[str, list[int]] = {}

    def teach(self, lines: Lines) -> None:
        self.turn += 1
        for line, place in lines:
            row = self.rows.setdefault(digest(line), [0, 0, 0, 0, 0])
            row[0] += 1
            if place in PLACES[:3]:
                row[1 + PLACES.index(place)] += 1
            row[4] = self.turn
        if self.turn % learning.TIDY_EVERY == 0:
            self.rows = {
                line: row for line, row in self.rows.items() if row[4] > self.turn - learning.FORGET_AFTER * row[0]
            }

    def told(self) -> dict[str, tuple[int, ...]]:
        return {line: tuple(row[:4]) for line, row in self.rows.items() if row[0] >= learning.RECURS}


@pytest.mark.parametrize("seed", range(4))
def test_what_readers_are_told_is_as_if_every_line_had_a_row(path: Path, seed: int) -> None:
    """Lines come back after any number of pages, and on either side of the thirtieth to fortieth, when they are forgotten."""
    dice = random.Random(seed)
    models = {HOST: Model(), "college.example": Model()}
    seen: dict[str, list[list[str]]] = {host: [] for host in models}
    with Archive.open(path, create=True) as archive:
        for number in range(260):
            host = dice.choice([HOST, HOST, *models])
            earlier = seen[host]
            again = {line for page in earlier[-45:-25] for line in page if dice.random() < 0.02}
            again |= {line for page in earlier[-8:] for line in page if dice.random() < 0.1}
            fresh = {f"{number} {n}" for n in range(dice.randrange(6))}
            names = sorted(again | fresh | {f"frame {n}" for n in range(6) if dice.random() < n / 6})
            dice.shuffle(names)
            lines = [(name, dice.choice(PLACES)) for name in names]
            earlier.append(names)
            teach(archive, number, lines, host=host)
            models[host].teach(lines)
            assert told(archive, host) == models[host].told()
        assert list(archive.verify()) == []
        forgotten = {digest(line) for page in seen[HOST] for line in page} - models[HOST].rows.keys()
        assert len(forgotten) > 50


def test_three_pages_make_three(archive: Archive) -> None:
    for number, place in enumerate(("above", "below", "above")):
        teach(archive, number, [("Home", place), (f"only {number}", "within")])
    (home,) = archive.site(HOST).blocks
    assert home == (digest("Home"), 3, 2, 0, 1, "Home")
    assert archive.connection.execute("SELECT first_seen < last_seen FROM site_blocks").fetchall() == [(1,)]


def test_a_line_of_one_page_takes_nine_bytes_and_no_row(archive: Archive) -> None:
    teach(archive, 0, [(f"line {n}", "below") for n in range(50)])
    assert archive.connection.execute("SELECT count(*) FROM site_blocks").fetchone() == (0,)
    assert archive.connection.execute("SELECT length(lines) FROM site_lone_lines").fetchall() == [(450,)]
    assert archive.site(HOST, every=True).blocks == ()
    assert archive.reset_site(HOST) == 50
    assert lone_lines.count(archive.connection, HOST) == 0


def test_each_line_is_reset_once(archive: Archive) -> None:
    for number in range(2):
        teach(archive, number, [("Home", "above"), (f"only {number}", "within")])
    assert archive.reset_site(HOST) == 3
    assert list(archive.verify()) == []


def test_no_host_takes_more_lines_of_one_page_than_its_share(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "MOST_KEPT", 100)
    for number in range(20):
        teach(archive, number, [(f"line {number} {n}", "below") for n in range(30)])
    assert lone_lines.count(archive.connection, HOST) == 90
    assert [turn for (turn,) in archive.connection.execute("SELECT turn FROM site_lone_lines")] == [18, 19, 20]


@pytest.mark.parametrize("lines", [b"", b"\xff", b"\xff" * 9, b"\xff" * 100])
def test_a_damaged_row_stops_nobody(archive: Archive, tmp_path: Path, lines: bytes) -> None:
    teach(archive, 0, [("Home", "above")])
    with archive.batch():
        archive.connection.execute("UPDATE site_lone_lines SET lines = ?", (lines,))
    with archive.batch():
        damaged = Observed(HOST, (("f" * 16, "above", "Home"),))
        reading = replace(extraction("page 1"), observed=damaged)
        archive.record(capture("page 1", hour=1, url=f"https://{HOST}/1"), reading, url_key=f"//{HOST}/1")
    with Archive.open(tmp_path / "other.db", create=True) as other:
        other.merge(archive.path)
    assert archive.reset_site(HOST) >= 1


def test_lines_of_one_page_from_an_older_archive_are_counted_up(path: Path) -> None:
    """Version 8 had a row for them; the one here has the digest that its maker made up."""
    shutil.copy(V8, path)
    host, old = "garden.example", "0123456789abcdef"
    with Archive.open(path) as archive:
        assert archive.connection.execute("SELECT digest, pages FROM site_blocks").fetchall() == [(old, 1)]
        for number in range(2):
            url = f"https://{host}/{number}"
            reading = replace(extraction(f"p {number}"), observed=Observed(host, ((old, "below", "Home"),)))
            archive.record(capture(f"p {number}", hour=number, url=url), reading, url_key=url[6:])
        assert archive.site(host).blocks == ((old, 3, 1, 0, 2, "Home"),)
        assert archive.connection.execute("SELECT count(*) FROM site_lone_lines").fetchone() == (0,)
        assert list(archive.verify()) == []


def test_lines_of_one_page_from_an_older_archive_are_forgotten(path: Path) -> None:
    shutil.copy(V8, path)
    with Archive.open(path) as archive:
        for number in range(39):
            teach(archive, number, [(f"line {number}", "below")], host="garden.example")
        assert archive.connection.execute("SELECT count(*) FROM site_blocks").fetchone() == (0,)
        assert list(archive.verify()) == []


def test_of_the_index_of_lines_readers_use_their_part(archive: Archive) -> None:
    plan = archive.connection.execute(
        f"EXPLAIN QUERY PLAN SELECT digest FROM site_blocks WHERE host = ? AND pages >= {learning.RECURS}"
        " ORDER BY pages DESC, id LIMIT ?",
        (HOST, 1),
    ).fetchall()
    assert any("site_blocks_pages (host=? AND pages>?)" in row[3] for row in plan), plan


def test_a_page_that_moves_to_another_host_is_in_the_sums_of_that_one(archive: Archive) -> None:
    for hour, host in enumerate((HOST, HOST, "college.example")):
        save(archive, f"words {hour}", hour=hour, final_url=f"https://{host}/a")
    found = archive.connection.execute("SELECT host, rows FROM sums WHERE kind = 'site_pages'").fetchall()
    assert found == [("college.example", 1)]
    assert list(archive.verify()) == []
