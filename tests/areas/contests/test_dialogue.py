"""Contests as people take part in them: entries, votes, rankings, and what is left of them."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Drawn

from bot import exports, membership
from bot.areas.calls.domain.calls import CallState
from bot.areas.calls.storage import calls as calls_storage
from bot.areas.calls.storage import lists as lists_storage
from bot.areas.checkins.services import checkins
from bot.areas.contests import services as contests
from bot.areas.contests.domain import ContestEntry, placed
from bot.areas.contests.storage import entries as entries_storage
from bot.areas.contests.storage import votes as votes_storage
from bot.areas.conversations import services as conversations
from bot.areas.ledger import storage as ledger_storage
from bot.areas.tree.storage import rules as rules_storage
from bot.areas.wallets.storage import wallets as wallets_storage
from bot.chat.incoming import File, Place
from bot.chat.model import Image
from bot.domain.people import Member, Union, Wallet
from tests.scenes import HOUR, fill, founded, later, posts, write_call
from tests.stage import Heard, Persona, Stage


async def test_whatever_the_bot_says_of_contests_in_a_group_is_for_one_person(stage: Stage) -> None:
    fair = Fair(stage, *await founded(stage))
    await fair.opens()
    await fair.joins("Bo")
    bo = fair.people["Bo"]
    nothing = await bo.says("/call entries", fair.farm)
    assert "Nobody has sent in an entry yet" in nothing.text
    asked = await bo.says("/call enter", fair.farm)
    taken = await bo.says("My tree")
    assert "Your entry:" in taken.text
    again = await bo.says("/call enter My other tree", fair.farm)
    assert "My other tree" in again.text
    assert all(
        heard.private for heard in (nothing, asked, taken, again, await bo.says("/call entries", fair.farm))
    )


def picture(colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Drawn.new("RGB", (30, 20), colour).save(out, "JPEG")
    return out.getvalue()


class Fair:
    """A union with an open contest, and people in it."""

    def __init__(self, stage: Stage, ada: Persona, farm: Place) -> None:
        self.stage = stage
        self.ada = ada
        self.farm = farm
        self.people = {"Ada": ada}
        self.post: Heard

    async def opens(self, **options: str) -> None:
        drafted = await write_call(self.ada, "Best poster", "Draw one", contest="yes", **options)
        assert " is a contest for the whole union (a draft)" in drafted.text
        await self.ada.presses(drafted, "Post today")
        await later(self.stage, timedelta(0))
        self.post = (await posts(self.stage, self.farm))[-1]

    async def counts_linked(self, only: bool) -> None:
        """Whether only wallet holders count; the union's rule."""
        union = await self.union()
        await self.stage.store.write(
            lambda tx: rules_storage.put(
                tx, union.id, replace(rules_storage.of(tx, union.id), linked_only=only)
            )
        )

    async def joins(self, *names: str) -> None:
        for name in names:
            self.people[name] = self.stage.person(name, self.ada.actor.platform)
            await self.people[name].runs("join", self.farm)

    async def enters(self, name: str, words: str, photo: bytes | None = None) -> Heard:
        who = self.people[name]
        more: dict[str, Any] = {"photo": who.attaches(photo)} if photo else {}
        return await who.runs("call enter", self.farm, answer=words, **more)

    async def looks(self, name: str) -> Heard:
        return await self.people[name].presses(
            await self.people[name].presses(self.post, "Take part", self.farm), "See entries", self.farm
        )

    async def finds(self, name: str, words: str) -> Heard:
        """Turn pages until that entry is shown."""
        shown = await self.looks(name)
        for _ in range(20):
            if words in shown.text:
                return shown
            shown = await self.people[name].presses(shown, "Next", self.farm)
        raise AssertionError(f"{name} finds no entry {words!r}")

    async def votes(self, name: str, words: str) -> Heard:
        return await self.people[name].presses(await self.finds(name, words), "Vote for this", self.farm)

    async def union(self) -> Union:
        standing = await self.standing("Ada")
        assert standing.union is not None
        return standing.union

    async def standing(self, name: str) -> Any:
        actor = self.people[name].actor
        return await self.stage.store.read(
            conversations.identify, actor.platform, actor.native_id, self.farm.space
        )

    async def member(self, name: str) -> Any:
        return (await self.standing(name)).member

    async def entries(self) -> list[ContestEntry]:
        return await self.stage.store.read(entries_storage.ranked, 1, 100)

    async def recorded(self, kind: str) -> list[Any]:
        union = await self.union()
        every = await self.stage.store.read(ledger_storage.entries, union.id)
        return [
            (one.actor, json.loads(one.payload) if isinstance(one.payload, str) else one.payload)
            for one in every
            if one.kind == kind
        ]

    async def ends(self) -> Heard:
        """The day is over; what is posted then."""
        await later(self.stage, 12 * HOUR)
        await later(self.stage, timedelta(seconds=20))
        return next(one for one in reversed(await posts(self.stage, self.farm)) if "Ranking" in one.text)


