"""Names in pictures: every script that there is a font for, joined and turned as it wants, and none of the emoji."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from bot.pictures import colours, fonts, letters
from bot.pictures.report import BranchBar, Results, report_picture
from tests.pictures.drawings import TODAY, watch
from tests.tools import require

WRITTEN = {
    "Latin": "Zoë Łukasiewicz-Đặng",
    "Greek": "Ελένη",
    "Cyrillic": "Владимир",
    "Arabic": "مريم العلي",
    "Persian": "علی\u200cرضا",
    "Devanagari": "मीरा शर्मा",
    "Tamil": "அரவிந்த்",
    "Telugu": "సీత",
    "Thai": "สมชาย ใจดี",
    "Khmer": "សុខា",
    "Arabic beside Latin": "Ada مريم",
    "two scripts beside Latin": "Ada मीरा மீரா",
}


@pytest.fixture(autouse=True)
def no_other_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine has no fonts but those that Muster brings along."""
    monkeypatch.setattr(fonts, "folders", list)
    forget()
    yield
    monkeypatch.undo()
    forget()


def forget() -> None:
    for remembered in (fonts._of_the_system, fonts.file_for, fonts.has, letters._pieces):
        remembered.cache_clear()


def drawn(line: str, size: int = letters.SMALL) -> Image.Image:
    card = Image.new("RGB", (700, 100))
    letters.write(ImageDraw.Draw(card), (20, 50), line, size, colours.INK)
    return card.convert("L")


@pytest.mark.parametrize("name", WRITTEN.values(), ids=WRITTEN)
def test_names_are_written_in_their_script(name: str) -> None:
    require(fonts.can_shape(), "FriBiDi (libfribidi0) is not installed")
    assert letters.writable(name) == name
    assert letters.width(name, letters.SMALL) > 50
    box = drawn(name).getbbox()
    assert box is not None
    assert box[0] >= 18
    assert abs(box[2] - 20 - letters.width(name, letters.SMALL)) < 10
    assert 0 < box[1] < box[3] < 100


def test_arabic_letters_join_and_run_from_the_right() -> None:
    require(fonts.can_shape(), "FriBiDi (libfribidi0) is not installed")
    apart = sum(letters.width(letter, letters.SMALL) for letter in "مريم")
    assert letters.width("مريم", letters.SMALL) < 0.9 * apart
    first, second = drawn("ا ببببببب").getbbox(), drawn("ببببببب").getbbox()
    assert first is not None
    assert second is not None
    assert abs(first[0] - second[0]) <= 2, "the first letter is at the right"
    assert letters.width("क्ष", letters.SMALL) < letters.width("क ष", letters.SMALL)


def test_without_shaping_only_scripts_that_need_none_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "can_shape", lambda: False)
    assert letters.writable("Ελένη Šimůnek") == "Ελένη Šimůnek"
    for name in ("مريم", "मीरा", "Ada مريم"):
        assert letters.writable(name) is None


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Ada 🚀", "Ada"),
        ("👩\u200d🌾 Ada 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 🇩🇪", "Ada"),
        ("A❤\ufe0fda 1\ufe0f\u20e3", "Ada 1"),
        ("𝓐𝓭𝓪 Ｌｅｅ", "Ada Lee"),
        ("Weiß", "Weiß"),
        ("e" + "\u0301\u0302\u0303\u0304", "é\u0302\u0303"),
        ("Ada “Countess” Lovelace (#1) ~ $5", "Ada “Countess” Lovelace (#1) ~ $5"),
    ],
)
def test_what_no_font_needs_to_write_is_left_out(name: str, line: str) -> None:
    assert letters.writable(name) == line


@pytest.mark.parametrize("name", ["🚀", "👩\u200d🌾", "", "\u2800", "王小明", "Ada 王", "ᚠ", "\ue000"])
def test_a_name_that_cannot_be_written_is_none(name: str) -> None:
    assert letters.writable(name) is None


def test_every_letter_of_europes_latin_alphabets_is_written() -> None:
    known = "äöüÄÖÜßéèêëàâçîïôùûÿñáíóúåøØąćęłńśźżĄĆĘŁŃŚŹŻčďěňřšťůýžČĎĚŇŘŠŤŮÝŽőűŐŰğışĞİŞăâîșțāēģīķļņūđĐãõ"
    assert [letter for letter in known if letters.writable(letter) != letter] == []
    assert len({drawn(letter).tobytes() for letter in known}) == len(set(known))


def test_fonts_of_the_system_write_what_ours_do_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require(fonts.can_shape(), "FriBiDi (libfribidi0) is not installed")
    brought = fonts._brought()
    tamil, telugu = brought["TAMIL"], brought["TELUGU"]
    monkeypatch.setattr(fonts, "_brought", lambda: {"": brought[""], "KHMER": brought["KHMER"]})
    forget()
    assert letters.writable("மீரா") is None
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "NotoSansTamil-Regular.ttf").symlink_to(tamil)
    (tmp_path / "NotoSansThai-Regular.ttf").write_bytes(b"damaged")
    (tmp_path / "DejaVuSans.ttf").symlink_to(telugu)  # under a name that tells nothing of its scripts
    monkeypatch.setattr(fonts, "folders", lambda: [tmp_path / "nowhere", tmp_path])
    forget()
    assert letters.writable("மீரா") == "மீரா"
    assert letters.writable("సీత") == "సీత"
    assert letters.writable("สมชาย") is None


@settings(deadline=None, max_examples=300)
@given(st.text(st.sampled_from("Ada ميم\u0301\u200d🚀कि்\u200cกี") | st.characters(), max_size=60))
def test_any_name_is_written_or_not(name: str) -> None:
    line = letters.writable(name)
    if line is not None:
        assert line.strip() == line != ""
        short = letters.fitted(line, letters.SMALL, 200)
        assert letters.width(short, letters.SMALL) <= 200
        drawn(short)


def test_text_is_cut_to_its_room() -> None:
    assert letters.fitted("Ada", letters.SMALL, 500) == "Ada"
    assert letters.fitted("Ada Lovelace", letters.SMALL, 120) == "Ada…"
    assert letters.fitted("Ada", letters.SMALL, 3) == ""


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"), (9_999, "9,999"), (10_000, "10k"), (12_345, "12.3k"), (999_999, "999k"),
        (1_000_000, "1M"), (1_059_999, "1.05M"), (20_050_000, "20M"), (10**11, "100G"), (10**12, "many"),
    ],
)  # fmt: skip
def test_counts_are_short_and_never_too_high(number: int, words: str) -> None:
    assert letters.compact(number) == words


@pytest.mark.parametrize("title", ["Farm: Plant", "🚀"])
def test_a_report_says_no_title_twice(title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = watch(monkeypatch)
    report_picture(Results(title, TODAY - 30, TODAY, {TODAY: 3}, None, [BranchBar("Bo", 1, 2)]))
    words = [said for said, _, _ in written]
    assert words.count("Answers by day") == 1
    assert ("Farm: Plant" in words) == (title != "🚀")
