"""Commands that take a picture and show what became of it, for the tests of every adapter; and pictures to send."""

from __future__ import annotations

import functools
import io
import random
from typing import Annotated

from PIL import Image as Drawn

from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.incoming import File
from bot.chat.model import Button, Form, Image, Question, Reply, Visibility, say
from bot.chat.slow import Finish
from bot.domain.people import Permission
from bot.domain.photos import Photo
from commands.files import drawn

area = Area()


def picture(width: int = 60, height: int = 40, format: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Drawn.new("RGB", (width, height), "teal").save(out, format)
    return out.getvalue()


def photograph() -> bytes:
    """A PNG of very many colours, of which drawing anew makes a JPEG."""
    out = io.BytesIO()
    Drawn.frombytes("RGB", (400, 300), random.Random(1).randbytes(400 * 300 * 3)).save(out, "PNG")
    return out.getvalue()


def heavy(megabytes: int) -> bytes:
    """A picture with so much behind it."""
    return picture() + bytes(megabytes * 1024 * 1024)


@area.command("show", "Show a picture", permission=Permission.ANYONE, needs_union=False)
async def show(
    ctx: Context,
    words: Annotated[str | None, "What to say of it"] = None,
    image: Annotated[File | None, "The picture"] = None,
) -> Reply | Finish:
    """Draws it anew and shows it."""
    if image is None:
        return say("No picture.")
    photo = await drawn(ctx, image)
    assert photo is not None
    return functools.partial(_shown, photo=photo, words=words or "")


def _shown(ctx: Context, photo: Photo, words: str) -> Reply:
    assert ctx.tx is not None
    said = f"{photo.width} × {photo.height}. {words}".strip()
    again = Button("Again", "/ask")
    return say(said, Image(photo.data, "What you sent", photo.name), buttons=((again,),))


@area.command("ask", "Ask for a picture", permission=Permission.ANYONE, needs_union=False)
def ask(ctx: Context) -> Reply:
    """Opens a form."""
    form = Form(
        "Your picture",
        (Question("image", "Send it", "photo"), Question("words", "Why", required=False)),
        "/show",
    )
    return Reply(form=form, visibility=Visibility.PUBLIC)
