"""500 real pages of ../shared/data/articles from a local server: all filed, none lost.

usage: python -m benchmarks.batch [--check] [COUNT]
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.measure import clip, real_pages, run, served

HOSTS = 8


def main() -> int:
    count = next((int(word) for word in sys.argv[1:] if word.isdigit()), 500)
    pages = dict(real_pages(count))
    if not pages:
        print("skipped: ../shared/data/articles is not here")
        return 0
    with tempfile.TemporaryDirectory() as folder, served(pages, hosts=HOSTS) as bases:
        addresses = [bases[n % HOSTS] + path for n, path in enumerate(pages)]
        Path(folder, "urls.txt").write_text("\n".join(addresses))
        allowed = [word for n in range(1, HOSTS + 1) for word in ("--allow-private", f"127.0.0.{n}")]
        db, told = f"{folder}/a.db", Path(folder, "told")
        cost = run([*clip(), "-i", f"{folder}/urls.txt", "--nl", "--sleep", "0", "--db", db, *allowed], output=told)
        results = [json.loads(line) for line in told.read_text().splitlines() if line.startswith("{")]
        lost = set(addresses) - {result["url"] for result in results}
        filed = _filed(db)
    print("| outcome | pages |\n|---|---|")
    for outcome, number in Counter(_kind(result) for result in results).most_common():
        print(f"| {outcome} | {number} |")
    print(f"{len(results)} of {len(pages)} told, {filed} checks filed, {len(lost)} lost; exit {cost.code}")
    print(f"{len(pages) / cost.wall:.1f} pages a second, {len(pages) / cost.cpu:.1f} a CPU second")
    return 0 if (filed == len(pages) and not lost) or "--check" not in sys.argv else 1


def _kind(result: dict[str, str]) -> str:
    if not result["error"]:
        return result["outcome"]
    return f"{result['outcome']}: {result['error'].partition(': ')[2].partition(';')[0]}"[:70]


def _filed(db: str) -> int:
    connection = sqlite3.connect(db)
    (number,) = connection.execute("SELECT count(*) FROM checks").fetchone()
    connection.close()
    return int(number)


if __name__ == "__main__":
    sys.exit(main())
