"""Sites of several builds, of our own writing: what of each page is its body, and what is its frame.

A build is a function from the number of a page to (HTML, body, frame): the body's texts have to stay, and
the frame's have to go once the site is known.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.extract_site.site_material import WORDS, sentences

Built = tuple[str, list[str], list[str]]
HAN = "海港渡船灯塔领航员绳索冬天大陆信件账本风暴船长岛屿码头市场绞车罗盘风帆引擎甲板汽笛潮水浓雾清晨货物海鸥铁锚"


def han(seed: str, count: int = 6) -> list[str]:
    """Chinese sentences that no other seed has."""
    dice = random.Random(seed)
    return [f"那一天{''.join(dice.choices(HAN, k=14))}，{''.join(dice.choices(HAN, k=12))}。" for _ in range(count)]


def told(texts: list[str], tag: str = "p") -> str:
    return "".join(f"<{tag}>{text}</{tag}>" for text in texts)


def head(title: str, site: str, extra: str = "") -> str:
    return f"<!doctype html><html><head><title>{title} - {site}</title>{extra}</head><body>"


def news(number: int) -> Built:
    """Related articles with teasers in sentences, which are others on every page, and a promotion inside the body."""
    body = sentences(f"news {number}", 8)
    teasers = sentences(f"teaser {number}", 3)
    promo = "Sign up for the Ferry Briefing and have the tides in your inbox every single morning."
    about = "The Quay Times has told the news of the harbour since the year of the long frost, rain or shine."
    related = "".join(
        f'<div class="card"><a href="/n/{number + n}"><h3>{WORDS[n]} {number + n}</h3></a><p>{t}</p></div>'
        for n, t in enumerate(teasers)
    )
    html = (
        head(f"News {number}", "The Quay Times")
        + f'<header><nav><a href="/">Home</a> <a href="/sea">Sea</a></nav></header><main><h1>News {number}</h1>'
        f'<div class="meta">By: Clerk {number % 7}</div><div class="content">{told(body[:4])}'
        f'<div class="inline"><p>{promo}</p></div>{told(body[4:])}</div>'
        f'<div class="more"><h2>More from the quay</h2>{related}</div></main><footer><p>{about}</p></footer>'
    )
    return html, body, [about, "More from the quay"]


def blog(number: int) -> Built:
    """Two sidebars, one of which talks, and comments."""
    body = sentences(f"post {number}", 7)
    about = "I am a keeper of lanterns, I live on an island, and this is where I write about both of them."
    recent = "".join(f'<li><a href="/p/{number - n}">On {WORDS[(number - n) % 30]}</a></li>' for n in range(1, 6))
    html = (
        head(f"Post {number}", "Lantern Notes")
        + f'<div id="wrap"><div id="side"><h3>About me</h3><p>{about}</p><h3>Recent posts</h3><ul>{recent}</ul></div>'
        f'<div id="post-{number}" class="post"><h2 class="title">Post {number}</h2>{told(body)}'
        f'<p class="tags">Filed under: <a href="/t">{WORDS[number % 30]}</a></p></div>'
        '<div id="right"><h3>Archive</h3><ul><li>May 2019</li><li>June 2019</li></ul></div></div>'
        "<p>Powered by wind and by a theme that somebody drew on a napkin, long ago.</p>"
    )
    return html, body, [about, "Recent posts", "Powered by wind"]


def portal(number: int) -> Built:
    """A Chinese portal of the old kind: tables for layout, an editor's line and a copyright notice under every text."""
    body = han(f"portal {number}", 7)
    notice = "版权声明：凡本网注明来源的所有作品，版权均属于海港在线，未经本网授权不得转载、摘编或利用其它方式使用。"
    related = "".join(
        f"<li><a href='/a/{number + n}.html'>{han(f't{number + n}', 1)[0][:14]}</a></li>" for n in range(5)
    )
    editor = f"(责任编辑：{HAN[number % 40]}{HAN[(number + 7) % 40]})"
    html = (
        head(f"{body[0][3:12]}", "海港在线")
        + "<table width=960><tr><td><a href=/>首页</a></td><td><a href=/news>新闻</a></td><td><a href=/bbs>论坛</a></td></tr></table>"
        f"<table><tr><td>您当前的位置：<a href=/>首页</a> > 新闻</td></tr><tr><td><h1>{body[0][3:12]}</h1></td></tr>"
        f"<tr><td>来源：海港日报　作者：{HAN[number % 30]}某　时间：2021-03-{number % 28 + 1:02}</td></tr>"
        f"<tr><td id=zoom>{told(body)}<p>{editor}</p></td></tr>"
        f"<tr><td><p>{notice}</p></td></tr><tr><td>相关新闻<ul>{related}</ul></td></tr></table>"
        "<table><tr><td>海港在线 版权所有 备案号 12345678</td></tr></table>"
    )
    return html, body, [notice, "责任编辑", "相关新闻", "来源：海港日报"]


