"""A process that files captures and acknowledges each on standard output: `PATH NAME COUNT`."""

from __future__ import annotations

import sys
from pathlib import Path

from clipper.archive import Archive
from tests.archive.archive_material import capture, extraction


def main(path: str, name: str, count: int) -> None:
    with Archive.open(Path(path), create=True) as archive:
        for number in range(count):
            text = f"article {name} {number // 2} " + "filler words " * 60
            address = f"https://example.com/{name}/{number % 5}"
            archive.record(
                capture(text, hour=number, url=address),
                extraction(text),
                url_key=address.removeprefix("https:"),
            )
            # One write, so that a kill cannot cut the line in two.
            sys.stdout.write(f"{address} {number}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
