"""The language in which the bot answers a member."""

from __future__ import annotations

from typing import Annotated, Literal

from bot.areas.members.services import members
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.languages import in_language
from bot.chat.model import Button, Reply, Visibility, say
from bot.domain.languages import CODES, LANGUAGES, spoken
from bot.domain.phrases import phrase

area = Area()

AUTOMATIC = "automatic"


@area.command("language", "Choose the language in which I answer you", visibility=Visibility.PRIVATE)
def language(
    ctx: Context,
    choice: Annotated[
        Literal["English", "Deutsch", "automatic"],
        "Automatic is the language of your Discord or Telegram app",
    ]
    | None = None,
) -> Reply:
    """Sets the language of everything that only you see, for all your accounts in this union. Until you choose, it is
    the language of your Discord or Telegram app.

    Posts and answers that everybody sees are in the language of the union, which its founder chooses with
    `/union edit`.
    """
    if choice is not None:
        return _chosen(ctx, CODES.get(choice))
    offered = [Button(name, "members.language", {"code": code}) for code, name in LANGUAGES.items()]
    automatic = Button(phrase("Same as my app"), "members.language", {"code": None})
    return say(
        phrase(
            "I speak {language} with you. Which language would you like?", language=LANGUAGES[ctx.language]
        ),
        buttons=((*offered, automatic),),
    )


@area.action("members.language")
def chosen(ctx: Context, code: str | None) -> Reply:
    return _chosen(ctx, spoken(code))


def _chosen(ctx: Context, code: str | None) -> Reply:
    members.choose_language(ctx.tx, ctx.member, code)
    now = code or spoken(ctx.incoming.locale) or ctx.account.locale or ctx.union.language
    words = phrase("From now on I speak {language} with you.", language=LANGUAGES[now])
    return in_language(say(words, edit=True), now)
