"""What is looked for cheaply before an expression is asked misses nothing that the expression finds."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipper.extract import features, plain, vocabulary

WIDE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
WORD = re.compile(f"[{WIDE}]|[^\\W_{WIDE}]+(?:['’.-][^\\W_{WIDE}]+)*")


def test_every_digit_begins_as_one_of_the_bytes() -> None:
    digits = [chr(code) for code in range(128, sys.maxunicode + 1) if chr(code).isdecimal()]
    assert len(digits) > 500
    assert [digit for digit in digits if digit.encode()[0] not in features.WIDE_DIGITS] == []


@given(st.text(st.sampled_from("aZ9é'’.-_ \n，中文あščЖ—\u0301"), max_size=40))
def test_words_are_counted_as_the_expression_finds_them(text: str) -> None:
    assert plain.count_words(text) == len(WORD.findall(text))


@given(st.text(st.sampled_from("jJaAnNmMyYſsSeEpP 前2017:3_-.é中"), max_size=24).filter(str.strip))
def test_a_date_is_seen_wherever_the_expressions_see_one(text: str) -> None:
    text = text.strip()
    coded = text.encode()
    digits = coded.translate(features.KINDS).count(features.DIGIT)
    seen = features.TIMED.search(text) or features.MONTH.search(text) or text.endswith("前")
    assert features.dated(text, coded, digits) == bool(seen)


@given(st.text(st.sampled_from("0159aZAM.!?;: é中。\x00"), max_size=40))
def test_characters_are_counted_by_their_kind(text: str) -> None:
    kinds = text.encode().translate(features.KINDS)
    found = [len(re.findall(kind, text)) for kind in ("[0-9]", "[A-Z]", "[.!?;:]")]
    assert [kinds.count(kind) for kind in (features.DIGIT, features.CAPITAL, features.SENTENCE)] == found


@pytest.mark.parametrize(
    ("called", "names"),
    [
        (vocabulary.captioned, "caption wp-caption-text cutline photo-credit photocredit imgtop image-credit"),
        (vocabulary.commented, "comments comment-list disqus_thread"),
        (vocabulary.embedded, "twitter-tweet twitter-video instagram-media tiktok-embed bluesky-embed"),
    ],
)
def test_no_name_is_missed(called: object, names: str) -> None:
    assert callable(called)
    assert [name for name in names.split() if not called(name) or not called(name.upper())] == []
