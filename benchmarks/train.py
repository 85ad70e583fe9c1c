"""Train the trees that tell article from chrome, and write them to clipper/extract/forest.py and forest_heard.py.

usage: python -m benchmarks.train [--check] [--rounds N] [--leaves N] [--rate R]

Needs `pip install lightgbm` and ../shared/data. Prints the scores of pages that a model did not see
(six folds by page), which is what other pages of these kinds can expect; benchmarks/quality.py
reads pages that trained the trees. `--check` holds them against the floors and writes nothing.
Nothing of a page but the split points goes into the files. There are two models: one for blocks of which
trafilatura was not heard, and one that knows its answer as well, for pages on which the first is in doubt.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import textwrap
import tomllib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import lightgbm
import numpy
from lxml.html import HtmlElement

from benchmarks.gold import SETS, Case, cases, labels
from benchmarks.measure import ROOT, SHARED
from clipper.decode import decode
from clipper.extract import article, choice
from clipper.extract.answer import Answer, answered
from clipper.extract.blocks import Reading
from clipper.extract.features import Heard, Page, features
from clipper.extract.page import parse
from clipper.extract.second import Second
from clipper.extract.swallowed import freed

FOLDS = 6
WEIGHTS = {"scrapinghub": 4.0}  # news, of which there are few with gold
SEED = 2  # the mean of three models scored .002 more and cost three times as long
PART = 40  # trees that are asked of all blocks in turn, before the next ones are
# After so many trees a block with a sum beyond these is certain, and no more trees are asked.
SURELY = {40: (-2.5, 3.0), 80: (-2.7, 3.2), 120: (-2.8, 3.3), 160: (-2.8, 3.3)}
ALONE, HEARD = (ROOT / "clipper" / "extract" / name for name in ("forest.py", "forest_heard.py"))
Chances = dict[int, float]  # of the blocks of a page, by their places


@dataclass(slots=True)
class Read:
    """A page as training and scoring need it."""

    case: Case
    page: Page
    rows: list[tuple[float, ...]]
    shares: list[float]  # of each block that is in the gold
    weights: list[float]
    alone: Chances = field(default_factory=dict)  # of all blocks, by trees that did not see the page
    answer: Answer | None = None  # trafilatura's
    heard: list[tuple[float, ...]] = field(default_factory=list)  # the rows, with what its answer adds


def main() -> int:
    options = _options()
    settings = {"num_leaves": options.leaves, "learning_rate": options.rate}
    with ProcessPoolExecutor(2) as pool:
        pages = [page for page in pool.map(read, cases(), chunksize=8) if page]
        for page, chances in zip(pages, _unseen(pages, options.rounds, settings, heard=False), strict=True):
            page.alone = chances
        asked = pool.map(ask, [(page.case, page.alone) for page in pages], chunksize=8)
        for page, (answer, added) in zip(pages, asked, strict=True):
            page.answer, page.heard = answer, [row + more for row, more in zip(page.rows, added, strict=True)]
    found = scores(pages, _unseen(pages, options.rounds, settings, heard=True))
    floors = tomllib.loads((ROOT / "benchmarks" / "floors.toml").read_text("utf-8"))["unseen"]
    low = [name for name, floor in floors.items() if found[name] < floor]
    for name, score in found.items():
        print(
            f"{name} F1, not seen: {score:.4f}, floor {floors[name]:.4f}{' TOO LOW' if name in low else ''}", flush=True
        )
    if options.check:
        return 1 if low else 0
    for target in (ALONE, HEARD):
        target.write_text(_source(_fit(pages, options.rounds, settings, heard=target is HEARD), len(pages)))
        print(f"wrote {target.relative_to(ROOT)}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--leaves", type=int, default=24)
    parser.add_argument("--rate", type=float, default=0.07)
    return parser.parse_args()


def read(case: Case) -> Read | None:
    """The page's blocks with their features and what the gold says of them."""
    if (found := _page(case)) is None:
        return None
    page, _ = found
    shares, weights = labels(case, page.blocks)
    weights = [weight * WEIGHTS.get(case.set, 1.0) for weight in weights]
    rows = features(page)
    for node in page.nodes:
        node.element = None  # type: ignore[assignment]  # trees do not travel between processes
    return Read(case, page, rows, shares, weights)


def ask(asked: tuple[Case, Chances]) -> tuple[Answer, list[tuple[float, ...]]]:
    """What trafilatura answers of the page without what is certainly none of the article, and the features that adds."""
    case, chances = asked
    found = _page(case)
    assert found is not None  # it was read before
    page, root = found
    text = Second().of(root, choice.left_out(page, chances)) or ""
    heard = Heard(page, answered(page.blocks, text))
    return heard.answer, [heard.features(j) for j in range(len(page.blocks))]


def _page(case: Case) -> tuple[Page, HtmlElement] | None:
    root = parse(decode(case.body).text)
    if root is None:
        return None
    page = Page(root, freed(root, Reading(root)).nodes, article.title_of(root))
    return (page, root) if page.blocks else None


