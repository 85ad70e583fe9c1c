"""What each kind of HTML becomes in Markdown: a table to be read as the specification."""

from __future__ import annotations

import pytest
from lxml import html as lxml_html

from clipper.extract.render import Rendered, base_of, render

BASE = "https://site.example/news/2024/page.html"


def rendered(source: str) -> Rendered:
    """The source as if it stood in the body of the page at `BASE`."""
    return render([lxml_html.fromstring(f"<div>{source}</div>")], base_url=BASE)


TEXT = {
    "paragraphs": ("<p>One</p><p>Two</p>", "One\n\nTwo"),
    "bare text of containers": ("<section>One<aside>Two</aside>Three</section>", "One\n\nTwo\n\nThree"),
    "white space folds": ("<p>  a\n  b\t c&nbsp;&nbsp;d </p>", "a b c d"),
    "an indent of wide spaces goes": ("<p>　　中文</p>", "中文"),
    "a source line break between wide characters is none": ("<p>中文\n  换行</p>", "中文换行"),
    "a break": ("<p>one<br>two</p>", "one  \ntwo"),
    "two breaks part paragraphs": ("one<br><br>two", "one\n\ntwo"),
    "a WeChat body of sections and spans": (
        "<section><section><span>第一段</span></section><section><span>第二段</span></section></section>",
        "第一段\n\n第二段",
    ),
    "headings": ("<h2>A</h2><h3>B <em>c</em></h3>", "## A\n\n### B *c*"),
    "the first level is the title's": ("<h1>A</h1>", "## A"),
    "a heading of blocks is one line": ("<h2><div>A</div><div>B</div></h2>", "## A B"),
    "a heading of two pictures is a line of them": (
        "<h2><div><img src=/a.png></div><div><img src=/b.png></div></h2>",
        "![](https://site.example/a.png) ![](https://site.example/b.png)",
    ),
    "pictures stand before and behind a heading's words": (
        '<h2><img src="/i.png" alt="i"> A <a href="/p"><img src="/p.png" alt="p"></a> b</h2>',
        "![i](https://site.example/i.png)\n\n## A b\n\n[![p](https://site.example/p.png)](https://site.example/p)",
    ),
    "a rule between blocks": ("<p>a</p><hr><p>b</p>", "a\n\n___\n\nb"),
    "quotes nest": (
        "<blockquote><p>a</p><blockquote>b</blockquote></blockquote>",
        "> a\n>\n> > b",
    ),
    "quotation marks of q": ("<p>He said <q>no</q>.</p>", "He said “no”."),
    "ruby": ("<p><ruby>漢<rt>kan</rt></ruby></p>", "漢(kan)"),
    "a summary": ("<details><summary>More</summary><p>x</p></details>", "**More**\n\nx"),
    "exponents": ("<p>E = mc<sup>2</sup></p>", "E = mc<sup>2</sup>"),
    "marks of references": ('<p>so<sup><a href="#n1">[1]</a></sup></p>', "so[1]"),
    "struck text": ("<p><del>old</del> new</p>", "~~old~~ new"),
    "joiners around a separator stay": (
        "<p>41°17′S<i>\ufeff / \ufeff</i>41.283°</p>",
        "41°17′S*\ufeff / \ufeff*41.283°",
    ),
    "joiners elsewhere do not": ("<p>\ufeffwo\ufeffrd\ufeff and\u2060 </p>", "word and"),
    "control characters never pass": ("<p>a&#27;[31mb&#8;c\u200bd\u202e</p>", "a[31mbcd"),
}

EMPHASIS = {
    "bold and italic": ("<p><b>a</b> <i>b</i></p>", "**a** *b*"),
    "both at once": ("<p><b><i>a</i></b></p>", "***a***"),
    "white space moves out": ("<p>a<b> b </b>c</p>", "a **b** c"),
    "nested twice is once": ("<p><b>a<strong>b</strong></b></p>", "**ab**"),
    "empty is none": ("<p>a<b></b><i> </i>b</p>", "a b"),
    "neighbours join": ("<p><b>a</b><b>b</b></p>", "**ab**"),
    "next to wide characters": ("<p>前<b>重要</b>后</p>", "前**重要**后"),
    "wide punctuation leaves": ("<p>前<b>重要。</b>后</p>", "前**重要**。后"),
    "wide brackets leave": ("<p>前<b>（重要）</b>后</p>", "前（**重要**）后"),
    "punctuation may stay at the border": ("<p><b>重要。</b></p>", "**重要。**"),
    "punctuation may stay before a space": ("<p><b>Note:</b> x</p>", "**Note:** x"),
    "a picture is never bold": ('<b><img src="/i.jpg" alt="a"></b>', "![a](https://site.example/i.jpg)"),
    "a break at the edge leaves": ("<p><b>a<br></b>b</p>", "**a**  \nb"),
    "over several blocks": ("<section style='font-weight:bold'><p>a</p><p>b</p></section>", "**a**\n\n**b**"),
    "editors' inline style": (
        '<p><span style="font-weight: 700">a</span> <span style="font-style:italic">b</span></p>',
        "**a** *b*",
    ),
    "bold that is not": ('<b style="font-weight:normal">a</b>', "a"),
}

