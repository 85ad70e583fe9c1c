"""When the article was published and changed: candidates from everywhere, weighed.

A machine's date and the date that a reader sees beside the title confirm each other; where they
differ, the reader's is believed, unless it stands far from the title or says that it is another's.
(Of 30 real pages where the two differ, and the one seen stands beside the title without being called
an update, that one is the gold's 24 times.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from clipper.extract.metadata.dates import Found, Reader, day_of, days_apart, may_date
from clipper.extract.metadata.graph import Graph, string
from clipper.extract.metadata.survey import Kind, Spot, Survey, brief

__all__ = ["modified", "published"]

LINKED = ("datePublished", "dateCreated", "uploadDate", "datePosted")
META = (
    ("article:published_time", "article:published", "og:article:published_time", "datepublished", "og:published_time", "publishdate", "publish_date",
     "pubdate", "publish-date", "date.issued", "dcterms.issued", "dc.date.issued", "citation_publication_date", "citation_online_date",
     "parsely-pub-date", "sailthru.date", "article_date_original", "originalpublicationdate", "cxenseparse:recs:publishtime", "bt:pubdate",
     "published_time", "published", "rnews:datepublished", "citation_date", "weibo:article:create_at", "weibo: article:create_at", "article.published"),
    ("date", "dc.date", "dcterms.date", "dc:date", "dc.date.created", "dcterms.created", "og:release_date", "release_date", "created", "datecreated",
     "pub_date", "creation_date", "article.created", "og:pubdate", "lastmod", "eomportal-lastupdate", "time", "dc:date.created", "date-creation"),
)  # fmt: skip
META_WEIGHTS = (72.0, 55.0)
CHANGED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "dcterms.modified",
    "dc.date.modified",
    "lastmod",
    "modified",
)
ATTRIBUTES = (
    "datetime",
    "content",
    "title",
    "data-datetime",
    "data-time",
    "data-date",
    "data-timestamp",
    "data-utime",
    "data-published",
)
LABELS = 25  # characters before a date that may say which it is
BESIDE = 4  # lines from the title within which a zone's name is not believed
BEFORE, BEHIND = 14, 16  # lines around the title where its date stands
SAYS_PUBLISHED = re.compile(
    r"publi|veröffentlicht|erschienen|erstellt|posted|created|发布|发表|时间|日期|published|stand:|datum|date\b|am\b|on\b|från|veröff",
    re.I,
)
SAYS_CHANGED = re.compile(
    r"updat|modif|aktualisiert|geändert|mis à jour|actualizad|更新|修改|aggiornat|bearbeitet|last edited", re.I
)
SAYS_OTHER = re.compile(
    r"copyright|©|\bevents?\b|termin|©|beginn|registriert|joined|mitglied seit|version|abgerufen|gültig|"
    r"\blast (?:post|reply|visit|activity)|letzte[rn]? (?:beitrag|antwort|besuch)|dernier message|最后(?:回复|发表|回覆)|最新回复|注册时间|注册于",
    re.I,
)
AGO = re.compile(r"前|\bago\b|vor |il y a|hace|há |天", re.I)
LABEL = re.compile(
    r"wurde am (?=.{6,20}\d{4}(?: um [^.]{4,12})? (?:gepostet|veröffentlicht|erstellt|verfasst|publiziert))|发表于|发布于|发布时间|发布日期|發表於|發佈時間|posted on|published on|publication date|veröffentlicht am|erstellt am|erschienen am|publié le|publicado el|pubblicato il",
    re.I,
)
EDITED = re.compile(
    r"(?:page was last (?:edited|modified|updated)|seite wurde zuletzt|dernière modification de cette page|最近更新|最后(?:修订|更新|编辑))",
    re.I,
)
STATE = re.compile(
    r"[\"'](?:datePublished|published_?[aA]t|publish_?[dD]ate|publish_?[tT]ime|pub_?[dD]ate|created_?[aA]t|firstPublished\w*)\\?[\"']\s*:\s*\\?[\"'](?P<value>(?:19|20)\d\d-\d\d-\d\d[^\"'\\]{0,30})"
)
NAMED = ("ublish", "created", "pub_", "pubd", "pubD")  # what the names of such fields have
FIELD = 16  # characters from a quotation mark, within which that stands in a name
COMMENTS = 2  # in `Survey.apart`
MOST = 80  # candidates that are weighed
BESIDE_TITLE = 64.0  # weight from which a date that readers see stands beside the title
READERS = 16.0  # by how much such a one is believed more
FOOT = 60  # lines at the page's end where a wiki says when it was edited
LEAST = 10.0  # no date is better than a wrong one
LONGEST = 160  # characters of an element that is read as a date
FAR = 200  # characters of a line with such a label
SHORT = 120  # characters of a line that is about its date
WAYBACK = re.compile(r"^https?://web\.archive\.org/web/\d{4,14}[a-z_]*/")
STAMP = re.compile(r"^1\d{9}(?:\d{3})?$")


@dataclass(frozen=True, slots=True)
class Dated:
    """One candidate: a date, how much it is believed, and whether a reader sees it."""

    value: str
    weight: float
    source: str  # graph | meta | url | spot | line
    beside: bool = False  # readers see it beside the title, and it is not called an update

    @property
    def seen(self) -> bool:
        """Whether a reader sees it."""
        return self.source in ("spot", "line")


def published(
    page: Survey, graph: Graph, anchor: int, reader: Reader, address: str | None, changed: str | None
) -> str | None:
    """The date of publication, as precise as the page has it; `changed` is when it was modified."""
    found = list(islice(_all(page, graph, anchor, reader, address), MOST))
    found = found or list(islice(_anywhere(page, reader), 1))
    best, most = None, LEAST
    for candidate in found:
        score = candidate.weight + 5.0 * len(
            {other.source for other in found if other.source != candidate.source and _agree(other, candidate)}
        )
        if candidate.beside and not any(_swapped(candidate, other) for other in found):
            score += READERS
        elif changed and day_of(candidate.value) == day_of(changed) and _only_changed(candidate, found):
            score -= 9.0
        if score > most:
            best, most = candidate, score
    if best is None:
        return None
    best = _midnight(_local(best, found), reader)
    same = [best, *(other for other in found if day_of(other.value) == day_of(best.value))]
    return max(same, key=lambda other: (len(other.value), other.weight)).value


def _only_changed(candidate: Dated, found: list[Dated]) -> bool:
    """Whether the page tells its machine readers of a publication before this date, and not both them
    and its readers of one at it."""
    told = [day_of(other.value) for other in found if other.source in ("graph", "meta") and other.weight >= 60]
    day = day_of(candidate.value)
    seen = any(other.seen and day_of(other.value) == day for other in found)
    return not (seen and day in told) and any(other < day for other in told)


def _midnight(best: Dated, reader: Reader) -> Dated:
    """The local day, where UTC tells the moment that it began: the evening before for whom the day is all
    that counts."""
    if not best.value.endswith(":00:00+00:00"):
        return best
    told = datetime.fromisoformat(best.value)
    zone = reader.zone(told)
    local = told.astimezone(zone) if zone else told
    return best if local.hour else replace(best, value=local.isoformat())


def _local(best: Dated, found: list[Dated]) -> Dated:
    """The day that readers see, where a server's UTC is the day before or after it."""
    if best.seen or not best.value.endswith("+00:00"):
        return best
    local = [other for other in found if other.source in ("spot", "line", "url") and other.weight > 45]
    if any(day_of(other.value) == day_of(best.value) for other in local):
        return best
    return next(
        (other for other in local if days_apart(other.value, best.value) == 1 and "+00:00" not in other.value), best
    )


