"""Publishing a file that one brings along."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from playwright.async_api import expect
from tests.support.browser import Visitor, run_example
from tests.support.hub import Hub

pytestmark = pytest.mark.asyncio(loop_scope="session")
YAML = """\
name: Counts letters
version: 1.0.0
description: Counts the letters of a word that comes with the question.
trigger:
  http: { method: GET, path: /letters }
steps:
  - id: letters
    use: "@blokjs/expr"
    inputs:
      expression: "({ letters: (ctx.request.query.word ?? '').length })"
"""


async def test_a_pasted_file_proposes_what_it_is_and_is_published_with_the_run_that_was_kept(
    site: Hub, open_site: Callable[..., Awaitable[Visitor]], name: str
) -> None:
    site.newcomer(name)
    newcomer = await open_site(site)
    await newcomer.sign_in(name)
    page = await newcomer.open("/workflows/create")
    await page.get_by_label("or paste it").fill(YAML)
    await expect(page.get_by_label("Name", exact=True)).to_have_value("counts-letters")
    await expect(page.get_by_label("Title")).to_have_value("Counts letters")
    await expect(page.get_by_label("Summary")).to_have_value(
        "Counts the letters of a word that comes with the question."
    )
    await page.get_by_role("tab", name="Run").click()
    await page.get_by_role("tab", name="Query").click()
    await page.get_by_label("query as JSON").fill('{"word": "blok"}')
    await run_example(page)
    await page.get_by_label("Keep this run as an example").fill("counts four letters")
    await page.get_by_role("button", name="Keep").click()
    await page.get_by_role("tab", name="Examples").click()
    await expect(page.get_by_role("listitem").filter(has_text="counts four letters")).to_contain_text("200")
    await page.get_by_role("button", name="Publish", exact=True).click()
    await page.get_by_role("button", name="Publish 1.0.0").click()
    await page.get_by_role("link", name="Open its page").click(timeout=30_000)
    await expect(page.get_by_role("heading", name="counts-letters")).to_be_visible()
    await expect(page.get_by_text("its example ran just now")).to_be_visible()
    kept = httpx.get(f"{site.url}/api/packages/{name}/counts-letters/versions/1.0.0/examples").json()
    assert [(each["name"], each["response"]["body"]) for each in kept] == [
        ("counts four letters", {"letters": 4})
    ]


async def test_a_visitor_may_write_and_check_but_is_asked_to_sign_in_to_publish(visitor: Visitor) -> None:
    page = await visitor.open("/workflows/create")
    await page.get_by_role("button", name="Begin with a small one").click()
    await expect(page.get_by_text("no errors")).to_be_visible()
    await expect(page.get_by_role("button", name="Sign in to publish")).to_be_enabled()
