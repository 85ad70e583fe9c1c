"""Bookmarks, read-later services, watchers and plain lists, in the forms that they are written in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clipper.archive import Archive, Window
from clipper.errors import FileError
from clipper.imports import import_path
from clipper.imports.found import Kept, Skipped
from clipper.imports.lists import kept
from tests.imports.imports_material import PlainReader

NETSCAPE = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks</H1>
<DL><p>
    <DT><H3 ADD_DATE="1700000000" PERSONAL_TOOLBAR_FOLDER="true">Garden</H3>
    <DL><p>
        <DT><A HREF="https://garden.example/pond" ADD_DATE="1700000000" TAGS="water,clay">A pond &amp; carp</A>
        <DT><H3>Bees</H3>
        <DL><p>
            <DT><A HREF="https://garden.example/bees" ADD_DATE="1700000001">蜜蜂</A>
        </DL><p>
        <DT><A HREF="javascript:alert(1)">a bookmarklet</A>
    </DL><p>
    <DT><A HREF="https://news.example/">https://news.example/</A>
</DL><p>
"""
POCKET_CSV = (
    "title,url,time_added,tags,status\nA pond,https://garden.example/pond,1700000000,water|clay,unread\n"
    "https://news.example/,https://news.example/,1700000002,,archive\n"
)
POCKET_HTML = """<!DOCTYPE html><html><head><title>Pocket Export</title></head><body><h1>Unread</h1><ul>
<li><a href="https://garden.example/pond" time_added="1700000000" tags="water,clay">A pond</a></li></ul></body></html>"""
INSTAPAPER = (
    'URL,Title,Selection,Folder,Timestamp,Tags\nhttps://garden.example/pond,A pond,"dig, line, fill",Unread,'
    '1700000000,"[]"\n'
)
RAINDROP = (
    "id,title,note,excerpt,url,folder,tags,created,cover,highlights,favorite\n"
    '1,A pond,my note,,https://garden.example/pond,Garden,"water, clay",2023-11-14T22:13:20.000Z,,,false\n'
)
ARCHIVEBOX = json.dumps(
    [
        {"timestamp": "1700000000.0", "url": "https://garden.example/pond", "title": "A pond", "tags": "water,clay"},
        {"timestamp": "1700000001.5", "url": "https://news.example/", "title": None, "tags": None},
        {"timestamp": "1700000001.5", "url": "ftp://news.example/"},
        "nothing",
    ]
)
PINBOARD = json.dumps(
    [{"href": "https://garden.example/pond", "description": "A pond", "extended": "my note",
      "time": "2023-11-14T22:13:20Z", "tags": "water"}]
)  # fmt: skip
URLWATCH = """---
kind: url
name: A pond
url: https://garden.example/pond
filter: [html2text]
---
name: drawn by a browser
navigate: https://news.example/
---
name: a command
command: uptime
"""
PLAIN = "# my list\nhttps://garden.example/pond A pond  # see\n\nnot an address\nhttps://news.example/\n"
AT = datetime.fromtimestamp(1_700_000_000, UTC)


def found(tmp_path: Path, name: str, text: str) -> list[Kept]:
    file = tmp_path / name
    file.write_text(text, "utf-8")
    return [one for one in kept(file) if isinstance(one, Kept)]


@pytest.mark.parametrize(
    ("name", "text", "first", "urls"),
    [
        ("b.html", NETSCAPE, ("A pond & carp", AT, ("Garden", "water", "clay"), None), 3),
        ("p.csv", POCKET_CSV, ("A pond", AT, ("water", "clay"), None), 2),
        ("p.html", POCKET_HTML, ("A pond", AT, ("water", "clay"), None), 1),
        ("i.csv", INSTAPAPER, ("A pond", AT, ("Unread",), "dig, line, fill"), 1),
        ("r.csv", RAINDROP, ("A pond", AT, ("water", "clay", "Garden"), "my note"), 1),
        ("a.json", ARCHIVEBOX, ("A pond", AT, ("water", "clay"), None), 2),
        ("b.json", PINBOARD, ("A pond", AT, ("water",), "my note"), 1),
        ("u.yaml", URLWATCH, ("A pond", None, (), None), 2),
        ("l.txt", PLAIN, ("A pond", None, (), None), 2),
    ],
)
def test_lists_of_other_programs(tmp_path: Path, name: str, text: str, first: tuple[object, ...], urls: int) -> None:
    kept_ones = found(tmp_path, name, text)
    assert len(kept_ones) == urls
    one = kept_ones[0]
    assert one.url == "https://garden.example/pond"
    assert (one.title, one.at, one.tags, one.note) == first
    assert one.watch is (name == "u.yaml")


