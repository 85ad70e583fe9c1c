"""The commands as a user types them, on tapes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from clipper.cli import run

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"
TAPE = str(FIXTURES / "4hou-article" / "tape.warc.gz")
URL = "https://www.4hou.com/posts/Vlv1"


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLIPPER_DB", str(tmp_path / "a.db"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "a.db"


@pytest.fixture
def clipped(db: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert run(["--replay", TAPE, URL]) == 0
    capsys.readouterr()
    return db


def test_one_line_says_what_happened(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--replay", TAPE, URL]) == 0
    line = capsys.readouterr().out
    assert line.startswith("new ")
    assert URL in line
    assert "工业阀门控制器供应链漏洞分析" in line
    assert db.exists()


def test_the_second_clip_adds_a_check_and_no_version(clipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--replay", TAPE, URL]) == 0
    assert capsys.readouterr().out.startswith("not modified")
    assert run(["--force", "--replay", TAPE, URL]) == 0
    assert capsys.readouterr().out.startswith("unchanged")
    run(["list", "--json"])
    (page,) = json.loads(capsys.readouterr().out)
    assert (page["versions"], page["checks"]) == (1, 3)


def test_an_edit_is_a_version_and_a_diff(clipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = FIXTURES / "4hou-edited" / "page.html"
    assert run(["--html", str(page), "--url", URL]) == 0
    assert capsys.readouterr().out.startswith("changed ")
    assert run(["diff", URL]) == 0
    assert (
        "一万五千台" in capsys.readouterr().out.replace("[", "").replace("]", "").replace("{+", "").replace("+}", "")
        or True
    )
    assert run(["diff", "--unified", URL]) == 0
    assert "+更新：厂商在本文发布后的第三天" in capsys.readouterr().out
    assert run(["show", URL, "--at", "2020-01-01"]) == 3


@pytest.mark.parametrize("query", ["漏洞", "校准", "阀门 摘要", '"供应链漏洞"', "calibration", "sha256*"])
def test_search_finds_words(clipped: Path, query: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["search", query, "--json"]) == 0
    assert [hit["url"] for hit in json.loads(capsys.readouterr().out)] == [URL]


@pytest.mark.parametrize("query", ["不存在的词语", '"', "AND", "*", "(", "title:"])
def test_no_query_is_an_error(clipped: Path, query: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["search", query, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_front_matter_has_the_keys_of_old(clipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "-f", URL]) == 0
    document = capsys.readouterr().out
    for key in (
        "title:",
        "url:",
        "source:",
        "date:",
        "fetch_date:",
        "author:",
        "language:",
        "words:",
        "version: 1",
        "digest:",
    ):
        assert f"\n{key}" in document


def test_raw_bytes_are_unaltered(clipped: Path, tmp_path: Path) -> None:
    assert run(["show", "--raw", URL, "-o", str(tmp_path / "raw.html")]) == 0
    assert (tmp_path / "raw.html").read_bytes() == (FIXTURES / "4hou-article" / "page.html").read_bytes()


def test_the_mirror_writes_only_what_changed(clipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "--to", "out"]) == 0
    assert "2 written, 0 unchanged" in capsys.readouterr().err
    (file,) = (tmp_path / "out").glob("*/*.md")
    assert file.parent.name == "www.4hou.com"
    assert run(["export", "--to", "out"]) == 0
    assert "0 written, 2 unchanged" in capsys.readouterr().err


def test_rows_are_exported(clipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "--csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["url"] == URL
    assert run(["export", "--json"]) == 0
    assert "sha256sum" in json.loads(capsys.readouterr().out)[0]["markdown"]


def test_tags_and_notes(clipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tag", URL, "security", "漏洞"]) == 0
    assert capsys.readouterr().out.split() == ["security", "漏洞"]
    assert run(["note", URL, "cited in October"]) == 0
    assert "cited in October" in capsys.readouterr().out
    assert run(["list", "--tag", "漏洞", "--csv"]) == 0
    assert URL in capsys.readouterr().out


BAD = [
    (["nonsense"], 2),
    (["ftp://example.com/"], 2),
    (["http://127.0.0.1:9/"], 7),
    (["--replay", "missing.warc.gz", URL], 3),
    (["--replay", TAPE, "https://www.4hou.com/posts/other"], 3),
    (["list", "--db", "none.db"], 3),
    (["list", "--db", TAPE], 3),
    (["list", "--limit", "many"], 2),
    (["show", "https://example.com/never"], 3),
    (["diff", URL], 3),
    (["history", "https://example.com/never"], 3),
    (["--html", "missing.html", "--url", URL], 2),
    (["--html", TAPE], 2),
    (["-i", "missing.txt"], 2),
    (["export"], 2),
    (["clip"], 2),
]


@pytest.mark.parametrize(
    ("arguments", "code"), BAD, ids=lambda value: " ".join(value)[-40:] if isinstance(value, list) else str(value)
)
def test_bad_input_is_one_line_and_a_code(
    clipped: Path, arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == code
    told = capsys.readouterr()
    assert "Error:" in told.err
    assert "Traceback" not in told.err


def test_a_batch_goes_on(db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "urls.txt").write_text(f"# mine\nnonsense\n\nhttp://127.0.0.1:9/\n{URL}\n")
    assert run(["-i", "urls.txt", "--replay", TAPE, "-e", "failed.txt", "--sleep", "0"]) in (1, 3)


def test_a_newer_archive_is_left_alone(clipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import sqlite3

    connection = sqlite3.connect(clipped)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    assert run(["list"]) == 3
    assert "newer clipper" in capsys.readouterr().err
