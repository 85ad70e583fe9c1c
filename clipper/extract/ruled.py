"""A site rule applied to a page: its article's elements, and what the rule says of it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import Element, HtmlElement

from clipper.extract.blocks import Line
from clipper.extract.learned import elements_of
from clipper.extract.rules import Kind, Rule, rules_for
from clipper.models import SiteRules

__all__ = ["Ruled", "ruled"]

STRING = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(\n|.))", re.S)
PLAIN = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "", "0": ""}
MOST_IMAGES = 100
TITLE = 120  # characters of a title that a script gives
LATEST = datetime(9000, 1, 1, tzinfo=UTC)  # what a rule points at is a date, whenever it is
MOMENT = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class Ruled:
    """What a rule found on a page."""

    stamp: str  # the rule's name, version and the kind of page
    nodes: tuple[HtmlElement, ...]  # of the body; none if the rule says nothing of it
    skip: frozenset[HtmlElement]
    facts: dict[str, str] = field(default_factory=dict)  # title, author, site, published


def ruled(root: HtmlElement, lines: list[Line], url: str, rules: SiteRules) -> Ruled | None:
    """What the first rule for the address says that finds a body on the page; None if none does.

    A rule that says nothing of the body adds what it leaves out and whom it names to that, or to the body that is chosen without rules.
    """
    partial: Ruled | None = None
    for rule in rules_for(url, rules):
        for kind in rule.kinds:
            found = _applied(rule, kind, root, lines, url)
            if found is not None and found.nodes:
                return found if partial is None else _together(partial, found)
            if found is not None and (found.skip or found.facts):
                partial = partial or found
    return partial


def _together(first: Ruled, second: Ruled) -> Ruled:
    stamp = f"{first.stamp} + {second.stamp}"
    return Ruled(stamp, second.nodes, first.skip | second.skip, second.facts | first.facts)


def _applied(rule: Rule, kind: Kind, root: HtmlElement, lines: list[Line], url: str) -> Ruled | None:
    scripts = "\n".join(script.text or "" for script in root.iter("script"))
    if not _fits(kind, root, scripts, url):
        return None
    skip = frozenset(_selected(kind, "strip", root))
    if "body_script" in kind.patterns or "image_script" in kind.patterns:
        nodes = _drawn(kind, scripts)
    else:
        nodes = _outermost(_first(kind, "body", root))
        between = _outside(kind, root, lines)
        if between is None:
            return None
        skip |= between
    if not nodes and not _is_without_body(kind):
        return None
    name = " ".join(part for part in (rule.name, rule.version, f"({kind.name})" if kind.name else "") if part)
    return Ruled(name, nodes, skip, _facts(rule, kind, root, lines, scripts))


def _is_without_body(kind: Kind) -> bool:
    """Whether a kind leaves the choice of the body to others, and knows what is not in it, or who wrote it."""
    places = ("body", "begin", "end", "body_script", "image_script")
    return not any(place in kind.selectors or place in kind.patterns for place in places)


def _fits(kind: Kind, root: HtmlElement, scripts: str, url: str) -> bool:
    if kind.path is not None and not kind.path.search(urlsplit(url).path or "/"):
        return False
    if "when" in kind.selectors and not _selected(kind, "when", root):
        return False
    patterns = kind.patterns.get("when_script", ())
    return not patterns or any(pattern.search(scripts) for pattern in patterns)


def _run(path: etree.XPath, root: HtmlElement) -> list[HtmlElement] | str:
    """What an XPath finds: elements, or a text. One that fails on this page finds nothing."""
    try:
        found = path(root)
    except etree.XPathError:
        return []
    if isinstance(found, list):
        texts = [str(one) for one in found if isinstance(one, str)]
        return texts[0] if texts else [one for one in found if isinstance(one, etree.ElementBase)]
    return str(found) if isinstance(found, (str, float)) else []


def _selected(kind: Kind, key: str, root: HtmlElement) -> list[HtmlElement]:
    """All that the selectors find."""
    found = (_run(path, root) for path in kind.selectors.get(key, ()))
    return [element for elements in found if not isinstance(elements, str) for element in elements]


def _first(kind: Kind, key: str, root: HtmlElement) -> list[HtmlElement]:
    """What the first selector finds that finds anything."""
    found = (_run(path, root) for path in kind.selectors.get(key, ()))
    return next((elements for elements in found if elements and not isinstance(elements, str)), [])


def _outermost(elements: list[HtmlElement]) -> tuple[HtmlElement, ...]:
    chosen = set(elements)
    return tuple(e for e in dict.fromkeys(elements) if not any(above in chosen for above in e.iterancestors()))


def _outside(kind: Kind, root: HtmlElement, lines: list[Line]) -> frozenset[HtmlElement] | None:
    """The elements before the line where the body begins and from where it ends; None without a body."""
    begins, ends = kind.patterns.get("begin", ()), kind.patterns.get("end", ())
    if not begins and not ends:
        return frozenset()
    start, found = 0, None
    for number, line in enumerate(lines):
        match = next((m for pattern in begins if (m := pattern.search(line.text))), None)
        if match is not None:
            # A pattern with a group names the body's own first line.
            start = number if match.groups() else number + 1
            if match.groups():
                break
    for number in range(start, len(lines)):
        if any(pattern.search(lines[number].text) for pattern in ends):
            found = number
            break
    stop = len(lines) if found is None else found
    if start >= stop or (begins and not start and found is None):
        return None
    return elements_of(lines, frozenset((*range(start), *range(stop, len(lines))))) | _beyond(
        root, lines[start].element, lines[stop - 1].element
    )


def _beyond(root: HtmlElement, first: HtmlElement, last: HtmlElement) -> frozenset[HtmlElement]:
    """What comes before the one element or after the other, pictures too, and holds neither."""
    holds = {first, last, *first.iterancestors(), *last.iterancestors()}
    order = {element: place for place, element in enumerate(root.iter())}
    end = max(order[element] for element in last.iter())
    return frozenset(e for e, place in order.items() if e not in holds and (place < order[first] or place > end))


def _drawn(kind: Kind, scripts: str) -> tuple[HtmlElement, ...]:
    """The body that a script would draw: a paragraph a line, and the pictures."""
    text = _in_script(kind, "body_script", scripts) or ""
    box = Element("div")
    for line in text.split("\n"):
        if line.strip():
            etree.SubElement(box, "p").text = line.strip()
    seen: set[str] = set()
    for pattern in kind.patterns.get("image_script", ()):
        for match in pattern.finditer(scripts):
            source = _string(match[1])
            if source not in seen and len(seen) < MOST_IMAGES:
                seen.add(source)
                etree.SubElement(etree.SubElement(box, "p"), "img").set("src", source)
    return (box,) if len(box) else ()


def _facts(rule: Rule, kind: Kind, root: HtmlElement, lines: list[Line], scripts: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, name in (("title", "title"), ("author", "author"), ("site", "site"), ("date", "published")):
        ways: tuple[Callable[[], str | None], ...] = (
            lambda key=key: _in_page(kind, key, root),  # type: ignore[misc]
            lambda key=key: _in_line(kind, f"{key}_line", lines),  # type: ignore[misc]
            lambda key=key: _in_script(kind, f"{key}_script", scripts),  # type: ignore[misc]
        )
        for way in ways:
            value = " ".join((way() or "").split())
            value = (_moment(value, rule.zone) or _named_day(value) or "") if key == "date" else value
            if value:
                found[name] = value[:500]
                break
    return found


def _in_page(kind: Kind, key: str, root: HtmlElement) -> str | None:
    for path in kind.selectors.get(key, ()):
        found = _run(path, root)
        texts = [found] if isinstance(found, str) else [_text_of(element) for element in found]
        if value := next((text for text in texts if text.strip()), None):
            return value
    return None


def _text_of(element: HtmlElement) -> str:
    return str(element.get("content") or element.get("datetime") or "") or " ".join(element.itertext())


def _in_line(kind: Kind, key: str, lines: list[Line]) -> str | None:
    for pattern in kind.patterns.get(key, ()):
        for line in lines:
            if match := pattern.search(line.text):
                return match["value"] if "value" in pattern.groupindex else match[1]
    return None


def _in_script(kind: Kind, key: str, scripts: str) -> str | None:
    for pattern in kind.patterns.get(key, ()):
        if (match := pattern.search(scripts)) and (value := _string(match[1]).strip()):
            return value[:TITLE] if key == "title_script" else value
    return None


def _string(literal: str) -> str:
    """A JavaScript string as what it says."""

    def character(match: re.Match[str]) -> str:
        if code := match[1] or match[2]:
            return chr(int(code, 16))
        return PLAIN.get(match[3], match[3])

    return html.unescape(STRING.sub(character, literal)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _moment(text: str, zone: str) -> str | None:
    """A date or time as ISO 8601; seconds since 1970 as well."""
    if text.isdigit() and len(text) == 10:
        return datetime.fromtimestamp(int(text), UTC).astimezone(_zone(zone)).isoformat()
    match = MOMENT.search(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups())
    try:
        moment = datetime(year or 0, month or 0, day or 0, hour or 0, minute or 0, second or 0, tzinfo=_zone(zone))
    except ValueError:
        return None
    if hour is None:
        return f"{moment:%Y-%m-%d}"
    return moment.isoformat() if zone else moment.replace(tzinfo=None).isoformat()


def _named_day(text: str) -> str | None:
    """The day or moment in a text that names the month, in any of the languages that metadata are read in."""
    from clipper.extract.metadata.dates import Reader

    return Reader(now=LATEST).first(text)


def _zone(zone: str) -> timezone:
    match = re.fullmatch(r"([+-])(\d{2}):(\d{2})", zone)
    if not match:
        return UTC
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-offset if match[1] == "-" else offset)
