"""Other people's archives, in: folders of Markdown, WARC and WACZ files, bookmarks and lists of saved pages."""

from clipper.imports.found import Skipped
from clipper.imports.paths import ImportReport, import_path

__all__ = ["ImportReport", "Skipped", "import_path"]
