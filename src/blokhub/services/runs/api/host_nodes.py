"""The nodes that the hub provides: a running workflow calls them, and the hub does what they say."""

import re
from typing import Any

from blokhub.infra.clients import Answer
from blokhub.infra.host import Host
from blokhub.kernel.context import Context

Reply = dict[str, Any]
_HANDLE = re.compile(r"[^a-z0-9]+")


class HostNodes:
    """The hub's nodes for one run, called on behalf of whoever started it."""

    def __init__(self, host: Host, context: Context) -> None:
        self._clients = host.clients
        # The workflow acts as itself: what it registers or signs in is not the caller's account.
        self._context = Context(correlation=context.correlation)

    async def call(self, node: str, inputs: dict[str, Any]) -> Reply:
        """Answer a call with {"output": …} or {"error": {code, message}}."""
        if node != "user-auth":
            return _error(404, f"The hub has no node {node}.")
        operation = inputs.get("operation")
        match operation:
            case "register":
                return await self._register(inputs)
            case "login":
                return await self._login(inputs)
            case "refresh-token":
                return await self._refresh(inputs)
            case "verify-token":
                return await self._verify(inputs)
        known = "register, login, refresh-token or verify-token"
        return _error(400, f"user-auth: `operation` is {operation!r}; it can be {known}.")

    async def _register(self, inputs: dict[str, Any]) -> Reply:
        email, username = str(inputs.get("email") or ""), str(inputs.get("username") or "")
        body = {
            "handle": _HANDLE.sub("-", username.lower()).strip("-"),
            "email": email,
            "password": str(inputs.get("password") or ""),
            "display_name": username[:100],
        }
        answer = await self._ask("POST", "/api/users", body)
        if not answer.ok:
            return _failed(answer)
        account = answer.json()
        user = {"id": account["id"], "username": account["handle"], "email": account["email"]}
        return {"output": {"success": True, "message": "The account was created.", "user": user}}

    async def _login(self, inputs: dict[str, Any]) -> Reply:
        login = str(inputs.get("email") or inputs.get("username") or "")
        body = {"login": login, "password": str(inputs.get("password") or "")}
        return _tokens(await self._ask("POST", "/api/auth/login", body))

    async def _refresh(self, inputs: dict[str, Any]) -> Reply:
        body = {"refresh_token": str(inputs.get("refreshToken") or "")}
        return _tokens(await self._ask("POST", "/api/auth/refresh", body))

    async def _verify(self, inputs: dict[str, Any]) -> Reply:
        token = str(inputs.get("token") or "").removeprefix("Bearer ")
        answer = await self._clients.call(
            "users", "POST", "/internal/tokens/verify", Context.of_system(), body={"token": token}
        )
        return {"output": answer.json()} if answer.ok else _failed(answer)

    async def _ask(self, method: str, path: str, body: dict[str, Any]) -> Answer:
        return await self._clients.call("users", method, path, self._context, body=body)


def _tokens(answer: Answer) -> Reply:
    if not answer.ok:
        return _failed(answer)
    tokens = answer.json()
    return {
        "output": {
            "success": True,
            "accessToken": tokens["access_token"],
            "refreshToken": tokens["refresh_token"],
            "tokenType": tokens["token_type"],
            "expiresIn": tokens["expires_in"],
        }
    }


def _failed(answer: Answer) -> Reply:
    problem = answer.json() or {}
    return _error(answer.status, problem.get("detail", "The request was refused."))


def _error(code: int, message: str) -> Reply:
    return {"error": {"code": code, "message": message}}
