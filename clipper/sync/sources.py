"""What an address that is to be watched turns out to be: a feed, a list of feeds, a site map, a page."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qsl, urlsplit

from clipper import decode, feeds, urls
from clipper.errors import FeedError, FetchError, FileError, RefusedError
from clipper.models import Source
from clipper.sync.moves import moved_to

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.models import Capture
    from clipper.pipeline import Fetches

__all__ = ["As", "Found", "add", "looks_private", "opml", "usual_port"]

log = logging.getLogger(__name__)

As = Literal["feed", "sitemap", "page"]
# Parameters and path segments that let in whoever has the address.
SECRETS = re.compile(
    r"^(?:.*[_-])?(?:token|key|auth|secret|sig|signature|pass(?:word|wd)?|apikey|access|session|hash)$", re.I
)
RANDOM = re.compile(r"^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_-]{24,}$")  # a path segment that nobody would type
TRIED = 3  # feeds of a page that are looked at


@dataclass(frozen=True, slots=True)
class Found:
    """What is watched now, and what a person should hear of it."""

    source: Source
    remarks: tuple[str, ...] = ()
    new: bool = True


@dataclass(frozen=True, slots=True)
class _Looked:
    """One thing to watch."""

    url: str
    kind: str
    title: str | None = None
    site_url: str | None = None
    folder: tuple[str, ...] = ()
    private: bool = False
    remarks: tuple[str, ...] = field(default=())


def add(
    address: str,
    *,
    archive: Archive,
    fetcher: Fetches,
    tags: tuple[str, ...] = (),
    kind: As | None = None,
    private: bool = False,
) -> Iterator[Found]:
    """Watch what the address or file turns out to be; `kind` says what it has to be.

    A page is watched as a page, unless it is the home page of a feed that it names: then the feed
    is. A file is an OPML list. Raises the errors of the fetch, and `FeedError` for what is not `kind`.
    """
    for one in _looked(address, fetcher, kind):
        known = archive.watched.find(one.url)
        source = archive.watch(one.url, kind=one.kind, title=one.title, tags=tags)
        hidden = private or one.private or looks_private(one.url)
        archive.watched.describe(source, site_url=one.site_url, folder=one.folder, private=hidden)
        remarks = one.remarks
        if hidden and not (private or one.private):
            remarks += ("its address looks like a secret: it is private, and not exported by default",)
        again = archive.watched.find(one.url)
        assert again is not None
        yield Found(again, remarks, new=known is None)


def opml(sources: list[Source], *, private: bool = False) -> tuple[str, int]:
    """The feeds among the sources as an OPML list, and how many private ones were left out."""
    wanted = [source for source in sources if source.kind == "feed"]
    chosen = [source for source in wanted if private or not source.private]
    listed = [
        feeds.Subscription(source.url, source.title, source.site_url, source.folder or source.tags[:1])
        for source in chosen
    ]
    return feeds.write_opml(listed, title="clipper"), len(wanted) - len(chosen)


def looks_private(url: str) -> bool:
    """Whether whoever has this address may have been let in by it."""
    parts = urlsplit(url)
    named = (SECRETS.match(name) and len(value) >= 8 for name, value in parse_qsl(parts.query))
    return any(named) or any(RANDOM.match(segment) for segment in parts.path.split("/"))


def usual_port(url: str, feed: str) -> bool:
    """Whether a feed may send us to that port: any of its own host, elsewhere 80 and 443 alone."""
    there = urls.check(url)
    return urls.host_of(there) == urls.host_of(feed) or urlsplit(there).port in (None, 80, 443)


def _looked(address: str, fetcher: Fetches, kind: As | None) -> Iterator[_Looked]:
    file = Path(address)
    if "://" not in address and file.suffix.lower() in (".opml", ".xml") and (file.is_file() or _is_path(address)):
        yield from _file(file)
        return
    asked = urls.check(address)
    capture = fetcher.fetch(asked, kind="page" if kind == "page" else "feed")
    login = asked != urls.without_credentials(asked)
    for one in _what(capture, fetcher, kind):
        if login and one.url in (capture.url, moved_to(capture)):
            said = "its password is not stored: put it into the headers of its host in the configuration"
            one = _Looked(one.url, one.kind, one.title, one.site_url, one.folder, True, (*one.remarks, said))
        yield one


def _is_path(address: str) -> bool:
    """Whether an address without a scheme cannot be meant for one: `./x`, `/x`, `~/x`, or no dot before the slash."""
    head = address.partition("/")[0]
    return address.startswith(("/", "./", "../", "~")) or "." not in head or head == address


def _file(file: Path) -> Iterator[_Looked]:
    try:
        body = file.read_bytes()
    except OSError as error:
        raise FileError(f"cannot read {file}: {error.strerror}") from error
    try:
        yield from _list(body)
    except FeedError as error:
        raise FeedError(f"{file} is {error}") from error


def _list(body: bytes) -> Iterator[_Looked]:
    found = feeds.read_opml(body)
    if not found:
        raise FeedError("a list of feeds (OPML) without any feed in it")
    for one in found:
        plain = urls.without_credentials(one.url)
        yield _Looked(plain, "feed", one.title, one.site_url, one.folder, private=plain != one.url)


def _what(capture: Capture, fetcher: Fetches, wanted: As | None) -> Iterator[_Looked]:
    kind = feeds.kind_of(capture.body, content_type=capture.content_type)
    if wanted is None:
        _check_answer(capture, kind)
    if kind == "opml" and wanted is None:
        yield from _list(capture.body)
    elif wanted == "page" or (wanted is None and kind not in ("feed", "sitemap")):
        yield from _page(capture, fetcher, kind, wanted)
    elif kind == "sitemap" or wanted == "sitemap":
        feeds.read_sitemap(capture.body, url=capture.final_url, content_type=capture.header("content-type"))
        here, said = _now_at(capture)
        yield _Looked(here, "sitemap", remarks=said)
    else:
        feed = feeds.read_feed(capture.body, url=capture.final_url, content_type=capture.header("content-type"))
        here, said = _now_at(capture)
        yield _Looked(here, "feed", feed.title, feed.site_url, remarks=(*said, *_odd(feed)))


def _check_answer(capture: Capture, kind: str) -> None:
    """Raise `FeedError` for an answer that is not what its address or its own word promises."""
    if not capture.body.strip():
        raise FeedError(f"{capture.url}: the server sent nothing; --as page watches it as a page")
    promised = urlsplit(capture.url).path.lower().endswith(".opml") or "opml" in (capture.content_type or "")
    if promised and kind == "page":
        raise FeedError(f"{capture.url} is a web page, and no list of feeds (OPML); --as page watches it as a page")


def _now_at(capture: Capture) -> tuple[str, tuple[str, ...]]:
    """Where a feed or a site map is to be read from now on, and what there is to say of it."""
    there = moved_to(capture)
    return (there, (f"it moved there from {capture.url}",)) if there else (capture.url, ())


def _page(capture: Capture, fetcher: Fetches, kind: str, wanted: As | None) -> Iterator[_Looked]:
    """A page; or the feed that it names, if it is the feed's home page."""
    if kind != "page":
        yield _Looked(capture.url, "page")
        return
    text = decode.decode(capture.body, content_type=capture.header("content-type")).text
    named = feeds.discover(text, capture.final_url)
    if wanted is None:
        for address in named[:TRIED]:
            feed = _readable(address, fetcher)
            if feed is not None and _home(capture, feed):
                said = f"the page {capture.url} names it; `clip watch add --as page` watches the page itself"
                yield _Looked(urls.without_credentials(address), "feed", feed.title, feed.site_url, remarks=(said,))
                return
    said = f"it names the feed {named[0]}, which `clip watch add` would follow" if named else ""
    yield _Looked(capture.url, "page", remarks=(said,) if said else ())


def _readable(address: str, fetcher: Fetches) -> feeds.Feed | None:
    """The feed at an address; None if it cannot be had or is none."""
    try:
        capture = fetcher.fetch(address, kind="feed")
        return feeds.read_feed(capture.body, url=capture.final_url, content_type=capture.header("content-type"))
    except (FetchError, RefusedError, FeedError) as error:
        log.info("%s: %s", address, error)
        return None


def _home(capture: Capture, feed: feeds.Feed) -> bool:
    """Whether a page is where a feed says that it belongs, or the front page of its host."""
    keys = {_key(capture.url), _key(capture.final_url)}
    return urlsplit(capture.final_url).path in ("", "/") or (feed.site_url is not None and _key(feed.site_url) in keys)


def _key(url: str) -> str | None:
    key = urls.key_of(url)
    return key and key.rstrip("/")


def _odd(feed: feeds.Feed) -> tuple[str, ...]:
    return tuple(f"odd: {warning}" for warning in feed.warnings)
