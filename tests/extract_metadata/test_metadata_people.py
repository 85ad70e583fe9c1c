"""Who wrote it: bylines, signatures, what machines are told, and nobody rather than somebody else."""

from __future__ import annotations

import pytest

from clipper.extract.metadata.persons import people
from tests.extract_metadata.reading import CHINESE_STORY, linked, read

HEAD = "<title>The keeper and her letters</title>"
TITLE = "<h1>The keeper and her letters</h1>"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("By Ida Holm", ("Ida Holm",)),
        ("Von Ida Holm und Per Sand", ("Ida Holm", "Per Sand")),
        ("Par Ida Holm, le 4 mai 2024", ("Ida Holm",)),
        ("Por Ida Holm y José Arena", ("Ida Holm", "José Arena")),
        ("Posted by Ida Holm on March 4, 2024 in Culture", ("Ida Holm",)),
        ("Veröffentlicht von Ida am 4. März 2024", ("Ida",)),
        ("Ida Holm | 5 min read", ("Ida Holm",)),
        ("By Ida Holm, yesterday at 4pm", ("Ida Holm",)),
        ("By Ida Holm for Island News", ("Ida Holm",)),
        ("By E. Holm / J. I. da sand", ("E. Holm", "J. I. da sand")),
        ("Autor: Ida Holm", ("Ida Holm",)),
        ("View all posts by Ida Holm", ("Ida Holm",)),
        ("Ida Holm, Island Desk Editor", ("Ida Holm",)),
        ("Ida van der Holm", ("Ida van der Holm",)),
        ("Ida Holm Oct 4", ("Ida Holm",)),
        ("admin", ()),
        ("Foto: Ida Holm", ()),
        ("https://facebook.com/ida", ()),
        ("4. März", ()),
        ("Kommentare", ()),
    ],
)
def test_names_are_what_a_byline_names(text: str, names: tuple[str, ...]) -> None:
    assert people(text) == names


@pytest.mark.parametrize(
    "byline",
    [
        '<p class="byline">By <a href="/x" rel="author">Ida Holm</a> · 4 March 2024</p>',
        '<span class="author vcard"><a class="url fn n" href="/a">Ida Holm</a></span>',
        '<div itemprop="author" itemscope itemtype="http://schema.org/Person"><b itemprop="name">Ida Holm</b></div>',
        "<p>Von Ida Holm</p>",
        "<p>by</p><p>Ida Holm</p>",
        '<p><a href="/authors/ida-holm">Ida Holm</a></p>',
        "<p>Ida Holm</p><p>4 March 2024</p>",
        "<p>04.03.2024 // Ida Holm</p>",
        "<p>ByIda Holm</p>",
        "<p>---- by Ida Holm</p>",
        "<p>5 minutes ago by Ida Holm</p>",
        "<p>Autorin Ida Holm</p>",
        "<p>Eine Kolumne von Ida Holm</p>",
        "<p>Inseln (1 / 3) 14.09.2026 10:20 von Ida Holm Symbolbild Inselfoto</p>",
        "<p>Posted by Ida Holm under Letters, Lamps</p>",
    ],
)
def test_the_byline_near_the_title_names_the_author(byline: str) -> None:
    assert read(f"{TITLE}{byline}STORY", head=HEAD).author == "Ida Holm"


def test_first_names_and_parts_of_a_byline_are_completed() -> None:
    nickname = f'{HEAD}<meta name="author" content="Ida">'
    assert read(f"{TITLE}<p>Ein Bericht von Ida Holm</p>STORY", head=nickname).author == "Ida Holm"
    both = HEAD + linked('{"@type": "Article", "author": [{"name": "Ida Holm"}, {"name": "Per Sand"}]}')
    links = '<p><a rel="author" href="/i">Ida Holm</a>, <a rel="author" href="/p">Per Sand</a></p>'
    assert read(f"{TITLE}{links}STORY", head=both).author == "Ida Holm, Per Sand"


def test_a_name_for_machines_counts_where_the_foot_of_the_page_has_it_too() -> None:
    head = f'{HEAD}<meta name="author" content="Ida Holm">'
    assert read(f"{TITLE}STORY<footer>2009-2026 by Ida Holm, powered by oil</footer>", head=head).author == "Ida Holm"


def test_who_is_cited_as_author_need_not_be_seen() -> None:
    head = f'{HEAD}<meta name="citation_author" content="Holm, Ida"><meta name="citation_author" content="Per Sand">'
    assert read(f"{TITLE}STORY", head=head).author == "Holm, Ida, Per Sand"


def test_a_graph_names_the_author_whom_nobody_sees_but_a_plugin_only_an_account() -> None:
    article = '{"@type": "Article", "author": {"@id": "WHO"}}, {"@type": "Person", "@id": "WHO", "name": "Ida Holm"}'
    for who, author in (("#ida", "Ida Holm"), ("https://island.example/#/schema/person/0f3c", None)):
        graph = linked(f'{{"@graph": [{article.replace("WHO", who)}]}}')
        assert read(f"{TITLE}STORY", head=HEAD + graph).author == author


