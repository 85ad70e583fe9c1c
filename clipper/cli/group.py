"""The commands by name, loaded when they are called; an address without a command is clipped."""

from __future__ import annotations

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
    "site": ("site", "Show what was learned of a host, or what a site rule does."),
    "reextract": ("reextract", "Read the stored bytes again with today's extractor, rules and knowledge of sites."),
    "browse": ("browse", "Open the archive in Datasette."),
}

# Options of the group itself; every other option belongs to the default command.
GROUP_OPTIONS = ("--help", "-h", "--version")

EPILOG = """\b
Examples:
  clip https://www.4hou.com/posts/DxRx
  clip -i urls.txt --error-file failed.txt
  clip search 漏洞
  clip diff https://www.4hou.com/posts/DxRx
"""


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
        if args and args[0] not in COMMANDS and args[0] not in GROUP_OPTIONS:
            args = ["clip", *args]
        return super().parse_args(ctx, args)

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
