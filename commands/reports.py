"""What became of a call: the day's close, and leaders' reports."""

from __future__ import annotations

import asyncio

from bot.chat.chores import Duty, Office
from bot.chat.registry import Area
from bot.domain.people import Union
from bot.services import activation

area = Area()


# -- the day's close ---------------------------------------------------------------------------------------


@area.chore
async def count_activation(office: Office) -> None:
    """Everybody's activation, once the union's call is over."""
    for union in await office.read(activation.due):
        await _count(office, union)


async def _count(office: Office, union: Union) -> None:
    data = await office.scan(activation.read, union)
    if data is None:
        return
    for chunk in activation.chunks(await asyncio.to_thread(activation.compute, data)):
        await office.write(union, _keep, chunk)
    await office.write(union, _finish, data)


def _keep(duty: Duty, chunk: activation.Changes) -> None:
    activation.keep(duty.tx, chunk)


def _finish(duty: Duty, data: activation.Data) -> None:
    activation.finish(duty.tx, duty.union, data)
