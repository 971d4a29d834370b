"""What a leader is: setting it, seeing it, being told, as people type it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot import membership
from bot.areas.ledger import storage as ledger_storage
from bot.areas.members.services import members
from bot.areas.members.storage import accounts as accounts_storage
from bot.areas.unions import storage as unions_storage
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.incoming import Place
from bot.chat.model import Reply, say
from bot.domain.people import Permission
from bot.domain.transaction import Tx
from tests.scenes import DAY, founded, joined, member_of, support
from tests.stage import Persona, Stage

leading = Area()


@leading.command("steer", "For leaders", permission=Permission.LEADER)
def steer(ctx: Context) -> Reply:
    """Something that only leaders may do."""
    return say("Steered.")


@pytest.fixture
def stage(stage: Stage) -> Stage:
    return Stage(stage.store, stage.clock, (*stage.areas, leading))


async def ada_and_bo(stage: Stage, on: str = "words") -> tuple[Persona, Persona, Place]:
    """Ada founds, Bo joins."""
    ada, farm = await founded(stage, on)
    [bo] = await joined(stage, farm, "Bo")
    return ada, bo, farm


async def told(stage: Stage, persona: Persona) -> list[str]:
    await stage.chores()
    return [heard.text for heard in await stage.told(persona)]


# -- /union rules --------------------------------------------------------------------------------------------


async def test_only_the_founder_sets_the_rules(stage: Stage) -> None:
    ada, bo, farm = await ada_and_bo(stage)
    assert "for the founder" in (await bo.says("/union rules leaders:top", farm)).text
    shown = await ada.says("/union rules", farm)
    assert "Only the founder leads." in shown.text
    assert "24 hours after the last" in shown.text


@pytest.mark.parametrize("on", ["words", "values"])
async def test_the_rules_are_set_and_told_in_words(stage: Stage, on: str) -> None:
    ada, bo, farm = await ada_and_bo(stage, on)
    await support(stage, bo, 12)
    if on == "words":
        heard = await ada.says("/union rules leaders:supported how_many:12 grace_days:1 switch_hours:0", farm)
    else:
        heard = await ada.runs(
            "union rules", farm, leaders="supported", how_many=12, grace_days=1, switch_hours=0
        )
    assert heard.text.splitlines() == [
        "Changed.",
        "Who leads: The founder leads, and everyone with 12 or more supporters who linked a wallet.",
        "Leading by support: 1: Bo (12).",
        "Too little support: A leader with too little support is told, and stops leading after 1 day.",
        "Changing leaders: Members can choose another leader at any time.",
    ]
    again = await ada.says("/union rules leaders:supported", farm)
    assert "Nothing to change: these are the rules." in again.text
    entries = await stage.store.read(ledger_storage.entries, 1)
    [changed] = [json.loads(entry.payload) for entry in entries if entry.kind == "union.rules"]
    assert changed == {"leaders": "supported", "n": 12, "grace_days": 1, "switch_hours": 0}


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("leaders:top how_many:101", "1 to 100"),
        ("how_many:3", "to say how many"),
        ("leaders:top how_many:0", "least is 1"),
        ("leaders:supported how_many:1001", "most is 1000"),
        ("grace_days:91", "most is 90"),
        ("grace_days:-1", "least is 0"),
        ("switch_hours:721", "most is 720"),
        ("leaders:everybody", "founder, top, supported"),
    ],
)
async def test_what_makes_no_sense_changes_nothing(stage: Stage, line: str, answer: str) -> None:
    ada, _, farm = await ada_and_bo(stage)
    assert answer in (await ada.says(f"/union rules {line}", farm)).text
    assert "Only the founder leads." in (await ada.says("/union rules", farm)).text


# -- seeing it -----------------------------------------------------------------------------------------------


async def test_the_unions_page_says_who_leads(stage: Stage) -> None:
    ada, bo, farm = await ada_and_bo(stage)
    assert "Leaders: Only the founder leads." in (await bo.says("/union about", farm)).text
    await ada.says("/union rules leaders:top how_many:7 linked_only:no", farm)
    before = (await bo.says("/union about", farm)).text
    assert "Leaders: The founder leads, and the 7 members with the most supporters." in before
    assert "Leading by support: Nobody has enough supporters yet." in before
    for number, name in enumerate(("Cy", "Di", "Ed", "Flo", "Gus"), start=1):
        await stage.person(name).says("/join", farm)
        await support(stage, stage.person(name), 0, number)
    await support(stage, bo, 0, 9)
    after = (await bo.says("/union about", farm)).text
    assert "Leading by support: 6: Bo (9), Gus (5), Flo (4), Ed (3), Di (2) and 1 more." in after
    assert f"Founder: @{ada.actor.name}" in after


async def test_leading_by_the_grace_is_said_too(stage: Stage) -> None:
    ada, bo, farm = await ada_and_bo(stage)
    await ada.says("/union rules leaders:top how_many:1", farm)
    await support(stage, bo, 1)
    await stage.chores()
    await support(stage, bo, 0)
    stage.clock.advance(DAY)
    await stage.chores()
    about = (await ada.says("/union about", farm)).text
    assert "Nobody has enough supporters who linked a wallet yet. 1 more has too little support" in about
    assert "the member with the most supporters who linked a wallet." in about


# -- leading -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("on", ["words", "values"])
async def test_a_leader_rises_slips_and_falls(stage: Stage, on: str) -> None:
    ada, bo, farm = await ada_and_bo(stage, on)
    assert "This is for leaders" in (await bo.says("/steer", farm)).text
    await ada.says("/union rules leaders:supported how_many:2 grace_days:3", farm)
    await support(stage, bo, 2)
    assert (await bo.says("/steer", farm)).text == "Steered."
    assert await told(stage, bo) == [
        "You are a leader in Farm now. You have 2 supporters who linked a wallet.\n"
        "The rule: The founder leads, and everyone with 2 or more supporters who linked a wallet. "
        "A leader with too little support is told, and stops leading after 3 days.\n"
        "You can do more now: /help shows it."
    ]
    await support(stage, bo, 1)
    assert len(await told(stage, bo)) == 1
    stage.clock.advance(DAY)
    heard = await told(stage, bo)
    until = (stage.clock.now() + 3 * DAY).isoformat()
    assert heard[1] == (
        "You have too little support to lead in Farm. You have 1 supporter who linked a wallet. It takes 2.\n"
        f"You stay a leader until {until}. If you have enough by then, nothing changes."
    )
    assert (await bo.says("/steer", farm)).text == "Steered."
    stage.clock.advance(3 * DAY)
    assert "This is for leaders" in (await bo.says("/steer", farm)).text
    heard = await told(stage, bo)
    assert len(heard) == 3
    assert heard[2].startswith("You are no longer a leader in Farm. You have too little support. You have 1")
    assert await told(stage, bo) == heard
    assert await told(stage, ada) == []


async def test_who_is_back_in_time_is_told(stage: Stage) -> None:
    ada, bo, farm = await ada_and_bo(stage)
    await ada.says("/union rules leaders:top how_many:3 linked_only:no", farm)
    await support(stage, bo, 0, 4)
    await stage.chores()
    await support(stage, bo, 0, 0)
    stage.clock.advance(DAY)
    assert "The 3 members with the most lead, and the last of them has 1 now." in (await told(stage, bo))[-1]
    await support(stage, bo, 0, 1)
    stage.clock.advance(DAY)
    assert (await told(stage, bo))[-1] == (
        "You have enough support again, and stay a leader in Farm. You have 1 supporter."
    )


async def test_the_rule_of_the_founder_alone_ends_ranks_and_says_why(stage: Stage) -> None:
    ada, bo, farm = await ada_and_bo(stage)
    await ada.says("/union rules leaders:supported how_many:1", farm)
    await support(stage, bo, 1)
    await stage.chores()
    await ada.says("/union rules leaders:founder", farm)
    assert "This is for leaders" in (await bo.says("/steer", farm)).text
    stage.clock.advance(DAY)
    assert "only the founder leads now" in (await told(stage, bo))[-1]


async def test_hovering_about_the_line_is_told_once_a_day(stage: Stage) -> None:
    ada, bo, farm = await ada_and_bo(stage)
    await ada.says("/union rules leaders:supported how_many:5", farm)
    for _ in range(5):
        for linked in (5, 4):
            await support(stage, bo, linked)
            await stage.chores()
    assert len(await told(stage, bo)) == 1  # risen
    stage.clock.advance(DAY)
    for linked in (4, 5, 4, 5):
        await support(stage, bo, linked)
        await stage.chores()
    assert len(await told(stage, bo)) == 2  # slipped


async def test_the_time_to_win_support_back_begins_when_that_is_told(stage: Stage) -> None:
    """Bo was told that day already, so that neither the notice nor the end of the rank comes before tomorrow's."""
    ada, bo, farm = await ada_and_bo(stage)
    await ada.says("/union rules leaders:supported how_many:2 grace_days:1", farm)
    await support(stage, bo, 2)
    assert len(await told(stage, bo)) == 1
    await support(stage, bo, 1)
    assert len(await told(stage, bo)) == 1
    stage.clock.advance(timedelta(hours=20))  # 08:00 of the next day
    assert len(await told(stage, bo)) == 1
    stage.clock.advance(timedelta(hours=1))
    until = (stage.clock.now() + DAY).isoformat()
    assert f"You stay a leader until {until}" in (await told(stage, bo))[-1]
    assert (await bo.says("/steer", farm)).text == "Steered."


