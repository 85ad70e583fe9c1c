"""The sample archive of the top level is what the tapes and today's code make."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from clipper.archive import Archive

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "archive.db"
AGAIN = "archive.db is stale; `python fixtures/make_archive.py` (or `just archive`) makes it again"
# How bytes are packed is zstd's affair, and may differ from one release of it to the next.
PACKING = {"data", "stored", "codec", "base", "depth"}


def rows(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that is not derived, and the schema itself."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        schema = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        virtual = [name for kind, name, sql in schema if kind == "table" and "VIRTUAL" in str(sql)]
        tables = [n for k, n, _ in schema if k == "table" and not n.startswith(("sqlite_", *virtual))]
        found = {"the schema": schema}
        for table in tables:
            columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
            kept = ", ".join(f'"{c}"' for c in columns if table != "bodies" or c not in PACKING)
            found[table] = connection.execute(f'SELECT {kept} FROM "{table}" ORDER BY 1, 2').fetchall()
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sample") / "made.db"
    subprocess.run(
        [sys.executable, str(ROOT / "fixtures" / "make_archive.py"), str(file)],
        check=True,
        stdout=subprocess.DEVNULL,
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
    )
    return file


def test_the_sample_is_what_the_tapes_make(made: Path) -> None:
    ours, theirs = rows(SAMPLE), rows(made)
    assert ours.keys() == theirs.keys(), AGAIN
    assert [table for table in ours if ours[table] != theirs[table]] == [], AGAIN


def test_the_sample_is_made_alike_each_time(made: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.db"
    subprocess.run(
        [sys.executable, str(ROOT / "fixtures" / "make_archive.py"), str(again)],
        check=True,
        stdout=subprocess.DEVNULL,
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
    )
    assert again.read_bytes() == made.read_bytes()


def test_the_sample_is_one_file_that_can_be_read_where_it_lies() -> None:
    with closing(sqlite3.connect(f"file:{SAMPLE}?mode=ro&immutable=1", uri=True)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_sample_has_two_versions_a_failure_tags_and_a_note() -> None:
    with Archive.open(SAMPLE, readonly=True) as archive:
        pages = {page.url: page for page in archive.pages()}
        article = pages["https://www.4hou.com/posts/Dm0x"]
        assert article.versions == 2
        assert archive.tags(article.url_key) == ("security", "供应链")
        assert len(archive.notes(article.url_key)) == 1
        assert {str(page.state) for page in pages.values()} >= {"alive", "gone"}
        assert [hit.page.url for hit in archive.search("漏洞")][:1] == [article.url]
        assert list(archive.verify()) == []


def test_datasette_opens_the_sample() -> None:
    command = [sys.executable, "-m", "datasette", str(SAMPLE), "--get", "/archive/pages.json?_shape=array"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "https://www.4hou.com/posts/Dm0x" in {page["url"] for page in json.loads(said)}
