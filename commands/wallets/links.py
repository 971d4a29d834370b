"""Linking wallets: the link to the page, and the code that the person brings back."""

from __future__ import annotations

import io
from typing import Annotated

import msgspec

from bot.areas.wallets.domain.links import LIFETIME
from bot.areas.wallets.services import completion, links
from bot.areas.wallets.services.completion import Completed, Held, LinkOutcome
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
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
    Style,
    Visibility,
    bold,
    fields,
    items,
    p,
    say,
)
from bot.chat.params import Arg
from bot.domain.names import counted, one_line
from bot.domain.people import Permission
from bot.membership import LINKING
from commands.members.accounts import named

area = Area()

ENTER = Button("Enter the code", "link.code", lasts_s=int(LIFETIME.total_seconds()))
PIXELS_PER_MODULE = 8

_REFUSED = {
    LinkOutcome.EXPIRED: "This link took longer than ten minutes and has expired. Nothing was linked. "
    "Type /link to start again.",
    LinkOutcome.UNSIGNED: "Your link is not signed yet: open its page, choose your wallet and sign. "
    "Then the page shows the code.",
    LinkOutcome.STOPPED: "That was the fifth wrong code, so this link has been stopped. Nothing was linked. "
    "Type /link to start again.",
    LinkOutcome.NOTHING: "No link that you started waits for a code. Nothing was linked.",
}
_STRANGER = (
    "If you signed on a page that somebody else sent you, that was their link: they want your wallet on their "
    "account. Without the code they get nothing, so give it to nobody."
)


@area.command(
    "link",
    "Link a wallet to you, by a signature that costs nothing",
    visibility=Visibility.PRIVATE,
    rate=Rate(10, 600),
    settled=True,
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
    url = f"{ctx.runtime.link_base(ctx.place.platform)}/link/{token}"
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
    else:
        blocks.append(p("The page opens only on the computer that runs Muster: it has no public address."))
    return Reply(tuple(blocks), ((LinkButton("Open the page", url),), (ENTER,)))


@area.action("link.code", permission=Permission.ANYONE, needs_union=False)
def enter(ctx: Context, code: str | None = None) -> Reply:
    if code is not None:
        return _finish(ctx, code)
    question = Question(
        "code", "The 6 digits that the page shows", hint="123456", min_length=6, max_length=20
    )
    return Reply(form=Form("Enter the code", (question,), "link.code", submit="Link"))


@area.action("link.held", permission=Permission.ANYONE, needs_union=False)
def decided(ctx: Context, code: str, choice: str) -> Reply:
    # The answer replaces the question, which is decided now.
    return msgspec.structs.replace(_finish(ctx, code, Held(choice)), edit=True)


@area.deep_link("code")
def carried(ctx: Context, code: str) -> Reply:
    return _finish(ctx, code)


def _finish(ctx: Context, code: str, held: Held | None = None) -> Reply:
    done = completion.complete(ctx.tx, ctx.place.platform, ctx.actor.native_id, code, LINKING, held)
    if done.account is None:
        return _refused(done)
    if done.outcome is LinkOutcome.HELD:
        return _ask_whose(done, code)
    # The link can be for another union than this chat is about.
    ctx.enter(done.account.union_id)
    for other in done.others:
        ctx.post(other, _linked_elsewhere(ctx, done))
    wallet, union = Code(done.address), bold(one_line(ctx.union.name))
    if done.outcome is LinkOutcome.ALREADY:
        return say(p(wallet, " is linked to you already in ", union, "; nothing changed."))
    if done.outcome is LinkOutcome.LINKED:
        return say(
            p(bold("Linked."), " ", wallet, " is yours in ", union, "."),
            p(Code("/wallets"), " shows your wallets and unlinks them."),
        )
    if done.outcome is LinkOutcome.TAKEN:
        return say(
            p(bold("Linked."), " ", wallet, " is yours alone in ", union, " now; who had it was told.")
        )
    names = ", ".join(named(other) for other in done.others)
    money = ctx.account.waits_until or ctx.now
    return say(
        p(bold("Linked, and you are one member now."), " ", wallet, " was linked before from ", names, ". "
          "In ", union, " you count as one person with all these accounts."),
        p("Other accounts of yours were told. Money commands from this account start ",
          Moment(money, ctx.union.time_zone), "."),
    )  # fmt: skip


def _ask_whose(done: Completed, code: str) -> Reply:
    names = ", ".join(named(other) for other in done.others)
    me = Button("That is me too", "link.held", {"code": code, "choice": "merge"}, Style.PRIMARY, lasts_s=600)
    mine = Button("The wallet is mine alone", "link.held", {"code": code, "choice": "take"}, lasts_s=600)
    return say(
        p("This wallet is linked to ", bold(names), " already. Who is that?"),
        items(
            "You, with another account: then you become one member, and this cannot be taken apart again.",
            "Somebody who got your signature on a page of theirs: then the wallet is taken off them.",
            "You signed nothing yourself just now: stop here. The wallet is not yours, and nothing was linked.",
        ),
        buttons=((me,), (mine,)),
    )


def _refused(done: Completed) -> Reply:
    if done.outcome is LinkOutcome.WRONG:
        tries = counted(done.tries_left, "try is", "tries are")
        words = f"That is not the code of your link: {tries} left. Type the 6 digits as the page shows them."
        return Reply((p(words), p(_STRANGER)), ((ENTER,),))
    if done.outcome is LinkOutcome.EXPIRED:
        return say(_REFUSED[done.outcome])
    more: tuple[tuple[AnyButton, ...], ...] = ((ENTER,),) if done.outcome is LinkOutcome.UNSIGNED else ()
    return Reply((p(_REFUSED[done.outcome]), p(_STRANGER)), more)


def _linked_elsewhere(ctx: Context, done: Completed) -> Reply:
    if done.outcome is LinkOutcome.TAKEN:
        return _taken_elsewhere(ctx, done)
    merged = done.outcome is LinkOutcome.MERGED
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
            ("Account", named(ctx.account)),
            ("Wallet", Code(done.address)),
            ("When", Moment(ctx.now, ctx.union.time_zone)),
        ),
        p(remedy),
    )


def _taken_elsewhere(ctx: Context, done: Completed) -> Reply:
    return say(
        p("The wallet ", Code(done.address), " belongs to ", named(ctx.account), " alone in ",
          bold(one_line(ctx.union.name)), " now: they signed with it and said so."),
        p("If it was linked to you and is yours, link it again with /link, and move what it holds to a new wallet: "
          "somebody else can sign with it."),
    )  # fmt: skip


def _reachable(url: str) -> bool:
    return url.startswith("https://")  # plain http works only on this machine, so no phone can open it


def _picture(url: str) -> bytes:
    import segno  # used only here, and takes 30 ms to load

    picture = io.BytesIO()
    segno.make(url, error="m", micro=False, mask=0).save(
        picture, kind="png", scale=PIXELS_PER_MODULE, border=4
    )
    return picture.getvalue()
