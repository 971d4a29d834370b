"""Linking wallets as people do it in chat; the page's part is done through the services."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.areas.wallets.domain import links as links_domain
from bot.areas.wallets.services import links
from bot.chat.incoming import Place
from tests.scenes import connected
from tests.stage import Heard, Persona, Stage
from tests.web.people import ANNAS, BOBS, SITE, Wallet

PNG = b"\x89PNG\r\n\x1a\n"


class Cast:
    """A union in a group (typed lines) and a server (Values), with Ada in both and Bo in the group."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.farm, self.hall = stage.group("Farm"), stage.group("Hall", "values")
        self.ada = stage.person("Ada", moderator=True)
        self.ada_there = stage.person("Ada", "values", moderator=True)
        self.bo = stage.person("Bo")

    async def gather(self) -> None:
        await self.ada.says('/union create name:"Free Farmers" purpose:Grow', self.farm)
        await connected(self.stage, self.ada, self.farm, self.ada_there, self.hall)
        await self.ada_there.runs("join", self.hall)
        await self.bo.says("/join", self.farm)

    async def signs(self, heard: Heard, wallet: Wallet = ANNAS) -> str:
        """What the page does with the link of a reply; the code it shows."""
        token = heard.url("Open the page").rpartition("/")[2]
        store = self.stage.store
        issued = await store.write(links.issue_text, token, wallet.address, SITE)
        attempt = await store.write(links.take_text, token, issued.nonce)
        return (await store.write(links.sign, token, attempt, "eoa")).code

    async def links(self, who: Persona, place: Place, wallet: Wallet = ANNAS) -> Heard:
        """The whole way, with the code in the command."""
        code = await self.signs(await who.says("/link", place), wallet)
        return await who.says(f"/link {code}", place)


@pytest.fixture
async def cast(stage: Stage) -> Cast:
    made = Cast(stage)
    await made.gather()
    return made


async def test_link_gives_a_private_page_a_picture_and_a_place_for_the_code(cast: Cast) -> None:
    heard = await cast.bo.says("/link", cast.farm)
    assert heard.private
    assert re.fullmatch(r"https://muster\.example/link/[\w-]{43}", heard.url("Open the page"))
    assert "Bo in Free Farmers" in heard.text
    assert "never sign on a page" in heard.text
    image = heard.reply.blocks[-1]
    assert image.data.startswith(PNG)
    assert "QR code" in image.alt
    assert "Enter the code" in heard.labels


async def test_the_code_goes_in_by_a_modal(cast: Cast) -> None:
    heard = await cast.ada_there.runs("link", cast.hall)
    code = await cast.signs(heard)
    form = await cast.ada_there.presses(heard, "Enter the code", cast.hall)
    assert form.reply.form is not None
    done = await cast.ada_there.fills(form, cast.hall, code=code)
    assert done.private
    assert "Linked." in done.text
    assert ANNAS.address in done.text


async def test_the_code_goes_in_by_a_question_where_there_are_no_modals(cast: Cast) -> None:
    heard = await cast.bo.says("/link")
    code = await cast.signs(heard)
    asked = await cast.bo.presses(heard, "Enter the code")
    assert "6 digits" in (asked.reply.ask.label if asked.reply.ask else asked.text)
    assert "Linked." in (await cast.bo.says(code)).text


async def test_the_code_comes_back_by_a_deep_link(cast: Cast) -> None:
    code = await cast.signs(await cast.bo.says("/link", cast.farm))
    assert "Linked." in (await cast.bo.opens(f"code-{code}")).text


async def test_the_deep_link_finds_its_union_among_several(cast: Cast) -> None:
    port = cast.stage.group("Port")
    cy = cast.stage.person("Cy", moderator=True)
    await cy.says('/union create name:Pilots purpose:"Guide ships"', port)
    await cast.bo.says("/join", port)
    code = await cast.signs(await cast.bo.says("/link", port))
    assert "yours in Pilots" in (await cast.bo.opens(f"code-{code}")).text


