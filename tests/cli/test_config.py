"""What the configuration says, and who is heard more."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.cli import run
from clipper.cli.settings import Settings
from clipper.fetch import Policy
from tests.fetch.server import Server, page, routed

Read = Callable[..., dict[str, tuple[object, str]]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLIPPER_CONFIG", str(tmp_path / "mine.toml"))
    monkeypatch.setenv("CLIPPER_DB", str(tmp_path / "archives" / "a.db"))
    (tmp_path / "archives").mkdir()
    return tmp_path


@pytest.fixture
def read(home: Path, capsys: pytest.CaptureFixture[str]) -> Read:
    """(value, from) of each setting, as `clip config` has them."""

    def read(*words: str) -> dict[str, tuple[object, str]]:
        assert run(["config", *words, "--json"]) == 0
        return {row["setting"]: (row["value"], row["from"]) for row in json.loads(capsys.readouterr().out)}

    return read


def test_an_option_counts_more_than_the_environment_and_that_more_than_files(
    home: Path, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside, own = home / "archives" / "clipper.toml", home / "mine.toml"
    own.write_text("[network]\nsleep = 3\ntimeout = 7\nallow-private = ['x.example']\n")
    beside.write_text("[network]\nsleep = 2\n[sync]\nhosts = 4\n")
    found = read()
    assert found["sleep"] == (2, str(beside))
    assert found["timeout"] == (7, str(own))
    assert found["hosts"] == (4, str(beside))
    assert found["retries"] == (1, "default")
    monkeypatch.setenv("CLIPPER_ALLOW_PRIVATE", "y.example")
    assert read()["allow-private"][1] == "$CLIPPER_ALLOW_PRIVATE"
    assert read("clip")["retries"] == (2, "default")
    assert "hosts" not in read("clip")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[synk]\n", "did you mean [sync]"),
        ("[sync]\nhostz = 3\n", "[sync] knows no 'hostz'"),
        ("[network]\nspeed = 3\n", "[network] knows no 'speed'"),
        ("[sync]\nhosts = 'many'\n", "--hosts"),
        ("[host.'a.example']\nsleep = 'long'\n", "sleep of"),
        ("[host.'a.example']\nrobots = 'maybe'\n", "robots of"),
        ("[host.'a.example']\nevery = 'daily'\n", "no span of time"),
        ("[host.'a.example']\ncolour = 1\n", "knows no 'colour'"),
        ("[host.'a.example']\nsleep = -1\n", "not in the range x>=0"),
        ("[host.'a.example']\ntimeout = 0\n", "not in the range x>0"),
        ("[host.'a.example']\nretries = 99\n", "not in the range"),
        ("[host.'a.example']\nmax-bytes = 0\n", "not in the range"),
        ("[host.'a.example']\nheader = ['no colon']\n", "header of"),
        ("[host.'a.example']\nheader = [1]\n", "header of"),
        ("[host.'a.example']\nuser-agent = \"a\\nb\"\n", "user-agent of"),
        ("[host.'a.example']\nrules = 'a.toml'\n", "[read] rules"),
        ("[host.'https://a.example/']\nsleep = 1\n", "is no host"),
        ("[host.'a b']\nsleep = 1\n", "is no host"),
        ("[read]\nrulez = 'x'\n", "[read] knows no 'rulez'"),
        ("[read]\nrules = 3\n", "rules of [read]"),
        ("[host]\nsleep = 1\n", "write [host"),
        ("[sync\n", "no TOML"),
    ],
)
def test_what_is_wrong_is_named(home: Path, capsys: pytest.CaptureFixture[str], text: str, says: str) -> None:
    (home / "mine.toml").write_text(text)
    assert run(["watch", "list"] if "hosts" not in text and "hostz" not in text else ["sync"]) == 2
    assert says in capsys.readouterr().err


def test_secrets_are_not_shown(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "mine.toml").write_text(
        "[network]\nheader = ['X-Key: s3cret']\nproxy = 'http://me:s3cret@p.example'\n"
        "[sync]\nnotify = ['mailto://me:s3cret@example.com']\n[host.'a.example']\nheader = ['X: s3cret']\n"
    )
    assert run(["config"]) == 0
    assert "s3cret" not in "".join(capsys.readouterr())


def test_a_patient_host_has_time_for_all_its_tries(tmp_path: Path) -> None:
    """As with `--timeout`: all tries together get four times as much."""
    said: dict[str, tuple[object, Path]] = {"timeout": (100.0, tmp_path)}
    policy = Settings(hosts={".a.example": said}).policy(Policy(), "www.a.example")
    assert (policy.timeout, policy.deadline) == (100, 400)


def test_a_host_has_its_own_headers_pace_and_cookies(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = page(b"<article><h1>T</h1>" + b"<p>The pressure held, and nobody was called out.</p>" * 20 + b"</article>")
    with Server(routed({"/a": body})) as server:
        (home / "archives" / "cookies.txt").write_text(
            "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tlogin\tyes\n"
        )
        (home / "archives" / "clipper.toml").write_text(
            "[network]\nallow-private = ['127.0.0.1']\nsleep = 0\n"
            "[host.'127.0.0.1']\nheader = ['X-Key: abc']\ncookies = 'cookies.txt'\nuser-agent = 'mine/1'\n"
        )
        assert run([f"{server.base}/a", "--no-isolate"]) == 0
        (asked,) = server.requests
    assert b"X-Key: abc" in asked
    assert b"Cookie: login=yes" in asked
    assert b"User-Agent: mine/1" in asked
    capsys.readouterr()


def test_the_archive_that_was_named_is_the_one_that_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = tmp_path / "other.db"
    assert run(["config", "sync", "--db", str(named), "--json"]) == 0
    rows = {row["setting"]: (row["value"], row["from"]) for row in json.loads(capsys.readouterr().out)}
    assert rows["db"] == (str(named), "option")


@pytest.mark.parametrize(
    "words", [("watch", "list"), ("watch", "edit", "https://a.example/", "--tag", "x"), ("list",), ("failures",)]
)
def test_what_is_said_of_the_network_is_no_error_where_nothing_is_fetched(
    home: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    (home / "mine.toml").write_text("[network]\nuser-agent = 'mine/1'\n")
    Archive.open(home / "archives" / "a.db", create=True).close()
    assert run(list(words)) in (0, 1)
    assert "network" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "code", "names"),
    [
        ("cookies = 'nowhere.txt'", 3, "nowhere.txt"),
        ("header = ['Host: b.example']", 2, "Host"),
        ("proxy = 'p'", 2, "proxy"),
    ],
)
def test_a_run_does_not_begin_with_a_host_that_it_could_not_ask(
    home: Path, capsys: pytest.CaptureFixture[str], said: str, code: int, names: str
) -> None:
    Archive.open(home / "archives" / "a.db", create=True).close()
    (home / "mine.toml").write_text(f"[host.'a.example']\n{said}\n")
    assert run(["sync"]) == code
    assert names in capsys.readouterr().err


def test_a_feed_is_found_out_with_the_headers_of_its_host(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    feed = page(b"<rss version='2.0'><channel><title>T</title></channel></rss>", "Content-Type: application/xml")
    with Server(routed({"/feed": feed})) as server:
        (home / "mine.toml").write_text(
            "[network]\nallow-private = ['127.0.0.1']\nsleep = 0\n[host.'127.0.0.1']\nheader = ['X-Key: abc']\n"
        )
        assert run(["watch", "add", f"{server.base}/feed"]) == 0
        (asked,) = server.requests
    assert b"X-Key: abc" in asked
    capsys.readouterr()