def modified(page: Survey, graph: Graph, reader: Reader, anchor: int) -> str | None:
    """The date of the last change, as the page tells its machine readers or says beside the title."""
    for text in (string(graph.get("dateModified")), *page.said(*CHANGED)):
        if text and (value := reader.first(text)):
            return value
    for spot in page.spots:
        if (
            spot.kind & Kind.MODIFIED
            and spot.kind & Kind.SURE
            and page.near(spot.line)
            and (value := _value(spot, reader, brief(spot.element)))
        ):
            return value
    for number in range(max(0, anchor - BESIDE), min(anchor + BEHIND, len(page.lines))):
        text = page.lines[number]
        if len(text) <= SHORT and page.near(number) and may_date(text) and (said := SAYS_CHANGED.search(text)):
            found = reader.every(text[said.end() :])
            if found and found[0].start <= LABELS // 2:
                return found[0].value
    return None


def _all(page: Survey, graph: Graph, anchor: int, reader: Reader, address: str | None) -> Iterator[Dated]:
    yield from _told(page, graph, reader)
    if address and (value := reader.url(WAYBACK.sub("", address))):
        yield Dated(value, 62.0, "url")
    last = max(anchor + BEHIND, page.first + 3)
    dated = [
        spot
        for spot in page.spots
        if (spot.kind & (Kind.DATE | Kind.MODIFIED) or spot.tag == "time") and not spot.kind & Kind.COMMENT
    ]
    updates = {spot.line for spot in dated if spot.kind & Kind.MODIFIED and not spot.kind & Kind.SURE}
    for spot in dated:
        for dates in _spotted(spot, page, anchor, last, reader):
            yield replace(dates, beside=False) if spot.line in updates else dates
    for number in range(max(0, anchor - BEFORE), min(last + 1, len(page.lines))):
        text = page.lines[number]
        if len(text) <= SHORT and _in_reach(page, number, anchor):
            yield from _lined(
                text,
                page.lines[number - 1] if number else "",
                abs(number - anchor) + 12 * (not page.near(number)),
                reader,
            )
        elif (
            page.near(number)
            and page.first <= number <= page.first + 3
            and (found := reader.every(text[:60]))
            and found[0].start < 30
        ):
            yield Dated(found[0].value, 46.0, "line")
    for number in range(max(last + 1, page.last - 3), min(page.last + 12, len(page.lines))):
        if len(page.lines[number]) <= SHORT and page.near(number):
            yield from _lined(page.lines[number], page.lines[number - 1], 50, reader)
    for text in page.lines[-FOOT:]:
        if (
            len(text) <= SHORT
            and may_date(text)
            and (said := EDITED.search(text))
            and (value := reader.first(text[said.end() :]))
        ):
            yield Dated(value, 44.5, "line")


