"""What a page says of its article: title, author, site, dates, language, lead, categories, picture.

One walk over the tree (`survey`) notes what everything is chosen from; JSON-LD (`graph`), meta
elements, microdata and the text around the title are weighed against each other (`titles`,
`people`, `moments`, `sites`). No value is better than a wrong one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from clipper import urls
from clipper.extract.metadata.dates import Reader
from clipper.extract.metadata.graph import graph
from clipper.extract.metadata.language import language, order
from clipper.extract.metadata.moments import modified, published
from clipper.extract.metadata.people import author
from clipper.extract.metadata.sites import categories, image, lead, site
from clipper.extract.metadata.survey import survey
from clipper.extract.metadata.titles import chosen, site_names
from clipper.extract.metadata.wechat import wechat
from clipper.extract.steps import Step, steps_of

__all__ = ["Metadata", "metadata"]


@dataclass(frozen=True, slots=True)
class Metadata:
    """As in `Extraction`."""

    title: str | None = None
    author: str | None = None
    site: str | None = None
    published: str | None = None
    modified: str | None = None
    language: str | None = None
    lead: str | None = None
    categories: tuple[str, ...] = ()
    canonical_url: str | None = None
    image: str | None = None


def metadata(
    root: HtmlElement,
    *,
    base: str | None,
    text: str,
    now: datetime,
    url: str | None = None,
    steps: Sequence[Step] | None = None,
) -> Metadata:
    """Read it all.

    `text` is the article's, by which its place on the page is known; `base` is what relative
    addresses start from, `url` the page's own address (by default `base`); `now` (aware) is when
    the page was fetched, for relative dates; `steps` are the page's, if it was walked before.
    """
    page = survey(root, text, steps_of(root) if steps is None else steps)
    linked = graph(page.scripts, page.title)
    canonical = urls.join(base, page.canonical) if page.canonical else None
    address = url or _address(base, canonical)
    names = site_names(page, linked, address)
    title = chosen(page, linked, names)
    page.mark(title.line)
    anchor = title.line if title.line is not None else page.first
    told = language(root, page, linked, text)
    reader = Reader(now, order(root, page, told, address), told)
    changed = modified(page, linked, reader, anchor)
    own = wechat(root, page, address)
    place = own.account if own else site(page, linked, anchor, title.text, address)
    return Metadata(
        title=(own and own.title) or title.text,
        author=own.author if own else author(page, linked, anchor, names),
        site=place,
        published=own.published if own else published(page, linked, anchor, reader, address, changed),
        modified=changed,
        language=told,
        lead=lead(page, linked, anchor, text),
        categories=categories(page, linked, anchor, names, place),
        canonical_url=canonical,
        image=image(page, linked, base),
    )


def _address(base: str | None, canonical: str | None) -> str | None:
    """The page's address by its base, unless that is a site's root as `<base>` elements have it."""
    if base and urlsplit(base).path.strip("/"):
        return base
    return canonical or base
