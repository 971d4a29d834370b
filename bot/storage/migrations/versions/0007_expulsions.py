"""Expulsions, members whom a leader released, and limits that hold through a restart."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"

# Types are repeated here, because changes of `bot.storage.types` must not change this script.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def _column(name: str, type_: Any, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=null, autoincrement=False)


def _own_id() -> sa.Column[Any]:
    return sa.Column("id", ID, nullable=False, autoincrement=True)


def upgrade() -> None:
    """Migrates from the schema of 0006."""
    op.create_table(
        "expulsions",
        _own_id(),
        _column("union_id", ID),
        _column("member_id", ID, null=True),
        _column("by_id", ID, null=True),
        _column("platform", sa.Text),
        _column("name", sa.Text),
        _column("reason", sa.Text),
        _column("at", MOMENT),
        _column("until", MOMENT, null=True),
        _column("wallets", sa.Integer),
        sa.ForeignKeyConstraint(["union_id"], ["unions.id"], name="fk_expulsions_union_id"),
        sa.PrimaryKeyConstraint("id", name="pk_expulsions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_expulsions_union_id", "expulsions", ["union_id"])
    op.create_index("ix_expulsions_until", "expulsions", ["until"])
    op.create_table(
        "departures",
        _own_id(),
        _column("account_id", ID),
        _column("space_id", ID),
        _column("at", MOMENT),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_departures_space_id"),
        sa.PrimaryKeyConstraint("id", name="pk_departures"),
        sa.UniqueConstraint("account_id", "space_id", name="uq_departures_account_id_space_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "partings",
        _own_id(),
        _column("member_id", ID),
        _column("leader_id", ID),
        _column("until", MOMENT),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_partings_member_id"),
        sa.ForeignKeyConstraint(["leader_id"], ["members.id"], name="fk_partings_leader_id"),
        sa.PrimaryKeyConstraint("id", name="pk_partings"),
        sa.UniqueConstraint("member_id", "leader_id", name="uq_partings_member_id_leader_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_partings_leader_id", "partings", ["leader_id"])
    op.create_table(
        "uses",
        _column("key", sa.LargeBinary),
        _column("times", sa.Text),
        _column("until", MOMENT),
        sa.PrimaryKeyConstraint("key", name="pk_uses"),
    )
    op.create_index("ix_uses_until", "uses", ["until"])
