"""The way of a newcomer in a browser: from the first search to a published version of their own."""

import copy
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect
from tests.support.browser import DESKTOP, PHONE, Visitor, run_example, write
from tests.support.hub import PASSWORD, Hub

pytestmark = pytest.mark.asyncio(loop_scope="session")
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
PACKAGE = "csv-to-json"
NOTE = {"id": "note", "use": "@blokjs/expr", "inputs": {"expression": "'seen'"}}


@SIZES
async def test_a_newcomer_finds_runs_forks_edits_and_publishes(
    site: Hub, open_site: Callable[..., Awaitable[Visitor]], size: tuple[int, int], name: str
) -> None:
    page = (await open_site(site, size)).page
    await sign_up(page, name)
    await find(page)
    await run_and_read_the_trace(page)
    await page.get_by_role("button", name="Fork").click()
    await page.wait_for_url(f"**/workflows/{name}/{PACKAGE}/edit")
    definition = httpx.get(f"{site.url}/api/packages/blok/{PACKAGE}/versions/latest/definition").json()
    await complete_by_the_editor(page, definition)
    await mend_an_error(page, definition)
    changed = with_note(definition)
    await write(page, json.dumps(changed, indent=2))
    await see_the_canvas_follow(page)
    await see_the_changes(page)
    await publish(page, "1.0.0")
    await page.get_by_role("button", name="Go on editing").click()
    changed["steps"][1]["inputs"] = {"expression": "'seen again'"}
    await write(page, json.dumps(changed, indent=2))
    await publish(page, "1.0.1")
    await page.get_by_role("link", name="Open its page").click()
    await see_the_versions(page, name)
    await sign_out(page)


async def sign_up(page: Page, handle: str) -> None:
    await page.goto("/")
    await page.get_by_role("link", name="Sign up").click()
    await page.get_by_label("Handle").fill(handle)
    await page.get_by_label("E-mail address").fill(f"{handle}@example.org")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Create the account").click()
    await page.wait_for_url("**/dashboard")
    await expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()


async def find(page: Page) -> None:
    await page.get_by_role("link", name="Fork one").click()
    await page.get_by_role("searchbox").press_sequentially("csv json")
    await expect(page).to_have_url(re.compile(r"/workflows\?q=csv(\+|%20)json$"))
    await expect(page.get_by_role("heading", level=1)).to_contain_text("results for “csv json”")
    card = page.get_by_role("article").filter(has=page.get_by_role("link", name="blok", exact=True))
    await card.get_by_role("link", name="CSV to JSON with a column report").click()
    await page.wait_for_url(f"**/workflows/blok/{PACKAGE}")


async def run_and_read_the_trace(page: Page) -> None:
    await run_example(page)
    await expect(page.get_by_text("200 OK")).to_be_visible()
    trace = page.get_by_role("list", name="Trace")
    canvas = page.get_by_role("application", name="Picture of the workflow")
    in_trace = trace.get_by_role("button", name=re.compile("^table"))
    on_canvas = canvas.get_by_role("button", name="Table, @blokjs/csv-parse, completed")
    await expect(on_canvas).to_have_attribute("aria-pressed", "false")
    await in_trace.click()
    await expect(in_trace).to_have_attribute("aria-current", "step")
    await expect(on_canvas).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_role("region", name="Step table")).to_contain_text("columns")
    await canvas.get_by_role("button", name="Answer, @blokjs/expr, completed").click()
    await expect(trace.get_by_role("button", name=re.compile("^answer"))).to_have_attribute(
        "aria-current", "step"
    )
    await expect(in_trace).not_to_have_attribute("aria-current", "step")


async def complete_by_the_editor(page: Page, definition: dict[str, Any]) -> None:
    """The editor proposes the key and the node that are missing at the end of the last step."""
    text = json.dumps({**definition, "steps": [*definition["steps"], {"id": "note", "use": "@blokjs/csv"}]})
    proposals = page.get_by_role("listbox", name="Completions")
    await write(page, text)
    await left(page, '"}]}')
    await page.keyboard.press("Control+Space")
    await expect(proposals.get_by_role("option", name="@blokjs/csv-parse")).to_be_visible()
    await page.keyboard.press("Escape")
    await write(page, text.removesuffix("}]}") + ', ""}]}')
    await left(page, '"}]}')
    await page.keyboard.press("Control+Space")
    await proposals.get_by_role("option", name='"inputs"').click()
    await expect(page.get_by_role("textbox", name="Definition of the workflow")).to_contain_text(
        '"inputs": }'
    )


