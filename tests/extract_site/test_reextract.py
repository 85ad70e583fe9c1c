"""Stored bytes read again: a new text of the same version, never a new version; and it can be interrupted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.cli import run
from clipper.cli.reextract import rules_digest
from clipper.extract import Reader
from clipper.models import Outcome, SiteRules, Validators, Verdict
from clipper.pipeline import Gathered, Job, settle
from clipper.sync.rereading import Run
from clipper.urls import url_key
from tests.extract_site.site_material import NOW, Shelf, capture, page, paragraphs, sentences, shelf

URL = "https://harbour.example"
RULE = 'hosts = ["harbour.example"]\nversion = 3\n[[kind]]\nbody = ["body > div:nth-of-type(2) > p:first-child"]'


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    monkeypatch.setenv("CLIPPER_RULES", str(folder))
    return folder


@pytest.fixture
def db(tmp_path: Path, rules: Path) -> Path:
    with shelf(tmp_path / "a.db") as case:
        for number in range(5):
            case.file(f"{URL}/{number}", page(number, paragraphs(f"story {number}")))
    return tmp_path / "a.db"


def versions(db: Path) -> list[tuple[int, str]]:
    with Archive.open(db, readonly=True) as archive:
        return [(s.id, archive.markdown(s.id)) for n in range(5) for s in archive.history(url_key(f"{URL}/{n}"))]


def test_a_better_reading_is_a_new_text_of_the_same_version(
    db: Path, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = versions(db)
    (rules / "harbour.toml").write_text(RULE)
    assert run(["reextract", "--db", str(db), "--host", "harbour.example"]) == 0
    assert "5 read again: 5 filed anew" in capsys.readouterr().out
    after = versions(db)
    assert [number for number, _ in after] == [number for number, _ in before]
    assert after[4][1] == sentences("story 4")[0]
    run(["show", f"{URL}/4", "--json", "--db", str(db)])
    told = json.loads(capsys.readouterr().out)
    assert (told["rule"], told["texts"]) == ("harbour 3", 2)
    assert told["extractor"].startswith("clipper ")
    for number, hits in ((0, 1), (2, 0)):  # the index follows
        phrase = " ".join(sentences("story 4")[number].split()[4:12])
        assert run(["search", f'"{phrase}"', "--json", "--db", str(db)]) == 0
        assert len(json.loads(capsys.readouterr().out)) == hits
    with Archive.open(db, readonly=True) as archive:
        assert list(archive.verify()) == []


def test_a_second_run_finds_nothing_new(db: Path, rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "harbour.toml").write_text(RULE)
    run(["reextract", "--db", str(db)])
    capsys.readouterr()
    run(["reextract", "--db", str(db), "--jobs", "2"])
    assert capsys.readouterr().out == "5 read again: 0 filed anew, 0 now articles, 0 no article any more, 5 the same\n"


def test_a_dry_run_files_nothing(db: Path, rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = versions(db)
    (rules / "harbour.toml").write_text(RULE)
    run(["reextract", "--db", str(db), "--dry-run", "--json"])
    assert len(capsys.readouterr().out.splitlines()) == 5
    assert versions(db) == before


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--host", "harbour.example"], 5),
        (["--host", "HARBOUR.example"], 5),
        (["--host", f"{URL}/3"], 5),
        (["--since", "2026-10-02"], 5),
        (["--since", "2026-10-03"], 0),
    ],
)
def test_a_part_of_the_archive_can_be_chosen(
    db: Path, capsys: pytest.CaptureFixture[str], options: list[str], count: int
) -> None:
    run(["reextract", "--db", str(db), "--dry-run", *options])
    assert capsys.readouterr().out.startswith(f"{count} read again")


@pytest.mark.parametrize(("host", "code"), [("elsewhere.example", 3), ("ftp://harbour.example/", 2), ("a b", 2)])
def test_a_host_that_is_not_there_is_told(db: Path, capsys: pytest.CaptureFixture[str], host: str, code: int) -> None:
    assert run(["reextract", "--db", str(db), "--host", host]) == code
    assert capsys.readouterr().err.startswith("Error: ")


def test_what_reads_otherwise_says_who_read_it_before(
    db: Path, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Archive.open(db) as archive:
        archive.connection.execute("UPDATE texts SET extractor = 'clipper 0.0 + trafilatura 1.0'")
        archive.connection.commit()
    (rules / "harbour.toml").write_text(RULE)
    run(["reextract", "--db", str(db), "--dry-run", "--json"])
    said = capsys.readouterr()
    row = json.loads(said.out.splitlines()[0])
    assert (row["rule"], row["before"]["extractor"]) == ("harbour 3", "clipper 0.0 + trafilatura 1.0")
    assert row["before"]["words"] > row["words"]
    assert "5 would be filed anew" in said.err
    run(["reextract", "--db", str(db), "-v"])
    said = capsys.readouterr()
    assert "by clipper 0.0 + trafilatura 1.0)" in said.out
    assert "5 of them had been read by clipper 0.0 + trafilatura 1.0" in said.err
    run(["history", f"{URL}/4", "--db", str(db)])
    assert "with the rule harbour 3: 1 (2 readings)" in capsys.readouterr().err


def test_two_readings_of_the_same_bytes_are_compared(db: Path, rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", f"{URL}/4", "--readings", "--db", str(db)]) == 3
    assert "was read once only" in capsys.readouterr().err
    (rules / "harbour.toml").write_text(RULE)
    run(["reextract", "--db", str(db)])
    capsys.readouterr()
    assert run(["diff", f"{URL}/4", "--readings", "--unified", "--db", str(db)]) == 0
    out = capsys.readouterr().out
    assert f"-{sentences('story 4')[1]}" in out
    assert f"+{sentences('story 4')[0]}" in out
    assert f"+{sentences('story 4')[1]}" not in out
    assert run(["diff", f"{URL}/4", "1", "1", "--readings", "--db", str(db)]) == 2


def test_a_reader_that_runs_out_of_time_has_no_opinion(db: Path, rules: Path) -> None:
    with Archive.open(db) as archive:
        before = [archive.snapshot(url_key(f"{URL}/{n}")).verdict for n in range(5)]
        texts = versions(db)
        came = [one.came for one in Run(archive).read(open_reader=lambda: Reader(memory_limit=1 << 20), jobs=1)]
        assert came == ["unread"] * 5
        assert [archive.snapshot(url_key(f"{URL}/{n}")).verdict for n in range(5)] == before
    assert versions(db) == texts


def test_another_rule_begins_an_interrupted_run_anew(db: Path, rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "harbour.toml").write_text(RULE)
    with Archive.open(db) as archive:
        some = Run(archive, rules=rules_digest()).read(open_reader=lambda: Reader(isolate=False), jobs=1)
        next(some)
        some.close()
    (rules / "harbour.toml").write_text(RULE.replace("version = 3", "version = 4"))
    run(["reextract", "--db", str(db)])
    assert capsys.readouterr().out.startswith("5 read again: 5 filed anew")


def test_an_interrupted_run_goes_on_where_it_was(db: Path, rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "harbour.toml").write_text(RULE)
    with Archive.open(db) as archive:
        some = Run(archive, rules=rules_digest()).read(
            open_reader=lambda: Reader(rules=SiteRules(folder=str(rules))), jobs=1
        )
        assert [next(some).came, next(some).came] == ["better", "better"]
        some.close()
    assert run(["reextract", "--db", str(db)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("3 read again: 3 filed anew")
    assert "going on with an interrupted run" in said.err


def test_no_rule_makes_an_article_of_a_challenge(tmp_path: Path, rules: Path) -> None:
    html = f"<title>Just a moment...</title><div class=text hidden><p>{sentences('moment', 1)[0]}</p></div>"
    with shelf(tmp_path / "a.db") as case:
        assert case.file(f"{URL}/x", html).outcome is Outcome.UNUSABLE
    (rules / "h.toml").write_text('hosts = ["harbour.example"]\n[[kind]]\nbody = ["p"]\nwhen = [".text"]')
    run(["reextract", "--db", str(tmp_path / "a.db")])
    with Archive.open(tmp_path / "a.db", readonly=True) as archive:
        assert archive.history(url_key(f"{URL}/x")) == []


def test_a_picture_share_that_was_a_shell_becomes_an_article(tmp_path: Path, rules: Path) -> None:
    url = "https://mp.weixin.qq.com/s/AbCdEf"
    html = (
        "<script>window.item_show_type = '10'; window.msg_title = '退潮了，灯塔今天开放参观，票价和去年一样。' || '';</script>"
        "<div>向上滑动看下一个 赞 ，轻点两下取消赞 在看 ，轻点两下取消在看</div>"
    )
    one = capture(url, html)
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        with Reader(isolate=False, rules=SiteRules(shipped=False)) as old:
            filed = archive.record(one, old.read(one), url_key=url_key(url))
        assert filed.outcome is Outcome.UNUSABLE
        (reread,) = Run(archive).read(open_reader=lambda: Reader(isolate=False), jobs=1)
        assert reread.came == "article"
        (snapshot,) = archive.history(url_key(url))
        assert "灯塔今天开放参观" in archive.markdown(snapshot.id)
        assert archive.checks(url_key(url))[0].outcome is Outcome.NEW
        assert archive.page(url_key(url)).state == "alive"  # type: ignore[union-attr]
        assert list(archive.verify()) == []


def test_a_version_that_is_none_by_todays_reading_keeps_its_text(tmp_path: Path, rules: Path) -> None:
    sorry = page(0, "<p>The page is being painted, and will be dry by Monday, the painter says so.</p>")
    with shelf(tmp_path / "a.db") as case:
        for name in "abcd":
            case.file(f"{URL}/{name}", sorry)
        text = case.archive.markdown(case.archive.snapshot(url_key(f"{URL}/a")).id)
        came = [one.came for one in Run(case.archive).read(open_reader=lambda: Reader(isolate=False), jobs=1)]
        assert came == ["none", "none", "none", "same"]
        snapshot = case.archive.snapshot(url_key(f"{URL}/a"))
        assert snapshot.verdict is Verdict.CHROME_ONLY
        assert case.archive.markdown(snapshot.id) == text
        assert list(case.archive.verify()) == []


def settled(case: Shelf, url: str, html: str, minute: int) -> Outcome:
    """File a page as `clip` does, with a reader at hand."""
    now = capture(url, html, minute=minute)
    job = Job(url, url_key(url), Validators(), site=case.archive.site("harbour.example", url_key=url_key(url)))
    with Reader(isolate=False) as reader:
        return settle(Gathered(job, NOW, now, reader.read(now, job.site)), archive=case.archive, reader=reader).outcome


def test_knowing_a_site_better_is_no_change_of_its_pages() -> None:
    with shelf() as case:
        noisy = page(0, paragraphs("story 0") + "<p>Keep this page open, the ferry is early today, they say.</p>")
        assert settled(case, f"{URL}/0", noisy, 1) is Outcome.NEW
        for number in range(1, 8):
            case.file(f"{URL}/{number}", page(number, paragraphs(f"story {number}")))
        assert settled(case, f"{URL}/0", noisy.replace("</body>", "<!-- later --></body>"), 60) is Outcome.UNCHANGED
        assert len(case.archive.history(url_key(f"{URL}/0"))) == 1
        changed = noisy.replace("the ferry is early", "the ferry is late")
        assert settled(case, f"{URL}/0", changed, 61) is Outcome.CHANGED
