"""Waits of accounts and wallets, and what outlasts a membership."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"

# Types are repeated here, because changes of `bot.storage.types` must not change this script.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def _column(name: str, type_: Any, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=null, autoincrement=False)


def upgrade() -> None:
    """Migrates from the schema of 0003."""
    op.execute("ALTER TABLE accounts RENAME COLUMN money_after TO waits_until")
    op.add_column("wallets", _column("waits_until", MOMENT, null=True))
    op.create_table(
        "traces",
        _column("key", sa.LargeBinary),
        _column("union_id", ID),
        _column("kind", sa.Text),
        _column("number", sa.BigInteger),
        _column("since", MOMENT),
        _column("until", MOMENT, null=True),
        sa.ForeignKeyConstraint(["union_id"], ["unions.id"], name="fk_traces_union_id"),
        sa.PrimaryKeyConstraint("key", name="pk_traces"),
    )
    op.create_index("ix_traces_until", "traces", ["until"])
    op.create_index("ix_traces_union_id_kind", "traces", ["union_id", "kind"])
