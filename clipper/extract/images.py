"""Which file an image really is, whatever a page does to load it late."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml.html import HtmlElement

from clipper.extract.addresses import Addresses
from clipper.extract.inline import flat

# Scripts that load images late keep the address in one of these; the first has the best picture.
LAZY = (
    "data-original",
    "data-actualsrc",  # zhihu
    "data-src",  # WeChat and most others
    "data-lazy-src",
    "data-lazy",
    "data-lazyload",
    "data-echo",
    "data-original-src",
    "data-ks-lazyload",
    "data-croporisrc",  # WeChat
    "original",
    "_src",
    "real_src",  # Sina
    "data-url",
    "zoomfile",  # Discuz
    "file",
    "data-full-src",
    "data-large-file",
    "data-orig-file",  # WordPress
)
SETS = ("data-srcset", "data-lazy-srcset", "srcset", "data-original-set")
_PLACEHOLDER = re.compile(
    r"^(?:data:|about:)|(?:^|[/_.-])(?:blank|spacer|placeholder|place_?holder|loading|lazy(?:load)?"
    r"|gr[ae]y|transparent|pixel|1x1|px|clear|empty|default_?img|dot|s)\.(?:gif|png|jpe?g|svg|webp)"
    r"|/placeholder|lazy-?load",
    re.I,
)
_CANDIDATE = re.compile(r"(\S*[^,\s])(?:\s+([\d.]+)([wxh]))?\s*(?:,|$)")
_IMAGE_NAME = re.compile(r"^(?:https?:|/|\.)|\.(?:jpe?g|png|gif|webp|avif|svg|bmp)\b", re.I)
_EMOJI = re.compile(r"\b(?:emoji|wp-smiley)\b")


def source(image: HtmlElement, addresses: Addresses) -> str | None:
    """The absolute address of the picture that an `<img>` or `<amp-img>` stands for.

    A real `src` wins unless it is a placeholder or a late-loading attribute says that it is; then
    those attributes, the best candidate of `srcset`, and the `<source>`s of a `<picture>` follow.
    """
    src = image.get("src") or ""
    real = bool(src) and not _PLACEHOLDER.search(src)
    lazy = [value for name in LAZY if (value := image.get(name)) and _IMAGE_NAME.search(value)]
    if lazy and (not real or _loads_late(image)):
        return addresses.resource(lazy[0]) or addresses.resource(src)
    if real and (address := addresses.resource(src)):
        return address
    for value in _sets(image):
        if address := addresses.resource(best_candidate(value)):
            return address
    return addresses.resource(src) if real else None


def _loads_late(image: HtmlElement) -> bool:
    return "lazy" in (image.get("class") or "") or "data-src" in image.attrib


def _sets(image: HtmlElement) -> Iterable[str]:
    elements = [image]
    parent = image.getparent()
    while parent is not None and parent.tag == "source":  # libxml2 does not know it as void
        parent = parent.getparent()
    if parent is not None and parent.tag == "picture":
        elements.extend(parent.iter("source"))
    for element in elements:
        for name in SETS:
            if value := element.get(name):
                yield value


def best_candidate(srcset: str) -> str | None:
    """The address of the largest picture in a `srcset`."""
    best, largest = None, -1.0
    for match in _CANDIDATE.finditer(srcset[:20_000]):
        try:
            size = float(match[2] or 1)
        except ValueError:
            size = 1.0
        if size > largest and not match[1].startswith("data:"):
            best, largest = match[1], size
    return best


def is_pixel(image: HtmlElement) -> bool:
    """Whether it is there to count readers: at most 1 × 1."""
    sizes = (image.get("width"), image.get("height"))
    return all(size is not None and size.strip().removesuffix("px") in ("0", "1") for size in sizes)


def words(image: HtmlElement) -> tuple[str, str]:
    """Its alt text and its title; the title is empty if it adds nothing."""
    alt, title = (flat(image.get(name) or "") for name in ("alt", "title"))
    alt = "" if alt in ("null", "undefined") else alt
    return (alt or title), (title if alt and title != alt else "")


def emoji(image: HtmlElement) -> str | None:
    """The character that a picture was put in place of, as WordPress does with emoji."""
    alt = image.get("alt") or ""
    if alt and not alt.isascii() and len(alt) <= 12 and _EMOJI.search(image.get("class") or ""):
        return alt
    return None
