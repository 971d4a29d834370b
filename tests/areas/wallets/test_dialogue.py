"""Linking wallets as people do it in chat; the page's part is done through the services."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.areas.wallets.domain import links as links_domain
from bot.areas.wallets.services import aliases, links
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.statements import Statement
from commands.wallets import pages
from tests.areas.wallets.cast import Cast
from tests.stage import Persona
from tests.web.people import ANNAS, BOBS

PNG = b"\x89PNG\r\n\x1a\n"


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


async def test_the_picture_has_a_one_time_alias_and_not_the_address_of_the_page(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Apps that read such pictures see what is in them."""
    drawn: list[str] = []
    monkeypatch.setattr(pages, "_picture", lambda url: drawn.append(url) or PNG)
    heard = await cast.bo.says("/link", cast.farm)
    token = heard.url("Open the page").rpartition("/")[2]
    (url,) = drawn
    assert re.fullmatch(r"https://muster\.example/go/[\w-]{43}", url)
    assert token not in url
    page = await cast.stage.store.write(aliases.spend, url.rpartition("/")[2])
    shown = [await cast.stage.store.read(links.page, one) for one in (page, token)]
    assert shown[0] == shown[1]


async def test_the_code_goes_in_by_a_modal(cast: Cast) -> None:
    heard = await cast.ada_there.runs("link", cast.hall)
    code = await cast.signs(heard)
    form = await cast.ada_there.presses(heard, "Enter the code", cast.hall)
    assert form.reply.form is not None
    asked = await cast.ada_there.fills(form, cast.hall, code=code)
    assert asked.private
    assert "Is this your wallet?" in asked.text
    assert ANNAS.address in asked.text
    done = await cast.ada_there.presses(asked, "Link this wallet", cast.hall)
    assert "is now linked to you" in done.text
    assert done.reply.edit


async def test_the_code_goes_in_by_a_question_where_there_are_no_modals(cast: Cast) -> None:
    heard = await cast.bo.says("/link")
    code = await cast.signs(heard)
    asked = await cast.bo.presses(heard, "Enter the code")
    assert "6-digit code" in (asked.reply.ask.label if asked.reply.ask else asked.text)
    question = await cast.bo.says(code)
    assert "is now linked to you" in (await cast.bo.presses(question, "Link this wallet")).text


@pytest.mark.parametrize("way", ["deep link", "command", "form"])
async def test_the_code_links_nothing_before_the_wallet_was_shown(cast: Cast, way: str) -> None:
    """A stranger who saw the address of the page signs with their own wallet, and sends the person the code."""
    heard = await cast.bo.says("/link", cast.farm)
    code = await cast.signs(heard, BOBS)
    if way == "deep link":
        asked = await cast.bo.opens(f"code-{code}")
    elif way == "command":
        asked = await cast.bo.says(f"/link {code}")
    else:
        await cast.bo.presses(heard, "Enter the code")
        asked = await cast.bo.says(code)
    assert "not linked a wallet" in (await cast.bo.says("/wallets", cast.farm)).text
    for shown in (f"Wallet: {BOBS.address}", "Kind: ordinary wallet", "Account: Bo (Words)", "Free Farmers"):
        assert shown in asked.text
    refused = await cast.bo.presses(asked, "Not my wallet")
    assert "Nothing was linked" in refused.text
    assert "Type /link" in refused.text
    assert "Nothing was linked by it" in (await cast.bo.presses(asked, "Link this wallet")).text
    assert "Nothing was linked" in (await cast.bo.opens(f"code-{code}")).text
    assert "not linked a wallet" in (await cast.bo.says("/wallets", cast.farm)).text


async def test_only_the_account_of_the_link_says_that_the_wallet_is_its_own(cast: Cast) -> None:
    asked = await cast.brings(cast.bo, cast.farm)
    for label in ("Link this wallet", "Not my wallet"):
        assert "for someone else" in (await cast.ada.presses(asked, label, cast.farm)).text
    assert "is now linked to you" in (await cast.bo.presses(asked, "Link this wallet", cast.farm)).text


async def test_the_word_comes_too_late(cast: Cast) -> None:
    asked = await cast.brings(cast.bo, cast.farm)
    cast.stage.clock.advance(links_domain.LIFETIME)
    late = await cast.bo.presses(asked, "Link this wallet", cast.farm)
    assert "is now linked to you" not in late.text
    assert "not linked a wallet" in (await cast.bo.says("/wallets", cast.farm)).text


async def test_no_stored_row_has_the_code(cast: Cast) -> None:
    """Neither tokens nor kept answers nor messages: who reads the database or a backup has no code."""
    await cast.links(cast.ada, cast.farm)
    heard = await cast.bo.says("/link", cast.farm)
    code = await cast.signs(heard)
    await cast.bo.presses(heard, "Enter the code")
    await cast.bo.says(code)
    await cast.bo.opens(f"code-{code}")
    await cast.bo.says(f"/link {code}", cast.farm)
    assert await cast.stage.store.read(places_of, code) == set()


