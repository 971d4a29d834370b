"""Telling moderators of spaces and people that the bot's messages do not reach."""

from __future__ import annotations

from bot.areas.delivery import services as delivery
from bot.areas.delivery.domain import UNSURE, Unreached
from bot.areas.flags import services as flags
from bot.areas.members.services import display
from bot.areas.spaces import services as spaces
from bot.chat.chores import Duty, Office
from bot.chat.declarations import Area
from bot.chat.model import Block, Reply, bold, items, p
from bot.chat.targets import Target
from bot.chat.text import UNTITLED, platform_name
from bot.domain.names import one_line
from bot.domain.people import Union
from bot.domain.phrases import Phrase, phrase, plural

area = Area()


@area.chore
async def tell_of_unreached(office: Office) -> None:
    """Tells moderators once of each chat out of reach: of spaces at once, of people in the morning."""

    async def tell(union: Union) -> None:
        await office.write(union, _tell)

    await office.each(await office.read(delivery.unions_to_tell), tell)


def _tell(duty: Duty) -> None:
    found = delivery.take_unreached(duty.tx, duty.union)
    if not found:
        return
    reply = _notice(duty, found)
    founder = duty.union.founder_id
    account = display.reachable(duty.tx, founder) if founder is not None else None
    if account is not None:
        duty.post(account, reply)
    chat = flags.alerts(duty.tx, duty.union)
    if chat is not None and all(one.chat != chat.chat or one.kind == UNSURE for one in found):
        duty.post(Target(chat.platform, chat=chat.chat, thread=chat.thread), reply)


def _notice(duty: Duty, found: list[Unreached]) -> Reply:
    titles = {space.chat or space.native_id: space.title for space in spaces.of_union(duty.tx, duty.union)}
    places = [
        _trouble(one, one_line(titles.get(one.chat, ""), 40) or UNTITLED)
        for one in found
        if one.person is None
    ]
    people = sum(one.person is not None for one in found)
    blocks: list[Block] = [
        p(phrase("Some of my messages do not arrive in {union}.", union=bold(one_line(duty.union.name))))
    ]
    if places:
        blocks += [p(phrase("These places need your help:")), items(*places)]
    if people:
        blocks.append(
            p(
                plural(
                    people,
                    "{n:,} member takes no private messages from me. I leave them out until they write to me again.",
                    "{n:,} members take no private messages from me. I leave them out until they write to me again.",
                )
            )
        )
    return Reply((*blocks, p(phrase("`/union spaces` lists the places of the union. I say this only once."))))


def _trouble(one: Unreached, title: str) -> Phrase:
    """Says what keeps messages from a place, and what helps."""
    place = phrase("{place} ({platform})", place=title, platform=platform_name(one.platform))
    told = {
        "rights": phrase(
            "{place}: I lack the right to write there. Type `/union check` there to see which one.",
            place=place,
        ),
        "gone": phrase(
            "{place}: it no longer exists. `/call here` chooses another, `/union disconnect` gives the place up.",
            place=place,
        ),
        "closed": phrase(
            "{place}: the topic is closed or gone. Reopen it, or choose another with `/call here`.",
            place=place,
        ),
        "unsure": phrase(
            "{place}: my last post may be missing there, or be there twice. Please have a look, and delete the "
            "second one.",
            place=place,
        ),
        "blocked": phrase("{place}: it no longer lets me write.", place=place),
    }
    return told[one.kind]
