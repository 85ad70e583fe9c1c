"""Mathematics as TeX: what the page's own annotation says, or MathML put into TeX."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml.html import HtmlElement

from clipper.extract.inline import flat

DEEPEST = 50  # levels of MathML that are put into TeX; what lies deeper is taken as text
_STYLE = re.compile(r"^\{\s*\\(?:displaystyle|textstyle)\s+(.*)\}$", re.S)
_OPERATORS = {
    "×": r"\times ", "÷": r"\div ", "±": r"\pm ", "∓": r"\mp ", "·": r"\cdot ", "⋅": r"\cdot ",
    "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ", "≈": r"\approx ", "≡": r"\equiv ", "∞": r"\infty ",
    "∑": r"\sum ", "∏": r"\prod ", "∫": r"\int ", "∂": r"\partial ", "∇": r"\nabla ",
    "∈": r"\in ", "∉": r"\notin ", "⊂": r"\subset ", "⊆": r"\subseteq ", "∪": r"\cup ",
    "∩": r"\cap ", "→": r"\to ", "⇒": r"\Rightarrow ", "⇔": r"\Leftrightarrow ", "∀": r"\forall ",
    "∃": r"\exists ", "…": r"\ldots ", "−": "-", "\u2061": "", "\u2062": "", "\u2063": "",
    "{": r"\{", "}": r"\}", "%": r"\%", "#": r"\#", "&": r"\&", "_": r"\_", "$": r"\$",
    "α": r"\alpha ", "β": r"\beta ", "γ": r"\gamma ", "δ": r"\delta ", "ε": r"\epsilon ",
    "θ": r"\theta ", "λ": r"\lambda ", "μ": r"\mu ", "π": r"\pi ", "ρ": r"\rho ", "σ": r"\sigma ",
    "τ": r"\tau ", "φ": r"\phi ", "ω": r"\omega ", "Δ": r"\Delta ", "Σ": r"\Sigma ",
    "Ω": r"\Omega ", "Φ": r"\Phi ", "Π": r"\Pi ", "Γ": r"\Gamma ", "Λ": r"\Lambda ",
}  # fmt: skip
_SYMBOL = re.compile("|".join(map(re.escape, _OPERATORS)))


_DRAWN = ("mathjax", "katex")
_SINGLE = re.compile(r"""\[\s*['"]\$['"]\s*,\s*['"]\$['"]\s*\]|left:\s*['"]\$['"]""")
_TEX = r"\\\((.{1,800}?)\\\)|\\\[(.{1,800}?)\\\]|\$\$(.{1,800}?)\$\$"  # bounded: a page of open ones must not cost its square
_DELIMITED = re.compile(_TEX, re.S)
_DOLLARS = re.compile(rf"{_TEX}|(?<![\\$\w])\$(?!\s)([^$]{{1,300}}?)(?<![\s\\])\$(?![\d$])", re.S)


def tex_of(math: HtmlElement) -> str:
    """The TeX of a `<math>` element: annotation, `alttext`, or its MathML translated."""
    for annotation in math.iter("annotation"):
        if "tex" in (annotation.get("encoding") or "").lower():
            return tidy("".join(annotation.itertext()))
    return tidy(math.get("alttext") or "") or tidy(_translate(math, 0))


def is_display(math: HtmlElement) -> bool:
    """Whether it stands on a line of its own."""
    return (math.get("display") or math.get("mode") or "").lower() in ("block", "display", "true")


def tidy(tex: str) -> str:
    """TeX on one line, without the wrappers that MediaWiki and `$$` put around it."""
    tex = flat(tex)
    if match := _STYLE.match(tex):
        tex = match[1].strip()
    for left, right in (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]")):
        if tex.startswith(left) and tex.endswith(right) and len(tex) > len(left) + len(right):
            tex = tex[len(left) : -len(right)].strip()
    return tex


def delimiters_of(root: HtmlElement) -> re.Pattern[str] | None:
    """What marks TeX in the text of a page whose script draws it; None where no script does.

    MathJax and KaTeX take `\\(…\\)`, `\\[…\\]` and `$$…$$` as they come, `$…$` where the page says so.
    """
    scripts = [f"{script.get('src') or ''} {script.text or ''}" for script in root.iter("script")]
    # Not by an expression: for one that leaves case open, a megabyte of scripts takes 15 ms.
    if not any(name in script for script in map(str.lower, scripts) for name in _DRAWN):
        return None
    return _DOLLARS if any(_SINGLE.search(script) for script in scripts) else _DELIMITED


def apart(text: str, delimiters: re.Pattern[str]) -> Iterator[tuple[str, str, bool]]:
    """(text before it, TeX, whether on a line of its own) for each formula; the rest of the text with no TeX."""
    end = 0
    for match in delimiters.finditer(text):
        if tex := flat(next((part for part in match.groups() if part), "")):
            yield text[end : match.start()], tex, match[0].startswith(("$$", "\\["))
            end = match.end()
    yield text[end:], "", False


def _name(node: HtmlElement) -> str:
    return node.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(node.tag, str) else ""


def _translate(node: HtmlElement, depth: int) -> str:
    name = _name(node)
    if name in ("annotation", "annotation-xml", ""):
        return ""
    if depth >= DEEPEST:
        return "".join(node.itertext())
    if not len(node):
        return _leaf(name, node.text or "")
    parts = [_translate(child, depth + 1) for child in node]
    if shape := _SHAPES.get(name):
        arity, write = shape
        if arity is None or len(parts) == arity:
            return write(parts)
    return "".join(parts)


def _leaf(name: str, text: str) -> str:
    text = flat(text)
    if name == "mtext":
        return rf"\text{{{text}}}" if text else ""
    if name == "mspace":
        return r"\ "
    return _SYMBOL.sub(lambda match: _OPERATORS[match[0]], text)


Shape = tuple[int | None, Callable[[list[str]], str]]
_SHAPES: dict[str, Shape] = {
    "mfrac": (2, lambda p: rf"\frac{{{p[0]}}}{{{p[1]}}}"),
    "msup": (2, lambda p: f"{p[0]}^{{{p[1]}}}"),
    "msub": (2, lambda p: f"{p[0]}_{{{p[1]}}}"),
    "msubsup": (3, lambda p: f"{p[0]}_{{{p[1]}}}^{{{p[2]}}}"),
    "munder": (2, lambda p: f"{p[0]}_{{{p[1]}}}"),
    "mover": (2, lambda p: rf"\overset{{{p[1]}}}{{{p[0]}}}"),
    "munderover": (3, lambda p: f"{p[0]}_{{{p[1]}}}^{{{p[2]}}}"),
    "msqrt": (None, lambda p: rf"\sqrt{{{''.join(p)}}}"),
    "mroot": (2, lambda p: rf"\sqrt[{p[1]}]{{{p[0]}}}"),
    "mfenced": (None, lambda p: f"({','.join(p)})"),
    "mtable": (None, lambda p: r"\begin{matrix}" + r" \\ ".join(p) + r"\end{matrix}"),
    "mtr": (None, lambda p: " & ".join(p)),
}
