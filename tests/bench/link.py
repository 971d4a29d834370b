"""Link verification by a key: what the server computes for one link, beside the least that it could.

The baseline is libsecp256k1's bare recovery (the digest given, a public key out) and rendering the text. The
product renders the text when it issues it and verifies when the signature comes back; both are counted.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from btclib_secp256k1 import recovery

from bot.areas.wallets.domain.siwe_text import render, statement
from bot.chain.demo import DemoWallets
from bot.chain.signatures import personal_digest, verify
from tests.bench.figures import Bench, Figure, median, ratio_at_most, told

ROUNDS = 61
PER_ROUND = 200
WALLETS = DemoWallets(b"a seed for a measurement")
ADDRESS = WALLETS.address("ann")
ISSUED_AT = datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)


def issue() -> str:
    """The text of one link, as the product renders it."""
    return render(
        domain="muster.example.org",
        address=ADDRESS,
        statement=statement(
            platform="Discord",
            account="Ann Lee",
            account_id="80351110224678912",
            union="River Watch",
            union_ref="x7Gq2_hP-Zt0aLwY5mRkVA",
        ),
        uri="https://muster.example.org/link",
        chain_id=1,
        nonce="k4jD8sQmZ2pX7vNc",
        issued_at=ISSUED_AT,
        expires_at=ISSUED_AT + timedelta(minutes=10),
    )


def check(message: str, signature: str) -> None:
    """Run `verify`, which never waits for a key's signature, to its end without an event loop."""
    try:
        verify(None, address=ADDRESS, message=message, signature=signature).send(None)
    except StopIteration as end:
        if end.value.kind == "eoa":
            return
    raise AssertionError("a good signature was not accepted")


def seconds(run: Callable[[], object]) -> float:
    """The mean time of one run in this round."""
    start = time.thread_time()
    for _ in range(PER_ROUND):
        run()
    return (time.thread_time() - start) / PER_ROUND


def measure() -> list[Figure]:
    """Rounds of each by turns, so that whatever disturbs the machine disturbs all; medians."""
    message = issue()
    signature = WALLETS.sign("ann", message)
    digest = personal_digest(message)
    raw = bytes.fromhex(signature[2:])
    r_s, recovery_id = raw[:64], raw[64] - 27
    parts: dict[str, Callable[[], object]] = {
        "render": issue,
        "recover": lambda: recovery.recover(digest, r_s, recovery_id, compressed=False),
        "verify": lambda: check(message, signature),
    }
    times: dict[str, list[float]] = {name: [] for name in parts}
    for _ in range(ROUNDS):
        for name, run in parts.items():
            times[name].append(seconds(run) * 1e6)
    render_us, recover_us, verify_us = (median(times[name]) for name in parts)
    return [
        ratio_at_most("link_verify", render_us + verify_us, "µs", render_us + recover_us, 1.3),
        told("link_verify_without_text", verify_us, "µs", recover_us),
        told("link_text", render_us, "µs"),
    ]


FIGURES: dict[str, Bench] = {"link": measure}
