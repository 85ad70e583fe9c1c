"""clipper: fetch a page, keep every byte, read the article out of it, remember every version."""

__version__ = "0.1.0"
