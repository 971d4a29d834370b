"""A first start with the requirements of `make run` alone: `python -m tests.operator.smoke`.

Prints one line and ends with 0 if all is well. It imports nothing that only tests need.
"""

import platform
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import NoReturn

from bot.chain.demo import DemoWallets
from bot.chain.signatures import personal_digest, recover
from tests.operator.process import muster, running

PATIENCE_S = 60


def give_up(number: int, frame: FrameType | None) -> NoReturn:
    """End a start that hangs."""
    raise TimeoutError(f"it took more than {PATIENCE_S} seconds")


def require(holds: bool, complaint: str) -> None:
    """Raise what is wrong, also under `python -O`."""
    if not holds:
        raise RuntimeError(complaint)


def first_start(folder: Path) -> None:
    """Start in an empty folder, look at the page, ask the doctor, stop."""
    with running(folder, PYTHONWARNINGS="") as bot:
        status, page = bot.get("/")
        require(status == 200 and "<title>" in page, f"the page is not there: {status}")
        examined = muster("doctor", cwd=folder, PYTHONWARNINGS="")
        require(examined.returncode == 0, f"the doctor found: {examined.stdout}{examined.stderr}")
        code = bot.stop()
        require(code == 0, f"it stopped with {code}: {''.join(bot.errors)}")


def signature() -> None:
    """Sign and verify, which loads the C library that links wallets."""
    wallets = DemoWallets(b"a seed for a smoke test")
    signed = bytes.fromhex(wallets.sign("ann", "hello")[2:])
    address = recover(personal_digest("hello"), signed)
    require(address == bytes.fromhex(wallets.address("ann")[2:]), "a good signature does not hold")


def main() -> None:
    """Do all of it within a minute."""
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE_S)
    signature()
    with tempfile.TemporaryDirectory() as folder:
        first_start(Path(folder))
    print(f"Python {platform.python_version()}: starts, answers, verifies a signature and stops")


if __name__ == "__main__":
    sys.exit(main())
