"""What every adapter must do, as tests: subclass `AdapterContract` in an adapter's tests and give it a `rig`.

    class TestContract(AdapterContract):
        @pytest.fixture
        async def rig(self, ...) -> Rig: ...

The rig runs a real Muster (store, dispatch, outbox) with the commands of `area` beside the product's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Protocol

import pytest

from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import Button, Reply, Visibility, bold, p, say
from bot.chat.params import Arg
from bot.chat.port import Adapter, Undeliverable
from bot.chat.targets import Target
from bot.domain.people import Permission
from tests.adapters.samples import HOSTILE, SAMPLES

SECRET = "Only you may read this. " * 12
"""Longer than any platform's toast, so that it needs a message."""

area = Area()
counted: list[str] = []
"""The keys of acts that `/count` and its button had an effect for; a test starts with none."""


def _open(
    path: str, description: str, visibility: Visibility = Visibility.PUBLIC
) -> Callable[[Callable[..., Reply]], Callable[..., Reply]]:
    return area.command(
        path, description, permission=Permission.ANYONE, visibility=visibility, needs_union=False
    )


@_open("secret", "A private answer", Visibility.PRIVATE)
def secret(ctx: Context) -> Reply:
    """Answers in private."""
    return say(SECRET)


@_open("count", "Counts")
def count(ctx: Context) -> Reply:
    """Counts, once for each act."""
    counted.append(ctx.incoming.key)
    return say(f"Counted {len(counted)}.")


@_open("poll", "Buttons for everybody")
def poll(ctx: Context) -> Reply:
    """Posts buttons that last."""
    yes = Button("Yes", "contract.yes", anyone=True, lasts_s=None)
    whisper = Button("Whisper", "contract.whisper", anyone=True, lasts_s=None)
    return say("Well?", buttons=((yes, whisper),))


@area.action("contract.yes", permission=Permission.ANYONE, needs_union=False)
def yes(ctx: Context) -> Reply:
    counted.append(ctx.incoming.key)
    return say(f"Yes, {len(counted)}.", visibility=Visibility.PUBLIC)


@area.action("contract.whisper", permission=Permission.ANYONE, needs_union=False)
def whisper(ctx: Context) -> Reply:
    return say(SECRET)


@_open("echo", "Says what you say")
def echo(ctx: Context, text: Annotated[str, Arg("What", max_length=500)]) -> Reply:
    """Repeats."""
    return say(p("Said: ", bold(text)))


@_open("broken", "Fails")
def broken(ctx: Context) -> Reply:
    """Fails with words that nobody may see."""
    raise RuntimeError("the password is 12345")


@dataclass
class Seen:
    """What one act brought: `public` texts everybody reads, `private` ones that its actor alone reads."""

    public: list[str] = field(default_factory=list)
    private: list[str] = field(default_factory=list)

    @property
    def all(self) -> str:
        return "\n".join([*self.public, *self.private])


class Rig(Protocol):
    """A platform with a shared place (`place`) and people in it, seen from outside."""

    adapter: Adapter
    place: Target

    async def runs(self, person: str, path: str, **values: str) -> Seen:
        """A person runs a command in the shared place; people come into being by their name."""

    async def presses(self, person: str, label: str) -> Seen:
        """A person presses the newest public button with this label."""

    async def again(self) -> Seen:
        """The platform delivers the last act a second time; what is newly posted then."""

    async def hears_itself(self, text: str) -> Seen:
        """The bot's own words come back to it as an event."""

    async def restart(self) -> None:
        """Muster stops and starts."""

    def native_id(self, person: str) -> str:
        """The platform's id of a person."""

    def shuts_out(self, person: str) -> None:
        """The person blocks the bot's private messages."""

    def live_links(self, text: str) -> list[str]:
        """Pieces of the newest public message with `text` in it that mention, link or act."""


class AdapterContract:
    """The tests; `rig` is the adapter's."""

    @pytest.fixture(autouse=True)
    def _none_counted(self) -> None:
        counted.clear()

    async def test_the_bot_ignores_itself(self, rig: Rig) -> None:
        assert (await rig.hears_itself("/count")).all == ""
        assert counted == []

    async def test_private_answers_are_never_public(self, rig: Rig) -> None:
        seen = await rig.runs("ada", "secret")
        assert SECRET.strip() in "\n".join(seen.private)
        assert "Only you" not in "\n".join(seen.public)

    async def test_private_answers_to_presses_are_never_public(self, rig: Rig) -> None:
        await rig.runs("ada", "poll")
        seen = await rig.presses("bo", "Whisper")
        assert SECRET.strip() in "\n".join(seen.private)
        assert "Only you" not in "\n".join(seen.public)

    async def test_private_answers_stay_private_when_the_person_cannot_be_reached(self, rig: Rig) -> None:
        await rig.runs("ada", "count")
        rig.shuts_out("ada")
        assert "Only you" not in "\n".join((await rig.runs("ada", "secret")).public)

    async def test_a_repeated_delivery_has_no_second_effect(self, rig: Rig) -> None:
        assert (await rig.runs("ada", "count")).public == ["Counted 1."]
        assert "Counted 2" not in (await rig.again()).all
        assert len(counted) == 1

    async def test_a_repeated_press_has_no_second_effect(self, rig: Rig) -> None:
        await rig.runs("ada", "poll")
        assert (await rig.presses("bo", "Yes")).public == ["Yes, 1."]
        await rig.again()
        assert len(counted) == 1

    async def test_buttons_survive_a_restart(self, rig: Rig) -> None:
        await rig.runs("ada", "poll")
        await rig.restart()
        assert (await rig.presses("bo", "Yes")).public == ["Yes, 1."]

    async def test_members_words_are_inert(self, rig: Rig) -> None:
        (text,) = (await rig.runs("ada", "echo", text=HOSTILE)).public
        assert "\u202e" not in text
        assert "\\u{202E}" in text
        assert rig.live_links("Said:") == []

    async def test_a_fault_is_told_by_its_number_only(self, rig: Rig) -> None:
        seen = await rig.runs("ada", "broken")
        assert "nothing was changed" in "\n".join(seen.private)
        assert "12345" not in seen.all

    @pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"form", "notice"}))
    async def test_every_sample_is_within_the_limits(self, rig: Rig, name: str) -> None:
        """The emulator fails the test when a request breaks the platform's rules."""
        await rig.runs("ada", "count")
        person = Target(rig.place.platform, person=rig.native_id("ada"))
        assert await rig.adapter.deliver(person, SAMPLES[name], "m1")
        if SAMPLES[name].visibility is Visibility.PUBLIC:
            assert await rig.adapter.deliver(rig.place, SAMPLES[name], "m2")

    async def test_a_private_post_is_not_put_into_a_shared_place(self, rig: Rig) -> None:
        with pytest.raises(Undeliverable) as refused:
            await rig.adapter.deliver(rig.place, SAMPLES["private"], "m1")
        assert refused.value.kind != "blocked"

    async def test_who_cannot_be_reached_is_told_apart(self, rig: Rig) -> None:
        await rig.runs("ada", "count")
        rig.shuts_out("ada")
        with pytest.raises(Undeliverable) as refused:
            await rig.adapter.deliver(
                Target(rig.place.platform, person=rig.native_id("ada")), SAMPLES["paragraph"], "m1"
            )
        assert refused.value.kind == "blocked"

    async def test_the_platform_was_heard_of(self, rig: Rig) -> None:
        await rig.runs("ada", "count")
        assert rig.adapter.last_contact() is not None
