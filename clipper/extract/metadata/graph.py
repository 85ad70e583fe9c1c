"""The page's own description of itself as JSON-LD: the nodes of its graphs, and its article."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from clipper.extract.metadata.survey import letters, line

__all__ = ["Graph", "graph", "names", "string"]

Node = dict[str, Any]

WRAPPED = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*$"
)
WRAPPERS = ("<!", "-->", "]]>")
TRAILING = re.compile(r",(\s*[}\]])")
NODES = 600  # of one page; more are lists of products
DEPTH = 12
# By how much a type is the page's article.
ARTICLE = re.compile(
    r"(?:Article|BlogPosting|Report|Posting|Review|Recipe|Episode|Question|CreativeWork|Book|HowTo|Thesis)$"
)
PAGE = re.compile(r"(?:WebPage|VideoObject|Page|Event|Product|Course)$")
SITES = frozenset(("WebSite", "Organization", "NewsMediaOrganization", "Blog", "Corporation"))


@dataclass(slots=True)
class Graph:
    """The nodes of all scripts, by their identifiers, and the article among them."""

    nodes: list[Node] = field(default_factory=list)
    by_id: dict[str, Node] = field(default_factory=dict)
    article: Node = field(default_factory=dict)
    page: Node = field(default_factory=dict)

    def resolved(self, value: Any) -> Any:
        """The node that `{"@id": …}` stands for, or the value itself."""
        if isinstance(value, dict) and "@id" in value and "name" not in value:
            return self.by_id.get(str(value["@id"]), value)
        return value

    def get(self, *keys: str) -> Any:
        """The first value that the article has under one of the keys, else the page."""
        for node in (self.article, self.page):
            for key in keys:
                if node.get(key):
                    return node[key]
        return None


def graph(scripts: list[str], title: str | None) -> Graph:
    """Read the scripts; what is no JSON is mended where that is easy, and else left out."""
    found = Graph()
    for script in scripts:
        for node in _nodes(_loaded(script), 0):
            if len(found.nodes) >= NODES:
                break
            found.nodes.append(node)
            if isinstance(name := node.get("@id"), str):
                known = found.by_id.get(name)
                if known is None or len(known) < len(node):
                    found.by_id[name] = node
    found.article = _chosen(found.nodes, ARTICLE, title)
    found.page = _chosen(found.nodes, PAGE, title)
    return found


def types(node: Node) -> list[str]:
    """The node's types, without their vocabulary's address."""
    value = node.get("@type")
    return [str(kind).rpartition("/")[2] for kind in (value if isinstance(value, list) else [value]) if kind]


def names(found: Graph, value: Any, depth: int = 0) -> list[tuple[str, str]]:
    """(name, type) of each person or organisation; the type is empty for a bare string."""
    value = found.resolved(value)
    if depth > 4 or not value:
        return []
    if isinstance(value, list):
        return [pair for part in value[:12] for pair in names(found, part, depth + 1)]
    if isinstance(value, dict):
        kind = (types(value) or [""])[0]
        name = value.get("name") or value.get("alternateName")
        if isinstance(name, list):
            return [(string(part), kind) for part in name if string(part)]
        if not name and (value.get("givenName") or value.get("familyName")):
            name = f"{value.get('givenName') or ''} {value.get('familyName') or ''}"
        return [(string(name), kind)] if string(name) else []
    return [(string(value), "")] if isinstance(value, str) else []


def string(value: Any) -> str:
    """A string of the graph on one line, entities resolved; empty for what is none."""
    return line(unescape(unescape(value))) if isinstance(value, str) else ""


def _loaded(script: str) -> Any:
    if any(mark in script for mark in WRAPPERS):
        script = WRAPPED.sub("", WRAPPED.sub("", script))
    script = script.strip().rstrip(";")
    for text in (script, TRAILING.sub(r"\1", script)):
        try:
            return json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(data: Any, depth: int) -> Iterator[Node]:
    """Every object that has a type, outer ones first."""
    if depth > DEPTH:
        return
    if isinstance(data, list):
        for part in data[:200]:
            yield from _nodes(part, depth + 1)
    elif isinstance(data, dict):
        if "@type" in data:
            yield data
        for key, value in data.items():
            if isinstance(value, dict | list) and key not in (
                "comment",
                "review",
                "itemListElement",
                "isPartOf",
                "hasPart",
            ):
                yield from _nodes(value, depth + 1)


def _chosen(nodes: list[Node], pattern: re.Pattern[str], title: str | None) -> Node:
    """The node of such a type that says most of a page with this title."""
    best, most = {}, 0.0
    wanted = letters(title or "")
    for n, node in enumerate(nodes):
        if not any(pattern.search(kind) for kind in types(node)):
            continue
        headline = letters(string(node.get("headline") or node.get("name")))
        score = 1.0 - n / 1000
        score += 3 * (bool(headline) and (headline in wanted or wanted in headline) and bool(wanted))
        score += 2 * ("datePublished" in node) + 2 * ("author" in node) + ("headline" in node)
        score += any(kind.endswith(("Article", "BlogPosting")) for kind in types(node))
        if score > most:
            best, most = node, score
    return best
