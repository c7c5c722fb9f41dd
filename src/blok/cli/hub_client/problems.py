"""Why a hub said no, told so that one knows what to do next."""

import json
import sys
from typing import Any, NoReturn

import httpx

from blok.cli.hub_client.display import plain
from blok.cli.hub_client.reference import is_local

REFUSED, WRONG_USAGE, SIGN_IN, NOT_FOUND, CONFLICT, UNREACHABLE = 1, 2, 3, 4, 5, 6

_CODES = {401: SIGN_IN, 403: SIGN_IN, 404: NOT_FOUND, 409: CONFLICT, 412: CONFLICT}
_ADVICE = {
    "not_authenticated": "Sign in: blok login",
    "wrong_credentials": "Check both, or make an account: blok register",
    "name_taken": "Choose another name: --name NAME",
    "handle_taken": "Choose another handle, or sign in: blok login",
    "email_taken": "Sign in with it: blok login",
    "version_conflict": "Look at what changed (blok show), then try again.",
    "publication_running": "Wait until it is done: blok versions OWNER/NAME",
    "not_found": "Look for it: blok search WORDS. Private packages show up after blok login.",
    "internal_error": "Try again; if it stays, report it with the request id.",
    "unavailable": "Try again in a moment.",
}


class ClientError(Exception):
    """Something that ends a command: a sentence, what to do, and the exit code."""

    def __init__(self, message: str, fix: str = "", code: int = REFUSED) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.code = code

    def as_json(self) -> dict[str, Any]:
        """The error for programs."""
        return {"title": self.message, "fix": self.fix}

    def lines(self) -> list[str]:
        """The error for people."""
        return [f"error: {plain(self.message)}", *([f"  fix: {plain(self.fix)}"] if self.fix else [])]


class HubProblem(ClientError):
    """A problem document of the hub (RFC 9457)."""

    def __init__(self, status: int, document: dict[str, Any], request_id: str = "") -> None:
        name = str(document.get("name", ""))
        super().__init__(
            str(document.get("title") or f"The hub answered {status}"),
            _ADVICE.get(name, ""),
            _CODES.get(status, REFUSED),
        )
        self.status = status
        self.name = name
        self.document = document
        self.request_id = request_id

    def as_json(self) -> dict[str, Any]:
        """The hub's own document, with our advice."""
        return {**self.document, "fix": self.fix, "request_id": self.request_id}

    def lines(self) -> list[str]:
        """Title, detail, the fields it is about, what to do."""
        lines = [f"error: {plain(self.message)} ({self.status} {plain(self.name)})"]
        detail = str(self.document.get("detail", ""))
        fields = problem_fields(self.document)
        if detail and detail not in [text for _, text in fields] and detail != self.message:
            lines.append(f"  {plain(detail)}")
        lines += [f"  {plain(pointer)}: {plain(text)}" for pointer, text in fields]
        if self.fix:
            lines.append(f"  fix: {self.fix}")
        if self.status >= 500 and self.request_id:
            lines.append(f"  request id: {plain(self.request_id)}")
        return lines


def problem_fields(document: dict[str, Any]) -> list[tuple[str, str]]:
    """The places that a problem names, with what is wrong there."""
    errors = document.get("errors")
    if not isinstance(errors, list):
        return []
    return [
        (str(each.get("pointer") or "/"), str(each.get("detail") or each.get("message") or ""))
        for each in errors
        if isinstance(each, dict)
    ]


def problem_of(response: httpx.Response) -> ClientError:
    """The error in an answer. One that no hub gives says so."""
    try:
        document = response.json()
    except ValueError:
        document = None
    if not isinstance(document, dict) or "title" not in document:
        kind = response.headers.get("content-type", "nothing").partition(";")[0]
        return ClientError(
            f"{response.request.url} answered {response.status_code} with {kind}: that is no Blok hub.",
            "Check the address: --hub, BLOK_HUB, or the one that `blok whoami` shows.",
            UNREACHABLE,
        )
    return HubProblem(response.status_code, document, response.headers.get("x-request-id", ""))


def unreachable(hub: str, error: httpx.TransportError) -> ClientError:
    """The error of a hub that does not answer."""
    late = isinstance(error, httpx.TimeoutException)
    reason = "it takes too long" if late else str(error) or "no connection"
    fix = "Start one here: blok hub up. Another one: --hub ADDRESS." if is_local(hub) else "Check --hub."
    return ClientError(f"No hub answers at {hub}: {reason}.", fix, UNREACHABLE)


def give_up(error: ClientError, *, as_json: bool) -> NoReturn:
    """Say what went wrong and end with its exit code. Programs get JSON on standard error."""
    if as_json:
        sys.stderr.write(json.dumps(error.as_json(), ensure_ascii=False, default=str) + "\n")
    else:
        sys.stderr.write("\n".join(error.lines()) + "\n")
    sys.exit(error.code)
