"""The feed of changes: what a feed reader gets of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.feeds import read_feed
from clipper.sync.changes import atom
from tests.sync.month import run_once
from tests.sync.web import DAY, HOUR, START, Page, Time, Web


@pytest.fixture
def web() -> Web:
    return Web(Time())


def test_each_change_is_an_entry_with_its_difference(web: Web, tmp_path: Path) -> None:
    page = web.add(Page("a.test", "/one", "Fish & <chips>", START - DAY, edits=[START + HOUR, START + 20 * HOUR]))
    gone = web.add(Page("a.test", "/two", "Two", START - DAY, gone=START + HOUR))
    with Archive.open(tmp_path / "a.db", create=True, clock=web.time.clock) as archive:
        for one in (page, gone):
            archive.watch(one.url, kind="page")
        for _ in range(60):
            run_once(archive, web)
            web.time.sleep(3600)
        now = web.time.clock()
        text = atom(archive, since=START, now=now)
        again = atom(archive, since=START, now=now + DAY)
        late = atom(archive, since=now - timedelta(hours=50), now=now, limit=1)
        everything = read_feed(
            atom(archive, since=START, now=now, new=True).encode(), url="https://me.example/changes.xml"
        )
    assert text == again  # a reader that asks again finds nothing new
    feed = read_feed(text.encode(), url="https://me.example/changes.xml")
    assert feed.warnings == ()
    assert [entry.url for entry in feed.entries] == [gone.url, page.url, page.url]
    newest = feed.entries[1]
    assert newest.title is not None
    assert newest.title.startswith("Fish &")
    assert newest.content_html is not None
    assert "<ins>2</ins>" in newest.content_html
    assert "<del>1</del>" in newest.content_html
    assert len(read_feed(late.encode(), url="u").entries) == 1
    assert len(everything.entries) == 5
    assert len({entry.guid for entry in everything.entries}) == 5


def test_page_text_is_text_in_it(web: Web, tmp_path: Path) -> None:
    page = web.add(
        Page("a.test", "/one", "&lt;script&gt;alert(1)&lt;/script&gt; ]]&gt;", START - DAY, edits=[START + HOUR])
    )
    with Archive.open(tmp_path / "a.db", create=True, clock=web.time.clock) as archive:
        archive.watch(page.url, kind="page")
        for _ in range(9):
            run_once(archive, web)
            web.time.sleep(3600)
        text = atom(archive, since=START, now=web.time.clock())
    (entry,) = read_feed(text.encode(), url="https://me.example/").entries
    assert entry.content_html is not None
    assert "<script" not in text
    assert "alert(1)" in text
