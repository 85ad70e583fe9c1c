"""`clip doctor`: the machine, as far as an archive depends on it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import click

from clipper import __version__
from clipper.cli.options import db_option
from clipper.cli.output import safe

EXTRAS = {"browse": ("datasette", "markdown-it-py", "nh3")}
EXTRACTORS = ("trafilatura", "lxml", "selectolax")
SIGNS = {"good": "ok  ", "warning": "look", "bad": "BAD "}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    state: str  # good | warning | bad
    what: str


@click.command("doctor")
@db_option
def doctor_command(db: Path) -> int:
    """Look whether this machine is fit for the archive, and say what is not.

    SQLite and its known faults, the file system, free space, the extractor, optional packages. `clip verify` looks
    at what is in the archive.

    Exit codes: 0 nothing bad, 3 something is.

    Example: clip doctor --db /home/me/archive.db
    """
    bad = 0
    for finding in [*_software(), *_archive(db)]:
        click.echo(f"{SIGNS[finding.state]}  {safe(finding.what)}")
        bad += finding.state == "bad"
    return 3 if bad else 0


def _software() -> Iterator[Finding]:
    yield Finding("good", f"clipper {__version__} on Python {sys.version.split()[0]}")
    found = {name: _version(name) for name in EXTRACTORS}
    missing = [name for name, version in found.items() if version is None]
    if missing:
        yield Finding("bad", f"the extractor lacks {', '.join(missing)}; install clipper-archive again")
    else:
        yield Finding("good", "extractor: " + ", ".join(f"{name} {version}" for name, version in found.items()))
    for extra, names in EXTRAS.items():
        lacking = [name for name in names if _version(name) is None]
        state, said = ("warning", f"lacks {', '.join(lacking)}") if lacking else ("good", "is installed")
        advice = f"; pip install 'clipper-archive[{extra}]'" if lacking else ""
        yield Finding(state, f"the extra {extra} {said}{advice}")


def _archive(db: Path) -> Iterator[Finding]:
    from clipper.archive.doctor import findings

    for state, what in findings(db):
        yield Finding(state, what)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
