"""Empty: prepared for a later change."""

revision = "0012"
down_revision: str | None = "0011"


def upgrade() -> None:
    """Migrates from the schema of 0011."""
