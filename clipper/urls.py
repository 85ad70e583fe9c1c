"""Which addresses are one page."""
