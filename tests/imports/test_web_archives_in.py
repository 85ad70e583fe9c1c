"""WARC and WACZ files in, the broken ones too; each record that is left out is named."""

from __future__ import annotations

import base64
import gzip
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.errors import FileError
from clipper.exports.wacz import write_wacz
from clipper.exports.warc import write_warc
from clipper.imports import import_path
from clipper.models import Outcome, PageState
from tests.imports.imports_material import PlainReader

URL = "https://garden.example/pond"
KEY = "//garden.example/pond"
START = datetime(2020, 5, 1, 12, 0, tzinfo=UTC)


def b32(data: bytes) -> str:
    return "sha1:" + base64.b32encode(sha1(data).digest()).decode()


def http(body: bytes, *headers: str, status: str = "200 OK", kind: str = "text/html") -> bytes:
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", f"Content-Type: {kind}", *headers))
    return head.encode() + b"\r\n" + body


def record(block: bytes, *named: str, hour: int = 0, kind: str = "response", url: str = URL) -> bytes:
    lines = [
        "WARC/1.0", f"WARC-Type: {kind}", f"WARC-Target-URI: {url}", f"WARC-Record-ID: <urn:uuid:{hour}-{kind}>",
        f"WARC-Date: {START + timedelta(hours=hour):%Y-%m-%dT%H:%M:%SZ}", *named,
        f"Content-Type: application/http; msgtype={kind}", f"Content-Length: {len(block)}",
    ]  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def tape(tmp_path: Path, *records: bytes, name: str = "in.warc") -> Path:
    path = tmp_path / name
    data = b"".join(records) if not name.endswith(".gz") else b"".join(map(gzip.compress, records))
    path.write_bytes(data)
    return path


BODY = b"<p>A pond, dug in March.</p>"
CHUNKED = b"8\r\n<p>A pon\r\n14\r\nd, dug in March.</p>\r\n0\r\n\r\n"
PACKED = gzip.compress(BODY)


@pytest.mark.parametrize(
    "block",
    [
        http(BODY, f"Content-Length: {len(BODY)}"),
        http(CHUNKED, "Transfer-Encoding: chunked"),
        http(BODY, "Transfer-Encoding: chunked"),  # says so, and is not
        http(PACKED, "Content-Encoding: gzip"),
        http(
            b"%x\r\n" % len(PACKED) + PACKED + b"\r\n0\r\n\r\n", "Content-Encoding: gzip", "Transfer-Encoding: chunked"
        ),
        http(BODY, "Content-Encoding: gzip"),
    ],
)
@pytest.mark.parametrize("name", ["in.warc", "in.warc.gz"])
def test_codings_are_undone_and_dates_are_the_captures(
    archive: Archive, tmp_path: Path, block: bytes, name: str
) -> None:
    report = import_path(tape(tmp_path, record(block), name=name), archive=archive, reader=PlainReader())
    assert (report.filed, report.skipped) == (1, [])
    snapshot = archive.snapshot(KEY)
    assert snapshot.fetched_at == START
    assert archive.body(snapshot.body_sha256 or "") == BODY


@pytest.mark.parametrize("named", ["WARC-Target-URI: <https://garden.example/bees>"])
def test_addresses_in_brackets_of_old_wgets(archive: Archive, tmp_path: Path, named: str) -> None:
    path = tape(tmp_path, record(http(BODY), url="<https://garden.example/bees>"))
    assert import_path(path, archive=archive, reader=PlainReader()).filed == 1
    assert archive.page("//garden.example/bees")


@pytest.mark.parametrize(
    ("digest", "filed"),
    [
        (b32(BODY), 1),
        ("sha1:" + sha1(BODY).hexdigest(), 1),
        ("sha1:" + base64.b64encode(sha1(BODY).digest()).decode(), 1),
        ("sha1:" + base64.urlsafe_b64encode(sha1(BODY).digest()).decode(), 1),
        ("sha256:" + sha256(BODY).hexdigest(), 1),
        (b32(CHUNKED), 1),  # of the payload with its chunks
        ("xxh3:0123", 1),  # nobody can say
        (b32(b"other"), 0),
        ("sha1:nonsense", 0),
    ],
)
def test_a_wrong_digest_is_told(archive: Archive, tmp_path: Path, digest: str, filed: int) -> None:
    block = http(CHUNKED, "Transfer-Encoding: chunked")
    path = tape(tmp_path, record(block, f"WARC-Payload-Digest: {digest}"))
    report = import_path(path, archive=archive, reader=PlainReader())
    assert report.filed == filed
    assert [one.reason for one in report.skipped] == [] if filed else ["its bytes are not those that its digest names"]


def test_a_block_that_is_right_is_believed(archive: Archive, tmp_path: Path) -> None:
    block = http(BODY)
    named = (f"WARC-Block-Digest: {b32(block)}", f"WARC-Payload-Digest: {b32(b'other')}")
    assert import_path(tape(tmp_path, record(block, *named)), archive=archive, reader=PlainReader()).filed == 1


