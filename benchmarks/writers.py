"""Several programs write to one archive while Datasette reads it: no lost write, no error, no reader that waits.

    python -m benchmarks.writers [WRITERS] [EACH]

The reader asks Datasette for the table of pages, a view, a search and the newest version, over and over, as a browser
does. Prints failures (any is the end), the reader's slowest answer and the writers' slowest write.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from clipper.archive import Archive

ROOT = Path(__file__).parents[1]
ASKED = (
    "/archive/pages.json?_shape=array",
    "/archive/recent_changes.json?_shape=array",
    "/archive/search.json?_shape=array&_search=filler",
    "/archive.json?sql=select+count(*)+as+checks+from+checks&_shape=array",
)
LONGEST = 30.0  # seconds until Datasette has to be up


def writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from clipper.archive import Archive; from tests.archive.archive_material import capture, extraction\n"
        "path, name, count = sys.argv[1:]; slowest = 0.0\n"
        "with Archive.open(Path(path), create=True) as archive:\n"
        "    for n in range(int(count)):\n"
        "        text = f'article {name} {n // 2} ' + 'filler words ' * 60\n"
        "        url = f'https://example.com/{name}/{n % 5}'; begun = time.perf_counter()\n"
        "        archive.record(capture(text, hour=n, url=url), extraction(text), url_key=url[6:])\n"
        "        slowest = max(slowest, time.perf_counter() - begun)\n"
        "print(slowest)\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path), name, str(count)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def datasette(path: Path, log: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "datasette", "serve", str(path), "-h", "127.0.0.1", "-p", str(port)]
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process, f"http://127.0.0.1:{port}"
        except OSError:
            time.sleep(0.1)
    sys.exit(f"Datasette did not start: {log.read_text()[-400:]}")


def ask(base: str, path: str) -> tuple[float, list[dict[str, object]]]:
    begun = time.perf_counter()
    with urllib.request.urlopen(base + path, timeout=60) as answer:
        rows = json.loads(answer.read())
    return time.perf_counter() - begun, rows


def main(writers: int, each: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "archive.db"
        Archive.open(path, create=True).close()
        server, base = datasette(path, Path(place) / "log")
        try:
            processes = [writer(path, f"w{n}", each) for n in range(writers)]
            waits: list[float] = []
            counts: list[int] = []
            while any(process.poll() is None for process in processes):
                for one in ASKED:
                    took, rows = ask(base, one)
                    waits.append(took)
                    if "count(*)" in one:
                        counts.append(int(str(rows[0]["checks"])))
            ends = [(*process.communicate(), process.returncode) for process in processes]
            last = int(str(ask(base, ASKED[-1])[1][0]["checks"]))
        finally:
            server.terminate()
            server.wait(timeout=30)
        failures = [error for _, error, code in ends if code or error]
        with Archive.open(path) as archive:
            damages = list(archive.verify())
            filed = archive.stats()["checks"]
    slowest = max(float(said) for said, _, code in ends if not code)
    print(
        f"{writers} writers × {each}: {filed} of {writers * each} filed, {len(failures)} failed, {len(damages)} damages"
    )
    print(f"slowest write {slowest:.2f} s; {len(waits)} answers of Datasette, the slowest in {max(waits):.2f} s")
    if failures or damages or filed != writers * each or last != filed or counts != sorted(counts):
        sys.exit(f"writes were lost, or readers saw what was not: {failures[:1]} {damages[:3]} {counts[-3:]} {last}")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    main(numbers[0] if numbers else 8, numbers[1] if len(numbers) > 1 else 200)
