"""Who wrote the article: bylines near the title first, then what the page tells machines.

A reader's byline is believed before a machine's field, which often names the site, the theme's
maker or an account. A name that is the site's own, a source or an agency is no author of a page
unless the byline itself says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from clipper.extract.metadata.chinese import is_chinese, is_person
from clipper.extract.metadata.graph import Graph, names
from clipper.extract.metadata.persons import BY, COMPANY, LONGEST, MOST, PERSON, PREFIX, capital, given, is_name, people
from clipper.extract.metadata.survey import MARKUP, Kind, Spot, Survey, brief, letters, line

__all__ = ["author"]

META = (
    "author", "article:author", "article:author_name", "dc.creator", "dcterms.creator", "dc.creator.name", "parsely-author", "sailthru.author",
    "citation_author", "byl", "creator", "dc:creator", "cxenseparse:author", "og:article:author", "article.author", "authors", "rbauthors",
    "og:author", "bt:author", "dcsext.author", "twitter:data1:author", "shareaholic:article_author_name", "content_author", "mediaid:author",
)  # fmt: skip
UNSEEN = -14.0  # for names that no reader of the page meets
ACCOUNT = -30.0  # and that a plugin tells of whoever pressed the button: the theme does not show them
PLUGINS = ("#/schema/person/",)  # in the identifiers of Yoast's graph
ASIDE = -8.0  # or only beside the article
FRAMES = frozenset(("body", "main", "article"))  # hold more than a byline
COMMENTS = 2  # in `Survey.apart`
SEEN = 160  # characters of a line that may name its author to a reader
LEAST = 34.0
BEFORE, BEHIND, AFTER = 8, 12, 12  # lines before and behind the title, and after the article's last
OWN = 30.0
FOOTER = 10  # lines behind the article's last where its own footer may name its author
CANDIDATES = 80  # that are weighed


BYLINE = re.compile(
    rf"(?:^[\W_]{{0,6}}|\bago\s+|[|·•–—,/]\s*|\d\s+|\bUhr\s+)(?:{BY})\s*[:：]?\s+(?P<names>[^|·•]{{2,120}})", re.I
)
LABELLED = re.compile(r"作\s*者|发表于|發表於|编\s*辑|责\s*编|撰\s*文|^\s*[（(].{2,12}[）)]\s*$|报道\s*[）)]\s*$")
TITLED = re.compile(
    r"(?:Autor(?:in|en|innen)?|Authors?|Auteurs?|Autores?|Autori)\s+(?P<names>[^\W\d_][\w’'.-]+ [^\W\d_][\w’'.-]+(?:(?:,| und| and| et| y| e) [^\W\d_][\w’'.-]+ [^\W\d_][\w’'.-]+){0,4})$"
)
JOINED = re.compile(r"^By(?=[A-Z][a-z.])")
DATE = re.compile(
    r"(?:\d{1,2}\.? (?:de )?[^\W\d_]{3,10}\.?,? (?:de )?20\d\d|\d{1,2} ?[./|-] ?\d{1,2} ?[./|-] ?(?:20)?\d\d|[A-Z][a-z]{2,8}\.? \d{1,2},? 20\d\d|20\d\d-\d\d-\d\d)"
    r"(?:\W+\d\d?[:.]\d\d(?: Uhr)?)?"
)
ALONE = re.compile(rf"^\W*{BY}\W*$", re.I)
ORGANISATION = re.compile(r"Organi[sz]ation|Corporation|NewsMedia|WebSite|Brand|Thing", re.I)


@dataclass(frozen=True, slots=True)
class Named:
    """One candidate: the people, and how much they are believed."""

    people: tuple[str, ...]
    weight: float
    source: str  # graph | meta | spot | line | after


def author(page: Survey, graph: Graph, anchor: int, sites: frozenset[str]) -> str | None:
    """The author or authors, separated by commas."""
    found = list(islice(_all(page, graph, anchor, sites), CANDIDATES))
    best, most = None, LEAST
    for candidate in found:
        agreeing = {other.source for other in found if other.source != candidate.source and _same(other, candidate)}
        score = candidate.weight + 8.0 * len(agreeing)
        if score > most:
            best, most = candidate, score
    return ", ".join(_completed(best, found, page).people) if best else None


def _completed(best: Named, found: list[Named], page: Survey) -> Named:
    """The candidate that names the others of the byline's line too, or somebody's family name."""
    first = best.people[0]
    for other in found:
        if other.weight <= LEAST or other.source == best.source:
            continue
        if set(best.people) < set(other.people) and _in_one_line(other.people, page):
            return other
        if len(best.people) == len(other.people) == 1 and first.lower() in given():
            name = other.people[0]
            if name.startswith(f"{first} ") and len(name.split()) == 2 and PERSON.match(name):
                return other
    return best


def _in_one_line(names: tuple[str, ...], page: Survey) -> bool:
    """Whether one line near the article names them all."""
    lines = (text for n, text in enumerate(page.lines[: page.last]) if len(text) < SEEN and page.near(n))
    return any(all(name in text for name in names) for text in lines)


def _believable(name: str) -> bool:
    """Whether a Chinese name is a person's; others are judged elsewhere."""
    return not is_chinese(name) or is_person(name)


