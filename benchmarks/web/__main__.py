"""`python -m benchmarks.web`: bytes and times of the first load and of a later navigation; about two minutes.

It starts a hub of its own with the starter catalogue and the built pages (`make web`), and opens them in
Chromium on a throttled line with a processor four times slower.
"""

import asyncio
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from playwright.async_api import Browser, Page, async_playwright
from tests.support.browser import FLAGS, find_chromium

from benchmarks.hub import machine
from benchmarks.hub.load import replace_section
from benchmarks.hub.process import HubProcess

ROUNDS = 5
SLOWDOWN = 4
ROOT = Path(__file__).parents[2]
# The profiles of Chromium's developer tools: round trip in ms, bytes a second down and up.
LINES = {
    "fast 3G": {"latency": 562.5, "downloadThroughput": 180_000, "uploadThroughput": 84_375},
    "slow 4G": {"latency": 150.0, "downloadThroughput": 204_800, "uploadThroughput": 96_000},
    "no throttling": {"latency": 0.0, "downloadThroughput": -1, "uploadThroughput": -1},
}
# The page itself notes when something was there to see: asking it from outside takes its time.
_NOTE_CARDS = """new MutationObserver((_, watch) => {
    if (!document.querySelector('article')) return;
    requestAnimationFrame(() => { window.cardsAt = performance.now() });
    watch.disconnect();
}).observe(document, {childList: true, subtree: true})"""
_SIGHTS = """() => new Promise(tell => {
    const [first] = performance.getEntriesByName('first-contentful-paint');
    new PerformanceObserver(list => tell({
        'first words (FCP)': first.startTime,
        'largest part (LCP)': list.getEntries().at(-1).startTime,
        'the cards of the catalogue': window.cardsAt,
    })).observe({type: 'largest-contentful-paint', buffered: true});
})"""
_GO = "to => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')) }"
PACKAGE = "/workflows/blok/csv-to-json"


@dataclass
class Visit:
    """What one visit took: seconds to each sight, and the bytes that came over the line by kind."""

    seconds: dict[str, float] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)


def main() -> None:
    """Measure everything, print the section and keep it."""
    with tempfile.TemporaryDirectory() as folder:
        hub = HubProcess(Path(folder) / "home")
        hub.environment["BLOK_STARTER"] = "true"
        hub.start()
        try:
            _wait_for_catalogue(hub.url)
            visits = asyncio.run(_measure(hub.url))
        finally:
            hub.stop()
    section = _section(visits, _draw_time())
    print(section)
    replace_section(ROOT / "BENCHMARKS.md", "web", section)


def _wait_for_catalogue(url: str) -> None:
    for _ in range(240):
        if httpx.get(f"{url}/api/search", params={"q": "csv"}).json()["total"] > 1:
            found = httpx.get(f"{url}/api/search").json()["total"]
            time.sleep(2)
            if httpx.get(f"{url}/api/search").json()["total"] == found:
                return
        time.sleep(0.5)
    raise RuntimeError("the starter catalogue did not come")


async def _measure(url: str) -> dict[str, list[Visit]]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(find_chromium()), args=list(FLAGS))
        try:
            return {line: [await _visit(browser, url, line) for _ in range(ROUNDS)] for line in LINES}
        finally:
            await browser.close()


async def _visit(browser: Browser, url: str, line: str) -> Visit:
    """A visitor with an empty cache opens the home page, then a package."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    visit = Visit()
    session = await _throttle(page, line, visit)
    await page.add_init_script(_NOTE_CARDS)
    await page.goto(url, wait_until="commit")
    await page.locator("article").first.wait_for()
    visit.bytes["JavaScript before the canvas"] = visit.bytes.get("Script", 0)
    visit.bytes["everything before the canvas"] = sum(
        visit.bytes.get(kind, 0) for kind in ("Document", "Script", "Stylesheet", "Font", "Fetch", "Image")
    )
    await page.wait_for_load_state("networkidle")
    sights = await page.evaluate(_SIGHTS)
    visit.seconds |= {f"first load: {name}": value / 1000 for name, value in sights.items()}
    for name, address, sight in (
        ("later: the list of workflows", "/workflows", "main h1"),
        ("later: a package with its canvas", PACKAGE, "[data-key]"),
    ):
        began = time.perf_counter()
        await page.evaluate(_GO, address)
        await page.locator(sight).first.wait_for()
        visit.seconds[name] = time.perf_counter() - began
        await page.wait_for_load_state("networkidle")
    await session.detach()
    await context.close()
    return visit


async def _throttle(page: Page, line: str, visit: Visit) -> Any:
    session = await page.context.new_cdp_session(page)
    kinds: dict[str, str] = {}

    def answered(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def loaded(event: dict[str, Any]) -> None:
        kind = kinds.get(event["requestId"], "Other")
        visit.bytes[kind] = visit.bytes.get(kind, 0) + int(event["encodedDataLength"])

    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", loaded)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", {"offline": False, **LINES[line]})
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    return session


def _draw_time() -> str:
    """What the canvas says of drawing two hundred steps, without throttling."""
    command = ["sh", "scripts/web", "run", "--silent", "bench:draw", "-w", "@blok/canvas"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=180)
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "it could not be drawn"


def _section(visits: dict[str, list[Visit]], drawn: str) -> str:
    some = visits["fast 3G"]
    rows = [
        "## The pages",
        "",
        f"`python -m benchmarks.web` on {datetime.now(UTC):%Y-%m-%d}: the built pages in headless Chromium, "
        f"empty cache, processor slowed down {SLOWDOWN} times, medians of {ROUNDS} visits. {machine.facts()}",
        "",
        f"| seconds until … | {' | '.join(visits)} |",
        f"|---|{'---|' * len(visits)}",
    ]
    for name in some[0].seconds:
        figures = [f"{median(visit.seconds[name] for visit in those):.2f}" for those in visits.values()]
        rows.append(f"| {name} | {' | '.join(figures)} |")
    rows += ["", "| over the line, compressed | kB |", "|---|---|"]
    for name in ("JavaScript before the canvas", "everything before the canvas"):
        rows.append(f"| {name} | {median(visit.bytes[name] for visit in some) / 1000:.0f} |")
    rows += ["", f"The canvas alone, without throttling: {drawn}"]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
