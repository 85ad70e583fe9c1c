"""Dates: how they are written, and which of a page's is the article's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from clipper.extract.metadata.dates import Order, Reader, months
from tests.extract_metadata.reading import CHINESE_STORY, GERMAN_STORY, NOW, linked, read

READER = Reader(NOW)
TITLE = "<h1>The keeper and her letters</h1>"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024-07-18", "2024-07-18"),
        ("2024-07-18T12:01:00Z", "2024-07-18T12:01:00+00:00"),
        ("2024-07-18T12:01:00.123+0800", "2024-07-18T12:01:00+08:00"),
        ("2024/7/8 9:05", "2024-07-08T09:05:00"),
        ("18.07.2024, 12:01 Uhr", "2024-07-18T12:01:00"),
        ("18. Juli 2024 um 12:01 Uhr", "2024-07-18T12:01:00"),
        ("Donnerstag, 18. Juli 2024", "2024-07-18"),
        ("July 18th, 2024 at 9:30 pm", "2024-07-18T21:30:00"),
        ("12:05 am, 18 July 2024", "2024-07-18"),
        ("18 de julio de 2024", "2024-07-18"),
        ("le 18 juillet 2024 à 12h01", "2024-07-18T12:01:00"),
        ("18 luglio 2024", "2024-07-18"),
        ("18 juli 2024", "2024-07-18"),
        ("18 lipca 2024", "2024-07-18"),
        ("18 июля 2024", "2024-07-18"),
        ("18. heinäkuuta 2024", "2024-07-18"),
        ("2024. július 18.", "2024-07-18"),
        ("18 يوليو 2024", "2024-07-18"),
        ("18 tháng 7, 2024", "2024-07-18"),
        ("2024년 7월 18일", "2024-07-18"),
        ("2024年7月18日 12:01", "2024-07-18T12:01:00"),
        ("2024 年 07 月 18 日 下午 3:05", "2024-07-18T15:05:00"),
        ("18.Juli.24", "2024-07-18"),
        ("18 | 07 | 2024", "2024-07-18"),
        ("July 18, 2024, 4:30pm EDT", "2024-07-18T16:30:00-04:00"),
        ("18.07.2024 16:30 MESZ", "2024-07-18T16:30:00+02:00"),
        ("二〇二四年七月十八日", "2024-07-18"),
        ("成文日期：二○二四年十二月二十日", "2024-12-20"),
        ("二〇二四年十三月", None),
        ("20240718T120100", "2024-07-18"),
        ("Thu Jul 18 12:01:00 UTC 2024", "2024-07-18"),
        ("13/14/2024", None),
        ("2024-13-40", None),
        ("Version 1.2.2024.3", None),
        ("1850-01-01", None),  # nobody published a page then
        ("2031-01-01", None),  # nor after it was fetched
        ("call 2024 555 18", None),
    ],
)
def test_a_date_is_read_as_it_is_written(text: str, date: str | None) -> None:
    assert READER.first(text) == date


@pytest.mark.parametrize(
    ("order", "date"), [(Order.DAY_FIRST, "2024-04-03"), (Order.MONTH_FIRST, "2024-03-04"), (None, "2024-04-03")]
)
def test_the_order_of_day_and_month_is_the_pages(order: str | None, date: str) -> None:
    reader = Reader(NOW, order) if order else READER
    assert reader.first("3/4/2024") == date
    assert reader.first("3.4.2024") == "2024-04-03"  # a point is no American's
    assert reader.first("13/4/2024") == "2024-04-13"


@pytest.mark.parametrize(
    ("lang", "url", "date"),
    [
        ("en-US", "https://island.example/a", "2024-03-04"),
        ("en", "https://island.example/a", "2024-03-04"),
        ("en-GB", "https://island.example/a", "2024-04-03"),
        ("en", "https://island.co.uk/a", "2024-04-03"),
        ("en", "https://island.example/en-gb/a", "2024-04-03"),
    ],
)
def test_the_page_says_whose_english_it_is(lang: str, url: str, date: str) -> None:
    body = f'{TITLE}<span class="date">3/4/2024</span>STORY'
    assert read(body, lang=lang, url=url).published == date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3小时前", "2026-10-03"),  # in China it is past seven in the morning
        ("8小时前", "2026-10-02"),
        ("昨天 12:03", "2026-10-02"),
        ("前天", "2026-10-01"),
        ("半小时前", "2026-10-03"),
        ("5 minutes ago", "2026-10-02"),
        ("3 days ago", "2026-09-29"),
        ("vor 2 Tagen", "2026-09-30"),
        ("il y a 3 jours", "2026-09-29"),
        ("hace 2 semanas", "2026-09-18"),
        ("a long time ago", None),
    ],
)
def test_relative_dates_count_from_the_fetch(text: str, day: str | None) -> None:
    assert READER.ago(text) == day


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2024/07/18/letters", "2024-07-18"),
        ("https://a.example/20240718/n22.shtml", "2024-07-18"),
        ("https://a.example/2024-07/18/content_1.htm", "2024-07-18"),
        ("https://a.example/202407/t20240718_123.html", "2024-07-18"),
        ("https://a.example/news/18-07-2024", "2024-07-18"),
        ("https://a.example/2024/07/20240718_speech.html", "2024-07-18"),
        ("https://a.example/posts/20249999123", None),
        ("https://a.example/2024/07/letters", None),
        ("https://2024-07-18.example/", None),
    ],
)
def test_an_address_may_hold_the_day(url: str, day: str | None) -> None:
    assert READER.url(url) == day


def test_every_month_of_every_language_has_a_number() -> None:
    known = months()
    assert set(known.values()) == set(range(1, 13))
    assert (known["märz"], known["août"], known["grudnia"], known["января"], known["ocak"]) == (3, 8, 12, 1, 1)


@pytest.mark.parametrize(
    ("head", "body", "published"),
    [
        (
            '<meta property="article:published_time" content="2026-09-14T07:30:00+02:00">',
            "",
            "2026-09-14T07:30:00+02:00",
        ),
        (linked('{"@type": "BlogPosting", "datePublished": "2026-09-14T07:30:00Z"}'), "", "2026-09-14T07:30:00+00:00"),
        ("", '<time datetime="2026-09-14T07:30">Monday</time>', "2026-09-14T07:30:00"),
        ("", '<abbr class="published" title="2026-09-14T07:30:00+0000">Monday</abbr>', "2026-09-14T07:30:00+00:00"),
        ("", '<span itemprop="datePublished" content="2026-09-14">Monday</span>', "2026-09-14"),
        ("", "<p>Island, 14 September 2026</p>", "2026-09-14"),
        ("", '<p class="info">Last updated: 20 September 2026</p><p class="info">14 September 2026</p>', "2026-09-14"),
        # The server tells UTC, the reader sees the local day.
        (
            '<meta property="article:published_time" content="2026-09-14T22:30:00Z">',
            "<p>15 September 2026</p>",
            "2026-09-15",
        ),
        # Not the article's: comments, captions, related pages.
        ("", '<div class="comments"><time>2026-09-14</time></div>', None),
        ("", '<aside class="related"><span class="date">2026-09-14</span></aside>', None),
        ("", "<p>© 2019-01-01 Island News</p>", None),
    ],
)
def test_the_date_of_publication(head: str, body: str, published: str | None) -> None:
    wanted = f"{TITLE}{body}STORY" if published else f"{TITLE}STORY{body}"
    assert read(wanted, head=f"<title>The keeper and her letters</title>{head}").published == published


def test_published_and_modified_are_told_apart() -> None:
    graph = '{"@type": "Article", "datePublished": "2026-09-01T08:00:00+02:00", "dateModified": "2026-09-20T09:00:00+02:00"}'
    found = read(f'{TITLE}<p class="date">Updated: 20 September 2026</p>STORY', head=linked(graph))
    assert (found.published, found.modified) == ("2026-09-01T08:00:00+02:00", "2026-09-20T09:00:00+02:00")


DATED = linked(
    '{"@type": "Article", "datePublished": "2026-09-01T08:00:00+02:00", "dateModified": "2026-09-20T09:00:00+02:00"}'
)
SAID = '<meta property="article:published_time" content="2026-09-20T07:00:00Z">'


@pytest.mark.parametrize(
    ("head", "body", "published"),
    [
        # What readers see beside the title is the date, even where machines are told of an earlier one …
        (DATED, '<p class="date">20 September 2026</p>', "2026-09-20"),
        (DATED, "<p>Stand: 20.09.2026, 08:30 Uhr</p>", "2026-09-20T08:30:00"),
        (
            DATED + SAID,
            '<time class="updated" datetime="2026-09-20">20 September 2026</time>',
            "2026-09-20T07:00:00+00:00",
        ),
        # … unless it is called an update, in its own words, its line or its class, or is somebody else's date.
        (DATED, '<p>Last updated: <span class="date">20 September 2026</span></p>', "2026-09-01T08:00:00+02:00"),
        (DATED, '<p class="date"><time class="updated">20 September 2026</time></p>', "2026-09-01T08:00:00+02:00"),
        (DATED, "<p>15 replies, last post by per_s <time>20 September 2026</time></p>", "2026-09-01T08:00:00+02:00"),
        # The same numbers in the other order are the same date.
        (linked('{"@type": "Article", "datePublished": "2026-04-03"}'), '<p class="date">04/03/2026</p>', "2026-04-03"),
    ],
)
def test_the_date_that_readers_see_beside_the_title_is_believed(head: str, body: str, published: str) -> None:
    assert read(f"{TITLE}{body}STORY", head=head).published == published


@pytest.mark.parametrize(
    ("lang", "told", "published"),
    [
        ("de", "2026-07-13T22:00:00Z", "2026-07-14T00:00:00+02:00"),
        ("de", "2026-01-13T23:00:00Z", "2026-01-14T00:00:00+01:00"),
        ("de", "2026-01-13T22:00:00Z", "2026-01-13T22:00:00+00:00"),  # eleven o'clock in winter
        ("zh", "2026-07-13T16:00:00Z", "2026-07-14T00:00:00+08:00"),
        ("en", "2026-07-13T22:00:00Z", "2026-07-13T22:00:00+00:00"),
    ],
)
def test_midnight_told_in_utc_is_the_day_that_begins(lang: str, told: str, published: str) -> None:
    head = f'<meta property="article:published_time" content="{told}">'
    stories = {"zh": CHINESE_STORY, "de": GERMAN_STORY, "en": None}
    assert read(f"{TITLE}STORY", head=head, lang=lang, story=stories[lang]).published == published


def test_the_only_time_of_a_page_is_its_date_wherever_it_stands() -> None:
    far = "<p>Thanks for reading.</p>" * 30
    one = '<p>On the shelf since <time datetime="2026-08-06T09:09:24Z">a while</time></p>'
    assert read(f"{TITLE}STORY{far}{one}").published == "2026-08-06T09:09:24+00:00"
    assert read(f'{TITLE}STORY{far}{one}<time datetime="2026-08-07">then</time>').published is None


@pytest.mark.parametrize(
    "foot",
    [
        "This page was last edited on 20 August 2026, at 13:22.",
        "Diese Seite wurde zuletzt am 20. August 2026 um 13:22 Uhr geändert.",
        "最近更新：海鸥（2026-08-20）",
        "The keeper and her letters wurde am 20. August 2026 um 13:22 Uhr gepostet und unter Inseln abgelegt",
    ],
)
def test_a_page_without_a_date_beside_its_title_may_say_one_at_its_foot(foot: str) -> None:
    far = "<p>Thanks for reading.</p>" * 30
    published = read(f"{TITLE}STORY{far}<p>{foot}</p>").published
    assert published is not None
    assert published.startswith("2026-08-20")


@pytest.mark.parametrize(
    ("lang", "line", "day"),
    [
        ("en", "By Ida Holm, yesterday at 4pm", "2026-10-01"),
        ("de", "Von Ida Holm, gestern, 21:15 Uhr", "2026-10-02"),  # it was half past one there
        ("de", "vor 3 Stunden", "2026-10-02"),
        ("en", "Open today 10am to 5pm", None),
    ],
)
def test_a_word_for_a_day_counts_from_the_fetch_where_the_reader_is(lang: str, line: str, day: str | None) -> None:
    story = GERMAN_STORY if lang == "de" else None
    assert read(f"{TITLE}<p>{line}</p>STORY", lang=lang, story=story).published == day


def test_an_update_named_beside_the_title_is_the_modification() -> None:
    body = "<h1>灯塔看守人的信</h1><p>更新于 2026年9月15日 08:30</p><p>发布于 2026年9月14日</p><div>STORY</div>"
    found = read(body, lang="zh", story=CHINESE_STORY)
    assert (found.published, found.modified) == ("2026-09-14", "2026-09-15T08:30:00")


def test_a_link_to_a_document_of_another_day_is_no_date() -> None:
    body = '<p>Datum: 14.09.2026</p>STORY<p><a class="Publication" href="/a.pdf">Letter of 02.09.2026</a></p>'
    assert read(f"{TITLE}{body}", lang="de").published == "2026-09-14"


@pytest.mark.parametrize("line", ["历史上的今天", "今天的鲜花送完了？", "昨天的信"])
def test_a_word_for_today_is_no_date(line: str) -> None:
    body = f"<h1>灯塔看守人的信</h1><p>{line}</p><div>STORY</div>"
    assert read(body, lang="zh", story=CHINESE_STORY).published is None


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("发布时间：2026年9月14日 10:20 来源：海岛日报", "2026-09-14T10:20:00"),
        ("2026-09-14 10:20:30", "2026-09-14T10:20:30"),
        ("3小时前", "2026-10-03"),
        ("昨天", "2026-10-02"),
    ],
)
def test_chinese_lines_of_time(line: str, published: str) -> None:
    body = f'<h1>灯塔看守人的信</h1><div class="info">{line}</div><div>STORY</div>'
    assert read(body, lang="zh", story=CHINESE_STORY).published == published


def test_the_state_in_a_script_is_the_last_resort() -> None:
    script = '<script>window.state = {"article": {"publishedAt": "2026-09-14T07:30:00Z"}}</script>'
    assert read(f"{TITLE}STORY{script}").published == "2026-09-14T07:30:00+00:00"
    assert read(f'{TITLE}<p class="date">1 September 2026</p>STORY{script}').published == "2026-09-01"


def test_a_stored_page_has_the_date_of_its_address_and_not_of_its_storing() -> None:
    url = "https://web.archive.org/web/20240501120000/http://island.example/2023/04/02/letters"
    assert read(f"{TITLE}STORY", url=url).published == "2023-04-02"


def test_the_fetch_is_the_latest_possible_date() -> None:
    assert Reader(datetime(2024, 1, 1, tzinfo=UTC)).first("2024-07-18") is None
