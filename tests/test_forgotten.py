"""Forgotten means forgotten: no file of the data folder, and no row, holds what a person was who left."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from bot import erasing
from bot.areas.delivery import services as delivery
from bot.areas.ledger import storage as ledger_storage
from bot.areas.wallets.services import links
from bot.chat.incoming import CommandCall
from bot.chat.model import Mention, Reply, encode, p, say
from bot.chat.targets import Target
from bot.domain.messages import NewMessage
from bot.domain.names import one_line
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage import erasures, meta
from bot.storage import sqlite as sqlite_session
from bot.storage import writer as writing
from bot.storage.erasures import LAST_AFTER
from bot.storage.statements import Statement
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.left_behind import NAME, USERNAME, emptied, forms, found_in
from tests.scenes import DAY, HOUR, endorse, fill, founded, joined, later, leaves, member_of
from tests.stage import Heard, Persona, Stage
from tests.storage.fixtures import Database
from tests.web.people import ANNAS, SITE, Wallet


def places(tx: Tx, words: Iterable[str]) -> list[str]:
    """The rows that hold one of these words in any form."""
    wanted = [form for word in words for form in forms(word)]
    return [
        f"{table.name}.{name}: {value!r}"
        for table in metadata().sorted_tables
        for row in tx.all(Statement(select(table)))
        for name, value in row._asdict().items()
        for kept in [value if isinstance(value, bytes) else str(value).encode()]
        if any(form in kept for form in wanted)
    ]


async def forget(stage: Stage) -> None:
    """Both searches for what was erased."""
    await erasing.erase(stage.store)
    stage.clock.advance(LAST_AFTER)
    await erasing.erase(stage.store)


async def nowhere(stage: Stage, database: Database, words: Iterable[str]) -> None:
    """Fails if a row or a file holds one of these words, once the searches are over."""
    await forget(stage)
    assert await stage.store.read(places, words) == []
    if database.path is not None:
        await emptied(database.path)
        assert found_in(database.path.parent, words) == set()


async def link(stage: Stage, person: Persona, wallet: Wallet) -> Heard:
    heard = await person.says("/link")
    token = heard.url("Open the page").rpartition("/")[2]
    issued = await stage.store.write(links.issue_text, token, wallet.address, SITE)
    attempt = await stage.store.write(links.take_text, token, issued.nonce)
    code = (await stage.store.write(links.sign, token, attempt, "eoa")).code
    return await person.presses(await person.says(f"/link {code}"), "Link this wallet")


async def hold(stage: Stage, person: Persona, reply: Reply) -> None:
    await stage.core.hold(person.actor, reply)


async def a_life(stage: Stage) -> Persona:
    """Vera does everything, and everybody does everything with her."""
    ada, farm = await founded(stage)
    bo, cy = await joined(stage, farm, "Bo", "Cy")
    for person in (bo, cy):
        await endorse(person, ada, farm)
    vera = stage.person(NAME, username=USERNAME)
    invited = re.search(r"start=(\S+)", (await bo.says("/invite")).text)
    assert invited is not None
    assert "Welcome" in (await vera.opens(invited.group(1))).text
    await vera.says("/me")
    await vera.says("/invite")
    dee = stage.person("Dee")
    await dee.says("/join", farm)
    await endorse(vera, bo, farm)
    await endorse(cy, vera, farm)
    await endorse(dee, vera, farm)
    await link(stage, vera, ANNAS)
    for line in (f"/whois @{USERNAME}", f"/union hand-over @{USERNAME}", f"/endorse @{USERNAME}", "/flags"):
        await ada.says_quietly(line, farm)
    await ada.says("/whois", farm, reply_to=vera)
    await cy.says_quietly(f"/unendorse @{USERNAME}", farm)
    await endorse(cy, vera, farm)
    await hold(stage, bo, say(f"{one_line(NAME)} has joined with your invitation."))
    for title, options in (("Plant a tree", {}), ("Best tree", {"contest": True})):
        heard = await ada.runs("call new", None, **options)
        heard = await fill(ada, heard, title=title, what="Do it", why="", link="")
        await ada.presses(heard, "Queue it")
    for by in (HOUR, DAY, DAY):
        await later(stage, by)
        for line in ("/call done", "/call enter my tree", "/call today"):
            await vera.says_quietly(line, farm)
    for line in ("/wallets", "/branch", "/reminders 9:00"):
        await vera.says_quietly(line, farm)
    for person in (ada, bo, cy, dee, vera):
        await stage.told(person)
        for line in (
            "/branch",
            "/support",
            f"/lineage @{USERNAME}",
            f"/streak @{USERNAME}",
            "/board",
            "/call today",
        ):
            await person.says_quietly(line, farm)
    return vera


async def test_nothing_is_left_of_a_member_who_did_everything(stage: Stage, database: Database) -> None:
    vera = await a_life(stage)
    done = await stage.store.read(kinds_by, vera)
    assert done >= {"member.joined", "endorsement.made", "wallet.linked", "checkin.done"}
    words = (NAME, USERNAME, vera.actor.native_id, ANNAS.address)
    for word in words:
        assert await stage.store.read(places, [word]), f"{word} is in no row, so that nothing is tested"
    ada = stage.person("Ada", moderator=True)
    farm = stage.group("Farm")
    await stage.told(ada)
    await stage.store.write(blocked, vera)
    await stage.store.write(unsent, vera, ada)
    await leaves(vera, farm)
    await nowhere(stage, database, words)
    told = [heard.text for heard in await stage.told(ada)]
    assert "a former member likes the tree" in told


def kinds_by(tx: Tx, vera: Persona) -> set[str]:
    """The kinds of changes that Vera made."""
    member, _ = member_of(tx, vera)
    return {entry.kind for entry in ledger_storage.entries(tx, 1) if entry.actor == member.ref}


def blocked(tx: Tx, vera: Persona) -> None:
    """Messages to Vera do not arrive."""
    target = msgspec.json.encode(Target("words", person=vera.actor.native_id)).decode()
    delivery.post(tx, NewMessage("words", 1, target, encode(say(NAME)), person=vera.actor.native_id))
    delivery.post(tx, NewMessage("words", None, target, encode(say(NAME)), person=vera.actor.native_id))
    for share in (0, 1):
        for row in delivery.take(tx, "words", 0, share, 100):
            if row.person == vera.actor.native_id:
                delivery.park(tx, row, f"{NAME} blocked the bot", "blocked")


def unsent(tx: Tx, vera: Persona, ada: Persona) -> None:
    """A message to somebody else, which mentions the person under the name of Vera, waits to be sent."""
    actor = vera.actor
    reply = say(p(Mention(actor.platform, actor.native_id, NAME), " likes the tree"))
    target = msgspec.json.encode(Target("words", person=ada.actor.native_id)).decode()
    delivery.post(tx, NewMessage("words", 1, target, encode(reply), person=ada.actor.native_id))


async def test_nothing_is_left_of_a_wallet_that_was_unlinked(stage: Stage, database: Database) -> None:
    await founded(stage)
    [bo] = await joined(stage, stage.group("Farm"), "Bo")
    await link(stage, bo, ANNAS)
    assert ANNAS.address in (await bo.says("/wallets")).text
    await bo.says("/me")
    heard = await bo.says(f"/unlink {ANNAS.address}")
    if heard.labels:
        await bo.presses(heard, heard.labels[0])
    await nowhere(stage, database, [ANNAS.address])
    assert "Bo" in (await bo.says("/me")).text


async def test_buttons_about_a_wallet_that_is_linked_again_stay(stage: Stage) -> None:
    await founded(stage)
    [bo] = await joined(stage, stage.group("Farm"), "Bo")
    await link(stage, bo, ANNAS)
    unlinked = await bo.says(f"/unlink {ANNAS.address}")
    await bo.presses(unlinked, "Unlink")
    await link(stage, bo, ANNAS)
    shown = await bo.says("/wallets")
    await forget(stage)
    asked = await bo.presses(shown, shown.labels[0])
    assert f"Unlink {ANNAS.address}?" in asked.text


async def test_only_answers_that_name_the_member_are_forgotten(stage: Stage) -> None:
    ada, farm = await founded(stage)
    bo, cy = await joined(stage, farm, "Boudicca", "Cyrus")
    vera = stage.person(NAME, username=USERNAME)
    await vera.says("/join", farm)

    async def endorses(person: Persona, leader: Persona) -> str | None:
        act = CommandCall("endorse", {}, f"@{leader.actor.username}")
        heard = await person.does(act, farm, f"the same act of {person.actor.name}")
        return heard.text if heard else None

    of_cy, of_vera = await endorses(bo, cy), await endorses(cy, vera)
    assert of_vera is not None
    assert NAME in of_vera
    question = await ada.says("/union hand-over @cyrus", farm)
    on_vera = await ada.says(f"/union hand-over @{USERNAME}", farm)
    await leaves(vera, farm)
    await erasing.erase(stage.store)
    assert "has expired" in (await ada.presses(on_vera, "Hand over", farm)).text
    assert "Cyrus is now the founder" in (await ada.presses(question, "Hand over", farm)).text
    await forget(stage)
    assert await endorses(bo, cy) == of_cy
    assert await endorses(cy, vera) is None, "a repeat has no effect and names nobody"


async def test_an_answer_on_its_way_is_not_lost(stage: Stage) -> None:
    """The first search leaves answers that are not delivered yet; the last takes them."""
    ada, farm = await founded(stage)
    vera = stage.person(NAME, username=USERNAME)
    await vera.says("/join", farm)
    act = CommandCall("endorse", {}, f"@{USERNAME}")
    first = await ada.does(act, farm, "one act")
    await leaves(vera, farm)
    await erasing.erase(stage.store)
    assert await ada.does(act, farm, "one act") == first
    await forget(stage)
    assert await ada.does(act, farm, "one act") is None


async def test_a_name_like_a_common_word_spoils_nothing_that_is_in_use(stage: Stage) -> None:
    ada, farm = await founded(stage)
    [bo] = await joined(stage, farm, "Bo")
    the = stage.person("the", username="founder")
    await the.says("/join", farm)
    question = await ada.says("/union hand-over @bo", farm)
    await stage.store.write(unsent, bo, ada)
    await leaves(the, farm)
    await erasing.erase(stage.store)
    assert "Bo is now the founder" in (await ada.presses(question, "Hand over", farm)).text
    await forget(stage)
    assert f"@{NAME} likes the tree" in [heard.text for heard in await stage.told(ada)]


async def test_a_name_of_one_letter_takes_no_open_form_and_no_held_answer(stage: Stage) -> None:
    """Somebody who came and went all the time could keep everybody from filling in a form."""
    ada, farm = await founded(stage)
    letter = stage.person("e", username="a")
    await letter.says("/join", farm)
    form = await ada.runs("call new", None)
    held = await stage.core.hold(ada.actor, say("The tree is green."))
    await leaves(letter, farm)
    await erasing.erase(stage.store)
    assert "green" in (await ada.opens(held)).text
    assert "Best tree" in (await fill(ada, form, title="Best tree", what="Do it", why="", link="")).text
    stage.clock.advance(LAST_AFTER)
    later_held = await stage.core.hold(ada.actor, say("The tree is red."))
    later_form = await ada.runs("call new", None)
    await erasing.erase(stage.store)
    assert "red" in (await ada.opens(later_held)).text
    assert "Oak" in (await fill(ada, later_form, title="Oak", what="Do it", why="", link="")).text


async def test_who_comes_and_goes_is_searched_for_once(stage: Stage) -> None:
    """A search reads every kept answer, so that others who leave would wait for many of them."""
    _, farm = await founded(stage)
    vera = stage.person(NAME, username=USERNAME)
    for _ in range(3):
        await vera.says("/join", farm)
        await leaves(vera, farm)
    assert len(await stage.store.read(erasures.waiting, 100)) == 1
    await erasing.erase(stage.store)
    await vera.says("/join", farm)
    await leaves(vera, farm)
    [(again, last)] = await stage.store.read(erasures.waiting, 100)
    assert (again.searched, last) == (False, False)
    await forget(stage)
    assert await stage.store.read(erasures.waiting, 100) == []


# -- the files ---------------------------------------------------------------------------------------------------


async def test_a_reader_delays_the_emptying_of_the_log_and_no_command(
    sqlite_database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PURGE_AGAIN_S", 0.01)
    path = sqlite_database.path
    assert path is not None
    store = await Store.open(sqlite_database.url, clock, metadata())
    await emptied(path)
    log = path.with_name(f"{path.name}-wal")
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM meta").fetchall()
        await store.write(meta.put, "of a person", NAME * 300)
        await store.write(erased)
        for number in range(20):  # each would wait for the reader if emptying the log did
            await asyncio.wait_for(
                store.write(meta.put, "number", str(number)), sqlite_session.BUSY_SECONDS / 2
            )
        assert NAME.encode() in log.read_bytes(), "the reader's snapshot still needs it"
        reader.execute("ROLLBACK")
    await emptied(path)
    assert found_in(path.parent, [NAME]) == set()
    await store.close()


def erased(tx: Tx) -> None:
    meta.put(tx, "of a person", "")
    tx.erased()


async def test_what_a_killed_process_left_in_the_log_goes_at_the_next_start(
    sqlite_database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    """The files as they are between the commit of an erasure and the emptying of the log."""
    path = sqlite_database.path
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL").fetchall()
        writer.execute("PRAGMA secure_delete=ON").fetchall()
        writer.execute("INSERT INTO meta (key, value) VALUES ('of a person', ?)", (NAME * 300,))
        writer.execute("DELETE FROM meta WHERE key = 'of a person'")
        killed = tmp_path / "killed"
        killed.mkdir()
        for file in path.parent.glob(f"{path.name}*"):
            (killed / file.name).write_bytes(file.read_bytes())
    assert found_in(killed, [NAME])
    store = await Store.open(f"sqlite+aiosqlite:///{killed / path.name}", clock, metadata())
    await emptied(killed / path.name)
    assert found_in(killed, [NAME]) == set()
    await store.close()


async def test_pages_that_become_free_are_zeros(sqlite_database: Database, clock: ManualClock) -> None:
    path = sqlite_database.path
    assert path is not None
    store = await Store.open(sqlite_database.url, clock, metadata())
    await store.write(lambda tx: [meta.put(tx, f"key {number}", NAME * 1000) for number in range(20)])
    assert found_in(path.parent, [NAME])
    await store.write(lambda tx: [meta.put(tx, f"key {number}", "") for number in range(20)])
    await store.write(lambda tx: tx.erased())
    await emptied(path)
    assert found_in(path.parent, [NAME]) == set()
    await store.close()