def test_what_a_browser_describes_is_a_note_and_its_own_addresses_are_passed_over(tmp_path: Path) -> None:
    text = NETSCAPE.replace("A pond &amp; carp</A>", "A pond</A>\n<DD>dug &amp; lined,\nin March").replace(
        '<DT><A HREF="https://news', '<DT><A HREF="place:type=6">recent</A><DT><A HREF="ftp://garden.example/">old</A>'
        '<DT><A HREF="https://news'
    )  # fmt: skip
    (tmp_path / "b.html").write_text(text)
    pond, _, ftp, news = kept(tmp_path / "b.html")
    assert isinstance(pond, Kept)
    assert isinstance(news, Kept)
    assert (pond.note, news.note) == ("dug & lined, in March", None)
    assert ftp == Skipped("ftp://garden.example/", "it is no http or https address")


def test_a_field_of_several_lines_is_one_field(tmp_path: Path) -> None:
    text = INSTAPAPER.replace("dig, line, fill", "dig\nline\u2028fill")
    (one,) = found(tmp_path, "i.csv", text)
    assert one.note == "dig\nline\u2028fill"


@pytest.mark.parametrize("time", ["99999999999999999", "2999-01-01T00:00:00Z", "0", "yesterday", "1e400"])
def test_a_time_that_cannot_be_is_none(tmp_path: Path, time: str) -> None:
    (one,) = found(tmp_path, "p.csv", f"url,time_added\nhttps://garden.example/,{time}\n")
    assert one.at is None


def test_watching_again_is_no_news(archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "urls.yaml"
    file.write_text(URLWATCH)
    counts = []
    for _ in range(2):
        report = import_path(file, archive=archive, reader=PlainReader())
        counts.append((report.listed, report.unchanged))
    assert counts == [(2, 0), (0, 2)]


def test_folders_of_bookmarks_are_tags(tmp_path: Path) -> None:
    _, bees, news = found(tmp_path, "b.html", NETSCAPE)
    assert (bees.title, bees.tags) == ("蜜蜂", ("Garden", "Bees"))
    assert (news.title, news.tags) == (None, ())


def test_what_is_no_address_is_named(archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "l.txt"
    file.write_text(PLAIN)
    report = import_path(file, archive=archive, reader=PlainReader())
    assert report.listed == 2
    assert [(one.name, one.reason) for one in report.skipped] == [("line 4", "it begins with no http or https address")]


def waiting(archive: Archive) -> list[str]:
    """What the next `clip sync` would fetch."""
    now = datetime.now(UTC)
    archive.agenda.adopt(now)
    window = Window(now, now)
    hosts = archive.agenda.hosts(window)
    due = [one for host in hosts for one in archive.agenda.pages(host, window, after=("", 0), limit=9)]
    return sorted(page.url for _, page in due)


def test_bookmarks_wait_to_be_fetched(archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "bookmarks.html"
    file.write_text(NETSCAPE, "utf-8")
    assert import_path(file, archive=archive, reader=PlainReader()).listed == 3
    (source,) = archive.sources()
    assert (source.kind, source.title) == ("list", "bookmarks.html")
    assert waiting(archive) == ["https://garden.example/bees", "https://garden.example/pond", "https://news.example/"]
    page = archive.page("//garden.example/pond")
    assert page is not None
    assert page.state == "new"
    assert archive.tags("//garden.example/pond") == ("Garden", "clay", "water")
    head = archive.head()
    again = import_path(file, archive=archive, reader=PlainReader())
    assert (again.listed, again.unchanged) == (0, 3)
    assert archive.head()[0] <= head[0] + 1


def test_notes_are_taken_over_once(archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_text(RAINDROP)
    for _ in range(2):
        import_path(file, archive=archive, reader=PlainReader())
    assert archive.notes("//garden.example/pond") == ("my note",)


def test_urlwatchs_pages_are_watched(archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "urls.yaml"
    file.write_text(URLWATCH)
    report = import_path(file, archive=archive, reader=PlainReader())
    assert report.listed == 2
    assert [(s.kind, s.url) for s in archive.sources()] == [
        ("page", "https://garden.example/pond"), ("page", "https://news.example/"),
    ]  # fmt: skip
    assert len(report.skipped) == 1


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", "{broken", "is no JSON file"),
        ("a.yaml", "a: [b", "is no YAML file"),
        ("a.csv", "one,two\n1,2\n", "holds no address"),
        ("a.html", "<p>no links</p>", "holds no address"),
        ("a.txt", "just words\n", "holds no address"),
        ("a.xlsx", "PK", "nothing that can be imported"),
    ],
)
def test_what_cannot_be_imported_is_said(archive: Archive, tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(FileError, match=said):
        import_path(tmp_path / name, archive=archive, reader=PlainReader())


def test_sync_fetches_what_a_list_names(archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "l.txt"
    file.write_text(PLAIN)
    import_path(file, archive=archive, reader=PlainReader())
    assert waiting(archive) == ["https://garden.example/pond", "https://news.example/"]
