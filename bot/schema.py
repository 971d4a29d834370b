"""Gathers the tables of every area into one MetaData; an area's `tables` is found from its folder."""

from __future__ import annotations

import importlib
import pkgutil
from importlib.util import find_spec

from sqlalchemy import MetaData

from bot import areas
from bot.storage import columns, erasures, meta


def metadata() -> MetaData:
    """All tables of Muster, as declared for SQLite and PostgreSQL. A change of one needs a migration."""
    for area in pkgutil.iter_modules(areas.__path__, f"{areas.__name__}."):
        if find_spec(f"{area.name}.tables") is not None:
            importlib.import_module(f"{area.name}.tables")
    assert meta.meta.metadata is erasures.erasures.metadata is columns.metadata
    return columns.metadata
