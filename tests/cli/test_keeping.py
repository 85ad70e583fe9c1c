"""The commands that look after an archive, as a user types them."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.cli import run
from tests.archive.archive_material import KEY, save

Said = pytest.CaptureFixture[str]


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "a.db"
    monkeypatch.setenv("CLIPPER_DB", str(path))
    monkeypatch.chdir(tmp_path)
    with Archive.open(path, create=True) as archive:
        for hour in range(4):
            save(archive, f"edition {hour} " + "of many words " * 800, hour=hour)
    return path


def alter(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute(statement).rowcount
    connection.commit()
    connection.close()


def test_verify_says_that_all_is_well_and_what_is_not(db: Path, capsys: Said) -> None:
    assert run(["verify"]) == 0
    assert "all is as it was filed" in capsys.readouterr().out
    alter(db, "UPDATE snapshots SET author = 'forged' WHERE id = 2")
    alter(db, "UPDATE pages SET versions = 77")
    assert run(["verify"]) == 3
    said = capsys.readouterr().out
    assert "snapshots 2 was altered after it was filed — the version of https://example.com/a of 2026-11-01T09" in said
    assert run(["verify", "--json"]) == 3
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["where"], row["repairable"]) for row in rows] == [("snapshots 2", False), ("pages 1", True)]
    assert run(["verify", "--repair"]) == 3
    assert run(["verify", "--json"]) == 3
    assert len(capsys.readouterr().out.splitlines()) == 2  # one by --repair, one by --json


def test_verify_against_a_head_that_was_written_down(db: Path, capsys: Said) -> None:
    assert run(["seal"]) == 0
    head = capsys.readouterr().out.strip()
    assert run(["verify", "--head", head]) == 0
    assert run(["verify", "--head", "ab" * 32]) == 3


@pytest.mark.parametrize("head", ["", "ca379fe3afcb", "g" * 64, "a" * 65])
def test_what_is_no_head_is_no_damage(db: Path, capsys: Said, head: str) -> None:
    assert run(["verify", "--head", head, "--db", str(db)]) == 2
    assert "64 hex digits" in capsys.readouterr().err


def test_bytes_from_a_backup_mend_an_archive(db: Path, capsys: Said) -> None:
    assert run(["backup", "b.db"]) == 0
    alter(db, "UPDATE bodies SET data = zeroblob(length(data))")
    assert run(["verify"]) == 3
    assert run(["verify", "--repair", "--from", "b.db"]) == 0
    assert run(["verify", "--from", "b.db"]) == 2


def test_prune_says_first_and_does_then(db: Path, capsys: Said) -> None:
    assert run(["prune"]) == 2
    assert run(["prune", "--keep", "1"]) == 0
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 2
    assert "2 version(s) would go" in captured.err
    assert run(["prune", "--keep", "1", "--older-than", "1d", "--yes"]) == 0
    assert run(["prune", "--keep", "1", "--yes"]) == 0
    assert "No version is to go" in capsys.readouterr().err
    assert run(["verify"]) == 0
    with Archive.open(db) as archive:
        assert len(archive.history(KEY)) == 2


def test_merge_names_what_came(db: Path, tmp_path: Path, capsys: Said) -> None:
    with Archive.open(tmp_path / "o.db", create=True) as archive:
        save(archive, "theirs", hour=9)
        save(archive, "other bytes at one time", hour=0)
    assert run(["merge", "o.db"]) == 0
    said = capsys.readouterr().out
    assert "o.db: 2 checks of 1 pages, 0 already there" in said
    assert "both kept: //example.com/a of 2026-11-01T08:00:00" in said
    assert run(["merge", "o.db", "o.db"]) == 0
    assert capsys.readouterr().out.count("0 checks of 0 pages, 2 already there") == 2
    assert run(["merge", "a.db"]) == 2
    assert run(["verify"]) == 0


def test_stats_and_doctor(db: Path, capsys: Said) -> None:
    assert run(["stats", "--json"]) == 0
    rows = {row["what"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["snapshots"]["rows"] == 4
    assert rows["pages alive"]["rows"] == 1
    assert rows["bodies"]["bytes"] > 0
    assert run(["stats", "--hosts", "--json"]) == 0
    (host,) = json.loads(capsys.readouterr().out)
    assert (host["host"], host["versions"]) == ("example.com", 4)
    assert run(["doctor"]) == 0
    assert "SQLite" in capsys.readouterr().out
    assert run(["doctor", "--db", "/nowhere/at/all.db"]) == 3


@pytest.fixture
def service(tmp_path: Path) -> Iterator[str]:
    """A timestamp service on this machine: `openssl ts` behind HTTP."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here")
    folder = tmp_path / "authority"
    folder.mkdir()
    (folder / "tsa.cnf").write_text(
        f"[tsa]\ndefault_tsa = t\n[t]\nserial = {folder}/serial\ndefault_policy = 1.2.3.4.1\nsigner_digest = sha256\n"
        "digests = sha256\ness_cert_id_alg = sha256\n"
    )
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem",
         "-subj", "/CN=stamps", "-addext", "extendedKeyUsage=critical,timeStamping"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/broken" or self.headers["Content-Type"] != "application/timestamp-query":
                self.send_error(500)
                return
            (folder / "q.tsq").write_bytes(question)
            subprocess.run(
                ["openssl", "ts", "-reply", "-queryfile", "q.tsq", "-signer", "cert.pem", "-inkey", "key.pem",
                 "-config", "tsa.cnf", "-section", "t", "-out", "r.tsr"],
                cwd=folder, check=True, capture_output=True,
            )  # fmt: skip
            answer = (folder / "r.tsr").read_bytes() if self.path == "/tsr" else b"<p>hello</p>"
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_seal_by_a_service(db: Path, service: str, capsys: Said) -> None:
    assert run(["seal", "--service", f"{service}/tsr"]) == 7  # a private address, not allowed by name
    allowed = ["--allow-private", "127.0.0.1"]
    assert run(["seal", "--service", f"{service}/broken", *allowed]) == 5
    assert run(["seal", "--service", f"{service}/other", *allowed]) == 3
    capsys.readouterr()
    assert run(["seal", "--service", f"{service}/tsr", *allowed]) == 0
    captured = capsys.readouterr()
    assert "stamped 20" in captured.err
    assert run(["verify", "--head", captured.out.strip()]) == 0
    connection = sqlite3.connect(db)
    assert connection.execute("SELECT service FROM seals").fetchall() == [(f"{service}/tsr",)]
    connection.close()


def test_a_seal_by_hand(db: Path, tmp_path: Path, capsys: Said) -> None:
    assert run(["seal", "--request", "q.tsq"]) == 0
    assert (tmp_path / "q.tsq").read_bytes().hex().startswith("3039020101")
    (tmp_path / "r.tsr").write_bytes(b"no answer")
    assert run(["seal", "--token", "r.tsr"]) == 3
    assert run(["seal", "--token", "r.tsr", "--request", "x"]) == 2
