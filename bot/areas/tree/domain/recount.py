"""The tree as the ledger tells it: its entries read again, from the first on."""

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


class _Merged(msgspec.Struct):
    absorbed: str
    leader: str | msgspec.UnsetType | None = msgspec.UNSET


_made = msgspec.json.Decoder(_Made).decode
_merged = msgspec.json.Decoder(_Merged).decode


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Everybody who ever joined, in that order: arrays of one entry each.

    `leader` is the number of whom they endorse (int64), -1 for nobody; `made` the ledger's entry that says so.
    """

    refs: list[str]
    present: NDArray[np.bool_]
    linked: NDArray[np.bool_]
    leader: NDArray[np.int64]
    made: NDArray[np.int64]


@dataclass(slots=True)
class Replay:
    """Reads a ledger, a page at a time."""

    refs: list[str] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)
    _present: list[bool] = field(default_factory=list)
    _wallets: list[int] = field(default_factory=list)
    _leader: list[int] = field(default_factory=list)
    _made: list[int] = field(default_factory=list)
    _into: dict[int, int] = field(default_factory=dict)

    def read(self, page: LedgerPage) -> int | None:
        """Take a page in; the number of the first entry that makes no sense after those before, or None."""
        index, leader, made = self.index, self._leader, self._made
        for seq, _, kind, actor, payload, _ in page.rows:
            try:
                if kind == "endorsement.made":
                    # `actor` is None in no entry about a member.
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

    def end(self) -> Told:
        """What the entries add up to.

        Refs never come back, so that who merged or left is resolved once, at the end.
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
        return Told(self.refs, present, linked, leader, np.array(self._made, np.int64))

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
        if self._leader[survivor] < 0:
            self._made[survivor] = self._made[absorbed]
        if said.leader is not msgspec.UNSET:  # entries from before there were endorsements lack it
            self._leader[survivor] = -1 if said.leader is None else self.index[said.leader]
        self._wallets[survivor] += self._wallets[absorbed]
        self._leave(absorbed)
        self._into[absorbed] = survivor

    def _end(self, member: int, _payload: str) -> None:
        self._leader[member] = -1

    def _link(self, member: int, _payload: str) -> None:
        self._wallets[member] += 1

    def _unlink(self, member: int, _payload: str) -> None:
        self._wallets[member] -= 1


_RARE: dict[str, Callable[[Replay, int, str], None]] = {
    "member.left": Replay._leave,
    "member.merged": Replay._merge,
    "endorsement.ended": Replay._end,
    "wallet.linked": Replay._link,
    "wallet.unlinked": Replay._unlink,
}
