"""Finding bytes in bytes, or words in words, on both databases: SQL's LIKE has wildcards, and reads no bytes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class holds(FunctionElement[bool]):  # it is used like a function
    """`holds(column, wanted)`: whether the value of the column has `wanted` in it, exactly as it is."""

    type = Boolean()
    inherit_cache = True


@compiles(holds, "sqlite")
def _sqlite(element: holds, compiler: Any, **options: Any) -> str:
    inside, wanted = (compiler.process(clause, **options) for clause in element.clauses)
    return f"instr({inside}, {wanted}) > 0"


@compiles(holds, "postgresql")
def _postgresql(element: holds, compiler: Any, **options: Any) -> str:
    inside, wanted = (compiler.process(clause, **options) for clause in element.clauses)
    return f"position({wanted} IN {inside}) > 0"
