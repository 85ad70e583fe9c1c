# What CI calls, by name; `just` lists it. PYTHON is the environment's interpreter.
python := env("PYTHON", ".venv/bin/python")

default:
    @just --list

# The linter, the formatter, the types and the floors
check: lint types floors docs-check

lint:
    {{python}} -m ruff check .
    {{python}} -m ruff format --check .

types:
    {{python}} -m mypy

floors:
    {{python}} -c "import sys; from importlinter.cli import lint_imports_command as lint; sys.argv[0] = 'lint-imports'; lint()"

test *args:
    {{python}} -m pytest {{args}}

# Make docs/reference.md from the commands' own help, and what docs/tutorial.md quotes from what they print
docs:
    {{python}} -m cogapp -r docs/reference.md docs/tutorial.md

docs-check:
    {{python}} -m cogapp --check docs/reference.md docs/tutorial.md

# Make every tape again from the pages beside it
fixtures:
    {{python}} fixtures/make.py

# Make the sample archive again from the tapes
archive:
    {{python}} fixtures/make_archive.py

# Pin what is newest, with hashes and without the address of any index
pin:
    uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet --upgrade -o constraints.txt
    uv pip compile pyproject.toml --universal --python-version 3.11 --constraint constraints.txt --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet --upgrade -o requirements.txt
