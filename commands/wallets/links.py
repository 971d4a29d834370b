"""Linking wallets: the link to the page, and the code that the person brings back."""

from __future__ import annotations

from typing import Annotated

from bot.areas.wallets.services import completion, links
from bot.areas.wallets.services.completion import LinkOutcome, Returned
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import AnyButton, Form, Question, Reply, Visibility, p, say
from bot.chat.params import Arg
from bot.domain.people import Permission
from bot.domain.phrases import phrase, plural
from commands.wallets.confirming import asked
from commands.wallets.pages import ENTER, page_reply

area = Area()

_REFUSED = {
    LinkOutcome.EXPIRED: phrase(
        "This link has expired, because it took longer than ten minutes. Nothing was linked. Type `/link` "
        "to start again."
    ),
    LinkOutcome.UNSIGNED: phrase(
        "Your link is not signed yet. Open its page, choose your wallet and sign. Then the page shows the code."
    ),
    LinkOutcome.STOPPED: phrase(
        "That was the fifth wrong code, so this link has been stopped. Nothing was linked. Type "
        "`/link` to start again."
    ),
    LinkOutcome.NOTHING: phrase("No link of yours is waiting for a code. Nothing was linked."),
}
_STRANGER = phrase(
    "If you signed on a page that someone else sent you, that was their link: they want your wallet on their "
    "account. Without the code they get nothing, so give it to no one."
)


@area.command(
    "link",
    "Link a wallet to your account with a free signature",
    visibility=Visibility.PRIVATE,
    rate=Rate(10, 600),
)
def link(
    ctx: Context,
    code: Annotated[str | None, Arg("The 6-digit code that the page shows", max_length=20)] = None,
) -> Reply:
    """Gives you a private page where you choose your wallet and sign a text that names this account.

    The page then shows a code. Bring it back here with the button, or as /link 123456. You see the wallet's address,
    and link it by confirming that it is yours.

    If another member holds the wallet, you can claim it. They are told, and keep it if they sign with it again. If
    they do not answer, it is yours after three days.
    """
    if code is not None:
        return _returned(ctx, code)
    return page_reply(ctx, links.open_ticket(ctx.tx, ctx.account))


@area.action("link.code", permission=Permission.ANYONE, needs_union=False)
def enter(ctx: Context, code: str | None = None) -> Reply:
    if code is not None:
        return _returned(ctx, code)
    question = Question(
        "code", phrase("The 6-digit code that the page shows"), hint="123456", min_length=6, max_length=20
    )
    return Reply(form=Form(phrase("Enter the code"), (question,), "link.code", submit=phrase("Continue")))


@area.deep_link("code")
def carried(ctx: Context, code: str) -> Reply:
    return _returned(ctx, code)


def _returned(ctx: Context, code: str) -> Reply:
    done = completion.complete(ctx.tx, ctx.place.platform, ctx.actor.native_id, code)
    return _refused(done) if done.account is None else asked(ctx, done)


def _refused(done: Returned) -> Reply:
    if done.outcome is LinkOutcome.WRONG:
        words = plural(
            done.tries_left,
            "That is not the code of your link. You have {n:,} try left. Type the 6 digits as the page shows them.",
            "That is not the code of your link. You have {n:,} tries left. Type the 6 digits as the page shows them.",
        )
        return Reply((p(words), p(_STRANGER)), ((ENTER,),))
    if done.outcome is LinkOutcome.EXPIRED:
        return say(_REFUSED[done.outcome])
    more: tuple[tuple[AnyButton, ...], ...] = ((ENTER,),) if done.outcome is LinkOutcome.UNSIGNED else ()
    return Reply((p(_REFUSED[done.outcome]), p(_STRANGER)), more)
