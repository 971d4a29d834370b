"""Files in kept answers."""

revision = "0011"
down_revision: str | None = "0010"


def upgrade() -> None:
    """Migrates from the schema of 0010."""