@pytest.fixture(params=["words", "values"])
async def fair(stage: Stage, request: pytest.FixtureRequest) -> Fair:
    ada, farm = await founded(stage, request.param)
    made = Fair(stage, ada, farm)
    await made.opens()
    await made.counts_linked(False)
    await made.joins("Bo", "Cy", "Di")
    return made


# -- taking part -----------------------------------------------------------------------------------------


async def test_the_post_leads_to_what_one_may_do(fair: Fair) -> None:
    assert fair.post.labels == ["Take part"]
    hub = await fair.people["Bo"].presses(fair.post, "Take part", fair.farm)
    assert hub.private
    assert "everyone has one entry and one vote" in hub.text
    assert hub.labels == ["Send in mine", "See entries"]
    assert "Nobody has sent in an entry yet" in (await fair.looks("Bo")).text


async def test_pressing_the_post_answers_nothing_by_itself(fair: Fair) -> None:
    await fair.people["Bo"].presses(fair.post, "Take part", fair.farm)
    call = await fair.stage.store.read(calls_storage.by_id, 1)
    assert call is not None
    assert call.answered == 0


async def test_a_form_takes_words_and_a_picture(fair: Fair) -> None:
    bo = fair.people["Bo"]
    form = await bo.presses(await bo.presses(fair.post, "Take part", fair.farm), "Send in mine", fair.farm)
    if form.reply.form is not None:
        assert [one.kind for one in form.reply.form.questions] == ["long", "photo"]
        sent = await bo.fills(form, fair.farm, answer="A tree", photo=bo.attaches(picture()))
    else:
        assert "A picture" in (await bo.says("A tree")).text
        sent = await bo.presses(await bo.says("", photo=picture()), "Send")
    assert sent.text.startswith("You are in. Day 1 in a row.")
    assert "Your entry:\nA tree\n[The picture of this entry]" in sent.text
    assert sent.labels == ["Change", "Withdraw", "See entries"]
    assert sent.private


async def test_taking_part_is_the_days_answer_and_counts_once(fair: Fair) -> None:
    await fair.enters("Bo", "A tree")
    assert (await fair.enters("Bo", "A bush")).text.startswith("Your entry is changed.")
    call = await fair.stage.store.read(calls_storage.by_id, 1)
    assert call is not None
    assert call.answered == 1
    assert [one.words for one in await fair.entries()] == ["A bush"]
    assert len(await fair.recorded("checkin.done")) == 1


async def test_an_entry_is_withdrawn_with_the_answer_and_can_be_sent_again(fair: Fair) -> None:
    sent = await fair.enters("Bo", "A tree", picture())
    gone = await fair.people["Bo"].presses(sent, "Withdraw", fair.farm)
    assert "is withdrawn" in gone.text
    assert await fair.entries() == []
    call = await fair.stage.store.read(calls_storage.by_id, 1)
    assert call is not None
    assert call.answered == 0
    assert "no entry in this contest" in (await fair.people["Bo"].presses(sent, "Withdraw", fair.farm)).text
    assert (await fair.enters("Bo", "A bush")).text.startswith("You are in.")


