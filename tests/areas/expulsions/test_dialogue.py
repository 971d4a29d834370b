"""Expelling people, as moderators and they see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.areas.conversations import services as conversations
from bot.areas.expulsions.services import expulsions
from bot.areas.ledger import services as ledger
from bot.areas.members.services import members
from bot.areas.traces import services as traces
from bot.areas.traces.domain import WALLET, TraceKind
from bot.areas.tree.services import recount, support
from bot.areas.unions import services as unions
from bot.areas.wallets.services import wallets
from bot.chat import asking
from bot.chat.context import Context
from bot.chat.incoming import PersonLeft, Place, Who
from bot.domain.people import Account, Member, Permission, Union
from bot.domain.transaction import Tx
from bot.errors import NotAllowed
from bot.membership import LINKING, merge
from tests import scenes
from tests.stage import Heard, Persona, Stage

DAY = scenes.DAY
WALLETS = "0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D"


@dataclass
class Cast:
    """A union with a founder, Ada, and a member, Bo."""

    stage: Stage
    ada: Persona
    bo: Persona
    farm: Place

    async def union(self) -> Union:
        union = await self.stage.store.read(unions.by_id, 1)
        assert union is not None
        return union

    async def expels(self, who: Persona, until: str = "30d", reason: str = "Spam in the group") -> Heard:
        """Ada expels somebody and confirms it."""
        return await self.ada.presses(await self.asks(who, until, reason), "Expel")

    async def asks(self, who: Persona, until: str = "30d", reason: str = "Spam in the group") -> Heard:
        person = Who(who.actor.native_id, who.actor.name)
        if self.ada.actor.platform == "words":
            return await self.ada.says(f"/expel @{who.actor.username} {until} {reason}")
        return await self.ada.runs("expel", person=person, until=until, reason=reason)


@pytest.fixture(params=["words", "values"])
async def cast(request: pytest.FixtureRequest, stage: Stage) -> Cast:
    ada, farm = await scenes.founded(stage, request.param)
    (bo,) = await scenes.joined(stage, farm, "Bo")
    return Cast(stage, ada, bo, farm)


def as_member(tx: Tx, persona: Persona) -> tuple[Member, Account]:
    return scenes.member_of(tx, persona)


async def test_the_question_names_platform_person_id_and_what_happens(cast: Cast) -> None:
    asked = await cast.asks(cast.bo)
    assert asked.private
    platform = cast.ada.actor.platform
    assert f"Expel @Bo on {platform.title()} (ID bo-{platform}) from Farm?" in asked.text
    for words in ("Why: Spam in the group", "Their membership ends", "They are told in private"):
        assert words in asked.text
    assert await cast.stage.store.read(members.count, await cast.union()) == 2  # asking does nothing


async def test_who_is_expelled_is_told_and_nothing_of_them_is_left(cast: Cast) -> None:
    assert "Bo is expelled (no. 1)" in (await cast.expels(cast.bo)).text
    told = (await cast.stage.told(cast.bo))[-1].text
    assert "You were expelled from Farm for 30 days. To object, write to the founder, Ada" in told
    assert "Why: Spam in the group" in told
    union, platform = await cast.union(), cast.bo.actor.platform
    assert await cast.stage.store.read(members.count, union) == 1
    assert (
        await cast.stage.store.read(members.account_in, union.id, platform, cast.bo.actor.native_id) is None
    )
    assert (await cast.stage.store.read(ledger.verify, union))[1] is None


async def test_the_ledger_says_by_whom_and_until_when_but_neither_name_nor_reason(cast: Cast) -> None:
    member, _ = await cast.stage.store.read(as_member, cast.bo)
    await cast.expels(cast.bo)
    (payload,) = await scenes.entries(cast.stage, "member.expelled")
    assert member.ref in payload
    assert "until" in payload
    assert "Spam" not in payload
    assert "Bo" not in payload.replace(member.ref, "")
    assert len(await scenes.entries(cast.stage, "member.left")) == 1


async def test_no_way_leads_back_in(cast: Cast) -> None:
    """Attack: joining by command, by an old button, by a code, and by its link."""
    code = (await cast.ada.runs("invite")).text.split(": ")[1][:10]
    await cast.expels(cast.bo)
    for heard in (
        await cast.bo.runs("join", cast.farm),
        await cast.bo.runs("join", cast.farm, code=code),
        await cast.bo.runs("join", code=code),
        await cast.bo.opens(f"join-{code}"),
    ):
        assert "You are expelled from Farm for another 30 days" in heard.text, heard.text
        assert "To object, write to the founder, Ada" in heard.text
    assert await cast.stage.store.read(members.count, await cast.union()) == 1


@pytest.mark.parametrize("how", ["expelled", "banned"])
async def test_a_private_chat_about_a_union_that_keeps_them_out_opens_links_of_others(
    stage: Stage, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`/join CODE` works there, and so does the link with the same code."""
    monkeypatch.setattr(asking, "KEPT_S", 0.0)
    ada, farm = await scenes.founded(stage)
    (bo,) = await scenes.joined(stage, farm, "Bo")
    eve, lair = stage.person("Eve", moderator=True), stage.group("Lair")
    await eve.says('/union create Weeds "Choke"', lair)
    code = (await eve.runs("invite")).text.split(": ")[1][:10]
    own = (await ada.runs("invite")).text.split(": ")[1][:10]
    if how == "banned":
        stage.platforms[bo.actor.platform].bans.add((farm.space or "", bo.actor.native_id))
        await bo.does(PersonLeft(), farm)
    else:
        await ada.presses(await ada.says("/expel @bo 30d Spam"), "Expel")
        assert "You are expelled" in (await bo.opens(f"join-{own}")).text
    opened = await bo.opens(f"join-{code}")
    assert "Welcome to Weeds" in opened.text, opened.text