async def test_a_member_is_told_where_messages_reach_them(stage: Stage) -> None:
    ada, bo, farm = await ada_and_bo(stage)
    bos_other = stage.person("Bo", "values")

    def second_account(tx: Tx) -> None:
        member, _ = member_of(tx, bo)
        actor = bos_other.actor
        accounts_storage.add(tx, 1, member.id, actor.platform, actor.native_id, actor.name, None)
        members.set_reachable(tx, bo.actor.platform, bo.actor.native_id, yes=False)

    await stage.store.write(second_account)
    await ada.says("/union rules leaders:supported how_many:1", farm)
    await support(stage, bo, 1)
    await stage.chores()
    assert await stage.told(bo) == []
    assert "You are a leader in Farm" in (await stage.told(bos_other))[0].text


async def test_after_handing_over_the_rule_decides(stage: Stage) -> None:
    ada, bo, farm = await ada_and_bo(stage)
    await ada.says("/union rules leaders:supported how_many:3", farm)
    await support(stage, ada, 3)
    question = await ada.says("/union hand-over @bo", farm)
    await ada.presses(question, "Hand over", farm)
    assert (await ada.says("/steer", farm)).text == "Steered."
    assert "You are a leader in Farm now" in (await told(stage, ada))[-1]
    union = await stage.store.read(unions_storage.by_id, 1)
    assert union is not None
    assert (await bo.says("/steer", farm)).text == "Steered."


async def test_an_account_that_just_came_in_does_not_lead_yet(stage: Stage) -> None:
    """With a founder's signature, talked out of them, somebody must not speak for the union the same day."""
    ada, bo, farm = await ada_and_bo(stage)

    def merge(tx: Tx) -> None:
        one, other = (
            stage.core._records.identify(tx, who.actor.platform, who.actor.native_id, farm.space)
            for who in (ada, bo)
        )
        membership.merge(tx, one.union.id, absorbed=other.member, survivor=one.member)

    await stage.store.write(merge)
    for line in (
        "/union rules leaders:supported how_many:2",
        "/call hosts add evil.example",
        "/union edit name:Mine",
    ):
        assert "cannot do this before" in (await bo.says(line, farm)).text
        assert "cannot do this before" in (await ada.says(line, farm)).text
    stage.clock.advance(timedelta(hours=24))
    assert "cannot do this before" not in (await ada.says("/call hosts add good.example", farm)).text
    assert "cannot do this before" not in (await bo.says("/union edit name:Ours", farm)).text
