"""The parameters and the form of a call, which several commands share."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

import msgspec

from bot.areas.calls.domain.calls import Call, Proof
from bot.areas.calls.domain.schedule import parse_clock
from bot.areas.calls.domain.texts import MOST_TITLE, MOST_WHAT, MOST_WHY, Texts, texts_of
from bot.areas.calls.services import calls
from bot.chat.context import Context
from bot.chat.model import Form, Question
from bot.chat.params import Arg
from bot.domain.hosts import MOST_LINK
from bot.domain.phrases import phrase
from commands.calls.suggestions import suggest_hours
from commands.calls.words import STATES

EMPTY = "-"
"""The answer that erases a text, where a platform takes no empty answer."""


def suggest_calls(ctx: Context, typed: str) -> list[tuple[str, str]]:
    """Suggests the actor's calls that are not over, for a parameter that names one."""
    wanted = typed.strip().lower()
    member = ctx.standing.member
    known = calls.prepared(ctx.tx, ctx.union, member) if member is not None else []
    found = [call for call in known if wanted in call.title.lower() or wanted == str(call.id)]
    return [(_offered(call), str(call.id)) for call in found[:25]]


def _offered(call: Call) -> str:
    return phrase(
        "{title} (no. {call}, {state})", title=call.title[:60], call=call.id, state=STATES[call.state]
    )


WhichCall = Annotated[str, Arg("Its number or title", max_length=100, suggest=suggest_calls)]
AskedProof = Annotated[
    Literal["word", "link", "photo", "witness", "leader"],
    Arg("The proof that an answer needs; none if left out"),
]
Contest = Annotated[bool, Arg("Members send in entries and vote for the best")]
Opens = Annotated[
    str,
    Arg(
        "When it opens, like 9:30 or 6pm; at the union's hour if left out",
        max_length=12,
        suggest=suggest_hours,
    ),
]
Closes = Annotated[
    str,
    Arg(
        "When it closes, like 18:00 or 6pm; at the end of the day if left out",
        max_length=12,
        suggest=suggest_hours,
    ),
]
Audience = Annotated[Literal["all", "branch"], Arg("The whole union (founder only) or your own branch")]


class Options(msgspec.Struct, frozen=True, omit_defaults=True):
    """The options of a call besides its words; None: not given. `opens` and `closes` are minutes of the local day."""

    proof: Proof | None = None
    contest: bool | None = None
    opens: int | None = None
    closes: int | None = None
    file_id: int | None = None

    @classmethod
    def typed(cls, proof: str | None, contest: bool | None, opens: str | None, closes: str | None) -> Options:
        """Reads the options as a leader types them. Raises BadInput."""
        return cls(
            Proof(proof) if proof is not None else None,
            contest,
            parse_clock(opens) if opens is not None else None,
            parse_clock(closes, end=True) if closes is not None else None,
        )

    @classmethod
    def of_form(cls, kept: object) -> Options:
        """Reads the options that a form has kept as `to_form` made them."""
        return msgspec.convert(kept, cls)

    def to_form(self) -> Any:
        """Returns the options as a JSON value, for the arguments of a form."""
        return msgspec.to_builtins(self)

    def applied_to(self, texts: Texts) -> Texts:
        """Returns the texts with the options that are given."""
        given = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        return replace(texts, **given)


def new_form(options: Options, *, branch: bool) -> Form:
    """Returns the form for a new call, for the whole union or for the leader's `branch`."""
    return _form(phrase("A new call"), None, "call.write", {"options": options.to_form(), "branch": branch})


def edit_form(call: Call, options: Options) -> Form:
    """Returns the form for the words of a call, which shows the present ones."""
    arguments = {"call": call.id, "options": options.to_form()}
    return _form(phrase("No. {call}", call=call.id), texts_of(call), "call.rewrite", arguments)


def _form(title: str, now: Texts | None, action: str, arguments: dict[str, Any]) -> Form:
    shown = now or Texts("", "")
    empty = phrase("`{dash}` leaves it out", dash=EMPTY) if now is not None else ""
    questions = (
        Question("title", phrase("Title"), max_length=MOST_TITLE, default=shown.title),
        Question("what", phrase("What should people do?"), "long", max_length=MOST_WHAT, default=shown.what),
        Question(
            "why", phrase("Why?"), "long", required=False, hint=empty, max_length=MOST_WHY, default=shown.why
        ),
        Question(
            "link",
            phrase("A helpful link"),
            required=False,
            hint=empty or "https://…",
            max_length=MOST_LINK,
            default=shown.link or "",
        ),
    )
    return Form(title, questions, action, arguments)


def or_empty(words: str) -> str:
    """Returns the answer to a question of the form, empty if it is `EMPTY`."""
    return "" if words.strip() == EMPTY else words
