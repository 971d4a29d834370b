"""Listing and unlinking one's wallets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from bot.areas.wallets.services import wallets
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import Button, Code, Moment, Reply, Spans, Style, Visibility, bold, items, p, say, spans
from bot.chat.params import Arg
from bot.domain.names import one_line
from bot.domain.people import Wallet
from bot.membership import LINKING
from commands.members.accounts import named

area = Area()

MOST_BUTTONS = 10


@area.command("wallets", "Your linked wallets", visibility=Visibility.PRIVATE, reads=True)
def listed(ctx: Context) -> Reply:
    """Lists the wallets linked to you in this union, with a button to unlink each. Only you see it."""
    mine = wallets.of_member(ctx.tx, ctx.member)
    if not mine:
        return say(p("You have linked no wallet yet. ", Code("/link"), " links one."))
    zone = ctx.union.time_zone
    buttons = [
        Button(f"Unlink {_short(wallet.address)}", "/unlink", {"address": wallet.address})
        for wallet in mine[:MOST_BUTTONS]
    ]
    return say(
        p("Your wallets in ", bold(one_line(ctx.union.name)), ":"),
        items(*(_row(wallet, zone) for wallet in mine)),
        p(Code("/link"), " adds another, ", Code("/unlink"), " takes one away."),
        buttons=tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)),
    )


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
        "Unlink", "wallet.unlink", {"address": wallet.address}, Style.DANGER, single_use=True, lasts_s=600
    )
    return say(
        p("Unlink ", Code(wallet.address), "? It stays yours; only this union no longer knows it as you."),
        buttons=((confirm,),),
    )


@area.action("wallet.unlink", settled=True)
def unlinked(ctx: Context, address: str) -> Reply:
    for other in wallets.unlink(ctx.tx, ctx.account, address, LINKING.holding_changed):
        ctx.post(other, _unlinked_elsewhere(ctx, address))
    return say(p("Unlinked ", Code(address), "."), edit=True)


def _unlinked_elsewhere(ctx: Context, address: str) -> Reply:
    return say(
        p("The wallet ", Code(address), " was unlinked from you in ", bold(one_line(ctx.union.name)), " by ",
          named(ctx.account), "."),
        p("If this was not you: somebody uses that account of yours. Take it back, then link the wallet again "
          "with /link."),
    )  # fmt: skip


def _row(wallet: Wallet, zone: str) -> Spans:
    kind = " · contract wallet" if wallet.kind == "contract" else ""
    return spans(Code(wallet.address), kind, " · since ", Moment(wallet.linked_at, zone, "date"))


def _short(address: str) -> str:
    return f"{address[:6]}…{address[-4:]}"
