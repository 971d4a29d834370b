"""Effects outside the database."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"

# Types are repeated here, because changes of `bot.storage.types` must not change this script.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def _column(name: str, type_: Any, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=null, autoincrement=False)


def upgrade() -> None:
    """Migrates from the schema of 0009."""
    op.create_table(
        "intents",
        sa.Column("id", ID, primary_key=True),
        _column("union_id", ID),
        _column("member_id", ID, null=True),
        _column("kind", sa.Text),
        _column("key", sa.Text),
        _column("payload", sa.Text),
        _column("state", sa.Text),
        _column("tries", sa.Integer),
        _column("planned_at", MOMENT),
        _column("due_at", MOMENT),
        _column("ended_at", MOMENT, null=True),
        _column("detail", sa.Text),
        sa.ForeignKeyConstraint(["union_id"], ["unions.id"], name="fk_intents_union_id"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_intents_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_intents"),
        sa.UniqueConstraint("key", name="uq_intents_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_intents_member_id", "intents", ["member_id"])
    op.create_index("ix_intents_ended_at", "intents", ["ended_at"])
    live = sa.text("state IN ('waiting', 'begun', 'unknown')")
    op.create_index(
        "ix_intents_open", "intents", ["kind", "due_at"], sqlite_where=live, postgresql_where=live
    )
