"""The form that clips: only for who has the token, only from the form itself, and not there unless asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from clipper.archive import Archive
from clipper.datasette_plugin.adding import Adding
from clipper.errors import ArchiveError, InvalidURL
from clipper.models import Outcome
from clipper.pipeline import Result
from tests.datasette_plugin.datasette_material import Visitor, close, on

TOKEN = "the-token-that-was-printed"
PATH = "/-/clips/add"
NAME = "127.0.0.1:8001"
SAME = {"host": NAME, "sec-fetch-site": "same-origin", "origin": f"http://{NAME}"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass
class Clipped:
    """What the form asked for."""

    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def __call__(self, url: str, tags: tuple[str, ...]) -> Result:
        self.asked.append((url, tags))
        if not url.startswith("http"):
            return Result(url=url, outcome=Outcome.REFUSED, error=InvalidURL(url, "that is no address"))
        if "full" in url:
            raise ArchiveError("the disk is full")
        return Result(url=url, outcome=Outcome.NEW, title="<b>A title</b>", words=12, snapshot_id=1)


@pytest.fixture
def clipped() -> Clipped:
    return Clipped()


@pytest.fixture
def adding(clipped: Clipped) -> Adding:
    return Adding(clipped, token=TOKEN)


@pytest.fixture
def writable(tmp_path: Path, adding: Adding) -> Iterator[Visitor]:
    from datasette.plugins import pm

    path = tmp_path / "archive.db"
    Archive.open(path, create=True).close()
    pm.register(adding, name="adding-under-test")
    visitor = on(path)
    yield visitor
    pm.unregister(adding)
    close(visitor)


def post(visitor: Visitor, sent: dict[str, str], **headers: str) -> Any:
    """Send a form with these headers; `_` in names stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return visitor.get(PATH, method="POST", content=urlencode(sent), headers={**FORM, **named})


def word(visitor: Visitor) -> str:
    text = visitor.get(PATH, headers={"host": NAME, "cookie": f"clipper_add={TOKEN}"}).text
    found = re.search(r'name="word" value="(\w+)"', text)
    assert found
    return found[1]


def test_there_is_no_form_unless_it_was_asked_for(visitor: Visitor) -> None:
    assert visitor.get(PATH).status_code == 404
    assert "Clip a page" not in visitor.get("/-/clips").text


def test_the_printed_address_lets_a_browser_in_and_hides_the_token(writable: Visitor) -> None:
    answer = writable.get(f"{PATH}?token={TOKEN}&url=https://x.example/", headers={"host": NAME})
    assert answer.status_code == 302
    assert TOKEN not in answer.headers["location"]
    assert answer.headers["location"].endswith("?url=https%3A%2F%2Fx.example%2F")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert f"path={PATH}" in cookie


def test_the_form_has_the_address_of_the_bookmarklet_and_no_token(writable: Visitor) -> None:
    answer = writable.get(
        f"{PATH}?url=https://x.example/%22%3E%3Cscript%3E", headers={"host": NAME, "cookie": f"clipper_add={TOKEN}"}
    )
    assert answer.status_code == 200
    assert TOKEN not in answer.text
    assert 'value="https://x.example/&#34;&gt;&lt;script&gt;"' in answer.text
    assert f"window.open(&#39;http://{NAME}{PATH}?url=" in answer.text
    assert "Clip a page" in writable.get("/-/clips", headers={"host": NAME}).text


def test_a_page_that_the_form_names_is_clipped(writable: Visitor, clipped: Clipped) -> None:
    sent = {"url": " https://x.example/ ", "tags": "a, b ,,", "word": word(writable)}
    answer = post(writable, sent, cookie=f"clipper_add={TOKEN}", **SAME)
    assert answer.status_code == 200
    assert clipped.asked == [("https://x.example/", ("a", "b"))]
    assert '<a href="/-/clips/1">&lt;b&gt;A title&lt;/b&gt;</a>' in answer.text


def test_a_program_with_the_token_clips_without_a_form(writable: Visitor, clipped: Clipped) -> None:
    answer = post(writable, {"url": "https://x.example/"}, host=NAME, authorization=f"Bearer {TOKEN}")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "new")
    failed = post(writable, {"url": "mailto:x"}, host=NAME, authorization=f"Bearer {TOKEN}")
    assert failed.status_code == 422
    assert "that is no address" in failed.json()["error"]


@pytest.mark.parametrize(
    ("change", "headers"),
    [
        ({}, {"cookie": ""}),  # somebody without the token
        ({}, {"cookie": "clipper_add=guessed"}),
        ({"word": ""}, {}),  # another site's form: the browser sends the cookie, the word is not known
        ({"word": "0" * 64}, {}),
        ({"word": TOKEN}, {}),
        ({}, {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}),
        ({}, {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:9999"}),
        ({}, {"sec-fetch-site": "", "origin": "https://evil.example"}),
        ({}, {"sec-fetch-site": "", "origin": "null"}),
        ({}, {"cookie": "", "authorization": "Bearer "}),
        ({}, {"cookie": "", "authorization": "Bearer guessed"}),
    ],
)
def test_nobody_else_can_write(
    writable: Visitor, clipped: Clipped, change: dict[str, str], headers: dict[str, str]
) -> None:
    sent = {"url": "https://x.example/", "word": word(writable)} | change
    named = {"cookie": f"clipper_add={TOKEN}", **SAME, **headers}
    answer = post(writable, sent, **{name: value for name, value in named.items() if value})
    assert answer.status_code == 403
    assert clipped.asked == []


def test_the_word_is_not_told_to_who_has_no_cookie(writable: Visitor) -> None:
    for cookie in ("", "clipper_add=guessed"):
        answer = writable.get(f"{PATH}?url=https://x.example/", headers={"host": NAME, "cookie": cookie})
        assert answer.status_code == 403
        assert 'name="word"' not in answer.text


def test_a_form_that_is_too_long_is_refused(writable: Visitor, clipped: Clipped) -> None:
    sent = {"url": "https://x.example/" + "x" * 30_000, "word": word(writable)}
    assert post(writable, sent, cookie=f"clipper_add={TOKEN}", **SAME).status_code == 413
    assert clipped.asked == []


def test_what_goes_wrong_is_said(writable: Visitor) -> None:
    known = {"cookie": f"clipper_add={TOKEN}", **SAME}
    assert "that is no address" in post(writable, {"url": "x", "word": word(writable)}, **known).text
    assert "the disk is full" in post(writable, {"url": "https://full.example/", "word": word(writable)}, **known).text


def test_one_page_is_clipped_at_a_time(writable: Visitor, clipped: Clipped, adding: Adding) -> None:
    sent = {"url": "https://x.example/", "word": word(writable)}
    with adding._turn:  # noqa: SLF001 - somebody else's page is being clipped
        answer = post(writable, sent, cookie=f"clipper_add={TOKEN}", **SAME)
        assert (answer.status_code, clipped.asked) == (503, [])
        assert "Another page is being clipped" in answer.text
    assert post(writable, sent, cookie=f"clipper_add={TOKEN}", **SAME).status_code == 200
