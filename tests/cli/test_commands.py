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
FEED_TAPE = str(FIXTURES / "4hou-feed" / "tape.warc.gz")
FEED = "https://www.4hou.com/feed"


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
    told = capsys.readouterr().out
    assert "{+" in told
    assert "更新：厂商在本文发布后的第三天" in told
    assert run(["diff", "--unified", URL]) == 0
    assert "+更新：厂商在本文发布后的第三天" in capsys.readouterr().out
    assert run(["show", URL, "--at", "2020-01-01"]) == 3


@pytest.mark.parametrize(("at", "version"), [("1", 1), ("2", 2), ("-1", 2), ("-2", 1), ("2099-01-01", 2)])
def test_a_version_is_named_by_its_number_or_a_date(
    clipped: Path, at: str, version: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--html", str(FIXTURES / "4hou-edited" / "page.html"), "--url", URL]) == 0
    capsys.readouterr()
    assert run(["show", URL, "-f", "--at", at]) == 0
    assert f"\nversion: {version}\n" in capsys.readouterr().out


def test_versions_may_be_counted_from_the_end(clipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--html", str(FIXTURES / "4hou-edited" / "page.html"), "--url", URL]) == 0
    capsys.readouterr()
    told = []
    for versions in (["1", "2"], ["-2", "-1"], []):
        assert run(["diff", URL, *versions, "--json"]) == 0
        told.append(capsys.readouterr().out)
    assert told[0] == told[1] == told[2] != ""


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
    assert "1 written, 0 unchanged" in capsys.readouterr().err
    (file,) = (tmp_path / "out").rglob("*.md")
    assert file.parent.name == "www.4hou.com"
    assert run(["export", "--to", "out"]) == 0
    assert "0 written, 1 unchanged" in capsys.readouterr().err


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
    (["--replay", FEED_TAPE, FEED], 6),
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


def test_a_feed_is_no_article_and_its_command_is_named(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--replay", FEED_TAPE, FEED]) == 6
    assert f"feed (RSS); `clip watch add {FEED}` follows it" in capsys.readouterr().err
    run(["list", "--json"])
    (page,) = json.loads(capsys.readouterr().out)
    assert page["versions"] == 0


def test_a_batch_goes_on(db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = ["nonsense", "http://127.0.0.1:9/", "https://www.4hou.com/posts/not-on-the-tape"]
    (tmp_path / "urls.txt").write_text("# mine\n\n" + "".join(f"{url}\n" for url in [*bad, URL, URL]))
    assert run(["-i", "urls.txt", "--replay", TAPE, "-e", "failed.txt"]) == 1
    told = capsys.readouterr()
    assert told.out.startswith(f"new           {URL}  ")
    assert len(told.out.splitlines()) == 1
    assert told.err.count("Error: ") == len(bad)
    assert "4 addresses: " in told.err
    assert sorted(line.split("  # ")[0] for line in (tmp_path / "failed.txt").read_text().splitlines()) == sorted(bad)


def test_what_failed_can_be_tried_again(db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong, right = str(FIXTURES / "pdf" / "tape.warc.gz"), TAPE
    assert run([URL, "--replay", wrong, "-e", "failed.txt"]) == 3
    assert run(["-i", "failed.txt", "--replay", right, "-e", "failed.txt"]) == 0
    assert (tmp_path / "failed.txt").read_text() == ""


def test_abort_on_error_stops_at_the_first(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["nonsense", URL, "--replay", TAPE, "--abort-on-error"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "1 not tried" in told.err


def test_what_is_missing_on_a_tape_is_no_check_of_the_page(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["https://www.4hou.com/posts/not-on-the-tape", "--replay", TAPE]) == 3
    assert "is not on the tape" in capsys.readouterr().err
    assert run(["list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_dry_run_files_nothing(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = str(FIXTURES / "4hou-article" / "page.html")
    for line in (["--replay", TAPE, URL], ["--html", page, "--url", URL]):
        assert run([*line, "--dry-run"]) == 0
        told = capsys.readouterr()
        assert told.out.startswith("new ")
        assert "nothing was filed" in told.err
    assert not db.exists()


def test_a_new_archive_is_named_once(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["--replay", TAPE, URL])
    assert f"New archive: {db}" in capsys.readouterr().err
    run(["--replay", TAPE, URL])
    assert capsys.readouterr().err == ""


def test_quiet_says_nothing_but_errors(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-q", "--replay", TAPE, URL]) == 0
    assert capsys.readouterr() == ("", "")
    assert run(["-q", "--replay", FEED_TAPE, FEED]) == 6
    assert capsys.readouterr().err.startswith("Error: unusable: ")


def test_verbose_tells_of_the_answer(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tape = str(FIXTURES / "redirects" / "tape.warc.gz")
    assert run(["-v", "--replay", tape, "http://ferry.example.com/old"]) == 0
    assert "HTTP 200, " in (told := capsys.readouterr().err)
    assert "3 requests" in told
    assert "from https://" in told


def test_pages_fetched_lately_are_skipped(clipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--max-age", "1h", "--replay", TAPE, URL]) == 0
    assert capsys.readouterr().err == "1 address: 1 skipped, fetched within --max-age\n"
    assert run(["history", URL, "--checks", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1


FORMS = {
    "--json": lambda text: json.loads(text),
    "--nl": lambda text: [json.loads(line) for line in text.splitlines()],
    "--csv": lambda text: list(csv.DictReader(io.StringIO(text))),
}


@pytest.mark.parametrize("form", FORMS)
def test_results_are_rows_for_programs(db: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([URL, "nonsense", "--replay", TAPE, form]) == 1
    rows = FORMS[form](capsys.readouterr().out)
    assert {row["url"]: (row["outcome"], int(row["exit_code"])) for row in rows} == {
        URL: ("new", 0),
        "nonsense": ("refused", 2),
    }


def test_a_newer_archive_is_left_alone(clipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import sqlite3

    connection = sqlite3.connect(clipped)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    assert run(["list"]) == 3
    assert "newer clipper" in capsys.readouterr().err
