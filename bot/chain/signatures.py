"""Is this text signed by this address? Keys are recovered here; contract wallets are asked through a node."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from btclib_secp256k1 import recovery

from bot.chain import wallets
from bot.chain.addresses import keccak
from bot.domain.phrases import phrase
from bot.errors import BadInput

if TYPE_CHECKING:
    from bot.chain.client import ChainClient

SIGNATURE_LIMIT = 64 * 1024  # bytes
_HEX = re.compile(r"(?:0x)?((?:[0-9A-Fa-f]{2})*)")
_RECOVERY_ID = {0: 0, 1: 1, 27: 0, 28: 1}
# Half the order of secp256k1: of the two signatures (r, s) and (r, n - s) only the lower one counts (EIP-2).
_HIGHEST_S = bytes.fromhex("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0")


@dataclass(frozen=True, slots=True)
class Verified:
    """A signature that holds: by the address's own key (`eoa`) or by the wallet contract there."""

    kind: Literal["eoa", "contract"]


_BY_KEY = Verified("eoa")
_BY_CONTRACT = Verified("contract")


def personal_digest(message: str) -> bytes:
    """The 32 bytes that `personal_sign` signs (EIP-191, version 0x45)."""
    data = message.encode()
    return keccak(b"\x19Ethereum Signed Message:\n%d%b" % (len(data), data))


def recover(digest: bytes, signature: bytes) -> bytes | None:
    """The 20-byte address whose key made `signature` (r, s, v: 65 bytes) over `digest`, or None.

    Strict: v is 0, 1, 27 or 28 (no EIP-155, no compact form), s is in the lower half (EIP-2); libsecp256k1
    refuses r and s outside 1..n-1.
    """
    recovery_id = _RECOVERY_ID.get(signature[64]) if len(signature) == 65 else None
    if recovery_id is None or signature[32:64] > _HIGHEST_S:
        return None
    try:
        key = recovery.recover(digest, signature[:64], recovery_id, compressed=False)
    except ValueError:
        return None
    return keccak(key[1:])[12:]


async def verify(chain: "ChainClient | None", *, address: str, message: str, signature: str) -> Verified:
    """Hold `signature` (hex as a page sent it, hostile) against the `message` that we issued for `address`.

    Some wallets leave out the `0x` before the signature.

    A signature by the address's own key holds without any node, even where the address has code (EIP-7702):
    whoever has the key decides about that code. Otherwise the wallet contract at the address decides,
    deployed (EIP-1271) or about to be (EIP-6492).
    Raises BadInput if it does not hold, TryAgain if that could not be found out.
    """
    digits = _HEX.fullmatch(signature) if 0 < len(signature) <= 2 * SIGNATURE_LIMIT + 2 else None
    if digits is None:
        raise BadInput(
            phrase("Your wallet sent something that is not a signature. Sign again, or use another wallet.")
        )
    given = bytes.fromhex(digits[1])
    digest = personal_digest(message)
    if recover(digest, given) == bytes.fromhex(address[2:]):
        return _BY_KEY
    if chain is None:
        raise BadInput(
            phrase(
                "This signature was not made with the key of {address}. Choose that account in your wallet and "
                "sign again. A contract wallet (a Safe, a smart account) can be linked only after the operator "
                "has set `MUSTER_CHAIN_RPC`.",
                address=address,
            )
        )
    if await wallets.accepts(chain, address, digest, given):
        return _BY_CONTRACT
    raise BadInput(
        phrase(
            "{address} did not sign this text. Choose that account in your wallet and sign again.",
            address=address,
        )
    )
