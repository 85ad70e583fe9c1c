"""Markdown that another tool saved is judged too: what holds no article is a check, not a version."""

from __future__ import annotations

from pathlib import Path

from clipper.archive import Archive
from clipper.extract import Reader
from clipper.imports import import_path
from clipper.models import Verdict
from clipper.urls import url_key

FRONT = "---\ntitle: {title}\nurl: {url}\ndate: 2024-03-05\n---\n\n# {title}\n\n"
ARTICLE = "\n\n".join(f"Day {n}: the tide was high, and the ferry waited for it. Nobody hurried." for n in range(9))


def test_an_imported_challenge_is_no_version(tmp_path: Path) -> None:
    good, bad = "https://site.example/good", "https://site.example/bad"
    (tmp_path / "good.md").write_text(FRONT.format(title="Tides", url=good) + ARTICLE)
    (tmp_path / "bad.md").write_text(
        FRONT.format(title="Tides, again", url=bad) + "## 环境异常\n\n完成验证后即可继续访问。"
    )
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        report = import_path(tmp_path, archive=archive, reader=Reader())
        assert (report.filed, len(report.skipped)) == (1, 1)
        assert archive.history(url_key(bad)) == []
        assert archive.checks(url_key(bad))[0].verdict is Verdict.CHALLENGE
        assert len(archive.history(url_key(good))) == 1
