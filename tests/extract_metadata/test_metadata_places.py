"""Site and source, language, lead, categories, picture; WeChat; and pages that are wrong."""

from __future__ import annotations

import pytest

from clipper.extract.metadata.graph import graph
from tests.extract_metadata.reading import CHINESE_STORY, STORY, linked, read

TITLE = "<h1>The keeper and her letters</h1>"


@pytest.mark.parametrize(
    ("head", "line", "site"),
    [
        ('<meta property="og:site_name" content="Island News">', "", "Island News"),
        (
            linked('{"@type": "Article", "publisher": {"@type": "Organization", "name": "Island News"}}'),
            "",
            "Island News",
        ),
        (linked('{"@type": "WebSite", "name": "Island News"}'), "", "Island News"),
        ('<meta property="og:site_name" content="海岛网">', "<p>2026-09-14 来源：海岛日报</p>", "海岛日报"),
        ("", "<p>稿件来源：海岛日报 责任编辑：周海</p>", "海岛日报"),
        ('<meta property="og:site_name" content="海岛网">', "<p>来源：互联网</p>", "海岛网"),
        ("", "", None),
    ],
)
def test_the_site_is_the_texts_publisher(head: str, line: str, site: str | None) -> None:
    assert read(f"{TITLE}{line}STORY", head=head).site == site


def test_a_site_that_tells_its_name_nowhere_has_it_behind_the_title() -> None:
    head = (
        "<title>灯塔看守人的信 - 海岛 Island – 海岛新闻门户,island-news.example</title>"
        '<meta name="keywords" content="海岛,Island,灯塔">'
    )
    body = '<h1>灯塔看守人的信</h1><p><a href="/category/culture">文化</a> 2026-09-14</p><div>导语：一位看守人的信件重新被人读到。</div>'
    found = read(
        f"{body}<div>STORY</div>", head=head, lang="zh", story=CHINESE_STORY, url="https://www.island-news.example/1"
    )
    assert (found.site, found.categories) == ("海岛 Island", ("灯塔", "文化"))
    assert found.lead == "一位看守人的信件重新被人读到。"


GERMAN = ["Die Leuchtturmwärterin schrieb jeden Abend einen Brief, und das Boot nahm ihn mit auf das Festland."] * 3


@pytest.mark.parametrize(
    ("story", "lang", "language"),
    [
        (STORY, "en-US", "en"),
        (GERMAN, "en-US", "de"),  # what templates say by default is not believed against the text
        (GERMAN, "", "de"),
        (CHINESE_STORY, "en", "zh"),
        (["坂の上の時計店は、朝九時になると必ず鐘を鳴らすことで知られている。"], "zh", "ja"),
        (["등대지기는 매일 저녁 편지를 한 통씩 썼고 배는 일주일에 한 번 왔다."], "", "ko"),
        (["Lamp."], "fr-CA", "fr"),
        (["Lamp."], "", None),
    ],
)
def test_the_language_is_the_texts(story: list[str], lang: str, language: str | None) -> None:
    assert read("STORY", lang=lang, story=story).language == language


def test_the_lead_is_the_articles_own_before_the_heads() -> None:
    head = '<meta name="description" content="A page of Island News.">'
    assert read("STORY", head=head).lead == "A page of Island News."
    story = ["导语：一位看守人的信件在旧档案馆里重新被人读到。", *CHINESE_STORY]
    assert read("STORY", head=head, story=story, lang="zh").lead == "一位看守人的信件在旧档案馆里重新被人读到。"


def test_categories_are_sections_and_tags_without_doubles() -> None:
    head = (
        '<meta property="og:site_name" content="Island News"><meta property="article:section" content="Culture">'
        '<meta property="article:tag" content="letters"><meta property="article:tag" content="Letters">'
    )
    body = '<p>In <a rel="category tag" href="/c">Lighthouses</a>, <a rel="tag" href="/n">Island News</a></p>'
    found = read(f"{TITLE}{body}STORY", head=head).categories
    assert found == ("Culture", "letters", "Lighthouses")


