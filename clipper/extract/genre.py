"""What kind of page it says it is: article, product, list, forum; as numbers for `features`."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

__all__ = ["ARTICLE", "genre_of"]

PUBLISHED = frozenset(
    "article:published_time article:section parsely-pub-date citation_title news_keywords datepublished pubdate"
    " article:modified_time".split()
)
# schema.org types in JSON-LD
TYPES = tuple(
    re.compile(rf'"@type"\s*:\s*\[?\s*"(?:{names})"')
    for names in (
        r"\w*Article|BlogPosting|\w*Report|Recipe|Review",
        r"Product|Offer|AggregateOffer",
        r"ItemList|CollectionPage|SearchResultsPage",
        r"DiscussionForumPosting|QAPage|Comment|Question|Answer|FAQPage",
        r"WebPage|AboutPage|SoftwareApplication|Service|LocalBusiness",
    )
)
JSON_LENGTH = 200_000  # characters that are looked at
# In the class and id of <body>
BODIES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"single|post\b|article|story|entry|node-type-(?:article|news|blog)|blog",
        r"home|front|archive|categor|list|index|search|tax",
        r"product|shop|woocommerce|store|catalog|collection",
        r"forum|topic|thread|viewtopic|bbs|phpbb|discuz|vbulletin|question",
        r"page-template|page\b|landing|service|marketing",
        r"doc|wiki|mediawiki|manual|reference|api|guide",
    )
)
BODY_LENGTH = 600
ARTICLE = (0, 4, 5)  # of the numbers: og:type, a date of publication, JSON-LD


def genre_of(root: HtmlElement) -> list[float]:
    """19 numbers, most of them 0 or 1."""
    social, published = "", 0
    for element in root.iter("meta"):
        name = (element.get("property") or element.get("name") or "").lower()
        if name == "og:type":
            social = (element.get("content") or "").lower()
        elif name in PUBLISHED:
            published = 1
    linked = " ".join(script.text or "" for script in root.iter("script") if "ld+json" in (script.get("type") or ""))[
        :JSON_LENGTH
    ]
    body = root.find("body")
    names = f"{body.get('class') or ''} {body.get('id') or ''}"[:BODY_LENGTH] if body is not None else ""
    return [
        int(any(word in social for word in ("article", "blog", "news"))),
        int("product" in social),
        int("website" in social),
        int(bool(social)),
        published,
        *(int(pattern.search(linked) is not None) for pattern in TYPES),
        *(int(pattern.search(names) is not None) for pattern in BODIES),
        int(next(root.iter("time"), None) is not None),
        sum(1 for _ in root.iter("p")),
    ]
