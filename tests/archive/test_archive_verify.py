"""Damage is found and named (G17), and what is derived can be made again."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipper.archive import Archive, ledger, sums
from clipper.archive.schema import APPLICATION_ID, SCRIPTS
from clipper.archive.verify import Damage
from clipper.models import Observed, Outcome
from tests.archive.archive_material import KEY, START, URL, capture, extraction, save

FLIPS = int(os.environ.get("CLIPPER_FLIPS", "120"))


@pytest.fixture
def filled(path: Path) -> Path:
    with Archive.open(path, create=True) as archive:
        for hour, text in enumerate(["one", "one", "two words", "long words 漏洞 " * 900, "four"]):
            save(archive, text, hour=hour)
        save(archive, "between", hour=0.5)  # out of order: cuts a run, moves notes
        archive.record_not_modified(capture(hour=7, status=304, body=b""), url_key=KEY)
        archive.record_failure(
            URL,
            url_key=KEY,
            outcome=Outcome.FAILED,
            reason="gone",
            status=410,
            checked_at=capture(hour=8).fetched_at,
            capture=capture("gone", hour=8, status=410),
        )
        archive.tag(KEY, "a", "b")
        archive.untag(KEY, "a")
        archive.note(KEY, "a note")
        source = archive.watch("https://example.com/feed", kind="feed", title="Feed")
        archive.list_entry(source, URL, url_key=KEY, title="t", published=None, at=START)
        archive.watched.failed(source, "no connection", at=START, due_at=START, told=False)
        for number in range(4):
            teach(archive, number)
        archive.begin_rereading(selection="{}", extractor="another 1")
        with archive.batch():
            for statement in SCHEDULED:
                archive.connection.execute(statement)
    return path


# What `clip sync` notes for itself.
SCHEDULED = (
    "INSERT OR REPLACE INTO due (page_id, host, due_at, set_at, reason) VALUES (1, 'example.com', '2027', '2026', 'new')",
    "INSERT OR IGNORE INTO feed_plans (feed_id, due_at, set_at, site_url) VALUES (1, '2027', '2026', 'https://a.example/')",
    "INSERT INTO feed_texts VALUES (2, 'a title', NULL, NULL, '<p>a text</p>', '2026')",
    "INSERT INTO host_troubles (host, failure, since, left_until, pauses) VALUES ('b.example', '503', '2026', '2027', 1)",
    "INSERT INTO runs (started_at, finished_at) VALUES ('2026', '2027')",
    "INSERT INTO events (run_id, at, kind, page_id, what) VALUES (1, '2026', 'new', 1, 'a page')",
)


def teach(archive: Archive, number: int) -> None:
    """File a page that the archive learns from."""
    url = f"https://school.example/{number}"
    lines = (
        ("a" * 16, "above", "Home"),
        (f"{number:016x}", "within", f"Lesson {number}"),
        ("b" * 16, "below", "Imprint"),
    )
    reading = replace(extraction(f"lesson {number}"), observed=Observed("school.example", lines, "div.main"))
    archive.record(capture(f"lesson {number}", hour=30 + number, url=url), reading, url_key=url[6:])


def damages(path: Path, **options: str) -> list[Damage]:
    with Archive.open(path) as archive:
        return list(archive.verify(**options))


def altered(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA foreign_keys = OFF")
    for statement in statements:
        assert connection.execute(statement).rowcount, statement
    connection.commit()
    connection.close()


def test_an_archive_that_nobody_touched_is_whole(filled: Path) -> None:
    assert damages(filled) == []
    with Archive.open(filled, readonly=True) as archive:
        assert list(archive.verify()) == []


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE snapshots SET title = 'other' WHERE id = 2", "snapshots 2"),
        ("UPDATE snapshots SET fetched_at = '2020' WHERE id = 1", "snapshots 1"),
        ("UPDATE texts SET markdown = markdown || '!' WHERE id = 1", "snapshots 1"),
        ("UPDATE checks SET status = 201 WHERE id = 3", "checks 3"),
        ("UPDATE evidence SET headers = '[]' WHERE check_id = 1", "checks 1"),
        ("UPDATE pages SET url = 'https://other.example/'", "pages 1"),
        ("UPDATE notes SET note = 'other'", "notes 1"),
        ("DELETE FROM tags", "tags 2"),
        ("DELETE FROM checks WHERE id = 4", "checks 4"),
        ("INSERT INTO notes VALUES (9, 1, 'put in', '2026')", "notes 9"),
        ("UPDATE ledger SET digest = zeroblob(32) WHERE id = 2", "ledger 2"),
        ("DELETE FROM ledger WHERE id = 2", "ledger 2"),
        ("DELETE FROM ledger WHERE id = (SELECT max(id) FROM ledger)", "snapshots"),
        ("UPDATE search SET body = 'other' WHERE snapshot_id = 1", "search 1"),
        ("UPDATE pages SET versions = 99", "pages 1"),
        ("UPDATE bodies SET size = 1 WHERE rowid = 1", "body"),
        ("DELETE FROM texts WHERE snapshot_id = 1", "snapshots 1"),
        ("UPDATE site_blocks SET pages = 9 WHERE id = 1", "site_blocks of school.example"),
        ("UPDATE site_lone_lines SET lines = zeroblob(9) WHERE turn = 2", "site_lone_lines of school.example"),
        ("DELETE FROM site_containers", "site_containers of school.example"),
        ("UPDATE site_pages SET learned = 1 - learned WHERE page_id = 1", "site_pages of example.com"),
        ("UPDATE rereadings SET position = 7", "rereadings"),
        ("UPDATE due SET due_at = '2030'", "due of example.com"),
        ("DELETE FROM host_troubles", "host_troubles of b.example"),
        ("UPDATE feed_texts SET html = html || '!'", "feed_texts"),
        ("UPDATE events SET what = 'another page'", "events"),
        ("UPDATE sums SET rows = rows + 1 WHERE kind = 'sites'", "sites of school.example"),
    ],
)
def test_what_was_altered_by_other_means_is_named(filled: Path, statement: str, where: str) -> None:
    altered(filled, statement)
    found = damages(filled)
    assert any(damage.where.startswith(where) for damage in found), found


def test_every_table_is_proven_by_something(filled: Path) -> None:
    by_themselves = {"ledger", "sums", "bodies", "search", "_sqlite_migrations"}
    with Archive.open(filled) as archive:
        tables = {name for (name,) in archive.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    proven = {*ledger.KINDS, *ledger.PARTS, *sums.KINDS, *by_themselves}
    assert {name for name in tables if not name.startswith(("search_fts", "sqlite_"))} == proven


def test_an_index_in_the_middle_of_a_merge_is_whole(path: Path) -> None:
    """FTS5 merges in steps; between them pages are gone to which its own table still leads."""
    dice = random.Random(1)
    with Archive.open(path, create=True) as archive:
        for batch in range(8):
            with archive.batch():
                for number in range(12):
                    text = " ".join(f"w{dice.randrange(10**6)}" for _ in range(300))
                    save(
                        archive, text, hour=batch, key=f"//example.com/{batch}-{number}", url=f"{URL}/{batch}-{number}"
                    )
        for _ in range(20):
            archive.connection.execute("INSERT INTO search_fts(search_fts, rank) VALUES ('merge', -4)")
            firsts = archive.connection.execute(
                "SELECT min(id & 0x7fffffff) FROM search_fts_data WHERE id > 10 AND NOT id >> 31 & 0x3f GROUP BY id >> 37"
            ).fetchall()
            assert list(archive.verify()) == []
            if any(page > 1 for (page,) in firsts):
                break
        else:
            pytest.fail("no merge was caught in the middle")
        for statement in (
            "UPDATE search_fts_idx SET pgno = pgno + 2 WHERE pgno = (SELECT max(pgno) FROM search_fts_idx)",
            "DELETE FROM search_fts_idx WHERE pgno = (SELECT max(pgno) FROM search_fts_idx)",
        ):
            archive.connection.execute("BEGIN")
            assert archive.connection.execute(statement).rowcount
            assert "search_fts_idx" in {damage.where for damage in archive.verify()}
            archive.connection.execute("ROLLBACK")


def test_a_missing_body_is_named(filled: Path) -> None:
    altered(filled, "DELETE FROM bodies WHERE rowid = 1")
    assert "references" in {damage.part for damage in damages(filled)}


def test_a_head_written_down_elsewhere_proves_the_chain(filled: Path) -> None:
    with Archive.open(filled) as archive:
        count, head = archive.head()
        save(archive, "later", hour=20)
        assert archive.head()[0] > count
    assert damages(filled, expected_head=head) == []
    assert [d.part for d in damages(filled, expected_head="00" * 32)] == ["ledger"]


def test_what_is_derived_is_made_again(filled: Path) -> None:
    altered(
        filled,
        "DELETE FROM search WHERE snapshot_id = 1",
        "UPDATE search SET body = 'other' WHERE snapshot_id = 2",
        "INSERT INTO search_fts(search_fts) VALUES ('delete-all')",
        "UPDATE search_fts_config SET k = 'tersion'",
        "UPDATE bodies SET depth = depth + 1, size = size + 1",
        "UPDATE pages SET versions = 99, state = 'alive'",
        "UPDATE site_blocks SET sample = 'Away'",
        "DELETE FROM site_pages WHERE page_id = 1",
        "UPDATE site_lone_lines SET turn = turn + 40",
        "UPDATE rereadings SET position = 7",
        "UPDATE due SET due_at = '2030'",
    )
    assert all(damage.repairable for damage in damages(filled))
    with Archive.open(filled) as archive:
        archive.repair()
        assert archive.search("four")
    assert damages(filled) == []


def test_flipped_bits_are_found_wherever_they_are(filled: Path, tmp_path: Path) -> None:
    rng = random.Random(20261124)
    pristine, terms = filled.read_bytes(), indexed(filled)
    flipped: Counter[str] = Counter()
    for _ in range(FLIPS):
        broken = tmp_path / "broken.db"
        shutil.copy(filled, broken)
        table, column, row = _flip_one_value(broken, rng)
        found = damages(broken)
        # What newer entries of the full-text index have replaced is read by nobody.
        assert found or (table == "search_fts_data" and indexed(broken) == terms), (table, column, row)
        if table in {*ledger.KINDS, *sums.KINDS, "bodies"} and column not in UNNAMED:
            assert any(damage.where != "the file" for damage in found), (table, column, row, found)
        flipped[table] += 1
        for path in tmp_path.glob("broken.db*"):
            path.unlink()
    assert len(flipped) >= min(FLIPS // 6, 24)
    assert filled.read_bytes() == pristine


# A text's number is no evidence: their order is. The time of a migration is a remark.
UNTOLD = {("texts", "id"), ("_sqlite_migrations", "applied_at")}
UNNAMED = {"id", "page_id", "snapshot_id", "feed_id"}  # SQLite may find it before clipper does


def indexed(path: Path) -> list[tuple[object, ...]]:
    """All that the full-text index holds."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search_fts, instance)")
    found = connection.execute("SELECT term, doc, col, offset FROM temp.terms").fetchall()
    connection.close()
    return found


