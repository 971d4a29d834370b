"""Listing and unlinking one's wallets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from bot.areas.members.services import members
from bot.areas.wallets.domain.claims import Claim
from bot.areas.wallets.services import claims, wallets
from bot.areas.wallets.services.claims import Parties
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import (
    AnyButton,
    Block,
    Button,
    Code,
    Moment,
    Reply,
    Span,
    Spans,
    Style,
    Visibility,
    bold,
    items,
    p,
    say,
    spans,
)
from bot.chat.params import Arg
from bot.domain.names import one_line
from bot.domain.people import Account, Wallet
from bot.domain.phrases import phrase
from bot.membership import LINKING
from commands.members.accounts import linked_by, named
from commands.wallets.claims import answer_buttons, link_button

area = Area()

MOST_BUTTONS = 10
MOST_CLAIMS = 2
"""The most claims whose answers are shown as buttons; the messages about the others have them too."""


@area.command("wallets", "Your linked wallets", visibility=Visibility.PRIVATE, reads=True)
def listed(ctx: Context) -> Reply:
    """Lists the wallets linked to you in this union, with a button to unlink each. Only you see it.

    A wallet that another member had before waits, before it counts for votes and money. Claims of other members on
    your wallets are shown with the answers to them.
    """
    mine, own = wallets.of_member(ctx.tx, ctx.member), claims.by_member(ctx.tx, ctx.member)
    if not mine and not own:
        return say(phrase("You have linked no wallet yet. `/link` links one."))
    against, accounts = claims.against(ctx.tx, ctx.member), members.accounts_of(ctx.tx, ctx.member.id)
    claimed = {both.claim.address: both for both in against}
    rows = [_row(ctx, wallet, accounts, claimed.get(wallet.address)) for wallet in mine]
    blocks: list[Block] = []
    if rows:
        blocks += [p(phrase("Your wallets in {union}:", union=bold(one_line(ctx.union.name)))), items(*rows)]
    if own:
        blocks += [p(phrase("Wallets that you claim:")), items(*(_own_claim(ctx, claim) for claim in own))]
    blocks.append(p(phrase("`/link` adds another, `/unlink` takes one away.")))
    answers: list[tuple[AnyButton, ...]] = [answer_buttons(both.claim.id) for both in against[:MOST_CLAIMS]]
    unlinks = [
        Button(phrase("Unlink {short}", short=_short(wallet.address)), "/unlink", {"address": wallet.address})
        for wallet in mine[: MOST_BUTTONS - 2 * len(answers)]
    ]
    pairs = [tuple(unlinks[at : at + 2]) for at in range(0, len(unlinks), 2)]
    return Reply(tuple(blocks), (*answers, *pairs))


def _own_addresses(ctx: Context, typed: str) -> Sequence[tuple[str, str]]:
    mine = wallets.of_member(ctx.tx, ctx.member)
    return [(w.address, w.address) for w in mine if typed.lower() in w.address.lower()]


@area.command("unlink", "Take a wallet off you", visibility=Visibility.PRIVATE, reads=True, settled=True)
def unlink(
    ctx: Context,
    address: Annotated[str, Arg("Which of your wallets", max_length=60, suggest=_own_addresses)],
) -> Reply:
    """Unlinks one of your wallets, after asking once more. You can link it again at any time."""
    wallet = wallets.find(ctx.tx, ctx.member, address)
    confirm = Button(
        phrase("Unlink"),
        "wallet.unlink",
        {"address": wallet.address},
        Style.DANGER,
        single_use=True,
        lasts_s=600,
    )
    return say(
        phrase(
            "Unlink {address}? It stays yours; only this union no longer knows it as you.",
            address=Code(wallet.address),
        ),
        buttons=((confirm,),),
    )


@area.action("wallet.unlink", settled=True)
def unlinked(ctx: Context, address: str) -> Reply:
    for other in claims.unlink(ctx.tx, ctx.account, address, LINKING.holding_changed):
        ctx.post(other, _unlinked_elsewhere(ctx, address))
    return say(phrase("Unlinked {address}.", address=Code(address)), edit=True)


def _unlinked_elsewhere(ctx: Context, address: str) -> Reply:
    return say(
        phrase(
            "The wallet {address} was unlinked from you in {union} by {account}.",
            address=Code(address),
            union=bold(one_line(ctx.union.name)),
            account=named(ctx.account),
        ),
        phrase(
            "If this was not you: somebody uses that account of yours. Take it back, and link the "
            "wallet again."
        ),
        buttons=((link_button("Link it again"),),),
    )


def _row(ctx: Context, wallet: Wallet, accounts: Sequence[Account], claim: Parties | None) -> Spans:
    zone = ctx.union.time_zone
    parts: list[str | Span] = [
        Code(wallet.address),
        phrase(" · contract wallet") if wallet.kind == "contract" else "",
    ]
    parts += [phrase(" · since "), Moment(wallet.linked_at, zone, "date"), *linked_by(wallet, accounts)]
    if wallet.waits_until is not None and wallet.waits_until > ctx.now:
        parts += [phrase(" · counts from "), Moment(wallet.waits_until, zone)]
    if claim is not None:
        by = named(claim.claimant) if claim.claimant else "somebody"
        parts += [
            phrase(" · claimed by {by}: yours until ", by=by),
            Moment(claim.claim.moves_at, zone),
            phrase(" unless you sign again"),
        ]
    return spans(*parts)


def _own_claim(ctx: Context, claim: Claim) -> Spans:
    return spans(
        phrase(
            "{address} · yours from {moves_at} if its holder does not answer",
            address=Code(claim.address),
            moves_at=Moment(claim.moves_at, ctx.union.time_zone),
        )
    )


def _short(address: str) -> str:
    return f"{address[:6]}…{address[-4:]}"
