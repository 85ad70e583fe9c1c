"""One SQLite file that remembers every version of every page, and loses nothing."""

from clipper.archive.archive import Archive
from clipper.archive.digest import article_digest
from clipper.archive.filing import KeepBodies
from clipper.archive.rows import Evidence

__all__ = ["Archive", "Evidence", "KeepBodies", "article_digest"]