async def left(page: Page, text: str) -> None:
    for _ in text:
        await page.keyboard.press("ArrowLeft")


async def mend_an_error(page: Page, definition: dict[str, Any]) -> None:
    wrong = copy.deepcopy(definition)
    wrong["steps"][-1]["use"] = "@blokjs/exprr"
    text = json.dumps(wrong, indent=2)
    line = 1 + text[: text.index("@blokjs/exprr")].count("\n")
    await write(page, text)
    await page.get_by_role("tab", name="Problems").click()
    problem = page.get_by_role("list", name="Problems").get_by_role("listitem")
    await expect(problem).to_contain_text([f"Line {line}"])
    await expect(problem).to_contain_text(["@blokjs/expr"])
    await expect(page.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    await write(page, json.dumps(definition, indent=2))
    await expect(page.get_by_text("The file keeps every rule of the format.")).to_be_visible()
    await expect(page.get_by_role("button", name="Publish", exact=True)).to_be_enabled()


def with_note(definition: dict[str, Any]) -> dict[str, Any]:
    changed = copy.deepcopy(definition)
    changed["steps"].insert(1, copy.deepcopy(NOTE))
    return changed


async def see_the_canvas_follow(page: Page) -> None:
    canvas = page.get_by_role("region", name="Canvas")
    await expect(canvas.get_by_role("button", name=re.compile(r"^Step 2 of 7, Note"))).to_be_attached()


async def see_the_changes(page: Page) -> None:
    await page.get_by_role("tab", name="Changes").click()
    changes = page.get_by_role("region", name=re.compile(r"^From .* to this text$"))
    await expect(changes.get_by_role("button", name=re.compile(r"^added\s*Note"))).to_be_visible()
    picture = changes.get_by_role("application", name="Picture of the workflow")
    await expect(picture.get_by_role("button", name=re.compile("Note, .*added"))).to_be_attached()
    await changes.get_by_role("tab", name="Text").click()
    lines = changes.get_by_role("region", name="Lines that changed")
    added = lines.get_by_role("row").filter(has_text='"id": "note"')
    await expect(added).to_contain_text("added: ")


async def publish(page: Page, version: str) -> None:
    await page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Version")).to_have_value(version)
    await dialog.get_by_label("What changed").fill(f"What {version} brings.")
    await dialog.get_by_role("button", name=f"Publish {version}").click()
    await expect(dialog.get_by_role("heading", name="It is out")).to_be_visible(timeout=30_000)
    steps = dialog.get_by_role("list", name="Progress of the publication").get_by_role("listitem")
    await expect(steps).to_have_count(4)
    for number in range(4):
        await expect(steps.nth(number)).to_have_attribute("data-state", "done")


async def see_the_versions(page: Page, handle: str) -> None:
    await page.wait_for_url(f"**/workflows/{handle}/{PACKAGE}")
    await expect(page.get_by_role("button", name="Version 1.0.1, choose another")).to_be_visible()
    await expect(page.get_by_role("link", name=f"forked from blok/{PACKAGE}")).to_be_visible()
    await page.get_by_role("tab", name="Versions").click()
    await expect(page.get_by_text("What 1.0.1 brings.")).to_be_visible()
    await page.get_by_role("button", name="What changed").first.click()
    changes = page.get_by_role("region", name="From 1.0.0 to 1.0.1")
    await expect(changes.get_by_role("listitem")).to_contain_text(["'seen again'"])
    await changes.get_by_role("tab", name="Text").click()
    await expect(changes.get_by_role("row").filter(has_text="'seen again'")).to_contain_text("added: ")


async def sign_out(page: Page) -> None:
    await page.get_by_role("button", name="Your account").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("link", name="Sign up")).to_be_visible()
    await expect(page.get_by_role("button", name="Your account")).to_have_count(0)
