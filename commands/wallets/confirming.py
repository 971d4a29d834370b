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
    Span,
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
from commands.wallets.claims import tell_outcome, unlink_button
from commands.wallets.pages import LASTS_S

area = Area()

ORDINARY = "eoa"
_KINDS = {ORDINARY: phrase("ordinary wallet")}


def asked(ctx: Context, done: Returned) -> Reply:
    """Returns the question about the wallet of a ticket whose code came back, in the union that the ticket is for."""
    if done.account is None:
        raise RuntimeError("a code that is right has an account")
    ctx.enter(done.account.union_id)
    if done.outcome is LinkOutcome.ALREADY:
        wallet, union = Code(done.address), bold(one_line(ctx.union.name))
        return say(
            phrase(
                "{wallet} is linked to you already in {union}; nothing changed.", wallet=wallet, union=union
            )
        )
    if done.outcome is LinkOutcome.HELD:
        return _ask_whose(ctx, done)
    keeps = done.outcome is LinkOutcome.KEEPS
    label = phrase("Keep this wallet") if keeps else phrase("Link this wallet")
    yes = Button(label, "link.confirm", {"ticket": done.ticket_id}, Style.PRIMARY, lasts_s=LASTS_S)
    return say(
        phrase(
            "{is_this} Compare the address with the one that your wallet shows.",
            is_this=bold(phrase("Is this your wallet?")),
        ),
        _facts(ctx, done),
        phrase(
            "If it is not yours, somebody who saw the address of your page signed there with a "
            "wallet of theirs."
        ),
        buttons=((yes,), (_refusal("Not my wallet", done.ticket_id),)),
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
                "{kept} {wallet} stays yours in {union}, and the claim on it is over. Who claimed it was "
                "told.",
                kept=bold(phrase("Kept.")),
                wallet=wallet,
                union=union,
            ),
            edit=True,
        )
    if done.wallet is None:
        return say(
            phrase(
                "{wallet} is linked to you in {union} already; nothing changed.", wallet=wallet, union=union
            ),
            phrase(
                "To answer a claim on it, press {keep_it} in `/wallets` and sign once more.",
                keep_it=bold(phrase("Keep it")),
            ),
            edit=True,
        )
    for other in done.others:
        ctx.post(other, _linked_elsewhere(ctx, done))
    return say(
        phrase(
            "{linked} {wallet} is yours in {union}.{counts_from}",
            linked=bold(phrase("Linked.")),
            wallet=wallet,
            union=union,
            counts_from=_counts_from(ctx, done.wallet),
        ),
        phrase("`/wallets` shows your wallets and unlinks them."),
        edit=True,
    )


@area.action("link.refuse")
def refused(ctx: Context, ticket: int) -> Reply:
    links.refuse(ctx.tx, ctx.account, ticket)
    return say(
        phrase("{stopped} Nothing was linked, and this link is dead.", stopped=bold(phrase("Stopped."))),
        phrase(
            "If you signed nothing just now, somebody else saw the address of your page. Type "
            "`/link` for a new one, open it yourself, and show it to nobody."
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
    stop = _refusal("Stop", done.ticket_id)
    # Each way begins with the words of its button: on some platforms the buttons look all the same.
    meanings = {
        "That is me": phrase(
            "you have that other account too. You become one member after both accounts say so."
        ),
        "I lost that account": phrase(
            "it was yours, and you cannot use it. There is a slow way, of which it is told."
        ),
        claim.label: phrase(
            "somebody got your signature on a page of theirs. They are told, and lose the wallet if "
            "they do not sign with it again in three days."
        ),
        stop.label: phrase(
            "you signed nothing yourself just now. The wallet is not yours, and nothing is linked."
        ),
    }
    ways = [spans(bold(button.label), f": {meanings[button.label]}") for (button,) in (*buttons, (stop,))]
    blocks: list[Block] = [
        p(phrase("This wallet is linked to {names} already. Who is that?", names=bold(names))),
        _facts(ctx, done),
        items(*ways),
    ]
    if done.kind != ORDINARY:
        blocks.append(
            p(
                phrase(
                    "Several people may sign for a contract wallet, so nobody can claim it from another. Anyone who "
                    "has it can unlink it: `/unlink`."
                )
            )
        )
    return Reply(tuple(blocks), (*buttons, (stop,)))


def _facts(ctx: Context, done: Returned) -> Fields:
    return fields(
        (phrase("Wallet"), Code(done.address)),
        (phrase("Kind"), _KINDS.get(done.kind, "contract wallet")),
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


def _counts_from(ctx: Context, wallet: Wallet) -> tuple[str | Span, ...]:
    if wallet.waits_until is None:
        return ()
    when = Moment(wallet.waits_until, ctx.union.time_zone)
    return (phrase(" Another member had it until lately, so it counts for votes and money from "), when, ".")


def _linked_elsewhere(ctx: Context, done: Linked) -> Reply:
    return say(
        phrase(
            "{a_wallet} in {union}.",
            a_wallet=bold(phrase("A wallet was linked to you")),
            union=bold(one_line(ctx.union.name)),
        ),
        fields(
            (phrase("Account"), named(ctx.account)),
            (phrase("Wallet"), Code(done.address)),
            (phrase("When"), Moment(ctx.now, ctx.union.time_zone)),
        ),
        phrase(
            "If this was not you: somebody uses that account of yours. Unlink the wallet, and take "
            "the account back (new password, end its other sessions)."
        ),
        buttons=((unlink_button(done.address),),),
    )
