"""Other people's archives, in: folders of Markdown with front matter, WARC files, lists of saved pages."""

from clipper.imports.paths import ImportReport, import_path

__all__ = ["ImportReport", "import_path"]
