"""What is pruned leaves a trace, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipper.archive import Archive
from clipper.archive.prune import Rule
from clipper.archive.rows import stamp
from clipper.models import PageState
from tests.archive.archive_material import KEY, capture, save

OTHER = "//other.example/b"
LONG = "A long paragraph of an article that is worth packing. " * 200


def fill(archive: Archive, count: int = 8, *, key: str = KEY, url: str = "https://example.com/a") -> None:
    for hour in range(count):
        save(archive, f"{LONG} edition {hour}", hour=hour, key=key, url=url)
        save(archive, f"{LONG} edition {hour}", hour=hour + 0.5, key=key, url=url)


def hours(archive: Archive, key: str = KEY) -> list[float]:
    return [(s.fetched_at - capture(hour=0).fetched_at).total_seconds() / 3600 for s in archive.history(key)]


def prune(archive: Archive, rule: Rule) -> int:
    return len(list(archive.prune(rule)))


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        (Rule(keep=1), [0, 7]),
        (Rule(keep=3), [0, 5, 6, 7]),
        (Rule(before=stamp(capture(hour=4).fetched_at)), [0, 4, 5, 6, 7]),
        (Rule(before=stamp(capture(hour=4).fetched_at), keep=6), [0, 2, 3, 4, 5, 6, 7]),
        (Rule(before=stamp(capture(hour=99).fetched_at)), [0, 7]),
        (Rule(host="example.com"), [0, 7]),
        (Rule(host="other.example"), list(range(8))),
    ],
)
def test_rules(archive: Archive, rule: Rule, left: list[int]) -> None:
    fill(archive)
    expected = archive.doomed(rule)
    assert [version.snapshot_id for version in archive.prune(rule)] == [v.snapshot_id for v in expected]
    assert hours(archive) == left
    assert archive.doomed(rule) == []


def test_a_dry_run_changes_nothing(archive: Archive) -> None:
    fill(archive)
    head = archive.head()
    assert len(archive.doomed(Rule(keep=2))) == 5
    assert archive.head() == head


def test_tagged_pages_are_left_alone(archive: Archive) -> None:
    fill(archive)
    archive.tag(KEY, "keep")
    assert prune(archive, Rule(keep=1)) == 0


@pytest.mark.parametrize("keep", ["last", "all", "none"])
def test_the_chain_still_proves_the_rest(path: Path, keep: str) -> None:
    with Archive.open(path, create=True, keep_bodies=keep) as archive:  # type: ignore[arg-type]
        fill(archive, 40)
        _, sealed = archive.head()
        bodies = {s.id: archive.body(s.body_sha256 or "") for s in archive.history(KEY)}
        texts = {s.id: archive.markdown(s.id) for s in archive.history(KEY)}
        gone = prune(archive, Rule(before=stamp(capture(hour=33.2).fetched_at)))
        assert gone == 33
        assert list(archive.verify(expected_head=sealed)) == []
        for snapshot in archive.history(KEY):
            assert archive.body(snapshot.body_sha256 or "") == bodies[snapshot.id]
            assert archive.markdown(snapshot.id) == texts[snapshot.id]
        assert archive.pruned(KEY) == gone
        assert len(archive.checks(KEY)) == 80
        page = archive.page(KEY)
        assert page is not None
        assert (page.versions, page.state) == (7, PageState.ALIVE)


def test_a_tombstone_tells_what_there_was(archive: Archive) -> None:
    fill(archive, 3)
    middle = archive.history(KEY)[1]
    prune(archive, Rule(keep=1))
    row = archive.connection.execute(
        "SELECT fetched_at, title, digest, body_sha256, snapshot, reason FROM tombstones"
    ).fetchone()
    assert row == (
        stamp(middle.fetched_at), middle.title, middle.digest, middle.body_sha256, middle.id, "beyond the latest 1",
    )  # fmt: skip


def test_bytes_and_texts_that_nobody_needs_go(archive: Archive) -> None:
    fill(archive, 12)
    assert archive.stats()["bodies"] > 20
    prune(archive, Rule(keep=1))
    counts = archive.stats()
    # Of bodies: the first version's and its packed text, the last one's, and that of the last check.
    assert (counts["snapshots"], counts["texts"], counts["bodies"]) == (2, 2, 4)


def test_what_stands_after_a_gap_is_compared_with_what_stands_before_it(archive: Archive) -> None:
    for hour, text in enumerate(["one two", "one three", "one two", "one two four"]):
        save(archive, text, hour=hour)
    assert [s.change for s in archive.history(KEY)][2:] == ["+1 −1 words", "+1 −0 words"]
    second = archive.history(KEY)[1]
    prune(archive, Rule(before=stamp(second.fetched_at.replace(microsecond=1))))
    assert [s.change for s in archive.history(KEY)] == [None, "as it was before", "+1 −0 words"]
    assert list(archive.verify()) == []


def test_words_of_a_pruned_version_are_not_found(archive: Archive) -> None:
    for hour, text in enumerate(["first", "secret middle words", "last"]):
        save(archive, text, hour=hour)
    assert archive.search("secret")
    prune(archive, Rule(keep=1))
    assert archive.search("secret") == []


def test_merging_does_not_bring_back_what_was_pruned(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with Archive.open(other, create=True) as archive:
        fill(archive, 5)
    with Archive.open(path, create=True) as archive:
        archive.merge(other)
        prune(archive, Rule(keep=1))
        merged = archive.merge(other)
        assert merged.checks == 0
        assert hours(archive) == [0, 4]


@settings(max_examples=40, deadline=None)
@given(
    articles=st.lists(st.integers(0, 3), min_size=1, max_size=14),
    prunes=st.lists(st.tuples(st.integers(1, 14), st.integers(1, 4)), max_size=3),
    keep=st.sampled_from(["all", "last", "none"]),
)
def test_any_series_is_whole_after_any_prunes(articles: list[int], prunes: list[tuple[int, int]], keep: str) -> None:
    with Archive.open(Path(":memory:"), create=True, keep_bodies=keep) as archive:  # type: ignore[arg-type]
        for hour, article in enumerate(articles):
            save(archive, f"{LONG} {article}", hour=hour)
        for hour, number in prunes:
            before = archive.history(KEY)
            prune(archive, Rule(before=stamp(capture(hour=hour).fetched_at), keep=number))
            assert archive.history(KEY)[0].id == before[0].id
            assert archive.history(KEY)[-1].id == before[-1].id
            assert list(archive.verify()) == []
        save(archive, f"{LONG} 9", hour=50)
        assert list(archive.verify()) == []
