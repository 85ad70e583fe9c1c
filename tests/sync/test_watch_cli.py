"""`clip watch`: what is given is found out, listed, edited, exported."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.fetch.server import page
from tests.sync.site import HTML, XML, Command, Site


def watched(clip: Command, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    clip("watch", "list", "--json")
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(
    ("given", "options", "kind", "path"),
    [
        ("/feed", (), "feed", "/feed"),
        ("/home", (), "feed", "/feed"),  # the page that the feed says is its home
        ("/", (), "feed", "/feed"),
        ("/home", ("--as", "page"), "page", "/home"),
        ("/one", (), "page", "/one"),
        ("/map.xml", (), "sitemap", "/map.xml"),
        ("/map.xml.gz", (), "sitemap", "/map.xml.gz"),
        ("/list.opml", (), "feed", "/feed"),
    ],
)
def test_what_is_given_is_found_out(
    clip: Command,
    site: Site,
    capsys: pytest.CaptureFixture[str],
    given: str,
    options: tuple[str, ...],
    kind: str,
    path: str,
) -> None:
    base, routes = site
    sitemap = f"<urlset><url><loc>{base}/one</loc></url></urlset>".encode()
    routes["/map.xml"], routes["/map.xml.gz"] = (
        page(sitemap, XML),
        page(gzip.compress(sitemap), "Content-Type: application/gzip"),
    )
    routes["/list.opml"] = page(f"<opml><body><outline xmlUrl='{base}/feed'/></body></opml>".encode(), XML)
    assert clip("watch", "add", base + given, *options) == 0
    assert [(one["kind"], one["url"]) for one in watched(clip, capsys)] == [(kind, base + path)]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"<html><body>Not a list</body></html>", "a web page"),
        (b"<opml><body></body></opml>", "without any feed"),
        (b"", "it is empty"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_a_word(
    clip: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str], body: bytes, word: str
) -> None:
    (tmp_path / "feeds.opml").write_bytes(body)
    assert clip("watch", "add", "feeds.opml") == 3
    assert word in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "answer", "code", "word"),
    [
        ("/feed", page(b"", XML), 3, "nothing"),
        ("/feeds.opml", page(b"<html><body>Log in</body></html>", HTML), 3, "no list of feeds"),
        ("/list", page(b"<html><body>Log in</body></html>", "Content-Type: text/x-opml"), 3, "no list of feeds"),
    ],
)
def test_what_is_not_what_its_address_says_is_refused_with_a_word(
    clip: Command, site: Site, capsys: pytest.CaptureFixture[str], path: str, answer: bytes, code: int, word: str
) -> None:
    base, routes = site
    routes[path] = answer
    assert clip("watch", "add", base + path) == code
    assert word in capsys.readouterr().err
    assert watched(clip, capsys) == []
    assert clip("watch", "add", base + path, "--as", "page") == 0


def test_a_feed_that_moved_before_is_watched_where_it_is(
    clip: Command, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    base, routes = site
    routes["/old"] = b"HTTP/1.1 301 Moved\r\nLocation: /feed\r\nContent-Length: 0\r\n\r\n"
    assert clip("watch", "add", f"{base}/old") == 0
    assert f"it moved there from {base}/old" in capsys.readouterr().err
    assert [one["url"] for one in watched(clip, capsys)] == [f"{base}/feed"]


@pytest.mark.parametrize("name", ["nowhere.opml", "./nowhere.opml", "/nowhere/feeds.xml"])
def test_a_file_that_is_not_there_is_missed_as_a_file(
    clip: Command, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert clip("watch", "add", name) == 3
    assert "No such file" in capsys.readouterr().err


def test_a_list_goes_in_with_its_folders_and_out_again_without_what_is_private(
    clip: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "feeds.opml").write_text(
        "<opml><body><outline text='Security'><outline text='News &amp; more'>"
        "<outline text='A' xmlUrl='https://a.example/rss'/></outline>"
        "<outline text='B' xmlUrl='https://b.example/rss?token=8f3a9b27c1'/></outline>"
        "<outline text='C' xmlUrl='https://me:pw@c.example/rss'/></body></opml>"
    )
    assert clip("watch", "add", "feeds.opml", "--tag", "x") == 0
    assert [one["private"] for one in watched(clip, capsys)] == [False, True, True]
    assert clip("watch", "export", "--opml", "-o", "out.opml") == 0
    assert "2 private feeds left out" in capsys.readouterr().err
    text = (tmp_path / "out.opml").read_text()
    assert "a.example" in text
    assert "b.example" not in text
    assert "pw" not in text
    from clipper.feeds import read_opml

    clip("watch", "export", "--private", "-o", "all.opml")
    exported = {one.url: one.folder for one in read_opml((tmp_path / "all.opml").read_bytes())}
    assert exported["https://a.example/rss"] == ("Security", "News & more")
    assert set(exported) == {"https://a.example/rss", "https://b.example/rss?token=8f3a9b27c1", "https://c.example/rss"}


def test_sources_are_edited_paused_and_removed(clip: Command, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    base, _ = site
    clip("watch", "add", f"{base}/feed", "--tag", "old")
    assert clip("watch", "edit", f"{base}/feed", "--tag", "new", "--untag", "old", "--every", "2h", "--title", "P") == 0
    (one,) = watched(clip, capsys)
    assert (one["tags"], one["every"], one["title"]) == (["new"], 7200, "P")
    assert clip("watch", "add", f"{base}/feed") == 0  # what the user says of it stays
    assert watched(clip, capsys)[0]["title"] == "P"
    assert clip("watch", "edit", f"{base}/feed") == 2
    assert "what to change" in capsys.readouterr().err
    assert clip("watch", "edit", f"{base}/feed", "--every", "-1h") == 2
    assert clip("watch", "edit", f"{base}/feed", "--tag", " ") == 2
    assert clip("watch", "add", f"{base}/feed", "--tag", "") == 2
    assert clip("watch", "pause", f"{base}/feed") == 0
    assert watched(clip, capsys)[0]["state"] == "paused"
    assert clip("sync") == 0
    assert clip("list") == 0
    assert capsys.readouterr().out == ""
    assert clip("watch", "resume", f"{base}/feed") == 0
    assert clip("sync") == 0
    assert clip("watch", "remove", f"{base}/feed") == 0
    assert watched(clip, capsys) == []
    assert clip("watch", "remove", f"{base}/feed") == 1
    assert clip("list", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)) == 2  # what is archived stays
