"""The daily call: calls, the rules that repeat them, answers, streaks, reminders, contests, pictures."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"

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


def _of(table: str, column: str, to: str = "members", *, null: bool = False) -> list[Any]:
    return [_column(column, ID, null=null), _points(table, column, to)]


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def upgrade() -> None:
    """Migrates from the schema of 0002."""
    op.add_column("members", _column("told_day", sa.Integer, null=True))
    op.add_column("spaces", _column("chat", sa.Text, null=True))
    op.add_column("spaces", _column("thread", sa.Text, null=True))
    op.execute(
        "UPDATE spaces SET chat = native_id WHERE platform = 'telegram'"
    )  # a Telegram group is its own chat
    _calls()
    _rules()
    _answers()
    _members()
    _contests()
    _outbox()


def _calls() -> None:
    _table(
        "files",
        *_of("files", "union_id", "unions"),
        *_of("files", "member_id"),
        _column("mime", sa.Text),
        _column("width", sa.Integer),
        _column("height", sa.Integer),
        _column("data", sa.LargeBinary),
        _column("at", MOMENT),
    )
    _index("files", "member_id")
    _index("files", "at")
    _table(
        "calls",
        *_of("calls", "union_id", "unions"),
        *_of("calls", "leader_id", null=True),
        *_of("calls", "author_id"),
        _column("rule_id", ID, null=True),
        _column("state", sa.Text),
        _column("title", sa.Text),
        _column("what", sa.Text),
        _column("why", sa.Text),
        _column("link", sa.Text, null=True),
        *_of("calls", "file_id", "files", null=True),
        _column("proof", sa.Text),
        _column("contest", sa.Boolean),
        _column("opens", sa.SmallInteger),
        _column("closes", sa.SmallInteger),
        _column("day", sa.Integer, null=True),
        _column("opens_at", MOMENT, null=True),
        _column("closes_at", MOMENT, null=True),
        _column("approved", sa.Boolean),
        _column("late", sa.Boolean),
        _column("answered", sa.Integer),
        _column("created_at", MOMENT),
        _column("token", sa.Text, null=True),
        sa.Column("reminded", sa.Integer, nullable=False, server_default=sa.text("0")),
    )
    _index("calls", "union_id", "state", "day")
    for name, columns, where, unique in (
        ("uq_calls_union_day", ["union_id", "day"], "leader_id IS NULL", True),
        ("uq_calls_branch_day", ["leader_id", "day"], "leader_id IS NOT NULL", True),
        ("ix_calls_ahead", ["opens_at"], "state IN ('planned', 'open')", False),
        ("ix_calls_queued", ["state", "union_id"], "state = 'queued'", False),
    ):
        condition = sa.text(where)
        op.create_index(
            name, "calls", columns, unique=unique, sqlite_where=condition, postgresql_where=condition
        )


def _rules() -> None:
    _table(
        "call_rules",
        *_of("call_rules", "union_id", "unions"),
        *_of("call_rules", "call_id", "calls"),
        _column("repeats", sa.Text),
        _column("weekdays", sa.Text),
        _column("first_day", sa.Integer),
        _column("last_day", sa.Integer, null=True),
        _column("ended_at", MOMENT, null=True),
    )
    _index("call_rules", "union_id")
    _table(
        "call_settings",
        *_of("call_settings", "union_id", "unions"),
        _column("opens", sa.SmallInteger),
        _column("laid_day", sa.Integer, null=True),
        key=("union_id",),
    )
    _table(
        "call_posts",
        *_of("call_posts", "call_id", "calls"),
        *_of("call_posts", "space_id", "spaces"),
        _column("shown", sa.Integer),
        _column("edited_at", MOMENT, null=True),
        key=("call_id", "space_id"),
    )
    live = sa.text("shown >= 0")
    op.create_index("ix_call_posts_live", "call_posts", ["call_id"], sqlite_where=live, postgresql_where=live)
    _table(
        "link_hosts",
        *_of("link_hosts", "union_id", "unions"),
        _column("host", sa.Text),
        key=("union_id", "host"),
    )


def _answers() -> None:
    _table(
        "checkins",
        *_of("checkins", "call_id", "calls"),
        *_of("checkins", "member_id"),
        _column("day", sa.Integer),
        _column("at", MOMENT),
        _column("state", sa.Text),
        _column("late", sa.Boolean),
        _column("proof", sa.Text, null=True),
        *_of("checkins", "file_id", "files", null=True),
        _column("space_id", ID, null=True),
        _column("judged_by", ID, null=True),
        _column("judged_at", MOMENT, null=True),
        key=("call_id", "member_id"),
    )
    _index("checkins", "member_id", "day")
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_checkins_waiting",
        "checkins",
        ["judged_by", "call_id", "member_id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def _members() -> None:
    _table(
        "streaks",
        *_of("streaks", "member_id"),
        *_of("streaks", "union_id", "unions"),
        _column("current", sa.Integer),
        _column("best", sa.Integer),
        _column("last_day", sa.Integer),
        _column("freezes", sa.SmallInteger),
        _column("run", sa.SmallInteger),
        key=MEMBER,
    )
    longest: list[Any] = ["union_id", "last_day", "freezes", sa.text("current DESC"), "member_id"]
    op.create_index("ix_streaks_longest", "streaks", longest)
    _table(
        "reminders",
        *_of("reminders", "member_id"),
        *_of("reminders", "union_id", "unions"),
        _column("account_id", ID),
        _column("minutes", sa.SmallInteger),
        _column("reminded_day", sa.Integer, null=True),
        key=MEMBER,
    )
    _index("reminders", "union_id", "minutes")
    _table(
        "nudges",
        *_of("nudges", "call_id", "calls"),
        *_of("nudges", "leader_id"),
        _column("at", MOMENT),
        _column("reached", sa.Integer),
        key=("call_id", "leader_id"),
    )
    _table(
        "activations",
        *_of("activations", "member_id"),
        *_of("activations", "union_id", "unions"),
        _column("answered", sa.Integer),
        _column("share", sa.Double, null=True),
        key=MEMBER,
    )
    _index("activations", "union_id", "share")


def _contests() -> None:
    _table(
        "entries",
        *_of("entries", "call_id", "calls"),
        *_of("entries", "member_id"),
        _column("words", sa.Text),
        *_of("entries", "file_id", "files", null=True),
        _column("at", MOMENT),
        _column("votes", sa.Integer),
        sa.UniqueConstraint("call_id", "member_id", name="uq_entries_call_id_member_id"),
    )
    _table(
        "entry_votes",
        *_of("entry_votes", "call_id", "calls"),
        *_of("entry_votes", "member_id"),
        *_of("entry_votes", "entry_id", "entries"),
        key=("call_id", "member_id"),
    )
    _index("entry_votes", "entry_id")
    _index("entry_votes", "member_id")
    _index("entries", "member_id")
    shown = sa.text("file_id IS NOT NULL")
    for name in ("calls", "checkins", "entries"):
        op.create_index(f"ix_{name}_file_id", name, ["file_id"], sqlite_where=shown, postgresql_where=shown)
    _table(
        "contests",
        *_of("contests", "call_id", "calls"),
        _column("closed_at", MOMENT, null=True),
        key=("call_id",),
    )
    still = sa.text("closed_at IS NULL")
    op.create_index("ix_contests_open", "contests", ["call_id"], sqlite_where=still, postgresql_where=still)


def _outbox() -> None:
    op.add_column("outbox", sa.Column("lane", sa.SmallInteger, nullable=False, server_default=sa.text("0")))
    op.add_column("outbox", sa.Column("share", ID, nullable=False, server_default=sa.text("0")))
    op.add_column("outbox", sa.Column("chain", sa.Text, nullable=False, server_default=sa.text("''")))
    op.execute("UPDATE outbox SET share = coalesce(union_id, 0), chain = 'before ' || id")
    op.drop_index("ix_outbox_platform_state_due_at", "outbox")
    due, over = "state = 'due'", "state IN ('sent', 'uncertain', 'parked')"
    _partial("due", due, "platform", "lane", "share", "due_at", "id")
    _partial("chain", "state IN ('due', 'behind', 'sending')", "platform", "chain", "id")
    _partial("unsent", "state != 'sent'", "platform", "state")
    _partial("over", over, "created_at")
    _table(
        "unreached",
        *_of("unreached", "union_id", "unions"),
        _column("platform", sa.Text),
        _column("chat", sa.Text),
        _column("person", sa.Text, null=True),
        _column("kind", sa.Text),
        _column("at", MOMENT),
        _column("told", sa.SmallInteger),
        key=("union_id", "platform", "chat"),
    )
    _index("unreached", "platform", "chat")


def _partial(name: str, where: str, *columns: str) -> None:
    condition = sa.text(where)
    op.create_index(
        f"ix_outbox_{name}",
        "outbox",
        list(columns),
        sqlite_where=condition,
        postgresql_where=condition,
    )
