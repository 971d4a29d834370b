"""Empty: prepared for a later change."""

revision = "0016"
down_revision: str | None = "0015"


def upgrade() -> None:
    """Migrates from the schema of 0015."""
