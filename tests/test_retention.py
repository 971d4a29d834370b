"""What is thrown away, and when."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot import membership, retention
from bot.areas.conversations import services as conversations
from bot.areas.conversations.tables import dialogues, tokens
from bot.areas.delivery import services as delivery
from bot.areas.delivery.storage import outbox as outbox_storage
from bot.areas.delivery.tables import outbox as outbox_table
from bot.areas.expulsions.services import expulsions
from bot.areas.files import services as files
from bot.areas.invites import services as invites
from bot.areas.invites.tables import invites as invites_table
from bot.areas.joinings.domain import LASTS, SLOW_LASTS, WARNED_AFTER, Joining, Way
from bot.areas.joinings.services import codes
from bot.areas.joinings.storage import joinings as joinings_storage
from bot.areas.joinings.tables import joining_codes
from bot.areas.members.services import members
from bot.areas.spaces import services as spaces
from bot.areas.spaces import storage as spaces_storage
from bot.areas.spaces.domain import Spot
from bot.areas.spaces.services import CODE_LASTS
from bot.areas.spaces.tables import space_codes as space_codes_table
from bot.areas.spaces.tables import space_requests
from bot.areas.traces import services as traces
from bot.areas.tree.services import support
from bot.areas.wallets.domain.claims import Claim
from bot.areas.wallets.domain.links import LIFETIME
from bot.areas.wallets.services import links, wallets
from bot.areas.wallets.storage import claims as claims_storage
from bot.areas.wallets.tables import tickets
from bot.domain.messages import NewMessage
from bot.domain.people import Member, Person, Union
from bot.domain.photos import Photo
from bot.domain.tokens import NewToken
from bot.domain.transaction import Tx
from bot.errors import NotAllowed
from bot.membership import LINKING
from bot.storage import erasures, meta
from bot.storage.statements import Statement
from bot.storage.store import Store
from tests.clock import ManualClock

EXPIRING = (tokens, dialogues, tickets, joining_codes, space_codes_table, space_requests, invites_table)
SPOT = Spot("words", "lake", "Lake", "lake", None)
TOKEN = NewToken(None, "button", "/me", "{}", "words:ada", None, False, 900)
MESSAGES = Statement(select(outbox_table.c.state).order_by(outbox_table.c.id))
CODES = Statement(select(func.count()).select_from(space_codes_table))


def messages(tx: Tx) -> list[str]:
    return [row.state for row in tx.all(MESSAGES)]


def post_three(tx: Tx) -> None:
    """One is sent, one given up, one waits for its platform."""
    for _ in range(3):
        outbox_storage.add(tx, NewMessage("words", None, "{}", b"{}", "bo"))
    (sent,) = delivery.take(tx, "words", 0, 0, 2)
    delivery.finish(tx, sent, "1", tx.now)
    (parked,) = delivery.take(tx, "words", 0, 0, 2)
    delivery.park(tx, parked, "blocked", "message")


HALF_HOUR, DAY = timedelta(minutes=30), timedelta(days=1)
HELD = "0x" + "1" * 40


async def is_new(store: Store, act: str) -> bool:
    """Whether an act would be done now, as one that was never seen."""

    def claimed(tx: Tx) -> bool:
        ours, _ = conversations.claim(tx, act, "words:bo")
        if ours:
            raise LookupError  # undoes the claim
        return False

    try:
        return await store.write(claimed)
    except LookupError:
        return True


async def runs(store: Store, clock: ManualClock, hours: float) -> None:
    """Muster runs for some hours by a right clock, and prunes each half an hour."""
    for _ in range(int(hours * 2)):
        await store.write(retention.prune)
        clock.advance(HALF_HOUR)
    await store.write(retention.prune)


async def test_messages_given_up_are_forgotten_like_those_sent(store: Store, clock: ManualClock) -> None:
    await store.write(post_three)
    clock.advance(retention.KEEP_SENT - timedelta(hours=30))
    await runs(store, clock, 29.5)
    await store.write(retention.prune_messages)
    assert await store.read(messages) == ["sent", "parked", "due"]
    await runs(store, clock, 2)
    await store.write(retention.prune_messages)
    assert await store.read(messages) == ["due"]


async def test_a_new_union_has_no_years_of_past_values_to_go_through(
    store: Store, clock: ManualClock
) -> None:
    """What has surely passed is 1970 in the first day of a database."""
    rounds = []
    for _ in range(60):
        await runs(store, clock, 0.5)
        rounds.append(await store.write(support.prune, 100))
    assert not any(rounds)


async def test_codes_of_spaces_are_forgotten_after_their_end(store: Store, clock: ManualClock) -> None:
    union, member = await founded(store)
    ends = clock.now() + timedelta(hours=24)
    await store.write(spaces_storage.add_code, b"hash", union.id, member.id, ends)
    for hours, left in ((47.5, 1), (2, 0)):
        await runs(store, clock, hours)
        assert await store.read(lambda tx: tx.value(CODES)) == left


async def founded(store: Store) -> tuple[Union, Member]:
    founder = membership.Founder("words", "ada", "Ada", None)
    union, member, _ = await store.write(membership.found, "Farm", "Grow", "UTC", founder, "space", "Farm")
    return union, member


async def test_an_act_is_known_for_25_hours_of_running(store: Store, clock: ManualClock) -> None:
    await runs(store, clock, 2)
    await store.write(conversations.claim, "act", "words:bo")
    await runs(store, clock, 25)
    assert not await is_new(store, "act")
    await runs(store, clock, 1)
    assert await is_new(store, "act")


@pytest.mark.parametrize("jump", [timedelta(hours=26), timedelta(days=400), -timedelta(days=400)])
async def test_a_clock_that_jumps_makes_no_old_act_new(
    store: Store, clock: ManualClock, jump: timedelta
) -> None:
    """Attack: set the clock forward, and have the platform deliver an act again."""
    await runs(store, clock, 30)
    await store.write(conversations.claim, "act", "words:bo")
    clock.advance(jump)
    await runs(store, clock, 20)
    assert not await is_new(store, "act")
    clock.advance(-jump)  # it is put right
    await store.write(conversations.claim, "later", "words:bo")
    await runs(store, clock, 4)
    assert not await is_new(store, "act")
    assert not await is_new(store, "later")
    await runs(store, clock, 50 if jump > timedelta() else 30)
    assert await is_new(store, "act")


@pytest.mark.parametrize("restarts", [1, 60])
async def test_restarts_while_the_clock_is_wrong_change_nothing(
    store: Store, clock: ManualClock, restarts: int
) -> None:
    await runs(store, clock, 30)
    await store.write(conversations.claim, "act", "words:bo")
    clock.advance(timedelta(days=400))
    for _ in range(restarts):  # each start prunes
        await store.write(retention.prune)
        clock.advance(timedelta(seconds=5))
    assert not await is_new(store, "act")


async def test_an_act_that_waits_for_its_answer_outlasts_a_jump(store: Store, clock: ManualClock) -> None:
    await runs(store, clock, 30)
    await store.write(conversations.receive, "act", "words:bo", b"payload")
    clock.advance(timedelta(days=2))
    await store.write(retention.prune)
    assert await store.read(conversations.unfinished) == [("act", b"payload")]


async def test_what_protects_others_is_back_when_the_clock_is_put_right(
    store: Store, clock: ManualClock
) -> None:
    """Attack: an expulsion, a wait and a limit end by a wrong clock, and are erased."""
    founder = membership.Founder("words", "ada", "Ada", None)
    union, ada, _ = await store.write(membership.found, "Farm", "Grow", "UTC", founder, "space", "Farm")
    await runs(store, clock, 30)

    def expelled(tx: Tx) -> None:
        bo = Person("Bo", "words", "bo")
        membership.expel(tx, union, ada, bo, tx.now + timedelta(days=30), "Spam")

    await store.write(expelled)
    account = [("words", "bo")]
    await store.write(traces.count_use, account, "knock", 1, 3600)
    clock.advance(timedelta(days=400))
    await store.write(retention.prune)
    assert await store.read(expulsions.refusal, union, "words", "bo") is None
    clock.advance(-timedelta(days=400))
    await store.write(retention.prune)
    assert "another 30 days" in (await store.read(expulsions.refusal, union, "words", "bo") or "")
    assert await store.read(traces.use_wait_s, account, "knock", 1, 3600) == 3600


async def issued(store: Store, union: Union, ada: Member) -> None:
    """One row in each table whose rows expire, but for invites."""
    account = (await store.read(members.accounts_of, ada.id))[0]
    await store.write(spaces.invite, union, ada)
    await store.write(
        spaces_storage.add_request, union.id, SPOT, await store.read(lambda tx: tx.now + CODE_LASTS)
    )
    await store.write(links.open_ticket, account)
    await store.write(codes.make, union, account)
    await store.write(conversations.keep_token, TOKEN)
    await store.write(conversations.keep_dialogue, "words", "chat", "ada", "{}", 900)


def expiries(tx: Tx) -> dict[str, list[datetime]]:
    """When the rows of each table expire."""
    found = {
        one.name: [row.expires_at for row in tx.all(Statement(select(one.c.expires_at)))] for one in EXPIRING
    }
    assert all(found.values())
    return found


@pytest.mark.parametrize("jump", [timedelta(hours=30), timedelta(days=400), timedelta(days=4000)])
async def test_a_clock_that_jumps_ahead_erases_nothing(
    store: Store, clock: ManualClock, jump: timedelta
) -> None:
    """It erased messages, tickets, codes and pictures, which were missing when it was put right."""
    union, ada = await founded(store)
    await runs(store, clock, 30)
    await issued(store, union, ada)
    await store.write(invites.own, union, ada)
    await store.write(post_three)
    shown = await store.write(files.keep_shown, "words:ada", b"picture")
    proof = await store.write(files.keep, union, ada, Photo(b"", "image/png", 1, 1))
    before = await store.read(expiries)
    assert not await store.write(support.prune, 1000)
    thinned = await store.read(meta.get, "support days thinned")
    clock.advance(jump)
    for _ in range(60):  # each start prunes
        await store.write(retention.prune)
        await store.write(retention.prune_messages)
        assert not await store.write(support.prune, 1000)
        clock.advance(timedelta(seconds=5))
    assert await store.read(meta.get, "support days thinned") == thinned
    clock.advance(-jump)
    await store.write(retention.prune)
    assert await store.read(expiries) == before
    assert await store.read(messages) == ["sent", "parked", "due"]
    assert await store.read(files.shown, None, shown) == b"picture"
    assert await store.read(files.picture, union, proof) is not None


@pytest.mark.parametrize("hours", [0, 2, 20])
async def test_what_was_issued_while_the_clock_was_ahead_lasts_no_longer(
    store: Store, clock: ManualClock, hours: int
) -> None:
    """Attack: a code that is made while the clock is ahead works for years."""
    union, ada = await founded(store)
    await runs(store, clock, 30)
    clock.advance(timedelta(days=4000))
    await issued(store, union, ada)
    await store.write(invites.own, union, ada)
    await runs(store, clock, hours)
    clock.advance(-timedelta(days=4000))
    rounds = 0
    await store.write(retention.prune)
    while max((await store.read(expiries))["tickets"]) > clock.now() + LIFETIME:
        clock.advance(HALF_HOUR)
        await store.write(retention.prune)
        rounds += 1
    assert rounds <= 53  # a day and an hour, so that it is believed
    assert (rounds == 0) == (hours == 0)
    left = {name: max(moments) - clock.now() for name, moments in (await store.read(expiries)).items()}
    assert left == {
        "tokens": timedelta(minutes=15),
        "dialogues": conversations.LONGEST_DIALOGUE,
        "tickets": LIFETIME,
        "joining_codes": timedelta(minutes=10),
        "space_codes": CODE_LASTS,
        "space_requests": CODE_LASTS,
        "invites": invites.LASTS,
    }


async def put_right(store: Store, clock: ManualClock, ahead: timedelta) -> None:
    """The clock was ahead for a moment, and is right again."""
    clock.advance(-ahead)
    await runs(store, clock, 2)


async def test_questions_and_claims_from_a_clock_that_was_ahead_go_on_in_time(
    store: Store, clock: ManualClock
) -> None:
    """They waited for years: nobody could answer them, and nobody was told."""
    union, ada = await founded(store)
    ahead = timedelta(days=4000)
    await runs(store, clock, 30)
    people = [
        await store.write(membership.join, union, "words", name, name, None) for name in ("bo", "cy", "di")
    ]
    (bo, bos), (cy, cys), (di, dis) = people
    (adas,) = await store.read(members.accounts_of, ada.id)
    clock.advance(ahead)

    def made(tx: Tx) -> tuple[int, int, int]:
        sides = (tx, union.id, Way.CODE, (bo.id, bos.id), (cy.id, cys.id), None, tx.now + LASTS)
        slow = (tx, union.id, Way.SLOW, (di.id, dis.id), (ada.id, None), None, tx.now + SLOW_LASTS)
        question = joinings_storage.add(*sides)
        way = joinings_storage.add(*slow, due_at=tx.now + WARNED_AFTER[2], warned=2)
        wallets.give(tx, cy, HELD, "eoa", LINKING.holding_changed)
        return (
            question.id,
            way.id,
            claims_storage.add(tx, union.id, HELD, bos.id, tx.now + 3 * DAY, tx.now + DAY).id,
        )

    question, way, claim = await store.write(made)
    assert adas.member_id == ada.id
    await put_right(store, clock, ahead)

    def left(tx: Tx) -> tuple[Joining | None, Joining | None, Claim | None]:
        return (
            joinings_storage.by_id(tx, question),
            joinings_storage.by_id(tx, way),
            claims_storage.by_id(tx, claim),
        )

    asked, slow, claimed = await store.read(left)
    assert asked is not None
    assert slow is not None
    assert claimed is not None
    now = clock.now()
    assert now < asked.expires_at == asked.due_at <= now + LASTS
    assert now < slow.due_at <= now + 3 * DAY
    assert slow.expires_at == slow.due_at + DAY
    assert claimed.opened_at <= now < claimed.next_at <= now + DAY
    assert claimed.moves_at == claimed.opened_at + 3 * DAY


async def test_the_last_search_for_a_name_is_not_made_early_or_years_late(
    store: Store, clock: ManualClock
) -> None:
    """Attack: with a clock that jumps, an answer that is still on its way keeps the name."""
    await runs(store, clock, 30)
    await store.write(erasures.note, 1, ["Bo"], ("words", "bo"))
    clock.advance(timedelta(days=2))
    await store.write(retention.prune)
    assert [last for _, last in await store.read(erasures.waiting, 9)] == [False]
    await store.write(erasures.note, 1, ["Cy"], ("words", "cy"))
    clock.advance(-timedelta(days=2))
    await runs(store, clock, 0.5)
    await store.write(erasures.searched, 1)
    await store.write(erasures.searched, 2)
    await runs(store, clock, 1)
    assert [last for _, last in await store.read(erasures.waiting, 9)] == [True, True]


async def test_a_clock_that_is_ahead_erases_no_codes_that_count_for_the_limit(
    store: Store, clock: ManualClock
) -> None:
    union, ada = await founded(store)
    await runs(store, clock, 30)
    code = (await store.write(invites.own, union, ada)).code
    for _ in range(invites.MOST_MADE - 1):
        code = (await store.write(invites.renew, union, ada, code)).code
    clock.advance(DAY * 2)
    code = (await store.write(invites.renew, union, ada, code)).code
    clock.advance(-DAY * 2)
    with pytest.raises(NotAllowed, match="which is the limit"):
        await store.write(invites.renew, union, ada, code)


async def test_a_clock_that_is_behind_for_a_while_ends_nothing(store: Store, clock: ManualClock) -> None:
    union, ada = await founded(store)
    await runs(store, clock, 30)
    await issued(store, union, ada)
    await store.write(invites.own, union, ada)
    before = await store.read(expiries)
    clock.advance(-timedelta(days=4000))
    await runs(store, clock, 3)
    clock.advance(timedelta(days=4000) - timedelta(hours=3))
    await store.write(retention.prune)
    assert await store.read(expiries) == before
