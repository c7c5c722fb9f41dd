"""Every error as `application/problem+json` (RFC 9457)."""

import re
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from psycopg.errors import QueryCanceled
from sqlalchemy.exc import DBAPIError

from blokhub.infra.validation import sentence
from blokhub.kernel.errors import InvalidInput, MalformedBody, NotAuthenticated, ProblemError, Unavailable

_log = structlog.get_logger("http")
_LOCATION = re.compile(r" - at `(?P<path>[^`]+)`$")
_FIELD = re.compile(r"(?:missing required|contains unknown) field `(?P<field>[^`]+)`")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_NAMES = {
    404: ("not_found", "There is nothing here"),
    405: ("method_not_allowed", "This method is not allowed here"),
}


class ProblemPage(msgspec.Struct, frozen=True):
    """What an error name stands for."""

    name: str
    title: str
    status: int
    meaning: str


def known_problems() -> list[ProblemPage]:
    """Every error that the code of this process can answer with."""
    found = _with_subclasses(ProblemError)
    return [ProblemPage(cls.name, cls.title, cls.status, (cls.__doc__ or "").strip()) for cls in found]


def _with_subclasses(base: type[ProblemError]) -> list[type[ProblemError]]:
    return [base, *(found for cls in base.__subclasses__() for found in _with_subclasses(cls))]


def problem_response(error: ProblemError, path: str) -> Response[bytes]:
    """The answer for `error`."""
    headers = {}
    if isinstance(error, NotAuthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if "retry_after" in error.extra:
        headers["Retry-After"] = str(error.extra["retry_after"])
    return _response(error.as_problem(path), error.status, headers)


def _response(problem: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> Response[bytes]:
    body = msgspec.json.encode(problem)
    return Response(body, status_code=status, media_type="application/problem+json", headers=headers)


def on_problem(request: Request[Any, Any, Any], error: ProblemError) -> Response[bytes]:
    """Answer an error of ours."""
    return problem_response(error, request.url.path)


def on_invalid(request: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    """Answer input that does not fit its schema, naming the field."""
    cause = str(error.__cause__ or error.detail)
    source = "body"
    if isinstance(error.extra, list) and error.extra and isinstance(error.extra[0], dict):
        given = error.extra[0].get("source", "body")
        source = str(getattr(given, "value", given))
    pointer, message = pointer_and_message(cause, _expected(request, source))
    if source != "body":
        return problem_response(InvalidInput(message, pointer=f"/{source}{pointer}"), request.url.path)
    pointer = pointer.removeprefix("/data")
    if cause.startswith("Object missing required field `data`"):
        message = "A JSON body is required."
    return problem_response(InvalidInput(message, pointer=pointer), request.url.path)


def _expected(request: Request[Any, Any, Any], source: str) -> Any:
    """The type that the body of a request must fit, or None."""
    body = request.route_handler.parsed_data_field if source == "body" else None
    return body.annotation if body else None


def pointer_and_message(text: str, expected: Any = None) -> tuple[str, str]:
    """Split a message of msgspec into an RFC 6901 pointer and the sentence for people."""
    match = _LOCATION.search(text)
    path = match["path"] if match else "$"
    message = text[: match.start()] if match else text
    steps = [name or index for name, index in _STEP.findall(path)]
    field = _FIELD.search(message)
    if field and field["field"] != "data":
        steps.append(field["field"])
    pointer = "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)
    return pointer, sentence(message, expected)


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer what the framework refuses: unknown paths and methods, unreadable bodies."""
    if error.status_code == 400:
        return problem_response(MalformedBody(str(error.detail)), request.url.path)
    name, title = _NAMES.get(error.status_code, ("refused", "The request was refused"))
    detail = f"{request.method} {request.url.path} is not part of this API; see /api/openapi.json."
    problem = {"type": f"/problems/{name}", "name": name, "title": title, "status": error.status_code}
    shown = detail if error.status_code in _NAMES else str(error.detail)
    return _response({**problem, "detail": shown, "instance": request.url.path}, error.status_code)


def on_database(request: Request[Any, Any, Any], error: DBAPIError) -> Response[bytes]:
    """Answer a database that is too slow; anything else is a fault of ours."""
    if isinstance(error.orig, QueryCanceled):
        return problem_response(
            Unavailable("The database took too long. Try again in a moment.", retry_after=2), request.url.path
        )
    return on_fault(request, error)


def on_fault(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a fault of ours: the log has the details, the answer has the request id."""
    _log.error("unhandled error", path=request.url.path, exc_info=error)
    fault = ProblemError("This is a fault of ours. Report it with the request id of this answer.")
    return problem_response(fault, request.url.path)


HANDLERS: dict[Any, Any] = {
    ProblemError: on_problem,
    ValidationException: on_invalid,
    HTTPException: on_http,
    DBAPIError: on_database,
    Exception: on_fault,
}
