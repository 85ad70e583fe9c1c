"""Which command a line of words is."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from clipper.cli import run
from clipper.cli.group import cli, command_first

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"
TAPE = str(FIXTURES / "4hou-article" / "tape.warc.gz")
URL = "https://www.4hou.com/posts/Vlv1"

LINES = [
    ("list --db a.db", "list --db a.db"),
    ("--db a.db list", "list --db a.db"),
    ("--db=a.db list --csv", "list --db=a.db --csv"),
    ("--db a.db -n 3 list", "list --db a.db -n 3"),
    ("--db a.db show https://example.com/", "show --db a.db https://example.com/"),
    ("--db a.db watch list", "watch --db a.db list"),
    ("-q --db a.db sync", "sync -q --db a.db"),
    ("https://example.com/", "clip https://example.com/"),
    ("--db a.db https://example.com/", "clip --db a.db https://example.com/"),
    ("--db list https://example.com/", "clip --db list https://example.com/"),
    ("-i list", "clip -i list"),
    ("-ilist", "clip -ilist"),
    ("--force https://example.com/ list", "clip --force https://example.com/ list"),
    ("-- list", "clip -- list"),
    ("--db a.db", "clip --db a.db"),
    ("--html - --url show", "clip --html - --url show"),
    ("--version", "--version"),
    ("--db a.db --version", "--version"),
    ("--help", "--help"),
    ("", ""),
]


@pytest.mark.parametrize(("line", "ordered"), LINES)
def test_the_command_is_found_behind_options(line: str, ordered: str) -> None:
    assert command_first(shlex.split(line)) == shlex.split(ordered)


@pytest.mark.parametrize("line", ["--db {db} list --json", "list --db {db} --json", "--json --db {db} list"])
def test_options_may_stand_before_the_command(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    db = str(tmp_path / "mine.db")
    assert run(["--db", db, "--replay", TAPE, URL]) == 0
    capsys.readouterr()
    assert run(line.format(db=db).split()) == 0
    assert [page["url"] for page in json.loads(capsys.readouterr().out)] == [URL]


@pytest.mark.parametrize(
    "line", ["--db {db} watch list --json", "watch --db {db} list --json", "watch list --db {db} --json"]
)
def test_options_may_stand_before_a_command_of_two_words(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = str(tmp_path / "mine.db")
    assert run(["--db", db, "--replay", TAPE, URL]) == 0
    capsys.readouterr()
    assert run(line.format(db=db).split()) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(("words", "meant"), [("serach 漏洞", "search"), ("lits", "list"), ("exprot --json", "export")])
def test_a_misspelt_command_is_named(words: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words.split()) == 2
    assert f"`clip {meant}`" in capsys.readouterr().err


@pytest.mark.parametrize("words", ["--replay tape list", "--nonsense list"])
def test_options_before_a_command_must_be_its_own(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words.split()) == 2
    assert "Error: " in capsys.readouterr().err


def test_a_file_is_no_address_but_a_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "urls.txt").write_text(f"{URL}\n")
    assert run([str(tmp_path / "urls.txt"), "--db", str(tmp_path / "a.db")]) == 2
    assert "-i" in capsys.readouterr().err


def test_the_group_has_no_options_of_its_own_but_help_and_version() -> None:
    assert {option for parameter in cli.params for option in parameter.opts} == {"--version"}
