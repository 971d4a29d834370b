"""Claims on wallets: claiming, answering a claim, and the messages to both sides."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Protocol

from bot.areas.wallets.domain.claims import COUNTS_AFTER, ClaimEnd
from bot.areas.wallets.services import claims, links
from bot.areas.wallets.services.claims import Parties
from bot.chat.chores import Duty, Office
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import Button, Code, Moment, Reply, Style, bold, p, say
from bot.chat.targets import Target
from bot.domain.names import one_line
from bot.domain.people import Account, Union
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.membership import LINKING
from commands.members.accounts import named
from commands.waiting.queues import Queue, Reader, Waiting
from commands.wallets.pages import page_reply

area = Area()

LASTS_S = 8 * 86_400  # longer than any claim, also after a day or two on which Muster was down
KEEP = phrase("Keep it: sign again")


class Teller(Protocol):
    """A handler's context or a chore's duty, as this module tells people with it."""

    @property
    def tx(self) -> Tx: ...
    @property
    def union(self) -> Union: ...
    def post(
        self, target: Target | Account, reply: Reply, dedupe_key: str | None = None, *, bulk: bool = False
    ) -> None: ...


# -- claiming ------------------------------------------------------------------------------------------------


@area.action("wallet.claim")
def claimed(ctx: Context, ticket: int) -> Reply:
    both = claims.open_claim(ctx.tx, ctx.union, ctx.account, ticket)
    _tell_holders(ctx, both)
    zone = ctx.union.time_zone
    return say(
        phrase(
            "You claimed {wallet} in {union}.",
            wallet=Code(both.claim.address),
            union=bold(one_line(ctx.union.name)),
        ),
        phrase(
            "Its holder has been told, and keeps it if they sign with it again. If they do not, it is yours "
            "from {moves_at}, and counts for votes and money three days later.",
            moves_at=Moment(both.claim.moves_at, zone),
        ),
        phrase("I will tell you how it ends."),
        edit=True,
    )


@area.action("wallet.keep")
def keep(ctx: Context, claim: int) -> Reply:
    found = claims.of_holder(ctx.tx, ctx.account, claim)
    token = links.open_ticket(ctx.tx, ctx.account, keeping=True)
    return page_reply(
        ctx, token, p(phrase("To keep {wallet}, sign with it once more:", wallet=Code(found.address)))
    )


@area.action("wallet.let-go")
def let_go(ctx: Context, claim: int) -> Reply:
    both = claims.let_go(ctx.tx, ctx.account, claim, LINKING.holding_changed)
    tell_outcome(ctx, both, ClaimEnd.GIVEN, except_for=ctx.account)
    return say(
        phrase(
            "You let {wallet} go. It is no longer yours.",
            wallet=Code(both.claim.address),
        ),
        edit=True,
    )


def answer_buttons(claim_id: int) -> tuple[Button, Button]:
    """Returns the two answers of a holder to a claim."""
    return (
        Button(KEEP, "wallet.keep", {"claim": claim_id}, Style.PRIMARY, lasts_s=LASTS_S),
        Button(phrase("It is not mine: let it go"), "wallet.let-go", {"claim": claim_id}, lasts_s=LASTS_S),
    )


# -- the course of a claim -----------------------------------------------------------------------------------


@area.chore
async def carry_on_claims(office: Office) -> None:
    """Tells holders again of the claims on their wallets, and moves the wallets of those who did not answer."""

    async def carry_on(due: tuple[Union, int]) -> None:
        union, claim_id = due
        await office.write(union, _carry_on, claim_id)

    await office.each(await office.read(claims.due), carry_on)


def _carry_on(duty: Duty, claim_id: int) -> None:
    both = claims.advance(duty.tx, claim_id, LINKING.holding_changed)
    if both is None:
        return
    if claims.on(duty.tx, duty.union.id, both.claim.address) is None:
        tell_outcome(duty, both, ClaimEnd.MOVED)
    else:
        _tell_holders(duty, both)


@area.chore
async def tell_ended_claims(office: Office) -> None:
    """Tells the other side that a claim is over, because a wallet was unlinked or a member left."""

    async def tell(due: tuple[Union, int]) -> None:
        union, claim_id = due
        await office.write(union, _tell_ended, claim_id)

    await office.each(await office.read(claims.untold), tell)


def _tell_ended(duty: Duty, claim_id: int) -> None:
    both = claims.take_outcome(duty.tx, claim_id)
    if both is not None and both.claim.ended is not None:
        tell_outcome(duty, both, ClaimEnd(both.claim.ended))


# -- messages ------------------------------------------------------------------------------------------------


def _tell_holders(by: Teller, both: Parties) -> None:
    """Tells all accounts of the holder. Each account's buttons are for it alone."""
    for account in both.holders:
        by.post(account, _claimed(by, both), bulk=False)


