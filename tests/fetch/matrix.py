"""The fault matrix: what a server may do, and what clipper makes of it.

`python -m tests.fetch.matrix` prints it as docs/faults.md.
"""

from __future__ import annotations

import gzip
import socket
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from clipper.errors import (
    BodyTooLarge,
    ClipperError,
    DeadlineExceeded,
    FetchError,
    ProtocolError,
    RefusedError,
    StatusError,
)
from clipper.models import Completeness
from tests.fetch.behaviours import chunks, close_at_once, endless, flood, resetting, silent, status, then
from tests.fetch.server import Behaviour, answering, page, routed

LIMIT = 100_000  # bytes, in every row
RETRIES = 1  # so a fault that is tried again is seen twice
MEGABYTES = 64  # of memory, over what the process had, at a limit of 20 MB
HEAD = b"HTTP/1.1 200 OK\r\n"
TEXT = b"<h1>The pump house</h1>" + b"<p>The pressure held, and nobody was called out.</p>" * 20
ZIPPED = gzip.compress(TEXT)
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

COMPLETE, TRUNCATED, UNKNOWN = Completeness.COMPLETE, Completeness.TRUNCATED, Completeness.UNKNOWN
Resolve = Callable[[], list[str]]


def zeroes(inflater: zlib._Compress, megabytes: int = 50) -> bytes:
    megabyte = bytes(1 << 20)
    return b"".join(inflater.compress(megabyte) for _ in range(megabytes)) + inflater.flush()


def zlib_bomb() -> bytes:
    return zeroes(zlib.compressobj(9))


BOMB = zeroes(zlib.compressobj(9, zlib.DEFLATED, 31))


@dataclass(frozen=True, slots=True)
class Row:
    """A behaviour, and all that is promised of it."""

    name: str
    behaviour: Behaviour
    end: Completeness | type[ClipperError]
    requests: int = 1
    says: str = ""  # in the error, or in the reason for `truncated`
    tries: int = 0  # where it is not the number of requests
    article: bool = True  # whether a page that came has one
    place: str = "http://127.0.0.1:{port}/"
    resolve: Resolve = field(default=lambda: ["127.0.0.1"])  # what the name leads to
    certificate: str = ""
    trusted: bool = True  # whether the CA of the tests is
    robots: bool = False  # whether robots.txt is obeyed
    stalls: bool = False  # though it ends otherwise than by the deadline

    @property
    def attempts(self) -> int:
        return self.tries or min(max(self.requests, 1), RETRIES + 1)

    @property
    def slow(self) -> bool:
        """Whether the try's whole time passes; everything else is known at once."""
        return self.stalls or self.end is DeadlineExceeded

    @property
    def exit_code(self) -> int:
        """Of `clip URL`; a cut page is evidence, and no article (6)."""
        if isinstance(self.end, Completeness):
            return 0 if self.end is not TRUNCATED and self.article else 6
        return self.end.exit_code

    @property
    def check(self) -> str:
        """The outcome of the check that the archive files."""
        return {0: "new", 6: "unusable", 7: "refused"}.get(self.exit_code, "failed")


def cannot_resolve(code: int) -> Resolve:
    def resolve() -> list[str]:
        raise socket.gaierror(code, "no such name")

    return resolve


def stalls() -> list[str]:
    """Longer than any try of the tests."""
    import threading

    threading.Event().wait(30)
    return ["127.0.0.1"]


def then_endless() -> Behaviour:
    """A redirect that says that it is empty, with chunks for ever; then a page."""
    away = flood(
        b"HTTP/1.1 302 Found\r\nLocation: /in\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n", chunks(b"x")
    )
    return lambda talk: away(talk) if talk.number == 0 else answering(page(TEXT))(talk)


def robots(answer: bytes) -> Behaviour:
    return routed({"/robots.txt": answer, "/": page(TEXT, "Content-Type: text/html")})


GOOD = "https://good.test:{port}/"

