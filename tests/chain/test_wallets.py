"""Contract wallets, held against a real node."""

import pytest
from eth_abi.abi import encode

from bot.chain.client import GAS_LIMIT, ChainClient
from bot.chain.signatures import Verified, personal_digest, verify
from bot.errors import BadInput
from tests.chain.contract_wallets import (
    BOB,
    DEPLOY,
    MAGIC,
    both,
    owners_in_order,
    predicted,
    signed_by,
    wrapped,
)
from tests.chain.node import Node, calldata
from tests.chain.texts import ANN, WALLETS, text

CONTRACT = Verified("contract")
# One per member of `enum Answer` in contracts/src/Hostile.sol, in its order.
HOSTILE = [
    "nothing",
    "magic_short",
    "magic_one_byte_short",
    "magic_dirty",
    "magic_right",
    "one",
    "all_ones",
    "zero",
    "hash_back",
    "much_without_magic",
    "revert_silent",
    "revert_with_magic",
    "revert_with_reason",
    "burn_gas",
    "invalid_opcode",
    "yes_to_zero_address",
]


async def accepted(chain: ChainClient, address: str, signature: bytes, message: str | None = None) -> bool:
    try:
        verified = await verify(
            chain, address=address, message=message or text(address=address), signature="0x" + signature.hex()
        )
    except BadInput:
        return False
    assert verified == CONTRACT
    return True


@pytest.fixture
def safe(node: Node) -> str:
    return node.deploy("SafeLike", ("address", "address"), (ANN, BOB))


async def test_two_owners_of_a_wallet(chain: ChainClient, safe: str) -> None:
    signature = both(text(address=safe))
    assert len(signature) == 130
    assert await accepted(chain, safe, signature)


async def test_less_than_both_owners_is_refused(chain: ChainClient, safe: str) -> None:
    message = text(address=safe)
    first, second = owners_in_order()
    for names in [(first,), (second,), (first, first), (second, second), (second, first), (first, "eve")]:
        assert not await accepted(chain, safe, signed_by(*names, message=message)), names
    assert not await accepted(chain, safe, b"")
    assert not await accepted(chain, safe, both(message) + b"\0")
    assert not await accepted(chain, safe, both(text()), message)
    assert not await accepted(chain, safe, both(message), message + " ")


async def test_wallets_of_the_same_owners_are_not_each_other(
    chain: ChainClient, node: Node, safe: str
) -> None:
    other = node.deploy("SafeLike", ("address", "address"), (ANN, BOB))
    assert not await accepted(chain, other, both(text(address=safe)))


async def test_an_owners_own_address_is_not_the_wallet(chain: ChainClient, safe: str) -> None:
    assert not await accepted(chain, safe, signed_by("ann", message=text(address=safe)))


async def test_a_wallet_that_is_not_deployed_yet(chain: ChainClient, node: Node, factory: str) -> None:
    salt = b"not yet".ljust(32)
    wallet = predicted(node, factory, salt)
    call = calldata(DEPLOY, ANN, BOB, salt)
    message = text(address=wallet)
    assert await accepted(chain, wallet, wrapped(factory, call, both(message)))
    assert node.rpc("eth_getCode", wallet, "latest") == "0x", "looking must not deploy"

    first, second = owners_in_order()
    assert not await accepted(chain, wallet, both(message)), "without the wrapping there is nobody to ask"
    assert not await accepted(chain, wallet, wrapped(factory, call, signed_by(first, first, message=message)))
    assert not await accepted(chain, wallet, wrapped(factory, call, signed_by(second, message=message)))
    assert not await accepted(chain, wallet, wrapped(factory, call, both(text())))
    elsewhere = calldata(DEPLOY, ANN, BOB, b"another".ljust(32))
    assert not await accepted(chain, wallet, wrapped(factory, elsewhere, both(message)))
    strangers = calldata(DEPLOY, WALLETS.address("eve"), WALLETS.address("mallory"), salt)
    assert not await accepted(chain, wallet, wrapped(factory, strangers, both(message)))
    assert not await accepted(chain, wallet, wrapped(wallet, call, both(message)))


async def test_wrapping_for_a_wallet_that_is_already_there(
    chain: ChainClient, node: Node, factory: str
) -> None:
    """Its factory would burn all gas on a second deployment."""
    salt = b"already".ljust(32)
    wallet = predicted(node, factory, salt)
    call = calldata(DEPLOY, ANN, BOB, salt)
    node.send(factory, call)
    message = text(address=wallet)
    first, _second = owners_in_order()
    assert await accepted(chain, wallet, wrapped(factory, call, both(message)))
    assert await accepted(chain, wallet, both(message))
    assert not await accepted(chain, wallet, wrapped(factory, call, signed_by(first, first, message=message)))


