"""What a feed lists, whatever form and state it is in."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipper.errors import FeedError
from clipper.feeds import Subscription, discover, kind_of, read_feed, read_opml, read_sitemap, write_opml

URL = "https://news.example/feed.xml"

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>安全 &amp; 日报</title><link>https://news.example/</link><ttl>60</ttl>
<item><title>漏洞 &lt;b&gt;周报&lt;/b&gt;</title><link>/posts/1?a=1&amp;b=2</link><guid isPermaLink="false">n1</guid>
<pubDate>Thu, 18 Jul 2024 12:01:00 +0800</pubDate><author>wang@news.example (王)</author>
<description>short</description><content:encoded><![CDATA[<p>long <a href="/x">one</a></p>]]></content:encoded></item>
<item><title>no link at all</title></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://atom.example/blog/">
<title>A blog</title><link rel="self" href="feed"/><link href="/"/>
<entry><title type="html">Fish &amp;amp; chips</title><id>urn:1</id><link href="2024/one"/>
<published>2024-07-18</published><content type="html">&lt;p&gt;words&lt;/p&gt;</content></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://rdf.example/"><title>R</title></channel>
<item rdf:about="https://rdf.example/1"><title>one</title><link>https://rdf.example/1</link>
<dc:date>2024-07-18T12:01:00+08:00</dc:date></item></rdf:RDF>"""

JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "J", "home_page_url": "/", "items": [
{"id": 7, "url": "/7", "title": "seven", "content_text": "a < b", "date_published": "2024-07-18T12:01:00Z",
 "authors": [{"name": "Ann"}, {"name": "Bob"}]}, {"id": "x", "title": "no address"}, 3]}"""


def test_rss_is_read_with_its_own_offset_and_absolute_links() -> None:
    feed = read_feed(RSS.encode(), url=URL)
    entry = feed.entries[0]
    assert (feed.title, feed.kind, feed.site_url) == ("安全 & 日报", "rss", "https://news.example/")
    assert feed.ttl == timedelta(hours=1)
    assert entry.url == "https://news.example/posts/1?a=1&b=2"
    assert entry.title == "漏洞 周报"
    assert entry.published == "2024-07-18T12:01:00+08:00"
    assert entry.guid == "n1"
    assert entry.content_html is not None
    assert 'href="https://news.example/x"' in entry.content_html


def test_an_entry_without_an_address_is_told_and_left_out() -> None:
    feed = read_feed(RSS.encode(), url=URL)
    assert len(feed.entries) == 1
    assert feed.warnings == ("1 of 2 entries have no address",)


def test_atom_links_stand_on_xml_base_and_days_stay_days() -> None:
    feed = read_feed(ATOM.encode(), url=URL)
    (entry,) = feed.entries
    assert feed.kind == "atom"
    assert entry.url == "https://atom.example/blog/2024/one"
    assert entry.title == "Fish & chips"
    assert entry.published == "2024-07-18"


def test_rdf_is_read() -> None:
    feed = read_feed(RDF.encode(), url=URL)
    assert feed.kind == "rdf"
    assert [(e.url, e.published) for e in feed.entries] == [("https://rdf.example/1", "2024-07-18T12:01:00+08:00")]


def test_json_feed_is_read() -> None:
    feed = read_feed(JSON.encode(), url="https://json.example/feed.json")
    (entry,) = feed.entries
    assert (feed.kind, feed.site_url) == ("json", "https://json.example/")
    assert entry.url == "https://json.example/7"
    assert entry.author == "Ann, Bob"
    assert entry.content_html == "<p>a &lt; b</p>"
    assert entry.guid == "7"
    assert feed.warnings == ("1 of 2 entries have no address",)


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("gb18030", "gb2312", None),
        ("gb18030", "utf-8", "text/xml; charset=gbk"),
        ("utf-8", "gb2312", None),
        ("utf-16", "utf-16", None),
        ("utf-8-sig", "utf-8", "application/rss+xml"),
    ],
)
def test_charset_is_found_whoever_lies(encoding: str, declared: str, content_type: str | None) -> None:
    body = RSS.replace('encoding="utf-8"', f'encoding="{declared}"').encode(encoding)
    feed = read_feed(body, url=URL, content_type=content_type)
    assert feed.title == "安全 & 日报"
    assert feed.warnings == ("1 of 2 entries have no address",)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("<br />Warning: fopen() in feed.php\n" + RSS, id="words before it"),
        pytest.param("\n\n  " + RSS, id="space before it"),
        pytest.param(RSS[: RSS.index("<item><title>no link")], id="cut after an entry"),
        pytest.param(RSS.replace("short", "AT&T \x0b &nbsp; &bogus;"), id="bad characters"),
        pytest.param(RSS.replace("</channel></rss>", ""), id="never closed"),
    ],
)
def test_broken_feed_is_read_as_far_as_it_goes(broken: str) -> None:
    feed = read_feed(broken.encode(), url=URL)
    assert feed.entries[0].url == "https://news.example/posts/1?a=1&b=2"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><head></head></html>", "a web page"),
        (
            b'<html><link rel=alternate type="application/rss+xml" href=/rss></html>',
            "names the feed https://news.example/rss",
        ),
        (b"<opml><body/></opml>", "OPML"),
        (b"<urlset></urlset>", "a site map"),
        (b"<svg></svg>", "<svg>"),
        (b"hello", "neither XML nor JSON"),
        (b'{"a": 1}', "JSON of another kind"),
        (b'{"items": [', "cut or damaged"),
        (b"{" * 100_000, "cut or damaged"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, word: str) -> None:
    with pytest.raises(FeedError, match="is not a feed") as caught:
        read_feed(body, url=URL)
    assert word in str(caught.value)
    assert caught.value.url == URL


def test_a_feed_cannot_name_files_of_this_machine(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden words")
    entity = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>'
    body = RSS.replace("<rss ", entity + "<rss ").replace("short", "&x;")
    feed = read_feed(body.encode(), url=URL)
    assert "hidden" not in str(feed)
    with pytest.raises(FeedError, match="neither"):
        read_feed(str(secret).encode(), url=URL)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    for given_body in (
        body,
        b"<rss><channel><item>" + body,
        b"<feed>" + body,
        b'{"items":[' + body,
    ):
        try:
            read_feed(given_body, url=URL)
        except FeedError:
            continue


OPML = """<?xml version="1.0"?><opml version="2.0"><head><title>mine</title></head><body>
<outline text="安全"><outline text="大"><outline type="rss" text="A & B" xmlUrl="https://a.example/feed?x=1&y=2" htmlUrl="https://a.example/"/>
</outline><outline text="C" xmlUrl="feed://c.example/rss"></outline></outline>
<outline title="T" text="t" xmlUrl="https://t.example/rss"/><outline text="again" xmlUrl="https://t.example/rss"/>
<outline text="not one" xmlUrl="ftp://x.example/"/></body></opml>"""


def test_opml_keeps_folders_order_and_each_feed_once() -> None:
    found = read_opml(OPML.encode())
    assert [(s.url, s.title, s.folder) for s in found] == [
        ("https://a.example/feed?x=1&y=2", "A & B", ("安全", "大")),
        ("https://c.example/rss", "C", ("安全",)),
        ("https://t.example/rss", "T", ()),
    ]
    assert found[0].site_url == "https://a.example/"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"<html><body>404</body></html>", "web page"),
        (RSS.encode(), "a feed itself"),
        (b"", "empty"),
    ],
)
def test_what_is_no_list_is_refused_with_a_word(body: bytes, word: str) -> None:
    with pytest.raises(FeedError, match=word):
        read_opml(body)


def test_discovery_prefers_the_head_and_puts_comments_last() -> None:
    page = """<base href="https://b.example/x/"><link rel="alternate" type="application/rss+xml" title="Comments" href="c">
    <link rel="alternate" type="application/atom+xml" href="a"><link rel=alternate type=text/html href=h>
    <a href="/feed">rss</a>"""
    assert discover(page, URL) == ["https://b.example/x/a", "https://b.example/x/c"]
    assert discover('<a href="/feed">rss</a><a href="/about">x</a>', URL) == ["https://news.example/feed"]
    assert discover("<p>nothing", URL) == []


SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://a.example/one?x=1&amp;y=2</loc><lastmod>2026-11-24T08:30:00+08:00</lastmod></url>
<url><loc> /two </loc><lastmod>2026-11-24</lastmod><news:news><news:title>Second &amp;amp; news</news:title></news:news></url>
<url><lastmod>2026-11-24</lastmod></url></urlset>"""


