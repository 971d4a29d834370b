"""The first schema: unions, people, spaces, wallets, incoming acts, outgoing messages, the ledger."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None

# Types are repeated here, because changes of `bot.storage.types` must not change this script.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def _table(name: str, *items: Any, key: tuple[str, ...] = ("id",)) -> None:
    own_id = [sa.Column("id", ID, primary_key=True)] if key == ("id",) else []
    op.create_table(
        name,
        *own_id,
        *items,
        sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"),
        sqlite_autoincrement=bool(own_id),
    )


def _column(name: str, type_: Any, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=null, autoincrement=False)


def _points(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def upgrade() -> None:
    """Creates the first schema in an empty database."""
    _people()
    _spaces()
    _wallets()
    _chat()
    _record()


def _people() -> None:
    _table(
        "unions",
        _column("ref", sa.Text),
        _column("name", sa.Text),
        _column("purpose", sa.Text),
        _column("time_zone", sa.Text),
        _column("founder_id", ID, null=True),
        _column("created_at", MOMENT),
        _unique("unions", "ref"),
    )
    _table(
        "members",
        _column("union_id", ID),
        _column("ref", sa.Text),
        _column("joined_at", MOMENT),
        _column("left_at", MOMENT, null=True),
        _column("merged_into", ID, null=True),
        _points("members", "union_id", "unions"),
        _unique("members", "ref"),
    )
    _index("members", "union_id")
    _table(
        "accounts",
        _column("union_id", ID),
        _column("member_id", ID),
        _column("platform", sa.Text),
        _column("native_id", sa.Text),
        _column("name", sa.Text),
        _column("username", sa.Text, null=True),
        _column("unreachable_at", MOMENT, null=True),
        _column("joined_at", MOMENT),
        _column("money_after", MOMENT, null=True),
        _points("accounts", "union_id", "unions"),
        _points("accounts", "member_id", "members"),
        _unique("accounts", "union_id", "platform", "native_id"),
    )
    _index("accounts", "platform", "native_id")
    _index("accounts", "member_id")
    _index("accounts", "union_id", "username")


def _spaces() -> None:
    _table(
        "spaces",
        _column("union_id", ID),
        _column("platform", sa.Text),
        _column("native_id", sa.Text),
        _column("title", sa.Text),
        _column("connected_at", MOMENT),
        _column("disconnected_at", MOMENT, null=True),
        _points("spaces", "union_id", "unions"),
    )
    _index("spaces", "union_id")
    op.create_index(
        "uq_spaces_connected",
        "spaces",
        ["platform", "native_id"],
        unique=True,
        sqlite_where=sa.text("disconnected_at IS NULL"),
        postgresql_where=sa.text("disconnected_at IS NULL"),
    )
    _table(
        "space_codes",
        _column("code_hash", sa.LargeBinary),
        _column("union_id", ID),
        _column("created_by", ID),
        _column("expires_at", MOMENT),
        _column("used_at", MOMENT, null=True),
        _points("space_codes", "union_id", "unions"),
        key=("code_hash",),
    )
    _table(
        "private_unions",
        _column("platform", sa.Text),
        _column("native_id", sa.Text),
        _column("union_id", ID),
        _points("private_unions", "union_id", "unions"),
        key=("platform", "native_id"),
    )


def _wallets() -> None:
    _table(
        "wallets",
        _column("union_id", ID),
        _column("member_id", ID),
        _column("address", sa.Text),
        _column("kind", sa.Text),
        _column("linked_at", MOMENT),
        _points("wallets", "union_id", "unions"),
        _points("wallets", "member_id", "members"),
        _unique("wallets", "union_id", "address"),
    )
    _index("wallets", "member_id")
    _table(
        "tickets",
        _column("token_hash", sa.LargeBinary),
        _column("union_id", ID),
        _column("account_id", ID),
        _column("state", sa.Text),
        _column("nonce", sa.Text, null=True),
        _column("message", sa.Text, null=True),
        _column("address", sa.Text, null=True),
        _column("wallet_kind", sa.Text, null=True),
        _column("code_hash", sa.LargeBinary, null=True),
        _column("code_attempts", sa.Integer),
        _column("created_at", MOMENT),
        _column("expires_at", MOMENT),
        _points("tickets", "union_id", "unions"),
        _points("tickets", "account_id", "accounts"),
        _unique("tickets", "token_hash"),
    )
    _index("tickets", "account_id")


def _chat() -> None:
    _table(
        "tokens",
        _column("token", sa.Text),
        _column("union_id", ID, null=True),
        _column("kind", sa.Text),
        _column("action", sa.Text),
        _column("arguments", sa.Text),
        _column("presser", sa.Text, null=True),
        _column("space", sa.Text, null=True),
        _column("single_use", sa.Boolean),
        _column("expires_at", MOMENT, null=True),
        _column("used_at", MOMENT, null=True),
        key=("token",),
    )
    _table(
        "dialogues",
        _column("platform", sa.Text),
        _column("chat_id", sa.Text),
        _column("user_id", sa.Text),
        _column("state", sa.Text),
        _column("expires_at", MOMENT),
        key=("platform", "chat_id", "user_id"),
    )
    _table(
        "inbound",
        _column("key", sa.Text),
        _column("actor", sa.Text, null=True),
        _column("payload", sa.LargeBinary, null=True),
        _column("reply", sa.LargeBinary, null=True),
        _column("state", sa.SmallInteger),
        _column("received_at", MOMENT),
        key=("key",),
    )
    _index("inbound", "actor")
    _index("inbound", "received_at")
    op.create_index(
        "ix_inbound_unfinished",
        "inbound",
        ["state"],
        sqlite_where=sa.text("state < 2"),
        postgresql_where=sa.text("state < 2"),
    )
    _table(
        "outbox",
        _column("platform", sa.Text),
        _column("union_id", ID, null=True),
        _column("target", sa.Text),
        _column("person", sa.Text, null=True),
        _column("body", sa.LargeBinary),
        _column("state", sa.Text),
        _column("due_at", MOMENT),
        _column("attempts", sa.Integer),
        _column("last_error", sa.Text, null=True),
        _column("sent_id", sa.Text, null=True),
        _column("dedupe_key", sa.Text, null=True),
        _column("created_at", MOMENT),
        _unique("outbox", "dedupe_key"),
    )
    _index("outbox", "platform", "state", "due_at")


def _record() -> None:
    _table(
        "ledger",
        _column("union_id", ID),
        _column("seq", sa.BigInteger),
        _column("time", MOMENT),
        _column("kind", sa.Text),
        _column("actor", sa.Text, null=True),
        _column("payload", sa.Text),
        _column("hash", sa.LargeBinary),
        _points("ledger", "union_id", "unions"),
        key=("union_id", "seq"),
    )
    _table(
        "ledger_heads",
        _column("union_id", ID),
        _column("seq", sa.BigInteger),
        _column("hash", sa.LargeBinary),
        _points("ledger_heads", "union_id", "unions"),
        key=("union_id",),
    )
    _table("meta", _column("key", sa.Text), _column("value", sa.Text), key=("key",))
