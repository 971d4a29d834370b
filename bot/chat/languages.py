"""Says the phrases of a reply in a language, from the catalogues in `bot/locales`. English needs none."""

from __future__ import annotations

import functools
import gettext
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from bot.chat.model import (
    AnyButton,
    Block,
    Code,
    Field,
    Fields,
    Form,
    Heading,
    Image,
    Items,
    Link,
    LinkButton,
    Paragraph,
    Question,
    Reply,
    Span,
    Spans,
    Table,
    Text,
)
from bot.domain.languages import ENGLISH, spoken
from bot.domain.phrases import Part, Phrase, parts, plain

LOCALES = Path(__file__).parent.parent / "locales"
DOMAIN = "muster"
SEPARATORS = {ENGLISH: ",", "de": "."}
"""Between thousands."""


@functools.cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Returns the catalogue of a language. English has an empty one, because it is the language of the keys."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALES, [language])


def said(words: str, language: str) -> str:
    """Returns words in a language, as plain words. Words that are no phrase stay as they are."""
    if not isinstance(words, Phrase):
        return words
    if language == ENGLISH:
        return str.__str__(words)
    return "".join(_plain(part, words.values, language) for part in parts(template(words, language)))


def template(words: Phrase, language: str) -> str:
    """Returns the template of a phrase in a language; the English one if the catalogue has none."""
    if words.number is None or words.many is None:
        return catalogue(language).gettext(words.template) if words.template else ""
    return catalogue(language).ngettext(words.template, words.many, words.number)


def spans_in(spans: Spans, language: str) -> Spans:
    """Returns spans in a language: a phrase becomes the spans of its template and its values."""
    if not any(map(_has_phrase, spans)):
        return spans
    found: list[Span] = []
    for span in spans:
        if isinstance(span, Text) and isinstance(span.text, Phrase):
            found.extend(_expanded(span, span.text, language))
        elif isinstance(span, Link):
            found.append(Link(said(span.label, language), span.url))
        else:
            found.append(span)
    return tuple(found)


def in_language(reply: Reply, language: str) -> Reply:
    """Returns the reply with all its phrases said in the language. What is said already stays as it is."""
    return msgspec.structs.replace(
        reply,
        blocks=tuple(_block(block, language) for block in reply.blocks),
        buttons=tuple(tuple(_button(button, language) for button in row) for row in reply.buttons),
        form=_form(reply.form, language) if reply.form else None,
        notice=said(reply.notice, language),
        ask=_question(reply.ask, language) if reply.ask else None,
    )


def by_locale(reply: Reply, locale: str) -> Reply:
    """Returns the reply in the language of a platform's tag ("de-AT"): for a person of whom nothing else is known."""
    return in_language(reply, spoken(locale) or ENGLISH)


def _has_phrase(span: Span) -> bool:
    if isinstance(span, Text):
        return isinstance(span.text, Phrase)
    return isinstance(span, Link) and isinstance(span.label, Phrase)


def _expanded(style: Text, words: Phrase, language: str) -> Iterable[Span]:
    """The spans of a phrase. Its own words have the style of the text that it stands in."""
    for part in parts(template(words, language)):
        if part.code:
            yield Code("".join(_plain(inner, words.values, language) for inner in part.code))
        elif part.place:
            yield from _value(style, words.values[part.place], language, part.grouped)
        else:
            yield msgspec.structs.replace(style, text=part.words)


def _value(style: Text, value: Any, language: str, grouped: bool = False) -> Iterable[Span]:
    if isinstance(value, Phrase):
        yield from _expanded(style, value, language)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _value(style, one, language)
    elif isinstance(value, Text | Link):
        yield from spans_in((value,), language)
    elif isinstance(value, msgspec.Struct):
        yield value  # type: ignore[misc]  # a span, which has nothing to translate
    else:
        yield msgspec.structs.replace(style, text=_word(value, language, grouped))


def _plain(part: Part, values: dict[str, Any], language: str) -> str:
    if part.code:
        return "".join(_plain(inner, values, language) for inner in part.code)
    return _word(values[part.place], language, part.grouped) if part.place else part.words


def _word(value: Any, language: str, grouped: bool = False) -> str:
    if isinstance(value, str):
        return said(value, language)
    if isinstance(value, list | tuple):
        return "".join(_word(one, language) for one in value)
    if isinstance(value, Text):
        return said(value.text, language)
    if isinstance(value, Link):
        return said(value.label, language)
    return plain(value, SEPARATORS[language] if grouped else "")


def _block(block: Block, language: str) -> Block:
    if isinstance(block, Paragraph):
        spoken = spans_in(block.spans, language)
        return block if spoken is block.spans else Paragraph(spoken)
    if isinstance(block, Heading):
        return Heading(said(block.text, language))
    if isinstance(block, Fields):
        return Fields(
            tuple(Field(said(one.name, language), spans_in(one.value, language)) for one in block.fields)
        )
    if isinstance(block, Items):
        return Items(tuple(spans_in(row, language) for row in block.items), block.ordered)
    if isinstance(block, Table):
        rows = tuple(tuple(said(cell, language) for cell in row) for row in block.rows)
        return Table(tuple(said(cell, language) for cell in block.header), rows)
    if isinstance(block, Image):
        return msgspec.structs.replace(block, alt=said(block.alt, language))
    return block


def _button(button: AnyButton, language: str) -> AnyButton:
    if not isinstance(button.label, Phrase):
        return button
    label = said(button.label, language)
    if isinstance(button, LinkButton):
        return LinkButton(label, button.url)
    return msgspec.structs.replace(button, label=label)


def _form(form: Form, language: str) -> Form:
    return msgspec.structs.replace(
        form,
        title=said(form.title, language),
        questions=tuple(_question(one, language) for one in form.questions),
        submit=said(form.submit, language),
    )


def _question(question: Question, language: str) -> Question:
    return msgspec.structs.replace(
        question,
        label=said(question.label, language),
        hint=said(question.hint, language),
        choices=tuple((said(label, language), value) for label, value in question.choices),
    )
