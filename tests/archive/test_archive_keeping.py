"""Backups, seals, sizes, and the machine."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from clipper.archive import Archive, stamps
from clipper.archive.doctor import findings
from clipper.errors import ArchiveError
from tests.archive.archive_material import KEY, save

LONG = "Long words of an article. " * 600


@pytest.fixture
def filled(path: Path) -> Path:
    with Archive.open(path, create=True) as archive:
        for hour in range(4):
            save(archive, f"{LONG} {hour}", hour=hour)
    return path


def test_a_backup_is_the_archive_in_one_file(filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "kept" / "backup.db"
    target.parent.mkdir()
    with Archive.open(filled, readonly=True) as archive:
        assert archive.backup(target) == target.stat().st_size
        head = archive.head()
    assert [p.name for p in target.parent.iterdir()] == ["backup.db"]
    with Archive.open(target) as copy:
        assert copy.head() == head
        assert list(copy.verify()) == []
        assert copy.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        save(copy, "the backup is an archive", hour=9)


def test_a_backup_is_made_while_another_writes(filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    writer = sqlite3.connect(filled, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE pages SET title = 'half done'")
    with Archive.open(filled, readonly=True) as archive:
        archive.backup(target)
    writer.execute("ROLLBACK")
    writer.close()
    with Archive.open(target) as copy:
        page = copy.page(KEY)
        assert page is not None
        assert page.title == "A title"


def test_an_older_backup_is_replaced_and_nothing_else_is(filled: Path, tmp_path: Path) -> None:
    target, other = tmp_path / "backup.db", tmp_path / "other.db"
    with Archive.open(other, create=True) as archive:
        save(archive, "another archive")
    precious = tmp_path / "precious.txt"
    precious.write_text("precious")
    with Archive.open(filled) as archive:
        archive.backup(target)
        save(archive, "more", hour=20)
        archive.backup(target)
        for wrong, said in ((other, "no older backup"), (precious, "not an SQLite file"), (filled, "archive itself")):
            with pytest.raises(ArchiveError, match=said):
                archive.backup(wrong)
        with pytest.raises(ArchiveError, match="is a folder"):
            archive.backup(tmp_path)
        with pytest.raises(ArchiveError, match="no folder"):
            archive.backup(tmp_path / "none" / "b.db")
    assert len(list(tmp_path.iterdir())) == 4
    assert precious.read_text() == "precious"
    with Archive.open(target) as copy:
        assert len(copy.history(KEY)) == 5


def test_a_damaged_archive_makes_no_backup(filled: Path, tmp_path: Path) -> None:
    connection = sqlite3.connect(filled)
    connection.execute("UPDATE snapshots SET title = 'other' WHERE id = 1")
    connection.commit()
    connection.close()
    target = tmp_path / "backup.db"
    with Archive.open(filled) as archive, pytest.raises(ArchiveError, match="snapshots 1 was altered"):
        archive.backup(target)
    assert not target.exists()


def damaged(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute(statement).rowcount
    connection.commit()
    connection.close()


def test_damaged_bytes_come_back_from_a_backup(filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    with Archive.open(filled) as archive:
        archive.backup(target)
        head = archive.head()
    damaged(filled, "UPDATE bodies SET data = zeroblob(length(data))")
    with Archive.open(filled) as archive:
        found = list(archive.verify())
        assert any("the bytes of https://example.com/a of 2026-11-01T08:00" in damage.extent for damage in found)
        assert any("other bodies need it" in damage.extent for damage in found)
        done = archive.repair(source=target)
        assert done.bodies == archive.stats()["bodies"]
        assert list(archive.verify()) == []
        assert archive.head() == head  # nothing that was filed is another


def test_a_damaged_text_is_read_again_from_its_bytes(filled: Path) -> None:
    from clipper.models import Capture, Extraction, Verdict

    def read(capture: Capture) -> Extraction:
        text = capture.body.decode().partition("<h1>")[2].partition("</h1>")[0]
        return Extraction(Verdict.OK, title="A title", markdown=text, text=text, words=9)

    damaged(
        filled,
        "UPDATE bodies SET data = zeroblob(length(data)) WHERE sha256 IN (SELECT packed_sha256 FROM texts)",
    )
    with Archive.open(filled) as archive:
        assert all(d.repairable for d in archive.verify() if d.part == "bodies")
        head = archive.head()
        done = archive.repair(read=read)
        assert (done.texts, done.exact) == (3, 3)
        assert [archive.markdown(s.id) for s in archive.history(KEY)] == [f"{LONG} {hour}" for hour in range(4)]
        assert list(archive.verify()) == []
        assert archive.head() == head


def test_a_row_that_was_altered_is_not_repaired_away(filled: Path) -> None:
    damaged(filled, "UPDATE snapshots SET title = 'forged' WHERE id = 2")
    with Archive.open(filled) as archive:
        archive.repair()
        assert [(d.where, d.repairable) for d in archive.verify()] == [("snapshots 2", False)]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A timestamp service of our own: `openssl ts`, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here")
    folder = tmp_path_factory.mktemp("authority")
    (folder / "tsa.cnf").write_text(
        f"[tsa]\ndefault_tsa = t\n[t]\nserial = {folder}/serial\ndefault_policy = 1.2.3.4.1\nsigner_digest = sha256\n"
        "digests = sha256\ness_cert_id_alg = sha256\n"
    )
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem",
         "-days", "3650", "-subj", "/CN=stamps", "-addext", "extendedKeyUsage=critical,timeStamping"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    return folder


def answer(authority: Path, question: bytes) -> bytes:
    (authority / "q.tsq").write_bytes(question)
    subprocess.run(
        ["openssl", "ts", "-reply", "-queryfile", "q.tsq", "-signer", "cert.pem", "-inkey", "key.pem",
         "-config", "tsa.cnf", "-section", "t", "-out", "r.tsr"],
        cwd=authority, check=True, capture_output=True,
    )  # fmt: skip
    return (authority / "r.tsr").read_bytes()


def test_a_timestamp_is_kept_and_checked(filled: Path, authority: Path, tmp_path: Path) -> None:
    with Archive.open(filled) as archive:
        seal = archive.seal()
        token = answer(authority, stamps.question(bytes.fromhex(seal.head)))
        save(archive, "filed in the meantime", hour=30)
        stored = archive.seal(token, service="https://stamps.example/")
        assert (stored.entry, stored.head) == (seal.entry, seal.head)
        assert stored.at is not None
        assert list(archive.verify(expected_head=seal.head)) == []
        (kept,) = archive.connection.execute("SELECT token FROM seals").fetchone()
    (tmp_path / "kept.tsr").write_bytes(kept)
    said = subprocess.run(
        ["openssl", "ts", "-verify", "-digest", seal.head, "-in", str(tmp_path / "kept.tsr"), "-CAfile", "cert.pem"],
        cwd=authority, capture_output=True, text=True,
    )  # fmt: skip
    assert "Verification: OK" in said.stdout + said.stderr
    damaged(filled, "UPDATE seals SET entry = 3")
    with Archive.open(filled) as archive:
        assert "seals 1" in {damage.where for damage in archive.verify()}


def test_what_is_no_timestamp_of_this_archive_is_refused(filled: Path, authority: Path) -> None:
    foreign = answer(authority, stamps.question(bytes(32)))
    with Archive.open(filled) as archive:
        for token, said in (
            (b"<html>", "no timestamp"),
            (b"", "no timestamp"),
            (bytes.fromhex("30053003020102"), "refused to stamp"),
            (foreign, "no head of this archive"),
            (foreign[:-700], "no timestamp"),
        ):
            with pytest.raises(ArchiveError, match=said):
                archive.seal(token)
        assert archive.connection.execute("SELECT count(*) FROM seals").fetchone() == (0,)


def test_an_empty_archive_has_nothing_to_seal(archive: Archive) -> None:
    with pytest.raises(ArchiveError, match="nothing"):
        archive.seal()


def test_sizes_by_kind_are_the_file(filled: Path) -> None:
    with Archive.open(filled) as archive:
        archive.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        sizes = archive.sizes()
        (host,) = archive.hosts()
    assert sum(sizes.values()) == filled.stat().st_size
    assert sizes["bodies"] > 0
    assert (host.host, host.pages, host.versions) == ("example.com", 1, 4)
    assert host.size > host.stored > 0


def test_the_doctor_looks_at_any_path(filled: Path, tmp_path: Path) -> None:
    said = list(findings(filled))
    assert not [what for state, what in said if state == "bad"]
    assert any("ledger" in what for _, what in said)
    (tmp_path / "text.db").write_text("no archive" * 200)
    assert any(state == "bad" for state, _ in findings(tmp_path / "text.db"))
    assert any("no folder" in what for _, what in findings(tmp_path / "none" / "a.db"))
    assert any("no archive" in what for _, what in findings(tmp_path / "new.db"))
