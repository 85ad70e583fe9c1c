"""The title of the article, without what the site adds to it.

The page's own title, its social title, the graph's headline and the headings vote for each other: a
heading that says a whole part of the page's title is the title. A part is dropped from a title only
if something shows that it is the site's: its name, its host, or a heading that leaves it out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from clipper.extract.metadata.chinese import is_chinese
from clipper.extract.metadata.graph import Graph, string
from clipper.extract.metadata.survey import TITLE, Kind, Spot, Survey, brief, letters, line

__all__ = ["Title", "chosen", "site_names", "split"]

SEPARATOR = re.compile(
    r"\s+(?:[-–—|·•»«:/~]|::|--|›|\|\|)\s+|\s*(?:[_|｜»]|--|::)\s*|\s+[–—]\s*|\s*[–—]\s+|(?<=[\u4e00-\u9fff？！）】])\s?[-–—]\s?(?=[\w\u4e00-\u9fff])"
)
CLEAR = re.compile(r"[|｜»«·•›]|::|—")
KICKER = re.compile(r"kicker|overline|dachzeile|topline|roofline|spitzmarke|category|rubrik|prefix|eyebrow|label", re.I)
LONGEST = 300
SHORTEST = 14  # bytes of a title that may be left after the site's name in front of it
RIGHT_OVER = 3  # lines between a heading and the text under it
LEAST = 24.0  # a heading below this is none of the article's
RANKS = {"h1": 30.0, "h2": 12.0, "h3": 6.0, "h4": 2.0}
CHANNEL = re.compile(
    r"(?:网|网站|门户|频道|社区|论坛|博客|日报|晚报|时报|新闻|资讯|百科|在线|平台|首页|杂志|电视台|公众号|官方)\W*$|\.(?:com|cn|net)\b",
    re.I,
)
NOT_A_LINE = re.compile(r"[:：>»|]\s|\d{4}[-/.年]|https?:|www\.|来源|作者|编辑|[。.!;；，,]$|->|当前位置")
NOT_A_TITLE = frozenset(
    "home startseite news blog aktuelles index untitled 首页 正文 导航 公告 统计 新闻 文章 menu search".split()
)


@dataclass(frozen=True, slots=True)
class Title:
    """The title, and the line of the page where it stands (None: nowhere)."""

    text: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Given:
    """What the head says: titles as they are, their runs of parts, and the site's names."""

    whole: frozenset[str]  # the letters of each title
    first: frozenset[str]  # of runs of parts that include the first part
    inner: frozenset[str]  # of the other runs
    sites: frozenset[str]
    words: frozenset[str]


def chosen(page: Survey, graph: Graph, sites: frozenset[str]) -> Title:
    """The title and where it stands; `sites` are the site's own names."""
    social = [
        text for text in page.said("og:title", "twitter:title", "dc.title", "sailthru.title", "parsely-title") if text
    ]
    social = [text[:TITLE] for text in social]
    headline = string(graph.article.get("headline") or graph.article.get("name"))[:TITLE]
    heads = [text for text in (page.title, *social, headline) if text]
    given = _given(page.title, [*social, headline], sites)
    best, most = None, LEAST
    alone = sum(spot.tag == "h1" for spot in page.headings) == 1
    for spot, text in _headings(page):
        score = _score(spot, text, page, given) + 6 * (alone and spot.tag == "h1")
        if score > most:
            best, most = (spot, text), score
    if best is not None and _alone_chinese(page, best[1], [*social, headline], sites):
        return Title(without_site(page.title or "", sites, []), _standing(page, best[1], best[0].line))
    if best is not None:
        return Title(
            _without_kicker(best[1], best[0].element, [*social, headline]), _standing(page, best[1], best[0].line)
        )
    over = next(
        (
            spot
            for spot in reversed(page.headings)
            if 0 <= page.first - spot.line <= RIGHT_OVER and page.near(spot.line)
        ),
        None,
    )
    if (
        over is not None
        and all(_of_site(part, sites) for text in heads for part in split(text))
        and (text := brief(over.element, LONGEST))
    ):
        return Title(text, over.line)  # the page's own title names the site alone
    for text in heads[1:] or heads:
        if letters(text) and letters(text) not in sites:
            shown = without_site(text, sites, heads)
            return Title(shown, _standing(page, shown, None))
    return Title(heads[0], None) if heads else _above(page)


