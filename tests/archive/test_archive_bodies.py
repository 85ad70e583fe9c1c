"""Bytes come back as they were, whatever they were stored against."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipper.archive import Archive, bodies
from clipper.errors import ArchiveError
from tests.archive.archive_material import KEY, capture, save

PIECES = st.lists(st.sampled_from([b"<p>a paragraph of words</p>", b"\x00\xff", "漏洞".encode()]), max_size=80)


@settings(max_examples=60, deadline=None)
@given(series=st.lists(st.one_of(st.binary(max_size=300), PIECES.map(b"".join)), max_size=12))
def test_every_body_comes_back_byte_for_byte(series: list[bytes]) -> None:
    with Archive.open(Path(":memory:"), create=True) as archive:
        names: list[str] = []
        for body in series:
            base = names[-1] if names else None
            names.append(bodies.store(archive.connection, body, base=base))
        assert [archive.body(name) for name in names] == series


def test_a_body_needs_at_most_31_others(archive: Archive) -> None:
    base = None
    for n in range(100):
        base = bodies.store(archive.connection, b"<p>long text</p>" * 50 + b"%d" % n, base=base)
    depths = [d for (d,) in archive.connection.execute("SELECT depth FROM bodies ORDER BY rowid")]
    assert max(depths) == 31
    assert depths.count(0) == 4
    assert archive.body(base or "").endswith(b"99")


def test_what_does_not_compress_is_stored_as_it_is(archive: Archive) -> None:
    noise = bytes(range(256)) * 1
    bodies.store(archive.connection, noise)
    assert archive.connection.execute("SELECT codec FROM bodies").fetchone() == ("raw",)


@pytest.mark.parametrize("keep", ["last", "all", "none"])
def test_bytes_of_unchanged_checks_stay_by_policy(path: Path, keep: str) -> None:
    with Archive.open(path, create=True, keep_bodies=keep) as archive:  # type: ignore[arg-type]
        for hour in range(5):
            save(archive, hour=hour)
        kept = [c.body_sha256 is not None for c in archive.checks(KEY)]
        stored = archive.stats()["bodies"]
    assert kept == {"last": [True, False, False, False, True], "all": [True] * 5}.get(keep, [False] * 4 + [True])
    assert stored == sum(kept)


def test_the_sha256_of_dropped_bytes_is_remembered(archive: Archive) -> None:
    from hashlib import sha256

    for hour in range(3):
        save(archive, hour=hour)
    found = archive.connection.execute("SELECT dropped_sha256 FROM checks WHERE body_sha256 IS NULL").fetchall()
    assert found == [(sha256(capture(hour=1).body).hexdigest(),)]


def test_damaged_bytes_are_not_handed_out(path: Path) -> None:
    with Archive.open(path, create=True) as archive:
        name = bodies.store(archive.connection, b"<p>words</p>" * 100)
    raw = sqlite3.connect(path)
    (data,) = raw.execute("SELECT data FROM bodies").fetchone()
    flipped = data[:20] + bytes([data[20] ^ 1]) + data[21:]
    raw.execute("UPDATE bodies SET data = ?", (flipped,))
    raw.commit()
    raw.close()
    with Archive.open(path) as archive, pytest.raises(ArchiveError, match="damaged"):
        archive.body(name)
    with Archive.open(path) as archive, pytest.raises(ArchiveError, match="not in the archive"):
        archive.body("0" * 64)
