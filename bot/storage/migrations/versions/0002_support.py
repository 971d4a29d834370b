"""Endorsements and support bases; invitations, rules of leadership, flags, trust."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"

# Types are repeated here, because changes of `bot.storage.types` must not change this script.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
MEMBER = ("member_id",)


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


def _points(table: str, column: str, to: str = "members") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def _of_member(table: str) -> list[Any]:
    return [_column("member_id", ID), _points(table, "member_id")]


def _of_union(table: str) -> list[Any]:
    return [_column("union_id", ID), _points(table, "union_id", "unions")]


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def upgrade() -> None:
    """Migrates from the first schema."""
    op.add_column("accounts", _column("seen_at", MOMENT, null=True))
    _tree()
    _news()
    _invites()
    _leadership()
    _trust()


def _tree() -> None:
    _table(
        "endorsements",
        *_of_member("endorsements"),
        _column("leader_id", ID, null=True),
        _column("height", sa.SmallInteger),
        _column("since", MOMENT),
        _points("endorsements", "leader_id"),
        key=MEMBER,
    )
    _index("endorsements", "leader_id", "height")
    _table(
        "support",
        *_of_member("support"),
        *_of_union("support"),
        _column("direct", sa.Integer),
        _column("headcount", sa.Integer),
        _column("linked", sa.Integer),
        _column("day", sa.Integer),
        key=MEMBER,
    )
    _index("support", "union_id", "headcount")
    _index("support", "union_id", "linked")
    _table(
        "support_days",
        *_of_member("support_days"),
        _column("day", sa.Integer),
        _column("headcount", sa.Integer),
        _column("linked", sa.Integer),
        key=("member_id", "day"),
    )
    _index("support_days", "day")


def _news() -> None:
    _table(
        "support_news",
        *_of_union("support_news"),
        _column("leader_id", ID),
        _column("member_id", ID),
        _column("gained", sa.Boolean),
        _column("at", MOMENT),
        _column("told", sa.SmallInteger),
        _points("support_news", "leader_id"),
        _points("support_news", "member_id"),
    )
    _index("support_news", "leader_id", "at")
    _index("support_news", "at")
    op.create_index(
        "ix_support_news_untold",
        "support_news",
        ["union_id", "leader_id"],
        sqlite_where=sa.text("told = 0"),
        postgresql_where=sa.text("told = 0"),
    )
    _table(
        "released",
        *_of_member("released"),
        *_of_union("released"),
        _column("offer_id", ID, null=True),
        _column("at", MOMENT),
        key=MEMBER,
    )


def _invites() -> None:
    _table(
        "invites",
        _column("code", sa.Text),
        *_of_union("invites"),
        *_of_member("invites"),
        _column("created_at", MOMENT),
        _column("expires_at", MOMENT),
        _column("revoked_at", MOMENT, null=True),
        _column("uses", sa.Integer),
        _column("most", sa.Integer),
        key=("code",),
    )
    _index("invites", "member_id")
    _table(
        "recruits",
        *_of_member("recruits"),
        _column("recruiter_id", ID),
        _column("at", MOMENT),
        _points("recruits", "recruiter_id"),
        key=MEMBER,
    )
    _index("recruits", "recruiter_id")


def _leadership() -> None:
    _table(
        "rules",
        *_of_union("rules"),
        _column("leaders", sa.Text),
        _column("leaders_n", sa.Integer),
        _column("linked_only", sa.Boolean),
        _column("grace_days", sa.Integer),
        _column("switch_hours", sa.Integer),
        _column("alerts", sa.Text, null=True),
        key=("union_id",),
    )
    _table(
        "leaders",
        *_of_member("leaders"),
        *_of_union("leaders"),
        _column("since", MOMENT),
        _column("falls_at", MOMENT, null=True),
        key=MEMBER,
    )
    _index("leaders", "union_id")
    _table(
        "flags",
        *_of_union("flags"),
        _column("kind", sa.Text),
        _column("member_id", ID, null=True),
        _column("evidence", sa.Text),
        _column("at", MOMENT),
        _column("closed_at", MOMENT, null=True),
        _column("closed_by", ID, null=True),
        _column("dedupe_key", sa.Text),
        sa.UniqueConstraint("union_id", "dedupe_key", name="uq_flags_union_id_dedupe_key"),
    )


def _trust() -> None:
    _table(
        "scores",
        *_of_member("scores"),
        *_of_union("scores"),
        _column("trust", sa.Double),
        key=MEMBER,
    )
    _index("scores", "union_id", "trust")
    _table(
        "score_rounds",
        *_of_union("score_rounds"),
        _column("at", MOMENT),
        _column("entries", sa.BigInteger),
        key=("union_id",),
    )
