"""The rules of claims: a wallet that another member holds is claimed with a signature, and moves only later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

STEP = timedelta(days=1)
TOLD_TIMES = 3
"""How often the holder is told of a claim, with a `STEP` between: at once, on day 1 and on day 2."""
MOVES_AFTER = TOLD_TIMES * STEP
COUNTS_AFTER = timedelta(days=3)
"""The wait of a wallet that changed hands, before it counts for money, gates and votes."""
NO_CLAIM_FOR = timedelta(days=7)
"""The time for which an account cannot claim again, after a holder answered its claim with a signature, or after it
left while its claim was open."""
ANSWERED, WENT_AWAY = 0, 1
"""Why an account cannot claim: the number of its trace."""


class ClaimEnd(StrEnum):
    """The outcome of a claim."""

    MOVED = "moved"
    """Nobody answered, so the claimant has the wallet."""
    GIVEN = "given"
    """The holder let the wallet go, so the claimant has it."""
    KEPT = "kept"
    """The holder signed afresh."""
    FREED = "freed"
    """The holder unlinked the wallet, or left the union. Nobody has it, and the claimant can link it."""
    GONE = "gone"
    """The claimant left the union. The holder keeps the wallet."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim on a wallet that a member holds.

    `account_id` is the claimant's account, None if it left. `told` says how often the holder was told. `next_at` is
    the time of the next telling or, after the last one, of the move. `ended` is None while the claim is open.
    """

    id: int
    union_id: int
    address: str
    account_id: int | None
    opened_at: datetime
    moves_at: datetime
    next_at: datetime
    told: int
    ended: str | None
