"""Notes about things that wait for somebody, and when a place asked to be connected."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision: str | None = "0012"

# Types are repeated here, because changes of `bot.storage.types` must not change this script.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
UNAPPROVED = "state IN ('template', 'queued', 'planned')"


def upgrade() -> None:
    """Migrates from the schema of 0012."""
    op.create_table(
        "waiting_notes",
        sa.Column("member_id", ID, nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("item", ID, nullable=False, autoincrement=False),
        sa.Column("union_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_waiting_notes_member_id"),
        sa.ForeignKeyConstraint(["union_id"], ["unions.id"], name="fk_waiting_notes_union_id"),
        sa.PrimaryKeyConstraint("member_id", "kind", "item", name="pk_waiting_notes"),
    )
    op.create_index("ix_waiting_notes_union_id_kind_item", "waiting_notes", ["union_id", "kind", "item"])
    op.create_table(
        "without_notes",
        sa.Column("member_id", ID, nullable=False, autoincrement=False),
        sa.Column("union_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_without_notes_member_id"),
        sa.ForeignKeyConstraint(["union_id"], ["unions.id"], name="fk_without_notes_union_id"),
        sa.PrimaryKeyConstraint("member_id", name="pk_without_notes"),
    )
    op.add_column("space_requests", sa.Column("asked_at", MOMENT, nullable=True))
    op.create_index("ix_without_notes_union_id", "without_notes", ["union_id"])
    op.create_index(
        "ix_calls_unapproved",
        "calls",
        ["union_id", "opens_at", "id"],
        sqlite_where=sa.text(f"{UNAPPROVED} AND approved IS 0"),
        postgresql_where=sa.text(f"{UNAPPROVED} AND approved IS false"),
    )
