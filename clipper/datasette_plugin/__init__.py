"""The archive in Datasette: short cells, useful columns, SQL functions; only where the file is clipper's."""

from clipper.datasette_plugin.hooks import get_metadata, prepare_connection, render_cell

__all__ = ["get_metadata", "prepare_connection", "render_cell"]
