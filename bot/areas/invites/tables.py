"""Invitations, and the members who joined with them."""

from sqlalchemy import Column, Index, Integer

from bot.storage.columns import GOES, member, moment, moment_or_null, of_member, of_union, table, words

invites = table(
    "invites",
    words("code", primary_key=True),
    of_union(),
    member("member_id", GOES),
    moment("created_at"),
    moment("expires_at"),
    moment_or_null("revoked_at"),
    Column("uses", Integer, nullable=False),
    Column("most", Integer, nullable=False),
    Index(None, "member_id"),
)

recruits = table(
    "recruits",
    of_member(),
    member("recruiter_id", GOES),
    moment("at"),
    Index(None, "recruiter_id"),
)
