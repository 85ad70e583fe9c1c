"""The other ways in which people run Datasette on an archive: without the plugin, inspected, immutable, published."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clipper.archive import Archive
from tests.datasette_plugin.datasette_material import HARBOUR_TITLE, Made

WITHOUT = (
    "from datasette.plugins import pm; from datasette.cli import cli\n"
    "for plugin in [p for p in pm.get_plugins() if p.__name__.startswith('clipper')]: pm.unregister(plugin)\n"
    "cli()"
)


def datasette(*arguments: str, plugin: bool = True, cwd: Path) -> str:
    """What the command prints."""
    command = ["-m", "datasette"] if plugin else ["-c", WITHOUT]
    done = subprocess.run([sys.executable, *command, *arguments], capture_output=True, text=True, cwd=cwd, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def copied(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that nobody writes to, as `clip backup` makes it."""
    path = tmp_path_factory.mktemp("copy") / "archive.db"
    with Archive.open(made.path, readonly=True) as archive:
        archive.backup(path)
    return path


def test_without_the_plugin_tables_views_and_labels_can_be_read(copied: Path) -> None:
    place = copied.parent
    for table in ("pages", "snapshots", "checks", "latest", "recent_changes", "failures", "hosts", "tags"):
        text = datasette("--get", f"/archive/{table}", "archive.db", plugin=False, cwd=place)
        assert "<th" in text, table
        assert "clipper-badge" not in text
    snapshots = datasette("--get", "/archive/snapshots", "archive.db", plugin=False, cwd=place)
    label = re.search(r'href="/archive/pages/1"[^>]*>([^<]+)</a>', snapshots)  # of the foreign key
    assert label
    assert label[1].startswith((HARBOUR_TITLE, "//harbour.example/posts/17"))  # 1.0 prefers what is unique
    newest = json.loads(
        datasette("--get", "/archive/recent_changes.json?_shape=array", "archive.db", plugin=False, cwd=place)
    )
    assert [row["fetched_at"] for row in newest] == sorted((row["fetched_at"] for row in newest), reverse=True)


def test_get_prints_a_page_of_the_library(copied: Path) -> None:
    assert HARBOUR_TITLE in datasette("--get", "/-/clips", "archive.db", cwd=copied.parent)


def test_a_copy_can_be_inspected_and_served_as_immutable(copied: Path) -> None:
    place = copied.parent
    counts = json.loads(datasette("inspect", "archive.db", cwd=place))["archive"]["tables"]
    assert (counts["pages"]["count"], counts["snapshots"]["count"]) == (7, 6)
    (place / "counts.json").write_text(datasette("inspect", "archive.db", cwd=place))
    arguments = ("-i", "archive.db", "--inspect-file", "counts.json")
    assert "6 rows" in datasette("--get", "/archive/snapshots", *arguments, cwd=place)
    for path in (
        "/-/clips",
        "/-/clips?q=漏洞",
        "/-/clips/3",
        "/-/clips/3/diff",
        "/-/clips/3/evidence",
        "/-/clips/health",
    ):
        assert "clipper" in datasette("--get", path, *arguments, cwd=place), path


def test_it_works_in_a_folder_like_the_one_that_publish_makes(copied: Path, tmp_path: Path) -> None:
    """`datasette publish` and `package` serve `-i file --inspect-file inspect-data.json`, with metadata beside it."""
    shutil.copy(copied, tmp_path / "archive.db")
    (tmp_path / "inspect-data.json").write_text(datasette("inspect", "archive.db", cwd=tmp_path))
    (tmp_path / "metadata.json").write_text('{"title": "Clippings"}')
    arguments = ["-i", "archive.db", "--inspect-file", "inspect-data.json", "--metadata", "metadata.json", "--cors"]
    assert "Clippings" in datasette("--get", "/", *arguments, cwd=tmp_path)
    assert HARBOUR_TITLE in datasette("--get", "/-/clips", *arguments, cwd=tmp_path)
