"""The catalogues have every word of the program, in every language, and nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file

from bot.domain.phrases import Part, parts
from tests.docs import catalogue
from tests.docs.catalogue import ROOT

LANGUAGES = catalogue.languages()
MEMBERS_READ = (
    "p", "say", "items", "bold", "Text", "Heading", "Button", "LinkButton", "Question", "Form", "fields", "Field",
    "BadInput", "NotAllowed", "NotFound", "TryAgain", "_answer",
)  # fmt: skip
"""What is called with words that members read."""


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_catalogue_has_exactly_the_words_of_the_program(language: str) -> None:
    kept = catalogue.path_of(language).read_text("utf-8")
    assert kept == catalogue.as_text(catalogue.updated(language)), "run: make words"


def test_a_catalogue_is_compiled(language: str) -> None:
    compiled = catalogue.path_of(language).with_suffix(".mo").read_bytes()
    assert compiled == catalogue.compiled(catalogue.read(language)), "run: make words"


def test_everything_is_translated_in_all_its_forms(language: str) -> None:
    missing = [message.id for message in messages(language) if not catalogue.said(message.string)]
    assert missing == []


def test_a_translation_has_the_places_and_the_code_of_its_template(language: str) -> None:
    for message in messages(language):
        templates = message.id if isinstance(message.id, tuple) else (message.id,)
        wanted = [needed(template) for template in templates]
        for form in [message.string] if isinstance(message.string, str) else message.string:
            assert needed(form) in wanted, f"{message.id} → {form}"


def messages(language: str) -> Iterator[Message]:
    """All entries of a catalogue, without the header."""
    return (message for message in catalogue.read(language) if message.id)


def needed(template: str) -> tuple[list[str], list[str]]:
    """The places and the code of a template, in an order that does not depend on where they stand."""
    places: list[str] = []
    code: list[str] = []

    def collect(found: tuple[Part, ...]) -> None:
        for part in found:
            if part.code:
                code.append("".join(inner.words or f"{{{inner.place}}}" for inner in part.code))
            if part.place:
                places.append(f"{part.place}{',' if part.grouped else ''}")
            collect(part.code)

    collect(parts(template))
    return sorted(places), sorted(code)


def test_all_phrases_of_pages_are_found() -> None:
    """Babel passes over a phrase whose words are not written there, and over a page that it cannot read."""
    found = 0
    for path in ROOT.glob("bot/web/templates/*.html"):
        words = list(extract_from_file("jinja2", path, catalogue.KEYWORDS))
        assert len(words) == path.read_text("utf-8").count("phrase("), path.name
        found += len(words)
    assert found > 0


def test_all_words_that_members_read_are_phrases() -> None:
    found = [
        one
        for pattern in ("commands/**/*.py", "bot/web/*.py")
        for path in ROOT.glob(pattern)
        for one in loose_words(path.read_text("utf-8"), path.name)
    ]
    assert found == []


def loose_words(source: str, name: str) -> Iterator[str]:
    """Words that stand where members read them, and are no phrase: they could not be translated."""
    for node in ast.walk(ast.parse(source)):
        if (
            not isinstance(node, ast.Call)
            or not isinstance(node.func, ast.Name)
            or node.func.id not in MEMBERS_READ
        ):
            continue
        for given in node.args:
            for one in given.elts if isinstance(given, ast.Tuple) else [given]:
                if is_words(one):
                    yield f"{name}:{one.lineno}: {ast.unparse(one)}"


def is_words(node: ast.AST) -> bool:
    """Whether this is a literal with a word in it; one without a blank or a capital can be a name or a value."""
    if isinstance(node, ast.JoinedStr):
        return any(is_words(part) for part in node.values)
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    words = node.value.strip()
    return any(char.isalpha() for char in words) and words[0] != "/" and (" " in words or words[0].isupper())