def _flip_one_value(path: Path, rng: random.Random) -> tuple[str, str, object]:
    """Flip one bit of one value of one row, of any column of any table."""
    connection = sqlite3.connect(path)
    for pragma in ("foreign_keys = OFF", "ignore_check_constraints = ON"):
        connection.execute(f"PRAGMA {pragma}")
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " AND name <> 'search_fts'"  # a view of the others
    ).fetchall()
    while True:
        (table,) = rng.choice(tables)
        columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info('{table}')")]
        column = rng.choice(columns)
        rows = connection.execute(f"SELECT * FROM {table} WHERE length({column}) > 0").fetchall()
        if not rows or (table, column) in UNTOLD:
            continue
        row = rng.choice(rows)
        value = row[columns.index(column)]
        if isinstance(value, int):
            new: object = value ^ (1 << rng.randrange(value.bit_length() + 1))
        else:
            data = value if isinstance(value, bytes) else value.encode()
            at = rng.randrange(len(data))
            new = data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]
        cast = "CAST(? AS TEXT)" if isinstance(value, str) else "?"
        same = " AND ".join(f"{name} IS ?" for name in columns)
        try:
            connection.execute(f"UPDATE {table} SET {column} = {cast} WHERE {same}", (new, *row))
        except sqlite3.IntegrityError:
            continue  # another row has that number
        connection.commit()
        connection.close()
        return table, column, row[0]


VALUES = st.none() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()


@given(st.lists(VALUES))
def test_the_rows_of_sums_are_written_as_json(row: list[object]) -> None:
    written = json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=bytes.hex)
    assert sums.writer()(tuple(row)) == written


def test_the_rows_of_sums_are_written_without_the_inside_of_json_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("json.encoder.c_make_encoder", None)
    assert sums.writer()(("a", 1, None, b"\x01")) == '["a",1,null,"01"]'


def test_an_archive_from_before_the_ledger_is_chained_when_it_is_migrated(path: Path) -> None:
    from sqlite_utils import Database

    from clipper.archive.migrations import migrations

    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(Database(connection), stop_before=SCRIPTS[1][0])
    connection.execute("INSERT INTO pages (url_key, url, host) VALUES ('//a.example/', 'https://a.example/', 'a')")
    connection.commit()
    connection.close()
    assert damages(path) == []
    with Archive.open(path) as archive:
        assert archive.head()[0] == 1
