"""What the documents say holds: every command is told of, links lead somewhere, examples run."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path
from typing import Any

import pytest
from click import Group
from click.testing import CliRunner

from clipper.cli import run
from clipper.cli.group import COMMANDS, cli

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
REFERENCE = (ROOT / "docs" / "reference.md").read_text("utf-8")
GUIDES = README + "".join((ROOT / "docs" / name).read_text("utf-8") for name in ("tutorial.md", "howto.md"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def commands() -> list[str]:
    """Every command and subcommand, as it is typed."""
    found = []
    for name in COMMANDS:
        found.append(name)
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        if isinstance(command, Group):
            found += [f"{name} {sub}" for sub in command.commands]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_reference(command: str) -> None:
    assert f"\n## clip {command}\n" in REFERENCE


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "clip"])
def test_every_command_is_used_in_a_guide(command: str) -> None:
    assert f"clip {command}" in GUIDES


@pytest.mark.parametrize("command", [c for c in commands() if c != "watch"])
def test_every_help_has_a_summary_and_an_example_or_is_a_group(command: str) -> None:
    said = CliRunner().invoke(cli, [*command.split(), "--help"], prog_name="clip").output
    assert said.startswith(f"Usage: clip {command} ")
    assert len(said.splitlines()[2].strip()) > 10


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 120


@pytest.mark.parametrize("mark", ["job", "tests"])
def test_the_readme_has_the_line_that_ci_runs(mark: str) -> None:
    assert re.search(f"<!-- {mark} -->\n```sh\npython3 -m venv .venv && .+\n```\n", README)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    text = document.read_text("utf-8")
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", re.sub(r"```.*?```", "", text, flags=re.S))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_the_library_example_of_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.S)
    script = tmp_path / "example.py"
    script.write_text(code, "utf-8")
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(script), run_name="__main__")
    assert capsys.readouterr().out.startswith("new ")


def test_the_tutorial_can_be_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs" / "tutorial.md").read_text("utf-8").partition("\n## 2. ")[2]
    lines = re.findall(r"^clip (.+)$", "\n".join(re.findall(r"```sh\n(.*?)```", text, flags=re.S)), flags=re.M)
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    (tmp_path / "archive.db").write_bytes((ROOT / "archive.db").read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLIPPER_DB", str(tmp_path / "mine.db"))
    codes = {}
    for line in lines:
        words = shlex.split(line.partition(" > ")[0], comments=True)
        if words[0] != "browse":
            codes[line] = run(words)
    said = capsys.readouterr().out
    assert {line: code for line, code in codes.items() if code} == {line: 6 for line in codes if "soft404" in line}
    assert "not modified" in said
    assert "changed  " in said
    assert "Nothing found" not in said


@pytest.mark.parametrize("name", ["constraints.txt", "requirements.txt"])
def test_pinned_versions_have_hashes_and_name_no_index(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    pinned: list[Any] = re.findall(r"^([a-z0-9-]+)==\S+(?: ;[^\\]+)? \\\n    --hash=sha256:", text, flags=re.M)
    named = re.findall(r"^([a-z0-9-]+)", text, flags=re.M)
    assert pinned == named
    assert "://" not in text