# fmt: off
SLOW = [
    Row("accepts, and never answers", silent(), DeadlineExceeded, 2, "headers"),
    Row("drips the status line", endless(b"", b"H"), DeadlineExceeded, 2, "headers"),
    Row("drips headers for ever", endless(HEAD, b"X-A: b\r\n"), DeadlineExceeded, 2, "headers"),
    Row("stops in the headers", silent(HEAD + b"Content-"), DeadlineExceeded, 2, "headers"),
    Row("stops before the body", silent(HEAD + b"Content-Length: 9\r\n\r\n"), DeadlineExceeded, 2, "body"),
    Row("stops in the body", silent(page(TEXT)[:-9]), DeadlineExceeded, 2, "body"),
    Row("drips the body, a byte at a time", endless(HEAD + b"Content-Length: 99999\r\n\r\n", b"x"), DeadlineExceeded, 2, "body"),
    Row("drips chunks for ever", endless(CHUNKED, b"1\r\nx\r\n"), DeadlineExceeded, 2, "body"),
    Row("drips a chunk's size line", endless(CHUNKED, b"0"), DeadlineExceeded, 2, "body"),
    Row("drips a body that has no length", endless(HEAD + b"\r\n", b"x"), DeadlineExceeded, 2, "body"),
    Row("drips empty gzip members", endless(HEAD + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"")), DeadlineExceeded, 2, "body"),
    Row("100 Continue, slowly, for ever", endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), DeadlineExceeded, 2, "headers"),
    Row("103 Early Hints, then silence", silent(b"HTTP/1.1 103 Early Hints\r\n\r\n"), DeadlineExceeded, 2),
    Row("drips the body of an error", endless(b"HTTP/1.1 404 Not Found\r\nContent-Length: 99999\r\n\r\n", b"x"), StatusError, 1, "HTTP 404", stalls=True),
    Row("drips the body of a 503", endless(b"HTTP/1.1 503 Busy\r\nContent-Length: 99999\r\n\r\n", b"x"), StatusError, 2, "HTTP 503", stalls=True),
]

CUT = [
    Row("closes without a word", answering(b""), FetchError, 2, "without an answer"),
    Row("resets on connecting", close_at_once, FetchError, 0, "reset", tries=2),
    Row("resets instead of answering", resetting(), FetchError, 2, "reset"),
    Row("closes in the status line", answering(b"HTTP/1.1 20"), FetchError, 2, "middle of the headers"),
    Row("closes in the headers", answering(HEAD + b"Content-Le"), FetchError, 2, "middle of the headers"),
    Row("closes before a promised body", answering(page(TEXT)[: -len(TEXT)]), TRUNCATED, 2, "without sending complete"),
    Row("closes in a promised body", answering(page(TEXT)[:-9]), TRUNCATED, 2, "without sending complete"),
    Row("resets in the body", resetting(page(TEXT)[:-9]), TRUNCATED, 2, "reset"),
    Row("closes in a chunk", answering(CHUNKED + chunks(TEXT)[:-9]), TRUNCATED, 2, "chunked"),
    Row("closes between chunks", answering(CHUNKED + chunks(TEXT)), TRUNCATED, 2, "chunked"),
    Row("closes before the last chunk's end", answering(CHUNKED + chunks(TEXT) + b"0\r\n"), TRUNCATED, 2, "chunked"),
    Row("cuts gzip, and its length agrees", answering(page(ZIPPED[:-9], "Content-Encoding: gzip")), TRUNCATED, 2, "gzip"),
    Row("cuts gzip in its checksum", answering(page(ZIPPED[:-1], "Content-Encoding: gzip")), TRUNCATED, 2, "gzip"),
    Row("cuts gzip in its second member", answering(page(ZIPPED + ZIPPED[:40], "Content-Encoding: gzip")), TRUNCATED, 2, "gzip"),
    Row("cuts gzip that has no length", answering(HEAD + b"Content-Encoding: gzip\r\n\r\n" + ZIPPED[:-9]), TRUNCATED, 2, "gzip"),
    Row("cuts deflate", answering(page(zlib.compress(TEXT)[:-3], "Content-Encoding: deflate")), TRUNCATED, 2, "deflate"),
    Row("cuts gzip within gzip", answering(page(gzip.compress(ZIPPED[:-9]), "Content-Encoding: gzip, gzip")), TRUNCATED, 2, "gzip"),
    Row("ends a body that has no length", answering(HEAD + b"\r\n" + TEXT), UNKNOWN),
    Row("cut once, whole at the second try", then(page(TEXT)[:-9], page(TEXT)), COMPLETE, 2),
    Row("closed once, answered at the second try", then(b"", page(TEXT)), COMPLETE, 2),
    Row("206 to a request for all of it", answering(page(TEXT, status="206 Partial Content")), TRUNCATED, 1, "206"),
]

