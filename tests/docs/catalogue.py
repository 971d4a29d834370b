"""Keeps the catalogues of `bot/locales` up to date with the words of the program: `make words`.

It adds what is new, without a translation, removes what is gone, and compiles each catalogue.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import commands
from bot.chat.languages import DOMAIN, LOCALES
from bot.chat.registry import Registry
from bot.domain.languages import ENGLISH, LANGUAGES

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "commands", "adapters")
KINDS = {"*.py": "python", "templates/*.html": "jinja2"}
"""The files that have phrases, and their kind for Babel."""
KEYWORDS = {"phrase": None, "plural": (2, 3)}
UNDATED = datetime(2026, 1, 1, tzinfo=UTC)
HEADERS = re.compile(
    r'^"(Project-Id|Report|Last-Trans|Language-Team|POT-Creation|PO-Revision|Generated).*\n', re.MULTILINE
)
"""Headers that say nothing here, or change without a reason."""


def languages() -> list[str]:
    """Returns the languages that have a catalogue."""
    return [language for language in LANGUAGES if language != ENGLISH]


def source() -> Catalog:
    """Returns all words of the program: phrases, also those of pages, and what is declared of commands."""
    made = Catalog()
    for package in PACKAGES:
        for pattern, kind in KINDS.items():
            for path in sorted(ROOT.joinpath(package).rglob(pattern)):
                for _line, words, _comments, _context in extract_from_file(kind, path, KEYWORDS):
                    _add(made, words, path)
    for words in declared():
        made.add(words)
    return made


def _add(made: Catalog, words: str | tuple[str, ...], path: Path) -> None:
    made.add(words, locations=[(path.relative_to(ROOT).as_posix(), 0)])


def declared() -> Iterator[str]:
    """Yields the words that are declared with commands: what they and their parameters are, and their help."""
    registry = Registry(commands.areas())
    yield from registry.groups.values()
    for command in registry.commands.values():
        yield command.description
        yield from (param.description for param in command.params)
        yield from paragraphs(command.details)


def paragraphs(details: str) -> list[str]:
    """Returns the paragraphs of a command's help, each in one line."""
    return [" ".join(part.split()) for part in details.split("\n\n") if part.strip()]


def path_of(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    """Returns the catalogue of a language, as it is kept."""
    with path_of(language).open("rb") as file:
        found = read_po(file, locale=language, domain=DOMAIN)
    found.creation_date = found.revision_date = UNDATED
    return found


def updated(language: str) -> Catalog:
    """Returns the catalogue with exactly the words of the program. What is new has no translation."""
    catalogue = read(language)
    catalogue.update(source(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    catalogue.header_comment = f"# {LANGUAGES[language]}. The keys are the English words of the program."
    return catalogue


def as_text(catalogue: Catalog) -> str:
    """Returns the catalogue as a .po file, with the files of the words. Lines would change too often."""
    file = io.BytesIO()
    write_po(file, catalogue, width=110, sort_output=True, include_lineno=False)
    return HEADERS.sub("", file.getvalue().decode())


def compiled(catalogue: Catalog) -> bytes:
    """Returns the catalogue as the .mo file that the program reads."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def main() -> None:
    for language in languages():
        path = path_of(language)
        path.write_text(as_text(updated(language)), "utf-8")
        kept = read(language)
        path.with_suffix(".mo").write_bytes(compiled(kept))
        missing = [message.id for message in kept if message.id and not said(message.string)]
        print(f"{language}: {len(kept)} entries, {len(missing)} without a translation")


def said(string: str | tuple[str, ...] | list[str]) -> bool:
    """Whether all forms of a translation are there."""
    return all([string] if isinstance(string, str) else string)


if __name__ == "__main__":
    main()
