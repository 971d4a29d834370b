"""Answering calls as people do: pressing under the post, in private, by command; taking back, showing, judging."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import bindparam, select

from bot import membership
from bot.areas.calls.domain.calls import Call, CallState, Proof
from bot.areas.calls.storage import calls as calls_storage
from bot.areas.checkins.services import checkins
from bot.areas.checkins.storage import checkins as checkins_storage
from bot.areas.files.tables import files as files_table
from bot.areas.ledger import services as ledger
from bot.areas.wallets.services import wallets
from bot.chat.incoming import File, Press
from bot.domain.people import Member
from bot.domain.transaction import Tx
from bot.errors import NotAllowed
from bot.membership import LINKING
from bot.storage.statements import Statement
from tests.areas.checkins.answering import call
from tests.areas.checkins.farm import Farm
from tests.scenes import DAY, HOUR, address, endorse, fill, founded, joined, later, posts
from tests.stage import Stage

PICTURE = Statement(select(files_table.c.id).where(files_table.c.id == bindparam("file")))


# -- pressing ------------------------------------------------------------------------------------------------


async def test_a_press_under_the_post_counts_once_for_a_person(farm: Farm) -> None:
    asked = await farm.calls()
    heard = await farm.press(farm.bob, asked)
    assert (heard.reply.notice, heard.reply.blocks) == ("Done. Day 1 in a row.", ())
    assert heard.private
    again = await farm.press(farm.bob, asked)
    assert again.reply.notice == "You already answered. Type /call today to take it back."
    assert await farm.answered(asked) == 1
    assert await farm.kinds() == ["checkin.done"]


async def test_a_repeated_delivery_of_a_press_is_no_second_press(farm: Farm) -> None:
    asked = await farm.calls()
    for _ in range(3):
        heard = await farm.bob.does(Press(asked.token or ""), farm.place, native_id="same")
        assert heard is not None
        assert heard.text == "Done. Day 1 in a row."
    assert await farm.answered(asked) == 1


async def test_two_accounts_of_one_person_at_once_count_once(stage: Stage, farm: Farm) -> None:
    """On two platforms, in the same moment."""
    other = "values" if farm.on == "words" else "words"
    twin = stage.person("Bob", other)

    def join(tx: Tx) -> None:
        actor, union = twin.actor, farm.union(tx)
        absorbed, _ = membership.join(tx, union, actor.platform, actor.native_id, actor.name, actor.username)
        membership.merge(tx, union.id, absorbed, farm.member(tx, farm.bob))

    await stage.store.write(join)
    asked = await farm.calls()
    private = stage.private(twin)
    heard = await asyncio.gather(farm.press(farm.bob, asked), farm.press(twin, asked, private))
    assert sorted(one.text for one in heard) == ["Done. Day 1 in a row.", "You already answered."]
    assert await farm.answered(asked) == 1


async def test_who_has_not_joined_is_told_to(farm: Farm) -> None:
    asked = await farm.calls()
    eve = farm.stage.person("Eve", farm.on)
    heard = await farm.press(eve, asked)
    assert heard.private
    assert heard.labels == ["Join and count me"]
    assert await farm.answered(asked) == 0
    counted = await eve.presses(heard, "Join and count me", farm.place)
    assert (counted.text, counted.private) == ("Done. Day 1 in a row.", True)
    again = await eve.presses(heard, "Join and count me", farm.place)
    assert "You already answered." in again.text
    assert await farm.answered(asked) == 1


async def test_in_private_it_can_be_taken_back_at_once(farm: Farm) -> None:
    asked = await farm.calls()
    private = farm.stage.private(farm.bob)
    await farm.press(farm.bob, asked, private)
    again = await farm.press(farm.bob, asked, private)
    assert (again.text, again.labels) == ("You already answered.", ["Take back"])
    back = await farm.bob.presses(again, "Take back")
    assert "Your answer no longer counts" in back.text
    assert await farm.answered(asked) == 0
    gone = await farm.bob.presses(again, "Take back")
    assert "no answer to this call" in gone.text
    assert (await farm.press(farm.bob, asked)).text == "Done. Day 1 in a row."
    assert await farm.kinds() == ["checkin.done", "checkin.undone", "checkin.done"]


async def test_after_the_close_it_counts_late_until_noon_and_stays(farm: Farm) -> None:
    asked = await farm.calls()
    await farm.press(farm.bob, asked)
    farm.stage.clock.advance(timedelta(hours=12))  # midnight: it closes
    await farm.stage.chores()
    again = await farm.press(farm.bob, asked, farm.stage.private(farm.bob))
    assert (again.text, again.labels) == ("You already answered.", [])
    farm.stage.clock.advance(timedelta(hours=11, minutes=59))
    assert (await farm.press(farm.cat, asked)).text == "Done, late. Day 1 in a row."
    farm.stage.clock.advance(timedelta(minutes=1))
    over = await farm.press(farm.ada, asked)
    assert "This call is over" in over.text
    assert await farm.answered(asked) == 2


async def test_no_answer_before_it_opens_or_when_it_was_cancelled(farm: Farm) -> None:
    planned = await farm.stage.store.write(
        lambda tx: call(tx, farm.union(tx), farm.member(tx, farm.ada), state=CallState.PLANNED, opens=18 * 60)
    )
    early = await farm.bob.runs("call done", farm.place, call=planned.id)
    assert "not open yet" in early.text
    shown = await farm.bob.runs("call today", farm.place)
    assert ("It opens 2026-03-01T18:00:00+00:00." in shown.text, shown.labels) == (True, [])
    farm.stage.clock.advance(6 * HOUR)
    await farm.stage.chores()
    await farm.stage.store.write(calls_storage.unplan, planned.id, CallState.CANCELLED)
    assert "was cancelled" in (await farm.bob.runs("call done", farm.place, call=planned.id)).text


async def test_a_call_of_another_union_is_none_here(stage: Stage, farm: Farm) -> None:
    """Its number typed by hand; and its button carried into a place of this union."""
    eve, mill = await founded(stage, farm.on, founder="Eve", place="Mill", name="Mill")
    theirs = await Farm(stage, farm.on, mill, eve, eve, eve, "Mill").calls()
    assert "does not exist" in (await farm.bob.runs("call done", farm.place, call=theirs.id)).text
    assert "You have not joined Mill yet" in (await farm.press(farm.bob, theirs, mill)).text
    assert (
        "You have not joined Mill yet" in (await farm.press(farm.bob, theirs, stage.private(farm.bob))).text
    )
    assert await farm.answered(theirs) == 0


async def test_a_branch_call_is_for_the_branch_and_makes_no_streak(farm: Farm) -> None:
    await endorse(farm.cat, farm.bob, farm.place)
    await farm.calls()
    theirs = await farm.calls(leader=farm.bob, title="Water it")
    assert (await farm.press(farm.ada, theirs)).text.startswith("This call is for another branch.")
    assert (await farm.press(farm.cat, theirs)).text == "Done."
    assert (await farm.press(farm.bob, theirs)).text == "Done."
    assert await farm.answered(theirs) == 2
    assert "Current: 0 days" in (await farm.cat.runs("streak", farm.place)).text
    shown = await farm.cat.runs("call today")
    assert "Water it · Bob's branch\nYou answered." in shown.text
    assert shown.labels == ["Done: Plant a tree", "Take back: Water it"]
    assert "Water it" not in (await farm.ada.runs("call today")).text


# -- today's calls -------------------------------------------------------------------------------------------


async def test_todays_call_is_answered_and_taken_back_where_it_is_shown(farm: Farm) -> None:
    asked = await farm.calls()
    heard = await farm.bob.runs("call today", farm.place)
    assert heard.private
    assert heard.text == (
        "Plant a tree\nPlant one.\nWhy: For shade.\nIt is open until 2026-03-02T00:00:00+00:00."
    )
    done = await farm.bob.presses(heard, "Done: Plant a tree", farm.place)
    assert done.reply.edit
    assert done.private
    assert done.text == "Done. Day 1 in a row.\nPlant a tree\nYou answered."
    back = await farm.bob.presses(done, "Take back: Plant a tree", farm.place)
    assert back.reply.edit
    assert back.labels == ["Done: Plant a tree"]
    assert await farm.answered(asked) == 0


async def test_yesterdays_call_is_shown_while_it_can_still_be_answered(farm: Farm) -> None:
    await farm.calls(title="Dig")
    farm.stage.clock.advance(20 * HOUR)  # 8 the next day
    await farm.stage.chores()
    await farm.calls(title="Sow")
    heard = await farm.bob.runs("call today")
    assert heard.labels == ["Done: Sow", "Done: Dig"]
    assert "Dig · Sunday" in heard.text
    assert "late answers count until 2026-03-02T12:00:00+00:00" in heard.text
    done = await farm.bob.presses(heard, "Done: Sow")
    assert done.text.startswith("Done. Day 1 in a row.")
    typed = await farm.bob.runs("call done")
    assert typed.text == "Dig\nDone, late. Day 2 in a row."
    farm.stage.clock.advance(4 * HOUR)
    assert "Dig" not in (await farm.bob.runs("call today")).text


async def test_without_a_call_there_is_nothing_to_answer(farm: Farm) -> None:
    for heard in (await farm.bob.runs("call today"), await farm.bob.runs("call done")):
        assert heard.text.startswith("There is no call today.")
        assert heard.labels == []


async def test_the_command_says_when_all_is_answered(farm: Farm) -> None:
    await farm.calls()
    first = await farm.bob.runs("call done", farm.place)
    assert (first.text, first.labels) == ("Plant a tree\nDone. Day 1 in a row.", ["Take back"])
    assert "You answered. Day 1 in a row." in (await farm.bob.runs("call done", farm.place)).text


# -- proofs --------------------------------------------------------------------------------------------------


async def test_a_link_is_asked_for_and_has_to_be_one(farm: Farm) -> None:
    asked = await farm.calls(proof=Proof.LINK)
    heard = await farm.press(farm.bob, asked)
    assert heard.private
    assert await farm.answered(asked) == 0
    wrong = await fill(farm.bob, heard, link="http://example.org/a")
    assert "begins with https://" in wrong.text
    heard = await farm.press(farm.bob, asked)
    done = await fill(farm.bob, heard, link="https://example.org/a")
    assert done.text == "Plant a tree\nDone. Day 1 in a row."
    assert await farm.answered(asked) == 1
    assert (await farm.press(farm.bob, asked)).text.startswith("You already answered.")
    for bad, why in (
        ("javascript:alert(1)", "is not a web address"),
        ("https://me@example.org", "the part before the @"),
        ("nonsense", "is not a web address"),
    ):
        assert why in (await farm.cat.runs("call done", link=bad)).text
    assert (await farm.cat.runs("call done", link="https://example.org/b")).text.endswith("Day 1 in a row.")


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "PNG")
    return out.getvalue()


async def test_a_picture_is_asked_for_and_kept_until_it_is_taken_back(farm: Farm) -> None:
    asked = await farm.calls(proof=Proof.PHOTO)
    heard = await farm.press(farm.bob, asked)
    if heard.reply.form is not None:
        done = await farm.bob.fills(heard, photo=farm.bob.attaches(png()))
    else:
        assert "A picture that shows what you did" in heard.text
        done = await farm.bob.says("here", photo=png())
    assert done.text == "Plant a tree\nDone. Day 1 in a row."
    kept = await farm.stage.store.read(lambda tx: proof_of(tx, asked, farm.member(tx, farm.bob)))
    assert kept is not None
    await farm.bob.presses(done, "Take back")
    assert await farm.stage.store.read(picture_kept, kept) is False
    assert (await farm.cat.runs("call done", link="https://example.org/p.png")).text.endswith("in a row.")


def proof_of(tx: Tx, asked: Call, member: Member) -> int | None:
    found = checkins_storage.of(tx, asked.id, member.id)
    return found.file_id if found else None


def picture_kept(tx: Tx, file_id: int) -> bool:
    return tx.value(PICTURE, file=file_id) is not None


# -- judging -------------------------------------------------------------------------------------------------


async def test_a_witness_confirms_and_only_another_member_who_may(farm: Farm) -> None:
    asked = await farm.calls(proof=Proof.WITNESS)
    heard = await farm.press(farm.bob, asked)
    assert heard.reply.notice == "Noted. It counts once another member confirms it."
    assert (await farm.press(farm.bob, asked)).text.startswith(
        "You already answered. It counts once another member confirms it."
    )
    assert "You can confirm what others did once" in (await farm.cat.runs("call review")).text
    farm.stage.clock.advance(7 * DAY + HOUR)
    late = await farm.calls(proof=Proof.WITNESS, title="Dig")
    await farm.press(farm.bob, late)
    own = await farm.bob.runs("call review")
    assert own.text == "No answers are waiting for you."
    queue = await farm.cat.runs("call review", farm.place)
    assert queue.private
    assert queue.labels == ["Confirm Bob", "Confirm Bob"]
    assert "@Bob · Dig" in queue.text
    # The newest call comes first.
    confirmed = await farm.cat.presses(queue, "Confirm Bob")
    assert confirmed.reply.edit
    assert confirmed.text.startswith("Confirmed: Bob.\n@Bob · Plant a tree")
    told = await farm.stage.told(farm.bob)
    assert told[-1].text == "@Cat confirmed your answer to Dig. Day 1 in a row."
    assert (await farm.answered(late), await farm.answered(asked)) == (1, 0)
    twice = await farm.ada.does(Press(queue.button("Confirm Bob").token), farm.place)
    assert twice is not None
    assert "for someone else" in twice.text
    gone = await farm.cat.presses(queue, "Confirm Bob")
    assert "is not waiting any more" in gone.text
    assert await farm.kinds() == ["checkin.judged"]


async def test_a_post_tells_the_answers_that_were_confirmed_after_its_call_was_over(farm: Farm) -> None:
    farm.stage.clock.advance(7 * DAY + HOUR)  # Cat can be a witness then
    asked = await farm.calls(proof=Proof.WITNESS)
    await farm.press(farm.bob, asked)
    farm.stage.clock.advance(2 * DAY)
    for _ in range(3):
        await farm.stage.chores()
        farm.stage.clock.advance(HOUR)
    assert "Closed. Nobody answered." in (await posts(farm.stage, farm.place))[-1].text
    await farm.cat.presses(await farm.cat.runs("call review"), "Confirm Bob")
    await later(farm.stage, HOUR)
    assert "Closed. 1 person answered." in (await posts(farm.stage, farm.place))[-1].text


async def test_a_wallet_that_changed_hands_makes_no_witness_before_its_wait_is_over(farm: Farm) -> None:
    asked = await farm.calls(proof=Proof.WITNESS)
    await farm.press(farm.bob, asked)
    until = farm.stage.clock.now() + HOUR

    def give(tx: Tx) -> None:
        wallets.give(tx, farm.member(tx, farm.cat), address(), "eoa", LINKING.holding_changed, until)

    await farm.stage.store.write(give)
    assert "You can confirm what others did once" in (await farm.cat.runs("call review")).text
    farm.stage.clock.advance(HOUR)
    assert (await farm.cat.runs("call review")).labels == ["Confirm Bob"]


async def test_witnesses_of_a_branch_call_are_of_the_branch(farm: Farm) -> None:
    dan, eve = farm.stage.person("Dan", farm.on), farm.stage.person("Eve", farm.on)
    for one in (dan, eve):
        await one.runs("join", farm.place)
        await endorse(one, farm.bob, farm.place)
    farm.stage.clock.advance(7 * DAY + HOUR)
    theirs = await farm.calls(leader=farm.bob, proof=Proof.WITNESS, title="Water it")
    await farm.press(dan, theirs)
    assert (await farm.cat.runs("call review")).text == "No answers are waiting for you."

    def confirm(tx: Tx) -> None:
        cat, dan_ = farm.member(tx, farm.cat), farm.member(tx, dan)
        checkins.judge(tx, farm.union(tx), cat, theirs.id, dan_.ref, confirmed=True)

    with pytest.raises(NotAllowed, match="another branch"):
        await farm.stage.store.write(confirm)
    await eve.presses(await eve.runs("call review"), "Confirm Dan")
    assert await farm.answered(theirs) == 1


async def test_whom_one_endorses_confirms_for_the_day_it_was_given(farm: Farm) -> None:
    """Also days later; until then the streak neither has the day nor breaks."""
    await endorse(farm.cat, farm.bob, farm.place)
    first = await farm.calls()
    await farm.press(farm.cat, first)
    farm.stage.clock.advance(DAY)
    asked = await farm.calls(proof=Proof.LEADER)
    assert (await farm.press(farm.cat, asked)).text == "Noted. It counts once Bob confirms it."
    assert (await farm.ada.runs("call review")).text.startswith("No answers are waiting for you.")
    for _ in range(3):
        farm.stage.clock.advance(DAY)
        await farm.stage.chores()
        await farm.press(farm.cat, await farm.calls())
    streak = await farm.cat.runs("streak")
    assert "Current: 4 days" in streak.text
    assert "Monday (waits to be confirmed)" in streak.text
    queue = await farm.bob.runs("call review")
    assert queue.labels == ["Confirm Cat", "Refuse Cat"]
    await farm.bob.presses(queue, "Confirm Cat")
    assert "Current: 5 days" in (await farm.cat.runs("streak")).text
    assert await farm.answered(asked) == 1


async def test_a_refused_answer_is_told_with_its_reason_and_given_again(farm: Farm) -> None:
    asked = await farm.calls(proof=Proof.LEADER)
    assert (await farm.press(farm.bob, asked)).text == "Noted. It counts once Ada confirms it."
    queue = await farm.ada.runs("call review")
    form = await farm.ada.presses(queue, "Refuse Bob")
    refused = await fill(farm.ada, form, reason="I saw no tree")
    assert refused.text.startswith("Refused: Bob. They are told why.")
    told = await farm.stage.told(farm.bob)
    assert told[-1].text == (
        "@Ada did not accept your answer to Plant a tree:\nI saw no tree\n"
        "You can answer again while the call is open: /call today."
    )
    assert await farm.answered(asked) == 0
    shown = await farm.bob.runs("call today")
    assert "You can give it again" in shown.text
    assert "Noted." in (await farm.bob.presses(shown, "Done: Plant a tree")).text
    await farm.ada.presses(await farm.ada.runs("call review"), "Confirm Bob")
    assert await farm.answered(asked) == 1
    assert await farm.kinds() == ["checkin.judged", "checkin.judged"]


async def test_who_has_nobody_above_needs_nobodys_word(farm: Farm) -> None:
    asked = await farm.calls(proof=Proof.LEADER)
    assert (await farm.press(farm.ada, asked)).text == "Done. Day 1 in a row."
    assert await farm.answered(asked) == 1


async def test_after_a_week_an_answer_can_no_longer_be_confirmed(farm: Farm) -> None:
    asked = await farm.calls(proof=Proof.LEADER)
    await farm.press(farm.bob, asked)
    farm.stage.clock.advance(7 * DAY)
    queue = await farm.ada.runs("call review")
    farm.stage.clock.advance(DAY)
    late = await farm.ada.presses(queue, "Confirm Bob")
    assert "waited for more than 7 days" in late.text
    assert (await farm.ada.runs("call review")).labels == []


async def test_a_waiting_answer_is_taken_back_without_a_trace(farm: Farm) -> None:
    asked = await farm.calls(proof=Proof.LEADER)
    await farm.press(farm.bob, asked)
    shown = await farm.bob.runs("call today")
    assert "It counts once Ada confirms it." in shown.text
    await farm.bob.presses(shown, "Take back: Plant a tree")
    assert (await farm.ada.runs("call review")).labels == []
    assert await farm.kinds() == []


async def test_what_waited_for_a_leader_who_left_waits_for_the_founder(farm: Farm) -> None:
    await endorse(farm.cat, farm.bob, farm.place)
    asked = await farm.calls(proof=Proof.LEADER)
    await farm.press(farm.cat, asked)
    await farm.stage.store.write(lambda tx: membership.leave(tx, farm.union(tx), farm.member(tx, farm.bob)))
    queue = await farm.ada.runs("call review")
    await farm.ada.presses(queue, "Confirm Cat")
    assert await farm.answered(asked) == 1


async def test_who_turns_out_to_be_their_own_leader_waits_for_the_founder(farm: Farm) -> None:
    await endorse(farm.cat, farm.bob, farm.place)
    asked = await farm.calls(proof=Proof.LEADER)
    await farm.press(farm.cat, asked)

    def merge(tx: Tx) -> None:
        membership.merge(tx, farm.union(tx).id, farm.member(tx, farm.cat), farm.member(tx, farm.bob))

    await farm.stage.store.write(merge)
    assert (await farm.bob.runs("call review")).labels == []
    queue = await farm.ada.runs("call review")
    await farm.ada.presses(queue, "Confirm Bob")
    assert await farm.answered(asked) == 1


# -- leaving -------------------------------------------------------------------------------------------------


async def test_who_leaves_is_counted_no_longer_while_the_call_is_open(farm: Farm) -> None:
    asked = await farm.calls()
    await farm.press(farm.bob, asked)
    await farm.press(farm.cat, asked)
    await farm.stage.store.write(lambda tx: membership.leave(tx, farm.union(tx), farm.member(tx, farm.bob)))
    assert await farm.answered(asked) == 1
    assert (await farm.press(farm.bob, asked)).labels == ["Join and count me"]
    await farm.bob.runs("join", farm.place)
    assert (await farm.press(farm.bob, asked)).text == "Done. Day 1 in a row."
    assert await farm.answered(asked) == 2
    _, broken = await farm.stage.store.read(lambda tx: ledger.verify(tx, farm.union(tx)))
    assert broken is None


async def test_who_leaves_and_joins_again_counts_once_in_a_call(farm: Farm) -> None:
    asked = await farm.calls()
    await farm.press(farm.bob, asked)
    for _ in range(2):
        await farm.stage.store.write(
            lambda tx: membership.leave(tx, farm.union(tx), farm.member(tx, farm.bob))
        )
        await farm.bob.runs("join", farm.place)
        assert "Done." in (await farm.press(farm.bob, asked)).text
    assert await farm.answered(asked) == 1


async def test_no_picture_is_fetched_for_a_call_that_takes_no_answer(farm: Farm) -> None:
    """Its file is not there: fetching it would be an incident."""
    asked = await farm.calls(proof=Proof.PHOTO)
    gone = File("nowhere", "a.jpg", "image/jpeg", 9)
    await farm.bob.runs("call done", photo=farm.bob.attaches(png()))
    assert "You answered. Day 1" in (await farm.bob.runs("call done", photo=gone)).text
    again = await farm.bob.runs("call done", photo=gone, call=asked.id)
    assert "You already answered." in again.text
    assert "does not exist" in (await farm.cat.runs("call done", photo=gone, call=999)).text
    farm.stage.clock.advance(3 * DAY)
    assert "This call is over" in (await farm.cat.runs("call done", photo=gone, call=asked.id)).text
    stranger = farm.stage.person("Zoe", farm.on)
    assert "/join" in (await stranger.runs("call done", farm.place, photo=gone)).text


async def test_a_member_answers_only_calls_of_their_own_time(farm: Farm) -> None:
    """Who joins after a call has closed could otherwise answer it until noon, as often as they join."""
    asked = await farm.calls()
    farm.stage.clock.advance(13 * HOUR)
    await farm.stage.chores()
    [dan] = await joined(farm.stage, farm.place, "Dan")
    assert "closed before you joined" in (await farm.press(dan, asked)).text
    assert "closed before you joined" in (await dan.runs("call done", None, call=asked.id)).text
    assert "There is no call today" in (await dan.runs("call today")).text
    assert await farm.answered(asked) == 0
    assert "Done, late." in (await farm.press(farm.bob, asked)).text, "whoever was a member then may still"


async def test_joining_by_answering_is_limited_as_joining_is(farm: Farm) -> None:
    asked = await farm.calls()
    eve = farm.stage.person("Eve", farm.on)
    said = []
    for _ in range(6):
        offered = await farm.press(eve, asked)
        said.append((await eve.presses(offered, "Join and count me", farm.place)).text)
        leaving = await eve.runs("leave", farm.place)
        if leaving.labels:
            await eve.presses(leaving, leaving.labels[0], farm.place)
    assert "too many times" in said[-1]
    assert not any("too many times" in words for words in said[:-1])
