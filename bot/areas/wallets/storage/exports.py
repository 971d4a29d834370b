"""The wallets area's file of `muster export`."""

from bot.areas.members.tables import ref_of
from bot.areas.wallets.tables import wallets
from bot.storage.exporting import OfMembers

EXPORTS = (
    OfMembers(
        "wallets",
        "wallet addresses of present members",
        wallets.c.member_id,
        (ref_of(wallets.c.member_id, "member"), wallets.c.address, wallets.c.kind, wallets.c.linked_at),
    ),
)
