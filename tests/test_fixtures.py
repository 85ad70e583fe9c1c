"""Every case under fixtures/, through the command line, against its expect.toml."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from clipper.archive import Archive
from clipper.cli import run
from clipper.urls import url_key

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
CASES = sorted(path.parent for path in FIXTURES.glob("*/expect.toml"))


def expectation(case: Path) -> dict[str, Any]:
    return tomllib.loads((case / "expect.toml").read_text("utf-8"))


def clip(case: Path, db: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    """One `clip --replay`, as its JSON tells it."""
    run(["--replay", str(case / "tape.warc.gz"), "--db", str(db), "--json", *more, expectation(case)["url"]])
    (told,) = json.loads(capsys.readouterr().out)
    assert isinstance(told, dict)
    return told


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_is_what_it_expects(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expect, db = expectation(case), tmp_path / "a.db"
    told = clip(case, db, capsys)
    assert (told["outcome"], told["exit_code"]) == (expect["outcome"], expect["exit"]), told["error"]
    with Archive.open(db, readonly=True) as archive:
        checks = archive.checks(url_key(expect["url"]))
        assert len(checks) == 1
        if "verdict" in expect:
            assert checks[0].verdict == expect["verdict"]
        if expect["exit"]:
            assert archive.history(url_key(expect["url"])) == []
            return
        article(archive, expect)


def article(archive: Archive, expect: dict[str, Any]) -> None:
    """Hold the archived article against what the case expects of it."""
    snapshot = archive.snapshot(url_key(expect["url"]))
    markdown = archive.markdown(snapshot.id)
    known = {"title": snapshot.title, "author": snapshot.author, "language": snapshot.language, "source": snapshot.site}
    assert {name: known[name] for name in known if name in expect} == {n: expect[n] for n in known if n in expect}
    assert (snapshot.published or "").startswith(expect.get("date", ""))
    assert [text for text in expect["with"] if text not in markdown] == []
    assert [text for text in expect["without"] if text in markdown] == []
    assert [text for text in expect.get("markdown", []) if text not in markdown] == []
    assert [url for url in expect.get("images", []) if f"]({url}" not in markdown] == []
    if "hops" in expect:
        assert [hop.status for hop in archive.evidence_of(snapshot.id).hops] == expect["hops"]
    if "encoding" in expect:
        row = archive.connection.execute("SELECT encoding FROM snapshots WHERE id = ?", (snapshot.id,)).fetchone()
        assert row[0] == expect["encoding"]


TWICE = [case for case in CASES if "then" in expectation(case)]


@pytest.mark.parametrize("case", TWICE, ids=lambda case: case.name)
def test_the_second_fetch_is_told_apart(case: Path, tmp_path: Path) -> None:
    """Two answers on one tape, fetched in one run of the fetcher: new first, then what happened."""
    from clipper import tape
    from clipper.extract import Reader
    from clipper.fetch import Fetcher, Policy
    from clipper.pipeline import clip as clip_once

    expect = expectation(case)
    with (
        Archive.open(tmp_path / "a.db", create=True) as archive,
        Fetcher(Policy(min_interval=0), transport=tape.replay(case / "tape.warc.gz")) as fetcher,
        Reader() as reader,
    ):
        outcomes = [clip_once(expect["url"], archive=archive, fetcher=fetcher, reader=reader).outcome for _ in range(2)]
        assert outcomes == [expect["outcome"], expect["then"]]
        assert archive.page(url_key(expect["url"])).versions == (2 if expect["then"] == "changed" else 1)


def test_tapes_are_made_from_their_sources(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(FIXTURES / "make.py"), str(tmp_path)], check=True, stdout=subprocess.DEVNULL)
    stale = [
        case.name
        for case in CASES
        if (tmp_path / case.name / "tape.warc.gz").read_bytes() != (case / "tape.warc.gz").read_bytes()
    ]
    assert stale == []
