"""JSON that strangers send: everything that is not what was asked for is refused in words."""

import msgspec
import pytest

from bot.chat.untrusted import decoded
from bot.errors import BadInput


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    number: int = 0


DEEP = b"[" * 5000 + b"]" * 5000


def test_what_was_asked_for_is_read() -> None:
    assert decoded(b'{"name": "Zo\xc3\xab", "number": 7}', Asked) == Asked("Zoë", 7)
    assert decoded('{"name": "x"}', msgspec.json.Decoder(Asked)) == Asked("x")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"name": 1}',
        b'{"name": "a", "more": 1}',
        b'{"name": "\xff"}',
        b'{"name": "\xed\xa0\x80"}',
        b'{"name": "\\ud800"}',
        b'{"name": "\\udc00x"}',
        b'{"name": "a", "number": 1e400}',
        b'{"name": "a", "number": ' + b"9" * 5000 + b"}",
        b'{"name": ' + DEEP + b"}",
        b'{"more": ' + DEEP + b"}",
        DEEP,
        '{"name": "x"}'.encode("utf-16"),
    ],
)
def test_everything_else_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        decoded(body, Asked)
    assert str(refused.value)


@pytest.mark.parametrize("shape", [dict, dict[str, msgspec.Raw]])
def test_values_of_any_kind_are_not_nested_for_ever(shape: type[object]) -> None:
    with pytest.raises(BadInput, match="too deeply"):
        decoded(b'{"x": ' + DEEP + b"}", shape)
