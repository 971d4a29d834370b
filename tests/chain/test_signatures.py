import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from siwe import SiweMessage, VerificationError

from bot.areas.wallets.domain.siwe_text import statement
from bot.chain.addresses import keccak
from bot.chain.demo import DemoWallets
from bot.chain.signatures import SIGNATURE_LIMIT, Verified, personal_digest, recover, verify
from bot.errors import BadInput
from tests.chain.texts import ANN, ISSUED_AT, NAMES, WALLETS, fields, text

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
BOB = WALLETS.address("bob")


async def accepted(message: str, signature: str, address: str = ANN) -> bool:
    try:
        verified = await verify(None, address=address, message=message, signature=signature)
    except BadInput:
        return False
    assert verified == Verified("eoa")
    return True


def as_hex(signature: bytes) -> str:
    return "0x" + signature.hex()


async def test_a_good_signature_is_accepted() -> None:
    for number in range(50):
        name = f"person {number}"
        address = WALLETS.address(name)
        message = text(address=address)
        assert await accepted(message, WALLETS.sign(name, message), address)


async def test_both_ways_to_write_v_are_accepted() -> None:
    message = text()
    signature = bytes.fromhex(WALLETS.sign("ann", message)[2:])
    assert signature[64] in (27, 28)
    assert await accepted(message, as_hex(signature[:64] + bytes([signature[64] - 27])))
    assert await accepted(message, as_hex(signature).upper().replace("0X", "0x"))


async def test_a_signature_without_its_prefix_is_accepted() -> None:
    assert await accepted(text(), GOOD.removeprefix("0x"))


def test_the_digest_is_the_one_wallets_sign() -> None:
    for message in ("", "a", text(), "ünï😀", "x" * 12345):
        key = keccak(b"a key")
        signed = Account.sign_message(encode_defunct(text=message), key)
        assert recover(personal_digest(message), bytes(signed.signature)) == bytes.fromhex(
            Account.from_key(key).address[2:]
        )


def test_demo_wallets_are_the_same_for_the_same_seed_only() -> None:
    again = DemoWallets(b"a seed for tests")
    assert again.address("ann") == ANN == "0xCC6Fb659A1cD0BE0fF2B4dEb61389F87f3d53fF9"  # in every release
    assert again.sign("ann", "hello") == WALLETS.sign("ann", "hello")
    assert len({WALLETS.address("ann"), BOB, DemoWallets(b"another seed 123").address("ann")}) == 3
    assert "seed" not in repr(again)
    with pytest.raises(ValueError, match="16 bytes"):
        DemoWallets(b"short")


def other_messages(rng: random.Random) -> dict[str, Any]:
    """One field of the text, changed to a neighbour of what was signed."""
    word = "".join(rng.choices("abcdefgh0123456789", k=rng.randint(1, 20)))
    seconds = timedelta(seconds=rng.choice([-1, 1]) * rng.randint(1, 10**6))
    return rng.choice(
        [
            {
                "domain": rng.choice(
                    [f"{word}.muster.example.org", f"muster.example.{word}", "muster.example.org:8443"]
                )
            },
            {"address": WALLETS.address(word)},
            {"address": ANN.lower()},
            {
                "uri": rng.choice(
                    [f"https://muster.example.org/link/{word}", "http://muster.example.org/link"]
                )
            },
            {"chain_id": rng.choice([1, 10, 31338, rng.randint(100, 30000)])},
            {"nonce": word.ljust(8, "0")},
            {"issued_at": ISSUED_AT + seconds},
            {"expires_at": ISSUED_AT + timedelta(minutes=10) + seconds},
            {
                "statement": statement(
                    **NAMES | {rng.choice(["account", "account_id", "union", "union_ref"]): word}
                )
            },
            {"statement": statement(**NAMES | {"platform": "Telegram"})},
            {"request_id": word},
        ]
    )


