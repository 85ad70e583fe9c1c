"""`clip schedule`: a crontab line, or a systemd timer and service, for one archive."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import click

from clipper.cli.options import Duration, db_option
from clipper.cli.output import remark
from clipper.errors import ArchiveError, FileError, UsageError

CRON_SPANS = (1, 2, 3, 4, 6, 8, 12)  # hours that divide a day
MINUTES = (5, 10, 15, 20, 30)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run, how often, and for which archive; all paths absolute."""

    command: tuple[str, ...]
    db: Path
    every: timedelta
    minute: int  # of the hour: archives of one machine, and machines of one world, take turns

    @property
    def name(self) -> str:
        return f"clipper-{sha256(str(self.db).encode()).hexdigest()[:8]}"


@click.command("schedule")
@click.option("--every", type=Duration(), default="1h", show_default=True, metavar="SPAN",
              help="How often: 5m to 1d, what divides an hour or a day.")  # fmt: skip
@click.option("--cron", "form", flag_value="cron", default="cron", help="A line for crontab (the default).")
@click.option("--systemd", "form", flag_value="systemd", help="A timer and a service for systemd, as the user's own.")
@click.option("--install", is_flag=True, help="Write it where it belongs, after showing it.")
@click.option("--remove", is_flag=True, help="Take away what --install wrote.")
@db_option
def schedule_command(every: timedelta, form: str, install: bool, remove: bool, db: Path) -> None:
    """Print what makes cron or systemd run `clip sync` on this archive; --install writes it.

    Runs that overlap are no harm (the second one ends at once), and a systemd timer catches up once
    on what a machine that slept has missed.

    Example: clip schedule --systemd --install --db /home/me/archive.db
    """
    if not db.exists():
        raise ArchiveError(f"no archive at {db}; `clip watch add URL` makes one", path=str(db))
    path = db.resolve()
    if "\n" in str(path) or (form == "cron" and "%" in str(path)):
        raise UsageError(f"{path} has a character in it that a schedule cannot hold; move the archive")
    number = int(sha256(str(path).encode()).hexdigest(), 16)
    plan = Plan((*_clip(), "sync", "--db", str(path), "--max-time", _span(every * 0.9)), path, every, number % 60)
    (_cron if form == "cron" else _systemd)(plan, install=install, remove=remove)


def _clip() -> tuple[str, ...]:
    """The command that runs now, by its absolute path."""
    script = Path(sys.argv[0]).absolute()
    if script.name == "clip" and os.access(script, os.X_OK):
        return (str(script),)
    beside = Path(sys.executable).with_name("clip")
    return (str(beside),) if beside.exists() else (sys.executable, "-m", "clipper")


def _cron(plan: Plan, *, install: bool, remove: bool) -> None:
    mark = f"# {plan.name}: clipper, {plan.db}"
    lines = [mark, f"{_times(plan)}  {shlex.join(plan.command)}"]
    if not remove:
        click.echo("\n".join(lines))
    if not (install or remove):
        return
    if shutil.which("crontab") is None:
        raise UsageError("there is no `crontab` here; install cron, or use --systemd")
    before = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False)
    known = before.stdout.splitlines() if before.returncode == 0 else []
    kept = _without(known, f"# {plan.name}:")
    table = "\n".join([*kept, *([] if remove else lines)]) + "\n"
    done = subprocess.run(["crontab", "-"], input=table, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FileError(f"crontab refused it: {' '.join(done.stderr.split())[:200]}")
    remark("Taken out of the crontab." if remove else "Written into the crontab; `crontab -l` shows it.")


def _without(lines: list[str], mark: str) -> list[str]:
    """A crontab without the two lines that begin with that mark."""
    kept, skip = [], False
    for line in lines:
        if line.startswith(mark):
            skip = True
        elif skip:
            skip = False
        else:
            kept.append(line)
    return kept


def _times(plan: Plan) -> str:
    """The five fields of cron."""
    minutes = int(plan.every.total_seconds() // 60)
    if minutes in MINUTES:
        return f"{','.join(str(plan.minute % minutes + n) for n in range(0, 60, minutes))} * * * *"
    hours, rest = divmod(minutes, 60)
    if not rest and hours in CRON_SPANS:
        return f"{plan.minute} {'*' if hours == 1 else f'*/{hours}'} * * *"
    if minutes == 24 * 60:
        return f"{plan.minute} 5 * * *"
    raise UsageError("--every has to be 5, 10, 15, 20 or 30 minutes, 1, 2, 3, 4, 6, 8 or 12 hours, or a day")


def _systemd(plan: Plan, *, install: bool, remove: bool) -> None:
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"
    units = {folder / f"{plan.name}.service": _service(plan), folder / f"{plan.name}.timer": _timer(plan)}
    if remove:
        for file in units:
            file.unlink(missing_ok=True)
        remark(f"Taken away. `systemctl --user disable --now {plan.name}.timer` ends a timer that runs.")
        return
    for file, text in units.items():
        click.echo(f"# {file}\n{text}")
    enable = f"systemctl --user daemon-reload && systemctl --user enable --now {plan.name}.timer"
    if install:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for file, text in units.items():
                file.write_text(text, "utf-8")
        except OSError as error:
            raise FileError(f"cannot write the units into {folder}: {error.strerror}") from error
    remark(f"{'Written. To start it' if install else 'To start it once it is there'}: {enable}")


def _service(plan: Plan) -> str:
    command = " ".join(_quoted(word) for word in plan.command)
    return (
        f"[Unit]\nDescription=clipper: fetch what is due for {str(plan.db).replace('%', '%%')}\nWants=network-online.target\n"
        "After=network-online.target\n\n"
        f"[Service]\nType=oneshot\nExecStart={command}\n"
        "# 75: another run is at work. 1: something could not be had, which the report tells.\n"
        "SuccessExitStatus=75 1\n"
        "# The first SIGTERM lets the page in hand be finished.\nKillMode=mixed\nTimeoutStopSec=150\nNice=10\n"
    )


def _timer(plan: Plan) -> str:
    minutes = int(plan.every.total_seconds() // 60)
    when = _times(plan).split()
    hours = "*" if minutes <= 60 else "05" if minutes == 24 * 60 else f"00/{minutes // 60}"
    return (
        f"[Unit]\nDescription=clipper, every {_span(plan.every)}\n\n"
        f"[Timer]\nOnCalendar=*-*-* {hours}:{when[0]}:00\n"
        "# A machine that slept catches up once.\nPersistent=true\nRandomizedDelaySec=60\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )


def _quoted(word: str) -> str:
    """A word of ExecStart: systemd has escapes of its own."""
    safe = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{safe}"' if set(safe) & set(" \t'\";") or safe != word else safe


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
