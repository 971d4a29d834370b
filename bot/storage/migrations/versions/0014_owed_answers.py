"""How many copies there may be of an answer that is owed."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision: str | None = "0013"


def upgrade() -> None:
    """Migrates from the schema of 0013."""
    op.add_column("inbound", sa.Column("copies", sa.SmallInteger, nullable=True))
