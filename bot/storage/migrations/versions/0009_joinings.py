"""Two members who agree that they are one person."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"

# Types are repeated here, because changes of `bot.storage.types` must not change this script.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def _column(name: str, type_: Any, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=null, autoincrement=False)


def _points(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    """Migrates from the schema of 0008."""
    op.add_column("accounts", _column("part_since", MOMENT, null=True))
    op.create_table(
        "joinings",
        sa.Column("id", ID, primary_key=True),
        _column("union_id", ID),
        _column("way", sa.Text),
        _column("asking_id", ID, null=True),
        _column("asked_id", ID, null=True),
        _column("asking_account_id", ID, null=True),
        _column("asked_account_id", ID, null=True),
        _column("address", sa.Text, null=True),
        _column("asking_agreed", sa.Boolean),
        _column("asked_agreed", sa.Boolean),
        _column("created_at", MOMENT),
        _column("expires_at", MOMENT),
        _column("due_at", MOMENT),
        _column("warned", sa.SmallInteger),
        _column("over", sa.Boolean),
        _points("joinings", "union_id", "unions"),
        _points("joinings", "asking_id", "members"),
        _points("joinings", "asked_id", "members"),
        _points("joinings", "asking_account_id", "accounts"),
        _points("joinings", "asked_account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_joinings"),
        sqlite_autoincrement=True,
    )
    for column in ("due_at", "asking_id", "asked_id"):
        op.create_index(f"ix_joinings_{column}", "joinings", [column])
    op.create_table(
        "joining_codes",
        _column("account_id", ID),
        _column("code_hash", sa.LargeBinary),
        _column("expires_at", MOMENT),
        _points("joining_codes", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("account_id", name="pk_joining_codes"),
        sa.UniqueConstraint("code_hash", name="uq_joining_codes_code_hash"),
    )
