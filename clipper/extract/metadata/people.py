"""Who wrote the article: bylines near the title first, then what the page tells machines.

A reader's byline is believed before a machine's field, which often names the site, the theme's
maker or an account. A name that is the site's own, a source or an agency is no author of a page
unless the byline itself says so.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice

from lxml.html import HtmlElement

from clipper.extract.metadata.chinese import is_chinese, is_person, possible
from clipper.extract.metadata.dates import months
from clipper.extract.metadata.graph import Graph, names
from clipper.extract.metadata.survey import MARKUP, Kind, Spot, Survey, brief, letters, line

__all__ = ["author", "people"]

META = (
    "author", "article:author", "article:author_name", "dc.creator", "dcterms.creator", "dc.creator.name", "parsely-author", "sailthru.author",
    "citation_author", "byl", "creator", "dc:creator", "cxenseparse:author", "og:article:author", "article.author", "authors", "rbauthors",
    "og:author", "bt:author", "dcsext.author", "twitter:data1:author", "shareaholic:article_author_name", "content_author", "mediaid:author",
)  # fmt: skip
UNSEEN = -14.0
SEEN = 160  # characters of a line that may name its author to a reader
LEAST = 34.0
BEFORE, BEHIND, AFTER = 8, 12, 12  # lines before and behind the title, and after the article's last
LONGEST = 45  # characters of one name
CANDIDATES = 80  # that are weighed
MOST = 8  # people of one byline

# What stands before a name.
BY = (
    r"(?:(?:written|posted|published|created|submitted|reviewed|words|story|article|text|report(?:ed|ing)?)\s+(?:\w+\s+)?by|by|"
    r"(?:veröffentlicht|erstellt|geschrieben|verfasst|eingestellt|gepostet|publiziert)\s+(?:\w+\s+)?(?:von|durch)|(?:ein\s+)?(?:artikel|beitrag|bericht|kommentar|text|gastbeitrag|interview|essay|analyse|kolumne|reportage)\s+von|von|"
    r"(?:publié|écrit|rédigé|posté)\s+par|par|(?:publicado|escrito|redactado)\s+por|por|(?:scritto|pubblicato)\s+da|di|"
    r"(?:skrevet|skriven|geschreven|door|av|af|door|kirjoittanut|autorem|napisał|pisze)|"
    r"(?:autor(?:in|en|innen|es|a|as)?|author|authors|auteurs?|autore|verfasser(?:in)?|redakteur(?:in)?|redaktion|text(?:e)?|texte|text und fotos?|"
    r"text & fotos?|words|reporter|writer|reviewer|journalist|contributor|автор|текст|autori|auctor|tekst|szerző|yazar|penulis)(?:/in|\(in\)|:in|\*in)?\s*[:：|]|"
    r"автор|текст)"
)
PREFIX = re.compile(rf"^\W*{BY}\s*[:：|]?\s+|^\W*{BY}\s*[:：]\s*", re.I)
BYLINE = re.compile(rf"(?:^|[|·•–—,/]\s*|\d\s+|\bUhr\s+)(?:{BY})\s*[:：]?\s+(?P<names>[^|·•]{{2,120}})", re.I)
LABELLED = re.compile(r"作\s*者|发表于|發表於|编\s*辑|责\s*编|撰\s*文|^\s*[（(].{2,12}[）)]\s*$|报道\s*[）)]\s*$")
JOINED = re.compile(r"^By(?=[A-Z][a-z.])")
DATE = re.compile(
    r"(?:\d{1,2}\.? (?:de )?[^\W\d_]{3,10}\.?,? (?:de )?20\d\d|\d{1,2} ?[./|-] ?\d{1,2} ?[./|-] ?(?:20)?\d\d|[A-Z][a-z]{2,8}\.? \d{1,2},? 20\d\d|20\d\d-\d\d-\d\d)"
    r"(?:\W+\d\d?[:.]\d\d(?: Uhr)?)?"
)
ALONE = re.compile(rf"^\W*{BY}\W*$", re.I)
# What stands behind it.
CUT = re.compile(
    r"\s+[-–—|·•/●]{1,2}\s+|\s*[|·•●,;]?\s*\b(?:am|on|le|el|il|den|um|at|vom)\b(?=\s(?:\w+\.?,?\s){0,2}\d)|\s*[|·•●,;]?\s*\b(?:in der kategorie|in category|unter|zuletzt|"
    r"illustration(?:en)?|fotos?|bilder|photos?|photography|grafik|updated?|aktualisiert|published|posted|datum|date|veröffentlicht|publié|publicado|lesezeit|min read|kommentare?|comments?)\b(?=\s|:|$)|\s*[(（\[<]|"
    r"\s*\d{1,2}[./:]\s?\d|\s*(?:19|20)\d\d|\s*,\s*(?=\d)|\s+\d|…|\s*/\s*(?=\d)|\s*[@＠]|,?\s*https?:",
    re.I,
)
AND = re.compile(
    r"\s*(?:[;；、]|\s/\s|\s\|\s|\band\b|\bund\b|\bet\b|\by\b(?=\s[A-ZÁÉÍÓÚÑ])|\be\b(?=\s[A-Z])|\boch\b|\bog\b|\bi\b(?=\s[A-ZŁŚŻ])|&|＆|,)\s*"
)
NOT_A_NAME = re.compile(
    r"^(?:by|von|par|por|artikel von|zitat von|pressemitteilung von|red|stand|fotos?|bild(?:er)?|photos?|images?|quelle|source|credits?|illustration|grafik|video|ca|edit|datum|date|seo|kategorie|category|tags?)\b|^\W*\d|https?:|www\.|\.(?:com|org|net|de|cn)\b(?!.*\s)|^(?:admin(?:istrator)?|editor|root|staff|user|webmaster|guest|gast|unknown|anonymous|anonym|anónimo|name|author|"
    r"autor|redakteur|wordpressadmin|default|test|none|null|undefined|n/?a|share|follow|teilen|view all posts|more|mehr|about|über|profile|profil|kommentare?|comments?|"
    r"login|log in|sign in|subscribe|newsletter|facebook|twitter|menu|home|print|e-?mail|pr|werbung|anzeige|image|bild|foto|photo|getty images?|"
    r"小编|佚名|本站|网络|原创|匿名|未知|作者|管理员|转载|互联网|责任编辑|编辑|来源|不详)$|^\d+$|[{}<>=\\]|"
    r"\b(?:zurück|weiterlesen|read more|kontakt|impressum|datenschutz|cookies?|newsletter|abonnieren|followers?|beiträge|posts|artikel anzeigen|all articles)\b",
    re.I,
)
WEEKDAY = re.compile(
    r"^(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)[.,]{0,2}$|^(?:mon|tues|wednes|thurs|fri|satur|sun)day,?$|^(?:mon|diens|mitt|donners|frei|sams|sonn)(?:tag|woch),?$",
    re.I,
)
LINKED = re.compile(
    r"^(?:view all posts by|alle beiträge von|zeige alle beiträge von|posts by|beiträge von|articles by|artikel von|more from|mehr von|photo of|foto von|bild von|portrait of|profile picture of|avatar of|profilbild von)\s+",
    re.I,
)
ORGANISATION = re.compile(r"Organi[sz]ation|Corporation|NewsMedia|WebSite|Brand|Thing", re.I)
OFFICE = re.compile(
    r"^[A-Z]{2,5}$|[Rr]edaktion|\bteam\b|^(?:CNN|BBC|NPR)\b|\bPh\.?D\b|[Ss]taff|[Ee]ditor|[Kk]orrespondent|[Cc]orrespondent|[Rr]eporter|[Cc]hefred|[Ff]reie Journalist",
    0,
)
PERSON = re.compile(r"^[^\W\d_][\w’'.-]+(?: [^\W\d_]\.?)?(?: (?:von|van|de|der|zu|la|di))* [^\W\d_][\w’'-]+$")
COMPANY = re.compile(
    r"press|redaktion|magazin|\bnews|team|verlag|zeitung|blog|media|online|gmbh|\bag\b|e\.\s?v\.|\binc\b|llc|ltd|group|agen[ct]|verband|verein|bund|stiftung|"
    r"foundation|institut|shop|store|company|\btv\b|radio|society|university|deutschland|journal|times|daily|post\b|\.\w{2,3}\b|\bthe\b|^die\b|^das\b|^der\b",
    re.I,
)
LOWER = re.compile(
    r"^(?:von|van|de|der|den|del|della|di|da|dos|das|du|la|le|el|al|bin|ibn|zu|zum|und|y|e|ten|ter|af|av|dr|st|jr|mc|ap|o|d|os|do|san|vom|te|op|'t)$"
)


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
    return ", ".join(best.people) if best else None


def people(text: str) -> tuple[str, ...]:
    """The names in a byline; none if it is no byline."""
    text = line(text)
    for _ in range(3):
        shorter = LINKED.sub("", PREFIX.sub("", text)).strip(" \u00a0:：|·•–—-/,;")
        if shorter == text:
            break
        text = shorter
    if match := CUT.search(text):
        text = text[: match.start()]
        words = text.split()
        while len(words) > 1 and (words[-1].lower().rstrip(".,") in months() or WEEKDAY.match(words[-1])):
            words.pop()
        text = " ".join(words)
    found: list[str] = []
    for part in AND.split(text):
        name = PREFIX.sub("", part).strip(" .\u00a0:：|·•–—-/,;*\"'“”„")
        if not name:
            continue
        if not is_name(name):
            break
        if name not in found:
            found.append(name)
    offices = [name for name in found if OFFICE.search(name)]
    if offices and len(offices) < len(found):
        found = [name for name in found if name not in offices]
    return tuple(found[:MOST])


def is_name(text: str) -> bool:
    """Whether it can be a person's or an editorial office's name."""
    if not 2 <= len(text) <= LONGEST or NOT_A_NAME.search(text):
        return False
    words = text.split()
    if len(words) == 1 and (text.lower().rstrip(".") in months() or WEEKDAY.match(text)):
        return False
    if is_chinese(text) and not possible(text):
        return False
    if len(words) > 6 or not any(c.isalpha() for c in text):
        return False
    plain = [word for word in words if word[:1].islower() and not LOWER.match(word.rstrip("."))]
    return len(plain) < 2 and not (plain and len(words) > 3)


def _believable(name: str) -> bool:
    """Whether a Chinese name is a person's; others are judged elsewhere."""
    return not is_chinese(name) or is_person(name)


