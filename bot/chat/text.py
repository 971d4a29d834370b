"""The texts that the chat language itself shows to members. The texts of commands are with the commands."""

from __future__ import annotations

from datetime import timedelta

from bot.chat.model import p
from bot.domain.names import one_line
from bot.domain.people import Account, Permission
from bot.domain.phrases import phrase, plural
from bot.domain.times import in_words

NO_UNION_HERE = phrase(
    "There is no union here yet. A moderator can start one with `/union create`, or add this place to an "
    "existing one with `/union connect CODE`."
)
NO_UNION_IN_PRIVATE = phrase(
    "You are not in a union yet. Type `/join` in the server or group of a union, then come back here."
)
CHOOSE_UNION = phrase("You are in several unions. Which one do you mean?")
SPACE_ONLY = phrase("This works only in a server or group. Please type it there.")
NOT_ALLOWED = {
    Permission.ANYONE: "",
    Permission.MEMBER: phrase("This is for members. `/join` makes you one."),
    Permission.LEADER: phrase("This is for leaders of the union. `/union about` shows who they are."),
    Permission.MODERATOR: phrase(
        "This is for moderators. On Discord that is everyone who may manage the server or its roles; on "
        "Telegram, the owner and the administrators who may ban people."
    ),
    Permission.UNION_MODERATOR: phrase(
        "This is for moderators of the whole union. `/union about` shows who they are."
    ),
    Permission.FOUNDER: phrase("This is for the founder of the union. `/union about` shows who that is."),
}
UNTITLED = "a place without a name"  # it is kept as its name, so it is no phrase
BUTTON_GONE = phrase("This button has expired. Type the command again for a new one.")
BUTTON_USED = phrase("Already done.")
NOT_YOURS = phrase("This button is for someone else. Type the command yourself to get your own.")
FORM_GONE = phrase("This form has expired, and nothing was changed. Type the command again for a new one.")
OPEN_FORM = phrase("Open the form")
CANNOT_SHOW = phrase("Done, but the answer does not fit into this chat. Please tell the host of this bot.")
NOTHING_TO_CANCEL = phrase("There is nothing to cancel.")
CANCELLED = phrase("Cancelled. Nothing was changed.")
INTERRUPTED = phrase("I was interrupted before this was done. If you still want it, type it again.")
SUMMARY = phrase("Is this right?")
CANCEL = phrase("Cancel")
STOP_HINT = p(phrase("`/cancel` stops."))
SKIP_HINT = p(phrase("`/skip` leaves it out, `/cancel` stops."))
KEEP_HINT = p(phrase("`/skip` keeps it as it is, `/cancel` stops."))
WHICH = phrase("Which one?")
NOBODY = phrase(
    "I cannot tell who you mean: that is a bot, a channel, a forwarded message or someone anonymous. Mention the "
    "person, or reply to one of their messages."
)
ATTACH = phrase(
    "Please add a picture. Where there is no field for it, send the picture with the command as its caption, or "
    "reply to your picture with the command."
)
FOREIGN_FILE = phrase(
    "That picture was forwarded, or someone else sent it. Send your own with the command as its caption, or type the "
    "command without replying to a picture."
)
MORE_OF_THE_NAME = phrase(
    "There are more people of this name. Mention the person, or reply to one of their messages."
)
PICTURE_GIVEN = phrase("a picture")
FILE_GONE = phrase("That picture is gone. Please send it again.")
NOT_FETCHED = phrase("I could not get the picture, and nothing was changed. Please try again in a moment.")
ANSWER_GONE = phrase("This was done already. Type the command again to see how things stand.")
HELD_GONE = phrase("This answer is no longer kept. Please type the command again.")


def answers_lost(platform: str) -> str:
    return phrase(
        "{platform} had trouble, and some of my answers here did not arrive. What you did may have worked all the "
        "same: check before you do it again.",
        platform=platform_name(platform),
    )


def needed(label: str) -> str:
    return phrase("Please answer this one, it cannot be left out: {label}", label=label)


def picture_wanted(label: str) -> str:
    return phrase("Please send a picture: {label}", label=label)


def words_wanted(label: str) -> str:
    return phrase("Please type your answer as text: {label}", label=label)


def choose_one(label: str) -> str:
    return phrase("Please choose one of the buttons: {label}", label=label)


def at_present(value: str) -> str:
    return phrase("Now: {value}", value=value)


def picture_gone(alt: str) -> str:
    return phrase("({picture}: no longer kept)", picture=alt)


def person(account: Account) -> str:
    """Returns a person as a choice among others."""
    return phrase(
        "{name} ({platform})", name=one_line(account.name, 40), platform=platform_name(account.platform)
    )


def person_since(account: Account) -> str:
    """Returns a person as a choice, where two have the same name."""
    return phrase("{person}, member since {day}", person=person(account), day=f"{account.since:%Y-%m-%d}")


def person_numbered(account: Account) -> str:
    """Returns a person as a choice, where two of the same name joined on the same day."""
    return phrase("{person}, no. {number}", person=person_since(account), number=account.id)


def nameless(native_id: str) -> str:
    """Returns the name of a person whose own name shows nothing. The end of the account's id tells them apart.

    It is kept as their name, so it is the same in every language.
    """
    return f"Nameless {native_id[-4:]}"


def platform_name(platform: str) -> str:
    """Returns a platform's name as people write it."""
    return platform.title()


def join_first(union: str) -> str:
    return phrase(
        "Join {union} first: `/join`. Are you a member with another account already? Then join with this one "
        "too, and "
        "`/me same-person` makes them one person.",
        union=union,
    )


def banned(union: str) -> str:
    return phrase(
        "You are banned everywhere in {union} on this platform, so you cannot use it from here. Ask its "
        "moderators to "
        "let you back in. `/leave` ends your membership.",
        union=union,
    )


def not_here(union: str) -> str:
    return phrase("This place no longer belongs to {union}, so its buttons do not work here.", union=union)


def unknown_command(name: str, close: str | None) -> str:
    if close:
        return phrase("There is no command /{name}. Did you mean `/{close}`?", name=name, close=close)
    return phrase("There is no command /{name}. `/help` shows what you can do.", name=name)


def incident(number: str) -> str:
    return phrase(
        "Something went wrong on our side, and nothing was changed. Please try again. If it keeps happening, "
        "give the "
        "host of this bot the number {number}.",
        number=number,
    )


def too_often(command: str, seconds: int) -> str:
    return phrase(
        "That was `/{command}` too many times. Try again in {wait}.",
        command=command,
        wait=_wait(seconds),
    )


def too_fast(seconds: int) -> str:
    return phrase("That was too fast, and nothing was changed. Try again in {wait}.", wait=_wait(seconds))


def _wait(seconds: int) -> str:
    if seconds > 120:
        return in_words(timedelta(seconds=seconds))
    return plural(seconds, "{n} second", "{n} seconds")


def too_large(most: int) -> str:
    return phrase("That file is too large. Send a picture of at most {most} MB.", most=most // 1024**2)


def too_short(label: str, least: int) -> str:
    return plural(
        least,
        "Please write at least one character: {label}",
        "Please write at least {n} characters: {label}",
        label=label,
    )


def too_long(label: str, most: int, now: int) -> str:
    return phrase(
        "Please shorten it: that is {now:,} characters, and at most {most:,} fit. {label}",
        label=label,
        now=now,
        most=most,
    )
