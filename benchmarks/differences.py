"""How long it takes to say what changed in an article of 20,000 characters.

    python -m benchmarks.differences [--check]

`--check` demands that the slowest kind of edit takes less than a seventh of what difflib needs for scattered ones,
measured in the same run.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from difflib import SequenceMatcher
from itertools import accumulate

from clipper import diff

# As often as characters and words of a language are: the n-th most frequent one 1/n times.
CHINESE = [chr(0x4E00 + n) for n in range(3000)]
ENGLISH = [f"w{n}ord"[: 3 + n % 5] + str(n) for n in range(3000)]
WEIGHTS = list(accumulate(1 / n for n in range(5, 3005)))


def article(rng: random.Random, *, chinese: bool) -> str:
    """About 20,000 characters in paragraphs of 200 to 600."""
    blocks: list[str] = []
    while sum(map(len, blocks)) < 20_000:
        size = rng.randint(200, 600)
        if chinese:
            blocks.append("".join(rng.choices(CHINESE, cum_weights=WEIGHTS, k=size)) + "。")
        else:
            words = rng.choices(ENGLISH, cum_weights=WEIGHTS, k=size // 6)
            blocks.append(" ".join(words) + ".")
    return "\n\n".join(blocks)


def scattered(text: str, rng: random.Random) -> str:
    """One character in a hundred is another."""
    return "".join(rng.choice("xyz") if c != "\n" and rng.random() < 0.01 else c for c in text)


def reordered(text: str, rng: random.Random) -> str:
    blocks = text.split("\n\n")
    rng.shuffle(blocks)
    return "\n\n".join(blocks)


def joined(text: str, rng: random.Random) -> str:
    """All paragraphs run into one, and scattered changes: the worst that an extractor does."""
    return scattered(text, rng).replace("\n\n", " ")


EDITS: dict[str, Callable[[str, random.Random], str]] = {
    "one word": lambda text, _: text[:9000] + "new" + text[9003:],
    "1 % scattered": scattered,
    "paragraphs reordered": reordered,
    "paragraphs joined": joined,
    "rewritten": lambda text, rng: article(rng, chinese=not text.isascii()),
}


def best(action: Callable[[], object], times: int = 5) -> float:
    """Milliseconds of CPU of the fastest run."""
    took = []
    for _ in range(times):
        started = time.process_time()
        action()
        took.append(time.process_time() - started)
    return 1000 * min(took)


def main(check: bool) -> None:
    rng = random.Random(1)
    slowest = 0.0
    for name in ("Chinese", "English"):
        old = article(rng, chinese=name == "Chinese")
        for edit, make in EDITS.items():
            new = make(old, rng)
            took = best(lambda old=old, new=new: diff.diff(old, new))  # type: ignore[misc]
            slowest = max(slowest, took)
            added, removed = diff.changed_words(old, new)
            print(f"{name:8} {edit:22} {took:8.1f} ms   +{added} −{removed}")
    old = article(rng, chinese=True)
    new = scattered(old, rng)
    took = best(lambda: SequenceMatcher(None, old, new, autojunk=False).get_opcodes(), times=2)
    print(f"difflib on characters, 1 % scattered: {took:.0f} ms; the slowest above takes {slowest / took:.3f} of it")
    if check and slowest > took / 7:
        sys.exit("comparing has become slower")


if __name__ == "__main__":
    main("--check" in sys.argv)