def _anywhere(page: Survey, reader: Reader) -> Iterator[Dated]:
    """The last resort: a date labelled as the publication's wherever it stands, or one in a script."""
    for number, text in enumerate(page.lines):
        if len(text) <= FAR and page.apart[number] != COMMENTS and may_date(text) and (label := LABEL.search(text)):
            found = reader.every(text[label.end() :])
            if found and found[0].start < 12:
                yield Dated(found[0].value, 40.0, "line")
    marked = [
        spot
        for spot in page.spots
        if spot.tag == "time" and page.near(spot.line) and not spot.kind & (Kind.COMMENT | Kind.MODIFIED)
    ]
    days = {day_of(value): value for spot in marked[:MOST] if (value := _value(spot, reader, brief(spot.element)))}
    if len(days) == 1:  # it has one date, wherever that stands
        yield Dated(days.popitem()[1], 35.0, "spot")
    for code in page.code:
        if (state := _state(code.text or "")) and (value := reader.first(state)):
            yield Dated(value, 30.0, "graph")


def _state(code: str) -> str | None:
    """The first date of publication in the data of a script.

    By what the names of such fields have: a script of a megabyte has too many quotation marks to try the expression at each.
    """
    for place in sorted(found.start() for name in NAMED if name in code for found in re.finditer(name, code)):
        nearest = max(code.rfind(mark, max(0, place - FIELD), place) for mark in "\"'")
        if nearest >= 0 and (state := STATE.match(code, nearest)):
            return state["value"]
    return None


def _told(page: Survey, graph: Graph, reader: Reader) -> Iterator[Dated]:
    """What the page tells machines."""
    for node, weight in ((graph.article, 74.0), (graph.page, 60.0)):
        for key in LINKED:
            if value := reader.first(string(node.get(key))):
                yield Dated(value, weight, "graph")
                weight -= 10.0
    for names, weight in zip(META, META_WEIGHTS, strict=True):
        for text in page.said(*names):
            if value := reader.first(text):
                yield Dated(value, weight, "meta")
                break


