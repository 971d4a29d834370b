"""Ask a wallet contract whether a signature is its own: EIP-1271 when deployed, EIP-6492 before that."""

import asyncio

from bot.chain.client import ChainClient, Reverted

# https://eips.ethereum.org/EIPS/eip-1271: bytes4(keccak256("isValidSignature(bytes32,bytes)")), and the
# answer that means yes. An answer is compared whole, as OpenZeppelin's SignatureChecker does.
_IS_VALID_SIGNATURE = bytes.fromhex("1626ba7e")
_YES = _IS_VALID_SIGNATURE.ljust(32, b"\0")
_WRAPPED = bytes.fromhex("6492" * 16)  # https://eips.ethereum.org/EIPS/eip-6492


async def accepts(chain: ChainClient, address: str, digest: bytes, signature: bytes) -> bool:
    """Whether the wallet contract at `address` calls `signature` its own for the 32-byte `digest`.

    A wrapped signature (EIP-6492) of a wallet that is already there is tried unwrapped first, as the EIP
    asks: deploying a second time would fail, and may burn all gas. An address without code accepts
    nothing plain.
    Raises TryAgain when the node does not answer or is on another chain.
    """
    await chain.require_chain()
    deployed = bool(await chain.code(address))
    if not signature.endswith(_WRAPPED):
        return deployed and await _says_yes(chain, address, digest, signature)
    inner = _unwrapped(signature)
    if inner is None:
        return False
    if deployed and await _says_yes(chain, address, digest, inner):
        return True
    return await _says_yes_once_deployed(chain, address, digest, signature)


async def _says_yes(chain: ChainClient, address: str, digest: bytes, signature: bytes) -> bool:
    from eth_abi.abi import encode

    try:
        answer = await chain.call(
            address, _IS_VALID_SIGNATURE + encode(["bytes32", "bytes"], [digest, signature])
        )
    except Reverted:
        return False
    return answer[:32] == _YES


async def _says_yes_once_deployed(chain: ChainClient, address: str, digest: bytes, signature: bytes) -> bool:
    """One call without destination: the EIP's validator runs the factory, asks the wallet, keeps nothing."""
    from eth_abi.abi import encode

    validator = await asyncio.to_thread(_validator)  # siwe takes a while to load
    arguments = encode(["address", "bytes32", "bytes"], [address, digest, signature])
    try:
        answer = await chain.call(None, validator + arguments)
    except Reverted:
        return False
    return answer == b"\x01"


def _validator() -> bytes:
    """The EIP's universal validator, as creation code that takes (address, bytes32, bytes)."""
    from siwe.siwe import EIP6492_VALIDATOR_BYTECODE  # type: ignore[import-untyped]  # siwe ships no types

    return bytes.fromhex(EIP6492_VALIDATOR_BYTECODE[2:])


def _unwrapped(signature: bytes) -> bytes | None:
    from eth_abi.abi import decode
    from eth_abi.exceptions import DecodingError

    try:
        _factory, _calldata, inner = decode(["address", "bytes", "bytes"], signature[: -len(_WRAPPED)])
    except (DecodingError, OverflowError):  # eth_abi lets an enormous length through
        return None
    return bytes(inner)
