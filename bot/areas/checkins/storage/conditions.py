"""Columns and conditions that several statements about answers share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, or_

from bot.areas.calls.tables import calls
from bot.areas.checkins.domain.checkins import Checkin, CheckinState
from bot.areas.checkins.tables import checkins

CHECKIN_COLUMNS = (
    checkins.c.call_id,
    checkins.c.member_id,
    checkins.c.day,
    checkins.c.at,
    checkins.c.state,
    checkins.c.late,
    checkins.c.proof,
    checkins.c.file_id,
    checkins.c.judged_by,
)
"""The fields of a `Checkin`."""

OF_MEMBER = (checkins.c.call_id == bindparam("call")) & (checkins.c.member_id == bindparam("member"))
"""The answer of :member to :call."""

FOR_BRANCHES = or_(calls.c.leader_id.is_(None), calls.c.leader_id.in_(bindparam("leaders", expanding=True)))
"""The call is for the whole union, or for the branch of one of :leaders."""


def read_checkin(row: Any) -> Checkin:
    """Makes an answer of a row of `CHECKIN_COLUMNS`."""
    return Checkin(**{**row._asdict(), "state": CheckinState(row.state)})