async def test_the_public_button_does_not_let_them_in(stage: Stage) -> None:
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    founded = await ada.says('/union create Farm "Grow"', farm)
    (bo,) = await scenes.joined(stage, farm, "Bo")
    await ada.presses(await ada.says("/expel @bo forever Spam"), "Expel")
    pressed = await bo.presses(founded, "Join Farm", farm)
    assert "You are expelled from Farm for good" in pressed.text


async def test_other_acts_say_that_they_are_expelled_instead_of_inviting_them_to_join(cast: Cast) -> None:
    await cast.expels(cast.bo)
    for command in ("me", "link", "leaders"):
        assert "You are expelled from Farm" in (await cast.bo.runs(command, cast.farm)).text


async def test_a_moderator_of_a_place_who_is_expelled_moderates_it_no_more(cast: Cast) -> None:
    """Attack: the platform still says that they run the place."""
    platform = cast.ada.actor.platform
    mod = cast.stage.person("Mo", platform, moderator=True)
    await mod.runs("join", cast.farm)
    await scenes.moderates_union(cast.ada, cast.farm)
    assert "Nothing looks made up" in (await mod.runs("flags list", cast.farm)).text
    await cast.expels(mod)
    assert "You are expelled" in (await mod.runs("flags list", cast.farm)).text
    assert "You are expelled" in (await mod.runs("call approvals", cast.farm)).text
    assert "You are expelled" in (await mod.runs("call here", cast.farm)).text


async def test_leaving_first_does_not_help(cast: Cast) -> None:
    """Attack: leave, be expelled as somebody who is no member, and come back."""
    await scenes.leaves(cast.bo, cast.farm)
    person = Who(cast.bo.actor.native_id, "Bo")
    asked = await cast.ada.runs("expel", person=person, until="30d", reason="Spam")
    assert "They are not a member" in asked.text
    await cast.ada.presses(asked, "Expel")
    assert "You are expelled" in (await cast.bo.runs("join", cast.farm)).text


async def test_it_ends_by_the_clock_and_name_and_reason_with_it(cast: Cast) -> None:
    await cast.expels(cast.bo)
    cast.stage.clock.advance(30 * DAY - timedelta(seconds=1))
    assert "You are expelled from Farm for another 1 minute" in (await cast.bo.runs("join", cast.farm)).text
    cast.stage.clock.advance(timedelta(seconds=1))
    assert "Welcome to Farm" in (await cast.bo.runs("join", cast.farm)).text
    assert "Nobody is expelled" in (await cast.ada.runs("readmit")).text
    cast.stage.clock.advance(DAY)
    await cast.stage.store.write(expulsions.prune, cast.stage.clock.now())
    assert await cast.stage.store.read(expulsions.page, await cast.union(), 0, 9) == ([], 0)


async def test_moderators_see_who_why_and_until_when_and_let_them_back(cast: Cast) -> None:
    await cast.expels(cast.bo)
    listed = await cast.ada.runs("readmit")
    for words in ("No. 1: Bo", "By: @Ada", "Why: Spam in the group", "Until: 2026-03-31T12:00:00+00:00"):
        assert words in listed.text
    back = await cast.ada.presses(listed, "Readmit no. 1")
    assert "Bo can join again" in back.text
    assert "Nobody is expelled" in (await cast.ada.runs("readmit")).text
    assert "Welcome to Farm" in (await cast.bo.runs("join", cast.farm)).text
    assert len(await scenes.entries(cast.stage, "member.readmitted")) == 1


