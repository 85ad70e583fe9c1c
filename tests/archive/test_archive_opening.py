"""Which files are archives, and what is said of those that are not."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.archive.schema import APPLICATION_ID, LATEST, SCRIPTS
from clipper.errors import ArchiveError
from tests.archive.archive_material import KEY, capture, extraction, save


def schema(path: Path) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name")
    found = list(rows)
    connection.close()
    return found


def test_no_archive_says_how_to_make_one(path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"no archive at .*`clip URL` makes one"):
        Archive.open(path)
    assert not path.exists()


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize(
    "content",
    [
        b"x",
        b"x" * 511,
        b"\0" * 512,
        b"\0" * 9000,
        b"not SQLite at all" * 99,
        b"SQLite format 3\0",
        b"SQLite format 3\0" * 9,
    ],
    ids=lambda content: f"{content[:3]!r} {len(content)}",
)
def test_another_programs_file_is_refused_and_left_alone(path: Path, content: bytes, create: bool) -> None:
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match="not an SQLite file"):
        Archive.open(path, create=create)
    assert path.read_bytes() == content
    assert list(path.parent.glob(f"{path.name}*")) == [path]


def test_a_folder_and_what_is_no_plain_file_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, said in (
        (tmp_path, "is a folder"),
        (tmp_path / "pipe", "no plain file"),
        (Path("/dev/null"), "no plain"),
    ):
        with pytest.raises(ArchiveError, match=said):
            Archive.open(path, create=True)


def test_an_empty_file_is_no_archive_yet(path: Path) -> None:
    path.touch()
    with pytest.raises(ArchiveError, match="not an archive"):
        Archive.open(path)
    with Archive.open(path, create=True) as archive:
        assert archive.created


@pytest.mark.parametrize("pragma", ["application_id = 1196444487", "user_version = 3"])
def test_another_programs_database_without_tables_is_left_alone(path: Path, pragma: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA {pragma}")
    connection.close()
    with pytest.raises(ArchiveError, match="not an archive of clipper's"):
        Archive.open(path, create=True)


def test_another_programs_database_is_left_alone(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE notes (id INTEGER)")
    connection.commit()
    connection.close()
    with pytest.raises(ArchiveError, match="not an archive of clipper's"):
        Archive.open(path, create=True)
    assert [name for _, name, _ in schema(path)] == ["notes"]


def test_an_archive_of_a_newer_clipper_is_refused(path: Path) -> None:
    Archive.open(path, create=True).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {LATEST + 1}")
    connection.close()
    with pytest.raises(ArchiveError, match=r"newer clipper.*upgrade"):
        Archive.open(path, create=True)


@pytest.mark.parametrize("start", range(LATEST))
def test_migrating_from_every_version_ends_in_the_schema_of_a_new_archive(tmp_path: Path, start: int) -> None:
    from sqlite_utils import Database

    from clipper.archive.migrations import migrations

    old, new = tmp_path / "old.db", tmp_path / "new.db"
    connection = sqlite3.connect(old)
    names = [name for name, _ in SCRIPTS]
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(Database(connection), stop_before=names[start])
    connection.commit()
    connection.close()
    if start:
        Archive.open(old).close()
    else:  # nothing in it yet, not even tables: sqlite-utils makes them all
        connection = sqlite3.connect(old)
        migrations.apply(Database(connection))
        connection.commit()
        connection.close()
    Archive.open(new, create=True).close()
    assert schema(old) == schema(new)
    with Archive.open(old) as archive:
        save(archive)
        assert archive.search("first")


def test_opening_does_not_import_sqlite_utils_or_zstd(path: Path) -> None:
    Archive.open(path, create=True).close()
    code = (
        "import sys; from pathlib import Path; from clipper.archive import Archive;"
        "Archive.open(Path(sys.argv[1])).close();"
        "print([m for m in sys.modules if m.split('.')[0] in ('sqlite_utils', 'backports',"
        " 'click')])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert said.stdout == "[]\n"


def test_a_reader_cannot_write(path: Path) -> None:
    with Archive.open(path, create=True) as archive:
        save(archive)
    with Archive.open(path, readonly=True) as archive, pytest.raises(ArchiveError, match="written"):
        archive.tag(KEY, "x")


def test_a_dry_run_keeps_nothing(path: Path) -> None:
    with Archive.scratch(path) as archive:
        assert archive.record(capture(), extraction(), url_key=KEY).outcome == "new"
    assert not path.exists()
    Archive.open(path, create=True).close()
    with Archive.scratch(path) as archive:
        assert archive.record(capture(), extraction(), url_key=KEY).outcome == "new"
        assert archive.page(KEY) is None


def test_names_of_an_archive_may_hold_signs(tmp_path: Path) -> None:
    for name in ("a?b#c.db", "100%.db", "漏洞 archive.db"):
        with Archive.open(tmp_path / name, create=True) as archive:
            save(archive)
        assert (tmp_path / name).exists()


def test_tables_are_strict_and_keys_are_kept(archive: Archive) -> None:
    tables = archive.connection.execute(
        "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main'"
        " AND name NOT LIKE 'sqlite%' AND name NOT LIKE '_sqlite%' AND name NOT LIKE 'search_fts%'"
    ).fetchall()
    assert len(tables) >= 13
    assert {strict for _, strict in tables} == {1}
    with pytest.raises(sqlite3.IntegrityError):
        archive.connection.execute("INSERT INTO tags (page_id, tag, added_at) VALUES (99, 'x', 'now')")


def test_datasette_and_sqlite_utils_find_the_index(path: Path) -> None:
    from sqlite_utils import Database

    with Archive.open(path, create=True) as archive:
        save(archive, "漏洞 words")
    database = Database(path)
    assert database["search"].detect_fts() == "search_fts"
    assert len(list(database["search"].search('"漏 洞"'))) == 1
    database.close()
