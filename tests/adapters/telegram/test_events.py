"""Updates as acts: every kind, with the traps of offsets, topics, anonymous administrators and other bots."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from telegram import Update

from adapters.telegram import words
from adapters.telegram.events import Heard, Me, Route, Unheard, read
from bot.chat.incoming import (
    NOBODY,
    Act,
    Actor,
    BotAdded,
    BotRemoved,
    CommandCall,
    PersonLeft,
    Place,
    Press,
    Reachable,
    Say,
    SpaceMoved,
    SpaceRenamed,
    Start,
    Who,
)
from tests.adapters.telegram.updates import (
    ADA,
    ANONYMOUS,
    BOB,
    BOT,
    CHANNEL,
    GROUP,
    ME,
    OTHER,
    PRIVATE,
    SIZE,
    TELEGRAM,
    message,
)
from tests.emulators.telegram.model import PERMISSIONS, RIGHTS


def acts(kind: str, payload: dict[str, Any]) -> list[Heard | Unheard]:
    update = Update.de_json({"update_id": 123, kind: copy.deepcopy(payload)}, None)
    assert update is not None
    return read(update, ME)


def heard(payload: dict[str, Any], kind: str = "message") -> Heard:
    found = acts(kind, payload)
    assert len(found) == 1
    assert isinstance(found[0], Heard)
    return found[0]


def act_of(payload: dict[str, Any], kind: str = "message") -> Act | None:
    found = acts(kind, payload)
    assert len(found) <= 1, found
    return found[0].incoming.act if found and isinstance(found[0], Heard) else None


def test_who_where_and_which() -> None:
    one = heard(message("/me"))
    assert one.incoming.key == "telegram:77-u123"
    assert one.incoming.actor == Actor("telegram", "5", "Ada Lovelace", "Ada_L", None)
    assert one.incoming.place == Place("telegram", "-100", "-100", None, "Farm")
    assert one.incoming.locale == "de"
    assert one.route == Route(quote=9)
    private = heard(message("/me", PRIVATE)).incoming.place
    assert private == Place("telegram", "5", None, None, "")


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("/union", "union", ""),
        ("/union create Farm", "union", "create Farm"),
        ("/Union@MUSTER_bot  create  x", "union", "create  x"),
        ("/whois @bob", "whois", "@bob"),
        ("/help\nunion", "help", "union"),
        ("/start", "start", ""),
    ],
)
def test_commands(text: str, name: str, words: str) -> None:
    assert act_of(message(text)) == CommandCall(name, {}, words, {}, None)


@pytest.mark.parametrize(
    "text", ["/union@other_bot create", "/cancel@other_bot", "hello", "see /union", "@Muster_bot"]
)
@pytest.mark.parametrize("reply", [None, BOB])
def test_what_is_not_for_this_bot(text: str, reply: dict[str, Any] | None) -> None:
    more = {"reply_to_message": message("x") | {"from": reply}} if reply else {}
    assert act_of(message(text, **more)) is None


@pytest.mark.parametrize("text", ["/cancel", "/skip", "/cancel@Muster_bot", "/Skip"])
@pytest.mark.parametrize("chat", [PRIVATE, GROUP])
def test_cancel_and_skip_are_words(text: str, chat: dict[str, Any]) -> None:
    assert act_of(message(text, chat)) == Say(text.split("@")[0].lower())


def test_private_words_and_replies_to_the_bot() -> None:
    assert act_of(message("Fair rents", PRIVATE)) == Say("Fair rents")
    assert act_of(message("Fair rents", reply_to_message=message("Purpose?") | {"from": BOT})) == Say(
        "Fair rents"
    )
    assert act_of(message(None, PRIVATE, caption="a proof", photo=[])) == Say("a proof")
    assert act_of(message(None, PRIVATE, photo=[])) is None


def test_start_with_a_payload_also_says_that_the_person_can_be_reached() -> None:
    first, second = acts("message", message("/start code-123", PRIVATE))
    assert isinstance(first, Heard)
    assert isinstance(second, Heard)
    assert (first.incoming.native_id, first.incoming.act) == ("77-u123-reachable", Reachable(True))
    assert (second.incoming.native_id, second.incoming.act) == ("77-u123", Start("code-123"))


def test_people_without_a_username_are_tokens_in_the_words() -> None:
    text = "/tip 🌾 Bob Smith, 5 for Ann 🌾 @_1 x"
    entities = [
        {"type": "text_mention", "offset": 8, "length": 9, "user": BOB},
        {"type": "text_mention", "offset": 25, "length": 3, "user": ADA},
        {"type": "bold", "offset": 19, "length": 1},
    ]
    call = act_of(message(text, entities=entities))
    assert isinstance(call, CommandCall)
    assert call.words == "🌾 @_0, 5 for @__1 🌾 @_1 x"
    assert call.mentions == {"@_0": Who("6", "Bob"), "@__1": Who("5", "Ada Lovelace")}


@pytest.mark.parametrize(
    ("replied", "who"),
    [
        ({"from": BOB}, Who("6", "Bob")),
        ({"from": BOT}, NOBODY),
        ({"from": OTHER}, NOBODY),
        ({"from": ANONYMOUS, "sender_chat": GROUP}, NOBODY),
        ({"from": OTHER, "sender_chat": CHANNEL}, NOBODY),
        ({"from": TELEGRAM, "sender_chat": CHANNEL, "is_automatic_forward": True}, NOBODY),
        ({"from": BOB, "sender_chat": CHANNEL}, NOBODY),
        ({"from": BOB, "forward_origin": {"type": "user", "date": 1, "sender_user": ADA}}, NOBODY),
        ({"from": BOB, "forum_topic_created": {"name": "Votes", "icon_color": 1}}, None),
        ({"from": BOB, "message_id": 40}, None),  # 40 opened the topic
    ],
)
def test_a_message_replied_to_names_its_author(replied: dict[str, Any], who: Who | None) -> None:
    payload = message(
        "/whois", is_topic_message=True, message_thread_id=40, reply_to_message=message("x") | replied
    )
    call = act_of(payload)
    assert isinstance(call, CommandCall)
    assert call.reply_to == who


def test_words_in_a_topic_opened_by_the_bot_answer_nothing() -> None:
    opening = message(None, message_id=40, forum_topic_created={"name": "V", "icon_color": 1}) | {"from": BOT}
    payload = message("hello", is_topic_message=True, message_thread_id=40, reply_to_message=opening)
    assert act_of(payload) is None


def test_threads_are_topics_only() -> None:
    topic = heard(message("/me", is_topic_message=True, message_thread_id=40))
    assert topic.incoming.place.thread == "40"
    chain = heard(message("/me", message_thread_id=40))
    assert chain.incoming.place.thread is None


def test_an_anonymous_administrator_is_nobody() -> None:
    (found,) = acts("message", message("/me") | {"from": ANONYMOUS, "sender_chat": GROUP})
    assert found == Unheard(Place("telegram", "-100", "-100", None, "Farm"), Route(quote=9))
    (found,) = acts("message", message("/me") | {"from": OTHER, "sender_chat": CHANNEL})
    assert found == Unheard(Place("telegram", "-100", "-100", None, "Farm"), Route(quote=9), words.AS_CHANNEL)
    posted = {"from": TELEGRAM, "sender_chat": CHANNEL, "is_automatic_forward": True}
    assert acts("message", message("/me") | posted) == [], "a post of the channel that the group discusses"
    assert acts("message", message("hello") | {"from": OTHER, "sender_chat": CHANNEL}) == []
    assert acts("message", message("/me@other_bot") | {"from": ANONYMOUS, "sender_chat": GROUP}) == []


def test_bots_are_not_heard() -> None:
    assert acts("message", message("/me") | {"from": OTHER}) == []
    assert acts("message", message("hello") | {"from": BOT}) == []


FORWARDED = {"forward_origin": {"type": "user", "date": 1, "sender_user": BOB}}
HIDDEN = {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Bob"}}
FROM_CHANNEL = {"forward_origin": {"type": "channel", "date": 1, "chat": CHANNEL, "message_id": 3}}


@pytest.mark.parametrize("more", [FORWARDED, HIDDEN, FROM_CHANNEL, {"via_bot": OTHER}, {"edit_date": 2}])
def test_words_that_are_not_the_senders_own_do_nothing(more: dict[str, Any]) -> None:
    assert acts("message", message("/union hand-over @mallory", **more)) == []
    asked = message("Purpose?") | {"from": BOT}
    photo = message(None, photo=[SIZE], caption="/call done", **more)
    photo["caption_entities"] = [{"type": "bot_command", "offset": 0, "length": 5}]
    assert acts("message", photo) == []
    for payload in (
        message("/leave", PRIVATE, **more),
        message("/start code-123", PRIVATE, **more),
        message("/cancel", PRIVATE, **more),
        message("Fair rents", PRIVATE, **more),
        message(None, PRIVATE, photo=[SIZE], **more),
        message("Fair rents", reply_to_message=asked, **more),
        message("/skip", reply_to_message=asked, **more),
        message(None, photo=[SIZE], reply_to_message=asked, **more),
    ):
        (found,) = acts("message", payload)
        assert isinstance(found, Unheard)
        assert found.why == words.NOT_TYPED


@pytest.mark.parametrize(
    ("replied", "file", "foreign"),
    [
        ({"from": ADA}, "f", False),
        ({"from": BOB}, None, True),
        ({"from": ADA, **FORWARDED}, None, True),
        ({"from": ADA, "via_bot": OTHER}, None, True),
        ({"from": OTHER}, None, True),
        ({"from": ANONYMOUS, "sender_chat": GROUP}, None, True),
        ({"from": ADA, "sender_chat": CHANNEL}, None, True),
        ({"from": BOT}, None, False),  # the post of a call
    ],
)
def test_a_picture_is_the_senders_own(replied: dict[str, Any], file: str | None, foreign: bool) -> None:
    picture = message(None, photo=[SIZE]) | replied
    call = act_of(message("/call done", reply_to_message=picture))
    assert isinstance(call, CommandCall)
    assert (call.file.ref if call.file else None, call.foreign) == (file, foreign)
    own = message(None, photo=[{**SIZE, "file_id": "own"}], caption="/call done", reply_to_message=picture)
    own["caption_entities"] = [{"type": "bot_command", "offset": 0, "length": 5}]
    call = act_of(own)
    assert isinstance(call, CommandCall)
    assert (call.file.ref if call.file else None, call.foreign) == ("own", False)


def test_edited_messages_and_channel_posts_are_ignored() -> None:
    assert acts("edited_message", message("/me")) == []
    assert acts("channel_post", {**message("/me", CHANNEL), "sender_chat": CHANNEL}) == []


@pytest.mark.parametrize(
    ("service", "act"),
    [
        ({"migrate_to_chat_id": -300}, SpaceMoved("-300")),
        ({"migrate_from_chat_id": -300}, None),
        ({"new_chat_title": "New"}, SpaceRenamed()),
        ({"left_chat_member": BOB}, PersonLeft()),
        ({"left_chat_member": BOT}, None),
        ({"new_chat_members": [BOT]}, None),
    ],
)
def test_service_messages(service: dict[str, Any], act: Act | None) -> None:
    assert act_of(message(None, **service)) == act


def test_who_left_is_the_actor() -> None:
    assert heard(message(None, left_chat_member=BOB)).incoming.actor.native_id == "6"


def test_presses() -> None:
    query = {
        "id": "999", "from": BOB, "chat_instance": "1", "data": "tok",
        "message": message("Sure?", is_topic_message=True, message_thread_id=40) | {"from": BOT},
    }  # fmt: skip
    one = heard(query, "callback_query")
    assert one.incoming.native_id == "999"
    assert one.incoming.act == Press("tok")
    assert one.incoming.actor.native_id == "6"
    assert one.incoming.place.thread == "40"
    assert one.route == Route(pressed=9)
    picture = {**query, "message": message(None, photo=[SIZE], caption="x") | {"from": BOT}}
    assert heard(picture, "callback_query").route == Route(pressed=9, pressed_media=True)
    old = {**query, "message": {"message_id": 9, "date": 0, "chat": GROUP}}
    assert heard(old, "callback_query").route == Route(pressed=9)
    hidden = {**query, "message": message("x", message_id=0, ephemeral_message_id=4) | {"from": BOT}}
    assert heard(hidden, "callback_query").route == Route(ephemeral_pressed=4)
    assert acts("callback_query", {key: value for key, value in query.items() if key != "message"}) == []


def test_ephemeral_commands_are_answered_by_their_own_number() -> None:
    assert heard(message("/me", message_id=0, ephemeral_message_id=4)).route == Route(ephemeral_quote=4)


def standing(chat: dict[str, Any], user: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    return {
        "chat": chat, "from": ADA, "date": 1,
        "old_chat_member": member(user, before), "new_chat_member": member(user, after),
    }  # fmt: skip


def member(user: dict[str, Any], status: str) -> dict[str, Any]:
    rights = ("can_be_edited", "is_anonymous", *RIGHTS)
    restricted = dict.fromkeys(PERMISSIONS, False)
    more: dict[str, dict[str, Any]] = {
        "administrator": dict.fromkeys(rights, False),
        "kicked": {"until_date": 0},
        "restricted": {"is_member": True, "until_date": 0, **restricted},
        "outside": {"is_member": False, "until_date": 0, **restricted},
    }
    return {"user": user, "status": "restricted" if status == "outside" else status, **more.get(status, {})}


@pytest.mark.parametrize(
    ("chat", "before", "after", "act"),
    [
        (GROUP, "left", "member", BotAdded()),
        (GROUP, "kicked", "administrator", BotAdded()),
        (GROUP, "left", "restricted", BotAdded()),
        (GROUP, "member", "administrator", None),
        (GROUP, "member", "restricted", None),
        (GROUP, "restricted", "outside", BotRemoved()),
        (GROUP, "member", "kicked", BotRemoved()),
        (GROUP, "administrator", "left", BotRemoved()),
        (CHANNEL, "left", "administrator", BotAdded(broadcast=True)),
        (PRIVATE, "member", "kicked", Reachable(False)),
        (PRIVATE, "kicked", "member", Reachable(True)),
    ],
)
def test_the_bots_own_standing(chat: dict[str, Any], before: str, after: str, act: Act | None) -> None:
    assert act_of(standing(chat, BOT, before, after), "my_chat_member") == act


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        ("member", "left", True),
        ("administrator", "kicked", True),
        ("restricted", "outside", True),
        ("left", "member", False),
        ("member", "administrator", False),
        ("outside", "left", False),
    ],
)
def test_people_who_leave(before: str, after: str, left: bool) -> None:
    found = acts("chat_member", standing(GROUP, BOB, before, after))
    assert [each.incoming.actor.native_id for each in found if isinstance(each, Heard)] == ["6"] * left
    assert acts("chat_member", standing(GROUP, OTHER, before, after)) == []


def test_two_bots_number_their_updates_apart() -> None:
    """After a change of token the new bot's updates may bear the numbers of the old one's."""
    data = {
        "update_id": 5,
        "message": {
            "message_id": 1,
            "date": 1,
            "chat": {"id": 9, "type": "private"},
            "from": {"id": 9, "is_bot": False, "first_name": "Ada"},
            "text": "/help",
            "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
        },
    }
    keys = set()
    for bot in (77, 78):
        update = Update.de_json(data, None)
        assert update is not None
        keys |= {one.incoming.key for one in read(update, Me(bot, "b", "B")) if isinstance(one, Heard)}
    assert len(keys) == 2
