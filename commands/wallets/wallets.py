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
from commands.members.accounts import named
from commands.wallets.claims import answer_buttons, link_button

area = Area()

MOST_BUTTONS = 10
MOST_CLAIMS = 2
"""The most claims whose answers are shown as buttons; the messages about the others have them too."""


@area.command("wallets", "Your linked wallets", visibility=Visibility.PRIVATE, reads=True)
def listed(ctx: Context) -> Reply:
    """Lists the wallets linked to you in this union, with a button to unlink each. Only you see it.

    A wallet that another member had before counts for votes and money only after a wait. If another member claims a
    wallet of yours, you see it here and can answer.
    """
    mine, own = wallets.of_member(ctx.tx, ctx.member), claims.by_member(ctx.tx, ctx.member)
    if not mine and not own:
        return say(phrase("You have not linked a wallet yet. Type `/link` to link one."))
    against, accounts = claims.against(ctx.tx, ctx.member), members.accounts_of(ctx.tx, ctx.member.id)
    claimed = {both.claim.address: both for both in against}
    rows = [_row(ctx, wallet, accounts, claimed.get(wallet.address)) for wallet in mine]
    blocks: list[Block] = []
    if rows:
        blocks += [p(phrase("Your wallets in {union}:", union=bold(one_line(ctx.union.name)))), items(*rows)]
    if own:
        blocks += [
            p(phrase("Wallets that you are claiming:")),
            items(*(_own_claim(ctx, claim) for claim in own)),
        ]
    blocks.append(p(phrase("`/link` adds another wallet, `/unlink` removes one.")))
    answers: list[tuple[AnyButton, ...]] = [answer_buttons(both.claim.id) for both in against[:MOST_CLAIMS]]
    unlinks = [
        Button(
            phrase("Unlink {wallet}", wallet=_short(wallet.address)), "/unlink", {"address": wallet.address}
        )
        for wallet in mine[: MOST_BUTTONS - 2 * len(answers)]
    ]
    pairs = [tuple(unlinks[at : at + 2]) for at in range(0, len(unlinks), 2)]
    return Reply(tuple(blocks), (*answers, *pairs))


def _own_addresses(ctx: Context, typed: str) -> Sequence[tuple[str, str]]:
    mine = wallets.of_member(ctx.tx, ctx.member)
    return [(w.address, w.address) for w in mine if typed.lower() in w.address.lower()]


@area.command("unlink", "Unlink a wallet", visibility=Visibility.PRIVATE, reads=True, settled=True)
def unlink(
    ctx: Context,
    address: Annotated[str, Arg("The wallet to unlink", max_length=60, suggest=_own_addresses)],
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
            "Unlink {wallet}? You keep the wallet; this union just no longer knows that it is yours.",
            wallet=Code(wallet.address),
        ),
        buttons=((confirm,),),
    )


@area.action("wallet.unlink", settled=True)
def unlinked(ctx: Context, address: str) -> Reply:
    for other in claims.unlink(ctx.tx, ctx.account, address, LINKING.holding_changed):
        ctx.post(other, _unlinked_elsewhere(ctx, address))
    return say(phrase("You unlinked {wallet}.", wallet=Code(address)), edit=True)


def _unlinked_elsewhere(ctx: Context, address: str) -> Reply:
    return say(
        phrase(
            "Your account {account} unlinked the wallet {wallet} from you in {union}.",
            account=named(ctx.account),
            wallet=Code(address),
            union=bold(one_line(ctx.union.name)),
        ),
        phrase(
            "If this was not you, someone else is using that account of yours. Take the account back, then "
            "link the wallet again."
        ),
        buttons=((link_button(phrase("Link it again")),),),
    )


def _row(ctx: Context, wallet: Wallet, accounts: Sequence[Account], claim: Parties | None) -> Spans:
    zone = ctx.union.time_zone
    facts: list[str] = []
    if wallet.kind == "contract":
        facts.append(phrase("contract wallet"))
    facts.append(phrase("since {day}", day=Moment(wallet.linked_at, zone, "date")))
    linker = next((account for account in accounts if account.id == wallet.account_id), None)
    if linker is not None:
        facts.append(phrase("linked by {account}", account=named(linker)))
    if wallet.waits_until is not None and wallet.waits_until > ctx.now:
        facts.append(phrase("counts from {counts_from}", counts_from=Moment(wallet.waits_until, zone)))
    if claim is not None and claim.claimant is not None:
        facts.append(
            phrase(
                "claimed by {claimant}: yours until {moves_at} unless you sign again",
                claimant=named(claim.claimant),
                moves_at=Moment(claim.claim.moves_at, zone),
            )
        )
    return spans(Code(wallet.address), *(part for fact in facts for part in (" · ", fact)))


def _own_claim(ctx: Context, claim: Claim) -> Spans:
    return spans(
        phrase(
            "{wallet} · yours from {moves_at} if its holder does not answer",
            wallet=Code(claim.address),
            moves_at=Moment(claim.moves_at, ctx.union.time_zone),
        )
    )


def _short(address: str) -> str:
    return f"{address[:6]}…{address[-4:]}"
