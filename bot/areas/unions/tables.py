"""Unions, and which of them a private chat talks to."""

from bot.storage.columns import Fate, Fates, moment, named_member, of_union, own_id, table, words

unions = table(
    "unions",
    own_id(),
    words("ref", unique=True),
    words("name"),
    words("purpose"),
    words("time_zone"),
    named_member(
        "founder_id", Fates(Fate.HANDED_ON, Fate.HANDED_ON)
    ),  # members.id; no foreign key, as members point at unions
    moment("created_at"),
)

private_unions = table(
    "private_unions",
    words("platform", primary_key=True),
    words("native_id", primary_key=True),
    of_union(),
)

# In the order of the fields of what a row becomes.
UNION_COLUMNS = (
    unions.c.id,
    unions.c.ref,
    unions.c.name,
    unions.c.purpose,
    unions.c.time_zone,
    unions.c.founder_id,
    unions.c.created_at,
)
