"""Empty: prepared for a later change."""

revision = "0013"
down_revision: str | None = "0012"


def upgrade() -> None:
    """Migrates from the schema of 0012."""
