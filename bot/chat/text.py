"""The texts that the chat language itself shows to members. The texts of commands are with the commands."""

from __future__ import annotations

from bot.chat.model import Code, p
from bot.domain.people import Permission

NO_UNION_HERE = (
    "No union lives here yet. A moderator of this place can found one with /union create, "
    "or connect it to an existing one with /union connect CODE."
)
NO_UNION_IN_PRIVATE = (
    "You are not in a union yet. Join one where it gathers: type /join in its server or group, "
    "then come back here."
)
CHOOSE_UNION = "You are in several unions. Which one is this about?"
SPACE_ONLY = "This works only in a server or group. Type it there."
NOT_ALLOWED = {
    Permission.ANYONE: "",
    Permission.MEMBER: "Only members may do this. Type /join first.",
    Permission.LEADER: "Only leaders of this union may do this. /union about tells who leads.",
    Permission.MODERATOR: (
        "Only moderators of this server or group may do this: on Discord those who may manage the server "
        "or its roles, on Telegram its owner and the administrators who may ban people."
    ),
    Permission.UNION_MODERATOR: (
        "Only moderators of the whole union may do this. /union about tells who they are."
    ),
    Permission.FOUNDER: "Only the founder of this union may do this. /union about tells who that is.",
}
BUTTON_GONE = "This button is no longer in use. Type the command again to get a fresh one."
BUTTON_USED = "This was pressed before and worked then; pressing again changes nothing."
NOT_YOURS = "This button is for somebody else. Type the command yourself to get your own."
FORM_GONE = "This form has expired, nothing was changed. Type the command again to get a fresh one."
OPEN_FORM = "Open the form"
CANNOT_SHOW = "This was done, but its answer does not fit into this chat. Tell the host of this bot."
NOTHING_TO_CANCEL = "There is nothing to cancel."
CANCELLED = "Cancelled. Nothing was changed."
INTERRUPTED = "This was interrupted before it was done. Type it again if you still want it."
SUMMARY = "Is this right?"
CANCEL = "Cancel"
STOP_HINT = p("Type ", Code("/cancel"), " to stop.")
SKIP_HINT = p("Type ", Code("/skip"), " to leave it out, ", Code("/cancel"), " to stop.")
KEEP_HINT = p("Type ", Code("/skip"), " to keep it as it is, ", Code("/cancel"), " to stop.")
NOT_OPTIONAL = "This cannot be left out."
CHOOSE_ONE = "Please choose one of the buttons."
WHICH = "Which of these?"
NOBODY = (
    "That is a bot, a channel, a forwarded message or somebody who stays anonymous, so I cannot tell which person "
    "you mean. "
    "Mention the person, or reply to a message of theirs."
)
ATTACH = (
    "attach a picture. Where there is no field for it, send the picture with the command as its caption, or reply "
    "to your picture with the command."
)
FOREIGN_FILE = (
    "that picture was forwarded or sent by somebody else. Send your own, with the command as its caption; or type "
    "the command without replying to a picture."
)
SEND_PICTURE = "Send a picture."
PICTURE_GIVEN = "a picture"
FILE_GONE = "That picture is no longer there. Send it again."
NOT_FETCHED = "The picture could not be fetched. Nothing was changed. Try again in a moment."
ANSWER_GONE = (
    "This was done already. Its answer is no longer kept: type the command again to see how things stand."
)
HELD_GONE = "This answer is no longer kept. Type the command again."


def at_present(value: str) -> str:
    return f"At present: {value}"


def picture_gone(alt: str) -> str:
    return f"({alt}: the picture is no longer kept.)"


def platform_name(platform: str) -> str:
    """Returns a platform's name as people write it."""
    return platform.title()


def join_first(union: str) -> str:
    return (
        f"You have not joined {union} yet. Type /join first. If you are a member with another account, join with "
        "this one too, and /me same-person makes them one person."
    )


def banned(union: str) -> str:
    return (
        f"You are banned in every server or group of {union} here, so you can do nothing in it from this chat. "
        "Ask its moderators to let you back in. /leave ends your membership."
    )


def not_here(union: str) -> str:
    return f"This is no place of {union} any more, so its buttons work no longer here."


def unknown_command(name: str, close: str | None) -> str:
    hint = f" Did you mean /{close}?" if close else ""
    return f"There is no command /{name}.{hint} /help lists what you can do."


def incident(number: str) -> str:
    return (
        "Something went wrong on our side, and nothing was changed. Try again; if it stays, tell the host "
        f"of this bot the number {number}."
    )


def too_often(command: str, seconds: int) -> str:
    return f"That is too many /{command} at once. Try again in {_seconds(seconds)}."


def too_fast(seconds: int) -> str:
    return f"That is too much at once. Nothing was changed. Try again in {_seconds(seconds)}."


def _seconds(number: int) -> str:
    return f"{number} seconds" if number != 1 else "1 second"


def too_large(most: int) -> str:
    return f"That file is too large: at most {most // 1024**2} MB. Send a smaller picture."


def too_short(label: str, least: int) -> str:
    return f"{label}: write at least {least} characters."


def too_long(label: str, most: int, now: int) -> str:
    return f"{label}: that is {now} characters; at most {most} fit. Shorten it."