FRAMING = [
    Row("HTTP/1.0, and closes", answering(b"HTTP/1.0 200 OK\r\n\r\n" + TEXT), UNKNOWN),
    Row("an empty page", answering(page(b"")), COMPLETE, article=False),
    Row("an empty gzip page", answering(page(b"", "Content-Encoding: gzip")), TRUNCATED, 2, "gzip"),
    Row("204 without content", answering(b"HTTP/1.1 204 No Content\r\n\r\n"), COMPLETE, article=False),
    Row("205 without content", answering(b"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"), COMPLETE, article=False),
    Row("the same length twice", answering(page(TEXT, f"Content-Length: {len(TEXT)}")), COMPLETE),
    Row("two lengths that differ", answering(page(TEXT, "Content-Length: 7")), ProtocolError, 1, "Content-Length"),
    Row("a negative length", answering(HEAD + b"Content-Length: -1\r\n\r\nx"), ProtocolError, 1, "Content-Length"),
    Row("a length that is no number", answering(HEAD + b"Content-Length: 1e3\r\n\r\nx"), ProtocolError, 1, "Content-Length"),
    Row("a length of 400 digits", answering(HEAD + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n"), ProtocolError, 1, "Content-Length"),
    Row("chunks and a length", answering(HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(TEXT) + b"0\r\n\r\n"), COMPLETE),
    Row("chunk extensions and trailers", answering(CHUNKED + b"4;a=b\r\nabcd\r\n0\r\nX-T: 1\r\n\r\n"), COMPLETE),
    Row("a chunk size that is no number", answering(CHUNKED + b"xyz\r\nabcd\r\n0\r\n\r\n"), TRUNCATED, 2, "chunk"),
    Row("a negative chunk size", answering(CHUNKED + b"-4\r\nabcd\r\n0\r\n\r\n"), TRUNCATED, 2, "chunk"),
    Row("a chunk longer than its size", answering(CHUNKED + b"2\r\nabcd\r\n0\r\n\r\n"), TRUNCATED, 2),
    Row("a transfer coding that is unknown", answering(HEAD + b"Transfer-Encoding: gzip\r\n\r\n" + ZIPPED), ProtocolError, 1, "Transfer-Encoding"),
    Row("more bytes than its length", answering(page(TEXT) + b"and more"), COMPLETE),
    Row("a second answer behind the first", answering(page(TEXT) + page(b"evil")), COMPLETE),
    Row("103, then the page", answering(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + page(TEXT)), COMPLETE),
    Row("101 that nobody asked for", answering(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), ProtocolError, 1, "breaks HTTP"),
]

GARBAGE = [
    Row("a status line that is none", answering(b"ICY 200 OK\r\n\r\n"), ProtocolError, 1, "does not speak"),
    Row("HTTP/0.9", answering(TEXT), ProtocolError),
    Row("HTTP/2 without asking", answering(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18)), ProtocolError),
    Row("SSH", answering(b"SSH-2.0-OpenSSH_9.6\r\n"), ProtocolError),
    Row("zeroes", answering(bytes(4096)), ProtocolError),
    Row("a status of two digits", answering(b"HTTP/1.1 20 OK\r\n\r\n"), ProtocolError),
    Row("a header without a colon", answering(HEAD + b"nonsense\r\n\r\n"), ProtocolError),
    Row("a NUL in a header", answering(HEAD + b"X: a\x00b\r\n\r\n"), ProtocolError),
    Row("a header of 90,000 spaces and a NUL", answering(HEAD + b"X-A:" + b" " * 90_000 + b"\0\r\n\r\n"), ProtocolError, 1, "control character"),
    Row("a header of 30,000 folds and a NUL", answering(HEAD + b"X-A:\r\n" + b" \r\n" * 30_000 + b" \0\r\n\r\n"), ProtocolError, 1, "control character"),
    Row("such a header behind 103", answering(b"HTTP/1.1 103 Early\r\n\r\n" + HEAD + b"X-A:" + b" " * 90_000 + b"\0\r\n\r\n"), ProtocolError, 1, "control character"),
    Row("such a header behind the chunks", answering(CHUNKED + b"4\r\nabcd\r\n0\r\nX-A:" + b" " * 90_000 + b"\0\r\n\r\n"), TRUNCATED, 2, "white space"),
    Row("headers without end, fast", flood(HEAD, b"X-A: " + b"b" * 1000 + b"\r\n"), ProtocolError, 1),
    Row("one header of a megabyte", answering(HEAD + b"X-A: " + b"b" * 1_000_000), ProtocolError),
    Row("a storm of 100 Continue", flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), ProtocolError, 1, "of headers"),
]

