"""Which addresses may be dialled: public ones, unless the user allowed the host by name."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from queue import Empty, SimpleQueue

from clipper.errors import DeadlineExceeded, FetchError, RefusedError

__all__ = ["Resolver", "public", "resolve", "system_resolver"]

# (host, port) -> addresses as text; raises OSError where the name has none.
Resolver = Callable[[str, int], list[str]]

# Beside `ipaddress.is_global`, which on Python 3.11 calls some of these global.
NOT_PUBLIC: tuple[IPv4Network | IPv6Network, ...] = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
            "224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48",
            "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7",
            "fe80::/10", "fec0::/10", "ff00::/8",
        ),
    )
)  # fmt: skip


def public(address: str) -> bool:
    """Whether the address is one of the public internet; what is no address is not."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inside = any(parsed in network for network in NOT_PUBLIC if network.version == parsed.version)
    return parsed.is_global and not parsed.is_multicast and not inside


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses of the operating system, in its order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve(host: str, port: int, *, resolver: Resolver, allowed: Collection[str], timeout: float) -> list[str]:
    """The addresses to dial, every one of them allowed.

    Raises `FetchError` for an unknown name, `DeadlineExceeded`, and `RefusedError` if any address
    is not public: a mixed answer is an attack, or a network that leaks.
    """
    addresses = [host] if _is_literal(host) else _ask(host, port, resolver, timeout)
    if host in allowed or f"{host}:{port}" in allowed:
        return addresses
    for address in addresses:
        if not public(address):
            raise RefusedError(
                f"{host} leads to {address}, which is not a public address; --allow-private {host} allows it",
                url=host,
                rule="private-address",
            )
    return addresses


def _is_literal(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _ask(host: str, port: int, resolver: Resolver, timeout: float) -> list[str]:
    """Ask in a thread: `getaddrinfo` knows no time limit of its own."""
    answers: SimpleQueue[list[str] | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(host, port))
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=max(timeout, 0))
    except Empty:
        raise DeadlineExceeded(f"{host}: its name was not resolved in time", phase="resolve") from None
    if isinstance(answer, OSError) or not answer:
        why = getattr(answer, "strerror", None) or "no address"
        raise FetchError(f"{host}: unknown host ({why}); check the address and the network", phase="resolve")
    return answer
