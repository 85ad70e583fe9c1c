"""What one attempt becomes in the archive."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from clipper.archive import Archive
from clipper.models import Completeness, Filed, Outcome, PageState, Verdict
from tests.archive.archive_material import KEY, START, URL, capture, extraction


def save(archive: Archive, text: str, hour: float, *, title: str = "A title") -> Filed:
    return archive.record(capture(text, hour=hour), extraction(text, title=title), url_key=KEY)


def test_the_first_capture_is_new_and_a_version(archive: Archive) -> None:
    filed = save(archive, "first words", 0)
    assert filed.outcome is Outcome.NEW
    assert [s.title for s in archive.history(KEY)] == ["A title"]
    assert archive.markdown(filed.snapshot_id or 0) == "first words"


def test_the_same_article_in_other_bytes_is_a_check_and_no_version(archive: Archive) -> None:
    first = save(archive, "first words", 0)
    again = save(archive, "first words", 1)
    assert again.outcome is Outcome.UNCHANGED
    assert again.snapshot_id == first.snapshot_id
    assert len(archive.history(KEY)) == 1
    assert len(archive.checks(KEY)) == 2


def test_another_article_is_a_version_that_says_what_changed(archive: Archive) -> None:
    save(archive, "first words", 0)
    filed = save(archive, "second long words", 1, title="Another title")
    assert filed.outcome is Outcome.CHANGED
    assert filed.change == "title; +2 −1 words"


@pytest.mark.parametrize(
    ("damage", "verdict"),
    [
        ({"completeness": Completeness.TRUNCATED}, Verdict.OK),
        ({"status": 503}, Verdict.OK),
        ({}, Verdict.CHALLENGE),
        ({}, Verdict.EMPTY),
    ],
)
def test_a_worse_fetch_never_becomes_a_version(archive: Archive, damage: dict[str, Any], verdict: Verdict) -> None:
    save(archive, "first words", 0)
    bad = capture("wait a moment", hour=1, **damage)
    filed = archive.record(bad, extraction("wait a moment", verdict=verdict), url_key=KEY)
    assert filed.outcome is Outcome.UNUSABLE
    assert archive.snapshot(KEY).fetched_at == START
    check = archive.checks(KEY)[0]
    assert archive.body(check.body_sha256 or "") == bad.body


def test_page_gone_and_back(archive: Archive) -> None:
    save(archive, "first words", 0)
    archive.record_failure(
        URL, url_key=KEY, outcome=Outcome.FAILED, reason="404 Not Found", status=404,
        checked_at=START + timedelta(hours=1),
    )  # fmt: skip
    page = archive.page(KEY)
    assert page is not None
    assert page.state is PageState.GONE
    assert (page.gone_since, page.back_since) == (START + timedelta(hours=1), None)
    save(archive, "first words", 2)
    page = archive.page(KEY)
    assert page is not None
    assert page.state is PageState.ALIVE
    assert (page.gone_since, page.back_since) == (None, START + timedelta(hours=2))


def test_validators_are_those_of_the_latest_good_capture(archive: Archive) -> None:
    assert not archive.validators(KEY)
    save(archive, "first words", 0)
    archive.record(capture("x", hour=1), extraction("x", verdict=Verdict.LOGIN), url_key=KEY)
    assert archive.validators(KEY).etag == '"0"'
    save(archive, "first words", 2)
    assert archive.validators(KEY).etag == '"2"'


def test_not_modified_is_a_check_on_the_version_in_force(archive: Archive) -> None:
    first = save(archive, "first words", 0)
    filed = archive.record_not_modified(capture("", hour=1, status=304, body=b""), url_key=KEY)
    assert (filed.outcome, filed.snapshot_id) == (Outcome.NOT_MODIFIED, first.snapshot_id)


def test_same_bytes_need_no_extraction(archive: Archive) -> None:
    first = capture(hour=0)
    save(archive, "first words", 0)
    again = replace(first, fetched_at=START + timedelta(hours=1))
    filed = archive.record_same_body(again, url_key=KEY)
    assert filed.outcome is Outcome.UNCHANGED
    assert len(archive.history(KEY)) == 1


def test_search_finds_chinese_words_of_two_characters(archive: Archive) -> None:
    save(archive, "中国的供应链漏洞披露流程", 0, title="漏洞")
    (hit,) = archive.search("漏洞")
    assert hit.page.url_key == KEY
    assert "\x02漏洞\x03" in hit.snippet
    assert archive.search("洞漏") == []


def test_one_address_under_two_keys_is_filed_under_both(archive: Archive) -> None:
    """Keys change with the rules of what is one page; merges bring in pages under older ones."""
    for key in ("//example.com/a", "//example.com/a?older=rule"):
        assert archive.record(capture(), extraction(), url_key=key).outcome is Outcome.NEW
    assert [snapshot.seq for snapshot in archive.snapshots(every=True)] == [0, 1]


def test_versions_that_share_paragraphs_are_filed_in_one_transaction(archive: Archive) -> None:
    with archive.batch():
        for hour, text in enumerate(["stays\n\none", "stays\n\ntwo", "stays\n\nthree", "stays\n\none"]):
            archive.record(capture(text, hour=hour), extraction(text), url_key=KEY)
    assert len(archive.history(KEY)) == 4
    assert archive.search("three")
    assert list(archive.verify()) == []


def test_what_is_watched_twice_in_one_transaction_is_watched_once(archive: Archive) -> None:
    with archive.batch():
        for tag in ("a", "b", "c"):
            archive.watch(URL, kind="page", tags=(tag,))
    assert [source.tags for source in archive.sources()] == [("a", "b", "c")]
    assert list(archive.verify()) == []
