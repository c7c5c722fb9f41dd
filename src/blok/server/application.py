"""The HTTP side of a project: address to workflow, request to context, outcome to answer."""

from __future__ import annotations

import mimetypes
from time import time
from typing import Any
from urllib.parse import unquote

from blok.runner.reply import Headers, Reply, error_reply, text_reply
from blok.runner.shape import shape
from blok.server.admin import Admin
from blok.server.bodies import MalformedBodyError
from blok.server.missing import not_found
from blok.server.project import Entry, Mount, Project
from blok.server.request import HttpRequest, context_request_v1, context_request_v2, missing_header
from blok.server.routing import VERBS, compile_path, compile_path_v1
from blok.server.welcome import welcome_page
from blok.workflow import FORMATS, WorkflowError


class Application:
    """Answers requests for one project. Adapters for ASGI and RSGI stand in front of ``handle``."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.engine = project.engine
        self.generation = project.layout.generation
        self.started = time()
        self.admin = Admin(self)
        listed = str(self.engine.settings.env.get("BLOK_CORS_ORIGIN", "")).split(",")
        origins = [origin.strip() for origin in listed if origin.strip()]
        self.cors = ["*"] if self.generation == 1 and not origins else origins

    async def handle(self, request: HttpRequest) -> Reply:
        """Answer one request."""
        methods = self.project.table.routes.literal.get(request.path)
        if methods is not None:
            method = request.method
            mount = methods.get("GET" if method == "HEAD" else method) or methods.get("ANY")
            if mount is not None:
                reply = await self._mounted(mount, request, {})
                return self._with_cors(reply, request) if self.cors else reply
        if self.cors and request.method == "OPTIONS" and "access-control-request-method" in request.headers:
            return self._with_cors(Reply(204, []), request)
        reply = await self._other(request)
        return self._with_cors(reply, request) if self.cors else reply

    async def _other(self, request: HttpRequest) -> Reply:  # noqa: PLR0911 - one answer per kind of address
        """Everything that is not a literal route: reserved addresses, patterns, files by name."""
        path = request.path
        if path.startswith("/__blok"):
            return await self.admin.handle(request)
        if path == "/health-check":
            return text_reply(200, "ok")
        if path == "/metrics":
            return self.admin.metrics()
        if path.startswith("/public/"):
            return self._static(path)
        if path == "/":
            return welcome_page(self.project)
        if self.generation == 1:
            return await self._by_prefix(request)
        found = self.project.table.routes.find(request.method, path, request.raw_path)
        if found is not None:
            return await self._mounted(found[0], request, found[1])
        return await self._by_file(request)

    # -- generation 2

    async def _mounted(self, mount: Mount, request: HttpRequest, params: dict[str, str]) -> Reply:
        if mount.kind == "http":
            return await self._run_v2(mount.entry, request, request.path, params)
        plan = mount.entry.plan
        if plan is None or mount.entry.error is not None:
            return _unusable(mount.entry)
        # Imported where they are used: most projects have neither.
        if mount.kind == "webhook":
            from blok.triggers.webhook import answer_webhook  # noqa: PLC0415

            return await answer_webhook(self.engine, plan, request, params)
        if mount.kind == "mcp":
            from blok.triggers.mcp import answer_mcp  # noqa: PLC0415

            entries = self.project.table.mcp[request.path]
            plans = [entry.plan for entry in entries if entry.plan is not None and entry.error is None]
            return await answer_mcp(self.engine, plans, request)
        from blok.triggers.sse import answer_sse  # noqa: PLC0415

        return await answer_sse(self.engine, plan, request, params)

    async def _run_v2(self, entry: Entry, request: HttpRequest, path: str, params: dict[str, str]) -> Reply:
        plan = entry.plan
        if plan is None or entry.error is not None:
            return _unusable(entry)
        block = plan.workflow.trigger["http"]
        if "headers" in block:
            refusal = missing_header(block["headers"], request.headers)
            if refusal is not None:
                return refusal
        seen, request_id = context_request_v2(request, path, params)
        return shape(await self.engine.run(plan, seen, request_id=request_id), 2)

    async def _by_file(self, request: HttpRequest) -> Reply:
        """The last resort: the whole path as the name of a workflow file."""
        key = request.path.lstrip("/")
        entry = self.project.table.by_key.get(_without_type(key.rstrip("/")))
        http = entry.trigger.get("http") if entry is not None else None
        if entry is None or http is None:
            return not_found(self.project, request.method, request.path)
        own = str(http.get("path") or "/")
        params = {} if own == "/" else compile_path(own).match("/")
        if params is None:
            return not_found(self.project, request.method, request.path)
        if entry.plan is None or entry.error is not None:
            return _unusable(entry)
        wanted = str(http.get("method") or "ANY").upper()
        if not _accepts(wanted, request.method):
            return error_reply(500, "Invalid HTTP method", [("allow", wanted)])
        return await self._run_v2(entry, request, "/", {"workflow": key, **params})

    # -- generation 1

    async def _by_prefix(self, request: HttpRequest) -> Reply:
        """The first part of the address names the file, the rest must fit its path."""
        entry, rest, name = self._longest_prefix(request.path)
        if entry is None:
            kind = name.rpartition(".")[2] if "." in name else "json"
            unknown = f"File type not supported: {kind}"
            return error_reply(500, f"Workflow not found: {name}" if kind in FORMATS else unknown)
        plan = entry.plan
        if plan is None or entry.error is not None:
            return _unusable(entry)
        http = entry.trigger.get("http") or {}
        wanted = str(http.get("method") or "*").upper()
        # "ANY" is no method of generation 1.
        if wanted == "ANY" or not _accepts(wanted, request.method):
            return error_reply(500, "Invalid HTTP method", [("allow", wanted)])
        pattern = http.get("path")
        params = compile_path_v1(pattern).match(rest) if isinstance(pattern, str) and pattern else None
        if params is None:
            return error_reply(500, "Invalid HTTP path")
        try:
            seen, request_id = context_request_v1(request, name, rest, params)
        except MalformedBodyError as error:
            return error_reply(400, str(error))
        return shape(await self.engine.run(plan, seen, request_id=request_id), 1)

    def _longest_prefix(self, path: str) -> tuple[Entry | None, str, str]:
        by_key = self.project.table.by_key
        parts = path.strip("/").split("/")
        for length in range(len(parts), 0, -1):
            key = "/".join(parts[:length])
            entry = by_key.get(key) or by_key.get(_without_type(key))
            if entry is not None:
                return entry, "/" + path.lstrip("/")[len(key) :].lstrip("/"), key
        return None, "/", parts[0]

    # -- both

    def _static(self, path: str) -> Reply:
        """A file below ``public/``; nothing outside it can be reached."""
        root = (self.project.layout.root / "public").resolve()
        file = (root / unquote(path.removeprefix("/public/"))).resolve()
        if root not in file.parents or not file.is_file():
            return error_reply(404, "Not found")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return Reply(200, [("content-type", kind)], file.read_bytes())

    def _with_cors(self, reply: Reply, request: HttpRequest) -> Reply:
        headers = request.headers
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


def _accepts(wanted: str, method: str) -> bool:
    return wanted in {"ANY", "*", method} or (method == "HEAD" and wanted == "GET")


def _without_type(key: str) -> str:
    """A file may be named with its type; any other dot belongs to the name."""
    stem, dot, kind = key.rpartition(".")
    return stem if dot and kind in FORMATS else key


def _unusable(entry: Entry) -> Reply:
    error: Any = entry.error or WorkflowError("The workflow cannot run.")
    return error_reply(500, error.message)
