"""Scores of containers in the manner of Readability: paragraphs raise what is around them."""

from __future__ import annotations

from dataclasses import dataclass

from clipper.extract.blocks import Node

__all__ = ["Scores", "scored", "summed"]

COMMAS, WIDE_COMMAS = ",;", "，、；"
PARAGRAPH = 25  # letters from which a block raises its containers
LONG = 80
RAISED = (1, 2, 4, 8)  # the share's divisor for the parent and those above it
ITSELF = frozenset(("div", "td", "section", "article", "body"))


@dataclass(frozen=True, slots=True)
class Scores:
    """Of all block elements, by their index."""

    best: float
    top: int  # index of the element with the best score
    in_top: list[bool]
    best_above: list[float]  # the best score of the element and those around it
    distance: list[int]  # elements up to that one


def summed(nodes: list[Node]) -> None:
    """Fill in what the elements hold in all."""
    for node in nodes:
        if not node.letters:
            node.total = node.total_linked = node.blocks = node.own_commas = node.commas = node.long_blocks = 0
            continue
        node.total, node.total_linked, node.blocks = len(node.letters), node.linked, 1
        node.own_commas = sum(map(node.text.count, COMMAS))
        if not node.text.isascii():
            node.own_commas += sum(map(node.text.count, WIDE_COMMAS))
        node.commas = node.own_commas
        node.long_blocks = int(node.total >= LONG and node.linked * 3 < node.total)
    for node in reversed(nodes[1:]):
        parent = nodes[node.parent]
        parent.total += node.total
        parent.total_linked += node.total_linked
        parent.blocks += node.blocks
        parent.commas += node.commas
        parent.long_blocks += node.long_blocks


def scored(nodes: list[Node]) -> Scores:
    """Score every element; sums have to be there."""
    scores = [0.0] * len(nodes)
    for n, node in enumerate(nodes[1:], 1):
        length = len(node.letters)
        if length < PARAGRAPH or node.linked * 2 >= length:
            continue
        worth = 1 + node.own_commas + min(length / 100, 3)
        if node.tag in ITSELF:
            scores[n] += worth * 0.7
        above = node.parent
        for divisor in RAISED:
            scores[above] += worth / divisor
            if not above:
                break
            above = nodes[above].parent
    scores = [score * (1 - node.total_linked / max(1, node.total)) for score, node in zip(scores, nodes, strict=True)]
    top = max(range(len(nodes)), key=scores.__getitem__)
    in_top = [False] * len(nodes)
    best_above, distance = list(scores), [0] * len(nodes)
    for n, node in enumerate(nodes):
        in_top[n] = n == top or (n > 0 and in_top[node.parent])
        if n and best_above[node.parent] >= scores[n]:
            best_above[n], distance[n] = best_above[node.parent], distance[node.parent] + 1
    return Scores(scores[top], top, in_top, best_above, distance)
