"""Dialogues: a form on a platform without modals. The bot asks one question after another, sums up, and confirms."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

from bot.chat import text
from bot.chat.context import Context
from bot.chat.files import small_enough
from bot.chat.incoming import Answer, File, Place, Say
from bot.chat.model import Button, Form, Question, Reply, Style, Visibility, fields, p, say
from bot.domain.hidden import is_seen
from bot.errors import BadInput

ANSWER, SEND, CANCEL = "!answer", "!send", "!cancel"


class DialogueState(msgspec.Struct, frozen=True):
    """The state of a dialogue. `at` is the index of the current question; the index after the last is the summary.
    `place` is the place that the answers speak for.

    The buttons of a dialogue carry its `id`, so that buttons of an older dialogue have no effect on this one.
    """

    id: str
    form: Form
    answers: dict[str, Answer]
    at: int
    private: bool
    union_id: int | None = None
    place: Place | None = None


def begin(ctx: Context, form: Form, visibility: Visibility | None) -> Reply:
    """Asks the first question of a form."""
    private = visibility is Visibility.PRIVATE
    union = ctx.standing.union
    union_id = union.id if union else None
    return _ask(ctx, DialogueState(secrets.token_hex(8), form, {}, 0, private, union_id, ctx.place))


def chat_of(place: Place, person: str, private: bool) -> str:
    """Returns the chat where the answers are expected.

    Private questions from a group are answered in the private chat, whose id is the person's.
    """
    return person if private and place.space is not None else place.chat


def find(ctx: Context, wanted: str | None = None) -> DialogueState | None:
    """Finds the actor's dialogue in this chat; None if there is none, or if its id is not the one `wanted`."""
    found = ctx.records.dialogue(ctx.tx, ctx.place.platform, ctx.incoming.place.chat, ctx.actor.native_id)
    state = msgspec.json.decode(found, type=DialogueState) if found else None
    return state if state is not None and wanted in (None, state.id) else None


def answer(ctx: Context, state: DialogueState, given: Answer) -> Reply | None:
    """Keeps the answer to the current question, then asks the next question or shows the summary.

    An answer of /skip keeps the question's default. Returns None if the form has this one question only: there is
    nothing to sum up, so the form can be sent.

    Raises:
        BadInput: the answer does not fit its question, which stays open.
    """
    if state.at >= len(state.form.questions):
        return _summary(ctx, state)
    question = state.form.questions[state.at]
    skipped = isinstance(given, str) and given.strip().lower() == "/skip"
    taken = question.default if skipped else checked(question, given)
    if not taken and question.required:
        raise BadInput(text.needed(question.label))
    answers = {**state.answers, question.name: taken} if taken else state.answers
    if len(state.form.questions) == 1:
        _keep(ctx, msgspec.structs.replace(state, answers=answers, at=1))
        return None
    return _ask(ctx, msgspec.structs.replace(state, answers=answers, at=state.at + 1))


def given(state: DialogueState, said: Say) -> Answer:
    """Returns the file that came with the words if the current question asks for one, else the words.

    Raises BadInput, with what is wanted, for something that answers no question, like a video or a voice message.
    """
    asked = state.form.questions[state.at] if state.at < len(state.form.questions) else None
    if asked is not None and asked.kind == "photo" and said.file is not None:
        return said.file
    if asked is not None and not said.text.strip():
        raise BadInput(_wanted(asked))
    return said.text


def _wanted(question: Question) -> str:
    by_kind = {"photo": text.picture_wanted, "choice": text.choose_one}
    return by_kind.get(question.kind, text.words_wanted)(question.label)


def end(ctx: Context) -> bool:
    """Ends the actor's dialogue in this chat; returns False if there is none."""
    return ctx.records.end_dialogue(ctx.tx, ctx.place.platform, ctx.incoming.place.chat, ctx.actor.native_id)


def checked(question: Question, answer: Answer) -> Answer:
    """Returns the answer in its final form. Raises BadInput if it is too long or short, no choice, or no picture."""
    if isinstance(answer, File):
        return small_enough(answer) if question.kind == "photo" else checked(question, "")
    given = answer.strip() if is_seen(answer) else ""
    if question.kind == "photo" and given:
        raise BadInput(text.picture_wanted(question.label))
    if question.kind == "choice" and given:
        wanted = given.lower()
        for label, value in question.choices:
            if wanted in (label.lower(), value.lower()):
                return value
        raise BadInput(text.choose_one(question.label))
    if given and len(given) < question.min_length:
        raise BadInput(text.too_short(question.label, question.min_length))
    if len(given) > question.max_length:
        raise BadInput(text.too_long(question.label, question.max_length, len(given)))
    return given


def checked_all(form: Form, values: dict[str, Answer]) -> dict[str, Answer]:
    """Returns the answers to all questions of a form in their final form, without unknown names. Raises BadInput."""
    good: dict[str, Answer] = {}
    for question in form.questions:
        given = checked(question, values.get(question.name, ""))
        if given:
            good[question.name] = given
        elif question.required:
            raise BadInput(text.needed(question.label))
    return good


def _ask(ctx: Context, state: DialogueState) -> Reply:
    _keep(ctx, state)
    if state.at >= len(state.form.questions):
        return _summary(ctx, state)
    question = state.form.questions[state.at]
    optional = text.KEEP_HINT if question.default else text.SKIP_HINT
    hint = optional if question.default or not question.required else text.STOP_HINT
    now = text.at_present(question.default) if question.default else ""
    of = f" (1/{len(state.form.questions)})" if len(state.form.questions) > 1 else ""
    heading = f"{state.form.title}{of}" if state.at == 0 else ""
    lines = [*(p(line) for line in (heading, question.label, now, question.hint) if line), hint]
    buttons = tuple(
        (Button(label, ANSWER, {"value": value, "at": state.at, "dialogue": state.id}),)
        for label, value in question.choices[:8]
    )
    return Reply(tuple(lines), buttons, visibility=_visibility(state), ask=question)


def _summary(ctx: Context, state: DialogueState) -> Reply:
    labels = {question.name: question.label for question in state.form.questions}
    return say(
        text.SUMMARY,
        fields(*((labels[name], _shown(value)) for name, value in state.answers.items())),
        buttons=(
            (
                Button(state.form.submit, SEND, {"dialogue": state.id}, Style.PRIMARY, single_use=True),
                Button(text.CANCEL, CANCEL, {"dialogue": state.id}, single_use=True),
            ),
        ),
        visibility=_visibility(state),
    )


def _shown(value: Answer) -> str:
    return text.PICTURE_GIVEN if isinstance(value, File) else value


def _visibility(state: DialogueState) -> Visibility:
    return Visibility.PRIVATE if state.private else Visibility.PUBLIC


def _keep(ctx: Context, state: DialogueState) -> None:
    chat = chat_of(ctx.incoming.place, ctx.actor.native_id, state.private)
    stored = msgspec.json.encode(state).decode()
    ctx.records.keep_dialogue(
        ctx.tx, ctx.place.platform, chat, ctx.actor.native_id, stored, state.form.lasts_s
    )


def submitted(state: DialogueState) -> tuple[str, dict[str, Any], dict[str, Answer]]:
    """Returns action, arguments and answers of a finished dialogue. Raises BadInput if an answer is missing."""
    return state.form.action, state.form.arguments, checked_all(state.form, state.answers)
