"""Inviting and joining by a code, as people do it in chat."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import bindparam, func, select, update

from bot.areas.invites import services as invites
from bot.areas.invites.tables import invites as invites_table
from bot.areas.members.storage import accounts as accounts_storage
from bot.areas.members.storage import members as members_storage
from bot.areas.tree.services import endorsements
from bot.chat.incoming import CommandCall, Incoming, Start
from bot.domain.people import Member
from bot.domain.transaction import Tx
from bot.storage.statements import Statement
from bot.storage.store import Store
from tests.scenes import connected
from tests.stage import Heard, Persona, Stage

PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")  # https://core.telegram.org/bots/features#deep-linking
USES = Statement(select(func.sum(invites_table.c.uses)))
SET_USES = Statement(
    update(invites_table).where(invites_table.c.code == bindparam("which")).values(uses=bindparam("number"))
)


class Cast:
    """Ada's union in a group (typed lines) and a server (values), with Ada in both; Eve's in another group."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.farm, self.hall, self.lair = (
            stage.group("Farm"),
            stage.group("Hall", "values"),
            stage.group("Lair"),
        )
        self.ada = stage.person("Ada", moderator=True)
        self.eve = stage.person("Eve", moderator=True)

    async def gather(self) -> None:
        await self.ada.says('/union create name:"Free Farmers" purpose:Grow', self.farm)
        await self.eve.says("/union create name:Weeds purpose:Choke", self.lair)
        mara = self.stage.person("Mara", "values", moderator=True)
        await connected(self.stage, self.ada, self.farm, mara, self.hall)

    @property
    def store(self) -> Store:
        return self.stage.store

    async def code(self, who: Persona | None = None) -> str:
        return shown(await (who or self.ada).says("/invite"))

    async def member(self, who: Persona, union_id: int = 1) -> Member:
        actor = who.actor

        def read(tx: Tx) -> Member | None:
            account = accounts_storage.in_union(tx, union_id, actor.platform, actor.native_id)
            return members_storage.by_id(tx, account.member_id) if account else None

        found = await self.store.read(read)
        assert found is not None
        return found

    async def uses(self) -> int:
        return int(await self.store.read(lambda tx: tx.value(USES)))


def shown(heard: Heard) -> str:
    """The code of a reply to /invite."""
    found = re.search(r"^Your code for .*: ([A-Z2-9]{10})$", heard.text, re.MULTILINE)
    assert found is not None, heard.text
    return found[1]


@pytest.fixture
async def cast(stage: Stage) -> Cast:
    made = Cast(stage)
    await made.gather()
    return made


# -- one's own code ----------------------------------------------------------------------------------------


async def test_invite_shows_the_code_and_how_it_is_used(cast: Cast) -> None:
    heard = await cast.ada.says("/invite", cast.farm)
    code = shown(heard)
    assert heard.private
    typed = f"- Words: /join {code} in Farm or in a private chat with me"
    assert f"{typed}, or the link https://chat.example/bot?start=join-{code}\n" in heard.text
    assert PAYLOAD.fullmatch(f"join-{code}")
    assert "Valid until: 2026-03-31T12:00:00+00:00" in heard.text
    assert "Used: 0 of 100 times" in heard.text
    assert "Your recruits: nobody yet" in heard.text
    assert shown(await cast.ada.says("/invite")) == code


async def test_where_no_link_opens_a_private_chat_the_command_is_shown(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cast.stage.platforms["values"], "private_link", lambda payload: None)
    monkeypatch.setattr(cast.stage.platforms["words"], "private_link", lambda payload: f"/?start={payload}")
    heard = await cast.ada.says("/invite")
    code = shown(heard)
    assert f"- Values: /join {code} in Hall or in a private chat with me\n" in heard.text
    assert f", or the link https://muster.example/?start=join-{code}" in heard.text


async def test_who_came_and_who_stayed_is_shown(cast: Cast) -> None:
    code = await cast.code()
    bo, cy = cast.stage.person("Bo"), cast.stage.person("Cy")
    await bo.says(f"/join {code}", cast.farm)
    await cy.says(f"/join {code}", cast.farm)
    await cy.presses(await cy.says("/leave", cast.farm), "Leave and erase", cast.farm)
    heard = await cast.ada.says("/invite")
    assert "Used: 2 of 100 times" in heard.text
    assert "Your recruits: 2 in total, 1 still here" in heard.text


