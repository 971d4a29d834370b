import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from siwe import SiweMessage

from bot.areas.wallets.domain.siwe_text import NAME_LIMIT, render, safe, statement
from tests.chain.texts import ANN, NAMES, fields, text

NASTY = "\n\r\t\u2028\u2029\u202e\u200b\0\x7f[]:\"\\<>{}%^`|' "
names = st.text(st.one_of(st.sampled_from(NASTY), st.characters(), st.sampled_from("abc")), max_size=200)


def unescaped(shown: str) -> str:
    def characters(match: re.Match[str]) -> str:
        return "".join(chr(int(code, 16)) for code in match[1].split(" "))

    return re.sub(r"\[U\+([0-9A-F ]+)\]", characters, shown)


@given(names)
@settings(max_examples=500, deadline=None)
def test_a_name_cannot_leave_its_place(name: str) -> None:
    shown = safe(name)
    assert len(shown) <= NAME_LIMIT
    assert re.fullmatch(r"[A-Za-z0-9\-._~/?#@!$&'()*+,;=\[\] ]*", shown), shown
    assert ":" not in shown
    assert "  " not in shown
    # Every bracket belongs to an escape of ours or to the mark of what was cut.
    plain = re.sub(r"\[U\+[0-9A-F]{4,6}(?: [0-9A-F]{4,6})*\]", "", shown.removesuffix("[...]"))
    assert not set("[]") & set(plain)


@given(names)
@settings(max_examples=500, deadline=None)
def test_nothing_of_a_short_name_is_lost(name: str) -> None:
    assert unescaped(safe(name, limit=10_000)) == name


@given(names, st.integers(5, 60))
@settings(deadline=None)
def test_what_is_cut_is_marked(name: str, limit: int) -> None:
    shown = safe(name, limit)
    assert len(shown) <= limit
    if shown != safe(name, 10_000):
        assert shown.endswith("[...]")
        assert name.startswith(unescaped(shown.removesuffix("[...]")))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ann Lee", "Ann Lee"),
        ("O'Brien (she/her)", "O'Brien (she/her)"),
        ("", ""),
        ("José", "Jos[U+00E9]"),
        ("\u202egnp.exe", "[U+202E]gnp.exe"),
        ("a\nURI: https://evil.example", "a[U+000A]URI[U+003A] https[U+003A]//evil.example"),
        ("discord:bo", "discord:bo"),
        ("URI:bo", "URI[U+003A]bo"),
        ("uri: bo", "uri[U+003A] bo"),
        ("https://evil.example", "https[U+003A]//evil.example"),
        ("a:b:c", "a[U+003A]b[U+003A]c"),
        ("Ann] in the union [Other", "Ann[U+005D] in the union [U+005B]Other"),
        ("Юля", "[U+042E 043B 044F]"),
        ("[U+202E]", "[U+005B]U+202E[U+005D]"),
        (" a  b ", "[U+0020]a [U+0020]b[U+0020]"),
        ("\ud800", "[U+D800]"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 75 + "[...]"),
    ],
)
def test_names_are_shown_as(name: str, shown: str) -> None:
    assert safe(name) == shown


@given(account=names, union=names, account_id=names)
@settings(max_examples=60, deadline=None)
def test_siwe_reads_back_every_field(account: str, union: str, account_id: str) -> None:
    sentence = statement(
        platform="Telegram", account=account, account_id=account_id, union=union, union_ref=account_id
    )
    given_fields = fields(statement=sentence)
    for abnf in (True, False):
        read = SiweMessage.from_message(render(**given_fields), abnf=abnf)
        assert read.scheme is None
        assert read.domain == given_fields["domain"]
        assert read.address == given_fields["address"]
        assert read.statement == sentence
        assert read.uri == given_fields["uri"]
        assert str(read.version) == "1"
        assert read.chain_id == given_fields["chain_id"]
        assert read.nonce == given_fields["nonce"]
        assert read.issued_at == "2026-03-01T12:30:15Z"
        assert read.expiration_time == "2026-03-01T12:40:15Z"
        assert (read.not_before, read.request_id, read.resources) == (None, None, None)
        assert read.warnings == []
        assert read.prepare_message() == render(**given_fields)


@pytest.mark.parametrize(
    "changed",
    [
        {"domain": "localhost:8470", "uri": "http://localhost:8470/link"},
        {"domain": "[::1]:8470", "uri": "http://[::1]:8470/link?a=b#c"},
        {"request_id": "ticket-7"},
        {
            "issued_at": datetime(
                2026, 3, 1, 14, 0, 0, 999999, tzinfo=timezone(timedelta(hours=5, minutes=30))
            )
        },
    ],
)
def test_siwe_writes_the_same(changed: dict[str, object]) -> None:
    ours = text(**changed)
    assert SiweMessage.from_message(ours).prepare_message() == ours


def test_the_whole_text() -> None:
    assert text(request_id="7", issued_at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC)) == (
        "muster.example.org wants you to sign in with your Ethereum account:\n"
        f"{ANN}\n"
        "\n"
        "Link this wallet to the Discord account [Ann] (id 80351110224678912) in the union [River Watch] "
        "(ref x7Gq2_hP-Zt0aLwY5mRkVA). Sign only if this account is yours. Signing moves no money.\n"
        "\n"
        "URI: https://muster.example.org/link\n"
        "Version: 1\n"
        "Chain ID: 31337\n"
        "Nonce: k4jD8sQmZ2pX7vNc\n"
        "Issued At: 2026-03-01T12:00:00Z\n"
        "Expiration Time: 2026-03-01T12:40:15Z\n"
        "Request ID: 7"
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"domain": "muster.example.org\nevil"},
        {"domain": "muster.example.org/"},
        {"domain": ""},
        {"address": ANN + "\n"},
        {"address": ANN[2:]},
        {"statement": statement(**NAMES) + "\nURI: https://evil.example"},
        {"statement": ""},
        {"statement": "Größe"},
        {"uri": "https://muster.example.org/a b"},
        {"uri": "https://muster.example.org/\n"},
        {"uri": "javascript:alert(1)"},
        {"nonce": "short7x"},
        {"nonce": "12345678\nResources:"},
        {"request_id": "a\nb"},
        {"chain_id": 0},
        {"issued_at": datetime(2026, 3, 1, 12, 0)},  # noqa: DTZ001 - a time without a zone is the point
    ],
)
def test_a_field_that_the_grammar_refuses_is_a_bug(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        text(**changed)
