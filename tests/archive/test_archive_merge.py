"""Archives joined: twice is once, and the order does not matter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipper.archive import Archive
from clipper.errors import ArchiveError
from tests.archive.archive_material import KEY, START, URL, save
from tests.archive.test_archive_order import ARTICLES, Event, bytes_of, file, told

EVENTS = st.lists(st.tuples(st.integers(0, 30), ARTICLES), min_size=1, max_size=9, unique_by=lambda e: e[0])


@settings(max_examples=40, deadline=None)
@given(events=EVENTS, owners=st.lists(st.integers(0, 2), min_size=9, max_size=9), data=st.data())
def test_archives_merged_in_any_order_are_one_archive(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], owners: list[int], data: Any
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    for event, owner in zip(sorted(events), owners, strict=False):
        for path in (folder / f"{owner}.db", folder / "whole.db"):
            with Archive.open(path, create=True, keep_bodies="all") as archive:
                file(archive, event)
    parts = data.draw(st.permutations(sorted(folder.glob("[0-9].db"))))
    with (
        Archive.open(folder / "whole.db") as whole,
        Archive.open(folder / "joined.db", create=True, keep_bodies="all") as joined,
    ):
        for part in parts:
            joined.merge(part)
        assert told(joined) == told(whole)
        assert bytes_of(joined) == bytes_of(whole)
        assert list(joined.verify()) == []
        head = joined.head()
        for part in parts:
            assert joined.merge(part).checks == 0
        assert joined.head() == head


def test_what_the_user_said_is_merged(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with Archive.open(other, create=True) as archive:
        save(archive)
        archive.tag(KEY, "theirs")
        archive.note(KEY, "a note")
        feed = archive.watch("https://example.com/feed", kind="feed", tags=("x",))
        archive.list_entry(feed, URL, url_key=KEY, title="t", published=None, at=START)
    with Archive.open(path, create=True) as archive:
        save(archive, "later", hour=3)
        archive.tag(KEY, "ours")
        for _ in range(2):
            archive.merge(other)
        assert archive.tags(KEY) == ("ours", "theirs", "x")
        assert archive.notes(KEY) == ("a note",)
        assert [source.url for source in archive.sources()] == ["https://example.com/feed"]
        assert archive.stats()["listings"] == 1
        assert archive.validators(KEY).etag == '"3"'


def test_other_bytes_at_the_same_time_are_both_kept_and_named(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with Archive.open(other, create=True) as archive:
        save(archive, "theirs")
    with Archive.open(path, create=True) as archive:
        save(archive, "ours")
        (conflict,) = archive.merge(other).conflicts
        assert conflict.url_key == KEY
        assert {archive.markdown(s.id) for s in archive.history(KEY)} == {"ours", "theirs"}


def test_only_archives_are_merged(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive at"):
        archive.merge(tmp_path / "none.db")
