"""axe-core, which looks at a page as people with a screen reader or without a mouse meet it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.tools import require

SCRIPT = Path(__file__).parent / "node_modules/axe-core/axe.min.js"


async def violations(page: Page) -> list[str]:
    """Everything that axe finds wrong with what a page shows, by rule and element. Best practices count too."""
    require(SCRIPT.exists(), "no axe-core: run `npm ci` in tests/web/")
    await page.evaluate(SCRIPT.read_text("utf-8"))
    found: dict[str, Any] = await page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
