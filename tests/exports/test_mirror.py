"""A folder of Markdown that follows the archive, and touches nothing else."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from clipper.archive import Archive, bodies
from clipper.archive.prune import Rule
from clipper.exports.frontmatter import parse
from clipper.exports.mirror import mirror
from clipper.models import Outcome
from tests.archive.archive_material import START, capture, extraction

POND, BEES = "https://garden.example/pond", "https://other.example/bees"


def file(archive: Archive, url: str, text: str, *, hour: float = 0, title: str = "A title") -> None:
    reading = replace(extraction(text, title=title), site=None)
    archive.record(capture(text, hour=hour, url=url), reading, url_key=url.removeprefix("https:"))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "a.db", create=True) as opened:
        file(opened, POND, "The pond was dug.", title="A pond: [how] to *dig* it")
        file(opened, BEES, "Bees came.", hour=1, title="蜜蜂")
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def state(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files(folder)}


def test_one_file_a_page_and_an_index(archive: Archive, folder: Path) -> None:
    done = mirror(archive, folder)
    assert (done.written, done.unchanged) == (3, 0)
    names = files(folder)
    assert names[0] == ".clipper"
    assert names[2] == "index.md"
    assert names[1].startswith("garden.example/a-pond-how-to-dig-it-")
    assert names[3].startswith("other.example/蜜蜂-")
    fields, text = parse((folder / names[1]).read_text("utf-8"))
    assert (fields["title"], fields["url"], fields["version"]) == ("A pond: [how] to *dig* it", POND, 1)
    assert text.strip() == "The pond was dug."
    index = (folder / "index.md").read_text("utf-8")
    assert f"- [A pond: \\[how\\] to \\*dig\\* it](<{names[1]}>)" in index
    assert index.startswith("# 2 pages\n\n## garden.example\n")


def test_again_and_nothing_is_written(archive: Archive, folder: Path) -> None:
    mirror(archive, folder)
    before = {name: (folder / name).stat().st_mtime_ns for name in files(folder)}
    done = mirror(archive, folder)
    assert (done.written, done.unchanged, done.removed) == (0, 3, 0)
    assert {name: (folder / name).stat().st_mtime_ns for name in files(folder)} == before


def test_a_new_title_keeps_the_name(archive: Archive, folder: Path) -> None:
    mirror(archive, folder)
    names = files(folder)
    file(archive, POND, "The pond was dug again.", hour=5, title="Another title")
    done = mirror(archive, folder)
    assert (done.written, done.unchanged) == (2, 1)  # the page and the index
    assert files(folder) == names
    fields, _ = parse((folder / names[1]).read_text("utf-8"))
    assert (fields["title"], fields["version"], fields["change"]) == ("Another title", 2, "title; +1 −0 words")


def test_a_first_version_that_comes_late_keeps_the_name(archive: Archive, folder: Path) -> None:
    mirror(archive, folder)
    names = files(folder)
    file(archive, POND, "No pond yet.", hour=-50, title="A garden")
    mirror(archive, folder)
    assert files(folder) == names


def test_a_page_that_is_gone_says_so_and_stays(archive: Archive, folder: Path) -> None:
    archive.record_failure(
        POND, url_key="//garden.example/pond", outcome=Outcome.FAILED, reason="410", status=410,
        checked_at=START.replace(hour=20),
    )  # fmt: skip
    mirror(archive, folder)
    fields, text = parse((folder / files(folder)[1]).read_text("utf-8"))
    assert fields["gone_since"] == "2026-11-01T20:00:00+00:00"
    assert "The pond was dug." in text


def test_files_without_a_page_go_and_others_stay(archive: Archive, folder: Path) -> None:
    mirror(archive, folder)
    (folder / "garden.example" / "my own.md").write_text("mine")
    (folder / "README.md").write_text("mine too")
    with Archive.open(folder.parent / "b.db", create=True) as smaller:
        file(smaller, BEES, "Bees came.", hour=1, title="蜜蜂")
        file(smaller, BEES, "Bees came and went.", hour=2, title="蜜蜂")
        list(smaller.prune(Rule(keep=1)))
        done = mirror(smaller, folder)
    assert done.removed == 1
    assert [name for name in files(folder) if name.startswith("garden")] == ["garden.example/my own.md"]
    assert (folder / "README.md").read_text() == "mine too"


def test_what_somebody_edited_is_left_alone(archive: Archive, folder: Path) -> None:
    mirror(archive, folder)
    page = folder / files(folder)[1]
    page.write_text("my own words")
    file(archive, POND, "The pond was dug again.", hour=5)
    done = mirror(archive, folder)
    assert done.edited == [page]
    assert page.read_text() == "my own words"
    assert mirror(archive, folder).edited == [page]


def test_a_list_that_was_forged_leads_nowhere(archive: Archive, folder: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    digest = sha256(b"precious").hexdigest()
    folder.mkdir()
    (folder / ".clipper").write_text(f"{digest}  ../victim\n{digest}  {victim}\nnonsense\n")
    (folder / "link.md").symlink_to(victim)
    mirror(archive, folder)
    assert victim.read_bytes() == b"precious"


def test_only_what_was_fetched_since(archive: Archive, folder: Path) -> None:
    mirror(archive, folder)
    before = state(folder)
    file(archive, BEES, "Bees came and went.", hour=30, title="蜜蜂")
    done = mirror(archive, folder, since=capture(hour=20).fetched_at)
    assert (done.written, done.unchanged, done.removed) == (1, 0, 0)
    changed = {name for name, data in state(folder).items() if before[name] != data}
    assert {name.partition("/")[0] for name in changed} == {".clipper", "other.example"}


def test_images_that_are_archived_stand_beside_the_page(archive: Archive, folder: Path) -> None:
    file(archive, POND, "![carp](https://garden.example/carp.png) and ![no](https://garden.example/no.png)", hour=3)
    snapshot = archive.snapshot("//garden.example/pond")
    with archive.batch():
        name = bodies.store(archive.connection, b"\x89PNG carp")
        archive.connection.execute(
            "INSERT INTO assets (snapshot_id, url, body_sha256, content_type) VALUES (?, ?, ?, 'image/png')",
            (snapshot.id, "https://garden.example/carp.png", name),
        )
    mirror(archive, folder)
    image = f"images/{name[:16]}.png"
    assert (folder / "garden.example" / image).read_bytes() == b"\x89PNG carp"
    (page,) = (folder / "garden.example").glob("*.md")
    assert f"![carp]({image}) and ![no](https://garden.example/no.png)" in page.read_text("utf-8")
    assert list(archive.verify()) == []


def test_a_git_repository_of_it_tells_what_changed(archive: Archive, folder: Path) -> None:
    def git(*words: str) -> str:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", *words]
        return subprocess.run(command, cwd=folder, check=True, capture_output=True, encoding="utf-8").stdout

    mirror(archive, folder)
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    mirror(archive, folder)
    assert git("status", "--porcelain") == ""
    file(archive, POND, "The pond was dug in March.", hour=5, title="A pond: [how] to *dig* it")
    mirror(archive, folder)
    assert "+The pond was dug in March." in git("diff")
