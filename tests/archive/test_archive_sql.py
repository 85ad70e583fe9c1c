"""Other programs' SQL reads everything."""

from __future__ import annotations

import sqlite3
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


def test_views_answer(path: Path) -> None:
    with Archive.open(path, create=True) as archive:
        save(archive, "one", hour=0)
        save(archive, "two", hour=1)
        views = ("latest", "recent_changes", "failures", "hosts")
        counts = [archive.connection.execute(f"SELECT count(*) FROM {view}").fetchone()[0] for view in views]
        (markdown,) = archive.connection.execute("SELECT markdown FROM latest").fetchone()
    assert counts == [1, 1, 0, 1]
    assert markdown == "two"
