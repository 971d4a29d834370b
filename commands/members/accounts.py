"""Accounts in words, and removing an account of one's own from another one."""

from __future__ import annotations

from collections.abc import Sequence

from bot import membership
from bot.areas.members.services import members
from bot.areas.wallets.services import wallets as holdings
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import Block, Button, Code, Moment, Reply, Spans, Style, bold, items, p, say, spans
from bot.chat.text import platform_name
from bot.domain.names import one_line
from bot.domain.people import Account, Wallet
from bot.domain.phrases import phrase
from bot.errors import NotFound

area = Area()

WARNING_LASTS_S = 14 * 86_400
MOST_WALLETS = 6


def named(account: Account) -> str:
    """Returns an account in words, for people who may see it."""
    return f"{one_line(account.name)} ({platform_name(account.platform)})"


def identified(account: Account, zone: str) -> Spans:
    """Returns an account so that nobody takes another one for it: platform, name, id, and since when it is here."""
    username = f" @{one_line(account.username, 40)}" if account.username else ""
    return spans(
        phrase(
            "{account}{username} on {platform}, id {native_id}, in this union since {joined_at}",
            account=bold(one_line(account.name, 40)),
            username=username,
            platform=platform_name(account.platform),
            native_id=Code(one_line(account.native_id)),
            joined_at=Moment(account.joined_at, zone, "date"),
        ),
    )


def removal(account: Account) -> Button:
    """Returns a button that removes this account, after asking once more."""
    label = phrase(
        "Remove {account} ({platform})",
        account=one_line(account.name, 30),
        platform=platform_name(account.platform),
    )
    return Button(label, "account.remove", {"account": account.id}, Style.DANGER, lasts_s=WARNING_LASTS_S)


@area.action("account.remove")
def asked(ctx: Context, account: int) -> Reply:
    other = _mine(ctx, account)
    members.require_may_remove(ctx.tx, ctx.account, other)
    confirm = Button(
        phrase("Remove it"),
        "account.removed",
        {"account": other.id},
        Style.DANGER,
        single_use=True,
        lasts_s=600,
    )
    return say(
        phrase("Remove this account from you in {union}?", union=bold(one_line(ctx.union.name))),
        p(*identified(other, ctx.union.time_zone)),
        phrase(
            "It is no member any more then, and its buttons and open questions end. It can join "
            "again, as somebody else. Your wallets, your endorsement and all else stay with you."
        ),
        buttons=((confirm,),),
    )


@area.action("account.removed")
def removed(ctx: Context, account: int) -> Reply:
    other = _mine(ctx, account)
    membership.remove_account(ctx.tx, ctx.union, ctx.account, other)
    union = bold(one_line(ctx.union.name))
    ctx.post(
        other,
        say(
            phrase(
                "This account was removed from its person in {union} by {account}, another account of "
                "theirs. It is no member any more. `/join` makes it one again, as somebody else.",
                union=union,
                account=named(ctx.account),
            ),
        ),
    )
    for one in members.other_accounts(ctx.tx, ctx.member.id, ctx.account):
        ctx.post(one, _told(ctx, other, one))
    wallets = holdings.of_member(ctx.tx, ctx.member)
    return say(
        phrase("{other} is not part of you any more in {union}.", other=bold(named(other)), union=union),
        *_wallets_left(ctx, wallets),
        buttons=wallet_removals(wallets),
        edit=True,
    )


def _wallets_left(ctx: Context, wallets: Sequence[Wallet]) -> list[Block]:
    """Shows the wallets that stay with a person, because the account that is gone may have brought some of them."""
    if not wallets:
        return []
    rows = [
        spans(
            phrase(
                "{address} · since {linked_at}",
                address=Code(one.address),
                linked_at=Moment(one.linked_at, ctx.union.time_zone, "date"),
            )
        )
        for one in wallets[::-1][:MOST_WALLETS]
    ]
    return [
        p(
            phrase(
                "These wallets stay with you. That account may have brought some of them: remove what is "
                "not yours."
            )
        ),
        items(*rows),
    ]


def wallet_removals(wallets: Sequence[Wallet]) -> tuple[tuple[Button, ...], ...]:
    """Returns buttons that unlink wallets, after asking once more, the newest first."""
    return tuple(
        (
            Button(
                phrase("Remove {address}…{address_2}", address=one.address[:6], address_2=one.address[-4:]),
                "/unlink",
                {"address": one.address},
                lasts_s=WARNING_LASTS_S,
            ),
        )
        for one in wallets[::-1][:MOST_WALLETS]
    )


def _told(ctx: Context, gone: Account, reader: Account) -> Reply:
    words = p(
        phrase(
            "The account {gone} was removed from you in {union} by {account}.",
            gone=bold(named(gone)),
            union=bold(one_line(ctx.union.name)),
            account=bold(named(ctx.account)),
        )
    )
    remedy = p(
        phrase(
            "If that was not you, somebody else uses that account: remove it too, or take it back on "
            "its platform."
        )
    )
    return say(words, remedy, buttons=((removal(ctx.account),),))


def _mine(ctx: Context, account_id: int) -> Account:
    found = members.account(ctx.tx, account_id)
    if found is None or found.member_id != ctx.member.id:
        raise NotFound(members.NO_SUCH_ACCOUNT)
    return found
