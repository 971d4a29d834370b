"""A contract wallet of two owners, and their signatures for it."""

from eth_abi.abi import encode

from tests.chain.node import Node, calldata
from tests.chain.texts import ANN, WALLETS

MAGIC = bytes.fromhex("6492" * 16)
DEPLOY = "deploy(address,address,bytes32)"
BOB = WALLETS.address("bob")


def signed_by(*names: str, message: str) -> bytes:
    """The signatures of `names` one after the other."""
    return b"".join(bytes.fromhex(WALLETS.sign(name, message)[2:]) for name in names)


def owners_in_order() -> list[str]:
    return sorted(["ann", "bob"], key=WALLETS.address)


def both(message: str) -> bytes:
    return signed_by(*owners_in_order(), message=message)


def wrapped(factory: str, call: bytes, signature: bytes) -> bytes:
    return encode(["address", "bytes", "bytes"], [factory, call, signature]) + MAGIC


def predicted(node: Node, factory: str, salt: bytes) -> str:
    answer = node.read(factory, calldata("predict(address,address,bytes32)", ANN, BOB, salt))
    return "0x" + answer[12:].hex()
