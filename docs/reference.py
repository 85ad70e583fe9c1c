"""Writes the reference of all commands, from their own help, to standard output or into docs/reference.md.

usage: python docs/reference.py [--check | --write]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from clipper.cli.group import COMMANDS, cli

PAGE = Path(__file__).with_name("reference.md")
WIDTH = 100


def reference() -> str:
    """Every command with its help."""
    root = click.Context(cli, info_name="clip", max_content_width=WIDTH, terminal_width=WIDTH)
    parts = ["# Commands\n\nMade by `python docs/reference.py --write`.\n"]
    for name, command in _commands(root):
        context = click.Context(command, info_name=name, max_content_width=WIDTH, terminal_width=WIDTH)
        parts.append(f"## clip {name}\n\n```\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def _commands(root: click.Context) -> Iterator[tuple[str, click.Command]]:
    for name in COMMANDS:
        command = cli.get_command(root, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {child}", command.commands[child]) for child in command.commands)


def main() -> int:
    text = reference()
    if "--write" in sys.argv:
        PAGE.write_text(text, "utf-8")
        return 0
    if "--check" in sys.argv:
        fresh = PAGE.exists() and PAGE.read_text("utf-8") == text
        print("docs/reference.md is up to date" if fresh else "docs/reference.md is stale: python docs/reference.py --write")
        return 0 if fresh else 1
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
