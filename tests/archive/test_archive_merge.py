"""Archives joined: twice is once, and the order does not matter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipper.archive import Archive, lone_lines
from clipper.archive.prune import Rule
from clipper.errors import ArchiveError
from clipper.models import Observed, Site
from tests.archive.archive_material import KEY, START, URL, capture, extraction, save
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


def taught(path: Path, lessons: list[tuple[int, int]]) -> None:
    """An archive that learned lines of a host, as (line, page) tells."""
    with Archive.open(path, create=True) as archive:
        for page in sorted({page for _, page in lessons}):
            lines = tuple(
                (f"{line:016x}", ("above", "within", "below")[(line + page) % 3], f"line {line}")
                for line in sorted({line for line, which in lessons if which == page})
            )
            url = f"https://school.example/{page}"
            read = replace(extraction(f"page {page}"), observed=Observed("school.example", lines, f"div.{page % 2}"))
            archive.record(capture(f"page {page}", hour=page, url=url), read, url_key=url[6:])


def learned(archive: Archive) -> tuple[Site, list[Any], list[Any], list[Any]]:
    seen = "SELECT digest, turn, first_seen <= last_seen FROM site_blocks ORDER BY digest"
    lone = "SELECT host, turn, seen_at, lines FROM site_lone_lines ORDER BY 1, 2, 3"
    pages = (
        "SELECT url_key, site_pages.host, text_digest, canonical_url, learned FROM site_pages"
        " JOIN pages ON pages.id = page_id ORDER BY url_key"
    )
    site = archive.site("school.example", every=True)
    blocks = tuple(sorted(site.blocks, key=lambda block: block.digest))
    containers = tuple(sorted(site.containers))
    found = [archive.connection.execute(query).fetchall() for query in (seen, pages, lone)]
    return replace(site, blocks=blocks, containers=containers), *found


LESSONS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 44)), min_size=1, max_size=25, unique=True)


@settings(max_examples=15, deadline=None)
@given(parts=st.lists(LESSONS, min_size=2, max_size=3), data=st.data())
def test_what_was_learned_of_hosts_is_merged_in_any_order_and_once(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[tuple[int, int]]], data: Any
) -> None:
    folder = tmp_path_factory.mktemp("learned")
    paths = [folder / f"{number}.db" for number in range(len(parts))]
    for path, lessons in zip(paths, parts, strict=True):
        taught(path, lessons)
    told = []
    for name, order in (("one", paths), ("other", data.draw(st.permutations(paths)))):
        with Archive.open(folder / f"{name}.db", create=True) as joined:
            for path in order:
                joined.merge(path)
            told.append(learned(joined))
            head = joined.head()
            for path in order:
                joined.merge(path)
            assert learned(joined) == told[-1]
            assert joined.head() == head
            assert list(joined.verify()) == []
    assert told[0] == told[1]
    assert told[0][0].pages == max(len({page for _, page in lessons}) for lessons in parts)
    assert {page for page, *_ in told[0][2]} == {f"//school.example/{page}" for part in parts for _, page in part}


def test_a_merge_into_a_new_archive_knows_what_the_other_knew(path: Path, tmp_path: Path) -> None:
    taught(
        tmp_path / "other.db", [(line, page) for line in range(5) for page in range(12) if line + page < 12] + [(6, 3)]
    )
    with Archive.open(tmp_path / "other.db") as other, Archive.open(path, create=True) as archive:
        archive.merge(other.path)
        assert learned(archive)[:3] == learned(other)[:3]
        assert archive.site("school.example").blocks
        counts = {lone_lines.count(one.connection, "school.example") for one in (archive, other)}
        assert counts == {1}


@pytest.mark.parametrize("order", [("pruned.db", "whole.db"), ("whole.db", "pruned.db")])
def test_what_one_archive_pruned_comes_from_another(path: Path, tmp_path: Path, order: tuple[str, str]) -> None:
    for name in order:
        with Archive.open(tmp_path / name, create=True) as archive:
            for hour, text in enumerate(["one", "two", "two", "three"]):
                save(archive, text, hour=hour)
            if name == "pruned.db":
                assert len(list(archive.prune(Rule(keep=1)))) == 1
    with Archive.open(path, create=True) as archive, Archive.open(tmp_path / "whole.db") as whole:
        for name in (*order, *order):
            archive.merge(tmp_path / name)
        assert told(archive) == told(whole)
        assert archive.pruned(KEY) == 0
        assert [archive.evidence_of(s.id) for s in archive.history(KEY)] == [
            whole.evidence_of(s.id) for s in whole.history(KEY)
        ]
        assert list(archive.verify()) == []


def test_what_was_pruned_here_stays_away_and_what_was_pruned_there_is_remembered(path: Path, tmp_path: Path) -> None:
    for place in (path, tmp_path / "other.db"):
        with Archive.open(place, create=True) as archive:
            for hour, text in enumerate(["one", "two", "three"]):
                save(archive, text, hour=hour)
    with Archive.open(path) as archive:
        list(archive.prune(Rule(keep=1)))
        archive.merge(tmp_path / "other.db")
        assert (archive.pruned(KEY), len(archive.history(KEY))) == (1, 2)
    with Archive.open(tmp_path / "new.db", create=True) as archive:
        for _ in range(2):
            archive.merge(path)
        assert (archive.pruned(KEY), len(archive.history(KEY)), len(archive.checks(KEY))) == (1, 2, 3)
        assert list(archive.verify()) == []


def test_bytes_that_one_of_two_archives_read_again_are_one_capture(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    for place in (path, other):
        with Archive.open(place, create=True) as archive:
            save(archive, "read long ago")
    with Archive.open(other) as archive:
        (found,) = archive.stored()
        archive.record_reading(found, extraction("read better", title="Another title"))
    with Archive.open(path) as archive:
        merged = archive.merge(other)
        assert (merged.known, merged.conflicts, len(archive.checks(KEY))) == (1, (), 1)


def test_only_archives_are_merged(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive at"):
        archive.merge(tmp_path / "none.db")
