"""Source code out of `<pre>`: exact white space, without line numbers, and its language."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement

from clipper.extract.inline import clean

_GUTTER = re.compile(
    r"(?:^|[\s_-])(?:line-?num(?:ber)?s?(?:-rows)?|linenos?|linenodiv|gutter|line-?index|ln-numbers?"
    r"|hljs-ln-n|blob-num|pre-numbering|crayon-nums?|copy-?btn|copy-?button|code-snippet__line-index|prompt-copy)"
    r"(?:$|[\s_-])",
    re.I,
)
_CODE_TABLE = re.compile(
    r"(?:^|[\s_-])(?:highlight\w*|rouge-(?:line-)?table|hljs-ln|crayon-table|syntaxhighlighter"
    r"|lntable|blob-code|js-file-line-container|codetable|gist)(?:$|[\s_-])",
    re.I,
)
_LANGUAGE = re.compile(
    r"(?:^|\s)(?:(?:language|lang|highlight-source|highlight-text|highlight|brush|sourceCode|code)"
    r"(?:-|:\s*))([A-Za-z0-9+#_.-]+)",
)
_HIGHLIGHTED = re.compile(r"(?:^|\s)(?:highlight|code-block|codeblock|sourceCode)(?:\s|$)")  # Hexo: "highlight python"
_TABLE = frozenset(("td", "tr", "tbody", "table"))
_NAMES = ("data-lang", "data-language", "data-code-language", "lang")
_NO_LANGUAGE = frozenset(("plaintext", "text", "none", "nohighlight", "plain", "auto", "undefined", "default"))
_LANGUAGES = """
bash sh shell zsh powershell bat c cpp c++ csharp c# css scss less diff dockerfile elixir
erlang go golang graphql groovy haskell html http ini java javascript js json jsx kotlin latex
lua makefile markdown matlab nginx objc objectivec ocaml perl php python python3 py r ruby
rust scala sql swift toml ts tsx typescript vb vim xml yaml yml asm nasm asp
"""
_KNOWN = frozenset(_LANGUAGES.split())
_LINES = frozenset(("div", "p", "li", "tr", "ol", "ul", "section"))
_RICH = frozenset(("img", "section", "h1", "h2", "h3", "h4", "blockquote", "figure", "iframe", "p"))
_SKIP = frozenset(("script", "style", "button", "template", "textarea", "noscript"))


def text_of(element: HtmlElement, *, without: frozenset[HtmlElement] = frozenset()) -> str:
    """What a browser shows in a `<pre>`, to the space; gutters of line numbers left out."""
    out: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    skipped: HtmlElement | None = None
    for event, node in walk:
        if event == "start":
            if node is not element and _unwanted(node, without):
                skipped = node
                walk.skip_subtree()
                continue
            if node.tag == "br":
                out.append("\n")
            elif node is not element and node.tag in _LINES:
                _new_line(out)
            out.append(node.text or "")
        else:
            if event == "end" and node is not skipped and node is not element:
                _line_end(out, node)
            if node is not element:
                out.append(node.tail or "")
    return tidy("".join(out))


def tidy(text: str) -> str:
    """Lines without trailing space and without empty ones around them."""
    text = clean(text.replace("\r\n", "\n").replace("\r", "\n")).replace("\xa0", " ")
    text = text.replace("\x0b", "").replace("\x0c", "").replace("\x85", "\n")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def _unwanted(node: HtmlElement, without: frozenset[HtmlElement]) -> bool:
    if node.tag in _SKIP or node in without:
        return True
    return is_gutter(node)


def _new_line(out: list[str]) -> None:
    for piece in reversed(out):
        if piece:
            if not piece.endswith("\n"):
                out.append("\n")
            return


def _line_end(out: list[str], node: HtmlElement) -> None:
    """Ends the line after a block, and after one of several `<code>` that stand for a line each."""
    if node.tag in _LINES:
        following = node.getnext()
        if following is not None or (node.tail or "").strip():
            _new_line(out)
            if not node.text and not len(node) and node.tag in ("div", "p", "li"):
                out.append("\n")
    elif node.tag == "code" and not node.tail:
        following = node.getnext()
        if following is not None and following.tag == "code":
            out.append("\n")


def language_of(element: HtmlElement) -> str:
    """The language that the element, its `<code>`, or one of three ancestors names; or nothing."""
    nodes = [element, *element.iterchildren("code")]
    around = (node for node in element.iterancestors() if node.tag not in _TABLE)
    nodes += [node for node, _ in zip(around, range(3), strict=False)]
    for node in nodes:
        if language := _named(node, ancestor=nodes.index(node) > 0 and node.tag != "code"):
            return language
    return ""


def _named(node: HtmlElement, *, ancestor: bool) -> str:
    for name in _NAMES[:3] if ancestor or node.tag not in ("pre", "code") else _NAMES:
        if (value := (node.get(name) or "").strip().lower()) and _plausible(value):
            return value
    classes = node.get("class") or ""
    if match := _LANGUAGE.search(classes):
        value = match[1].strip(";,").lower()
        if _plausible(value) and (not ancestor or value in _KNOWN):
            return value
    if not ancestor or _HIGHLIGHTED.search(classes):
        return next((word for word in classes.lower().split() if word in _KNOWN), "")
    return ""


def _plausible(value: str) -> bool:
    return len(value) <= 24 and value not in _NO_LANGUAGE and bool(re.fullmatch(r"[a-z0-9+#_.-]+", value))


def is_gutter(element: HtmlElement) -> bool:
    """Whether its class says that it numbers the lines of the code beside it."""
    return bool((name := element.get("class")) and _GUTTER.search(name))


def is_rich(pre: HtmlElement) -> bool:
    """Whether a `<pre>` is no code: editors wrap whole articles into one."""
    if next(pre.iterchildren("code"), None) is not None or language_of(pre):
        return False
    return any(True for _ in pre.iter(*_RICH))


def in_table(table: HtmlElement) -> list[HtmlElement]:
    """The elements that hold the code beside a column of line numbers; none for other tables."""
    cells = [cell for cell, _ in zip(table.iter("td"), range(4), strict=False)]
    gutter = any(_unwanted(cell, frozenset()) for cell in cells)
    marked = bool(_CODE_TABLE.search(table.get("class") or ""))
    if not (gutter or marked) or not cells:
        return []
    inner = [pre for pre in table.iter("pre") if not _in_gutter(pre, table)]
    if inner:
        return inner
    return [table] if gutter else []


def _in_gutter(node: HtmlElement, table: HtmlElement) -> bool:
    for ancestor in (node, *node.iterancestors()):
        if ancestor is table:
            return False
        if _unwanted(ancestor, frozenset()):
            return True
    return False
