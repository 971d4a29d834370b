"""Expulsions."""

revision = "0007"
down_revision: str | None = "0006"


def upgrade() -> None:
    """Migrates from the schema of 0006."""