def test_a_cut_record_is_a_check_and_no_version(archive: Archive, tmp_path: Path) -> None:
    path = tape(
        tmp_path,
        record(http(BODY), hour=0),
        record(http(b"<p>A pond, dug", "Content-Length: 900"), hour=1),
        record(http(b"<p>A pond, dug"), "WARC-Truncated: length", hour=2),
        record(http(b"8\r\n<p>A pon\r\n14\r\nd, d", "Transfer-Encoding: chunked"), hour=3),
    )
    report = import_path(path, archive=archive, reader=PlainReader())
    assert (report.filed, len(report.skipped)) == (1, 3)
    assert archive.snapshot(KEY).fetched_at == START
    assert [check.outcome for check in archive.checks(KEY)] == [Outcome.UNUSABLE] * 3 + [Outcome.NEW]


@pytest.mark.parametrize("name", ["in.warc", "in.warc.gz"])
@pytest.mark.parametrize("kind", ["response", "request"])
def test_a_tape_that_ends_in_the_middle_says_where(archive: Archive, tmp_path: Path, name: str, kind: str) -> None:
    last = record(http(bytes(range(256)) * 40), f"WARC-Payload-Digest: {b32(BODY)}", kind=kind, hour=1)
    path = tape(tmp_path, record(http(BODY)), last, name=name)
    path.write_bytes(path.read_bytes()[:-150])
    report = import_path(path, archive=archive, reader=PlainReader())
    assert report.filed == 1
    ((said, reason),) = [(one.name, one.reason) for one in report.skipped]
    assert said == URL
    assert "the tape ends in the middle of it" in reason or "kept as a check" in reason
    checks = archive.checks(KEY)
    assert len(checks) == (2 if kind == "response" else 1)
    assert kind == "request" or "the tape ends" in (checks[0].reason or "")


def test_what_is_no_page_and_cut_is_both(archive: Archive, tmp_path: Path) -> None:
    path = tape(tmp_path, record(http(bytes(9000), kind="image/png")))
    path.write_bytes(path.read_bytes()[:-5000])
    (one,) = import_path(path, archive=archive, reader=PlainReader()).skipped
    assert one.reason == "image/png is no page; the tape ends in the middle of it"


def test_revisits_are_completed(archive: Archive, tmp_path: Path) -> None:
    profile = "WARC-Profile: http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"
    digest = f"WARC-Payload-Digest: {b32(BODY)}"
    path = tape(
        tmp_path,
        record(http(BODY), digest, hour=0),
        record(http(b"<p>Another text.</p>"), hour=1),
        record(http(b"", "X-Again: yes"), digest, profile, hour=2, kind="revisit"),
        record(b"", digest, profile, hour=3, kind="revisit"),
        record(b"", f"WARC-Payload-Digest: {b32(b'?')}", profile, hour=4, kind="revisit"),
    )
    report = import_path(path, archive=archive, reader=PlainReader())
    assert [(one.name, one.reason) for one in report.skipped] == [
        (URL, "the record that it repeats is not on this tape")
    ]
    assert [s.fetched_at.hour for s in archive.history(KEY)] == [12, 13, 14]
    assert len(archive.checks(KEY)) == 4


def test_what_is_no_page_is_named(archive: Archive, tmp_path: Path) -> None:
    path = tape(
        tmp_path,
        record(http(b"\x89PNG", kind="image/png"), hour=0, url="https://garden.example/a.png"),
        record(http(b"", "Location: /b", status="301 Moved"), hour=1, url="https://garden.example/a"),
        record(http(BODY), hour=2, url="ftp://garden.example/a"),
        record(http(b""), hour=3, url="https://garden.example/empty"),
        record(b"no answer at all", hour=4, url="https://garden.example/none"),
        record(http(BODY, "Content-Encoding: br"), hour=5, url="https://garden.example/br"),
        record(http(b"User-agent: *", kind="text/plain"), hour=6, url="https://garden.example/robots.txt"),
        record(http(b"<p>none</p>", status="404 Not Found"), hour=7, url="http://bees.example/robots.txt?again"),
    )
    report = import_path(path, archive=archive, reader=PlainReader())
    assert report.filed == 0
    assert [one.reason for one in report.skipped] == [
        "image/png is no page",
        "HTTP 301, a redirect to /b",
        "it is not an http or https address",
        "it has no bytes",
        "it holds no HTTP answer",
        "its content coding br cannot be undone",
        "it tells crawlers what they may fetch, and is no page",
        "it tells crawlers what they may fetch, and is no page",
    ]
    assert archive.stats()["pages"] == 0


