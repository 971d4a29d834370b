"""Wallets for the playground's people: real keys that are made from a seed, for demonstration on loopback only."""

import hashlib
import hmac

from btclib_secp256k1 import keys, recovery

from bot.chain.addresses import checksummed, keccak
from bot.chain.signatures import personal_digest


class DemoWallets:
    """A wallet for each name, made from a `seed`: a secret of at least 16 bytes, one per installation.

    Keys are in memory only, and only while they are used.
    """

    def __init__(self, seed: bytes) -> None:
        if len(seed) < 16:
            raise ValueError("the seed of demo wallets must have at least 16 bytes")
        self._seed = seed

    def address(self, name: str) -> str:
        """Returns the EIP-55 address of the wallet of `name`."""
        public_key = keys.pubkey_from_prvkey(self._key(name), compressed=False)
        return checksummed(keccak(public_key[1:])[12:])

    def sign(self, name: str, message: str) -> str:
        """Returns the answer of `personal_sign` (EIP-191): 65 bytes r, s, v (27 or 28) as 0x-hex."""
        r_s, recovery_id = recovery.sign(personal_digest(message), self._key(name))
        return f"0x{r_s.hex()}{recovery_id + 27:02x}"

    def _key(self, name: str) -> bytes:
        # Of 2**256 digests, all but about 2**128 are valid keys, so a second attempt is not needed.
        return hmac.digest(self._seed, b"muster demo wallet\0" + name.encode(), hashlib.sha256)
