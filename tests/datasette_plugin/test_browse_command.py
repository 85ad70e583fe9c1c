"""`clip browse` as it runs: a server of its own, asked over a socket."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from clipper.archive import Archive
from clipper.cli import run
from clipper.datasette_plugin.callers import is_local
from tests.browser.browser_material import ROOT, served
from tests.datasette_plugin.datasette_material import HARBOUR_TITLE, Made

URL = "https://www.4hou.com/posts/Vlv1"
TAPE = ROOT / "fixtures" / "4hou-article" / "tape.warc.gz"


@pytest.fixture(scope="module")
def address(made: Made) -> Iterator[str]:
    """What the command prints."""
    with served(made.path) as printed:
        yield printed


def test_the_address_that_is_printed_is_the_library(address: str) -> None:
    assert address.endswith("/-/clips")
    with urlopen(address, timeout=30) as answer:
        assert HARBOUR_TITLE in answer.read().decode()
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{address}/add", timeout=30)


@pytest.mark.parametrize(
    "name",
    [
        "evil.example",
        "evil.example:8001",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "",
        "[::1",
        "a@127.0.0.1.nip.io",
    ],
)
def test_nobody_is_answered_who_calls_this_machine_by_another_name(address: str, name: str) -> None:
    assert not is_local(name)
    with pytest.raises(HTTPError, match="403"):
        urlopen(Request(address, headers={"Host": name}), timeout=30)


@pytest.mark.parametrize(
    "name", ["localhost", "localhost:9000", "127.0.0.1:8001", "[::1]:8001", "10.0.0.7", "clips.localhost"]
)
def test_these_names_are_nobody_else_s(name: str) -> None:
    assert is_local(name)


def test_a_program_clips_with_the_token_that_is_printed(tmp_path: Path) -> None:
    path = tmp_path / "written.db"
    Archive.open(path, create=True).close()
    with served(path, "--writable", "--replay", str(TAPE)) as address:
        place, _, token = address.partition("?token=")
        form = urlencode({"url": URL, "tags": "one, two"}).encode()
        with pytest.raises(HTTPError, match="403"):
            urlopen(Request(place, data=form), timeout=30)
        bearer = {"Authorization": f"Bearer {token}"}
        with urlopen(Request(place, data=form, headers=bearer), timeout=60) as answer:
            told = json.load(answer)
        assert (told["outcome"], told["read"]) == ("new", "/-/clips/1")
        with urlopen(place.replace("/add", "/1"), timeout=30) as answer:
            assert "工业阀门控制器供应链漏洞分析" in answer.read().decode()
    with Archive.open(path, readonly=True) as archive:
        (page,) = archive.pages()
        assert archive.tags(page.url_key) == ("one", "two")
        assert list(archive.verify()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--host", "203.0.113.9"], "cannot listen on 203.0.113.9"), (["--db", "nowhere.db"], "no archive at nowhere.db")],
)
def test_what_is_wrong_is_said_before_a_server_starts(
    made: Made, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert run(["browse", "--no-open", "--port", "0", "--db", str(made.path), *options]) in (2, 3)
    assert re.search(said, capsys.readouterr().err)
