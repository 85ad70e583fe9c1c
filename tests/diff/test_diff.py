"""What changed, as a reader sees it."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipper import diff
from clipper.diff.sequences import runs
from clipper.diff.words import paragraphs, tokens

ONE = "The first paragraph stands here.\n\nThe second one says something else entirely."
ONE += "\n\n第三段说的是漏洞披露。"
TEXT = st.lists(
    st.lists(st.sampled_from(["a", "b", "the", "漏", "洞", " ", ", ", "word"]), max_size=12).map("".join),
    max_size=8,
).map("\n\n".join)


def kinds(comparison: diff.Diff) -> list[str]:
    return [block.kind for block in comparison.blocks]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("same", "same", (0, 0)),
        ("", "three new words", (3, 0)),
        ("three old words", "", (0, 3)),
        ("the quick fox", "the slow fox", (1, 1)),
        ("漏洞披露", "漏洞的披露", (1, 0)),
        ("one, two", "one; two", (0, 0)),
        ("version 1.0.2 is out", "version 1.0.3 is out", (1, 1)),
        ("don't do it", "do do it", (1, 1)),
        (
            "first block here\n\nsecond block there",
            "second block there\n\nfirst block here",
            (0, 0),
        ),
        ("a b c d e f g h", "a b X d e f g h Y", (2, 1)),
    ],
)
def test_changed_words(old: str, new: str, expected: tuple[int, int]) -> None:
    assert diff.changed_words(old, new) == expected


def test_one_changed_word_is_shown_inside_its_paragraph() -> None:
    comparison = diff.diff(ONE, ONE.replace("something", "nothing"))
    assert kinds(comparison) == ["same", "changed", "same"]
    pieces = [(p.kind, p.text) for p in comparison.blocks[1].pieces]
    assert pieces == [
        ("same", "The second one says "),
        ("removed", "something"),
        ("added", "nothing"),
        ("same", " else entirely."),
    ]


def test_chinese_is_compared_by_characters() -> None:
    comparison = diff.diff(ONE, ONE.replace("漏洞披露", "漏洞修复"))
    changed = [p.text for p in comparison.blocks[2].pieces if p.kind != "same"]
    assert changed == ["披露", "修复"]


def test_a_moved_paragraph_is_moved_and_not_rewritten() -> None:
    first, second, third = ONE.split("\n\n")
    comparison = diff.diff(ONE, "\n\n".join([third, first, second]))
    assert sorted(kinds(comparison)) == ["moved", "same", "same"]
    assert (comparison.added, comparison.removed) == (0, 0)


def test_a_paragraph_that_moved_and_changed_is_told_as_both() -> None:
    first, second, third = ONE.split("\n\n")
    comparison = diff.diff(ONE, "\n\n".join([third.replace("披露", "修复"), first, second]))
    assert kinds(comparison) == ["moved", "same", "same"]
    changed = [p.text for p in comparison.blocks[0].pieces if p.kind != "same"]
    assert changed == ["披露", "修复"]


def test_a_rewritten_paragraph_is_removed_and_added() -> None:
    comparison = diff.diff("Some words about cats.", "Quite different matter: dogs bark loudly.")
    assert kinds(comparison) == ["removed", "added"] or kinds(comparison) == ["added", "removed"]


@pytest.mark.parametrize(
    "article",
    [
        [f"Paragraph {n} tells of the harbour, the lantern and the ledger of year {1900 + n}, and of no other." for n in range(6)],
        [f"第{n}段说的是港口、灯塔和一九{n}年的账本，别的年份都不在里面，读者可以自己去查。" for n in range(6)],
    ],
    ids=["English", "Chinese"],
)  # fmt: skip
def test_paragraphs_that_were_split_or_joined_are_not_removed_and_added(article: list[str]) -> None:
    apart, together = "\n\n".join(article), " ".join(article).replace("harbour", "quay", 1).replace("港口", "码头", 1)
    half = "\n\n".join([article[0], *(part for text in article[1:5] for part in (text[:30], text[30:])), article[5]])
    for old, new, most in ((apart, together, 2), (together, apart, 2), (apart, half, 8), (half, apart, 8)):
        added, removed = diff.changed_words(old, new)
        assert max(added, removed) <= most
    one_gone = "\n\n".join(article[:2] + article[3:])
    assert [block.kind for block in diff.diff(apart, one_gone).blocks if block.kind != "same"] == ["removed"]


def test_neighbouring_changes_are_told_as_one() -> None:
    comparison = diff.diff("say old small thing now please", "say new large thing now please")
    assert [p.text for p in comparison.blocks[0].pieces] == [
        "say ", "old small", "new large", " thing now please",
    ]  # fmt: skip


def test_terminal_output_holds_no_control_sequence_of_the_page() -> None:
    evil = "safe \x1b]0;title\x07 \u202e reversed \U000e0041 \udc80"
    said = diff.as_terminal(diff.diff("safe words", evil), color=True)
    ours = re.compile(r"\x1b\[(?:0|2|31|32|36)m")
    rest = ours.sub("", said)
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e\U000e0041\udc80]", rest)
    assert "\\u001b" in rest


def test_terminal_output_without_colour_marks_words() -> None:
    said = diff.as_terminal(diff.diff(ONE, ONE.replace("something", "nothing")), color=False)
    assert "[-something-]{+nothing+}" in said
    assert said.count("1 paragraph unchanged") == 2
    assert "\x1b" not in said


def test_markdown_marks_words_and_keeps_the_signs_of_lines() -> None:
    said = diff.as_markdown(diff.diff("# Old title here\n\ntext", "# New title here\n\ntext\n\n- item"))
    assert said == "# ~~Old~~**New** title here\n\ntext\n\n- **item**"


def test_json_is_plain_data() -> None:
    data = diff.as_json(diff.diff(ONE, ONE.replace("first", "very first")))
    assert json.loads(json.dumps(data)) == data
    assert (data["words_added"], data["unchanged_paragraphs"]) == (1, 2)


def test_unified_is_what_patch_takes() -> None:
    said = diff.unified("a\nb", "a\nc\n", "old", "new")
    assert said.splitlines()[:2] == ["--- old", "+++ new"]
    assert "\\ No newline at end of file" in said


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("[a link](https://example.com/a_(b))", "a link"),
        ("![picture](x.png) after", "picture after"),
        ("## A *heading* with `code`", "A heading with code"),
        ("- item\n> quote\n1. first", "item\nquote\nfirst"),
        ("# one\n\n  - two\n- - three\n>four", "one\n\ntwo\n- three\n>four"),
        ("***all*** ~~gone~~ `*`~ 2 * 3", "all gone  2 * 3"),
        ("snake_case_name and __bold__", "snake_case_name and bold"),
        (r"1\. escaped \*star", "1. escaped *star"),
    ],
)
def test_plain_leaves_words(markdown: str, words: str) -> None:
    assert diff.plain(markdown) == words


@given(TEXT)
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


@settings(max_examples=300)
@given(TEXT, TEXT)
def test_both_texts_can_be_read_off_a_comparison(old: str, new: str) -> None:
    comparison = diff.diff(old, new)
    said_new = {b.new: "".join(p.text for p in b.pieces if p.kind != "removed") for b in comparison.blocks}
    said_old = {b.old: "".join(p.text for p in b.pieces if p.kind != "added") for b in comparison.blocks}
    said_new.pop(None, None)
    said_old.pop(None, None)
    assert paragraphs("\n\n".join(said_new[n] for n in sorted(said_new))) == paragraphs(new)
    assert paragraphs("\n\n".join(said_old[n] for n in sorted(said_old))) == paragraphs(old)
    assert bool(comparison) == (paragraphs(old) != paragraphs(new))


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.lists(st.sampled_from("abcd"), max_size=30))
def test_runs_cover_both_sides_without_a_gap(old: list[str], new: list[str]) -> None:
    i = j = 0
    last = None
    for run in runs(old, new):
        assert (run.i1, run.j1) == (i, j)
        assert run.equal is not last
        if run.equal:
            assert old[run.i1 : run.i2] == new[run.j1 : run.j2]
        i, j, last = run.i2, run.j2, run.equal
    assert (i, j) == (len(old), len(new))
