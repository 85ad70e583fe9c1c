"""`clip site`: what was learned of a host, and what a site rule does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipper import urls
from clipper.cli.network import network_options, open_fetcher, policy_of
from clipper.cli.options import db_option, format_options, reading, writing
from clipper.cli.output import print_rows, remark, safe
from clipper.cli.readers import open_reader, own_rules, rules_folder
from clipper.errors import ArchiveError, UsageError
from clipper.models import Capture, Extraction, SiteRules

if TYPE_CHECKING:
    from clipper.extract.rules import Rule
    from clipper.models import Site, SiteBlock

VERBS = ("list", "rules", "reset", "test")  # none of them has a dot, as hosts do
RULES = ("name", "version", "hosts", "kinds", "file", "unused")
HOSTS = ("host", "pages", "blocks", "containers")
BLOCKS = ("pages", "place", "text")
SHARE = 0.7  # of a line's pages on one side of the article, as `extract` has it


@click.command("site")
@click.argument("words", nargs=-1, metavar="[HOST | list | rules | reset HOST | test URL|FILE]")
@db_option
@click.option("--reset", is_flag=True, help="Forget what was learned of HOST.")
@click.option("--all", "every", is_flag=True, help="Show lines that only two pages have, too.")
@click.option("--url", "page_url", metavar="URL", help="The address of the FILE that `test` is given.")
@format_options
@network_options
def site_command(
    words: tuple[str, ...],
    db: Path,
    reset: bool,
    every: bool,
    page_url: str | None,
    form: str | None,
    **options: Any,
) -> int:
    """Show what was learned of a host, or what a site rule does.

    Without HOST (or as `clip site list`) it lists the hosts. Lines of text that several pages of a host have are
    left out of its further pages, unless they stand within the article. `clip site reset HOST` forgets
    them; `clip site HOST --reset` is the same.

    `clip site rules` lists the site rules and names those that cannot be used; it exits 1 if there are any.
    `clip site test` reads a page (the archived one, else the address, or a saved FILE with --url) with and without site
    rules, files nothing, and shows the difference. Your own rules are the files in $CLIPPER_RULES, or in
    the folder `rules` of clipper's settings.

    Example: clip site www.4hou.com
    """
    verb, words = (words[0], words[1:]) if words[:1] and words[0] in VERBS else ("", words)
    if verb == "test":
        if len(words) != 1:
            raise UsageError("write `clip site test URL` or `clip site test FILE --url URL`")
        return _test(words[0], page_url, db, options)
    if verb in ("list", "rules") and words:
        raise UsageError(f"`clip site {verb}` takes no host")
    if verb == "rules":
        return _list_rules(form)
    if len(words) > 1:
        raise UsageError("`clip site` tells of one host at a time")
    if reset or verb == "reset":
        return _reset(words, db)
    with reading(db) as archive:
        if not words:
            print_rows(
                ({name: getattr(site, name) for name in HOSTS} for site in archive.sites()), form=form, columns=HOSTS
            )
            return 0
        host = _host(words[0])
        site = archive.site(host, every=every)
    if not site.pages:
        raise _nothing_learned(host)
    print_rows(_rows(site), form=form, columns=BLOCKS)
    if form is None:
        _remarks(site)
    return 0


def _nothing_learned(host: str) -> ArchiveError:
    return ArchiveError(f"nothing was learned of {host} yet; each article of it that is filed teaches")


def _host(word: str) -> str:
    """A host as it is typed, or that of an address."""
    return urls.site_of(urls.check(word))


def _reset(words: tuple[str, ...], db: Path) -> int:
    if not words:
        raise UsageError("which host is to be forgotten? `clip site reset HOST`")
    host = _host(words[0])
    with writing(db) as archive:
        if not archive.site(host, every=True).pages:
            raise _nothing_learned(host)
        count = archive.reset_site(host)
    click.echo(f"forgot {count} lines of {safe(host)}; its pages teach again when they are read")
    return 0


def _rows(site: Site) -> Iterator[dict[str, object]]:
    for block in site.blocks:
        yield {"pages": block.pages, "place": _place(block), "text": block.sample, "digest": block.digest}


def _place(block: SiteBlock) -> str:
    """Where the line stands, seen from the article."""
    counts = {"above": block.above, "within": block.within, "below": block.below}
    name = max(counts, key=lambda place: counts[place])
    return name if counts[name] >= SHARE * max(sum(counts.values()), 1) else "varies"


def _remarks(site: Site) -> None:
    remark(
        f"{site.host}: learned from {site.pages} page(s); lines above and below the article are left out of further ones"
    )
    for path, pages in site.containers:
        remark(f"held the article on {pages} page(s): {path}")


def _test(what: str, page_url: str | None, db: Path, options: dict[str, Any]) -> int:
    """Read a page twice and print both readings side by side."""
    own_rules()
    capture = _capture(what, page_url, db, options)
    rules = SiteRules(folder=str(rules_folder()))
    with open_reader(rules=rules) as ruled, open_reader(rules=SiteRules(shipped=False)) as plain:
        known = _known(capture, db)
        with_rule, without = ruled.read(capture, known), plain.read(capture, known)
    click.echo(f"{'rule':<10}{safe(with_rule.rule or _none(capture, rules))}")
    for rule in _rules_for(capture, rules):
        if rule.unused:
            remark(f"{rule.file}: clipper does not do {', '.join(rule.unused)}; the rest of the rule counts")
    for name in ("verdict", "title", "author", "site", "published"):
        one, other = (safe(getattr(read, name) or "") for read in (with_rule, without))
        click.echo(f"{name:<10}{one}{f'  (without: {other})' if one != other else ''}".rstrip())
    click.echo(f"{'words':<10}{with_rule.words:,}  (without: {without.words:,})")
    for name, text in (("begins", _edge(with_rule, 0)), ("ends", _edge(with_rule, -1))):
        click.echo(f"{name:<10}{safe(text, limit=90)}")
    for sign, lines in (("-", _only(without, with_rule)), ("+", _only(with_rule, without))):
        for line in lines:
            click.echo(f"{sign} {safe(line, limit=110)}")
    return 0 if with_rule.verdict.good else 6


def _edge(read: Extraction, place: int) -> str:
    lines = [line for line in read.text.split("\n") if line.strip()]
    return lines[place] if lines else ""


def _only(one: Extraction, other: Extraction) -> list[str]:
    """Lines of the one reading that the other has not."""
    theirs = set(other.text.split("\n"))
    return [line for line in one.text.split("\n") if line.strip() and line not in theirs]


def _none(capture: Capture, rules: SiteRules) -> str:
    """Why no rule read the page."""
    there = [f"{rule.name} ({rule.file})" for rule in _rules_for(capture, rules)]
    if not there:
        return f"none is for {urls.site_of(capture.final_url)}"
    return f"none: {', '.join(there)} found no body on the page, or is for pages of other kinds"


def _rules_for(capture: Capture, rules: SiteRules) -> list[Rule]:
    from clipper.extract.rules import rules_for

    return rules_for(capture.final_url, rules)


def _list_rules(form: str | None) -> int:
    """Print the rules that count, the user's own before those that ship."""
    from clipper.extract.rules import shipped

    own, broken = own_rules()
    rows = (
        {
            "name": rule.name,
            "version": rule.version,
            "hosts": " ".join(rule.hosts),
            "kinds": len(rule.kinds),
            "file": rule.file,
            "unused": " ".join(rule.unused),
        }
        for rule in (*(rule for _, rule in own), *shipped())
    )
    print_rows(rows, form=form, columns=RULES)
    return 1 if broken else 0