async def test_another_one_pages_and_an_expulsion_that_ended_cannot_be_ended(cast: Cast) -> None:
    people = await scenes.joined(cast.stage, cast.farm, "Cy", "Di", "Ed", "Flo")
    for person in people:
        await cast.expels(person, "forever")
    listed = await cast.ada.runs("readmit")
    assert "Until: forever" in listed.text
    assert "Cy" not in listed.text
    older = await cast.ada.presses(listed, "Older")
    assert "Cy" in older.text
    await cast.ada.presses(listed, "Readmit no. 4")
    again = await cast.ada.presses(await cast.ada.presses(older, "Newer"), "Readmit no. 3")
    assert "Ed can join again" in again.text
    stale = await cast.ada.presses(older, "Readmit no. 1")
    assert "Cy can join again" in stale.text
    assert "Already done" in (await cast.ada.presses(older, "Readmit no. 1")).text


async def test_founders_oneself_and_strangers_cannot(cast: Cast) -> None:
    assert "cannot expel yourself" in (await cast.asks(cast.ada)).text
    for heard in (
        await cast.bo.runs("expel", cast.farm, person=Who("x", "X"), until="1d", reason="No"),
        await cast.bo.runs("readmit", cast.farm),
    ):
        assert "for moderators of the whole union" in heard.text


async def test_a_right_that_was_lost_before_the_press_does_not_expel(cast: Cast) -> None:
    asked = await cast.asks(cast.bo)
    (cy,) = await scenes.joined(cast.stage, cast.farm, "Cy")
    heir = Who(cy.actor.native_id, "Cy")
    await cast.ada.presses(await cast.ada.runs("union hand-over", cast.farm, heir=heir), "Hand over")
    assert "for moderators of the whole union" in (await cast.ada.presses(asked, "Expel")).text
    assert await cast.stage.store.read(members.count, await cast.union()) == 3


async def test_who_became_the_founder_before_the_press_is_not_expelled(cast: Cast) -> None:
    asked = await cast.asks(cast.bo)
    heir = Who(cast.bo.actor.native_id, "Bo")
    await cast.ada.presses(await cast.ada.runs("union hand-over", cast.farm, heir=heir), "Hand over")
    await cast.ada.presses(asked, "Expel")
    assert await cast.stage.store.read(members.count, await cast.union()) == 2


async def test_until_is_a_duration_a_day_or_for_ever(cast: Cast) -> None:
    for words, shown in (
        ("30d", "2026-03-31T12:00"),
        ("2027-01-31", "2027-01-31T00:00"),
        ("forever", "forever"),
    ):
        assert f"Until: {shown}" in (await cast.asks(cast.bo, words)).text
    assert "I cannot use" in (await cast.asks(cast.bo, "2020-01-01")).text
    assert "I cannot use" in (await cast.asks(cast.bo, "spam")).text


async def test_all_accounts_of_the_person_are_told_and_kept_out(cast: Cast) -> None:
    other = cast.stage.person("Bob", cast.ada.actor.platform)
    await other.runs("join", cast.farm)

    def one(tx: Tx) -> None:
        merge(tx, 1, as_member(tx, other)[0], as_member(tx, cast.bo)[0])

    await cast.stage.store.write(one)
    assert "all 2 of their accounts" in (await cast.asks(cast.bo)).text
    await cast.expels(cast.bo)
    for person in (cast.bo, other):
        assert "You were expelled" in (await cast.stage.told(person))[-1].text
        assert "You are expelled" in (await person.runs("join", cast.farm)).text


async def test_a_wallet_of_theirs_lets_no_fresh_account_back_until_a_moderator_frees_it(cast: Cast) -> None:
    """Attack: a new account with the old wallet. The account itself is not punished."""

    def give(tx: Tx, person: Persona, address: str, kind: str = "eoa") -> None:
        wallets.give(tx, as_member(tx, person)[0], address, kind, LINKING.holding_changed)

    await cast.stage.store.write(give, cast.bo, WALLETS[0])
    await cast.stage.store.write(give, cast.bo, WALLETS[1], "contract")
    await cast.expels(cast.bo)
    (fresh,) = await scenes.joined(cast.stage, cast.farm, "Fresh")
    with pytest.raises(NotAllowed, match="belonged to someone who is expelled"):
        await cast.stage.store.write(give, fresh, WALLETS[0])
    await cast.stage.store.write(give, fresh, WALLETS[1], "contract")  # several people may sign for it
    assert await cast.stage.store.read(members.count, await cast.union()) == 2
    listed = await cast.ada.runs("readmit")
    assert "can be linked again" in (await cast.ada.presses(listed, "Free wallets of no. 1")).text
    await cast.stage.store.write(give, fresh, WALLETS[0])
    assert "You are expelled" in (await cast.bo.runs("join", cast.farm)).text
    assert "Free wallets of no. 1" not in (await cast.ada.runs("readmit")).labels


