"""Unions to look at: two of them, of which the first has people, spaces, wallets and somebody who left."""

from bot import membership
from bot.areas.ledger.services import record
from bot.areas.members.storage import accounts as accounts_storage
from bot.areas.members.storage import members as members_storage
from bot.areas.spaces import services as spaces
from bot.areas.tree.services import endorsements
from bot.areas.wallets.services import wallets
from bot.domain.people import Union
from bot.domain.transaction import Tx
from bot.membership import LINKING

ADDRESS = "0x52908400098527886E0F7030069857D2E4169EE7"


def found(tx: Tx, name: str = "Tree “& Co”\u202e", joining: int = 3) -> Union:
    """A union of a founder, `joining` members and a lost space.

    The first member has left, the last has a wallet and endorses the founder.
    """
    founder = membership.Founder("telegram", "1", "Ada\nLovelace", "ada")
    union, first, _ = membership.found(tx, name, "To grow", "Europe/Berlin", founder, "-100", "The group")
    for number in range(joining):
        member, _ = membership.join(tx, union, "telegram", str(100 + number), f"Person {number}", None)
        if number == 0:
            membership.leave(tx, union, member)
    last = accounts_storage.in_union(tx, union.id, "telegram", str(99 + joining))
    assert last is not None
    holder = members_storage.by_id(tx, last.member_id)
    assert holder is not None
    wallets.give(tx, holder, ADDRESS, "eoa", LINKING.holding_changed)
    endorsements.endorse(tx, union, holder, first, "telegram")
    spaces.invite(tx, union, first)
    spaces.add(tx, union, None, "discord", "555", "The server")
    spaces.lose(tx, "discord", "555")
    record(tx, union.id, "test.words", first, text="grüne Bäume\u2028neben “Häusern”")
    return union


def another(tx: Tx) -> Union:
    """A second union, whose founder is the first one's too."""
    founder = membership.Founder("telegram", "1", "Ada", "ada")
    union, _, _ = membership.found(tx, "Another", "To be apart", "UTC", founder, "-200", "Another group")
    return union