@pytest.mark.parametrize("packed", [False, True])
def test_a_site_map_lists_pages_with_their_dates(packed: bool) -> None:
    body = gzip.compress(SITEMAP.encode()) if packed else SITEMAP.encode()
    assert kind_of(body) == "sitemap"
    found = read_sitemap(body, url="https://a.example/sitemap.xml")
    assert [(place.url, place.modified, place.title) for place in found.places] == [
        ("https://a.example/one?x=1&y=2", "2026-11-24T08:30:00+08:00", None),
        ("https://a.example/two", "2026-11-24", "Second & news"),
    ]
    assert found.warnings == ("1 entries have no address",)


def test_an_index_of_site_maps_names_further_ones_and_a_cut_one_says_so() -> None:
    text = "<sitemapindex><sitemap><loc>https://a.example/1.xml</loc></sitemap><sitemap><loc>https://a"
    found = read_sitemap(text.encode(), url="https://a.example/sitemap.xml")
    assert [child.url for child in found.children] == ["https://a.example/1.xml"]
    assert found.warnings == ("the site map is cut",)


def test_a_site_map_that_is_none_or_a_bomb_is_refused() -> None:
    with pytest.raises(FeedError, match="a web page"):
        read_sitemap(b"<!doctype html><html></html>", url=URL)
    with pytest.raises(FeedError, match="damaged"):
        read_sitemap(b"\x1f\x8bnonsense", url=URL)
    with pytest.raises(FeedError, match="more than 50 MB"):
        read_sitemap(gzip.compress(b"<urlset>" + b" " * (60 << 20)), url=URL)


def test_a_feed_says_when_it_need_not_be_read() -> None:
    skip = "<skipHours><hour>0</hour><hour> 24 </hour><hour>7</hour><hour>99</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
    feed = read_feed(RSS.replace("<ttl>60</ttl>", f"<ttl>60</ttl>{skip}").encode(), url=URL)
    assert feed.skip_hours == frozenset({0, 7})
    assert feed.skip_days == frozenset({6})


name = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=8)


@given(st.lists(st.tuples(name, st.lists(name, max_size=3)), max_size=6))
def test_a_list_that_is_written_reads_back_equal(given_feeds: list[tuple[str, list[str]]]) -> None:
    feeds = [
        Subscription(f"https://a.example/{number}?x=1&y=<2>", title, "https://a.example/", tuple(folder))
        for number, (title, folder) in enumerate(given_feeds)
    ]
    found = read_opml(write_opml(feeds, title="mine & yours").encode())
    assert sorted(found, key=lambda one: one.url) == sorted(feeds, key=lambda one: one.url)
