"""The texts of a call as its author writes them, checked so that they fit into one message on every platform."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.areas.calls.domain.calls import USUAL_HOUR, Call, Proof
from bot.domain.days import WHOLE_DAY
from bot.domain.hidden import is_seen, visible
from bot.domain.hosts import hosts_in, links_in, parse_link
from bot.domain.phrases import phrase
from bot.errors import BadInput

MOST_TITLE = 80
MOST_WHAT = 600
MOST_WHY = 300

# A post is one message. On Discord it has at most 2,000 characters of Markdown, and each mark in words is escaped by
# another character. On Telegram it has at most 1,024 UTF-16 code units below a picture. These limits leave room for
# the link and for the lines that the bot adds.
_ROOM_ESCAPED = 1320
_ROOM_BESIDE_IMAGE = 680

_MARK = re.compile(r"[!-/:-@\[-`{-~\n]")
_BLANK_LINES = re.compile(r"\n\s*\n\s*\n+")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of a call and the answers that it asks for. The fields are named like the columns of `calls`.

    `opens` and `closes` are minutes of the local day.
    """

    title: str
    what: str
    why: str = ""
    link: str | None = None
    file_id: int | None = None
    proof: Proof = Proof.WORD
    contest: bool = False
    opens: int = USUAL_HOUR
    closes: int = WHOLE_DAY

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that its words and its link lead to."""
        return hosts_in(self.title, self.what, self.why, self.link)

    @property
    def links(self) -> dict[str, frozenset[str]]:
        """Its words that lead to hosts, its link among them, each with these hosts."""
        return links_in(self.title, self.what, self.why, self.link)


def checked(texts: Texts) -> Texts:
    """Returns the texts trimmed and normalised, with a parsed link.

    Raises:
        BadInput: a text is missing or too long, the link is no web address, or the call closes before it opens.
    """
    title = _SPACES.sub(" ", _clean(texts.title))
    what, why = _clean(texts.what), _clean(texts.why)
    _require_short(phrase("Title"), title, MOST_TITLE)
    _require_short(phrase("What should people do?"), what, MOST_WHAT)
    _require_short(phrase("Why?"), why, MOST_WHY)
    if not title or not what:
        raise BadInput(phrase("A call needs a title and something to do. Write both."))
    if texts.closes <= texts.opens:
        raise BadInput(
            phrase(
                "It would close at {closes}, before it opens at {opens}. Choose a later time for `closes`, up to "
                "midnight.",
                closes=clock(texts.closes),
                opens=clock(texts.opens),
            )
        )
    _require_room(title + what + why, texts.file_id is not None)
    link = parse_link(texts.link) if texts.link and texts.link.strip() else None
    return Texts(title, what, why, link, texts.file_id, texts.proof, texts.contest, texts.opens, texts.closes)


def clock(minutes: int) -> str:
    """Returns minutes of the day as people write them: “09:30”."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _require_short(label: str, words: str, most: int) -> None:
    if len(words) > most:
        raise BadInput(
            phrase(
                "Shorten “{label}”: at most {most} characters fit, and these are {count}.",
                label=label,
                most=most,
                count=len(words),
            )
        )


def _require_room(words: str, beside_image: bool) -> None:
    signs = len(_MARK.findall(words))  # each may need an escaping character
    units = len(words.encode("utf-16-le")) // 2 + signs
    if beside_image and units > _ROOM_BESIDE_IMAGE:
        raise BadInput(
            phrase(
                "Shorten the texts, or leave the picture out: beside a picture {most} letters and signs fit, and "
                "these are {count}.",
                most=_ROOM_BESIDE_IMAGE,
                count=units,
            )
        )
    if len(words) + signs > _ROOM_ESCAPED:
        raise BadInput(
            phrase("Use fewer signs and line breaks: there are too many signs to fit into one message.")
        )


def _clean(words: str) -> str:
    if not is_seen(words):
        return ""
    folded = unicodedata.normalize("NFC", words.replace("\r\n", "\n").replace("\r", "\n")).replace("\t", " ")
    return _BLANK_LINES.sub("\n\n", visible(folded)).strip()


def texts_of(call: Call) -> Texts:
    """Returns the present texts of a call."""
    return Texts(
        call.title,
        call.what,
        call.why,
        call.link,
        call.file_id,
        call.proof,
        call.contest,
        call.opens,
        call.closes,
    )
