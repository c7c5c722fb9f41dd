"""The MCP trigger: workflows as the tools, resources and prompts of a Model Context Protocol server.

Workflows that share a path form one server. It speaks JSON-RPC over HTTP (streamable HTTP, answers as JSON).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from blok.runner.engine import Engine
from blok.runner.plan import Plan
from blok.runner.reply import Reply, error_reply, json_reply
from blok.runner.run import Outcome
from blok.server.request import HttpRequest, context_request_v2

PROTOCOL = "2025-06-18"
_ANY_OBJECT = {"type": "object"}


class RpcError(Exception):
    """An answer of JSON-RPC that is an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


async def answer_mcp(engine: Engine, plans: Sequence[Plan], request: HttpRequest) -> Reply:
    """Answer one HTTP request to a server made of these workflows."""
    if request.method != "POST":
        return error_reply(405, "This MCP server answers POST requests with JSON.", [("allow", "POST")])
    try:
        message = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, ValueError):
        return json_reply(400, _failed(None, RpcError(-32700, "The body is not JSON.")))
    batch = message if isinstance(message, list) else [message]
    answers = [answer for item in batch if (answer := await _one(engine, plans, request, item)) is not None]
    if not answers:
        return Reply(202, [])
    return json_reply(200, answers if isinstance(message, list) else answers[0])


async def _one(
    engine: Engine, plans: Sequence[Plan], request: HttpRequest, message: Any
) -> dict[str, Any] | None:
    if not isinstance(message, dict) or not isinstance(message.get("method"), str):
        return _failed(None, RpcError(-32600, "Not a JSON-RPC request."))
    identifier = message.get("id")
    if identifier is None:
        return None  # a notification
    params = message.get("params")
    server = _Server(engine, plans, request)
    try:
        result = await server.call(message["method"], params if isinstance(params, dict) else {})
    except RpcError as error:
        return _failed(identifier, error)
    return {"jsonrpc": "2.0", "id": identifier, "result": result}


def _failed(identifier: Any, error: RpcError) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": identifier, "error": {"code": error.code, "message": str(error)}}


class _Server:
    """One server for one request."""

    def __init__(self, engine: Engine, plans: Sequence[Plan], request: HttpRequest) -> None:
        self.engine = engine
        self.request = request
        self.blocks = [(plan, dict(plan.workflow.trigger["mcp"])) for plan in plans]

    async def call(  # noqa: PLR0911 - one answer per method
        self, method: str, params: dict[str, Any]
    ) -> dict[str, Any]:
        """Do what a method asks for; raises RpcError."""
        match method:
            case "initialize":
                return self._initialize(params)
            case "ping":
                return {}
            case "tools/list":
                return {
                    "tools": [self._tool(plan, block) for plan, block in self.blocks if self._is_tool(block)]
                }
            case "tools/call":
                plan, _ = self._find("tool", "name", params.get("name"))
                return _tool_result(await self._run(plan, params.get("arguments") or {}))
            case "resources/list":
                return {"resources": [block["resource"] for _, block in self.blocks if "resource" in block]}
            case "resources/read":
                plan, block = self._find("resource", "uri", params.get("uri"))
                return _resource(block["resource"], await self._run(plan, {"uri": params.get("uri")}))
            case "prompts/list":
                return {"prompts": [block["prompt"] for _, block in self.blocks if "prompt" in block]}
            case "prompts/get":
                plan, _ = self._find("prompt", "name", params.get("name"))
                return _prompt(await self._run(plan, params.get("arguments") or {}))
            case _:
                raise RpcError(-32601, f"The method {method} is not known.")

    def _initialize(self, params: dict[str, Any]) -> dict[str, Any]:
        block = self.blocks[0][1]
        offered = [kind for kind, key in (("resources", "resource"), ("prompts", "prompt")) if self._has(key)]
        found: dict[str, Any] = {
            "protocolVersion": params.get("protocolVersion") or PROTOCOL,
            "capabilities": {kind: {} for kind in ("tools", *offered)},
            "serverInfo": {
                "name": block.get("serverName") or "blok-mcp",
                "version": block.get("serverVersion") or "1.0.0",
            },
        }
        return {**found, "instructions": block["instructions"]} if block.get("instructions") else found

    def _has(self, key: str) -> bool:
        return any(key in block for _, block in self.blocks)

    @staticmethod
    def _is_tool(block: dict[str, Any]) -> bool:
        return "resource" not in block and "prompt" not in block

    def _tool(self, plan: Plan, block: dict[str, Any]) -> dict[str, Any]:
        tool = block.get("tool") or {}
        schema = plan.workflow.input_schema
        facts = {
            "name": tool.get("name") or plan.name,
            "description": tool.get("description") or plan.workflow.description or "",
            "inputSchema": schema if isinstance(schema, dict) else _ANY_OBJECT,
        }
        return {**facts, "annotations": tool["annotations"]} if "annotations" in tool else facts

    def _find(self, kind: str, key: str, wanted: Any) -> tuple[Plan, dict[str, Any]]:
        for plan, block in self.blocks:
            found = block.get(kind) or {}
            if kind == "tool" and self._is_tool(block) and (found.get("name") or plan.name) == wanted:
                return plan, block
            if kind != "tool" and found.get(key) == wanted and found:
                return plan, block
        raise RpcError(-32602, f"There is no {kind} {wanted!r}.")

    async def _run(self, plan: Plan, arguments: Any) -> Outcome:
        seen, request_id = context_request_v2(self.request, self.request.path, {})
        return await self.engine.run(plan, {**seen, "body": arguments}, trigger="mcp", request_id=request_id)


def _tool_result(outcome: Outcome) -> dict[str, Any]:
    if outcome.error is not None:
        return {"content": [{"type": "text", "text": str(outcome.error)}], "isError": True}
    data = outcome.data
    if isinstance(data, dict) and isinstance(data.get("content"), list):
        return data
    text = data if isinstance(data, str) else json.dumps(data, indent=2, ensure_ascii=False, default=str)
    result: dict[str, Any] = {"content": [{"type": "text", "text": text}]}
    return {**result, "structuredContent": data} if isinstance(data, dict) else result


def _good(outcome: Outcome) -> Any:
    if outcome.error is not None:
        raise RpcError(-32603, str(outcome.error))
    return outcome.data


def _resource(resource: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
    data = _good(outcome)
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, default=str)
    kind = resource.get("mimeType") or ("text/plain" if isinstance(data, str) else "application/json")
    return {"contents": [{"uri": resource["uri"], "mimeType": kind, "text": text}]}


def _prompt(outcome: Outcome) -> dict[str, Any]:
    data = _good(outcome)
    if isinstance(data, dict) and isinstance(data.get("messages"), list):
        return data
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, default=str)
    return {"messages": [{"role": "user", "content": {"type": "text", "text": text}}]}
