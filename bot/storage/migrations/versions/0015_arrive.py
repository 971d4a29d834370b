"""Empty: prepared for a later change."""

revision = "0015"
down_revision: str | None = "0014"


def upgrade() -> None:
    """Migrates from the schema of 0014."""