def mutated_signatures(rng: random.Random, good: bytes) -> bytes:
    r, s = int.from_bytes(good[:32]), int.from_bytes(good[32:64])
    v = good[64]
    other_v = rng.choice([n for n in range(256) if n not in (v, v - 27)])
    flipped = bytearray(good[:64])
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        flipped[rng.randrange(64)] ^= rng.randint(1, 255)
    low, high = rng.sample(range(64), 2)
    swapped = bytearray(good)
    swapped[low], swapped[high] = swapped[high], swapped[low]
    zero, top = bytes(32), b"\xff" * 32
    return rng.choice(
        [
            bytes(flipped) + good[64:],
            bytes(flipped) + bytes([rng.choice([0, 1, 27, 28])]),
            good[:64] + bytes([other_v]),
            good[:64] + bytes([55 - v]),  # the other of the two keys
            good[: rng.randrange(65)],
            good + rng.randbytes(rng.randint(1, 70)),
            rng.randbytes(rng.randint(1, 40)) + good,
            good[:32] + (ORDER - s).to_bytes(32) + bytes([rng.choice([0, 1, 27, 28])]),  # malleable twin
            good[:32] + zero + good[64:],
            zero + good[32:],
            bytes(64) + good[64:],
            top + good[32:],
            good[:32] + top + good[64:],
            (ORDER + r % 2**128).to_bytes(33)[-32:] + good[32:],
            good[:32] + ORDER.to_bytes(32) + good[64:],
            good[32:64] + good[:32] + good[64:],
            good[64:] + good[:64],
            good[::-1],
            bytes(swapped) if swapped != good else b"",
            good + good,
            rng.randbytes(65),
            rng.randbytes(64) + good[64:],
            good[:32] + bytes([good[32] | (v - 27) << 7]) + good[33:64],  # EIP-2098's compact form
        ]
    )


def mutations(rng: random.Random) -> Iterator[tuple[str, str]]:
    message = text()
    good = bytes.fromhex(WALLETS.sign("ann", message)[2:])
    while True:
        kind = rng.random()
        if kind < 0.6:
            yield message, as_hex(mutated_signatures(rng, good))
        elif kind < 0.8:
            yield text(**other_messages(rng)), as_hex(good)
        elif kind < 0.95:
            changed = bytearray(message.encode())
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(7)
            yield changed.decode(), as_hex(good)
        else:
            yield message + rng.choice(["\n", " ", "\0", "\nResources:"]), as_hex(good)


async def test_of_10_000_mutated_signatures_and_messages_none_is_accepted() -> None:
    rng = random.Random(6492)
    signed = (text(), WALLETS.sign("ann", text()))
    tried: set[tuple[str, str]] = set()
    for message, signature in mutations(rng):
        assert (message, signature) != signed
        assert not await accepted(message, signature), (message, signature)
        tried.add((message, signature))
        if len(tried) == 10_000:
            break
    assert await accepted(*signed)


async def test_a_signature_holds_for_its_own_address_only() -> None:
    message = text()
    assert not await accepted(message, WALLETS.sign("bob", message))
    assert not await accepted(message, WALLETS.sign("ann", message), BOB)


GOOD = WALLETS.sign("ann", text())


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "0x",
        "0",
        GOOD[:-1],
        "0X" + GOOD[2:],
        f" {GOOD}",
        f"{GOOD}\n",
        GOOD[:40] + " " + GOOD[40:],
        GOOD[:40] + "g" + GOOD[41:],
        "0x" + "٣" * 130,
        "0x" + "00" * (SIGNATURE_LIMIT + 1),
        "null",
    ],
)
async def test_what_is_no_signature_is_refused_with_a_remedy(signature: str) -> None:
    with pytest.raises(BadInput, match=r"[Ss]ign again"):
        await verify(None, address=ANN, message=text(), signature=signature)


async def test_without_a_node_contract_wallets_name_the_setting() -> None:
    with pytest.raises(BadInput, match="MUSTER_CHAIN_RPC"):
        await verify(None, address=ANN, message=text(), signature="0x" + "11" * 130)


async def test_the_siwe_library_agrees() -> None:
    """The second oracle, on everything except what only we refuse: the malleable twin and other v's."""
    rng = random.Random(4361)
    message = text()
    read = SiweMessage.from_message(message)
    expected = {name: fields()[name] for name in ("domain", "uri", "chain_id", "nonce")}

    def holds(signature: str) -> bool:
        try:
            read.verify(signature, strict=True, timestamp=ISSUED_AT + timedelta(minutes=5), **expected)
        except VerificationError:
            return False
        return True

    good = bytes.fromhex(GOOD[2:])
    compared = 0
    for signature in [good, *(mutated_signatures(rng, good) for _ in range(300))]:
        only_ours = len(signature) == 65 and (
            signature[64] not in (0, 1, 27, 28) or int.from_bytes(signature[32:64]) > ORDER // 2
        )
        if not only_ours:
            assert holds(as_hex(signature)) == await accepted(message, as_hex(signature)), signature.hex()
            compared += 1
    assert compared > 150
    assert holds(GOOD)


def test_verifying_a_key_loads_neither_web3_nor_siwe() -> None:
    program = (
        "import asyncio, sys\n"
        "import bot.chain.client, bot.chain.demo, bot.chain.signatures as s, bot.areas.wallets.domain.siwe_text\n"
        "w = bot.chain.demo.DemoWallets(bytes(16))\n"
        "asyncio.run(s.verify(None, address=w.address('a'), message='m', signature=w.sign('a', 'm')))\n"
        "print([m for m in ('web3', 'siwe', 'eth_account', 'eth_abi', 'abnf') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