def _same(one: Named, other: Named) -> bool:
    return {letters(name) for name in one.people} == {letters(name) for name in other.people}


def _all(page: Survey, graph: Graph, anchor: int, sites: frozenset[str]) -> Iterator[Named]:
    yield from _told(page, graph, sites)
    for spot in page.spots:
        if spot.kind & Kind.AUTHOR and not spot.kind & Kind.COMMENT:
            yield from _spotted(spot, page, anchor, sites)
    yield from _lined(page, anchor, sites)
    yield from _beside(page, anchor)


def _told(page: Survey, graph: Graph, sites: frozenset[str]) -> Iterator[Named]:
    """What the page tells machines."""
    said = names(graph, graph.article.get("author") or graph.article.get("creator"))
    persons = [name for name, kind in said if not ORGANISATION.search(kind)]
    for given, weight in ((persons, 54.0), ([name for name, kind in said if ORGANISATION.search(kind)], 40.0)):
        found = tuple(dict.fromkeys(part for name in given for part in people(name) if _believable(part)))[:MOST]
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
            yield Named(found, 46.0 + _trust(found, page, sites), "meta")


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
    seen = all(any(name.lower() in text for text in window) for name in found)
    return weight + (8.0 if seen or own else UNSEEN)


def _own(found: tuple[str, ...], sites: frozenset[str]) -> float:
    """What it costs that a name is the site's own: little for somebody whose blog bears his name."""
    costs = [0.0]
    for name in found:
        plain = letters(name)
        if plain in sites or any(
            len(site) > 5 and len(plain) > 5 and (site in plain or plain in site) for site in sites
        ):
            costs.append(8.0 if PERSON.match(name) and not COMPANY.search(name) else 30.0)
    return max(costs)


