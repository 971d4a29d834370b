"""Who may write where, what a bot is told, and how chats change."""

from datetime import timedelta

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    ChatMemberAdministrator,
    ChatMemberBanned,
    ChatMemberOwner,
    ReplyParameters,
)
from telegram.error import BadRequest, ChatMigrated, Forbidden

from tests.clock import ManualClock
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram.conftest import updates


async def test_who_the_bot_is(emu: TelegramEmulator, bot: Bot) -> None:
    assert bot.username == "muster_test_bot"
    assert not (await bot.get_me()).can_read_all_group_messages
    emu.bot.privacy = False
    assert (await bot.get_me()).can_read_all_group_messages


async def test_private_chats_need_start(emu: TelegramEmulator, bot: Bot) -> None:
    alice = emu.user("Alice")
    with pytest.raises(Forbidden, match="can't initiate"):
        await bot.send_message(alice.id, "hello")
    alice.types("/start")
    await bot.send_message(alice.id, "hello")
    alice.blocks_bot()
    with pytest.raises(Forbidden, match="blocked"):
        await bot.send_message(alice.id, "hello")
    alice.unblocks_bot()
    await bot.send_message(alice.id, "hello")
    standings = [u.my_chat_member.new_chat_member.status for u in await updates(bot) if u.my_chat_member]
    assert standings == ["kicked", "member"]
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await bot.send_message(99, "hello")


async def test_a_join_request_opens_a_chat_for_five_minutes(
    emu: TelegramEmulator, bot: Bot, manual: ManualClock
) -> None:
    alice, bob = emu.user("Alice"), emu.user("Bob")
    group = emu.group("Farmers", alice, bot="administrator")
    link = await bot.create_chat_invite_link(group.id, name="gate", creates_join_request=True)
    bob.requests_to_join(group, link.invite_link)
    request = (await updates(bot))[-1].chat_join_request
    assert request.invite_link.name == "gate"
    await bot.send_message(request.user_chat_id, "welcome")
    manual.advance(timedelta(minutes=5, seconds=1))
    with pytest.raises(Forbidden, match="can't initiate"):
        await bot.send_message(request.user_chat_id, "welcome")
    await bot.approve_chat_join_request(group.id, bob.id)
    assert group.member(bob).present
    with pytest.raises(BadRequest, match=r"(?i)hide_requester_missing"):
        await bot.decline_chat_join_request(group.id, bob.id)


async def test_declining_bans_and_rights(emu: TelegramEmulator, bot: Bot) -> None:
    alice, bob = emu.user("Alice"), emu.user("Bob")
    group = emu.group("Farmers", alice, bob)
    with pytest.raises(BadRequest, match=r"(?i)not enough rights"):
        await bot.ban_chat_member(group.id, bob.id)
    group.promotes_bot("can_restrict_members", "can_invite_users")
    with pytest.raises(BadRequest, match="administrator of the chat"):
        await bot.ban_chat_member(group.id, alice.id)
    await bot.ban_chat_member(group.id, bob.id)
    assert isinstance(await bot.get_chat_member(group.id, bob.id), ChatMemberBanned)
    await bot.unban_chat_member(group.id, bob.id)
    assert not group.member(bob).present
    bob.requests_to_join(group)
    await bot.decline_chat_join_request(group.id, bob.id)
    assert not group.member(bob).present
    changes = [u.chat_member.new_chat_member.status for u in await updates(bot) if u.chat_member]
    assert changes == []  # chat_member is off until somebody asks for it
    group.promotes(bob)
    assert [u.chat_member.new_chat_member.status for u in await updates(bot) if u.chat_member] == [
        "administrator"
    ]


async def test_members_and_administrators(emu: TelegramEmulator, bot: Bot) -> None:
    alice, bob = emu.user("Alice"), emu.user("Bob")
    group = emu.group("Farmers", alice, bob, bot="administrator")
    assert isinstance(await bot.get_chat_member(group.id, alice.id), ChatMemberOwner)
    group.promotes(bob, "can_delete_messages")
    standing = await bot.get_chat_member(group.id, bob.id)
    assert isinstance(standing, ChatMemberAdministrator)
    assert standing.can_delete_messages
    assert not standing.can_restrict_members
    group.demotes(bob)
    assert [member.user.id for member in await bot.get_chat_administrators(group.id)] == [
        alice.id,
        emu.bot.id,
    ]
    assert await bot.get_chat_member_count(group.id) == 3
    assert (await bot.get_chat(group.id)).title == "Farmers"
    assert (await bot.get_chat(alice.id)).username == "alice"


async def test_the_bot_comes_and_goes(emu: TelegramEmulator, bot: Bot) -> None:
    alice = emu.user("Alice")
    group = emu.group("Farmers", alice, bot=None)
    with pytest.raises(Forbidden, match="not a member of the supergroup"):
        await bot.send_message(group.id, "hello")
    group.adds_bot(by=alice, admin=True)
    await bot.send_message(group.id, "hello")
    group.demotes_bot()
    group.mutes_bot()
    with pytest.raises(BadRequest, match=r"(?i)not enough rights to send"):
        await bot.send_message(group.id, "hello")
    group.removes_bot()
    with pytest.raises(Forbidden, match="kicked from the supergroup"):
        await bot.get_chat(group.id)
    got = await updates(bot)
    statuses = [u.my_chat_member.new_chat_member.status for u in got if u.my_chat_member]
    assert statuses == ["administrator", "member", "kicked"]
    assert got[1].message.new_chat_members[0].id == emu.bot.id
    channel = emu.channel("News", alice)
    await bot.send_message(channel.id, "hello")
    await bot.leave_chat(channel.id)
    with pytest.raises(Forbidden, match="not a member of the channel"):
        await bot.send_message(channel.id, "hello")


