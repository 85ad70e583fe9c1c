"""The library and its search."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from clipper.archive import Archive
from tests.datasette_plugin.datasette_material import (
    BLOCKED,
    FAILING,
    HARBOUR,
    MARKET,
    NOW,
    TIDES,
    UNSEEN,
    Made,
    Visitor,
    close,
    on,
    save,
)


def urls(visitor: Visitor, asked: str) -> list[str]:
    """The addresses of the pages that the library shows, in its order."""
    answer = visitor.get(f"/-/clips.json{asked}")
    assert answer.status_code == 200
    shown = visitor.get(f"/-/clips{asked}").text
    pages = answer.json()["pages"]
    assert re.findall(r"<h2 [^>]*><a href=\"/-/clips/(\d+)\"", shown) == [
        str(page["snapshot_id"]) for page in pages if page["snapshot_id"]
    ]
    return [page["url"] for page in pages]


def test_what_changed_last_stands_on_top(visitor: Visitor) -> None:
    found = urls(visitor, "")
    assert found[:3] == [MARKET, HARBOUR, TIDES]
    assert BLOCKED not in found  # it has no version to read


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("?host=tides.example.org", {TIDES}),
        ("?tag=clocks", {TIDES}),
        ("?tag=nothing", set()),
        ("?language=zh", {HARBOUR}),
        ("?language=en&tag=clocks", {TIDES}),
        ("?feed=1", {HARBOUR, UNSEEN}),
        ("?state=blocked", {BLOCKED}),
        ("?state=failing", {FAILING}),
        ("?verdict=thin", {MARKET}),
        ("?verdict=challenge", {BLOCKED}),
        ("?since=2026-11-19", {MARKET, HARBOUR}),
        ("?since=2026-11-18&until=2026-11-20", {HARBOUR, TIDES}),
        ("?feed=x&host='", set()),
        (f"?q={quote('漏洞')}", {HARBOUR}),
        (f"?q={quote('漏洞')}&language=en", set()),
        ("?q=harbour&host=tides.example.org", {TIDES}),
        ("?q=harbour&since=2027-01-01", set()),
    ],
)
def test_the_library_can_be_narrowed(visitor: Visitor, asked: str, expected: set[str]) -> None:
    assert set(urls(visitor, asked)) == expected


def test_a_hit_shows_what_was_found_in_the_newest_version_that_has_it(visitor: Visitor, made: Made) -> None:
    text = visitor.get(f"/-/clips?q={quote('修复')}").text
    assert "<mark>修复</mark>" in text
    assert f'href="/-/clips/{made.harbour[-1]}"' in text


def test_every_filter_that_is_set_can_be_taken_off(visitor: Visitor) -> None:
    text = visitor.get("/-/clips?q=harbour&language=en&tag=clocks").text
    assert 'href="/-/clips?q=harbour&amp;language=en"' in text
    assert 'href="/-/clips?q=harbour&amp;tag=clocks"' in text


@pytest.mark.parametrize("asked", ["", "?q=page", "?language=en", "?state=alive", "?host=many.example"])
def test_pages_of_the_library_follow_each_other_without_gaps(tmp_path: Path, asked: str) -> None:
    path = tmp_path / "many.db"
    with Archive.open(path, create=True) as archive, archive.batch():
        for n in range(70):
            at = NOW - timedelta(hours=n // 3)  # three of each moment
            save(archive, f"https://many.example/{n}", f"# Page {n}\n\nText of page {n}.", at, language="en")
    visitor = on(path)
    seen: list[str] = []
    place = f"/-/clips.json{asked}"
    while place:
        answer = visitor.get(place).json()
        seen += [page["url"] for page in answer["pages"]]
        place = answer["next"]
    assert len(seen) == 70
    assert set(seen) == {f"https://many.example/{n}" for n in range(70)}
    close(visitor)


@pytest.mark.parametrize(
    "before", ["~", "x~y", "2026~1e9", "99999999999999999999", "~99999999999999999999999", "0", "-1"]
)
def test_no_place_that_somebody_types_is_an_error(visitor: Visitor, before: str) -> None:
    for asked in ("?", "?q=harbour&", "?state=blocked&", "?language=en&"):
        assert visitor.get(f"/-/clips{asked}before={before}").status_code == 200


def test_an_empty_archive_says_how_to_begin(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    Archive.open(path, create=True).close()
    visitor = on(path)
    assert "Nothing is archived yet" in visitor.get("/-/clips").text
    for address in (
        "/-/clips.json",
        "/-/clips/health",
        "/-/clips/health.json",
        "/-/clips/changes.atom",
        "/-/clips?q=x",
    ):
        assert visitor.get(address).status_code == 200
    close(visitor)


def test_two_archives_are_kept_apart(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "second.db"
    with Archive.open(path, create=True) as archive:
        save(archive, "https://second.example/", "# Second\n\nWords.", NOW)
    visitor = on(made.path, path)
    text = visitor.get("/-/clips?archive=second").text
    assert "Second" in text
    assert 'href="/-/clips/1?archive=second"' in text
    assert "Second" in visitor.get("/-/clips/1?archive=second").text
    assert "Second" not in visitor.get("/-/clips").text
    assert (
        visitor.get("/timegate/https://second.example/").headers["location"].endswith("/-/clips/1/page?archive=second")
    )
    close(visitor)