ESCAPES = {
    "signs that would be read": ("<p>*a* `b` \\* [^1] &amp;lt; &lt;b&gt;</p>", r"\*a\* \`b\` \\\* \[^1] \&lt; \<b>"),
    "signs that would not": ("<p>a * b, snake_case, 1 &lt; 2, R&amp;D, [x]y, a~b</p>", "a * b, snake_case, 1 < 2, R&D, [x]y, a~b"),
    "starts of other blocks": ("<p># a</p><p>1. b</p><p>- c</p><p>> d</p><p>+ e</p>", "\\# a\n\n1\\. b\n\n\\- c\n\n\\> d\n\n\\+ e"),
    "starts of ordinary lines": ("<p>#tag</p><p>1.5</p><p>-3</p>", "#tag\n\n1.5\n\n-3"),
    "a line under text": ("<p>a<br>---</p>", "a  \n\\---"),
    "what looks like a link": ("<p>[a](b)</p>", r"[a]\(b)"),
    "an exclamation before a link": ('<p>Go!<a href="/x">x</a></p>', r"Go\![x](https://site.example/x)"),
    "brackets in a link": ('<a href="/x">[x]</a>', r"[\[x\]](https://site.example/x)"),
}  # fmt: skip

LINKS = {
    "relative": ('<a href="../a.html">x</a>', "[x](https://site.example/news/a.html)"),
    "without a scheme": ('<a href="//cdn.example/a">x</a>', "[x](https://cdn.example/a)"),
    "spelling of the host": ('<a href="HTTP://Www.Site.example">x</a>', "[x](http://www.site.example/)"),
    "mail": ('<a href="mailto:a@b.example">x</a>', "[x](mailto:a@b.example)"),
    "javascript is text": ('<a href="java&#10;script:alert(1)">x</a>', "x"),
    "data is text": ('<a href=" data:text/html,x">x</a>', "x"),
    "file is text": ('<a href="file:///etc/passwd">x</a>', "x"),
    "vbscript is text": ('<a href="VBScript:x">x</a>', "x"),
    "spaces and angles": ('<a href="/a b<c>">x</a>', "[x](https://site.example/a%20b%3Cc%3E)"),
    "balanced parentheses": ('<a href="/Kiwi_(bird)">x</a>', "[x](https://site.example/Kiwi_(bird))"),
    "other parentheses": ('<a href="/a)b">x</a>', "[x](https://site.example/a%29b)"),
    "not an address": ('<a href="http://[bad">x</a>', "x"),
    "nothing to read": ('<p>a<a href="/x"></a>b</p>', "ab"),
    "white space moves out": ('<p>a<a href="/x"> b </a>c</p>', "a [b](https://site.example/x) c"),
    "around blocks": ('<a href="/x"><h2>A</h2><p>b</p></a>', "## [A](https://site.example/x)\n\n[b](https://site.example/x)"),
    "an embedded video": ('<iframe src="https://www.youtube.com/embed/abcdefghijk?x=1" title="A film"></iframe>', "[▶ A film](https://www.youtube.com/watch?v=abcdefghijk)"),
    "a WeChat video": ('<iframe data-src="https://v.qq.com/iframe/preview.html?vid=x12"></iframe>', "[▶ v.qq.com](https://v.qq.com/x/page/x12.html)"),
    "videos side by side": (
        '<video src="/v.mp4"></video><iframe src="//player.vimeo.com/video/12345"></iframe>',
        "[▶ site.example](https://site.example/v.mp4)\n\n[▶ vimeo.com](https://vimeo.com/12345)",
    ),
    "an advertisement": ('<p>a</p><iframe src="https://x.doubleclick.net/y"></iframe>', "a"),
    "a video element": ('<video><source src="/v.mp4"></video>', "[▶ site.example](https://site.example/v.mp4)"),
}  # fmt: skip

