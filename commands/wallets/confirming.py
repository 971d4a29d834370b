"""The question after the code: whether the wallet that was signed with is the person's own, and what then happens."""

from __future__ import annotations

from bot.areas.wallets.services import completion, links
from bot.areas.wallets.services.completion import Linked, LinkOutcome, Returned
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import (
    Block,
    Button,
    Code,
    Fields,
    Moment,
    Reply,
    Style,
    bold,
    fields,
    items,
    p,
    say,
    spans,
)
from bot.domain.names import one_line
from bot.domain.people import Wallet
from bot.domain.phrases import phrase
from bot.membership import LINKING
from commands.members.accounts import named
from commands.wallets.claims import KEEP, tell_outcome, unlink_button
from commands.wallets.pages import LASTS_S

area = Area()

ORDINARY = "eoa"
_KINDS = {ORDINARY: phrase("ordinary wallet")}
_CONTRACT = phrase("contract wallet")


def asked(ctx: Context, done: Returned) -> Reply:
    """Returns the question about the wallet of a ticket whose code came back, in the union that the ticket is for."""
    if done.account is None:
        raise RuntimeError("a code that is right has an account")
    ctx.enter(done.account.union_id)
    if done.outcome is LinkOutcome.ALREADY:
        wallet, union = Code(done.address), bold(one_line(ctx.union.name))
        return say(
            phrase(
                "{wallet} is already linked to you in {union}. Nothing changed.", wallet=wallet, union=union
            )
        )
    if done.outcome is LinkOutcome.HELD:
        return _ask_whose(ctx, done)
    keeps = done.outcome is LinkOutcome.KEEPS
    label = phrase("Keep this wallet") if keeps else phrase("Link this wallet")
    yes = Button(label, "link.confirm", {"ticket": done.ticket_id}, Style.PRIMARY, lasts_s=LASTS_S)
    return say(
        p(
            bold(phrase("Is this your wallet?")),
            " ",
            phrase("Compare the address with the one that your wallet shows."),
        ),
        _facts(ctx, done),
        phrase(
            "If it is not yours, someone saw the address of your page and signed there with a wallet of "
            "their own."
        ),
        buttons=((yes,), (_refusal(phrase("Not my wallet"), done.ticket_id),)),
    )


def same_person_buttons(ticket_id: int, kind: str) -> tuple[tuple[Button, ...], ...]:
    """Returns the buttons by which two members who proved one wallet ask to become one.

    The slow way is for ordinary wallets only, because several people may sign for a contract wallet.
    """
    ask = Button(phrase("That is me"), "joining.ask", {"ticket": ticket_id}, Style.PRIMARY, lasts_s=LASTS_S)
    slow = Button(phrase("I lost that account"), "joining.slow", {"ticket": ticket_id}, lasts_s=LASTS_S)
    return ((ask,), (slow,)) if kind == ORDINARY else ((ask,),)


@area.action("link.confirm")
def confirmed(ctx: Context, ticket: int) -> Reply:
    done = completion.confirm(ctx.tx, ctx.account, ticket, LINKING.holding_changed)
    if done is None:  # another member has linked it meanwhile
        return asked(ctx, completion.ask_again(ctx.tx, ctx.account, ticket))
    wallet, union = Code(done.address), bold(one_line(ctx.union.name))
    if done.ended is not None:
        tell_outcome(ctx, done.ended, except_for=ctx.account)
        return say(
            phrase(
                "You keep {wallet} in {union}. The claim on it is over, and the member who made it has been "
                "told.",
                wallet=wallet,
                union=union,
            ),
            edit=True,
        )
    if done.wallet is None:
        return say(
            phrase(
                "{wallet} is already linked to you in {union}. Nothing changed.", wallet=wallet, union=union
            ),
            phrase(
                "To answer a claim on it, press {keep} in `/wallets` and sign once more.",
                keep=bold(KEEP),
            ),
            edit=True,
        )
    for other in done.others:
        ctx.post(other, _linked_elsewhere(ctx, done))
    return say(
        phrase("{wallet} is now linked to you in {union}.", wallet=wallet, union=union),
        *_counts_from(ctx, done.wallet),
        phrase("`/wallets` shows your wallets, and you can unlink them there."),
        edit=True,
    )


