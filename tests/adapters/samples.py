"""Sample replies that cover the whole language of chat: every adapter keeps golden payloads of them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from bot.chat.model import (
    Button,
    Code,
    CodeBlock,
    Form,
    Heading,
    Image,
    Link,
    LinkButton,
    Mention,
    Moment,
    Question,
    Reply,
    Style,
    Table,
    Text,
    Visibility,
    bold,
    fields,
    items,
    p,
    say,
    spans,
)

AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # half an hour before clocks change in Europe
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP//////////////////////////////////////////////////////////////////"
    "////////////////////wAALCAABAAIBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUF"
    "BAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVW"
    "V1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi"
    "4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/AEr/2Q=="
)
# What somebody may call themselves: mass mentions, markup, links, controls, direction overrides, zero widths.
HOSTILE = "@everyone <b>x</b> [y](https://evil.example) *z* `q`\x07\u202egnp.exe\u2066\u200b"

PLAYGROUND_ADA = Mention("playground", "discord:ada", "Ada")
ELSEWHERE = Mention("elsewhere", "42", "Zoë")

SAMPLES: dict[str, Reply] = {
    "paragraph": say("Hello.", visibility=Visibility.PUBLIC),
    "spans": say(
        p(
            "Plain, ",
            bold("bold"),
            ", ",
            Text("italic", italic=True),
            ", ",
            Text("both", bold=True, italic=True),
            ", ",
            Code("/union create"),
            ", ",
            Link("a link", "https://example.org/a?b=c&d=e"),
            ".",
        ),
        visibility=Visibility.PUBLIC,
    ),
    "mentions": say(p(PLAYGROUND_ADA, " meets ", ELSEWHERE, "."), visibility=Visibility.PUBLIC),
    "moments": say(
        items(
            spans(Moment(AT, "Europe/Berlin", "date")),
            spans(Moment(AT, "Europe/Berlin", "time")),
            spans(Moment(AT, "Europe/Berlin", "full")),
            spans(Moment(AT, "Europe/Berlin", "relative")),
        ),
        visibility=Visibility.PUBLIC,
    ),
    "heading": say(Heading("Members"), "Three of them.", visibility=Visibility.PUBLIC),
    "fields": say(
        fields(("Purpose", "Fair rents"), ("Founder", PLAYGROUND_ADA), ("Since", Moment(AT))),
        visibility=Visibility.PUBLIC,
    ),
    "lists": say(items("one", bold("two")), items("first", "second", ordered=True)),
    "code": say(CodeBlock("def f():\n    return '```'"), visibility=Visibility.PUBLIC),
    "table": say(
        Table(("Leader", "Support"), (("Ada", "12"), ("Bo", "7"))),
        visibility=Visibility.PUBLIC,
    ),
    "image": say("A picture:", Image(DOT, "One dark dot", "dot.png"), visibility=Visibility.PUBLIC),
    "photo": say("A photo:", Image(JPEG, "Two grey dots", "dots.jpg"), visibility=Visibility.PUBLIC),
    "buttons": say(
        "Choose.",
        visibility=Visibility.PUBLIC,
        buttons=(
            (
                Button("Yes", "yes", {"secret": 1}, Style.PRIMARY, token="tok-yes"),
                Button("No", "no", token="tok-no"),
                Button("Erase", "erase", style=Style.DANGER, token="tok-erase"),
            ),
            (LinkButton("Open", "https://example.org/"),),
        ),
    ),
    "form": Reply(
        form=Form(
            "Found a union",
            (
                Question("name", "What it is called", hint="Riverside", max_length=60),
                Question("purpose", "What it is for", "long", required=False, default="Good things"),
                Question("kind", "Which kind", "choice", choices=(("Open", "open"), ("Closed", "closed"))),
            ),
            "union.found",
            {"secret": 1},
            token="tok-form",
        ),
        visibility=Visibility.PRIVATE,
    ),
    "ask": say(
        "What is it called?",
        ask=Question("name", "What it is called", hint="Riverside"),
        visibility=Visibility.PRIVATE,
    ),
    "private": say("For your eyes.", visibility=Visibility.PRIVATE),
    "edit": say("Changed.", edit=True, visibility=Visibility.PUBLIC),
    "notice": Reply(notice="Counted.", visibility=Visibility.PRIVATE),
    "hostile": say(
        p("Hello ", bold(HOSTILE), "."),
        Heading(HOSTILE),
        fields((HOSTILE, HOSTILE)),
        items(HOSTILE),
        CodeBlock(HOSTILE),
        Table((HOSTILE,), ((HOSTILE,),)),
        p(Mention("playground", "discord:ada", HOSTILE), Code(HOSTILE)),
        visibility=Visibility.PUBLIC,
        buttons=((Button("Join @everyone", "join", token="tok-join"),),),
    ),
    "long": say(*(f"Paragraph {number}: " + "word " * 150 for number in range(12))),
}