@pytest.mark.parametrize(
    ("head", "image"),
    [
        ('<meta property="og:image" content="/lamp.jpg">', "https://www.island-news.example/lamp.jpg"),
        (linked('{"@type": "Article", "image": [{"url": "https://i.example/lamp"}]}'), "https://i.example/lamp"),
        ('<meta property="og:image" content="data:image/png;base64,AA">', None),
    ],
)
def test_the_picture_is_an_address(head: str, image: str | None) -> None:
    assert read("STORY", head=head).image == image


WECHAT_HEAD = (
    '<meta property="og:site_name" content="微信公众平台"><meta property="og:title" content="{title}">'
    '<meta name="author" content="{author}">'
)
WECHAT_BODY = """<div id="js_content">STORY</div><script>
var nickname = htmlDecode("值班笔记"); var ct = "1736211600"; var createTime = '2025-01-07 09:00';
nick_name: '微信广告'
</script>"""


@pytest.mark.parametrize(
    ("title", "author", "wanted"),
    [
        ("四次备份恢复演练", "木棉", ("四次备份恢复演练", "木棉")),
        ("第一次演练在三月。\\n\\n第二次在五月，" + "我们把目标定得小一些" * 9, "", ("第一次演练在三月。", None)),
    ],
)
def test_wechat_says_it_in_scripts(title: str, author: str, wanted: tuple[str, str | None]) -> None:
    head = WECHAT_HEAD.format(title=title, author=author)
    found = read(WECHAT_BODY, head=head, story=CHINESE_STORY, url="https://mp.weixin.qq.com/s/AbC")
    assert (found.title, found.author) == wanted
    assert (found.site, found.published) == ("值班笔记", "2025-01-07T09:00:00+08:00")


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "Article", "headline": "The\nkeeper"}',  # a line feed in a string
        '<!-- {"@type": "Article", "headline": "The keeper",} -->',
        '//<![CDATA[\n{"@type": ["Article"], "headline": "The keeper"}\n//]]>',
        '[[{"@graph": [{"@type": "http://schema.org/Article", "headline": "The&nbsp;keeper"}]}]]',
    ],
)
def test_graphs_are_read_as_sites_write_them(script: str) -> None:
    assert "The" in graph([script], None).article["headline"]


@pytest.mark.parametrize(
    "script",
    [
        "",
        "{",
        "null",
        "[" * 5000,
        '{"@type": {"a": 1}, "author": {"name": {"name": []}}}',
        '{"@type": "Article", "author": {"@id": "#a"}, "@id": "#a"}',
    ],
)
def test_a_broken_graph_is_no_graph(script: str) -> None:
    found = read(f"{TITLE}STORY", head=linked(script) + "<title>The keeper and her letters</title>")
    assert found.title == "The keeper and her letters"
    assert found.author is None


@pytest.mark.parametrize("body", ["", "<p></p>", "<div>" * 3000 + "deep", "<p>x</p>" * 9000, "<h1></h1><time></time>"])
def test_poor_pages_have_no_metadata(body: str) -> None:
    found = read(body, story=[])
    assert (found.author, found.published, found.site) == (None, None, None)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("<title>" + "a - " * 20_000 + "b</title>", "<h1>a</h1>"),
        (
            "",
            "".join(
                f'<p><a rel="author" class="byline date" href="/a">By Ida Holm 2026-01-0{n % 9 + 1}</a></p>'
                for n in range(6000)
            ),
        ),
        ("", '<div class="author vcard">' + '<span class="fn">Ida Holm</span>' * 20_000 + "</div>"),
        ("", '<div class="author date">' * 2_000 + "By Ida Holm"),
        ("", "<p>By " + "Ida Holm, " * 50_000 + "</p>"),
        ("", "<p>作者：" + "林晓鸥 " * 50_000 + "</p>"),
    ],
)
def test_hostile_sizes_are_weighed_in_part(head: str, body: str) -> None:
    """Each of these cost minutes while the work grew with the square of something on the page."""
    found = read(body, head=head, story=[])
    assert len(found.title or "") <= 400
    assert len(found.author or "") <= 400
