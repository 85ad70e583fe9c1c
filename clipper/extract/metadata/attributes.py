"""What the attributes of an element promise that it holds: names, dates, titles, and what is apart.

A page has some two hundred classes and identifiers of its own; each is looked up once, those that
differ in the number at their end together. Most signs are stems that stand anywhere in the word: they
are found by their first three letters, in a fifth of the time that expressions take.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from clipper.extract.patterns import any_of

__all__ = ["Kind", "kind_of"]

MOST_CLASSES = 24  # of one element
LONGEST = 80  # characters of a class that are looked at
NUMBERED = LONGEST // 2  # or of one that may end in a number: which, says nothing
DIGITS = "0123456789"


class Kind:
    """What the attributes of an element say that it holds: bits of an int (enum's flags cost a third of the walk)."""

    AUTHOR = 1
    DATE = 2
    TITLE = 4
    SOURCE = 8
    APART = 16
    COMMENT = 32
    SURE = 64  # by a standard (itemprop, rel, hCard), not by the look of a class
    MODIFIED = 128
    CATEGORY = 256
    NAME = 512
    LINK = 1024  # its address says that it leads to an author
    CARD = 2048  # of hCard


# Stems, wherever they stand in a class or an identifier.
STEMS: tuple[tuple[int, str], ...] = (
    (
        Kind.AUTHOR,
        "author autor auteur byline by-line verfasser redakteur writer writtenby written-by contributor creator postby post-by post_by "
        "postedby posted-by posted_by signature nickname nick-name js_name zuozhe bianji reporter journalist submitted redaktion username "
        "user-name skribent kirjoittaja profilename profile-name forfatter redattore escritor",
    ),
    (
        Kind.DATE,
        "publish publication publicado pub- pub_ pubdate datum fecha posted submitted byline by-line created zeit stamp shijian riqi source "
        "laiyuan author autor subtitle kicker header",
    ),
    (Kind.SOURCE, "source laiyuan js_name"),
    (Kind.COMMENT, "comment respond disqus reply pinglun kommentar komment"),
    (
        Kind.APART,
        "comment respond disqus relat recommend sidebar side-bar widget aside navi menu breadcrumb teaser promo advert popular trending latest "
        "newest similar archive blogroll newsletter modal popup cookie morenews more-news moreposts more-posts morestories more-stories "
        "morefrom more-from readmore read-more readnext read-next nextpost next-post prev- pagination carousel slider ticker most "
        "tuijian xiangguan pinglun recent caption copyright imagecredit image-credit photocredit photo-credit bildnachweis bildquelle "
        "kommentar reply paihang login search",
    ),
    (Kind.MODIFIED, "modif updat aktualisiert geaendert gengxin"),
    (Kind.CATEGORY, "categor rubrik"),
)
# Stems that count in some words only; the expression says in which.
SOME: tuple[tuple[int, str, re.Pattern[str]], ...] = (
    (Kind.AUTHOR, "firma", re.compile(r"firma\b")),
    (Kind.AUTHOR, "editor", re.compile(r"editor(?!ial)")),
    (Kind.AUTHOR, "publisher", re.compile(r"publisher\b")),
    (Kind.DATE, "date", re.compile(r"date(?!picker)")),
    (Kind.DATE, "time", re.compile(r"time(?!line|out)")),
    (Kind.DATE, "publie", re.compile(r"publie\b")),
    (Kind.DATE, "data", re.compile(r"\bdata\b")),
    (Kind.DATE, "meta", re.compile(r"meta\b")),
    (Kind.DATE, "info", re.compile(r"info\b")),
    (Kind.DATE, "fabu", re.compile(r"\bfabu")),
    (Kind.DATE, "dato", re.compile(r"dato\b")),
    (Kind.SOURCE, "from", re.compile(r"\bfrom\b")),
    (
        Kind.APART,
        "footer",
        re.compile(r"(?<!post-)(?<!entry-)(?<!post_)(?<!article-)(?<!entry_)footer"),
    ),
    (Kind.APART, "nav", re.compile(r"(?:^|[\s_-])nav")),
    *((Kind.APART, stem, re.compile(rf"(?:^|[\s_-]){stem}(?:$|[\s_-])")) for stem in ("hot", "rank", "link", "links")),
    *((Kind.CATEGORY, stem, re.compile(rf"(?:^|[\s_-]){stem}(?:$|[\s_-])")) for stem in ("tag", "tags")),
    *(
        (
            Kind.TITLE,
            stem,
            re.compile(
                r"(?:^|[\s_-])(?:(?:entry|post|article|news|page|content|story|art|main|topic|thread|blog|detail|single|con|text|info|head)"
                r"[-_]?(?:title|tit|headline|heading)|headline|title|biaoti|activity-name)(?:$|[\s_-])"
            ),
        )
        for stem in ("tit", "headline", "heading", "biaoti", "activity-name")
    ),
)
SOURCE = re.compile(r"\bly\b")
WHOLE = dict.fromkeys(("fn", "p-author", "p-name", "vcard"), Kind.CARD) | dict.fromkeys(
    ("published", "dt-published", "entry-date", "post-date", "entry-time", "pubdate"), Kind.DATE | Kind.SURE
)
ITEMPROPS = {
    "author": Kind.AUTHOR,
    "creator": Kind.AUTHOR,
    "datepublished": Kind.DATE,
    "datecreated": Kind.DATE,
    "uploaddate": Kind.DATE,
    "datemodified": Kind.MODIFIED,
    "headline": Kind.TITLE,
    "articlesection": Kind.CATEGORY,
    "name": Kind.NAME,
    "issued": Kind.DATE,
    "created": Kind.DATE,
    "modified": Kind.MODIFIED,
    "date": Kind.DATE,
    "review": Kind.COMMENT | Kind.APART,
    "reviews": Kind.COMMENT | Kind.APART,
    "comment": Kind.COMMENT | Kind.APART,
}
AUTHOR_LINK = re.compile(
    r"[/?_.=](?:authors?|autor(?:en|es|i|in|a)?|auteurs?|redakteure?|redaktion|writers?|journalists?|reporters?|contributors?|"
    r"verfasser|columnists?|staff|people|persons?|bylines?|firmas?|periodistas?|zuozhe)(?:[/=_-]|\.\w+\?)\S"
)
# What the addresses that either finds have: one in ten links.
LED_TO = (
    "author auteur autor redakt writer journalist reporter contributor verfasser columnist staff people person byline firma periodista "
    "zuozhe categor tag topic rubrik section fenlei lanmu"
)
CATEGORY_LINK = re.compile(r"/(?:categor(?:y|ies|ia|ie)|tags?|topics?|rubrik|sections?|fenlei|lanmu)/\S")
BUILT = ("elementor-widget", "wp-block-", "td_block", "et_pb_", "vc_")  # page builders name everything so
BUILDERS = re.compile(r"elementor-widget[\w-]*|wp-block-[\w-]*|td_block\w*|et_pb_\w*|vc_\w*")


def _index() -> dict[str, tuple[tuple[str, int, re.Pattern[str] | None], ...]]:
    found: dict[str, tuple[tuple[str, int, re.Pattern[str] | None], ...]] = {}
    for kind, stems in STEMS:
        for stem in stems.split():
            found[stem[:3]] = (*found.get(stem[:3], ()), (stem, kind, None))
    for kind, stem, pattern in SOME:
        found[stem[:3]] = (*found.get(stem[:3], ()), (stem, kind, pattern))
    return found


INDEX = _index()
# Whatever may say something; half of all attributes have none of it.
SIGN = re.compile(
    any_of(sorted({*WHOLE, *BUILT, "ly", *(stem for entries in INDEX.values() for stem, _, _ in entries)}))
)
LINKS = re.compile(rf"[/?_.=](?:{any_of(LED_TO.split())})")


def kind_of(attributes: Mapping[str, str], tag: str) -> int:
    """The bits of `Kind` for an element of this tag with these attributes."""
    get = attributes.get
    kind = _classes(name) if (name := get("class")) else 0
    if name := get("id"):
        kind |= _word(_any_number(name))
    if kind and kind & Kind.CARD:
        kind |= Kind.SURE if kind & Kind.AUTHOR else Kind.NAME
    itemprop = get("itemprop") or get("property")
    if itemprop and (told := ITEMPROPS.get(itemprop.rpartition(":")[2].lower())):
        kind |= told | Kind.SURE
    if rel := get("rel"):
        words = rel.split()
        if "author" in words:
            return kind | Kind.AUTHOR | Kind.SURE
        if "tag" in words or "category" in words:
            return kind | Kind.CATEGORY
    if tag == "a" and (href := get("href")) and LINKS.search(href):
        if AUTHOR_LINK.search(href):
            kind |= Kind.AUTHOR | Kind.LINK
        elif CATEGORY_LINK.search(href):
            kind |= Kind.CATEGORY | Kind.LINK
    return kind


@lru_cache(maxsize=1 << 14)
def _classes(value: str) -> int:
    kind = 0
    words = value.split()[:MOST_CLASSES]
    for word in words:
        kind |= _word(_any_number(word))
    if kind and "widget" in words and "Blog" in words:
        kind &= ~Kind.APART  # Blogger's posts are a widget too
    return kind


def _any_number(word: str) -> str:
    """The same for `menu-item-1` and `menu-item-981`, which are looked up once."""
    return f"{word.rstrip(DIGITS)}0" if word[-1:] in DIGITS and len(word) <= NUMBERED else word


@lru_cache(maxsize=1 << 15)
def _word(word: str) -> int:
    """What one class or identifier says."""
    word = word.lower()[:LONGEST]
    found = SIGN.search(word)
    if found is None:
        return 0
    if any(name in word for name in BUILT):
        word = BUILDERS.sub("", word)
        found = SIGN.search(word)
    kind = WHOLE.get(word, 0)
    if "ly" in word and SOURCE.search(word):
        kind |= Kind.SOURCE
    while found:
        place = found.start()
        for stem, told, pattern in INDEX.get(word[place : place + 3], ()):
            if word.startswith(stem, place) and (pattern is None or pattern.search(word)):
                kind |= told
        found = SIGN.search(word, place + 1)
    return kind
