"""What came back to a person: the reply to one interaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model import Attachment, Interaction, Json, Message

if TYPE_CHECKING:
    from .emulator import DiscordEmulator


class Reply:
    """The reply to one interaction, as it is now: read it again after an edit."""

    def __init__(self, emulator: DiscordEmulator, interaction: Interaction) -> None:
        self._emulator = emulator
        self.interaction = interaction
        self._edits_before = len(interaction.message.history) if interaction.message else 0

    # waiting

    async def acked(self) -> Reply:
        """Wait for the acknowledgement, be it only "thinking…"."""
        await self.interaction.until(
            lambda: self.interaction.ack is not None,
            f"an acknowledgement of {self.interaction.payload.get('data')}",
            patience=self._emulator.patience,
        )
        return self

    async def answered(self) -> Reply:
        """Wait for something to read: a message, an edit of "thinking…", a follow-up, a modal, choices."""
        await self.interaction.until(
            self._has_answer,
            f"an answer to {self.interaction.payload.get('data')} (acknowledged: {self.interaction.ack})",
            patience=self._emulator.patience,
        )
        return self

    def _has_answer(self) -> bool:
        interaction = self.interaction
        if interaction.ack is None:
            return False
        if interaction.followups or interaction.ack in (4, 7, 8, 9):
            return True
        message = interaction.original
        if message is None or message.deleted:
            return True
        edited = len(message.history) > self._edits_before
        return edited if interaction.ack == 6 else not message.loading

    async def followed_up(self, count: int = 1) -> Reply:
        """Wait until there are `count` follow-ups (the first one after deferring fills the original)."""
        await self.interaction.until(
            lambda: len(self.interaction.followups) >= count,
            f"{count} follow-ups",
            patience=self._emulator.patience,
        )
        return self

    async def edited(self, times: int = 1) -> Reply:
        """Wait until the reply's message was edited `times` times since the interaction."""
        await self.interaction.until(
            lambda: len(self.message.history) >= self._edits_before + times,
            f"{times} edits",
            patience=self._emulator.patience,
        )
        return self

    def replay(self) -> None:
        """Deliver the same interaction again, as the gateway does after a lost connection."""
        self.interaction.forgiven = True
        self._emulator.deliver(self.interaction)

    # reading

    @property
    def message(self) -> Message:
        """The original response (for a press answered by an update: the pressed message)."""
        original = self.interaction.original
        assert original is not None, f"no message; acknowledged with {self.interaction.ack}"
        return original

    @property
    def deferred(self) -> bool:
        return self.interaction.deferred

    @property
    def content(self) -> str:
        return self.message.content

    @property
    def text(self) -> str:
        return self.message.text

    @property
    def embeds(self) -> list[Json]:
        return self.message.embeds

    @property
    def components(self) -> list[Json]:
        return self.message.components

    @property
    def attachments(self) -> list[Attachment]:
        return self.message.attachments

    @property
    def ephemeral(self) -> bool:
        return self.message.ephemeral

    @property
    def modal(self) -> Json:
        assert self.interaction.modal is not None, f"no modal; acknowledged with {self.interaction.ack}"
        return self.interaction.modal

    @property
    def choices(self) -> list[Json]:
        assert self.interaction.choices is not None, f"no choices; acknowledged with {self.interaction.ack}"
        return self.interaction.choices

    @property
    def followups(self) -> list[Message]:
        return self.interaction.followups
