from tests.adapters.telegram.conftest import House


async def test_help(muster: House) -> None:
    alice = muster.emu.user("Alice")
    answer = await alice.says("/help")
    assert "What you can do here" in answer.text
