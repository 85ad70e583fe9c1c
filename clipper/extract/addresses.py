"""Addresses as they may stand in a rendering: absolute; http, https or mailto; safely spelt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_HOST = re.compile(r"(https?)://([^/?#\\]*)", re.I)
_JUNK = re.compile("[\x00-\x1f\x7f-\x9f]")
_ENCODE = {
    char: "".join(f"%{byte:02X}" for byte in char.encode())
    for char in ' <>"\\`|{}^\u00a0\u3000\u2028\u2029\u200b\ufeff\u202d\u202e'
}
_UNSAFE = str.maketrans(_ENCODE)
_PARENTHESES = str.maketrans({"(": "%28", ")": "%29"})
_BALANCED = re.compile(r"[^()]*(?:\([^()]*\)[^()]*)*")  # one level, as in Kiwi_(people)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Resolves what a page writes in `href` and `src` against its base (None: no base is known)."""

    base: str | None

    def link(self, value: str | None) -> str | None:
        """An http, https or mailto address; None for every other."""
        return self._absolute(value, ("http", "https", "mailto"))

    def resource(self, value: str | None) -> str | None:
        """An http or https address; None for every other, `data:` among them."""
        return self._absolute(value, ("http", "https"))

    def _absolute(self, value: str | None, schemes: tuple[str, ...]) -> str | None:
        if not value or not (value := _JUNK.sub("", value).strip()):
            return None
        if not (match := _SCHEME.match(value)) or match[0][:-1].lower() not in schemes:
            if match and ("/" not in match[0] and not match[0][:-1].count(".")):
                return None
            value = self._joined(value)
        elif value[match.end() : match.end() + 2] != "//" and match[0].lower() != "mailto:":
            value = self._joined(value)  # "http:page.html" is relative, as browsers have it
        return _checked(value, schemes)

    def _joined(self, value: str) -> str:
        try:
            return urljoin(self.base or "", value)
        except ValueError:  # "http://[": not an address
            return ""


def _checked(value: str, schemes: tuple[str, ...]) -> str | None:
    scheme, _, rest = value.partition(":")
    if scheme.lower() not in schemes or not rest.strip("/"):
        return None
    if "[" in value and not _splits(value):
        return None
    value = _spelt(value).translate(_UNSAFE)
    # Markdown reads balanced parentheses as part of an address; others would end it.
    balanced = _BALANCED.fullmatch(value)
    return value if balanced else value.translate(_PARENTHESES)


def _spelt(value: str) -> str:
    """Scheme and host in small letters and a path after them, as every browser has it."""
    match = _HOST.match(value)
    if not match:
        return value
    user, at, host = match[2].rpartition("@")
    rest = value[match.end() :]
    slash = "" if rest.startswith("/") else "/"
    return f"{match[1].lower()}://{user}{at}{host.lower()}{slash}{rest}"


def _splits(value: str) -> bool:
    try:
        return bool(urlsplit(value))
    except ValueError:  # a bracket in the host that is no IPv6 address
        return False


def base_of(tree: HtmlElement, url: str | None) -> str | None:
    """What relative addresses of the page at `url` start from: its `<base href>`, or `url`."""
    for element in tree.iter("base"):
        if href := (element.get("href") or "").strip():
            try:
                joined = urljoin(url or "", href)
                scheme = urlsplit(joined).scheme
            except ValueError:
                return url
            return joined if scheme in ("http", "https") else url
    return url