def _fold(case: Case) -> int:
    return int(hashlib.md5(case.id.encode()).hexdigest()[:8], 16) % FOLDS


def _fit(pages: Sequence[Read], rounds: int, settings: dict[str, Any], *, heard: bool) -> lightgbm.Booster:
    rows = numpy.concatenate([numpy.array(page.heard if heard else page.rows) for page in pages])
    shares = numpy.concatenate([numpy.array(page.shares) for page in pages])
    weights = numpy.concatenate([numpy.array(page.weights) for page in pages]) * 200
    data = lightgbm.Dataset(rows[weights > 0], shares[weights > 0], weight=weights[weights > 0])
    fixed = {
        "objective": "cross_entropy", "min_data_in_leaf": 60, "min_sum_hessian_in_leaf": 0.05, "feature_fraction": 0.25,
        "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 5.0, "verbose": -1, "num_threads": 2, "seed": SEED,
    }  # fmt: skip
    return lightgbm.train(fixed | settings, data, rounds)


def _unseen(pages: Sequence[Read], rounds: int, settings: dict[str, Any], *, heard: bool) -> list[Chances]:
    """Of each page the chances by a model that did not see it: without or with trafilatura's answer."""
    chances: dict[int, Chances] = {}
    for fold in range(FOLDS):
        model = _fit([page for page in pages if _fold(page.case) != fold], rounds, settings, heard=heard)
        for page in pages:
            if _fold(page.case) == fold:
                chances[id(page)] = _chances(model, page.heard if heard else page.rows)
    return [chances[id(page)] for page in pages]


def scores(pages: Sequence[Read], heard: Sequence[Chances]) -> dict[str, float]:
    """F1 by set as ../shared/bench/articles.py scores it, of the kept blocks' texts, with the chances of those that heard trafilatura."""
    sys.path.insert(0, str(SHARED.parent / "bench"))
    aggregate: Callable[..., dict[str, Any]] = import_module("articles").aggregate
    found: dict[str, float] = {}
    kept = [
        choice.decided(page.page, {j: page.alone[j] for j in choice.may_be(page.page)}, _hearing(page, chances))
        for page, chances in zip(pages, heard, strict=True)
    ]
    for name in SETS:
        chosen = [(page, places) for page, places in zip(pages, kept, strict=True) if page.case.set == name]
        answers = {page.case.id: {"text": _text(page, places)} for page, places in chosen}
        score = aggregate(name, [page.case.gold for page, _ in chosen], answers)
        found[name] = score["F1"]
        found |= {f"{name} {kind}": value for kind, value in score.get("by type", {}).items() if kind == "article"}
    return found


def _hearing(page: Read, heard: Chances) -> choice.Hearing:
    answer = page.answer
    assert answer is not None
    return lambda: (answer, lambda places: {j: heard[j] for j in places})


def _text(page: Read, kept: set[int]) -> str:
    blocks = page.page.blocks
    return "\n".join(" ".join(block.text.split()) for block in choice.once([blocks[j] for j in sorted(kept)]))


def _chances(model: lightgbm.Booster, rows: list[tuple[float, ...]]) -> Chances:
    """As `chances` of the forest has it: the first trees alone where they are sure."""
    table = numpy.array(rows)
    sums = model.predict(table, raw_score=True)
    for trees, (low, high) in reversed(SURELY.items()):
        first = model.predict(table, num_iteration=trees, raw_score=True)
        sums = numpy.where((first < low) | (first > high), first, sums)
    return dict(enumerate(1 / (1 + numpy.exp(-sums))))


def _source(model: lightgbm.Booster, pages: int) -> str:
    """The model as Python: as fast as trees get without a compiled library, and compiled once.

    The features are arguments: looked up in a list at each split they take twice the time.
    """
    trees = [_tree(tree["tree_structure"]) for tree in model.dump_model()["tree_info"]]
    head = f'''
        """Trees that weigh the features of a block. Written by benchmarks/train.py from {pages} pages; not to be edited."""

        # ruff: noqa
        # fmt: off
        SURELY = { ({trees // PART: bounds for trees, bounds in SURELY.items()})!r}
    '''
    parts = [" + ".join(trees[n : n + PART]) for n in range(0, len(trees), PART)]
    features = ",".join(f"f{n}" for n in range(model.num_feature()))
    lines = "".join(f"    lambda {features}: {part},\n" for part in parts)
    return f"{textwrap.dedent(head).strip()}\nPARTS = (\n{lines})\n"


def _tree(node: dict[str, Any]) -> str:
    if "leaf_value" in node:
        return re.sub(r"(?<=\d)e-0", "e-", f"{node['leaf_value']:.3g}")
    at = f"{node['threshold']:.6g}"
    return f"({_tree(node['left_child'])} if f{node['split_feature']}<={at} else {_tree(node['right_child'])})"


if __name__ == "__main__":
    sys.exit(main())