async def test_taking_the_answer_back_withdraws_the_entry(fair: Fair) -> None:
    await fair.enters("Bo", "A tree")
    bo = fair.people["Bo"]
    today = await bo.runs("call today", fair.farm)
    await bo.presses(today, next(label for label in today.labels if label.startswith("Take back")), fair.farm)
    assert await fair.entries() == []


@pytest.mark.parametrize("length", [500, 501])
async def test_an_entry_has_at_most_500_characters(fair: Fair, length: int) -> None:
    said = await fair.enters("Bo", "x" * length)
    assert ("You are in" in said.text) == (length == 500)


async def test_a_new_picture_takes_the_place_of_the_old_and_none_keeps_it(fair: Fair) -> None:
    await fair.enters("Bo", "A tree", picture("red"))
    (first,) = await fair.entries()
    await fair.enters("Bo", "A taller tree")
    assert (await fair.entries())[0].file_id == first.file_id
    await fair.enters("Bo", "A tree", picture("blue"))
    (third,) = await fair.entries()
    assert third.file_id not in (None, first.file_id)


async def test_without_a_contest_there_is_nothing_to_enter(stage: Stage) -> None:
    ada, farm = await founded(stage)
    assert "no contest today" in (await ada.says("/call enter A tree", farm)).text
    assert "There has been no contest yet" in (await ada.says("/call entries", farm)).text
    drafted = await write_call(ada, "Plant", "One each")
    await ada.presses(drafted, "Post today")
    await later(stage, timedelta(0))
    assert "no such contest" in (await ada.runs("call enter", farm, answer="x", call=1)).text


# -- looking and voting ----------------------------------------------------------------------------------


async def test_entries_are_seen_one_by_one_without_names_or_counts(fair: Fair) -> None:
    for name in ("Bo", "Cy", "Di"):
        await fair.enters(name, f"By {name.lower()}")
    seen: list[str] = []
    shown = await fair.looks("Ada")
    for number in (1, 2, 3):
        assert shown.private
        assert f"entry {number} of 3" in shown.text
        assert "vote" not in shown.text
        assert "@" not in shown.text
        seen.append(shown.text.splitlines()[1])
        shown = await fair.ada.presses(shown, "Next", fair.farm)
    assert sorted(seen) == ["By bo", "By cy", "By di"]
    assert "entry 1 of 3" in shown.text
    assert shown.text.splitlines()[1] == seen[0]


async def test_not_all_begin_with_the_same_entry(fair: Fair) -> None:
    for name in ("Ada", "Bo", "Cy", "Di"):
        await fair.enters(name, f"By {name.lower()}")
    firsts = {(await fair.looks(name)).text.splitlines()[1] for name in fair.people}
    assert len(firsts) > 1


async def test_a_vote_is_given_moved_and_taken_back(fair: Fair) -> None:
    await fair.enters("Bo", "A tree")
    await fair.enters("Cy", "A bush")
    voted = await fair.votes("Di", "A tree")
    assert "You voted for this entry." in voted.text
    moved = await fair.votes("Di", "A bush")
    assert "Take my vote back" in moved.labels
    assert "Vote for this" in (await fair.finds("Di", "A tree")).labels
    back = await fair.people["Di"].presses(moved, "Take my vote back", fair.farm)
    assert "Vote for this" in back.labels
    assert "0 votes" in (await fair.ends()).text


async def test_nobody_votes_for_themselves(fair: Fair) -> None:
    await fair.enters("Bo", "A tree")
    mine = await fair.looks("Bo")
    assert "This is your entry." in mine.text
    assert mine.labels == ["Change"]
    (entry,) = await fair.entries()
    bo = await fair.member("Bo")
    with pytest.raises(Exception, match="your own entry"):
        await fair.stage.store.write(contests.vote, await fair.union(), bo, 1, entry.id, 1)


async def test_changing_an_entry_loses_its_votes(fair: Fair) -> None:
    await fair.enters("Bo", "A tree")
    await fair.votes("Cy", "A tree")
    await fair.enters("Bo", "Something else")
    assert "1 entry, 0 votes." in (await fair.ends()).text


