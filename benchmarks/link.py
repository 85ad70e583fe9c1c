"""A network link with a round trip time, on this machine: real TCP between two namespaces, every packet held back.

A server that waits before it answers is no network: there a connection takes a round trip before the first request, and
a long answer several more, because TCP sends little before it hears from the other side. So two network
namespaces are joined by TUN devices with Ethernet's MTU, and one process carries the packets from one to the other,
each after half the round trip. The servers' addresses are 127.0.0.x there as well: in the clients'
namespace the loopback device is down, and 127.0.0.0/8 is routed over the link.

Needs root, Linux with /dev/net/tun, and the commands of iproute2 and util-linux.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import select
import shutil
import socket
import struct
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.measure import aside

CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI, IFF_VNET_HDR = 0x400454CA, 0x0001, 0x1000, 0x4000
# Segments of one burst are carried together, as between a system and its network card; TCP counts them as before.
TUNSETOFFLOAD, TUN_F_CSUM, TUN_F_TSO4 = 0x400454D0, 0x01, 0x02
MTU = 1500
BURST = 10 + 65_536  # bytes: virtio's header, and the most that a packet can have
QUEUE = 20_000  # packets that a device keeps for the link before it drops any
TICK = 0.002  # seconds between two looks at the devices: the link shall take little time from those who are measured
CLIENT = "10.9.0.1"


def missing() -> str:
    """Why there can be no link here; "" if there can."""
    if os.geteuid() != 0 or not os.path.exists("/dev/net/tun"):
        return "needs root and /dev/net/tun"
    lacking = [name for name in ("ip", "nsenter", "sysctl", "unshare") if shutil.which(name) is None]
    if lacking:
        return f"needs the command {lacking[0]}"
    tried = subprocess.run(["unshare", "-n", "ip", "tuntap", "add", "t0", "mode", "tun"], capture_output=True)
    return "may make no network namespace with a TUN device" if tried.returncode else ""


@contextmanager
def behind_link(round_trip: float, serve: Callable[..., object], *arguments: object) -> Iterator[tuple[Any, list[str]]]:
    """Run `serve(*arguments, pipe)` behind a link of `round_trip` seconds; yields what it sends, and the words
    before a command that make it a client."""
    near, far = socket.socketpair()
    with far, aside(_carrier, near, round_trip / 2) as carrier:
        near.close()
        with aside(_server, far, serve, arguments) as said:
            yield said, ["nsenter", f"--net=/proc/{carrier}/ns/net"]


def _server(far: socket.socket, serve: Callable[..., object], arguments: tuple[object, ...], pipe: Connection) -> None:
    device = _namespace("far")
    _run("ip link set lo up", f"ip route add {CLIENT}/32 dev far")
    socket.send_fds(far, [b"."], [device])
    if not far.recv(1):
        raise OSError("the near end of the link did not come up")
    serve(*arguments, pipe)


def _carrier(near: socket.socket, delay: float, pipe: Connection) -> None:
    pipe.send(os.getpid())
    _, (far, *_), _, _ = socket.recv_fds(near, 1, 1)
    device = _namespace("near")
    _run(f"ip address add {CLIENT}/32 dev near", "ip route add 127.0.0.0/8 dev near")
    near.send(b".")
    carry(device, far, delay)


def _namespace(name: str) -> int:
    """Go into a network namespace of its own, with a TUN device; its file descriptor."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "no network namespace of its own")
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI | IFF_VNET_HDR))
    fcntl.ioctl(device, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4)
    _run(
        f"ip link set {name} up mtu {MTU} txqueuelen {QUEUE}",
        f"sysctl -qw net.ipv4.conf.{name}.route_localnet=1 net.ipv4.conf.{name}.rp_filter=0",
        "sysctl -qw net.ipv4.conf.all.rp_filter=0",
    )
    return device


def _run(*commands: str) -> None:
    for command in commands:
        subprocess.run(command.split(), check=True)


def carry(one: int, other: int, delay: float) -> None:
    """Carry packets between two devices for ever, each `delay` seconds after it was sent, give or take half a tick."""
    sides = {one: other, other: one}
    held: dict[int, deque[tuple[int, bytes]]] = {one: deque(), other: deque()}
    ticks = round(delay / TICK - 0.5)  # for it was sent half a tick before it is seen
    number, begun = 0, time.monotonic()
    while True:
        if any(held.values()):
            number += 1
            time.sleep(max(0.0, begun + number * TICK - time.monotonic()))
        else:
            select.select(list(sides), [], [])
            number, begun = 0, time.monotonic()
        for side, packets in held.items():
            packets.extend((number + ticks, packet) for packet in _packets(side))
            while packets and packets[0][0] <= number:
                _put(sides[side], packets.popleft()[1])


def _packets(device: int) -> Iterator[bytes]:
    with suppress(BlockingIOError):
        while True:
            yield os.read(device, BURST)


def _put(device: int, packet: bytes) -> None:
    with suppress(BlockingIOError):  # a full queue drops it, as a router would
        os.write(device, packet)
