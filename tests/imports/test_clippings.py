"""Folders of Markdown with front matter, as people and programs write it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clipper.archive import Archive
from clipper.imports import import_path
from clipper.imports.clippings import clipping
from clipper.models import Outcome, Verdict
from tests.imports.imports_material import PlainReader

BODY = "# Heading\n\nThe pond was dug in March. 池塘里有三条鲤鱼。\n"


def document(front: str, body: str = BODY) -> bytes:
    return f"---\n{front}\n---\n\n{body}".encode()


PREDECESSOR = (
    "title: A pond\nurl: https://garden.example/pond\nsource: The Garden\ndate: 2025-03-01\n"
    "fetch_date: 2025-03-02T07:47:53.619252"
)
OBSIDIAN = (
    'title: "A pond"\nsource: "https://garden.example/pond"\nauthor:\n  - "[[Ann Marsh]]"\n  - "[[people/Bo|Bo]]"\n'
    'published: 2025-03-01\ncreated: 2025-03-02\ndescription: "How it was dug"\ntags:\n  - "clippings"\n  - "#garden/water"'
)


def test_the_predecessors_layout() -> None:
    saved = clipping(document(PREDECESSOR))
    assert saved.capture.url == "https://garden.example/pond"
    assert saved.capture.fetched_at == datetime(2025, 3, 2, 7, 47, 53, 619252, tzinfo=UTC)
    assert saved.capture.source == "import"
    extraction = saved.extraction
    assert extraction is not None
    assert (extraction.title, extraction.site, extraction.published) == ("A pond", "The Garden", "2025-03-01")
    assert extraction.markdown == BODY.strip()


def test_obsidians_properties() -> None:
    saved = clipping(document(OBSIDIAN))
    assert saved.capture.url == "https://garden.example/pond"
    assert saved.capture.fetched_at == datetime(2025, 3, 2, tzinfo=UTC)
    assert saved.tags == ("clippings", "garden/water")
    extraction = saved.extraction
    assert extraction is not None
    assert (extraction.author, extraction.lead, extraction.site) == ("Ann Marsh, Bo", "How it was dug", None)


@pytest.mark.parametrize(
    ("front", "title"),
    [
        ("title: A pond: how to dig it\nurl: https://a.example/\ndate: 2025-01-02", "A pond: how to dig it"),
        ("title: 'it's a pond'\nurl: https://a.example/\ndate: 2025-01-02", "it's a pond"),
        ('title: "a "pond"\nurl: https://a.example/\ndate: 2025-01-02', 'a "pond'),
        ("title: @pond\nurl: https://a.example/\ndate: 2025-01-02", "@pond"),
        ("title: [pond] and more\nurl: https://a.example/\ndate: 2025-01-02", "[pond] and more"),
        ("title: pond\t\nurl: https://a.example/\n\tdate: x\ndate: 2025-01-02", "pond"),
        ("title: 2024\nurl: https://a.example/\ndate: 2025-01-02", "2024"),
    ],
)
def test_front_matter_that_is_no_yaml_is_read_line_by_line(front: str, title: str) -> None:
    saved = clipping(document(front))
    assert saved.extraction is not None
    assert saved.extraction.title == title
    assert saved.capture.fetched_at == datetime(2025, 1, 2, tzinfo=UTC)


def test_lists_in_front_matter_that_is_no_yaml() -> None:
    saved = clipping(document("title: a: b\nurl: https://a.example/\ntags:\n  - one\n  - two\ndate: 2025-01-02"))
    assert saved.tags == ("one", "two")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"# no front matter", "no front matter"),
        (document("title: x\ndate: 2025-01-02"), "names no url"),
        (document("title: x\nsource: The Garden\ndate: 2025-01-02"), "names no url"),
        (document("title: x\nurl: https://a.example/"), "no date"),
    ],
)
def test_what_is_no_clipping_says_why(data: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        clipping(data)


def fill(folder: Path) -> None:
    (folder / "sub" / ".obsidian").mkdir(parents=True)
    (folder / "a.md").write_bytes(document(PREDECESSOR))
    (folder / "sub" / "b.markdown").write_bytes(document(OBSIDIAN.replace("pond", "bees")))
    (folder / "sub" / ".obsidian" / "c.md").write_bytes(document(OBSIDIAN.replace("pond", "other")))
    (folder / "sub" / "note.md").write_text("# A note of my own")
    (folder / "picture.png").write_bytes(b"\x89PNG")


def test_a_folder_is_imported_once(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    fill(folder)
    reader = PlainReader()
    first = import_path(folder, archive=archive, reader=reader)
    assert (first.filed, first.unchanged) == (2, 0)
    assert [(one.name, one.reason) for one in first.skipped] == [("sub/note.md", "no front matter")]
    head = archive.head()
    again = import_path(folder, archive=archive, reader=reader)
    assert (again.filed, again.unchanged) == (0, 2)
    assert archive.head() == head
    assert reader.read_count == 0
    assert archive.tags("//garden.example/bees") == ("clippings", "garden/water")
    assert list(archive.verify()) == []


def test_an_edited_clipping_is_a_version(archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(document(PREDECESSOR))
    import_path(file, archive=archive, reader=PlainReader())
    file.write_bytes(document(PREDECESSOR.replace("2025-03-02T", "2025-03-05T"), BODY + "\nThe heron came.\n"))
    assert import_path(file, archive=archive, reader=PlainReader()).filed == 1
    assert [s.change for s in archive.history("//garden.example/pond")] == [None, "+3 −0 words"]


def test_a_clipping_without_a_date_has_its_files(archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(document("title: x\nurl: https://a.example/"))
    os.utime(file, (1_700_000_000, 1_700_000_000))
    import_path(file, archive=archive, reader=PlainReader())
    assert archive.snapshot("//a.example/").fetched_at == datetime.fromtimestamp(1_700_000_000, UTC)


def test_an_empty_clipping_is_a_check(archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(document(PREDECESSOR, ""))
    report = import_path(file, archive=archive, reader=PlainReader())
    assert report.filed == 0
    assert "holds no article" in report.skipped[0].reason
    (check,) = archive.checks("//garden.example/pond")
    assert (check.outcome, check.verdict) == (Outcome.UNUSABLE, Verdict.EMPTY)


def test_an_import_that_was_killed_goes_on(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    for number in range(1200):
        front = PREDECESSOR.replace("pond", f"pond{number}")
        text = f"The pond of house {number} was dug in March, and filled by the rain of one wet week."
        (folder / f"{number:04}.md").write_bytes(document(front, text))

    def stop(count: int) -> None:
        if count > 1100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_path(folder, archive=archive, reader=PlainReader(), told=stop)
    assert archive.stats()["snapshots"] == 1100
    report = import_path(folder, archive=archive, reader=PlainReader())
    assert (report.filed, report.unchanged) == (100, 1100)
    assert list(archive.verify()) == []