async def test_only_linked_votes_count_where_the_union_says_so(fair: Fair) -> None:
    await fair.enters("Bo", "A tree")
    await fair.votes("Cy", "A tree")  # before the rule: it does not count in the end
    await fair.counts_linked(True)
    assert "linked wallet" in (await fair.votes("Di", "A tree")).text
    ada = await fair.member("Ada")
    await fair.stage.store.write(link, ada)
    assert "You voted for this entry." in (await fair.votes("Ada", "A tree")).text
    assert "1 entry, 1 vote." in (await fair.ends()).text


async def test_a_wallet_that_changed_hands_votes_only_after_its_wait(fair: Fair) -> None:
    ada = await fair.member("Ada")
    await fair.enters("Bo", "A tree")
    await fair.counts_linked(True)
    await fair.stage.store.write(link, ada, fair.stage.clock.now() + timedelta(hours=2))
    refused = await fair.votes("Ada", "A tree")
    assert "it counts in 1 day" in refused.text
    fair.stage.clock.advance(timedelta(hours=2))
    assert "You voted for this entry." in (await fair.votes("Ada", "A tree")).text
    assert "1 entry, 1 vote." in (await fair.ends()).text


async def test_a_vote_does_not_count_if_the_wallet_waits_when_votes_are_counted(fair: Fair) -> None:
    """Voted with one wallet, which was unlinked; only a wallet that waits is there in the end."""
    cy = await fair.member("Cy")
    await fair.enters("Bo", "A tree")
    await fair.votes("Cy", "A tree")
    await fair.counts_linked(True)
    await fair.stage.store.write(link, cy, fair.stage.clock.now() + timedelta(days=30))
    assert "1 entry, 0 votes." in (await fair.ends()).text


def link(tx: Any, member: Member, waits_until: datetime | None = None) -> Wallet:
    return wallets_storage.add(tx, member, "0x" + f"{member.id:040x}", "eoa", None, waits_until)


# -- closing ---------------------------------------------------------------------------------------------


async def test_the_ranking_is_posted_when_the_call_closes(fair: Fair) -> None:
    await fair.enters("Bo", "A tree", picture())
    await fair.enters("Cy", "A bush")
    await fair.enters("Di", "A *weed*")
    await fair.votes("Ada", "A tree")
    await fair.votes("Cy", "A tree")
    await fair.votes("Di", "A bush")
    ranking = await fair.ends()
    assert ranking.text == (
        "Ranking: Best poster\n3 entries, 3 votes.\n1. @Bo · 2 votes · A tree\n2. @Cy · 1 vote · A bush\n"
        "3. @Di · 0 votes · A *weed*\n[The picture that came first]"
    )
    assert ranking.labels == []
    refs = {name: (await fair.member(name)).ref for name in fair.people}
    assert await fair.recorded("contest.closed") == [
        (None, {"call": 1, "entries": 3, "votes": {refs["Bo"]: 2, refs["Cy"]: 1}})
    ]
    assert len([one for one in await posts(fair.stage, fair.farm) if "Ranking" in one.text]) == 1
    await later(fair.stage, HOUR)
    assert len([one for one in await posts(fair.stage, fair.farm) if "Ranking" in one.text]) == 1


async def test_after_closing_nothing_is_sent_in_voted_or_withdrawn(fair: Fair) -> None:
    await fair.enters("Bo", "A tree")
    page = await fair.finds("Cy", "A tree")
    sent = await fair.people["Bo"].presses(fair.post, "Take part", fair.farm)
    await fair.ends()
    assert "is closed" in (await fair.people["Cy"].presses(page, "Vote for this", fair.farm)).text
    assert "is closed" in (await fair.people["Bo"].presses(sent, "Withdraw", fair.farm)).text
    assert "is closed" in (await fair.people["Di"].runs("call enter", fair.farm, answer="Late", call=1)).text
    for answer in (
        await fair.people["Di"].presses(fair.post, "Take part", fair.farm),
        await fair.people["Di"].runs("call entries", fair.farm),
        await fair.people["Bo"].presses(sent, "Change", fair.farm),
    ):
        assert answer.text.startswith("Ranking: Best poster")
        assert answer.private


