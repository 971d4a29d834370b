"""Discord's limits, checked before anything is sent (https://docs.discord.com/developers)."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.chat.model import Button, Form, Reply

MAX_CONTENT = 2000  # characters of a message, markup included
MOST_PARTS = 5  # messages for one long reply
MAX_ROWS = 5  # of buttons
MAX_IN_ROW = 5  # buttons
MAX_LABEL = 80  # of a button
MAX_URL = 512  # of a button
MAX_CUSTOM_ID = 100
MAX_ALT = 1024
MAX_FILE = 10 * 1024 * 1024  # bytes, without a boosted server
MAX_NONCE = 25

MAX_MODAL_TITLE = 45
MAX_MODAL_LABEL = 45
MAX_QUESTIONS = 5
MAX_INPUT = 4000
MAX_PLACEHOLDER = 100
MAX_OPTIONS = 25  # of a select menu
MAX_OPTION = 100  # characters of its label and of its value

MAX_STRING_OPTION = 6000
MAX_SUGGESTIONS = 25
MAX_CHOICE = 100
SAFE_INTEGER = 2**53 - 1  # of an integer option

ACKNOWLEDGE_S = 3.0
DEFER_AFTER_S = 1.8
TOKEN_LIFE_S = 15 * 60
PER_SECOND = 50  # requests of a bot; interactions do not count
REMEMBERED = 5000  # interactions and forms kept in memory
CHANNELS = 100_000  # direct-message channels kept in memory: a person whose channel is unknown costs one more request


class CannotShow(Exception):
    """A reply that Discord would refuse, and that cutting cannot mend; the text says what to change."""


def check(reply: Reply) -> None:
    """Raises CannotShow unless buttons and form can be drawn."""
    if len(reply.buttons) > MAX_ROWS or any(not 1 <= len(row) <= MAX_IN_ROW for row in reply.buttons):
        raise CannotShow(f"at most {MAX_ROWS} rows of 1–{MAX_IN_ROW} buttons: use fewer buttons or pages")
    for button in (button for row in reply.buttons for button in row):
        if not button.label.strip():
            raise CannotShow("a button has a label: write one")
        if isinstance(button, Button) and not 1 <= len(button.token) <= MAX_CUSTOM_ID:
            raise CannotShow(
                f"a button's token has 1–{MAX_CUSTOM_ID} characters: let dispatch store “{button.label}”"
            )
    if reply.form is not None:
        check_form(reply.form)


def check_form(form: Form) -> None:
    """Raises CannotShow unless the form fits a modal."""
    if not 1 <= len(form.questions) <= MAX_QUESTIONS:
        raise CannotShow(f"a form has 1–{MAX_QUESTIONS} questions: split “{form.title}”")
    if not 1 <= len(form.token) <= MAX_CUSTOM_ID:
        raise CannotShow(
            f"a form's token has 1–{MAX_CUSTOM_ID} characters: let dispatch store “{form.title}”"
        )
    for question in form.questions:
        if len(question.choices) > MAX_OPTIONS:
            raise CannotShow(f"at most {MAX_OPTIONS} choices: ask “{question.label}” as a text")
        if any(len(value) > MAX_OPTION or not value for _, value in question.choices):
            raise CannotShow(
                f"a choice's value has 1–{MAX_OPTION} characters: shorten those of “{question.name}”"
            )


def is_web_address(url: str) -> bool:
    """Whether the address leads to the web, and has no character that could end a link's markup."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = url.isprintable() and not any(character in url for character in ' <>"\\')
    return parts.scheme in ("https", "http") and bool(parts.hostname) and plain


def takes_link_button(url: str) -> bool:
    """Whether Discord accepts the address in a button: it refuses hosts without a dot, like localhost."""
    return is_web_address(url) and len(url) <= MAX_URL and "." in (urlsplit(url).hostname or "")
