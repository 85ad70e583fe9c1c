"""What cron and systemd are told."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.cli import run


@pytest.fixture
def db(tmp_path: Path) -> Path:
    folder = tmp_path / "my archives"
    folder.mkdir()
    path = folder / "a.db"
    Archive.open(path, create=True).close()
    return path


def test_the_line_has_absolute_paths_that_a_shell_understands(
    db: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(db.parent)
    assert run(["schedule", "--db", "a.db", "--every", "30m"]) == 0
    mark, line = capsys.readouterr().out.splitlines()
    assert mark.startswith("# clipper-")
    minutes, hours, *rest, command = line.split(" ", 5)
    first, second = map(int, minutes.split(","))
    assert (second - first, hours, rest) == (30, "*", ["*", "*", "*"])
    words = subprocess.run(
        ["sh", "-c", f'set -- {command}; for word in "$@"; do echo "$word"; done'],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert Path(words[0]).is_absolute()
    assert words[words.index("--db") + 1] == str(db)


@pytest.mark.parametrize("every", ["7m", "5h", "2d", "1s"])
def test_what_cron_cannot_do_evenly_is_refused(db: Path, capsys: pytest.CaptureFixture[str], every: str) -> None:
    assert run(["schedule", "--db", str(db), "--every", every]) == 2
    assert "--every has to be" in capsys.readouterr().err


def test_units_are_written_and_taken_away(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert run(["schedule", "--db", str(db), "--systemd", "--every", "6h", "--install"]) == 0
    service, timer = sorted((tmp_path / "config" / "systemd" / "user").iterdir())
    assert f'--db "{db}"' in service.read_text()
    assert "Persistent=true" in timer.read_text()
    assert re.search(r"OnCalendar=\*-\*-\* 00/6:\d+:00", timer.read_text())
    if shutil.which("systemd-analyze"):
        when = re.search(r"OnCalendar=(.*)", timer.read_text())
        assert when
        subprocess.run(["systemd-analyze", "calendar", when[1]], check=True, capture_output=True)
    assert service.read_text() in capsys.readouterr().out
    assert run(["schedule", "--db", str(db), "--systemd", "--remove"]) == 0
    assert list((tmp_path / "config" / "systemd" / "user").iterdir()) == []


def test_the_crontab_is_changed_in_two_lines_alone(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a crontab command of the test's own, which keeps its table in a file; cron's own is tested in CI."""
    table = tmp_path / "table"
    table.write_text("MAILTO=me\n# mine\n1 2 * * * true\n")
    (tmp_path / "bin").mkdir()
    crontab = tmp_path / "bin" / "crontab"
    crontab.write_text(
        f'#!/bin/sh\ncase "$1" in -l) cat "{table}";; -) cat > "{table}.new" && mv "{table}.new" "{table}";; esac\n'
    )
    crontab.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    before = table.read_text()
    assert run(["schedule", "--db", str(db), "--install"]) == 0
    assert run(["schedule", "--db", str(db), "--every", "2h", "--install"]) == 0
    lines = table.read_text().splitlines()
    assert lines[:3] == before.splitlines()
    assert len(lines) == 5
    assert " */2 * * * " in lines[4]
    assert run(["schedule", "--db", str(db), "--remove"]) == 0
    assert table.read_text() == before
    capsys.readouterr()


def test_there_has_to_be_an_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schedule", "--db", str(tmp_path / "none.db")]) == 3
    assert "clip watch add" in capsys.readouterr().err
