"""`clip history`, `clip show` and `clip diff`: one page, its versions and what they say."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipper.cli.network import network_options, open_fetcher, policy_of
from clipper.cli.options import Moment, db_option, format_options, page_of, reading
from clipper.cli.output import counted, in_colour, print_rows, reader_of, remark, safe_block
from clipper.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from clipper.archive import Archive
    from clipper.models import Check, Page, Snapshot

HISTORY_COLUMNS = ("version", "fetched_at", "words", "title", "change")
CHECK_COLUMNS = ("checked_at", "outcome", "status", "bytes", "reason")


@click.command("history")
@click.argument("url")
@db_option
@click.option("--checks", is_flag=True, help="List every attempt to fetch, not only the versions.")
@click.option("--memento", metavar="TIMEGATE", help="List what this web archive has of the page (RFC 7089).")
@network_options
@format_options
def history_command(url: str, db: Path, checks: bool, memento: str | None, form: str | None, **network: Any) -> None:
    """List every version and every check of a page, or what another web archive has of it.

    Example: clip history https://www.4hou.com/posts/DxRx --checks
    """
    if memento is not None:
        _history_elsewhere(url, memento, db, form, network)
        return
    with reading(db) as archive:
        page = page_of(url, archive)
        key = page.url_key
        if checks or not (page.versions or form):
            print_rows(map(check_row, archive.checks(key)), form=form, columns=CHECK_COLUMNS)
            return
        versions = archive.history(key)
        rows = [{"version": n, **snapshot_row(s), **reading_row(archive, s)} for n, s in enumerate(versions, 1)]
        pruned = archive.pruned(key)
        standing = _standing(page, archive)
    print_rows(rows, form=form, columns=HISTORY_COLUMNS)
    if form is None:
        gone = f", {pruned} pruned" if pruned else ""
        said = f"{counted(page.versions, 'version')}{gone}, {counted(page.checks, 'check')}, {standing}"
        remark(f"{said}; --checks lists the checks")
        for reader, numbers in _readers(rows).items():
            remark(f"read by {reader}: {numbers}")


def _readers(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Who read which versions, where it was not everywhere the same reader, or a rule had its say."""
    found: dict[str, list[str]] = {}
    for row in rows:
        times = f" ({row['texts']} readings)" if row["texts"] not in (0, 1) else ""
        found.setdefault(reader_of(row["extractor"], row["rule"]), []).append(f"{row['version']}{times}")
    plain = all(not row["rule"] and row["texts"] in (0, 1) for row in rows)
    return {} if len(found) < 2 and plain else {who: ", ".join(numbers) for who, numbers in found.items()}


@click.command("show")
@click.argument("url")
@db_option
@click.option("--at", "version", metavar="DATE|N", help="The version in force at that time, or the Nth one.")
@click.option("-m", "--markdown", "form", flag_value="markdown", default=None, help="Markdown (the default).")
@click.option(
    "-f",
    "--frontmatter",
    "form",
    flag_value="frontmatter",
    help="Markdown under YAML front matter.",
)
@click.option("--json", "form", flag_value="json", help="Everything that is known, as JSON.")
@click.option("--raw", "form", flag_value="raw", help="The bytes as they came, unaltered.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write there.",
)
def show_command(url: str, db: Path, version: str | None, form: str | None, output: Path | None) -> None:
    """Print an archived article.

    It is the latest version unless --at says which: a date, or a number as `clip history` counts
    them (-1 is the latest, -2 the one before it).

    Example: clip show https://www.4hou.com/posts/DxRx --at 2026-10-01
    """
    with reading(db) as archive:
        key = page_of(url, archive).url_key
        history = archive.history(key) if version else []
        snapshot = _version(history, version) if version and history else archive.snapshot(key)
        content = _content(archive, snapshot, form)
        _caveat(archive, snapshot, latest=version is None)
    if output:
        _write(output, content)
    elif isinstance(content, bytes):
        sys.stdout.buffer.write(content)
    else:
        click.echo(safe_block(content) if sys.stdout.isatty() else content)


