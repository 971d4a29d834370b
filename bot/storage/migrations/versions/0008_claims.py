"""Claims on wallets that a member holds, and one-time aliases of link pages."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"

# Types are repeated here, because changes of `bot.storage.types` must not change this script.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def _column(name: str, type_: Any, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=null, autoincrement=False)


def _index(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    text = sa.text(where)
    op.create_index(name, "claims", columns, unique=unique, sqlite_where=text, postgresql_where=text)


def upgrade() -> None:
    """Migrates from the schema of 0007."""
    op.create_table(
        "ticket_addresses",
        _column("token_hash", sa.LargeBinary),
        _column("ticket_id", ID),
        _column("kind", sa.Text),
        _column("created_at", MOMENT),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_ticket_addresses_ticket_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_ticket_addresses"),
    )
    op.create_index("ix_ticket_addresses_ticket_id", "ticket_addresses", ["ticket_id"])
    op.create_table(
        "claims",
        sa.Column("id", ID, primary_key=True),
        _column("union_id", ID),
        _column("address", sa.Text),
        _column("account_id", ID, null=True),
        _column("opened_at", MOMENT),
        _column("moves_at", MOMENT),
        _column("next_at", MOMENT),
        _column("told", sa.Integer),
        _column("ended", sa.Text, null=True),
        sa.ForeignKeyConstraint(["union_id"], ["unions.id"], name="fk_claims_union_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_claims_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_claims_account_id", "claims", ["account_id"])
    _index("uq_claims_open", ["union_id", "address"], "ended IS NULL", unique=True)
    _index("ix_claims_next_at", ["next_at"], "ended IS NULL")
    _index("ix_claims_untold", ["id"], "ended IS NOT NULL")
    # Buttons of this kind had the code of a link, which nobody is to read from a database or a backup.
    op.execute("DELETE FROM tokens WHERE action = 'link.held'")
