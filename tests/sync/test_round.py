"""One run after the other on the little web: what is filed, what is told, what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.models import PageState
from clipper.sync.queue import Wanted
from clipper.urls import url_key
from tests.sync.month import CHALLENGE, HTML, run_once
from tests.sync.web import DAY, HOUR, START, Feed, Page, Time, Web

LONG_AGO = START - 90 * DAY


@pytest.fixture
def web() -> Web:
    return Web(Time())  # without sockets: `test_month` has them


@pytest.fixture
def archive(web: Web, tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "a.db", create=True, clock=web.time.clock) as archive:
        yield archive


def told(archive: Archive) -> list[tuple[str, str | None]]:
    """What a report would tell now, and tells no second time."""
    events = [(event.kind, event.url or event.host) for event in archive.diary.untold()]
    archive.diary.told()
    return events


def page(web: Web, host: str = "a.test", name: str = "one", **life: object) -> Page:
    return web.add(Page(host, f"/{name}", f"Report {name}", LONG_AGO, **life))  # type: ignore[arg-type]


def later(web: Web, span: timedelta) -> None:
    web.time.sleep(span.total_seconds())


def test_a_run_is_silent_and_asks_for_nothing_when_nothing_is_due(web: Web, archive: Archive) -> None:
    archive.watch(page(web).url, kind="page")
    assert run_once(archive, web) == ["http://a.test/one"]
    assert [kind for kind, _ in told(archive)] == ["new"]
    before = sum(web.asked.values())
    assert run_once(archive, web) == []
    assert told(archive) == []
    assert sum(web.asked.values()) == before


def test_force_and_every_look_at_what_is_not_due_and_limit_and_host_at_less(web: Web, archive: Archive) -> None:
    for host in ("a.test", "b.test"):
        for name in ("one", "two"):
            archive.watch(page(web, host, name).url, kind="page")
    assert len(run_once(archive, web, wanted=Wanted(limit=3))) == 3
    assert len(run_once(archive, web)) == 1
    assert len(run_once(archive, web, wanted=Wanted(force=True, host="b.test"))) == 2
    later(web, 2 * HOUR)
    assert len(run_once(archive, web, wanted=Wanted(every=HOUR))) == 4
    assert run_once(archive, web, wanted=Wanted(every=HOUR)) == []


def test_one_article_in_two_feeds_is_one_page_with_two_listings(web: Web, archive: Archive) -> None:
    one = page(web)
    for host in ("a.test", "b.test"):
        web.feeds[host] = Feed(host, [one])
        archive.watch(web.feeds[host].url, kind="feed", tags=(host,))
    run_once(archive, web)
    assert [event for event in told(archive) if event[0] == "new"] == [("new", "http://a.test/one?utm_source=a.test")]
    assert archive.stats()["listings"] == 2
    assert archive.tags(url_key(one.url)) == ("a.test", "b.test")


@pytest.mark.parametrize("first", ["twin", "original"])
def test_an_article_under_two_addresses_is_one_page(web: Web, archive: Archive, first: str) -> None:
    original = page(web)
    twin = page(web, name="print", canonical=original.url, twin=original)
    web.feeds["a.test"] = Feed("a.test", [original, twin] if first == "twin" else [twin, original])
    archive.watch(web.feeds["a.test"].url, kind="feed")
    run_once(archive, web)
    assert [kind for kind, _ in told(archive)] == ["new"]
    assert archive.stats()["pages"] == 1
    known = archive.page(url_key(twin.url))
    assert known is not None
    assert known == archive.page(url_key(original.url))
    later(web, 2 * HOUR)
    run_once(archive, web, wanted=Wanted(force=True))
    assert archive.stats()["pages"] == 1


def test_a_canonical_address_that_every_page_names_joins_nothing(web: Web, archive: Archive) -> None:
    pages = [page(web, name=f"p{n}", canonical="http://a.test/p0") for n in range(4)]
    web.feeds["a.test"] = Feed("a.test", pages)
    archive.watch(web.feeds["a.test"].url, kind="feed")
    run_once(archive, web)
    assert archive.stats()["pages"] == 4
    titles = {archive.snapshot(url_key(one.url)).title for one in pages}
    assert titles == {one.title for one in pages}


def test_a_page_that_moved_is_the_same_page(web: Web, archive: Archive) -> None:
    moved = page(web, moved=START + HOUR)
    archive.watch(moved.url, kind="page")
    run_once(archive, web)
    later(web, 8 * HOUR)
    run_once(archive, web)
    assert archive.stats()["pages"] == 1
    assert archive.page(url_key("http://a.test/new/one")) == archive.page(url_key(moved.url))


def test_the_feeds_text_stands_in_for_a_page_that_cannot_be_had_until_it_comes(web: Web, archive: Archive) -> None:
    missing = page(web, edits=[START + DAY], moved=None)
    web.feeds["a.test"] = Feed("a.test", [missing], full=True)
    archive.watch(web.feeds["a.test"].url, kind="feed")
    web.troubles["a.test"] = lambda _host, path, now: (
        (404, {}, b"") if path != "/feed.xml" and now < START + DAY else None
    )
    run_once(archive, web)
    assert [kind for kind, _ in told(archive)] == ["failing"]
    key = url_key(missing.url)
    snapshot = archive.snapshot(key)
    assert snapshot.source == "feed"
    assert missing.mark(0) in archive.markdown(snapshot.id)
    known = archive.page(key)
    assert known is not None
    assert known.state is PageState.GONE
    assert list(archive.verify()) == []
    later(web, DAY + HOUR)
    run_once(archive, web)
    assert sorted(kind for kind, _ in told(archive)) == ["back", "new"]
    assert archive.snapshot(key).source != "feed"
    assert missing.mark(1) in archive.markdown(archive.snapshot(key).id)


def test_one_answer_is_no_proof_that_a_page_is_gone(web: Web, archive: Archive) -> None:
    archive.watch(page(web, gone=START + HOUR).url, kind="page")
    run_once(archive, web)
    told(archive)
    heard = []
    for hour in range(40):
        later(web, HOUR)
        run_once(archive, web)
        heard += [(hour, kind) for kind, _ in told(archive)]
    ((hour, kind),) = heard
    assert kind == "gone"
    assert hour >= 24
    assert archive.snapshot(url_key("http://a.test/one")).title == "Report one"


def test_a_host_that_is_down_is_told_of_once_and_its_pages_are_not(web: Web, archive: Archive) -> None:
    for number in range(9):
        archive.watch(page(web, name=f"p{number}").url, kind="page")
    run_once(archive, web)
    told(archive)
    web.down["a.test"] = (START + 6 * HOUR, START + 60 * HOUR)
    heard = []
    for _ in range(96):
        later(web, HOUR)
        run_once(archive, web)
        heard += told(archive)
    assert [kind for kind, _ in heard] == ["host left", "host back"]
    assert archive.diary.troubles() == []


def test_a_captcha_in_the_place_of_a_feed_counts_against_its_host(web: Web, archive: Archive) -> None:
    web.feeds["a.test"] = Feed("a.test", [page(web, name=f"p{number}") for number in range(8)])
    archive.watch(web.feeds["a.test"].url, kind="feed")
    web.troubles["a.test"] = lambda _host, _path, _now: (200, HTML, CHALLENGE)
    heard: list[tuple[str, str | None]] = []
    while ("host left", "a.test") not in heard:
        run_once(archive, web)
        heard += told(archive)
        later(web, HOUR)
    assert web.asked["a.test"] <= 6
    for _ in range(48):
        run_once(archive, web)
        later(web, HOUR)
    assert web.asked["a.test"] <= 6 + 2 * 6  # a probe after 1, 2, 4, 8, 16, 24 hours
    assert told(archive) == []


def test_a_killed_run_is_taken_up_and_what_it_found_is_told(web: Web, archive: Archive) -> None:
    for number in range(4):
        archive.watch(page(web, name=f"p{number}").url, kind="page")
    assert len(run_once(archive, web, looks=2)) == 2
    assert len(run_once(archive, web)) == 2
    assert sorted(told(archive)) == [("new", f"http://a.test/p{number}") for number in range(4)]


def test_a_page_of_a_paused_source_is_left_in_peace(web: Web, archive: Archive) -> None:
    source = archive.watch(page(web).url, kind="page")
    archive.watched.edit(source, paused=True)
    assert run_once(archive, web) == []
    archive.watched.edit(source, paused=False)
    assert run_once(archive, web) == ["http://a.test/one"]


def test_an_interval_of_the_users_counts_more_than_history(web: Web, archive: Archive) -> None:
    source = archive.watch(page(web).url, kind="page")
    archive.watched.edit(source, every=timedelta(minutes=20))
    looks = 0
    for _ in range(6):
        looks += len(run_once(archive, web))
        later(web, timedelta(minutes=20))
    assert looks == 6


def test_an_interval_of_a_host_counts_from_the_next_run_on(web: Web, archive: Archive) -> None:
    """It is in the configuration, and no command tells the archive that it changed."""
    for host in ("a.test", "b.test", "c.test"):
        archive.watch(page(web, host).url, kind="page")
    archive.watched.edit(archive.sources()[2], every=7 * DAY)
    every = {"b.test": timedelta(minutes=30), "c.test": timedelta(minutes=30)}.get
    run_once(archive, web)
    later(web, HOUR)
    assert run_once(archive, web) == []
    assert run_once(archive, web, every=every) == ["http://b.test/one"]
    later(web, timedelta(minutes=10))
    assert run_once(archive, web, every=every) == []
    web.troubles["b.test"] = lambda *_: (500, HTML, b"<h1>Oops</h1>")
    later(web, timedelta(minutes=30))
    run_once(archive, web, every=every)
    later(web, timedelta(minutes=40))
    assert run_once(archive, web, every=every) == []  # a page that fails is tried again at its own pace


def test_a_clock_that_jumped_ahead_stops_nothing(web: Web, archive: Archive) -> None:
    archive.watch(page(web, edits=[START + 2 * HOUR]).url, kind="page")
    web.time.wrong = timedelta(days=400)
    run_once(archive, web)
    web.time.wrong = timedelta()
    later(web, 3 * HOUR)
    assert run_once(archive, web) == ["http://a.test/one"]


def test_broken_feeds_are_told_of_when_they_begin_and_when_they_end(web: Web, archive: Archive) -> None:
    web.feeds["a.test"] = Feed("a.test", [page(web)], broken=(START + 2 * HOUR, START + 40 * HOUR))
    archive.watch(web.feeds["a.test"].url, kind="feed")
    heard = []
    for _ in range(80):
        run_once(archive, web)
        heard += [kind for kind, _ in told(archive) if "feed" in kind]
        later(web, HOUR)
    assert heard == ["feed failing", "feed back"]


@pytest.mark.parametrize(
    ("way", "now_at"),
    [
        ({"old.test": (301, "a.test")}, "a.test"),
        ({"old.test": (308, "b.test"), "b.test": (301, "a.test")}, "a.test"),
        ({"old.test": (301, "b.test"), "b.test": (302, "a.test")}, "b.test"),
        ({"old.test": (302, "b.test"), "b.test": (301, "a.test")}, "old.test"),
        ({"old.test": (307, "a.test")}, "old.test"),
        ({"old.test": (301, "empty.test")}, "old.test"),  # where it leads there is no feed
    ],
)
def test_a_feed_that_moved_for_good_is_read_where_it_is_now(
    web: Web, archive: Archive, way: dict[str, tuple[int, str]], now_at: str
) -> None:
    one = page(web)
    for host in ("old.test", "a.test", "b.test"):
        web.feeds[host] = Feed(host, [one])
    page(web, "empty.test", "feed.xml")
    archive.watch("http://old.test/feed.xml", kind="feed", tags=("pumps",))
    run_once(archive, web)
    told(archive)
    for host, (status, target) in way.items():
        answer = status, {"Location": f"http://{target}/feed.xml"}, b""
        web.troubles[host] = lambda _host, path, _now, answer=answer: answer if path == "/feed.xml" else None
    for _ in range(3):
        later(web, DAY)
        run_once(archive, web)
    (source,) = archive.sources()
    assert source.url == f"http://{now_at}/feed.xml"
    moved = [("feed moved", source.url)] if now_at != "old.test" else []
    assert [event for event in told(archive) if event[0] != "feed failing"] == moved
    assert archive.watched.find("http://old.test/feed.xml") == source
    assert archive.watched.former() == ({source.id: "http://old.test/feed.xml"} if moved else {})
    assert archive.watch("http://old.test/feed.xml", kind="feed").id == source.id
    assert archive.stats()["feeds"] == 1
    assert list(archive.verify()) == []


def test_a_feed_that_moved_to_where_another_one_is_stays_and_is_told_of_once(web: Web, archive: Archive) -> None:
    for host in ("old.test", "a.test"):
        web.feeds[host] = Feed(host, [page(web)])
        archive.watch(web.feeds[host].url, kind="feed")
    web.troubles["old.test"] = lambda _host, _path, _now: (301, {"Location": "http://a.test/feed.xml"}, b"")
    for _ in range(3):
        run_once(archive, web)
        later(web, DAY)
    assert [event for event in told(archive) if "feed" in event[0]] == [("feed odd", "http://old.test/feed.xml")]
    assert [source.url for source in archive.sources()] == ["http://old.test/feed.xml", "http://a.test/feed.xml"]
