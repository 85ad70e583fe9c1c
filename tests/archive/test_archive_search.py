"""What a search finds, and that nothing a user types breaks it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipper.archive import Archive
from clipper.archive.search import BROAD, match_expression, spaced, unspaced
from tests.archive.archive_material import KEY, capture, extraction, save

PAGES = {
    "//a/": ("供应链攻击", "中国的供应链漏洞披露流程。Supply chain attacks."),
    "//b/": ("Cats", "Cats sleep. A chain of cats, supply of fish. CVE-2026-1234 is theirs."),
    "//c/": ("ソフトウェア", "ソフトウェアの脆弱性 and 취약점 보고서를"),
}


@pytest.fixture
def filled(archive: Archive) -> Archive:
    for hour, (key, (title, text)) in enumerate(PAGES.items()):
        archive.record(capture(text, hour=hour), extraction(text, title=title), url_key=key)
    return archive


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("漏洞", {"//a/"}),
        ("洞漏", set()),
        ("供应链", {"//a/"}),
        ("supply chain", {"//a/", "//b/"}),
        ('"supply chain"', {"//a/"}),
        ('"supply chain', {"//a/"}),
        ("cat*", {"//b/"}),
        ("cat", set()),
        ("CVE-2026-1234", {"//b/"}),
        ("cve-2026-12*", {"//b/"}),
        ("脆弱性", {"//c/"}),
        ("취약", {"//c/"}),
        ("漏洞 attacks", {"//a/"}),
        ("漏洞 cats", set()),
        ("title:cats", set()),
        ("", set()),
        ("*", set()),
        ("NOT", set()),
        ("a AND", set()),
    ],
)
def test_queries(filled: Archive, query: str, found: set[str]) -> None:
    assert {hit.page.url_key for hit in filled.search(query)} == found


def test_words_in_the_title_count_more(archive: Archive) -> None:
    archive.record(capture(), extraction("漏洞 " * 3 + "words " * 50), url_key="//body/")
    reading = extraction("other " * 50, title="漏洞")
    archive.record(capture(hour=1), reading, url_key="//title/")
    assert [hit.page.url_key for hit in archive.search("漏洞")] == ["//title/", "//body/"]


def test_a_page_is_one_hit_in_its_newest_version_that_matches(archive: Archive) -> None:
    for hour, text in enumerate(["old word", "old word again", "another thing"]):
        save(archive, text, hour=hour)
    (hit,) = archive.search("old word")
    assert hit.snapshot == archive.history(KEY)[1]
    assert hit.snippet == "\x02old\x03 \x02word\x03 again"


def test_joiners_around_a_bar_part_words_and_are_not_shown(archive: Archive) -> None:
    save(archive, "at 174 E\ufeff / \ufeff41 S")
    (hit,) = archive.search('"E 41"')
    assert hit.snippet == "at 174 \x02E / 41\x03 S"


def test_words_that_very_many_pages_have_are_found_newest_first(archive: Archive) -> None:
    archive.record(capture(), extraction("x", title="common words"), url_key="//title/")
    save(archive, "common", hour=1, key="//first/")
    archive.connection.execute("PRAGMA foreign_keys = OFF")
    (page_id,) = archive.connection.execute("SELECT id FROM pages WHERE url_key = '//first/'").fetchone()
    archive.connection.executemany(
        "INSERT INTO search VALUES (?, ?, '', 'common')",
        [(number + 1000, page_id) for number in range(BROAD)],
    )
    archive.connection.execute("INSERT INTO search_fts(search_fts) VALUES ('rebuild')")
    hit, *_ = archive.search("common")
    assert hit.page.url_key == "//title/"


def test_limit(filled: Archive) -> None:
    assert len(filled.search("supply", limit=1)) == 1
    assert filled.search("supply", limit=0) == []


@given(st.text())
def test_nothing_is_a_syntax_error(query: str) -> None:
    import sqlite3

    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE t USING fts5(a, tokenize='unicode61')")
    expression = match_expression(query + "\ud800")
    if expression:
        connection.execute("SELECT * FROM t WHERE t MATCH ?", (expression,)).fetchall()
    connection.close()


@given(st.text(st.sampled_from("漏洞 abc,。の취")))
def test_spaces_between_cjk_characters_come_and_go(text: str) -> None:
    once = spaced(text)
    assert spaced(once) == once
    assert unspaced(once).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("no CJK, only café", "no CJK, only café"),
        ("修复漏洞", "修 复 漏 洞"),
        ("在v2版_x", "在 v2 版 _x"),
        ("a漏 b", "a 漏 b"),
        ("__a々a⻀国", "__a 々 a⻀ 国"),  # a radical is no letter: it begins a run, and ends none
        ("é\u0301中", "é\u0301中"),
        ("½中½", "½ 中 ½"),
    ],
)
def test_archives_of_all_versions_have_the_same_spaces(text: str, stored: str) -> None:
    assert spaced(text) == stored


def test_html_of_a_page_is_not_searched(archive: Archive) -> None:
    reading = replace(extraction("words"), markdown="[words](https://example.com/secretpath)")
    archive.record(capture(), reading, url_key=KEY)
    assert archive.search("secretpath") == []
    assert archive.search("words")
