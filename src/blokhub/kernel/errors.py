"""Errors that a caller can act on. Each is a class with a status, a stable name and a next step.

    ProblemError
    ├── InvalidInput        400/422  a field is malformed
    ├── NotAuthenticated    401      no token, or one that no longer holds
    ├── NotPermitted        403      a token that may not do this
    ├── NotFound            404      absent, or not visible to the caller
    ├── Conflict            409      someone else was first
    │   └── VersionConflict          two writers expected the same version
    ├── PreconditionFailed  412      If-Match names an older state
    ├── RuleBroken          422      a business rule refuses the command
    └── Unavailable         503      a store or service did not answer in time

They travel as `application/problem+json` (RFC 9457).
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class ProblemError(Exception):
    """An error with everything that RFC 9457 wants.

    `detail` says what happened and what to do next; `pointer` is an RFC 6901 pointer into the input;
    `extra` adds members to the answer.
    """

    status: ClassVar[int] = 500
    name: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, detail: str = "", *, pointer: str | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.pointer = pointer
        self.extra: Mapping[str, Any] = extra

    def as_problem(self, instance: str | None = None) -> dict[str, Any]:
        """The members of the problem document."""
        problem: dict[str, Any] = {
            "type": f"/problems/{self.name}",
            "name": self.name,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.pointer is not None:
            problem["errors"] = [{"pointer": self.pointer, "detail": self.detail}]
        if instance:
            problem["instance"] = instance
        return problem | dict(self.extra)


class InvalidInput(ProblemError):
    """A field of the input is missing, malformed or unknown."""

    status = 422
    name = "invalid_input"
    title = "The input does not fit its schema"


class MalformedBody(ProblemError):
    """The body is not JSON at all."""

    status = 400
    name = "malformed_body"
    title = "The body could not be read"


class NotAuthenticated(ProblemError):
    """The caller is not known: no token, or one that is expired, forged or revoked."""

    status = 401
    name = "not_authenticated"
    title = "Sign in first"


class NotPermitted(ProblemError):
    """The caller is known but may not do this."""

    status = 403
    name = "not_permitted"
    title = "You may not do this"


class NotFound(ProblemError):
    """The thing does not exist, or the caller may not know that it does."""

    status = 404
    name = "not_found"
    title = "There is nothing here"


class Conflict(ProblemError):
    """The thing already exists, or changed meanwhile."""

    status = 409
    name = "conflict"
    title = "Someone was there first"


class VersionConflict(Conflict):
    """Two writers expected the same version of one aggregate; this one came second."""

    name = "version_conflict"
    title = "It changed while you were editing"


class PreconditionFailed(ProblemError):
    """`If-Match` names a state that is no longer the current one (RFC 9110, section 13.1.1)."""

    status = 412
    name = "precondition_failed"
    title = "It changed since you read it"


class RuleBroken(ProblemError):
    """A business rule refuses the command. `rule` is the rule's stable id."""

    status = 422
    name = "rule_broken"
    title = "A rule forbids this"

    def __init__(self, rule: str, detail: str, *, pointer: str | None = None, **extra: Any) -> None:
        super().__init__(detail, pointer=pointer, rule=rule, **extra)
        self.rule = rule


class Unavailable(ProblemError):
    """A store or a service did not answer in time; trying again later may help."""

    status = 503
    name = "unavailable"
    title = "Temporarily unavailable"
