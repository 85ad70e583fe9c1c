"""Keys as other tools make them: the right side is what the library surt 0.3 says."""

from __future__ import annotations

import pytest

from clipper.exports.surt import surt

HEX = "0123456789abcdef0123456789ABCDEF"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.garden.example/Posts/Pond", "example,garden)/posts/pond"),
        ("http://WWW2.Garden.example:80/A//b/../C/?b=2&a=1&A=0", "example,garden)/a/c?a=0&a=1&b=2"),
        ("https://garden.example:8443/", "example,garden:8443)/"),
        (f"http://garden.example/?jsessionid={HEX}&x=1", "example,garden)/?x=1"),
        ("https://garden.example/%E6%B1%A0?q=%E6%B1%A0+a%20b", "example,garden)/%e6%b1%a0?q=%e6%b1%a0+a%20b"),
        ("http://例子.example/池", "example,xn--fsqu00a)/%e6%b1%a0"),
        ("http://garden.example", "example,garden)/"),
        ("http://garden.example/a/?", "example,garden)/a"),
        ("http://garden.example/a b/%2541#frag", "example,garden)/a%20b/a"),
        ("http://garden.example/./../x/", "example,garden)/../x"),
        ("http://garden.example/x?&a&&b=", "example,garden)/x?&&a&b="),
        ("http://me:pw@garden.example/x", "example,garden)/x"),
        (f"http://127.0.0.1:8080/A?sid={HEX}", "1,0,0,127:8080)/a"),
    ],
)
def test_surt(url: str, key: str) -> None:
    assert surt(url) == key