async def test_only_keyed_hashes_of_their_accounts_and_wallets_are_kept(cast: Cast) -> None:
    await cast.expels(cast.bo)
    union, actor = await cast.union(), cast.bo.actor
    found = await cast.stage.store.read(
        traces.find, union, actor.platform, actor.native_id, TraceKind.EXPELLED
    )
    assert found is not None
    assert found.number == 1
    assert await cast.stage.store.read(traces.find, union, WALLET, "x", TraceKind.EXPELLED_WALLET) is None


async def test_followers_are_freed_and_the_sums_stay_exact(cast: Cast) -> None:
    cy, di = await scenes.joined(cast.stage, cast.farm, "Cy", "Di")
    await scenes.endorse(cast.bo, cast.ada, cast.farm)
    await scenes.endorse(cy, cast.bo, cast.farm)
    await scenes.endorse(di, cy, cast.farm)
    ada, _ = await cast.stage.store.read(as_member, cast.ada)
    assert await cast.stage.store.read(support.headcount, ada.id) == 3
    await cast.expels(cast.bo)
    assert await cast.stage.store.read(support.headcount, ada.id) == 0
    report = await cast.stage.store.read(recount.compare, await cast.union())
    assert report.well, report.first
    await cast.stage.chores()
    assert "has left, so your endorsement has ended" in (await cast.stage.told(cy))[-1].text


async def test_only_the_founder_expels_a_moderator_and_nobody_the_founder(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attack: one moderator who went over to somebody else throws out the others."""
    may = Context.may
    monkeypatch.setattr(
        Context, "may", lambda ctx, right: right is Permission.UNION_MODERATOR or may(ctx, right)
    )
    monkeypatch.setattr(conversations, "is_union_moderator", lambda tx, member: True)
    (cy,) = await scenes.joined(cast.stage, cast.farm, "Cy")
    person = Who(cy.actor.native_id, "Cy")
    refused = await cast.bo.runs("expel", person=person, until="1d", reason="Mutiny")
    assert "Only the founder can expel a moderator" in refused.text
    founder = Who(cast.ada.actor.native_id, "Ada")
    refused = await cast.bo.runs("expel", person=founder, until="1d", reason="Mutiny")
    assert "The founder cannot be expelled" in refused.text
    oneself = Who(cast.bo.actor.native_id, "Bo")
    refused = await cast.bo.runs("expel", person=oneself, until="1d", reason="Me")
    assert "cannot expel yourself" in refused.text
    assert await cast.stage.store.read(members.count, await cast.union()) == 3
    assert "Cy is expelled" in (await cast.expels(cy)).text


async def test_becoming_a_moderator_before_the_press_saves_from_others(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    may = Context.may
    monkeypatch.setattr(
        Context, "may", lambda ctx, right: right is Permission.UNION_MODERATOR or may(ctx, right)
    )
    (cy,) = await scenes.joined(cast.stage, cast.farm, "Cy")
    asked = await cast.bo.runs("expel", person=Who(cy.actor.native_id, "Cy"), until="1d", reason="Spam")
    monkeypatch.setattr(conversations, "is_union_moderator", lambda tx, member: True)
    assert "Only the founder can" in (await cast.bo.presses(asked, "Expel")).text
    assert await cast.stage.store.read(members.count, await cast.union()) == 3


async def test_somebody_who_left_is_named_by_the_platforms_number(cast: Cast) -> None:
    """Their name is forgotten, and a name may be somebody else's by now."""
    heard = await cast.ada.says("/expel @gone 30d Spam", cast.farm)
    assert "For someone who left, write the platform's number" in heard.text
    asked = await cast.ada.says("/expel @123456789 30d Spam", cast.farm)
    assert "ID 123456789" in asked.text
    assert "They are not a member" in asked.text
    assert "is expelled (no. 1)" in (await cast.ada.presses(asked, "Expel", cast.farm)).text
    other = await cast.ada.says("/expel values:987654321 30d Spam", cast.farm)
    assert "on Values (ID 987654321)" in other.text