def _same(one: Named, other: Named) -> bool:
    return {letters(name) for name in one.people} == {letters(name) for name in other.people}


def _all(page: Survey, graph: Graph, anchor: int, sites: frozenset[str]) -> Iterator[Named]:
    yield from _told(page, graph, sites)
    for spot in page.spots:
        if spot.kind & Kind.AUTHOR and not spot.kind & Kind.COMMENT and spot.tag not in FRAMES and not _reviews(spot):
            yield from _spotted(spot, page, anchor, sites)
    yield from _lined(page, anchor, sites)
    yield from _beside(page, anchor)


def _told(page: Survey, graph: Graph, sites: frozenset[str]) -> Iterator[Named]:
    """What the page tells machines."""
    said = names(graph, graph.article.get("author") or graph.article.get("creator"))
    persons = [name for name, kind in said if not ORGANISATION.search(kind)]
    for group, weight in ((persons, 54.0), ([name for name, kind in said if ORGANISATION.search(kind)], 40.0)):
        found = tuple(dict.fromkeys(part for name in group for part in people(name) if _believable(part)))[:MOST]
        if found:
            yield Named(found, weight + _trust(found, page, sites), "graph")
    labels = [*page.said("twitter:label1"), *page.said("twitter:label2")]
    for n, label in enumerate(labels[:2], 1):
        if re.search(r"written|verfasst|auteur|escrito|autor|geschrieben|par|scritto|著者|door|skrev", label, re.I):
            for text in page.said(f"twitter:data{n}"):
                if found := people(text):
                    yield Named(found, 54.0 + _trust(found, page, sites), "meta")
    for name in META:
        found = tuple(
            dict.fromkeys(
                part
                for text in page.meta.get(name, ())[:MOST]
                if "://" not in text
                for part in people(text)
                if _believable(part)
            )
        )
        if found:
            trust = 0.0 if name == "citation_author" else _trust(found, page, sites)
            yield Named(found, 46.0 + trust, "meta")


def _trust(found: tuple[str, ...], page: Survey, sites: frozenset[str]) -> float:
    """More if a reader sees the names near the article, less if they are the site's or an account's."""
    own = _own(found, sites)
    if own > 20:
        return -own
    weight = -own
    if all(
        " " not in name and name.isascii() and (name.islower() or any(c in "._0123456789" for c in name))
        for name in found
    ):
        weight -= 12.0
    numbers = (*range(max(0, page.first - 16), page.first + 4), *range(page.last, page.last + 16))
    window = [
        page.lines[n].lower() for n in numbers if n < len(page.lines) and page.near(n) and len(page.lines[n]) < SEEN
    ]
    if own or all(any(name.lower() in text for text in window) for name in found):
        return weight + 8.0
    persons = all(PERSON.match(name) and not COMPANY.search(name) for name in found)
    if persons and _anywhere(found, page):
        return weight + ASIDE
    plugin = any(mark in script for script in page.scripts for mark in PLUGINS)
    return weight + (ACCOUNT if plugin else UNSEEN)