IMAGE = "![a](https://site.example/i.jpg)"
IMAGES = {
    "plain": ('<img src="/i.jpg" alt="a">', IMAGE),
    "without an extension": ('<img data-src="https://mmbiz.qpic.cn/x/640?wx_fmt=png">', "![](https://mmbiz.qpic.cn/x/640?wx_fmt=png)"),
    "lazy": ('<img class="lazy" src="/thumb.jpg" data-original="/i.jpg" alt="a">', IMAGE),
    "placeholder in data": ('<img src="data:image/gif;base64,R0" data-src="/i.jpg" alt="a">', IMAGE),
    "placeholder by name": ('<img src="/img/loading.gif" data-lazy-src="/i.jpg" alt="a">', IMAGE),
    "srcset": ('<img srcset="/s.jpg 300w, /i.jpg 900w, /m.jpg 600w" alt="a">', IMAGE),
    "srcset by density": ('<img srcset="/s.jpg, /i.jpg 2x" alt="a">', IMAGE),
    "srcset with commas": ('<img srcset="https://c.example/a,b/s.jpg 1x, https://c.example/a,b/i.jpg 2x">', "![](https://c.example/a,b/i.jpg)"),
    "picture": ('<picture><source srcset="/i.jpg 2x"><img src="data:," alt="a"></picture>', IMAGE),
    "picture whose img the parser put into source": ('<picture><source srcset="/w.webp"><img src="/i.jpg" alt="a"></picture><p>b</p>', f"{IMAGE}\n\nb"),
    "noscript alone": ('<noscript><img src="/i.jpg" alt="a"></noscript>', IMAGE),
    "noscript again": ('<img data-src="/i.jpg" alt="a"><noscript><img src="/i.jpg" alt="a"></noscript>', IMAGE),
    "noscript instead of a small one": ('<img src="/i-20x20.jpg" alt="a"><noscript><img src="/i.jpg"></noscript>', IMAGE),
    "noscript's text": ("<p>a</p><noscript>Please enable JavaScript</noscript>", "a"),
    "linked": ('<a href="/big"><img src="/i.jpg" alt="a"></a>', f"[{IMAGE}](https://site.example/big)"),
    "counter": ('<p>x</p><img src="/c.gif?1" width="1" height="1">', "x"),
    "title in place of alt": ('<img src="/i.jpg" title="a">', IMAGE),
    "title besides alt": ('<img src="/i.jpg" alt="a" title="b &quot;c&quot;">', '![a](https://site.example/i.jpg "b \\"c\\"")'),
    "emoji": ('<p>ok <img class="emoji" src="/1f600.svg" alt="😀"></p>', "ok 😀"),
    "caption": ('<figure><img src="/i.jpg" alt="a"><figcaption>Photo: B</figcaption></figure>', f"{IMAGE}\n\n*Photo: B*"),
    "script address": ('<p>x</p><img src="javascript:alert(1)">', "x"),
}  # fmt: skip

