"""Cookies of one run: the user's file, and what servers set on the way. Never stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from clipper.errors import FileError

if TYPE_CHECKING:
    from http.cookiejar import CookieJar

__all__ = ["Cookies"]

MOST_PENDING = 200  # Set-Cookie lines; a server that sends more is not obeyed
LONGEST = 4096 + 1024  # bytes of one line: RFC 6265, 6.1, and its attributes


class Cookies:
    """A jar that costs nothing until a cookie is needed: `http.cookiejar` takes 25 ms to import."""

    def __init__(self, file: Path | None) -> None:
        self._file = _load(file) if file else None
        # Cookies know no ports (RFC 6265, 8.5), origins do: one jar for 80 and 443, one for each
        # other port.
        self._jars: dict[int | None, CookieJar] = {}
        self._pending: list[tuple[str, str]] = []

    def keep(self, url: str, line: str) -> None:
        """Remember a Set-Cookie line of this address."""
        if len(line) <= LONGEST and len(self._pending) < MOST_PENDING:
            self._pending.append((url, line))

    def header(self, url: str) -> str | None:
        """The Cookie header for this address."""
        if self._pending:
            self._take_in()
        port = _port(url)
        jars = [jar for jar in (self._file, self._jars.get(port)) if jar is not None]
        found = [value for jar in jars if (value := _cookies(jar, url))]
        return "; ".join(found) or None

    def _take_in(self) -> None:
        from email.message import Message
        from http.cookiejar import CookieJar, DefaultCookiePolicy
        from urllib.request import Request

        for url, line in self._pending:
            jar = self._jars.setdefault(_port(url), CookieJar(DefaultCookiePolicy(strict_domain=True)))
            message = Message()
            message["Set-Cookie"] = line
            jar.extract_cookies(_Answer(message), Request(url))  # type: ignore[arg-type]
        self._pending.clear()


class _Answer:
    """What `http.cookiejar` wants to see of an answer."""

    def __init__(self, message: object) -> None:
        self._message = message

    def info(self) -> object:
        return self._message


def _cookies(jar: CookieJar, url: str) -> str | None:
    from urllib.request import Request

    request = Request(url)
    jar.add_cookie_header(request)
    return request.get_header("Cookie")


def _load(file: Path) -> CookieJar:
    from http.cookiejar import LoadError, MozillaCookieJar

    jar = MozillaCookieJar(str(file))
    try:
        jar.load(ignore_discard=True, ignore_expires=True)
    except (OSError, LoadError, UnicodeDecodeError) as error:
        raise FileError(f"{file} is no cookie file ({error}); export one in Netscape's format") from error
    for cookie in jar:
        if cookie.expires == 0:  # how browsers' add-ons write a cookie of the session
            cookie.expires = None
    return jar


def _port(url: str) -> int | None:
    port = urlsplit(url).port
    return None if port in (80, 443) else port