def _anywhere(found: tuple[str, ...], page: Survey) -> bool:
    """Whether a line of the page, be it an author's box or the footer, names them: not a comment, not an article on another."""
    names = [name.lower() for name in found]
    for number, text in enumerate(page.lines):
        if len(text) <= 2 * SEEN and page.apart[number] != COMMENTS:
            lower = text.lower()
            if all(name in lower for name in names):
                return True
    return False


def _own(found: tuple[str, ...], sites: frozenset[str]) -> float:
    """What it costs that a name is the site's own: little for somebody whose blog bears his name."""
    costs = [0.0]
    for name in found:
        plain = letters(name)
        if plain in sites or any(
            len(site) > 5 and len(plain) > 5 and (site in plain or plain in site) for site in sites
        ):
            if not PERSON.match(name) or COMPANY.search(name) or name.isupper() or len(name.split()) > 2:
                costs.append(OWN)
            else:
                costs.append(8.0 if name.split()[0].lower() in given() else 18.0)
    return max(costs)


def _spotted(spot: Spot, page: Survey, anchor: int, sites: frozenset[str]) -> Iterator[Named]:
    """The names in an element whose attributes promise them."""
    head = anchor - BEFORE <= spot.line <= max(anchor + BEHIND, page.first + 3)
    tail = page.last - 1 <= spot.line <= page.last + AFTER
    sure = bool(spot.kind & Kind.SURE)
    footer = sure and 0 <= spot.line - page.last <= FOOTER and page.apart[min(spot.line, len(page.apart) - 1)] == 1
    if not (head or tail) or not (page.near(spot.line) or 0 <= spot.line - anchor <= 3 or footer):
        return
    mentioned = _in_sentence(spot, page) or (not tail and spot.line > max(page.first, anchor + 4))
    if spot.kind & Kind.LINK and mentioned:
        return  # the article mentions somebody
    text = _text(spot.element)
    found = people(text) if text else ()
    if not spot.kind & Kind.SURE and "nick" not in (spot.element.get("class") or ""):
        found = tuple(name for name in found if _believable(name))
    if not found:
        return
    weight = 64.0 if head else 46.0
    if spot.kind & Kind.SURE:
        weight += 8.0
    weight -= 0.5 * min(abs(spot.line - anchor), 20) if head else 0.5 * abs(spot.line - page.last)
    if PREFIX.match(text):
        weight += 6.0
    elif not spot.kind & Kind.SURE:
        # A class says little: the text has to look like names.
        extra = len(text) - sum(map(len, found))
        weight -= (
            26.0 * (not all(PERSON.match(name) for name in found)) + 8.0 * (extra > 12) + 12.0 * (not capital(found))
        )
    shown = bool(brief(spot.element))
    weight += -_own(found, sites) if shown else min(0.0, _trust(found, page, sites))
    if len(text) > sum(map(len, found)) + 40:
        weight -= 8.0
    yield Named(found, weight, "spot" if shown else "meta")


def _reviews(spot: Spot) -> bool:
    """Whether it names somebody who wrote a review that no reader sees."""
    parent = spot.element.getparent()
    return parent is not None and parent.get("itemprop") in ("review", "reviews", "comment")


def _in_sentence(spot: Spot, page: Survey) -> bool:
    """Whether there is more text around a link than a byline has."""
    return spot.line < len(page.lines) and len(page.lines[spot.line]) > len(brief(spot.element)) + 45


