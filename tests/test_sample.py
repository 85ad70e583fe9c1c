"""The sample archive of the top level is what the tapes make."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from clipper.archive import Archive

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "archive.db"
STORY = """
    SELECT pages.url_key, checks.checked_at, checks.outcome, checks.status, snapshots.title, snapshots.change
    FROM checks JOIN pages ON pages.id = checks.page_id LEFT JOIN snapshots ON snapshots.id = checks.snapshot_id
    ORDER BY checks.id
"""


def story(file: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return list(connection.execute(STORY))


def test_the_sample_is_made_from_the_tapes(tmp_path: Path) -> None:
    made = tmp_path / "made.db"
    subprocess.run(
        [sys.executable, str(ROOT / "fixtures" / "make_archive.py"), str(made)],
        check=True,
        stdout=subprocess.DEVNULL,
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
    )
    assert story(SAMPLE) == story(made)


def test_the_sample_has_two_versions_a_failure_tags_and_a_note() -> None:
    with Archive.open(SAMPLE, readonly=True) as archive:
        pages = {page.url: page for page in archive.pages()}
        article = pages["https://www.4hou.com/posts/Dm0x"]
        assert article.versions == 2
        assert archive.tags(article.url_key) == ("security", "供应链")
        assert len(archive.notes(article.url_key)) == 1
        assert {str(page.state) for page in pages.values()} >= {"alive", "gone"}
        assert [hit.page.url for hit in archive.search("漏洞")][:1] == [article.url]