CODE = {
    "language-x": ('<pre><code class="language-py">a = 1\n\n  b</code></pre>', "```py\na = 1\n\n  b\n```"),
    "highlight-source-x": ('<div class="highlight-source-js"><pre>a\nb</pre></div>', "```js\na\nb\n```"),
    "data-lang": ('<pre data-lang="go">a</pre>', "```go\na\n```"),
    "brush": ('<pre class="brush: java; gutter: true">a</pre>', "```java\na\n```"),
    "links in preformatted prose": (
        '<pre>see <a href="/bcp1">BCP 1</a>,\n<a href="#s2">2</a> and <a href="/bcp1">again</a> <a href="/b">B</a></pre>',
        "```\nsee BCP 1,\n2 and again B\n```\n\n[BCP 1](https://site.example/bcp1) · [B](https://site.example/b)",
    ),
    "links in source code": ('<pre><code>a(<a href="/b">b</a>)</code></pre>', "```\na(b)\n```"),
    "a list of line numbers": (
        '<pre><code class="prism language-java">int a;\nint b;</code></pre><ul class="pre-numbering"><li>1</li><li>2</li></ul>',
        "```java\nint a;\nint b;\n```",
    ),
    "a list with a gutter": ('<ul class="products gutter"><li>Lamp</li><li>Boat</li></ul>', "- Lamp\n- Boat"),
    "a figure that names the language": (
        '<figure class="highlight python"><table><tr><td class="gutter"><pre>1<br>2</pre></td>'
        '<td class="code"><pre><span class="line">a</span><br><span class="line">  b</span></pre></td></tr></table></figure>',
        "```python\na\n  b\n```",
    ),
    "a longer fence": ("<pre>```\nx\n```</pre>", "````\n```\nx\n```\n````"),
    "breaks": ("<pre>a<br>  b</pre>", "```\na\n  b\n```"),
    "span soup": ("<pre><span>a</span> <span>=</span>\n<span>  b</span></pre>", "```\na =\n  b\n```"),
    "a div per line": ("<pre><div>a</div><div>  b</div></pre>", "```\na\n  b\n```"),
    "a code per line": ("<pre><code>a</code><code>  b</code></pre>", "```\na\n  b\n```"),
    "gutter": ('<pre><span class="line-number">1</span>a\n<span class="line-number">2</span>b</pre>', "```\na\nb\n```"),
    "table of numbers and code": (
        '<table class="highlighttable"><tr><td class="linenos"><pre>1\n2</pre></td>'
        '<td class="code"><pre>a\n  b</pre></td></tr></table>',
        "```\na\n  b\n```",
    ),
    "table with a row per line": (
        '<table class="hljs-ln"><tr><td class="hljs-ln-numbers">1</td><td>a</td></tr>'
        '<tr><td class="hljs-ln-numbers">2</td><td>  b</td></tr></table>',
        "```\na\n  b\n```",
    ),
    "markup in code is text": ("<pre>&lt;b&gt; *x*</pre>", "```\n<b> *x*\n```"),
    "inline": ("<p>Use <code>a_b*c</code>.</p>", "Use `a_b*c`."),
    "inline with backticks": ("<p><code>a`b</code></p>", "``a`b``"),
    "an article in pre": ("<pre><p>a</p><p>b</p></pre>", "a\n\nb"),
}  # fmt: skip

LISTS = {
    "a list in a list without an item": ("<ul><ul><li>a<li>b</ul></ul>", "- a\n- b"),
    "bullets": ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
    "numbers": ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
    "start": ('<ol start="5"><li>a</li><li>b</li></ol>', "5. a\n6. b"),
    "value": ('<ol><li>a</li><li value="7">b</li><li>c</li></ol>', "1. a\n7. b\n8. c"),
    "reversed": ("<ol reversed><li>a</li><li>b</li></ol>", "2. a\n1. b"),
    "nested": ("<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>", "- a\n  1. b\n- c"),
    "nested without an item": ("<ul><li>a</li><ul><li>b</li></ul></ul>", "- a\n  - b"),
    "items of blocks": ("<ul><li><p>a</p><p>b</p></li><li>c</li></ul>", "- a\n\n  b\n\n- c"),
    "code in an item": ("<ul><li>a<pre>b\n  c</pre></li></ul>", "- a\n\n  ```\n  b\n    c\n  ```"),
    "tasks": ('<ul><li><input type="checkbox" checked> a</li><li><input type="checkbox">b</li></ul>', "- [x] a\n- [ ] b"),
    "two in a row": ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n* b"),
    "items without a list": ("<li>a</li><li>b</li>", "- a\n- b"),
    "cards": ("<ul><li><h3>A</h3><p>a</p></li><li><h3>B</h3><p>b</p></li></ul>", "### A\n\na\n\n### B\n\nb"),
    "definitions": ("<dl><dt>A</dt><dd>a</dd><dt>B</dt><dd>b</dd><dd>c</dd></dl>", "A\n: a\n\nB\n: b\n: c"),
    "a dl that only places blocks": ('<dl><dt><img src="/i.jpg"></dt><dd>a</dd></dl>', "![](https://site.example/i.jpg)\n\na"),
}  # fmt: skip