def _alone_chinese(page: Survey, heading: str, others: list[str], sites: frozenset[str]) -> bool:
    """Whether the heading is the only witness that the rest of a Chinese title is the site's.

    Chinese titles join their parts without spaces, and what a heading leaves out may be the title's.
    """
    title, name = page.title or "", letters(heading)
    if (
        not is_chinese(title)
        or letters(title) == name
        or name not in letters(title)
        or any(letters(other) == name for other in others)
    ):
        return False
    if any(mark[0] != mark[0].strip() or mark[0] in "|｜" for mark in SEPARATOR.finditer(title)):
        return False
    rest = [part for part in split(title) if letters(part) not in name]
    return bool(rest) and not any(_of_site(part, sites) or CHANNEL.search(part) for part in rest)


def split(title: str) -> list[str]:
    """The parts of a title between separators."""
    return [part.strip() for part in SEPARATOR.split(title) if part.strip()]


def site_names(page: Survey, graph: Graph, address: str | None) -> frozenset[str]:
    """The letters of every name that the site gives itself, its host's label among them."""
    names = {*page.said("og:site_name", "application-name", "sitename", "apple-mobile-web-app-title", "dc.publisher")}
    for node in graph.nodes:
        kinds = node.get("@type")
        if any(
            str(kind).endswith(("WebSite", "Organization")) for kind in (kinds if isinstance(kinds, list) else [kinds])
        ):
            names.add(string(node.get("name")))
    found = {letters(name) for name in names if name}
    host = (urlsplit(address or "").hostname or "").removeprefix("www.")
    if host:
        found |= {letters(host), letters(host.rpartition(".")[0])}
        found |= {letters(label) for label in host.split(".")[:-1] if len(label) > 3}
    return frozenset(name for name in found if len(name) > 1)


def without_site(title: str, sites: frozenset[str], others: list[str]) -> str:
    """The title without the parts at its ends that are the site's."""
    parts = list(SEPARATOR.split(title))
    if len(parts) < 2:
        return title
    marks = [match[0] for match in SEPARATOR.finditer(title)]
    told = {letters(other) for other in others if letters(other) != letters(title)}
    first, last = 0, len(parts)
    while last - first > 1 and _of_site(parts[last - 1], sites):
        last -= 1
    while (
        last - first > 1 and _of_site(parts[first], sites) and len("".join(parts[first + 1 : last]).encode()) > SHORTEST
    ):
        first += 1
    if last - first == len(parts) and CLEAR.search(marks[-1]) and _is_tail(parts, title):
        last -= 1
    if last - first == len(parts):
        for n in range(len(parts) - 1, 0, -1):
            if letters(_joined(parts[:n], marks)) in told:
                last = n
                break
    return _joined(parts[first:last], marks[first:]) or title


def _joined(parts: list[str], marks: list[str]) -> str:
    return "".join(text for pair in zip(parts, [*marks[: len(parts) - 1], ""], strict=False) for text in pair).strip()


def _is_tail(parts: list[str], title: str) -> bool:
    """Whether the last part is short enough beside the rest to be a name; Chinese tells too little."""
    rest = sum(len(part) for part in parts[:-1])
    chinese = any("\u4e00" <= c <= "\u9fff" for c in title)
    return not chinese and len(parts[-1].split()) <= 6 and len(parts[-1]) <= rest


def _of_site(part: str, sites: frozenset[str]) -> bool:
    name = letters(part)
    return (
        not name
        or name in sites
        or any(
            len(site) > 5 and (name.startswith(site) or name.endswith(site)) and len(name) < 3 * len(site)
            for site in sites
        )
    )


