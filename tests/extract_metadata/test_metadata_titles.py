"""The title: without what the site adds, and not the site's own name."""

from __future__ import annotations

import pytest

from tests.extract_metadata.reading import CHINESE_STORY, linked, read

TITLE = "The keeper and her letters home"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (f"<title>{TITLE} - Island News</title>", f"<h1>{TITLE}</h1>"),
        (f"<title>{TITLE} | Island News</title>", ""),
        (f"<title>Island News » Culture » {TITLE}</title>", f"<h1>Island News</h1><h2>{TITLE}</h2>"),
        (f"<title>{TITLE} — Island News</title>", f"<header><h1>Island News</h1></header><h2>{TITLE}</h2>"),
        (f'<title>Home</title><meta property="og:title" content="{TITLE}">', f"<h1>{TITLE}</h1>"),
        (
            f'<title>{TITLE} – Island News</title><meta property="og:site_name" content="Island News">',
            "<h1>Island News</h1>",
        ),
        (
            "<title>Letters | Island News</title>"
            + linked('{"@type": "NewsArticle", "headline": "The keeper and her letters home"}'),
            f"<h1>Culture: {TITLE}</h1>",
        ),
        ("<title>x</title>", f'<div class="entry-title">{TITLE}</div>'),
        (f"<title>{TITLE}</title>", f'<h1><span class="kicker">Culture</span> {TITLE}</h1>'),
        ("", f"<h3>About us</h3><nav><h1>Islands</h1></nav><h2>{TITLE}</h2>"),
    ],
)
def test_the_title_is_the_articles(head: str, body: str) -> None:
    assert read(f"{body}<article>STORY</article>", head=head).title == TITLE


@pytest.mark.parametrize(
    ("title", "body", "wanted"),
    [
        # A heading and the host, the site's name or a word for a site are two witnesses.
        (
            "灯塔看守人的信 - 海岛日报 Island – 海岛新闻门户,island-news.example",
            "<h1>灯塔看守人的信</h1>",
            "灯塔看守人的信",
        ),
        ("灯塔看守人的信_海岛新闻网", "<h1>灯塔看守人的信</h1>", "灯塔看守人的信"),
        ("灯塔看守人的信 | 海岸周刊", "<h1>灯塔看守人的信</h1>", "灯塔看守人的信"),
        # Joined without spaces, and nothing says that the rest is a site: it may be the title's.
        ("灯塔看守人的信_写给母亲", "<h1>灯塔看守人的信</h1>", "灯塔看守人的信_写给母亲"),
        ("灯塔看守人的信_海岛新闻网", "", "灯塔看守人的信_海岛新闻网"),
    ],
)
def test_a_chinese_title_loses_what_is_shown_to_be_the_sites(title: str, body: str, wanted: str) -> None:
    found = read(f"{body}<div>STORY</div>", head=f"<title>{title}</title>", lang="zh", story=CHINESE_STORY)
    assert found.title == wanted


def test_a_page_without_any_title_has_the_line_over_its_article() -> None:
    body = "<p>当前位置：首页->文化</p><p>灯塔看守人的信</p><div>STORY</div>"
    assert read(body, lang="zh", story=CHINESE_STORY).title == "灯塔看守人的信"


def test_soft_hyphens_are_not_part_of_a_title() -> None:
    assert read("<h1>Leucht\u00adturm\u00adwärterin</h1>STORY").title == "Leuchtturmwärterin"


def test_related_headings_after_the_article_are_no_titles() -> None:
    body = "<div>STORY</div><h1>Another story about boats</h1>"
    assert read(body, head="<title>Letters home</title>").title == "Letters home"


def test_of_two_headings_the_one_right_over_the_text_is_the_title() -> None:
    head = "<title>Letters of the keeper: the story</title>"
    menu = "<h2>Letters of the keeper: the story</h2><p>Menu</p><p>Search</p><p>Share</p><p>Boats</p>"
    assert (
        read(f"{menu}<h1 class=entry-title>Letters of the keeper</h1>STORY", head=head).title == "Letters of the keeper"
    )


def test_a_title_that_names_the_site_alone_gives_way_to_the_heading_over_the_text() -> None:
    head = "<title>Island News -</title>"
    assert read("<h2>The keeper and her letters</h2>STORY", head=head).title == "The keeper and her letters"


def test_a_heading_from_another_sites_feed_loses_that_sites_name() -> None:
    head = '<title>She wrote at night | Island News</title><meta property="og:title" content="She wrote at night">'
    assert read("<h1>She wrote at night | MAINLAND.EXAMPLE</h1>STORY", head=head).title == "She wrote at night"
