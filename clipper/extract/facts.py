"""What a verdict looks at: a page's lines counted, its title, what its markup gives away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml.html import HtmlElement

from clipper.extract.blocks import Line
from clipper.extract.plain import count_words

__all__ = ["MOST", "Facts", "facts_of", "facts_of_markdown", "folded", "is_prose"]

# It begins with one set of characters, by which it is found fast; alternatives are tried at every character of a line.
SENTENCE = re.compile(r"[.!?…。！？；，](?:(?<=[。！？；，])|[\"'”’)\]]*(?:\s|$))")
ROOTS = frozenset(
    "root app __next __nuxt ___gatsby app-root react-root main-app appmountpoint q-app svelte vue-app react-app".split()
)
MOST = 400  # words outside links up to which a phrase can decide; signatures go up to 220
FEW = 200  # words outside links: a page that has more is no shell, whatever is empty on it
PROSE = 8  # words from which a line with a sentence in it is prose
MARKUP = 40_000  # characters of scripts that are looked at
REFRESH = re.compile(r"^\s*\d+(?:\.\d+)?\s*[;,]\s*(?:url\s*=)?\s*[\"']?([^\"'\s]+)", re.I)
# It begins with letters, by which it is found fast; an expression that begins otherwise takes a millisecond.
MOVES = re.compile(r"location(?:(?:\.href)?\s*=\s*[\"'`][^\"'`]+[\"'`]|\.(?:replace|assign)\()")
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
SHUT = re.compile(r"\"isAccessibleForFree\"\s*:\s*\"?[Ff](?:alse|ALSE)")
IMAGE = re.compile(r"!\[([^\]]*)\]\([^)\n]*\)")
LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*(?:\([^()]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)")
MARKS = re.compile(r"^[\s>#*+\-|]+|[*_`|]+|\\(?=[_*\[\]])", re.M)
BEGINNING, WITHIN = (
    frozenset(">#*+-|"),
    frozenset("*_`|\\"),
)  # one of which a line with marks has at its beginning, or in it

TELLING = ("script", "noscript", "img", "picture", "meta", "input", "title")
UNSEEN = dict.fromkeys((*range(0x80, 0x85), *range(0x86, 0xA0), 0xAD))


@dataclass(frozen=True, slots=True)
class Facts:
    """A page in numbers and in the few phrases that can decide."""

    lines: tuple[str, ...]  # folded
    words: int
    own: int  # words outside links
    prose: int  # words in lines that are sentences
    title: str = ""  # folded
    headings: tuple[str, ...] = ()  # folded
    aside: tuple[str, ...] = ()  # what <noscript> says, folded
    markup: str = ""  # of scripts, in lower case
    scripts: int = 0
    images: int = 0
    refresh: str | None = None  # where a refresh leads to
    moves: bool = False  # a script sets the address
    password: bool = False  # a field for one
    hollow: bool = False  # the element that an application draws itself into is empty
    shut: bool = False  # its own data say that it is not free


def folded(text: str) -> str:
    """Lower case, white space folded, without soft hyphens and what else nobody sees."""
    lower = text.lower()
    return " ".join((lower if lower.isascii() or lower.isprintable() else lower.translate(UNSEEN)).split())


def is_prose(text: str, *, words: int, linked: int) -> bool:
    """Whether a line is somebody's sentence, and no menu, label or list of links."""
    return words >= PROSE and linked * 2 < words and SENTENCE.search(text) is not None


