"""`clip verify` and `clip seal`: whether all is as it was filed, and the proof of it."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clipper.cli.options import db_option, reading, writing
from clipper.cli.output import print_rows, remark, safe
from clipper.errors import UsageError

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.archive.verify import Damage

DAMAGED = 3
HEAD = re.compile(r"[0-9a-f]{64}", re.I)
SHOWN = 50  # damages; --json names all


@click.command("verify")
@db_option
@click.option("--head", metavar="HEX", help="A head that `clip seal` printed: everything up to it must be as it was.")
@click.option("--repair", is_flag=True, help="Make whole what can be: search index, page states, texts.")
@click.option("--from", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="BACKUP",
              help="With --repair: take damaged bytes from this archive.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print every damage as JSON, one a line.")
def verify_command(db: Path, head: str | None, repair: bool, source: Path | None, as_json: bool) -> int:
    """Check every byte, record and index, and name each damage.

    Reads the whole archive: the sha256 of all bytes, the chain of the ledger, every reference, the search index.

    Exit codes: 0 all is as it was filed, 3 something is damaged.

    Example: clip verify --repair --from backup.db
    """
    if source and not repair:
        raise UsageError("--from BACKUP goes with --repair")
    if head is not None and not HEAD.fullmatch(head):
        raise UsageError(f"a head has 64 hex digits, as `clip seal` prints them, and {head!r} has not")
    with writing(db) as archive:
        if repair:
            _repair(archive, source)
        damages = _told(archive, head, as_json)
        entries, now = archive.head()
    if damages:
        remark(f"{damages} damage(s) in {db}.")
        return DAMAGED
    if not as_json:
        click.echo(f"all is as it was filed: {entries:,} entries, head {now}")
    return 0


@click.command("seal")
@db_option
@click.option("--service", metavar="URL", help="Ask this timestamp service (RFC 3161), and store its answer.")
@click.option("--request", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the question for a timestamp service there.")  # fmt: skip
@click.option("--token", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="Store the answer that a timestamp service gave.")  # fmt: skip
@click.option("--allow-private", multiple=True, metavar="HOST", help="Allow a service with a private address.")
def seal_command(
    db: Path, service: str | None, request: Path | None, token: Path | None, allow_private: tuple[str, ...]
) -> None:
    """Print the head of the chain, for a timestamp service or a notary.

    Whoever keeps the head can show later, with `clip verify --head HEX`, that all that was filed up to
    then existed in this form at that time. It says nothing of who wrote it.

    Example: clip seal --service https://freetsa.org/tsr
    """
    if sum(option is not None for option in (service, request, token)) > 1:
        raise UsageError("say one of --service, --request and --token")
    with writing(db) if service or token else reading(db) as archive:
        seal = archive.seal()
        if service:
            seal = archive.seal(_asked(service, seal.head, allow_private), service=service)
        elif token:
            seal = archive.seal(token.read_bytes())
    click.echo(seal.head)
    if request:
        from clipper.archive import stamps
        from clipper.exports.files import write_whole

        write_whole(request, stamps.question(bytes.fromhex(seal.head)))
        remark(f"The question is in {request}; `clip seal --token FILE` stores the answer.")
    stamped = f", stamped {seal.at:%Y-%m-%d %H:%M:%S} UTC" if seal.at else ""
    remark(f"{seal.entry:,} entries{stamped}; `clip verify --head {seal.head[:12]}…` proves that they existed.")


def _asked(service: str, head: str, allow_private: tuple[str, ...]) -> bytes:
    from clipper.archive import stamps
    from clipper.fetch import Policy
    from clipper.fetch.posting import post

    policy = Policy(allow_private=frozenset(allow_private))
    return post(
        service, stamps.question(bytes.fromhex(head)), content_type="application/timestamp-query", policy=policy
    )


def _repair(archive: Archive, source: Path | None) -> None:
    from clipper.cli.readers import open_reader

    with ExitStack() as stack:
        reader = stack.enter_context(open_reader())
        done = archive.repair(source=source, read=reader.read)
    remark(
        "Made again: the search index and the pages' states;"
        f" {done.bodies} bodies from {source or 'nowhere'}; {done.texts} text(s), {done.exact} of them as they were."
    )


def _told(archive: Archive, head: str | None, as_json: bool) -> int:
    """Print the damages; how many there are."""
    count = 0
    for count, damage in enumerate(archive.verify(expected_head=head), 1):
        if as_json:
            print_rows([_row(damage)], form="nl", columns=())
        elif count <= SHOWN:
            extent = f" — {damage.extent}" if damage.extent else ""
            mend = "  (--repair mends it)" if damage.repairable else ""
            click.echo(safe(f"{damage.part}: {damage.where} {damage.what}{extent}{mend}", limit=600))
    if count > SHOWN and not as_json:
        remark(f"… and {count - SHOWN} more; --json names all")
    return count


def _row(damage: Damage) -> dict[str, object]:
    return {
        "part": damage.part,
        "where": damage.where,
        "what": damage.what,
        "extent": damage.extent,
        "repairable": damage.repairable,
    }
