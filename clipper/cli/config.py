"""`clip config`: what is in force, and who says so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from clipper.cli import settings
from clipper.cli.group import COMMANDS, load
from clipper.cli.options import db_option, format_options
from clipper.cli.output import print_rows, remark
from clipper.errors import UsageError

COLUMNS = ("setting", "value", "from")
SECRET = frozenset({"headers", "header", "cookies_text", "proxy", "notify"})
SOURCES = {"COMMANDLINE": "option", "ENVIRONMENT": "environment", "DEFAULT_MAP": "file"}


@click.command("config")
@click.argument("command", default="sync", metavar="[COMMAND]")
@db_option
@format_options
def config_command(command: str, db: Path, form: str | None) -> None:
    """Show what is in force for a command (`sync` unless another is named), and where it comes from.

    An option counts more than the environment, that more than the file beside the archive, and that
    more than the user's own file. What may be a secret is not shown.

    Example: clip config sync --db /home/me/archive.db
    """
    found = load(command)
    if command not in COMMANDS or found is None or isinstance(found, click.Group):
        raise UsageError(f"there is no command {command!r} with options of its own; see `clip --help`")
    places = settings.files(db)
    if form is None:
        for file in places:
            remark(f"{file}: {'read' if file.is_file() else 'not there'}")
    print_rows([*_options(found, command, db), *_hosts()], form=form, columns=COLUMNS)


def _options(command: click.Command, name: str, db: Path) -> list[dict[str, Any]]:
    """Each option with its value and where that comes from."""
    group = click.Context(click.Group("clip"), info_name="clip")
    context = click.Context(command, info_name=name, parent=group, **command.context_settings)
    settings.use(context, db)
    asked = click.get_current_context().get_parameter_source("db")
    given: dict[str, Any] = {"db": str(db)} if asked is not None and asked.name == "COMMANDLINE" else {}
    files = settings.current(context).of_command(command, name)
    rows = []
    for option in command.params:
        if not isinstance(option, click.Option) or not option.opts[-1].startswith("--") or option.name == "help":
            continue
        value, source = option.consume_value(context, given)
        where = SOURCES.get(source.name, "default")
        if where == "file":
            where = str(files[option.name][1]) if option.name in files else "default"
        if where == "environment":
            where = f"${option.envvar}"
        rows.append({"setting": option.opts[-1].lstrip("-"), "value": _shown(str(option.name), value), "from": where})
    return rows


def _hosts() -> list[dict[str, Any]]:
    """What is other for single hosts."""
    return [
        {"setting": f"{host}: {key}", "value": _shown(key, value), "from": str(file)}
        for host, values in settings.current().hosts.items()
        for key, (value, file) in values.items()
    ]


def _shown(name: str, value: Any) -> Any:
    """A value as it may be shown: without what may let somebody in."""
    if value in (None, (), [], "Sentinel.UNSET") or "UNSET" in str(value):
        return ""
    if name not in SECRET:
        return str(value) if isinstance(value, (Path, tuple)) else value
    values = value if isinstance(value, (list, tuple)) else [value]
    return ", ".join(re.sub(r"(:\s*).*", r"\1…", str(one)) for one in values)