CODINGS = [
    Row("gzip", answering(page(ZIPPED, "Content-Encoding: gzip")), COMPLETE),
    Row("gzip in two members", answering(page(ZIPPED + ZIPPED, "Content-Encoding: gzip")), COMPLETE),
    Row("gzip, and garbage behind it", answering(page(ZIPPED + b"\0\0\0", "Content-Encoding: gzip")), COMPLETE),
    Row("deflate as zlib writes it", answering(page(zlib.compress(TEXT), "Content-Encoding: deflate")), COMPLETE),
    Row("deflate bare", answering(page(zlib.compress(TEXT)[2:-4], "Content-Encoding: deflate")), COMPLETE),
    Row("gzip that is not gzip", answering(page(TEXT, "Content-Encoding: gzip")), ProtocolError, 1, "compression is broken"),
    Row("gzip with a flipped bit", answering(page(ZIPPED[:60] + bytes([ZIPPED[60] ^ 4]) + ZIPPED[61:], "Content-Encoding: gzip")), ProtocolError, 1, "broken"),
    Row("brotli, which was not offered", answering(page(b"\x0b\x02\x80", "Content-Encoding: br")), ProtocolError, 1, "'br'"),
    Row("three codings", answering(page(ZIPPED, "Content-Encoding: gzip, gzip, gzip")), ProtocolError, 1, "3 codings"),
    Row("a body that says it is too large", answering(page(bytes(LIMIT + 1))), BodyTooLarge, 1, "--max-bytes"),
    Row("chunks that grow too large", flood(CHUNKED, chunks(bytes(9000))), BodyTooLarge, 1, "--max-bytes"),
    Row("a gzip bomb", answering(page(BOMB, "Content-Encoding: gzip")), BodyTooLarge, 1, "when decoded"),
    Row("a deflate bomb", answering(page(zlib_bomb(), "Content-Encoding: deflate")), BodyTooLarge),
    Row("a bomb within a bomb", answering(page(gzip.compress(BOMB), "Content-Encoding: gzip, gzip")), BodyTooLarge),
    Row("five thousand gzip members", answering(page(gzip.compress(b"") * 5000, "Content-Encoding: gzip")), ProtocolError, 1, "members"),
    Row("a bomb as an error's body", answering(page(BOMB, "Content-Encoding: gzip", status="404 Not Found")), StatusError),
]

STATUSES = [
    Row("300 without a target", status("300 Multiple Choices"), StatusError),
    Row("304 to no question", answering(b"HTTP/1.1 304 Not Modified\r\n\r\n"), ProtocolError, 2, "304", tries=1),
    Row("400", status("400 Bad Request"), StatusError),
    Row("401", status("401 Unauthorized"), StatusError, 1, "--cookies"),
    Row("403", status("403 Forbidden"), StatusError, 1, "access is denied"),
    Row("404", status("404 Not Found"), StatusError, 1, "no such page"),
    Row("410", status("410 Gone"), StatusError, 1, "gone"),
    Row("408", status("408 Request Timeout"), StatusError, 2, "try again later"),
    Row("416", status("416 Range Not Satisfiable"), StatusError),
    Row("425", status("425 Too Early"), StatusError, 2),
    Row("429", status("429 Too Many Requests"), StatusError, 2, "too many requests"),
    Row("429, and to be asked in a year", status("429 Too Many Requests", "Retry-After: 31536000"), StatusError, 1, "try again later (it says after 31536000 s)"),
    Row("451", status("451 Unavailable For Legal Reasons"), StatusError),
    Row("500", status("500 Internal Server Error"), StatusError, 2, "try again later"),
    Row("501", status("501 Not Implemented"), StatusError),
    Row("503, and to be asked at once", status("503 Service Unavailable", "Retry-After: 0"), StatusError, 2),
    Row("504", status("504 Gateway Timeout"), StatusError, 2),
    Row("999", status("999 Denied"), StatusError, 1, "no page came"),
    Row("503, then the page", then(page(b"", status="503 Service Unavailable"), page(TEXT)), COMPLETE, 2),
]

