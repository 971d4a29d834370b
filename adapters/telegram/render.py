"""Reply → requests of the Bot API, without the chat that they go to. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from telegram import InputMediaPhoto

from adapters.telegram import limits, markup, words
from bot.chat.model import (
    AnyButton,
    Block,
    Code,
    Image,
    LinkButton,
    Mention,
    Moment,
    Paragraph,
    Reply,
    Style,
    Text,
)
from bot.domain.hidden import visible
from bot.domain.names import one_line

Json: TypeAlias = dict[str, Any]
_NO_PREVIEW: Final = {"is_disabled": True}
_STYLES: Final = {Style.PRIMARY: "primary", Style.DANGER: "danger"}


@dataclass(frozen=True, slots=True)
class Payload:
    """One request: a method of the Bot API, its parameters, and its text's length after parsing, in UTF-16 units."""

    method: str
    params: Json
    length: int = 0

    @property
    def has_media(self) -> bool:
        return self.method != "send_message"

    @property
    def asks(self) -> bool:
        """Whether it makes the person's client open a reply to it; no message can be changed into such a one."""
        return "force_reply" in self.params.get("reply_markup", {})


@dataclass(slots=True)
class Rendered:
    """The messages of a reply, in order; `changed` names the parts that Telegram cannot show as intended."""

    payloads: list[Payload]
    changed: list[str] = field(default_factory=list)


def render(reply: Reply, asked: Mention | None = None) -> Rendered:
    """Returns the messages of a reply; none if there is nothing to read or press.

    `asked` is the person who shall answer the reply's question; their name is put before it. It is given where
    several people read the question and it quotes no message of the person.
    """
    changed: list[str] = []
    keyboard, links = _keyboard(reply.buttons, changed)
    blocks: list[Block] = [*reply.blocks, *links]
    if asked is not None and reply.ask is not None and blocks:
        blocks = _addressed(asked, blocks)
    image = next((each for each in blocks if isinstance(each, Image)), None)
    if not blocks and keyboard:
        blocks = [Paragraph((Text(words.CHOOSE),))]
    texts = markup.divide(blocks, limits.TEXT)
    if len(texts) > 1:
        changed.append("divided")
    payloads: list[Payload] = []
    if image is not None:
        short = len(texts) == 1 and markup.length(texts[0]) <= limits.CAPTION
        payloads.append(_picture(image, texts.pop() if short else [], changed))
        if texts:
            changed.append("picture apart")
    payloads += [_message(text) for text in texts]
    if payloads:
        answer = keyboard or _question(reply)
        last = payloads[-1]
        payloads[-1] = Payload(last.method, last.params | answer, last.length)
    return Rendered(payloads, changed)


def plain(reply: Reply) -> str | None:
    """Returns the whole reply as one short text without markup, or None if that cannot show it."""
    if reply.buttons or reply.ask or reply.form:
        return None
    texts = []
    for each in reply.blocks:
        if not isinstance(each, Paragraph) or any(isinstance(span, Moment) for span in each.spans):
            return None
        texts.append("".join(piece.text for piece in markup.spans(each.spans)))
    whole = "\n".join(texts)
    return whole if whole and markup.utf16(whole) <= limits.CALLBACK_ANSWER else None


def toast(text: str) -> str:
    """Returns a notice, cut to the length of an answer to a press."""
    return one_line(text, limits.CALLBACK_ANSWER)


def link_button(label: str, url: str) -> Json:
    """Returns a keyboard of one button that opens a link."""
    return {"reply_markup": {"inline_keyboard": [[{"text": label, "url": url}]]}}


def as_edit(payload: Payload, old_has_media: bool) -> Payload | None:
    """Returns the request that changes an old message into this one; None if that is impossible."""
    if payload.asks:
        return None
    params = dict(payload.params)
    if payload.method == "send_photo":
        kept = {"reply_markup": params.pop("reply_markup")} if "reply_markup" in params else {}
        media = InputMediaPhoto(params.pop("photo"), **params)
        return Payload("edit_message_media", {"media": media, **kept}, payload.length)
    if payload.method != "send_message":
        return None
    if not old_has_media:
        return Payload("edit_message_text", params, payload.length)
    if payload.length > limits.CAPTION:
        return None
    params.pop("link_preview_options")
    return Payload("edit_message_caption", params | {"caption": params.pop("text")}, payload.length)


def opens_anywhere(url: str) -> bool:
    """Whether Telegram accepts the link in a button: it refuses hosts that only this machine knows."""
    try:
        host = urlsplit(url).hostname if markup.web_link(url) else None
    except ValueError:
        return False
    if host is None or ("." not in host and ":" not in host):
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return True


def _message(text: Sequence[markup.Piece]) -> Payload:
    params = {
        "text": markup.to_html(text),
        "parse_mode": "HTML",
        "link_preview_options": _NO_PREVIEW,
    }
    return Payload("send_message", params, markup.length(text))


def _picture(image: Image, caption: Sequence[markup.Piece], changed: list[str]) -> Payload:
    params: Json = {"caption": markup.to_html(caption), "parse_mode": "HTML"} if caption else {}
    if limits.is_photo(image.data):
        return Payload(
            "send_photo", {"photo": image.data, "filename": image.name, **params}, markup.length(caption)
        )
    changed.append("picture as a file")
    return Payload(
        "send_document", {"document": image.data, "filename": image.name, **params}, markup.length(caption)
    )


def _addressed(person: Mention, blocks: list[Block]) -> list[Block]:
    first, rest = blocks[0], blocks[1:]
    if isinstance(first, Paragraph):
        return [Paragraph((person, Text(": "), *first.spans)), *rest]
    return [Paragraph((person, Text(":"))), *blocks]


def _question(reply: Reply) -> Json:
    if reply.ask is None:
        return {}
    hint = one_line(reply.ask.hint, limits.PLACEHOLDER)
    placeholder = {"input_field_placeholder": hint} if hint else {}
    return {"reply_markup": {"force_reply": True, "selective": True, **placeholder}}


def _keyboard(rows: Sequence[Sequence[AnyButton]], changed: list[str]) -> tuple[Json, list[Block]]:
    """Returns the inline keyboard, and as text the links that Telegram accepts in no button."""
    keyboard: list[list[Json]] = []
    links: list[Block] = []
    left = limits.BUTTONS
    for row in rows:
        drawn: list[Json] = []
        for each in row:
            if isinstance(each, LinkButton) and not opens_anywhere(each.url):
                changed.append("link as text")
                links.append(Paragraph((Text(f"{each.label}: "), Code(each.url))))
            elif left > 0:
                drawn.append(_button(each))
                left -= 1
            else:
                changed.append("button left out")
        keyboard += [
            drawn[at : at + limits.BUTTONS_IN_A_ROW] for at in range(0, len(drawn), limits.BUTTONS_IN_A_ROW)
        ]
    return ({"reply_markup": {"inline_keyboard": keyboard}} if keyboard else {}), links


def _button(it: AnyButton) -> Json:
    """Returns the button. Raises CannotShow when its token is empty or too long."""
    label = visible(it.label)
    if isinstance(it, LinkButton):
        return {"text": label, "url": it.url}
    if len(it.token.encode()) > limits.CALLBACK_DATA_BYTES or not it.token:
        raise limits.CannotShow(f"the token of the button {it.action} must have 1 to 64 bytes")
    style = {"style": _STYLES[it.style]} if it.style in _STYLES else {}
    return {"text": label, "callback_data": it.token, **style}
