"""Unions, and the union that each private chat is about."""

from sqlalchemy import text

from bot.storage.columns import (
    Fate,
    Fates,
    moment,
    moment_or_null,
    named_member,
    of_union,
    own_id,
    table,
    words,
)

unions = table(
    "unions",
    own_id(),
    words("ref", unique=True),
    words("name"),
    words("purpose"),
    words("time_zone"),
    # A members.id, but no foreign key: members have a foreign key to unions.
    named_member("founder_id", Fates(Fate.HANDED_ON, Fate.HANDED_ON)),
    moment("created_at"),
    moment_or_null("by_host_at"),  # when the host handed it to the present founder
    words("language", server_default=text("'en'")),  # of its posts
)

private_unions = table(
    "private_unions",
    words("platform", primary_key=True),
    words("native_id", primary_key=True),
    of_union(),
)

# In the order of the fields of `Union`.
UNION_COLUMNS = (
    unions.c.id,
    unions.c.ref,
    unions.c.name,
    unions.c.purpose,
    unions.c.time_zone,
    unions.c.founder_id,
    unions.c.created_at,
    unions.c.by_host_at,
    unions.c.language,
)