TABLES = {
    "header cells": ("<table><tr><th>A<th>B<tr><td>1<td>2</table>", "| A | B |\n| --- | --- |\n| 1 | 2 |"),
    "first row names the columns": ("<table><tr><td>A<td>B<tr><td>1<td>2<tr><td>3<td>4</table>", "| A | B |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |"),
    "no header": ("<table><tr><td>1<td>2<tr><td>3<td>4</table>", "|  |  |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |"),
    "spans": (
        "<table><tr><th colspan=2>A<th>B<tr><td rowspan=2>1<td>2<td>3<tr><td>4<td>5</table>",
        "| A |  | B |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n|  | 4 | 5 |",
    ),
    "caption": ("<table><caption>C</caption><tr><th>A<th>B<tr><td>1<td>2</table>", "*C*\n\n| A | B |\n| --- | --- |\n| 1 | 2 |"),
    "blocks in a cell": ("<table><tr><th>A<th>B<tr><td><p>1</p><p>2</p><td><ul><li>3<li>4</ul></table>", "| A | B |\n| --- | --- |\n| 1<br>2 | • 3<br>• 4 |"),
    "a sign in a line that a narrow column broke": (
        "<table><tr><th>A<th>B<tr><td>c<td><img src=/up.png alt=Up>1.5<br>very high"
        "<tr><td><img src=/d.png alt=D><br>dog<td>e</table>",
        "| A | B |\n| --- | --- |\n| c | ![Up](https://site.example/up.png)1.5 very high |\n"
        "| ![D](https://site.example/d.png)<br>dog | e |",
    ),
    "a line that a narrow column broke": (
        "<table><tr><th>A<br>(2018)<th>Group<div>(old)</div><tr><td>a<td>b<br>c<br>d</table>",
        "| A (2018) | Group (old) |\n| --- | --- |\n| a | b<br>c<br>d |",
    ),
    "pipes": ("<table><tr><th>A<th>B<tr><td>a|b<td><code>c|d</code></table>", "| A | B |\n| --- | --- |\n| a\\|b | `c\\|d` |"),
    "one column is layout": ("<table><tr><td>a<tr><td>b</table>", "a\n\nb"),
    "one row is layout": ("<table><tr><td>a<td>b</table>", "a\n\nb"),
    "role": ('<table role="presentation"><tr><td>a<td>b<tr><td>c<td>d</table>', "a\n\nb\n\nc\n\nd"),
    "an old portal": (
        "<table><tr><td>nav<td><table><tr><td>Text</table><tr><td>x<td>y</table>",
        "nav\n\nText\n\nx\n\ny",
    ),
    "headings in cells": ("<table><tr><td><h2>A</h2>a<td>b<tr><td>c<td>d</table>", "## A\n\na\n\nb\n\nc\n\nd"),
}  # fmt: skip

FOOTNOTES = {
    "as Markdown processors write them": (
        '<p>A<sup><a href="#fn1" class="footnote-ref">1</a></sup>.</p><section class="footnotes"><ol>'
        '<li id="fn1"><p>Note <a href="#fnref1">↩</a></p></li></ol></section>',
        "A[^1].\n\n[^1]: Note",
    ),
    "as publishers write them": (
        '<p>A<sup><a href="#n22">22</a></sup></p><div data-type="footnotes"><p id="n22">'
        '<sup><a href="#r22">22</a></sup>Note</p></div>',
        "A[^22]\n\n[^22]: Note",
    ),
    "a list of sources is a list": (
        '<p>A<sup><a href="#c1">[1]</a></sup></p><ol class="references"><li id="c1">B</li></ol>',
        "A[1]\n\n1. B",
    ),
}

MATHEMATICS = {
    "annotation": ('<p><math><semantics><mi>x</mi><annotation encoding="application/x-tex">x^2</annotation></semantics></math></p>', "$x^2$"),
    "script": ('<p>So <script type="math/tex">a+b</script>.</p>', "So $a+b$."),
    "display": ('<script type="math/tex; mode=display">a</script>', "$$a$$"),
    "KaTeX": (
        '<span class="katex"><span class="katex-mathml"><math><semantics><annotation encoding='
        '"application/x-tex">c_1</annotation></semantics></math></span>'
        '<span class="katex-html" aria-hidden="true">c1</span></span>',
        "$c_1$",
    ),
    "MathML": ("<math><mfrac><mi>a</mi><msup><mi>b</mi><mn>2</mn></msup></mfrac></math>", r"$\frac{a}{b^{2}}$"),
    "MediaWiki": (
        '<span class="mwe-math-element"><span style="display: none"><math alttext="{\\displaystyle E}"></math></span>'
        '<img class="mwe-math-fallback-image-inline" src="/x.svg" alt="{\\displaystyle E}"></span>',
        "$E$",
    ),
}  # fmt: skip

HIDDEN = {
    "hidden": ("<p>a</p><p hidden>b</p>", "a"),
    "display none": ('<p>a</p><div style="color:red; DISPLAY : none">b</div>', "a"),
    "aria-hidden icons": ('<p>a<i aria-hidden="true">home</i></p>', "a"),
    "screen readers'": ('<p>a <span class="sr-only">opens a window</span></p>', "a"),
    "scripts and forms": ("<p>a</p><script>b</script><style>c</style><button>d</button><select><option>e</select>", "a"),
    "a form around everything": ('<form><input value="x"><p>a</p></form>', "a"),
    "WeChat's veil is no hiding": ('<div style="visibility: hidden; opacity: 0">a</div>', "a"),
}  # fmt: skip

