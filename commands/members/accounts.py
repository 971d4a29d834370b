"""Accounts in words, and removing an account of one's own from another one."""

from __future__ import annotations

from collections.abc import Sequence

from bot import membership
from bot.areas.members.services import members
from bot.areas.wallets.services import wallets as holdings
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import Block, Button, Code, Moment, Reply, Span, Spans, Style, bold, items, p, say, spans
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
    name: list[str | Span] = [bold(one_line(account.name, 40))]
    if account.username:
        name.append(f" @{one_line(account.username, 40)}")
    return spans(
        phrase(
            "{name} on {platform}, id {native_id}, in this union since {since}",
            name=name,
            platform=platform_name(account.platform),
            native_id=Code(one_line(account.native_id)),
            since=Moment(account.joined_at, zone, "date"),
        ),
    )


def linked_by(wallet: Wallet, accounts: Sequence[Account]) -> tuple[str, ...]:
    """Returns the words for the account of its member that linked a wallet; nothing if that is not known."""
    by = next((account for account in accounts if account.id == wallet.account_id), None)
    return (phrase(" · linked by {account}", account=named(by)),) if by is not None else ()


def short(address: str) -> str:
    """Returns the ends of an address, for a button."""
    return f"{address[:6]}…{address[-4:]}"


def removal(account: Account) -> Button:
    """Returns a button that removes this account, after asking once more."""
    label = phrase(
        "Remove {name} ({platform})",
        name=one_line(account.name, 30),
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
        phrase("Remove this account of yours from {union}?", union=bold(one_line(ctx.union.name))),
        p(*identified(other, ctx.union.time_zone)),
        phrase(
            "It will no longer be a member, and its buttons and open questions end. It can join again, as someone "
            "else. Your endorsement, the wallets that your other accounts linked and everything else stay with you."
        ),
        *_going(holdings.linked_by(ctx.tx, other)),
        buttons=((confirm,),),
    )


@area.action("account.removed")
def removed(ctx: Context, account: int) -> Reply:
    other = _mine(ctx, account)
    unlinked = membership.remove_account(ctx.tx, ctx.union, ctx.account, other)
    union = bold(one_line(ctx.union.name))
    ctx.post(
        other,
        say(
            phrase(
                "This account was removed from {union} by {account}, another account of the same person. It is no "
                "longer a member, and the wallets that it linked are unlinked. `/join` makes it a member again, as "
                "someone else.",
                union=union,
                account=named(ctx.account),
            ),
        ),
    )
    for one in members.other_accounts(ctx.tx, ctx.member.id, ctx.account):
        ctx.post(one, _told(ctx, other, unlinked))
    unknown = [wallet for wallet in holdings.of_member(ctx.tx, ctx.member) if wallet.account_id is None]
    return say(
        phrase(
            "{account} is no longer one of your accounts in {union}.", account=bold(named(other)), union=union
        ),
        *_gone(unlinked),
        *_wallets_left(ctx, unknown),
        buttons=unlinks(unknown),
        edit=True,
    )


def _going(wallets: Sequence[Wallet]) -> list[Block]:
    """Shows the wallets that go with an account, because it linked them."""
    if not wallets:
        return []
    return [
        p(
            phrase(
                "It linked these wallets, so they will be unlinked too. `/link` links again what is yours:"
            ),
        ),
        items(*(Code(wallet.address) for wallet in wallets)),
    ]


def _gone(wallets: Sequence[Wallet]) -> list[Block]:
    if not wallets:
        return []
    return [
        p(
            phrase(
                "These wallets were unlinked too, because it linked them. `/link` links again what is yours:"
            )
        ),
        items(*(Code(wallet.address) for wallet in wallets)),
    ]


def _wallets_left(ctx: Context, wallets: Sequence[Wallet]) -> list[Block]:
    """Shows the wallets that stay with a person though the account that is gone may have brought some of them."""
    if not wallets:
        return []
    rows = [
        spans(
            phrase(
                "{address} · since {since}",
                address=Code(one.address),
                since=Moment(one.linked_at, ctx.union.time_zone, "date"),
            )
        )
        for one in wallets[::-1][:MOST_WALLETS]
    ]
    return [
        p(
            phrase(
                "These wallets stay with you. It is not known which account linked them: unlink those that are not "
                "yours."
            )
        ),
        items(*rows),
    ]


def unlinks(wallets: Sequence[Wallet]) -> tuple[tuple[Button, ...], ...]:
    """Returns buttons that unlink wallets, after asking once more, the newest first."""
    return tuple(
        (
            Button(
                phrase("Unlink {address}", address=short(one.address)),
                "/unlink",
                {"address": one.address},
                lasts_s=WARNING_LASTS_S,
            ),
        )
        for one in wallets[::-1][:MOST_WALLETS]
    )


def _told(ctx: Context, gone: Account, unlinked: Sequence[Wallet]) -> Reply:
    words = p(
        phrase(
            "Your account {removed} was removed from {union} by your account {account}.",
            removed=bold(named(gone)),
            union=bold(one_line(ctx.union.name)),
            account=bold(named(ctx.account)),
        )
    )
    remedy = p(
        phrase(
            "If that was not you, someone else uses {account}: remove it too, or take it back on its platform.",
            account=bold(named(ctx.account)),
        )
    )
    return say(words, *_gone(unlinked), remedy, buttons=((removal(ctx.account),),))


def _mine(ctx: Context, account_id: int) -> Account:
    found = members.account(ctx.tx, account_id)
    if found is None or found.member_id != ctx.member.id:
        raise NotFound(members.NO_SUCH_ACCOUNT)
    return found
