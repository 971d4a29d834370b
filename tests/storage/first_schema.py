"""A database that the first Muster filled, on both databases; see `test_first_schema`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, DateTime, MetaData, insert

from bot.storage.migrate import upgrade
from tests.storage.fixtures import sync_engine

KEPT: dict[str, Any] = json.loads(Path(__file__).with_name("schema_0001.json").read_text(encoding="utf-8"))


@pytest.fixture
async def old_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if backend == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'muster.db'}"
    else:
        cluster = request.getfixturevalue("cluster")
        url = cluster.url(cluster.empty_database())
    upgrade(url, "0001")
    _fill(url)
    return url


def _fill(url: str) -> None:
    engine, tables = sync_engine(url), MetaData()
    with engine.begin() as connection:
        tables.reflect(connection)
        for table in tables.sorted_tables:
            kept = KEPT.get(table.name, {"rows": []})
            types = [(name, table.c[name].type) for name in kept.get("columns", ())]
            rows = [
                {name: _value(value, kind) for value, (name, kind) in zip(row, types, strict=True)}
                for row in kept["rows"]
            ]
            if rows:
                connection.execute(insert(table), rows)
            if rows and "id" in table.c and engine.dialect.name == "postgresql":
                last = f"pg_get_serial_sequence('{table.name}', 'id'), max(id)"
                connection.exec_driver_sql(f"SELECT setval({last}) FROM {table.name}")


def _value(value: Any, kind: object) -> Any:
    if isinstance(value, str) and value.startswith("hex:"):
        return bytes.fromhex(value[4:])
    if isinstance(kind, DateTime) and value is not None:
        return datetime.fromtimestamp(value / 1e6, UTC)
    return bool(value) if isinstance(kind, Boolean) else value
