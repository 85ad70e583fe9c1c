"""Which language the article is in: by its script, its small words, and what the page says."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from clipper.extract.metadata.dates import Order
from clipper.extract.metadata.graph import Graph, string
from clipper.extract.metadata.survey import Survey
from clipper.extract.patterns import compiled

__all__ = ["language", "order"]

SAMPLE = 3_000  # characters
SURE = 12  # words that must be a language's small ones to be believed against the page
FOREIGN = re.compile("[\u0590-\u1fff\u3040-\U0010ffff]")  # a letter of another script than Latin, Greek or Cyrillic
WORD = re.compile(r"[^\W\d_]+")
LETTER = re.compile(r"[^\W\d_]")
SCRIPTS = (
    ("ja", "[\u3040-\u30ff]", 0.05),
    ("ko", "[\uac00-\ud7af]", 0.2),
    ("zh", "[\u4e00-\u9fff]", 0.2),
    ("ar", "[\u0600-\u06ff]", 0.4),
    ("he", "[\u0590-\u05ff]", 0.4),
    ("th", "[\u0e00-\u0e7f]", 0.4),
    ("hi", "[\u0900-\u097f]", 0.4),
)
SHARED = frozenset("ar fa ur ps".split())  # languages of the Arabic script: the page says which
DAY_FIRST_DOMAINS = frozenset("uk au nz ie in za sg my pk ng ke gh hk".split())


def language(root: HtmlElement, page: Survey, graph: Graph, text: str) -> str | None:
    """ISO 639-1; None where neither the text nor the page tells."""
    sample = text[:SAMPLE]
    said = _said(root, page, graph)
    letters = len(LETTER.findall(sample)) if FOREIGN.search(sample) else 0
    if letters > 20:
        for code, script, share in SCRIPTS:
            if len(compiled(script).findall(sample)) > share * letters:
                return said if code == "ar" and said in SHARED else code
    told = _by_words(sample)
    if told is None or (said is not None and told[1] < SURE):
        return said if said not in ("zh", "ja", "ko") or len(LETTER.findall(sample)) <= 20 else None
    return told[0]


def order(root: HtmlElement, page: Survey, told: str | None, address: str | None) -> str:
    """How the page writes 3/4/2024: Americans put the month first."""
    if told != "en":
        return Order.DAY_FIRST
    regions = [root.get("lang") or "", *page.said("og:locale", "content-language"), urlsplit(address or "").path[1:6]]
    if any(re.search(r"en[-_](?!us|ph|ca)[a-z]{2}\b", region, re.I) for region in regions):
        return Order.DAY_FIRST
    domain = (urlsplit(address or "").hostname or "").rpartition(".")[2]
    return Order.DAY_FIRST if domain in DAY_FIRST_DOMAINS else Order.MONTH_FIRST


def _said(root: HtmlElement, page: Survey, graph: Graph) -> str | None:
    spoken = (
        root.get("lang"),
        root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        root.get("xml:lang"),
        string(graph.article.get("inLanguage")),
        *page.said("content-language", "og:locale", "language", "dc.language", "dcterms.language", "inlanguage"),
    )
    for value in spoken:
        code = (value or "").strip().lower()
        if re.match(r"[a-z]{2}(?![a-z])", code) and code[:2] != "xx":
            return {"no": "nb"}.get(code[:2], code[:2])
    return None


def _by_words(sample: str) -> tuple[str, int] | None:
    """The language whose small words are most frequent, and how many of them there are."""
    counts: dict[str, int] = {}
    small = _small_words()
    words = Counter(WORD.findall(sample.lower()))
    for word in words.keys() & small.keys():
        for code in small[word]:
            counts[code] = counts.get(code, 0) + words[word]
    ranked = sorted(((count, code) for code, count in counts.items()), reverse=True)
    if not ranked or ranked[0][0] < 5:
        return None
    if len(ranked) > 1 and ranked[1][0] * 10 > ranked[0][0] * 9:
        return None
    return ranked[0][1], ranked[0][0]


@cache
def _small_words() -> dict[str, tuple[str, ...]]:
    data = tomllib.loads((files("clipper.extract.metadata") / "stopwords.toml").read_text("utf-8"))
    found: dict[str, tuple[str, ...]] = {}
    for code, words in data.items():
        for word in words.split():
            found[word] = (*found.get(word, ()), code)
    return found