def test_people_in_a_graph_are_resolved() -> None:
    graph = linked(
        '{"@graph": [{"@type": "Article", "headline": "The keeper and her letters", "author": [{"@id": "#1"}, {"@id": "#2"}]},'
        ' {"@type": "Person", "@id": "#1", "name": "Ida Holm"}, {"@type": "Person", "@id": "#2", "name": "Per Sand"},]}'
    )
    assert read(f"{TITLE}<p>Ida Holm</p><p>Per Sand</p>STORY", head=HEAD + graph).author == "Ida Holm, Per Sand"


def test_a_readers_byline_is_believed_before_the_head() -> None:
    head = f'{HEAD}<meta name="author" content="Theme Maker Inc">'
    assert read(f'{TITLE}<p class="byline">By Ida Holm</p>STORY', head=head).author == "Ida Holm"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta name="author" content="Ida Holm">', ""),  # no reader sees it
        ('<meta property="og:site_name" content="Island News"><meta name="author" content="Island News">', ""),
        ('<meta property="article:author" content="https://facebook.com/ida">', ""),
        ("", '<div class="comments"><p class="comment-author">By Ida Holm</p></div>'),
        ("", '<aside class="related"><p class="author">Ida Holm</p></aside>'),
        ("", '<figure><figcaption class="author">Photo by Ida Holm</figcaption></figure>'),
        ("", "<p>By the time that the boat came back the lamp was out</p>"),
        (linked('{"@type": "Organization", "name": "Island News"}'), ""),
        ("", '<div itemprop="review"><span itemprop="author" content="Ida Holm"></span><p>Nice.</p></div>'),
        ("", '<p><a href="/culture/buecher-autoren/index.html">Bücher & Autoren</a></p>'),
    ],
)
def test_nobody_is_better_than_somebody_else(head: str, body: str) -> None:
    assert read(f"{TITLE}STORY{body}", head=HEAD + head).author is None


def test_who_is_mentioned_in_the_article_has_not_written_it() -> None:
    story = ["She met <a href='/people/per-sand'>Per Sand</a> at the harbour when the boat came in that evening."] * 3
    assert read(f"{TITLE}STORY", head=HEAD, story=story).author is None


def test_a_weblog_may_bear_its_authors_name() -> None:
    head = f'{HEAD}<meta name="author" content="Ida Holm"><meta property="og:site_name" content="Ida Holm">'
    assert read(f"{TITLE}STORY", head=head, url="https://idaholm.example/letters").author == "Ida Holm"


@pytest.mark.parametrize(
    ("before", "after", "author"),
    [
        ("<p>2026-09-14 10:20 来源：海岛日报 作者：林晓鸥</p>", "", "林晓鸥"),
        ("<p>作 者： 林晓鸥、周海</p>", "", "林晓鸥, 周海"),
        ("<p>新华网 记者 林晓鸥 周海生</p>", "", "林晓鸥, 周海生"),
        ("<p>文/林晓鸥</p>", "", "林晓鸥"),
        ("<p>林晓鸥</p>", "", "林晓鸥"),
        ("", "<p>（林晓鸥）</p>", "林晓鸥"),
        ("", "<p>海岛日报记者 林晓鸥 海岛报道</p>", "林晓鸥"),
        ("", "<p>（责任编辑：林晓鸥）</p>", "林晓鸥"),
        ("<p>作者：林晓鸥</p>", "<p>责任编辑：周海</p>", "林晓鸥"),
        ("<p>作者：欧阳晓鸥</p>", "", "欧阳晓鸥"),
        ("<p>記者 陳海生</p>", "", "陳海生"),
        ("<p>鸥_岛99 发表于 2026-9-14 10:20</p>", "", "鸥_岛99"),
        ("<p>来源：海岛日报</p>", "", None),
        ("<p>作者：本站编辑</p>", "", None),
        ("", "<p>（图片来自网络）</p>", None),
        ("", "<p>记者从镇公所获悉，展览将持续到年底。</p>", None),
    ],
)
def test_chinese_bylines(before: str, after: str, author: str | None) -> None:
    body = f"<h1>灯塔看守人的信</h1>{before}<div>STORY</div>{after}"
    found = read(body, head="<title>灯塔看守人的信</title>", lang="zh", story=CHINESE_STORY)
    assert found.author == author


def test_the_article_ends_before_a_teaser_that_says_its_first_line_again() -> None:
    story = [f"Letter {n} of the keeper tells of the weather, the lamp and the boats of that week." for n in range(20)]
    teasers = "".join(f"<p>Another story of the island, number {n}</p>" for n in range(20))
    found = read(f"{TITLE}STORY<p>Text: Ida Holm</p>{teasers}<p>{story[0]}</p>", head=HEAD, story=story)
    assert found.author == "Ida Holm"
