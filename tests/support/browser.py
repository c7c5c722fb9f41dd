"""A real Chromium, and a visitor who notices everything that goes wrong on a page."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect

from tests.support.hub import PASSWORD, Hub

ROOT = Path(__file__).parents[2]
DESKTOP = (1440, 900)
PHONE = (390, 844)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str:
    """The path of a Chromium; one is installed where there is none and that is possible."""
    chosen = os.environ.get("BLOK_CHROMIUM", "")
    if chosen:
        assert Path(chosen).exists(), f"BLOK_CHROMIUM={chosen} does not exist: name the file to start."
        return chosen
    found = _installed() or _from_debian() or _from_playwright()
    assert found, (
        "There is no Chromium, and none could be installed. Install one (`apt-get install chromium`, or "
        "`python -m playwright install chromium`), or name its file in BLOK_CHROMIUM."
    )
    return found


def _installed() -> str | None:
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    return _own_of_playwright()


def _own_of_playwright() -> str | None:
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "") or Path.home() / ".cache/ms-playwright")
    found = sorted(folder.glob("chromium-*/chrome-linux*/chrome"))
    return str(found[-1]) if found else None


def _from_debian() -> str | None:
    if os.getuid() != 0 or not shutil.which("apt-get"):
        return None
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", *arguments], env=quiet, check=False, capture_output=True)
    return shutil.which("chromium")


def _from_playwright() -> str | None:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    subprocess.run(command, check=False, capture_output=True)
    return _own_of_playwright()


class Watch:
    """Collects what goes wrong in a window: messages of the console, exceptions, requests that failed."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.wrong: list[str] = []
        self._origin = origin
        self._allowed: list[re.Pattern[str]] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self.wrong.append(f"exception: {error.error}"))
        context.on("response", self._response)
        context.on("requestfailed", self._failed)

    def allow(self, pattern: str) -> None:
        """Expect messages that `pattern` is found in, such as `404 /api/packages`."""
        self._allowed.append(re.compile(pattern))

    @property
    def unexpected(self) -> list[str]:
        """What went wrong and was not allowed."""
        return [each for each in self.wrong if not any(known.search(each) for known in self._allowed)]

    def _console(self, message: ConsoleMessage) -> None:
        # A refused request is told with its path by the response, here only that there was one.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.wrong.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.url.startswith(self._origin):
            self.wrong.append(f"answer: {response.status} {urlsplit(response.url).path}")

    def _failed(self, request: Request) -> None:
        # A page that is left takes its open requests with it.
        if request.url.startswith(self._origin) and request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"failed: {urlsplit(request.url).path} {request.failure}")


class Visitor:
    """A browser with a fresh profile; its first window is `page`."""

    def __init__(self, context: BrowserContext, page: Page, watch: Watch) -> None:
        self.context = context
        self.page = page
        self.watch = watch

    async def sign_in(self, handle: str) -> None:
        """Begin the session that the form to sign in would begin, before any page is open."""
        body = {"login": handle, "password": PASSWORD, "cookie": True}
        answer = await self.context.request.post("/api/auth/login", data=body)
        assert answer.ok, await answer.text()
        await self.page.goto("/icon.svg")
        await self.page.evaluate("localStorage.setItem('blok-signed-in', '1')")

    async def open(self, path: str) -> Page:
        """Open a page; what is on it may still be on its way."""
        await self.page.goto(path)
        return self.page


async def open_browser(
    browser: Browser, url: str, size: tuple[int, int] = DESKTOP, **options: Any
) -> Visitor:
    """A fresh profile at `url`; a narrow one is a phone."""
    phone = size[0] < 500
    context = await browser.new_context(
        base_url=url,
        viewport={"width": size[0], "height": size[1]},
        has_touch=phone,
        is_mobile=phone,
        **options,
    )
    context.set_default_timeout(10_000)
    watch = Watch(context, url)
    return Visitor(context, await context.new_page(), watch)


def build_web() -> Path:
    """The folder of the built web, which is built if it is missing or older than its sources."""
    done = subprocess.run(["sh", "scripts/web"], cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"the web cannot be built:\n{done.stdout}{done.stderr}"
    return ROOT / "web/dist"


def catalogue_is_there(hub: Hub, count: int) -> bool:
    """Whether the search finds `count` packages."""
    found = httpx.get(f"{hub.url}/api/search", params={"per_page": 1}, timeout=10)
    return found.status_code == 200 and found.json()["total"] >= count


async def settled(page: Page) -> None:
    """Wait until a page has everything that it asked for."""
    await page.wait_for_load_state("networkidle")
    await expect(page.locator("main [role=status][aria-busy=true]")).to_have_count(0)


async def write(page: Page, text: str) -> None:
    """Replace what is in the code editor."""
    await page.get_by_role("textbox", name="Definition of the workflow").click()
    await page.keyboard.press("Control+a")
    await page.keyboard.insert_text(text)


async def run_example(page: Page) -> None:
    """Press Run, and wait for the trace."""
    panel = page.get_by_role("region", name="Run it here")
    await panel.get_by_role("button", name=re.compile("^Run")).click()
    await panel.get_by_role("list", name="Trace").wait_for()
