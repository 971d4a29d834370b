"""The check-ins area's files of `muster export`."""

from bot.areas.checkins.tables import checkins, streaks
from bot.areas.members.tables import ref_of
from bot.storage.exporting import OfMembers

EXPORTS = (
    OfMembers(
        "checkins",
        "each member's answers to calls, with the time and the proof (its picture is not exported)",
        checkins.c.member_id,
        (
            ref_of(checkins.c.member_id, "member"),
            checkins.c.call_id.label("call"),
            checkins.c.day,
            checkins.c.at,
            checkins.c.state,
            checkins.c.late,
            checkins.c.proof,
        ),
    ),
    OfMembers(
        "streaks",
        "each member's streak as of `day`, the last that counted",
        streaks.c.member_id,
        (
            ref_of(streaks.c.member_id, "member"),
            streaks.c.current,
            streaks.c.best,
            streaks.c.last_day.label("day"),
            streaks.c.freezes,
        ),
    ),
)
