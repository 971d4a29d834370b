"""The ledger in format 2, which covers the union's ref, the format and all settings; what is still to be erased.

Each ledger goes on with an entry that binds what is there to its union, and tells all settings of that moment.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"

# Types, rules and defaults are repeated here, because later changes of the program must not change this script.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RULES = {
    "leaders": "founder",
    "n": 10,
    "linked_only": True,
    "grace_days": 7,
    "switch_hours": 24,
    "alerts": False,
}
USUAL_HOUR = 9 * 60

heads = sa.table(
    "ledger_heads",
    sa.column("union_id", ID),
    sa.column("seq", sa.BigInteger),
    sa.column("hash", sa.LargeBinary),
    sa.column("bound_from", sa.BigInteger),
)
entries = sa.table(
    "ledger",
    sa.column("union_id", ID),
    sa.column("seq", sa.BigInteger),
    sa.column("time"),
    sa.column("kind", sa.Text),
    sa.column("actor", sa.Text),
    sa.column("payload", sa.Text),
    sa.column("hash", sa.LargeBinary),
)
meta = sa.table("meta", sa.column("key", sa.Text), sa.column("value", sa.Text))


def upgrade() -> None:
    """Migrates from the schema of 0004."""
    op.create_table(
        "erasures",
        sa.Column("id", ID, primary_key=True),
        sa.Column("union_id", ID, nullable=False, autoincrement=False),
        sa.Column("platform", sa.Text, nullable=True),
        sa.Column("native_id", sa.Text, nullable=True),
        sa.Column("texts", sa.Text, nullable=False),
        sa.Column("searched", sa.Boolean, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        sqlite_autoincrement=True,
    )
    bound_from = sa.Column("bound_from", sa.BigInteger, nullable=False, server_default=sa.text("1"))
    op.add_column("ledger_heads", bound_from)
    connection, now = op.get_bind(), datetime.now(UTC)
    unions = connection.execute(
        sa.text(
            "SELECT u.id, u.ref, u.name, u.purpose, u.time_zone, m.ref AS founder, h.seq, h.hash "
            "FROM unions u JOIN ledger_heads h ON h.union_id = u.id LEFT JOIN members m ON m.id = u.founder_id"
        )
    ).all()
    for union in unions:
        _carry_over(connection, union, now)
    if unions:
        fact = {"key": "ledgers carried to format 2", "value": now.isoformat()}
        connection.execute(sa.insert(meta).values(**fact))


def _carry_over(connection: sa.Connection, union: Any, now: datetime) -> None:
    seq, kind, moment = union.seq + 1, "ledger.format", now.isoformat(timespec="microseconds")
    payload = json.dumps(
        {"format": 2, **_settings(connection, union)},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    start = f"muster ledger 2\n{union.ref}\n".encode()
    bound = hashlib.sha256(start + bytes(union.hash)).digest()
    body = json.dumps([seq, moment, kind, None, payload], separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(bound + body.encode()).digest()
    micros = connection.dialect.name == "sqlite"
    time: Any = (now - EPOCH) // timedelta(microseconds=1) if micros else now
    connection.execute(
        sa.insert(entries).values(
            union_id=union.id, seq=seq, time=time, kind=kind, actor=None, payload=payload, hash=digest
        )
    )
    connection.execute(
        sa.update(heads).where(heads.c.union_id == union.id).values(seq=seq, hash=digest, bound_from=seq)
    )


def _settings(connection: sa.Connection, union: Any) -> dict[str, Any]:
    def found(what: str) -> list[Any]:
        return list(connection.execute(sa.text(what), {"union": union.id}).all())

    rules = found(
        "SELECT leaders, leaders_n AS n, linked_only, grace_days, switch_hours, alerts FROM rules "
        "WHERE union_id = :union"
    )
    told = dict(RULES)
    for row in rules:
        told = row._asdict() | {"linked_only": bool(row.linked_only), "alerts": row.alerts is not None}
    hours = found("SELECT opens FROM call_settings WHERE union_id = :union")
    hosts = found("SELECT host FROM link_hosts WHERE union_id = :union")
    spaces = found("SELECT id FROM spaces WHERE union_id = :union AND disconnected_at IS NULL")
    return {
        "name": _digest(union.name),
        "purpose": _digest(union.purpose),
        "time_zone": union.time_zone,
        "founder": union.founder,
        "rules": told,
        "opens": hours[0].opens if hours else USUAL_HOUR,
        "hosts": sorted(row.host for row in hosts),
        "spaces": sorted(row.id for row in spaces),
    }


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()
