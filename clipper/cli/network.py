"""The options of every command that fetches, and the fetcher they ask for."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from clipper.errors import UsageError

if TYPE_CHECKING:
    from clipper.fetch import Fetcher, Policy

Command = TypeVar("Command", bound=Callable[..., Any])

OPTIONS = (
    click.option("--timeout", type=click.FloatRange(min=0, min_open=True), default=30.0, show_default=True,
                 metavar="SECONDS", help="Time for one try; all tries together get four times as much."),
    click.option("--retries", type=click.IntRange(0, 10), default=2, show_default=True,
                 help="Further tries after one that may pass (429, 5xx, a broken connection)."),
    click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'",
                 help="Send this header, to the address's own origin only; repeatable."),
    click.option("--user-agent", metavar="TEXT", help="What to say who is asking."),
    click.option("--cookies", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
                 help="Send the cookies of this file (Netscape format, as browsers' add-ons export it)."),
    click.option("--proxy", metavar="URL", help="Fetch through this proxy; addresses are not checked behind it."),
    click.option("--allow-private", "allow_private", multiple=True, metavar="HOST", envvar="CLIPPER_ALLOW_PRIVATE",
                 help="Allow this host although its address is not public; repeatable. Also $CLIPPER_ALLOW_PRIVATE."),
    click.option("--max-bytes", type=click.IntRange(min=1), default=20_000_000, show_default=True,
                 help="The largest page to accept."),
    click.option("--robots", type=click.Choice(["obey", "ignore"]),
                 help="What to do with robots.txt; `clip sync` obeys it by default, and pages that you name are fetched."),
    click.option("--sleep", "pause", type=click.FloatRange(min=0), default=1.0, show_default=True, metavar="SECONDS",
                 help="Pause between two requests to one host."),
    click.option("--replay", type=click.Path(path_type=Path), metavar="TAPE",
                 help="Answer from this recorded WARC tape instead of the network."),
)  # fmt: skip


OPTION_NAMES = (
    "timeout", "retries", "header", "user-agent", "cookies", "proxy", "allow-private", "max-bytes", "robots", "sleep"
)  # fmt: skip


def network_options(command: Command) -> Command:
    """Give a command all options of the network."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def option_types() -> dict[str, click.ParamType[Any]]:
    """What each option takes, by its long name."""
    probe = click.Command("probe")
    network_options(probe)
    return {option.opts[-1].lstrip("-"): option.type for option in probe.params}


def policy_of(options: dict[str, Any], *, robots: Literal["obey", "ignore"] = "ignore") -> Policy:
    """The fetcher's policy that the options ask for.

    `robots` is what holds without `--robots`; a tape has nobody who could be disturbed.
    """
    from clipper.fetch import Policy

    chosen: dict[str, Any] = {
        "timeout": options["timeout"],
        "deadline": 4 * options["timeout"],
        "retries": options["retries"],
        "max_bytes": options["max_bytes"],
        "headers": tuple(map(header, options["headers"])),
        "cookies": options["cookies"],
        "proxy": options["proxy"],
        "allow_private": frozenset(h for entry in options["allow_private"] for h in entry.split(",") if h),
        "robots": options["robots"] or ("ignore" if options["replay"] else robots),
        "min_interval": options["pause"],
    }
    if options["user_agent"]:
        chosen["user_agent"] = options["user_agent"]
    return Policy(**chosen)


def open_fetcher(policy: Policy, replay: Path | None, *, sleep: Callable[[float], None] = time.sleep) -> Fetcher:
    """A fetcher on the network, or on a tape; on a tape nobody has to be waited for."""
    from clipper.fetch import Fetcher

    if replay is None:
        return Fetcher(policy, sleep=sleep)
    from clipper import tape

    return Fetcher(policy, transport=tape.replay(replay), sleep=lambda _seconds: None)


def header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip() or not name.strip().isascii() or any(c in line for c in "\r\n\0"):
        # What was typed may be a secret, and is not repeated.
        raise UsageError("what --header was given is no header; write it like 'Accept-Language: zh'")
    return name.strip(), value.strip()
