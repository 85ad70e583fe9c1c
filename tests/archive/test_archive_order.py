"""Captures may arrive in any order; what stands in the archive is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from clipper.archive import Archive
from clipper.models import Outcome, Verdict
from tests.archive.archive_material import KEY, START, URL, capture, extraction

Event = tuple[int, str]  # hour, and the article: a letter, or what went wrong

ARTICLES = st.sampled_from(["one", "two words", "three words now", "404", "login"])


def file(archive: Archive, event: Event) -> None:
    hour, article = event
    if article == "404":
        archive.record_failure(
            URL,
            url_key=KEY,
            outcome=Outcome.FAILED,
            reason="not found",
            status=404,
            checked_at=capture(hour=hour).fetched_at,
        )
        return
    verdict = Verdict.LOGIN if article == "login" else Verdict.OK
    archive.record(capture(article, hour=hour), extraction(article, verdict=verdict), url_key=KEY)


def told(archive: Archive) -> dict[str, Any]:
    """Everything that a user can see of the page, without row numbers."""
    ids = {s.id: n for n, s in enumerate(archive.history(KEY))}
    page = archive.page(KEY)
    assert page is not None
    return {
        "versions": [(s.fetched_at, s.title, s.digest, s.change, archive.markdown(s.id)) for s in archive.history(KEY)],
        "checks": [
            (c.checked_at, c.outcome, c.verdict, c.status, ids.get(c.snapshot_id or 0)) for c in archive.checks(KEY)
        ],
        "page": (page.state, page.versions, page.checks, page.first_fetched, page.last_fetched),
        "latest": ids.get(page.latest_snapshot or 0),
        "validators": page.validators,
        "changed": page.last_changed,
        "gone": (page.gone_since, page.back_since),
        "found": [h.snapshot.fetched_at for h in archive.search("words now")],
    }


def bytes_of(archive: Archive) -> list[bytes]:
    return [archive.body(s.body_sha256 or "") for s in archive.history(KEY)]


@settings(max_examples=150, deadline=None)
@given(
    events=st.lists(st.tuples(st.integers(0, 30), ARTICLES), min_size=1, max_size=9, unique_by=lambda e: e[0]),
    random=st.randoms(use_true_random=False),
    keep=st.sampled_from(["all", "last", "none"]),
)
def test_any_order_of_arrival_ends_in_the_same_archive(events: list[Event], random: Any, keep: Any) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)
    with (
        Archive.open(Path(":memory:"), create=True, keep_bodies=keep) as straight,
        Archive.open(Path(":memory:"), create=True, keep_bodies=keep) as crooked,
    ):
        for event in sorted(events):
            file(straight, event)
        for event in shuffled:
            file(crooked, event)
        assert told(crooked) == told(straight)
        if keep == "all":
            assert bytes_of(crooked) == bytes_of(straight)


def test_a_version_between_two_captures_of_another_cuts_its_run(archive: Archive) -> None:
    for hour, article in [(0, "one"), (2, "one"), (1, "two words")]:
        file(archive, (hour, article))
    assert [archive.markdown(s.id) for s in archive.history(KEY)] == ["one", "two words", "one"]
    outcomes = [c.outcome for c in archive.checks(KEY)]
    assert outcomes == [Outcome.CHANGED, Outcome.CHANGED, Outcome.NEW]


def test_the_version_in_force_at_a_time(archive: Archive) -> None:
    for hour, article in [(0, "one"), (2, "two words")]:
        file(archive, (hour, article))
    at = capture(hour=1).fetched_at
    assert archive.markdown(archive.snapshot(KEY, at=at).id) == "one"
    assert archive.snapshot(KEY).fetched_at > START


def test_two_versions_in_one_instant_are_two_versions(archive: Archive) -> None:
    file(archive, (0, "one"))
    file(archive, (0, "two words"))
    assert [s.seq for s in archive.history(KEY)] == [0, 1]
    assert archive.markdown(archive.snapshot(KEY).id) == "two words"
