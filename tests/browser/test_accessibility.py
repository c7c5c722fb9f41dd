"""Every page for everyone: rules that a machine can check, and the journey without a pointer."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.support.browser import DESKTOP, PHONE, ROOT, Visitor, run_example, settled
from tests.support.hub import Hub, Person, greeting

pytestmark = pytest.mark.asyncio(loop_scope="session")
Open = Callable[..., Awaitable[Visitor]]
PACKAGE = "/workflows/blok/csv-to-json"
AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN_PAGES = [
    "/",
    "/workflows",
    "/workflows?q=xqzvwkjh",
    "/workflows/create",
    "/nodes",
    "/nodes/@blokjs/expr",
    "/profile/ann",
    "/login",
    "/register",
    "/gallery",
    "/there/is/no/such/page",
]
STANDSTILL = """() => new Promise(requestAnimationFrame)
    .then(() => Promise.allSettled(document.getAnimations().map(each => each.finished)))"""
LOOKS = [(size, theme) for theme in ("light", "dark") for size in (DESKTOP, PHONE)]


async def violations(page: Page, part: str = "html") -> list[str]:
    """What axe objects to in a part of the page as it stands, in each theme, at a desk and on a phone.

    Of the dark theme only the colours are looked at: nothing else of a page depends on it.
    """
    await settled(page)
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    found = []
    for size, theme in LOOKS:
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        await page.locator(f"html[data-theme={theme}]").wait_for()
        await page.evaluate(STANDSTILL)
        rules = RULES if theme == "light" else ["color-contrast"]
        result: dict[str, Any] = await page.evaluate(
            "([part, runOnly]) => axe.run(part, {runOnly, resultTypes: ['violations']})", [part, rules]
        )
        found += [
            f"{page.url} at {size[0]}, {theme}: {each['id']}: {node['target']} {node['html'][:160]}"
            for each in result["violations"]
            for node in each["nodes"]
        ]
    await page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    await page.emulate_media(color_scheme="light")
    return found


@pytest.fixture(scope="session")
def own_package(ann: Person) -> str:
    """The address of a package of Ann's."""
    if ann.http.get(f"/api/packages/{ann.handle}/greeting").status_code == 404:
        ann.create("greeting")
        ann.publish("greeting", "1.0.0", greeting())
        ann.publish("greeting", "1.0.1", greeting("Good day"))
    return f"/workflows/{ann.handle}/greeting"


@pytest.mark.usefixtures("own_package")
class TestRules:
    @pytest.mark.parametrize("path", OPEN_PAGES)
    async def test_no_page_breaks_a_rule(self, visitor: Visitor, path: str) -> None:
        found = await violations(await visitor.open(path))
        assert not found, "\n".join(found)

    @pytest.mark.parametrize("path", ["/", "/dashboard", "/settings"])
    async def test_no_page_of_members_breaks_one(self, member: Visitor, path: str) -> None:
        page = await member.open(path)
        await page.get_by_role("button", name="Your account").click()
        found = await violations(page)
        assert not found, "\n".join(found)

    async def test_a_package_breaks_none_in_any_of_its_parts(
        self, visitor: Visitor, own_package: str
    ) -> None:
        page = await visitor.open(PACKAGE)
        await run_example(page)
        found = await violations(page)
        await page.get_by_role("tab", name="Response").click()
        await page.get_by_role("button", name="Show as a list").click()
        await page.get_by_role("button", name=re.compile("^Version ")).click()
        found += await violations(page)
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="Use it").click()
        found += await violations(page, "dialog[open]")
        await page.keyboard.press("Escape")
        for tab in ("Definition", "Lineage"):
            await page.get_by_role("tab", name=tab).click()
            found += await violations(page, "main")
        await visitor.open(f"{own_package}?tab=versions")
        await page.get_by_role("button", name="What changed").click()
        await page.get_by_role("region", name="From 1.0.0 to 1.0.1").wait_for()
        found += await violations(page, "main")
        assert not found, "\n".join(found)

    async def test_the_editor_breaks_none(self, member: Visitor, own_package: str) -> None:
        page = await member.open(f"{own_package}/edit")
        await page.get_by_role("application", name="Picture of the workflow").wait_for()
        found = []
        for tab in ("Problems", "Run", "About", "Examples", "Changes"):
            await page.get_by_role("tablist", name="About the file").get_by_role("tab", name=tab).click()
            found += await violations(page, "section[aria-label='About the file']")
        found += await violations(page)
        await page.get_by_role("button", name="Publish", exact=True).click()
        found += await violations(page, "dialog[open]")
        assert not found, "\n".join(found)

    async def test_the_list_of_shortcuts_breaks_none(self, visitor: Visitor) -> None:
        page = await visitor.open("/workflows")
        await page.get_by_role("article").first.wait_for()
        await page.keyboard.press("?")
        await page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
        found = await violations(page, "dialog[open]")
        assert not found, "\n".join(found)


