"""Spaces: servers and groups of unions."""

from sqlalchemy import Boolean, Column, Index, text

from bot.storage.columns import (
    STAYS,
    data,
    moment,
    moment_or_null,
    named_member,
    of_union,
    own_id,
    partial_index,
    table,
    words,
    words_or_null,
)

spaces = table(
    "spaces",
    own_id(),
    of_union(),
    words("platform"),
    words("native_id"),
    words("title"),
    moment("connected_at"),
    moment_or_null("disconnected_at"),
    # The chat in which calls are posted; null: nobody chose one, and the platform has no default.
    words_or_null("chat"),
    words_or_null("thread"),
    # Whether the founder lets the moderators of this place moderate the whole union.
    Column("moderates_union", Boolean, nullable=False, server_default=text("false")),
    Index(None, "union_id"),
)

# A space belongs to one union at a time.
partial_index(
    "uq_spaces_connected",
    spaces.c.platform,
    spaces.c.native_id,
    where=spaces.c.disconnected_at.is_(None),
    unique=True,
)

space_codes = table(
    "space_codes",
    data("code_hash", primary_key=True),
    of_union(),
    named_member("created_by", STAYS, nullable=False),
    moment("expires_at"),
    moment_or_null("used_at"),
)

# Places whose moderators used a code, and that wait for the founder's press.
space_requests = table(
    "space_requests",
    own_id(),
    of_union(),
    words("platform"),
    words("native_id"),
    words("title"),
    words_or_null("chat"),
    words_or_null("thread"),
    moment("expires_at"),
    moment_or_null("asked_at"),  # null: asked before this was kept
    Index(None, "union_id"),
)

# In the order of the fields of `Space`.
SPACE_COLUMNS = (
    spaces.c.id,
    spaces.c.union_id,
    spaces.c.platform,
    spaces.c.native_id,
    spaces.c.title,
    spaces.c.connected_at,
    spaces.c.disconnected_at,
    spaces.c.chat,
    spaces.c.thread,
    spaces.c.moderates_union,
)

# In the order of the fields of `SpaceRequest`.
REQUEST_COLUMNS = tuple(space_requests.c)
