"""A page that says what it said is no new version, whatever part of it an extractor chose this time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clipper.archive import Archive
from clipper.models import Outcome
from tests.archive.archive_material import KEY, capture, extraction, save

FRAME = (
    "<html><head><title>t</title><script>var words = 'Second heading';</script></head><body>"
    "<nav><a>Second heading</a></nav>{}<footer><p>Harbour office, Quay&nbsp;7 &amp; 8</p></footer></body></html>"
)
BODY = "<h2>First heading</h2><p>One <b>sentence</b> stands\n here.</p><h2>Second heading</h2><p>Another, too.</p>"
READ = "First heading\n\nOne sentence stands here.\n\nAnother, too."


def filed(archive: Archive, body: str, text: str, *, hour: int, title: str = "A title") -> Outcome:
    page = FRAME.format(body).encode()
    reading = replace(extraction(text, title=title), encoding="utf-8")
    return archive.record(capture(hour=hour, body=page), reading, url_key=KEY).outcome


@pytest.mark.parametrize(
    "text",
    [
        f"{READ}\n\nSecond heading",
        f"- Second heading\n\n{READ}",
        f"{READ}\n\nHarbour office, Quay 7 & 8",
        "One sentence stands here.\n\nAnother, too.",
        "First heading\n\nOne sentence **stands** here.\n\nAnother, too.\n\n[Second heading](https://a.example/)",
    ],
)
def test_another_choice_of_the_same_words_is_no_version(archive: Archive, text: str) -> None:
    assert filed(archive, BODY, READ, hour=0) is Outcome.NEW
    for hour in (1, 2):
        noise = f"<aside>{hour} people read this</aside>"
        assert filed(archive, BODY + noise, text, hour=hour) is Outcome.UNCHANGED
    assert len(archive.history(KEY)) == 1
    assert archive.markdown(archive.snapshot(KEY).id) == READ
    assert list(archive.verify()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("stands", "stood"),
        ("One <b>sentence</b> stands\n here.", ""),
        ("Another, too.", "Another,too."),
        ("Another, too.", "Another, too. And a third."),
        ("<h2>Second heading</h2>", ""),  # what it was is still in the navigation
    ],
)
def test_every_changed_word_is_a_version(archive: Archive, old: str, new: str) -> None:
    before = f"{READ}\n\nSecond heading"
    filed(archive, BODY, before, hour=0)
    text = {"One <b>sentence</b> stands\n here.": ("One sentence stands here.\n\n", ""),
            "<h2>Second heading</h2>": ("\n\nSecond heading", "")}.get(old, (old, new))  # fmt: skip
    assert filed(archive, BODY.replace(old, new), before.replace(*text), hour=1) is Outcome.CHANGED


def test_another_title_or_order_is_a_version(archive: Archive) -> None:
    filed(archive, BODY, READ, hour=0)
    assert filed(archive, BODY, READ, hour=1, title="Another title") is Outcome.CHANGED
    first, second, third = READ.split("\n\n")
    assert filed(archive, BODY, f"{third}\n\n{second}\n\n{first}", hour=2, title="Another title") is Outcome.CHANGED


def test_where_it_cannot_be_told_it_is_a_version(archive: Archive) -> None:
    filed(archive, BODY, READ, hour=0)
    assert filed(archive, BODY, f"{READ}\n\n| not | on the page |", hour=1) is Outcome.CHANGED
    assert save(archive, "words without an encoding", hour=2).outcome is Outcome.CHANGED


def test_a_huge_page_is_not_compared(archive: Archive) -> None:
    filed(archive, BODY, READ, hour=0)
    huge = BODY + "<i> </i>" * 300_000
    assert filed(archive, huge, f"{READ}\n\nSecond heading", hour=1) is Outcome.CHANGED
