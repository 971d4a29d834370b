"""One-time aliases of link pages, for addresses that third parties see: links into wallet apps, and QR codes.

Whoever sees an alias after it was used has nothing. A look at its page does not use it, because programs that preview
links look too.
"""

from __future__ import annotations

from bot.areas.members.services import members
from bot.areas.wallets.domain import links as rules
from bot.areas.wallets.domain.links import Ticket
from bot.areas.wallets.services import links
from bot.areas.wallets.storage import addresses, tickets
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.errors import NotFound

MOST_ALIASES = 40
"""The most unused aliases of a ticket. The oldest give way to new ones."""
MOST_PAGES = 20
"""The most further pages of a ticket. The oldest give way to new ones."""
SPENT = phrase(
    "This address was already used or has expired: it works once, and for ten minutes at most. Go back to where you "
    "got it for another one, or type `/link` in chat."
)


def require_page(tx: Tx, token: str) -> str | None:
    """Returns the language of the account whose page this is, if it is known. Raises NotFound if there is no page."""
    return links.working(tx, token)[1].language


def make(tx: Tx, token: str, count: int) -> list[str]:
    """Makes aliases of the page with this token. Raises NotFound if the page does not work any more."""
    ticket, _, _ = links.working(tx, token)
    made = [rules.new_token() for _ in range(count)]
    for alias in made:
        addresses.add(tx, ticket.id, rules.token_hash(alias), addresses.ALIAS)
    addresses.keep_newest(tx, ticket.id, addresses.ALIAS, MOST_ALIASES)
    return made


def require(tx: Tx, alias: str) -> str | None:
    """Returns the language of the account whose alias this is, if it is known. Raises NotFound if it is used up."""
    account = members.account(tx, _ticket(tx, alias).account_id)
    return account.language if account else None


def _ticket(tx: Tx, alias: str) -> Ticket:
    found = addresses.ticket_of(tx, rules.token_hash(alias), addresses.ALIAS)
    ticket = tickets.by_id(tx, found) if found is not None else None
    if ticket is None or not ticket.works(tx.now):
        raise NotFound(SPENT)
    return ticket


def spend(tx: Tx, alias: str) -> str:
    """Uses up an alias; returns the token of a page of its own for the same ticket. Raises NotFound."""
    ticket_id = _ticket(tx, alias).id
    if not addresses.spend(tx, rules.token_hash(alias)):
        raise NotFound(SPENT)
    token = rules.new_token()
    addresses.add(tx, ticket_id, rules.token_hash(token), addresses.PAGE)
    addresses.keep_newest(tx, ticket_id, addresses.PAGE, MOST_PAGES)
    return token
