"""Runs the tutorial's commands while its page is made, so that what it quotes is what they print."""

from __future__ import annotations

import io
import os
import re
import shlex
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from clipper.cli import run

ROOT = Path(__file__).resolve().parent.parent
FOLDER = tempfile.TemporaryDirectory()
ASIDE = re.compile(r"New archive: |\d{4}-\d\d-\d\d \d\d:\d\d → ")  # what is another one on every machine and day


def said(*commands: str) -> str:
    """What the commands print, one after the other on one archive, as a block of Markdown."""
    os.environ |= {"CLIPPER_DB": f"{FOLDER.name}/mine.db", "COLUMNS": "120"}
    printed = io.StringIO()
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        for command in commands:
            with redirect_stdout(printed), redirect_stderr(printed):
                run(shlex.split(command)[1:])
    finally:
        os.chdir(before)
    lines = [line.rstrip() for line in printed.getvalue().splitlines() if not ASIDE.match(line)]
    return "\n".join(["```text", *lines, "```"])
