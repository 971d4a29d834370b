"""The text that a wallet signs to be linked: EIP-4361 (Sign-In with Ethereum). We render it and never parse it.

Source: https://eips.ethereum.org/EIPS/eip-4361 ("Message Format"). Its grammar allows only `reserved`,
`unreserved` (RFC 3986) and the space in a statement, so names that members wrote are escaped first.
"""

import re
from datetime import UTC, datetime

NAME_LIMIT = 80
_MORE = "[...]"
# The characters that the EIP's grammar allows, without ":" (which would make a fake "URI: ..." look real) and without
# the brackets, which mark an escape and enclose a name.
_PLAIN = r"[A-Za-z0-9\-._~/?#@!$&'()*+,;=]"
_PLAIN_CHARACTER = re.compile(_PLAIN)
# A platform with its user, like “discord:bo”. It imitates no line of the text: those begin with a capital letter, and
# have a space after the colon.
_OF_PLATFORM = re.compile(r"[a-z]+:[a-z0-9._~-]+")
_PLAIN_NAME = re.compile(rf"{_PLAIN}+(?: {_PLAIN}+)*")

_DOMAIN = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_ADDRESS = re.compile(r"0x[0-9A-Fa-f]{40}")
_STATEMENT = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;= ]+")
_URI = re.compile(r"https?://(?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=\[\]]|%[0-9A-Fa-f]{2})+")
_NONCE = re.compile(r"[A-Za-z0-9]{8,}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9\-._~]+")


def safe(name: str, limit: int = NAME_LIMIT) -> str:
    """Returns `name` as ASCII that cannot imitate the text around it: no line breaks, and no colon.

    A name like `discord:bo`, with nothing else in it, keeps its colon.
    The result has at most `limit` (>= 5) characters. Other characters are written as code points, `Jos[U+00E9]`, and
    neighbours share brackets: `[U+202E 0041]`. Brackets in the name are escaped too, so that nobody can fake an
    escape. `[...]` at the end says that the name was cut.
    """
    if len(name) <= limit and (_PLAIN_NAME.fullmatch(name) or _OF_PLATFORM.fullmatch(name)):
        return name
    text = shortened = ""
    for position, character in enumerate(name):
        between_words = character == " " and 0 < position < len(name) - 1 and name[position - 1] != " "
        if between_words or _PLAIN_CHARACTER.fullmatch(character):
            text += character
        elif text.endswith("]"):
            text = f"{text[:-1]} {ord(character):04X}]"
        else:
            text += f"[U+{ord(character):04X}]"
        if len(text) > limit:
            return shortened + _MORE
        if len(text) <= limit - len(_MORE):
            shortened = text
    return text


def statement(*, platform: str, account: str, account_id: str, union: str, union_ref: str) -> str:
    """Returns the sentence that says which account is linked, and where.

    `account_id` distinguishes accounts of one name, and `union_ref` unions of one name.
    """
    return (
        f"Link this wallet to the {safe(platform)} account [{safe(account)}] (id {safe(account_id)}) "
        f"in the union [{safe(union)}] (ref {safe(union_ref)}). Sign only if this account is yours. "
        "Signing moves no money."
    )


def render(
    *,
    domain: str,
    address: str,
    statement: str,
    uri: str,
    chain_id: int,
    nonce: str,
    issued_at: datetime,
    expires_at: datetime,
    request_id: str | None = None,
) -> str:
    """Returns the whole EIP-4361 text, version 1. LF separates its lines, and there is none at the end.

    `domain` is the host of the page, with the port unless it is the default one. `address` is EIP-55. Times are aware
    and written in UTC; fractions of a second are cut, so that the text never outlives `expires_at`.
    Raises ValueError for a field that the EIP's grammar does not allow. That is a bug or a wrong setting of ours, as
    all words of members reach the text through `statement()`.
    """
    for field, pattern, value in (
        ("domain", _DOMAIN, domain),
        ("address", _ADDRESS, address),
        ("statement", _STATEMENT, statement),
        ("uri", _URI, uri),
        ("nonce", _NONCE, nonce),
        ("request_id", _REQUEST_ID, "-" if request_id is None else request_id),
    ):
        if not pattern.fullmatch(value):
            raise ValueError(f"{field} cannot stand in an EIP-4361 text: {value!r}")
    if chain_id < 1:
        raise ValueError(f"chain_id must be positive: {chain_id}")
    text = (
        f"{domain} wants you to sign in with your Ethereum account:\n{address}\n\n{statement}\n\n"
        f"URI: {uri}\nVersion: 1\nChain ID: {chain_id}\nNonce: {nonce}\n"
        f"Issued At: {_utc(issued_at)}\nExpiration Time: {_utc(expires_at)}"
    )
    return text if request_id is None else f"{text}\nRequest ID: {request_id}"


def _utc(time: datetime) -> str:
    if time.tzinfo is None:
        raise ValueError(f"a time without a zone: {time}")
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
