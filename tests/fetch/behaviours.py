"""What a server may do, as building blocks for the fault matrix."""

from __future__ import annotations

from tests.fetch.server import Behaviour, Talk, answering, page

__all__ = ["chunks", "close_at_once", "endless", "flood", "resetting", "silent", "status", "then"]


def chunks(*parts: bytes) -> bytes:
    """The parts as chunks, without the last, empty one."""
    return b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts)


def endless(start: bytes, part: bytes, *, every: float = 0.02) -> Behaviour:
    """Begin well, and go on slowly for ever."""

    def behave(talk: Talk) -> None:
        if talk.hear():
            talk.say(start)
            talk.drip(iter(lambda: part, None), every=every)

    return behave


def flood(start: bytes, part: bytes) -> Behaviour:
    """Begin well, and go on as fast as can be for ever."""
    return endless(start, part, every=0)


def silent(start: bytes = b"") -> Behaviour:
    """Hear the request, send this much, and say no more."""

    def behave(talk: Talk) -> None:
        if talk.hear():
            talk.say(start)
            talk.hold()

    return behave


def resetting(start: bytes = b"") -> Behaviour:
    """Hear the request, send this much, and crash."""

    def behave(talk: Talk) -> None:
        if talk.hear():
            talk.say(start)
            talk.drip([b""])
            talk.reset()

    return behave


def then(first: bytes, second: bytes) -> Behaviour:
    """The first connection gets one answer, all later ones the other."""

    def behave(talk: Talk) -> None:
        answering(second if talk.number else first)(talk)

    return behave


def status(line: str, *headers: str) -> Behaviour:
    """An answer with this status line and a short body."""
    return answering(page(b"<p>So it is.</p>", *headers, status=line))


def close_at_once(talk: Talk) -> None:
    """Crash before the request is heard."""
    talk.reset()
