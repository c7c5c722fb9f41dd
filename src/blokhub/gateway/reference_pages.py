"""The reference as pages to read: plain HTML without scripts, from the same documents that machines get."""

import html
from importlib.resources import files
from typing import Any

import msgspec

_METHODS = ("get", "put", "post", "patch", "delete")

STYLE = (files("blokhub.gateway") / "reference.css").read_text(encoding="utf-8")


def _layout(title: str, lead: str, content: str) -> str:
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{html.escape(title)} · Blok</title><link rel='stylesheet' href='/api/reference.css'></head>"
        f"<body><main><h1>{html.escape(title)}</h1><p>{html.escape(lead)}</p>"
        "<nav aria-label='Reference'><a href='/'>Start</a><a href='/api'>HTTP API</a>"
        "<a href='/api/events'>Events</a>"
        "<a href='/api/openapi.json'>openapi.json</a><a href='/api/asyncapi.json'>asyncapi.json</a>"
        f"<a href='/api/system/services'>Services</a></nav>{content}</main></body></html>"
    )


def openapi_page(document: dict[str, Any]) -> str:
    """The HTTP API, grouped by service."""
    groups: dict[str, list[str]] = {}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                groups.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    parts = [
        f"<h2 id='{name}'>{name}</h2>{''.join(operations)}" for name, operations in sorted(groups.items())
    ]
    schemas = [_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items())]
    parts.append("<h2 id='schemas'>Schemas</h2>" + "".join(schemas))
    lead = "JSON in snake_case; errors are problem documents (RFC 9457). Writes take a bearer token."
    return _layout("HTTP API", lead, "".join(parts))


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{html.escape(each['name'])}</code></td><td>{each['in']}</td>"
        f"<td><code>{html.escape(_type_of(each.get('schema', {})))}</code></td>"
        f"<td>{html.escape(each.get('description', ''))}</td></tr>"
        for each in operation.get("parameters", [])
    )
    table = (
        f"<div class='scroll'><table><tr><th>name<th>in<th>type<th>meaning</tr>{rows}</table></div>"
        if rows
        else ""
    )
    body = operation.get("requestBody", {}).get("content", {})
    sent = "".join(f"<p>Body: {_reference(each.get('schema', {}))}</p>" for each in body.values())
    answers = "".join(
        f"<p>{code}: {_reference(_schema_of(each))}</p>" for code, each in operation["responses"].items()
    )
    described = html.escape(operation.get("description", ""))
    return (
        f"<details><summary><span class='method'>{method.upper()}</span>"
        f"<span class='path'>{html.escape(path)}</span>"
        f"<span class='what'>{html.escape(operation.get('summary', ''))}</span></summary>"
        f"<div><p>{described}</p>{table}{sent}{answers}</div></details>"
    )


def _schema_of(answer: dict[str, Any]) -> dict[str, Any]:
    for content in answer.get("content", {}).values():
        schema: dict[str, Any] = content.get("schema", {})
        return schema
    return {}


def events_page(document: dict[str, Any]) -> str:
    """The events, grouped by the service that publishes them."""
    groups: dict[str, list[str]] = {}
    for name, message in document["components"]["messages"].items():
        content = (
            f"<details><summary><span class='path'>{name}</span>"
            f"<span class='what'>{html.escape(message['summary'])}</span></summary>"
            f"<div><p>Version {message['x-schema-version']}, on the subject "
            f"<code>blok.events.{name}</code>.</p>{_pretty(message['payload'])}</div></details>"
        )
        groups.setdefault(name.split(".")[0], []).append(content)
    parts = [f"<h2 id='{name}'>{name}</h2>{''.join(items)}" for name, items in sorted(groups.items())]
    schemas = [_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items())]
    parts.append("<h2 id='schemas'>Schemas</h2>" + "".join(schemas))
    return _layout("Events", document["info"]["description"], "".join(parts))


def start_page(newest: dict[str, Any]) -> str:
    """Where to begin: what there is, and how to use it from a terminal."""
    cards = "".join(
        f"<div class='card'><a href='/api/packages/{html.escape(hit['owner'])}/{html.escape(hit['name'])}'>"
        f"<strong>{html.escape(hit['title'])}</strong></a><p>{html.escape(hit['summary'])}</p></div>"
        for hit in newest.get("hits", [])
    )
    shown = f"<h2>Newest packages</h2><div class='grid'>{cards}</div>" if cards else ""
    commands = "blok search webhook\nblok run blok/NAME --body '{}'\nblok register\nblok publish hello.json"
    terminal = f"<h2>From a terminal</h2><pre>{html.escape(commands)}</pre>"
    lead = (
        "Publish, find, run and fork workflows and nodes. Any workflow here can be run without installing it."
    )
    return _layout("Blok hub", lead, terminal + shown)


def _schema(name: str, schema: dict[str, Any]) -> str:
    described = html.escape(str(schema.get("description", "")).split("\n", maxsplit=1)[0])
    return (
        f"<details id='schema-{html.escape(name)}'><summary><span class='path'>{html.escape(name)}</span>"
        f"<span class='what'>{described}</span></summary><div>{_pretty(schema)}</div></details>"
    )


def _pretty(value: Any) -> str:
    return f"<pre>{html.escape(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())}</pre>"


def _reference(schema: dict[str, Any]) -> str:
    name = schema.get("$ref", "").rpartition("/")[2]
    if name:
        return f"<a href='#schema-{html.escape(name)}'><code>{html.escape(name)}</code></a>"
    if schema.get("type") == "array":
        return f"a list of {_reference(schema.get('items', {}))}"
    return f"<code>{html.escape(_type_of(schema)) or 'nothing'}</code>"


def _type_of(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    options = schema.get("oneOf") or schema.get("anyOf")
    if options:
        return " | ".join(_type_of(option) for option in options)
    kind = schema.get("type", "")
    return " | ".join(kind) if isinstance(kind, list) else str(kind)
