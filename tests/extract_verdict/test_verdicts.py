"""What a page is called: by its words, by its build, and never because of one word in a footer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from clipper.extract import extract, judge_markdown
from clipper.extract.blocks import Reading
from clipper.extract.facts import MOST, facts_of
from clipper.extract.page import parse
from clipper.extract.verdict import judge, signatures
from clipper.models import Capture, Extraction, Verdict
from clipper.pipeline import ADVICE

NOW = datetime(2026, 10, 2, 12, tzinfo=UTC)
STORY = "".join(
    f"<p>Paragraph {n} of the log tells how the ferry left the harbour late, and why nobody on board minded.</p>"
    for n in range(12)
)
MENU = "<nav><ul>" + "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(30)) + "</ul></nav>"


def read(html: str, *, url: str = "https://site.example/a") -> Extraction:
    return extract(Capture(url=url, final_url=url, status=200, headers=(), body=html.encode(), fetched_at=NOW))


@pytest.mark.parametrize(
    ("html", "verdict"),
    [
        ('<meta http-equiv="refresh" content="0; url=https://site.example/b"><p>One moment</p>', Verdict.REDIRECT_STUB),
        ('<p>Redirect</p><p><a href="/b">Click here</a> to be redirected.</p>', Verdict.REDIRECT_STUB),
        ('<script>window.location.href = "/b?js=1"</script>', Verdict.REDIRECT_STUB),
        ('<form><p>Members</p><input type="text"><input type="password"></form>', Verdict.LOGIN),
        ("<title>404 | The Ferry</title>" + MENU + "<h1>404</h1><p>Try the search.</p>", Verdict.SOFT_404),
        (MENU + "<h1>页面不存在</h1>", Verdict.SOFT_404),
        ("<title>Just a moment...</title><p>site.example</p>", Verdict.CHALLENGE),
        ("<script>var arg1='0123456789ABCDEF';</script>", Verdict.CHALLENGE),
        ("<h1>Server Error (500)</h1>", Verdict.MAINTENANCE),
        ("<p>We'll be back soon</p><p>The harbour office is moving its servers.</p>", Verdict.MAINTENANCE),
        (
            "<noscript>You need to enable JavaScript to run this app.</noscript><div id=root></div>",
            Verdict.SCRIPT_SHELL,
        ),
        (
            f"{MENU}<div id=app><style>p {{}}</style></div><footer>{'Ferries, boats and other ways to get over. ' * 5}</footer>"
            "<script src=/app.js></script>",
            Verdict.SCRIPT_SHELL,
        ),
        ("<p><a href=/f>Ferries</a> | <a href=/>Home</a> | Search</p>", Verdict.CHROME_ONLY),
        ("<title>Ferry Times – Seite nicht gefunden</title><h1>Seite nicht gefunden</h1>" + MENU, Verdict.SOFT_404),
        ("<title>Ferry Times | Page not found</title><p>Try the search.</p>" + MENU, Verdict.SOFT_404),
        ("<title>抱歉，您访问的文章不存在_渡轮时报</title><p>返回首页</p>" + MENU, Verdict.SOFT_404),
        ("<p>域名已过期</p><p>请联系注册商续费。</p>", Verdict.SOFT_404),
        ("<p>This account has been suspended.</p><p>Contact your hosting provider.</p>", Verdict.DELETED),
        ("<p>该文章已被作者删除</p><a href=/>返回首页</a>", Verdict.DELETED),
        ("<title>访问验证</title><p>为了更好的访问体验，请进行验证，通过后即可继续访问网页</p>", Verdict.CHALLENGE),
        ('<script src="https://turing.captcha.qcloud.com/TCaptcha.js"></script><p>loading</p>', Verdict.CHALLENGE),
        ("<p>Error code 522</p><p>The connection to the origin timed out.</p>", Verdict.MAINTENANCE),
        ("<title>301 Moved Permanently</title><h1>Moved</h1><a href=/b>here</a>", Verdict.REDIRECT_STUB),
        ("<p>The lead of it.</p><p>Subscribe to continue reading</p>", Verdict.PAYWALL),
        (
            '<script type="application/ld+json">{"isAccessibleForFree": "False"}</script>'
            "<p>The ferry left the harbour late on Monday, and nobody on board seems to have minded at all.</p>",
            Verdict.PAYWALL,
        ),
        ("<img src=a.png>", Verdict.EMPTY),
    ],
)
def test_a_page_without_an_article_is_named_for_what_it_is(html: str, verdict: Verdict) -> None:
    found = read(html)
    assert found.verdict is verdict, found.reason
    assert found.reason


def judged(html: str) -> Verdict:
    """The verdict without looking for the article: all of the page's words count as its."""
    root = parse(html)
    assert root is not None
    facts = facts_of(root, Reading(root).lines)
    return judge(facts, words=facts.own)[0]


