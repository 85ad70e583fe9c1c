"""`clip record`: what a server sends, on tape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from clipper import urls
from clipper.cli.network import network_options, policy_of
from clipper.cli.output import complain, remark, safe
from clipper.errors import UsageError


@click.command("record")
@click.argument("addresses", nargs=-1, required=True, metavar="URL...")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="TAPE",
              help="The WARC file to write (.warc or .warc.gz); it must not exist.")  # fmt: skip
@network_options
def record_command(addresses: tuple[str, ...], output: Path, **options: Any) -> int:
    """Record what a server sends as a WARC tape.

    Redirects and retries are recorded as they happen; `clip --replay TAPE URL` plays them back. The tape
    holds what servers sent, with the cookies that they set, and nothing secret of what was sent to them.

    Example: clip record https://example.com/ -o example.warc.gz
    """
    from clipper.errors import ClipperError
    from clipper.fetch import Fetcher
    from clipper.tape import Recorder

    if options["replay"]:
        raise UsageError("a tape records what comes over the network; leave --replay out")
    code = 0
    wanted = [urls.check(url) for url in addresses]
    with Recorder(output) as recorder, Fetcher(policy_of(options), tap=recorder) as fetcher:
        for url in wanted:
            try:
                capture = fetcher.fetch(url)
            except ClipperError as error:
                complain(str(error))
                code = error.exit_code if len(wanted) == 1 else 1
                continue
            click.echo(
                f"{capture.status}  {safe(capture.url)}  {len(capture.body):,} bytes, {len(capture.hops)} request(s)"
            )
    remark(f"Recorded on {output}." if recorder.exchanges else f"No server answered: {output} was not kept.")
    return code