async def test_a_strangers_code_is_refused_with_a_warning(cast: Cast) -> None:
    """Bo was sent Ada's link, signed it, and presses the page's deep link in his own chat."""
    code = await cast.signs(await cast.ada.says("/link", cast.farm), BOBS)
    for heard in (await cast.bo.opens(f"code-{code}"), await cast.bo.says(f"/link {code}", cast.farm)):
        assert "Nothing was linked" in heard.text
        assert "they want your wallet on their account" in heard.text
        assert heard.private
    stranger = cast.stage.person("Stranger")
    assert "they want your wallet" in (await stranger.opens(f"code-{code}")).text
    assert "no wallet" in (await cast.ada.says("/wallets", cast.farm)).text


async def test_wrong_codes_are_counted_and_stop_the_link(cast: Cast) -> None:
    code = await cast.signs(await cast.bo.says("/link", cast.farm))
    wrong = f"{(int(code) + 1) % 10**6:06}"
    heard = [await cast.bo.opens(f"code-{wrong}") for _ in range(5)]
    assert "4 tries are left" in heard[0].text
    assert "1 try is left" in heard[3].text
    assert "has been stopped" in heard[4].text
    assert "Nothing was linked" in (await cast.bo.opens(f"code-{code}")).text


async def test_a_late_code_says_so(cast: Cast) -> None:
    code = await cast.signs(await cast.bo.says("/link", cast.farm))
    cast.stage.clock.advance(links_domain.LIFETIME)
    assert "expired" in (await cast.bo.opens(f"code-{code}")).text


async def test_an_unsigned_link_says_what_comes_first(cast: Cast) -> None:
    await cast.bo.says("/link", cast.farm)
    assert "not signed yet" in (await cast.bo.says("/link 123456", cast.farm)).text


async def test_a_second_account_with_the_same_wallet_is_the_same_member(cast: Cast) -> None:
    assert "Linked." in (await cast.links(cast.ada, cast.farm)).text
    heard = await cast.ada_there.runs("link", cast.hall)
    code = await cast.signs(heard)
    asked = await cast.ada_there.runs("link", cast.hall, code=code)
    assert "Who is that?" in asked.text
    assert "Ada (Words)" in asked.text
    assert "Members: 3" in (await cast.bo.says("/union about", cast.farm)).text
    done = await cast.ada_there.presses(asked, "That is me too", cast.hall)
    assert "you are one member now" in done.text
    assert done.reply.edit  # the question with its buttons is gone
    assert (cast.stage.clock.now() + timedelta(hours=24)).isoformat() in done.text
    me = (await cast.ada_there.runs("me", cast.hall)).text
    assert me.count("Ada") >= 2
    assert "Members: 2" in (await cast.bo.says("/union about", cast.farm)).text

    (told,) = await cast.stage.told(cast.ada)
    assert "Another account was joined to you" in told.text
    assert "Ada (Values)" in told.text
    assert "If this was not you" in told.text
    assert await cast.stage.told(cast.ada_there) == []


async def test_an_account_that_just_came_in_cannot_throw_the_others_out(cast: Cast) -> None:
    """Ada was talked out of a signature and its code: the stranger is one person with her, for now."""
    await cast.links(cast.ada, cast.farm)
    code = await cast.signs(await cast.bo.says("/link", cast.farm))
    asked = await cast.bo.says(f"/link {code}", cast.farm)
    await cast.bo.presses(asked, "That is me too", cast.farm)
    await cast.stage.person("Cy").says("/join", cast.farm)
    for one in (cast.bo, cast.ada):
        assert "cannot do this before" in (await one.says("/union hand-over @cy", cast.farm)).text
        assert "cannot do this before" in (await one.says("/leave", cast.farm)).text
    assert "Ada" in (await cast.ada.says("/me", cast.farm)).text
    (told,) = await cast.stage.told(cast.ada)
    assert "Another account was joined to you" in told.text

    cast.stage.clock.advance(timedelta(hours=24))
    asked = await cast.ada.says("/union hand-over @cy", cast.farm)
    assert "Cy is the founder now" in (await cast.ada.presses(asked, "Hand over", cast.farm)).text
    asked = await cast.bo.says("/leave", cast.farm)
    assert "erased" in (await cast.bo.presses(asked, "Leave and erase", cast.farm)).text


