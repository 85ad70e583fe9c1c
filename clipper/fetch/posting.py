"""One question to one service, by POST, under the same guard as every page.

For timestamp services (RFC 3161, 3.4). No redirect is followed, nothing is retried, no cookie sent.
"""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from clipper import urls
from clipper.errors import RefusedError, StatusError
from clipper.fetch import body
from clipper.fetch.addresses import Resolver, system_resolver
from clipper.fetch.exchange import Received
from clipper.fetch.faults import Fault, told
from clipper.fetch.line import Line
from clipper.fetch.policy import Policy

__all__ = ["post"]

LARGEST = 1_000_000  # bytes of an answer


def post(
    url: str, data: bytes, *, content_type: str, policy: Policy | None = None, resolver: Resolver = system_resolver
) -> bytes:
    """The body of the answer, of at most a megabyte.

    Raises `RefusedError` for an address that policy forbids, `StatusError` for another status than
    200, `FetchError` for what goes wrong on the way. A proxy is not used.
    """
    policy = policy or Policy()
    plain = urls.without_credentials(urls.check(url))
    line = Line(time.monotonic)
    line.begin(time.monotonic() + policy.timeout)
    try:
        received = _send(plain, data, content_type, policy, line, resolver)
        try:
            line.phase = "body"
            content = body.read(received, limit=LARGEST)
        finally:
            received.close()
    except Fault as fault:
        raise told(fault, url=plain, asked=plain, phase=line.phase, address=line.address, attempt=1) from fault
    except RefusedError as error:
        raise RefusedError(f"{plain}: {error}", url=plain, rule=error.rule) from error
    if received.status != 200:
        message = f"{plain}: HTTP {received.status}, the service did not answer the question"
        raise StatusError(message, url=plain, phase="headers", address=line.address, status=received.status)
    return content.data


def _send(url: str, data: bytes, content_type: str, policy: Policy, line: Line, resolver: Resolver) -> Received:
    import httpcore

    from clipper.fetch.network import Backend

    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers: dict[bytes | str, bytes | str] = {
        "Host": parts.netloc,
        "User-Agent": policy.user_agent,
        "Content-Type": content_type,
        "Content-Length": str(len(data)),
        "Connection": "close",
    }
    address = httpcore.URL(
        scheme=parts.scheme, host=(parts.hostname or "").encode("ascii"), port=parts.port, target=target.encode("ascii")
    )
    backend = Backend(line, resolver=resolver, allowed=policy.allow_private, guarded=True)
    secure = parts.scheme == "https"
    context = httpcore.default_ssl_context() if secure else None
    connection = httpcore.HTTPConnection(address.origin, ssl_context=context, network_backend=backend)
    line.ask()
    try:
        response = connection.handle_request(httpcore.Request("POST", address, headers=headers, content=data))
    except httpcore.RemoteProtocolError as error:
        connection.close()
        raise _broken(error) from error
    return Received(response.status, tuple(response.headers), response.stream, connection.close)  # type: ignore[arg-type]


def _broken(error: Exception) -> Fault:
    from clipper.fetch.faults import Kind

    return Fault(Kind.PROTOCOL, f"the service breaks HTTP ({error})", phase="headers")