def _spotted(spot: Spot, page: Survey, anchor: int, sites: frozenset[str]) -> Iterator[Named]:
    """The names in an element whose attributes promise them."""
    head = anchor - BEFORE <= spot.line <= max(anchor + BEHIND, page.first + 3)
    tail = page.last - 1 <= spot.line <= page.last + AFTER
    sure = bool(spot.kind & Kind.SURE)
    footer = sure and 0 <= spot.line - page.last <= 6 and page.apart[min(spot.line, len(page.apart) - 1)] == 1
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
            26.0 * (not all(PERSON.match(name) for name in found)) + 8.0 * (extra > 12) + 12.0 * (not _capital(found))
        )
    weight -= _own(found, sites)
    if len(text) > sum(map(len, found)) + 40:
        weight -= 8.0
    yield Named(found, weight, "spot")


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
        match = BYLINE.search(text)
        if match and (found := people(match["names"] or match["joined"])) and _capital(found):
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


@cache
def given() -> frozenset[str]:
    """Frequent given names."""
    data = tomllib.loads((files("clipper.extract.metadata") / "given.toml").read_text("utf-8"))
    return frozenset(data["names"].split())


def _capital(found: tuple[str, ...]) -> bool:
    """Whether each is written as names are: in a line of text, "by" stands before much else."""
    return all(
        len(words := name.split()) == 1
        or all(word[0].isupper() or LOWER.match(word.rstrip(".")) or not word[0].isalpha() for word in words)
        for name in found
    )


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
