"""Replies as Discord gets them, each sample against its golden payload."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from adapters.discord import forms, limits, render
from bot.chat.incoming import File
from bot.chat.model import (
    Button,
    CodeBlock,
    Form,
    Image,
    LinkButton,
    Question,
    Reply,
    Table,
    Text,
    items,
    p,
    say,
)
from tests.adapters.discord.markdown import read
from tests.adapters.samples import DOT, HOSTILE, SAMPLES

GOLDEN = Path(__file__).with_name("golden")


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_sample_matches_golden(name: str) -> None:
    """`MUSTER_GOLDEN=write` writes the files anew; look at the difference before committing it."""
    reply = SAMPLES[name]
    rendered = render.render(reply)
    shown = [
        part.payload | ({"file": [part.file.name, len(part.file.data), part.file.mime]} if part.file else {})
        for part in rendered.parts
    ]
    drawn = {"messages": shown, "changed": rendered.changed}
    drawn |= {"modal": forms.modal(reply.form)} if reply.form else {}
    text = json.dumps(drawn, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    path = GOLDEN / f"{name}.json"
    if os.environ.get("MUSTER_GOLDEN") == "write":
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(SAMPLES)


def test_actions_and_arguments_stay_here() -> None:
    sent = json.dumps([str(render.render(SAMPLES["buttons"])), forms.modal(SAMPLES["form"].form)])
    assert "secret" not in sent
    assert "union.found" not in sent


def test_nobody_is_notified_by_anything() -> None:
    for reply in SAMPLES.values():
        assert all(part.payload["allowed_mentions"] == {"parse": []} for part in render.render(reply).parts)


def test_hostile_names_are_words_everywhere() -> None:
    (part,) = render.render(SAMPLES["hostile"]).parts
    seen = read(part.payload["content"])
    assert {kind for kind, _ in seen.live} == {"bold", "line", "fence", "code"}
    assert not [character for character in "\x07\u202e\u2066" if character in part.payload["content"]]


def texts(reply: Reply) -> list[str]:
    return [part.payload["content"] for part in render.render(reply).parts]


@pytest.mark.parametrize(
    "block",
    [
        p("word " * 900),
        p(Text("word " * 900, bold=True)),
        p("x" * 5000),
        p("*" * 1500),
        items(*(f"item {number} " * 20 for number in range(40))),
        CodeBlock("line of code\n" * 300),
        CodeBlock("`" * 2500),
        Table(("a", "b"), tuple((f"{number}", "x" * 50) for number in range(100))),
    ],
    ids=["words", "bold", "one word", "marks", "items", "code", "backticks", "table"],
)
def test_what_is_long_goes_on_in_further_messages(block) -> None:  # type: ignore[no-untyped-def]
    reply = say(block, buttons=((Button("Go", token="t"),),))
    rendered = render.render(reply)
    parts = rendered.parts
    assert 1 < len(parts) <= limits.MOST_PARTS
    assert all(1 <= len(part.payload["content"]) <= limits.MAX_CONTENT for part in parts)
    assert "text cut" not in rendered.changed
    assert ["components" in part.payload for part in parts] == [False] * (len(parts) - 1) + [True]
    for part in parts:
        assert part.payload["content"].count("```") % 2 == 0


def test_what_is_far_too_long_is_cut_and_says_so() -> None:
    rendered = render.render(say(p("word " * 4000)))
    assert len(rendered.parts) == limits.MOST_PARTS
    assert rendered.parts[-1].payload["content"].endswith("…")
    assert "text cut" in rendered.changed


def test_a_table_has_columns_as_wide_as_their_characters() -> None:
    (text,) = texts(say(Table(("Name", "n"), (("日本", "1"), ("Zoë", "22")))))
    assert text == "```\nName  n\n────  ──\n日本  1\nZoë   22\n```"


def test_an_image_that_is_too_large_is_words() -> None:
    rendered = render.render(say(Image(b"x" * (limits.MAX_FILE + 1), "A *large* picture")))
    assert rendered.parts[0].payload["content"] == "A \\*large\\* picture"
    assert rendered.parts[0].file is None
    assert rendered.changed == ("image as words",)


def test_a_file_name_is_plain() -> None:
    (part,) = render.render(say(Image(DOT, "x", '../../a"b\n.png'))).parts
    assert part.file is not None
    assert part.file.name == ".._.._a_b_.png"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://[", "/x", 'https://x/"><b>', ""])
def test_a_button_that_leads_nowhere_is_words_without_address(url: str) -> None:
    assert texts(say("Look.", buttons=((LinkButton("There", url),),))) == ["Look.\nThere: "]


@pytest.mark.parametrize(
    ("reply", "remedy"),
    [
        (say("x", buttons=((Button("a", token="t"),),) * 6), "use fewer buttons"),
        (say("x", buttons=(tuple(Button(str(n), token=f"t{n}") for n in range(6)),)), "use fewer buttons"),
        (say("x", buttons=((),)), "1–5 buttons"),
        (say("x", buttons=((Button(" ", token="t"),),)), "write one"),
        (say("x", buttons=((Button("a"),),)), "let dispatch store"),
        (Reply(form=Form("t", (), "a", token="t")), "split"),
        (Reply(form=Form("t", (Question("a", "b"),) * 6, "a", token="t")), "split"),
        (Reply(form=Form("t", (Question("a", "b"),), "a")), "let dispatch store"),
        (
            Reply(form=Form("t", (Question("a", "b", choices=(("x", "x" * 101),)),), "a", token="t")),
            "shorten",
        ),
        (
            Reply(form=Form("t", (Question("a", "b", choices=(("x", "x"),) * 26),), "a", token="t")),
            "as a text",
        ),
    ],
)
def test_what_cannot_be_drawn_says_what_to_change(reply: Reply, remedy: str) -> None:
    with pytest.raises(limits.CannotShow, match=remedy):
        render.render(reply)


def test_long_labels_are_cut() -> None:
    label = render.button(Button("x" * 200 + HOSTILE, token="t"))["label"]
    assert (len(label), label[-1]) == (80, "…")


def test_a_modal_keeps_discords_limits() -> None:
    question = Question(
        "a", "L" * 60, "long", hint="H" * 120, max_length=9000, min_length=5000, default="d" * 5000
    )
    drawn = forms.modal(Form("T" * 60, (question,), "act", token="t"))
    (label,) = drawn["components"]
    field = label["component"]
    assert (len(drawn["title"]), len(label["label"]), len(label["description"])) == (45, 45, 60)
    assert (field["max_length"], field["min_length"], len(field["value"])) == (4000, 4000, 4000)
    assert len(field["placeholder"]) == 100


def test_answers_are_read_from_labels_and_rows() -> None:
    components = [
        {"type": 18, "component": {"type": 4, "custom_id": "a", "value": "one"}},
        {"type": 18, "component": {"type": 3, "custom_id": "b", "values": ["two"]}},
        {"type": 18, "component": {"type": 3, "custom_id": "c", "values": []}},
        {"type": 10},
        {"type": 1, "components": [{"type": 4, "custom_id": "d", "value": "four"}]},
        {"type": 18, "component": {"type": 4, "custom_id": "e", "value": ""}},
        {"type": 18, "component": {"type": 19, "custom_id": "f", "values": ["77"]}},
        {"type": 18, "component": {"type": 19, "custom_id": "g", "values": []}},
    ]
    assert forms.answers(components, File) == {"a": "one", "b": "two", "d": "four", "f": File("77")}
