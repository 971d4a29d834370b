"""Moderation of the whole union, and codes of places."""

revision = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    """Migrates from the schema of 0005."""
