"""What a line or a container is called, so that the next page's is known again."""

from __future__ import annotations

import re
from functools import cached_property
from hashlib import sha256

from lxml.html import HtmlElement

from clipper.extract.blocks import Line
from clipper.extract.facts import is_prose
from clipper.extract.page import NO_LETTER_BYTES as ANY_NO_LETTER_BYTES
from clipper.extract.page import squeezed

__all__ = ["Names", "container", "is_credit", "label", "letters_in", "matching", "parts", "prose"]

VERBATIM = frozenset(("pre", "code"))  # in which numbers are not counters
NO_LETTER = re.compile(r"[^\w\n]")  # one at a time, as in `page`
# Of what `squeezed` takes away all but what is between lines.
NO_LETTER_BYTES = ANY_NO_LETTER_BYTES.replace(b"\n", b"")
NO_LETTERS = dict.fromkeys(NO_LETTER_BYTES)
NUMBER = re.compile(r"\d+")
ADDRESS = re.compile(r"https?://[!-~]+")
LABEL = re.compile(r"\W{0,3}(\w[^:：]{0,19}?)\s*[:：]\s*\S")  # `Posted by: …`, 责任编辑：…
CREDIT = re.compile(  # a label that names people or places, and tells nothing of the subject
    r"作者|[编編][辑輯审審]|来源|來源|出处|责编|原标题|标签|关键词|\b(?:by|authors?|editors?|source|posted|filed|tags?|tagged|categor|via)\b",
    re.I,
)
LABELLED = 60  # characters of a line that a label begins
PART = 6  # letters of what is left of a line without its addresses
LEVELS = 3  # elements that name a container


def prose(line: Line) -> bool:
    """Whether a line is somebody's sentence."""
    return is_prose(line.text, words=line.words, linked=line.linked)


def letters_in(text: str) -> list[str]:
    """Of each line of a text what `squeezed` leaves of it."""
    if text.isascii():
        return text.translate(NO_LETTERS).split("\n")
    rest = text.encode("utf-8", "surrogatepass").translate(None, NO_LETTER_BYTES)
    return NO_LETTER.sub("", rest.decode("utf-8", "surrogatepass")).split("\n")


class Names:
    """What the lines of a page are called, worked out once for all who ask."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines

    @cached_property
    def letters(self) -> list[str]:
        """Of each line what `squeezed` leaves of it, at a fifth of the price for all of them at once."""
        return letters_in("\n".join(line.text for line in self.lines)) if self.lines else []

    @cached_property
    def digests(self) -> list[str]:
        """The lines' names: their letters, without numbers and addresses: counters, dates and sources change.

        "" for one without letters: a view count would be the same line as any table's cell.
        """
        pairs = zip(self.lines, self.letters, strict=True)
        return [_digest(line, own) if own and not own.isdecimal() else "" for line, own in pairs]


def _digest(line: Line, letters: str) -> str:
    lower = line.text.lower() if "http" in letters or "HTTP" in letters else ""
    letters = squeezed(ADDRESS.sub("@", lower)) if "://" in lower else letters.lower()
    # A sentence with other numbers is another sentence.
    if not letters.isalpha() and not prose(line) and line.element.tag not in VERBATIM:
        letters = NUMBER.sub("0", letters)
    return _name(letters) if letters else ""


def _name(letters: str) -> str:
    return sha256(letters.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def label(line: Line) -> tuple[str, str] | None:
    """The name of a line's label, and the label: `Posted by: …` is on every page, with another name."""
    text = line.text
    if len(text) > LABELLED or not (":" in text or "：" in text):
        return None
    if not (found := LABEL.match(text)) or prose(line):
        return None
    return _name(f"{squeezed(found[1].lower())}:"), f"{found[1]}: …"


def parts(line: Line) -> list[str]:
    """The names of what stands around the addresses in a line."""
    if "http" not in line.text.lower():
        return []
    around_them = (squeezed(part) for part in ADDRESS.split(line.text.lower()))
    return [_name(part) for part in around_them if len(part) >= PART]


def is_credit(line: Line) -> bool:
    """Whether a labelled line tells who made the article, and nothing of its subject."""
    return CREDIT.search(line.text) is not None


def _step(element: HtmlElement) -> str:
    """`div#main.article.wide`, numbers aside: what an element is called on the next page too."""
    name = str(element.tag)
    if identity := element.get("id"):
        name += "#" + NUMBER.sub("0", identity.strip())
    return name + "".join("." + NUMBER.sub("0", word) for word in sorted((element.get("class") or "").split()))


def container(element: HtmlElement) -> str | None:
    """The name of a container, by itself and what it stands in; None where nothing names it."""
    steps = [_step(above) for above in (element, *element.iterancestors()) if isinstance(above.tag, str)][:LEVELS]
    named = any("." in step or "#" in step or step in ("article", "main") for step in steps[:1])
    return " < ".join(steps) if named else None


def matching(root: HtmlElement, path: str) -> list[HtmlElement]:
    """The elements of that name."""
    tag = re.split(r"[#.\s]", path, maxsplit=1)[0]
    return [element for element in root.iter(tag) if container(element) == path]