def test_a_page_that_was_gone_is_known_to_have_been(archive: Archive, tmp_path: Path) -> None:
    path = tape(
        tmp_path, record(http(BODY), hour=0), record(http(b"<p>gone</p>", status="410 Gone"), hour=1), name="in.warc.gz"
    )
    for _ in range(2):
        import_path(path, archive=archive, reader=PlainReader())
    page = archive.page(KEY)
    assert page is not None
    assert (page.state, page.versions, page.checks) == (PageState.GONE, 1, 2)
    assert page.gone_since == START + timedelta(hours=1)


def test_a_tape_packed_as_a_whole(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "whole.warc.gz"
    path.write_bytes(gzip.compress(record(http(BODY)) + record(http(b"<p>Bees.</p>"), url="https://b.example/")))
    assert import_path(path, archive=archive, reader=PlainReader()).filed == 2


def test_a_tape_with_only_requests_says_so(archive: Archive, tmp_path: Path) -> None:
    path = tape(tmp_path, record(b"GET / HTTP/1.1\r\n\r\n", kind="request"))
    report = import_path(path, archive=archive, reader=PlainReader())
    assert [(one.name, one.reason) for one in report.skipped] == [("in.warc", "it holds no answer of a server")]


def test_damage_in_the_middle_keeps_what_came_before(archive: Archive, tmp_path: Path) -> None:
    path = tape(tmp_path, record(http(BODY)), b"\x1f\x8b\x08 broken", name="in.warc")
    with pytest.raises(FileError, match="damaged"):
        import_path(path, archive=archive, reader=PlainReader())
    assert archive.page(KEY)


def test_importing_twice_files_nothing_twice_and_reads_nothing(archive: Archive, tmp_path: Path) -> None:
    path = tape(tmp_path, *(record(http(b"<p>Edition %d</p>" % hour), hour=hour) for hour in range(5)))
    import_path(path, archive=archive, reader=PlainReader())
    head, reader = archive.head(), PlainReader()
    report = import_path(path, archive=archive, reader=reader)
    assert (report.filed, report.unchanged, reader.read_count) == (0, 5, 0)
    assert archive.head() == head


@pytest.mark.parametrize("name", ["out.warc.gz", "out.wacz"])
def test_an_archive_goes_out_and_in_again(archive: Archive, tmp_path: Path, name: str) -> None:
    path = tape(tmp_path, *(record(http(b"<p>Edition %d</p>" % (hour // 2)), hour=hour) for hour in range(6)))
    with Archive.open(tmp_path / "first.db", create=True, keep_bodies="all") as first:
        import_path(path, archive=first, reader=PlainReader())
        if name.endswith("wacz"):
            write_wacz(first, tmp_path / name, now=START)
        else:
            write_warc(first, tmp_path / name)
        report = import_path(tmp_path / name, archive=archive, reader=PlainReader())
        assert report.skipped == []
        told = [[(s.fetched_at, s.digest, s.change, s.body_sha256) for s in a.history(KEY)] for a in (first, archive)]
    assert told[0] == told[1]
    assert len(told[0]) == 3


def test_a_wacz_file_that_is_none(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "a.wacz").write_bytes(b"not a zip")
    with pytest.raises(FileError, match="no WACZ file"):
        import_path(tmp_path / "a.wacz", archive=archive, reader=PlainReader())
    with zipfile.ZipFile(tmp_path / "b.wacz", "w") as package:
        package.writestr("../../evil.txt", "x")
    with pytest.raises(FileError, match="holds no WARC file"):
        import_path(tmp_path / "b.wacz", archive=archive, reader=PlainReader())


def test_names_inside_a_wacz_file_write_nowhere(archive: Archive, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as package:
        package.writestr("../../archive/evil.warc", record(http(BODY)))
    assert import_path(tmp_path / "a.wacz", archive=archive, reader=PlainReader()).filed == 1
    assert not list(tmp_path.rglob("evil*"))


def test_a_password_in_an_address_is_not_told_on(archive: Archive, tmp_path: Path) -> None:
    urls = ("https://ann:secret@garden.example/a", "ftp://ann:secret@garden.example/b")
    path = tape(tmp_path, *(record(b"nothing", url=url) for url in urls), record(http(BODY), url=urls[0], hour=1))
    report = import_path(path, archive=archive, reader=PlainReader())
    assert report.filed == 1
    assert not [one for one in report.skipped if "secret" in one.name or "secret" in one.reason]
    assert not [file for file in tmp_path.glob("archive.db*") if b"secret" in file.read_bytes()]


def test_addresses_that_warcio_mends_are_not_told_on_standard_error(tmp_path: Path) -> None:
    path = tape(tmp_path, record(http(BODY), url="https://garden.example/a pond"))
    command = [sys.executable, "-m", "clipper", "import", str(path), "--db", str(tmp_path / "a.db")]
    said = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "1 filed" in said.stdout or "no article" in said.stderr
    assert "Replacing" not in said.stderr
