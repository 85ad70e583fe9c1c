"""The reader's worker starts before the command line is understood, where that is safe."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from shutil import copyfile

import pytest

from clipper.cli.ahead import Ahead, is_first_clip

ROOT = Path(__file__).parents[2]
URL = "https://www.4hou.com/posts/Dm0x"
SAMPLE = ROOT / "archive.db"  # which has the page
TAPE = ROOT / "fixtures/4hou-article/tape.warc.gz"


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ([URL], True),
        (["--db", "new.db", URL], True),
        (["--db=new.db", "-q", URL], True),
        ([URL, "--header", "Accept-Language: zh", "--timeout", "5"], True),
        (["clip", URL], False),
        (["show", URL], False),
        (["tag", URL, "security"], False),
        ([URL, URL], False),
        ([URL, "--help"], False),
        ([URL, "--no-isolate"], False),
        (["-i", "urls.txt"], False),
        (["--db", "no-archive.db", URL], False),
        (["--db=no-archive.db", URL], False),
        (["--db", "has-it.db", URL], False),
        (["--db=has-it.db", "https://www.4hou.com/posts/Other"], True),
        (["--db=has-it.db", "https://"], False),
        ([], False),
    ],
)
def test_only_the_first_clip_of_a_page_is_begun_early(
    words: list[str], first: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("no-archive.db").write_text("It is none.")
    copyfile(SAMPLE, "has-it.db")
    assert is_first_clip(words, {}) is first
    if "--db" not in "".join(words):
        assert not is_first_clip(words, {"CLIPPER_DB": "no-archive.db"})


def test_a_worker_that_nobody_takes_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    early = Ahead.of([URL], {})
    process = early.take()
    assert process is not None
    assert early.take() is None
    Ahead(process).close()
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_a_command_line_that_means_something_else_leaves_no_worker(tmp_path: Path) -> None:
    wrong = [sys.executable, "-m", "clipper", URL, "--no-such-option"]
    done = subprocess.run(wrong, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no-such-option" in done.stderr.lower()
    assert list(tmp_path.iterdir()) == []


def test_the_first_page_of_a_new_archive_is_filed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "clipper", "--replay", str(TAPE), "https://www.4hou.com/posts/Vlv1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()[0]) == (0, "new")
