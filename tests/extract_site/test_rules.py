"""Site rules are data: where they say that the article stands, it is read, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from clipper.errors import FileError
from clipper.extract import Reader, extract
from clipper.extract.rules import load
from clipper.models import Capture, Extraction, SiteRules, Verdict
from clipper.urls import check

NOW = datetime(2026, 10, 2, 12, tzinfo=UTC)
WECHAT = "https://mp.weixin.qq.com/s/abcdef"
TEXT = "".join(
    f"<p>Paragraph {n} of a story about the harbour, told slowly and with many commas.</p>" for n in range(8)
)
BUTTONS = "<div>向上滑动看下一个 知道了 微信扫一扫 使用小程序 取消 允许 视频 小程序 赞 ，轻点两下取消赞 在看 ，轻点两下取消在看</div>"


def capture(html: str, url: str) -> Capture:
    return Capture(url=url, final_url=url, status=200, headers=(), body=html.encode(), fetched_at=NOW)


def read(html: str, url: str = WECHAT, rules: SiteRules | None = None) -> Extraction:
    return extract(capture(html, url), rules=rules)


def test_a_wechat_article_is_what_its_content_box_holds() -> None:
    found = read(
        "<h1 id='activity-name'> 夜里的灯塔 </h1><a id='js_name'> 海岛来信 </a><span id='js_author_name'>木棉</span>"
        f"<div id='js_content' style='visibility: hidden; opacity: 0;'><section><span>灯塔看守人每天写一封信，从不寄出。</span></section>{TEXT}</div>"
        "<script>var createTime = '2025-06-07 08:09';</script>"
        f"<div id='js_pc_qr_code'>微信扫一扫关注该公众号</div>{BUTTONS}"
    )
    assert found.verdict is Verdict.OK
    assert (found.title, found.author, found.site) == ("夜里的灯塔", "木棉", "海岛来信")
    assert found.published == "2025-06-07T08:09:00+08:00"
    assert found.text.startswith("灯塔看守人每天写一封信")
    assert "扫一扫" not in found.text
    assert found.rule == "wechat 1 (article)"


def test_a_wechat_text_share_is_read_out_of_its_script() -> None:
    script = (
        "window.item_show_type = '10' || '';"
        r"window.msg_title = '今天退潮，\x22灯塔\x22开放参观。\n\n票价和去年一样，\x26amp; 孩子免费。' || '';"
        "cgi = { nick_name: JsDecode('海岛来信'), create_time: JsDecode('2025-10-16 07:30') }"
    )
    found = read(f"<script>{script}</script><div id='js_content'></div>{BUTTONS}")
    assert found.text == '今天退潮，"灯塔"开放参观。\n票价和去年一样，& 孩子免费。'
    assert found.title == '今天退潮，"灯塔"开放参观。'
    assert (found.site, found.published) == ("海岛来信", "2025-10-16T07:30:00+08:00")
    assert found.verdict is Verdict.THIN
    assert found.rule == "wechat 1 (text share)"


def test_a_wechat_picture_share_has_its_caption_and_its_pictures() -> None:
    picture = "{ width: '100' * 1, height: '50' * 1, cdn_url: 'https://mmbiz.qpic.example/%s/0?wx_fmt=png\\x26amp;from=x', watermark_info: { cdn_url: 'https://mmbiz.qpic.example/mark' } },"
    script = (
        "window.item_show_type = '8'; window.msg_title = '三张灯塔的照片' || '';"
        f"window.picture_page_info_list = [ {picture % 'one'} {picture % 'two'} ];"
        r"cgi = { content_noencode: JsDecode('早上六点，\x0a雾刚刚散。'), nick_name: JsDecode('海岛来信') }"
    )
    found = read(f"<script>{script}</script>{BUTTONS}")
    assert found.title == "三张灯塔的照片"
    assert found.text == "早上六点，\n雾刚刚散。"
    assert "](https://mmbiz.qpic.example/one/0?wx_fmt=png&from=x)" in found.markdown
    assert "](https://mmbiz.qpic.example/two/0?wx_fmt=png&from=x)" in found.markdown
    assert "mark" not in found.markdown
    assert found.verdict.good


@pytest.mark.parametrize("said", ["该内容已被发布者删除", "此内容因违规无法查看", "此账号已自主注销，内容无法查看"])
def test_a_wechat_page_that_was_taken_down_is_deleted(said: str) -> None:
    assert read(f"<div class='weui-msg'><h2>{said}</h2></div>{BUTTONS}").verdict is Verdict.DELETED


def test_an_empty_wechat_page_is_a_shell() -> None:
    assert (
        read("<div id='js_content'></div><div>赞 ，轻点两下取消赞 在看 ，轻点两下取消在看</div>").verdict
        is Verdict.SCRIPT_SHELL
    )


def hou(body: str) -> Extraction:
    frame = "<ul><li>首页</li><li>登录</li></ul><h1>灯塔的固件</h1><p>胡椒 <a href='/category/news'>新闻</a> 2025-05-18 13:21:59</p><p>8133</p><p>收藏</p>{}<ul><li>分享至</li></ul><p><img src=/captcha/a1b2.png></p><h3>发表评论</h3><h4>你可能感兴趣的</h4><p>另一篇关于灯塔的文章，讲的是海鸥</p>"
    return read(f"<title>灯塔的固件 - 嘶吼 RoarTalk</title>{frame.format(body)}", "https://www.4hou.com/posts/AbCd")


def test_4hou_is_read_between_the_words_around_its_articles() -> None:
    found = hou(f"<p>导语：固件里有一封信。</p>{TEXT}<p>文章翻译自：https://site.example/a如若转载，请注明原文地址</p>")
    assert found.text.startswith("导语：固件里有一封信。")
    assert found.text.endswith("with many commas.")
    assert "captcha" not in found.markdown
    assert (found.title, found.author, found.published) == ("灯塔的固件", "胡椒", "2025-05-18T13:21:59+08:00")


def test_a_rule_that_finds_nothing_leaves_the_page_to_the_others() -> None:
    found = read(f"<h1>Moved</h1><article>{TEXT}</article>", "https://www.4hou.com/posts/AbCd")
    assert found.verdict is Verdict.OK
    assert found.rule is None


OWN = """
hosts = [".harbour.example"]
version = 7
[[kind]]
name = "log"
path = "^/log/"
body = [".entry"]
title = [".entry h2"]
author = ["meta[name=writer]"]
date = ["time"]
strip = [".promo"]
"""
PAGE = f"<meta name=writer content='A. Clerk'><div class=entry><h2>The log</h2><time datetime='2026-01-02'>x</time>{TEXT}<p class=promo>Buy a rope, it is long.</p></div>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "harbour.toml").write_text(OWN)
    return tmp_path


@pytest.mark.parametrize("isolate", [True, False])
def test_a_rule_of_the_users_own_is_used(folder: Path, isolate: bool) -> None:
    with Reader(isolate=isolate, rules=SiteRules(folder=str(folder))) as reader:
        found = reader.read(capture(PAGE, "https://www.harbour.example/log/1"))
        assert found.rule == "harbour 7 (log)"
        assert (found.title, found.author, found.published) == ("The log", "A. Clerk", "2026-01-02")
        assert "Buy a rope" not in found.text
        assert reader.read(capture(PAGE, "https://www.harbour.example/other/1")).rule is None
        assert reader.read(capture(PAGE, "https://notharbour.example/log/1")).rule is None


def test_the_users_rule_comes_before_the_one_that_ships(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'hosts = ["mp.weixin.qq.com"]\nversion = 2\n[[kind]]\nbody = ["#js_content p:first-child"]'
    )
    html = f"<div id='js_content'>{TEXT}</div>"
    assert read(html, rules=SiteRules(folder=str(tmp_path))).rule == "mine 2"


FTR = """
# how a ftr-site-config file looks
title: //h2[@class='headline']
body: //div[contains(@class, 'story')]
author: substring-after(//p[@class='by'], 'By ')
date: //time/@datetime
strip: //div[@class='ad']
strip_id_or_class: share
strip_image_src: pixel
tidy: no
prune: no
single_page_link: //a[@rel='all']
test_url: https://gazette.example/1
"""


def test_a_fivefilters_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "gazette.example.txt").write_text(FTR)
    assert load(tmp_path / "gazette.example.txt").test == ("https://gazette.example/1",)
    html = (
        "<h2 class=headline>Rope prices</h2><p class=by>By N. Otary</p><time datetime='2026-03-04T05:06'>x</time>"
        f"<div class='story wide'>{TEXT}<div class=ad>An advertisement, of all things.</div>"
        "<p id=share-bar>Share this with your friends.</p><img src=/pixel.gif alt=counted></div>"
    )
    for host in ("gazette.example", "www.gazette.example"):
        found = read(html, f"https://{host}/1", SiteRules(folder=str(tmp_path)))
        assert (found.title, found.author, found.published) == ("Rope prices", "N. Otary", "2026-03-04T05:06:00")
        assert "Paragraph 7" in found.text
        for left_out in ("advertisement", "Share this", "pixel"):
            assert left_out not in found.markdown


@pytest.mark.parametrize(
    ("hosts", "fits", "fits_not"),
    [
        ('"a.example"', ["a.example"], ["www.a.example", "ba.example"]),
        ('["a.example", "B.Example."]', ["a.example", "b.example"], ["c.example"]),
        ('".a.example"', ["a.example", "x.y.a.example"], ["ba.example"]),
        ('"*.a.example"', ["x.a.example", "www.a.example"], ["a.example", "xa.example"]),
        ('"a.example:8080"', ["a.example:8080"], ["a.example", "a.example:81"]),
        ('"127.0.0.1:8080"', ["127.0.0.1:8080"], ["127.0.0.1"]),
        ('"bücher.example"', ["bücher.example", "xn--bcher-kva.example"], ["bucher.example"]),
    ],
)
def test_hosts_are_known_however_they_are_written(
    tmp_path: Path, hosts: str, fits: list[str], fits_not: list[str]
) -> None:
    (tmp_path / "a.toml").write_text(f'hosts = {hosts}\nversion = 1\n[[kind]]\nbody = "article"\n')
    html = f"<div>{TEXT}</div><article>{TEXT}</article>"
    for host, rule in [*((host, "a 1") for host in fits), *((host, None) for host in fits_not)]:
        assert read(html, check(f"http://{host}/"), SiteRules(folder=str(tmp_path))).rule == rule, host


@pytest.mark.parametrize(
    ("name", "fits", "fits_not"),
    [
        ("a.example.txt", ["a.example", "www.a.example"], ["news.a.example"]),
        (".a.example.txt", ["news.a.example"], ["a.example", "www.a.example"]),
        ("news.a.example.txt", ["news.a.example"], ["a.example"]),
    ],
)
def test_a_fivefilters_file_is_for_the_hosts_that_its_name_says(
    tmp_path: Path, name: str, fits: list[str], fits_not: list[str]
) -> None:
    (tmp_path / name).write_text("body: //article")
    html = f"<div>{TEXT}</div><article>{TEXT}</article>"
    for host in fits:
        assert read(html, f"http://{host}/", SiteRules(folder=str(tmp_path))).rule is not None, host
    for host in fits_not:
        assert read(html, f"http://{host}/", SiteRules(folder=str(tmp_path))).rule is None, host


def test_fivefilters_paths_with_unions_words_and_texts(tmp_path: Path) -> None:
    (tmp_path / "gazette.example.txt").write_bytes(
        b"\xef\xbb\xbfbody: //nowhere\r\n"
        b"body: //div[contains(concat(' ',normalize-space(@class),' '),' text ')] | //div[@id='rest']\r\n"
        b"author: //p[@class='by']/b/text()\r\ndate: //p[@class='on']\r\n"
        b"replace_string(<i>): <b>\r\nhttp_header(user-agent): Any\r\nfind_string: a\r\nreplace_string:\r\n"
    )
    rule = load(tmp_path / "gazette.example.txt")
    assert rule.unused == ("replace_string", "http_header", "find_string")
    html = (
        f"<p class=by>By <b>N. Otary</b></p><p class=on>Thursday, 5 March 2026</p><div class='context'><p>Not this.</p></div>"
        f"<div class='wide text'>{TEXT}</div><hr><div id=rest><p>The rest of it.</p></div>"
    )
    found = read(html, "https://gazette.example/1", SiteRules(folder=str(tmp_path)))
    assert (found.author, found.published) == ("N. Otary", "2026-03-05")
    assert "Paragraph 7" in found.text
    assert "The rest of it." in found.text
    assert "Not this" not in found.text


def test_a_rule_without_a_body_leaves_the_choice_to_others_and_its_own_parts_out(tmp_path: Path) -> None:
    (tmp_path / "a.example.txt").write_text("strip_id_or_class: pushed\nauthor: //address\n")
    html = f"<address>N. Otary</address><article>{TEXT}<p class=pushed>Something pushed in, of all things.</p>{TEXT}</article>"
    found = read(html, "https://a.example/", SiteRules(folder=str(tmp_path)))
    assert found.author == "N. Otary"
    assert found.rule is not None
    assert "Paragraph 7" in found.text
    assert "pushed in" not in found.text
    (tmp_path / "b.toml").write_text('hosts = ["a.example"]\nversion = 1\n[[kind]]\nbody = "article"\n')
    both = read(html, "https://a.example/", SiteRules(folder=str(tmp_path / ".." / tmp_path.name)))
    assert both.rule is not None
    assert both.rule.endswith("+ b 1")
    assert (both.author, "pushed in" in both.text) == ("N. Otary", False)


def test_a_pattern_may_capture_without_a_name(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        "hosts = ['a.example']\n[[kind]]\nbody = 'article'\nauthor_line = '^Written by (.*)$'\n"
    )
    html = f"<article>{TEXT}</article><p>Written by N. Otary</p>"
    assert read(html, "https://a.example/", SiteRules(folder=str(tmp_path))).author == "N. Otary"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.toml", "hosts = [", "cannot be used"),
        ("a.toml", 'hosts = ["a.example"]', "no \\[\\[kind\\]\\]"),
        ("a.toml", 'hosts = ["a.example"]\n[[kind]]\nbody = ["p["]', "cannot be used"),
        ("a.toml", 'hosts = ["a.example"]\n[[kind]]\nbdy = ["p"]', "nobody knows: bdy"),
        ("a.toml", 'hosts = ["a.example"]\n[[kind]]\nbody = [7]', "neither a text"),
        ("a.toml", 'hosts = ["a.example"]\n[[kind]]\nend = ["("]', "cannot be used"),
        ("a.toml", 'hosts = ["a.example"]\n[[kind]]\nbdy = ["p"]', "body\\?"),
        ("a.toml", 'hosts = ["a.example"]\n[[kind]]\nname = "x"\nbody = ["p["]', "x: body: 'p\\[' is no CSS selector"),
        ("a.toml", 'hosts = ["a.example"]\n[[kind]]\nend = ["("]', "kind 1: end: '\\(' is no pattern"),
        ("a.toml", 'hosts = ["a.example"]\n[[kind]]\nbody = "p"\ndate_line = "x"', "no \\(group\\)"),
        ("a.toml", 'hosts = ["a.example"]\n[[kind]]\npath = "/x"', "nothing of what is on the page"),
        ("a.toml", 'hosts = ["a.example"]\n[[kind]]\npath = 7', "neither a text"),
        ("a.toml", 'hosts = ["a.example"]\n[kind]\nbody = "p"', "two brackets"),
        ("a.toml", 'hosts = ["a.example"]\nbody = "p"', "below \\[\\[kind\\]\\]"),
        ("a.toml", 'host = ["a.example"]\n[[kind]]\nbody = "p"', "nobody knows: host; hosts\\?"),
        ("a.toml", 'hosts = ["https://a.example/"]\n[[kind]]\nbody = "p"', "is no host"),
        ("a.toml", 'hosts = ["a.example"]\nzone = "Mars"\n[[kind]]\nbody = "p"', "no time zone"),
        ("a.example.txt", "# x\nbody: //div[", "line 2: body: '//div\\[' is no XPath"),
        ("a.example.txt", "bodie: //div", "does not do bodie"),
        ("a.example.txt", "# nothing", "no directive"),
    ],
)
def test_a_rule_that_cannot_be_used_says_why_and_stops_nobody(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(FileError, match=says):
        load(tmp_path / name)
    assert (
        read(f"<article>{TEXT}</article>", "https://a.example/", SiteRules(folder=str(tmp_path))).verdict is Verdict.OK
    )


def test_a_rule_does_not_make_an_article_of_a_challenge(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('hosts = ["a.example"]\n[[kind]]\nbody = ["body"]')
    html = "<title>Just a moment...</title><body><p>Checking your browser before accessing a.example</p></body>"
    assert read(html, "https://a.example/", SiteRules(folder=str(tmp_path))).verdict is Verdict.CHALLENGE
