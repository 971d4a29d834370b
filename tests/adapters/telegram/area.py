"""Commands for these tests: slow ones, pictures, edits, questions, long private answers to presses."""

from __future__ import annotations

import asyncio

from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import Button, Form, Image, Question, Reply, Visibility, p, say
from bot.domain.people import Permission
from tests.adapters.samples import DOT

area = Area()
gate = asyncio.Event()
LONG = "Nobody else may read this. " * 20


def _command(path: str, visibility: Visibility = Visibility.PUBLIC):  # type: ignore[no-untyped-def]  # a decorator
    return area.command(
        path, f"Tests {path}", permission=Permission.ANYONE, visibility=visibility, needs_union=False
    )


@_command("post")
def post(ctx: Context) -> Reply:
    """A post with buttons of every kind."""
    labels = ("Whisper", "Ask", "Edit", "Same", "Toast", "Picture", "Long")
    rows = tuple((Button(label, f"t.{label.lower()}", anyone=True, lasts_s=None),) for label in labels)
    return say("A post.", buttons=rows)


@_command("picture")
def picture(ctx: Context) -> Reply:
    """A picture with a button that edits it."""
    rows = ((Button("Edit", "t.edit", anyone=True), Button("Picture", "t.picture", anyone=True)),)
    return say("See:", Image(DOT, "One dot"), buttons=rows)


def _action(name: str):  # type: ignore[no-untyped-def]  # a decorator
    return area.action(f"t.{name}", permission=Permission.ANYONE, needs_union=False)


@_action("whisper")
def whisper(ctx: Context) -> Reply:
    return say(LONG)


@_action("ask")
def ask(ctx: Context, answer: str | None = None) -> Reply:
    if answer is not None:
        return say(f"You said {answer}.", visibility=Visibility.PUBLIC)
    form = Form("A form", (Question("answer", "Your answer", hint="x"),), "t.ask")
    return Reply(form=form, visibility=Visibility.PUBLIC)


@_action("edit")
def edit(ctx: Context) -> Reply:
    return say("Edited.", edit=True, visibility=Visibility.PUBLIC)


@_action("same")
def same(ctx: Context) -> Reply:
    return say("Same.", edit=True, visibility=Visibility.PUBLIC)


@_action("toast")
def toast(ctx: Context) -> Reply:
    return Reply(notice="Noted.", visibility=Visibility.PRIVATE)


@_action("picture")
def show(ctx: Context) -> Reply:
    return say("Look:", Image(DOT, "One dot"), edit=True, visibility=Visibility.PUBLIC)


@_action("long")
def long(ctx: Context) -> Reply:
    return say(*["word " * 700] * 2, edit=True, visibility=Visibility.PUBLIC)


@_command("slow")
async def slow(ctx: Context) -> Reply:
    """Reports, waits, answers."""
    await ctx.progress("Half way.")
    await gate.wait()
    return say("Done.")


@_command("hush", Visibility.PRIVATE)
async def hush(ctx: Context) -> Reply:
    """The same in private."""
    await ctx.progress("Secretly half way.")
    await gate.wait()
    return say(p("Done in private."))
