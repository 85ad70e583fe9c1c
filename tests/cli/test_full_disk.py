"""A full disk: a clear error and exit code 3, what is there can be read, and the next run works (G11)."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLIP = [sys.executable, "-c", "from clipper.cli import main; main()"]


def clip(*words: str | Path, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    def limited() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [*CLIP, *map(str, words)], capture_output=True, encoding="utf-8", preexec_fn=limited, cwd="/",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.fixture
def clippings(tmp_path: Path) -> Path:
    """Four megabytes of clippings that cannot be packed."""
    folder = tmp_path / "clippings"
    folder.mkdir()
    for number in range(40):
        front = f"---\ntitle: Clipping {number}\nurl: https://garden.example/{number}\nfetch_date: 2025-01-02T03:04:05\n---\n"
        (folder / f"{number}.md").write_text(front + os.urandom(50_000).hex(), "utf-8")
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this test has to be allowed to mount a small file system")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def start(db: Path, tmp_path: Path) -> None:
    first = tmp_path / "first.md"
    first.write_text(
        "---\ntitle: First\nurl: https://garden.example/first\nfetch_date: 2025-01-01\n---\nThe first words.\n"
    )
    assert clip("import", first, "--db", db).returncode == 0


def whole(db: Path) -> None:
    assert clip("verify", "--db", db).returncode == 0
    assert "The first words." in clip("show", "https://garden.example/first", "--db", db).stdout


def test_a_disk_that_is_full(small_disk: Path, clippings: Path, tmp_path: Path) -> None:
    db = small_disk / "archive.db"
    start(db, tmp_path)
    (small_disk / "ballast").write_bytes(b"x" * 300_000)
    said = clip("import", clippings, "--db", db)
    assert said.returncode == 3
    assert said.stderr.startswith("Error: cannot use the archive")
    assert "disk is full" in said.stderr
    assert len(said.stderr.splitlines()) == 1
    whole(db)
    (small_disk / "ballast").unlink()
    later = tmp_path / "later.md"
    later.write_text("---\ntitle: Later\nurl: https://garden.example/l\nfetch_date: 2025-02-01\n---\nLater words.\n")
    assert clip("import", later, "--db", db).returncode == 0
    whole(db)


def test_a_limit_to_the_size_of_files(clippings: Path, tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    start(db, tmp_path)
    said = clip("import", clippings, "--db", db, limit=1_000_000)
    assert said.returncode == 3
    assert said.stderr.startswith("Error: cannot use the archive")
    whole(db)
    assert clip("import", clippings, "--db", db).returncode == 0
    whole(db)


def test_a_backup_that_does_not_fit_leaves_nothing(small_disk: Path, clippings: Path, tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    start(db, tmp_path)
    assert clip("import", clippings, "--db", db).returncode == 0
    said = clip("backup", small_disk / "backup.db", "--db", db)
    assert said.returncode == 3
    assert list(small_disk.iterdir()) == []
    whole(db)
