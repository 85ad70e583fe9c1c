"""`clip browse` as it runs: a server of its own, asked over a socket."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from clipper.archive import Archive
from clipper.cli import run
from tests.browser.browser_material import ROOT, served
from tests.datasette_plugin.datasette_material import HARBOUR_TITLE, Made

URL = "https://www.4hou.com/posts/Vlv1"
TAPE = ROOT / "fixtures" / "4hou-article" / "tape.warc.gz"


def test_the_address_that_is_printed_is_the_library(made: Made) -> None:
    with served(made.path) as address:
        assert address.endswith("/-/clips")
        with urlopen(address, timeout=30) as answer:
            assert HARBOUR_TITLE in answer.read().decode()
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{address}/add", timeout=30)


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
