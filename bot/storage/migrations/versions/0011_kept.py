"""Pictures in kept answers, once and apart from the answers."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"

# Types are repeated here, because changes of `bot.storage.types` must not change this script.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Migrates from the schema of 0010."""
    op.create_table(
        "kept_pictures",
        sa.Column("id", ID, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kept_pictures"),
        sa.UniqueConstraint("owner", "digest", name="uq_kept_pictures_owner_digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_kept_pictures_at", "kept_pictures", ["at"])
