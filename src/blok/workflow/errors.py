"""What can be wrong with a workflow file, each with the place where it is wrong."""

from __future__ import annotations

from collections.abc import Sequence

DocPath = tuple[str | int, ...]


def path_text(path: Sequence[str | int]) -> str:
    """Write a document path the way messages quote it: ``steps[1].branch.else[0]``."""
    parts: list[str] = []
    for segment in path:
        if isinstance(segment, int):
            parts.append(f"[{segment}]")
        else:
            parts.append(f".{segment}" if parts else segment)
    return "".join(parts)


class WorkflowError(Exception):
    """Base of everything that keeps a workflow file from running.

    ``path`` is the place inside the document, ``line`` and ``column`` (1-based) the place in the text;
    both are filled as far as they are known.
    """

    def __init__(
        self,
        message: str,
        *,
        path: DocPath = (),
        line: int | None = None,
        column: int | None = None,
        source: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.column = column
        self.source = source

    def located(self) -> str:
        """``file:line:column: message``, with the parts that are known."""
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)
        return f"{place}: {self.message}" if place else self.message


class WorkflowSyntaxError(WorkflowError):
    """The text is not valid JSON, YAML, TOML or XML."""


class WorkflowRejectedError(WorkflowError):
    """The document parses, but breaks a rule of the workflow format."""


class WorkflowPlanError(WorkflowError):
    """The workflow is well formed, but names a node, type or runtime that is not here."""


class ExportError(WorkflowError):
    """The definition holds a value that the wanted encoding cannot carry."""
