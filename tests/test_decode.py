"""Bytes to text: who is believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipper.decode import decode

ZH = "渡船在江心拉响了汽笛，声音传得很远很远。乘客大多是去对岸卖菜的农人。" * 8
JA = "川の真ん中で汽笛が鳴り、その音は遠くまで響いた。乗客の多くは農家の人々である。" * 8
FR = "Le gardien du phare écrivait à sa sœur, où qu’elle fût, dès l’été. " * 8

CASES = [
    ("utf-8", ZH, None, "", "utf-8"),
    ("utf-8", ZH, "text/html; charset=gbk", "gbk", "utf-8"),
    ("utf-8-sig", ZH, None, "", "utf-8-sig"),
    ("utf-16", ZH, None, "", "utf-16"),
    ("gb18030", ZH, "text/html; charset=gb2312", "", "gb18030"),
    ("gb18030", ZH, "text/html; charset=iso-8859-1", "gb2312", "gb18030"),
    ("gb18030", ZH, "text/html; charset=utf-8", "gbk", "gb18030"),
    ("gb18030", ZH, None, "gb2312", "gb18030"),
    ("gb18030", ZH, None, "", "gb18030"),
    ("cp932", JA, "text/html; charset=Shift_JIS", "", "cp932"),
    ("euc-jp", JA, None, "euc-jp", "euc_jp"),
    ("cp1252", FR, "text/html; charset=iso-8859-1", "", "cp1252"),
    ("cp1252", FR, "text/html; charset=utf-8", "", "cp1252"),
    ("utf-8", ZH, "text/html; charset=nonsense", "utf-16", "utf-8"),
    ("gb18030", ZH, "text/html; charset=utf-7", "gbk", "gb18030"),
]


@pytest.mark.parametrize(("coded", "text", "header", "meta", "codec"), CASES)
def test_the_right_characters(coded: str, text: str, header: str | None, meta: str, codec: str) -> None:
    page = f'<html><head><meta charset="{meta}"></head><body><p>{text}</p></body></html>'
    found = decode(page.encode(coded), content_type=header)
    assert text in found.text
    assert found.replaced == 0
    assert codec in (found.encoding, "gb18030" if found.encoding == "gbk" else codec)


def test_what_is_lost_is_counted() -> None:
    found = decode(("好" * 2000).encode("gb18030") + b"\xff", content_type="text/html; charset=gb18030")
    assert found.encoding == "gb18030"
    assert found.replaced == 1


@given(st.binary(max_size=400), st.sampled_from([None, "text/html; charset=gbk", "charset=utf-7", "charset=\x00"]))
def test_no_bytes_are_an_error(body: bytes, header: str | None) -> None:
    assert isinstance(decode(body, content_type=header).text, str)