REDIRECTS = [
    Row("a redirect to itself", status("302 Found", "Location: /"), ProtocolError, 11, "redirects", tries=1),
    Row("a redirect without a target", status("302 Found"), StatusError, 1, "does not say where"),
    Row("a redirect to file:", status("302 Found", "Location: file:///etc/passwd"), RefusedError, 1, "http and https"),
    Row("a redirect to gopher:", status("302 Found", "Location: gopher://127.0.0.1:70/1"), RefusedError),
    Row("a redirect to javascript:", status("302 Found", "Location: javascript:alert(1)"), RefusedError),
    Row("a redirect with a backslash", status("302 Found", "Location: http://a.test\\@127.0.0.1/"), ProtocolError, 1, "backslash"),
    Row("a redirect to a private address", status("302 Found", "Location: http://127.0.0.2/"), RefusedError, 1, "--allow-private"),
    Row("a redirect to cloud metadata", status("302 Found", "Location: http://169.254.169.254/latest/"), RefusedError),
    Row("a redirect to another port", status("302 Found", "Location: http://example.test:6379/"), RefusedError, 1, "port 6379"),
    Row("a redirect with a bomb as body", then(page(BOMB, "Content-Encoding: gzip", "Location: /", status="302 Found"), page(TEXT)), COMPLETE, 2, tries=1),
    Row("a redirect whose body never ends", then(HEAD.replace(b"200 OK", b"302 Found") + b"Location: /\r\n\r\nx", page(TEXT)), COMPLETE, 2, tries=1),
    Row("a redirect with no length and endless chunks", then_endless(), COMPLETE, 2, tries=1),
    Row("a refresh in a sea of white space", answering(page(b'<meta http-equiv="refresh" content="0' + b" " * 15_000 + b"a'b\">", "Content-Type: text/html")), COMPLETE, 2, tries=1, article=False),
    Row("a refresh after comments without end", answering(page(b'<!--' * 3_000 + b'<meta http-equiv="refresh" content="0; url=/in">' + TEXT, "Content-Type: text/html")), COMPLETE, article=False),
    Row("a redirect to 50,000 slashes", status("302 Found", "Location: http://a b@" + "/" * 50_000), ProtocolError),
    Row("a redirect to 25,000 labels", status("302 Found", "Location: http://" + "a." * 25_000), ProtocolError),
    Row("a page that reloads itself", answering(page(b'<meta http-equiv="refresh" content="0; url=/">')), COMPLETE, article=False),
]

NAMES = [
    Row("its name is unknown", close_at_once, FetchError, 0, "unknown host", 1, place="http://name.test/", resolve=cannot_resolve(socket.EAI_NONAME)),
    Row("its name server fails for now", close_at_once, FetchError, 0, "unknown host", 2, place="http://name.test/", resolve=cannot_resolve(socket.EAI_AGAIN)),
    Row("its name server never answers", close_at_once, DeadlineExceeded, 0, "resolve", 2, place="http://name.test/", resolve=stalls),
    Row("its name has no address", close_at_once, FetchError, 0, "no address", 1, place="http://name.test/", resolve=list),
    Row("its name leads to a private address", close_at_once, RefusedError, 0, "--allow-private name.test", 1, place="http://name.test/", resolve=lambda: ["10.0.0.1"]),
    Row("its name leads to a public and a private address", close_at_once, RefusedError, 0, "--allow-private name.test", 1, place="http://name.test/", resolve=lambda: ["93.184.215.14", "::1"]),
    Row("its name is a private address", close_at_once, RefusedError, 0, "--allow-private 192.168.0.1", 1, place="http://192.168.0.1/"),
    Row("nobody listens", close_at_once, FetchError, 0, "refused", 2, place="http://127.0.0.1:1/"),
]