async def test_a_new_code_replaces_the_old_at_one_press(cast: Cast) -> None:
    card = await cast.ada.says("/invite", cast.farm)
    old = shown(card)
    fresh = await cast.ada.presses(card, "New code", cast.farm)
    assert fresh.reply.edit
    assert shown(fresh) != old
    assert shown(await cast.ada.presses(card, "New code", cast.farm)) == shown(fresh), "pressed twice"
    bo = cast.stage.person("Bo")
    assert "was revoked" in (await bo.says(f"/join {old}", cast.farm)).text
    assert "Welcome" in (await bo.says(f"/join {shown(fresh)}", cast.farm)).text


async def test_a_code_that_got_about_is_revoked_at_once(cast: Cast) -> None:
    card = await cast.ada.says("/invite", cast.farm)
    code = shown(card)
    assert f"{code} is revoked" in (await cast.ada.presses(card, "Revoke", cast.farm)).text
    bo = cast.stage.person("Bo")
    for heard in (await bo.says(f"/join {code}", cast.farm), await bo.opens(f"join-{code}")):
        assert "This one was revoked" in heard.text
        assert "/invite" in heard.text
        assert heard.private
    assert "was already invalid" in (await cast.ada.presses(card, "Revoke", cast.farm)).text
    again = await cast.code()
    assert again != code
    await cast.ada.presses(card, "Revoke", cast.farm)
    assert await cast.code() == again, "the card of an old code ends no new one"


async def test_codes_are_not_made_without_end(cast: Cast) -> None:
    card = await cast.ada.says("/invite", cast.farm)
    for _ in range(4):
        card = await cast.ada.presses(card, "New code", cast.farm)
    refused = await cast.ada.presses(card, "New code", cast.farm)
    assert "you made 5 within a day" in refused.text
    assert shown(await cast.ada.says("/invite")) == shown(card)


async def test_only_members_have_codes_and_only_ones_own_card_works(cast: Cast) -> None:
    bo = cast.stage.person("Bo")
    assert "first: /join" in (await bo.says("/invite", cast.farm)).text
    card = await cast.ada.says("/invite", cast.farm)
    for label in ("New code", "Revoke"):
        assert "someone else" in (await bo.presses(card, label, cast.farm)).text
    assert await cast.code() == shown(card)


# -- joining in a place ------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["words", "values"])
async def test_joining_by_a_code_in_a_place(cast: Cast, platform: str) -> None:
    code = await cast.code()
    bo = cast.stage.person("Bo", platform)
    if platform == "words":
        heard = await bo.says(f"/join {code[:5].lower()}-{code[5:]}", cast.farm)
    else:
        heard = await bo.runs("join", cast.hall, code=f" {code[:5]} {code[5:].lower()}")
    assert heard.private
    assert heard.text.startswith("Welcome to Free Farmers, Bo.")
    assert "@Ada invited you." in heard.text
    assert "gathers" not in heard.text
    button = heard.button("Endorse Ada")
    assert button.action == "support.endorse"
    assert button.arguments["leader"] == (await cast.member(cast.ada)).ref
    assert await cast.store.read(invites.recruited, (await cast.member(cast.ada)).id) == (1, 1)


@pytest.mark.parametrize("private", [True, False])
async def test_one_press_endorses_who_invited_them(cast: Cast, private: bool) -> None:
    bo, place = cast.stage.person("Bo"), None if private else cast.farm
    heard = await bo.says(f"/join {await cast.code()}", place)
    await bo.presses(heard, "Endorse Ada", place)
    choice = await cast.store.read(endorsements.of, await cast.member(bo))
    assert choice is not None
    assert choice.leader_id == (await cast.member(cast.ada)).id


async def test_spaces_between_the_letters_are_typed_as_well(cast: Cast) -> None:
    code = await cast.code()
    heard = await cast.stage.person("Bo").says(f"/join {code[:3]} {code[3:6]} {code[6:]}", cast.farm)
    assert "Welcome" in heard.text


async def test_joining_without_a_code_is_as_before(cast: Cast) -> None:
    bo = cast.stage.person("Bo")
    assert "There is no union here" in (await bo.says("/join", cast.stage.group("Moor"))).text
    assert "You are not in a union yet" in (await bo.says("/join")).text
    heard = await bo.says("/join", cast.farm)
    assert heard.text.startswith("Welcome to Free Farmers, Bo.")
    assert heard.labels == []
    await bo.says("/join", cast.lair)
    assert "several unions" in (await bo.says("/join")).text


