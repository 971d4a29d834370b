"""Reminders of the day's call in private, for members who ask for them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bot.areas.calls.domain.calls import Call
from bot.areas.calls.domain.schedule import parse_clock
from bot.areas.calls.domain.texts import clock
from bot.areas.reminders import services as reminders
from bot.chat.chores import Duty, Office
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import Block, Button, Image, Reply, Style, Visibility, bold, p
from bot.chat.params import Arg
from bot.chat.text import platform_name
from bot.chat.tokens import keep_tokens
from bot.domain.names import one_line
from bot.domain.people import Union
from bot.domain.phrases import phrase
from commands.calls.posts import card
from commands.calls.suggestions import suggest_hours
from commands.calls.words import called

area = Area()

AT_ONCE = 200
READ_AT_ONCE = 10_000


@area.command(
    "call reminders", "Get the day's call in private, at the hour you choose", visibility=Visibility.PRIVATE
)
def remind_me(
    ctx: Context,
    switch: Annotated[Literal["on", "off"], "Turn reminders on or off"] | None = None,
    hour: Annotated[str, Arg("At what time of day, like 18:30 or 6pm", max_length=12, suggest=suggest_hours)]
    | None = None,
) -> Reply:
    """Sends you the day's call of your union and of your branch in private, at the hour you choose, unless you have
    answered it by then. If a call closes before your hour, the reminder comes an hour before it closes. Reminders go
    to the account that you type this from. Without options, this shows your settings.
    """
    if switch == "off":
        return _stopped(ctx)
    if switch is None and hour is None:
        return _shown(ctx)
    return _started(ctx, parse_clock(hour) if hour is not None else None)


@area.action("reminders.start")
def start(ctx: Context) -> Reply:
    return _started(ctx, None)


@area.action("reminders.stop")
def stop(ctx: Context) -> Reply:
    return _stopped(ctx)


def _started(ctx: Context, minutes: int | None) -> Reply:
    """Turns reminders on, and says when the first one comes."""
    today = reminders.start(ctx.tx, ctx.union, ctx.member, ctx.account, minutes)
    shown = _shown(ctx)
    begins = phrase("The first one comes today.")
    if not today:
        begins = phrase("The first one comes tomorrow, because that hour has passed today.")
    return msgspec.structs.replace(shown, blocks=(*shown.blocks, p(begins)))


def _stopped(ctx: Context) -> Reply:
    """Stops the reminders, and says so, also after a second press."""
    reminders.remove(ctx.tx, ctx.member)
    return _off()


def _off() -> Reply:
    words = phrase("Reminders are off. To choose the hour, type `/call reminders hour:18:30`.")
    on = Button(phrase("Turn on"), "reminders.start", style=Style.PRIMARY, lasts_s=30 * 86_400)
    return Reply((p(words),), ((on,),), visibility=Visibility.PRIVATE)


def _shown(ctx: Context) -> Reply:
    found = reminders.of(ctx.tx, ctx.member)
    if found is None:
        return _off()
    where = platform_name(found.account.platform) if found.account else phrase("an account that is gone")
    blocks: list[Block] = [
        p(
            phrase(
                "Reminders are on: at {hour} ({time_zone}) on {platform}, if there is a call that you have not "
                "answered.",
                hour=bold(clock(found.minutes)),
                time_zone=ctx.union.time_zone,
                platform=bold(where),
            )
        )
    ]
    early = reminders.too_late_for(ctx.tx, ctx.union, found.minutes)
    if early is not None:
        blocks.append(
            p(
                phrase(
                    "{call} closes at {closes}, before your hour, so its reminder comes an hour before that.",
                    call=bold(called(early)),
                    closes=clock(early.closes),
                )
            )
        )
    if found.account is None or found.account.unreachable_at is not None:
        blocks.append(
            p(
                phrase(
                    "My messages do not reach you there. Write to me there in private, or type "
                    "`/call reminders on` from another account."
                )
            )
        )
    return Reply(tuple(blocks), ((_stop_button(),),))


def _stop_button() -> Button:
    return Button(phrase("Stop reminders"), "reminders.stop", lasts_s=30 * 86_400)


# -- reminding -----------------------------------------------------------------------------------------------


@area.chore
async def remind(office: Office) -> None:
    """Sends members whose hour has come the open calls that they have not answered."""

    async def remind_members(union: Union) -> None:
        while member_ids := await office.read(reminders.waiting, union, READ_AT_ONCE):
            if not await _remind_all(office, union, member_ids):
                break

    await office.each(await office.read(reminders.due), remind_members)


async def _remind_all(office: Office, union: Union, member_ids: list[int]) -> bool:
    for at in range(0, len(member_ids), AT_ONCE):
        if not await office.write(union, _remind, member_ids[at : at + AT_ONCE]):
            return False
    return True


def _remind(duty: Duty, member_ids: list[int]) -> bool:
    """Sends the reminders of these members; False if there is no open call any more."""
    found = reminders.take(duty.tx, duty.union, member_ids)
    if found is None:
        return False
    ready: dict[int, Reply] = {}
    for reminder in found:
        for call in reminder.calls:
            if call.id not in ready:
                ready[call.id] = _message(duty, call)
            duty.post(reminder.account, ready[call.id], f"reminder:{call.id}:{reminder.member_id}")
    return True


def _message(duty: Duty, call: Call) -> Reply:
    """Returns the reminder of a call. It is one for all members, and its buttons are stored once.

    A press acts for the member who pressed.
    """
    post = card(duty, call, call.answered)
    union = bold(one_line(duty.union.name))
    heading = phrase("Today's call in {union}:", union=union)
    if call.leader_id is not None:
        heading = phrase("Your branch's call in {union}:", union=union)
    # Without the picture, of which each message would keep a copy.
    blocks = [block for block in post.blocks if not isinstance(block, Image)]
    reply = Reply(
        (p(heading), *blocks),
        (*post.buttons, (_stop_button(),)),
    )
    return keep_tokens(duty.records, duty.tx, reply, duty.union.id, None)