def _claimed(by: Teller, both: Parties) -> Reply:
    """Tells a holder of the claim on their wallet, and asks for an answer."""
    claimant = named(both.claimant) if both.claimant else phrase("Someone")
    zone = by.union.time_zone
    return say(
        phrase(
            "Another member is claiming your wallet {wallet} in {union}.",
            wallet=Code(both.claim.address),
            union=bold(one_line(by.union.name)),
        ),
        phrase(
            "{claimant} signed with it on {opened_at} and says that it is theirs. To keep it, sign with it "
            "again before {moves_at}. Until then it stays yours.",
            claimant=claimant,
            opened_at=Moment(both.claim.opened_at, zone),
            moves_at=Moment(both.claim.moves_at, zone),
        ),
        phrase(
            "If you did not give them a signature, they have this wallet's key: move what it holds to a new "
            "wallet."
        ),
        buttons=tuple((button,) for button in answer_buttons(both.claim.id)),
    )


def _waiting(by: Context | Duty, reader: Reader) -> list[Waiting]:
    """Returns the claims on the reader's wallets."""
    found = claims.against(by.tx, reader.member) if reader.member is not None else []
    return [Waiting(both.claim.id, both.claim.opened_at, partial(_claimed, by, both)) for both in found]


QUEUE = Queue("claim", _waiting)


def tell_outcome(
    by: Teller, both: Parties, outcome: ClaimEnd = ClaimEnd.KEPT, except_for: Account | None = None
) -> None:
    """Tells both sides what came of a claim, without the account that acted and was answered."""
    for account in _without(both.claimants, except_for):
        reply = _to_claimant(by, both, outcome)
        if reply is not None:
            by.post(account, reply, bulk=False)
    for account in _without(both.holders, except_for):
        reply = _to_holder(by, both, outcome)
        if reply is not None:
            by.post(account, reply, bulk=False)


def _without(accounts: Iterable[Account], left_out: Account | None) -> list[Account]:
    return [account for account in accounts if left_out is None or account.id != left_out.id]


def _to_claimant(by: Teller, both: Parties, outcome: ClaimEnd) -> Reply | None:
    wallet, union = Code(both.claim.address), bold(one_line(by.union.name))
    if outcome in (ClaimEnd.MOVED, ClaimEnd.GIVEN):
        won = (
            phrase("{wallet} is now yours in {union}: its holder did not answer.", wallet=wallet, union=union)
            if outcome is ClaimEnd.MOVED
            else phrase("{wallet} is now yours in {union}: its holder let it go.", wallet=wallet, union=union)
        )
        counts_from = Moment(by.tx.now + COUNTS_AFTER, by.union.time_zone)
        return say(
            won,
            phrase("It counts for votes and money from {counts_from}.", counts_from=counts_from),
            buttons=((unlink_button(both.claim.address),),),
        )
    if outcome is ClaimEnd.KEPT:
        return say(
            phrase(
                "Your claim in {union} is over: the holder of {wallet} signed with it again and keeps it. You "
                "cannot claim a wallet for a week.",
                union=union,
                wallet=wallet,
            ),
            phrase(
                "If the wallet is yours, someone else has its key: move what it holds to a new wallet, and "
                "link that one."
            ),
        )
    if outcome is ClaimEnd.FREED:
        return say(
            phrase(
                "Your claim in {union} is over: no one holds {wallet} there any more. If it is yours, link "
                "it now.",
                union=union,
                wallet=wallet,
            ),
            buttons=((link_button(phrase("Link it")),),),
        )
    return None  # the claimant left


def _to_holder(by: Teller, both: Parties, outcome: ClaimEnd) -> Reply | None:
    wallet, union = Code(both.claim.address), bold(one_line(by.union.name))
    claimant = named(both.claimant) if both.claimant else phrase("the member who claimed it")
    if outcome is ClaimEnd.MOVED:
        return say(
            phrase(
                "Your wallet {wallet} now belongs to {claimant} in {union}. They claimed it three days ago, "
                "and you were told three times.",
                wallet=wallet,
                claimant=claimant,
                union=union,
            ),
            phrase("If it is yours, sign with it to claim it back."),
            buttons=((link_button(phrase("Claim it back")),),),
        )
    if outcome is ClaimEnd.GIVEN:
        return say(
            phrase(
                "Another account of yours let {wallet} go in {union}. It now belongs to {claimant}.",
                wallet=wallet,
                union=union,
                claimant=claimant,
            ),
            phrase(
                "If this was not you, someone else is using that account. Take the account back, then sign "
                "with the wallet to claim it back."
            ),
            buttons=((link_button(phrase("Claim it back")),),),
        )
    if outcome is ClaimEnd.KEPT:
        return say(
            phrase(
                "You keep {wallet} in {union}: another account of yours signed with it again. The claim on it "
                "is over.",
                wallet=wallet,
                union=union,
            ),
            buttons=((unlink_button(both.claim.address),),),
        )
    if outcome is ClaimEnd.GONE:
        return say(
            phrase(
                "You keep {wallet} in {union}: the member who claimed it has left, so the claim is over.",
                wallet=wallet,
                union=union,
            )
        )
    return None  # the holder unlinked it, or left


def unlink_button(address: str) -> Button:
    """Returns the button that undoes a link, for messages to the member's own accounts."""
    return Button(phrase("Unlink it"), "wallet.unlink", {"address": address}, Style.DANGER, lasts_s=LASTS_S)


def link_button(label: str) -> Button:
    """Returns the button that opens a new link."""
    return Button(label, "/link", {}, Style.PRIMARY, lasts_s=LASTS_S)
