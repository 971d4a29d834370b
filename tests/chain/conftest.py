import warnings
from collections.abc import AsyncIterator, Iterator

import pytest

from bot.chain.client import ChainClient
from tests.chain.node import ANVIL, CHAIN_ID, Node, running_anvil
from tests.tools import require

with warnings.catch_warnings():
    # web3 7 imports websockets.legacy, which says that it is deprecated: theirs to change, not ours.
    warnings.filterwarnings("ignore", "websockets.legacy is deprecated", DeprecationWarning)
    import web3  # noqa: F401 - imported once here, so that no test is the first to do it


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    require(ANVIL.exists(), "no anvil: run `npm ci` in contracts/")
    with running_anvil() as started:
        yield started


@pytest.fixture(scope="module")
def factory(node: Node) -> str:
    """The address of the contract that deploys wallets of two owners."""
    return node.deploy("SafeLikeFactory")


@pytest.fixture
async def chain(node: Node) -> AsyncIterator[ChainClient]:
    client = ChainClient(node.url, CHAIN_ID)
    yield client
    await client.close()
