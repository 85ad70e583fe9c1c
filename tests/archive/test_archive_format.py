"""docs/format.md is true: its reader reads an archive without clipper."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from clipper.archive import Archive
from tests.archive.archive_material import capture, save

DOCUMENT = Path(__file__).parents[2] / "docs" / "format.md"


def test_the_reader_of_the_document_reads_every_version(path: Path, tmp_path: Path) -> None:
    texts = ["漏洞 long words " * 1000 + str(number) for number in range(3)]
    with Archive.open(path, create=True) as archive:
        for hour, text in enumerate(texts):
            save(archive, text, hour=hour)
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert len(code.splitlines()) <= 40
    reader = tmp_path / "reader.py"
    reader.write_text(code, "utf-8")
    said = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", str(reader), str(path)],
        capture_output=True,
        encoding="utf-8",
        check=True,
        cwd=tmp_path,
    )
    expected = [
        f"{len(capture(text, hour=hour).body)} bytes, {len(text)} characters" for hour, text in enumerate(texts)
    ]
    assert [line.split("\t")[-1] for line in said.stdout.splitlines()] == expected


def test_every_table_is_described(archive: Archive) -> None:
    text = DOCUMENT.read_text("utf-8")
    tables = archive.connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main'"
        " AND type IN ('table', 'view', 'virtual') AND name NOT LIKE 'sqlite_%'"
    )
    assert [name for (name,) in tables if f"`{name}`" not in text] == []
