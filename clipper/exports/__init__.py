"""The archive in other programs' forms: a folder of Markdown, front matter, whole files."""
