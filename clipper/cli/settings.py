"""The configuration: one TOML file beside the archive, one of the user's; option > environment > file.

[network]                  options of every command that fetches, by their long names
[sync] [clip] [watch] ...  options of that command alone
[read]                     rules = "folder of site rules"
[host."www.example.com"]   what is other for a host; ".example.com" is all of it
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipper.cli.options import UNITS
from clipper.errors import UsageError

if TYPE_CHECKING:
    from clipper.fetch import Policy

__all__ = ["FILE", "Settings", "current", "files", "use"]

FILE = "clipper.toml"
VARIABLE = "CLIPPER_CONFIG"  # in the place of the user's own file
META = "clipper.settings"
NAME = re.compile(r"\.?[^\s/@\\]+")
PATHS = frozenset({"cookies", "report", "rules"})  # relative to the file that names them
GENERAL = ("network", "read", "host")
# What may be other for a host, and the name that the policy has for it.
HOST = {
    "sleep": "min_interval",
    "timeout": "timeout",
    "retries": "retries",
    "user-agent": "user_agent",
    "cookies": "cookies",
    "header": "headers",
    "robots": "robots",
    "max-bytes": "max_bytes",
    "proxy": "proxy",
}
KINDS: dict[str, tuple[type, ...]] = {
    "sleep": (int, float),
    "timeout": (int, float),
    "retries": (int,),
    "max-bytes": (int,),
    "header": (list,),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the files say: of sections and hosts, each value with its file; the first file wins."""

    sections: dict[str, dict[str, tuple[Any, Path]]] = field(default_factory=dict)
    hosts: dict[str, dict[str, tuple[Any, Path]]] = field(default_factory=dict)

    def of_command(self, command: click.Command, name: str) -> dict[str, tuple[Any, Path]]:
        """The values of a command's options, by the names of its parameters."""
        known = {option.lstrip("-"): one for one in command.params for option in one.opts if option.startswith("--")}
        found: dict[str, tuple[Any, Path]] = {}
        for section in ("network", name):
            for key, value in self.sections.get(section, {}).items():
                if key in known and known[key].name is not None:
                    found[str(known[key].name)] = value
                elif section == name != "network":  # not every command has all options of the network
                    raise UsageError(f"{value[1]}: [{section}] knows no {key!r}; see `clip {name} --help`")
        return found

    def of_host(self, host: str) -> dict[str, tuple[Any, Path]]:
        """What is other for a host; a longer name says more of it than a shorter one."""
        found: dict[str, tuple[Any, Path]] = {}
        for name in sorted(self.hosts, key=len):
            if host == name or (name.startswith(".") and (host.endswith(name) or host == name[1:])):
                found |= self.hosts[name]
        return found

    def policy(self, policy: Policy, host: str) -> Policy:
        """The policy for one host."""
        from dataclasses import replace

        from clipper.cli.network import header

        changes: dict[str, Any] = {}
        for key, (value, file) in self.of_host(host).items():
            if key == "header":
                changes["headers"] = (*policy.headers, *map(header, value))
            elif key in HOST:
                changes[HOST[key]] = file.parent / value if key == "cookies" else value
        if "timeout" in changes:
            changes["deadline"] = 4 * changes["timeout"]
        return replace(policy, **changes) if changes else policy

    def check(self, policy: Policy) -> None:
        """Raise the error of a host that could not be asked as the files want it, before a run is in its midst."""
        from clipper.fetch import Fetcher

        for host in self.hosts:
            Fetcher(self.policy(policy, host)).close()

    def every(self, host: str) -> timedelta | None:
        """How often pages of a host are looked at, if the files say so."""
        said = self.of_host(host).get("every")
        return timedelta(seconds=_seconds(*said)) if said else None

    @property
    def paced(self) -> bool:
        """Whether the files say of any host how often its pages are looked at."""
        return any("every" in values for values in self.hosts.values())

    @property
    def rules(self) -> Path | None:
        """The folder of site rules."""
        said = self.sections.get("read", {}).get("rules")
        return said[1].parent / said[0] if said else None


def files(db: Path) -> list[Path]:
    """The files that count for an archive, whether they are there or not, the first one first."""
    own = os.environ.get(VARIABLE)
    return [db.absolute().parent / FILE, Path(own) if own else Path(click.get_app_dir("clipper")) / FILE]


def use(ctx: click.Context, db: Path) -> None:
    """Let the files say what the options do not; called before any other option is looked at."""
    settings = _read(files(db))
    ctx.meta[META] = settings
    words = ctx.command_path.split()
    name = words[1] if len(words) == 2 else "network"  # a command of a group has the options of the network alone
    named = settings.of_command(ctx.command, name)
    ctx.default_map = {**(ctx.default_map or {}), **{key: _resolved(key, *value) for key, value in named.items()}}


