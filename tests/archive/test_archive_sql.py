"""Other programs' SQL reads everything."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

from clipper.archive import Archive
from clipper.archive.sql import register
from tests.archive.archive_material import capture, save


def test_functions_read_bodies_and_texts(path: Path) -> None:
    with Archive.open(path, create=True) as archive:
        for number in range(4):
            save(archive, "long words " * 1000 + str(number), hour=number)
    connection = sqlite3.connect(path)
    register(connection)
    rows = connection.execute(
        "SELECT clip_body(body_sha256), clip_text(id) FROM snapshots ORDER BY fetched_at"
    ).fetchall()
    for number, (body, text) in enumerate(rows):
        said = "long words " * 1000 + str(number)
        assert body == capture(said, hour=number).body
        assert text == said
    nothing = connection.execute("SELECT clip_body('x'), clip_body(NULL), clip_text(99)").fetchone()
    assert nothing == (None, None, None)
    connection.close()


def sqlite_utils(path: Path, query: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from sqlite_utils.cli import cli; cli(sys.argv[1:])"
    return subprocess.run([sys.executable, "-c", code, str(path), query], capture_output=True, encoding="utf-8")


def test_sqlite_utils_has_the_functions_by_its_plugin_hook(path: Path, tmp_path: Path) -> None:
    with Archive.open(path, create=True) as archive:
        save(archive, "long words 漏洞 " * 1000, hour=0)
        save(archive, "other words", hour=1)
    said = sqlite_utils(
        path,
        "select length(clip_body(body_sha256)) as size, length(clip_text(id)) as characters from snapshots"
        " where id in (select rowid from search_fts where search_fts match clip_match('漏洞'))",
    )
    (row,) = json.loads(said.stdout)
    assert row == {"size": len(capture("long words 漏洞 " * 1000, hour=0).body), "characters": 14000}
    other = sqlite_utils(tmp_path / "other.db", "select clip_text(1)")
    assert "no such function" in other.stderr


def test_views_answer(path: Path) -> None:
    with Archive.open(path, create=True) as archive:
        save(archive, "one", hour=0)
        save(archive, "two", hour=1)
        views = ("latest", "recent_changes", "failures", "hosts")
        counts = [archive.connection.execute(f"SELECT count(*) FROM {view}").fetchone()[0] for view in views]
        (markdown,) = archive.connection.execute("SELECT markdown FROM latest").fetchone()
    assert counts == [1, 1, 0, 1]
    assert markdown == "two"