def facts_of(root: HtmlElement, lines: list[Line]) -> Facts:
    """The facts of a parsed page; `lines` are its lines. Of a page with more than `MOST` words outside links
    its phrases are left out."""
    parts: dict[str, list[HtmlElement]] = {tag: [] for tag in TELLING}
    for element in root.iter(*TELLING):  # one pass: seven of them cost half a millisecond a page
        parts[element.tag].append(element)
    scripts = parts["script"]
    own = sum(line.own for line in lines)
    few = own <= MOST  # else no phrase of it can decide anything
    markup = "\n".join(f"{script.get('src') or ''} {script.text or ''}" for script in scripts if few)[:MARKUP]
    return Facts(
        lines=tuple(folded(line.text) for line in lines if few),
        words=sum(line.words for line in lines),
        own=own,
        prose=sum(line.words for line in lines if is_prose(line.text, words=line.words, linked=line.linked)),
        title=folded(parts["title"][0].text or "") if parts["title"] else "",
        headings=tuple(folded(line.text) for line in lines if few and line.element.tag in ("h1", "h2")),
        aside=tuple(folded(part.text_content()) for part in parts["noscript"] if few and _is_outermost(part)),
        markup=markup.lower(),
        scripts=len(scripts),
        images=len(parts["img"]) + len(parts["picture"]),
        refresh=_refresh(parts["meta"]),
        moves=MOVES.search(markup) is not None,
        password=any(_asks(field) for field in parts["input"]),
        hollow=_hollow(root) if own < FEW else False,
        shut=any(SHUT.search(script.text or "") for script in scripts),
    )


def facts_of_markdown(markdown: str) -> Facts:
    """The facts of a page of which only somebody's Markdown is left: its lines and their links. Here too a page with more
    than `MOST` words outside links has no phrases."""
    images = len(IMAGE.findall(markdown))
    text = IMAGE.sub("", markdown)
    for _ in range(3 if "](" in text else 0):  # a link around a link's brackets
        text = LINK.sub("\x01\\1\x02", text)
    lines: list[tuple[str, int, int]] = []
    linked, headings = False, []
    for raw in text.split("\n"):
        inside = 0
        marked = "\x01" in raw or "\x02" in raw  # else all of it is in the link that is open, or none
        for piece in re.split("([\x01\x02])", raw) if marked else (raw,):
            if piece in ("\x01", "\x02"):
                linked = piece == "\x01"
            elif linked:
                inside += count_words(piece)
        plain = _plain(re.sub("[\x01\x02]", "", raw) if marked else raw)
        if plain:
            lines.append((plain, count_words(plain), inside))
            if "#" in raw and re.match(r"\s*(?:>\s*)*#{1,2}\s", raw):
                headings.append(folded(plain))
    own = _own(lines)
    return Facts(
        lines=tuple(folded(line) for line, _, _ in lines if own <= MOST),
        words=sum(words for _, words, _ in lines),
        own=own,
        prose=sum(words for line, words, within in lines if is_prose(line, words=words, linked=within)),
        headings=tuple(headings),
        images=images,
    )


def _plain(line: str) -> str:
    """A line of Markdown without its marks: most have none."""
    bare = line.strip()
    if WITHIN.isdisjoint(bare) and bare[:1] not in BEGINNING:
        return bare
    return MARKS.sub("", line).strip()


def _own(lines: Iterable[tuple[str, int, int]]) -> int:
    return sum(max(words - within, 0) for _, words, within in lines)


def _is_outermost(noscript: HtmlElement) -> bool:
    """Whether it is in no other, which says what it says: a thousand in one another take the square of that."""
    return next(noscript.iterancestors("noscript"), None) is None


def _asks(field: HtmlElement) -> bool:
    """Whether it is a field for a password that is on show: forums keep a hidden one on every page."""
    if (field.get("type") or "").lower() != "password":
        return False
    return not any(HIDDEN.search(e.get("style") or "") or e.get("hidden") is not None for e in field.iterancestors())


def _hollow(root: HtmlElement) -> bool:
    """Whether the element that React, Vue and their like draw into holds no text."""
    for element in root.iter("div", "main", "section", "app-root"):
        name = (element.get("id") or str(element.tag)).lower()
        if name in ROOTS:
            return not "".join(
                element.itertext("div", "p", "span", "a", "li", "h1", "h2", "h3", "main", "section")
            ).strip()
    return False


def _refresh(metas: Iterable[HtmlElement]) -> str | None:
    for meta in metas:
        if (meta.get("http-equiv") or "").strip().lower() == "refresh":
            match = REFRESH.match(meta.get("content") or "")
            if match:
                return match[1]
    return None
