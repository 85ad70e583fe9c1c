"""`clip tag` and `clip note`: what the user says of a page."""

from __future__ import annotations

from pathlib import Path

import click

from clipper.cli.options import db_option, page_of, writing
from clipper.cli.output import safe


@click.command("tag")
@click.argument("url")
@click.argument("tags", nargs=-1, metavar="[TAG]...")
@click.option("-d", "--remove", is_flag=True, help="Take the tags away.")
@db_option
def tag_command(url: str, tags: tuple[str, ...], remove: bool, db: Path) -> None:
    """Tag a page.

    Without a tag it prints the tags that the page has.

    Example: clip tag https://www.4hou.com/posts/DxRx security 漏洞
    """
    with writing(db) as archive:
        key = page_of(url, archive).url_key
        if tags and remove:
            archive.untag(key, *tags)
        elif tags:
            archive.tag(key, *tags)
        for tag in archive.tags(key):
            click.echo(safe(tag))


@click.command("note")
@click.argument("url")
@click.argument("text", required=False)
@db_option
def note_command(url: str, text: str | None, db: Path) -> None:
    """Write a note on a page.

    Without a text it prints the notes that the page has.

    Example: clip note https://www.4hou.com/posts/DxRx "cited in the October report"
    """
    with writing(db) as archive:
        key = page_of(url, archive).url_key
        if text:
            archive.note(key, text)
        for note in archive.notes(key):
            click.echo(safe(note, limit=10_000))
