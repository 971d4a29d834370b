"""What members and leaders see of support, and what they are told without asking."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.areas.wallets.storage import wallets as wallets_storage
from bot.chat.incoming import Place, Who
from bot.chat.model import Image
from bot.domain.transaction import Tx
from bot.membership import LINKING
from tests.scenes import FREE_FARMERS, endorse, founded, joined, leaves
from tests.stage import Persona, Stage


class Union:
    """A founder, and the people who join."""

    def __init__(self, stage: Stage, ada: Persona, place: Place) -> None:
        self.stage = stage
        self.ada = ada
        self.place = place

    async def person(self, name: str, endorses: Persona | None = None) -> Persona:
        [found] = await joined(self.stage, self.place, name)
        if endorses is not None:
            assert "endorses" in (await endorse(found, endorses, self.place)).text
        return found


@pytest.fixture
async def union(stage: Stage) -> Union:
    return Union(stage, *await founded(stage, **FREE_FARMERS))


class TestSupport:
    async def test_three_numbers_apart_and_a_picture(self, union: Union) -> None:
        bob = await union.person("Bob", union.ada)
        cat = await union.person("Cat", bob)
        await union.person("Dan", cat)
        heard = await cat.says("/support @ada", union.place)
        assert not heard.private
        assert "Support of @Ada" in heard.text
        assert "Headcount: 3 people" in heard.text
        assert "Endorse directly: 1 person" in heard.text
        assert "Growth: +3 in 7 days, +3 in 30 days" in heard.text
        for unknown in ("wallet", "Stake", "locked", "Activation", "Trust", "Recruits", "Endorses"):
            assert unknown not in heard.text
        assert "- @Bob · 3" in heard.text
        picture = heard.reply.blocks[-1]
        assert isinstance(picture, Image)
        assert picture.data.startswith(b"\x89PNG")
        assert "Bob" in picture.alt

    async def test_nobody_behind_one_has_no_picture(self, union: Union) -> None:
        bob = await union.person("Bob", union.ada)
        heard = await bob.says("/support", union.place)
        assert heard.text.splitlines() == [
            "Support of @Bob",
            "Nobody endorses you yet. /invite gives you a link that brings people.",
            "Endorses: @Ada",
        ]
        assert "Nobody endorses @Bob yet." in (await union.ada.says("/support @bob", union.place)).text
        assert "Endorses: @Ada" in heard.text
        assert not any(isinstance(block, Image) for block in heard.reply.blocks)

    async def test_wallets_are_counted_as_they_come_and_go(self, stage: Stage, union: Union) -> None:
        from bot.areas.wallets.services import wallets

        bob = await union.person("Bob", union.ada)

        def member(tx: Tx) -> object:
            found = stage.core._records.identify(tx, "words", bob.actor.native_id, union.place.space)
            return found.member

        await stage.store.write(
            lambda tx: wallets.give(tx, member(tx), "0x" + "1" * 40, "eoa", LINKING.holding_changed)
        )
        await stage.store.write(
            lambda tx: wallets.give(tx, member(tx), "0x" + "2" * 40, "eoa", LINKING.holding_changed)
        )
        assert "With a wallet: 1 person" in (await bob.says("/support @ada", union.place)).text
        await stage.store.write(
            lambda tx: wallets.take(tx, member(tx), "0x" + "1" * 40, LINKING.holding_changed)
        )
        assert "With a wallet: 1 person" in (await bob.says("/support @ada", union.place)).text
        await stage.store.write(
            lambda tx: wallets.take(tx, member(tx), "0x" + "2" * 40, LINKING.holding_changed)
        )
        assert "wallet" not in (await bob.says("/support @ada", union.place)).text
        assert await stage.store.read(lambda tx: wallets_storage.held(tx, member(tx).id)) is False

    async def test_growth_is_told_by_union_days(self, stage: Stage, union: Union) -> None:
        await union.person("Bob", union.ada)
        stage.clock.advance(timedelta(days=20))
        await union.person("Cat", union.ada)
        stage.clock.advance(timedelta(days=8))
        dan = await union.person("Dan", union.ada)
        heard = await dan.says("/support @ada", union.place)
        assert "Growth: +1 in 7 days, +3 in 30 days" in heard.text
        stage.clock.advance(timedelta(days=10))
        assert "Growth: +2 in 30 days" in (await dan.says("/support @ada", union.place)).text

    async def test_of_a_stranger_nothing_is_known(self, stage: Stage, union: Union) -> None:
        heard = await union.ada.runs("support", union.place, person=Who("eve-words", "Eve"))
        assert "Eve is not a member of" in heard.text


class TestLeaders:
    async def test_pages_of_a_ranking(self, union: Union) -> None:
        people = [await union.person(f"P{number:02}") for number in range(13)]
        for number, person in enumerate(people[:12]):
            await union.person(f"F{number:02}", person)
        await union.person("More", people[5])
        first = await union.ada.says("/leaders", union.place)
        assert "1. @P05 · 2" in first.text
        assert "10. @P09 · 1" in first.text
        assert first.labels == [*(f"Endorse {one}" for one in ("P05", "P00", "P01", "P02")), "Next"]
        second = await union.ada.presses(first, "Next", union.place)
        assert second.text.splitlines()[1:] == ["11. @P10 · 1", "12. @P11 · 1"]
        assert not second.private  # it takes the place of the page that everybody sees
        assert second.labels == ["Endorse P10", "Endorse P11", "First page"]
        back = await union.ada.presses(second, "First page", union.place)
        assert back.text == first.text

    async def test_a_leader_is_endorsed_with_a_press_under_what_shows_them(self, union: Union) -> None:
        bob = await union.person("Bob", union.ada)
        cat = await union.person("Cat", bob)
        dan = await union.person("Dan")
        shown = await dan.says("/support @bob", union.place)
        assert shown.labels == ["Endorse Bob"]
        ranking = await dan.says("/leaders", union.place)
        assert ranking.labels == ["Endorse Ada", "Endorse Bob"]
        done = await dan.presses(shown, "Endorse Bob", union.place)
        assert done.private, "the others go on seeing Bob's support"
        assert "@Dan endorses @Bob now" in done.text
        assert (await dan.says("/leaders", union.place)).labels == ["Endorse Ada"]
        assert (await cat.says("/support @bob", union.place)).labels == []
        assert (await bob.says("/support", union.place)).labels == []

    @pytest.mark.parametrize("by", ["people", "wallets", "trust"])
    async def test_nobody_yet(self, union: Union, by: str) -> None:
        heard = await union.ada.says(f"/leaders {by}", union.place)
        assert "1." not in heard.text
        assert heard.text

    async def test_trust_needs_wallets_that_have_been_there(self, stage: Stage, union: Union) -> None:
        from bot.areas.wallets.services import wallets

        bob = await union.person("Bob", union.ada)

        def member(tx: Tx) -> object:
            return stage.core._records.identify(tx, "words", bob.actor.native_id, union.place.space).member

        await stage.store.write(
            lambda tx: wallets.give(tx, member(tx), "0x" + "1" * 40, "eoa", LINKING.holding_changed)
        )
        await stage.chores()
        assert "No trust is known" in (await bob.says("/leaders trust", union.place)).text
        stage.clock.advance(timedelta(days=60))
        await stage.chores()
        assert "1. @Ada · 85%" in (await bob.says("/leaders trust", union.place)).text
        assert "Trust: 85% of the founder's trust" in (await bob.says("/support @ada", union.place)).text


class TestBranch:
    async def test_it_is_for_who_is_followed(self, union: Union) -> None:
        bob = await union.person("Bob")
        heard = await bob.says("/branch", union.place)
        assert heard.private
        assert "Nobody endorses you yet" in heard.text

    async def test_who_came_who_went_who_is_silent(self, stage: Stage, union: Union) -> None:
        await union.person("Quiet", union.ada)
        stage.clock.advance(timedelta(days=15))
        bob = await union.person("Bob", union.ada)
        cat = await union.person("Cat", union.ada)
        await bob.says("/unendorse", union.place)
        await leaves(cat, union.place)
        heard = await union.ada.says("/branch", union.place)
        assert heard.private
        sections = heard.text.split("Stopped endorsing you")
        assert "@Bob" in sections[0]
        assert "@Quiet" in sections[0]
        gone, silent = sections[1].split("Quiet for")
        assert "@Bob" in gone
        assert "somebody who left" in gone
        assert "@Quiet" in silent
        assert "@Bob" not in silent

    async def test_reading_is_a_sign_of_life_too(self, stage: Stage, union: Union) -> None:
        bob = await union.person("Bob", union.ada)
        for _ in range(4):
            stage.clock.advance(timedelta(days=7))
            await bob.says("/me")
        assert "Nobody has been quiet for two weeks." in (await union.ada.says("/branch", union.place)).text
        stage.clock.advance(timedelta(days=15))
        assert "Nobody has been quiet" not in (await union.ada.says("/branch", union.place)).text


class TestBeingTold:
    async def test_one_digest_a_day_with_what_is_left_of_all_changes(
        self, stage: Stage, union: Union
    ) -> None:
        """Bob came and stayed, Cat came and went again, Dan goes the next day."""
        await union.person("Bob", union.ada)
        cat = await union.person("Cat", union.ada)
        await cat.says("/unendorse", union.place)
        dan = await union.person("Dan", union.ada)
        await stage.chores()
        assert await stage.told(union.ada) == []
        stage.clock.advance(timedelta(hours=20))  # 08:00 UTC, 09:00 in Berlin
        await stage.chores()
        await stage.chores()
        told = await stage.told(union.ada)
        assert len(told) == 1
        assert "2 more people endorse you: @Bob, @Dan." in told[0].text
        assert "Cat" not in told[0].text
        assert "Your support base is 2 people" in told[0].text
        await dan.says("/unendorse", union.place)
        await stage.chores()
        assert len(await stage.told(union.ada)) == 1
        stage.clock.advance(timedelta(hours=24))
        await stage.chores()
        told = await stage.told(union.ada)
        assert len(told) == 2
        assert "1 person no longer endorses you: @Dan." in told[1].text

    async def test_a_leader_who_leaves_is_told_of_and_their_leader_offered(
        self, stage: Stage, union: Union
    ) -> None:
        bob = await union.person("Bob", union.ada)
        cat = await union.person("Cat", bob)
        dan = await union.person("Dan", bob)
        await leaves(bob, union.place)
        await endorse(dan, union.ada, union.place)  # chose again by himself
        await stage.chores()
        await stage.chores()
        assert await stage.told(dan) == []
        told = await stage.told(cat)
        assert len(told) == 1
        assert "has left" in told[0].text
        assert "Bob" not in told[0].text
        assert "They endorsed @Ada" in told[0].text
        done = await cat.presses(told[0], "Endorse Ada")
        assert "@Cat endorses @Ada now" in done.text
        assert "Headcount: 2 people" in (await cat.says("/support @ada", union.place)).text

    async def test_without_anybody_to_offer_it_is_only_told(self, stage: Stage, union: Union) -> None:
        bob = await union.person("Bob")
        cat = await union.person("Cat", bob)
        await leaves(bob, union.place)
        await stage.chores()
        told = await stage.told(cat)
        assert told[0].labels == []
        assert "/leaders" in told[0].text

    async def test_an_offer_that_left_too_is_not_made(self, stage: Stage, union: Union) -> None:
        top = await union.person("Top")
        bob = await union.person("Bob", top)
        cat = await union.person("Cat", bob)
        await leaves(bob, union.place)
        await leaves(top, union.place)
        await stage.chores()
        assert (await stage.told(cat))[0].labels == []

    async def test_a_person_is_told_one_thing_a_day_and_the_rest_the_next(
        self, stage: Stage, union: Union
    ) -> None:
        """Cat's leader left, and Cat has a new supporter: two things to tell, on two days, both in the morning."""
        bob = await union.person("Bob", union.ada)
        cat = await union.person("Cat", bob)
        await union.person("Dan", cat)
        stage.clock.advance(timedelta(hours=21))
        await stage.chores()
        assert ["1 more person endorses you" in heard.text for heard in await stage.told(cat)] == [True]
        await leaves(bob, union.place)
        await stage.chores()
        assert len(await stage.told(cat)) == 1
        stage.clock.advance(timedelta(hours=15))  # past midnight
        await stage.chores()
        assert len(await stage.told(cat)) == 1
        stage.clock.advance(timedelta(hours=8))
        await stage.chores()
        await stage.chores()
        told = await stage.told(cat)
        assert len(told) == 2
        assert "has left" in told[1].text
        assert told[1].labels == ["Endorse Ada"]
