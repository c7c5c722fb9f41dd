"""Every page by its address: reloaded, searched, empty, broken, and at every width."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import BrowserContext, Page, expect
from tests.support.browser import DESKTOP, PHONE, Visitor, run_example, settled
from tests.support.hub import PASSWORD, Hub, Person, greeting

pytestmark = pytest.mark.asyncio(loop_scope="session")
Open = Callable[..., Awaitable[Visitor]]
TABLET = (834, 1112)
PACKAGE = "/workflows/blok/csv-to-json"
PAGES = {
    "/": "Find it. Run it.",
    "/workflows": "results",
    PACKAGE: "csv-to-json",
    "/workflows/create": "Publish a workflow",
    "/nodes": "Nodes",
    "/nodes/@blokjs/expr": "@blokjs/expr",
    "/profile/blok": "Blok",
    "/login": "Sign in",
    "/register": "Sign up",
}
OWN_PAGES = {"/dashboard": "My packages", "/settings": "Settings"}
EVERY_PAGE = [*PAGES, "/there/is/no/such/page"]


class TestAddresses:
    @pytest.mark.parametrize("path", PAGES)
    async def test_a_page_is_the_same_after_it_was_opened_anew(self, visitor: Visitor, path: str) -> None:
        page = await visitor.open(path)
        await expect(page.get_by_role("heading", level=1)).to_contain_text(PAGES[path])
        await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_contain_text(PAGES[path])

    async def test_pages_of_members_are_there_after_they_were_opened_anew(self, member: Visitor) -> None:
        for path, title in OWN_PAGES.items():
            page = await member.open(path)
            await expect(page.get_by_role("heading", level=1)).to_contain_text(title)
            await page.reload()
            await expect(page.get_by_role("heading", level=1)).to_contain_text(title)

    @pytest.mark.parametrize("path", ["/ai", "/there/is/no/such/page"])
    async def test_an_unknown_address_says_so_and_leads_on(self, visitor: Visitor, path: str) -> None:
        page = await visitor.open(path)
        await expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
        await page.get_by_role("link", name="Discover workflows").click()
        await expect(page).to_have_url(re.compile("/workflows$"))

    async def test_a_package_that_is_not_there_says_so(self, visitor: Visitor) -> None:
        visitor.watch.allow("404 /api/pages/package/blok/nothing")
        page = await visitor.open("/workflows/blok/nothing")
        await expect(page.get_by_role("heading", name="There is no package blok/nothing")).to_be_visible()


class TestSearch:
    async def test_filters_order_and_words_stand_in_the_address(self, visitor: Visitor) -> None:
        page = await visitor.open("/workflows")
        await page.get_by_role("group", name="Category").get_by_label("Validation").check()
        await expect(page).to_have_url(re.compile("category=validation"))
        await page.get_by_label("Sort by").select_option("updated")
        await expect(page).to_have_url(re.compile("sort=updated"))
        await expect(page.get_by_role("list", name="Filters that are set")).to_contain_text("Validation")
        title = await page.get_by_role("heading", level=1).inner_text()
        await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_have_text(title)
        await expect(page.get_by_label("Sort by")).to_have_value("updated")
        await expect(page.get_by_role("group", name="Category").get_by_label("Validation")).to_be_checked()

    async def test_the_layout_is_remembered_in_this_browser(self, visitor: Visitor) -> None:
        page = await visitor.open("/workflows")
        await page.get_by_role("button", name="Show as a list").click()
        await page.reload()
        shown = page.get_by_role("button", name="Show as a list")
        await expect(shown).to_have_attribute("aria-pressed", "true")
        await expect(page).to_have_url(re.compile("/workflows$"))

    async def test_nothing_found_says_what_to_do(self, visitor: Visitor) -> None:
        page = await visitor.open("/workflows?q=xqzvwkjh&category=ai")
        await expect(page.get_by_role("heading", name="Nothing fits “xqzvwkjh”")).to_be_visible()
        await page.get_by_role("link", name="Show everything").click()
        await expect(page.get_by_role("article").first).to_be_visible()

    async def test_a_search_that_fails_can_be_tried_again(self, visitor: Visitor) -> None:
        visitor.watch.allow("failed: /api/search")
        await visitor.page.route("**/api/search?*", lambda route: route.abort("connectionrefused"))
        await visitor.page.goto("/workflows")
        alert = visitor.page.get_by_role("alert")
        await expect(alert).to_contain_text("The search does not answer", timeout=20_000)
        await visitor.page.unroute("**/api/search?*")
        await alert.get_by_role("button", name="Try again").click()
        await expect(visitor.page.get_by_role("article").first).to_be_visible()


class TestWidth:
    """A window of 720 by 450 is what one of 1440 by 900 is at a zoom of 200 %."""

    SIZES = (PHONE, TABLET, DESKTOP, (720, 450))

    @pytest.mark.parametrize("path", EVERY_PAGE)
    async def test_no_page_scrolls_sideways(self, visitor: Visitor, path: str) -> None:
        page = await visitor.open(path)
        await settled(page)
        await self.assert_fits(page, path)

    async def test_no_part_of_a_package_scrolls_sideways(self, visitor: Visitor) -> None:
        page = await visitor.open(PACKAGE)
        await run_example(page)
        for tab in ("Overview", "Definition", "Versions", "Lineage"):
            await page.get_by_role("tab", name=tab).click()
            await settled(page)
            await self.assert_fits(page, tab)

    async def assert_fits(self, page: Page, what: str) -> None:
        for width, height in self.SIZES:
            await page.set_viewport_size({"width": width, "height": height})
            wider = await page.evaluate(
                """() => new Promise(answer => requestAnimationFrame(() =>
                    answer(document.documentElement.scrollWidth - innerWidth)))"""
            )
            assert wider <= 0, f"{what} is {wider} pixels too wide for a window of {width}"


class TestLook:
    async def test_the_theme_that_was_chosen_is_there_after_a_reload(self, visitor: Visitor) -> None:
        page = await visitor.open("/")
        html = page.locator("html")
        await expect(html).to_have_attribute("data-theme", "light")
        await page.get_by_role("button", name="Dark theme").click()
        await expect(html).to_have_attribute("data-theme", "dark")
        await page.reload()
        await expect(html).to_have_attribute("data-theme", "dark")
        await expect(page.get_by_role("button", name="Light theme")).to_be_visible()

    async def test_no_script_and_no_style_stands_in_the_page(self, visitor: Visitor) -> None:
        answer = await visitor.page.goto("/")
        assert answer is not None
        policy = answer.headers["content-security-policy"]
        assert "unsafe-" not in policy
        assert "default-src 'none'" in policy
        served = await answer.text()
        assert not re.search(r"<style|<script(?![^>]* src=)|\sstyle=|\son\w+=", served)


HOSTILE = """\
# Trap

