"""A union in a group (typed lines) and a server (values), with people who would be one person."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select, update

from bot.areas.conversations import services as conversations
from bot.areas.joinings.tables import joinings as joinings_table
from bot.areas.members.storage import accounts as accounts_storage
from bot.areas.members.tables import members as members_table
from bot.areas.wallets.domain.links import TicketState
from bot.areas.wallets.services import links
from bot.areas.wallets.storage import tickets as tickets_storage
from bot.areas.wallets.storage import wallets as wallets_storage
from bot.areas.wallets.tables import tickets as tickets_table
from bot.chat.incoming import Act, Incoming, Place, Press
from bot.chat.model import Button
from bot.domain.people import Account
from bot.domain.tokens import NewToken
from bot.domain.transaction import Tx
from bot.storage.statements import Statement
from tests.scenes import connected, member_of
from tests.stage import Heard, Persona, Stage
from tests.web.people import ANNAS, SITE, Wallet

YES, NO = "Yes, that is me", "Not me"

_RETURN = Statement(
    update(tickets_table)
    .where(tickets_table.c.id == bindparam("ticket"))
    .values(state=TicketState.RETURNED.value)
)
_MEMBERS = Statement(select(func.count()).where(members_table.c.left_at.is_(None)))
_OPEN = Statement(select(func.count()).select_from(joinings_table))


@dataclass
class Village:
    """Ada founded the union in the group; the server is its second place."""

    stage: Stage
    farm: Place
    hall: Place
    ada: Persona

    async def joins(self, name: str, on: str = "words") -> Persona:
        """Somebody who joins."""
        person = self.stage.person(name, on)
        await person.runs("join", self.farm if on == "words" else self.hall)
        return person

    async def code(self, person: Persona) -> str:
        """The code that /me same-person gives."""
        heard = await person.runs("me same-person")
        found = re.search(r"/me same-person ([A-Z2-9-]+)", heard.text)
        assert found is not None, heard.text
        assert heard.private
        return found[1]

    async def asks(self, typing: Persona, owner: Persona) -> tuple[Heard, Heard]:
        """One account types the code of the other; the questions that both get."""
        code = await self.code(owner)
        asked = await typing.runs("me same-person", code=code)
        assert YES in asked.labels, asked.text
        return asked, await self.last(owner)

    async def become_one(self, typing: Persona, owner: Persona) -> None:
        """Two accounts become one person by a code."""
        mine, theirs = await self.asks(typing, owner)
        assert "I have asked it" in (await typing.presses(mine, YES)).text
        done = await owner.presses(theirs, YES)
        assert "You are now one person" in done.text, done.text

    async def last(self, person: Persona) -> Heard:
        """The newest private message that somebody got."""
        return (await self.stage.told(person))[-1]

    async def account(self, person: Persona) -> Account:
        found = await self.stage.store.read(
            accounts_storage.in_union, 1, person.actor.platform, person.actor.native_id
        )
        assert found is not None
        return found

    async def same(self, one: Persona, other: Persona) -> bool:
        """Whether the two are one person."""
        return (await self.account(one)).member_id == (await self.account(other)).member_id

    async def members(self) -> int:
        return int(await self.stage.store.read(lambda tx: tx.value(_MEMBERS)))

    async def open_questions(self) -> int:
        return int(await self.stage.store.read(lambda tx: tx.value(_OPEN)))

    async def holds(
        self, person: Persona, wallet: Wallet = ANNAS, kind: str = "eoa", *, noted: bool = True
    ) -> None:
        """Somebody has a wallet, and it is noted which account linked it."""
        account = await self.account(person)
        give = (wallet.address, kind, account.id if noted else None, None)
        await self.stage.store.write(lambda tx: wallets_storage.add(tx, member_of(tx, person)[0], *give))

    async def signs(self, person: Persona, wallet: Wallet = ANNAS, kind: str = "eoa") -> int:
        """Somebody signed with a wallet and brought the code back; the ticket."""
        return await self.stage.store.write(signed, await self.account(person), wallet, kind)

    async def button(self, person: Persona, action: str, **arguments: int) -> Heard:
        """Press a button with this action, as one that the person was given."""
        button = Button("B", action, dict(arguments))
        token = await self.stage.store.write(keep, button, person)
        heard = await person.does(Press(token))
        assert heard is not None
        return heard

    async def again(self, person: Persona, act: Act, key: str) -> Heard | None:
        """An act that the platform delivers, with its own id."""
        incoming = Incoming(key, person.actor, self.stage.private(person), act)
        reply = await self.stage.core.dispatch(incoming)
        return Heard(reply) if reply is not None else None


def signed(tx: Tx, account: Account, wallet: Wallet, kind: str) -> int:
    """A ticket whose signature is valid and whose code came back."""
    token = links.open_ticket(tx, account)
    issued = links.issue_text(tx, token, wallet.address, SITE)
    links.sign(tx, token, links.take_text(tx, token, issued.nonce), kind)
    ticket = tickets_storage.latest(tx, account.id)
    assert ticket is not None
    tx.run(_RETURN, ticket=ticket.id)
    return ticket.id


def keep(tx: Tx, button: Button, person: Persona) -> str:
    """The token of a button that only this person may press."""
    key = f"{person.actor.platform}:{person.actor.native_id}"
    new = NewToken(1, "button", button.action, json.dumps(button.arguments), key, None, False, 86_400)
    return conversations.keep_token(tx, new)


async def gather(stage: Stage) -> Village:
    """Founds the union and connects its second place."""
    village = Village(
        stage, stage.group("Farm"), stage.group("Hall", "values"), stage.person("Ada", moderator=True)
    )
    await village.ada.says('/union create name:"Free Farmers" purpose:Grow', village.farm)
    porter = stage.person("Porter", "values", moderator=True)
    await connected(stage, village.ada, village.farm, porter, village.hall)
    return village