async def test_a_code_of_another_union_is_refused_in_a_place_without_naming_it(cast: Cast) -> None:
    code = await cast.code(cast.eve)
    bo = cast.stage.person("Bo")
    for heard in (
        await bo.says(f"/join {code}", cast.farm),
        await cast.stage.person("Bo", "values").runs("join", cast.hall, code=code),
    ):
        assert "for another union than the one here" in heard.text
        assert "private chat" in heard.text
        assert "Weeds" not in heard.text
        assert "Eve" not in heard.text
    assert "There is no union here" in (await bo.says(f"/join {code}", cast.stage.group("Moor"))).text
    assert await cast.uses() == 0


async def test_codes_that_let_nobody_in_say_why(cast: Cast) -> None:
    code = await cast.code()
    bo = cast.stage.person("Bo")
    for typed in ("ABCDE23456", "no code at all", code[:9], "<b>*_@everyone", "'; drop table invites"):
        assert "I do not know this code" in (await bo.opens(f"join-{typed}")).text
    assert "I do not know this code" in (await bo.says("/join ABCDE23456", cast.farm)).text
    await cast.store.write(lambda tx: tx.run(SET_USES, which=code, number=100))
    assert "was used 100 times" in (await bo.says(f"/join {code}", cast.farm)).text
    other = await cast.code()
    assert other != code
    cast.stage.clock.advance(timedelta(days=30))
    assert "has expired" in (await bo.says(f"/join {other}", cast.farm)).text
    assert "not in a union" in (await bo.says("/me")).text


async def test_the_last_use_goes_to_one_of_two(cast: Cast) -> None:
    code = await cast.code()
    await cast.store.write(lambda tx: tx.run(SET_USES, which=code, number=99))
    bo, cy = cast.stage.person("Bo"), cast.stage.person("Cy", "values")
    assert "Welcome" in (await bo.opens(f"join-{code}")).text
    assert "was used 100 times" in (await cy.runs("join", cast.hall, code=code)).text
    assert "Join" in (await cy.runs("me", cast.hall)).text


async def test_guessing_is_slowed_down(cast: Cast) -> None:
    bo = cast.stage.person("Bo")
    heard = [(await bo.says("/join ABCDE23456")).text for _ in range(6)]
    assert ["Try again in" in text for text in heard] == [False] * 5 + [True]
    heard = [(await bo.opens("join-ABCDE23456")).text for _ in range(61)]
    assert ["Try again in" in text for text in heard] == [False] * 60 + [True]


async def test_a_repeated_delivery_joins_once(cast: Cast) -> None:
    code = await cast.code()
    bo = cast.stage.person("Bo")
    for act in (CommandCall("join", words=code), Start(f"join-{code}")):
        incoming = Incoming(f"again-{act}", bo.actor, cast.stage.private(bo), act)
        assert await cast.stage.core.dispatch(incoming) == await cast.stage.core.dispatch(incoming)
    assert await cast.uses() == 1


# -- joining in private ------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["words", "values"])
async def test_joining_in_a_private_chat(cast: Cast, platform: str) -> None:
    code = await cast.code()
    bo = cast.stage.person("Bo", platform)
    heard = await bo.says(f"/join {code}") if platform == "words" else await bo.runs("join", code=code)
    assert heard.private
    assert "Welcome to Free Farmers, Bo." in heard.text
    assert "You can find it here:\n- Farm (Words)\n- Hall (Values)" in heard.text
    assert "@Ada invited you." in heard.text
    assert "Bo in Free Farmers" in (await bo.runs("me")).text


async def test_joining_by_the_deep_link(cast: Cast) -> None:
    link = re.search(r"start=(\S+)", (await cast.ada.says("/invite")).text)
    assert link is not None
    bo = cast.stage.person("Bo")
    heard = await bo.opens(link[1])
    assert "Welcome to Free Farmers, Bo." in heard.text
    assert "Farm (Words)" in heard.text
    assert heard.labels == ["Endorse Ada"]


async def test_a_link_never_switches_the_private_chat_to_its_union(cast: Cast) -> None:
    """Whoever sends a link could make people speak in another union than they think."""
    bo = cast.stage.person("Bo")
    await bo.says("/join", cast.lair)
    assert "Bo in Weeds" in (await bo.says("/me")).text
    heard = await bo.opens(f"join-{await cast.code()}")
    assert "This chat stays about Weeds" in heard.text
    assert "Bo in Weeds" in (await bo.says("/me")).text
    chosen = await bo.presses(heard, "Make this chat about Free Farmers")
    assert "This chat is now about Free Farmers" in chosen.text
    assert "Bo in Free Farmers" in (await bo.says("/me")).text


