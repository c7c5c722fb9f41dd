"""What the tests with a browser share: one hub with the starter catalogue, one Chromium."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect
from tests.support.browser import (
    FLAGS,
    Visitor,
    build_web,
    catalogue_is_there,
    find_chromium,
    open_browser,
)
from tests.support.hub import Hub, Person, eventually

from blokhub.apps.starter import catalogue
from blokhub.engines import EngineUrls

Open = Callable[..., Awaitable[Visitor]]
_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Remember for the fixtures whether the test failed."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built web, in a copy that no later build changes under the hub."""
    return shutil.copytree(build_web(), tmp_path_factory.mktemp("web") / "dist")


@pytest.fixture(scope="session")
def site(engines: EngineUrls, web: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub with the pages and the whole starter catalogue."""
    home = tmp_path_factory.mktemp("site")
    running = Hub(engines, home, database="site", BLOK_STARTER="true", BLOK_WEB=str(web)).start()
    try:
        eventually(lambda: catalogue_is_there(running, len(list(catalogue()))), seconds=120)
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def ann(site: Hub) -> Person:
    """Someone with an account, for tests that need not begin without one."""
    return site.newcomer("ann")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A Chromium that all tests share."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        expect.set_options(timeout=10_000)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_site(
    browser: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Callable[..., Awaitable[Visitor]]]:
    """Opens fresh profiles at a hub. The test fails when anything went wrong in one that it did not allow."""
    visitors: list[Visitor] = []

    async def opened(hub: Hub, *arguments: Any, **options: Any) -> Visitor:
        visitors.append(await open_browser(browser, hub.url, *arguments, **options))
        return visitors[-1]

    yield opened
    wrong = [each for visitor in visitors for each in visitor.watch.unexpected]
    if wrong or request.node.stash.get(_FAILED, False):
        pages = [page for visitor in visitors for page in visitor.context.pages]
        for number, page in enumerate(pages):
            await _picture(page, tmp_path / f"window-{number}.png")
    for visitor in visitors:
        await visitor.context.close()
    assert not wrong, "in the browser went wrong:\n" + "\n".join(wrong)


async def _picture(page: Page, path: Path) -> None:
    await page.screenshot(path=path)
    path.with_suffix(".txt").write_text(page.url)
    print(f"{page.url} as it was: {path}")  # noqa: T201


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(site: Hub, open_site: Open) -> Visitor:
    """Someone without an account, at a desk."""
    return await open_site(site)


@pytest_asyncio.fixture(loop_scope="session")
async def member(site: Hub, open_site: Open, ann: Person) -> Visitor:
    """Ann, signed in, at a desk."""
    found = await open_site(site)
    await found.sign_in(ann.handle)
    return found
