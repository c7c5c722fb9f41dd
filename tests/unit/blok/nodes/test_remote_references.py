"""A schema from a stranger can name an address; nothing is fetched from there."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from blok.runner.sandbox import execute


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address, and the paths that somebody asked it for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"type": "string"}')

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/schema.json", asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("node", ["@blokjs/json-schema", "@blokjs/validate"])
def test_a_reference_to_an_address_is_refused_and_not_followed(
    listener: tuple[str, list[str]], node: str
) -> None:
    address, asked = listener
    step = {"id": "check", "use": node, "inputs": {"schema": {"$ref": address}, "data": "text"}}
    workflow = {"name": "check", "version": "1.0.0", "trigger": {"http": {}}, "steps": [step]}
    result = execute(workflow, {})
    assert asked == []
    assert result.status == "failed"


def test_the_description_of_a_node_is_checked_without_fetching(listener: tuple[str, list[str]]) -> None:
    import msgspec

    from blok.nodes import NodeRegistry
    from blokhub.services.content.domain import check_definition

    address, asked = listener
    described = {
        "name": "x",
        "description": "x",
        "input": {"$ref": address},
        "output": {"type": "string"},
        "examples": [{"input": "a", "output": "b"}],
    }
    verdict = check_definition("node", msgspec.json.encode(described).decode(), NodeRegistry())
    assert asked == []
    assert verdict.errors
