"""Languages of people and unions."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision: str | None = "0014"


def upgrade() -> None:
    """Migrates from the schema of 0014."""
    op.add_column("accounts", sa.Column("locale", sa.Text, nullable=True))
    op.add_column("accounts", sa.Column("chosen", sa.Text, nullable=True))
    english = sa.text("'en'")
    op.add_column("unions", sa.Column("language", sa.Text, nullable=False, server_default=english))