def _in_reach(page: Survey, number: int, anchor: int) -> bool:
    """Whether the line is the article's; right beside the title, a zone's name is not believed."""
    return page.near(number) or (abs(number - anchor) <= BESIDE and number < max(anchor, page.first))


def _spotted(spot: Spot, page: Survey, anchor: int, last: int, reader: Reader) -> Iterator[Dated]:
    """The date in an element whose attributes promise one."""
    if not _in_reach(page, spot.line, anchor):
        return
    distance = min(abs(spot.line - anchor), abs(spot.line - page.first) + 1)
    inside = anchor - BEFORE <= spot.line <= last
    sure = bool(spot.kind & Kind.SURE) or spot.tag == "time"
    if not inside and not (sure and spot.line <= page.last):
        return
    text = brief(spot.element)
    written = reader.every(text)
    value = _value(spot, reader, text, written)
    if value is None:
        return
    weight = 66.0 if inside else 40.0
    weight += 6.0 * sure - 0.4 * min(distance, 40)
    before = _before(text, text[: written[0].start] if written else text, spot, page)
    changed = bool(spot.kind & Kind.MODIFIED or SAYS_CHANGED.search(before))
    if changed:
        weight -= 20.0
    if SAYS_OTHER.search(before) or (spot.tag == "a" and not sure and spot.line > page.first + 1):
        weight -= 40.0  # a link in the text leads to what is of that date
    if AGO.search(text) and not written:
        weight = min(weight, 45.0)
    beside = inside and distance <= BESIDE and weight >= BESIDE_TITLE and bool(text)
    yield Dated(value, weight, "spot" if text else "meta", beside)


def _before(text: str, own: str, spot: Spot, page: Survey) -> str:
    """What stands before the date of an element: in it, and in its line before it."""
    around = page.lines[spot.line] if spot.line < len(page.lines) else ""
    place = around.find(text) if text and len(around) <= SHORT else -1
    return f"{around[max(0, place - 2 * LABELS) : max(0, place)]} {own}"


def _value(spot: Spot, reader: Reader, text: str, written: list[Found] | None = None) -> str | None:
    """The date in an element's attributes, else in its text, `written` the dates of that if they are known."""
    said = dict(spot.element.items())
    for name in ATTRIBUTES:
        if name in said and len(said[name]) < 60 and (value := reader.first(said[name])):
            return value
    if not text or len(text) > LONGEST:
        return None
    if found := reader.every(text) if written is None else written:
        return found[0].value
    return reader.ago(text) if len(text) < 40 else None


def _lined(text: str, above: str, distance: int, reader: Reader) -> Iterator[Dated]:
    """The dates in a line near the title."""
    found = reader.every(text)
    if not found:
        if len(text) < 40 and (value := reader.ago(text)):
            yield Dated(value, 40.0, "line")
        return
    for n, date in enumerate(found[:3]):
        rest = len(text) - (date.end - date.start)
        before = text[: date.start]
        if len(before) < 3 and len(above) < 30:
            before = f"{above} "
        weight = 62.0 - 0.5 * distance - (0.15 if rest < 40 else 0.3) * rest - 3.0 * n
        if SAYS_PUBLISHED.search(before[-LABELS:]):
            weight += 6.0
        if SAYS_CHANGED.search(before[-LABELS:]):
            weight -= 20.0
        if SAYS_OTHER.search(before):
            weight -= 60.0
        yield Dated(date.value, weight, "line", distance <= BESIDE and weight >= BESIDE_TITLE)


def _swapped(one: Dated, other: Dated) -> bool:
    """Whether one is the other with day and month read in the wrong order."""
    return other.source != one.source and day_of(
        one.value
    ) == f"{other.value[:5]}{other.value[8:10]}-{other.value[5:7]}" != day_of(other.value)


def _agree(one: Dated, other: Dated) -> bool:
    if day_of(one.value) == day_of(other.value):
        return True
    # Servers tell UTC, readers see the local day.
    return one.seen != other.seen and "+00:00" in one.value + other.value and days_apart(one.value, other.value) == 1
