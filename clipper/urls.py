"""Which addresses are one page, and what an address may look like.

`url_key` folds what no server tells apart (letter case of scheme and host, default ports, dot
segments, percent-encoding of plain characters, fragments) and what only counts visitors (tracking
parameters). Everything else is kept: two addresses that may be two pages are two keys.
"""

from __future__ import annotations

import re
from urllib.parse import (
    SplitResult,
    parse_qsl,
    quote,
    urljoin,
    urlsplit,
    urlunsplit,
)

from clipper.errors import InvalidURL

__all__ = ["canonical", "check", "host_of", "join", "site_of", "url_key", "without_credentials"]

# Parameters that name the way a reader came, never the page (the lists of browsers and of the
# readers of feeds agree on these).
TRACKING = frozenset(
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid mc_cid mc_eid yclid twclid ttclid igshid "
    "igsh _hsenc _hsmi __hssc __hstc __hsfp hsctatracking mkt_tok oly_anon_id oly_enc_id "
    "vero_id wickedid _openstat s_cid rb_clickid spm scm share_token sharer_shareid "
    "share_source share_medium share_from bsh_bid _branch_match_id srsltid ref_src ref_url".split()
)
TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "matomo_", "hsa_", "stm_", "sc_campaign")
DEFAULT_PORTS = {"http": 80, "https": 443}
# WeChat names an article by these four; the rest (scene, chksm, sessionid …) is the way there.
WECHAT_HOST = "mp.weixin.qq.com"
WECHAT_IDENTITY = ("__biz", "mid", "idx", "sn")
CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]")
ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
LONGEST = 16_384  # characters; servers take some 8,000
LOGIN = re.compile(r"^\s*([a-zA-Z][a-zA-Z0-9+.-]*:)?//[^/?#]*@")
SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*:")


def check(url: str) -> str:
    """The address as it can be fetched, or `InvalidURL`.

    White space around it is dropped, a missing scheme (`example.com/a`) becomes `https`, a
    fragment goes, characters outside ASCII are percent-encoded. Credentials are kept.
    """
    text = url.strip()
    if not text:
        raise InvalidURL(url, "it is empty")
    if len(text) > LONGEST:
        raise InvalidURL(url[:100], f"it is longer than {LONGEST:,} characters")
    if CONTROL.search(text):
        raise InvalidURL(url, "it has white space or control characters in it")
    if "\\" in text.split("?")[0]:
        raise InvalidURL(url, "it has a backslash in it")
    if _is_bare(text):
        text = "https://" + text.removeprefix("//")
    elif not SCHEME.match(text):
        raise InvalidURL(url, "it has neither http:// nor https:// nor a host name")
    parts = _split(url, text)
    return urlunsplit((parts.scheme, _authority(parts, credentials=True), _path(parts), _query(parts), ""))


def url_key(url: str) -> str:
    """The key of the page that this address leads to: equal keys are one page.

    Two addresses that differ in scheme alone (http, https) have the same key, which is therefore
    written without one: `//www.example.com/a?b=1`. Raises `InvalidURL`.
    """
    parts = _split(url, check(url))
    return urlunsplit(("", _authority(parts), _path(parts), _page_query(parts), ""))


def key_of(url: str) -> str | None:
    """The same key; None for what is no address of a page."""
    try:
        return url_key(url)
    except InvalidURL:
        return None


def canonical(url: str) -> str:
    """The address with tracking parameters, credentials and fragment dropped, scheme kept."""
    parts = _split(url, check(url))
    return urlunsplit((parts.scheme, _authority(parts), _path(parts), _page_query(parts), ""))


def without_credentials(url: str) -> str:
    """The address without user name and password, whatever else is wrong with it."""
    return LOGIN.sub(r"\1//", url)


def host_of(url: str) -> str:
    """The host in lower case, without port."""
    return (urlsplit(url).hostname or "").rstrip(".")


def site_of(url: str) -> str:
    """Whose page it is: the host, with the port where one is named, for ports are other servers."""
    parts = urlsplit(url)
    return f"{host_of(url)}:{parts.port}" if parts.port else host_of(url)


def join(base: str | None, link: str) -> str | None:
    """`link` made absolute; None where it leads to nothing that can be fetched."""
    try:
        joined = urljoin(base or "", link.strip())
        parts = urlsplit(joined)
    except ValueError:
        return None
    return joined if parts.scheme in DEFAULT_PORTS and parts.netloc else None


def _is_bare(text: str) -> bool:
    """Whether it is an address without its scheme: `example.com/a`, `localhost:8000`, `//example.com`."""
    if text.startswith("//"):
        return True
    host = re.split("[/:?#@]", text, maxsplit=1)[0]
    after = text[len(host) :]
    named = host == "localhost" or "." in host[1:-1]
    return named and (after[:1] in ("", "/", "?", "#") or bool(re.match(r":\d", after)))


def _split(given: str, text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        # The error may quote a password that has a slash in it.
        raise InvalidURL(given, "its host or port is malformed" if "@" in text else str(error).lower()) from error
    if parts.scheme not in DEFAULT_PORTS:
        raise InvalidURL(given, f"only http and https can be fetched, not {parts.scheme!r}")
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise InvalidURL(given, "it names no host")
    if port == 0 or re.search(r"[\s<>\"^`{|}%]", host):
        raise InvalidURL(given, "its host or port is malformed")
    return parts


def _authority(parts: SplitResult, *, credentials: bool = False) -> str:
    host = _ascii_host((parts.hostname or "").rstrip("."))
    if ":" in host:
        host = f"[{host}]"
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    login = parts.netloc.rpartition("@")[0]
    return (f"{login}@" if credentials and login else "") + host + port


def _ascii_host(host: str) -> str:
    if host.isascii():
        return host.lower()
    import idna  # httpx's own IDNA library; needed for few addresses

    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise InvalidURL(host, f"its host is no name: {error}") from error


def _path(parts: SplitResult) -> str:
    path = _normal_escapes(quote(parts.path, safe="/%:@!$&'()*+,;=~-._")) or "/"
    return _without_dots(path)


def _query(parts: SplitResult) -> str:
    return _normal_escapes(quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]"))


def _page_query(parts: SplitResult) -> str:
    query = _query(parts)
    if not query:
        return ""
    pairs = [pair for pair in query.split("&") if pair and not _tracks(pair)]
    if (parts.hostname or "") == WECHAT_HOST:
        pairs = _wechat(pairs)
    return "&".join(pairs)


def _tracks(pair: str) -> bool:
    name = pair.partition("=")[0].lower()
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)


def _wechat(pairs: list[str]) -> list[str]:
    found = dict(parse_qsl("&".join(pairs), keep_blank_values=True))
    if not all(name in found for name in ("__biz", "mid", "idx")):
        return pairs
    return [f"{name}={quote(found[name], safe='=')}" for name in WECHAT_IDENTITY[:3]]


def _normal_escapes(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        code = int(match[1], 16)
        return chr(code) if code in UNRESERVED else match[0].upper()

    return ENCODED.sub(one, text)


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4: `/a/./b/../c` is `/a/c`."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept) or "/"
