"""Empty: prepared for a later change."""

revision = "0014"
down_revision: str | None = "0013"


def upgrade() -> None:
    """Migrates from the schema of 0013."""
