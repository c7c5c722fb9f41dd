"""The HTTP side of a project: address to workflow, request to context, outcome to answer. No server in here."""

from __future__ import annotations

import difflib
import mimetypes
from collections.abc import Awaitable, Callable
from time import time
from typing import Any
from urllib.parse import unquote

from blok.runner.plan import Plan
from blok.runner.reply import Headers, Reply, error_reply, json_reply, text_reply
from blok.runner.shape import shape
from blok.server.admin import Admin
from blok.server.bodies import (
    MalformedBodyError,
    body_v1,
    body_v2,
    media_type,
    parse_nested_query,
    parse_query,
)
from blok.server.project import Entry, Project
from blok.server.routing import VERBS, compile_path, compile_path_v1
from blok.server.welcome import welcome_page
from blok.workflow import WorkflowError

_NO_BODY = frozenset({"GET", "HEAD"})
Handler = Callable[..., Awaitable[Reply]]


class Application:
    """Answers requests for one project. Adapters for ASGI and RSGI stand in front of ``handle``."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.engine = project.engine
        self.generation = project.layout.generation
        self.started = time()
        self.admin = Admin(self)
        env = self.engine.settings.env
        origins = [
            origin.strip() for origin in str(env.get("BLOK_CORS_ORIGIN", "")).split(",") if origin.strip()
        ]
        self.cors = ["*"] if self.generation == 1 and not origins else origins

    async def handle(
        self, method: str, path: str, raw_path: str, query: str, headers: dict[str, str], body: bytes
    ) -> Reply:
        """Answer one request. ``path`` is decoded, ``raw_path`` as it came; header names are lower-case."""
        methods = self.project.table.routes.literal.get(path)
        if methods is not None:
            entry = methods.get("GET" if method == "HEAD" else method) or methods.get("ANY")
            if entry is not None:
                reply = await self._run_v2(entry, {}, method, path, query, headers, body)
                return reply if not self.cors else self._with_cors(reply, headers)
        if method == "OPTIONS" and self.cors and "access-control-request-method" in headers:
            return self._with_cors(Reply(204, []), headers)
        reply = await self._other(method, path, raw_path, query, headers, body)
        return reply if not self.cors else self._with_cors(reply, headers)

    async def _other(
        self, method: str, path: str, raw_path: str, query: str, headers: dict[str, str], body: bytes
    ) -> Reply:
        """Everything that is not a literal route: reserved addresses, patterns, files by name."""
        if path.startswith("/__blok"):
            return await self.admin.handle(method, path, query, headers, body)
        if path == "/health-check":
            return text_reply(200, "ok")
        if path == "/metrics":
            return self.admin.metrics()
        if path.startswith("/public/"):
            return self._static(path)
        if path == "/":
            return welcome_page(self.project)
        if self.generation == 1:
            return await self._by_prefix(method, path, query, headers, body)
        found = self.project.table.routes.find(method, path, raw_path)
        if found is not None:
            return await self._run_v2(found[0], found[1], method, path, query, headers, body)
        return await self._by_file(method, path, query, headers, body)

    # -- generation 2 ----------------------------------------------------------------------------------------

    async def _run_v2(
        self,
        entry: Entry,
        params: dict[str, str],
        method: str,
        path: str,
        query_text: str,
        headers: dict[str, str],
        body: bytes,
    ) -> Reply:
        plan = entry.plan
        if plan is None or entry.error is not None:
            return _unusable(entry)
        block = plan.workflow.trigger["http"]
        if "headers" in block:
            refusal = _required_headers(block["headers"], headers)
            if refusal is not None:
                return refusal
        query = parse_query(query_text) if query_text else {}
        request_id = query.pop("requestId", None) if query else None
        if method in _NO_BODY:
            raw, value = "", {}
        else:
            raw, value = (
                _text(headers.get("content-type", ""), body),
                body_v2(headers.get("content-type", ""), body),
            )
        request = {
            "body": value,
            "rawBody": raw,
            "headers": headers,
            "params": params,
            "query": query,
            "method": method,
            "path": path,
            "url": f"http://{headers.get('host', 'localhost')}{path}?{query_text}"
            if query_text
            else f"http://{headers.get('host', 'localhost')}{path}",
        }
        return shape(await self.engine.run(plan, request, request_id=request_id), 2)

    async def _by_file(
        self, method: str, path: str, query: str, headers: dict[str, str], body: bytes
    ) -> Reply:
        """The last resort: the whole path as the name of a workflow file."""
        key = path.lstrip("/")
        entry = self.project.table.by_key.get(key.rstrip("/"))
        http = entry.trigger.get("http") if entry is not None else None
        if entry is None or http is None or not self._answers_by_name(http):
            return self._not_found(method, path)
        if entry.plan is None or entry.error is not None:
            return _unusable(entry)
        wanted = str(http.get("method") or "ANY").upper()
        if wanted not in {"ANY", "*", method} and not (method == "HEAD" and wanted == "GET"):
            return error_reply(500, "Invalid HTTP method", [("allow", wanted)])
        params = compile_path(str(http.get("path") or "/")).match("/") if http.get("path") != "/" else {}
        return await self._run_v2(
            entry, {"workflow": key, **(params or {})}, method, "/", query, headers, body
        )

    @staticmethod
    def _answers_by_name(http: dict[str, Any]) -> bool:
        path = http.get("path") or "/"
        return path == "/" or compile_path(str(path)).match("/") is not None

    def _not_found(self, method: str, path: str) -> Reply:
        name = path.lstrip("/")
        allowed = self.project.table.routes.allowed(path)
        headers: Headers = [("allow", ", ".join(allowed))] if allowed else []
        if not self.engine.settings.is_development:
            return json_reply(404, {"error": f"Workflow not found: {name}"}, headers)
        rows = self.project.routes()
        near = difflib.get_close_matches(path, [row["path"] for row in rows], n=3, cutoff=0.5)
        suggestions = [
            {
                "route": f"{row['method']} {row['path']}",
                "source": row["file"],
                "distance": _distance(path, row["path"]),
            }
            for row in rows
            if row["path"] in near
        ]
        body = {
            "error": "Workflow not found",
            "requested": {"method": method, "path": path},
            "registrationSources": {
                "fileScanRoots": [str(self.project.layout.workflows)],
                "manualMap": [],
                "legacyFlags": [],
            },
            "suggestions": sorted(suggestions, key=lambda item: item["distance"]),
            "docs": 'A workflow answers at trigger.http.path, or at its file name when that is "/".',
        }
        return json_reply(404, body, headers)

    # -- generation 1 ----------------------------------------------------------------------------------------

    async def _by_prefix(
        self, method: str, path: str, query: str, headers: dict[str, str], body: bytes
    ) -> Reply:
        """The first part of the address names the file, the rest must fit its path."""
        entry, rest, name = self._longest_prefix(path)
        if entry is None:
            return error_reply(500, f"Workflow not found: {name}")
        plan = entry.plan
        if plan is None or entry.error is not None:
            return _unusable(entry)
        http = entry.trigger.get("http") or {}
        wanted = str(http.get("method") or "*").upper()
        if wanted not in {"*", method} and not (method == "HEAD" and wanted == "GET"):
            return error_reply(500, "Invalid HTTP method", [("allow", wanted)])
        pattern = http.get("path")
        params = compile_path_v1(pattern).match(rest) if isinstance(pattern, str) and pattern else None
        if params is None:
            return error_reply(500, "Invalid HTTP path")
        return await self._run_v1(plan, name, params, method, rest, query, headers, body)

    def _longest_prefix(self, path: str) -> tuple[Entry | None, str, str]:
        parts = path.strip("/").split("/")
        for length in range(len(parts), 0, -1):
            key = "/".join(parts[:length])
            entry = self.project.table.by_key.get(key)
            if entry is not None:
                return entry, "/" + path.lstrip("/")[len(key) :].lstrip("/"), key
        return None, "/", parts[0]

    async def _run_v1(
        self,
        plan: Plan,
        name: str,
        params: dict[str, str],
        method: str,
        path: str,
        query_text: str,
        headers: dict[str, str],
        body: bytes,
    ) -> Reply:
        query = parse_nested_query(query_text)
        request_id = query.pop("requestId", None)
        content_type = headers.get("content-type", "")
        try:
            value = body_v1(content_type, body)
        except MalformedBodyError as error:
            return error_reply(400, str(error))
        tail = f"?{query_text}" if query_text else ""
        request = {
            "body": value,
            "query": query,
            "params": {"workflow": name, **params},
            "headers": headers,
            "method": method,
            "path": path,
            "url": f"{path}{tail}",
            "originalUrl": f"/{name}{path if path != '/' else ''}{tail}",
            "baseUrl": f"/{name}",
            "hostname": headers.get("host", "").partition(":")[0],
            "protocol": "http",
            "cookies": _cookies(headers.get("cookie", "")),
            "rawBody": _text(content_type, body),
        }
        identifier = request_id if isinstance(request_id, str) else None
        return shape(await self.engine.run(plan, request, request_id=identifier), 1)

    # -- both ------------------------------------------------------------------------------------------------

    def _static(self, path: str) -> Reply:
        """A file below ``public/``; nothing outside it can be reached."""
        root = (self.project.layout.root / "public").resolve()
        file = (root / unquote(path.removeprefix("/public/"))).resolve()
        if root not in file.parents or not file.is_file():
            return error_reply(404, "Not found")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return Reply(200, [("content-type", kind)], file.read_bytes())

    def _with_cors(self, reply: Reply, headers: dict[str, str]) -> Reply:
        origin = headers.get("origin", "")
        allowed = "*" if "*" in self.cors else origin if origin in self.cors else None
        if allowed is None:
            return reply
        extra: Headers = [("access-control-allow-origin", allowed)]
        if allowed != "*":
            extra.append(("vary", "Origin"))
        if reply.status == 204 and "access-control-request-method" in headers:
            extra.append(("access-control-allow-methods", ", ".join(VERBS)))
            extra.append(("access-control-allow-headers", headers.get("access-control-request-headers", "*")))
        reply.headers = [*reply.headers, *extra]
        return reply


def _unusable(entry: Entry) -> Reply:
    error = entry.error or WorkflowError("The workflow cannot run.")
    return error_reply(500, error.message)


def _text(content_type: str, body: bytes) -> str:
    if not body:
        return ""
    if media_type(content_type).startswith(("image/", "audio/", "video/")):
        return ""
    return body.decode("utf-8", "replace")


def _required_headers(wanted: Any, headers: dict[str, str]) -> Reply | None:
    if not isinstance(wanted, dict):
        return None
    for name, value in wanted.items():
        given = headers.get(name.lower())
        if given is None or (not given and value == ""):
            body = {
                "error": "required_header",
                "message": f'Missing required header "{name}".',
                "header": name,
            }
            return json_reply(
                400, body if not value or not isinstance(value, str) else {**body, "expected": value}
            )
        if isinstance(value, str) and value and given != value:
            message = f'Header "{name}" must equal "{value}".'
            return json_reply(
                400, {"error": "required_header", "message": message, "header": name, "expected": value}
            )
    return None


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in header.split(";") if "=" in part)
    return {name: unquote(value) for name, _, value in pairs}


def _distance(left: str, right: str) -> int:
    """The number of single-character edits between two addresses."""
    row = list(range(len(right) + 1))
    for index, char in enumerate(left, start=1):
        previous, row[0] = row[0], index
        for other, against in enumerate(right, start=1):
            previous, row[other] = (
                row[other],
                min(row[other] + 1, row[other - 1] + 1, previous + (char != against)),
            )
    return row[-1]
