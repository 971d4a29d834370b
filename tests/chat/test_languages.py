"""Phrases, and answers, refusals and posts in the language of who reads them."""

from __future__ import annotations

import gettext
import pickle
from typing import Annotated

import pytest

from bot.chat import languages
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.incoming import CommandCall, Incoming, Place
from bot.chat.languages import in_language, said, spans_in
from bot.chat.model import (
    Button,
    Code,
    Form,
    Mention,
    Question,
    Reply,
    Text,
    Visibility,
    bold,
    decode,
    encode,
    p,
    say,
    spans,
)
from bot.chat.targets import Target
from bot.chat.text import answers_lost
from bot.domain.people import Person
from bot.domain.phrases import phrase, plural
from bot.errors import BadInput
from tests.stage import Heard, Persona, Stage

HELP = "What you can do here"
HILFE = "Was du hier tun kannst"
BO = Mention("words", "bo-words", "Bo")


def test_a_phrase_is_its_english_sentence() -> None:
    assert phrase("You no longer endorse {leader}.", leader=BO) == "You no longer endorse Bo."
    assert phrase("Type `/join` first.") == "Type /join first."
    assert phrase("{{not a place}}") == "{not a place}"
    assert plural(1, "{n} person", "{n:,} people") == "1 person"
    assert plural(1234, "{n} person", "{n:,} people") == "1,234 people"
    assert phrase("No. {number}", number=1234) == "No. 1234"


def test_values_are_never_read_as_a_template() -> None:
    assert phrase("Hello {name}.", name="`{name}` {{x}}") == "Hello `{name}` {{x}}."
    shown = spans_in([Text(phrase("Hello {name}.", name="`/expel` {name}"))], "en")
    assert shown == spans("Hello ", "`/expel` {name}", ".")


