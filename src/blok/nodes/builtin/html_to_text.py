"""Read the text of a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TypedDict

from blok.nodes.contract import node

_SILENT = frozenset({"script", "style", "noscript", "template", "svg"})
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2"}
    | {"h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table"}
    | {"tr", "ul"}
)


class Inputs(TypedDict):
    """A page, or part of one."""

    html: str


class Page(TypedDict):
    """``links`` are the addresses of anchors, each once."""

    title: str
    text: str
    links: list[str]


@node(
    name="@blokjs/html-to-text",
    description="The title, readable text and links of an HTML page.",
    tags=("data", "text"),
    examples=(
        {
            "inputs": {"html": "<title>Hi</title><p>One <b>two</b></p><a href='/x'>x</a>"},
            "output": {"title": "Hi", "text": "One two\nx", "links": ["/x"]},
        },
    ),
)
def html_to_text(inputs: Inputs) -> Page:
    """Scripts and styles are left out, blocks begin new lines, and spaces are drawn together."""
    reader = _Reader()
    reader.feed(inputs["html"])
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.text).split("\n"))
    text = re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()
    return {"title": " ".join("".join(reader.title).split()), "text": text, "links": list(reader.links)}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.title: list[str] = []
        self.links: dict[str, None] = {}
        self._silent = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "title":
            self._in_title = True
        elif tag in _BLOCKS:
            self.text.append("\n")
        elif tag == "a" and (target := dict(attrs).get("href")):
            self.links[target] = None

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "title":
            self._in_title = False
        elif tag in _BLOCKS:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif not self._silent:
            self.text.append(data)
