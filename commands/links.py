"""Linking wallets: the ticket, the code that comes back, and the wallets one has."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Annotated

from bot.chat.context import Context
from bot.chat.model import (
    AnyButton,
    Block,
    Button,
    Code,
    Form,
    Image,
    LinkButton,
    Moment,
    Question,
    Reply,
    Spans,
    Style,
    Visibility,
    bold,
    fields,
    items,
    p,
    say,
    spans,
)
from bot.chat.params import Arg
from bot.chat.registry import Area, Rate
from bot.chat.text import platform_name
from bot.domain.links import LIFETIME
from bot.domain.names import one_line
from bot.domain.people import Account, Permission, Wallet
from bot.services import links
from bot.services.links import Completed, Outcome

area = Area()

ENTER = Button("Enter the code", "link.code", lasts_s=int(LIFETIME.total_seconds()))
MOST_BUTTONS = 10
PIXELS_PER_MODULE = 8

_REFUSED = {
    Outcome.EXPIRED: "This link took longer than ten minutes and has expired. Nothing was linked. "
    "Type /link to start again.",
    Outcome.UNSIGNED: "Your link is not signed yet: open its page, choose your wallet and sign. "
    "Then the page shows the code.",
    Outcome.STOPPED: "That was the fifth wrong code, so this link has been stopped. Nothing was linked. "
    "Type /link to start again.",
    Outcome.NOTHING: "No link that you started waits for a code. Nothing was linked.",
}
_STRANGER = (
    "If you signed on a page that somebody else sent you, that was their link: they want your wallet on their "
    "account. Without the code they get nothing, so give it to nobody."
)


@area.command(
    "link",
    "Link a wallet to you, by a signature that costs nothing",
    visibility=Visibility.PRIVATE,
    rate=Rate(10, 300),
)
def link(
    ctx: Context,
    code: Annotated[str | None, Arg("The 6 digits from the page, to finish a link", max_length=20)] = None,
) -> Reply:
    """Gives you a private page where you choose your wallet and sign a text that names this account.

    The page then shows a code: bring it back here with the button, or as /link 123456. Whoever links a wallet that
    they already linked from another account becomes one member with both accounts.
    """
    if code is not None:
        return _finish(ctx, code)
    token = links.open_ticket(ctx.tx, ctx.account)
    url = f"{ctx.world.link_base(ctx.place.platform)}/link/{token}"
    who = (bold(one_line(ctx.account.name)), " in ", bold(one_line(ctx.union.name)))
    blocks: list[Block] = [
        p("Link a wallet to ", *who, ":"),
        items(
            "Open the page where your wallet is" + (", or scan the picture." if _reachable(url) else "."),
            "Choose the wallet and sign the text. It is free and moves no money.",
            "Bring the code that the page shows back here.",
            ordered=True,
        ),
        p("This link is yours alone and works for ten minutes. Show it to nobody, and never sign on a page "
          "that somebody else sent you."),
    ]  # fmt: skip
    if _reachable(url):
        blocks.append(Image(_picture(url), "QR code of the link above, for your phone's camera", "link.png"))
    return Reply(tuple(blocks), ((LinkButton("Open the page", url),), (ENTER,)))


@area.action("link.code", permission=Permission.ANYONE, needs_union=False)
def enter(ctx: Context, code: str | None = None) -> Reply:
    if code is not None:
        return _finish(ctx, code)
    question = Question(
        "code", "The 6 digits that the page shows", hint="123456", min_length=6, max_length=20
    )
    return Reply(form=Form("Enter the code", (question,), "link.code", submit="Link"))


@area.action("link.merge", permission=Permission.ANYONE, needs_union=False)
def merge(ctx: Context, code: str) -> Reply:
    return _finish(ctx, code, agreed=True)


@area.deep_link("code")
def carried(ctx: Context, code: str) -> Reply:
    return _finish(ctx, code)


@area.command("wallets", "Your linked wallets", visibility=Visibility.PRIVATE, reads=True)
def wallets(ctx: Context) -> Reply:
    """Lists the wallets linked to you in this union, with a button to unlink each. Only you see it."""
    mine = links.wallets_of(ctx.tx, ctx.member)
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
    mine = links.wallets_of(ctx.tx, ctx.member)
    return [(w.address, w.address) for w in mine if typed.lower() in w.address.lower()]


@area.command("unlink", "Take a wallet off you", visibility=Visibility.PRIVATE, reads=True)
def unlink(
    ctx: Context,
    address: Annotated[str, Arg("Which of your wallets", max_length=60, suggest=_own_addresses)],
) -> Reply:
    """Unlinks one of your wallets, after asking once more. You can link it again at any time."""
    wallet = links.find_wallet(ctx.tx, ctx.member, address)
    confirm = Button(
        "Unlink", "wallet.unlink", {"address": wallet.address}, Style.DANGER, single_use=True, lasts_s=600
    )
    return say(
        p("Unlink ", Code(wallet.address), "? It stays yours; only this union no longer knows it as you."),
        buttons=((confirm,),),
    )


@area.action("wallet.unlink")
def unlinked(ctx: Context, address: str) -> Reply:
    for other in links.unlink(ctx.tx, ctx.account, address):
        ctx.post(other, _unlinked_elsewhere(ctx, address))
    return say(p("Unlinked ", Code(address), "."), edit=True)


def _finish(ctx: Context, code: str, *, agreed: bool = False) -> Reply:
    done = links.complete(ctx.tx, ctx.place.platform, ctx.actor.native_id, code, agreed=agreed)
    if done.account is None:
        return _refused(done)
    if done.outcome is Outcome.MERGES:
        return _ask_to_merge(done, code)
    # The link may be for another union than this chat talks to.
    ctx.enter(done.account.union_id)
    for other in done.others:
        ctx.post(other, _linked_elsewhere(ctx, done))
    wallet, union = Code(done.address), bold(one_line(ctx.union.name))
    if done.outcome is Outcome.ALREADY:
        return say(p(wallet, " is linked to you already in ", union, "; nothing changed."))
    if done.outcome is Outcome.LINKED:
        return say(
            p(bold("Linked."), " ", wallet, " is yours in ", union, "."),
            p(Code("/wallets"), " shows your wallets and unlinks them."),
        )
    names = ", ".join(_named(other) for other in done.others)
    money = ctx.account.money_after or ctx.now
    return say(
        p(bold("Linked, and you are one member now."), " ", wallet, " was linked before from ", names, ". "
          "In ", union, " you count as one person with all these accounts."),
        p("Other accounts of yours were told. Money commands from this account start ",
          Moment(money, ctx.union.time_zone), "."),
    )  # fmt: skip


def _ask_to_merge(done: Completed, code: str) -> Reply:
    names = ", ".join(_named(other) for other in done.others)
    yes = Button(
        "Yes, that is me too", "link.merge", {"code": code}, Style.PRIMARY, single_use=True, lasts_s=600
    )
    return say(
        p("This wallet is linked to ", bold(names), " already."),
        p("Is that you? Then you become one member with all these accounts, and this cannot be taken apart again. "
          "If it is not you, stop here: whoever signed with that wallet is somebody else, and nothing was linked."),
        buttons=((yes,),),
    )  # fmt: skip


def _refused(done: Completed) -> Reply:
    if done.outcome is Outcome.WRONG:
        tries = "1 try is" if done.tries_left == 1 else f"{done.tries_left} tries are"
        words = f"That is not the code of your link: {tries} left. Type the 6 digits as the page shows them."
        return Reply((p(words), p(_STRANGER)), ((ENTER,),))
    if done.outcome is Outcome.EXPIRED:
        return say(_REFUSED[done.outcome])
    more: tuple[tuple[AnyButton, ...], ...] = ((ENTER,),) if done.outcome is Outcome.UNSIGNED else ()
    return Reply((p(_REFUSED[done.outcome]), p(_STRANGER)), more)


def _linked_elsewhere(ctx: Context, done: Completed) -> Reply:
    merged = done.outcome is Outcome.MERGED
    first = "Another account was joined to you" if merged else "A wallet was linked to you"
    remedy = (
        "If this was not you: whoever did it can sign with that wallet. Type /unlink here, move what the wallet "
        "holds to a new one, and tell the founder. Money commands of the new account wait 24 hours."
        if merged
        else "If this was not you: somebody uses that account of yours. Type /unlink here, and take the account "
        "back (new password, end its other sessions)."
    )
    return say(
        p(bold(first), " in ", bold(one_line(ctx.union.name)), "."),
        fields(
            ("Account", _named(ctx.account)),
            ("Wallet", Code(done.address)),
            ("When", Moment(ctx.now, ctx.union.time_zone)),
        ),
        p(remedy),
    )


def _unlinked_elsewhere(ctx: Context, address: str) -> Reply:
    return say(
        p("The wallet ", Code(address), " was unlinked from you in ", bold(one_line(ctx.union.name)), " by ",
          _named(ctx.account), "."),
        p("If this was not you: somebody uses that account of yours. Take it back, then link the wallet again "
          "with /link."),
    )  # fmt: skip


def _named(account: Account) -> str:
    return f"{one_line(account.name)} ({platform_name(account.platform)})"


def _row(wallet: Wallet, zone: str) -> Spans:
    kind = " · contract wallet" if wallet.kind == "contract" else ""
    return spans(Code(wallet.address), kind, " · since ", Moment(wallet.linked_at, zone, "date"))


def _short(address: str) -> str:
    return f"{address[:6]}…{address[-4:]}"


def _reachable(url: str) -> bool:
    return url.startswith("https://")  # plain http is this machine only, which no phone can open


def _picture(url: str) -> bytes:
    import segno  # only here, and 30 ms to load

    picture = io.BytesIO()
    segno.make(url, error="m", micro=False).save(picture, kind="png", scale=PIXELS_PER_MODULE, border=4)
    return picture.getvalue()
