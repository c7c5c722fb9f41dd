"""The errors that node authors raise and that callers see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


class GlobalError(Exception):
    """An error whose code and body reach the caller untouched.

    ``code`` is the HTTP status (500 when absent); ``json`` the body, verbatim; without it the caller
    gets ``{"error": message}``.
    """

    def __init__(
        self,
        message: str,
        *,
        code: int | None = None,
        json: Any = None,
        name: str | None = None,
        stack: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.json = json
        self.name = name
        self.stack = stack

    @property
    def context(self) -> dict[str, Any]:
        """The same facts under the names the first generation uses."""
        facts = {
            "message": self.message,
            "code": self.code,
            "json": self.json,
            "stack": self.stack,
            "name": self.name,
        }
        return {key: value for key, value in facts.items() if value is not None}

    def set_code(self, code: int) -> None:
        """Set the HTTP status."""
        self.code = code

    def set_json(self, json: Any) -> None:
        """Set the body that callers get."""
        self.json = json

    def set_stack(self, stack: str) -> None:
        """Set the stack text."""
        self.stack = stack

    def set_name(self, name: str) -> None:
        """Set the name of whoever failed."""
        self.name = name

    def has_json(self) -> bool:
        """Whether a body was given."""
        return self.json is not None


# category: (default HTTP status, worth retrying)
CATEGORIES: dict[str, tuple[int, bool]] = {
    "VALIDATION": (400, False),
    "CONFIGURATION": (500, False),
    "DEPENDENCY": (502, True),
    "TIMEOUT": (504, True),
    "PERMISSION": (403, False),
    "RATE_LIMIT": (429, True),
    "NOT_FOUND": (404, False),
    "CONFLICT": (409, False),
    "CANCELLED": (499, False),
    "INTERNAL": (500, False),
    "PROTOCOL": (502, False),
    "DATA": (422, False),
}


class BlokError(GlobalError):
    """A structured error: a stable code, a category, and advice. The whole of it is the body callers get."""

    def __init__(
        self,
        message: str,
        *,
        error_code: str = "INTERNAL_ERROR",
        category: str = "INTERNAL",
        severity: str = "ERROR",
        http_status: int | None = None,
        retryable: bool | None = None,
        node: str = "",
        description: str = "",
        remediation: str = "",
        doc_url: str = "",
        details: Any = None,
        runtime_kind: str = "",
        retry_after_ms: int = 0,
    ) -> None:
        status, default_retryable = CATEGORIES.get(category, (500, False))
        status = http_status if http_status is not None else status
        self.error_code = error_code
        self.category = category
        self.severity = severity
        self.retryable = default_retryable if retryable is None else retryable
        body = {
            "code": error_code,
            "category": category,
            "severity": severity,
            "node": node,
            "sdk": "blok-python",
            "runtime_kind": runtime_kind,
            "message": message,
            "description": description,
            "remediation": remediation,
            "doc_url": doc_url,
            "http_status": status,
            "retryable": self.retryable,
            "retry_after_ms": retry_after_ms,
            "details": details,
        }
        kept = {key: value for key, value in body.items() if value is not None and value != ""}
        super().__init__(message, code=status, json=kept)


def uncaught_code(error: BaseException) -> str:
    """The stable code of an error nobody structured: ``UNCAUGHT_`` and its class name."""
    return "UNCAUGHT_" + re.sub(r"\W", "_", type(error).__name__).upper()


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with a value. ``kind`` and ``facts`` say what; each generation words it its own way."""

    path: tuple[str | int, ...]
    kind: str
    message: str
    old_message: str = ""


class InputError(GlobalError):
    """The inputs of a node do not fit: 400 with ``validation_errors``."""

    def __init__(self, issues: list[Issue]) -> None:
        self.issues = issues
        text = ", ".join(f"{'.'.join(map(str, issue.path))} ({issue.message})" for issue in issues)
        super().__init__(
            f"Validation failed: {text}",
            code=400,
            json={
                "validation_errors": [
                    {"path": list(issue.path), "message": issue.message, "code": issue.kind}
                    for issue in issues
                ]
            },
        )

    def as_v1(self) -> GlobalError:
        """The same failure in the words of generation 1: 500 and one text."""
        parts = []
        for issue in self.issues:
            owner = issue.path[:-1] if issue.old_message.startswith("requires property") else issue.path
            path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in owner)
            parts.append(f"instance{path} {issue.old_message or issue.message}")
        return GlobalError(", ".join(parts), code=500)


class FlowNodeError(Exception):
    """A flow node returned something that is not a list of steps."""
