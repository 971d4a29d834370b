"""What members type: one module per area, declared once for every platform."""

from __future__ import annotations

import json
from importlib import resources

from commands import (
    call_approvals,
    call_posts,
    call_schedule,
    calls,
    checkins,
    contests,
    digest,
    endorsements,
    events,
    flags,
    help,
    invites,
    links,
    people,
    reminders,
    reports,
    reviews,
    rules,
    spaces,
    streaks,
    support,
    unions,
    unreached,
    wallets,
)

AREAS = (
    unions.area,
    spaces.area,
    rules.area,
    people.area,
    invites.area,
    endorsements.area,
    support.area,
    calls.area,
    call_schedule.area,
    call_approvals.area,
    call_posts.area,
    checkins.area,
    contests.area,
    reviews.area,
    streaks.area,
    reminders.area,
    reports.area,
    flags.area,
    links.area,
    wallets.area,
    help.area,
    events.area,
    digest.area,
    unreached.area,
)
LOCALES = ("de",)


def translations() -> dict[str, dict[str, str]]:
    """By language: the descriptions of commands and groups by their path."""
    folder = resources.files("commands") / "locales"
    return {locale: json.loads((folder / f"{locale}.json").read_text("utf-8")) for locale in LOCALES}
