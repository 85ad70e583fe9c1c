"""The feed of changes, and the archive for Memento clients."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import feedparser
import pytest

from clipper.archive import Archive
from tests.datasette_plugin.datasette_material import HARBOUR, NOW, TIDES, Made, Visitor, close, on, save

ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_feed_tells_of_changes_the_newest_first(visitor: Visitor, made: Made) -> None:
    answer = visitor.get("/-/clips/changes.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert [entry.link for entry in feed.entries] == [
        f"http://localhost/-/clips/{number}/diff" for number in made.harbour[:0:-1]
    ]
    first = feed.entries[0]
    assert first.title == "港口闸机固件漏洞的三周（更新）"
    assert first.author == "林渡"
    assert "<ins>" in first.content[0].value
    for needed in ("id", "title", "updated"):
        assert ET.fromstring(answer.content).find(f"{ATOM}{needed}") is not None


def test_the_feed_can_be_narrowed(visitor: Visitor) -> None:
    assert len(feedparser.parse(visitor.get("/-/clips/changes.atom?feed=1").content).entries) == 2
    assert feedparser.parse(visitor.get("/-/clips/changes.atom?host=tides.example.org").content).entries == []


def test_no_text_of_a_page_breaks_the_feed(tmp_path: Path) -> None:
    path = tmp_path / "odd.db"
    odd = "]]> <b>&amp; \x00\x0b\x1f \ufffe end"
    with Archive.open(path, create=True) as archive:
        for n in range(2):
            save(
                archive,
                "https://odd.example/",
                f"# {odd} {n}\n\n{odd} {n}",
                NOW.replace(hour=n),
                title=f"{odd} {n}",
                author=odd,
            )
    visitor = on(path)
    feed = feedparser.parse(visitor.get("/-/clips/changes.atom").content)
    assert not feed.bozo
    assert feed.entries[0].title.startswith("]]> <b>&amp;")
    assert "<b>" not in feed.entries[0].content[0].value
    close(visitor)


def mementos(link: str) -> dict[str, tuple[str, str]]:
    """The links of a header or a time map by their relation: (address, datetime)."""
    found = re.findall(r'<([^>]*)>; rel="([^"]*)"(?:; datetime="([^"]*)")?', link)
    return {relation: (address, at) for address, relation, at in found}


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        (None, 2),
        ("Tue, 24 Nov 2026 10:00:00 GMT", 2),
        ("Thu, 12 Nov 2026 09:00:00 GMT", 1),  # the very second
        ("Thu, 12 Nov 2026 08:59:59 GMT", 0),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0),  # before the first one
        ("Fri, 01 Jan 2100 00:00:00 GMT", 2),
    ],
)
def test_a_time_gate_leads_to_the_version_in_force(
    visitor: Visitor, made: Made, wanted: str | None, version: int
) -> None:
    headers = {"Accept-Datetime": wanted} if wanted else {}
    answer = visitor.get(f"/timegate/{HARBOUR}", headers=headers)
    assert answer.status_code == 302
    assert answer.headers["location"] == f"http://localhost/-/clips/{made.harbour[version]}/page"
    assert "accept-datetime" in answer.headers["vary"].lower()
    links = mementos(answer.headers["link"])
    assert links["original"][0] == HARBOUR
    assert links["timemap"][0] == f"http://localhost/timemap/link/{HARBOUR}"


def test_a_memento_says_what_it_is_and_what_stands_beside_it(visitor: Visitor, made: Made) -> None:
    first, second, third = (f"http://localhost/-/clips/{number}/page" for number in made.harbour)
    answer = visitor.get(f"/-/clips/{made.harbour[1]}/page")
    assert answer.headers["memento-datetime"] == "Thu, 12 Nov 2026 09:00:00 GMT"
    links = mementos(answer.headers["link"])
    assert links["first prev memento"] == (first, "Wed, 04 Nov 2026 09:00:00 GMT")
    assert links["memento"][0] == second
    assert links["last next memento"][0] == third
    assert links["timegate"][0] == f"http://localhost/timegate/{HARBOUR}"


def test_a_time_map_lists_every_version(visitor: Visitor, made: Made) -> None:
    answer = visitor.get(f"/timemap/link/{HARBOUR}")
    assert answer.headers["content-type"] == "application/link-format"
    assert answer.text.count('datetime="') == 3
    links = mementos(answer.text)
    assert links["original"][0] == HARBOUR
    assert links["self"][0] == f"http://localhost/timemap/link/{HARBOUR}"
    assert links["first memento"][0].endswith(f"/{made.harbour[0]}/page")
    assert links["last memento"][0].endswith(f"/{made.harbour[2]}/page")
    told = visitor.get(f"/timemap/json/{HARBOUR}").json()
    assert [entry["uri"] for entry in told["mementos"]["list"]] == [
        f"http://localhost/-/clips/{number}/page" for number in made.harbour
    ]


@pytest.mark.parametrize(
    "spelled",
    [
        TIDES,
        TIDES.replace("://", ":/"),
        TIDES.removeprefix("https://"),
        TIDES.replace(":", "%3A").replace("/", "%2F"),
        f"{TIDES}?utm_source=x",
    ],
)
def test_an_address_is_found_however_it_is_spelled(visitor: Visitor, made: Made, spelled: str) -> None:
    assert visitor.get(f"/timegate/{spelled}").headers["location"].endswith(f"/{made.tides}/page")


@pytest.mark.parametrize(
    "asked", ["https://nowhere.example/", "javascript:alert(1)", "x", "https://[", "%00", "https://a b"]
)
def test_what_is_not_archived_is_not_found(visitor: Visitor, asked: str) -> None:
    for kind in ("timegate", "timemap/link", "timemap/json"):
        assert visitor.get(f"/{kind}/{asked}").status_code == 404


def test_a_date_that_is_none_is_a_bad_request(visitor: Visitor) -> None:
    assert visitor.get(f"/timegate/{HARBOUR}", headers={"Accept-Datetime": "yesterday"}).status_code == 400
