"""Conditions that several statements about calls share."""

from sqlalchemy import bindparam, or_

from bot.areas.calls.tables import calls

IN_UNION = calls.c.union_id == bindparam("union")

SAME_BRANCH = or_(
    calls.c.leader_id == bindparam("leader"),
    calls.c.leader_id.is_(None) & bindparam("leader", type_=calls.c.leader_id.type).is_(None),
)
"""The call is for the branch of :leader; for the whole union, if :leader is null."""