def _text(element: HtmlElement) -> str:
    """The byline: a nested name if there is one, else the text, else what the element is called."""
    inner = [node for node in islice(element.iter(), MARKUP) if node is not element and _names(node)]
    said = list(dict.fromkeys(text for node in inner[:MOST] if (text := brief(node, LONGEST))))
    if said:
        return "; ".join(said)
    return brief(element, 160) or line(element.get("content"))


def _names(node: HtmlElement) -> bool:
    rel, classes = (node.get("rel") or "").split(), (node.get("class") or "").split()
    return node.get("itemprop") == "name" or "author" in rel or "fn" in classes or "author-name" in classes


def _lined(page: Survey, anchor: int, sites: frozenset[str]) -> Iterator[Named]:
    """The names in lines that begin as a byline does."""
    head = range(max(0, anchor - BEFORE), min(max(anchor + BEHIND, page.first + 4), len(page.lines)))
    tail = range(max(head.stop, page.last - 2), min(page.last + AFTER, len(page.lines)))
    yield from _labelled(page, range(head.stop, tail.start))
    for number in (*head, *tail):
        text = page.lines[number]
        if not (page.near(number) or abs(number - anchor) <= 3):
            continue
        inside = number in head
        yield from _chinese(text, number, page, anchor, inside)
        if len(text) > 160:
            continue
        text = JOINED.sub("By ", text)
        above = page.lines[number - 1] if number else ""
        if ALONE.match(above):
            text = f"by {text}"
        match = BYLINE.search(text) or TITLED.match(text)
        if match and (found := people(match["names"])) and capital(found):
            weight = (58.0 if inside else 42.0) - 0.5 * min(abs(number - anchor), 20) * inside
            if len(text) > sum(map(len, found)) + 60:
                weight -= 12.0
            weight -= _own(found, sites)
            yield Named(found, weight, "line")


def _beside(page: Survey, anchor: int) -> Iterator[Named]:
    """A person's name beside the date, without any other sign, over the article."""
    for number in range(max(0, anchor - 3), min(max(page.first, anchor + 1), anchor + 8, len(page.lines))):
        text = page.lines[number]
        if number == anchor or len(text) > 80 or not page.near(number):
            continue
        date = DATE.search(text)
        rest = f"{text[: date.start()]} {text[date.end() :]}" if date else text
        rest = rest.strip(" |·•,/–—-:")
        if not PERSON.match(rest) or rest.split()[0].lower() not in given() or not is_name(rest):
            continue
        others = (page.lines[n] for n in (number - 1, number + 1) if 0 <= n < len(page.lines) and n != anchor)
        if date or any(len(other) < 60 and DATE.search(other) for other in others):
            yield Named((rest,), 46.0, "line")


def _labelled(page: Survey, inside: range) -> Iterator[Named]:
    """Chinese labels anywhere in the article: its end may lie before what was taken for it."""
    if not any(is_chinese(text) for text in page.lines[page.first : page.first + 3]):
        return
    from clipper.extract.metadata.signed import bylines

    for number in range(inside.start, page.last + 1):
        text = page.lines[number]
        if LABELLED.search(text if len(text) < 160 else text[-60:]) and page.near(number):
            for found, less in bylines(text, opening=False, closing=False):
                yield Named(found, 48.0 + less, "line")


def _chinese(text: str, number: int, page: Survey, anchor: int, inside: bool) -> Iterator[Named]:
    """作者：, 记者 and the like, in a line of their own or in the line of source and time."""
    if is_chinese(text):
        from clipper.extract.metadata.signed import bylines

        opening = 0 < number - anchor <= 3 or number == page.first - 1
        for found, less in bylines(text, opening=opening, closing=abs(number - page.last) <= 3):
            distance = abs(number - anchor) if inside else abs(number - page.last)
            yield Named(found, (62.0 if inside else 54.0) + less - 0.4 * min(distance, 20), "line")