def places_of(tx: Tx, words: str) -> set[str]:
    """The columns of all tables in which these words stand."""
    return {
        f"{table.name}.{name}"
        for table in metadata().sorted_tables
        for row in tx.all(Statement(select(table)))
        for name, value in row._asdict().items()
        if isinstance(value, bytes | str)
        and words in (value.decode(errors="replace") if isinstance(value, bytes) else value)
    }


async def test_the_deep_link_finds_its_union_among_several(cast: Cast) -> None:
    port = cast.stage.group("Port")
    cy = cast.stage.person("Cy", moderator=True)
    await cy.says('/union create name:Pilots purpose:"Guide ships"', port)
    await cast.bo.says("/join", port)
    code = await cast.signs(await cast.bo.says("/link", port))
    asked = await cast.bo.opens(f"code-{code}")
    assert "Union: Pilots" in asked.text
    assert "now linked to you in Pilots" in (await cast.bo.presses(asked, "Link this wallet")).text


async def test_a_strangers_code_is_refused_with_a_warning(cast: Cast) -> None:
    """Bo was sent Ada's link, signed it, and presses the page's deep link in his own chat."""
    code = await cast.signs(await cast.ada.says("/link", cast.farm), BOBS)
    for heard in (await cast.bo.opens(f"code-{code}"), await cast.bo.says(f"/link {code}", cast.farm)):
        assert "Nothing was linked" in heard.text
        assert "they want your wallet on their account" in heard.text
        assert heard.private
    stranger = cast.stage.person("Stranger")
    assert "they want your wallet" in (await stranger.opens(f"code-{code}")).text
    assert "not linked a wallet" in (await cast.ada.says("/wallets", cast.farm)).text


async def test_wrong_codes_are_counted_and_stop_the_link(cast: Cast) -> None:
    code = await cast.signs(await cast.bo.says("/link", cast.farm))
    wrong = f"{(int(code) + 1) % 10**6:06}"
    heard = [await cast.bo.opens(f"code-{wrong}") for _ in range(5)]
    assert "4 tries left" in heard[0].text
    assert "1 try left" in heard[3].text
    assert "has been stopped" in heard[4].text
    assert "Nothing was linked" in (await cast.bo.opens(f"code-{code}")).text


async def test_a_late_code_says_so(cast: Cast) -> None:
    code = await cast.signs(await cast.bo.says("/link", cast.farm))
    cast.stage.clock.advance(links_domain.LIFETIME)
    assert "expired" in (await cast.bo.opens(f"code-{code}")).text


async def test_an_unsigned_link_says_what_comes_first(cast: Cast) -> None:
    await cast.bo.says("/link", cast.farm)
    assert "not signed yet" in (await cast.bo.says("/link 123456", cast.farm)).text


async def test_the_other_accounts_hear_of_a_new_and_of_a_gone_wallet(cast: Cast) -> None:
    """With a button that undoes it, which is theirs to press."""
    await cast.ada_is_one()
    await cast.links(cast.ada, cast.farm, BOBS)
    (new,) = await cast.stage.told(cast.ada_there)
    assert "A wallet was linked to you" in new.text
    assert BOBS.address in new.text
    assert "for someone else" in (await cast.ada.presses(new, "Unlink it")).text
    assert "unlinked" in (await cast.ada_there.presses(new, "Unlink it")).text
    assert BOBS.address not in (await cast.ada.says("/wallets", cast.farm)).text
    (gone,) = await cast.stage.told(cast.ada)
    assert "unlinked the wallet" in gone.text
    assert "for someone else" in (await cast.ada_there.presses(gone, "Link it again")).text
    again = await cast.ada.presses(gone, "Link it again")
    await cast.signs(again, BOBS)


async def test_unlinking_asks_once_more(cast: Cast) -> None:
    await cast.links(cast.ada, cast.farm, BOBS)
    asked = await cast.ada.says(f"/unlink {BOBS.address.lower()}", cast.farm)
    assert "unlinked" in (await cast.ada.presses(asked, "Unlink", cast.farm)).text


async def test_the_same_wallet_twice_changes_nothing(cast: Cast) -> None:
    await cast.links(cast.bo, cast.farm)
    assert "is already linked to you" in (await cast.brings(cast.bo, cast.farm)).text


async def test_wallets_are_listed_with_a_button_to_unlink_each(cast: Cast) -> None:
    assert "not linked a wallet yet" in (await cast.bo.says("/wallets", cast.farm)).text
    await cast.links(cast.bo, cast.farm)
    await cast.links(cast.bo, cast.farm, BOBS)
    heard = await cast.bo.says("/wallets", cast.farm)
    assert heard.private
    assert ANNAS.address in heard.text
    assert heard.text.count("linked by Bo (Words)") == 2
    label = f"Unlink {ANNAS.address[:6]}…{ANNAS.address[-4:]}"
    asked = await cast.bo.presses(heard, label, cast.farm)
    assert ANNAS.address in asked.text
    assert "unlinked" in (await cast.bo.presses(asked, "Unlink", cast.farm)).text
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
