"""The people to whom the founder gave the moderation of the whole union."""

from sqlalchemy import Index

from bot.storage.columns import moment, of_member, of_union, table

moderators = table(
    "moderators",
    of_member(),
    of_union(),
    moment("since"),
    Index(None, "union_id"),
)