async def test_who_voted_for_whom_is_forgotten_when_it_closes(fair: Fair) -> None:
    await fair.enters("Bo", "A tree")
    await fair.votes("Cy", "A tree")
    cy = await fair.member("Cy")
    assert await fair.stage.store.read(votes_storage.by_member, cy.id)
    await fair.ends()
    assert await fair.stage.store.read(votes_storage.by_member, cy.id) == {}


async def test_its_leader_closes_a_contest_before_its_time(fair: Fair) -> None:
    assert "nothing to rank" in (await fair.ada.runs("call decide", fair.farm)).text
    await fair.enters("Bo", "A tree")
    await fair.votes("Cy", "A tree")
    assert "This is for leaders" in (await fair.people["Bo"].runs("call decide", fair.farm)).text
    asked = await fair.ada.runs("call decide", fair.farm)
    assert "Close Best poster now?" in asked.text
    assert asked.private
    closed = await fair.ada.presses(asked, "Close it", fair.farm)
    assert "1. @Bo · 1 vote · A tree" in closed.text
    assert "Ranking" in (await posts(fair.stage, fair.farm))[-1].text
    ((actor, _),) = await fair.recorded("contest.closed")
    assert actor == (await fair.member("Ada")).ref
    assert "is closed" in (await fair.ada.runs("call decide", fair.farm, call=1)).text
    call = await fair.stage.store.read(calls_storage.by_id, 1)
    assert call is not None
    assert call.state is CallState.CLOSED
    await later(fair.stage, timedelta(minutes=1))
    shown = [one for one in await posts(fair.stage, fair.farm) if "Closed early. " in one.text][-1]
    assert "and your day still counts" in shown.text
    counted = await fair.people["Di"].presses(shown, "Count my day", fair.farm)
    assert counted.text == "Done. Day 1 in a row."
    await fair.ends()
    await later(fair.stage, timedelta(minutes=1))
    over = [one for one in await posts(fair.stage, fair.farm) if "Closed. 2 people answered." in one.text][-1]
    assert over.labels == []


async def test_a_cancelled_contest_has_no_ranking(fair: Fair) -> None:
    await fair.enters("Bo", "A tree")
    asked = await fair.ada.runs("call cancel", fair.farm, call="1")
    assert asked.text.startswith("Cancel “Best poster” (no. 1)? It is open: ")
    await fair.ada.presses(asked, "Cancel it", fair.farm)
    await later(fair.stage, HOUR)
    assert not [one for one in await posts(fair.stage, fair.farm) if "Ranking" in one.text]
    assert await fair.recorded("contest.closed") == []
    assert await fair.stage.store.read(contests.due) == []


async def test_of_many_entries_five_are_posted_and_ties_share_a_place(fair: Fair) -> None:
    await fair.joins(*(f"P{number}" for number in range(6)))
    for number in range(6):
        await fair.enters(f"P{number}", f"Entry {number}")
    for name in ("Bo", "Cy"):
        await fair.votes(name, "Entry 5")
    await fair.votes("Di", "Entry 3")
    await fair.votes("Ada", "Entry 4")
    lines = (await fair.ends()).text.splitlines()
    assert lines[1] == "6 entries, 4 votes."
    assert [line.split(" ")[0] for line in lines[2:]] == ["1.", "2.", "2.", "4.", "4."]
    assert "Entry 5" in lines[2]


def test_places_with_ties() -> None:
    def entry(votes: int) -> ContestEntry:
        return ContestEntry(1, 1, 1, "x", None, None, votes)  # type: ignore[arg-type]  # its moment does not matter

    places = [one.place for one in placed([entry(votes) for votes in (9, 7, 7, 7, 2, 0, 0)])]
    assert places == [1, 2, 2, 2, 5, 6, 6]
    assert placed([]) == []


# -- moderators ------------------------------------------------------------------------------------------


