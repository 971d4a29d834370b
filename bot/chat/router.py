"""Routes an act to its declared handler inside one transaction, and returns the reply.

On the way it checks rates and permissions, reads the values of parameters, and asks for those that are missing.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Any

import msgspec

from bot.chat import dialogue, text
from bot.chat.context import BanUnknown, Context, ModeratorUnknown
from bot.chat.declarations import Command, Rate
from bot.chat.incoming import Answer, CommandCall, Press, Say, Start, Submit, Value
from bot.chat.kept import restored
from bot.chat.model import Button, Form, Question, Reply, Style, Visibility, p, say
from bot.chat.naming import which_person
from bot.chat.params import Param, ParamKind
from bot.chat.parse import parse
from bot.chat.port import Capabilities
from bot.chat.rate_limits import RateLimits
from bot.chat.registry import Registry
from bot.chat.tokens import BUTTON, FORM, HELD, actor_key, place_of
from bot.chat.typed_line import values_of
from bot.domain.choices import told_apart
from bot.domain.people import SeveralPeople, Union
from bot.domain.phrases import phrase
from bot.domain.tokens import Token
from bot.errors import NotAllowed, NotFound, TryAgain

MOST_BUTTONS = 8
MOST_ACTS = Rate(60, 60)  # of one account, without commands, which have rates of their own


class RunOutside(Exception):
    """Makes dispatch run an asynchronous command after the transaction. It is permitted, and its values are read."""

    def __init__(self, command: Command, values: dict[str, Any]) -> None:
        super().__init__(command.path)
        self.command = command
        self.values = values


class Router:
    """Routes acts to declared handlers. Its only state is the rate limits."""

    def __init__(self, limits: RateLimits, capabilities: Mapping[str, Capabilities]) -> None:
        self._limits = limits
        self._capabilities = capabilities

    def answer(self, ctx: Context) -> Reply | None:
        """Returns the reply to `ctx.incoming`; None for silence. Raises MusterError, RunOutside, ModeratorUnknown."""
        act = ctx.incoming.act
        if isinstance(act, CommandCall):
            return self._called(ctx, act)
        # Plain words in a shared place do not count, because people say them to each other and not to the bot.
        if isinstance(act, Press | Submit | Start) or (isinstance(act, Say) and ctx.place.space is None):
            wait = self._limits.wait_s(actor_key(ctx.actor), "", MOST_ACTS, ctx.now)
            if wait:
                raise TryAgain(text.too_fast(wait))
        if isinstance(act, Press):
            return self._pressed(ctx, act.token)
        if isinstance(act, Submit):
            return self._submitted(ctx, act)
        if isinstance(act, Say):
            return self._said(ctx, act)
        if isinstance(act, Start):
            return self._started(ctx, act)
        return self._event(ctx)

    # -- commands --------------------------------------------------------------------------------------

    def _called(self, ctx: Context, call: CommandCall) -> Reply | None:
        command = ctx.registry.commands.get(call.name)
        if command is not None:
            return self.run(ctx, command, values_of(call, command.params))
        if ctx.registry.subcommands(call.name):
            return self._ask_subcommand(ctx, call)
        if ctx.place.space is not None and call.words is not None:
            return None  # in a shared place the command may be for another bot
        close = difflib.get_close_matches(call.name, [*ctx.registry.commands, *ctx.registry.tops()], 1, 0.7)
        raise NotFound(text.unknown_command(call.name[:40], close[0] if close else None))

    def _ask_subcommand(self, ctx: Context, call: CommandCall) -> Reply | None:
        """Offers the subcommands of a group that was called alone. Raises NotFound for a wrong subcommand."""
        first = "".join((call.words or "").split(None, 1)[:1])[:40]
        if first:
            names = [sub.path.split(" ")[1] for sub in ctx.registry.subcommands(call.name)]
            close = difflib.get_close_matches(first.lower(), names, 1)
            found = f"{call.name} {close[0]}" if close else None
            raise NotFound(text.unknown_command(f"{call.name} {first}", found))
        usable = [sub for sub in ctx.registry.subcommands(call.name) if ctx.may(sub.permission)]
        buttons = tuple((Button(f"/{sub.path}", f"/{sub.path}"),) for sub in usable[:MOST_BUTTONS])
        return self.finish(ctx, say(text.WHICH, buttons=buttons), Visibility.PRIVATE)

    def _typed_values(self, ctx: Context, command: Command, raw: dict[str, Value]) -> dict[str, Any] | Reply:
        """Checks rate and permission. Returns the typed values by name, or asks for missing ones, or who is meant."""
        wait = self._limits.wait_s(_person(ctx), command.path, command.rate, ctx.now)
        if not wait and command.rate.lasting:
            wait = ctx.count_use(command.path, command.rate)
        if wait:
            raise TryAgain(text.too_often(command.path, wait))
        if command.space_only and ctx.place.space is None:
            raise NotAllowed(text.SPACE_ONLY)
        if command.needs_union:
            _ = ctx.union
        ctx.admit(command)
        missing = [param for param in command.params if param.required and param.name not in raw]
        if missing:
            return _form_for(ctx, command, missing, raw)
        values: dict[str, Any] = {}
        for param in command.params:
            if param.name in raw:
                try:
                    values[param.name] = parse(ctx, param, raw[param.name])
                except SeveralPeople as several:
                    return which_person(command, param.name, raw, several)
        return values

    def run(self, ctx: Context, command: Command, raw: dict[str, Value]) -> Reply | None:
        """Runs a command with raw values by parameter name. Raises RunOutside if it is asynchronous."""
        person = _person(ctx)
        try:
            values = self._typed_values(ctx, command, raw)
            if command.is_async and not isinstance(values, Reply):
                raise RunOutside(command, values)
            reply = values if isinstance(values, Reply) else command.handler(ctx, **values)
        except (ModeratorUnknown, BanUnknown):
            self._limits.take_back(person, command.path)  # dispatch asks, and tries again
            raise
        return self.finish(ctx, reply, command.visibility)

    def finish(self, ctx: Context, reply: Reply | None, visibility: Visibility) -> Reply | None:
        """Makes a reply ready for adapters: sets its visibility, stores its buttons and form, or asks the form's
        first question where there are no modals."""
        if reply is None:
            return None
        if reply.visibility is None:
            reply = msgspec.structs.replace(reply, visibility=visibility)
        reply = ctx.spoken(reply)
        if not ctx.writable:
            return reply  # dispatch finishes it in a write, if it has buttons or a form to store
        if reply.form is not None and not self._capabilities[ctx.place.platform].modals:
            reply = ctx.spoken(dialogue.begin(ctx, reply.form, reply.visibility))
        return ctx.keep_tokens(reply)

    # -- buttons, forms, words --------------------------------------------------------------------------

    def _pressed(self, ctx: Context, token: str) -> Reply | None:
        row = ctx.records.token(ctx.tx, token)
        if row is None or row.kind != BUTTON:
            raise NotFound(text.BUTTON_GONE)
        self._enter_by_token(ctx, row)
        if row.single_use and not ctx.records.use_token(ctx.tx, token):
            raise NotAllowed(text.BUTTON_USED)
        arguments: dict[str, Any] = json.loads(row.arguments)
        if row.action == dialogue.ANSWER:
            return self._choice_pressed(ctx, arguments)
        if row.action == dialogue.CANCEL:
            return self._cancel_dialogue(ctx, arguments["dialogue"])
        if row.action == dialogue.SEND:
            return self._send_dialogue(ctx, arguments["dialogue"])
        return self._run_action(ctx, row.action, arguments, {})

    def _submitted(self, ctx: Context, act: Submit) -> Reply | None:
        row = ctx.records.token(ctx.tx, act.token)
        if row is None or row.kind != FORM:
            raise NotFound(text.FORM_GONE)
        self._enter_by_token(ctx, row)
        if not ctx.records.use_token(ctx.tx, act.token):
            raise NotAllowed(text.BUTTON_USED)  # a refused form is not used: its whole act was undone
        form = msgspec.json.decode(row.arguments, type=Form)
        return self._run_action(ctx, form.action, form.arguments, dialogue.checked_all(form, act.values))

    def _enter_by_token(self, ctx: Context, row: Token) -> None:
        """Continues in the space and union of a button or form. Raises NotAllowed if it is not for the actor."""
        if row.presser is not None and row.presser != actor_key(ctx.actor):
            raise NotAllowed(text.NOT_YOURS)
        if row.presser is not None:
            ctx.speak_in(place_of(row, ctx.actor.platform))
        if row.union_id is not None:
            known = ctx.standing.union
            if row.presser is not None or known is None or known.id != row.union_id:
                ctx.enter(row.union_id)  # otherwise dispatch has already found the actor in this union
            if row.presser is None and ctx.place.space is not None and ctx.standing.space is None:
                raise NotAllowed(text.not_here(ctx.union.name))  # the post is older than the space's leaving

    def _run_action(
        self, ctx: Context, action: str, arguments: dict[str, Any], answers: Mapping[str, Answer]
    ) -> Reply | None:
        """Runs a stored action: "/path" is a command, any other name a declared action."""
        if action.startswith("/"):
            command = ctx.registry.commands.get(action[1:])
            if command is None:
                raise NotFound(text.BUTTON_GONE)
            raw = msgspec.convert(arguments, dict[str, Value])
            return self.run(ctx, command, {**raw, **answers})
        declared = ctx.registry.actions.get(action)
        if declared is None:
            raise NotFound(text.BUTTON_GONE)
        if declared.needs_union:
            _ = ctx.union
        ctx.admit(declared)
        return self.finish(ctx, declared.handler(ctx, **arguments, **answers), Visibility.PRIVATE)

    def _said(self, ctx: Context, said: Say) -> Reply | None:
        state = dialogue.find(ctx)
        lowered = said.text.strip().lower()
        if lowered == "/cancel":
            if state is None and ctx.place.space is not None:
                return None
            return self._cancel_dialogue(ctx)
        if state is None:
            return self._event(ctx)
        return self._advance(ctx, state, dialogue.given(state, said))

    def _advance(self, ctx: Context, state: dialogue.DialogueState, given: Answer) -> Reply | None:
        reply = dialogue.answer(ctx, state, given)
        return ctx.keep_tokens(ctx.spoken(reply)) if reply is not None else self._send_dialogue(ctx, state.id)

    def _choice_pressed(self, ctx: Context, arguments: dict[str, Any]) -> Reply | None:
        state = dialogue.find(ctx, arguments["dialogue"])
        if state is None or state.at != arguments["at"]:
            raise NotFound(text.FORM_GONE)
        return self._advance(ctx, state, arguments["value"])

    def _cancel_dialogue(self, ctx: Context, wanted: str | None = None) -> Reply:
        found = dialogue.find(ctx, wanted) is not None and dialogue.end(ctx)
        words = text.CANCELLED if found else text.NOTHING_TO_CANCEL
        return ctx.spoken(say(words, visibility=Visibility.PRIVATE, edit=True))

    def _send_dialogue(self, ctx: Context, wanted: str) -> Reply | None:
        state = dialogue.find(ctx, wanted)
        if state is None:
            raise NotFound(text.FORM_GONE)
        action, arguments, answers = dialogue.submitted(state)
        dialogue.end(ctx)
        ctx.speak_in(state.place)
        if state.union_id is not None:
            ctx.enter(state.union_id)
        return self._run_action(ctx, action, arguments, answers)

    # -- deep links and events --------------------------------------------------------------------------

    def _started(self, ctx: Context, act: Start) -> Reply | None:
        prefix, separator, rest = act.payload.partition("-")
        link = ctx.registry.links.get(prefix) if separator else None
        if link is not None:
            if ctx.standing.account is not None and not link.for_banned:
                ctx.require_welcome()
            return self.finish(ctx, link.handler(ctx, rest), Visibility.PRIVATE)
        row = ctx.records.token(ctx.tx, act.payload) if act.payload else None
        if row is not None and row.kind == HELD and row.presser == actor_key(ctx.actor):
            return restored(ctx.records, ctx.tx, row.arguments.encode())
        if act.payload and (row is None or row.kind == HELD):
            raise NotFound(text.HELD_GONE)
        return self._event(ctx)

    def _event(self, ctx: Context) -> Reply | None:
        reply = None
        for handler in ctx.registry.events.get(type(ctx.incoming.act), ()):
            reply = handler(ctx, ctx.incoming.act) or reply
        return self.finish(ctx, reply, Visibility.PRIVATE if ctx.place.space is None else Visibility.PUBLIC)


def _person(ctx: Context) -> str:
    """The key under which uses are counted: all accounts of a member are one person."""
    member = ctx.standing.member
    return f"member {member.id}" if member else actor_key(ctx.actor)


def whole_path(registry: Registry, call: CommandCall) -> CommandCall:
    """Returns the call with the whole path as its name.

    Platforms without typed commands leave the subcommand among the words. A group's name alone can mean a command.
    """
    first, rest = [*(call.words or "").split(None, 1), "", ""][:2]
    if not first and call.name in registry.defaults:
        return msgspec.structs.replace(call, name=registry.defaults[call.name])
    path = f"{call.name} {first.lower()}"
    return msgspec.structs.replace(call, name=path, words=rest) if path in registry.commands else call


def _form_for(ctx: Context, command: Command, missing: list[Param], raw: dict[str, Value]) -> Reply:
    questions = tuple(_question(ctx, param) for param in missing[:5])
    given: dict[str, Any] = msgspec.to_builtins(raw)
    return Reply(form=Form(f"/{command.path}", questions, f"/{command.path}", given))


def _question(ctx: Context, param: Param) -> Question:
    choices: tuple[tuple[str, str], ...] = tuple((choice, choice) for choice in param.choices)
    if param.kind is ParamKind.BOOLEAN:
        choices = ((phrase("Yes"), "yes"), (phrase("No"), "no"))
    elif param.kind is ParamKind.SPACE:
        choices = tuple(param.arg.suggest(ctx, ""))[:25] if param.arg.suggest else ()
    return Question(
        param.name,
        phrase(param.description),
        "choice" if choices else "long" if param.arg.long else "text",
        hint="@name" if param.kind is ParamKind.PERSON else "",
        min_length=param.arg.min_length if param.kind is ParamKind.TEXT else 0,
        max_length=param.arg.max_length if param.kind is ParamKind.TEXT else 100,
        choices=choices,
    )


def choose_union(choices: tuple[Union, ...]) -> Reply:
    """Returns the question which union a private chat is about."""
    rows = tuple(
        (Button(label, "union.choose", {"ref": union.ref}, Style.PRIMARY),)
        for union, label in zip(choices[:8], told_apart(choices), strict=False)
    )
    return Reply((p(text.CHOOSE_UNION),), rows, visibility=Visibility.PRIVATE)
