"""Files written whole, under names that no title breaks; front matter that reads back equal."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipper.errors import FileError
from clipper.exports.files import file_name, write_whole
from clipper.exports.frontmatter import front_matter, parse

TITLES = st.text(max_size=300)


@given(TITLES, st.text(min_size=1, max_size=100))
def test_any_title_makes_a_safe_file_name(title: str, key: str) -> None:
    name = file_name(title, key, suffix=".md")
    assert len(name.encode()) <= 80 + 1 + 12 + 3
    assert not name.startswith((".", "-"))
    assert all(c.isalnum() or c in "-." or not c.isascii() for c in name)
    assert "/" not in name
    assert name.isprintable()


@given(TITLES)
def test_two_pages_of_one_title_have_two_names(title: str) -> None:
    assert file_name(title, "//a/1", suffix=".md") != file_name(title, "//a/2", suffix=".md")


@given(TITLES, st.text(max_size=60).map(lambda text: text.replace("\n---\n", "")))
def test_front_matter_reads_back_equal(title: str, author: str) -> None:
    fields = {"title": title, "author": author, "words": 12, "tags": ["漏洞", title]}
    known = {name: value for name, value in fields.items() if value is not None}
    assert parse(front_matter(fields) + "\nthe text\n") == (known, "\nthe text\n")


def test_front_matter_leaves_out_what_is_not_known() -> None:
    assert front_matter({"title": "a: b", "author": None}) == "---\ntitle: 'a: b'\n---\n"


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["a.md"]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "a.md").symlink_to(victim)
    write_whole(tmp_path / "a.md", b"new")
    assert victim.read_bytes() == b"precious"
    assert (tmp_path / "a.md").read_bytes() == b"new"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot write"):
        write_whole(tmp_path / "none" / "a.md", b"x")


def test_files_are_readable_by_others(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.md", b"x")
    assert stat.S_IMODE((tmp_path / "a.md").stat().st_mode) & 0o400
