"""What is installed is what is written down."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path

import pytest

import clipper

ROOT = Path(__file__).resolve().parent.parent
try:
    INSTALLED = distribution("clipper-archive")
except PackageNotFoundError:
    pytest.skip("clipper-archive is not installed here: pip install --no-deps -e .", allow_module_level=True)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_the_version_is_the_packages() -> None:
    assert INSTALLED.version == clipper.__version__


def test_what_is_installed_asks_for_what_the_project_names() -> None:
    plain = [line for line in requires("clipper-archive") or [] if "extra ==" not in line]
    assert len(plain) == len(PROJECT["dependencies"])


@pytest.mark.parametrize("entry", INSTALLED.entry_points, ids=lambda e: f"{e.group}-{e.name}")
def test_entry_points_lead_somewhere(entry: object) -> None:
    assert entry.load() is not None  # type: ignore[attr-defined]


@pytest.mark.parametrize("data", ["extract/signatures.toml"])
def test_data_files_are_installed(data: str) -> None:
    assert clipper.__file__ is not None
    assert (Path(clipper.__file__).parent / data).is_file()


def test_help_needs_no_heavy_library() -> None:
    """`clip --help` and importing the archive load neither extractor nor network nor database."""
    code = (
        "import sys; from clipper.cli import run; run(['--help']); import clipper.archive;"
        "print(sorted({'httpx', 'trafilatura', 'lxml', 'selectolax', 'sqlite_utils', 'warcio', 'feedparser',"
        " 'datasette', 'yaml'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert out.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", ["clipper.archive", "clipper.extract", "clipper.fetch"])
def test_public_names_are_listed_and_there(name: str) -> None:
    room = import_module(name)
    assert [public for public in room.__all__ if not hasattr(room, public)] == []
