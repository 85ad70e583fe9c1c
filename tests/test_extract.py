"""What is read out of a page, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml.etree import tostring

from clipper.extract import Reader, extract
from clipper.extract.blocks import Reading
from clipper.extract.choice import decided
from clipper.extract.features import Page
from clipper.extract.metadata.survey import SKIPPED
from clipper.extract.page import SILENT, parse
from clipper.extract.second import Second
from clipper.extract.steps import UNREAD
from clipper.models import Capture, Extraction, Verdict

NOW = datetime(2026, 10, 2, 12, tzinfo=UTC)
STORY = "".join(
    f"<p>Sentence number {n} of a story about a lighthouse keeper and her many letters home.</p>" for n in range(12)
)


def read(html: str, **headers: str) -> Extraction:
    return extract(capture(html.encode(), **headers))


def capture(body: bytes, **headers: str) -> Capture:
    url = "https://example.com/a/b"
    return Capture(url=url, final_url=url, status=200, headers=tuple(headers.items()), body=body, fetched_at=NOW)


@pytest.mark.parametrize("reference", ["&#27;", "&#8", "&#x0c;", "&#0;", "&#x1F;", "&#127;", "\x08"])
def test_no_control_character_costs_the_text(reference: str) -> None:
    found = read(f"<title>T</title><article>{STORY}<p>before {reference} after the storm had passed</p></article>")
    assert "after the storm" in found.text
    assert "Sentence number 11" in found.text


@pytest.mark.parametrize(
    ("reference", "character"),
    [("&#252;", "ü"), ("&#8222;", "„"), ("&#10;", " "), ("&#x1F600;", "😀"), ("&#xfc;", "ü")],
)
def test_other_references_are_characters(reference: str, character: str) -> None:
    root = parse(f"<p>a{reference}b</p>")
    assert root is not None
    assert " ".join(root.text_content().split("\n")) == f"a{character}b"


def test_depth_costs_no_text() -> None:
    deep = "<div>" * 400 + f"<p>{'deep down in the sea ' * 10}</p>" + "</div>" * 400
    root = parse(f"{STORY}{deep}<p>and after it</p>")
    assert root is not None
    assert "deep down" in root.text_content()
    assert "and after it" in root.text_content()


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (b"", Verdict.EMPTY),
        (b"   \n", Verdict.EMPTY),
        (b"<!-- nothing -->", Verdict.EMPTY),
        (b"%PDF-1.7 ...", Verdict.NOT_HTML),
        (b"\x89PNG\r\n\x1a\n", Verdict.NOT_HTML),
        ("<p>传送失败,3秒后带你去看精彩文章</p>".encode(), Verdict.SOFT_404),
        (b"<p>Checking your browser before accessing example.com</p>", Verdict.CHALLENGE),
        (b"<script src=a></script><div id=root></div>", Verdict.SCRIPT_SHELL),
        (STORY.encode(), Verdict.OK),
        (STORY.encode() + b"<footer>Log in | captcha help | page not found? tell us</footer>" * 3, Verdict.OK),
        (b"<p>A short note about the weather on the island this morning.</p>", Verdict.THIN),
    ],
)
def test_verdicts(body: bytes, verdict: Verdict) -> None:
    assert extract(capture(body)).verdict is verdict


def test_scripts_and_foreign_links_are_left_behind() -> None:
    found = read(
        f'<article>{STORY}<p onclick="x()"><a href="javascript:alert(1)">press</a> <a href="../c">see</a> the other page that the keeper wrote about her garden on the rock</p><script>alert(1)</script></article>'
    )
    assert "javascript:" not in found.markdown + found.html
    assert "alert" not in found.markdown + found.html + found.text
    assert "(https://example.com/c)" in found.markdown


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>The keeper - Island News</title>", "The keeper"),
        ('<title>The keeper - Island News</title><meta property="og:title" content="The keeper">', "The keeper"),
        ("<title>灯塔看守人的信_海岛新闻网</title>", "灯塔看守人的信"),
    ],
)
def test_the_title_loses_the_site(head: str, title: str) -> None:
    heading = f"<h1>{title}</h1>"
    assert read(f"<head>{head}</head><body><article>{heading}{STORY}</article></body>").title == title


@pytest.mark.parametrize(
    ("html", "published"),
    [
        ('<meta property="article:published_time" content="2026-09-14T07:30:00+02:00">', "2026-09-14T07:30:00+02:00"),
        (
            '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-09-14"}</script>',
            "2026-09-14",
        ),
        ('<span class="time">2026年9月4日</span>', "2026-09-04"),
        ('<span class="pub-time">3小时前</span>', "2026-10-02"),
        ("", None),
    ],
)
def test_the_date_is_the_pages_own(html: str, published: str | None) -> None:
    assert read(f"<article><h1>T</h1>{html}{STORY}</article>").published == published


def test_a_page_that_stalls_the_reader_is_unreadable_and_the_next_is_fine() -> None:
    hostile = "<div " + " ".join(f"a{n}=1" for n in range(60_000)) + f">{STORY}"
    with Reader(time_limit=1.0) as reader:
        assert reader.read(capture(STORY.encode())).verdict is Verdict.OK
        assert reader.read(capture(hostile.encode())).verdict is Verdict.UNREADABLE
        assert reader.read(capture(STORY.encode())).verdict is Verdict.OK


def test_reading_apart_and_here_agree() -> None:
    with Reader() as reader:
        apart, here = reader.read(capture(STORY.encode())), extract(capture(STORY.encode()))
    assert here.html  # which nobody files
    assert apart == replace(here, html="")


def test_trafilatura_leaves_the_tree_as_it_is() -> None:
    paragraphs = "<p>The keeper reads the gauge at noon, and writes the figure down.</p>" * 20
    root = parse(f"<title>Log</title><nav><a href=/>Home</a></nav><article>{paragraphs}</article><footer>2026</footer>")
    assert root is not None
    before = tostring(root)
    assert "gauge" in Second().of(root)
    assert tostring(root) == before


def test_what_trafilatura_shall_not_see_is_in_its_place_again_with_the_text_behind_it() -> None:
    paragraphs = "".join(f"<p>The keeper reads gauge {n} at noon, and writes the figure down.</p>" for n in range(20))
    aside = "<div><p>Harbour news of the week, which nobody asked for.</p></div>"
    root = parse(
        f"<title>Log</title><article>{paragraphs}{aside}The pressure held all night, and the crew slept.</article>"
    )
    assert root is not None
    before, boxes = tostring(root), list(root.iter("div"))
    assert "Harbour news" in (Second().of(root) or "")
    told = Second().of(root, boxes) or ""
    assert "gauge" in told
    assert "pressure held" in told
    assert "Harbour news" not in told
    assert tostring(root) == before
    assert list(root.iter("div")) == boxes


def test_no_step_is_missing_that_blocks_or_metadata_look_at() -> None:
    assert UNREAD == SILENT & SKIPPED


def test_a_page_too_large_to_choose_in_keeps_its_text_without_its_menus() -> None:
    lines = "".join(f"<p>Line {n} of the log<b></b><i></i></p>" for n in range(20_500))
    menu = "".join(f'<li><a href="/{n}">Menu {n}</a></li>' for n in range(9))
    found = read(f"<title>T</title><ul>{menu}</ul><main>{STORY}{lines}</main>")
    assert "Sentence number 11" in found.text
    assert "Line 20499 of the log" in found.text
    assert "Menu 3" not in found.text


def test_a_box_that_shows_when_a_word_is_pointed_at_is_not_in_its_line() -> None:
    box = (
        "<img src=o.png><a>Ann Orr</a> <a>Ann Orr asks the harbour board to open its books, and is refused at once</a>"
    )
    named = f"<span class=who><a href=/orr>Ann Orr</a><span class=rollover-block>{box}</span></span>"
    whole = "<p><span class=tooltip>This whole paragraph stands in one span whose class is tooltip, and it stays.</span></p>"
    found = read(
        f"<title>T</title><article><h1>T</h1>{STORY}<p>The chair, {named}, said so at noon.</p>{whole}</article>"
    )
    assert "The chair, Ann Orr, said so at noon." in found.text
    assert "refused at once" not in found.text
    assert "one span whose class is tooltip" in found.text


def test_a_paragraph_that_was_written_twice_stays_and_a_copy_of_the_page_goes() -> None:
    again = "<p>Two eggs, a cup of asparagus, half a cup of sweet potato or one slice of bread, and a spoon of oil over it; no salt before noon.</p>"
    days = "".join(
        f"<h2>Day {n}</h2><p>On day {n} of the plan the keeper rises at {n} and walks to the light and back.</p>{again}"
        for n in (4, 5, 6)
    )
    found = read(
        f"<title>T</title><article><h1>T</h1>{STORY}{days}<p>That is the whole plan of the three days.</p></article>"
    )
    assert found.text.count("half a cup of sweet potato") == 3
    twice = read(f"<title>T</title><article><h1>T</h1>{STORY}</article><div class=print>{STORY}</div>")
    assert twice.text.count("Sentence number 11") == 1


def test_trafilatura_is_asked_only_where_there_is_doubt() -> None:
    long = "".join(
        f"<p>{n}: the keeper of light {n} wrote {n * 7} letters home in the winter of 19{n}.</p>" for n in range(10, 60)
    )
    clear = read(f"<title>T</title><meta property=og:type content=article><article><h1>T</h1>{long}</article>")
    assert "trafilatura" not in clear.extractor
    links = "".join(
        f"<div><a href=/{n}>Link {n} to a page of the site</a> and some words about it, {n}</div>" for n in range(40)
    )
    assert "trafilatura" in read(f"<title>T</title>{links}<p>One line.</p>{links}").extractor


@pytest.mark.parametrize(("more", "asked"), [(0, True), (3000, False)])
def test_a_page_of_little_text_is_asked_about_unless_it_is_large(more: int, asked: bool) -> None:
    root = parse(f"<body><article>{STORY}</article>{'<p></p>' * more}</body>")
    assert root is not None
    page = Page(root, Reading(root).nodes, "")
    heard: list[None] = []
    assert len(decided(page, dict.fromkeys(range(len(page.blocks)), 0.95), lambda: heard.append(None))) == 12
    assert bool(heard) == asked


@pytest.mark.parametrize(
    ("tag", "more", "asked"), [("li", 0, True), ("p", 0, False), ("li", 1200, True), ("li", 3000, False)]
)
def test_of_blocks_in_doubt_rows_are_asked_about_and_on_no_large_page(tag: str, more: int, asked: bool) -> None:
    doubtful = "".join(f"<{tag}>Gauge {n} of the upper pump house, read at noon</{tag}>" for n in range(12))
    root = parse(f"<body><article>{STORY * 2}</article><section>{doubtful}</section>{'<p></p>' * more}</body>")
    assert root is not None
    page = Page(root, Reading(root).nodes, "")
    chances = {j: 0.6 if "Gauge" in block.text else 0.95 for j, block in enumerate(page.blocks)}
    heard: list[None] = []
    kept = decided(page, chances, lambda: heard.append(None))
    assert len(kept) == len(page.blocks)
    assert bool(heard) == asked