@pytest.mark.parametrize("wrong", ["a `backtick", "{}", "{0}", "{a.b}", "{a!r}", "{a:>9}", "{a"])
def test_a_wrong_template_is_an_error_where_it_is_made(wrong: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        phrase(wrong, a=1)


def test_a_place_without_a_value_is_an_error_where_it_is_made() -> None:
    with pytest.raises(KeyError):
        phrase("{here} and {there}", here=1)


def test_a_phrase_becomes_spans() -> None:
    words = phrase("{leader} in {union}: `/support {who}`.", leader=BO, union=bold("Farm"), who="bo")
    assert spans_in([Text(words)], "en") == (
        BO,
        Text(" in "),
        bold("Farm"),
        Text(": "),
        Code("/support bo"),
        Text("."),
    )


def test_its_own_words_have_the_style_around_them() -> None:
    words = phrase("{count} answered", count=plural(2, "{n} person", "{n} people"))
    assert spans_in([bold(words)], "en") == (bold("2"), bold(" people"), bold(" answered"))


def test_every_part_of_a_reply_is_said_in_the_language() -> None:
    words = phrase(HELP)
    question = Question("a", words, hint=words, choices=((words, "a"),))
    reply = Reply(
        (p(words),),
        ((Button(words, "x"),),),
        form=Form(words, (question,), "x", submit=words),
        notice=words,
        ask=question,
    )
    told = encode(in_language(reply, "de")).decode()
    assert HELP not in told
    assert told.count(HILFE) == 11
    assert decode(encode(in_language(reply, "en"))) == decode(encode(reply))


def test_words_that_no_catalogue_has_stay_english() -> None:
    assert said(phrase("Nobody translated {what}.", what=phrase(HELP)), "de") == f"Nobody translated {HILFE}."


def test_a_phrase_survives_a_process() -> None:
    words = plural(2, "{n} person", "{n} people")
    copy = pickle.loads(pickle.dumps(words))
    assert (copy, copy.template, copy.number) == (words, words.template, 2)


# -- who reads what in which language ----------------------------------------------------------------------


def talking() -> Area:
    area = Area()

    @area.command("whisper", "Say something in private", visibility=Visibility.PRIVATE)
    def whisper(ctx: Context) -> Reply:
        """Says it."""
        return say(phrase(HELP), buttons=((Button(phrase(HELP), "whisper.again"),),))

    @area.action("whisper.again")
    def again(ctx: Context) -> Reply:
        return say(phrase(HELP))

    @area.command("shout", "Say something to everybody")
    def shout(ctx: Context) -> Reply:
        """Says it."""
        return say(phrase(HELP))

    @area.command("fail", "Refuse")
    def fail(ctx: Context) -> Reply:
        """Refuses."""
        raise BadInput(phrase(HELP))

    @area.command("announce", "Post to the place")
    def announce(ctx: Context) -> Reply:
        """Posts."""
        ctx.post(Target(ctx.place.platform, chat=ctx.place.chat), say(phrase(HELP)))
        return say("posted")

    @area.command("greet", "Write to somebody")
    def greet(ctx: Context, person: Annotated[Person, "Whom"]) -> Reply:
        """Writes."""
        assert person.account is not None
        ctx.post(person.account, say(phrase(HELP)))
        return say("posted")

    @area.command("order", "Ask for something")
    def order(ctx: Context, thing: Annotated[str, HELP]) -> Reply:
        """Asks."""
        return say(thing)

    return area


@pytest.fixture
def town(stage: Stage) -> Stage:
    return Stage(stage.store, stage.clock, (*stage.areas, talking()))


@pytest.fixture
async def farm(town: Stage) -> Place:
    farm = town.group("Farm")
    await town.person("Ada", moderator=True).says('/union create name:Farm purpose:"Grow"', farm)
    return farm


async def joined(town: Stage, farm: Place, name: str, locale: str = "") -> Persona:
    one = town.person(name, locale=locale)
    await one.says("/join", farm)
    return one


async def test_what_one_person_sees_is_in_their_language(town: Stage, farm: Place) -> None:
    ada, bo = town.person("Ada"), await joined(town, farm, "Bo", "de-AT")
    assert HELP in (await ada.says("/whisper", farm)).text
    whispered = await bo.says("/whisper", farm)
    assert HILFE in whispered.text
    assert whispered.labels == [HILFE]
    assert HILFE in (await bo.presses(whispered, HILFE, farm)).text
    assert HILFE in (await bo.says("/fail", farm)).text
    assert HELP in (await ada.says("/fail", farm)).text


async def test_what_is_left_out_is_asked_for_in_their_language(town: Stage, farm: Place) -> None:
    bo = await joined(town, farm, "Bo", "de")
    assert HILFE in (await bo.says("/order")).text
    assert HELP in (await town.person("Ada").says("/order")).text


def test_a_form_is_sent_in_the_language_too(monkeypatch: pytest.MonkeyPatch) -> None:
    german = gettext.NullTranslations()
    monkeypatch.setattr(german, "gettext", {"Send": "Senden"}.get)
    monkeypatch.setattr(languages, "catalogue", lambda language: german)
    asked = in_language(Reply(form=Form("Join", (), "x")), "de")
    assert asked.form is not None
    assert asked.form.submit == "Senden"


async def test_what_everybody_sees_is_in_the_unions_language(town: Stage, farm: Place) -> None:
    ada, bo = town.person("Ada"), await joined(town, farm, "Bo", "de")
    assert HELP in (await bo.says("/shout", farm)).text
    assert HILFE in (await bo.says("/shout")).text  # nobody else sees it
    await ada.says("/union edit language:Deutsch", farm)
    assert HILFE in (await ada.says("/shout", farm)).text
    assert "Deutsch" in (await ada.says("/union about", farm)).text


async def test_a_post_is_in_the_unions_language_and_a_private_message_in_the_persons(
    town: Stage, farm: Place
) -> None:
    ada, bo = town.person("Ada"), await joined(town, farm, "Bo", "de")
    await ada.says("/greet @bo", farm)
    await bo.says("/announce", farm)
    assert [heard.text for heard in await town.told(bo)] == [HILFE]
    delivered = town.platforms["words"].delivered
    assert [Heard(reply).text for target, reply, _ in delivered if target.chat == farm.chat] == [HELP]


async def test_a_chosen_language_holds_whatever_the_app_says(town: Stage, farm: Place) -> None:
    bo = await joined(town, farm, "Bo", "de")
    asked = await bo.says("/language", farm)
    assert asked.labels == ["English", "Deutsch", "Wie in meiner App"]
    await bo.presses(asked, "English", farm)
    assert HELP in (await bo.says("/whisper", farm)).text
    await bo.says("/language automatic", farm)
    assert HILFE in (await bo.says("/whisper", farm)).text
    await bo.says("/language English", farm)
    await bo.says("/greet @bo", farm)
    assert [heard.text for heard in await town.told(bo)] == [HELP]


async def test_the_language_of_an_app_is_remembered_where_an_act_does_not_tell_it(
    town: Stage, farm: Place
) -> None:
    bo = await joined(town, farm, "Bo", "de")
    await bo.says("/whisper", farm)
    silent = Persona(town, bo.actor)
    assert HILFE in (await silent.says("/whisper", farm)).text
    french = Persona(town, bo.actor, "fr")
    assert HILFE in (await french.says("/whisper", farm)).text


async def test_a_repeat_gets_the_answer_that_was_said(town: Stage, farm: Place) -> None:
    bo = await joined(town, farm, "Bo", "de")
    first = await bo.does(CommandCall("whisper"), farm, "twice")
    await bo.says("/language English", farm)
    again = await bo.does(CommandCall("whisper"), farm, "twice")
    assert [heard.text for heard in (first, again) if heard] == [HILFE, HILFE]


async def test_a_union_speaks_the_language_of_its_founder_at_first(town: Stage) -> None:
    dora, hof = town.person("Dora", moderator=True, locale="de"), town.group("Hof")
    await dora.says('/union create name:Hof purpose:"Wachsen"', hof)
    assert HILFE in (await dora.says("/shout", hof)).text


async def test_the_word_that_an_answer_was_lost_is_in_the_language_of_who_reads_it(
    town: Stage, farm: Place
) -> None:
    bo = await joined(town, farm, "Bo", "de")
    await town.core.lost(Incoming("1", bo.actor, town.private(bo), CommandCall("help"), "de"))
    await town.core.lost(Incoming("2", bo.actor, farm, CommandCall("help"), "de"))
    words = answers_lost("words")
    assert said(words, "de") != words
    assert [heard.text for heard in await town.told(bo)] == [said(words, "de")]
    delivered = town.platforms["words"].delivered
    assert [Heard(reply).text for target, reply, _ in delivered if target.chat == farm.chat] == [words]
