"""Several programs at one archive (G10), killed ones (G9), and full disks (G11)."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.archive import connection as opening
from clipper.cli import run
from clipper.errors import ArchiveBusyError, ArchiveError
from tests.archive.archive_material import KEY, capture, extraction, save

WRITER = Path(__file__).with_name("archive_writer.py")
ROOT = Path(__file__).parents[2]


def writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(path), name, str(count)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def usable(path: Path) -> bool:
    """Whether the tables are made."""
    connection = sqlite3.connect(path)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return bool(version)


def test_writers_that_start_together_lose_nothing_and_readers_go_on(path: Path) -> None:
    processes = [writer(path, f"w{n}", 50) for n in range(4)]
    seen = []
    while any(p.poll() is None for p in processes):
        if path.exists() and usable(path):
            with Archive.open(path, readonly=True) as archive:
                seen.append(archive.stats()["checks"])
    ends = [(*p.communicate(), p.returncode) for p in processes]
    assert [(error, code) for _, error, code in ends] == [("", 0)] * 4
    assert seen == sorted(seen)
    with Archive.open(path, readonly=True) as archive:
        assert archive.stats()["checks"] == 200
        assert all(page.checks == 10 for page in archive.pages())


def test_a_file_that_another_program_keeps_locked_is_for_later(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(opening, "BUSY_MILLISECONDS", 200)
    with Archive.open(path, create=True) as archive:
        save(archive, hour=0)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ArchiveBusyError, match="try again"), Archive.open(path) as archive:
        save(archive, hour=1)
    page = ROOT / "fixtures" / "4hou-edited" / "page.html"
    assert run(["--db", str(path), "--html", str(page), "--url", "https://www.4hou.com/posts/1"]) == 75
    assert "try again" in capsys.readouterr().err
    other.execute("ROLLBACK")
    other.close()


def test_a_full_disk_is_said_and_nothing_is_lost(path: Path) -> None:
    with Archive.open(path, create=True) as archive:
        save(archive, hour=0)
    size = path.stat().st_size
    with limited(size + 200_000), pytest.raises(ArchiveError, match=r"full|cannot be written"):
        fill(path)
    with Archive.open(path) as archive:
        before = archive.stats()["checks"]
        assert before >= 1
        assert archive.markdown(archive.snapshot(KEY).id)
        assert archive.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        save(archive, "the next run works", hour=5000)
        assert archive.stats()["checks"] == before + 1


def fill(path: Path) -> None:
    with Archive.open(path) as archive:
        for hour in range(1, 4000):
            body = os.urandom(20_000)
            archive.record(capture(hour=hour, body=body), extraction(f"words {hour}"), url_key=KEY)


class limited:
    """A limit to the size of files, which the system answers as it answers a full disk."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def __enter__(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, self.before[1]))

    def __exit__(self, *error: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self.before)


def test_the_file_alone_is_complete_after_closing(path: Path) -> None:
    with Archive.open(path, create=True) as archive:
        save(archive)
    assert [p.name for p in path.parent.iterdir()] == ["archive.db"]
    raw = sqlite3.connect(path)
    assert raw.execute("SELECT count(*) FROM snapshots").fetchone() == (1,)
    raw.close()


def test_reading_alone_leaves_nothing_behind(path: Path) -> None:
    with Archive.open(path, create=True) as archive:
        save(archive)
    with Archive.open(path, readonly=True) as archive:
        assert archive.page(KEY)
    assert [p.name for p in path.parent.iterdir()] == ["archive.db"]
