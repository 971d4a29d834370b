"""A Discord (REST v10 and gateway) on loopback, for the unmodified discord.py.

    async with DiscordEmulator() as emu:
        guild = emu.guild("Farmers")
        channel, alice = guild.channel("general"), guild.member("alice")
        client = discord.Client(intents=…, connector=emu.connector())
        …
        reply = await alice.slash(channel, "union create", name="Millers")
        assert reply.ephemeral and "Millers" in reply.text
        form = await alice.press(reply, "Rename")
        await alice.submit(form, {"Name": "Bakers"})
        emu.assert_clean()

What a person cannot do in Discord's client (unknown command, missing option, someone else's ephemeral
message) is an AssertionError; what Discord would refuse from the bot is answered so and recorded in
`emu.violations`. Faults: `faults.py`. Rules: `rules.py`. The fixture is `fixtures.emulator`.
"""

from .emulator import DiscordEmulator, Violation
from .model import (
    ADMINISTRATOR,
    ATTACH_FILES,
    EMBED_LINKS,
    EVERYONE,
    MANAGE_GUILD,
    MANAGE_ROLES,
    MENTION_EVERYONE,
    SEND_MESSAGES,
    VIEW_CHANNEL,
    Message,
)
from .people import Community, Person
from .replies import Reply

__all__ = [
    "ADMINISTRATOR",
    "ATTACH_FILES",
    "EMBED_LINKS",
    "EVERYONE",
    "MANAGE_GUILD",
    "MANAGE_ROLES",
    "MENTION_EVERYONE",
    "SEND_MESSAGES",
    "VIEW_CHANNEL",
    "Community",
    "DiscordEmulator",
    "Message",
    "Person",
    "Reply",
    "Violation",
]
