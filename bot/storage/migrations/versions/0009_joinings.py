"""Two members who agree that they are one person."""

revision = "0009"
down_revision: str | None = "0008"


def upgrade() -> None:
    """Migrates from the schema of 0008."""
