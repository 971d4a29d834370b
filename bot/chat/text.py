"""The texts that the chat language itself shows to members. The texts of commands are with the commands."""

from __future__ import annotations

from bot.chat.model import p
from bot.domain.people import Permission
from bot.domain.phrases import phrase

NO_UNION_HERE = phrase(
    "No union lives here yet. A moderator of this place can found one with `/union create`, "
    "or connect it to an existing one with `/union connect CODE`."
)
NO_UNION_IN_PRIVATE = phrase(
    "You are not in a union yet. Join one where it gathers: type `/join` in its server or "
    "group, then come back here."
)
CHOOSE_UNION = phrase("You are in several unions. Which one is this about?")
SPACE_ONLY = phrase("This works only in a server or group. Type it there.")
NOT_ALLOWED = {
    Permission.ANYONE: "",
    Permission.MEMBER: phrase("Only members may do this. Type `/join` first."),
    Permission.LEADER: phrase("Only leaders of this union may do this. `/union about` tells who leads."),
    Permission.MODERATOR: (
        phrase(
            "Only moderators of this server or group may do this: on Discord those who may manage "
            "the server or its roles, on Telegram its owner and the administrators who may ban "
            "people."
        )
    ),
    Permission.UNION_MODERATOR: (
        phrase("Only moderators of the whole union may do this. `/union about` tells who they are.")
    ),
    Permission.FOUNDER: phrase(
        "Only the founder of this union may do this. `/union about` tells who that is."
    ),
}
BUTTON_GONE = phrase("This button is no longer in use. Type the command again to get a fresh one.")
BUTTON_USED = phrase("This was pressed before and worked then; pressing again changes nothing.")
NOT_YOURS = phrase("This button is for somebody else. Type the command yourself to get your own.")
FORM_GONE = phrase("This form has expired, nothing was changed. Type the command again to get a fresh one.")
OPEN_FORM = phrase("Open the form")
CANNOT_SHOW = phrase("This was done, but its answer does not fit into this chat. Tell the host of this bot.")
NOTHING_TO_CANCEL = phrase("There is nothing to cancel.")
CANCELLED = phrase("Cancelled. Nothing was changed.")
INTERRUPTED = phrase("This was interrupted before it was done. Type it again if you still want it.")
SUMMARY = phrase("Is this right?")
CANCEL = phrase("Cancel")
STOP_HINT = p(phrase("Type `/cancel` to stop."))
SKIP_HINT = p(phrase("Type `/skip` to leave it out, `/cancel` to stop."))
KEEP_HINT = p(phrase("Type `/skip` to keep it as it is, `/cancel` to stop."))
NOT_OPTIONAL = phrase("This cannot be left out.")
CHOOSE_ONE = phrase("Please choose one of the buttons.")
WHICH = phrase("Which of these?")
NOBODY = phrase(
    "That is a bot, a channel, a forwarded message or somebody who stays anonymous, so I "
    "cannot tell which person you mean. Mention the person, or reply to a message of theirs."
)
ATTACH = phrase(
    "attach a picture. Where there is no field for it, send the picture with the command as "
    "its caption, or reply to your picture with the command."
)
FOREIGN_FILE = phrase(
    "that picture was forwarded or sent by somebody else. Send your own, with the command as "
    "its caption; or type the command without replying to a picture."
)
SEND_PICTURE = phrase("Send a picture.")
PICTURE_GIVEN = phrase("a picture")
FILE_GONE = phrase("That picture is no longer there. Send it again.")
NOT_FETCHED = phrase("The picture could not be fetched. Nothing was changed. Try again in a moment.")
ANSWER_GONE = phrase(
    "This was done already. Its answer is no longer kept: type the command again to see how things stand."
)
HELD_GONE = phrase("This answer is no longer kept. Type the command again.")


def at_present(value: str) -> str:
    return phrase("At present: {value}", value=value)


def picture_gone(alt: str) -> str:
    return phrase("({alt}: the picture is no longer kept.)", alt=alt)


def platform_name(platform: str) -> str:
    """Returns a platform's name as people write it."""
    return platform.title()


def join_first(union: str) -> str:
    return phrase(
        "You have not joined {union} yet. Type `/join` first. If you are a member with another "
        "account, join with this one too, and `/me same-person` makes them one person.",
        union=union,
    )


def banned(union: str) -> str:
    return phrase(
        "You are banned in every server or group of {union} here, so you can do nothing in it "
        "from this chat. Ask its moderators to let you back in. `/leave` ends your membership.",
        union=union,
    )


def not_here(union: str) -> str:
    return phrase("This is no place of {union} any more, so its buttons work no longer here.", union=union)


def unknown_command(name: str, close: str | None) -> str:
    hint = phrase(" Did you mean /{close}?", close=close) if close else ""
    return phrase("There is no command /{name}.{hint} `/help` lists what you can do.", name=name, hint=hint)


def incident(number: str) -> str:
    return phrase(
        "Something went wrong on our side, and nothing was changed. Try again; if it stays, tell "
        "the host of this bot the number {number}.",
        number=number,
    )


def too_often(command: str, seconds: int) -> str:
    return phrase(
        "That is too many /{command} at once. Try again in {seconds}.",
        command=command,
        seconds=_seconds(seconds),
    )


def too_fast(seconds: int) -> str:
    return phrase(
        "That is too much at once. Nothing was changed. Try again in {seconds}.", seconds=_seconds(seconds)
    )


def _seconds(number: int) -> str:
    return phrase("{number} seconds", number=number) if number != 1 else phrase("1 second")


def too_large(most: int) -> str:
    return phrase("That file is too large: at most {most} MB. Send a smaller picture.", most=most // 1024**2)


def too_short(label: str, least: int) -> str:
    return phrase("{label}: write at least {least} characters.", label=label, least=least)


def too_long(label: str, most: int, now: int) -> str:
    return phrase(
        "{label}: that is {now} characters; at most {most} fit. Shorten it.", label=label, now=now, most=most
    )
