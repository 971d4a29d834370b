"""The tree's files of `muster export`."""

from bot.areas.members.tables import ref_of
from bot.areas.tree.tables import endorsements, support_days
from bot.storage.exporting import OfMembers

EXPORTS = (
    OfMembers(
        "endorsements",
        "the `leader` that each member endorses (null: withdrawn), and when they chose",
        endorsements.c.member_id,
        (
            ref_of(endorsements.c.member_id, "member"),
            ref_of(endorsements.c.leader_id, "leader"),
            endorsements.c.since.label("chosen_at"),
        ),
    ),
    OfMembers(
        "support_days",
        "headcount and wallet-linked members of each support base at the end of past days",
        support_days.c.member_id,
        (
            ref_of(support_days.c.member_id, "member"),
            support_days.c.day,
            support_days.c.headcount,
            support_days.c.linked,
        ),
    ),
)
