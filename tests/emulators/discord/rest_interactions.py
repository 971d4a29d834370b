"""REST: acknowledging interactions, and the webhook that their token opens."""

from __future__ import annotations

from . import payloads
from .api import Answer, Call, route
from .compose import create, edit, ephemeral_flag
from .errors import ApiError
from .model import EPHEMERAL, LOADING, Interaction, Json, Message
from .rules import CHOICES, MODAL
from .world import CALLBACK_WINDOW

PONG, MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, AUTOCOMPLETE, MODAL_ANSWER = 1, 4, 5, 6, 7, 8, 9
ANSWERS = {2: {MESSAGE, DEFERRED, MODAL_ANSWER}, 4: {AUTOCOMPLETE}, 5: {MESSAGE, DEFERRED}}
ANSWERS[3] = {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL_ANSWER}
HOOK = "/webhooks/{webhook_id}/{webhook_token}"


@route("POST", "/interactions/{interaction_id}/{interaction_token}/callback", token=False)
def callback(call: Call) -> Answer:
    interaction = _unanswered(call)
    kind = call.body["type"]
    allowed = ANSWERS[interaction.type] | ({6, 7} if interaction.type == 5 and interaction.message else set())
    if kind not in allowed:
        raise call.reject("an interaction is answered in its own kind", f"{kind} to type {interaction.type}")
    message = _answer(call, interaction, kind, call.body.get("data") or {})
    interaction.ack = kind
    call.emulator.ack_delays.append(call.emulator.monotonic() - interaction.sent_at)
    interaction.touch()
    if not call.flag("with_response"):
        return 204, None
    return 200, _callback_answer(interaction, kind, message)


def _unanswered(call: Call) -> Interaction:
    """The interaction, still open; 10062 unknown or late, 40060 already acknowledged."""
    world = call.world
    interaction = world.interactions.get(call.id("interaction_id"))
    if interaction is None or interaction.token != call.params["interaction_token"]:
        raise call.reject("an interaction is known", "wrong id or token", 10062)
    call.interaction = interaction
    if interaction.ack is not None:
        interaction.double_acks += 1
        interaction.touch()
        if interaction.forgiven:
            raise ApiError(40060)
        raise call.reject("an interaction is acknowledged once", f"again with {call.body['type']}", 40060)
    if world.now - interaction.created_at > CALLBACK_WINDOW:
        waited = (world.now - interaction.created_at).total_seconds()
        raise call.reject("an interaction is acknowledged within 3 s", f"{waited:.1f} s", 10062)
    return interaction


def _answer(call: Call, interaction: Interaction, kind: int, data: Json) -> Message | None:
    """Do what the callback says; return the message that it made or changed."""
    if kind == MESSAGE:
        interaction.original = create(
            call, interaction.channel, data, interaction=interaction, flags=ephemeral_flag(data)
        )
    elif kind == DEFERRED:
        interaction.deferred = True
        interaction.original = _loading(call, interaction, data)
    elif kind in (DEFERRED_UPDATE, UPDATE):
        interaction.original = interaction.message
        if kind == UPDATE and interaction.message is not None:
            edit(call, interaction.message, data)
    elif kind == AUTOCOMPLETE:
        choices = data.get("choices") or []
        call.obey(CHOICES, choices, interaction.focused_type)
        interaction.choices = choices
    elif kind == MODAL_ANSWER:
        call.obey(MODAL, data)
        interaction.modal = data
    return interaction.original


def _loading(call: Call, interaction: Interaction, data: Json) -> Message:
    """The "thinking…" message."""
    flags = LOADING | ephemeral_flag(data)
    world = call.world
    message = Message(
        world.new_id(), interaction.channel, world.bot, world.now, flags=flags, interaction=interaction
    )
    world.add(message)
    call.emulator.message_event("MESSAGE_CREATE", message)
    return message


def _callback_answer(interaction: Interaction, kind: int, message: Message | None) -> Json:
    shown: Json = {"id": str(interaction.id), "type": interaction.type}
    if message is not None:
        shown |= {
            "response_message_id": str(message.id),
            "response_message_loading": message.loading,
            "response_message_ephemeral": message.ephemeral,
        }
    answer: Json = {"interaction": shown}
    if kind in (MESSAGE, UPDATE) and message is not None:
        answer["resource"] = {"type": kind, "message": payloads.message(message)}
    return answer


def _open(call: Call) -> Interaction:
    """The acknowledged interaction of the token; 10015 unknown, 50027 expired."""
    if call.id("webhook_id") != call.world.application_id:
        raise ApiError(10015)
    interaction = call.world.by_token(call.params["webhook_token"])
    if interaction.ack in (None, AUTOCOMPLETE):
        raise call.reject("an interaction is acknowledged before its webhook is used", call.method, 10015)
    return interaction


@route("POST", HOOK, token=False)
def follow_up(call: Call) -> Answer:
    interaction = _open(call)
    original = interaction.original
    if interaction.deferred and original is not None and original.loading and not original.deleted:
        message = edit(call, original, call.body)  # the first follow-up takes the place of "thinking…"
    else:
        message = create(
            call, interaction.channel, call.body, interaction=interaction, flags=ephemeral_flag(call.body)
        )
        interaction.followups.append(message)
    interaction.touch()
    return 200, payloads.message(message)


def _own(call: Call) -> tuple[Interaction, Message]:
    """The interaction and the message of it that the path names; 10008 if it is not its own."""
    interaction = _open(call)
    mine = [interaction.original, *interaction.followups]
    if "message_id" in call.params:
        mine = [each for each in mine if each is not None and each.id == call.id("message_id")]
    message = mine[0] if mine else None
    if message is None or message.deleted:
        raise ApiError(10008)
    return interaction, message


@route("GET", HOOK + "/messages/@original", token=False)
@route("GET", HOOK + "/messages/{message_id}", token=False)
def get_own(call: Call) -> Answer:
    return 200, payloads.message(_own(call)[1])


@route("PATCH", HOOK + "/messages/@original", token=False)
@route("PATCH", HOOK + "/messages/{message_id}", token=False)
def edit_own(call: Call) -> Answer:
    interaction, message = _own(call)
    if (call.body.get("flags") or 0) & EPHEMERAL and not message.ephemeral:
        raise call.reject("a public message cannot become ephemeral", "an edit with flag 64")
    edit(call, message, call.body)
    interaction.touch()
    return 200, payloads.message(message)


@route("DELETE", HOOK + "/messages/@original", token=False)
@route("DELETE", HOOK + "/messages/{message_id}", token=False)
def delete_own(call: Call) -> Answer:
    interaction, message = _own(call)
    call.emulator.delete_message(message)
    interaction.touch()
    return 204, None
