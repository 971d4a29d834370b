"""Statements: compiled once, run on the driver's cursor, the same on every database."""

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.schema import CreateTable

from bot.areas.conversations.tables import tokens as tokens_table
from bot.domain.transaction import Tx
from bot.storage.meta import meta
from bot.storage.statements import Statement, insert
from bot.storage.store import Store
from tests.clock import START

ADD = Statement(
    insert(tokens_table)
    .values(
        token=bindparam("token"),
        kind="button",
        action=bindparam("action"),
        arguments="{}",
        single_use=bindparam("single_use"),
        expires_at=bindparam("expires_at"),
    )
    .on_conflict_do_nothing(index_elements=["token"])
    .returning(tokens_table.c.token, tokens_table.c.single_use, tokens_table.c.expires_at)
)
KEEP = Statement(
    insert(meta)
    .values(key=bindparam("key"), value=bindparam("value"))
    .on_conflict_do_update(index_elements=["key"], set_={"value": meta.c.value + bindparam("more")})
)
CLAIM = Statement(
    update(tokens_table)
    .where(tokens_table.c.token == bindparam("which"), tokens_table.c.used_at.is_(None))
    .values(used_at=bindparam("now"))
    .returning(tokens_table.c.action, tokens_table.c.used_at, tokens_table.c.union_id)
)
AMONG = Statement(
    select(tokens_table.c.token, tokens_table.c.single_use.label("once"))
    .where(
        tokens_table.c.token.in_(bindparam("names", expanding=True)),
        tokens_table.c.kind.in_(["button", "form"]),
        tokens_table.c.expires_at > bindparam("now"),
        tokens_table.c.expires_at.in_(bindparam("moments", expanding=True)),
    )
    .order_by(tokens_table.c.token)
    .limit(bindparam("most"))
)
SUMMARY = Statement(
    select(func.count(), func.max(tokens_table.c.expires_at).label("last"), func.min(tokens_table.c.token))
    .where(tokens_table.c.kind == "button")
    .limit(1)
)


def add(tx: Tx, token: str, single_use: bool = False) -> object:
    return tx.one(ADD, token=token, action="go", single_use=single_use, expires_at=START + timedelta(days=1))


async def test_rows_are_named_and_typed(store: Store) -> None:
    row = await store.write(add, "a", True)
    assert row == ("a", True, START + timedelta(days=1))
    assert row.single_use is True
    assert row._fields == ("token", "single_use", "expires_at")


async def test_on_conflict_is_the_same_on_both(store: Store) -> None:
    assert await store.write(add, "a") is not None
    assert await store.write(add, "a") is None
    for _ in range(2):
        await store.write(lambda tx: tx.run(KEEP, key="k", value="1", more="+"))
    assert await store.read(lambda tx: tx.value(Statement(select(meta.c.value)))) == "1+"


async def test_update_returning_claims_once(store: Store) -> None:
    await store.write(add, "a")

    def claim(tx: Tx) -> object:
        return tx.one(CLAIM, which="a", now=tx.now)

    assert await store.write(claim) == ("go", START, None)
    assert await store.write(claim) is None


async def test_lists_limits_and_labels(store: Store) -> None:
    for token in "abcd":
        await store.write(add, token, token == "b")

    def among(tx: Tx, names: list[str], most: int = 9) -> list[tuple[str, bool]]:
        return tx.all(AMONG, names=names, now=tx.now, most=most, moments=[START + timedelta(days=1)])

    assert await store.read(among, ["d", "b", "x"]) == [("b", True), ("d", False)]
    assert (await store.read(among, ["b", "a"], most=1))[0].once is False
    assert await store.read(among, []) == []
    row = await store.read(lambda tx: tx.one(SUMMARY))
    assert row == (4, START + timedelta(days=1), "a")
    assert (row.count, row.last, row.min) == row


async def test_nothing_found(store: Store) -> None:
    def look(tx: Tx) -> tuple[object, ...]:
        given = {"names": ["x"], "now": tx.now, "most": 1, "moments": [tx.now]}
        return tx.all(AMONG, **given), tx.one(AMONG, **given), tx.value(AMONG, **given)

    assert await store.read(look) == ([], None, None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"key": "k"}, "missing: more, value; unknown: none"),
        ({"key": "k", "value": "", "more": "", "keys": ""}, "missing: none; unknown: keys"),
    ],
)
async def test_wrong_parameters_are_a_type_error(store: Store, given: dict[str, str], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        await store.write(lambda tx: tx.run(KEEP, **given))


async def test_columns_that_are_not_declared_are_an_error(store: Store) -> None:
    untyped = Statement(select(text("1, 2")))
    with pytest.raises(TypeError):
        await store.read(lambda tx: tx.all(untyped))


async def test_only_queries_and_changes_of_rows(store: Store) -> None:
    with pytest.raises(TypeError, match="CreateTable"):
        await store.read(lambda tx: tx.all(Statement(CreateTable(meta))))


async def test_rows_touched(store: Store) -> None:
    everything = Statement(update(tokens_table).values(action="gone"))
    await store.write(add, "a")
    await store.write(add, "b")
    assert await store.write(lambda tx: tx.run(everything)) == 2
