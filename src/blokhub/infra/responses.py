"""Answers that every service forms alike."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any

from litestar import Request, Response

from blokhub.infra.unit_of_work import UnitOfWork
from blokhub.kernel.errors import PreconditionFailed
from blokhub.kernel.position import HEADER


def written(
    content: Any, work: UnitOfWork, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response[Any]:
    """The answer to a write, with the position token that lets the caller read what it wrote."""
    answer = dict(headers or {})
    if work.position:
        answer[HEADER] = work.position
    return Response(content, status_code=status, headers=answer)


def version_tag(version: int) -> str:
    """The entity tag of an aggregate at `version` (RFC 9110, section 8.8.3)."""
    return f'"v{version}"'


def last_modified(moment: datetime) -> str:
    """A moment as the header Last-Modified has it."""
    return format_datetime(moment, usegmt=True)


def check_if_match(request: Request[Any, Any, Any], version: int) -> None:
    """Raise PreconditionFailed when `If-Match` names another state than the one at `version`."""
    wanted = request.headers.get("if-match")
    if wanted is None or wanted.strip() == "*":
        return
    tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
    if version_tag(version) not in tags:
        raise PreconditionFailed(
            f"It is at {version_tag(version)} now. Read it again, then repeat your change with the new ETag.",
            current=version_tag(version),
        )
