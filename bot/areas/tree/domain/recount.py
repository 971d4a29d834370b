"""The tree by the ledger: the entries are read again from the first to the last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from bot.areas.ledger.domain import LedgerPage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class _Made(msgspec.Struct):
    leader: str


class _Released(msgspec.Struct):
    member: str


class _Merged(msgspec.Struct):
    absorbed: str
    leader: str | msgspec.UnsetType | None = msgspec.UNSET


_made = msgspec.json.Decoder(_Made).decode
_released = msgspec.json.Decoder(_Released).decode
_merged = msgspec.json.Decoder(_Merged).decode


@dataclass(frozen=True, slots=True, eq=False)
class LedgerTree:
    """The tree by the ledger. A member's number is their place in the order of joining, from 0 on.

    Each array has one entry for everybody who ever joined. `leader` has the numbers of leaders, -1 for nobody; `made`
    has the ledger entries in which these endorsements were made.
    """

    refs: list[str]
    present: NDArray[np.bool_]
    linked: NDArray[np.bool_]
    leader: NDArray[np.int64]
    made: NDArray[np.int64]


@dataclass(slots=True)
class Replay:
    """Reads a ledger, one page at a time."""

    refs: list[str] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)
    _present: list[bool] = field(default_factory=list)
    _wallets: list[int] = field(default_factory=list)
    _leader: list[int] = field(default_factory=list)
    _made: list[int] = field(default_factory=list)
    _into: dict[int, int] = field(default_factory=dict)

    def read(self, page: LedgerPage) -> int | None:
        """Reads a page. Returns the number of the first entry that contradicts the entries before it, or None."""
        index, leader, made = self.index, self._leader, self._made
        for seq, _, kind, actor, payload, _ in page.rows:
            try:
                if kind == "endorsement.made":
                    # An entry about a member always has an `actor`.
                    member = index[actor]  # type: ignore[index]
                    leader[member] = index[_made(payload).leader]
                    made[member] = seq
                elif kind == "member.joined":
                    self._join(str(actor))
                elif kind in _RARE:
                    _RARE[kind](self, index[actor], payload)  # type: ignore[index]  # likewise
            except (KeyError, msgspec.MsgspecError):
                return seq
        return None

    def end(self) -> LedgerTree:
        """Returns the tree after all entries.

        A ref is never used again, so members who merged or left can be resolved once, at the end.
        """
        import numpy as np

        final, present = np.arange(len(self.refs)), np.array(self._present, bool)
        for absorbed, survivor in reversed(self._into.items()):
            final[absorbed] = final[survivor]
        leader = np.array(self._leader, np.int64)
        leader = np.where(leader >= 0, final[leader], -1)
        gone = ~present[leader] | (leader == np.arange(len(leader)))
        leader[gone] = -1
        linked = np.array(self._wallets, np.int64) > 0
        return LedgerTree(self.refs, present, linked, leader, np.array(self._made, np.int64))

    def _join(self, ref: str) -> None:
        self.index[ref] = len(self.refs)
        self.refs.append(ref)
        self._present.append(True)
        self._wallets.append(0)
        self._leader.append(-1)
        self._made.append(0)

    def _leave(self, member: int, _payload: str = "") -> None:
        self._present[member] = False
        self._wallets[member] = 0
        self._leader[member] = -1

    def _merge(self, survivor: int, payload: str) -> None:
        said = _merged(payload)
        absorbed = self.index[said.absorbed]
        # The later of both choices decides when the person may choose again.
        self._made[survivor] = max(self._made[survivor], self._made[absorbed])
        if said.leader is not msgspec.UNSET:  # entries from before endorsements existed do not say it
            self._leader[survivor] = -1 if said.leader is None else self.index[said.leader]
        self._wallets[survivor] += self._wallets[absorbed]
        self._leave(absorbed)
        self._into[absorbed] = survivor

    def _end(self, member: int, _payload: str) -> None:
        self._leader[member] = -1

    def _release(self, _by: int, payload: str) -> None:
        self._leader[self.index[_released(payload).member]] = -1

    def _link(self, member: int, _payload: str) -> None:
        self._wallets[member] += 1

    def _unlink(self, member: int, _payload: str) -> None:
        self._wallets[member] -= 1


_RARE: dict[str, Callable[[Replay, int, str], None]] = {
    "member.left": Replay._leave,
    "member.merged": Replay._merge,
    "endorsement.ended": Replay._end,
    "endorsement.released": Replay._release,
    "wallet.linked": Replay._link,
    "wallet.unlinked": Replay._unlink,
}
