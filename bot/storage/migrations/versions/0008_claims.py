"""Claims on wallets that a member holds, and one-time aliases of link pages."""

revision = "0008"
down_revision: str | None = "0007"


def upgrade() -> None:
    """Migrates from the schema of 0007."""
