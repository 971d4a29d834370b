"""Which account of a member linked a wallet, and how long a token lasts from when it was issued."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision: str | None = "0011"

# Types are repeated here, because changes of `bot.storage.types` must not change this script.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Migrates from the schema of 0011.

    Nobody knows who linked the wallets of before, so they stay without it. No token lasts longer than 401 days.
    """
    op.add_column("wallets", sa.Column("account_id", ID, nullable=True))
    op.add_column("tokens", sa.Column("lasts_s", sa.Integer, nullable=True))
    op.execute("UPDATE tokens SET lasts_s = 34646400 WHERE expires_at IS NOT NULL")
