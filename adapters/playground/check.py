"""The doctor's checks of the playground. It has no token and no rights to check."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adapters.playground import people
from bot.chat.findings import Finding

STATIC = Path(__file__).with_name("static")


def findings(spaces: Sequence[str]) -> list[Finding]:
    """Returns one line for the page's files, and one for each connected space that is not a room here."""
    complete = (STATIC / "index.html").is_file()
    found = [
        Finding("playground")
        if complete
        else Finding("playground", f"{STATIC} has no page", "Install Muster again.")
    ]
    rooms = {room.native_id for room in people.ROOMS}
    found += [
        Finding(f"playground room {space}", "there is no such room", "Disconnect it with /union disconnect.")
        for space in spaces
        if space not in rooms
    ]
    return found
