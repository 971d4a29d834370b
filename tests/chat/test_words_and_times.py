"""From what people type to typed values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

import commands
from bot.chat.context import Context
from bot.chat.incoming import NOBODY, CommandCall, File, Who
from bot.chat.params import Arg, Undeclarable, read_params
from bot.chat.parse import parse
from bot.chat.registry import Registry
from bot.chat.router import whole_path
from bot.chat.typed_line import split_words, values_of
from bot.domain.hidden import visible
from bot.domain.names import one_line
from bot.domain.people import Person
from bot.domain.times import parse_duration, parse_when
from bot.errors import BadInput

NOW = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)  # a Saturday; Berlin puts its clocks forward that night


def handler(
    ctx: object,
    who: Annotated[Person, "Who"],
    amount: Annotated[Decimal, Arg("How much", minimum=Decimal("0.5"), maximum=1000)],
    colour: Annotated[Literal["red", "blue"], "Colour"] = "red",
    note: Annotated[str | None, Arg("Why", max_length=30)] = None,
) -> None: ...


PARAMS = read_params(handler)


def values(line: str, **more: Any) -> dict[str, Any]:
    return values_of(CommandCall("x", {}, line, **more), PARAMS)


def test_words_go_by_position_and_name_and_the_last_text_takes_the_rest() -> None:
    assert values("@bo 5 blue for the fine apples") == {
        "who": "@bo",
        "amount": "5",
        "colour": "blue",
        "note": "for the fine apples",
    }
    assert values('amount:5 note:"thank you" @bo') == {"who": "@bo", "amount": "5", "note": "thank you"}
    assert values("@bo amount=5 “red” «a note»") == {
        "who": "@bo",
        "amount": "5",
        "colour": "red",
        "note": "a note",
    }


def test_a_long_text_takes_the_rest_if_no_other_text_may_follow() -> None:
    def enter(
        ctx: object,
        answer: Annotated[str, Arg("What", long=True)],
        call: Annotated[int | None, "Which"] = None,
    ) -> None: ...

    def tell(
        ctx: object, why: Annotated[str, Arg("Why", long=True)], zone: Annotated[str | None, "Where"] = None
    ) -> None: ...

    assert values_of(CommandCall("x", {}, "A tree 3"), read_params(enter)) == {"answer": "A tree 3"}
    assert values_of(CommandCall("x", {}, '"A tree" 3'), read_params(enter)) == {
        "answer": "A tree",
        "call": "3",
    }
    assert values_of(CommandCall("x", {}, "call:3 A tree"), read_params(enter)) == {
        "answer": "A tree",
        "call": "3",
    }
    assert values_of(CommandCall("x", {}, "Food UTC"), read_params(tell)) == {"why": "Food", "zone": "UTC"}


def test_a_file_is_no_word_and_goes_where_one_is_taken() -> None:
    def show(
        ctx: object, words: Annotated[str | None, "What"] = None, image: Annotated[File | None, "It"] = None
    ) -> None: ...

    file = File("ref")
    params = read_params(show)
    assert values_of(CommandCall("x", {}, "a b c", file=file), params) == {"words": "a b c", "image": file}
    assert values_of(CommandCall("x", {}, None, file=file), params) == {"image": file}
    assert values_of(CommandCall("x", {}, "a", file=file), PARAMS) == {"who": "a"}
    with pytest.raises(BadInput, match="add a picture"):
        parse(cast(Context, None), params[1], "photo.jpg")


def test_a_mention_and_a_reply_name_the_person() -> None:
    bo = Who("7", "Bo")
    assert values("@_0 5", mentions={"@_0": bo})["who"] == bo
    assert values("amount:5", reply_to=bo)["who"] == bo
    assert values("@cy 5", reply_to=bo)["who"] == "@cy"


def test_a_reply_to_nobody_counts_only_where_somebody_is_needed() -> None:
    def perhaps(ctx: object, who: Annotated[Person | None, "Who"] = None) -> None: ...

    assert values("amount:5", reply_to=NOBODY)["who"] == NOBODY
    assert values_of(CommandCall("x", {}, "", reply_to=NOBODY), read_params(perhaps)) == {}
    with pytest.raises(
        BadInput,
        match=r"^I cannot tell who you mean: that is a bot, a channel, a forwarded message or someone anonymous",
    ):
        parse(cast(Context, None), PARAMS[0], NOBODY)


def test_people_in_a_sentence_are_named() -> None:
    bo = Who("7", "Bo Lindgren")
    assert (
        values("@cy 5 red thanks to @_0 again", mentions={"@_0": bo})["note"] == "thanks to Bo Lindgren again"
    )
    assert values("@cy 5 red @_0", mentions={"@_0": bo})["note"] == "Bo Lindgren"


def test_words_that_fit_nowhere_are_an_error() -> None:
    with pytest.raises(BadInput, match="quotation marks"):
        values('@bo 5 red "a note" more words')
    with pytest.raises(BadInput, match="Close the quotation mark"):
        values('@bo "5')


def test_apostrophes_and_addresses_are_not_syntax() -> None:
    assert [word.text for word in split_words("it's 10:30 https://x.org/a=b don't")] == [
        "it's",
        "10:30",
        "https://x.org/a=b",
        "don't",
    ]


def found(
    ctx: object,
    name: Annotated[str, "Name"],
    purpose: Annotated[str, Arg("What for", long=True)],
    time_zone: Annotated[str, "Where"] = "UTC",
) -> None: ...


@pytest.mark.parametrize(
    ("line", "name", "purpose"),
    [
        ("name: Farm purpose: Growing", "Farm", "Growing"),
        ("name:Free farmers purpose:Growing food\ntogether", "Free farmers", "Growing food\ntogether"),
        ("Name : Farm purpose = Growing food", "Farm", "Growing food"),
        ("name：自由 purpose：育てる", "自由", "育てる"),
        ("purpose: Growing for all name: Farm", "Farm", "Growing for all"),
        ("name:farmers' markets purpose:the growers' rights", "farmers' markets", "the growers' rights"),
        ("name:'farmers' markets' purpose:'It’s ours'", "farmers' markets", "It’s ours"),
        ("name:Farm purpose:'tis for farmers' markets", "Farm", "'tis for farmers' markets"),
        ("‘farmers’ markets’ ‘Growing food’", "farmers’ markets", "Growing food"),
        ("„Free farmers” „Growing food“", "Free farmers", "Growing food"),
        ("“Free farmers “ “Growing food “", "Free farmers", "Growing food"),
        ("“Free farmers“ ”Growing food”", "Free farmers", "Growing food"),
        ("»Free farmers« »Growing food»", "Free farmers", "Growing food"),
        ("« Free farmers » ‹Growing food›", "Free farmers", "Growing food"),
        ("「自由 農民」『育 てる』", "自由 農民", "育 てる"),
        ('＂Free farmers＂ "Growing “good” food"', "Free farmers", "Growing “good” food"),
        ("‚Free farmers‘ 'Growing food'", "Free farmers", "Growing food"),
        ('"Free farmers” purpose:“Growing food\u201c', "Free farmers", "Growing food"),
        ("name:Farm Growing", "Farm", "Growing"),
    ],
)
def test_what_keyboards_make_of_a_line_is_read_as_meant(line: str, name: str, purpose: str) -> None:
    assert values_of(CommandCall("x", {}, line), read_params(found)) == {"name": name, "purpose": purpose}


@pytest.mark.parametrize(
    "line", ["edit\nname: Farm", " edit\u00a0name: Farm", "edit\t\nname: Farm", "Edit name: Farm"]
)
def test_any_blank_ends_the_name_of_a_command(line: str) -> None:
    call = whole_path(Registry(commands.areas()), CommandCall("union", {}, line))
    assert (call.name, call.words) == ("union edit", "name: Farm")


def test_a_name_without_a_value_is_asked_for() -> None:
    assert values_of(CommandCall("x", {}, "name: purpose: Growing"), read_params(found)) == {
        "purpose": "Growing"
    }


def test_words_after_a_named_text_that_are_clearly_another_value_are_that_value() -> None:
    def remind(
        ctx: object,
        switch: Annotated[Literal["on", "off"] | None, "Whether"] = None,
        hour: Annotated[str | None, "When"] = None,
        call: Annotated[int | None, "Which"] = None,
    ) -> None: ...

    params = read_params(remind)
    assert values_of(CommandCall("x", {}, "hour:18:30 on 3"), params) == {
        "hour": "18:30",
        "switch": "on",
        "call": "3",
    }
    assert values_of(CommandCall("x", {}, "hour: 6 pm on"), params)["hour"] == "6 pm"
    assert values("note:thank you amount:5 @bo") == {"note": "thank you", "amount": "5", "who": "@bo"}


@given(st.text(max_size=60))
def test_splitting_never_crashes_and_loses_no_word(line: str) -> None:
    try:
        words = split_words(line)
    except BadInput:
        return
    assert all(word.text or word.quoted for word in words)
    assert [word.start for word in words] == sorted(word.start for word in words)
    between = [
        line[a:b]
        for a, b in zip([0, *(w.end for w in words)], [*(w.start for w in words), len(line)], strict=True)
    ]
    assert not "".join(between).strip()


@pytest.mark.parametrize(
    ("name", "raw", "answer"),
    [
        ("amount", "1250.5", "the most is 1000"),
        ("amount", "0.1", "the least is 0.5"),
        ("amount", "1,5", "is not an amount"),
        ("amount", "1e3", "is not an amount"),
        ("amount", "NaN", "is not an amount"),
        ("amount", "٣", "is not an amount"),
        ("colour", "green", "one of these: red, blue"),
        ("note", "x" * 31, "at most 30"),
        ("note", "   ", "at least"),
    ],
)
def test_bad_values_are_named(name: str, raw: str, answer: str) -> None:
    param = next(param for param in PARAMS if param.name == name)
    with pytest.raises(BadInput, match=answer) as refused:
        parse(cast(Context, None), param, raw)
    assert name in str(refused.value)


def test_good_values() -> None:
    by_name = {param.name: param for param in PARAMS}
    assert parse(cast(Context, None), by_name["amount"], " 12.50 ") == Decimal("12.50")
    assert parse(cast(Context, None), by_name["colour"], "BLUE") == "blue"


def test_undeclarable_types() -> None:
    def wrong(ctx: object, x: Annotated[bytes, "Bytes"]) -> None: ...

    with pytest.raises(Undeclarable, match="unknown type"):
        read_params(wrong)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("90m", 5400), ("2h 30m", 9000), ("1 week", 604800), ("3 days, 1 hour", 262800), ("1h30m", 5400)],
)
def test_durations(words: str, seconds: int) -> None:
    assert parse_duration(words) == timedelta(seconds=seconds)


@pytest.mark.parametrize("words", ["", "5", "m", "0m", "-5m", "5 apples", "1h x", "99999 days", "１m x"])
def test_what_is_no_duration(words: str) -> None:
    with pytest.raises(BadInput, match="Write a duration"):
        parse_duration(words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("in 2h", NOW + timedelta(hours=2)),
        ("18:00", datetime(2026, 3, 28, 17, 0, tzinfo=UTC)),
        ("9:00", datetime(2026, 3, 29, 7, 0, tzinfo=UTC)),  # tomorrow, in summer time by then
        ("tomorrow 18:00", datetime(2026, 3, 29, 16, 0, tzinfo=UTC)),
        ("Friday 9:30", datetime(2026, 4, 3, 7, 30, tzinfo=UTC)),
        ("sat 9:00", datetime(2026, 4, 4, 7, 0, tzinfo=UTC)),
        ("next saturday 18:00", datetime(2026, 4, 4, 16, 0, tzinfo=UTC)),  # it is Saturday: in seven days
        ("6pm", datetime(2026, 3, 28, 17, 0, tzinfo=UTC)),
        ("6:30 p.m.", datetime(2026, 3, 28, 17, 30, tzinfo=UTC)),
        ("18h30", datetime(2026, 3, 28, 17, 30, tzinfo=UTC)),
        ("1830", datetime(2026, 3, 28, 17, 30, tzinfo=UTC)),
        ("noon", datetime(2026, 3, 29, 10, 0, tzinfo=UTC)),
        ("midnight", datetime(2026, 3, 28, 23, 0, tzinfo=UTC)),  # tonight
        ("midnight tomorrow", datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        ("12am", datetime(2026, 3, 28, 23, 0, tzinfo=UTC)),
        ("tomorrow at 6 pm", datetime(2026, 3, 29, 16, 0, tzinfo=UTC)),
        ("noon, friday", datetime(2026, 4, 3, 10, 0, tzinfo=UTC)),
        ("3.12. 18:30", datetime(2026, 12, 3, 17, 30, tzinfo=UTC)),
        ("3 December 2026 6pm", datetime(2026, 12, 3, 17, 0, tzinfo=UTC)),
        ("Dec 3rd, 2026 1830", datetime(2026, 12, 3, 17, 30, tzinfo=UTC)),
        ("2026-10-25 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # comes twice: the first
        ("2026-05-01T18:00+02:00", datetime(2026, 5, 1, 16, 0, tzinfo=UTC)),
        ("2026-05-01T18:00Z", datetime(2026, 5, 1, 18, 0, tzinfo=UTC)),
    ],
)
def test_times_in_berlin(words: str, expected: datetime) -> None:
    assert parse_when(words, NOW, "Europe/Berlin") == expected


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("2026-03-29 02:30", "does not exist"),
        ("2026-01-01 10:00", "has passed"),
        ("today 9:00", "has passed"),
        ("friday", "is not a time"),
        ("3 december 2026", "is not a time"),
        ("tomorrow 13 pm", "is not a time"),
        ("0 am", "is not a time"),
        ("25:00", "is not a time"),
        ("2026-02-30 10:00", "is not a time"),
        ("", "is not a time"),
    ],
)
def test_times_that_cannot_be(words: str, answer: str) -> None:
    with pytest.raises(BadInput, match=answer):
        parse_when(words, NOW, "Europe/Berlin")


def test_hidden_characters_are_written_out() -> None:
    assert visible("a\u202eb\u200bc\x00") == "a\\u{202E}b\\u{200B}c\\u{0000}"
    assert visible("Zoë 👩‍🌾 שלום\n\t") == "Zoë 👩‍🌾 שלום\n\t"
    assert one_line("two\nlines\r and   space") == "two lines and space"
    assert one_line("x" * 100, 10) == "xxxxxxxxx…"