async def test_a_moderator_removes_an_entry_and_the_record_says_so(fair: Fair) -> None:
    await fair.enters("Bo", "Something vile", picture())
    await fair.votes("Cy", "Something vile")
    assert "Remove it" not in (await fair.finds("Cy", "vile")).labels
    shown = await fair.ada.runs("call entries", fair.farm)
    removed = await fair.ada.presses(shown, "Remove it", fair.farm)
    assert removed.text.startswith("Removed.")
    assert await fair.entries() == []
    refs = {name: (await fair.member(name)).ref for name in ("Ada", "Bo")}
    assert await fair.recorded("entry.removed") == [(refs["Ada"], {"call": 1, "member": refs["Bo"]})]
    assert any("A moderator removed" in one.text for one in await fair.stage.told(fair.people["Bo"]))
    assert "not there any more" in (await fair.ada.presses(shown, "Remove it", fair.farm)).text


async def test_of_a_closed_contest_the_words_are_removed_and_the_place_stays(fair: Fair) -> None:
    await fair.enters("Bo", "Something vile", picture())
    await fair.votes("Cy", "vile")
    shown = await fair.ada.runs("call entries", fair.farm)
    await fair.ends()
    await fair.ada.presses(shown, "Remove it", fair.farm)
    ranking = await fair.people["Di"].runs("call entries", fair.farm)
    assert "1. @Bo · 1 vote · (no longer kept)" in ranking.text
    assert "picture" not in ranking.text


# -- who leaves, who becomes one -------------------------------------------------------------------------


async def leaves(fair: Fair, name: str) -> None:
    await fair.stage.store.write(membership.leave, await fair.union(), await fair.member(name))


async def test_who_leaves_takes_entry_and_vote_along_while_it_is_open(fair: Fair) -> None:
    await fair.enters("Bo", "A tree", picture())
    await fair.enters("Cy", "A bush")
    await fair.votes("Di", "A tree")
    await fair.votes("Bo", "A bush")
    await leaves(fair, "Bo")
    assert "1 entry, 0 votes.\n1. @Cy" in (await fair.ends()).text


async def test_once_it_is_closed_words_are_erased_and_counts_stay(fair: Fair) -> None:
    await fair.enters("Bo", "A tree", picture())
    await fair.votes("Cy", "A tree")
    await fair.ends()
    await leaves(fair, "Bo")
    await leaves(fair, "Cy")
    ranking = await fair.people["Di"].runs("call entries", fair.farm)
    assert "1. somebody who left · 1 vote · (no longer kept)" in ranking.text
    (entry,) = await fair.entries()
    assert (entry.words, entry.file_id, entry.votes) == ("", None, 1)


async def merged(fair: Fair, absorbed: str, survivor: str) -> None:
    union = await fair.union()
    await fair.stage.store.write(
        membership.merge, union.id, await fair.member(absorbed), await fair.member(survivor)
    )


async def test_two_that_are_one_have_one_entry_and_one_vote(fair: Fair) -> None:
    await fair.enters("Bo", "By Bo")
    await fair.enters("Cy", "By Cy")
    await fair.enters("Di", "By Di")
    await fair.votes("Bo", "By Di")
    await fair.votes("Cy", "By Bo")
    await fair.votes("Di", "By Cy")
    await merged(fair, "Bo", "Cy")
    assert sorted(one.words for one in await fair.entries()) == ["By Cy", "By Di"]
    text = (await fair.ends()).text
    # Cy's vote was for the entry that is gone, so the one that they gave as Bo is theirs.
    assert "2 entries, 2 votes.\n" in text
    assert "@Di · 1 vote · By Di" in text


async def test_a_vote_for_the_other_is_none_once_they_are_one(fair: Fair) -> None:
    await fair.enters("Cy", "By Cy")
    await fair.votes("Bo", "By Cy")
    await merged(fair, "Bo", "Cy")
    assert "1 entry, 0 votes." in (await fair.ends()).text


async def test_entry_and_vote_move_where_the_survivor_has_none(fair: Fair) -> None:
    await fair.enters("Bo", "By Bo")
    await fair.enters("Di", "By Di")
    await fair.votes("Bo", "By Di")
    await merged(fair, "Bo", "Cy")
    text = (await fair.ends()).text
    assert "1. @Di · 1 vote · By Di" in text
    assert "@Cy · 0 votes · By Bo" in text or "@Bo · 0 votes · By Bo" in text
    await leaves(fair, "Cy")
    assert "By Bo" not in (await fair.people["Di"].runs("call entries", fair.farm)).text


