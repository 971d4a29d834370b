"""Fixtures for all tests."""

from tests.storage.fixtures import (
    backend,
    clock,
    cluster,
    database,
    postgres_database,
    sqlite_database,
    store,
)

__all__ = ["backend", "clock", "cluster", "database", "postgres_database", "sqlite_database", "store"]
