"""Messages about the tree that leaders and members did not ask for: at most one a day."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.areas.checkins.services import answers
from bot.areas.members.services import daily_notice, display
from bot.areas.tree.services import digest, support, trust
from bot.chat.chores import Duty, Office
from bot.chat.declarations import Area
from bot.chat.model import Block, Reply, Span, Text, bold, p, say
from bot.domain.names import one_line
from bot.domain.people import Account, Union
from bot.domain.phrases import phrase, plural
from commands.tree.endorsements import endorse_button

area = Area()

AT_ONCE = 50
NAMED = 10
THINNED_AT_ONCE = 1000


@area.chore
async def tell_leaders(office: Office) -> None:
    """Sends a digest to each leader with new or lost endorsements, once a day."""

    async def tell(due: tuple[Union, datetime]) -> None:
        union, before = due
        while await office.write(union, _tell_some, before):
            pass

    await office.each(await office.read(digest.due), tell)


def _tell_some(duty: Duty, before: datetime) -> bool:
    leaders = digest.leaders_to_tell(duty.tx, duty.union, before, AT_ONCE)
    for leader_id in leaders:
        change = digest.take(duty.tx, duty.union, leader_id, before)
        account = display.reachable(duty.tx, leader_id)
        if account is None or not (change.gained or change.lost):
            continue
        if daily_notice.claim(duty.tx, duty.union, leader_id):
            duty.post(account, _digest(duty, change, account), f"digest:{leader_id}:{before.timestamp():.0f}")
    return len(leaders) == AT_ONCE


def _digest(duty: Duty, change: digest.SupportChange, account: Account) -> Reply:
    known = display.of(duty.tx, [*change.gained[:NAMED], *change.lost[:NAMED]], account.platform)
    blocks: list[Block] = [p(bold(phrase("Your support in {union}", union=one_line(duty.union.name))))]
    gained, lost = (_names(duty, known, members) for members in (change.gained, change.lost))
    if change.gained:
        blocks.append(
            p(
                plural(
                    len(change.gained),
                    "{n:,} more person endorses you: {names}.",
                    "{n:,} more people endorse you: {names}.",
                    names=gained,
                )
            )
        )
    if change.lost:
        blocks.append(
            p(
                plural(
                    len(change.lost),
                    "{n:,} person no longer endorses you: {names}.",
                    "{n:,} people no longer endorse you: {names}.",
                    names=lost,
                )
            )
        )
    blocks.append(
        p(
            plural(
                change.headcount,
                "Your support base is {n:,} person. `/branch` shows more.",
                "Your support base is {n:,} people. `/branch` shows more.",
            )
        )
    )
    return Reply(tuple(blocks))


def _names(duty: Duty, known: dict[int, Account], members: list[int]) -> list[str | Span]:
    parts: list[str | Span] = []
    for member_id in members[:NAMED]:
        account = known.get(member_id)
        parts += [", " if parts else "", duty.mention(account) if account else Text(display.GONE)]
    if len(members) > NAMED:
        return [phrase("{names} and {more:,} more", names=parts, more=len(members) - NAMED)]
    return parts


@area.chore
async def tell_released(office: Office) -> None:
    """Tells members that their leader left, and offers them that leader's own leader."""

    async def tell(union: Union) -> None:
        while await office.write(union, _release_some):
            pass

    await office.each(await office.read(digest.unions_with_released), tell)


def _release_some(duty: Duty) -> bool:
    released = digest.take_released(duty.tx, duty.union, AT_ONCE)
    for one in released.members:
        account = display.reachable(duty.tx, one.member_id)
        if account is None or not daily_notice.claim(duty.tx, duty.union, one.member_id):
            continue
        words = p(
            phrase(
                "The leader you endorsed in {union} has left, so your endorsement has ended. Everyone who endorses "
                "you stays with you.",
                union=bold(one_line(duty.union.name)),
            )
        )
        face = display.of(duty.tx, [one.offer.id], account.platform).get(one.offer.id) if one.offer else None
        if one.offer is None or face is None:
            duty.post(account, say(words, phrase("`/leaders` shows whom others endorse.")))
            continue
        offered = p(
            phrase(
                "They endorsed {leader}. Do you want to follow {leader} directly?", leader=duty.mention(face)
            )
        )
        button = endorse_button(one.offer, face.name)
        duty.post(account, say(words, offered, buttons=((button,),)))
    return released.more


@area.chore
async def work_out_trust(office: Office) -> None:
    """Works out everybody's trust, in unions that changed since the last time."""

    async def work_out(union: Union) -> None:
        data = await office.scan(trust.read, union, answers)
        for chunk in trust.chunks(await asyncio.to_thread(trust.compute, data)):
            await office.write(union, _keep_trust, chunk)
        await office.write(union, _finish_trust, data)

    await office.each(await office.read(trust.due), work_out)


@area.chore
async def forget_old_days(office: Office) -> None:
    """Erases some past values of support: the older they are, the fewer stay."""
    while await office.store.write(support.prune, THINNED_AT_ONCE):
        pass


def _keep_trust(duty: Duty, chunk: Sequence[trust.ScoreChange]) -> None:
    trust.keep(duty.tx, chunk)


def _finish_trust(duty: Duty, data: trust.TrustData) -> None:
    trust.finish(duty.tx, duty.union, data)
