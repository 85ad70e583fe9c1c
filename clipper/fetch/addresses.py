"""Which addresses may be dialled: public ones, unless the user allowed the host by name."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from queue import Empty, SimpleQueue

from clipper.errors import RefusedError
from clipper.fetch.faults import Fault, Kind

__all__ = ["Resolver", "allowed_by_name", "public", "resolve", "system_resolver"]

# (host, port) -> addresses as text; raises OSError where the name has none.
Resolver = Callable[[str, int], list[str]]

# IANA's special-purpose registries (RFC 6890 and later), beside `ipaddress.is_global`, which on
# Python 3.11 calls multicast and several of these global.
NOT_PUBLIC_4: tuple[IPv4Network, ...] = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# Of IPv6 only 2000::/3 is given out to the public; these parts of it are not.
UNICAST = IPv6Network("2000::/3")
NOT_PUBLIC_6: tuple[IPv6Network, ...] = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
        "3ffe::/16",
    )
)  # fmt: skip
NAT64 = ip_network("64:ff9b::/96")  # the IPv4 internet, seen from a network without it (RFC 6052)


def public(address: str) -> bool:
    """Whether the address is one of the public internet; what is no address is not."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        return _public_6(parsed)
    return _public_4(parsed)


def _public_4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in network for network in NOT_PUBLIC_4)


def _public_6(address: IPv6Address) -> bool:
    if address in NAT64:
        return _public_4(IPv4Address(int(address) & 0xFFFFFFFF))
    if address.scope_id or address not in UNICAST:
        return False
    return address.is_global and not any(address in network for network in NOT_PUBLIC_6)


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses of the operating system, in its order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def allowed_by_name(host: str, port: int, allowed: Collection[str]) -> bool:
    """Whether the user named this host, or this port of it."""
    if not allowed:
        return False
    names = {entry.lower().replace("[", "").replace("]", "") for entry in allowed}
    return host.lower() in names or f"{host.lower()}:{port}" in names


def resolve(host: str, port: int, *, resolver: Resolver, allowed: Collection[str], timeout: float) -> list[str]:
    """The addresses to dial, every one of them checked; `timeout` in seconds.

    Raises `Fault` for an unknown name or one that takes too long, and `RefusedError` if any
    address is not public: a mixed answer is an attack, or a network that leaks.
    """
    literal = _is_literal(host)
    addresses = [host] if literal else _ask(host, port, resolver, timeout)
    if allowed_by_name(host, port, allowed):
        return addresses
    for address in addresses:
        if not public(address):
            leads = "is" if literal else f"leads to {address}, which is"
            raise RefusedError(
                f"{host} {leads} not an address of the public internet; --allow-private {host} allows it",
                rule="private-address",
            )
    return addresses


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _ask(host: str, port: int, resolver: Resolver, timeout: float) -> list[str]:
    """Ask in a thread: `getaddrinfo` knows no time limit of its own."""
    answers: SimpleQueue[list[str] | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(host, port))
        except OSError as error:
            answers.put(error)
        except UnicodeError as error:
            answers.put(socket.gaierror(socket.EAI_NONAME, str(error)))

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=max(timeout, 0))
    except Empty:
        what = f"the name {host} was not resolved in time"
        raise Fault(Kind.DEADLINE, what, phase="resolve") from None
    if isinstance(answer, OSError):
        passing = answer.errno == socket.EAI_AGAIN
        what = f"unknown host {host} ({answer.strerror or answer})"
        raise Fault(Kind.CONNECTION if passing else Kind.NAME, what, phase="resolve") from answer
    if not answer:
        raise Fault(Kind.NAME, f"unknown host {host} (it has no address)", phase="resolve")
    return answer
