"""The commands by name, loaded when they are called; an address without a command is clipped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module

import click

from clipper import __version__

# name: (module, what it does). The summary stands here too, so that `clip --help` loads no
# command; a test holds it against the command's own.
COMMANDS: dict[str, tuple[str, str]] = {
    "clip": ("clip", "Fetch pages, read their articles and file them (the default command)."),
    "list": ("listing", "List the archived pages, the latest first."),
    "search": ("listing", "Search the articles, Chinese words of two characters included."),
    "history": ("reading", "List every version and every check of a page, or what another web archive has of it."),
    "show": ("reading", "Print an archived article."),
    "diff": ("reading", "Show what changed between two versions of a page."),
    "tag": ("annotate", "Tag a page."),
    "note": ("annotate", "Write a note on a page."),
    "export": ("export", "Write the archive out: Markdown files, JSON, CSV, WARC or WACZ."),
    "import": ("importing", "Bring in other archives: Markdown folders, WARC and WACZ files, bookmarks, lists."),
    "watch": ("watching", "Manage the pages and feeds that `clip sync` fetches."),
    "sync": ("sync", "Fetch what is due: the command for cron."),
    "report": ("report", "Tell what `clip sync` found since then: new, changed, gone, failing, back."),
    "failures": (
        "report",
        "List the pages and feeds that could not be had the last time, why, and when they are tried again.",
    ),
    "retry": ("report", "Let pages and feeds that failed be due now, for the next `clip sync`."),
    "feed": ("report", "Write an Atom feed of what changed, with the differences in it, for any feed reader."),
    "schedule": ("schedule", "Print what makes cron or systemd run `clip sync` on this archive; --install writes it."),
    "config": (
        "config",
        "Show what is in force for a command (`sync` unless another is named), and where it comes from.",
    ),
    "verify": ("proof", "Check every byte, record and index, and name each damage."),
    "seal": ("proof", "Print the head of the chain, for a timestamp service or a notary."),
    "merge": ("keeping", "Bring in all that other archives have and this one has not."),
    "prune": ("keeping", "Take old versions away; by itself it only says which."),
    "backup": ("keeping", "Copy the archive to one file, while others write to it, and verify the copy."),
    "stats": ("keeping", "Count what is in the archive, and what takes how much room."),
    "doctor": ("doctor", "Look whether this machine is fit for the archive, and say what is not."),
    "record": ("record", "Record what a server sends as a WARC tape."),
    "site": ("site", "Show what was learned of a host, or what a site rule does."),
    "reextract": ("reextract", "Read the stored bytes again with today's extractor, rules and knowledge of sites."),
    "browse": ("browse", "Open the archive in Datasette."),
}

# Options of the group itself; every other option belongs to a command.
GROUP_OPTIONS = ("--help", "-h", "--version")
EPILOG = """\b
Examples:
  clip https://www.4hou.com/posts/DxRx
  clip -i urls.txt --error-file failed.txt
  clip search 漏洞
  clip diff https://www.4hou.com/posts/DxRx
"""


def command_first(words: list[str]) -> list[str]:
    """The words with the command in front: its options may stand before it, and `clip` goes without saying."""
    if not words or words[0] in (*GROUP_OPTIONS, *COMMANDS):
        return words
    if not words[0].startswith("-"):
        return ["clip", *words]
    if "--version" in words[: options_before(words, load("clip"))]:
        return ["--version"]
    return behind_command(words, COMMANDS, load) or ["clip", *words]


def behind_command(
    words: list[str], commands: Iterable[str], find: Callable[[str], click.Command | None]
) -> list[str] | None:
    """The words with the options before the command moved behind it; None if they begin with none."""
    for place, word in enumerate(words):
        if word in commands and (command := find(word)) and options_before(words, command) == place:
            return [word, *words[:place], *words[place + 1 :]]
    return None


def options_before(words: list[str], command: click.Command | None) -> int:
    """How many words at the beginning are options of the command, and their values."""
    valued = _options(command)
    place = 0
    while place < len(words) and words[place].startswith("-"):
        name, equals, _ = words[place].partition("=")
        attached = not name.startswith("--") and len(name) > 2
        takes = valued.get(name[:2] if attached else name)
        if takes is None:
            break
        place += 2 if takes and not equals and not attached else 1
    return place


def _options(command: click.Command | None) -> dict[str, bool]:
    """The options of a command, or of all commands of a group, and whether they take a value."""
    if isinstance(command, click.Group):
        return {name: takes for sub in command.commands.values() for name, takes in _options(sub).items()}
    found = {"-h": False, "--help": False, "--version": False}
    for option in command.params if command else ():
        if isinstance(option, click.Option):
            found |= dict.fromkeys((*option.opts, *option.secondary_opts), not option.is_flag)
    return found


def load(name: str) -> click.Command | None:
    """The command of that name."""
    if name not in COMMANDS:
        return None
    command = getattr(import_module(f"clipper.cli.{COMMANDS[name][0]}"), f"{name}_command")
    assert isinstance(command, click.Command)
    return command


class OptionsFirst(click.Group):
    """A group whose commands' options may stand before the command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, behind_command(args, self.commands, self.commands.get) or args)


class DefaultGroup(click.Group):
    """A group that loads commands late and gives `clip` what names no command."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        return load(cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, command_first(args))

    def invoke(self, ctx: click.Context) -> object:
        """`clip list | head` is no error, which click alone would make of it."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise click.exceptions.Exit(0) from error

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
