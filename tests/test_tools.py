"""The tests' own tools."""

import json

import pytest

from tests.bench.__main__ import main, registry
from tests.bench.figures import at_most, percentile, ratio_at_least, ratio_at_most
from tests.clock import ManualClock
from tests.tools import require


def test_an_absent_tool_skips_or_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    require(True, "never said")
    monkeypatch.delenv("MUSTER_NO_SKIP", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no hammer"):
        require(None, "no hammer")
    monkeypatch.setenv("MUSTER_NO_SKIP", "1")
    with pytest.raises(pytest.fail.Exception, match="no hammer"):
        require("", "no hammer")


def test_the_clock_stands_at_noon_on_a_sunday() -> None:
    """Tests of calls count their days from it."""
    now = ManualClock().now()
    assert (now.date().isoformat(), f"{now:%A %H:%M %Z}") == ("2026-03-01", "Sunday 12:00 UTC")


def test_a_figure_is_a_line_of_json() -> None:
    assert json.loads(ratio_at_least("writes", 1200.0, "commands/s", 100.0, 12).line()) == {
        "name": "writes",
        "value": 1200.0,
        "unit": "commands/s",
        "baseline": 100.0,
        "ratio": 12.0,
        "goal": "ratio >= 12",
        "met": True,
    }


def test_goals_have_a_direction() -> None:
    assert not ratio_at_least("f", 11.0, "1/s", 1.0, 12).met
    assert ratio_at_most("f", 1.3, "s", 1.0, 1.3).met
    assert not ratio_at_most("f", 1.4, "s", 1.0, 1.3).met
    assert at_most("f", 50.0, "ms", 50).met
    assert not at_most("f", 51.0, "ms", 50).met


def test_percentiles() -> None:
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert percentile(list(map(float, range(100))), 99) == 98.0
    assert percentile([5.0], 99) == 5.0


def test_benches_are_found_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert "writes" in registry()
    assert main("nonsense") == 2
    assert "writes" in capsys.readouterr().err