@area.action("link.refuse")
def refused(ctx: Context, ticket: int) -> Reply:
    links.refuse(ctx.tx, ctx.account, ticket)
    return say(
        phrase("Stopped. Nothing was linked, and this link no longer works."),
        phrase(
            "If you did not sign anything just now, someone else saw the address of your page. Type `/link` "
            "for a new one, open it yourself, and show it to no one."
        ),
        edit=True,
    )


def _ask_whose(ctx: Context, done: Returned) -> Reply:
    names = ", ".join(named(other) for other in done.others)
    claim = Button(
        phrase("It is my wallet, not theirs"),
        "wallet.claim",
        {"ticket": done.ticket_id},
        Style.DANGER,
        lasts_s=LASTS_S,
    )
    buttons: tuple[tuple[Button, ...], ...] = same_person_buttons(done.ticket_id, done.kind)
    if done.kind == ORDINARY:
        buttons += ((claim,),)
    stop = _refusal(phrase("Stop"), done.ticket_id)
    buttons += ((stop,),)
    # Each way begins with the words of its button: on some platforms the buttons look all the same.
    ways = [_way(button) for (button,) in buttons]
    blocks: list[Block] = [
        p(phrase("This wallet is already linked to {holder}. Who is that?", holder=bold(names))),
        _facts(ctx, done),
        items(*ways),
    ]
    if done.kind != ORDINARY:
        blocks.append(
            p(
                phrase(
                    "Several people may sign for a contract wallet, so no one can claim it from another member. "
                    "The member who holds it can unlink it: `/unlink`."
                )
            )
        )
    return Reply(tuple(blocks), buttons)


def _way(button: Button) -> str:
    """Returns what a button under the question whose wallet it is means, and what then happens."""
    label = bold(button.label)
    if button.action == "joining.ask":
        return phrase(
            "{button}: that account is yours, too. You become one member once both accounts have said so.",
            button=label,
        )
    if button.action == "joining.slow":
        return phrase(
            "{button}: it was yours, but you can no longer use it. There is a slow way, and that account is "
            "told about it.",
            button=label,
        )
    if button.action == "wallet.claim":
        return phrase(
            "{button}: someone got your signature on a page of theirs. They are told, and lose the wallet if "
            "they do not sign with it again within three days.",
            button=label,
        )
    return phrase(
        "{button}: you did not sign anything yourself just now. The wallet is not yours, and nothing is linked.",
        button=label,
    )


def _facts(ctx: Context, done: Returned) -> Fields:
    return fields(
        (phrase("Wallet"), Code(done.address)),
        (phrase("Kind"), _KINDS.get(done.kind, _CONTRACT)),
        (phrase("Account"), named(ctx.account)),
        (
            phrase("Union"),
            spans(
                phrase(
                    "{union} · ref {union_ref}",
                    union=bold(one_line(ctx.union.name)),
                    union_ref=Code(ctx.union.ref),
                )
            ),
        ),
    )


def _refusal(label: str, ticket_id: int) -> Button:
    return Button(label, "link.refuse", {"ticket": ticket_id}, lasts_s=LASTS_S)


def _counts_from(ctx: Context, wallet: Wallet) -> tuple[str, ...]:
    if wallet.waits_until is None:
        return ()
    return (
        phrase(
            "Another member had it until recently, so it counts for votes and money from {counts_from}.",
            counts_from=Moment(wallet.waits_until, ctx.union.time_zone),
        ),
    )


def _linked_elsewhere(ctx: Context, done: Linked) -> Reply:
    return say(
        phrase(
            "A wallet was linked to you in {union}.",
            union=bold(one_line(ctx.union.name)),
        ),
        fields(
            (phrase("Account"), named(ctx.account)),
            (phrase("Wallet"), Code(done.address)),
            (phrase("When"), Moment(ctx.now, ctx.union.time_zone)),
        ),
        phrase(
            "If this was not you, someone else is using that account of yours. Unlink the wallet, then take "
            "the account back: set a new password and end its other sessions."
        ),
        buttons=((unlink_button(done.address),),),
    )
