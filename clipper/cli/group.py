"""The commands by name, loaded when they are called; an address without a command is clipped."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

import click

from clipper import __version__

# name: (module, what it does). The summary stands here too, so that `clip --help` loads no
# command; a test holds it against the command's own.
COMMANDS: dict[str, tuple[str, str]] = {
    "clip": ("clip", "Fetch pages, read their articles and file them (the default command)."),
    "list": ("listing", "List the archived pages, the latest first."),
    "search": ("listing", "Search the articles, Chinese words of two characters included."),
    "history": ("reading", "List every version and every check of a page."),
    "show": ("reading", "Print an archived article."),
    "diff": ("reading", "Show what changed between two versions of a page."),
    "tag": ("annotate", "Tag a page."),
    "note": ("annotate", "Write a note on a page."),
    "export": ("export", "Write the archive out as Markdown files, JSON or CSV."),
    "import": ("importing", "Bring in other archives: Markdown folders, bookmarks, WARC files."),
    "watch": ("watching", "Manage the pages and feeds that `clip sync` fetches."),
    "sync": ("watching", "Fetch what is watched: the command for cron."),
    "record": ("record", "Record what a server sends as a WARC tape."),
    "browse": ("browse", "Open the archive in Datasette."),
}

# Options of the group itself; every other option belongs to a command.
GROUP_OPTIONS = ("--help", "-h", "--version")
# The options of all commands that take a value, so that `clip --db X list` finds its command without
# loading all of them; a test holds them against the commands' own.
VALUED = frozenset(
    "--allow-private --at --cookies --db --error-file --header --host --html --input --keep-bodies --limit --max-age "
    "--max-bytes --output --port --proxy --replay --retries --robots --since --sleep --state --tag --timeout --to "
    "--url --user-agent -e -i -n -o -p".split()
)

EPILOG = """\b
Examples:
  clip https://www.4hou.com/posts/DxRx
  clip -i urls.txt --error-file failed.txt
  clip search 漏洞
  clip diff https://www.4hou.com/posts/DxRx
"""


def command_first(words: list[str]) -> list[str]:
    """The words with the command in front: options may stand before it, and `clip` goes without saying."""
    if not words or words[0] in GROUP_OPTIONS:
        return words
    if "--version" in words[: options_before(words)]:
        return ["--version"]
    return behind_command(words, COMMANDS) or ["clip", *words]


def behind_command(words: list[str], commands: Iterable[str]) -> list[str] | None:
    """The words with the options before the command moved behind it; None if they begin with none."""
    place = options_before(words)
    if place == len(words) or words[place] not in commands:
        return None
    return [words[place], *words[:place], *words[place + 1 :]]


def options_before(words: list[str]) -> int:
    """How many words at the beginning are options and their values."""
    place = 0
    while place < len(words) and words[place].startswith("-") and words[place] not in ("-", "--"):
        place += 2 if words[place] in VALUED else 1
    return min(place, len(words))


class OptionsFirst(click.Group):
    """A group whose commands' options may stand before the command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, behind_command(args, self.commands) or args)


class DefaultGroup(click.Group):
    """A group that loads commands late and gives `clip` what names no command."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"clipper.cli.{COMMANDS[cmd_name][0]}")
        command = getattr(module, f"{cmd_name}_command")
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, command_first(args))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(
    cls=DefaultGroup,
    epilog=EPILOG,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="clip")
def cli() -> None:
    """Clip web pages: keep the article, all of it, in every version, in one SQLite file.

    The archive is --db, else $CLIPPER_DB, else archive.db in the current folder.
    """