async def test_a_wallet_is_taken_back(cast: Cast) -> None:
    await cast.links(cast.bo, cast.farm)
    code = await cast.signs(await cast.ada.says("/link", cast.farm))
    asked = await cast.ada.opens(f"code-{code}")
    assert "is yours alone" in (await cast.ada.presses(asked, "The wallet is mine alone")).text
    assert "no wallet" in (await cast.bo.says("/wallets", cast.farm)).text
    assert "belongs to Ada (Words) alone" in (await cast.stage.told(cast.bo))[0].text
    again = await cast.ada.presses(asked, "That is me too")
    assert "No link that you started waits" in again.text


async def test_the_other_accounts_hear_of_a_new_and_of_a_gone_wallet(cast: Cast) -> None:
    await cast.links(cast.ada, cast.farm)
    code = await cast.signs(await cast.ada_there.runs("link", cast.hall))
    asked = await cast.ada_there.runs("link", cast.hall, code=code)
    await cast.ada_there.presses(asked, "That is me too", cast.hall)
    cast.stage.clock.advance(timedelta(hours=24))
    await cast.links(cast.ada, cast.farm, BOBS)
    (new,) = await cast.stage.told(cast.ada_there)
    assert "A wallet was linked to you" in new.text
    assert BOBS.address in new.text

    asked = await cast.ada.says(f"/unlink {BOBS.address.lower()}", cast.farm)
    assert "Unlinked" in (await cast.ada.presses(asked, "Unlink", cast.farm)).text
    assert "was unlinked from you" in (await cast.stage.told(cast.ada_there))[-1].text


async def test_the_same_wallet_twice_changes_nothing(cast: Cast) -> None:
    await cast.links(cast.bo, cast.farm)
    assert "already" in (await cast.links(cast.bo, cast.farm)).text


async def test_wallets_are_listed_with_a_button_to_unlink_each(cast: Cast) -> None:
    assert "no wallet yet" in (await cast.bo.says("/wallets", cast.farm)).text
    await cast.links(cast.bo, cast.farm)
    await cast.links(cast.bo, cast.farm, BOBS)
    heard = await cast.bo.says("/wallets", cast.farm)
    assert heard.private
    assert ANNAS.address in heard.text
    label = f"Unlink {ANNAS.address[:6]}…{ANNAS.address[-4:]}"
    asked = await cast.bo.presses(heard, label, cast.farm)
    assert ANNAS.address in asked.text
    assert "Unlinked" in (await cast.bo.presses(asked, "Unlink", cast.farm)).text
    assert ANNAS.address not in (await cast.bo.says("/wallets", cast.farm)).text


async def test_only_ones_own_wallets_are_unlinked_or_suggested(cast: Cast) -> None:
    await cast.links(cast.ada, cast.farm)
    assert "no wallet with that address" in (await cast.bo.says(f"/unlink {ANNAS.address}", cast.farm)).text
    for persona, found in ((cast.ada, [ANNAS.address]), (cast.bo, [])):
        incoming = await suggestions(cast, persona)
        assert incoming == found


async def suggestions(cast: Cast, persona: Persona) -> list[str]:
    from bot.chat.incoming import CommandCall, Incoming

    asked = Incoming("s", persona.actor, cast.farm, CommandCall("unlink", {}))
    return [value for _, value in await cast.stage.core.suggest(asked, "address", "0x")]


async def test_links_cannot_be_asked_for_without_end(cast: Cast) -> None:
    heard = [await cast.bo.says("/link", cast.farm) for _ in range(11)]
    assert "Try again in" in heard[-1].text
    assert "Try again in" not in heard[-2].text
    cast.stage.clock.advance(timedelta(minutes=10))
    assert "Link a wallet" in (await cast.bo.says("/link", cast.farm)).text


async def test_who_has_not_joined_gets_no_link(cast: Cast) -> None:
    stranger = cast.stage.person("Stranger")
    assert "/join" in (await stranger.says("/link", cast.farm)).text


async def test_hostile_names_stay_one_line_of_text(cast: Cast) -> None:
    eve = cast.stage.person("Eve\n/union leave\u202e@everyone")
    await eve.says("/join", cast.farm)
    heard = await eve.says("/link", cast.farm)
    assert "Eve /union leave\\u{202E}@everyone in Free Farmers" in heard.text
