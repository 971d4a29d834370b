"""The client of one Ethereum node, over JSON-RPC. Without an answer it raises TryAgain; it never guesses."""

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.domain.phrases import phrase
from bot.errors import TryAgain

if TYPE_CHECKING:
    from web3 import AsyncHTTPProvider

# Enough to deploy a wallet and check a passkey. A contract that burns it all takes about 50 ms.
GAS_LIMIT = 10_000_000
# The sender of calls, an address of nobody. Some wallets check less for the zero address, because estimators use it.
CALLER = "0x" + b"Muster asks (nobody)".hex()
# The words with which nodes say that the *contract* failed. Any other error is the node's own.
_CONTRACT_FAILED = re.compile(
    r"revert|out ?of ?gas|invalid ?(fe)?opcode|invalid ?jump|stack ?(under|over)flow|stack limit"
    r"|VM execution error",
    re.IGNORECASE,
)
_REVERT_CODE = 3  # geth's JSON-RPC error code of a revert, which the other nodes use too
_DATA = re.compile(r"0x(?:[0-9A-Fa-f]{2})*")
_QUANTITY = re.compile(r"0x[0-9A-Fa-f]{1,64}")

log = logging.getLogger(__name__)


class Reverted(Exception):
    """The called contract failed (reverted, ran out of gas). The node itself works."""


class ChainClient:
    """Reads from the node at `rpc_url`. The URL can have a key, so it is never logged or shown.

    The first use loads web3 and connects. Each request has `timeout` seconds.
    """

    def __init__(self, rpc_url: str, chain_id: int, timeout: float = 10.0) -> None:
        self._url = rpc_url
        self._expected = chain_id
        self._timeout = timeout
        self._connecting = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None
        self._provider: AsyncHTTPProvider | None = None

    async def chain_id(self) -> int:
        """Returns the node's own chain id (EIP-695). Raises TryAgain."""
        answer = await self._request("eth_chainId", [])
        if not _QUANTITY.fullmatch(answer):
            raise _no_answer("eth_chainId", "not a quantity")
        return int(answer, 16)

    async def require_chain(self) -> None:
        """Raises TryAgain unless the node answers and is on the chain that the settings name."""
        actual = await self.chain_id()
        if actual != self._expected:
            log.error(
                "the chain node is on another chain",
                extra={"action": "chain.wrong_id", "expected": self._expected, "actual": actual},
            )
            raise TryAgain(
                phrase(
                    "The operator's Ethereum node is on chain {actual} instead of {expected}, so this could "
                    "not be checked. Nothing was changed. Tell the operator, and try again later.",
                    actual=actual,
                    expected=self._expected,
                )
            )

    async def code(self, address: str) -> bytes:
        """Returns the code at `address`, empty if there is none. Raises TryAgain."""
        return await self._data("eth_getCode", [address, "latest"])

    async def call(self, to: str | None, data: bytes) -> bytes:
        """Returns the result of sending `data` to `to`, on the latest block and without changing anything.

        With `to` None, `data` is creation code. Raises Reverted if the contract fails, TryAgain if the node does.
        """
        transaction = {"from": CALLER, "gas": hex(GAS_LIMIT), "data": "0x" + data.hex()}
        if to is not None:
            transaction["to"] = to
        return await self._data("eth_call", [transaction, "latest"])

    async def close(self) -> None:
        """Closes the connections. The client cannot be used afterwards."""
        if self._session is not None:
            await self._session.close()

    async def _data(self, method: str, parameters: list[Any]) -> bytes:
        answer = await self._request(method, parameters)
        if not _DATA.fullmatch(answer):
            raise _no_answer(method, "not hex data")
        return bytes.fromhex(answer[2:])

    async def _request(self, method: str, parameters: list[Any]) -> str:
        provider = await self._connected()
        answer: Any
        try:
            async with asyncio.timeout(self._timeout):
                answer = await provider.make_request(method, parameters)
        except Exception as failure:  # of I/O or of parsing the answer; in all cases there is no answer
            raise _no_answer(method, type(failure).__name__) from None
        result, error = (
            (answer.get("result"), answer.get("error")) if isinstance(answer, dict) else (None, None)
        )
        if error is None and isinstance(result, str):
            return result
        code, message = (error.get("code"), error.get("message")) if isinstance(error, dict) else (None, None)
        if method == "eth_call" and (code == _REVERT_CODE or _CONTRACT_FAILED.search(str(message))):
            raise Reverted
        raise _no_answer(method, f"error {code}")

    async def _connected(self) -> "AsyncHTTPProvider":
        async with self._connecting:
            if self._provider is None:
                provider = await asyncio.to_thread(_provider, self._url)
                # A session of our own uses no proxy from the environment and keeps connections. We close it, because
                # web3's `disconnect` logs the URL.
                self._session = aiohttp.ClientSession(trust_env=False)
                await provider.cache_async_session(self._session)
                self._provider = provider
            return self._provider


def _provider(url: str) -> "AsyncHTTPProvider":
    from web3 import AsyncHTTPProvider

    # The debug and info logs of web3 have the node's URL, which can have a key.
    logging.getLogger("web3").setLevel(logging.WARNING)
    return AsyncHTTPProvider(
        url, request_kwargs={"allow_redirects": False}, exception_retry_configuration=None
    )


def _no_answer(method: str, reason: str) -> TryAgain:
    """Logs a failure, and returns the error for it. `reason` is never an error's message, as that quotes the URL."""
    log.warning(
        "the chain node did not answer",
        extra={"action": "chain.no_answer", "method": method, "reason": reason},
    )
    return TryAgain(
        phrase(
            "The Ethereum node did not answer, so this could not be checked. Nothing was changed. "
            "Try again in a minute."
        )
    )
