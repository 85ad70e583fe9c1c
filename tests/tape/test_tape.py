"""Tapes: what was on the wire comes back from a WARC file, in its order and byte for byte."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from clipper import tape
from clipper.errors import ClipperError, FetchError, RefusedError, StatusError, TapeError
from clipper.fetch import Fetcher, Policy
from clipper.models import Capture, Completeness, Hop, Validators
from clipper.tape.messages import parse, unchunked
from tests.fetch.behaviours import resetting, silent
from tests.fetch.server import Behaviour, Server, answering, page, routed, serving

TEXT = b"<p>The pressure held, and nobody was called out.</p>" * 20
NOW = datetime(2026, 10, 1, 8, 0, 0, 123456, tzinfo=UTC)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "warc"
FAST = Policy(retries=2, min_interval=0, timeout=2, allow_private=frozenset({"127.0.0.1"}))


def recorded(path: Path, behaviour: Behaviour, policy: Policy = FAST) -> tuple[str, Capture | ClipperError]:
    """Record one fetch; the address, and what came of it."""
    with Server(behaviour) as server, tape.Recorder(path) as recorder:
        url = f"{server.base}/"
        with Fetcher(policy, tap=recorder, sleep=lambda _seconds: None) as fetcher:
            return url, ended(fetcher, url)


def replayed(path: Path, url: str, **validators: str) -> Capture | ClipperError:
    with Fetcher(FAST, transport=tape.replay(path), sleep=lambda _seconds: None) as fetcher:
        return ended(fetcher, url, **validators)


def ended(fetcher: Fetcher, url: str, **validators: str) -> Capture | ClipperError:
    try:
        return fetcher.fetch(url, validators=Validators(**validators))
    except (FetchError, RefusedError) as error:
        return error


WIRES = {
    "plain": answering(page(TEXT)),
    "gzip": answering(page(gzip.compress(TEXT), "Content-Encoding: gzip")),
    "chunks": answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n"),
    "chunks in HTTP/1.0": answering(b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    "no length": answering(b"HTTP/1.1 200 OK\r\n\r\nhello"),
    "early hints": answering(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + page(TEXT)),
    "retries": serving(
        page(b"", "Retry-After: 0", status="429 Too Many Requests"), page(b"", status="503 Busy"), page(TEXT)
    ),
    "redirects": routed(
        {
            "/": page(b"", "Location: /in", "Set-Cookie: a=1", status="301 Moved Permanently"),
            "/in": page(b"gone over there", "Location: /on", status="302 Found"),
            "/on": page(TEXT),
        }
    ),
    "gone": answering(page(b"gone", status="410 Gone")),
    "cut": answering(page(TEXT)[:-9]),
    "cut chunks": answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
    "cut gzip": answering(page(gzip.compress(TEXT)[:-9], "Content-Encoding: gzip")),
    "folded": answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX-A: a\r\n\tb\r\n\r\nx"),
    "eight-bit": answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX-A: \xe6\xbc\x8f\r\n\r\nx"),
}


@pytest.mark.parametrize("name", WIRES)
@pytest.mark.parametrize("suffix", [".warc", ".warc.gz"])
def test_what_was_recorded_is_what_is_replayed(tmp_path: Path, name: str, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    url, live = recorded(path, WIRES[name])
    again = replayed(path, url)
    live, again = (end.capture if isinstance(end, StatusError) else end for end in (live, again))
    assert isinstance(live, Capture), live
    assert isinstance(again, Capture), again
    assert (again.status, again.body, again.headers) == (live.status, live.body, live.headers)
    assert (again.final_url, again.completeness) == (live.final_url, live.completeness)
    seen = [[(hop.url, hop.status, hop.location, hop.attempt) for hop in one.hops] for one in (live, again)]
    assert seen[0] == seen[1]
    assert (live.source, again.source) == ("live", "replay")


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Each connection behaves in its own way, the last way for ever."""
    return lambda talk: behaviours[min(talk.number, len(behaviours) - 1)](talk)


