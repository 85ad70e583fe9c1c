"""Videos and frames from elsewhere, as a link that a reader can follow."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from clipper.extract.addresses import Addresses
from clipper.extract.document import Kind, Run
from clipper.extract.inline import flat

# Players' addresses as those of the page that shows the same video.
_PLAYERS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"//(?:www\.)?youtube(?:-nocookie)?\.com/(?:embed|v)/([\w-]{11})"),
     "https://www.youtube.com/watch?v={}"),
    (re.compile(r"//player\.vimeo\.com/video/(\d+)"), "https://vimeo.com/{}"),
    (re.compile(r"//player\.bilibili\.com/player\.html.*?[?&]bvid=(BV\w+)"),
     "https://www.bilibili.com/video/{}"),
    (re.compile(r"//player\.youku\.com/embed/([\w=]+)"),
     "https://v.youku.com/v_show/id_{}.html"),
    (re.compile(r"//v\.qq\.com/.*?[?&]vid=(\w+)"), "https://v.qq.com/x/page/{}.html"),
    (re.compile(r"//www\.dailymotion\.com/embed/video/(\w+)"),
     "https://www.dailymotion.com/video/{}"),
)  # fmt: skip
# Frames that show no part of an article: advertisements, counters, buttons, comments, captchas.
_NOISE = re.compile(
    r"doubleclick|googlesyndication|googletagmanager|adservice|amazon-adsystem|/recaptcha|disqus"
    r"|facebook\.com/(?:plugins|v[\d.]+/plugins)/(?:like|share|page|comments)|/widgets/(?:follow|tweet"
    r"_button)|addthis|sharethis|outbrain|taboola|livefyre|\.swf\b|\bads?[./]",
    re.I,
)
_GENERIC = re.compile(r"^$|^[\s\w-]*player$|^(?:youtube|vimeo|video|iframe|embed)$", re.I)


def read(node: HtmlElement, addresses: Addresses) -> Run | None:
    """The run that links to what the element shows; None for noise and for what has no address."""
    url = next((url for value in _sources(node) if (url := addresses.resource(value))), None)
    if url is None or _unseen(node):
        return None
    for pattern, page in _PLAYERS:
        if match := pattern.search(url):
            url = page.format(match[1])
    if _NOISE.search(url):
        return None
    title = flat(node.get("title") or node.get("aria-label") or "")
    label = title if not _GENERIC.match(title) else urlsplit(url).hostname or ""
    return Run(f"▶ {label}", (), Kind.EMBED, url=url)


def _sources(node: HtmlElement) -> list[str]:
    film = node.get("data-videoid")  # of <amp-youtube>
    values = [f"https://www.youtube.com/embed/{film}" if film else None]
    values += [node.get(name) for name in ("data-src", "data-lazy-src", "src", "data")]
    values += [source.get("src") for source in node.iter("source")]
    values += [p.get("value") for p in node.iter("param") if p.get("name") in ("movie", "src")]
    values += [inner.get("src") for inner in node.iter("embed") if inner is not node]
    return [value for value in values if value]


def _unseen(node: HtmlElement) -> bool:
    sizes = (node.get("width"), node.get("height"))
    return any(size is not None and size.removesuffix("px") in ("0", "1") for size in sizes)