class TestKeyboard:
    async def test_find_run_and_read_the_trace_without_a_pointer(self, visitor: Visitor) -> None:
        page = await visitor.open("/workflows")
        await page.get_by_role("article").first.wait_for()
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await page.keyboard.press("/")
        await expect(page.get_by_role("searchbox")).to_be_focused()
        await page.keyboard.type("csv to json with a column report")
        found = page.locator(f"a[href='{PACKAGE}']")
        await expect(found).to_be_visible()
        await tab_to(page, f"a[href='{PACKAGE}']")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**{PACKAGE}")
        await page.get_by_role("region", name="Run it here").wait_for()
        await page.keyboard.press("Control+Enter")
        await page.get_by_role("list", name="Trace").wait_for()
        await tab_to(page, "ol[aria-label=Trace] button")
        chosen = page.get_by_role("list", name="Trace").locator("[aria-current=step]")
        await expect(chosen).to_be_focused()
        last = await chosen.inner_text()
        await page.keyboard.press("ArrowUp")
        await expect(chosen).not_to_have_text(last)
        await expect(chosen).to_be_focused()

    async def test_arrow_keys_walk_through_the_canvas_and_enter_selects(self, visitor: Visitor) -> None:
        page = await visitor.open(PACKAGE)
        canvas = page.get_by_role("application", name="Picture of the workflow")
        await canvas.wait_for()
        await tab_to(page, "[role=application] button[data-key]")
        await expect(canvas.get_by_role("button", name=re.compile("^Trigger"))).to_be_focused()
        await page.keyboard.press("ArrowRight")
        first = canvas.get_by_role("button", name=re.compile("^Step 1 of 6, Input"))
        await expect(first).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(first).to_have_attribute("aria-pressed", "true")

    async def test_what_has_the_focus_can_be_seen(self, visitor: Visitor) -> None:
        page = await visitor.open("/login")
        await page.get_by_role("heading", name="Sign in").wait_for()
        for _ in range(12):
            await page.keyboard.press("Tab")
            seen = await page.evaluate(
                """() => {
                    const at = document.activeElement;
                    const marks = [at, at.parentElement].map(each => getComputedStyle(each));
                    return marks.some(each => each.outlineStyle !== 'none' || each.boxShadow !== 'none');
                }"""
            )
            assert seen, await page.evaluate("document.activeElement.outerHTML")


async def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element that fits has the focus."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


async def test_the_canvas_tells_its_steps_to_a_screen_reader(visitor: Visitor) -> None:
    page = await visitor.open(PACKAGE)
    await run_example(page)
    outline = page.get_by_role("navigation", name="Steps of CSV to JSON with a column report")
    said = await outline.aria_snapshot()
    for step in ("Trigger", "Input", "Table", "Report", "Cells", "Column report", "Answer"):
        assert step in said
    assert "completed in" in said
    picture = page.get_by_role("application", name="Picture of the workflow")
    await expect(picture.get_by_role("button", name=re.compile(r"^Step \d of 6, "))).to_have_count(6)


async def test_nothing_moves_for_those_who_want_no_motion(site: Hub, open_site: Open) -> None:
    visitor = await open_site(site, reduced_motion="reduce")
    page = await visitor.open(PACKAGE)
    await run_example(page)
    moving = await page.evaluate(
        "document.getAnimations().filter(each => each.effect.getComputedTiming().duration > 20).length"
    )
    assert moving == 0
