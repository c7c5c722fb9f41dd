"""The reference is made from the code, and carries no HTML of anyone else."""

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from blokhub.gateway.reference import EVENTS, asyncapi_document
from blokhub.gateway.reference_pages import events_page, openapi_page, start_page
from blokhub.gateway.system import problem

EVIL = "<script>alert(1)</script><img src=x onerror='a()'>\" onload=\"x"
_TEXT = {"h1", "h2", "p", "a", "div", "span", "code", "pre", "strong", "details", "summary"}
_TAGS = {"html", "head", "meta", "title", "link", "body", "main", "nav", "table", "tr", "th", "td", *_TEXT}


class _Reader(HTMLParser):
    """Notes every element and attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    assert reader.tags <= _TAGS
    assert not any(name.startswith("on") for name in reader.attributes)
    return reader


def _api(text: str) -> dict[str, object]:
    schema = {"type": "string", "description": text, "enum": [text]}
    operation = {
        "tags": ["content"],
        "summary": text,
        "description": text,
        "parameters": [{"name": text, "in": "query", "schema": schema, "description": text}],
        "requestBody": {
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{text}"}}}
        },
        "responses": {
            "200": {"content": {"application/json": {"schema": {"type": "array", "items": schema}}}}
        },
    }
    return {"paths": {f"/api/{text}": {"get": operation}}, "components": {"schemas": {text: schema}}}


@given(st.sampled_from([EVIL, "'", '"', "&lt;"]) | st.text("<>&'\"/ab", max_size=20))
def test_no_text_of_a_document_becomes_html(text: str) -> None:
    read(openapi_page(_api(text)))


def test_what_packages_say_of_themselves_is_shown_as_text() -> None:
    page = start_page({"hits": [{"owner": "ann", "name": "x", "title": EVIL, "summary": EVIL}]})
    assert EVIL in read(page).text
    assert "<script>" not in page


def test_the_start_page_without_packages_has_no_empty_heading() -> None:
    assert "Newest" not in start_page({})


def test_every_event_is_on_its_page_and_every_link_leads_somewhere() -> None:
    reader = read(events_page(asyncapi_document()))
    for cls in EVENTS:
        assert cls.event_name in reader.text
    for link in reader.links:
        assert not link.startswith("#") or link[1:] in reader.ids


def test_every_message_of_the_events_has_a_channel_and_its_schemas() -> None:
    document = asyncapi_document()
    assert set(document["channels"]) == set(document["operations"]) == {cls.event_name for cls in EVENTS}
    for found in re.findall(r"#/components/(\w+)/([\w.]+)", str(document)):
        assert found[1] in document["components"][found[0]]


async def test_every_error_name_has_a_page() -> None:
    page = await problem.fn(None, "version_conflict")
    assert (page.status, page.name) == (409, "version_conflict")
    assert page.meaning
