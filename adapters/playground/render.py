"""Reply → JSON that the browser draws. Pure.

Hidden characters of texts are written out here. The browser sets texts as text, never as markup.
"""

from __future__ import annotations

import base64
from datetime import UTC
from typing import Any, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from adapters.playground import people
from bot.chat.incoming import File
from bot.chat.model import (
    AnyButton,
    Block,
    Button,
    Code,
    CodeBlock,
    Fields,
    Form,
    Heading,
    Image,
    Items,
    Link,
    LinkButton,
    Mention,
    Moment,
    Paragraph,
    Question,
    Reply,
    Span,
    Spans,
    Table,
    Text,
)
from bot.domain.hidden import visible
from bot.domain.names import one_line

Json: TypeAlias = dict[str, Any]


def payload(reply: Reply) -> Json:
    """Returns the message of a reply: blocks, buttons, and its question. Buttons have tokens only: their actions and
    arguments stay on the server."""
    body: Json = {"blocks": [block(each) for each in reply.blocks]}
    if reply.buttons:
        body["buttons"] = [[button(each) for each in row] for row in reply.buttons]
    if reply.ask is not None:
        body["ask"] = question(reply.ask)
    return body


def words(text: str, file: File | None = None) -> Json:
    """Returns a message with a person's own words, and the name of the file that they attached."""
    lines = [text] * bool(text) + ([f"📎 {one_line(file.name, 60)}"] if file else [])
    return {"blocks": [{"k": "p", "spans": [{"k": "t", "text": visible(line)}]} for line in lines]}


def form(it: Form) -> Json:
    """Returns a form to fill in."""
    return {
        "token": it.token,
        "title": visible(it.title),
        "submit": visible(it.submit),
        "questions": [question(each) for each in it.questions],
    }


def question(it: Question) -> Json:
    return {
        "name": it.name,
        "label": visible(it.label),
        "kind": it.kind,
        "hint": visible(it.hint),
        "required": it.required,
        "min": it.min_length,
        "max": it.max_length,
        "choices": [[visible(label), value] for label, value in it.choices],
        "default": it.default,
    }


def button(it: AnyButton) -> Json:
    match it:
        case Button():
            return {"label": visible(it.label), "style": str(it.style), "token": it.token}
        case LinkButton():
            return {"label": visible(it.label), "url": safe_url(it.url)}


def block(it: Block) -> Json:
    match it:
        case Paragraph(spans=content):
            return {"k": "p", "spans": spans(content)}
        case Heading(text=text):
            return {"k": "h", "text": visible(text)}
        case Fields(fields=pairs):
            return {"k": "f", "fields": [[visible(pair.name), spans(pair.value)] for pair in pairs]}
        case Items(items=rows, ordered=ordered):
            return {"k": "i", "items": [spans(row) for row in rows], "ordered": ordered}
        case CodeBlock(text=text):
            return {"k": "b", "text": visible(text)}
        case Table(header=header, rows=rows):
            return {
                "k": "g",
                "header": [visible(cell) for cell in header],
                "rows": [[visible(cell) for cell in row] for row in rows],
            }
        case Image(data=data, alt=alt, mime=mime):
            source = f"data:{mime};base64,{base64.b64encode(data).decode()}"
            return {"k": "x", "src": source, "alt": visible(alt)}


def spans(content: Spans) -> list[Json]:
    return [span(each) for each in content]


def span(it: Span) -> Json:
    match it:
        case Text():
            styles = {name: True for name in ("bold", "italic") if getattr(it, name)}
            return {"k": "t", "text": visible(it.text)} | styles
        case Code(text=text):
            return {"k": "c", "text": visible(text)}
        case Link(label=label, url=url):
            return {"k": "l", "label": visible(label), "url": safe_url(url)}
        case Mention():
            ours = people.account(it.native_id) if it.platform == people.PLATFORM else None
            who = {"player": ours.player} if ours else {}
            return {"k": "m", "name": visible(it.name)} | who
        case Moment():
            return {"k": "w", "at": _iso(it), "style": it.style, "there": _there(it), "zone": it.zone}


def safe_url(url: str) -> str:
    """Returns the link if it leads to the web or to this site, else "" (the label is then drawn as plain words)."""
    if url.startswith("/") and not url.startswith(("//", "/\\")):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("https", "http") and parts.hostname else ""


def _iso(moment: Moment) -> str:
    return moment.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _there(moment: Moment) -> str:
    """Returns the moment in the union's time zone, for the tooltip."""
    return moment.at.astimezone(ZoneInfo(moment.zone)).strftime("%Y-%m-%d %H:%M")
