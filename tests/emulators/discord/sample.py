"""A small bot on the unmodified discord.py: what the emulator's own tests talk to."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from .emulator import DiscordEmulator
from .library import app_commands, discord
from .model import Watched

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
NOBODY = discord.AllowedMentions.none()


class Name(discord.ui.Modal, title="Your name"):
    name: discord.ui.TextInput[Name] = discord.ui.TextInput(label="Name", max_length=20)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Hello {self.name.value}", ephemeral=True)


class Buttons(discord.ui.View):
    @discord.ui.button(label="Update", custom_id="update")
    async def update(self, interaction: discord.Interaction, button: discord.ui.Button[Buttons]) -> None:
        await interaction.response.edit_message(content="updated", view=None)

    @discord.ui.button(label="Ask", custom_id="ask")
    async def ask(self, interaction: discord.Interaction, button: discord.ui.Button[Buttons]) -> None:
        await interaction.response.send_modal(Name())

    @discord.ui.button(label="Quietly", custom_id="quietly")
    async def quietly(self, interaction: discord.Interaction, button: discord.ui.Button[Buttons]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="quietly edited")


class Labelled(discord.ui.Modal, title="Labels"):
    why: discord.ui.Label[Labelled] = discord.ui.Label(text="Why", component=discord.ui.TextInput())
    colour: discord.ui.Label[Labelled] = discord.ui.Label(
        text="Colour",
        component=discord.ui.Select(
            options=[discord.SelectOption(label="Red", value="r"), discord.SelectOption(label="Blue")]
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        answers: list[Any] = [self.why.component, self.colour.component]
        await interaction.response.send_message(f"{answers[0].value} {answers[1].values}")


class Panel(discord.ui.LayoutView):
    row: discord.ui.ActionRow[Panel] = discord.ui.ActionRow()

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(discord.ui.Container(discord.ui.TextDisplay("# A panel")))

    @row.select(placeholder="Pick", options=[discord.SelectOption(label="One", value="1")])
    async def pick(self, interaction: discord.Interaction, select: discord.ui.Select[Panel]) -> None:
        await interaction.response.send_message(f"picked {select.values}")


def _add_commands(tree: app_commands.CommandTree[Any]) -> None:
    union = app_commands.Group(name="union", description="Unions")

    @union.command(name="create", description="Found a union")
    async def create(
        interaction: discord.Interaction, name: str, size: int = 1, leader: discord.Member | None = None
    ) -> None:
        who = leader.display_name if leader else interaction.user.display_name
        where = interaction.channel
        text = f"{name} {size} by {who} in {where}"
        await interaction.response.send_message(text, allowed_mentions=NOBODY)

    @tree.command(name="fruit", description="Choose a fruit")
    async def fruit(interaction: discord.Interaction, name: str) -> None:
        await interaction.response.send_message(name, view=Buttons(timeout=None), ephemeral=True)

    @fruit.autocomplete("name")
    async def names(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        found = [each for each in ("apple", "apricot", "pear") if each.startswith(typed)]
        return [app_commands.Choice(name=each.title(), value=each) for each in found]

    @tree.command(name="slow", description="Think first")
    async def slow(interaction: discord.Interaction, private: bool = False) -> None:
        await interaction.response.defer(ephemeral=private, thinking=True)
        await interaction.edit_original_response(content="thought")
        await interaction.followup.send("and more", ephemeral=private)

    tree.add_command(union)


class Numbered(discord.File):
    """A file whose number is a string, as Discord's specification wants it; discord.py writes an integer."""

    def to_dict(self, index: int) -> dict[str, Any]:
        return super().to_dict(index) | {"id": str(index)}


def _add_more(tree: app_commands.CommandTree[Any]) -> None:
    @tree.command(name="picture", description="A picture")
    async def picture(interaction: discord.Interaction) -> None:
        file = Numbered(io.BytesIO(b"\x89PNG"), "chart.png", description="a chart")
        embed = discord.Embed(title="Chart").set_image(url="attachment://chart.png")
        await interaction.response.send_message(embed=embed, file=file)

    @tree.command(name="dm", description="Write to me")
    async def dm(interaction: discord.Interaction) -> None:
        await interaction.user.send("hello in private")
        await interaction.response.send_message("sent", ephemeral=True)

    @tree.command(name="panel", description="Components V2")
    async def panel(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=Panel())

    @tree.command(name="form", description="Labels")
    async def form(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Labelled())

    @tree.command(name="staff", description="For managers")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def staff(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("welcome")

    @tree.context_menu(name="Endorse")
    async def endorse(interaction: discord.Interaction, who: discord.User) -> None:
        await interaction.response.send_message(f"endorsed {who.display_name}")

    @tree.context_menu(name="Quote")
    async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"“{message.content}”", allowed_mentions=NOBODY)


class _Sample(Watched, discord.Client):
    """Both kinds of client: keeps the events it saw, by name."""

    tree: app_commands.CommandTree[Any]

    async def setup_hook(self) -> None:
        self.seen: list[tuple[str, Any]] = []
        self.tree = app_commands.CommandTree(self)
        _add_commands(self.tree)
        _add_more(self.tree)
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        return None  # the original waits 5 s between shards

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        if hasattr(self, "seen") and not event.startswith("socket"):
            self.seen.append((event, args))
        super().dispatch(event, *args, **kwargs)
        self.touch()

    async def heard(self, name: str, count: int = 1) -> list[Any]:
        """The arguments of the events of this name, once there are `count`."""
        await self.until(lambda: len(self.events(name)) >= count, f"{count} × {name}")
        return self.events(name)

    def events(self, name: str) -> list[Any]:
        return [args for event, args in self.seen if event == name]


class SampleBot(_Sample): ...


class ShardedBot(_Sample, discord.AutoShardedClient): ...


def make(emulator: DiscordEmulator, kind: type[Any] = SampleBot, **settings: Any) -> Any:
    settings = {"intents": INTENTS, "guild_ready_timeout": 0.05} | settings
    return kind(connector=emulator.connector(), **settings)


@asynccontextmanager
async def running(
    emulator: DiscordEmulator, kind: type[Any] = SampleBot, **settings: Any
) -> AsyncIterator[Any]:
    """The bot, connected and ready; closed afterwards."""
    bot = make(emulator, kind, **settings)
    task = asyncio.create_task(bot.start(emulator.token))
    await emulator.ready(emulator.shards)
    await bot.wait_until_ready()
    try:
        yield bot
    finally:
        await bot.close()
        await asyncio.gather(task, return_exceptions=True)
