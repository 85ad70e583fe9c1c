"""`clip site` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.cli import run
from clipper.extract import extract
from clipper.models import Capture
from clipper.urls import url_key
from tests.extract_site.site_material import NOW, page, paragraphs, shelf

URL = "https://harbour.example"


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLIPPER_RULES", str(tmp_path / "rules"))
    (tmp_path / "rules").mkdir()
    with shelf(tmp_path / "a.db") as case:
        for number in range(12):
            case.file(f"{URL}/{number}", page(number, paragraphs(f"story {number}")))
    return tmp_path / "a.db"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(["site", *words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_hosts_are_listed(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "--db", str(db), "--json")
    assert code == 0
    (row,) = json.loads(out)
    assert (row["host"], row["pages"]) == ("harbour.example", 12)
    assert row["blocks"] > 5


def test_a_host_shows_its_lines_and_where_they_stand(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "harbour.example", "--db", str(db), "--json")
    assert code == 0
    rows = {row["text"]: row for row in json.loads(out)}
    assert (rows["Home"]["pages"], rows["Home"]["place"]) == (12, "above")
    assert rows["You might also like"]["place"] == "below"
    assert not any("On that day" in text for text in rows)
    _, out, err = said(capsys, f"{URL}/2", "--db", str(db), "--all")
    assert {line.split()[0] for line in out.splitlines()[1:]} >= {"2", "12"}
    assert "On that day" not in out  # of a page alone; such lines are remembered by their digests
    assert "learned from 12 page(s)" in err


def test_what_was_learned_can_be_forgotten(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "harbour.example", "--reset", "--db", str(db))
    assert code == 0
    assert "forgot" in out
    code, _, err = said(capsys, "harbour.example", "--db", str(db))
    assert code == 3
    assert "nothing was learned" in err


def test_words_do_what_options_do(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "list", "--db", str(db))[1] == said(capsys, "--db", str(db))[1]
    code, out, _ = said(capsys, "reset", f"{URL}/2", "--db", str(db))
    assert code == 0
    assert "forgot" in out
    assert said(capsys, "list", "--json", "--db", str(db))[1].strip() == "[]"


def test_rules_are_listed_with_their_hosts_and_what_they_say_in_vain(
    db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (db.parent / "rules" / "harbour.example.txt").write_text("body: //p\nsingle_page_link: //a\nprune: no\n")
    code, out, _ = said(capsys, "rules", "--json", "--db", str(db))
    assert code == 0
    rows = {row["name"]: row for row in json.loads(out)}
    assert rows["harbour.example"]["hosts"] == "harbour.example www.harbour.example"
    assert rows["harbour.example"]["unused"] == "single_page_link"
    assert "mp.weixin.qq.com" in rows["wechat"]["hosts"]
    (db.parent / "rules" / "b.toml").write_text("hosts = 7")
    (db.parent / "rules" / "folder.toml").mkdir()
    code, _, err = said(capsys, "rules", "--db", str(db))
    assert code == 1
    assert "b.toml cannot be used: hosts: 7 is neither a text nor a list of texts" in err
    assert "folder.toml" not in err


def test_a_try_says_why_no_rule_read_the_page_and_what_a_rule_says_in_vain(
    db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "none is for harbour.example" in said(capsys, "test", f"{URL}/2", "--db", str(db))[1]
    (db.parent / "rules" / "harbour.example.txt").write_text("body: //nothing\nnext_page_link: //a\n")
    _, out, err = said(capsys, "test", f"{URL}/2", "--db", str(db))
    assert "harbour.example.txt) found no body on the page" in out
    assert "does not do next_page_link" in err


def test_a_rule_is_tried_on_an_archived_page(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (db.parent / "rules" / "harbour.toml").write_text(
        'hosts = ["harbour.example"]\nversion = 3\n[[kind]]\nbody = ["body > div:nth-of-type(2)"]\ntitle = ["h1"]'
    )
    code, out, _ = said(capsys, "test", f"{URL}/2", "--db", str(db))
    assert code == 0
    assert "harbour 3" in out
    assert "begins    On that day" in out


def test_an_archived_page_is_tried_as_it_came(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its encoding stands in a header alone, and rules are for the host that it came from in the end."""
    (db.parent / "rules" / "quay.toml").write_text(
        'hosts = ["quay.example"]\nversion = 1\n[[kind]]\nbody = ["article"]'
    )
    html = f"<title>码头</title><article>{'<p>那一天船长把账本写完，放进抽屉，锁上门，回家去了。</p>' * 9}</article><p>别的。</p>"
    came = Capture(
        url=f"{URL}/gb",
        final_url="https://quay.example/gb",
        status=200,
        headers=(("content-type", "text/html; charset=gb18030"),),
        body=html.encode("gb18030"),
        fetched_at=NOW,
    )
    with Archive.open(db) as archive:
        archive.record(came, extract(came), url_key=url_key(came.url))
    code, out, _ = said(capsys, "test", came.url, "--db", str(db))
    assert code == 0
    assert "quay 1" in out
    assert "begins    那一天船长把账本写完" in out


def test_a_rule_is_tried_on_a_saved_page(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = db.parent / "saved.html"
    file.write_text(page(1, paragraphs("saved")))
    code, out, _ = said(capsys, "test", str(file), "--url", f"{URL}/x", "--db", str(db))
    assert code == 0
    assert "none is for harbour.example" in out


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("test",), 2, "write `clip site test URL`"),
        (("a", "b"), 2, "one host at a time"),
        (("--reset",), 2, "which host"),
        (("reset",), 2, "which host"),
        (("http://[bad",), 2, "address"),
        (("",), 2, "empty"),
        (("bücher.example",), 3, "nothing was learned of xn--bcher-kva.example"),
        (("list", "harbour.example"), 2, "takes no host"),
        (("rules", "harbour.example"), 2, "takes no host"),
        (("reset", "nowhere.example"), 3, "nothing was learned"),
        (("reset", "a.example", "b.example"), 2, "one host at a time"),
        (("test", "{file}"), 2, "needs --url"),
        (("nowhere.example",), 3, "nothing was learned"),
        (("test", "ftp://harbour.example/"), 2, "ftp"),
    ],
)
def test_what_makes_no_sense_is_told(
    db: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, says: str
) -> None:
    got, _, err = said(capsys, *(word.format(file=db) for word in words), "--db", str(db))
    assert got == code
    assert says in err


def test_a_broken_rule_of_ones_own_is_named(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (db.parent / "rules" / "broken.toml").write_text("hosts = [")
    code, _, err = said(capsys, "test", f"{URL}/2", "--db", str(db))
    assert code == 0
    assert "broken.toml cannot be used" in err


def test_a_rule_that_cannot_be_used_stops_nothing_and_is_told_of(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rules" / "harbour.toml").write_text("hosts = [")
    (tmp_path / "saved.html").write_text(page(99, paragraphs("story 99")))
    code = run(["--db", str(db), "--html", str(tmp_path / "saved.html"), "--url", f"{URL}/99"])
    assert code == 0
    assert "Warning: " in (told := capsys.readouterr().err)
    assert "harbour.toml" in told
    assert "without it" in told
