"""Flags: crowds that look made up."""

from sqlalchemy import UniqueConstraint

from bot.storage.columns import STAYS, moment, moment_or_null, named_member, of_union, own_id, table, words

flags = table(
    "flags",
    own_id(),
    of_union(),
    words("kind"),  # 'burst' | 'ring' | 'joining'
    named_member("member_id", STAYS),  # the leader whose support it is about, or who was asked
    words("evidence"),  # JSON: counts, times and member ids, never names
    moment("at"),
    moment_or_null("closed_at"),
    named_member("closed_by", STAYS),
    words("dedupe_key"),
    UniqueConstraint("union_id", "dedupe_key"),
)
