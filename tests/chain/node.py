"""A real Ethereum node (anvil) for tests, and the compiled contracts to put on it."""

import json
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eth_abi.abi import encode

from bot.chain.addresses import keccak

CONTRACTS = Path(__file__).parents[2] / "contracts"
ANVIL = CONTRACTS / "node_modules/.bin/anvil"
CHAIN_ID = 31337
# An opener of our own: no proxy from the environment stands between a test and its node.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Node:
    """JSON-RPC to an anvil; transactions are mined at once, from its first, unlocked account."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.account: str = self.rpc("eth_accounts")[0]

    def rpc(self, method: str, *parameters: Any) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        with _OPENER.open(request, timeout=30) as response:
            answer = json.load(response)
        assert "error" not in answer, answer
        return answer["result"]

    def send(self, to: str | None, data: bytes) -> dict[str, Any]:
        """The receipt of a transaction, which succeeded."""
        transaction = {"from": self.account, "data": "0x" + data.hex()} | ({"to": to} if to else {})
        receipt: dict[str, Any] = self.rpc("eth_sendTransactionSync", transaction)
        assert receipt["status"] == "0x1", receipt
        return receipt

    def deploy(self, name: str, types: tuple[str, ...] = (), values: tuple[Any, ...] = ()) -> str:
        """The address of a new contract."""
        address: str = self.send(None, bytecode(name) + encode(types, values))["contractAddress"]
        return address

    def read(self, to: str, data: bytes) -> bytes:
        return bytes.fromhex(self.rpc("eth_call", {"to": to, "data": "0x" + data.hex()}, "latest")[2:])


def bytecode(name: str) -> bytes:
    """Creation code of a contract, from the committed artifacts."""
    artifact = json.loads((CONTRACTS / "artifacts" / f"{name}.json").read_text())
    return bytes.fromhex(artifact["bytecode"][2:])


def calldata(signature: str, *values: Any) -> bytes:
    """A call as the contract ABI writes it: `calldata("deploy(address,address,bytes32)", a, b, salt)`."""
    types = [part for part in signature[signature.index("(") + 1 : -1].split(",") if part]
    return keccak(signature.encode())[:4] + encode(types, values)


@contextmanager
def running_anvil(chain_id: int = CHAIN_ID) -> Iterator[Node]:
    """A node of its own on a port that the system chose; gone afterwards."""
    command = [ANVIL, "--port", "0", "--chain-id", str(chain_id), "--hardfork", "prague"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        started = (line for line in process.stdout if line.startswith("Listening on "))
        address = next(started, "").removeprefix("Listening on ").strip()
        # It writes a line for every request, and stands still when nobody reads them.
        reader = threading.Thread(target=process.stdout.read)
        reader.start()
        try:
            assert address, "anvil ended before it listened"
            yield Node(f"http://{address}")
        finally:
            process.terminate()
            reader.join()
