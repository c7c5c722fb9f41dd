"""Each module of the web can be missing or broken, and each service can be away: the rest goes on."""

import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect
from tests.support.apart import ApartHub
from tests.support.browser import Visitor
from tests.support.hub import Hub, eventually, greeting

from blokhub.engines import EngineUrls

pytestmark = pytest.mark.asyncio(loop_scope="session")
Open = Callable[..., Awaitable[Visitor]]
MODULES = ("discovery", "editor", "profile", "gallery")


@pytest.fixture(scope="module")
def folder(web: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The web that the hub of this module serves."""
    return tmp_path_factory.mktemp("modules") / "dist"


@pytest.fixture(scope="module")
def empty_hub(engines: EngineUrls, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub without a catalogue, on a web that tests take parts from."""
    home = tmp_path_factory.mktemp("empty")
    running = Hub(engines, home, database="modules", BLOK_WEB=str(folder)).start()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def whole(web: Path, folder: Path) -> None:
    """Every test begins with a whole web."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(web, folder)


def remove(folder: Path, *modules: str) -> None:
    for module in modules:
        shutil.rmtree(folder / "modules" / module)


async def test_without_discovery_its_pages_say_so_and_the_others_work(
    empty_hub: Hub, open_site: Open, folder: Path
) -> None:
    remove(folder, "discovery")
    visitor = await open_site(empty_hub)
    visitor.watch.allow("/modules/discovery/")
    page = await visitor.open("/")
    await expect(page.get_by_role("alert")).to_contain_text("Discover cannot be shown right now")
    await page.get_by_role("link", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await page.get_by_role("link", name="Nodes").first.click()
    await expect(page.get_by_role("alert")).to_contain_text("Discover cannot be shown right now")


async def test_without_profile_its_pages_say_so_and_the_others_work(
    empty_hub: Hub, open_site: Open, folder: Path
) -> None:
    remove(folder, "profile")
    visitor = await open_site(empty_hub)
    visitor.watch.allow("/modules/profile/")
    page = await visitor.open("/login")
    await expect(page.get_by_role("alert")).to_contain_text("Profiles cannot be shown right now")
    await page.get_by_role("link", name="Nodes").first.click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Nodes")


async def test_the_shell_is_there_without_any_module(empty_hub: Hub, open_site: Open, folder: Path) -> None:
    remove(folder, *MODULES)
    visitor = await open_site(empty_hub)
    visitor.watch.allow("/modules/")
    for path in ("/", "/login", "/workflows/create"):
        page = await visitor.open(path)
        await expect(page.get_by_role("alert")).to_contain_text("cannot be shown right now")
        await expect(page.get_by_role("searchbox")).to_be_visible()
        await expect(page.get_by_role("navigation", name="Main", exact=True)).to_be_visible()


async def test_a_module_that_throws_can_be_tried_again(empty_hub: Hub, open_site: Open, folder: Path) -> None:
    visitor = await open_site(empty_hub)
    visitor.watch.allow("out of order")
    await visitor.page.route(
        "**/modules/profile/profile-*.js",
        lambda route: route.fulfill(
            content_type="text/javascript",
            body="export default function Broken() { throw new Error('out of order'); }",
        ),
    )
    page = await visitor.open("/login")
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("Profiles cannot be shown right now")
    await expect(alert.get_by_role("button", name="Try again")).to_be_enabled()
    await page.get_by_role("link", name="Nodes").first.click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Nodes")


async def test_a_module_that_comes_back_is_shown_when_tried_again(
    empty_hub: Hub, open_site: Open, web: Path, folder: Path
) -> None:
    remove(folder, "profile")
    visitor = await open_site(empty_hub)
    visitor.watch.allow("/modules/profile/")
    page = await visitor.open("/login")
    await page.get_by_role("alert").wait_for()
    shutil.copytree(web / "modules/profile", folder / "modules/profile")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_signing_in_is_seen_by_every_module(empty_hub: Hub, open_site: Open, name: str) -> None:
    person = empty_hub.newcomer(name)
    visitor = await open_site(empty_hub)
    await visitor.sign_in(person.handle)
    page = await visitor.open("/dashboard")
    await page.get_by_role("link", name="New workflow").first.click()
    await page.get_by_role("button", name="Begin with a small one").click()
    await expect(page.get_by_text(f"Its address will be {name}/greeting.")).to_be_visible()


async def test_a_page_shows_what_there_is_while_a_service_is_away(
    engines: EngineUrls, open_site: Open, web: Path, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    home = tmp_path_factory.mktemp("apart")
    hub = ApartHub(engines, home, "degraded", {}, BLOK_WEB=str(web)).start_all()
    try:
        person = hub.newcomer(name)
        person.create("greeting")
        person.publish("greeting", "1.0.0", greeting())
        hub.parts["users"][0].kill()
        visitor = await open_site(hub)
        visitor.watch.allow("answer: 503")
        page = await visitor.open(f"/workflows/{name}/greeting")
        await expect(page.get_by_role("heading", name="greeting")).to_be_visible()
        missing = page.get_by_role("status").filter(has_text="Part of this page is missing")
        await expect(missing).to_contain_text("users")
        hub.parts["users"][0].start()
        eventually(lambda: hub.client().get(f"/api/users/{name}").status_code == 200, 20)
        await page.reload()
        await expect(page.get_by_role("heading", name="greeting")).to_be_visible()
        await expect(missing).to_have_count(0)
    finally:
        hub.stop_all()
