"""What dispatch promises for every command: once, permitted, explained, and never half done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

import pytest

from bot import membership
from bot.areas.conversations import services as conversations
from bot.areas.ledger import services as ledger
from bot.areas.members.services import members
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.incoming import CommandCall, Incoming, Press, Say, Submit, Who
from bot.chat.model import Button, Code, Form, Question, Reply, Visibility, p, say
from bot.chat.params import Arg
from bot.domain.people import Permission, Person
from bot.errors import NotAllowed, OutcomeUnknown, StorageError, TryAgain
from tests.scenes import connected, founded
from tests.stage import Heard, Stage

probe = Area()


@probe.command("boom", "Break half way", permission=Permission.ANYONE)
def boom(ctx: Context) -> Reply:
    """Changes something, then fails."""
    membership.join(ctx.tx, ctx.union, "words", "ghost", "Ghost", None)
    raise RuntimeError("secret detail")


@probe.command(
    "slow", "Take long", permission=Permission.ANYONE, needs_union=False, visibility=Visibility.PRIVATE
)
async def slow(ctx: Context, person: Annotated[str, Arg("Anything")] = "x") -> Reply:
    """Reports progress, then answers with a button."""
    await ctx.progress("half way")
    return say(person, buttons=((Button("Again", "/slow", {"person": "again"}),),))


@probe.command("counted", "Change something after long work", permission=Permission.ANYONE)
async def counted(ctx: Context) -> Callable[[Context], Reply]:
    """Somebody joins at its end."""

    def finish(later: Context) -> Reply:
        number = members.count(later.tx, later.union)
        membership.join(later.tx, later.union, "words", f"ghost {number}", "Ghost", None)
        return say(f"{number + 1} members")

    return finish


@probe.command("refused", "Refuse after long work", permission=Permission.ANYONE, needs_union=False)
async def refused(ctx: Context, when: Annotated[str, Arg("When")] = "") -> Callable[[Context], Reply]:
    """Refuses while it works, or at its end."""
    await ctx.progress("half way")
    if when == "early":
        raise TryAgain("Not now. Try again in a minute.")

    def finish(later: Context) -> Reply:
        raise NotAllowed("You may not do this any more.")

    return finish


@probe.command("rare", "Now and then", permission=Permission.ANYONE, needs_union=False, rate=Rate(2, 60))
def rare(ctx: Context) -> Reply:
    """Twice a minute."""
    return say("ok")


@probe.command(
    "asks", "Open a form", permission=Permission.ANYONE, needs_union=False, visibility=Visibility.PRIVATE
)
def asks(ctx: Context) -> Reply:
    """Opens a form with a choice."""
    questions = (
        Question("colour", "Colour", "choice", choices=(("Red", "r"), ("Blue", "b"))),
        Question("why", "Why", "long", required=False, max_length=20),
    )
    return Reply(form=Form("Tell", questions, "probe.told", {"kept": 7}))


@probe.action("probe.told", permission=Permission.ANYONE, needs_union=False)
def told(ctx: Context, colour: str, kept: int, why: str = "-") -> Reply:
    return say(f"{colour} {why} {kept}")


@probe.command("greet", "Name somebody", permission=Permission.ANYONE, reads=True)
def greet(ctx: Context, person: Annotated[Person, "Who"]) -> Reply:
    """Needs a person; it only reads."""
    return say(p("hello ", person.name))


@pytest.fixture
def stage(stage: Stage) -> Stage:
    return Stage(stage.store, stage.clock, areas=(*stage.areas, probe))


async def test_a_repeated_act_has_the_same_answer_and_no_second_effect(stage: Stage) -> None:
    _, farm = await founded(stage)
    bo = stage.person("Bo")
    first = await bo.does(CommandCall("join", words=""), farm, native_id="same")
    again = await bo.does(CommandCall("join", words=""), farm, native_id="same")
    assert first is not None
    assert again is not None
    assert first.reply == again.reply
    assert "already" in (await bo.says("/join", farm)).text


async def test_acts_of_two_platforms_with_one_id_are_two_acts(stage: Stage) -> None:
    one = await stage.person("Bo").does(CommandCall("rare", words=""), native_id="7")
    two = await stage.person("Bo", "values").does(CommandCall("rare"), native_id="7")
    assert one is not None
    assert two is not None
    assert stage.observed == [("rare", "ok"), ("rare", "ok")]


async def test_a_crash_is_an_incident_and_changes_nothing(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    ada, farm = await founded(stage)
    with caplog.at_level(logging.ERROR):
        heard = await ada.says("/boom", farm)
    assert "nothing was changed" in heard.text
    assert "secret" not in heard.text
    assert heard.private
    incident = heard.text.rsplit(" ", 1)[1].rstrip(".")
    assert incident in caplog.text
    assert "Members: 1" in (await ada.says("/union about", farm)).text
    assert ("boom", "failed") in stage.observed


async def test_too_often_says_when_to_try_again(stage: Stage) -> None:
    bo = stage.person("Bo")
    assert [(await bo.says("/rare")).text for _ in range(2)] == ["ok", "ok"]
    assert "Try again in 60 seconds" in (await bo.says("/rare")).text
    assert (await stage.person("Cy").says("/rare")).text == "ok"
    stage.clock.advance(stage.clock.now().resolution * 61_000_000)
    assert (await bo.says("/rare")).text == "ok"


async def test_slow_commands_report_and_their_buttons_work(stage: Stage) -> None:
    bo, seen = stage.person("Bo"), []

    async def progress(words: str) -> None:
        seen.append(words)

    reply = await stage.core.dispatch(
        Incoming("slow-1", bo.actor, stage.private(bo), CommandCall("slow", words="first")), progress
    )
    assert reply is not None
    heard = Heard(reply)
    assert (heard.text, heard.private, seen) == ("first", True, ["half way"])
    assert (await bo.presses(heard, "Again")).text == "again"


async def test_a_slow_command_is_done_once_and_its_answer_kept(stage: Stage) -> None:
    bo, runs = stage.person("Bo"), []

    async def progress(words: str) -> None:
        runs.append(words)

    act = Incoming("1", bo.actor, stage.private(bo), CommandCall("slow", words="first"))
    first = await stage.core.dispatch(act, progress)
    assert await stage.core.dispatch(act, progress) == first
    assert runs == ["half way"]


@pytest.mark.parametrize(
    ("when", "words"),
    [("early", "Not now. Try again in a minute."), ("late", "You may not do this any more.")],
)
async def test_a_slow_command_that_was_refused_is_refused_again_in_the_same_words(
    stage: Stage, when: str, words: str
) -> None:
    """The repeat said that it was interrupted, and to type it again."""
    bo, runs = stage.person("Bo"), []

    async def progress(said: str) -> None:
        runs.append(said)

    act = Incoming("1", bo.actor, stage.private(bo), CommandCall("refused", words=when))
    for _ in range(3):
        reply = await stage.core.dispatch(act, progress)
        assert reply is not None
        assert Heard(reply).text == words
        assert Heard(reply).private
    assert runs == ["half way"]


async def test_a_slow_command_cut_off_says_so_when_it_comes_again(stage: Stage) -> None:
    bo = stage.person("Bo")

    async def dies(words: str) -> None:
        raise asyncio.CancelledError

    act = Incoming("1", bo.actor, stage.private(bo), CommandCall("slow", words="first"))
    with pytest.raises(asyncio.CancelledError):
        await stage.core.dispatch(act, dies)
    again = await stage.core.dispatch(act)
    assert again is not None
    assert "interrupted" in Heard(again).text


def breaks(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, saved: bool, on: str = "_once", times: int = 1
) -> None:
    """The connection breaks while an act is being saved: before the database did it, or after."""
    write, left = stage.store.write, [None] * times

    async def breaking(fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if fn.__name__ != on or not left:
            return await write(fn, *args, **kwargs)
        left.pop()
        if saved:
            await write(fn, *args, **kwargs)
        raise OutcomeUnknown("it may have been done or not")

    monkeypatch.setattr(stage.store, "write", breaking)


@pytest.mark.parametrize("saved", [False, True], ids=["undone", "done"])
async def test_an_act_of_unknown_outcome_is_looked_up_and_done_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, saved: bool
) -> None:
    _, farm = await founded(stage)
    bo = stage.person("Bo")
    breaks(stage, monkeypatch, saved=saved)
    assert "Welcome" in (await bo.says("/join", farm)).text
    assert "Members: 2" in (await bo.says("/union about", farm)).text


@pytest.mark.parametrize("saved", [False, True], ids=["undone", "done"])
async def test_changes_of_a_slow_command_of_unknown_outcome_are_made_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, saved: bool
) -> None:
    ada, farm = await founded(stage)
    breaks(stage, monkeypatch, saved=saved, on="_conclude", times=2)
    first = await ada.does(CommandCall("counted", words=""), farm, native_id="counted")
    again = await ada.does(CommandCall("counted", words=""), farm, native_id="counted")
    assert first is not None
    assert again is not None
    assert first.text == again.text == "2 members"
    assert "Members: 2" in (await ada.says("/union about", farm)).text


async def test_who_cannot_be_told_the_outcome_is_told_to_look(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, farm = await founded(stage)
    breaks(stage, monkeypatch, saved=True, times=99)
    heard = await stage.person("Bo").says("/join", farm)
    assert "may have been done or not" in heard.text


async def test_half_characters_do_not_hold_up_a_batch(stage: Stage) -> None:
    bo = stage.person("Bo")
    whole = Incoming("1", bo.actor, stage.private(bo), Say("fine"))
    half = Incoming("2", bo.actor, stage.private(bo), Say("half \ud83d"))
    await stage.core.accept([half, whole])
    kept = await stage.core.unfinished("words")
    assert [act.act for act in kept] == [Say("fine"), Say("half ?")]


async def test_a_form_is_asked_as_questions_where_there_are_no_modals(stage: Stage) -> None:
    bo = stage.person("Bo")
    first = await bo.says("/asks")
    assert first.labels == ["Red", "Blue"]
    assert "one of the buttons" in (await bo.says("green")).text
    second = await bo.presses(first, "Blue")
    assert "Why" in second.text
    stale = await bo.presses(first, "Red")
    assert "expired" in stale.text
    summary = await bo.says("/skip")
    assert (await bo.presses(summary, "Send")).text == "b - 7"


async def test_private_questions_from_a_group_wait_in_the_private_chat(stage: Stage) -> None:
    bo, farm = stage.person("Bo"), stage.group("Farm")
    first = await bo.says("/asks", farm)
    assert first.private
    assert await bo.says_quietly("r", farm) is None
    assert "Why" in (await bo.says("red")).text


async def test_forged_and_foreign_tokens_are_refused(stage: Stage) -> None:
    bo, cy = stage.person("Bo", "values"), stage.person("Cy", "values")
    form = await bo.runs("asks")
    assert form.reply.form is not None
    assert "someone else" in (await cy.fills(form, colour="r")).text
    assert "buttons" in (await bo.fills(form, colour="purple")).text
    unknown = await bo.does(Press("A" * 22))
    assert unknown is not None
    assert "has expired" in unknown.text
    as_button = await bo.does(Press(form.reply.form.token))
    assert as_button is not None
    assert "has expired" in as_button.text
    as_form = await bo.does(Submit("A" * 22, {}))
    assert as_form is not None
    assert "expired" in as_form.text


async def test_a_group_alone_offers_what_this_person_may_do(stage: Stage) -> None:
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    offered = await ada.says("/union", farm)
    assert "/union create" in offered.labels
    assert "What the union is called" in (await ada.presses(offered, "/union create", farm)).text


async def test_a_form_is_taken_once(stage: Stage) -> None:
    bo = stage.person("Bo", "values")
    form = await bo.runs("asks")
    assert "buttons" in (await bo.fills(form, colour="purple")).text
    assert (await bo.fills(form, colour="red")).text == "r - 7"
    assert "Already done" in (await bo.fills(form, colour="red")).text


async def test_the_platform_is_asked_who_moderates_only_when_it_matters(stage: Stage) -> None:
    ada, farm = await founded(stage)
    asked = stage.platforms["words"].asked_for_moderators
    await ada.says("/me", farm)
    assert stage.platforms["words"].asked_for_moderators == asked
    await stage.person("Bo").says("/union check", farm)
    assert stage.platforms["words"].asked_for_moderators == asked + 1


async def test_moderating_another_place_gives_nothing_here(stage: Stage) -> None:
    ada, farm = await founded(stage)
    eve = stage.person("Eve", "values", moderator=True)
    outside = stage.group("Outside", "values")
    stage.platforms["words"].moderators.discard(ada.actor.native_id)
    question = await ada.says("/union disconnect", farm)  # the founder may without moderating
    assert question.labels == ["Disconnect"]
    server = stage.group("Server", "values")
    await connected(stage, ada, farm, eve, server)
    own = await eve.runs("union disconnect", server)
    assert "moderators" in (await eve.presses(own, "Disconnect", outside)).text


async def test_unknown_commands_are_silent_in_groups_and_explained_in_private(stage: Stage) -> None:
    bo, farm = stage.person("Bo"), stage.group("Farm")
    assert await bo.says_quietly("/weather Berlin", farm) is None
    assert "/help shows" in (await bo.says("/weather Berlin")).text
    assert "Did you mean /join?" in (await bo.says("/jion")).text
    assert "Did you mean" not in (await bo.says("/nonsense")).text
    assert await bo.does(Say("hello all"), farm) is None


async def test_a_person_is_named_by_mention_reply_or_name(stage: Stage) -> None:
    ada, farm = await founded(stage)
    assert (await ada.says("/greet @ada", farm)).text == "hello Ada"
    assert (await ada.says("/greet", farm, reply_to=ada)).text == "hello Ada"
    call = CommandCall("greet", words="@_0", mentions={"@_0": Who(ada.actor.native_id, "Ada")})
    named = await ada.does(call, farm)
    assert named is not None
    assert named.text == "hello Ada"
    assert "I do not know “@nobody”" in (await ada.says("/greet @nobody", farm)).text
    asked = await ada.says("/greet", farm)
    assert asked.reply.ask is not None
    assert asked.reply.blocks[-1] == p(Code("/cancel"), " stops.")  # as Code it can be tapped
    assert (await ada.says("@ada", farm)).text == "hello Ada"


async def test_new_names_are_noticed(stage: Stage) -> None:
    ada, farm = await founded(stage)
    await ada.renamed("Ada Lovelace").says("/rare", farm)
    assert "Founder: @Ada Lovelace" in (await ada.says("/union about", farm)).text


async def test_a_held_reply_is_for_its_person_only(stage: Stage) -> None:
    bo, cy = stage.person("Bo"), stage.person("Cy")
    payload = await stage.core.hold(bo.actor, say("only for Bo", visibility=Visibility.PRIVATE))
    assert len(payload) <= 64
    assert "only for Bo" not in (await cy.opens(payload)).text
    assert (await bo.opens(payload)).text == "only for Bo"
    assert "no longer kept" in (await bo.opens("x" * 22)).text


async def test_accepted_acts_come_back_until_delivered(stage: Stage) -> None:
    _, farm = await founded(stage)
    bo = stage.person("Bo")
    act = Incoming("77", bo.actor, farm, CommandCall("join", words=""))
    await stage.core.accept([act])
    await stage.core.accept([act])
    assert list(await stage.core.unfinished("words")) == [act]
    first = await stage.core.dispatch(act)
    assert list(await stage.core.unfinished("words")) == [act]
    assert await stage.core.dispatch(act) == first
    await stage.core.delivered(act.key)
    assert list(await stage.core.unfinished("words")) == []
    assert await stage.core.dispatch(act) == first


async def test_suggestions_are_for_those_who_may(stage: Stage) -> None:
    ada, farm = stage.person("Ada", "values", moderator=True), stage.group("Farm", "values")
    call = Incoming("1", ada.actor, farm, CommandCall("union create"))
    assert ("Europe/Berlin", "Europe/Berlin") in await stage.core.suggest(call, "time_zone", "berl")
    assert await stage.core.suggest(call, "name", "x") == []
    bo = stage.person("Bo", "values")
    call = Incoming("2", bo.actor, farm, CommandCall("union create"))
    assert await stage.core.suggest(call, "time_zone", "berl") == []


async def test_the_ledger_shows_tampering(stage: Stage) -> None:
    ada, _ = await founded(stage)
    union = (await stage.store.read(members.unions_of, "words", ada.actor.native_id))[0]
    assert (await stage.store.read(ledger.verify, union))[1] is None

    def tamper(tx: object) -> None:
        tx._cursor.execute("update ledger set payload = '{}' where seq = 2")  # type: ignore[attr-defined]

    await stage.store.write(tamper)
    assert (await stage.store.read(ledger.verify, union))[1] == 2


def test_records_is_the_port() -> None:
    from bot.chat.records import Records

    assert all(hasattr(conversations, name) for name in vars(Records) if not name.startswith("_"))


async def test_reading_goes_on_while_nothing_can_be_saved(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That somebody was active is not worth their answer."""
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    await ada.says('/union create name:"Farm" purpose:"Grow"', farm)
    stage.clock.advance(timedelta(days=1))

    async def refuse(*_: object, **__: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(stage.store, "write", refuse)
    assert "Member since" in (await ada.says("/me", farm)).text
