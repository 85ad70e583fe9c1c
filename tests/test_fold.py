"""What a page folds away behind a button is a part of its article, and nothing else is that it hides."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from clipper.extract import extract
from clipper.extract.blocks import Reading
from clipper.extract.features import Page
from clipper.extract.fold import unfolded
from clipper.extract.page import parse
from clipper.models import Capture, Extraction

NOW = datetime(2026, 10, 2, 12, tzinfo=UTC)
FIRST = "".join(
    f"<p>The keeper of the lighthouse wrote in line {n} that the lamp had burned all night.</p>" for n in range(8)
)
REST = "".join(
    f"<p>Then, in line {n}, he told how the boat was found again behind the rocks at noon.</p>" for n in range(6)
)
FIRST_ZH = "".join(
    f"<p>灯塔的看守人在第{n}行写道，灯整夜都亮着，海上的风一直没有停下来，直到天亮。</p>" for n in range(8)
)
REST_ZH = "".join(f"<p>后来他在第{n}行里说，那条船是怎么在中午时分又在礁石后面被人找到的。</p>" for n in range(6))
LINKS = "".join(
    f"<p><a href=/{n}>Another story of the harbour that has to do with number {n}</a></p>" for n in range(8)
)


def read(inside: str) -> Extraction:
    page = f"<!doctype html><title>The lamp</title><body><main><h1>The lamp</h1>{inside}</main>"
    return extract(Capture("https://a.example/1", "https://a.example/1", 200, (), page.encode(), NOW))


@pytest.mark.parametrize(
    "folded",
    [
        "<div class='text'><div class='shown'>{first}<section class='lookall'><a><em>展开全文</em></a></section></div>"
        "<div class='hidden-content control-hide'>{rest}</div></div>",
        "<div class='text'>{first}<div class='btn'>Read more</div><div style='display:none'>{rest}</div></div>",
        "<div class='text'>{first}<div hidden>{rest}</div><div class='btn'><a href='#'>Show the full article</a></div></div>",
        "<div class='text'>{first}<div class='collapse'>{rest}</div><p><button-x>阅读全文</button-x></p></div>",
    ],
)
@pytest.mark.parametrize(
    ("first", "rest", "last"), [(FIRST, REST, "in line 5, he told"), (FIRST_ZH, REST_ZH, "他在第5行里说")]
)
def test_the_rest_behind_a_button_belongs_to_the_article(folded: str, first: str, rest: str, last: str) -> None:
    found = read(folded.format(first=first, rest=rest))
    assert last in found.text
    assert last in found.markdown
    assert last in found.html
    assert "全文" not in found.text
    assert "Read more" not in found.text


@pytest.mark.parametrize(
    "beside",
    [
        f"<div class='btn'>Read more</div><div class='more' hidden>{LINKS}</div>",  # other articles
        f"<div style='display:none'>{REST}</div>",  # no button
        f"<div class='btn'>Read more</div><div class='notes'>{REST}</div>",  # nothing is hidden
        f"<div class='btn'>Read more about our keepers</div><div hidden>{REST}</div>",
    ],
)
def test_nothing_else_is_added(beside: str) -> None:
    root = parse(f"<!doctype html><title>The lamp</title><body><main><div>{FIRST}{beside}</div></main>")
    assert root is not None
    page = Page(root, Reading(root).nodes, "The lamp")
    first = {place for place, block in enumerate(page.blocks) if "The keeper" in block.text}
    assert len(first) == 8
    assert unfolded(page, first) == first


def test_what_was_not_chosen_is_not_gone_on_with() -> None:
    root = parse(f"<!doctype html><body><main>{FIRST}<div><p>Show all</p><div hidden>{REST}</div></div></main>")
    assert root is not None
    page = Page(root, Reading(root).nodes, "")
    first = {place for place, block in enumerate(page.blocks) if "The keeper" in block.text}
    assert unfolded(page, first) == first


def test_a_list_of_a_thousand_teasers_is_left_as_it_is() -> None:
    teaser = f"<div><p>{'A short story. ' * 5}</p><div>Read more</div><div hidden>{REST}</div></div>"
    root = parse(f"<!doctype html><body><main>{teaser * 1000}</main>")
    assert root is not None
    page = Page(root, Reading(root).nodes, "")
    first = {place for place, block in enumerate(page.blocks) if "A short story" in block.text}
    assert unfolded(page, first) == first