These words are harmless.

<script>window.caught = "script"</script>

<img src="x" onerror="window.caught = 'onerror'">

<iframe src="javascript:parent.caught='iframe'"></iframe>

<style>body { display: none }</style>

<svg onload="window.caught = 'svg'"></svg>

[a link](javascript:window.caught='link') ![a picture](javascript:window.caught='picture')

<a href="javascript:window.caught='tag'">a tag</a>

<form action="https://example.org"><input name="password"></form>
"""


async def test_a_hostile_readme_is_only_text(visitor: Visitor, site: Hub, name: str) -> None:
    # The sanitiser reads the text in a document without a window, and the browser tells of what it met there.
    visitor.watch.allow("console: (Executing inline event handler|Applying inline style|Loading the image)")
    owner = site.newcomer(name)
    owner.create("trap", readme=HOSTILE)
    owner.publish("trap", "1.0.0", greeting())
    page = await visitor.open(f"/workflows/{name}/trap")
    await expect(page.get_by_text("These words are harmless.")).to_be_visible()
    readme = page.locator("main")
    for selector in ("script", "iframe", "style", "form[action]", "[onerror]", "[onload]"):
        await expect(readme.locator(selector)).to_have_count(0)
    await expect(readme.locator("[href^='javascript:' i], [src^='javascript:' i]")).to_have_count(0)
    await expect(page.get_by_text("a link")).to_be_visible()
    await page.get_by_text("a tag").click()
    assert await page.evaluate("window.caught") is None


class TestSession:
    async def test_a_visitor_without_an_account_can_run(self, visitor: Visitor) -> None:
        page = await visitor.open(PACKAGE)
        await run_example(page)
        await expect(page.get_by_text("200 OK")).to_be_visible()

    async def test_signing_in_leads_back_to_where_it_was_asked_for(
        self, visitor: Visitor, ann: Person
    ) -> None:
        page = await visitor.open("/settings")
        await expect(page).to_have_url(re.compile(r"/login\?next=%2Fsettings$"))
        await sign_in(page, ann.handle)
        await expect(page).to_have_url(re.compile("/settings$"))

    @pytest.mark.parametrize("next_page", ["https://example.org/", "//example.org/", "/\\example.org"])
    async def test_signing_in_leads_to_no_other_site(
        self, visitor: Visitor, ann: Person, next_page: str
    ) -> None:
        page = await visitor.open(f"/login?next={next_page}")
        await sign_in(page, ann.handle)
        await expect(page).to_have_url(re.compile(r"^http://127\.0\.0\.1:\d+/dashboard$"))

    async def test_windows_of_one_browser_share_the_session(self, visitor: Visitor, ann: Person) -> None:
        page = await visitor.open("/login")
        other = await another_window(visitor.context)
        await expect(other.get_by_role("banner").get_by_role("link", name="Sign up")).to_be_visible()
        await sign_in(page, ann.handle)
        await expect(other.get_by_role("button", name="Your account")).to_be_visible()
        await other.get_by_role("button", name="Your account").click()
        await other.get_by_role("menuitem", name="Sign out").click()
        await expect(page.get_by_role("banner").get_by_role("link", name="Sign up")).to_be_visible()


async def sign_in(page: Page, handle: str) -> None:
    await page.get_by_label("Handle or e-mail address").fill(handle)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()


async def another_window(context: BrowserContext) -> Page:
    page = await context.new_page()
    await page.goto("/workflows")
    return page
