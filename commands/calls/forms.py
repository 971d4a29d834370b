"""What leaders fill in about a call: the parameters and the form that commands about calls share."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from bot.areas.calls.domain.calls import Call, Proof
from bot.areas.calls.domain.schedule import parse_clock
from bot.areas.calls.domain.texts import MOST_TITLE, MOST_WHAT, MOST_WHY, Texts, texts_of
from bot.areas.calls.services import calls
from bot.chat.context import Context
from bot.chat.model import Form, Question, Reply
from bot.chat.params import Arg
from bot.domain.hosts import MOST_LINK
from commands.calls.words import STATES

EMPTY = "-"
"""What is typed to leave out what was there, where an empty answer cannot be given."""


def suggest_calls(ctx: Context, typed: str) -> list[tuple[str, str]]:
    """The actor's calls that are not over, for a parameter that names one."""
    wanted = typed.strip().lower()
    member = ctx.standing.member
    known = calls.prepared(ctx.tx, ctx.union, member) if member is not None else []
    found = [call for call in known if wanted in call.title.lower() or wanted == str(call.id)]
    return [(f"{call.title[:60]} (no. {call.id}, {STATES[call.state]})", str(call.id)) for call in found[:25]]


WhichCall = Annotated[str, Arg("Its number or title", max_length=100, suggest=suggest_calls)]
Shown = Annotated[
    Literal["word", "link", "photo", "witness", "leader"],
    Arg("What an answer has to show; own word if left out"),
]
Contest = Annotated[bool, Arg("Whether members send in answers and vote for the best")]
Opens = Annotated[str, Arg("When it opens, like 9:30; at the union's hour if left out", max_length=5)]
Closes = Annotated[str, Arg("When it closes, like 18:00; at the end of the day if left out", max_length=5)]
Audience = Annotated[
    Literal["all", "branch"], Arg("For the whole union (only the founder) or for your own branch")
]


def edit_form(call: Call, options: dict[str, Any]) -> Reply:
    return Reply(
        form=write_form(
            f"No. {call.id}", texts_of(call), "call.rewrite", {"call": call.id, "options": options}
        )
    )


def write_form(title: str, now: Texts | None, action: str, arguments: dict[str, Any]) -> Form:
    shown = now or Texts("", "")
    empty = f"{EMPTY} leaves it out" if now is not None else ""
    questions = (
        Question("title", "Title", max_length=MOST_TITLE, default=shown.title),
        Question("what", "What is to be done?", "long", max_length=MOST_WHAT, default=shown.what),
        Question("why", "Why?", "long", required=False, hint=empty, max_length=MOST_WHY, default=shown.why),
        Question(
            "link",
            "A link that helps",
            required=False,
            hint=empty or "https://…",
            max_length=MOST_LINK,
            default=shown.link or "",
        ),
    )
    return Form(title, questions, action, arguments)


def or_empty(words: str) -> str:
    return "" if words.strip() == EMPTY else words


def options_of(
    proof: str | None, contest: bool | None, opens: str | None, closes: str | None
) -> dict[str, Any]:
    """What was given besides the words, as JSON values."""
    given = {
        "proof": proof,
        "contest": contest,
        "opens": parse_clock(opens) if opens is not None else None,
        "closes": parse_clock(closes, end=True) if closes is not None else None,
    }
    return {name: value for name, value in given.items() if value is not None}


def with_options(texts: Texts, options: dict[str, Any]) -> Texts:
    given = {**options, "proof": Proof(options["proof"])} if "proof" in options else options
    return replace(texts, **given)