FAILURES: dict[str, Behaviour] = {
    "no answer, then one": in_turn(answering(b""), answering(page(TEXT))),
    "a reset, then an answer": in_turn(resetting(), answering(page(TEXT))),
    "half a status line, then an answer": in_turn(answering(b"HTTP/1.1 20"), answering(page(TEXT))),
    "half a header, then an answer": in_turn(answering(b"HTTP/1.1 200 OK\r\nContent-Le"), answering(page(TEXT))),
    "silence, then an answer": in_turn(silent(), answering(page(TEXT))),
    "half a body and silence, then an answer": in_turn(silent(page(TEXT)[:-9]), answering(page(TEXT))),
    "503, a reset, half a body, an answer": in_turn(
        answering(page(b"", status="503 Busy")), resetting(), answering(page(TEXT)[:-9]), answering(page(TEXT))
    ),
    "never anything but half a body": silent(page(TEXT)[:-9]),
    "never anything but half a header": silent(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "garbage": answering(b"nonsense\r\n\r\n"),
    "two lengths": answering(page(TEXT, "Content-Length: 7")),
    "broken gzip": answering(page(TEXT, "Content-Encoding: gzip")),
    "too large": answering(page(bytes(200_000))),
    "too large when decoded": answering(page(gzip.compress(bytes(200_000)), "Content-Encoding: gzip")),
    "a redirect without end": answering(page(b"", "Location: /", status="302 Found")),
}


@pytest.mark.parametrize("name", FAILURES)
def test_failures_are_replayed_as_they_were(tmp_path: Path, name: str) -> None:
    """The same end, and the same tries with the same words on the way to it."""
    path = tmp_path / "a.warc.gz"
    policy = replace(FAST, timeout=0.5, retries=3, max_bytes=100_000)
    url, live = recorded(path, FAILURES[name], policy)
    with Fetcher(policy, transport=tape.replay(path), sleep=lambda _seconds: None) as fetcher:
        again = ended(fetcher, url)
    assert type(again) is type(live), again
    assert ways(again) == ways(live)
    if isinstance(live, Capture) and isinstance(again, Capture):
        assert (again.body, again.headers) == (live.body, live.headers)
    assert checked(path)


def ways(end: Capture | ClipperError) -> list[tuple[object, ...]]:
    assert isinstance(end, (Capture, FetchError, RefusedError))
    return [(hop.url, hop.status, hop.location, hop.attempt, hop.error) for hop in end.hops]


@pytest.mark.parametrize("name", WIRES)
def test_digests_are_right(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.warc.gz"
    recorded(path, WIRES[name])
    assert checked(path)
    assert "FAIL" not in capsys.readouterr().out.upper()


def checked(path: Path) -> bool:
    """Whether warcio's own checker accepts every digest."""

    class Options:
        inputs = (str(path),)
        verbose = True

    checker = Checker(Options())
    checker.process_all()
    return checker.exit_value == 0


def test_the_tape_holds_the_bytes_of_the_wire(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    raw = b"HTTP/1.1 200 Fine\r\nx-odd:   spaced\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n"
    recorded(path, answering(raw))
    assert raw in path.read_bytes()


def test_no_secret_is_on_the_tape(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    policy = Policy(min_interval=0, allow_private=frozenset({"127.0.0.1"}), headers=(("X-Api-Key", "k3y"),))
    with Server(serving(page(TEXT))) as server, tape.Recorder(path) as recorder:
        with Fetcher(policy, tap=recorder) as fetcher:
            fetcher.fetch(server.base.replace("://", "://ann:pump7house@") + "/")
        assert b"k3y" in server.requests[0]
    assert b"k3y" not in path.read_bytes()
    assert b"pump7house" not in path.read_bytes()
    assert b"Basic" not in path.read_bytes()
    assert b"GET / HTTP/1.1\r\nHost: 127.0.0.1" in path.read_bytes()


def test_a_tape_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"precious")
    with pytest.raises(TapeError, match="exists"):
        tape.Recorder(path)
    assert path.read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot read"),
        (b"", "no answers"),
        (b"<html>", "no WARC"),
        (b"\x1f\x8b\x08junk", "WARC"),
        (gzip.compress(b"x\n"), "no WARC"),
    ],
)
def test_what_is_no_tape_is_said_to_be_none(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "a.warc.gz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TapeError, match=says) as caught:
        tape.replay(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_address_that_is_not_on_the_tape_is_a_loud_error(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    recorded(path, answering(page(TEXT)))
    with pytest.raises(TapeError, match=r"http://other\.test/x is not on the tape .*a\.warc\.gz; `clip record"):
        replayed(path, "http://other.test/x")


def made(path: Path, *answers: tuple[int, dict[str, str], bytes], url: str = "http://a.test/") -> Path:
    """A tape of these answers, written by warcio alone."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for status, headers, body in answers:
            told = StatusAndHeaders(f"{status} X", list(headers.items()), protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    url, "response", payload=io.BytesIO(body), length=len(body), http_headers=told
                )
            )
    return path


V1 = (200, {"ETag": '"v1"', "Last-Modified": "Thu, 01 Oct 2026 08:00:00 GMT"}, b"one")
V2 = (200, {"ETag": '"v2"'}, b"two")
SAME = (304, {"ETag": '"v1"'}, b"")


@pytest.mark.parametrize(
    ("answers", "validators", "statuses"),
    [
        ([V1], {}, [200, 200, 200]),
        ([V1], {"etag": '"v1"'}, [304, 304]),
        ([V1], {"etag": 'W/"v1"'}, [304]),
        ([V1], {"etag": '"v0"'}, [200]),
        ([V1], {"last_modified": "Thu, 01 Oct 2026 08:00:00 GMT"}, [304]),
        ([V1], {"last_modified": "Thu, 01 Oct 2026 07:59:59 GMT"}, [200]),
        ([V1, SAME], {}, [200, 200]),
        ([V1, SAME], {"etag": '"v1"'}, [304, 304]),
        ([V1, V2], {"etag": '"v1"'}, [304, 200, 200]),
    ],
)
def test_conditions_are_honoured(
    tmp_path: Path, answers: list[tuple[int, dict[str, str], bytes]], validators: dict[str, str], statuses: list[int]
) -> None:
    path = made(tmp_path / "a.warc.gz", *answers)
    with Fetcher(FAST, transport=tape.replay(path)) as fetcher:
        got = [fetcher.fetch("http://a.test/", validators=Validators(**validators)).status for _ in statuses]
    assert got == statuses


def capture(url: str = "http://a.test/", body: bytes = TEXT, **changes: object) -> Capture:
    return Capture(
        **{
            "url": url,
            "final_url": url,
            "status": 200,
            "headers": (("Content-Type", "text/html"),),
            "body": body,
            "fetched_at": NOW,
            **changes,
        }
    )  # type: ignore[arg-type]


def written(path: Path, *captures: Capture) -> list[Capture | tape.Skipped]:
    tape.write(path, captures)
    return list(tape.captures(path))


def test_captures_come_back_from_a_tape(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    coded = capture(headers=(("Content-Encoding", "gzip"), ("Content-Length", "7"), ("X-A", "b")))
    (back,) = written(path, coded)
    assert isinstance(back, Capture)
    assert (back.url, back.status, back.body, back.fetched_at) == (coded.url, 200, TEXT, NOW)
    assert back.header("x-archive-orig-content-encoding") == "gzip"
    assert back.header("content-length") == str(len(TEXT))
    assert back.source == "import"
    assert checked(path)


def test_the_same_body_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    later = NOW + timedelta(days=1)
    back = written(
        path, capture(), capture(fetched_at=later), capture("http://b.test/"), capture(body=b""), capture(body=b"")
    )
    assert path.read_bytes().count(TEXT) == 1
    assert [one.body for one in back if isinstance(one, Capture)] == [TEXT, TEXT, TEXT, b"", b""]
    assert [one.fetched_at for one in back if isinstance(one, Capture)][:2] == [NOW, later]
    with path.open("rb") as file:
        kinds = [record.rec_type for record in ArchiveIterator(file)]
    assert kinds.count("revisit") == 2
    assert checked(path)
    for url in ("http://a.test/", "http://b.test/"):
        end = replayed(path, url)
        assert isinstance(end, Capture)
        assert end.body == TEXT


def test_a_304_and_a_cut_body_are_written_as_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    cut = capture(completeness=Completeness.TRUNCATED, truncated_by="the connection was closed")
    same = capture(status=304, body=b"", headers=(("ETag", '"v1"'),))
    back = [one for one in written(path, cut, same) if isinstance(one, Capture)]
    assert [(one.status, one.completeness, one.body) for one in back] == [
        (200, Completeness.TRUNCATED, TEXT),
        (304, Completeness.COMPLETE, b""),
    ]


def test_redirects_are_written_so_that_the_way_can_be_replayed(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    hops = (Hop("http://a.test/", 301, "http://b.test/"), Hop("http://b.test/", 200))
    written(path, capture(url="http://a.test/", final_url="http://b.test/", hops=hops))
    end = replayed(path, "http://a.test/")
    assert isinstance(end, Capture)
    assert (end.final_url, end.body) == ("http://b.test/", TEXT)


def test_what_cannot_be_imported_is_named_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=False)
        told = StatusAndHeaders("200 OK", [("Content-Encoding", "br")], protocol="HTTP/1.1")
        for url, kind, headers in (
            ("dns:a.test", "response", None),
            ("http://a.test/br", "response", told),
            ("http://a.test/none", "response", StatusAndHeaders("nonsense", [], protocol="ICY")),
        ):
            record = writer.create_warc_record(url, kind, payload=io.BytesIO(b"x"), length=1, http_headers=headers)
            writer.write_record(record)
        writer.write_record(
            writer.create_revisit_record("http://a.test/r", "sha1:X", "http://a.test/", "2026-10-01T00:00:00Z")
        )
    skipped = {one.name: one.reason for one in tape.captures(path) if isinstance(one, tape.Skipped)}
    assert skipped.keys() == {"dns:a.test", "http://a.test/br", "http://a.test/none", "http://a.test/r"}
    assert "br" in skipped["http://a.test/br"]
    assert "not on this tape" in skipped["http://a.test/r"]


@given(body=st.binary(max_size=3000), size=st.integers(1, 500))
def test_chunks_are_undone(body: bytes, size: int) -> None:
    parts = [body[place : place + size] for place in range(0, len(body), size)]
    wire = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    assert unchunked(wire + b"0\r\n\r\n") == (body, False)


@given(st.binary(max_size=300))
def test_any_block_is_an_answer_or_none(block: bytes) -> None:
    message = parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + block)
    assert message is not None
    parse(block)


def outside() -> Iterator[Path]:
    yield from sorted(path for path in SHARED.glob("*arc*.gz") if "bad" not in path.name and "wrong" not in path.name)


@pytest.mark.parametrize("path", list(outside()) or [None], ids=lambda path: path.name if path else "none")
def test_tapes_of_other_tools_are_read(path: Path | None) -> None:
    if path is None:
        pytest.skip("../shared/data/warc is not here")
    found = list(tape.captures(path))
    assert found
    assert all(one.fetched_at.tzinfo for one in found if isinstance(one, Capture))
