"""Datasette on one archive, as `clip browse` starts it."""

from __future__ import annotations

from pathlib import Path

__all__ = ["serve"]


def serve(db: Path, *, host: str, port: int, open_browser: bool) -> None:
    """Serve until interrupted, on this machine unless another host is given."""
    from datasette.cli import cli

    arguments = ["serve", str(db), "--host", host, "--port", str(port)]
    cli.main(args=[*arguments, "--open"] if open_browser else arguments, prog_name="clip browse", standalone_mode=False)