CASES = {
    f"{group}: {name}": case
    for group, cases in {
        "text": TEXT, "emphasis": EMPHASIS, "escapes": ESCAPES, "links": LINKS, "images": IMAGES,
        "code": CODE, "footnotes": FOOTNOTES, "lists": LISTS, "tables": TABLES, "mathematics": MATHEMATICS, "hidden": HIDDEN,
    }.items()
    for name, case in cases.items()
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES.keys())
def test_html_becomes_markdown(source: str, expected: str) -> None:
    assert rendered(source).markdown == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"<p>where \(a_1 * b_1\) holds and</p><p>\[ x^2 \]</p>", "where $a_1 * b_1$ holds and\n\n$$x^2$$"),
        ("<p>nothing between $$ $$ is no formula</p>", "nothing between $$ $$ is no formula"),
        ("<p>$$x_1 + y_1$$ costs $5 or $6</p>", "$$x_1 + y_1$$ costs $5 or $6"),
        (r"<p>type <code>\(a\)</code></p>", r"type `\(a\)`"),
    ],
)
def test_tex_that_a_script_draws_is_mathematics(source: str, expected: str) -> None:
    drawn = '<script src="https://cdn.example/MathJax/2.7.5/MathJax.js"></script>'
    assert rendered(source + drawn).markdown == expected
    config = "<script>MathJax = {tex: {inlineMath: [['$', '$']]}}</script>"
    assert rendered(f"<p>by $a_1$ and $b_1$, for $5</p>{config}").markdown == "by $a_1$ and $b_1$, for $5"
    assert rendered(f"<p>by $a*b*c$</p>{drawn}").markdown == r"by $a\*b\*c$"
    assert "$" not in rendered(r"<p>\(a\)</p>").markdown


def test_the_walk_leaves_out_what_it_is_told_to() -> None:
    tree = lxml_html.fromstring("<div><p>a</p><p id='x'>b</p>c</div>")
    answer = render([tree], base_url=None, skip=frozenset(tree.xpath("//*[@id='x']")))
    assert (answer.markdown, answer.text) == ("a\n\nc", "a\n\nc".replace("\n\n", "\n"))


def test_the_links_of_preformatted_prose_are_no_text_of_their_own() -> None:
    read = rendered('<pre>see <a href="/bcp1">BCP 1</a></pre>')
    assert read.text == "see BCP 1"
    assert read.words == 3
    assert '<a href="https://site.example/bcp1">BCP 1</a>' in read.html


def test_several_nodes_follow_each_other_without_their_tails() -> None:
    tree = lxml_html.fromstring("<div><p>a</p>tail<p>b</p>tail</div>")
    assert render(list(tree), base_url=None).markdown == "a\n\nb"


def test_rendering_changes_nothing_in_the_tree() -> None:
    tree = lxml_html.fromstring('<div><b> a </b><img data-src="/x"><pre>b<br>c</pre></div>')
    before = lxml_html.tostring(tree)
    render([tree], base_url=BASE)
    assert lxml_html.tostring(tree) == before


def test_without_a_base_relative_links_are_text() -> None:
    tree = lxml_html.fromstring('<p><a href="/x">a</a> <a href="http://b.example/">b</a></p>')
    assert render([tree], base_url=None).markdown == "a [b](http://b.example/)"


@pytest.mark.parametrize(
    ("head", "base"),
    [
        ("", BASE),
        ('<base href="/other/">', "https://site.example/other/"),
        ('<base target="_blank"><base href="https://cdn.example/">', "https://cdn.example/"),
        ('<base href="javascript:x">', BASE),
        ('<base href="http://[">', BASE),
    ],
)
def test_the_base_element_decides_what_addresses_start_from(head: str, base: str) -> None:
    page = lxml_html.document_fromstring(f"<html><head>{head}</head><body></body></html>")
    assert base_of(page, BASE) == base


@pytest.mark.parametrize(
    ("text", "words"),
    [("two words", 2), ("中文四字", 4), ("用 Python 3.11 写", 4), ("don't stop", 2), ("— …", 0)],
)
def test_a_cjk_character_counts_as_a_word(text: str, words: int) -> None:
    assert rendered(f"<p>{text}</p>").words == words
