"""The examples recorded beside a file, as a hub takes them.

Two kinds of files hold them: `<name>.examples.json`, which `blok test` runs, and `examples.json` of a
package's folder, in the words of the hub.
"""

import json
from pathlib import Path
from typing import Any

from blok.cli.hub_client.problems import ClientError
from blok.cli.output import short

EXAMPLES_FILE = "examples.json"
_REQUEST = ("method", "path", "query", "headers", "params", "body")


def read_examples(file: Path) -> list[dict[str, Any]]:
    """The examples beside a workflow file; none when there is no such file.

    Examples that need an environment are left out, since a hub's sandbox has none. Raises ClientError when
    the file cannot be read.
    """
    for path in (file.with_name(f"{file.stem}.examples.json"), file.with_name(EXAMPLES_FILE)):
        if path.is_file():
            return [
                _example(item, number)
                for number, item in enumerate(_items(path), start=1)
                if not item.get("env")
            ]
    return []


def _items(path: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ClientError(f"{short(path)} cannot be read: {error}") from error
    items = content.get("examples") if isinstance(content, dict) else content
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ClientError(f"{short(path)} must hold a list of examples.")
    return items


def _example(item: dict[str, Any], number: int) -> dict[str, Any]:
    """An example in the hub's words, in which an answer is a status and, when all of it is known, a body."""
    request = item.get("request") or {}
    expect = item.get("response", item.get("expect"))
    example = {
        "name": str(item.get("name") or f"example {number}"),
        "request": {name: request[name] for name in _REQUEST if request.get(name) is not None},
        "fixtures": item.get("fixtures") or [],
    }
    if expect is not None:
        response = {"status": expect.get("status", 200)}
        example["response"] = response | ({"body": expect["body"]} if "body" in expect else {})
    return example
