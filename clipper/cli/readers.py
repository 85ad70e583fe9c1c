"""The reader that a command uses, with the user's own site rules."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clipper.cli.output import complain, remark
from clipper.errors import FileError
from clipper.models import SiteRules

if TYPE_CHECKING:
    from clipper.extract import Reader
    from clipper.extract.rules import Rule

VARIABLE = "CLIPPER_RULES"


def rules_folder() -> Path:
    """Where the user's site rules are: $CLIPPER_RULES, else as configured, else the folder `rules` beside other settings."""
    from clipper.cli import settings

    return Path(os.environ.get(VARIABLE) or settings.current().rules or Path(click.get_app_dir("clipper")) / "rules")


def own_rules() -> tuple[list[tuple[Path, Rule]], int]:
    """The user's site rules with their files, and how many files cannot be used; each of those is complained of."""
    from clipper.extract.rules import files_of, load

    own, broken = [], 0
    for file in files_of(rules_folder()):
        try:
            own.append((file, load(file)))
        except FileError as error:
            complain(str(error))
            broken += 1
    return own, broken


def open_reader(
    *, isolate: bool = True, rules: SiteRules | None = None, meanwhile: Callable[[], object] | None = None
) -> Reader:
    """A reader in a process of its own, unless it is not to be isolated."""
    from clipper.extract import Reader

    if rules is None:
        folder = rules_folder()
        _complain_of_broken(folder)
        rules = SiteRules(folder=str(folder))
    return Reader(isolate=isolate, rules=rules, meanwhile=meanwhile)


def _complain_of_broken(folder: Path) -> None:
    """A rule of the user's own that cannot be used stops nothing, and is told of: its pages are read without it.

    FiveFilters' files are other people's, and thousands; `clip site rules` looks into them.
    """
    for file in sorted(folder.glob("*.toml")):
        from clipper.extract.rules import load

        try:
            load(file)
        except FileError as error:
            remark(f"Warning: {error}; pages are read without it")
