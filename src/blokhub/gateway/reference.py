"""The reference of the API and of the events, made from the code that serves them."""

import asyncio
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from blokhub.gateway.reference_pages import STYLE, events_page, openapi_page, start_page
from blokhub.gateway.state import GatewayState, TheGateway
from blokhub.kernel.context import SYSTEM, Context
from blokhub.kernel.errors import ProblemError
from blokhub.kernel.events import Event, json_schemas
from blokhub.services.community import contract as community
from blokhub.services.content import contract as content
from blokhub.services.runs import contract as runs
from blokhub.services.search import contract as search
from blokhub.services.users import contract as users

OWN_OPENAPI = OpenAPIConfig(
    title="Blok gateway", version="1.0.0", use_handler_docstrings=True, render_plugins=[JsonRenderPlugin()]
)
EVENTS: tuple[type[Event], ...] = (
    *users.EVENTS,
    *content.EVENTS,
    *search.EVENTS,
    *runs.EVENTS,
    *community.EVENTS,
)
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
)
_METHODS = ("get", "put", "post", "patch", "delete")

_PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457). `name` is stable; `detail` says what to do next.",
    "required": ["type", "name", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "name": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


async def openapi_document(gateway: GatewayState, own: dict[str, Any]) -> dict[str, Any]:
    """One OpenAPI document over the gateway and every service that answers."""
    names = gateway.clients.names()
    found = await asyncio.gather(*(_schema_of(gateway, name) for name in names))
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "Blok hub",
            "version": "1.0.0",
            "description": "Publish, find, run and fork workflows and nodes.",
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {},
        "components": {
            "schemas": {"Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
        "security": [{}, {"token": []}],
    }
    for name, schema in zip(["gateway", *names], [own, *found], strict=True):
        _merge(document, name, schema)
    document["paths"] = dict(sorted(document["paths"].items()))
    return document


async def _schema_of(gateway: GatewayState, name: str) -> dict[str, Any]:
    try:
        answer = await gateway.clients.call(name, "GET", "/internal/openapi.json", Context(actor=SYSTEM))
    except ProblemError:
        return {}
    schema: dict[str, Any] = answer.json() if answer.ok else {}
    return schema


def _merge(document: dict[str, Any], service: str, schema: dict[str, Any]) -> None:
    for path, item in schema.get("paths", {}).items():
        for method in _METHODS:
            operation = item.get(method)
            if operation is not None:
                operation["tags"] = [service]
                operation["operationId"] = f"{service}_{operation['operationId']}"
                _describe_errors(operation)
        document["paths"][path] = item
    document["components"]["schemas"].update(schema.get("components", {}).get("schemas", {}))


def _describe_errors(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    responses.pop("400", None)
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    responses["default"] = {"description": "A problem", "content": {"application/problem+json": schema}}


def asyncapi_document() -> dict[str, Any]:
    """One AsyncAPI document over every event that services publish."""
    schemas, components = json_schemas(EVENTS)
    messages = {
        cls.event_name: {
            "name": cls.event_name,
            "summary": (cls.__doc__ or "").strip(),
            "contentType": "application/json",
            "x-schema-version": cls.schema_version,
            "payload": schemas[cls.event_name],
        }
        for cls in EVENTS
    }
    channels = {
        name: {
            "address": f"blok.events.{name}",
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        }
        for name in messages
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Blok events",
            "version": "1.0.0",
            "description": "What services tell each other through NATS JetStream. The payload is the member "
            "`data` of an envelope with id, stream, version, type, actor, correlation, causation and so on.",
            "license": {"name": "Apache-2.0"},
        },
        "channels": channels,
        "operations": {
            name: {
                "action": "send",
                "channel": {"$ref": f"#/channels/{name}"},
                "tags": [{"name": name.split(".")[0]}],
            }
            for name in messages
        },
        "components": {"messages": messages, "schemas": components},
    }


@get("/api/openapi.json", summary="This API as an OpenAPI document")
async def openapi_json(gateway: TheGateway, request: Request[Any, Any, Any]) -> dict[str, Any]:
    """OpenAPI 3.1 over every service."""
    return await openapi_document(gateway, request.app.openapi_schema.to_schema())


@get("/api/asyncapi.json", summary="The events as an AsyncAPI document", sync_to_thread=False)
def asyncapi_json() -> dict[str, Any]:
    """AsyncAPI 3.0 over every event."""
    return asyncapi_document()


@get("/api", summary="This API as a page to read", media_type=MediaType.HTML)
async def openapi_html(gateway: TheGateway, request: Request[Any, Any, Any]) -> Response[str]:
    """The reference for people."""
    return _page(openapi_page(await openapi_document(gateway, request.app.openapi_schema.to_schema())))


@get("/api/events", summary="The events as a page to read", media_type=MediaType.HTML, sync_to_thread=False)
def events_html() -> Response[str]:
    """The reference of the events for people."""
    return _page(events_page(asyncapi_document()))


@get("/", include_in_schema=False, media_type=MediaType.HTML)
async def start(gateway: TheGateway) -> Response[str]:
    """Where to begin."""
    newest = "/api/search?sort=updated&per_page=12"
    try:
        answer = await gateway.clients.call("search", "GET", newest, Context())
    except ProblemError:
        return _page(start_page({}))
    return _page(start_page(answer.json() if answer.ok else {}))


@get("/api/reference.css", include_in_schema=False, sync_to_thread=False)
def style() -> Response[str]:
    """The style of the pages."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


def _page(content: str) -> Response[str]:
    return Response(content, media_type=MediaType.HTML, headers={"Content-Security-Policy": _PAGE_POLICY})


ROUTES = [openapi_json, asyncapi_json, openapi_html, events_html, start, style]
