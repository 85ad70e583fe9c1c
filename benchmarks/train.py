"""Train the trees that tell article from chrome, and write them to clipper/extract/forest.py.

usage: python -m benchmarks.train [--check] [--rounds N] [--leaves N] [--rate R]

Needs `pip install lightgbm` and ../shared/data. Prints the scores of pages that a model did not see
(four folds by page), which is what other pages of these kinds can expect; benchmarks/quality.py
reads pages that trained the trees. `--check` holds them against the floors and writes nothing.
Nothing of a page but the split points goes into the file.
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
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import lightgbm
import numpy

from benchmarks.gold import SETS, Case, cases, labels
from benchmarks.measure import ROOT, SHARED
from clipper.decode import decode
from clipper.extract import article, choice
from clipper.extract.answer import answered
from clipper.extract.blocks import Reading
from clipper.extract.features import Page, features
from clipper.extract.page import parse
from clipper.extract.swallowed import freed

FOLDS = 4
WEIGHTS = {"scrapinghub": 4.0}  # news, of which there are few with gold
# After so many trees a block with a sum beyond these is certain: of half of the blocks the others are not asked.
FIRST, SURELY_NOT, SURELY = 40, -2.5, 3.0
TARGET = ROOT / "clipper" / "extract" / "forest.py"


@dataclass(slots=True)
class Read:
    """A page as training and scoring need it."""

    case: Case
    page: Page
    rows: list[list[float]]
    shares: list[float]  # of each block that is in the gold
    weights: list[float]


def main() -> int:
    options = _options()
    with ProcessPoolExecutor(2) as pool:
        pages = [page for page in pool.map(read, cases(), chunksize=8) if page]
    settings = {"num_leaves": options.leaves, "learning_rate": options.rate}
    chances = _unseen(pages, options.rounds, settings)
    found = scores(pages, chances)
    floors = tomllib.loads((ROOT / "benchmarks" / "floors.toml").read_text("utf-8"))["unseen"]
    low = [name for name, floor in floors.items() if found[name] < floor]
    for name, score in found.items():
        print(
            f"{name} F1, not seen: {score:.4f}, floor {floors[name]:.4f}{' TOO LOW' if name in low else ''}", flush=True
        )
    if options.check:
        return 1 if low else 0
    TARGET.write_text(_source(_fit(pages, options.rounds, settings), len(pages)))
    print(f"wrote {TARGET.relative_to(ROOT)}")
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
    root = parse(decode(case.body).text)
    if root is None:
        return None
    title = article.title_of(root)
    nodes = freed(root, Reading(root)).nodes
    blocks = [node for node in nodes if node.letters]
    page = Page(root, nodes, answered(blocks, article.answer(root) or ""), title)
    if not page.blocks:
        return None
    shares, weights = labels(case, page.blocks)
    weights = [weight * WEIGHTS.get(case.set, 1.0) for weight in weights]
    rows = features(page)
    for node in page.nodes:
        node.element = None  # type: ignore[assignment]  # trees do not travel between processes
    return Read(case, page, rows, shares, weights)


def _fold(case: Case) -> int:
    return int(hashlib.md5(case.id.encode()).hexdigest()[:8], 16) % FOLDS


def _fit(pages: Sequence[Read], rounds: int, settings: dict[str, Any]) -> lightgbm.Booster:
    rows = numpy.concatenate([numpy.array(page.rows) for page in pages])
    shares = numpy.concatenate([numpy.array(page.shares) for page in pages])
    weights = numpy.concatenate([numpy.array(page.weights) for page in pages]) * 200
    data = lightgbm.Dataset(rows[weights > 0], shares[weights > 0], weight=weights[weights > 0])
    fixed = {
        "objective": "cross_entropy", "min_data_in_leaf": 60, "min_sum_hessian_in_leaf": 0.05, "feature_fraction": 0.25,
        "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 5.0, "verbose": -1, "num_threads": 2, "seed": 1,
    }  # fmt: skip
    return lightgbm.train(fixed | settings, data, rounds)


def _unseen(pages: Sequence[Read], rounds: int, settings: dict[str, Any]) -> list[list[float]]:
    """Of each page the chances by a model that did not see it."""
    chances: dict[int, list[float]] = {}
    for fold in range(FOLDS):
        model = _fit([page for page in pages if _fold(page.case) != fold], rounds, settings)
        for page in pages:
            if _fold(page.case) == fold:
                chances[id(page)] = _chances(model, page.rows)
    return [chances[id(page)] for page in pages]


def scores(pages: Sequence[Read], chances: Sequence[Sequence[float]]) -> dict[str, float]:
    """F1 by set as ../shared/bench/articles.py scores it, of the kept blocks' texts."""
    sys.path.insert(0, str(SHARED.parent / "bench"))
    aggregate: Callable[..., dict[str, Any]] = import_module("articles").aggregate
    found: dict[str, float] = {}
    for name in SETS:
        chosen = [(page, p) for page, p in zip(pages, chances, strict=True) if page.case.set == name]
        answers = {page.case.id: {"text": _text(page, p)} for page, p in chosen}
        score = aggregate(name, [page.case.gold for page, _ in chosen], answers)
        found[name] = score["F1"]
        found |= {f"{name} {kind}": value for kind, value in score.get("by type", {}).items() if kind == "article"}
    return found


def _text(page: Read, chances: Sequence[float]) -> str:
    blocks = page.page.blocks
    places = choice.candidates(page.page)
    kept = choice.likely(page.page, places, [chances[j] for j in places])
    return "\n".join(" ".join(block.text.split()) for block in choice.once([blocks[j] for j in sorted(kept)]))


def _chances(model: lightgbm.Booster, rows: list[list[float]]) -> list[float]:
    """As `chance` of the forest has it: the first trees alone where they are sure."""
    first = model.predict(numpy.array(rows), num_iteration=FIRST, raw_score=True)
    whole = model.predict(numpy.array(rows), raw_score=True)
    sums = numpy.where((first < SURELY_NOT) | (first > SURELY), first, whole)
    return list(1 / (1 + numpy.exp(-sums)))


def _source(model: lightgbm.Booster, pages: int) -> str:
    """The model as Python: as fast as trees get without a compiled library, and compiled once."""
    dumped = model.dump_model()
    trees = [f"    s += {_tree(tree['tree_structure'])}" for tree in dumped["tree_info"]]
    head = f'''
        """Trees that weigh the features of a block. Written by benchmarks/train.py from {pages} pages; not to be edited."""

        # ruff: noqa
        # fmt: off
        from math import exp


        def chance(f: list[float]) -> float:
            """How likely a block with these features is part of the article, 0 to 1; where the first trees are sure, by them."""
            s = 0.0
    '''
    early = f"    if not {SURELY_NOT} <= s <= {SURELY}:\n        return 1 / (1 + exp(-s))"
    lines = "\n".join([*trees[:FIRST], early, *trees[FIRST:]])
    return f"{textwrap.dedent(head).strip()}\n{lines}\n    return 1 / (1 + exp(-s))\n"


def _tree(node: dict[str, Any]) -> str:
    if "leaf_value" in node:
        return re.sub(r"(?<=\d)e-0", "e-", f"{node['leaf_value']:.3g}")
    at = f"{node['threshold']:.6g}"
    return f"({_tree(node['left_child'])} if f[{node['split_feature']}]<={at} else {_tree(node['right_child'])})"


if __name__ == "__main__":
    sys.exit(main())
