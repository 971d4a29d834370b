"""Effects outside the database."""

revision = "0010"
down_revision: str | None = "0009"


def upgrade() -> None:
    """Migrates from the schema of 0009."""
