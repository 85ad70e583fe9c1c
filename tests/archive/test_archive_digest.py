"""Which differences make another article, and which do not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipper.archive import article_digest
from clipper.archive.digest import normalised

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a  b\n\nc", "a b c"),
        ("ＡＢＣ１２３", "ABC123"),
        ("cafe\u0301", "café"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("soft\u00adhyphen", "softhyphen"),
        ("e\u200b\u0301", "é"),
        (" padded ", "padded"),
    ],
)
def test_what_nobody_sees_makes_no_version(one: str, other: str) -> None:
    assert article_digest("t", one) == article_digest("t", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a b", "ab"),
        ("a b", "b a"),
        ("version 1.0", "version 1.1"),
        ("Word", "word"),
        ("漏洞", "洞漏"),
        ("yes.", "yes!"),
    ],
)
def test_what_somebody_sees_makes_a_version(one: str, other: str) -> None:
    assert article_digest("t", one) != article_digest("t", other)


def test_title_and_text_do_not_run_into_each_other() -> None:
    assert article_digest("a b", "c") != article_digest("a", "b c")


@given(TEXT)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@given(TEXT, TEXT)
def test_composition_and_line_breaks_do_not_count(title: str, text: str) -> None:
    other = unicodedata.normalize("NFD", text).replace(" ", "\n ")
    assert article_digest(title, other) == article_digest(title, text)