def test_no_signature_fires_on_an_article_that_quotes_it() -> None:
    fired = []
    for phrase in dict.fromkeys(signature.phrase for signature in signatures()):
        quoted = f"<article><h1>On {phrase}</h1>{STORY * 2}<p>{phrase}</p></article><footer>{phrase}</footer>"
        if judged(f"<title>{phrase}</title>{quoted}") is not Verdict.OK:
            fired.append(phrase)
    assert fired == []


def test_every_phrase_is_found_where_it_is_all_there_is() -> None:
    phrases = [signature.phrase for signature in signatures() if signature.where == "text"]
    assert [phrase for phrase in phrases if judged(f"<body><div><p>{phrase}</p></div></body>").good] == []


def test_no_signature_is_for_pages_larger_than_phrases_are_kept_for() -> None:
    assert max(signature.at_most for signature in signatures()) <= MOST


def test_a_hidden_login_form_says_nothing() -> None:
    form = '<form style="display: none"><input type="password"></form>'
    note = "<p>The ferry is late today, says the harbour master.</p>"
    assert read(form + note).verdict is Verdict.THIN


def test_a_footer_that_says_log_in_is_a_footer() -> None:
    footer = "<footer>您还未登录，请先登录。 Captcha. 404. Enable JavaScript for comments.</footer>"
    assert read(f"<article>{STORY}</article>{footer}").verdict is Verdict.OK


@pytest.mark.parametrize(
    "aside",
    [
        "<p>Please log in to comment. You must be logged in to post a comment.</p>",
        "<p>Bitte melden Sie sich an, um diesen Artikel zu kommentieren.</p>",
        "<noscript>Please enable JavaScript to view the comments powered by Disqus.</noscript>",
        "<p>请登录后发表评论</p><p>用户已注销：顶</p>",
        "<form>Enter the code in the picture: <input></form>",
        '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>',
    ],
)
def test_a_short_note_with_a_form_below_it_is_a_note(aside: str) -> None:
    note = (
        "<p>The ferry is late today, says the harbour master: she was seen off the cape at noon, and in no hurry.</p>"
    )
    assert read(f"<h1>The ferry is late</h1>{note}{aside}").verdict is Verdict.THIN


@pytest.mark.parametrize("tag", ["button", "noscript"])
def test_a_text_that_an_open_element_swallowed_is_read(tag: str) -> None:
    found = read(f"<body><div><{tag} class=menu>Menu <article>{STORY}</article></{tag}></div>")
    assert found.verdict is Verdict.OK
    assert "Paragraph 11 of the log" in found.text


@pytest.mark.parametrize(
    "spelling", ["正在验证您的请求，请稍候…", "正在验证您的请求，请稍候…".encode().decode("latin-1")]
)
def test_markdown_of_a_challenge_is_known_in_both_spellings(spelling: str) -> None:
    assert judge_markdown(f"Loader\n\n{spelling}")[0] is Verdict.CHALLENGE


def test_markdown_links_do_not_count_as_text() -> None:
    menu = "\n".join(f"* [Section {n} of the site](https://site.example/{n})" for n in range(40))
    assert judge_markdown(f"{menu}\n\n# 404\n")[0] is Verdict.SOFT_404


def test_every_bad_verdict_has_advice() -> None:
    assert {str(v) for v in Verdict if not v.good} == set(ADVICE)