def current(context: click.Context | None = None) -> Settings:
    """The settings of the command that runs."""
    context = context or click.get_current_context(silent=True)
    found = context.meta.get(META) if context is not None else None
    return found if isinstance(found, Settings) else Settings()


def _resolved(name: str, value: Any, file: Path) -> Any:
    return str(file.parent / value) if name in (*PATHS, "file") and isinstance(value, str) else value


def _read(found: list[Path]) -> Settings:
    sections: dict[str, dict[str, tuple[Any, Path]]] = {}
    hosts: dict[str, dict[str, tuple[Any, Path]]] = {}
    for file in found:
        if not file.is_file():
            continue
        for section, values in _tables(file):
            if section != "host":
                _merge(sections.setdefault(section, {}), values, file)
                continue
            for host, own in values.items():
                if not isinstance(own, dict):
                    raise UsageError(f'{file}: write [host."{host}"] above what is said of a host')
                _check_host(host, own, file)
                _merge(hosts.setdefault(host.lower(), {}), own, file)
    return Settings(sections, hosts)


def _tables(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    import tomllib

    from clipper.cli.group import COMMANDS

    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read the configuration {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"the configuration {file} is no TOML: {error}") from error
    for section, values in data.items():
        if section not in (*GENERAL, *COMMANDS) or not isinstance(values, dict):
            from difflib import get_close_matches

            near = get_close_matches(section, (*GENERAL, *COMMANDS), n=1)
            meant = f"; did you mean [{near[0]}]?" if near else ""
            raise UsageError(f"{file}: there is no section [{section}]{meant}")
        if section == "network":
            _check_network(values, file)
        if section == "read":
            _check_read(values, file)
        yield section, values


def _check_network(values: dict[str, Any], file: Path) -> None:
    from clipper.cli.network import OPTION_NAMES

    for key in values:
        if key not in OPTION_NAMES:
            raise UsageError(f"{file}: [network] knows no {key!r}, but {', '.join(OPTION_NAMES)}")


def _check_read(values: dict[str, Any], file: Path) -> None:
    for key, value in values.items():
        if key != "rules":
            raise UsageError(f"{file}: [read] knows no {key!r}, but rules")
        if not isinstance(value, str):
            raise UsageError(f"{file}: rules of [read] cannot be {value!r}; it is a folder")


def _check_host(host: str, values: dict[str, Any], file: Path) -> None:
    if not NAME.fullmatch(host):
        raise UsageError(
            f'{file}: {host!r} is no host; write [host."www.example.com"], or ".example.com" for all of it'
        )
    for key, value in values.items():
        if key == "rules":
            raise UsageError(
                f"{file}: site rules name their hosts themselves; put them into the folder of [read] rules"
            )
        if key not in (*HOST, "every"):
            raise UsageError(f'{file}: [host."{host}"] knows no {key!r}, but {", ".join((*HOST, "every"))}')
        if key == "every":
            _seconds(value, file)
            continue
        wrong = _wrong(key, value)
        if wrong is not None:
            # What may be a secret is not repeated.
            shown = "so" if key in ("header", "proxy") else repr(value)
            raise UsageError(f'{file}: {key} of [host."{host}"] cannot be {shown}{wrong and ": " + wrong}')


def _wrong(key: str, value: Any) -> str | None:
    """What is wrong with a value that is said of a host, as far as one can see; None if nothing is."""
    from clipper.cli.network import header, option_types

    right: bool = isinstance(value, KINDS.get(key, (str,))) and not isinstance(value, bool)
    if not right:
        return ""
    if key == "cookies":  # whether the file is there is asked by whoever needs it
        return None
    try:
        if key == "header":
            for line in value:
                header(str(line))
            return None if all(isinstance(line, str) for line in value) else ""
        option_types()[key].convert(value, None, None)
    except click.BadParameter as error:
        return error.message
    except UsageError:
        return "write it like 'Accept-Language: zh'"
    return "it is not one line" if isinstance(value, str) and not value.isprintable() else None


def _merge(known: dict[str, tuple[Any, Path]], values: dict[str, Any], file: Path) -> None:
    for key, value in values.items():
        known.setdefault(key, (value, file))


def _seconds(value: Any, file: Path) -> float:
    try:
        seconds = float(value[:-1]) * UNITS[value[-1:]]
        if seconds > 0:
            return seconds
        raise ValueError
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{file}: {value!r} is no span of time; write it like 30m, 12h or 1d") from error