async def test_nor_does_it_where_several_could_be_meant(cast: Cast) -> None:
    bo = cast.stage.person("Bo")
    await bo.says("/join", cast.lair)
    await bo.says("/join", cast.farm)
    shed = cast.stage.group("Shed")
    ida = cast.stage.person("Ida", moderator=True)
    await ida.says('/union create name:Sheds purpose:"Store"', shed)
    found = re.search(r"start=(\S+)", (await ida.says("/invite", shed)).text)
    assert found is not None
    heard = await bo.opens(found[1])
    assert "not about any of them yet" in heard.text
    assert "You are in several unions" in (await bo.says("/me")).text


async def test_a_false_union_of_the_same_name_and_purpose_is_told_apart(cast: Cast) -> None:
    ida, shed = cast.stage.person("Ida", moderator=True), cast.stage.group("Shed")
    await ida.says('/union create name:"free  Farmers" purpose:Grow', shed)
    bo = cast.stage.person("Bo")
    await bo.says("/join", cast.farm)
    await bo.says("/join", shed)
    for asked in (await bo.says("/me"), await bo.says("/union switch")):
        labels = asked.labels
        assert len(set(labels)) == 2
        assert all(re.search(r"Farmers · .+ \([\w-]{4}\)$", label) for label in labels), labels
    chosen = await bo.presses(asked, labels[0])
    assert f"now about {labels[0]}." in chosen.text


async def test_joining_a_union_that_has_no_place(cast: Cast) -> None:
    code = await cast.code(cast.eve)
    asked = await cast.eve.says("/union disconnect", cast.lair)
    await cast.eve.presses(asked, "Disconnect", cast.lair)
    heard = await cast.stage.person("Bo").opens(f"join-{code}")
    assert "Welcome to Weeds" in heard.text
    assert "no server or group right now" in heard.text


async def test_who_left_comes_back_by_a_code(cast: Cast) -> None:
    bo = cast.stage.person("Bo")
    await bo.says("/join", cast.lair)
    await cast.eve.presses(await cast.eve.says("/union hand-over @bo", cast.lair), "Hand over", cast.lair)
    await cast.eve.presses(await cast.eve.says("/leave", cast.lair), "Leave and erase", cast.lair)
    assert "Welcome to Weeds, Eve" in (await cast.eve.opens(f"join-{await cast.code(bo)}")).text
    assert await cast.store.read(invites.recruited, (await cast.member(bo, 2)).id) == (1, 1)


# -- who is there already ----------------------------------------------------------------------------------


async def test_ones_own_code_is_for_others(cast: Cast) -> None:
    code = await cast.code()
    for heard in (await cast.ada.says(f"/join {code}", cast.farm), await cast.ada.opens(f"join-{code}")):
        assert "your own code" in heard.text
        assert heard.labels == []
    assert await cast.uses() == 0


async def test_a_member_is_told_so_and_may_endorse_who_invited_them(cast: Cast) -> None:
    code = await cast.code()
    bo = cast.stage.person("Bo")
    await bo.says("/join", cast.farm)
    for heard in (await bo.says(f"/join {code}", cast.farm), await bo.opens(f"join-{code}")):
        assert "You are already a member of Free Farmers." in heard.text
        assert heard.button("Endorse Ada").arguments["leader"] == (await cast.member(cast.ada)).ref
    await bo.presses(heard, "Endorse Ada")
    assert (await bo.says(f"/join {code}", cast.farm)).labels == []
    assert await cast.uses() == 0
    assert await cast.store.read(invites.recruited, (await cast.member(cast.ada)).id) == (0, 0)


async def test_a_name_with_markup_stays_one_line_on_the_button(cast: Cast) -> None:
    mallory = cast.stage.person("M<b>*\n/leave\u202e@everyone")
    await mallory.says("/join", cast.farm)
    heard = await cast.stage.person("Bo").opens(f"join-{await cast.code(mallory)}")
    assert heard.labels == ["Endorse M<b>* /leave\\u{202E}@everyone"]


async def test_the_code_of_who_left_is_unknown(cast: Cast) -> None:
    bo = cast.stage.person("Bo")
    await bo.says("/join", cast.farm)
    code = await cast.code(bo)
    await bo.presses(await bo.says("/leave", cast.farm), "Leave and erase", cast.farm)
    cy = cast.stage.person("Cy")
    for heard in (await cy.says(f"/join {code}", cast.farm), await cy.opens(f"join-{code}")):
        assert "I do not know this code" in heard.text
        assert "Bo" not in heard.text
