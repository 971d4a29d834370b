"""The reply that leads to a wallet page, with the picture for a phone's camera."""

from __future__ import annotations

import io

from bot.areas.wallets.domain.links import LIFETIME
from bot.areas.wallets.services import aliases
from bot.chat.context import Context
from bot.chat.model import Block, Button, Image, LinkButton, Paragraph, Reply, bold, items, p
from bot.domain.names import one_line
from bot.domain.phrases import phrase

LASTS_S = int(LIFETIME.total_seconds())
ENTER = Button(phrase("Enter the code"), "link.code", lasts_s=LASTS_S)
PIXELS_PER_MODULE = 8


def page_reply(ctx: Context, token: str, heading: Paragraph | None = None) -> Reply:
    """Returns the reply that leads to a ticket's page. The picture has an alias, because cameras' apps see it."""
    base = ctx.runtime.link_base(ctx.place.platform)
    reachable = base.startswith("https://")  # plain http works only on this machine, so no phone can open it
    blocks: list[Block] = [
        heading
        or p(
            phrase(
                "Link a wallet to {account} in {union}:",
                account=bold(one_line(ctx.account.name)),
                union=bold(one_line(ctx.union.name)),
            )
        ),
        items(
            phrase("Open the page where your wallet is, or scan the picture.")
            if reachable
            else phrase("Open the page where your wallet is."),
            phrase("Choose the wallet and sign the text. It is free and moves no money."),
            phrase("Bring the code from the page back here, and confirm that the wallet is yours."),
            ordered=True,
        ),
        p(
            phrase(
                "This link is for you alone and works for ten minutes. Show it to no one, and never sign on a "
                "page that someone else sent you."
            )
        ),
    ]
    if reachable:
        (alias,) = aliases.make(ctx.tx, token, 1)
        blocks.append(
            Image(
                _picture(f"{base}/go/{alias}"),
                phrase("QR code for your phone's camera; it works once"),
                "link.png",
            )
        )
    else:
        blocks.append(
            p(
                phrase(
                    "The page opens only on the computer that runs Muster, because Muster has no public address."
                )
            )
        )
    return Reply(tuple(blocks), ((LinkButton(phrase("Open the page"), f"{base}/link/{token}"),), (ENTER,)))


def _picture(url: str) -> bytes:
    import segno  # used only here, and takes 30 ms to load

    picture = io.BytesIO()
    segno.make(url, error="m", micro=False, mask=0).save(
        picture, kind="png", scale=PIXELS_PER_MODULE, border=4
    )
    return picture.getvalue()