TLS = [
    Row("a good certificate", answering(page(TEXT)), COMPLETE, certificate="good", place=GOOD),
    Row("an expired certificate", answering(b""), FetchError, 0, "expired", 1, certificate="expired", place=GOOD),
    Row("a certificate for another name", answering(b""), FetchError, 0, "wrong.test", 1, certificate="good", place="https://wrong.test:{port}/"),
    Row("a certificate of an unknown issuer", answering(b""), FetchError, 0, "issuer", 1, certificate="good", place=GOOD, trusted=False),
    Row("plain HTTP where TLS is due", lambda talk: talk.say(page(TEXT)), FetchError, 0, "TLS", 1, place=GOOD),
    Row("a handshake that never begins", lambda talk: talk.hold(), DeadlineExceeded, 0, "tls", 2, place=GOOD),
    Row("a handshake in drips", lambda talk: talk.drip(iter(lambda: b"\x16\x03\x03\x40\x00", None)), DeadlineExceeded, 0, "tls", 2, place=GOOD),
    Row("resets in the handshake", lambda talk: talk.socket.recv(9) and talk.reset(), FetchError, 0, "tls", 2, place=GOOD),
    Row("TLS where plain HTTP is due", answering(b""), FetchError, 0, "", 2, certificate="good"),
    Row("a TLS connection that is cut in the body", answering(page(TEXT)[:-9]), TRUNCATED, 2, "without sending complete", certificate="good", place=GOOD),
]

ROBOTS = [
    Row("robots.txt allows it", robots(page(b"User-agent: *\nAllow: /\n")), COMPLETE, 2, tries=1, robots=True),
    Row("robots.txt forbids it", robots(page(b"User-agent: *\nDisallow: /\n")), RefusedError, 1, "--robots ignore", robots=True),
    Row("no robots.txt (404)", robots(page(b"", status="404 Not Found")), COMPLETE, 2, tries=1, robots=True),
    Row("robots.txt is closed (403)", robots(page(b"", status="403 Forbidden")), COMPLETE, 2, tries=1, robots=True),
    Row("robots.txt fails (503)", robots(page(b"", status="503 Busy")), RefusedError, 2, "forbids everything for now", robots=True),
    Row("robots.txt leads in a circle", robots(page(b"", "Location: /robots.txt", status="302 Found")), COMPLETE, 12, tries=1, robots=True),
    Row("robots.txt never comes", silent(), DeadlineExceeded, 1, "robots.txt", robots=True),
]

# fmt: on
GROUPS = {
    "Slow": SLOW,
    "Cut": CUT,
    "Framing": FRAMING,
    "No HTTP": GARBAGE,
    "Codings and sizes": CODINGS,
    "Statuses": STATUSES,
    "Redirects": REDIRECTS,
    "Names and addresses": NAMES,
    "TLS": TLS,
    "robots.txt, where it is obeyed": ROBOTS,
}
ROWS = [row for rows in GROUPS.values() for row in rows]

INTRODUCTION = f"""\
# What servers do, and what clipper makes of it

Made by `python -m tests.fetch.matrix`; a test holds it equal, and each row is a server on 127.0.0.1 that
`tests/fetch/test_fetch_matrix.py` clips a page from. The columns:

- **exit**: the exit code of `clip URL`. **check**: the outcome that `clip history` shows. Only `new` is a version; a body that
  was cut or an error's page is kept with its check as evidence.
- **body**: whether all of it came: `complete`; `truncated`; `unknown`, where the end of the connection was the only sign.
- **tries**: `again` is tried again, up to `--retries` times with a growing random wait in between, or as long as `Retry-After`
  asks. A wait that would outlast the deadline is not begun. `once` would not get better.
- **time**: `--timeout` means that each try lasts as long as it allows (30 s by default, redirects and robots.txt included),
  and all tries and waits together four times that; the test allows one second more. `at once` means within a second.
- **memory**: at most this much over what the process had, with the default limit of 20 MB for a page.

{len(ROWS)} rows.
"""


def table(rows: list[Row]) -> str:
    """Rows in Markdown."""
    lines = [
        "| the server … | exit | check | body | tries | time | memory | error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        body = str(row.end) if isinstance(row.end, Completeness) else ""
        error = "" if isinstance(row.end, Completeness) else f"`{row.end.__name__}`"
        tries = "again" if row.attempts > 1 else "once"
        time = "`--timeout`" if row.slow else "at once"
        told = (row.name, str(row.exit_code), row.check, body, tries, time, f"{MEGABYTES} MB", error)
        lines.append(f"| {' | '.join(told)} |")
    return "\n".join(lines) + "\n"


def document() -> str:
    """docs/faults.md."""
    return INTRODUCTION + "".join(f"\n## {name}\n\n{table(rows)}" for name, rows in GROUPS.items())


if __name__ == "__main__":
    print(document(), end="")  # noqa: T201
