"""The keys by which tools for web archives sort addresses: `com,example)/a?b=1`.

Sort-friendly, so that a host's pages stand together, and blind to what rarely tells two pages apart:
letter case, `www.`, default ports, session ids, the order of parameters.
"""

from __future__ import annotations

import re
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

__all__ = ["surt"]

KEPT = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"  # every other character stands as %XX
WWW = re.compile(r"^www\d*\.")
SESSIONS = tuple(
    re.compile(rf"^(.*?)(?:{name})(?:&(.*))?$", re.IGNORECASE)
    for name in (
        r"jsessionid=[0-9a-z]{32}",
        r"phpsessid=[0-9a-z]{32}",
        r"sid=[0-9a-z]{32}",
        r"aspsessionid[a-z]{8}=[a-z]{24}",
        r"cfid=[^&]+&cftoken=[^&]+",
    )
)
PORTS = {"http": 80, "https": 443}


def surt(url: str) -> str:
    """The key of an http or https address."""
    parts = urlsplit(url)
    host = WWW.sub("", _ascii((parts.hostname or "").strip(".")))
    port = f":{parts.port}" if parts.port and parts.port != PORTS.get(parts.scheme) else ""
    query = _query(parts.query)
    return f"{','.join(reversed(host.split('.')))}{port}){_path(parts.path)}{'?' + query if query else ''}"


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


def _path(path: str) -> str:
    kept: list[str] = []
    pieces = _unescaped(path).split(b"/")[1:]
    for piece in (piece.decode("latin-1") for piece in pieces):
        if piece == "..":
            kept = kept[:-1] if kept else [piece]
        elif piece != ".":
            kept.append(piece)
    joined = "/".join([piece for piece in kept[:-1] if piece] + kept[-1:])
    return ("/" + _escaped(joined.encode("latin-1")).lower()).rstrip("/") or "/"


def _query(query: str) -> str:
    text = _escaped(_unescaped(query))
    for session in SESSIONS:
        if found := session.match(text):
            text = found[1] + (found[2] or "")
    arguments = sorted(tuple(argument.split("=", 1)) for argument in text.lower().split("&"))
    return "&".join("=".join(argument) for argument in arguments)


def _unescaped(text: str) -> bytes:
    """%XX undone until nothing changes."""
    data = text.encode()
    while (plain := unquote_to_bytes(data)) != data:
        data = plain
    return data


def _escaped(data: bytes) -> str:
    return quote_from_bytes(data, safe=KEPT)