def manual(number: int) -> Built:
    """Documentation: a tree of contents, code, headings that every page has."""
    body = sentences(f"manual {number}", 6)
    tree = "".join(f'<li><a href="/m/{n}">Part {WORDS[n]}</a></li>' for n in range(25))
    code = f"rope --length {number}00 --knot bowline-{number}"
    ask = "Was this page of any help to you? Tell the keepers, they read all of it."
    html = (
        head(f"Part {number}", "Rope Manual")
        + f'<div class="tree"><ul>{tree}</ul></div><div class="doc"><h1>Part {number}</h1><h2>Synopsis</h2>'
        f"<pre><code>{code}</code></pre><h2>Description</h2>{told(body)}<h2>See also</h2>"
        f"<ul><li>The page of {WORDS[number % 30]} {number}, which tells the rest of this story in full.</li></ul></div>"
        f'<div class="ask"><p>{ask}</p></div><p>Rope Manual, third edition, under the licence of the guild.</p>'
    )
    return html, [*body, code, "Description"], [ask, "third edition"]


def series(number: int) -> Built:
    """A lead and a disclaimer that stand in every body."""
    body = sentences(f"series {number}", 6)
    lead = "In this series we read letters that were never sent, one letter a week, and ask who kept it."
    last = "None of this is legal advice, and the ferry company has not paid a penny for any of it."
    foot = "All pages are set by hand, by two people, in a shed behind the old customs house."
    html = (
        head(f"Letter {number}", "Letters")
        + f'<div class="top"><a href="/">Home</a></div><h1>Letter {number}</h1><div class="text"><p><em>{lead}</em></p>'
        f'{told(body)}<p>{last}</p></div><div class="foot"><p>{foot}</p></div>'
    )
    return html, [*body, lead, last], [foot]


def quoting(number: int) -> Built:
    """Every fifth page quotes the same paragraph: in the middle, first or last."""
    body = sentences(f"quoting {number}", 6)
    quote = "The council has decided that no ferry shall leave the quay while the bell is being rung, whoever rings it."
    place = {0: 3, 1: 0, 2: 6}.get(number // 5 % 3, 3)
    said = [*body[:place], quote, *body[place:]] if number % 5 == 0 else body
    foot = "The Bell is printed on paper that was a net before, and all its rights are with the ferry."
    html = (
        head(f"Bell {number}", "The Bell")
        + f'<nav><a href="/">Home</a></nav><h1>Bell {number}</h1><article>{told(said)}</article><div><p>{foot}</p></div>'
    )
    return html, said, [foot]


def changing(number: int) -> Built:
    """Its frame is another one from page 12 on."""
    body = sentences(f"changing {number}", 7)
    foot = (
        "Follow the harbour master on the notice board beside the fish market, every day but Sunday."
        if number < 12
        else "The notice board has gone: subscribe to our letter, which the ferry brings on Mondays."
    )
    html = (
        head(f"Note {number}", "Notes")
        + f'<div class="nav{number // 12}"><a href="/">Start</a></div><h1>Note {number}</h1>'
        f'<div class="{"entry" if number < 12 else "story"}">{told(body)}</div><div><p>{foot}</p></div>'
    )
    return html, body, [foot]


def templates(number: int) -> Built:
    """Two builds on one host, in turn."""
    return news(number) if number % 2 else blog(number)


def flat(number: int) -> Built:
    """No element tells anything."""
    body = sentences(f"flat {number}", 7)
    foot = ["Write to the keeper of this page, who answers every letter in the end.", "Copyright of the keeper"]
    html = head(f"Flat {number}", "Flat") + told(["Home", "Letters", "Charts", f"Flat {number}", *body, *foot])
    return html, body, foot


def steps(number: int) -> Built:
    """A recipe: most of it is no sentence, and many lines are on other pages too."""
    dice = random.Random(number)
    parts = [
        f"{dice.randint(1, 9)} {unit} of {thing}"
        for unit, thing in zip(
            dice.sample(("spoons", "cups", "ounces", "grams", "pinches"), 5), dice.sample(WORDS, 5), strict=True
        )
    ]
    body = sentences(f"steps {number}", 4)
    foot = "Recipes are tried by three cooks and one gull before they are printed here."
    html = (
        head(f"Soup {number}", "Galley")
        + f'<ul class="menu"><li><a href="/">Soups</a></li><li><a href="/f">Fish</a></li></ul><div class="recipe"><h1>Soup {number}</h1>'
        f"<p>Serves: {dice.randint(2, 6)}</p><h2>Ingredients</h2>{told(parts, 'li')}<h2>Method</h2>{told(body)}"
        f"<p>Time: {dice.randint(2, 9)}0 minutes</p></div><div><p>{foot}</p></div>"
    )
    return html, [*body, *parts], [foot]


BUILDS: tuple[Callable[[int], Built], ...] = (
    news, blog, portal, manual, series, quoting, changing, templates, flat, steps,
)  # fmt: skip
