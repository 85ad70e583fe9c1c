"""Archives of every schema version that was shipped are opened, brought up to date, and whole."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.archive.schema import LATEST
from clipper.models import PageState

SHIPPED = sorted((Path(__file__).parents[2] / "fixtures" / "archives").glob("v*.db"))
KEY = "//garden.example/posts/pond"


def opened(shipped: Path, path: Path) -> Archive:
    shutil.copy(shipped, path)
    return Archive.open(path)


def test_every_shipped_version_is_here() -> None:
    assert [path.stem for path in SHIPPED] == [f"v{number}" for number in range(1, LATEST + 1)]


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda path: path.stem)
def test_an_older_archive_is_whole_after_its_migration(shipped: Path, path: Path) -> None:
    with opened(shipped, path) as archive:
        assert archive.connection.execute("PRAGMA user_version").fetchone() == (LATEST,)
        assert list(archive.verify()) == []
        page = archive.page(KEY)
        assert page is not None
        assert (page.state, page.versions, page.checks) == (PageState.GONE, 5, 8)
        texts = [archive.markdown(s.id) for s in archive.history(KEY)]
        assert texts[1] == "A garden without a pond."
        assert texts[-1].endswith("The heron came.")
        for snapshot in archive.history(KEY):
            assert b"<h1>The pond</h1>" in archive.body(snapshot.body_sha256 or "")
        assert archive.tags(KEY) == ("garden", "水")
        assert [hit.page.url_key for hit in archive.search("鲤鱼")] == [KEY]
        archive.tag(KEY, "still writable")
        assert list(archive.verify()) == []


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda path: path.stem)
def test_opening_to_read_brings_it_up_to_date_too(shipped: Path, path: Path) -> None:
    shutil.copy(shipped, path)
    with Archive.open(path, readonly=True) as archive:
        assert len(archive.history(KEY)) == 5


@pytest.mark.parametrize("shipped", [path for path in SHIPPED if path.stem != "v1"], ids=lambda path: path.stem)
@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE pages SET url = 'https://other.example/' WHERE id = 1", "pages 1"),
        ("UPDATE feeds SET kind = 'page'", "feeds 1"),
        ("UPDATE checks SET status = 201 WHERE id = 1", "checks 1"),
    ],
)
def test_a_migration_does_not_wash_what_was_altered_before(
    shipped: Path, path: Path, statement: str, where: str
) -> None:
    shutil.copy(shipped, path)
    raw = sqlite3.connect(path)
    raw.execute(statement)
    raw.commit()
    raw.close()
    with Archive.open(path) as archive:
        assert where in {damage.where for damage in archive.verify()}
