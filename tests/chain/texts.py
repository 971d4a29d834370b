"""Sample people, wallets and the text they sign."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.areas.wallets.domain.siwe_text import render, statement
from bot.chain.demo import DemoWallets

WALLETS = DemoWallets(b"a seed for tests")
ISSUED_AT = datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)
ANN = WALLETS.address("ann")
NAMES = {
    "platform": "Discord",
    "account": "Ann",
    "account_id": "80351110224678912",
    "union": "River Watch",
    "union_ref": "x7Gq2_hP-Zt0aLwY5mRkVA",
}


def fields(**changed: Any) -> dict[str, Any]:
    """Every field of a text to sign, some of them changed."""
    return {
        "domain": "muster.example.org",
        "address": ANN,
        "statement": statement(**NAMES),
        "uri": "https://muster.example.org/link",
        "chain_id": 31337,
        "nonce": "k4jD8sQmZ2pX7vNc",
        "issued_at": ISSUED_AT,
        "expires_at": ISSUED_AT + timedelta(minutes=10),
    } | changed


def text(**changed: Any) -> str:
    return render(**fields(**changed))