@click.command("diff", context_settings={"ignore_unknown_options": True})  # -1 is a version
@click.argument("url")
@click.argument("versions", nargs=-1, metavar="[A [B]]")
@db_option
@click.option("--readings", is_flag=True, help="Compare the two latest readings of one version's bytes.")
@click.option("--json", "form", flag_value="json", default=None, help="Print the changes as JSON.")
@click.option("--unified", "form", flag_value="unified", help="Print a unified diff.")
@click.option(
    "-m",
    "--markdown",
    "form",
    flag_value="markdown",
    help="Print Markdown with ~~old~~ and **new**.",
)
def diff_command(url: str, versions: tuple[str, ...], db: Path, readings: bool, form: str | None) -> None:
    """Show what changed between two versions of a page.

    A and B are version numbers as `clip history` counts them, or dates; without them the latest
    version is compared with the one before it. With --readings it shows what `clip reextract` changed
    of version A, or the latest: what a new extractor, a rule, or a site that is known better made of the same bytes.

    Example: clip diff https://www.4hou.com/posts/DxRx 1 2
    """
    from clipper import diff

    with reading(db) as archive:
        old, new = _one(archive, url, versions) if readings else _two(archive, url, versions)
        texts = [with_title(s, archive.markdown(s.id)) for s in (old, new)]
        if readings:
            texts[0] = with_title(old, _read_before(archive, old))
    comparison = diff.diff(*texts)
    if form == "json":
        click.echo(json.dumps(diff.as_json(comparison), ensure_ascii=False, indent=1))
    elif form == "unified":
        names = (f"{s.url} {s.fetched_at:%Y-%m-%dT%H:%M:%SZ}" for s in (old, new))
        click.echo(diff.unified(*texts, *names), nl=False)
    elif form == "markdown":
        click.echo(diff.as_markdown(comparison))
    else:
        what = (
            "read before → read last" if readings else f"→ {new.fetched_at:%Y-%m-%d %H:%M}  {new.change or 'no change'}"
        )
        remark(f"{old.fetched_at:%Y-%m-%d %H:%M} {what}")
        click.echo(diff.as_terminal(comparison, color=in_colour()))


def _standing(page: Page, archive: Archive) -> str:
    """`alive`, `gone since 2026-11-01`, `missing since …` (one answer is no proof), `alive, back since 2026-11-03`."""
    if page.gone_since:
        sure = archive.agenda.gone_for_sure(page.id)
        return f"{'gone' if sure else 'missing'} since {page.gone_since:%Y-%m-%d %H:%M}"
    return f"{page.state}, back since {page.back_since:%Y-%m-%d %H:%M}" if page.back_since else str(page.state)


def snapshot_row(snapshot: Snapshot) -> dict[str, object]:
    """A version as `--json` prints it."""
    return {
        "url": snapshot.url,
        "final_url": snapshot.final_url,
        "fetched_at": snapshot.fetched_at,
        "title": snapshot.title,
        "author": snapshot.author,
        "source": snapshot.site,
        "date": snapshot.published,
        "modified": snapshot.modified,
        "language": snapshot.language,
        "words": snapshot.words,
        "status": snapshot.status,
        "came": snapshot.source,
        "change": snapshot.change,
        "digest": snapshot.digest,
        "body_sha256": snapshot.body_sha256,
        "snapshot": snapshot.id,
    }


def reading_row(archive: Archive, snapshot: Snapshot) -> dict[str, object]:
    """Who read a version's text, and how often it was read otherwise, as `--json` prints it."""
    read = archive.reading(snapshot.id)
    return {
        "verdict": str(snapshot.verdict),
        "extractor": read.extractor,
        "rule": read.rule,
        "extracted_at": read.extracted_at,
        "texts": read.texts,
    }


def check_row(check: Check) -> dict[str, object]:
    """A check as `--json` prints it."""
    return {
        "checked_at": check.checked_at,
        "outcome": str(check.outcome),
        "verdict": check.verdict and str(check.verdict),
        "status": check.status,
        "bytes": check.bytes,
        "milliseconds": check.milliseconds,
        "snapshot": check.snapshot_id,
        "reason": check.reason,
    }


def with_title(snapshot: Snapshot, markdown: str) -> str:
    """The article under its title, unless it begins with it."""
    title = snapshot.title or ""
    if not title or markdown.lstrip().startswith(f"# {title}"):
        return markdown
    return f"# {title}\n\n{markdown}"