async def test_privacy_mode(emu: TelegramEmulator, bot: Bot) -> None:
    alice = emu.user("Alice")
    group = emu.group("Farmers", alice)
    mine = await bot.send_message(group.id, "hello")
    alice.types("good morning", in_=group)
    alice.types("/help@other_bot", in_=group)
    alice.types("see /help", in_=group)
    alice.types("/help", in_=group)
    alice.types("/help@Muster_Test_Bot", in_=group)
    alice.types("@muster_test_bot hi", in_=group)
    alice.types("I agree", in_=group, reply_to=group.messages[mine.message_id])
    alice.leaves(group)
    seen = [u.message.text for u in await updates(bot)]
    assert seen == ["/help", "/help@Muster_Test_Bot", "@muster_test_bot hi", "I agree", None]
    group.promotes_bot()
    alice.joins(group)
    alice.types("administrators see all", in_=group)
    assert (await updates(bot))[-1].message.text == "administrators see all"
    emu.bot.privacy = False
    open_group = emu.group("Open", alice)
    alice.types("privacy is off", in_=open_group)
    assert (await updates(bot))[-1].message.text == "privacy is off"


async def test_a_group_becomes_a_supergroup(emu: TelegramEmulator, bot: Bot) -> None:
    alice = emu.user("Alice")
    old = emu.group("Farmers", alice, kind="group")
    new = old.migrates()
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(old.id, "hello")
    assert caught.value.new_chat_id == new.id
    await bot.send_message(new.id, "hello")
    left, came = (u.message for u in await updates(bot))
    assert (left.chat.id, left.migrate_to_chat_id) == (old.id, new.id)
    assert (came.chat.id, came.migrate_from_chat_id) == (new.id, old.id)


async def test_topics(emu: TelegramEmulator, bot: Bot) -> None:
    alice = emu.user("Alice")
    group = emu.group("Farmers", alice, forum=True)
    topic = group.topic("Votes")
    alice.types("/vote", in_=topic)
    created, said = (u.message for u in await updates(bot))
    assert created.forum_topic_created.name == "Votes"
    assert said.is_topic_message
    assert said.reply_to_message.message_id == topic.id  # an implicit reply, not one to a person
    sent = await bot.send_message(group.id, "in the topic", message_thread_id=topic.id)
    assert sent.message_thread_id == topic.id
    with pytest.raises(BadRequest, match=r"(?i)message thread not found"):
        await bot.send_message(group.id, "nowhere", message_thread_id=77777)


async def test_replies_and_mentions(emu: TelegramEmulator, bot: Bot) -> None:
    alice, bob = emu.user("Alice"), emu.user("Bob", username=None)
    group = emu.group("Farmers", alice, bob)
    asked = alice.types("/whois Bob 😀", in_=group, mentions={"Bob": bob})
    message = (await updates(bot))[-1].message
    assert message.parse_entities(["text_mention"]).popitem()[1] == "Bob"
    assert message.parse_entity(message.entities[0]) == "/whois"
    reply = await bot.send_message(group.id, "Bob", reply_parameters=ReplyParameters(asked.id))
    assert reply.reply_to_message.message_id == asked.id
    asked.deleted = True
    with pytest.raises(BadRequest, match=r"(?i)message to be replied not found"):
        await bot.send_message(group.id, "Bob", reply_parameters=ReplyParameters(asked.id))
    lenient = ReplyParameters(asked.id, allow_sending_without_reply=True)
    assert (await bot.send_message(group.id, "Bob", reply_parameters=lenient)).reply_to_message is None


async def test_people_change(emu: TelegramEmulator, bot: Bot) -> None:
    alice = emu.user("Alice")
    alice.renames("Alicia", "Lopez", username="alicia")
    mine = alice.types("hello")
    alice.edits(mine, "hello again")
    said, edited = await updates(bot)
    assert said.message.from_user.full_name == "Alicia Lopez"
    assert said.message.chat.username == "alicia"
    assert edited.edited_message.text == "hello again"


async def test_members_come_and_go(emu: TelegramEmulator, bot: Bot) -> None:
    alice, bob = emu.user("Alice"), emu.user("Bob")
    group = emu.group("Farmers", alice)
    bob.joins(group)
    group.kicks(bob)
    group.renames("Growers")
    joined, left, renamed = (u.message for u in await updates(bot))
    assert joined.new_chat_members[0].id == bob.id
    assert left.left_chat_member.id == bob.id
    assert renamed.new_chat_title == "Growers"


async def test_command_menus(emu: TelegramEmulator, bot: Bot) -> None:
    alice = emu.user("Alice")
    group = emu.group("Farmers", alice)
    await bot.set_my_commands([BotCommand("help", "What I do")])
    await bot.set_my_commands([BotCommand("help", "Qué hago")], language_code="es")
    await bot.set_my_commands([BotCommand("me", "You")], scope=BotCommandScopeAllGroupChats())
    await bot.set_my_commands([BotCommand("vote", "Vote")], scope=BotCommandScopeChat(group.id))
    assert [c.description for c in await bot.get_my_commands()] == ["What I do"]
    assert [c.description for c in await bot.get_my_commands(language_code="es")] == ["Qué hago"]
    assert emu.menu(alice) == ["help"]
    assert emu.menu(alice, group) == ["vote"]
    await bot.delete_my_commands(scope=BotCommandScopeChat(group.id))
    assert emu.menu(alice, group) == ["me"]
    assert list(await bot.get_my_commands(scope=BotCommandScopeChat(group.id))) == []