async def test_a_factory_that_burns_the_gas_is_not_called_in_vain(
    chain: ChainClient, node: Node, factory: str
) -> None:
    salt = b"burnt".ljust(32)
    call = calldata(DEPLOY, ANN, BOB, salt)
    node.send(factory, call)
    assert await accepted(chain, node.deploy("CostlyWallet"), wrapped(factory, call, b"yes"))


async def test_factories_that_lie(chain: ChainClient, node: Node) -> None:
    liar = node.deploy("LyingFactory")
    nowhere = WALLETS.address("nobody's wallet")
    signature = both(text(address=nowhere))
    for call in (calldata(DEPLOY, ANN, BOB, bytes(32)), calldata("deployElsewhere()")):
        assert not await accepted(chain, nowhere, wrapped(liar, call, signature))
    yes_man = node.deploy("YesMan")
    assert not await accepted(chain, nowhere, wrapped(yes_man, b"", signature))
    assert await accepted(chain, yes_man, b"anything"), "it may give itself away, and only itself"


async def test_malformed_wrappings(chain: ChainClient, safe: str) -> None:
    far = (2**256 - 1).to_bytes(32)
    sound = encode(["address", "bytes", "bytes"], [ANN, b"call", b"signature"])
    for word in range(len(sound) // 32):
        endless = sound[: word * 32] + far + sound[word * 32 + 32 :]
        assert not await accepted(chain, safe, endless + MAGIC), word
    for body in (
        b"",
        b"\0",
        bytes(96),
        far * 3,
        bytes(32) + far * 2,
        encode(["address"], [ANN]),
        b"\xff" * 500,
    ):
        assert not await accepted(chain, safe, body + MAGIC), body
        assert not await accepted(chain, WALLETS.address("nobody"), body + MAGIC), body


@pytest.mark.parametrize("answer", HOSTILE)
async def test_hostile_answers_are_no(chain: ChainClient, node: Node, answer: str) -> None:
    hostile = node.deploy("Hostile", ("uint8",), (HOSTILE.index(answer),))
    signature = both(text(address=hostile))
    assert not await accepted(chain, hostile, signature)
    assert not await accepted(chain, hostile, wrapped(hostile, b"", signature))
    assert not await accepted(chain, WALLETS.address("nobody"), wrapped(hostile, b"", signature))


async def test_a_long_signature_reaches_the_wallet(chain: ChainClient, node: Node) -> None:
    assert await accepted(chain, node.deploy("YesMan"), b"\x5a" * 60_000)


async def test_a_key_counts_where_its_address_has_code(chain: ChainClient, node: Node) -> None:
    """An EIP-7702 account: it delegates to a contract that fails on everything, then to one that agrees."""
    message = text()
    key_signature = "0x" + signed_by("ann", message=message).hex()
    refuses = node.deploy("Hostile", ("uint8",), (HOSTILE.index("revert_silent"),))
    try:
        node.rpc("anvil_setCode", ANN, "0xef0100" + refuses[2:])
        assert await verify(chain, address=ANN, message=message, signature=key_signature) == Verified("eoa")
        assert not await accepted(chain, ANN, signed_by("bob", message=message))
        node.rpc("anvil_setCode", ANN, "0xef0100" + node.deploy("YesMan")[2:])
        assert await accepted(chain, ANN, b"a passkey's signature", message)
    finally:
        node.rpc("anvil_setCode", ANN, "0x")


async def test_nobody_at_the_address(chain: ChainClient) -> None:
    with pytest.raises(BadInput, match="sign again"):
        await verify(chain, address=ANN, message=text(), signature="0x" + both(text()).hex())


async def test_the_gas_of_a_call_is_bounded(chain: ChainClient, node: Node) -> None:
    # Creation code that returns how much gas it was given: GAS PUSH0 MSTORE PUSH1 32 PUSH0 RETURN.
    given = int.from_bytes(await chain.call(None, bytes.fromhex("5a5f5260205ff3")))
    assert GAS_LIMIT // 2 < given < GAS_LIMIT


def test_the_digest_is_what_owners_sign() -> None:
    assert len(personal_digest(text())) == 32