def _history_elsewhere(url: str, timegate: str, db: Path, form: str | None, network: dict[str, Any]) -> None:
    """What a web archive has of a page, and which of it is here."""
    from clipper import urls
    from clipper.imports.mementos import mementos

    with open_fetcher(policy_of(network), network["replay"]) as fetcher:
        found = mementos(url, timegate, fetcher=fetcher)
    here: set[datetime] = set()
    if db.exists():
        with reading(db) as archive:
            key = urls.url_key(url)
            here = {one.at for one in found if archive.has(key, at=one.at)}
    rows = [{"fetched_at": one.at, "here": "yes" if one.at in here else "", "url": one.url} for one in found]
    print_rows(rows, form=form, columns=("fetched_at", "here", "url"))
    if form is None:
        remark(f"{counted(len(found), 'version')} there; `clip import --memento {timegate} {url}` brings them in")


def _caveat(archive: Archive, snapshot: Snapshot, *, latest: bool) -> None:
    """Say what a reader has to know: the text is a feed's, or the page is gone."""
    page = archive.page_of(snapshot)
    if snapshot.source == "feed":
        remark("The page itself could not be had: this is what a feed said in its place.")
    elif latest and page.gone_since:
        since = "gone since" if archive.agenda.gone_for_sure(page.id) else "missing since"
        remark(
            f"The page is {since} {page.gone_since:%Y-%m-%d %H:%M}; this is the last good version, "
            f"of {snapshot.fetched_at:%Y-%m-%d %H:%M}."
        )


def _content(archive: Archive, snapshot: Snapshot, form: str | None) -> str | bytes:
    if form == "raw":
        if snapshot.body_sha256 is None:
            raise ArchiveError("the bytes of this version are not in the archive")
        return archive.body(snapshot.body_sha256)
    markdown = archive.markdown(snapshot.id)
    if form == "json":
        row = {**snapshot_row(snapshot), **reading_row(archive, snapshot), "markdown": markdown}
        return json.dumps(row, ensure_ascii=False, indent=1, default=lambda moment: moment.isoformat())
    if form == "frontmatter":
        from clipper.exports.mirror import document

        return document(archive, snapshot)
    return with_title(snapshot, markdown)


def _one(archive: Archive, url: str, versions: tuple[str, ...]) -> tuple[Snapshot, Snapshot]:
    """A version, twice."""
    if len(versions) > 1:
        raise UsageError("`clip diff URL --readings [A]` compares readings of one version")
    history = archive.history(page_of(url, archive).url_key)
    if not history:
        raise ArchiveError(f"{url} has no version in the archive; `clip history URL --checks` says why")
    found = _version(history, versions[0]) if versions else history[-1]
    return found, found


def _read_before(archive: Archive, snapshot: Snapshot) -> str:
    before = archive.markdown_before(snapshot.id)
    if before is None:
        raise ArchiveError(f"that version of {snapshot.url} was read once only; `clip reextract` reads again")
    return before


def _two(archive: Archive, url: str, versions: tuple[str, ...]) -> tuple[Snapshot, Snapshot]:
    history = archive.history(page_of(url, archive).url_key)
    if not history:
        raise ArchiveError(f"{url} has no version in the archive; `clip history URL --checks` says why")
    if len(versions) > 2:
        raise UsageError("`clip diff URL [A [B]]` compares two versions, not more")
    if not versions and len(history) < 2:
        raise ArchiveError(f"{url} has one version only; there is nothing to compare it with")
    new = _version(history, versions[1]) if len(versions) == 2 else history[-1]
    old = _version(history, versions[0]) if versions else history[-2]
    return old, new


def _version(history: list[Snapshot], name: str) -> Snapshot:
    """A version by its number, 1 the oldest and -1 the latest, or the one in force at a date."""
    if name.lstrip("-").isdigit():
        number = int(name)
        if number == 0 or abs(number) > len(history):
            raise UsageError(f"there is no version {name}; the page has {len(history)}")
        return history[number - 1 if number > 0 else number]
    moment = Moment().convert(name, None, None)
    earlier = [s for s in history if s.fetched_at <= moment]
    if not earlier:
        raise ArchiveError(f"the page was first archived on {history[0].fetched_at:%Y-%m-%d}, after {name}")
    return earlier[-1]


def _write(output: Path, content: str | bytes) -> None:
    from clipper.exports.files import write_whole

    data = content if isinstance(content, bytes) else (content.rstrip("\n") + "\n").encode()
    write_whole(output, data)
    remark(f"Written to {output}.")
