"""Moderation of the whole union, codes and requests of places, and the place that a button speaks for."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"

# Types are repeated here, because changes of `bot.storage.types` must not change this script.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def _column(name: str, type_: Any, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=null, autoincrement=False)


def upgrade() -> None:
    """Migrates from the schema of 0005."""
    op.create_table(
        "moderators",
        _column("member_id", ID),
        _column("union_id", ID),
        _column("since", MOMENT),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_moderators_member_id"),
        sa.ForeignKeyConstraint(["union_id"], ["unions.id"], name="fk_moderators_union_id"),
        sa.PrimaryKeyConstraint("member_id", name="pk_moderators"),
    )
    op.create_index("ix_moderators_union_id", "moderators", ["union_id"])
    no = sa.text("false")
    op.add_column("spaces", sa.Column("moderates_union", sa.Boolean, nullable=False, server_default=no))
    op.add_column("unions", _column("by_host_at", MOMENT, null=True))
    op.create_table(
        "space_requests",
        sa.Column("id", ID, nullable=False),
        _column("union_id", ID),
        _column("platform", sa.Text),
        _column("native_id", sa.Text),
        _column("title", sa.Text),
        _column("chat", sa.Text, null=True),
        _column("thread", sa.Text, null=True),
        _column("expires_at", MOMENT),
        sa.ForeignKeyConstraint(["union_id"], ["unions.id"], name="fk_space_requests_union_id"),
        sa.PrimaryKeyConstraint("id", name="pk_space_requests"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_space_requests_union_id", "space_requests", ["union_id"])
    for name in ("chat", "thread", "title"):
        op.add_column("tokens", _column(name, sa.Text, null=True))
    # Where such a button is pressed in a private chat, the group's only chat is the group itself.
    op.execute("UPDATE tokens SET chat = space WHERE space IS NOT NULL")