def _capture(what: str, page_url: str | None, db: Path, options: dict[str, Any]) -> Capture:
    if "://" not in what and Path(what).exists():
        if page_url is None:
            raise UsageError("a saved FILE needs --url, the address that it was saved from")
        return _saved(Path(what).read_bytes(), urls.check(page_url))
    url = urls.check(what)
    stored = _stored(url, db) if db.exists() else None
    if stored is not None:
        return stored
    with open_fetcher(policy_of(options), options["replay"]) as fetcher:
        return fetcher.fetch(url)


def _known(capture: Capture, db: Path) -> Site | None:
    """What is known of the page's host, as `clip` would read it with."""
    if not db.exists():
        return None
    with reading(db) as archive:
        return archive.site(urls.site_of(capture.final_url), url_key=urls.url_key(capture.url))


def _saved(body: bytes, url: str) -> Capture:
    return Capture(
        url=url, final_url=url, status=200, headers=(), body=body, fetched_at=datetime.now(UTC), source="file"
    )


def _stored(url: str, db: Path) -> Capture | None:
    """The page's latest version, as it came; None if there are no bytes of it but somebody else's Markdown."""
    with reading(db) as archive:
        key = urls.url_key(url)
        page = archive.page(key)  # an alias is its page
        stored = archive.stored_latest(page.url_key if page else key)
        capture = archive.stored_capture(stored) if stored else None
    return None if capture is None or capture.content_type == "text/markdown" else capture
