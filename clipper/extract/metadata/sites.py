"""What the page says of its place: the site or source, the lead, the categories, the picture."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from clipper import urls
from clipper.extract.metadata.chinese import is_chinese
from clipper.extract.metadata.graph import Graph, names, string, types
from clipper.extract.metadata.survey import Kind, Survey, brief, letters, line
from clipper.extract.metadata.titles import split

__all__ = ["categories", "image", "lead", "site"]

BEFORE, BEHIND = 6, 8  # lines around the title where its source stands
LONGEST_LEAD = 500  # characters
LONGEST_NAME = 40
MOST = 12  # categories
LEAD = re.compile(r"^\s*(?:导语|导读|摘要|内容提要|核心提示)\s*[:：]\s*(?P<lead>.{10,})")
BOILERPLATE = re.compile(r"^(?:home|startseite|首页|uncategorized|allgemein|all|news|未分类|default|index)$", re.I)


def site(page: Survey, graph: Graph, anchor: int, title: str | None, address: str | None) -> str | None:
    """The site's name, or the source that a Chinese line names: it is the publisher of the text.

    A page that tells its name nowhere has it behind the article's title in its own.
    """
    first = max(0, anchor - BEFORE)
    for number in (
        *range(anchor, min(anchor + BEHIND, len(page.lines))),
        *range(first, anchor),
        page.last,
        page.last + 1,
    ):
        if (
            number < len(page.lines)
            and page.near(number)
            and len(page.lines[number]) < 160
            and (name := _source(page.lines[number]))
        ):
            return name
    for name in page.said("og:site_name", "sitename", "contentsource"):
        if not name.startswith(("http", "@")):
            return name
    for name, _ in names(graph, graph.get("publisher")):
        return name
    for node in graph.nodes:
        if "WebSite" in types(node) and (name := string(node.get("name"))):
            return name
    return next(
        (
            name
            for name in page.said("application-name", "apple-mobile-web-app-title", "dc.publisher", "publisher")
            if "://" not in name
        ),
        _behind(page.title, title, address),
    )


def _behind(whole: str | None, title: str | None, address: str | None) -> str | None:
    """The site's name out of `Title - Site - its slogan,host`: the last part without the host's name."""
    if not whole or not title or not whole.startswith(title) or whole == title:
        return None
    host = (urlsplit(address or "").hostname or "").removeprefix("www.")
    parts = split(whole[len(title) :])
    kept = [part for part in parts if not host or host not in part.lower() or letters(part) == letters(host)]
    return kept[-1] if kept and len(kept[-1]) <= LONGEST_NAME and kept[-1][-1] not in "?!.…？！。" else None


def lead(page: Survey, graph: Graph, anchor: int, text: str) -> str | None:
    """导语 where the article has one, else the description of the head."""
    over = (page.lines[n] for n in range(anchor, min(page.first + 3, anchor + BEHIND, len(page.lines))) if page.near(n))
    for paragraph in (*over, *text.split("\n", 6)[:6]):
        if match := LEAD.match(paragraph):
            return line(match["lead"])[:LONGEST_LEAD]
    told = (
        *page.said("og:description", "description", "twitter:description", "dc.description"),
        string(graph.article.get("description")),
    )
    return next((line(one)[:LONGEST_LEAD] for one in told if len(one) > 3), None)


def categories(
    page: Survey, graph: Graph, anchor: int, names_of_site: frozenset[str], place: str | None
) -> tuple[str, ...]:
    """Section and tags as the page tells them, without doubles and without the site's own name."""
    told: list[str] = []
    for value in (graph.article.get("articleSection"), graph.article.get("keywords")):
        for part in value if isinstance(value, list) else [value]:
            told += re.split(r"[,;，、]", string(part))
    told += [*page.said("article:section"), *page.said("article:tag")]
    for name in ("parsely-section", "sailthru.tags", "news_keywords", "parsely-tags", "keywords"):
        if not any(told):
            told += [part for text in page.said(name) for part in re.split(r"[,;，、|]", text)]
    for spot in page.spots:
        if not spot.kind & (Kind.CATEGORY | Kind.AUTHOR):
            continue
        rel = (spot.element.get("rel") or "").split()
        linked = (
            spot.kind & Kind.LINK
            and spot.kind & Kind.CATEGORY
            and anchor - 3 <= spot.line <= min(page.first, anchor + BEHIND)
        )
        if ("tag" in rel or "category" in rel or linked) and page.near(spot.line):
            told.append(brief(spot.element, 40))
    found: dict[str, str] = {}
    for text in told:
        name = line(text).strip(" #")
        if (
            1 < len(name) <= 40
            and not BOILERPLATE.match(name)
            and not _own(letters(name), names_of_site, letters(place or ""))
        ):
            found.setdefault(letters(name), name)
    return tuple(found.values())[:MOST]


def _own(name: str, names_of_site: frozenset[str], place: str) -> bool:
    return name in names_of_site or (len(name) > 1 and name in place)


def image(page: Survey, graph: Graph, base: str | None) -> str | None:
    """The main picture's address, absolute."""
    told = [
        *page.said("og:image:secure_url", "og:image", "twitter:image", "twitter:image:src"),
        *_pictures(graph.get("image", "thumbnailUrl")),
    ]
    return next((address for one in told if (address := urls.join(base, one))), None)


def _pictures(value: object) -> list[str]:
    if isinstance(value, list):
        return [one for part in value[:3] for one in _pictures(part)]
    if isinstance(value, dict):
        return _pictures(value.get("url") or value.get("contentUrl"))
    return [value] if isinstance(value, str) else []


def _source(line: str) -> str | None:
    """What 来源 names in the line."""
    if not is_chinese(line):
        return None
    from clipper.extract.metadata.signed import source

    return source(line)
