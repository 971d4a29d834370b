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
    Spans,
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
from bot.membership import LINKING
from commands.members.accounts import named
from commands.wallets.claims import tell_outcome, unlink_button
from commands.wallets.pages import LASTS_S

area = Area()

ORDINARY = "eoa"
_KINDS = {ORDINARY: "ordinary wallet"}


def asked(ctx: Context, done: Returned) -> Reply:
    """Returns the question about the wallet of a ticket whose code came back, in the union that the ticket is for."""
    if done.account is None:
        raise RuntimeError("a code that is right has an account")
    ctx.enter(done.account.union_id)
    if done.outcome is LinkOutcome.ALREADY:
        wallet, union = Code(done.address), bold(one_line(ctx.union.name))
        return say(p(wallet, " is linked to you already in ", union, "; nothing changed."))
    if done.outcome is LinkOutcome.HELD:
        return _ask_whose(ctx, done)
    keeps = done.outcome is LinkOutcome.KEEPS
    label = "Keep this wallet" if keeps else "Link this wallet"
    yes = Button(label, "link.confirm", {"ticket": done.ticket_id}, Style.PRIMARY, lasts_s=LASTS_S)
    return say(
        p(bold("Is this your wallet?"), " Compare the address with the one that your wallet shows."),
        _facts(ctx, done),
        p(
            "If it is not yours, somebody who saw the address of your page signed there with a wallet of theirs."
        ),
        buttons=((yes,), (_refusal("Not my wallet", done.ticket_id),)),
    )


def same_person_buttons(ticket_id: int, kind: str) -> tuple[tuple[Button, ...], ...]:
    """Returns the buttons by which two members who proved one wallet ask to become one.

    The slow way is for ordinary wallets only, because several people may sign for a contract wallet.
    """
    ask = Button("That is me", "joining.ask", {"ticket": ticket_id}, Style.PRIMARY, lasts_s=LASTS_S)
    slow = Button("I lost that account", "joining.slow", {"ticket": ticket_id}, lasts_s=LASTS_S)
    return ((ask,), (slow,)) if kind == ORDINARY else ((ask,),)


@area.action("link.confirm")
def confirmed(ctx: Context, ticket: int) -> Reply:
    done = completion.confirm(ctx.tx, ctx.account, ticket, LINKING.holding_changed)
    if done is None:  # another member has linked it meanwhile
        return asked(ctx, completion.ask_again(ctx.tx, ctx.account, ticket))
    wallet, union = Code(done.address), bold(one_line(ctx.union.name))
    if done.ended is not None:
        tell_outcome(ctx, done.ended, except_for=ctx.account)
        return say(p(bold("Kept."), " ", wallet, " stays yours in ", union, ", and the claim on it is over. Who "
                     "claimed it was told."), edit=True)  # fmt: skip
    if done.wallet is None:
        return say(
            p(wallet, " is linked to you in ", union, " already; nothing changed."),
            p(
                "To answer a claim on it, press ",
                bold("Keep it"),
                " in ",
                Code("/wallets"),
                " and sign once more.",
            ),
            edit=True,
        )
    for other in done.others:
        ctx.post(other, _linked_elsewhere(ctx, done))
    return say(
        p(bold("Linked."), " ", wallet, " is yours in ", union, ".", *_counts_from(ctx, done.wallet)),
        p(Code("/wallets"), " shows your wallets and unlinks them."),
        edit=True,
    )


@area.action("link.refuse")
def refused(ctx: Context, ticket: int) -> Reply:
    links.refuse(ctx.tx, ctx.account, ticket)
    return say(
        p(bold("Stopped."), " Nothing was linked, and this link is dead."),
        p("If you signed nothing just now, somebody else saw the address of your page. Type ", Code("/link"),
          " for a new one, open it yourself, and show it to nobody."),
        edit=True,
    )  # fmt: skip


def _ask_whose(ctx: Context, done: Returned) -> Reply:
    names = ", ".join(named(other) for other in done.others)
    claim = Button("It is my wallet, not theirs", "wallet.claim", {"ticket": done.ticket_id}, lasts_s=LASTS_S)
    ways: list[str | Spans] = [
        "That is you, with another account: you become one member after both accounts say so.",
    ]
    if done.kind == ORDINARY:
        ways += [
            "That was you, and you lost the account: there is a slow way, of which it is told.",
            "Somebody got your signature on a page of theirs: claim the wallet. They are told, and lose it if they "
            "do not sign with it again in three days.",
        ]
    ways.append(
        "You signed nothing yourself just now: stop. The wallet is not yours, and nothing was linked."
    )
    buttons: tuple[tuple[Button, ...], ...] = same_person_buttons(done.ticket_id, done.kind)
    if done.kind == ORDINARY:
        buttons += ((claim,),)
    blocks: list[Block] = [
        p("This wallet is linked to ", bold(names), " already. Who is that?"),
        _facts(ctx, done),
        items(*ways),
    ]
    if done.kind != ORDINARY:
        blocks.append(p("Several people may sign for a contract wallet, so nobody can claim it from another. Who has "
                        "it can unlink it: ", Code("/unlink"), "."))  # fmt: skip
    return Reply(tuple(blocks), (*buttons, (_refusal("Stop", done.ticket_id),)))


def _facts(ctx: Context, done: Returned) -> Fields:
    return fields(
        ("Wallet", Code(done.address)),
        ("Kind", _KINDS.get(done.kind, "contract wallet")),
        ("Account", named(ctx.account)),
        ("Union", spans(bold(one_line(ctx.union.name)), " · ref ", Code(ctx.union.ref))),
    )


def _refusal(label: str, ticket_id: int) -> Button:
    return Button(label, "link.refuse", {"ticket": ticket_id}, lasts_s=LASTS_S)


def _counts_from(ctx: Context, wallet: Wallet) -> tuple[str | Span, ...]:
    if wallet.waits_until is None:
        return ()
    when = Moment(wallet.waits_until, ctx.union.time_zone)
    return (" Another member had it until lately, so it counts for votes and money from ", when, ".")


def _linked_elsewhere(ctx: Context, done: Linked) -> Reply:
    return say(
        p(bold("A wallet was linked to you"), " in ", bold(one_line(ctx.union.name)), "."),
        fields(
            ("Account", named(ctx.account)),
            ("Wallet", Code(done.address)),
            ("When", Moment(ctx.now, ctx.union.time_zone)),
        ),
        p("If this was not you: somebody uses that account of yours. Unlink the wallet, and take the account back "
          "(new password, end its other sessions)."),
        buttons=((unlink_button(done.address),),),
    )  # fmt: skip
