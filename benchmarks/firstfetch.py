"""2,000 real pages of ../shared/data/articles, fetched for the first time from 50 hosts: clip sync beside trafilatura.

Both on the same server and cores, in turn: trafilatura's own command with `--parallel 2`, which prints JSON, and
`clip sync`, which also keeps bytes, headers, versions and the search index. Once over loopback, once over a link
with a round trip of 50 ms (benchmarks/link.py), and once over loopback from a server that waits 50 ms before each
answer, which is told and not held: it costs one round trip a page, where a network costs what TCP makes of it.

usage: python -m benchmarks.firstfetch [--check] [COUNT]

`--check` holds the first two. Over the link trafilatura is held by the round trips on a quick machine and by the
processor on a slow one, where the same clipper is less far ahead of it: there the check holds what a slow one reached.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.link import behind_link, missing
from benchmarks.measure import clip, environment, real_pages, serve, served
from clipper.archive import Archive

HOSTS, PAGES = 50, 2000
LATENCY = 0.05
Took = tuple[float, float, float]  # seconds on the wall, of CPU, of CPU in processes that it started
AT_LEAST, AT_LEAST_OVER_LINK = 1.3, 3.0
FLOOR_OVER_LINK = 2.2  # with 2.6 on a machine that took three times as long for anything
SETTINGS = """[DEFAULT]
DOWNLOAD_TIMEOUT = 30
MAX_FILE_SIZE = 20000000
MIN_FILE_SIZE = 10
SLEEP_TIME = 0
USER_AGENTS =
COOKIE =
MAX_REDIRECTS = 2
SSRF_PROTECTION = off
INSECURE_SSL_FALLBACK = on
MIN_EXTRACTED_SIZE = 250
MIN_OUTPUT_SIZE = 1
MIN_OUTPUT_COMM_SIZE = 1
MAX_TREE_SIZE =
EXTRACTION_TIMEOUT = 30
MIN_DUPLCHECK_SIZE = 100
MAX_REPETITIONS = 2
EXTENSIVE_DATE_SEARCH = on
EXTERNAL_URLS = off
"""


def main() -> int:
    count = next((int(word) for word in sys.argv[1:] if word.isdigit()), PAGES)
    real = real_pages(count)
    if not real:
        print("skipped: ../shared/data/articles is not here")
        return 0
    copies = [(f"/{turn}{path}", body) for turn in range(1 + count // len(real)) for path, body in real][:count]
    pages = dict(copies)
    with served(pages, hosts=HOSTS) as bases:
        kept = _race("loopback", pages, bases, at_least=AT_LEAST) >= AT_LEAST
    if reason := missing():
        print(f"link: skipped, it {reason}")
    else:
        with behind_link(LATENCY, serve, pages, HOSTS, 0.0) as (bases, within):
            ratio = _race("link, round trip 50 ms", pages, bases, within, at_least=AT_LEAST_OVER_LINK)
        kept = kept and ratio >= FLOOR_OVER_LINK
    with served(pages, hosts=HOSTS, latency=LATENCY) as bases:
        _race("loopback, answers 50 ms late", pages, bases)
    return 0 if kept or "--check" not in sys.argv else 1


def _race(
    name: str, pages: dict[str, bytes], bases: Sequence[str], within: Sequence[str] = (), *, at_least: float = 0.0
) -> float:
    """Both in turn, each command `within` the namespace that the pages are served to; how many times the pages a second,
    0 if not every page was filed and read."""
    addresses = [bases[n % HOSTS] + path for n, path in enumerate(pages)]
    with tempfile.TemporaryDirectory() as folder:
        (theirs, their_cpu, _), told = _trafilatura(Path(folder), addresses, within)
        (ours, our_cpu, readers), filed, versions, unreadable = _clipper(Path(folder), addresses, within)
    ratio = theirs / ours
    print(f"{name}, {len(addresses)} pages of {HOSTS} hosts")
    print(
        f"  trafilatura --parallel 2: {len(addresses) / theirs:.1f} pages a second, {_ms(their_cpu, addresses)}, {told} printed"
    )
    print(
        f"  clip sync: {len(addresses) / ours:.1f} pages a second, {_ms(our_cpu, addresses)}"
        f" ({1000 * readers / len(addresses):.1f} ms of it in its readers), {filed} filed, {versions} of them articles,"
        f" {unreadable} unreadable"
    )
    whole = filed == len(addresses) and not unreadable
    limit = f" (at least {at_least:g}) {'ok' if whole and ratio >= at_least else 'TOO FEW'}" if at_least else ""
    print(f"  {ratio:.2f} times as many{limit}", flush=True)
    return ratio if whole else 0.0


def _ms(seconds: float, addresses: list[str]) -> str:
    return f"{1000 * seconds / len(addresses):.0f} ms of CPU each"


def _trafilatura(folder: Path, addresses: list[str], within: Sequence[str]) -> tuple[Took, int]:
    (folder / "urls.txt").write_text("\n".join(addresses))
    (folder / "settings.cfg").write_text(SETTINGS)
    command = [*within, str(Path(sys.executable).with_name("trafilatura")), "-i", str(folder / "urls.txt"), "--parallel", "2",
               "--json", "--with-metadata", "--config-file", str(folder / "settings.cfg")]  # fmt: skip
    seconds = _timed(command, folder / "printed")
    lines = (folder / "printed").read_text("utf-8", "replace").splitlines()
    return seconds, sum(1 for line in lines if line.startswith("{") and json.loads(line))


def _clipper(folder: Path, addresses: list[str], within: Sequence[str]) -> tuple[Took, int, int, int]:
    db = folder / "a.db"
    (folder / "list.txt").write_text("\n".join(addresses))
    _timed([*clip(), "import", "--db", str(db), str(folder / "list.txt")], folder / "imported")
    allowed = [word for n in range(1, HOSTS + 1) for word in ("--allow-private", f"127.0.0.{n}")]
    command = [*within, *clip(), "sync", "--db", str(db), "--sleep", "0", "--robots", "ignore", *allowed]
    seconds = _timed(command, folder / "told")
    with Archive.open(db, readonly=True) as archive:
        stats = archive.stats()
        (unreadable,) = archive.connection.execute(
            "SELECT count(*) FROM checks WHERE verdict = 'unreadable'"
        ).fetchone()
    return seconds, stats["checks"], stats["snapshots"], unreadable


def _timed(command: list[str], output: Path) -> Took:
    """What a command took; that of the processes that it started and waited for is known while it is not waited for itself."""
    with open(output, "wb") as sink:
        begun = time.perf_counter()
        process = os.posix_spawnp(
            command[0], command, environment(), file_actions=[(os.POSIX_SPAWN_DUP2, sink.fileno(), 1)]
        )
        os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
        ended = time.perf_counter()
        ticks = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        _, status, used = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{' '.join(command[:4])} … ended with {os.waitstatus_to_exitcode(status)}")
    started = (int(ticks[13]) + int(ticks[14])) / os.sysconf("SC_CLK_TCK")
    return ended - begun, used.ru_utime + used.ru_stime, started


if __name__ == "__main__":
    sys.exit(main())