def _given(title: str | None, others: list[str], sites: frozenset[str]) -> Given:
    whole: set[str] = set()
    first: set[str] = set()
    inner: set[str] = set()
    words: set[str] = set()
    for text in (title or "", *others):
        if not text:
            continue
        whole.add(letters(text))
        words.update(word for word in re.findall(r"\w+", text.lower()) if len(word) > 2)
        parts = split(text)[:8]
        backwards = len(parts) > 1 and _of_site(parts[0], sites)  # "Site » Section » Title"
        for start in range(len(parts)):
            for end in range(start + 1, len(parts) + 1):
                leads = end == len(parts) and start if backwards else not start
                (first if leads else inner).add(letters("".join(parts[start:end])))
    return Given(frozenset(whole), frozenset(first - whole), frozenset(inner - whole - first), sites, frozenset(words))


def _headings(page: Survey) -> list[tuple[Spot, str]]:
    """Headings and what calls itself a title, with their text."""
    found = []
    titled = [
        spot
        for spot in page.spots
        if spot.kind & Kind.TITLE and spot.tag not in RANKS and spot.tag not in ("ul", "form", "body")
    ]
    for spot in [*page.headings[:60], *titled[:40]]:
        text = brief(spot.element, LONGEST)
        if len(letters(text)) > 1 and letters(text) not in NOT_A_TITLE:
            found.append((spot, text))
    return found


def _score(spot: Spot, text: str, page: Survey, given: Given) -> float:
    """How much this heading is the article's title."""
    name = letters(text)
    score = RANKS.get(spot.tag, 8.0)
    if spot.kind & Kind.TITLE:
        score += 6
    if name in given.whole:
        score += 45
    elif name in given.first and 4 * len(name) >= min(len(whole) for whole in given.whole):
        score += 40
    elif name in given.inner:
        score += 8
    elif given.words:
        words = [word for word in re.findall(r"\w+", text.lower()) if len(word) > 2]
        shared = sum(word in given.words for word in words) / (len(words) or 1)
        score += 15 * shared if shared > 0.3 else -8
    elif 0 <= page.first - spot.line <= 3:
        score += 30  # the page has no title: what stands right over the article
    if 0 <= page.first - spot.line <= RIGHT_OVER:
        score += 5
    if name in given.sites:
        score -= 50
    if not page.near(spot.line):
        score -= 25
    if spot.line > page.last:
        score -= 30
    return score - 0.01 * spot.line


def _without_kicker(text: str, element: HtmlElement, others: list[str]) -> str:
    """The heading without the words that stand over it."""
    name = letters(text)
    for other in others:
        if (
            letters(other)
            and name != letters(other)
            and name.endswith(letters(other))
            and 3 * len(letters(other)) > len(name)
        ):
            return other
    for other in others:  # the heading of another site's feed: "Title | OTHER.SITE"
        if other and text.startswith(other) and CLEAR.match(text[len(other) :].lstrip()):
            return other
    for child in element.iter("span", "small", "div", "strong", "em", "a"):
        if child is not element and KICKER.search(child.get("class") or ""):
            kicker = brief(child)
            rest = line(text.removeprefix(kicker)).lstrip("|:-–/· ")
            if kicker and text.startswith(kicker) and len(letters(rest)) > len(letters(kicker)) / 2:
                return rest
    return text


def _standing(page: Survey, title: str, known: int | None) -> int | None:
    """The line that says the title: of several, the one next to the article."""
    name = letters(title)
    first = page.first = next((n for n in page.at if n >= page.first and letters(page.lines[n]) != name), page.first)
    lines = [
        n
        for n, text in enumerate(page.lines[: first + 3])
        if len(name) <= len(text) <= 2 * len(title) + 8 and letters(text) == name
    ]
    if known is not None and known <= first + 3:
        lines.append(known)
    return max(lines, default=known)


def _above(page: Survey) -> Title:
    """A page without any title: the short line over the article, or its first."""
    for number in (*range(page.first - 1, max(-1, page.first - 5), -1), page.first):
        if number < len(page.lines) and page.near(number) and not NOT_A_LINE.search(text := page.lines[number]):
            short = len(text.encode()) > 3 and len(text) <= 80
            if short and letters(text) not in NOT_A_TITLE:
                return Title(text, number)
    return Title(None, None)
