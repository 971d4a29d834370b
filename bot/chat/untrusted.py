"""Reads JSON that strangers send."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from bot.domain.phrases import phrase
from bot.errors import BadInput

T = TypeVar("T")


def decoded(body: bytes | str, shape: type[T] | msgspec.json.Decoder[T]) -> T:
    """Returns the value in `body`, which has the type `shape`.

    Raises BadInput, with the reason, for everything else. That includes text that is no UTF-8, and values nested so
    deeply that reading them would overflow the stack: msgspec raises errors of other kinds for those.
    """
    try:
        if isinstance(shape, msgspec.json.Decoder):
            return shape.decode(body)
        return msgspec.json.decode(body, type=shape)
    except msgspec.MsgspecError as problem:
        raise BadInput(str(problem)) from None
    except UnicodeError:
        raise BadInput(phrase("This is not UTF-8 text.")) from None
    except RecursionError:
        raise BadInput(phrase("This is nested too deeply.")) from None
