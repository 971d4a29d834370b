"""The ledger: the version of its format in each union."""

revision = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    """Migrates from the schema of 0004."""
