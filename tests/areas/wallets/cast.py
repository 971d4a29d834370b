"""The people of the dialogue tests about wallets; the page's part is done through the services."""

from __future__ import annotations

from bot import membership
from bot.areas.wallets.services import links
from bot.chat.incoming import Place
from bot.domain.transaction import Tx
from tests import scenes
from tests.stage import Heard, Persona, Stage
from tests.web.people import ANNAS, SITE, Wallet, wait


class Cast:
    """A union in a group (typed lines) and a server (Values), with Ada in both and Bo in the group."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.farm, self.hall = stage.group("Farm"), stage.group("Hall", "values")
        self.ada = stage.person("Ada", moderator=True)
        self.ada_there = stage.person("Ada", "values", moderator=True)
        self.bo = stage.person("Bo")

    async def gather(self) -> None:
        await self.ada.says('/union create name:"Free Farmers" purpose:Grow', self.farm)
        await scenes.connected(self.stage, self.ada, self.farm, self.ada_there, self.hall)
        await self.ada_there.runs("join", self.hall)
        await self.bo.says("/join", self.farm)

    async def signs(self, heard: Heard, wallet: Wallet = ANNAS, kind: str = "eoa") -> str:
        """What the page does with the link of a reply; the code it shows."""
        token = heard.url("Open the page").rpartition("/")[2]
        store = self.stage.store
        issued = await store.write(links.issue_text, token, wallet.address, SITE)
        attempt = await store.write(links.take_text, token, issued.nonce)
        return (await store.write(links.sign, token, attempt, kind)).code

    async def brings(self, who: Persona, place: Place, wallet: Wallet = ANNAS) -> Heard:
        """The way up to the question whose wallet that is, with the code in the command."""
        code = await self.signs(await who.says("/link", place), wallet)
        return await who.says(f"/link {code}", place)

    async def links(self, who: Persona, place: Place, wallet: Wallet = ANNAS) -> Heard:
        """The whole way."""
        asked = await self.brings(who, place, wallet)
        return await who.presses(asked, "Link this wallet", place)

    async def ada_is_one(self) -> None:
        """Make Ada's two accounts one member, neither of the next one."""

        def merge(tx: Tx) -> None:
            absorbed, survivor = (scenes.member_of(tx, who)[0] for who in (self.ada_there, self.ada))
            membership.merge(tx, survivor.union_id, absorbed, survivor)
            wait(tx, scenes.member_of(tx, self.ada)[1], None)

        await self.stage.store.write(merge)
