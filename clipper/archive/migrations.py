"""The numbered migrations, as sqlite-utils runs them; imported only when one is pending.

`sqlite-utils migrate archive.db` finds them too. A new archive is made from the same scripts
without this module, which saves the 85 ms that importing sqlite-utils takes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from clipper.archive import ledger, sums
from clipper.archive.schema import SCRIPTS

__all__ = ["migrate", "migrations"]

SET = "clipper"

migrations = Migrations(SET)

# What a migration does besides its script.
AFTER: dict[str, Callable[[sqlite3.Connection], None]] = {
    "m002_ledger": ledger.adopt,
    "m003_proof": ledger.widen,
    "m005_scale": sums.make,
    "m008_sums": sums.make,
    "m009_lone_lines": sums.make,
}


def _register(name: str, script: str, number: int) -> None:
    @migrations(name=name)
    def step(db: Database) -> None:
        db.executescript(script)
        if name in AFTER:
            AFTER[name](db.conn)
        db.conn.execute(f"PRAGMA user_version = {number}")


for _number, (_name, _script) in enumerate(SCRIPTS, 1):
    _register(_name, _script, _number)


def migrate(connection: sqlite3.Connection) -> None:
    """Apply what is pending. The caller holds the write transaction."""
    migrations.apply(Database(connection))
