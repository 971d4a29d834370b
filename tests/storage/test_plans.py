"""How SQLite goes about the queries that every endorsement needs, when it has statistics."""

from __future__ import annotations

import sqlite3

import pytest

from bot.areas.tree.storage import endorsements as endorsements_storage
from bot.areas.tree.storage import support as support_storage
from bot.storage.statements import Statement
from tests.storage.fixtures import Database

ALONG = {
    "path": endorsements_storage._PATH,
    "add": support_storage._ADD_BOTH,
    "keep days": support_storage._KEEP_DAYS,
}


@pytest.mark.parametrize("name", ALONG)
def test_a_walk_up_reads_no_table_whole_after_an_analyze(sqlite_database: Database, name: str) -> None:
    assert sqlite_database.path is not None
    with sqlite3.connect(sqlite_database.path) as connection:
        connection.execute("ANALYZE")
        sizes = [("endorsements", "ix_endorsements_leader_id_height", "200000 2 2")]
        connection.executemany("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", sizes)
        connection.execute("ANALYZE sqlite_schema")
        plan = _plan(connection, ALONG[name])
    connection.close()
    assert plan
    assert [
        step for step in plan if "BLOOM" in step or step.startswith(("SCAN endorsements", "SCAN support"))
    ] == []


def _plan(connection: sqlite3.Connection, statement: Statement) -> list[str]:
    sql = statement.prepared("sqlite").sql
    values = [1] * sql.count("?")
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
