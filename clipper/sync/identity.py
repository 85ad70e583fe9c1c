"""Which page an answer is: redirects and `<link rel=canonical>` may name one that is here already.

Sites get both wrong: a canonical link to the front page on every article, a redirect of everything
that is gone. So nobody is believed who names a front page, or another site, or a page with another
article.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from clipper import urls
from clipper.archive import article_digest
from clipper.models import Due
from clipper.pipeline import Gathered

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.models import Extraction

__all__ = ["own_names"]

MIRRORS = ("www.", "m.", "mobile.", "wap.", "amp.")


def own_names(due: Due, gathered: Gathered, archive: Archive) -> list[tuple[str, str]]:
    """The other keys under which the answer belongs into the archive: (key, why)."""
    capture, extraction = gathered.capture, gathered.extraction
    if capture is None or gathered.error is not None or (extraction is not None and not extraction.verdict.good):
        return []
    names = []
    there = urls.key_of(capture.final_url)
    if there and there != due.url_key and not _front(capture.final_url):
        names.append((there, "redirect"))
    if extraction is None:  # the article is as it was
        return names
    canonical = extraction.canonical_url
    if (
        canonical
        and _believable(canonical, capture.final_url)
        and (key := urls.key_of(canonical))
        and key != due.url_key
    ):
        same = _same(key, extraction, archive)
        if same is False:
            archive.agenda.drop_alias(key)  # two articles name it: it is the canonical address of neither
        elif key not in dict(names):
            names.append((key, "canonical"))
    names += [(key, "canonical") for key in _twins(due, extraction, capture.final_url, {due.url_key, there}, archive)]
    return names


def _twins(due: Due, extraction: Extraction, final_url: str, own: set[str | None], archive: Archive) -> list[str]:
    """The pages that have this text and named this address (`own` are its keys), or the same one as this page does."""
    if due.versions or not (found := archive.agenda.twins(extraction, url=final_url)):
        return []
    own = {*own, urls.key_of(extraction.canonical_url or "")}
    return [key for key, canonical in found if key != due.url_key and urls.key_of(canonical) in own]


def _same(key: str, extraction: Extraction, archive: Archive) -> bool | None:
    digest = article_digest(extraction.title, extraction.text)
    return archive.agenda.same_article(key, digest, title=extraction.title, words=extraction.words)


def _believable(canonical: str, final_url: str) -> bool:
    """Whether a page may name that address as its own: of the same site, and no front page."""
    return _site(canonical) == _site(final_url) and not (_front(canonical) and not _front(final_url))


def _site(url: str) -> str:
    host = urls.host_of(url)
    for mirror in MIRRORS:
        host = host.removeprefix(mirror)
    return host


def _front(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query