# -- exports ---------------------------------------------------------------------------------------------


async def test_entries_are_exported_with_counts_and_without_voters(fair: Fair, tmp_path: Path) -> None:
    await fair.enters("Bo", "A tree", picture())
    await fair.votes("Cy", "A tree")
    union = await fair.union()

    def written(tx: Any) -> list[dict[str, Any]]:
        every = list(exports.records(tx, union))
        assert {name for name, _ in every} <= set(exports.files())
        return [record for name, record in every if name == "entries"]

    (before,) = await fair.stage.store.read(written)
    assert before["votes"] is None
    await fair.ends()
    (record,) = await fair.stage.store.read(written)
    assert json.loads(json.dumps(record)) == record
    bo, cy = await fair.member("Bo"), await fair.member("Cy")
    assert (record["call"], record["member"], record["words"], record["votes"]) == (1, bo.ref, "A tree", 1)
    assert record["picture"].startswith("data:image/")
    assert cy.ref not in json.dumps(record)


async def test_an_answer_that_needs_a_witness_waits_though_the_entry_is_in(stage: Stage) -> None:
    ada, farm = await founded(stage)
    fair = Fair(stage, ada, farm)
    await fair.opens(proof="witness")
    await fair.joins("Bo")
    assert (
        "counts as your answer to the call once it is confirmed" in (await fair.enters("Bo", "A tree")).text
    )
    bo = await fair.member("Bo")
    mine = await stage.store.read(checkins.today, await fair.union(), bo)
    assert [one.checkin.state for one in mine if one.checkin] == ["waiting"]


@pytest.mark.parametrize("proof", ["photo", "link"])
async def test_an_entry_is_proof_enough(stage: Stage, proof: str) -> None:
    ada, farm = await founded(stage)
    fair = Fair(stage, ada, farm)
    await fair.opens(proof=proof)
    await fair.joins("Bo")
    assert "Day 1 in a row" in (await fair.enters("Bo", "A tree")).text


# -- pictures of calls -----------------------------------------------------------------------------------


def shows_a_picture(heard: Heard) -> bool:
    return any(isinstance(block, Image) for block in heard.reply.blocks)


@pytest.mark.parametrize("on", ["words", "values"])
async def test_a_calls_picture_is_under_its_post_and_can_be_changed(stage: Stage, on: str) -> None:
    ada, farm = await founded(stage, on)
    opened = await ada.runs("call new", image=ada.attaches(picture("red")))
    drafted = await fill(ada, opened, title="Plant", what="One each", why="", link="")
    assert shows_a_picture(drafted)
    first = await stage.store.read(calls_storage.by_id, 1)
    opened = await ada.runs("call edit", call="1", image=ada.attaches(picture("blue")))
    drafted = await fill(ada, opened, title="Plant", what="Two each", why="", link="")
    second = await stage.store.read(calls_storage.by_id, 1)
    assert first is not None
    assert second is not None
    assert None not in (first.file_id, second.file_id)
    assert first.file_id != second.file_id
    await ada.presses(drafted, "Post today")
    await stage.store.write(lists_storage.set_approved, 1, True)
    await later(stage, timedelta(0))
    assert shows_a_picture((await posts(stage, farm))[-1])


async def test_no_picture_is_fetched_for_an_entry_that_is_not_taken(fair: Fair) -> None:
    """Its file is not there: fetching it would be an incident."""
    bo = fair.people["Bo"]
    gone = File("nowhere", "a.jpg", "image/jpeg", 9)
    assert "no such contest" in (await bo.runs("call enter", fair.farm, answer="x", photo=gone, call=99)).text
    await later(fair.stage, timedelta(days=1))
    said = await bo.runs("call enter", fair.farm, answer="x", photo=gone, call=1)
    assert "This contest is closed" in said.text
    assert "no contest today" in (await bo.runs("call enter", fair.farm, answer="x", photo=gone)).text
