"""The command line: parse, call one function, print, set the exit code.

Every error of the tree becomes one line on stderr and its exit code here, and nowhere else.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

    from clipper.cli.ahead import Ahead

__all__ = ["main", "run"]

FILE, INTERRUPTED = 3, 130


def main() -> None:
    """The entry point of the `clip` command.

    Everything is closed by then, so the interpreter is not taken down piece by piece: 20 ms.
    """
    from clipper.cli.ahead import Ahead

    gc.set_threshold(100_000)  # most of what a command makes lives to its end
    early = Ahead.of(sys.argv[1:], os.environ)
    try:
        code = run(sys.argv[1:], early)
    except KeyboardInterrupt:  # pressed again, or while the command's last words were said
        code = INTERRUPTED
    except SystemExit as stop:  # click's own end on a broken pipe: threads that wait for servers must not be waited for
        code = stop.code if isinstance(stop.code, int) else 1
    early.close()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:  # a shell can close it
                stream.flush()
        except BrokenPipeError:
            pass
        except OSError:
            code = code or FILE
    os._exit(code)


def run(arguments: Sequence[str], early: Ahead | None = None) -> int:
    """Run one command line and return its exit code; `early` is what was begun before it was understood."""
    import click

    from clipper.cli.group import cli
    from clipper.cli.output import complain
    from clipper.errors import ClipperError

    try:
        code = cli.main(args=list(arguments) or ["--help"], prog_name="clip", standalone_mode=False, obj=early)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.UsageError as error:
        if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):  # since click 8.2
            error.show()
            return error.exit_code
        complain(f"{error.format_message().rstrip('.')}; see `{_command(error)} --help`")
        return error.exit_code
    except click.ClickException as error:
        complain(error.format_message())
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted; what was told is filed")
        return INTERRUPTED
    except ClipperError as error:
        complain(str(error))
        return error.exit_code
    except OSError as error:  # a full disk under standard output, say
        complain(f"cannot go on: {error}")
        return FILE
    return code if isinstance(code, int) else 0


def _command(error: click.UsageError) -> str:
    return error.ctx.command_path if error.ctx else "clip"
